//! The sign-in downloads: people, interactive or not, and applications.

use entward_model::{Actor, ActorKind, Event, Log, Outcome, Shape, Target, TargetKind, Timestamp};

use super::Row;
use crate::knowledge::Knowledge;
use crate::normalize::reading::blank;
use crate::normalize::{address, audit};

/// What the exports call every sign-in; the download has no such column.
const OPERATION: &str = "Sign-in activity";

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, row: &Row<'_>) -> Event {
    let code = row.cell("Sign-in error code").map(|code| code.trim().to_owned());
    let outcome = outcome(row, code.as_deref());
    Event {
        time: row.first(&["Date (UTC)", "Date"]).and_then(|text| Timestamp::parse(&text).ok()),
        operation: knowledge.operation(Log::SignIn, OPERATION).id.into_owned(),
        operation_seen: OPERATION.to_owned(),
        outcome,
        reason: if outcome == Outcome::Failure { reason(row, code) } else { None },
        actor: actor(row),
        targets: resource(row).into_iter().collect(),
        tenant: tenant(row),
        correlation_id: row.id("Correlation ID"),
        record_id: row.cell("Request ID").map(|id| id.trim().to_owned()),
        ..blank(shape)
    }
}

/// The error code decides where there is one: an interrupted sign-in has a code and did not succeed.
fn outcome(row: &Row<'_>, code: Option<&str>) -> Outcome {
    match code {
        Some("0") => Outcome::Success,
        Some(code) if code.bytes().all(|byte| byte.is_ascii_digit()) => Outcome::Failure,
        _ => row.cell("Status").map_or(Outcome::Unknown, |word| audit::outcome_from_word(&word)),
    }
}

/// `50126: Invalid username or password.`, as the other shapes of the log give it.
fn reason(row: &Row<'_>, code: Option<String>) -> Option<String> {
    match (code, row.cell("Failure reason")) {
        (Some(code), Some(text)) => Some(format!("{code}: {text}")),
        (code, text) => text.or(code),
    }
}

fn actor(row: &Row<'_>) -> Actor {
    let address = row.cell("IP address").and_then(|text| address::plain(&text));
    let app_id = row.id("Application ID");
    if let Some(id) = row.id("Service principal ID") {
        let managed = row.cell("Managed Identity type").is_some_and(|kind| !kind.trim().eq_ignore_ascii_case("none"));
        return Actor {
            kind: if managed { ActorKind::ManagedIdentity } else { ActorKind::Application },
            id: Some(id),
            name: row.first(&["Service principal name", "Application"]),
            address,
            user_agent: row.cell("User agent"),
            app_id,
        };
    }
    let id = row.id("User ID");
    let name = row.first(&["Username", "User"]);
    let kind = if id.is_some() || name.is_some() { ActorKind::User } else { ActorKind::Unknown };
    Actor { kind, id, name, address, user_agent: row.cell("User agent"), app_id }
}

/// What was signed in to.
fn resource(row: &Row<'_>) -> Option<Target> {
    let name = row.cell("Resource");
    let app_id = row.id("Resource ID");
    if name.is_none() && app_id.is_none() {
        return None;
    }
    Some(Target { kind: TargetKind::ServicePrincipal, id: None, name, app_id, changes: Vec::new() })
}

/// A download does not say whose log it is. Where the home of the person and that of the resource are one, it is that
/// tenant's; where they differ it may be either's, and the event does not guess.
fn tenant(row: &Row<'_>) -> Option<String> {
    let home = row.id("Home tenant ID");
    let resource = row.id("Resource tenant ID");
    match (home, resource) {
        (Some(home), Some(resource)) => (home == resource).then_some(home),
        (home, resource) => home.or(resource),
    }
}
