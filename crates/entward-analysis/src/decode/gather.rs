//! One pass over a record: is it well formed, and where do the members stand that
//! anybody asks for?

use super::keys::{self, KeyTable, Layout, Slot};
use super::skim::{self, SkimError, Trouble};

/// Where the remembered members of one record stand in its text.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    spans: Vec<(u32, u32)>,
    filled: Vec<Slot>,
}

impl Cells {
    /// Forgets the previous record and makes room for all slots of a layout.
    pub(crate) fn clear(&mut self, layout: &Layout) {
        for slot in self.filled.drain(..) {
            self.spans[usize::from(slot)] = (0, 0);
        }
        if self.spans.len() < layout.len() {
            self.spans.resize(layout.len(), (0, 0));
        }
    }

    /// Remembers a member. The first of two members with one name stands.
    #[inline]
    pub(crate) fn set(&mut self, slot: Slot, start: usize, end: usize) {
        let span = &mut self.spans[usize::from(slot)];
        if span.1 == 0 {
            *span = (start as u32, end as u32);
            self.filled.push(slot);
        }
    }

    /// The text of a member in the text of its record, if the record has it.
    #[inline]
    pub(crate) fn get<'a>(&self, bytes: &'a [u8], slot: Slot) -> Option<&'a [u8]> {
        match self.spans.get(usize::from(slot)) {
            Some(&(start, end)) if end != 0 => bytes.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// Whether the record has the member.
    #[inline]
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.spans.get(usize::from(slot)).is_some_and(|span| span.1 != 0)
    }
}

/// What an object at the top of a text turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A record, which ends before this position.
    Record(usize),
    /// A wrapper around an array of records, whose first element or closing bracket is
    /// searched from this position.
    Envelope(usize),
}

/// Reads the object that begins at `at` and remembers the members that `layout` names.
///
/// With `unwrap`, a member `records` or `value` that holds an array makes the object an
/// envelope, and reading stops in front of its elements.
///
/// # Errors
///
/// [`SkimError`] where the text is not JSON, or is too large to be remembered.
pub(crate) fn gather(
    bytes: &[u8],
    at: usize,
    layout: &Layout,
    cells: &mut Cells,
    unwrap: bool,
) -> Result<Extent, SkimError> {
    if bytes.len() > u32::MAX as usize {
        return Err(SkimError { offset: 0, trouble: Trouble::TooDeep });
    }
    if bytes.get(at) != Some(&b'{') {
        return skim::value(bytes, at, 0).map(Extent::Record);
    }
    let mut found_envelope = None;
    let end = members(bytes, at, 1, &layout.root, |slot, at| match slot {
        keys::PROPERTIES if bytes[at] == b'{' => {
            let end = members(bytes, at, 2, &layout.inner, |slot, at| {
                let end = skim::value(bytes, at, 2)?;
                cells.set(slot, at, end);
                Ok(Step::Past(end))
            })?;
            cells.set(slot, at, end);
            Ok(Step::Past(end))
        }
        keys::RECORDS | keys::VALUE if unwrap && bytes[at] == b'[' => {
            found_envelope = Some(at + 1);
            Ok(Step::Stop)
        }
        _ => {
            let end = skim::value(bytes, at, 1)?;
            cells.set(slot, at, end);
            Ok(Step::Past(end))
        }
    })?;
    Ok(found_envelope.map_or(Extent::Record(end), Extent::Envelope))
}

/// How to go on after a remembered member.
enum Step {
    Past(usize),
    Stop,
}

/// Crosses the object that begins at `at`, calling `visit` with the slot and the position
/// of the value for each member that `table` names.
#[inline(always)]
fn members(
    bytes: &[u8],
    at: usize,
    depth: u32,
    table: &KeyTable,
    mut visit: impl FnMut(Slot, usize) -> Result<Step, SkimError>,
) -> Result<usize, SkimError> {
    let misplaced = |at: usize| SkimError {
        offset: at.min(bytes.len()),
        trouble: if at >= bytes.len() { Trouble::Ends } else { Trouble::Unexpected },
    };
    let mut at = skim::blanks(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(misplaced(at));
        }
        let name_at = at + 1;
        let name_end = skim::string(bytes, name_at)?;
        at = skim::colon(bytes, name_end)?;
        if at >= bytes.len() {
            return Err(misplaced(at));
        }
        at = match table.slot(&bytes[name_at..name_end - 1]) {
            Some(slot) => match visit(slot, at)? {
                Step::Past(end) => end,
                Step::Stop => return Ok(at),
            },
            None => skim::value(bytes, at, depth)?,
        };
        if matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            at = skim::blanks(bytes, at);
        }
        match bytes.get(at) {
            Some(b',') => at = skim::blanks(bytes, at + 1),
            Some(b'}') => return Ok(at + 1),
            _ => return Err(misplaced(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_at_the_top_and_inside_properties() {
        let mut layout = Layout::new();
        let id = layout.inner_slot("id");
        let mut cells = Cells::default();
        let text = br#"{"time":"T","extra":[{"time":"no"}],"properties":{"x":1,"ID":"r-1"},"Category":"AuditLogs"}  "#;
        cells.clear(&layout);
        assert_eq!(gather(text, 0, &layout, &mut cells, true), Ok(Extent::Record(text.len() - 2)));
        assert_eq!(cells.get(text, keys::TIME), Some(&br#""T""#[..]));
        assert_eq!(cells.get(text, keys::CATEGORY), Some(&br#""AuditLogs""#[..]));
        assert_eq!(cells.get(text, id), Some(&br#""r-1""#[..]));
        cells.clear(&layout);
        assert_eq!(cells.get(text, id), None);
    }

    #[test]
    fn an_envelope_stops_in_front_of_its_elements() {
        let layout = Layout::new();
        let mut cells = Cells::default();
        cells.clear(&layout);
        assert_eq!(gather(br#"{"records":[{"time":1}]}"#, 0, &layout, &mut cells, true), Ok(Extent::Envelope(12)));
        cells.clear(&layout);
        assert_eq!(gather(br#"{"records":[{"time":1}]}"#, 0, &layout, &mut cells, false), Ok(Extent::Record(24)));
    }
}
