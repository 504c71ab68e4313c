//! Alerts as OCSF 1.8.0 Detection Findings (class 2004), one JSON object a line.
//!
//! The class has no source endpoint of its own, so the address stands in the evidence; the
//! actor stands at the top through the `host` profile, tenant and subscription through the
//! `cloud` profile. What OCSF has no place for is in `unmapped`, under the names that it
//! has in our own alert. Times are milliseconds since 1970, as OCSF counts them.
//!
//! The tests hold every finding against the schema as published.

mod attack;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;

use entward_model::{Actor, ActorKind, Alert, Level, Target, Timestamp};
use serde_json::{Map, Value, json};

use super::json;
use super::page::command_of_reference;

/// The version of OCSF that is written.
pub(crate) const OCSF_VERSION: &str = "1.8.0";

/// The tags of rules, by the rule's id; only those that begin with `attack.` are used.
pub(crate) type RuleTags = BTreeMap<String, Vec<String>>;

/// How many records are listed as evidence. The count is always complete.
const RECORD_LIMIT: usize = 100;

/// Writes one alert as one line.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn line<W: io::Write + ?Sized>(out: &mut W, alert: &Alert, tags: &RuleTags) -> io::Result<()> {
    json::line(out, &finding(alert, tags))
}

/// The Detection Finding of an alert.
pub(crate) fn finding(alert: &Alert, tags: &RuleTags) -> Value {
    let (severity_id, severity) = severity(alert.level);
    let mut finding = Object::default();
    finding.put("activity_id", json!(1));
    finding.put("activity_name", json!("Create"));
    finding.put("category_uid", json!(2));
    finding.put("category_name", json!("Findings"));
    finding.put("class_uid", json!(2004));
    finding.put("class_name", json!("Detection Finding"));
    finding.put("type_uid", json!(200_401));
    finding.put("type_name", json!("Detection Finding: Create"));
    finding.put("severity_id", json!(severity_id));
    finding.put("severity", json!(severity));
    finding.put("status_id", json!(1));
    finding.put("status", json!("New"));
    finding.put("is_alert", json!(true));
    finding.put("time", json!(alert.last_seen.or(alert.first_seen).map_or(0, milliseconds)));
    finding.put_some("start_time", alert.first_seen.map(|time| json!(milliseconds(time))));
    finding.put_some("end_time", alert.last_seen.map(|time| json!(milliseconds(time))));
    finding.put("message", json!(alert.title));
    finding.put("metadata", metadata(alert));
    finding.put("finding_info", finding_info(alert, tags));
    finding.put("cloud", cloud(alert));
    finding.put_some("actor", actor(&alert.actor));
    finding.put_some("api", alert.operations.first().map(|operation| json!({ "operation": operation })));
    finding.put("evidences", json!([evidence(alert)]));
    finding.put_some("remediation", remediation(alert));
    finding.put_some("resources", filled(alert.targets.iter().filter_map(resource).collect()));
    finding.put_some("observables", filled(observables(alert)));
    finding.put("unmapped", unmapped(alert));
    Value::Object(finding.members)
}

fn severity(level: Level) -> (u8, &'static str) {
    match level {
        Level::Informational => (1, "Informational"),
        Level::Low => (2, "Low"),
        Level::Medium => (3, "Medium"),
        Level::High => (4, "High"),
        Level::Critical => (5, "Critical"),
    }
}

fn milliseconds(time: Timestamp) -> i64 {
    time.nanos().div_euclid(1_000_000)
}

fn metadata(alert: &Alert) -> Value {
    let mut metadata = Object::default();
    metadata.put("version", json!(OCSF_VERSION));
    metadata.put("profiles", json!(["cloud", "host"]));
    let version = env!("CARGO_PKG_VERSION");
    metadata.put("product", json!({ "name": "Entward", "vendor_name": "Entward", "version": version }));
    metadata.put_some("tenant_uid", alert.tenant.as_ref().map(|tenant| json!(tenant)));
    Value::Object(metadata.members)
}

