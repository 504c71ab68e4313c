//! Identity Protection: what it detected, and whom it holds to be at risk.
//!
//! These records have no actor. Their target is the account, and their change is the risk
//! that it now carries; what it carried before is not told.

use std::borrow::Cow;

use entward_model::{Actor, Change, Event, Shape, Target, TargetKind};
use serde_json::Value;

use super::address;
use super::reading::{blank, find, find_elements, find_identifier, find_object, find_time, seek, tenant_in_path};
use crate::knowledge::Knowledge;

/// What is told of an account, in the order that people ask.
const TOLD: &[&str] = &["riskEventType", "riskState", "riskLevel", "riskDetail"];

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let inner = match shape {
        Shape::DiagRiskEvents => find_object(record, &["properties"]),
        _ => Cow::Borrowed(record),
    };
    let detected = is_detection(shape, record, &inner);
    let of_service_principal = is_service_principal(record, &inner);
    let operation_seen = find(record, &["operationName"]).unwrap_or_else(|| {
        let name = match (detected, of_service_principal) {
            (true, false) => "User Risk Detection",
            (true, true) => "Service Principal Risk Detection",
            (false, false) => "Risky user",
            (false, true) => "Risky service principal",
        };
        name.to_owned()
    });
    let updated = find_time(&inner, &["lastUpdatedDateTime", "riskLastUpdatedDateTime"]);
    // What happened is the risky activity; finding it and telling of it come later, for
    // detections made offline by days.
    let time = find_time(&inner, &["activityDateTime", "detectedDateTime"])
        .or(updated)
        .or_else(|| find_time(record, &["time", "TimeGenerated"]));
    // A detection is told again when its state changes, and a risky user has no id but that
    // of the account: only with the moment of the update does the id name one record.
    let record_id = find(&inner, &["id"]).map(|id| match updated {
        Some(updated) => format!("{id}@{updated}"),
        None => id,
    });
    Event {
        time,
        operation: knowledge.operation(shape.log(), &operation_seen).id.into_owned(),
        operation_seen,
        actor: source(record, &inner),
        targets: vec![account(detected, of_service_principal, &inner)],
        tenant: tenant(shape, record),
        correlation_id: find_identifier(&inner, &["correlationId"])
            .or_else(|| find_identifier(record, &["correlationId"])),
        record_id,
        ..blank(shape)
    }
}

/// The tenant. In the workspace tables `TenantId` is the workspace, and Graph does not say.
fn tenant(shape: Shape, record: &Value) -> Option<String> {
    let column = if shape == Shape::LaRiskEvents { "AADTenantId" } else { "tenantId" };
    find_identifier(record, &[column]).or_else(|| tenant_in_path(record))
}

fn is_detection(shape: Shape, record: &Value, inner: &Value) -> bool {
    match shape {
        Shape::GraphRiskDetection => true,
        Shape::GraphRiskyUser => false,
        _ => {
            let kind = find(record, &["category", "Type"]).unwrap_or_default().to_ascii_lowercase();
            kind.contains("riskevents") || (!kind.contains("risky") && find(inner, &["riskEventType"]).is_some())
        }
    }
}

fn is_service_principal(record: &Value, inner: &Value) -> bool {
    let kind = find(record, &["@odata.type", "category", "Type"]).unwrap_or_default().to_ascii_lowercase();
    kind.contains("serviceprincipal") || find(inner, &["servicePrincipalId"]).is_some()
}

/// Nobody acted. The address and user agent are those of the risky activity.
fn source(record: &Value, inner: &Value) -> Actor {
    let addresses = [find(inner, &["ipAddress"]), find(record, &["callerIpAddress"])];
    let details = find_elements(inner, &["additionalInfo"]);
    let user_agent = details
        .iter()
        .find(|detail| find(detail, &["key"]).is_some_and(|key| key.eq_ignore_ascii_case("userAgent")))
        .and_then(|detail| find(detail, &["value"]));
    Actor {
        name: Some("Identity Protection".to_owned()),
        address: addresses.into_iter().flatten().find_map(|text| address::plain(&text)),
        user_agent,
        ..Actor::default()
    }
}

