//! Provisioning: accounts that Entra writes into, or reads from, other systems.

use std::borrow::Cow;

use entward_model::{Actor, ActorKind, Change, Event, Outcome, Shape, Target, TargetKind};
use serde_json::Value;

use super::changes;
use super::reading::{blank, find, find_elements, find_identifier, find_object, find_time, tenant_in_path};
use crate::knowledge::Knowledge;

/// The text that the export has for every record; Graph has none.
const PROVISIONING_ACTIVITY: &str = "Provisioning activity";

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let inner = match shape {
        Shape::GraphProvisioning => Cow::Borrowed(record),
        _ => find_object(record, &["properties"]),
    };
    let operation_seen = find(record, &["operationName"]).unwrap_or_else(|| PROVISIONING_ACTIVITY.to_owned());
    let outcome = outcome(record, &inner);
    let identity = |name: &str, changes| identity(&find_object(&inner, &[name]), changes);
    let modified = find_elements(&inner, &["modifiedProperties"]).iter().map(|one| change(knowledge, one)).collect();
    let targets = [application(&inner), identity("sourceIdentity", Vec::new()), identity("targetIdentity", modified)];
    Event {
        time: find_time(&inner, &["activityDateTime"]).or_else(|| find_time(record, &["time", "TimeGenerated"])),
        operation: knowledge.operation(shape.log(), &operation_seen).id.into_owned(),
        operation_seen,
        outcome,
        reason: if outcome == Outcome::Success { None } else { reason(&inner) },
        actor: actor(&inner),
        targets: targets.into_iter().flatten().collect(),
        tenant: find_identifier(&inner, &["tenantId"])
            .or_else(|| find_identifier(record, &["tenantId"]))
            .or_else(|| tenant_in_path(record)),
        correlation_id: find_identifier(record, &["correlationId"]).or_else(|| find_identifier(&inner, &["changeId"])),
        record_id: find(&inner, &["id"]),
        ..blank(shape)
    }
}

/// Skipped means that nothing was written, for a reason that is no error.
fn outcome(record: &Value, inner: &Value) -> Outcome {
    let words = [find(record, &["resultType"]), find(inner, &["provisioningStatusInfo.status", "statusInfo.status"])];
    let fold = |word: String| match word.to_ascii_lowercase().as_str() {
        "success" | "warning" => Some(Outcome::Success),
        "failure" => Some(Outcome::Failure),
        _ => None,
    };
    words.into_iter().flatten().find_map(fold).unwrap_or_default()
}

fn reason(inner: &Value) -> Option<String> {
    let error = find_object(inner, &["provisioningStatusInfo.errorInformation", "statusInfo.errorInformation"]);
    let words: Vec<String> = [find(&error, &["errorCode"]), find(&error, &["reason"])].into_iter().flatten().collect();
    if words.is_empty() { None } else { Some(words.join(": ")) }
}

fn actor(inner: &Value) -> Actor {
    let kind = match find(inner, &["initiatedBy.type", "initiatedBy.initiatorType"])
        .map(|kind| kind.to_ascii_lowercase())
        .as_deref()
    {
        Some("user") => ActorKind::User,
        Some("application" | "serviceprincipal") => ActorKind::Application,
        // The provisioning service itself, as the service says.
        Some("system") => ActorKind::Microsoft,
        _ => ActorKind::Unknown,
    };
    Actor {
        kind,
        id: find_identifier(inner, &["initiatedBy.id"]),
        name: find(inner, &["initiatedBy.name", "initiatedBy.displayName"]),
        ..Actor::default()
    }
}

/// The application whose job this is.
fn application(inner: &Value) -> Option<Target> {
    let id = find_identifier(inner, &["servicePrincipal.id", "servicePrincipal.0.id"]);
    let name = find(inner, &["servicePrincipal.name", "servicePrincipal.displayName", "servicePrincipal.0.name"]);
    if id.is_none() && name.is_none() {
        return None;
    }
    let app_id = find_identifier(inner, &["targetSystem.details.applicationId"]);
    Some(Target { kind: TargetKind::ServicePrincipal, id, name, app_id, changes: Vec::new() })
}

/// An account on one side of the job. In other systems the kind is an address whose last part is the word.
fn identity(identity: &Value, changes: Vec<Change>) -> Option<Target> {
    let id = find_identifier(identity, &["id"]);
    let name = find(identity, &["details.userPrincipalName", "name", "displayName"]);
    if id.is_none() && name.is_none() && changes.is_empty() {
        return None;
    }
    let word = find(identity, &["identityType"]).unwrap_or_default();
    let kind = TargetKind::from_record(word.rsplit(':').next().unwrap_or_default());
    Some(Target { kind, id, name, app_id: None, changes })
}

fn change(knowledge: &Knowledge, modified: &Value) -> Change {
    let side = |name: &str| crate::json::member(modified, name).cloned().unwrap_or_default();
    let property = find(modified, &["displayName", "name"]).unwrap_or_default();
    changes::change(knowledge, &property, side("oldValue"), side("newValue"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_layouts_tell_the_same_change() {
        let summary = json!({
            "id": "d6cbb0bd-0000-4000-8000-4282141ce369", "activityDateTime": "2026-03-04T13:36:50.35Z",
            "tenantId": "77777777-7777-7777-7777-777777777777", "changeId": "54416401-0000-4000-8000-385dde2b3cba",
            "servicePrincipal": {"id": "74866461-0000-4000-8000-9c88ff29643e", "name": "Invoice Box"},
            "sourceIdentity": {
                "identityType": "User", "id": "7383d412-0000-4000-8000-7396cc32ce9e",
                "details": {"userPrincipalName": "ada@contoso.example"}, "name": "Ada"
            },
            "targetIdentity": {"identityType": "urn:ietf:params:scim:schemas:core:2.0:User", "id": "u-1", "name": "ada"},
            "initiatedBy": {"type": "system", "id": "", "name": "Azure AD Provisioning Service"},
            "provisioningStatusInfo": {"status": "failure", "errorInformation": {"errorCode": "E1", "reason": "refused"}},
            "modifiedProperties": [{"displayName": "active", "oldValue": null, "newValue": "True"}]
        });
        let envelope = json!({
            "time": "2026-03-04T13:36:52Z", "operationName": "Provisioning activity", "category": "ProvisioningLogs",
            "resultType": "Failure", "correlationId": "54416401-0000-4000-8000-385dde2b3cba", "properties": summary
        });
        let exported = normalize(Knowledge::bundled(), Shape::DiagProvisioningLogs, &envelope);
        let graph = normalize(Knowledge::bundled(), Shape::GraphProvisioning, &envelope["properties"]);
        assert_eq!(Event { shape: Shape::GraphProvisioning, ..exported }, graph);
        assert_eq!((graph.outcome, graph.reason.as_deref()), (Outcome::Failure, Some("E1: refused")));
        let kinds: Vec<TargetKind> = graph.targets.iter().map(|target| target.kind).collect();
        assert_eq!(kinds, [TargetKind::ServicePrincipal, TargetKind::User, TargetKind::User]);
        assert_eq!(graph.targets[1].name.as_deref(), Some("ada@contoso.example"));
        assert_eq!(graph.targets[2].changes[0].property, "active");
        assert_eq!(graph.actor.kind, ActorKind::Microsoft);
    }
}
