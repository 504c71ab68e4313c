//! Reads the bundled tables: comma-separated lines whose cells stay where they are.
//!
//! The tables are ours, so the reader is small: a header line first, a cell that holds a
//! comma stands in double quotes, and no cell holds a quote or a line break. What that buys
//! is that a cell is a slice of the program itself and is never copied.

use std::cmp::Ordering;

/// The rows of a table below its header; a missing cell is empty, a surplus one ignored.
pub(super) fn rows<const CELLS: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; CELLS]> {
    text.lines().skip(1).map(|line| {
        let mut cells = [""; CELLS];
        let mut rest = line;
        for cell in &mut cells {
            (*cell, rest) = first_cell(rest);
        }
        cells
    })
}

/// The part of a table's text that a cell with several values holds between bars.
pub(super) fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('|').filter(|part| !part.is_empty())
}

/// How many rows there will be, near enough for reserving room.
pub(super) fn expected_rows(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

/// Orders texts as if they were in lower case, without making them so.
pub(super) fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(lower).cmp(right.bytes().map(lower))
}

fn first_cell(line: &'static str) -> (&'static str, &'static str) {
    if let Some(quoted) = line.strip_prefix('"')
        && let Some((cell, rest)) = quoted.split_once('"')
    {
        return (cell, rest.strip_prefix(',').unwrap_or(rest));
    }
    line.split_once(',').unwrap_or((line, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_split_at_commas_outside_quotes() {
        let table = "id,name,more\n1,plain,x\n2,\"Mac, Linux\",y\n3,last";
        let read: Vec<_> = rows::<3>(table).collect();
        assert_eq!(read, [["1", "plain", "x"], ["2", "Mac, Linux", "y"], ["3", "last", ""]]);
    }

    #[test]
    fn letter_case_does_not_order_names() {
        assert_eq!(compare_ignoring_case("Mail.Read", "mail.read"), Ordering::Equal);
        assert_eq!(compare_ignoring_case("Mail.Read", "mail.readwrite"), Ordering::Less);
        assert_eq!(compare_ignoring_case("b", "A"), Ordering::Greater);
    }
}