fn account(detected: bool, of_service_principal: bool, inner: &Value) -> Target {
    // The id of a risky account is the account's, that of a detection its own.
    let own_id = if detected { None } else { find_identifier(inner, &["id"]) };
    let changes = TOLD.iter().filter_map(|told| {
        let now = seek(inner, told)?.into_owned();
        Some(Change { property: (*told).to_owned(), old: Value::Null, new: now, typed: None })
    });
    let changes = changes.collect();
    if of_service_principal {
        return Target {
            kind: TargetKind::ServicePrincipal,
            id: find_identifier(inner, &["servicePrincipalId"]).or(own_id),
            name: find(inner, &["servicePrincipalDisplayName", "displayName"]),
            app_id: find_identifier(inner, &["appId"]),
            changes,
        };
    }
    Target {
        kind: TargetKind::User,
        id: find_identifier(inner, &["userId"]).or(own_id),
        name: find(inner, &["userPrincipalName", "userDisplayName"]),
        app_id: None,
        changes,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(shape: Shape, record: Value) -> Event {
        normalize(Knowledge::bundled(), shape, &record)
    }

    #[test]
    fn a_detection_is_dated_by_the_risky_activity() {
        let event = read(
            Shape::DiagRiskEvents,
            json!({
                "time": "4/14/2026 11:35:37 AM", "operationName": "User Risk Detection", "category": "UserRiskEvents",
                "tenantId": "77777777-7777-7777-7777-777777777777", "callerIpAddress": "203.0.113.24",
                "properties": {
                    "id": "aa00000000bb", "riskEventType": "unfamiliarFeatures", "riskState": "atRisk",
                    "riskLevel": "medium", "riskDetail": "none", "ipAddress": "203.0.113.24",
                    "activityDateTime": "2026-04-14T3:15:37.008Z", "detectedDateTime": "2026-04-14T03:20:00Z",
                    "lastUpdatedDateTime": "2026-04-14T11:35:37Z", "userId": "99999999-8888-7777-6666-555555555555",
                    "userPrincipalName": "ada@contoso.example",
                    "additionalInfo": "[{\"Key\":\"userAgent\",\"Value\":\"Mozilla/5.0\"}]"
                }
            }),
        );
        assert_eq!(event.time.map(|time| time.to_string()).as_deref(), Some("2026-04-14T03:15:37.008Z"));
        assert_eq!(event.record_id.as_deref(), Some("aa00000000bb@2026-04-14T11:35:37Z"));
        assert_eq!(event.actor.user_agent.as_deref(), Some("Mozilla/5.0"));
        let target = &event.targets[0];
        assert_eq!((target.kind, target.name.as_deref()), (TargetKind::User, Some("ada@contoso.example")));
        let told: Vec<String> =
            target.changes.iter().map(|change| format!("{}={}", change.property, change.new)).collect();
        assert_eq!(
            told,
            [
                "riskEventType=\"unfamiliarFeatures\"",
                "riskState=\"atRisk\"",
                "riskLevel=\"medium\"",
                "riskDetail=\"none\""
            ]
        );
    }

    #[test]
    fn the_id_of_a_risky_account_is_the_account() {
        let user = json!({
            "id": "99999999-8888-7777-6666-555555555555", "riskLastUpdatedDateTime": "2026-04-14T11:35:37Z",
            "riskState": "atRisk", "riskLevel": "high", "userPrincipalName": "ada@contoso.example"
        });
        let event = read(Shape::GraphRiskyUser, user);
        assert_eq!(event.operation_seen, "Risky user");
        assert_eq!(event.targets[0].id.as_deref(), Some("99999999-8888-7777-6666-555555555555"));

        let workload = json!({
            "time": "4/14/2026 11:35:37 AM", "category": "RiskyServicePrincipals",
            "properties": {
                "id": "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1", "displayName": "Invoice Sync",
                "appId": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f", "riskState": "atRisk", "riskLevel": "high"
            }
        });
        let target = read(Shape::DiagRiskEvents, workload).targets.remove(0);
        assert_eq!(target.kind, TargetKind::ServicePrincipal);
        assert_eq!(target.id.as_deref(), Some("d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1"));
        assert_eq!(target.app_id.as_deref(), Some("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"));
    }
}
