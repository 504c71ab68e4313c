//! Cuts JSON text into the values that are records, without parsing them.
//!
//! Only strings and brackets are looked at, so that whatever is broken inside a
//! record is somebody else's to judge. A record is
//!
//! - a top-level object, unless it is a page: an object with a member `value` or
//!   `records` that is an array of objects, or empty; then each of these is one;
//! - each element of a top-level array, or of an array that is its element.
//!
//! A string cannot hold a line break, therefore a line break ends any string: a
//! missing quote harms one line and not the rest of the file.

use std::ops::Range;

use super::blocks::{BLOCK, Block, escaped, prefix_xor};

/// How far back before the current byte the text must be kept, to read a member's name before its array.
const LOOK_BACK: usize = 64;

/// What the splitter saw besides values; `index` is how many values came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// A record, starting at this offset of the file, was left out by [`ValueSplitter::skip`]; its length.
    Skipped { index: u64, offset: u64, length: u64 },
    /// So many bytes from this offset on belong to no record.
    Garbage { index: u64, offset: u64, length: u64 },
}

/// The state between two stretches of text.
pub(crate) struct ValueSplitter {
    /// The offset in the file of the buffer's first byte.
    base: u64,
    /// Up to where the buffer was looked at.
    scanned: usize,
    /// All ones while inside a string.
    in_string: u64,
    /// 1 while the next byte is escaped.
    escape: u64,
    /// Open brackets.
    depth: u64,
    /// The arrays and objects whose direct children matter, outermost first.
    containers: Vec<Container>,
    start: Start,
    /// Where what stands between two records begins.
    gap: usize,
    /// Offset in the file of the first byte of garbage in the current gap, when it is not in the buffer any more.
    garbage: Option<u64>,
    /// Values found so far.
    count: u64,
    /// Where the current record was closed by a bracket of the wrong kind.
    broken: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    /// A top-level array, or one directly within it.
    Array,
    /// A top-level object; whether it is known to be a page.
    Object { is_page: bool },
    /// The array `value` or `records` of a top-level object; whether it is not sure yet that it makes it a page.
    PageArray { is_tentative: bool },
}

/// Where the current record began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    None,
    /// At this place of the buffer.
    At(usize),
    /// At this offset of the file; it is being left out.
    Skipped(u64),
}

impl ValueSplitter {
    /// A splitter for text whose first byte is at `base` in the file.
    pub(crate) fn new(base: u64) -> ValueSplitter {
        ValueSplitter {
            base,
            scanned: 0,
            in_string: 0,
            escape: 0,
            depth: 0,
            containers: Vec::with_capacity(2),
            start: Start::None,
            gap: 0,
            garbage: None,
            count: 0,
            broken: None,
        }
    }

    /// Looks at what is new in `buffer` and appends the places of the records that end in it. Unless the text has
    /// `ended`, up to 63 bytes at the end are left for the next call. Stops early at a record that is
    /// [broken](ValueSplitter::broken).
    pub(crate) fn scan(&mut self, buffer: &[u8], ended: bool, values: &mut Vec<Range<usize>>, notes: &mut Vec<Note>) {
        if self.broken.is_some() {
            return;
        }
        let (blocks, rest) = buffer[self.scanned..].as_chunks::<BLOCK>();
        for bytes in blocks {
            self.block(Block::load(bytes), buffer, values, notes);
            if self.broken.is_some() {
                return;
            }
            self.scanned += BLOCK;
        }
        if ended && !rest.is_empty() {
            self.block(Block::load_short(rest), buffer, values, notes);
            if self.broken.is_some() {
                return;
            }
            self.scanned = buffer.len();
        }
        if self.is_between() {
            self.settle_gap(buffer);
        }
        if ended && self.containers.is_empty() {
            self.end_gap(buffer, buffer.len(), notes);
        }
    }

