//! The Activity Log download. It has the label of an operation and no operation, no claims and no address.

use entward_model::{Actor, ActorKind, Event, Log, Shape, Target, TargetKind, Timestamp};

use super::Row;
use crate::knowledge::Knowledge;
use crate::normalize::audit;
use crate::normalize::changes::is_guid;
use crate::normalize::reading::blank;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, row: &Row<'_>) -> Event {
    let operation_seen = row.cell("Operation name").unwrap_or_default();
    let status = row.cell("Status");
    Event {
        time: row.first(&["Time", "Event timestamp"]).and_then(|text| Timestamp::parse(&text).ok()),
        operation: knowledge.operation(Log::Activity, &operation_seen).id.into_owned(),
        operation_seen,
        outcome: status.map(|word| audit::outcome_from_word(&word)).unwrap_or_default(),
        actor: row.cell("Event initiated by").map(caller).unwrap_or_default(),
        targets: resource(row).into_iter().collect(),
        // The column may hold the subscription's display name, which is no id.
        subscription: row.id("Subscription").filter(|id| is_guid(id)),
        correlation_id: row.id("Correlation id"),
        ..blank(shape)
    }
}

/// People are named by their principal name, applications by their object id, services of the platform by a name.
fn caller(name: String) -> Actor {
    if is_guid(name.trim()) {
        let id = Some(name.trim().to_ascii_lowercase());
        return Actor { kind: ActorKind::Application, id, ..Actor::default() };
    }
    let kind = if name.contains('@') { ActorKind::User } else { ActorKind::Unknown };
    Actor { kind, name: Some(name), ..Actor::default() }
}

fn resource(row: &Row<'_>) -> Option<Target> {
    let resource = row.first(&["Resource", "Resource group"])?;
    let id = resource.starts_with('/').then(|| resource.to_ascii_lowercase());
    let name = resource.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned);
    Some(Target { kind: TargetKind::Resource, id, name, app_id: None, changes: Vec::new() })
}
