//! The Microsoft 365 unified audit log: the directory's changes once more, sign-ins, and
//! what mailboxes, sites and teams record.
//!
//! The record comes bare, or packed into `AuditData` of a row or a Graph object; a row
//! whose `AuditData` is empty or broken still has its columns. A change of the directory
//! says what the audit log says, with its principals in bags of identifiers ([`bag`]) and
//! with all changed properties in one list, whichever object they belong to.

mod actor;
mod bag;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use entward_model::{Change, Event, Outcome, Shape, Target, TargetKind};
use serde_json::Value;

use super::changes::is_guid;
use super::reading::{blank, find, find_elements, find_identifier, find_object, find_time};
use super::sign_in::SIGN_IN;
use super::{activity, changes};
use crate::knowledge::Knowledge;
use bag::Bag;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let record = Record::of(record);
    let operation_seen = record.text(&["Operation"], &["Operation", "Operations"]).unwrap_or_default();
    let signs_in = record.signs_in(&operation_seen);
    let operation =
        if signs_in { SIGN_IN.to_owned() } else { knowledge.operation(shape.log(), &operation_seen).id.into_owned() };
    let mut targets = if signs_in { vec![resource(&record)] } else { changed(knowledge, &record) };
    targets.retain(|target| {
        target.id.is_some() || target.name.is_some() || target.app_id.is_some() || !target.changes.is_empty()
    });
    if !signs_in {
        changes::relate(knowledge, &operation, &mut targets);
    }
    let outcome = outcome(&record, &operation_seen);
    Event {
        time: find_time(&record.data, &["CreationTime"])
            .or_else(|| find_time(record.wrapper, &["CreationDate", "createdDateTime", "TimeGenerated", "Start_Time"])),
        operation,
        operation_seen,
        outcome,
        reason: if outcome == Outcome::Failure { reason(&record) } else { None },
        actor: actor::read(knowledge, &record, signs_in),
        targets,
        tenant: record.text(&["OrganizationId"], &["organizationId"]).map(|id| id.to_ascii_lowercase()),
        correlation_id: record
            .text(&["InterSystemsId", "CorrelationId"], &[])
            .or_else(|| record.extended("correlationId"))
            .map(|id| id.to_ascii_lowercase()),
        record_id: record.text(&["Id", "OfficeId", "SourceRecordId"], &["RecordId", "id", "Identity"]),
        ..blank(shape)
    }
}

/// The record itself, and the row or object that carried it; one and the same where nothing did.
struct Record<'a> {
    data: Cow<'a, Value>,
    wrapper: &'a Value,
}

