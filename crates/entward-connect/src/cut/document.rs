//! JSON that does not keep to lines: arrays, pages, pretty-printed records, values one after the other.
//!
//! Also a single line of JSON that is too long to be held in memory: a document that ends with its line.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use super::{Cut, Cutter, Work};
use crate::chunk::ChunkKind;
use crate::problem::ProblemKind;
use crate::recognize::starts_document;
use crate::split::values::{Note, ValueSplitter};

/// After so many values that keep to lines, the text is taken for JSON lines again.
const LINES_AGAIN: usize = 8;

/// A record that does not end costs the text after it a second look. All of them together may cost so many bytes,
/// a fraction of a second, so that no input makes the reading slow.
const MOST_LOOKED_AGAIN: u64 = 1 << 30;

/// Cuts a document into its records.
pub(super) struct DocumentCutter {
    splitter: ValueSplitter,
    /// Whether the document is expected to end with the line it began in.
    is_line: bool,
    /// Whether the splitter counts the file's values from its first on.
    counts_all: bool,
    /// Bytes looked at a second time because a record did not end.
    looked_again: u64,
    notes: Vec<Note>,
}

impl DocumentCutter {
    /// A cutter for the text at the start of the chunk.
    pub(super) fn new(work: &Work) -> DocumentCutter {
        DocumentCutter {
            splitter: ValueSplitter::new(work.chunk.offset),
            is_line: false,
            counts_all: work.chunk.first_of_file,
            looked_again: 0,
            notes: Vec::new(),
        }
    }

    /// A cutter for the line at the start of the chunk.
    pub(super) fn for_line(work: &Work) -> DocumentCutter {
        DocumentCutter { is_line: true, ..DocumentCutter::new(work) }
    }

    /// Fills the chunk with whole records.
    pub(super) fn cut(&mut self, work: &mut Work) -> Cut {
        let mut values = work.take_values();
        self.gather(work, &mut values);
        self.report_notes(work);

        if let Some(newline) = self.line_end(work).filter(|&newline| self.splitter.has_reached(newline)) {
            if !self.goes_on(work, newline) {
                return self.end_line(work, values, newline);
            }
            self.is_line = false;
            if values.is_empty() {
                self.gather(work, &mut values);
                self.report_notes(work);
            }
        }
        let is_over = work.ended()
            && self.splitter.has_reached(work.chunk.bytes.len())
            && self.splitter.unfinished_offset().is_none();
        if is_over && self.splitter.is_within_array() {
            let offset = work.chunk.offset + work.chunk.bytes.len() as u64;
            let message = format!("the document ends before its array does, after {} records", self.splitter.count());
            work.report(offset, self.index(), ProblemKind::Truncated, message);
        }
        let last_value_end = values.last().map_or(0, |value| value.end);
        let is_lines = !self.splitter.is_within_array() && keeps_to_lines(&work.chunk.bytes, &values);
        work.chunk.kind = ChunkKind::Values(values);
        if is_over {
            work.carry(work.chunk.bytes.len());
            return Cut::Ready;
        }
        if is_lines {
            work.carry(last_value_end);
            return Cut::ReadyThen(Cutter::Lines);
        }
        let needed = self.splitter.needed_from();
        // What the splitter may look back at can overlap what is handed out.
        work.stream.carry(work.chunk, needed, last_value_end);
        self.splitter.dropped(needed);
        Cut::Ready
    }

    /// Reads on until the chunk holds at least one whole record or the document ends.
    fn gather(&mut self, work: &mut Work, values: &mut Vec<Range<usize>>) {
        let chunk_size = work.options.chunk_size;
        let mut target = chunk_size;
        loop {
            work.fill(target);
            let newline = self.line_end(work);
            let ended = work.ended() || newline.is_some();
            let length = newline.unwrap_or(work.chunk.bytes.len());
            self.splitter.scan(&work.chunk.bytes[..length], ended, values, &mut self.notes);
            if !values.is_empty() {
                return;
            }
            if let (Some(start), Some(place)) = (self.splitter.unfinished(), self.splitter.broken()) {
                if !self.look_again(work, start, place) {
                    self.report_broken(work, start);
                    self.splitter.restart(place + 1);
                }
                continue;
            }
            if newline.is_some() {
                return;
            }
            let largest = |start| start + work.options.max_record;
            match self.splitter.unfinished() {
                Some(start) if work.ended() || length > largest(start) => {
                    if self.look_again(work, start, length) {
                        continue;
                    }
                    self.splitter.skip();
                }
                Some(start) => {
                    target = (2 * length).clamp(chunk_size, largest(start).max(chunk_size) + 1);
                    continue;
                }
                None => {}
            }
            if work.ended() {
                self.report_unfinished(work);
                return;
            }
            let unneeded = self.splitter.needed_from();
            work.drop_front(unneeded);
            self.splitter.dropped(unneeded);
            target = work.chunk.bytes.len() + chunk_size;
        }
    }

    /// Where the line ends, if it is one line that is cut, and its end was read already.
    fn line_end(&self, work: &Work) -> Option<usize> {
        let rest = work.chunk.bytes.get(self.splitter.scanned()..).filter(|_| self.is_line)?;
        memchr(b'\n', rest).map(|newline| self.splitter.scanned() + newline)
    }

