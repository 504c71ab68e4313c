//! The Entra audit log: Graph `directoryAudit`, the diagnostic export, and the Log Analytics table.
//!
//! The three say the same under other names and packings: the export wraps the object in an envelope that repeats some
//! members, the table writes the names in PascalCase and may hold whole columns as JSON text. So every member is looked
//! for by name, in any letter case, inside first and on the envelope after. The portal's downloads come here too: the
//! JSON one as it is, the CSV one rebuilt as an object by [`super::portal`].

mod actor;
mod targets;

use entward_model::{Event, Log, Outcome, Shape, Timestamp};
use serde_json::Value;

use super::changes;
use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let inner = json::member(record, "properties").map(json::opened);
    let record =
        Record { inner: inner.as_deref().filter(|inner| inner.is_object()).unwrap_or(record), envelope: record };
    let details = Details::of(&record);
    let operation_seen = record.text(&["activityDisplayName", "operationName"]).unwrap_or_default();
    let operation = knowledge.operation(Log::Audit, &operation_seen).id.into_owned();
    let mut targets = targets::read(knowledge, &record, &details);
    changes::relate(knowledge, &operation, &mut targets);
    targets::name_roles(knowledge, &operation, &details, &mut targets);
    targets::scope_roles(&record, &operation, &details, &mut targets);
    Event {
        file: String::new(),
        index: 0,
        shape,
        time: record.time(),
        log: Log::Audit,
        outcome: outcome(&record),
        reason: record.text(&["resultReason", "resultDescription"]).or_else(|| targets::failure(&targets)),
        actor: actor::read(knowledge, &record, &details),
        targets,
        tenant: tenant(&record, shape),
        subscription: None,
        correlation_id: record.text(&["correlationId"]).map(|id| id.to_ascii_lowercase()),
        record_id: record.text(&["id"]),
        operation,
        operation_seen,
    }
}

/// A record and the object inside it; the same one twice where there is no envelope.
struct Record<'a> {
    inner: &'a Value,
    envelope: &'a Value,
}

impl Record<'_> {
    /// The first text under any of these names: inside first, on the envelope after.
    fn text(&self, names: &[&str]) -> Option<String> {
        let inside = names.iter().find_map(|name| json::text(self.inner, &[name]));
        inside.or_else(|| names.iter().find_map(|name| json::text(self.envelope, &[name])))
    }

    /// The member, inside or on the envelope.
    fn member(&self, name: &str) -> Option<&Value> {
        json::member(self.inner, name).or_else(|| json::member(self.envelope, name))
    }

    /// When it happened. The envelope's own time is that of emission, so it comes last.
    fn time(&self) -> Option<Timestamp> {
        const NAMES: [&str; 5] = ["activityDateTime", "createdDateTime", "time", "TimeGenerated", "timestamp"];
        NAMES.iter().find_map(|name| Timestamp::parse(&self.text(&[name])?).ok())
    }
}

/// `additionalDetails`: keys and values, both text, at times with more JSON inside.
struct Details(Vec<(String, String)>);

impl Details {
    fn of(record: &Record<'_>) -> Details {
        let Some(details) = record.member("additionalDetails").map(json::opened) else { return Details(Vec::new()) };
        let pair = |element: &Value| Some((json::text(element, &["key"])?, json::text(element, &["value"])?));
        Details(json::listed(&details).iter().filter_map(pair).collect())
    }

    /// The value of the first detail with this key.
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str())
    }
}

/// `result`, else `resultType`, which some exports fill instead.
fn outcome(record: &Record<'_>) -> Outcome {
    let word = record.text(&["result"]).or_else(|| record.text(&["resultType"]));
    word.map_or(Outcome::Unknown, |word| outcome_from_word(&word))
}

/// How the words of results in the tenant's logs are meant.
pub(super) fn outcome_from_word(word: &str) -> Outcome {
    match word.trim().to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "0" => Outcome::Success,
        "failure" | "failed" | "fail" | "error" | "timeout" | "interrupted" | "clienterror" => Outcome::Failure,
        "start" | "started" | "accept" | "accepted" | "in progress" | "inprogress" => Outcome::Started,
        _ => Outcome::Unknown,
    }
}

/// The tenant. In Log Analytics `TenantId` is the workspace, so only `AADTenantId` counts there; an export that lacks
/// the member still has the tenant in its resource id.
fn tenant(record: &Record<'_>, shape: Shape) -> Option<String> {
    let named = match shape {
        Shape::LaAuditLogs => record.text(&["AADTenantId"]),
        _ => record.text(&["tenantId", "AADTenantId"]),
    };
    named.or_else(|| tenant_in_resource(&record.text(&["resourceId"])?)).map(|tenant| tenant.to_ascii_lowercase())
}

fn tenant_in_resource(resource_id: &str) -> Option<String> {
    let mut parts = resource_id.split('/').filter(|part| !part.is_empty());
    let first = parts.next()?;
    if first.eq_ignore_ascii_case("tenants") { parts.next().map(str::to_owned) } else { None }
}

#[cfg(test)]
mod tests;