    /// From where on the buffer is still needed.
    pub(crate) fn needed_from(&self) -> usize {
        let behind = self.scanned.saturating_sub(LOOK_BACK);
        match self.start {
            // With its indentation, by which the next record may have to be told.
            Start::At(start) => start.saturating_sub(LOOK_BACK).min(behind),
            _ => behind,
        }
    }

    /// The first `count` bytes of the buffer were dropped.
    pub(crate) fn dropped(&mut self, count: usize) {
        self.base += count as u64;
        self.scanned -= count;
        self.gap = self.gap.saturating_sub(count);
        if let Start::At(start) = &mut self.start {
            *start -= count;
        }
        if let Some(place) = &mut self.broken {
            *place -= count;
        }
    }

    /// Where in the buffer the record begins that is not complete yet.
    pub(crate) fn unfinished(&self) -> Option<usize> {
        match self.start {
            Start::At(start) => Some(start),
            _ => None,
        }
    }

    /// The offset in the file of the record that is not complete yet, being left out or not.
    pub(crate) fn unfinished_offset(&self) -> Option<u64> {
        match self.start {
            Start::At(start) => Some(self.base + start as u64),
            Start::Skipped(offset) => Some(offset),
            Start::None => None,
        }
    }

    /// How many values were found so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Up to where the buffer was looked at.
    pub(crate) fn scanned(&self) -> usize {
        self.scanned
    }

    /// Whether all before `place` was looked at and understood.
    pub(crate) fn has_reached(&self, place: usize) -> bool {
        self.scanned == place && self.broken.is_none()
    }

    /// Whether no value is open.
    pub(crate) fn is_done(&self) -> bool {
        self.containers.is_empty()
    }

    /// Whether the last byte looked at lies within a string.
    pub(crate) fn is_in_string(&self) -> bool {
        self.in_string != 0
    }

    /// Where in the buffer the current record was closed by a bracket of the wrong kind: it lacks one. Nothing is
    /// scanned before [`ValueSplitter::restart`].
    pub(crate) fn broken(&self) -> Option<usize> {
        self.broken
    }

    /// Whether an array or a page is open, its records aside.
    pub(crate) fn is_within_array(&self) -> bool {
        !matches!(self.containers[..], [] | [Container::Object { is_page: false }])
    }

    /// Leaves the current record out, and does not need its text any more.
    pub(crate) fn skip(&mut self) {
        if let Start::At(start) = self.start {
            self.start = Start::Skipped(self.base + start as u64);
        }
    }

    /// Gives the current record up and goes on at `place` of the buffer as if it had ended before.
    pub(crate) fn restart(&mut self, place: usize) {
        match self.containers.last() {
            Some(Container::Object { .. }) => self.containers.clear(),
            Some(Container::PageArray { is_tentative: true }) => self.containers.clear(),
            _ => {}
        }
        self.depth = self.containers.len() as u64;
        self.start = Start::None;
        self.in_string = 0;
        self.escape = 0;
        self.scanned = place;
        self.gap = place;
        self.garbage = None;
        self.broken = None;
    }

    /// Forgets the current record: the text ended inside it.
    pub(crate) fn give_up(&mut self) {
        self.start = Start::None;
        self.containers.clear();
        self.depth = 0;
        self.begin_gap(self.scanned);
    }

    #[inline(always)]
    fn block(&mut self, block: Block, buffer: &[u8], values: &mut Vec<Range<usize>>, notes: &mut Vec<Note>) {
        let escaped = escaped(block.equal(b'\\'), &mut self.escape);
        let quotes = block.equal(b'"') & !escaped;
        let mut strings = prefix_xor(quotes) ^ self.in_string;
        let newlines = block.equal(b'\n');
        if strings & newlines != 0 {
            strings = end_strings_at_newlines(quotes, newlines, self.in_string);
        }
        // All ones when the last byte is within a string.
        self.in_string = 0_u64.wrapping_sub(strings >> 63);
        let opening = block.equal_folded(b'{') & !strings;
        let closing = block.equal_folded(b'}') & !strings;
        if opening | closing == 0 {
            return;
        }
        let floor = self.containers.len() as u64;
        let closings = u64::from(closing.count_ones());
        if self.depth > floor + closings {
            // Nothing in this block can come back to where records begin and end.
            self.depth = self.depth + u64::from(opening.count_ones()) - closings;
            return;
        }
        self.brackets(opening, closing, buffer, values, notes);
    }

