//! Letter case, folded away so that texts compare as Sigma wants.
//!
//! Folding goes character by character. So the folding of a part is a part of the folding, which is what the
//! index's needles rely on.

use std::borrow::Cow;

/// What an embedder does to the values of a field before they are compared.
pub type Folding = for<'a> fn(&'a str) -> Cow<'a, str>;

/// Writes `text` without letter case into `out`, which is emptied first.
pub(crate) fn fold_into(out: &mut String, text: &str, folding: Option<Folding>) {
    out.clear();
    match folding {
        None => push_folded(out, text),
        Some(folding) => push_folded(out, &folding(text)),
    }
}

/// `text` without letter case.
pub(crate) fn folded(text: &str, folding: Option<Folding>) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text, folding);
    out
}

fn push_folded(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character.to_ascii_lowercase());
            continue;
        }
        // Through the capital, so that ſ is an s and ς a σ. A letter whose capital is
        // several (ß) keeps to its own small form.
        let mut capital = character.to_uppercase();
        match (capital.next(), capital.next()) {
            (Some(capital), None) => out.extend(capital.to_lowercase()),
            _ => out.extend(character.to_lowercase()),
        }
    }
}

/// Whether a text that is not ASCII may hold a character that folds to ASCII letters:
/// İ, ı, ſ and the Kelvin sign.
pub(crate) fn may_fold_to_ascii(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(0xc4, 0xc5, 0xe2, bytes).any(|at| {
        let rest = &bytes[at..];
        ["İ", "ı", "ſ", "\u{212a}"].iter().any(|letter| rest.starts_with(letter.as_bytes()))
    })
}

/// Whether a character is one of those.
pub(crate) fn folds_to_ascii(code: u32) -> bool {
    matches!(code, 0x130 | 0x131 | 0x17f | 0x212a)
}

/// Writes `json`, a piece of JSON text, into `out` with its string escapes undone
/// once. What is no valid escape stays as it is.
pub(crate) fn unescape_into(out: &mut String, json: &str) {
    out.clear();
    let mut rest = json;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (character, length) = read_escape(escape);
        match character {
            Some(character) => out.push(character),
            None => out.push_str(&escape[..length]),
        }
        rest = &escape[length..];
    }
    out.push_str(rest);
}

/// The character that an escape stands for, and the escape's length in bytes.
fn read_escape(escape: &str) -> (Option<char>, usize) {
    let simple = match escape.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return read_unicode_escape(escape),
        _ => return (None, 1),
    };
    (Some(simple), 2)
}

fn read_unicode_escape(escape: &str) -> (Option<char>, usize) {
    let unit = |at: usize| -> Option<u32> {
        let text = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(text, 16).ok()
    };
    let Some(first) = unit(0) else { return (None, 1) };
    if let Some(character) = char::from_u32(first) {
        return (Some(character), 6);
    }
    match unit(6) {
        Some(second) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(code), 12)
        }
        _ => (Some(char::REPLACEMENT_CHARACTER), 6),
    }
}
