//! Microsoft Graph's `directoryAudit` and `signIn`, and the Activity Log's REST form.

use serde_json::{Value, json};

use crate::record::{Log, Record};

/// How a page begins.
pub const PAGE_START: &str =
    r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits","value":["#;

/// How a page ends.
pub const PAGE_END: &str =
    "],\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$skiptoken=opaque\"}\n";

/// Members of the exported properties that Graph's audit object does not have.
const EXPORT_ONLY: &[&str] =
    &["tenantId", "resultType", "resultDescription", "operationName", "identity", "tenantGeo", "userAgent"];

/// The record as the API returns it.
pub fn object(record: &Record) -> Value {
    match record.log {
        Log::Audit => audit(record),
        Log::SignIn => sign_in(record),
        Log::Activity => activity(record),
    }
}

fn audit(record: &Record) -> Value {
    let mut object = record.diagnostic["properties"].clone();
    if let Value::Object(members) = &mut object {
        members.retain(|name, _| !EXPORT_ONLY.contains(&name.as_str()));
    }
    object["activityDateTime"] = json!(record.time.to_string());
    let actor = &mut object["initiatedBy"];
    if actor["user"].is_object() {
        actor["app"] = Value::Null;
        actor["user"]["userType"] = Value::Null;
        actor["user"]["homeTenantId"] = Value::Null;
        actor["user"]["homeTenantName"] = Value::Null;
    } else {
        actor["user"] = Value::Null;
    }
    object
}

fn sign_in(record: &Record) -> Value {
    let mut object = record.diagnostic["properties"].clone();
    object["createdDateTime"] = json!(record.time.to_string());
    let kind = match record.diagnostic["category"].as_str() {
        Some("NonInteractiveUserSignInLogs") => "nonInteractiveUser",
        Some("ServicePrincipalSignInLogs") => "servicePrincipal",
        Some("ManagedIdentitySignInLogs") => "managedIdentity",
        _ => "interactiveUser",
    };
    object["signInEventTypes"] = json!([kind]);
    // The API returns every member, also those that this kind of sign-in leaves empty.
    if object["userPrincipalName"].is_null() {
        object["userDisplayName"] = Value::Null;
        object["userPrincipalName"] = Value::Null;
        object["appDisplayName"] = object["servicePrincipalName"].clone();
    }
    object
}

fn activity(record: &Record) -> Value {
    let export = &record.diagnostic;
    let identity = &export["identity"];
    let resource = identity["authorization"]["scope"].as_str().unwrap_or_default();
    let operation = identity["authorization"]["action"].as_str().unwrap_or_default();
    let started = export["resultType"] == "Start";
    let (event, label, status) =
        if started { ("BeginRequest", "Begin request", "Started") } else { ("EndRequest", "End request", "Succeeded") };
    let sub_status = export["properties"]["statusCode"].as_str().unwrap_or_default();
    let provider = operation.split('/').next().unwrap_or_default();
    let parts: Vec<&str> = resource.split('/').collect();
    let pair = |value: &str| json!({"value": value, "localizedValue": value});
    let event_id = format!("{}{}", &export["correlationId"].as_str().unwrap_or_default()[..35], u8::from(started));
    json!({
        "authorization": {"action": operation, "scope": resource},
        "caller": identity["claims"]["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"],
        "channels": "Operation",
        "claims": identity["claims"],
        "correlationId": export["correlationId"],
        "description": "",
        "eventDataId": event_id,
        "eventName": {"value": event, "localizedValue": label},
        "category": pair("Administrative"),
        "eventTimestamp": export["time"],
        "httpRequest": {"clientRequestId": export["correlationId"], "clientIpAddress": export["callerIpAddress"], "method": "PUT"},
        "id": format!("{resource}/events/{event_id}/ticks/{}", record.time.nanos() / 100 + 621_355_968_000_000_000),
        "level": "Informational",
        "resourceGroupName": parts.get(4).copied().unwrap_or_default(),
        "resourceProviderName": pair(provider),
        "resourceType": pair(operation.rsplit_once('/').map_or(operation, |(kind, _)| kind)),
        "resourceId": resource,
        "operationId": export["correlationId"],
        "operationName": pair(operation),
        "properties": export["properties"],
        "status": pair(status),
        "subStatus": pair(sub_status),
        "submissionTimestamp": export["time"],
        "subscriptionId": parts.get(2).copied().unwrap_or_default(),
        "tenantId": export["tenantId"],
    })
}
