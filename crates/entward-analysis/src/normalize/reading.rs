//! Finding members by a dotted path, whichever way an exporter has laid them out.
//!
//! `status.errorCode` is a member of an object in the API, a member of JSON in a string in
//! a workspace table, and a column of that very name in a flattened file. One notation
//! reads all three.

use std::borrow::Cow;

use entward_model::{Actor, Event, Outcome, Shape, Timestamp};
use serde_json::Value;

use crate::json::{as_text, member, opened};

/// An event of this shape that says nothing yet.
pub(super) fn blank(shape: Shape) -> Event {
    Event {
        file: String::new(),
        index: 0,
        shape,
        time: None,
        log: shape.log(),
        operation: String::new(),
        operation_seen: String::new(),
        outcome: Outcome::Unknown,
        reason: None,
        actor: Actor::default(),
        targets: Vec::new(),
        tenant: None,
        subscription: None,
        correlation_id: None,
        record_id: None,
    }
}

/// The first of these paths that leads to text, trimmed.
pub(super) fn find(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| seek(value, path).and_then(|found| as_text(&found)).map(|text| trimmed(&text)))
}

/// The first of these paths that leads to text, as an identifier.
pub(super) fn find_identifier(value: &Value, paths: &[&str]) -> Option<String> {
    find(value, paths).map(|text| identifier(&text))
}

/// The first of these paths that leads to a readable time.
pub(super) fn find_time(value: &Value, paths: &[&str]) -> Option<Timestamp> {
    paths.iter().find_map(|path| Timestamp::parse(&find(value, &[path])?).ok())
}

/// The first of these paths that leads to an object, also one written as text.
pub(super) fn find_object<'a>(value: &'a Value, paths: &[&str]) -> Cow<'a, Value> {
    let objects = paths.iter().filter_map(|path| seek(value, path)).map(opened_cow);
    objects.into_iter().find(|found| found.is_object()).unwrap_or(Cow::Owned(Value::Null))
}

/// The elements at the first of these paths that has any.
pub(super) fn find_elements(value: &Value, paths: &[&str]) -> Vec<Value> {
    let lists = paths.iter().filter_map(|path| seek(value, path)).map(opened_cow);
    let mut filled = lists.filter_map(|found| match found.into_owned() {
        Value::Array(elements) if !elements.is_empty() => Some(elements),
        single @ Value::Object(_) => Some(vec![single]),
        _ => None,
    });
    filled.next().unwrap_or_default()
}

/// The value at a dotted path: nested, nested in strings of JSON, or flattened into one name.
pub(super) fn seek<'a>(value: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    let Some((head, rest)) = path.split_once('.') else {
        return step(value, path).map(Cow::Borrowed);
    };
    let nested = step(value, head).and_then(|inner| match opened(inner) {
        Cow::Borrowed(inner) => seek(inner, rest),
        Cow::Owned(inner) => seek(&inner, rest).map(|found| Cow::Owned(found.into_owned())),
    });
    nested.or_else(|| member(value, path).map(Cow::Borrowed))
}

fn opened_cow(value: Cow<'_, Value>) -> Cow<'_, Value> {
    if value.is_string() { Cow::Owned(opened(&value).into_owned()) } else { value }
}

fn step<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        _ => member(value, name),
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// The tenant in the path of a tenant's resource: `/tenants/<tenant>/providers/Microsoft.aadiam`.
pub(super) fn tenant_in_path(record: &Value) -> Option<String> {
    let path = find(record, &["resourceId"])?;
    let mut segments = path.trim_start_matches('/').split('/');
    let first = segments.next()?;
    let tenant = segments.next().filter(|tenant| !tenant.is_empty())?;
    if first.eq_ignore_ascii_case("tenants") { Some(identifier(tenant)) } else { None }
}

/// An identifier in the form that joins compare: trimmed, lower case, and with its dashes
/// when it is a GUID that lost them (`evidence` of the Activity Log writes them so).
pub(super) fn identifier(text: &str) -> String {
    let lower = text.trim().to_ascii_lowercase();
    if lower.len() != 32 || !lower.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return lower;
    }
    [&lower[..8], &lower[8..12], &lower[12..16], &lower[16..20], &lower[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_path_reads_nested_stringified_and_flattened_members() {
        for record in [
            json!({"status": {"errorCode": 50126}}),
            json!({"Status": "{\"ErrorCode\":50126}"}),
            json!({"status.errorCode": "50126"}),
        ] {
            assert_eq!(find(&record, &["status.errorCode"]).as_deref(), Some("50126"), "{record}");
        }
    }

    #[test]
    fn a_number_in_a_path_is_a_position_or_part_of_a_column_name() {
        for record in [json!({"kinds": ["interactiveUser"]}), json!({"kinds.0": "interactiveUser"})] {
            assert_eq!(find(&record, &["kinds.0"]).as_deref(), Some("interactiveUser"), "{record}");
        }
    }

    #[test]
    fn an_identifier_gets_its_dashes_back() {
        assert_eq!(identifier("99999999888877776666555555555555"), "99999999-8888-7777-6666-555555555555");
        assert_eq!(identifier(" ADA@Contoso.Example "), "ada@contoso.example");
    }
}
