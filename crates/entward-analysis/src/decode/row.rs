//! Rows of CSV: cells cut apart, quotes undone, columns known by name.

use entward_model::Shape;
use serde_json::Value;

use super::keys::{Layout, Slot};
use super::recognize;

/// The header of a CSV file, understood.
#[derive(Debug)]
pub struct Header {
    /// Column names; ` [UTC]` and blanks at the ends removed. The second and later of a
    /// repeated name are empty: the first stands.
    names: Vec<String>,
    slots: Vec<Option<Slot>>,
    delimiter: u8,
    pub(super) shape: Option<Shape>,
}

impl Header {
    /// Understands the column names of a file.
    pub(crate) fn new(columns: &[String], delimiter: u8, layout: &Layout) -> Header {
        let mut names: Vec<String> = Vec::with_capacity(columns.len());
        for column in columns {
            let name = column.trim_start_matches('\u{feff}').trim().trim_end_matches("[UTC]").trim();
            let repeated = names.iter().any(|known| known.eq_ignore_ascii_case(name));
            names.push(if repeated { String::new() } else { name.to_owned() });
        }
        let slots =
            names.iter().map(|name| if name.is_empty() { None } else { layout.root.slot(name.as_bytes()) }).collect();
        let shape = recognize::recognize_header(&names);
        Header { names, slots, delimiter, shape }
    }

    /// The slot of a column, where anybody asks for it.
    #[inline]
    pub(super) fn slot(&self, column: usize) -> Option<Slot> {
        self.slots.get(column).copied().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The cells of one row, with their quotes undone, one after the other.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: Vec<u8>,
    spans: Vec<(u32, u32)>,
}

impl Row {
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn spans(&self) -> &[(u32, u32)] {
        &self.spans
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|&(start, end)| &self.text[start as usize..end as usize])
    }

    /// Cuts a row apart (RFC 4180). A quote in the middle of an unquoted cell is text, and
    /// text behind a closing quote belongs to its cell, as spreadsheets read it.
    pub(super) fn read(&mut self, row: &[u8], header: &Header) {
        self.text.clear();
        self.spans.clear();
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        let mut at = 0;
        loop {
            let start = self.text.len() as u32;
            if row.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    let rest = &row[at..];
                    let Some(quote) = memchr::memchr(b'"', rest) else {
                        self.text.extend_from_slice(rest);
                        at = row.len();
                        break;
                    };
                    self.text.extend_from_slice(&rest[..quote]);
                    at += quote + 1;
                    if row.get(at) != Some(&b'"') {
                        break;
                    }
                    self.text.push(b'"');
                    at += 1;
                }
            }
            let rest = &row[at..];
            let end = memchr::memchr(header.delimiter, rest).unwrap_or(rest.len());
            self.text.extend_from_slice(&rest[..end]);
            at += end;
            self.spans.push((start, self.text.len() as u32));
            if at >= row.len() {
                break;
            }
            at += 1;
            if at == row.len() {
                // A delimiter at the very end: one more cell, empty.
                let end = self.text.len() as u32;
                self.spans.push((end, end));
                break;
            }
        }
    }

    /// The row as an object of column name to text. Cells beyond the header are kept under
    /// a number, so that nothing is lost.
    pub(super) fn to_value(&self, header: &Header) -> Value {
        let mut object = serde_json::Map::new();
        for (column, cell) in self.cells().enumerate() {
            let text = Value::String(String::from_utf8_lossy(cell).into_owned());
            match header.names.get(column) {
                Some(name) if name.is_empty() => {}
                Some(name) => {
                    object.insert(name.clone(), text);
                }
                None => {
                    object.insert(format!("column {}", column + 1), text);
                }
            }
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_as_spreadsheets_cut_them() {
        check("a,b,c", &["a", "b", "c"]);
        check("\"a \"\"b\"\", c\",,d\r\n", &["a \"b\", c", "", "d"]);
        check("a,\"line\nbreak\",", &["a", "line\nbreak", ""]);
        check("a\"b,\"c\"d", &["a\"b", "cd"]);
        check("", &[""]);
        check("\"open", &["open"]);
    }

    #[track_caller]
    fn check(row: &str, expected: &[&str]) {
        let header = Header::new(&["a".to_owned()], b',', &Layout::new());
        let mut read = Row::default();
        read.read(row.as_bytes(), &header);
        let cells: Vec<&str> = read.cells().map(|cell| std::str::from_utf8(cell).unwrap()).collect();
        assert_eq!(cells, expected, "{row}");
    }
}
