//! Turns the bytes of a log into records.
//!
//! Microsoft ships the same sign-in in several shapes, alone on a line, inside
//! `{"records":[…]}`, as an element of a page, as a row of CSV. Past this room nobody
//! knows how a record was packed: each is a `Gathered`, well formed, with its [`Shape`]
//! and the places of the members that anybody asks for.
//!
//! Decoding keeps going. What fits no shape becomes an [`Undecoded`] with its reason and
//! its offset; what is broken in a way that has only one cure (a bare `<Redacted>` where
//! a value should be, a comma before a bracket) is read with that cure and reported too.
//!
//! To add a shape: name it in `entward-model/src/shape.rs`, tell it apart in
//! `recognize.rs`, say in `mappings/` where rules find things in it, read it in
//! `normalize/`, and test it there on a few invented records.

mod gather;
pub(crate) mod keys;
mod recognize;
mod row;
pub(crate) mod skim;
mod tolerant;

use entward_model::Shape;
use serde_json::Value;

pub use row::Header;

use gather::{Cells, Extent, gather};
use keys::{Layout, Slot};
use row::Row;
use skim::{SkimError, Trouble};

/// One well-formed record, with the places of the members that were asked for.
pub(crate) struct Gathered<'a> {
    /// How it was written down.
    pub(crate) shape: Shape,
    /// Its text: JSON, or the cells of a row one after the other.
    pub(crate) bytes: &'a [u8],
    /// The text from whose start the places are counted.
    piece: &'a [u8],
    cells: &'a Cells,
    row: Option<&'a Row>,
    is_json: bool,
    header: Option<&'a Header>,
}

impl<'a> Gathered<'a> {
    /// A member as it stands in the text: JSON with its quotes, or a cell.
    #[inline]
    pub(crate) fn cell(&self, slot: Slot) -> Option<&'a [u8]> {
        self.cells.get(self.piece, slot)
    }

    /// Whether the record has the member.
    #[inline]
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.cells.has(slot)
    }

    /// The text of a member: a JSON string without its quotes (escapes as they stand), anything else as it is.
    #[inline]
    pub(crate) fn text(&self, slot: Slot) -> Option<&'a [u8]> {
        self.cell(slot).map(|cell| if self.is_json { unquoted(cell) } else { cell })
    }

    /// Whether the text is JSON; a row of CSV is not.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// The cells of a row of CSV.
    pub(crate) fn row_cells(&self) -> impl Iterator<Item = &'a [u8]> {
        self.row.into_iter().flat_map(Row::cells)
    }

    /// The whole record as a tree, for those few that are read in full.
    pub(crate) fn value(&self) -> Value {
        match (self.row, self.header) {
            (Some(row), Some(header)) => row.to_value(header),
            _ => serde_json::from_slice(self.bytes).unwrap_or_else(|_| lossy_value(self.bytes)),
        }
    }
}

/// What [`skim`] accepts and the full reader does not: an escape that names half a
/// character, and bytes that are no UTF-8. Both become the replacement character.
fn lossy_value(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let mut cured = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            cured.push(character);
            continue;
        }
        let escape = text.get(at..at + 6).filter(|escape| is_half_a_character(escape));
        if escape.is_some() {
            cured.push_str("\\ufffd");
            characters.nth(4);
        } else {
            // An escaped backslash must not make what follows it an escape.
            cured.push(character);
            cured.extend(characters.next().map(|(_, escaped)| escaped));
        }
    }
    serde_json::from_str(&cured).unwrap_or_default()
}

/// Whether `\uXXXX` is one half of a surrogate pair. Whole pairs are replaced too: text that needs this
/// cure is damaged, and what it says beside the damage is kept.
fn is_half_a_character(escape: &str) -> bool {
    escape
        .strip_prefix("\\u")
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .is_some_and(|code| (0xd800..0xe000).contains(&code))
}

/// A piece of a log that is no record of ours, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecoded {
    /// The byte of the piece at which the trouble was met.
    pub offset: usize,
    /// What is wrong, as a sentence fragment; the same trouble has the same words.
    pub reason: &'static str,
}

/// What a piece of a log turned out to be.
pub(crate) enum Decoded<'a> {
    /// A record. With it, what had to be cured to read it.
    Record(Gathered<'a>, Option<Undecoded>),
    /// Not a record.
    Undecoded(Undecoded),
}

/// Reads records out of pieces of a log. One per thread; its memory is used again.
#[derive(Debug)]
pub(crate) struct Decoder<'l> {
    layout: &'l Layout,
    cells: Cells,
    row: Row,
    /// The places in a record that stands whole in one cell of a row.
    inside: Cells,
}

