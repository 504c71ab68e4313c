//! The audit log of Entra: many small changes of ordinary days, and the few that matter.

use serde_json::{Value, json};

use crate::record::{Draw, Log, Record, change};
use crate::tenant::Person;

mod notable;
mod ordinary;

pub use notable::{consent, credential, directory_role, registration};
pub use ordinary::ordinary;

/// Who made the change.
enum Actor<'a> {
    Person(&'a Person),
    Service(&'static str),
}

/// What an activity is called and where it is filed.
struct Activity {
    name: &'static str,
    category: &'static str,
    kind: &'static str,
    service: &'static str,
}

fn record(
    draw: &mut Draw<'_>,
    activity: &Activity,
    actor: &Actor<'_>,
    correlation: &str,
    targets: Vec<Value>,
    details: Value,
    matching: bool,
) -> Record {
    let (address, identity, initiated_by) = match actor {
        Actor::Person(person) => (
            person.address.as_str(),
            "",
            json!({"user": {"id": person.id, "displayName": null, "userPrincipalName": person.name, "ipAddress": person.address, "roles": []}}),
        ),
        Actor::Service(name) => (
            "",
            *name,
            json!({"app": {"appId": null, "displayName": name, "servicePrincipalId": draw.tenant.applications[1].principal_id, "servicePrincipalName": null}}),
        ),
    };
    let id = format!(
        "Directory_{correlation}_{:05X}_{}",
        draw.random.below(1 << 20),
        draw.random.below(900_000_000) + 100_000_000
    );
    let mut diagnostic = json!({
        "time": draw.zulu(),
        "resourceId": draw.directory_resource(),
        "operationName": activity.name,
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": draw.tenant.id,
        "resultSignature": "None",
        "durationMs": 0,
    });
    // An address that is not known is left out, and so is a nameless identity.
    if !address.is_empty() {
        diagnostic["callerIpAddress"] = json!(address);
    }
    diagnostic["correlationId"] = json!(correlation);
    if !identity.is_empty() {
        diagnostic["identity"] = json!(identity);
    }
    diagnostic["Level"] = json!(4);
    diagnostic["properties"] = json!({
        "tenantId": draw.tenant.id,
        "resultType": "",
        "resultDescription": "",
        "operationName": activity.name,
        "identity": identity,
        "tenantGeo": "EU",
        "id": id,
        "category": activity.category,
        "correlationId": correlation,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": activity.name,
        "activityDateTime": draw.with_offset(),
        "loggedByService": activity.service,
        "operationType": activity.kind,
        "userAgent": null,
        "initiatedBy": initiated_by,
        "targetResources": targets,
        "additionalDetails": details,
    });
    draw.record(Log::Audit, matching, diagnostic)
}

/// The property that lists the others.
fn included(names: &str) -> Value {
    change("Included Updated Properties", None, Some(json!(names)))
}

fn target(id: &str, name: &str, kind: &str, changes: Vec<Value>) -> Value {
    json!({"id": id, "displayName": name, "type": kind, "modifiedProperties": changes, "administrativeUnits": []})
}

fn user_target(person: &Person, changes: Vec<Value>) -> Value {
    json!({"id": person.id, "displayName": null, "type": "User", "userPrincipalName": person.name, "modifiedProperties": changes, "administrativeUnits": []})
}
