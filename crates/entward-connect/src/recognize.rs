//! Tells what kind of text a file holds from its first chunk.
//!
//! The name of a file matters only where its content could be a table as well
//! as prose.

use csv_core::ReadRecordResult;
use memchr::memchr;

use crate::chunk::CsvHeader;

/// The kinds of text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// One JSON value per line.
    Lines,
    /// JSON that does not keep to lines.
    Document,
    /// Members of an object without its braces: `"operationName": …`.
    Fragment,
    /// A table; its rows start `rows_start` bytes into the file.
    Csv { header: CsvHeader, rows_start: usize },
    /// Nothing but blanks.
    Blank,
    /// None of these, and why.
    Unknown(&'static str),
}

/// A header row longer than this is none.
const LONGEST_HEADER: usize = 64 << 10;

/// Recognises `bytes`, the start of a file, or all of it when `ended`.
pub(crate) fn recognize(bytes: &[u8], ended: bool, extension: &str) -> Text {
    let Some(start) = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) else {
        return if ended { Text::Blank } else { Text::Unknown("starts with nothing but blanks") };
    };
    let text = &bytes[start..];
    let table = |bytes| match csv(bytes, ended, extension) {
        Some((header, length)) => Text::Csv { header, rows_start: start + length },
        None => no_json(bytes, extension),
    };
    match text[0] {
        b'{' | b'[' => json(text, ended),
        // JSON text sequences (RFC 7464) start each value with a record separator.
        0x1e => Text::Document,
        b'"' => match quoted(text) {
            Quoted::Member => Text::Fragment,
            Quoted::Json => Text::Lines,
            Quoted::Other => table(text),
        },
        _ => table(text),
    }
}

/// How far the first value of some bytes that begin with a bracket goes.
#[derive(Debug, PartialEq, Eq)]
enum FirstValue {
    /// It ends after so many bytes.
    Ends(usize),
    /// It goes on past the bytes; the bracket that encloses their end is given.
    Open(u8),
    /// It goes on past the bytes, which end within a string.
    InString,
}

/// The length of the value that `bytes`, beginning with a bracket, begin with; `None` when it is not all there.
pub(crate) fn first_value(bytes: &[u8]) -> Option<usize> {
    match measure(bytes) {
        FirstValue::Ends(length) => Some(length),
        _ => None,
    }
}

/// Whether a line that begins with a bracket and does not end with one is the start of a document of many lines,
/// and not a line of JSON that was cut off. `rest` is what follows the line.
pub(crate) fn starts_document(line: &[u8], rest: &[u8]) -> bool {
    if !matches!(line.last(), Some(b'{' | b'[' | b',')) {
        return false;
    }
    let FirstValue::Open(enclosing) = measure(line) else {
        return false;
    };
    // After a line cut off, the next record begins; within an object, no object can follow a comma.
    match rest.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => enclosing == b'[',
        _ => true,
    }
}

fn json(text: &[u8], ended: bool) -> Text {
    let newline = memchr(b'\n', text);
    let line = text[..newline.unwrap_or(text.len())].trim_ascii_end();
    if newline.is_none() && !ended {
        // Whether it is a line for itself shows at its end.
        return Text::Lines;
    }
    if let Some(length) = first_value(line) {
        return match line[length..].trim_ascii() {
            b"" | b"," => Text::Lines,
            _ => Text::Document,
        };
    }
    let Some(newline) = newline else {
        return Text::Document;
    };
    // The first line alone may be broken: the second then tells.
    let rest = text[newline..].trim_ascii_start();
    let second = rest[..memchr(b'\n', rest).unwrap_or(rest.len())].trim_ascii_end();
    let second_is_whole = second.starts_with(b"{") && first_value(second) == Some(second.len());
    if second_is_whole && !starts_document(line, rest) { Text::Lines } else { Text::Document }
}

