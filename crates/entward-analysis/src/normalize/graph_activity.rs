//! Requests to Microsoft Graph: which client called, from where, and what for.
//!
//! The audit log says that an application changed; this log says through which client and
//! from which address. Where a request that changes something names its object in the path,
//! the target is that object, so that the two can meet.

use std::borrow::Cow;

use entward_model::{Actor, ActorKind, Event, Outcome, Shape, Target, TargetKind};
use serde_json::Value;

use super::address;
use super::changes::is_guid;
use super::reading::{blank, find, find_identifier, find_object, find_time, tenant_in_path};
use crate::knowledge::Knowledge;

/// The canonical id of every request.
const GRAPH_REQUEST: &str = "graph.request";

/// The text that the export has for it; the workspace table has none.
const GRAPH_ACTIVITY: &str = "Microsoft Graph Activity";

pub(super) fn normalize(_knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let inner = match shape {
        Shape::LaGraphActivity => Cow::Borrowed(record),
        _ => find_object(record, &["properties"]),
    };
    let status = find(&inner, &["responseStatusCode"]).or_else(|| find(record, &["resultSignature"]));
    let outcome = outcome(status.as_deref());
    Event {
        time: find_time(record, &["time", "TimeGenerated"]).or_else(|| find_time(&inner, &["timeGenerated"])),
        operation: GRAPH_REQUEST.to_owned(),
        operation_seen: find(record, &["operationName"]).unwrap_or_else(|| GRAPH_ACTIVITY.to_owned()),
        outcome,
        reason: if outcome == Outcome::Failure { status } else { None },
        actor: actor(record, &inner),
        targets: target(&inner).into_iter().collect(),
        tenant: tenant(shape, record, &inner),
        correlation_id: find_identifier(record, &["correlationId"])
            .or_else(|| find_identifier(&inner, &["operationId", "requestId"])),
        record_id: find(&inner, &["requestId"]),
        ..blank(shape)
    }
}

/// The tenant. In the workspace table `TenantId` is the workspace.
fn tenant(shape: Shape, record: &Value, inner: &Value) -> Option<String> {
    let named = if shape == Shape::LaGraphActivity {
        find_identifier(record, &["AadTenantId"])
    } else {
        find_identifier(record, &["tenantId"]).or_else(|| find_identifier(inner, &["tenantId"]))
    };
    named.or_else(|| tenant_in_path(record))
}

