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
    walk_at(json, skim::blanks(json, 0), path, visit).map_continue(|_| ())
}

/// The same for the value that begins at `at`; gives the position after it, so that no byte is
/// crossed twice.
fn walk_at(json: &[u8], at: usize, path: &str, visit: &mut Visit<'_>) -> ControlFlow<(), usize> {
    match json.get(at) {
        Some(b'{') if !path.is_empty() => object(json, at, path, visit),
        Some(b'[') => array(json, at, path, visit),
        _ => {
            let end = end_of(json, at);
            single(&json[at..end], path, visit)?;
            ControlFlow::Continue(end)
        }
    }
}

/// A value that is not opened, or not further than a string.
fn single(json: &[u8], path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match json.first() {
        Some(b'"') => {
            let Some(text) = unescaped(json) else { return ControlFlow::Continue(()) };
            if path.is_empty() { visit(Found::Text(&text)) } else { inside_text(&text, path, visit) }
        }
        Some(_) if !path.is_empty() => ControlFlow::Continue(()),
        Some(b'{') => text_of(json).map_or(ControlFlow::Continue(()), |text| visit(Found::Json(text))),
        Some(b't') => visit(Found::Bool(true)),
        Some(b'f') => visit(Found::Bool(false)),
        Some(b'n') => visit(Found::Null),
        Some(_) => text_of(json).map_or(ControlFlow::Continue(()), |text| visit(Found::Number(text))),
        None => ControlFlow::Continue(()),
    }
}

/// The end of the value that begins at `at`. The text was found well formed before; were it
/// not, nothing more would be found in it.
pub(super) fn end_of(json: &[u8], at: usize) -> usize {
    skim::value(json, at, 0).unwrap_or(json.len())
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

fn object(json: &[u8], at: usize, path: &str, visit: &mut Visit<'_>) -> ControlFlow<(), usize> {
    let mut matched = false;
    let mut bag_name: Option<&[u8]> = None;
    let mut bag_value: Option<&[u8]> = None;
    let end = each_member(json, at, |name, at| {
        if let Some(rest) = after_written_name(path, name) {
            matched = true;
            return walk_at(json, at, rest, visit);
        }
        let end = end_of(json, at);
        if [&b"key"[..], b"name"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            bag_name = Some(&json[at..end]);
        } else if name.eq_ignore_ascii_case(b"value") {
            bag_value = Some(&json[at..end]);
        }
        ControlFlow::Continue(end)
    })?;
    if !matched
        && let (Some(name), Some(value)) = (bag_name.and_then(unescaped), bag_value)
        && let Some(rest) = after_name(path, name.as_bytes())
    {
        walk(value, rest, visit)?;
    }
    ControlFlow::Continue(end)
}

/// As [`after_name`], for a name as it is written, with its escapes.
fn after_written_name<'p>(path: &'p str, name: &[u8]) -> Option<&'p str> {
    if memchr::memchr(b'\\', name).is_none() {
        return after_name(path, name);
    }
    let quoted = [b"\"", name, b"\""].concat();
    unescaped(&quoted).and_then(|name| after_name(path, name.as_bytes()))
}

/// What is left of a path after its first name, if that is `name`.
fn after_name<'p>(path: &'p str, name: &[u8]) -> Option<&'p str> {
    // The end first: token claims begin alike for fifty bytes.
    let ends_here = matches!(path.as_bytes().get(name.len()), None | Some(b'.'));
    if !ends_here || name.is_empty() || !path.as_bytes().get(..name.len())?.eq_ignore_ascii_case(name) {
        return None;
    }
    let rest = path.get(name.len()..)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('.') }
}

fn array(json: &[u8], at: usize, path: &str, visit: &mut Visit<'_>) -> ControlFlow<(), usize> {
    let mut any = false;
    let end = each_element(json, at, |at| {
        any = true;
        walk_at(json, at, path, visit)
    })?;
    if !any && path.is_empty() {
        visit(Found::EmptyArray)?;
    }
    ControlFlow::Continue(end)
}

/// Calls `visit` with the name, as it is written without its quotes, and the position of the value
/// of each member of the object that begins at `at`; `visit` gives the position after the
/// value. Gives the position after the object.
pub(super) fn each_member<'j, B>(
    json: &'j [u8],
    at: usize,
    mut visit: impl FnMut(&'j [u8], usize) -> ControlFlow<B, usize>,
) -> ControlFlow<B, usize> {
    let broken = ControlFlow::Continue(json.len());
    let mut at = skim::blanks(json, at + 1);
    while json.get(at) == Some(&b'"') {
        let Ok(name_end) = skim::string(json, at + 1) else { return broken };
        let Ok(value_at) = skim::colon(json, name_end) else { return broken };
        let end = visit(&json[at + 1..name_end - 1], value_at)?;
        at = skim::blanks(json, end);
        if json.get(at) == Some(&b',') {
            at = skim::blanks(json, at + 1);
        }
    }
    if json.get(at) == Some(&b'}') { ControlFlow::Continue(at + 1) } else { broken }
}

/// Likewise for the elements of an array.
pub(super) fn each_element<B>(
    json: &[u8],
    at: usize,
    mut visit: impl FnMut(usize) -> ControlFlow<B, usize>,
) -> ControlFlow<B, usize> {
    let mut at = skim::blanks(json, at + 1);
    while !matches!(json.get(at), None | Some(b']')) {
        at = skim::blanks(json, visit(at)?);
        if json.get(at) == Some(&b',') {
            at = skim::blanks(json, at + 1);
        }
    }
    ControlFlow::Continue((at + 1).min(json.len()))
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
    strings_at(json, skim::blanks(json, 0), visit).map_continue(|_| ())
}

fn strings_at(json: &[u8], at: usize, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) -> ControlFlow<(), usize> {
    match json.get(at) {
        Some(b'{') => each_member(json, at, |_, at| strings_at(json, at, visit)),
        Some(b'[') => each_element(json, at, |at| strings_at(json, at, visit)),
        Some(b'"') => {
            let end = end_of(json, at);
            if let Some(text) = unescaped(&json[at..end]) {
                visit(&text)?;
            }
            ControlFlow::Continue(end)
        }
        _ => ControlFlow::Continue(end_of(json, at)),
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