impl<'a> Record<'a> {
    fn of(record: &'a Value) -> Record<'a> {
        let data = find_object(record, &["AuditData"]);
        let is_told = data.as_object().is_some_and(|members| !members.is_empty());
        Record { data: if is_told { data } else { Cow::Borrowed(record) }, wrapper: record }
    }

    /// The first text under these names of the record, else of the row around it.
    fn text(&self, names: &[&str], columns: &[&str]) -> Option<String> {
        find(&self.data, names).or_else(|| find(self.wrapper, columns))
    }

    /// The value of an extended property.
    fn extended(&self, name: &str) -> Option<String> {
        let properties = find_elements(&self.data, &["ExtendedProperties"]);
        let found =
            properties.iter().find(|one| find(one, &["Name"]).is_some_and(|own| own.eq_ignore_ascii_case(name)));
        found.and_then(|one| find(one, &["Value"]))
    }

    /// A member of `additionalDetails`, which is an object in a string.
    fn detail(&self, name: &str) -> Option<String> {
        let details = Value::String(self.extended("additionalDetails")?);
        // Names such as `User-Agent` have no dots, so a path of one step is the name.
        find(&crate::json::opened(&details), &[name])
    }

    /// Whether this is a sign-in: by operation, or by one of the two record types that hold nothing else.
    fn signs_in(&self, operation: &str) -> bool {
        const TYPES: &[&str] = &["9", "15", "azureactivedirectoryaccountlogon", "azureactivedirectorystslogon"];
        let kind = self.text(&["RecordType"], &["RecordType", "auditLogRecordType"]).unwrap_or_default();
        let is_named = ["UserLoggedIn", "UserLoginFailed"].iter().any(|name| operation.eq_ignore_ascii_case(name));
        is_named || TYPES.contains(&kind.to_ascii_lowercase().as_str())
    }
}

/// A failed sign-in says so in its operation, while its `ResultStatus` often says `Success`:
/// the request was answered.
fn outcome(record: &Record<'_>, operation: &str) -> Outcome {
    if operation.eq_ignore_ascii_case("UserLoginFailed") {
        return Outcome::Failure;
    }
    let Some(word) = record.text(&["ResultStatus"], &[]) else { return Outcome::Unknown };
    match word.to_ascii_lowercase().as_str() {
        "true" | "partiallysucceeded" => Outcome::Success,
        "false" => Outcome::Failure,
        _ => activity::outcome_from_word(&word).unwrap_or_default(),
    }
}

fn reason(record: &Record<'_>) -> Option<String> {
    let code = record.text(&["ErrorNumber"], &[]).filter(|code| code != "0");
    let error = record.text(&["LogonError", "ResultReason", "ErrorMessage"], &[]).filter(|error| error != "None");
    match (code, error) {
        (Some(code), Some(error)) => Some(format!("{code}: {error}")),
        (code, error) => code.or(error),
    }
}

/// What was signed in to: the bag holds the resource's application id.
fn resource(record: &Record<'_>) -> Target {
    let bag = Bag::of(&record.data, "Target");
    let app_id = bag.guids().next().or_else(|| find_identifier(&record.data, &["ObjectId"]).filter(|id| is_guid(id)));
    Target { kind: TargetKind::ServicePrincipal, app_id, ..Target::default() }
}

/// What was changed. The audit log names a second object for grants, owners and members;
/// here it stands only among the changed properties.
fn changed(knowledge: &Knowledge, record: &Record<'_>) -> Vec<Target> {
    let bag = Bag::of(&record.data, "Target");
    let object = record.text(&["ObjectId", "OfficeObjectId"], &["objectId"]).filter(|object| !bag::is_nobody(object));
    let (kind, id) = match bag.principal().or_else(|| object.as_deref().and_then(bag::prefixed)) {
        Some((class, id)) => (bag::kind_of(bag.class().unwrap_or(&class)), Some(id)),
        None => (TargetKind::Other, record.extended("targetObjectId").map(|id| id.to_ascii_lowercase())),
    };
    let category = record.extended("extendedAuditEventCategory").unwrap_or_default();
    let kind = if kind == TargetKind::Other { bag::kind_of(&category) } else { kind };
    let has_app_id = matches!(kind, TargetKind::Application | TargetKind::ServicePrincipal);
    let app_id = if has_app_id {
        let other = bag.guids().find(|guid| Some(guid) != id.as_ref());
        other.or_else(|| record.detail("AppId").map(|id| id.to_ascii_lowercase()))
    } else {
        None
    };
    let own_name =
        if kind == TargetKind::User { bag.upn().or_else(|| bag.name()) } else { bag.name().or_else(|| bag.upn()) };
    let name = own_name
        .or_else(|| record.extended("targetName"))
        .or_else(|| object.filter(|object| bag::prefixed(object).is_none() && !is_guid(object)));
    let mut first = Target { kind, id, name, app_id, changes: modified(knowledge, record) };
    let second = beside(&first);
    first.changes.extend(parameters(record));
    std::iter::once(first).chain(second).collect()
}

/// The changed properties. A value that was not there is an empty text in this log.
fn modified(knowledge: &Knowledge, record: &Record<'_>) -> Vec<Change> {
    let side = |one: &Value, name: &str| match crate::json::member(one, name) {
        Some(Value::String(text)) if text.is_empty() => Value::Null,
        Some(value) => value.clone(),
        None => Value::Null,
    };
    let properties = find_elements(&record.data, &["ModifiedProperties"]);
    let changes = properties.iter().filter_map(|one| {
        let name = find(one, &["Name"])?;
        Some(changes::change(knowledge, &name, side(one, "OldValue"), side(one, "NewValue")))
    });
    changes.collect()
}

/// The parameters of a cmdlet of Exchange: what it set, without what was there before.
fn parameters(record: &Record<'_>) -> Vec<Change> {
    let parameters = find_elements(&record.data, &["Parameters"]);
    let changes = parameters.iter().filter_map(|one| {
        let property = find(one, &["Name"])?;
        let new = crate::json::member(one, "Value").map(crate::json::unpacked).unwrap_or_default();
        Some(Change { property, old: Value::Null, new, typed: None })
    });
    changes.collect()
}

/// The other object of the change, from properties such as `Application.ObjectID`.
fn beside(first: &Target) -> Option<Target> {
    const OBJECTS: &[(&str, TargetKind)] = &[
        ("Application", TargetKind::Application),
        ("ServicePrincipal", TargetKind::ServicePrincipal),
        ("Group", TargetKind::Group),
        ("Role", TargetKind::Role),
        ("User", TargetKind::User),
        ("Device", TargetKind::Device),
    ];
    let told = |object: &str, member: &str| {
        let property = format!("{object}.{member}");
        let change = first.changes.iter().find(|change| change.property.eq_ignore_ascii_case(&property))?;
        crate::json::as_text(&change.new).or_else(|| crate::json::as_text(&change.old))
    };
    OBJECTS.iter().find_map(|(object, kind)| {
        let id = told(object, "ObjectID")?.to_ascii_lowercase();
        if first.id.as_ref() == Some(&id) {
            return None;
        }
        Some(Target {
            kind: *kind,
            name: told(object, "DisplayName").or_else(|| told(object, "UPN")),
            app_id: told(object, "AppId").map(|id| id.to_ascii_lowercase()),
            id: Some(id),
            changes: Vec::new(),
        })
    })
}
