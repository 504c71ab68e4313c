//! Finds the values at a path in JSON text, through arrays, name/value bags and strings
//! that hold JSON.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::decode::skim;

/// A value at the end of a path.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(&'a str),
    /// An object, as its text.
    Json(&'a str),
    /// An array without elements: the member is there, and holds nothing.
    EmptyArray,
}

type Visit<'v> = dyn FnMut(Found<'_>) -> ControlFlow<()> + 'v;

/// Visits every value at `path` in `json`, which is one JSON value that was found well
/// formed before.
///
/// - An empty path is the value itself; each element of an array on the way or at the end
///   is a value of its own.
/// - Names are compared without regard to letter case, and may hold dots: the names of
///   token claims are addresses.
/// - In a bag of `{key, value}` or `{Name, Value}` pairs, a key is a name.
/// - A string that holds JSON is seen through when the path goes on inside it.
pub(super) fn walk(json: &[u8], path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let json = json.trim_ascii();
    match json.first() {
        Some(b'{') if path.is_empty() => {
            text_of(json).map_or(ControlFlow::Continue(()), |text| visit(Found::Json(text)))
        }
        Some(b'{') => object(json, path, visit),
        Some(b'[') => array(json, path, visit),
        Some(b'"') => {
            let Some(text) = unescaped(json) else { return ControlFlow::Continue(()) };
            if path.is_empty() { visit(Found::Text(&text)) } else { inside_text(&text, path, visit) }
        }
        Some(_) if !path.is_empty() => ControlFlow::Continue(()),
        Some(b't') => visit(Found::Bool(true)),
        Some(b'f') => visit(Found::Bool(false)),
        Some(b'n') => visit(Found::Null),
        Some(_) => text_of(json).map_or(ControlFlow::Continue(()), |text| visit(Found::Number(text))),
        None => ControlFlow::Continue(()),
    }
}

/// Goes on with a path inside text that may hold JSON.
pub(super) fn inside_text(text: &str, path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '[', '"']) && is_json(text.as_bytes()) {
        walk(text.as_bytes(), path, visit)
    } else {
        ControlFlow::Continue(())
    }
}

fn is_json(text: &[u8]) -> bool {
    skim::value(text, 0, 0).is_ok_and(|end| skim::blanks(text, end) == text.len())
}

fn object(json: &[u8], path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let mut matched = false;
    let mut bag_name: Option<Cow<'_, str>> = None;
    let mut bag_value: Option<&[u8]> = None;
    for (name, value) in members(json) {
        let Some(name) = unescaped(name) else { continue };
        if let Some(rest) = after_name(path, &name) {
            matched = true;
            walk(value, rest, visit)?;
        }
        if ["key", "name"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            bag_name = unescaped(value);
        } else if name.eq_ignore_ascii_case("value") {
            bag_value = Some(value);
        }
    }
    if !matched
        && let (Some(name), Some(value)) = (bag_name, bag_value)
        && let Some(rest) = after_name(path, &name)
    {
        return walk(value, rest, visit);
    }
    ControlFlow::Continue(())
}

/// What is left of a path after its first name, if that is `name`.
fn after_name<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let head = path.get(..name.len())?;
    if name.is_empty() || !head.eq_ignore_ascii_case(name) {
        return None;
    }
    let rest = &path[name.len()..];
    if rest.is_empty() { Some("") } else { rest.strip_prefix('.') }
}

fn array(json: &[u8], path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let mut any = false;
    for element in elements(json) {
        any = true;
        walk(element, path, visit)?;
    }
    if !any && path.is_empty() { visit(Found::EmptyArray) } else { ControlFlow::Continue(()) }
}

/// The members of an object: the text of the name with its quotes, and of the value.
pub(super) fn members(json: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 1;
    std::iter::from_fn(move || {
        at = skim::blanks(json, at);
        if json.get(at) == Some(&b',') {
            at = skim::blanks(json, at + 1);
        }
        if json.get(at) != Some(&b'"') {
            return None;
        }
        let name_end = skim::string(json, at + 1).ok()?;
        let value_at = skim::colon(json, name_end).ok()?;
        let value_end = skim::value(json, value_at, 0).ok()?;
        let member = (&json[at..name_end], &json[value_at..value_end]);
        at = value_end;
        Some(member)
    })
}

/// The elements of an array.
pub(super) fn elements(json: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 1;
    std::iter::from_fn(move || {
        at = skim::blanks(json, at);
        if json.get(at) == Some(&b',') {
            at = skim::blanks(json, at + 1);
        }
        if matches!(json.get(at), None | Some(b']')) {
            return None;
        }
        let end = skim::value(json, at, 0).ok()?;
        let element = &json[at..end];
        at = end;
        Some(element)
    })
}

/// The text of a JSON string, given with its quotes; `None` when it is no string or not UTF-8.
pub(super) fn unescaped(string: &[u8]) -> Option<Cow<'_, str>> {
    let inside = string.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inside).is_none() {
        return std::str::from_utf8(inside).ok().map(Cow::Borrowed);
    }
    if let Ok(text) = serde_json::from_slice::<String>(string) {
        return Some(Cow::Owned(text));
    }
    // A lone surrogate is no character. The rest of the text still counts.
    Some(Cow::Owned(String::from_utf8_lossy(inside).into_owned()))
}

fn text_of(json: &[u8]) -> Option<&str> {
    std::str::from_utf8(json).ok()
}

/// Visits every string value in a JSON value, however deep, decoded.
pub(super) fn strings(json: &[u8], visit: &mut dyn FnMut(&str) -> ControlFlow<()>) -> ControlFlow<()> {
    match json.first() {
        Some(b'{') => {
            for (_, value) in members(json) {
                strings(value, visit)?;
            }
            ControlFlow::Continue(())
        }
        Some(b'[') => {
            for element in elements(json) {
                strings(element, visit)?;
            }
            ControlFlow::Continue(())
        }
        Some(b'"') => unescaped(json).map_or(ControlFlow::Continue(()), |text| visit(&text)),
        _ => ControlFlow::Continue(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_through_arrays_bags_and_strings() {
        let record = r#"{"targets":[{"type":"User","mods":[{"displayName":"A","newValue":"\"x\""}]},{"Type":"Role","mods":[]}],
            "details":[{"key":"User-Agent","value":"curl"}],
            "claims":{"http://schemas.example/claims/upn":"ada@contoso.example"},
            "packed":"{\"a\":{\"b\":[1,true,null]}}", "none":[], "text":"[]"}"#;
        check(record, "targets.type", &["User", "Role"]);
        check(record, "targets.mods.newValue", &["\"x\""]);
        check(record, "details.user-agent", &["curl"]);
        check(record, "claims.http://schemas.example/claims/upn", &["ada@contoso.example"]);
        check(record, "packed.a.b", &["1", "true", "null"]);
        check(record, "none", &["(empty)"]);
        check(record, "text", &["[]"]);
        check(record, "nothing", &[]);
        check(record, "details.value", &["curl"]);
    }

    #[track_caller]
    fn check(json: &str, path: &str, expected: &[&str]) {
        let mut found = Vec::new();
        let _ = walk(json.as_bytes(), path, &mut |value| {
            found.push(match value {
                Found::Null => "null".to_owned(),
                Found::Bool(flag) => flag.to_string(),
                Found::Number(text) | Found::Text(text) | Found::Json(text) => text.to_owned(),
                Found::EmptyArray => "(empty)".to_owned(),
            });
            ControlFlow::Continue(())
        });
        assert_eq!(found, expected, "{path}");
    }
}
