//! Reading members of JSON the way Microsoft writes it: names in any letter case,
//! numbers as text, JSON inside strings.

use std::borrow::Cow;

use serde_json::Value;

/// The member with this name, in any ASCII letter case. `null` counts as absent.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    let found = object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, found)| found))?;
    if found.is_null() { None } else { Some(found) }
}

/// The value at a path of members.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |inner, name| member(inner, name))
}

/// The text of a member: a string as it is, a number or boolean as its text. Blank text counts as absent.
pub(crate) fn text(value: &Value, path: &[&str]) -> Option<String> {
    as_text(at(value, path)?)
}

/// The text of a scalar; `None` for objects, arrays, `null` and blank strings.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The elements of an array member, seen through a string that holds JSON; a missing member has none.
pub(crate) fn elements(value: &Value, path: &[&str]) -> Vec<Value> {
    match at(value, path).map(unpacked) {
        Some(Value::Array(elements)) => elements,
        Some(single @ Value::Object(_)) => vec![single],
        _ => Vec::new(),
    }
}

/// The elements of an array, or the one object that stands where an array is expected; anything else has none.
pub(crate) fn listed(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        Value::Object(_) => std::slice::from_ref(value),
        _ => &[],
    }
}

/// The value itself, or what a string holds when that is a JSON object or array.
///
/// Exports stringify whole columns, and some members are strings of strings of JSON; three levels are the most
/// that any real record has shown, so a fourth stays text.
pub(crate) fn unpacked(value: &Value) -> Value {
    opened(value).into_owned()
}

/// As [`unpacked`], without a copy of what is no string.
pub(crate) fn opened(value: &Value) -> Cow<'_, Value> {
    let mut current = Cow::Borrowed(value);
    for _ in 0..3 {
        let Value::String(text) = current.as_ref() else { break };
        let trimmed = text.trim_start_matches('\u{feff}').trim();
        if !trimmed.starts_with(['{', '[', '"']) {
            break;
        }
        match serde_json::from_str::<Value>(trimmed) {
            Ok(inner) => current = Cow::Owned(inner),
            Err(_) => break,
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_in_any_letter_case_and_null_is_absent() {
        let record = json!({ "CorrelationId": "a", "result": null, "level": 4, "flag": true, "blank": "  " });
        assert_eq!(text(&record, &["correlationid"]), Some("a".to_owned()));
        assert_eq!(text(&record, &["Level"]), Some("4".to_owned()));
        assert_eq!(text(&record, &["flag"]), Some("true".to_owned()));
        assert_eq!(member(&record, "result"), None);
        assert_eq!(text(&record, &["blank"]), None);
    }

    #[test]
    fn json_is_seen_through_three_levels_of_strings() {
        let once = json!([{ "id": 1 }]);
        let twice = Value::String(once.to_string());
        let thrice = Value::String(twice.to_string());
        for packed in [&once, &twice, &thrice] {
            assert_eq!(unpacked(packed), once);
            assert_eq!(elements(&json!({ "Targets": packed }), &["targets"]).len(), 1);
        }
    }

    #[test]
    fn text_that_only_looks_like_json_stays_text() {
        for text in ["[] => [[Id: a]]; ", "{broken", "plain", ""] {
            assert_eq!(unpacked(&json!(text)), json!(text));
        }
    }
}