    fn brackets(
        &mut self,
        opening: u64,
        closing: u64,
        buffer: &[u8],
        values: &mut Vec<Range<usize>>,
        notes: &mut Vec<Note>,
    ) {
        let mut brackets = opening | closing;
        while brackets != 0 && self.broken.is_none() {
            let place = self.scanned + brackets.trailing_zeros() as usize;
            let bit = brackets & brackets.wrapping_neg();
            brackets ^= bit;
            let floor = self.containers.len() as u64;
            if opening & bit != 0 {
                if self.depth > floor {
                    self.depth += 1;
                } else {
                    self.open(place, buffer, notes);
                }
            } else if self.depth > floor + 1 {
                self.depth -= 1;
            } else if self.depth == floor + 1 {
                self.depth = floor;
                if !matches!(self.containers.last(), Some(Container::Object { .. })) {
                    self.end_record(place, buffer, values, notes);
                }
            } else {
                self.close(place, buffer, values, notes);
            }
        }
    }

    /// A bracket opens directly within the innermost container.
    fn open(&mut self, place: usize, buffer: &[u8], notes: &mut Vec<Note>) {
        let is_object = buffer[place] == b'{';
        match self.containers.last().copied() {
            None => {
                if self.has_garbage(buffer, place) {
                    if !begins_line(buffer, place) {
                        return;
                    }
                    self.end_gap(buffer, place, notes);
                }
                if is_object {
                    self.start = Start::At(place);
                    self.containers.push(Container::Object { is_page: false });
                } else {
                    self.containers.push(Container::Array);
                    self.begin_gap(place + 1);
                }
                self.depth += 1;
            }
            Some(Container::Array) => {
                self.end_gap(buffer, place, notes);
                self.depth += 1;
                if !is_object && self.containers.len() == 1 {
                    self.containers.push(Container::Array);
                    self.begin_gap(place + 1);
                } else {
                    self.start = Start::At(place);
                }
            }
            Some(Container::Object { .. }) => {
                self.depth += 1;
                if !is_object && names_records(&buffer[..place]) {
                    let is_tentative = self.start != Start::None;
                    self.containers.push(Container::PageArray { is_tentative });
                    self.begin_gap(place + 1);
                }
            }
            Some(Container::PageArray { is_tentative: true }) => {
                self.depth += 1;
                if is_object && !self.has_garbage(buffer, place) {
                    self.confirm_page();
                    self.start = Start::At(place);
                } else {
                    // An array of something else: the object is a record after all.
                    self.containers.pop();
                }
            }
            Some(Container::PageArray { is_tentative: false }) => {
                self.end_gap(buffer, place, notes);
                self.depth += 1;
                self.start = Start::At(place);
            }
        }
    }

    /// A bracket closes the innermost container.
    fn close(&mut self, place: usize, buffer: &[u8], values: &mut Vec<Range<usize>>, notes: &mut Vec<Note>) {
        let Some(container) = self.containers.last().copied() else {
            // A bracket too many is garbage; the gap that it lies in will tell.
            return;
        };
        match container {
            Container::Object { .. } => {
                self.end_record(place, buffer, values, notes);
                if self.broken.is_some() {
                    return;
                }
            }
            // A brace too many, likewise.
            _ if buffer[place] == b'}' => return,
            Container::PageArray { is_tentative: true } => {
                if !self.has_garbage(buffer, place) {
                    self.confirm_page();
                }
            }
            Container::Array | Container::PageArray { is_tentative: false } => self.end_gap(buffer, place, notes),
        }
        self.containers.pop();
        self.depth -= 1;
        self.begin_gap(place + 1);
    }