fn outcome(status: Option<&str>) -> Outcome {
    match status.and_then(|status| status.parse::<u32>().ok()) {
        Some(200..400) => Outcome::Success,
        Some(400..) => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

fn actor(record: &Value, inner: &Value) -> Actor {
    let user = find_identifier(inner, &["userId"]);
    let workload = find_identifier(inner, &["servicePrincipalId"]);
    let kind = match find(inner, &["C_Idtyp"]).map(|kind| kind.to_ascii_lowercase()).as_deref() {
        Some("user") => ActorKind::User,
        Some("app") => ActorKind::Application,
        _ if user.is_some() => ActorKind::User,
        _ if workload.is_some() => ActorKind::Application,
        _ => ActorKind::Unknown,
    };
    let own = if kind == ActorKind::User { user.or(workload) } else { workload.or(user) };
    let addresses = [find(inner, &["ipAddress"]), find(record, &["callerIpAddress"])];
    Actor {
        kind,
        id: own.or_else(|| find_identifier(inner, &["UserPrincipalObjectID"])),
        name: None,
        address: addresses.into_iter().flatten().find_map(|text| address::plain(&text)),
        user_agent: find(inner, &["userAgent"]),
        app_id: find_identifier(inner, &["appId"]),
    }
}

/// What was asked for: `POST /v1.0/applications`.
fn target(inner: &Value) -> Option<Target> {
    let uri = find(inner, &["requestUri"])?;
    let path = path(&uri);
    let method = find(inner, &["requestMethod"]);
    let reads = method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("GET"));
    let (kind, id) = if reads { None } else { named_object(path) }.unwrap_or((TargetKind::Other, None));
    let name = match method {
        Some(method) => format!("{method} {path}"),
        None => path.to_owned(),
    };
    Some(Target { kind, id, name: Some(name), app_id: None, changes: Vec::new() })
}

/// The path of an address, without host and query.
fn path(uri: &str) -> &str {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let start = if after_scheme.len() == uri.len() { 0 } else { after_scheme.find('/').unwrap_or(after_scheme.len()) };
    after_scheme[start..].split(['?', '#']).next().unwrap_or_default()
}

/// The object in `/applications/<id>/…`, the outermost where several stand.
fn named_object(path: &str) -> Option<(TargetKind, Option<String>)> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    segments.windows(2).find_map(|pair| {
        let [collection, id] = pair else { return None };
        let kind = match collection.to_ascii_lowercase().as_str() {
            "applications" => TargetKind::Application,
            "serviceprincipals" => TargetKind::ServicePrincipal,
            "users" => TargetKind::User,
            "groups" => TargetKind::Group,
            "devices" => TargetKind::Device,
            _ => return None,
        };
        if is_guid(id) { Some((kind, Some(id.to_ascii_lowercase()))) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exported(properties: Value) -> Event {
        let record = json!({
            "time": "2026-03-04T11:22:12.2779144Z", "operationName": "Microsoft Graph Activity",
            "category": "MicrosoftGraphActivityLogs", "resultSignature": "201", "callerIpAddress": "198.51.100.7",
            "tenantId": "77777777-7777-7777-7777-777777777777", "properties": properties
        });
        normalize(Knowledge::bundled(), Shape::DiagMicrosoftGraphActivityLogs, &record)
    }

    #[test]
    fn a_request_names_its_client_and_what_it_asked_for() {
        let event = exported(json!({
            "requestId": "1f580991-0000-4000-8000-9e0e8be1ba9b", "requestMethod": "POST", "responseStatusCode": 201,
            "appId": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f", "C_Idtyp": "app",
            "servicePrincipalId": "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1", "ipAddress": "198.51.100.7",
            "requestUri": "https://graph.microsoft.com/v1.0/applications?$select=id"
        }));
        assert_eq!((event.operation.as_str(), event.outcome), ("graph.request", Outcome::Success));
        assert_eq!(event.actor.kind, ActorKind::Application);
        assert_eq!(event.actor.app_id.as_deref(), Some("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"));
        assert_eq!(event.targets[0].name.as_deref(), Some("POST /v1.0/applications"));
        assert_eq!(event.targets[0].kind, TargetKind::Other);
    }

    #[test]
    fn a_change_to_a_named_object_targets_it_and_a_refusal_gives_its_code() {
        let event = exported(json!({
            "requestMethod": "POST", "responseStatusCode": 403, "userId": "99999999-8888-7777-6666-555555555555",
            "requestUri": "https://graph.microsoft.com/v1.0/applications/C1A2B3C4-d5e6-4f70-8192-a3b4c5d6e7f8/addPassword"
        }));
        assert_eq!((event.outcome, event.reason.as_deref()), (Outcome::Failure, Some("403")));
        assert_eq!(event.actor.kind, ActorKind::User);
        assert_eq!(event.targets[0].kind, TargetKind::Application);
        assert_eq!(event.targets[0].id.as_deref(), Some("c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8"));
    }

    #[test]
    fn the_workspace_row_names_the_tenant_in_a_column_of_its_own() {
        let row = json!({
            "TimeGenerated": "2026-03-04T11:22:12Z", "TenantId": "00000000-aaaa-4000-8000-000000000000",
            "AadTenantId": "77777777-7777-7777-7777-777777777777", "RequestId": "r-1", "RequestMethod": "GET",
            "RequestUri": "https://graph.microsoft.com/v1.0/users/99999999-8888-7777-6666-555555555555",
            "ResponseStatusCode": "200", "IPAddress": "198.51.100.7", "UserId": "99999999-8888-7777-6666-555555555555"
        });
        let event = normalize(Knowledge::bundled(), Shape::LaGraphActivity, &row);
        assert_eq!(event.tenant.as_deref(), Some("77777777-7777-7777-7777-777777777777"));
        assert_eq!(event.record_id.as_deref(), Some("r-1"));
        assert_eq!((event.targets[0].kind, event.targets[0].id.as_deref()), (TargetKind::Other, None));
    }
}
