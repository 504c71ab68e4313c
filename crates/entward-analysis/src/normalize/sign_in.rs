//! The four Entra sign-in logs: people, tokens refreshed for people, applications, managed identities.
//!
//! The diagnostic export wraps the members in an envelope, Graph and flattened files have
//! them at the top, and the workspace tables rename a few. One list of places per question
//! covers all of them.

use std::borrow::Cow;

use entward_model::{Actor, ActorKind, Event, Outcome, Shape, Target, TargetKind};
use serde_json::Value;

use super::address;
use super::reading::{blank, find, find_elements, find_identifier, find_object, find_time, tenant_in_path};
use crate::knowledge::Knowledge;

/// The canonical id of every sign-in, whatever log tells of it.
pub(super) const SIGN_IN: &str = "entra.sign-in";

/// The text that the logs have for it; Graph has none.
const SIGN_IN_ACTIVITY: &str = "Sign-in activity";

pub(super) fn normalize(_knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let inner = inner(shape, record);
    let kind = kind(shape, record, &inner);
    let (outcome, reason) = outcome(record, &inner);
    // The envelope's time is that of emission, minutes later at times. Tables exported without
    // their columns of time still tell when the person took the first step.
    let time = find_time(&inner, &["createdDateTime"])
        .or_else(|| find_time(record, &["time", "TimeGenerated"]))
        .or_else(|| find_time(&inner, &["authenticationDetails.0.authenticationStepDateTime"]));
    Event {
        time,
        operation: SIGN_IN.to_owned(),
        operation_seen: find(record, &["operationName"]).unwrap_or_else(|| SIGN_IN_ACTIVITY.to_owned()),
        outcome,
        reason,
        actor: actor(kind, record, &inner),
        targets: resource(shape, &inner).into_iter().collect(),
        tenant: tenant(shape, record, &inner),
        correlation_id: find_identifier(&inner, &["correlationId"])
            .or_else(|| find_identifier(record, &["correlationId"])),
        record_id: find(&inner, &["id"]),
        ..blank(shape)
    }
}

/// The sign-in itself: what the envelope wraps, or the record.
fn inner(shape: Shape, record: &Value) -> Cow<'_, Value> {
    match shape {
        Shape::GraphSignIn | Shape::LaSigninLogs => Cow::Borrowed(record),
        _ => find_object(record, &["properties"]),
    }
}

fn kind(shape: Shape, record: &Value, inner: &Value) -> ActorKind {
    let agent = find(inner, &["agent.agentType"]);
    if agent.is_some_and(|kind| !kind.eq_ignore_ascii_case("notAgentic")) {
        return ActorKind::Agent;
    }
    let word = match shape {
        Shape::DiagServicePrincipalSignInLogs => Some("servicePrincipal".to_owned()),
        Shape::DiagManagedIdentitySignInLogs => Some("managedIdentity".to_owned()),
        Shape::GraphSignIn => {
            let kinds = find_elements(inner, &["signInEventTypes"]);
            let first = kinds.first().and_then(crate::json::as_text);
            first.or_else(|| find(inner, &["signInEventTypes.0", "signInEventTypes"]))
        }
        _ => find(record, &["Type", "$table", "category"]),
    };
    let word = word.unwrap_or_default().to_ascii_lowercase();
    let has = |path: &str| find(inner, &[path]).is_some();
    if word.contains("managedidentity") {
        ActorKind::ManagedIdentity
    } else if word.contains("serviceprincipal") {
        ActorKind::Application
    } else if has("userId") || has("userPrincipalName") {
        ActorKind::User
    } else if has("servicePrincipalId") {
        ActorKind::Application
    } else if word.contains("user") || inner.as_object().is_some_and(|members| !members.is_empty()) {
        ActorKind::User
    } else {
        ActorKind::Unknown
    }
}

fn actor(kind: ActorKind, record: &Value, inner: &Value) -> Actor {
    let person = || {
        let id = find_identifier(inner, &["userId"]);
        (id, find(inner, &["userPrincipalName", "userDisplayName", "signInIdentifier"]))
    };
    let workload = || {
        let id = find_identifier(inner, &["servicePrincipalId"]);
        (id, find(inner, &["servicePrincipalName", "appDisplayName"]))
    };
    let (id, name) = match kind {
        ActorKind::Application | ActorKind::ManagedIdentity => workload(),
        // An agent signs in as itself or with a user account of its own.
        ActorKind::Agent => Some(workload()).filter(|(id, _)| id.is_some()).unwrap_or_else(person),
        ActorKind::User | ActorKind::Microsoft | ActorKind::Unknown => person(),
    };
    let addresses = [find(inner, &["ipAddress"]), find(record, &["callerIpAddress"])];
    Actor {
        kind,
        id,
        name: name.or_else(|| find(record, &["identity"])),
        address: addresses.into_iter().flatten().find_map(|text| address::plain(&text)),
        user_agent: find(inner, &["userAgent"]),
        app_id: find_identifier(inner, &["appId"]),
    }
}