impl<'l> Decoder<'l> {
    pub(crate) fn new(layout: &'l Layout) -> Decoder<'l> {
        Decoder { layout, cells: Cells::default(), row: Row::default(), inside: Cells::default() }
    }

    /// Reads one piece of a log: a row of CSV where there is a header, else JSON.
    #[inline]
    pub(crate) fn read(&mut self, bytes: &[u8], header: Option<&Header>, visit: &mut impl FnMut(Decoded<'_>)) {
        match header {
            Some(header) => self.row(header, bytes, visit),
            None => self.json(bytes, visit),
        }
    }

    /// Reads one piece of JSON: a record, an envelope or page of records, an array of
    /// them, or several of these in a row. Calls `visit` for each record and each piece
    /// that is none, in order.
    #[inline]
    fn json(&mut self, bytes: &[u8], visit: &mut impl FnMut(Decoded<'_>)) {
        let mut at = leading(bytes);
        if at == bytes.len() && bytes.contains(&0) {
            visit(Decoded::Undecoded(Undecoded { offset: 0, reason: "nothing but NUL bytes" }));
        }
        loop {
            at = match bytes.get(at) {
                None => return,
                Some(b'{') => self.object(bytes, at, true, visit),
                Some(b'[') => self.elements(bytes, at + 1, visit),
                Some(b'"') => return self.fragment(bytes, at, visit),
                Some(_) => {
                    visit(Decoded::Undecoded(Undecoded { offset: at, reason: "not JSON" }));
                    return;
                }
            };
            at = skim::blanks(bytes, at);
            while bytes.get(at) == Some(&0) {
                at += 1;
            }
        }
    }

    /// Reads the object that begins at `at`; gives the position after it.
    #[inline]
    fn object(&mut self, bytes: &[u8], at: usize, unwrap: bool, visit: &mut impl FnMut(Decoded<'_>)) -> usize {
        self.cells.clear(self.layout);
        match gather(bytes, at, self.layout, &mut self.cells, unwrap) {
            Ok(Extent::Record(end)) => {
                self.give(&bytes[..end], at, None, visit);
                end
            }
            Ok(Extent::Envelope(elements)) => {
                let end = self.elements(bytes, elements, visit);
                after_envelope(bytes, end)
            }
            Err(error) => self.broken(bytes, at, error, visit),
        }
    }

    /// Reads the elements of an array from behind its bracket; gives the position after it.
    fn elements(&mut self, bytes: &[u8], mut at: usize, visit: &mut impl FnMut(Decoded<'_>)) -> usize {
        loop {
            at = skim::blanks(bytes, at);
            at = match bytes.get(at) {
                Some(b'{') => self.object(bytes, at, false, visit),
                Some(b'[') => self.elements(bytes, at + 1, visit),
                Some(b',') => at + 1,
                Some(b']') => return at + 1,
                None => {
                    visit(Decoded::Undecoded(Undecoded {
                        offset: bytes.len(),
                        reason: "the text ends inside an array of records",
                    }));
                    return bytes.len();
                }
                Some(_) => {
                    let end =
                        skim::value(bytes, at, 1).ok().or_else(|| tolerant::extent(bytes, at)).unwrap_or(bytes.len());
                    visit(Decoded::Undecoded(Undecoded { offset: at, reason: "an element that is no object" }));
                    end.max(at + 1)
                }
            };
        }
    }

    /// An object that is not well formed: read with its cure when there is just one,
    /// reported in any case. Gives the position after it.
    #[cold]
    fn broken(&mut self, bytes: &[u8], at: usize, error: SkimError, visit: &mut impl FnMut(Decoded<'_>)) -> usize {
        let trouble = Undecoded { offset: error.offset, reason: error.trouble.message() };
        let Some(end) = tolerant::extent(bytes, at).filter(|_| error.trouble != Trouble::TooDeep) else {
            visit(Decoded::Undecoded(trouble));
            return bytes.len();
        };
        match tolerant::cured(&bytes[at..end]) {
            Some(cured) => {
                self.cells.clear(self.layout);
                match gather(&cured, 0, self.layout, &mut self.cells, false) {
                    Ok(Extent::Record(length)) if length == cured.len() => self.give(&cured, 0, Some(trouble), visit),
                    _ => visit(Decoded::Undecoded(trouble)),
                }
            }
            None => visit(Decoded::Undecoded(trouble)),
        }
        end
    }

    /// Members without the braces around them, as people paste them.
    #[cold]
    fn fragment(&mut self, bytes: &[u8], at: usize, visit: &mut impl FnMut(Decoded<'_>)) {
        let trouble = Undecoded { offset: at, reason: "members without an object around them" };
        let Some(cured) = tolerant::wrapped(&bytes[at..]) else {
            visit(Decoded::Undecoded(Undecoded { offset: at, reason: "not JSON" }));
            return;
        };
        self.cells.clear(self.layout);
        match gather(&cured, 0, self.layout, &mut self.cells, false) {
            Ok(Extent::Record(_)) => self.give(&cured, 0, Some(trouble), visit),
            _ => visit(Decoded::Undecoded(trouble)),
        }
    }

    /// Hands out a gathered record, if it is one of ours.
    #[inline]
    fn give(&self, bytes: &[u8], at: usize, cured: Option<Undecoded>, visit: &mut impl FnMut(Decoded<'_>)) {
        match recognize::recognize(&self.cells, |slot| self.cells.get(bytes, slot).map(unquoted)) {
            Some(shape) => {
                let record = Gathered {
                    shape,
                    bytes: &bytes[at..],
                    piece: bytes,
                    cells: &self.cells,
                    row: None,
                    is_json: true,
                    header: None,
                };
                visit(Decoded::Record(record, cured));
            }
            None => visit(Decoded::Undecoded(Undecoded {
                offset: at,
                reason: "JSON, but no record of a shape that Entward knows",
            })),
        }
    }

    /// Reads one row of CSV.
    fn row(&mut self, header: &Header, bytes: &[u8], visit: &mut impl FnMut(Decoded<'_>)) {
        self.row.read(bytes, header);
        self.cells.clear(self.layout);
        for (column, span) in self.row.spans().iter().enumerate() {
            if let Some(slot) = header.slot(column)
                && span.1 > span.0
            {
                self.cells.set(slot, span.0 as usize, span.1 as usize);
            }
        }
        let text = self.row.text();
        if std::str::from_utf8(text).is_err() {
            visit(Decoded::Undecoded(Undecoded { offset: 0, reason: "a row that is not UTF-8" }));
            return;
        }
        if self.row.spans().len() < header.len().min(2) {
            visit(Decoded::Undecoded(Undecoded {
                offset: 0,
                reason: "a row with fewer cells than the header has columns",
            }));
            return;
        }
        let shape = header.shape.or_else(|| recognize::recognize(&self.cells, |slot| self.cells.get(text, slot)));
        let Some(shape) = shape else {
            visit(Decoded::Undecoded(Undecoded { offset: 0, reason: "a CSV row of no table that Entward knows" }));
            return;
        };
        let mut cured = None;
        let (mut bytes, mut cells, mut is_json) = (text, &self.cells, false);
        if shape == Shape::UalCsv
            && let Some(inner) = self.cells.get(text, keys::AUDIT_DATA)
        {
            self.inside.clear(self.layout);
            match gather(inner, leading(inner), self.layout, &mut self.inside, false) {
                Ok(Extent::Record(end)) if skim::blanks(inner, end) == inner.len() => {
                    (bytes, cells, is_json) = (inner, &self.inside, true);
                }
                result => {
                    // The columns beside it still tell who, what and when.
                    let reason = "AuditData that is not JSON; the columns beside it were read";
                    cured = Some(Undecoded { offset: result.map_or_else(|error| error.offset, |_| 0), reason });
                }
            }
        }
        let record =
            Gathered { shape, bytes, piece: bytes, cells, row: Some(&self.row), is_json, header: Some(header) };
        visit(Decoded::Record(record, cured));
    }
}

/// The position of the first byte that counts: past a byte-order mark, blanks and NULs.
fn leading(bytes: &[u8]) -> usize {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while let Some(b' ' | b'\n' | b'\r' | b'\t' | 0 | 0x1e) = bytes.get(at) {
        at += 1;
    }
    at
}

/// The position after an envelope, from behind the array of its records. What else the
/// envelope holds (a next link) is of no concern, nor whether it is well formed.
fn after_envelope(bytes: &[u8], at: usize) -> usize {
    let mut at = skim::blanks(bytes, at);
    while bytes.get(at) == Some(&b',') {
        let name = skim::blanks(bytes, at + 1);
        let end = (bytes.get(name) == Some(&b'"'))
            .then(|| {
                skim::string(bytes, name + 1)
                    .and_then(|end| skim::colon(bytes, end))
                    .and_then(|at| skim::value(bytes, at, 1))
                    .ok()
            })
            .flatten();
        let Some(end) = end else { return bytes.len() };
        at = skim::blanks(bytes, end);
    }
    if bytes.get(at) == Some(&b'}') { at + 1 } else { bytes.len() }
}

#[inline]
fn unquoted(cell: &[u8]) -> &[u8] {
    match cell {
        [b'"', inside @ .., b'"'] => inside,
        _ => cell,
    }
}
