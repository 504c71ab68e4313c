//! The audit download: a row is rebuilt as the object it was made from, and read as that.

use entward_model::{ActorKind, Event, Shape};
use serde_json::{Map, Value, json};

use super::Row;
use crate::knowledge::Knowledge;
use crate::normalize::audit;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, row: &Row<'_>) -> Event {
    let mut event = audit::normalize(knowledge, shape, &rebuilt(row));
    // Only this download has a word for the kind of its actor.
    if row.cell("ActorType").is_some_and(|kind| kind.replace(' ', "").eq_ignore_ascii_case("ManagedIdentity")) {
        event.actor.kind = ActorKind::ManagedIdentity;
    }
    event
}

fn rebuilt(row: &Row<'_>) -> Value {
    let cell = |column: &str| row.cell(column).map_or(Value::Null, Value::String);
    json!({
        "activityDateTime": row.first(&["Date (UTC)", "Date"]),
        "correlationId": cell("CorrelationId"),
        "loggedByService": cell("Service"),
        "category": cell("Category"),
        "activityDisplayName": cell("Activity"),
        "result": cell("Result"),
        "resultReason": cell("ResultReason"),
        "userAgent": cell("User Agent"),
        "callerIpAddress": cell("IPAddress"),
        "initiatedBy": initiated_by(row),
        "targetResources": targets(row),
        "additionalDetails": details(row),
    })
}

/// A row has one actor; what it names tells whether that is a person or an application.
fn initiated_by(row: &Row<'_>) -> Value {
    let cell = |column: &str| row.cell(column).map_or(Value::Null, Value::String);
    let kind = row.cell("ActorType").unwrap_or_default().to_ascii_lowercase();
    let is_person = match kind.trim() {
        "user" => true,
        "" | "other" => row.cell("ActorUserPrincipalName").is_some() || row.cell("ActorServicePrincipalId").is_none(),
        _ => false,
    };
    if is_person {
        json!({ "user": {
            "id": cell("ActorObjectId"),
            "displayName": cell("ActorDisplayName"),
            "userPrincipalName": cell("ActorUserPrincipalName"),
        }})
    } else {
        json!({ "app": {
            "displayName": cell("ActorDisplayName"),
            "servicePrincipalId": row.first(&["ActorServicePrincipalId", "ActorObjectId"]),
            "servicePrincipalName": cell("ActorServicePrincipalName"),
        }})
    }
}

fn targets(row: &Row<'_>) -> Vec<Value> {
    let mut targets = Vec::new();
    for number in 1.. {
        let cell = |name: &str| row.cell(&format!("Target{number}{name}")).map_or(Value::Null, Value::String);
        let mut target = Map::new();
        target.insert("type".to_owned(), cell("Type"));
        target.insert("displayName".to_owned(), cell("DisplayName"));
        target.insert("id".to_owned(), cell("ObjectId"));
        target.insert("userPrincipalName".to_owned(), cell("UserPrincipalName"));
        let properties = properties(row, number);
        if properties.is_empty() && target.values().all(Value::is_null) {
            break;
        }
        target.insert("modifiedProperties".to_owned(), Value::Array(properties));
        targets.push(Value::Object(target));
    }
    targets
}

fn properties(row: &Row<'_>, target: u32) -> Vec<Value> {
    let mut properties = Vec::new();
    for number in 1.. {
        let cell = |name: &str| row.cell(&format!("Target{target}ModifiedProperty{number}{name}"));
        let Some(name) = cell("Name") else { break };
        properties.push(json!({ "displayName": name, "oldValue": cell("OldValue"), "newValue": cell("NewValue") }));
    }
    properties
}

fn details(row: &Row<'_>) -> Vec<Value> {
    let mut details = Vec::new();
    for number in 1.. {
        let cell = |name: &str| row.cell(&format!("AdditionalDetail{number}{name}"));
        let Some(key) = cell("Key") else { break };
        details.push(json!({ "key": key, "value": cell("Value") }));
    }
    details
}
