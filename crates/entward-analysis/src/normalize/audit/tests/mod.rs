//! Records of the audit log as text: what a log says, and what Entward reads in it. All of it is invented.

mod actors;
mod places;
mod records;
mod shapes;
mod trails;

use entward_model::{Event, Shape};
use serde_json::{Value, json};

use super::*;
use crate::normalize::changes::tests::told;
use crate::normalize::normalize;

const ADA: &str = "99999999-8888-7777-6666-555555555555";

/// A record of Ada's in the Graph shape, with these targets and details.
fn record(activity: &str, targets: Value, details: Value) -> Value {
    json!({
        "id": "Directory_6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50_K7QPL_118230417",
        "correlationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
        "activityDisplayName": activity,
        "activityDateTime": "2026-03-04T09:20:11.8466546Z",
        "result": "success",
        "resultReason": "",
        "initiatedBy": { "app": null, "user": { "id": ADA, "displayName": null, "userPrincipalName": "ada@contoso.example", "ipAddress": "203.0.113.24" } },
        "targetResources": targets,
        "additionalDetails": details,
    })
}

/// A property as the log packs it.
fn property(name: &str, old: Value, new: Value) -> Value {
    json!({ "displayName": name, "oldValue": old, "newValue": new })
}

#[track_caller]
fn check(shape: Shape, record: &Value, expected: &[&str]) {
    assert_eq!(lines(&normalize(Knowledge::bundled(), shape, record)), expected);
}

/// Checks a record of Ada's that succeeded: only operation, targets and meanings are looked at.
#[track_caller]
fn check_graph(record: &Value, expected: &[&str]) {
    let event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, record);
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!(event.actor.id.as_deref(), Some(ADA));
    let told: Vec<String> = lines(&event).into_iter().filter(|line| !line.starts_with("by ")).collect();
    assert_eq!(told, expected);
}

/// An event in lines: what and how it ended, who, then each target and its meanings.
fn lines(event: &Event) -> Vec<String> {
    let mut lines = vec![format!("{} {}", event.operation, event.outcome.as_str())];
    if let Some(reason) = &event.reason {
        lines[0] += &format!(" because {reason}");
    }
    lines.push(format!("by {}", actor_line(event)));
    for target in &event.targets {
        let parts =
            [Some(target.kind.as_str().to_owned()), target.name.clone(), target.id.clone(), target.app_id.clone()];
        lines.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
        for change in &target.changes {
            if let Some(typed) = &change.typed {
                lines.push(format!("  {}: {}", change.property, told(typed)));
            }
        }
    }
    lines
}

/// An actor in one line: kind, name, id, application id, address; a dash for what is not there.
fn actor_line(event: &Event) -> String {
    let actor = &event.actor;
    let parts = [&actor.name, &actor.id, &actor.app_id, &actor.address];
    let parts: Vec<&str> = parts.iter().map(|part| part.as_deref().unwrap_or("-")).collect();
    format!("{} {}", actor.kind.as_str(), parts.join(" "))
}
