//! Reads what is almost JSON, where there is just one way to understand it.
//!
//! Records get damaged on their way: an address redacted without quotes, a comma left
//! before a bracket, a raw line break inside a string, an excerpt pasted without its
//! braces. Dropping them would lose what they say; guessing would invent. The cures here
//! change no value that is readable.

/// The position after the object or array that begins at `at`, counting brackets outside
/// strings and nothing else; `None` when it does not end.
pub(super) fn extent(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut position = at;
    while position < bytes.len() {
        match bytes[position] {
            b'"' => position = string_end(bytes, position + 1)?,
            b'{' | b'[' => {
                depth += 1;
                position += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                position += 1;
                if depth == 0 {
                    return Some(position);
                }
            }
            _ => position += 1,
        }
    }
    None
}

fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The text with braces around it, if it is a list of members.
pub(super) fn wrapped(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.trim_ascii();
    let mut whole = Vec::with_capacity(text.len() + 2);
    whole.push(b'{');
    whole.extend_from_slice(text.strip_suffix(b",").unwrap_or(text));
    whole.push(b'}');
    cured(&whole)
}

/// The text of an object with its small damages undone; `None` when it is beyond that.
pub(super) fn cured(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string(bytes, at, &mut out)?,
            b'{' | b'[' | b':' => {
                out.push(bytes[at]);
                at += 1;
            }
            b'}' | b']' => {
                drop_trailing_comma(&mut out);
                out.push(bytes[at]);
                at += 1;
            }
            b',' => {
                out.push(b',');
                at += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                out.push(bytes[at]);
                at += 1;
            }
            _ => at = bare(bytes, at, &mut out),
        }
    }
    Some(out)
}

/// Copies a string; raw control characters and unknown escapes become escapes that JSON has.
fn string(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.push(b'"');
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                out.push(b'"');
                return Some(at + 1);
            }
            b'\\' => {
                let next = *bytes.get(at + 1)?;
                let known = match next {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => true,
                    b'u' => bytes.get(at + 2..at + 6).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
                    _ => false,
                };
                out.extend_from_slice(if known { b"\\" } else { b"\\\\" });
                out.push(next);
                at += 2;
            }
            control @ 0..=0x1f => {
                out.extend_from_slice(format!("\\u{control:04x}").as_bytes());
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
}

/// A value without quotes: a literal or number stays, anything else becomes a string.
fn bare(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let length = bytes[at..]
        .iter()
        .position(|byte| matches!(byte, b',' | b'}' | b']' | b'\n' | b'"'))
        .unwrap_or(bytes.len() - at);
    let word = bytes[at..at + length].trim_ascii_end();
    let text = String::from_utf8_lossy(word);
    if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
        out.extend_from_slice(word);
    } else {
        out.extend_from_slice(serde_json::Value::String(text.into_owned()).to_string().as_bytes());
    }
    at + length.max(1)
}

fn drop_trailing_comma(out: &mut Vec<u8>) {
    let end = out.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    if end > 0 && out[end - 1] == b',' {
        out.truncate(end - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_damages_are_undone_and_nothing_else_changes() {
        check(r#"{"ip": <Redacted>, "a": 1}"#, r#"{"ip": "<Redacted>", "a": 1}"#);
        check(r#"{"a": [1, 2,], "b": {"c": null,}}"#, r#"{"a": [1, 2], "b": {"c": null}}"#);
        check("{\"a\": \"line\nbreak \\x\"}", r#"{"a": "line\u000abreak \\x"}"#);
        check(r#"{"a": NaN}"#, r#"{"a": "NaN"}"#);
    }

    #[track_caller]
    fn check(damaged: &str, expected: &str) {
        let cured = cured(damaged.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(cured.as_deref(), Some(expected));
        assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
    }

    #[test]
    fn what_does_not_end_has_no_extent() {
        assert_eq!(extent(br#"{"a":[1}"#, 0), None);
        assert_eq!(extent(br#"{"a":"}"} tail"#, 0), Some(9));
    }
}
