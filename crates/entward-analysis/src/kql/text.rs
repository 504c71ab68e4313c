//! Texts, names and expressions as Kusto writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use entward_sigma::tree::{Expression, Piece};

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A literal in which a backslash is a backslash, which expressions are full of.
fn verbatim(text: &str) -> String {
    if text.chars().any(char::is_control) {
        quoted(text)
    } else if text.contains('"') && !text.contains('\'') {
        format!("@'{text}'")
    } else {
        format!("@\"{}\"", text.replace('"', "\"\""))
    }
}

/// A member of a dynamic value.
pub(super) fn member(of: &str, name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if plain { format!("{of}.{name}") } else { format!("{of}[{}]", quoted(name)) }
}

/// A regular expression with its flags inside it. Kusto's syntax is that of the `regex` crate
/// (<https://learn.microsoft.com/kusto/query/regex>).
pub(super) fn expression(expression: &Expression) -> String {
    let mut flags = String::new();
    for (set, flag) in [(expression.ignore_case, 'i'), (expression.multi_line, 'm'), (expression.dot_all, 's')] {
        if set {
            flags.push(flag);
        }
    }
    let head = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    verbatim(&format!("{head}{}", expression.text))
}

/// Pieces with wildcards as a regular expression for the whole text.
pub(super) fn wildcards(pieces: &[Piece], cased: bool) -> String {
    let mut out = if cased { "(?s)^" } else { "(?is)^" }.to_owned();
    for piece in pieces {
        match piece {
            Piece::Any => out.push_str(".*"),
            Piece::One => out.push('.'),
            Piece::Literal(text) => push_literal(&mut out, text),
        }
    }
    out.push('$');
    verbatim(&out)
}

/// Plain texts as one regular expression without regard to letter case: for the whole text, or any part of it.
pub(super) fn alternatives(texts: &[&str], whole: bool) -> String {
    let mut out = if whole { "(?i)^(?:" } else { "(?i)" }.to_owned();
    if texts.len() < MANY || texts.iter().any(|text| !text.is_ascii() || text.len() < 2) {
        push_alternatives(&mut out, texts.iter().copied());
    } else {
        // A long list takes less room with what begins alike together.
        let mut groups: BTreeMap<char, Vec<&str>> = BTreeMap::new();
        for text in texts {
            if let Some(first) = text.chars().next() {
                groups.entry(first.to_ascii_lowercase()).or_default().push(&text[first.len_utf8()..]);
            }
        }
        for (place, (first, rests)) in groups.into_iter().enumerate() {
            out.push_str(if place > 0 { "|" } else { "" });
            push_literal(&mut out, first.encode_utf8(&mut [0; 4]));
            out.push_str("(?:");
            push_alternatives(&mut out, rests.into_iter());
            out.push(')');
        }
    }
    if whole {
        out.push_str(")$");
    }
    verbatim(&out)
}

/// How many alternatives are worth putting together.
const MANY: usize = 100;

fn push_alternatives<'t>(out: &mut String, texts: impl Iterator<Item = &'t str>) {
    for (place, text) in texts.enumerate() {
        out.push_str(if place > 0 { "|" } else { "" });
        push_literal(out, text);
    }
}

fn push_literal(out: &mut String, text: &str) {
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
}

/// Text for a comment: one line.
pub(super) fn comment(text: &str) -> String {
    text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