fn measure(bytes: &[u8]) -> FirstValue {
    let mut open = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => match string_end(&bytes[at..]) {
                Some(length) => at += length - 1,
                None => return FirstValue::InString,
            },
            bracket @ (b'{' | b'[') => open.push(bracket),
            b'}' | b']' => {
                open.pop();
                if open.is_empty() {
                    return FirstValue::Ends(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    FirstValue::Open(open.last().copied().unwrap_or(b'{'))
}

/// The length of the string that `bytes` begin with, quotes included.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

enum Quoted {
    /// A member's name.
    Member,
    /// A string that holds JSON.
    Json,
    Other,
}

fn quoted(text: &[u8]) -> Quoted {
    let Some(length) = string_end(text) else {
        return Quoted::Other;
    };
    let after = text[length..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    if after == Some(&b':') {
        Quoted::Member
    } else if text[1..length].trim_ascii_start().starts_with(b"{\\\"") {
        Quoted::Json
    } else {
        Quoted::Other
    }
}

/// Reads the header of a table: its names, and how many bytes it takes.
fn csv(text: &[u8], ended: bool, extension: &str) -> Option<(CsvHeader, usize)> {
    let is_named_table = matches!(extension, "csv" | "tsv");
    // Excel's own hint at the delimiter, a line before the header.
    let (delimiter, skipped) = match text {
        [b's', b'e', b'p', b'=', delimiter @ (b',' | b';' | b'\t'), rest @ ..] => {
            let newline = memchr(b'\n', rest)?;
            (*delimiter, 5 + newline + 1)
        }
        _ => (likely_delimiter(text)?, 0),
    };
    let text = &text[skipped..];
    let (names, length) = row(&text[..text.len().min(LONGEST_HEADER)], delimiter, ended)?;
    let fewest = if is_named_table { 1 } else { 3 };
    if names.len() < fewest || !names.iter().all(|name| is_column_name(name)) {
        return None;
    }
    if !is_named_table && text.len() > length {
        // Prose has commas too, but hardly as many in its second line.
        let second = row(&text[length..], delimiter, ended);
        if second.is_some_and(|(cells, _)| cells.len() != names.len()) {
            return None;
        }
    }
    Some((CsvHeader { names, delimiter }, skipped + length))
}

/// The delimiter that the first line has most of, quoted text aside.
fn likely_delimiter(text: &[u8]) -> Option<u8> {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for &byte in text.iter().take(LONGEST_HEADER) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            0..=8 | 11 | 12 | 14..=31 => return None,
            _ if !is_quoted => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(*delimiter == byte);
                }
            }
            _ => {}
        }
    }
    let (delimiter, _) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(delimiter)
}

/// Reads one row: its cells, and how many bytes it takes. `None` when it is not all there.
fn row(text: &[u8], delimiter: u8, ended: bool) -> Option<(Vec<String>, usize)> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut cells = vec![0; text.len()];
    let mut ends = vec![0; text.len().min(4096) + 1];
    let (mut result, mut read, mut written, mut count) = reader.read_record(text, &mut cells, &mut ends);
    if result == ReadRecordResult::InputEmpty && ended {
        let (last, more_read, more_written, more_ends) =
            reader.read_record(&[], &mut cells[written..], &mut ends[count..]);
        (result, read, written, count) = (last, read + more_read, written + more_written, count + more_ends);
    }
    if result != ReadRecordResult::Record {
        return None;
    }
    let mut start = 0;
    let mut texts = Vec::with_capacity(count);
    for &end in &ends[..count] {
        let end = end.min(written);
        texts.push(String::from_utf8_lossy(&cells[start.min(end)..end]).trim().to_owned());
        start = end;
    }
    // The reader stops between `\r` and `\n`.
    let newline = usize::from(text[..read].ends_with(b"\r") && text[read..].starts_with(b"\n"));
    Some((texts, read + newline))
}

fn is_column_name(name: &str) -> bool {
    let is_fitting = |character: char| character.is_alphanumeric() || " _-.,;[]()$@:/%&+'*".contains(character);
    name.len() <= 256 && name.chars().all(is_fitting) && name.chars().any(char::is_alphanumeric)
}

/// Text that begins with neither JSON nor a table: JSON may still follow.
fn no_json(text: &[u8], extension: &str) -> Text {
    if text.iter().take(4096).any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)) {
        return Text::Unknown("is binary data of a kind that is not known");
    }
    let is_something_else = matches!(
        extension,
        "md" | "yml" | "yaml" | "toml" | "ini" | "xml" | "html" | "htm" | "py" | "ps1" | "sh" | "js" | "ts" | "rs"
    );
    let has_json = text.split(|&byte| byte == b'\n').any(|line| matches!(line.first(), Some(b'{' | b'[')));
    if has_json && !is_something_else {
        Text::Document
    } else {
        Text::Unknown("is text, but neither JSON nor a table (CSV) with a header")
    }
}