/// `0` is success; every other code is a sign-in that did not get through, also the
/// interruptions that ask for another factor.
fn outcome(record: &Value, inner: &Value) -> (Outcome, Option<String>) {
    let code = find(inner, &["status.errorCode"]).or_else(|| find(record, &["resultType"]));
    let Some(code) = code else {
        return match find(record, &["resultSignature"]).map(|word| word.to_ascii_lowercase()).as_deref() {
            Some("success") => (Outcome::Success, None),
            Some("failure") => (Outcome::Failure, None),
            _ => (Outcome::Unknown, None),
        };
    };
    if code == "0" {
        return (Outcome::Success, None);
    }
    let described = [find(inner, &["status.failureReason"]), find(record, &["resultDescription"])];
    // `Other.` is what the log says when it has no text for a code.
    let words = described.into_iter().flatten().find(|words| words != "Other.");
    let reason = match words {
        Some(words) => format!("{code}: {words}"),
        None => code,
    };
    (Outcome::Failure, Some(reason))
}

/// The API or application that was signed in to. The workspace's `ResourceId` is the
/// tenant's path, and so is the envelope's.
fn resource(shape: Shape, inner: &Value) -> Option<Target> {
    let app_id_places: &[&str] =
        if shape == Shape::LaSigninLogs { &["ResourceIdentity"] } else { &["resourceId", "resourceIdentity"] };
    let target = Target {
        kind: TargetKind::ServicePrincipal,
        id: find_identifier(inner, &["resourceServicePrincipalId"]),
        name: find(inner, &["resourceDisplayName"]),
        app_id: find_identifier(inner, app_id_places),
        changes: Vec::new(),
    };
    if target.id.is_some() || target.name.is_some() || target.app_id.is_some() { Some(target) } else { None }
}