    /// Whether what was taken for one long line is the first of a document of many.
    fn goes_on(&self, work: &mut Work, newline: usize) -> bool {
        if self.splitter.is_done() || self.splitter.is_in_string() {
            return false;
        }
        let is_blank = |byte: &u8| byte.is_ascii_whitespace();
        if work.chunk.bytes[newline..].iter().all(is_blank) {
            work.fill(work.chunk.bytes.len() + work.options.chunk_size);
        }
        let (before, after) = work.chunk.bytes.split_at(newline);
        let Some(next) = after.iter().find(|byte| !is_blank(byte)) else {
            return false;
        };
        match (before.trim_ascii_end().last(), next) {
            // Lines of JSON never begin like this.
            (_, b'}' | b']' | b',') => true,
            (Some(b',' | b'['), _) if self.splitter.unfinished_offset().is_none() => true,
            _ => {
                self.splitter.unfinished().is_some_and(|start| starts_document(before[start..].trim_ascii_end(), after))
            }
        }
    }

    /// Hands out what the line held; the next line is read for itself, whatever is wrong with this one.
    fn end_line(&mut self, work: &mut Work, mut values: Vec<Range<usize>>, newline: usize) -> Cut {
        let offset = work.chunk.offset + newline as u64;
        if let (Some(start), false) = (self.splitter.unfinished(), self.splitter.is_within_array()) {
            // As with any other line, it is for the reader of the record to say what is wrong.
            values.push(start..start + work.chunk.bytes[start..newline].trim_ascii_end().len());
        } else if let (Some(start), false) = (self.splitter.unfinished_offset(), self.splitter.is_within_array()) {
            let message = format!("a line of {} bytes is over the limit and left out", offset - start);
            work.report(start, self.index(), ProblemKind::TooLarge, message);
        } else if !self.splitter.is_done() {
            let message = "the line ends inside an array; its records before this are kept, and the next line is read";
            let place = self.splitter.unfinished_offset().unwrap_or(offset);
            work.report(place, self.index(), ProblemKind::Broken, message.to_owned());
        }
        work.chunk.kind = ChunkKind::Values(values);
        work.carry(newline + 1);
        Cut::ReadyThen(Cutter::Lines)
    }

    /// The ordinal in the file of the record that is not complete yet, where it is known.
    fn index(&self) -> Option<u64> {
        self.counts_all.then(|| self.splitter.count())
    }

    /// A record that does not end, or not as it should, has swallowed those after it. Where the text is laid out
    /// in lines, the next one can be told by its indentation: goes back there, and returns whether there is one
    /// before `end`.
    fn look_again(&mut self, work: &mut Work, start: usize, end: usize) -> bool {
        let Some(next) = next_alike(&work.chunk.bytes[..end], start) else {
            return false;
        };
        self.looked_again += (end - next) as u64;
        if self.looked_again > MOST_LOOKED_AGAIN {
            return false;
        }
        self.report_broken(work, start);
        self.splitter.restart(next);
        true
    }

    fn report_broken(&mut self, work: &mut Work, start: usize) {
        self.report_notes(work);
        let offset = work.chunk.offset + start as u64;
        let message = "a bracket is missing in this record; reading goes on at the next one";
        work.report(offset, self.index(), ProblemKind::Broken, message.to_owned());
    }

    fn report_unfinished(&mut self, work: &mut Work) {
        self.report_notes(work);
        if let Some(offset) = self.splitter.unfinished_offset() {
            let count = self.splitter.count();
            let message = format!("the document ends inside record {count}; those before it are kept");
            work.report(offset, self.index(), ProblemKind::Truncated, message);
            self.splitter.give_up();
        }
    }

    fn report_notes(&mut self, work: &mut Work) {
        let counts_all = self.counts_all;
        for note in self.notes.drain(..) {
            match note {
                Note::Skipped { index, offset, length } => {
                    let message = format!("a record of {length} bytes is over the limit and left out");
                    work.report(offset, counts_all.then_some(index), ProblemKind::TooLarge, message);
                }
                Note::Garbage { index, offset, length } => {
                    let message = format!("{length} bytes belong to no record and are left out");
                    work.report(offset, counts_all.then_some(index), ProblemKind::Garbage, message);
                }
            }
        }
    }
}

/// Where the first line after `start` begins an object, indented as the line of `start` is.
fn next_alike(bytes: &[u8], start: usize) -> Option<usize> {
    let line = memrchr(b'\n', &bytes[..start]).map_or(0, |newline| newline + 1);
    let indentation = &bytes[line..start];
    if !indentation.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        return None;
    }
    memchr_iter(b'\n', &bytes[start..])
        .map(|newline| start + newline + 1)
        .find(|&line| bytes[line..].strip_prefix(indentation).is_some_and(|line| line.starts_with(b"{")))
        .map(|line| line + indentation.len())
}

/// Whether the last values each fill one line, as JSON lines do.
fn keeps_to_lines(bytes: &[u8], values: &[Range<usize>]) -> bool {
    let Some(first) = values.len().checked_sub(LINES_AGAIN) else {
        return false;
    };
    values[first..].iter().all(|value| {
        let is_started = value.start == 0 || bytes[value.start - 1] == b'\n';
        let is_ended = bytes[value.end..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n');
        is_started && is_ended && memchr(b'\n', &bytes[value.clone()]).is_none()
    })
}
