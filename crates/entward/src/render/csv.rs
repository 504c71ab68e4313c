//! Writes rows of CSV that no spreadsheet executes.
//!
//! Quoting follows RFC 4180; lines end with LF, as every reader accepts and shell tools
//! expect. Two things differ from the text of a record. A cell that a spreadsheet would
//! take for a formula gets a leading `'`. What a terminal would obey or could not show, tabs and
//! line breaks apart, is written as its number (`\u{1b}`, `\u{202e}`), for CSV is often looked
//! at in a terminal, and many readers stop at a NUL.

use std::borrow::Cow;
use std::io;

use super::escape::is_hidden;

/// Writes one row.
pub(super) fn row<'a, W: io::Write + ?Sized>(
    out: &mut W,
    cells: impl IntoIterator<Item = Cow<'a, str>>,
) -> io::Result<()> {
    for (position, cell) in cells.into_iter().enumerate() {
        if position > 0 {
            out.write_all(b",")?;
        }
        write_cell(out, &cell)?;
    }
    out.write_all(b"\n")
}

/// Joins several values into one cell.
pub(super) fn joined<'a>(values: impl IntoIterator<Item = &'a str>) -> Cow<'a, str> {
    let values: Vec<&str> = values.into_iter().collect();
    match values.as_slice() {
        [single] => Cow::Borrowed(single),
        _ => Cow::Owned(values.join("; ")),
    }
}

/// The cell of a value that may be missing.
pub(super) fn optional(value: &Option<String>) -> Cow<'_, str> {
    Cow::Borrowed(value.as_deref().unwrap_or_default())
}

fn write_cell<W: io::Write + ?Sized>(out: &mut W, cell: &str) -> io::Result<()> {
    let is_escaped = |character: char| is_hidden(character) && !matches!(character, '\t' | '\r' | '\n');
    let mut cell = Cow::Borrowed(cell);
    if cell.chars().any(is_escaped) {
        let mut escaped = String::new();
        for character in cell.chars() {
            if is_escaped(character) {
                escaped.extend(character.escape_unicode());
            } else {
                escaped.push(character);
            }
        }
        cell = Cow::Owned(escaped);
    }
    let guard = if is_formula(&cell) { "'" } else { "" };
    if !cell.contains([',', '"', '\r', '\n']) {
        out.write_all(guard.as_bytes())?;
        return out.write_all(cell.as_bytes());
    }
    write!(out, "\"{guard}{}\"", cell.replace('"', "\"\""))
}

/// Whether a spreadsheet might calculate the cell. The wide forms of the four signs count
/// too: some spreadsheets fold them.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cells: &[&str], expected: &str) {
        let mut out = Vec::new();
        row(&mut out, cells.iter().map(|cell| Cow::Borrowed(*cell))).expect("a vector takes everything");
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        check(&["plain", "", "with blank"], "plain,,with blank\n");
        check(&["a,b", "say \"yes\"", "two\nlines"], "\"a,b\",\"say \"\"yes\"\"\",\"two\nlines\"\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        check(&["=1+1", "+1", "-1", "@SUM(A1)"], "'=1+1,'+1,'-1,'@SUM(A1)\n");
        check(&["\t=1", "\r=1", "＝1"], "'\t=1,\"'\r=1\",'＝1\n");
        check(&["=HYPERLINK(\"https://mallory.example\")"], "\"'=HYPERLINK(\"\"https://mallory.example\"\")\"\n");
        check(&["a=1", "1-2", "203.0.113.7"], "a=1,1-2,203.0.113.7\n");
    }

    #[test]
    fn a_terminal_that_shows_the_file_is_not_commanded() {
        check(&["\u{1b}[2J", "a\0b", "\u{9b}m"], "\\u{1b}[2J,a\\u{0}b,\\u{9b}m\n");
    }
}