    fn confirm_page(&mut self) {
        self.start = Start::None;
        if let Some(object) = self.containers.first_mut() {
            *object = Container::Object { is_page: true };
        }
        if let Some(array) = self.containers.last_mut() {
            *array = Container::PageArray { is_tentative: false };
        }
    }

    fn end_record(&mut self, place: usize, buffer: &[u8], values: &mut Vec<Range<usize>>, notes: &mut Vec<Note>) {
        match self.start {
            // `]` and `}` are two after `[` and `{`.
            Start::At(start) if buffer[place] != buffer[start] + 2 => {
                self.broken = Some(place);
                return;
            }
            Start::At(start) => {
                values.push(start..place + 1);
                self.count += 1;
            }
            Start::Skipped(offset) => {
                let length = self.base + place as u64 + 1 - offset;
                notes.push(Note::Skipped { index: self.count, offset, length });
            }
            Start::None => {}
        }
        self.start = Start::None;
        self.begin_gap(place + 1);
    }

    /// Whether the current byte lies between two records.
    fn is_between(&self) -> bool {
        self.depth == self.containers.len() as u64 && !matches!(self.containers.last(), Some(Container::Object { .. }))
    }

    fn begin_gap(&mut self, place: usize) {
        self.gap = place;
        self.garbage = None;
    }

    /// Takes note of the gap up to the current byte, whose text will then not be needed any more.
    fn settle_gap(&mut self, buffer: &[u8]) {
        if self.garbage.is_none() {
            self.garbage = self.first_garbage(buffer, self.scanned);
        }
        self.gap = self.gap.max(self.scanned);
    }

    fn has_garbage(&self, buffer: &[u8], end: usize) -> bool {
        self.garbage.is_some() || self.first_garbage(buffer, end).is_some()
    }

    fn first_garbage(&self, buffer: &[u8], end: usize) -> Option<u64> {
        let gap = buffer.get(self.gap..end)?;
        // A byte order mark in the middle comes from joining files.
        let is_expected = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e | 0xef | 0xbb | 0xbf);
        gap.iter().position(|byte| !is_expected(byte)).map(|at| self.base + (self.gap + at) as u64)
    }

    /// Reports the garbage of the gap that ends at `end`.
    fn end_gap(&mut self, buffer: &[u8], end: usize, notes: &mut Vec<Note>) {
        if let Some(offset) = self.garbage.or_else(|| self.first_garbage(buffer, end)) {
            let length = self.base + end as u64 - offset;
            notes.push(Note::Garbage { index: self.count, offset, length });
        }
        self.begin_gap(end);
    }
}

/// The stretches of strings in a block in which some string reaches a line break, and ends there.
#[cold]
fn end_strings_at_newlines(quotes: u64, newlines: u64, carried: u64) -> u64 {
    let mut strings = 0;
    let mut is_inside = carried & 1;
    for at in 0..BLOCK {
        if newlines >> at & 1 == 1 {
            is_inside = 0;
        }
        is_inside ^= quotes >> at & 1;
        strings |= is_inside << at;
    }
    strings
}

/// Whether `text` ends with `"value":` or `"records":`, in any case.
fn names_records(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let Some(text) = text.strip_suffix(b":") else {
        return false;
    };
    let text = text.trim_ascii_end();
    [b"\"value\"".as_slice(), b"\"records\""]
        .iter()
        .any(|name| text.len() >= name.len() && text[text.len() - name.len()..].eq_ignore_ascii_case(name))
}

/// Whether there is nothing but blanks between `place` and the start of its line.
fn begins_line(text: &[u8], place: usize) -> bool {
    let line = match memchr::memrchr(b'\n', &text[..place]) {
        Some(newline) => &text[newline + 1..place],
        None if place <= LOOK_BACK => &text[..place],
        None => return false,
    };
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
