//! The values of changed properties, as they were before a log packed them into strings.

use serde_json::Value;

/// A value with the JSON that it holds as text made JSON.
///
/// The audit log packs every value once (`"[true]"`, `"\"Invoice Sync\""`), some twice; the unified log packs arrays,
/// prettily, and leaves scalars bare (`False`, a name, a GUID). So what is no JSON is itself. An empty text stays an empty
/// text, and a bare number becomes one only where it would be written back the same: `007` and `1e9` are names.
pub(super) fn decode(value: Value) -> Value {
    let Value::String(text) = value else { return value };
    match parsed(&text) {
        Some(Value::String(inner)) => match parsed(&inner) {
            Some(innermost @ (Value::Array(_) | Value::Object(_))) => innermost,
            _ => Value::String(inner),
        },
        Some(inner) => inner,
        None => Value::String(text),
    }
}

/// What a text holds, where it is JSON beyond doubt.
fn parsed(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match trimmed.bytes().next()? {
        b'[' | b'{' | b'"' => serde_json::from_str(trimmed).ok(),
        b't' | b'f' | b'n' => match trimmed {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        },
        b'-' | b'0'..=b'9' => {
            let number: i64 = trimmed.parse().ok()?;
            (number.to_string() == trimmed).then(|| Value::from(number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_in_strings_is_json() {
        check(json!("[true]"), json!([true]));
        check(json!("[]"), json!([]));
        check(json!("[\r\n  \"a\"\r\n]"), json!(["a"]));
        check(json!("\"Invoice Sync\""), json!("Invoice Sync"));
        check(json!("\"\""), json!(""));
        check(json!("{\"state\":\"enabled\"}"), json!({ "state": "enabled" }));
        check(json!("\"[\\\"a\\\"]\""), json!(["a"]));
        check(json!("false"), json!(false));
        check(json!("42"), json!(42));
    }

    #[test]
    fn what_is_no_json_is_itself() {
        check(json!(""), json!(""));
        check(json!(null), json!(null));
        check(json!(["a"]), json!(["a"]));
        check(json!("False"), json!("False"));
        check(json!(" Mail.Read"), json!(" Mail.Read"));
        check(json!("007"), json!("007"));
        check(json!("1e9"), json!("1e9"));
        check(json!("99999999999999999999"), json!("99999999999999999999"));
        check(json!("[Payroll] Sync"), json!("[Payroll] Sync"));
        check(json!("\"[] => [[Id: a, Scope: b]]; \""), json!("[] => [[Id: a, Scope: b]]; "));
    }

    #[track_caller]
    fn check(packed: Value, expected: Value) {
        assert_eq!(decode(packed.clone()), expected, "{packed}");
    }
}