/// The tenant whose log this is. Graph does not say: the person's home and the resource's
/// tenant are it only where they are one.
fn tenant(shape: Shape, record: &Value, inner: &Value) -> Option<String> {
    match shape {
        Shape::LaSigninLogs => find_identifier(record, &["AADTenantId"]).or_else(|| tenant_in_path(record)),
        Shape::GraphSignIn => {
            let resource = find_identifier(inner, &["resourceTenantId"])?;
            let home = find_identifier(inner, &["homeTenantId"]);
            if home.is_none_or(|home| home == resource) { Some(resource) } else { None }
        }
        _ => find_identifier(record, &["tenantId"])
            .or_else(|| find_identifier(inner, &["tenantId"]))
            .or_else(|| tenant_in_path(record)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(shape: Shape, record: Value) -> Event {
        normalize(Knowledge::bundled(), shape, &record)
    }

    fn failed_sign_in() -> Value {
        json!({
            "id": "933f20c0-0000-4000-8000-e5cc566d2e00", "createdDateTime": "2026-03-04T09:04:41.6816663+00:00",
            "userDisplayName": "Ada Example", "userPrincipalName": "ada@contoso.example",
            "userId": "99999999-8888-7777-6666-555555555555", "appId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
            "ipAddress": "203.0.113.24", "userAgent": "Mozilla/5.0", "correlationId": "e3d0a0c2-aaaa-4bbb-8ccc-1d2e3f405162",
            "status": {"errorCode": 50126, "failureReason": "Invalid username or password."},
            "resourceDisplayName": "Windows Azure Service Management API",
            "resourceId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            "resourceTenantId": "77777777-7777-7777-7777-777777777777",
            "homeTenantId": "77777777-7777-7777-7777-777777777777"
        })
    }

    fn without_places(mut event: Event) -> Event {
        event.shape = Shape::GraphSignIn;
        event
    }

    #[test]
    fn the_envelope_graph_and_the_workspace_tell_the_same_sign_in() {
        let graph = read(Shape::GraphSignIn, failed_sign_in());
        let envelope = json!({
            "time": "2026-03-04T09:05:10.1Z", "resourceId": "/tenants/77777777-7777-7777-7777-777777777777/providers/x",
            "operationName": "Sign-in activity", "category": "SignInLogs", "resultType": "50126",
            "tenantId": "77777777-7777-7777-7777-777777777777", "properties": failed_sign_in()
        });
        let workspace = json!({
            "TimeGenerated": "2026-03-04T09:05:10.1Z", "CreatedDateTime": "2026-03-04T09:04:41.6816663Z",
            "TenantId": "00000000-aaaa-4000-8000-000000000000", "AADTenantId": "77777777-7777-7777-7777-777777777777",
            "OperationName": "Sign-in activity", "ResultType": "50126",
            "ResourceId": "/tenants/77777777-7777-7777-7777-777777777777/providers/Microsoft.aadiam",
            "ResourceIdentity": "797f4846-ba00-4fd7-ba43-dac1f8f63013", "IPAddress": "203.0.113.24",
            "ResourceDisplayName": "Windows Azure Service Management API", "UserAgent": "Mozilla/5.0",
            "Status": "{\"errorCode\":50126,\"failureReason\":\"Invalid username or password.\"}",
            "UserId": "99999999-8888-7777-6666-555555555555", "UserPrincipalName": "ada@contoso.example",
            "AppId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Id": "933f20c0-0000-4000-8000-e5cc566d2e00",
            "CorrelationId": "e3d0a0c2-aaaa-4bbb-8ccc-1d2e3f405162", "Type": "SigninLogs"
        });
        assert_eq!(without_places(read(Shape::DiagSignInLogs, envelope)), graph);
        assert_eq!(without_places(read(Shape::LaSigninLogs, workspace)), graph);
        assert_eq!(graph.reason.as_deref(), Some("50126: Invalid username or password."));
        assert_eq!(graph.actor.kind, ActorKind::User);
        assert_eq!(graph.time.map(|time| time.to_string()).as_deref(), Some("2026-03-04T09:04:41.6816663Z"));
    }

    #[test]
    fn a_flattened_row_reads_like_the_object_it_was() {
        let row = json!({
            "id": "0a7c3c05-0000-4000-8000-a2a825e8b300", "createdDateTime": "2026-03-04T09:04:41Z",
            "userPrincipalName": "ada@contoso.example", "userId": "99999999-8888-7777-6666-555555555555",
            "signInEventTypes.0": "nonInteractiveUser", "status.errorCode": "50126",
            "status.failureReason": "Invalid username or password.", "ipAddress": "203.0.113.24"
        });
        let event = read(Shape::GraphSignIn, row);
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(event.reason.as_deref(), Some("50126: Invalid username or password."));
        assert_eq!(event.actor.kind, ActorKind::User);
    }

    #[test]
    fn a_workload_is_named_by_its_service_principal() {
        let record = |category: &str, agent: &str| {
            json!({
                "time": "2026-03-04T11:21:57Z", "category": category, "tenantId": "77777777-7777-7777-7777-777777777777",
                "properties": {
                    "appId": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f", "userId": null, "status": {"errorCode": 0},
                    "servicePrincipalId": "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1", "servicePrincipalName": "Invoice Sync",
                    "ipAddress": "", "agent": {"agentType": agent}
                }
            })
        };
        let kinds = [
            (Shape::DiagServicePrincipalSignInLogs, "notAgentic", ActorKind::Application),
            (Shape::DiagManagedIdentitySignInLogs, "", ActorKind::ManagedIdentity),
            (Shape::DiagServicePrincipalSignInLogs, "agenticAppInstance", ActorKind::Agent),
        ];
        for (shape, agent, expected) in kinds {
            let event = read(shape, record("any", agent));
            assert_eq!(event.actor.kind, expected);
            assert_eq!(event.actor.id.as_deref(), Some("d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1"));
            assert_eq!(event.actor.name.as_deref(), Some("Invoice Sync"));
            assert_eq!(event.actor.address, None);
            assert_eq!(event.outcome, Outcome::Success);
        }
    }

    #[test]
    fn an_envelope_without_properties_keeps_its_time() {
        let event =
            read(Shape::DiagSignInLogs, json!({"time": "1/9/2007 10:41:00 AM +01:00", "category": "SignInLogs"}));
        assert_eq!(event.time.map(|time| time.to_string()).as_deref(), Some("2007-01-09T09:41:00Z"));
        assert_eq!(event.outcome, Outcome::Unknown);
        assert!(event.targets.is_empty());
    }
}