fn finding_info(alert: &Alert, tags: &RuleTags) -> Value {
    let mut info = Object::default();
    info.put("uid", json!(alert.id));
    info.put("title", json!(alert.title));
    info.put_some("desc", description(alert).map(|text| json!(text)));
    let mut analytics =
        alert.rules.iter().map(|rule| json!({ "uid": rule.id, "name": rule.title, "type_id": 1, "type": "Rule" }));
    info.put_some("analytic", analytics.next());
    info.put_some("related_analytics", filled(analytics.collect()));
    let tags = alert.rules.iter().filter_map(|rule| tags.get(&rule.id)).flatten();
    info.put_some("attacks", filled(attack::attacks(tags.map(String::as_str))));
    info.put_some("types", filled(alert.operations.iter().map(|operation| json!(operation)).collect()));
    info.put_some("first_seen_time", alert.first_seen.map(|time| json!(milliseconds(time))));
    info.put_some("last_seen_time", alert.last_seen.map(|time| json!(milliseconds(time))));
    info.put("related_events_count", json!(alert.records.len()));
    Value::Object(info.members)
}

/// What it means, by the first of its pages, and why it has its level.
fn description(alert: &Alert) -> Option<String> {
    let reasons: Vec<&str> = alert.because.iter().map(|because| because.reason.as_str()).collect();
    let reasons = (!reasons.is_empty()).then(|| reasons.join("; "));
    let meaning = alert.pages.first().map(|page| page.meaning.clone());
    let reasons = reasons.map(|text| format!("Reasons: {text}."));
    let parts: Vec<String> = meaning.into_iter().chain(reasons).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Where the remedies stand. OCSF wants addresses in `references`, and the pages have none: they come with the program.
fn remediation(alert: &Alert) -> Option<Value> {
    let page = alert.pages.first()?;
    let command = command_of_reference(&page.page)?;
    Some(json!({ "desc": format!("The remedies, least harm first: {command}") }))
}

fn cloud(alert: &Alert) -> Value {
    let mut cloud = Object::default();
    cloud.put("provider", json!("Azure"));
    cloud.put_some(
        "account",
        match (&alert.subscription, &alert.tenant) {
            (Some(id), _) => Some(json!({ "uid": id, "type_id": 13, "type": "Azure Subscription" })),
            (None, Some(id)) => Some(json!({ "uid": id, "type_id": 6, "type": "Azure AD Account" })),
            (None, None) => None,
        },
    );
    cloud.put_some("org", alert.tenant.as_ref().map(|tenant| json!({ "uid": tenant })));
    Value::Object(cloud.members)
}

/// The actor: always a user in OCSF's words, of type "Service" where it is no person.
fn actor(actor: &Actor) -> Option<Value> {
    let (type_id, kind) = match actor.kind {
        ActorKind::User => (1, "User"),
        ActorKind::Application | ActorKind::ManagedIdentity | ActorKind::Agent | ActorKind::Microsoft => (4, "Service"),
        ActorKind::Unknown => (0, "Unknown"),
    };
    let mut user = Object::default();
    user.put_some("uid", actor.id.as_ref().map(|id| json!(id)));
    user.put_some("name", actor.name.as_ref().map(|name| json!(name)));
    let mut result = Object::default();
    if !user.members.is_empty() {
        user.put_some("email_addr", actor.name.as_ref().filter(|name| is_email(name)).map(|name| json!(name)));
        user.put("type_id", json!(type_id));
        user.put("type", json!(kind));
        result.put("user", Value::Object(user.members));
    }
    result.put_some("app_uid", actor.app_id.as_ref().map(|id| json!(id)));
    if actor.kind != ActorKind::User {
        result.put_some("app_name", actor.name.as_ref().filter(|_| type_id == 4).map(|name| json!(name)));
    }
    (!result.members.is_empty()).then_some(Value::Object(result.members))
}

/// Where the change came from, and which records tell of it.
fn evidence(alert: &Alert) -> Value {
    let mut evidence = Object::default();
    evidence.put_some("actor", actor(&alert.actor));
    evidence.put_some(
        "src_endpoint",
        alert.actor.address.as_ref().map(|address| match address.parse::<IpAddr>() {
            Ok(_) => json!({ "ip": address }),
            Err(_) => json!({ "name": address }),
        }),
    );
    evidence.put_some("http_request", alert.actor.user_agent.as_ref().map(|agent| json!({ "user_agent": agent })));
    let records: Vec<_> = alert.records.iter().take(RECORD_LIMIT).collect();
    evidence.put("data", json!({ "records": records, "record_count": alert.records.len() }));
    Value::Object(evidence.members)
}

/// A target; one without name and id cannot be told in OCSF and is in no list.
fn resource(target: &Target) -> Option<Value> {
    if target.id.is_none() && target.name.is_none() && target.app_id.is_none() {
        return None;
    }
    let mut resource = Object::default();
    let uid = target.id.as_ref().or(target.app_id.as_ref());
    resource.put_some("uid", uid.map(|id| json!(id)));
    resource.put_some("uid_alt", target.id.as_ref().and(target.app_id.as_ref()).map(|id| json!(id)));
    resource.put_some("name", target.name.as_ref().map(|name| json!(name)));
    resource.put("type", json!(target.kind.as_str()));
    resource.put("role_id", json!(1));
    resource.put("role", json!("Target"));
    resource.put("provider", json!("Azure"));
    resource.put_some("data", (!target.changes.is_empty()).then(|| json!({ "changes": target.changes })));
    Some(Value::Object(resource.members))
}

/// What one may search for, each value once.
fn observables(alert: &Alert) -> Vec<Value> {
    let actor = &alert.actor;
    let address = actor.address.as_ref().filter(|address| address.parse::<IpAddr>().is_ok());
    let mut candidates = vec![
        ("actor.user.name", 4, "User Name", actor.name.as_ref()),
        ("actor.user.uid", 31, "User Object: uid", actor.id.as_ref()),
        ("evidences[].src_endpoint.ip", 2, "IP Address", address),
        ("evidences[].http_request.user_agent", 16, "HTTP User-Agent", actor.user_agent.as_ref()),
    ];
    for target in &alert.targets {
        candidates.push(("resources[].uid", 10, "Resource UID", target.id.as_ref()));
        candidates.push(("resources[].uid_alt", 10, "Resource UID", target.app_id.as_ref()));
        candidates.push(("resources[].name", 38, "Resource Details Object: name", target.name.as_ref()));
    }
    let mut observables: Vec<Value> = Vec::new();
    for (name, type_id, kind, value) in candidates {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        let observable = json!({ "name": name, "type_id": type_id, "type": kind, "value": value });
        if !observables.contains(&observable) {
            observables.push(observable);
        }
    }
    observables
}

fn unmapped(alert: &Alert) -> Value {
    json!({
        "operations": alert.operations,
        "pages": alert.pages,
        "actor_kind": alert.actor.kind.as_str(),
        "because": alert.because,
        "not_in_the_log": alert.not_in_the_log,
        "duplicates": alert.duplicates,
    })
}

/// Whether OCSF's pattern for e-mail addresses holds: guests and service accounts have user
/// principal names that do not fit it.
fn is_email(name: &str) -> bool {
    let Some((local, domain)) = name.split_once('@') else { return false };
    let in_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let in_domain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let Some((first, rest)) = domain.split_once('.') else { return false };
    !local.is_empty()
        && local.chars().all(in_local)
        && !first.is_empty()
        && first.chars().all(in_domain)
        && !rest.is_empty()
        && rest.chars().all(|c| in_domain(c) || c == '.')
}

/// OCSF leaves out what is empty.
fn filled(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

/// Members of an object while it is filled.
#[derive(Default)]
struct Object {
    members: Map<String, Value>,
}

impl Object {
    fn put(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    fn put_some(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }
}

#[cfg(test)]
mod tests;
