//! JSON that does not keep to lines: arrays, pages, pretty-printed records, values one after the other.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use super::{Cut, Cutter, Work};
use crate::chunk::ChunkKind;
use crate::problem::ProblemKind;
use crate::split::values::{Note, ValueSplitter};

/// After so many values that keep to lines, the text is taken for JSON lines again.
const LINES_AGAIN: usize = 8;

/// A record that does not end costs the text after it a second look. All of them together may cost so many bytes,
/// a fraction of a second, so that no input makes the reading slow.
const MOST_LOOKED_AGAIN: u64 = 1 << 30;

/// Cuts a document into its records.
pub(super) struct DocumentCutter {
    splitter: ValueSplitter,
    /// Bytes looked at a second time because a record did not end.
    looked_again: u64,
    notes: Vec<Note>,
}

impl DocumentCutter {
    /// A cutter for text that begins at `offset` of the file.
    pub(super) fn new(offset: u64) -> DocumentCutter {
        DocumentCutter { splitter: ValueSplitter::new(offset), looked_again: 0, notes: Vec::new() }
    }

    /// Fills the chunk with whole records.
    pub(super) fn cut(&mut self, work: &mut Work) -> Cut {
        let mut values = work.take_values();
        self.gather(work, &mut values);
        self.report_notes(work);

        let is_over = work.ended() && self.splitter.unfinished_offset().is_none();
        if is_over && self.splitter.is_within_array() {
            let offset = work.chunk.offset + work.chunk.bytes.len() as u64;
            let count = self.splitter.count();
            let message = format!("the document ends before its array does, after {count} records");
            work.report(offset, count, ProblemKind::Truncated, message);
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
            self.splitter.scan(&work.chunk.bytes, work.ended(), values, &mut self.notes);
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
            let length = work.chunk.bytes.len();
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
        work.report(offset, self.splitter.count(), ProblemKind::Broken, message.to_owned());
    }

    fn report_unfinished(&mut self, work: &mut Work) {
        self.report_notes(work);
        if let Some(offset) = self.splitter.unfinished_offset() {
            let count = self.splitter.count();
            let message = format!("the document ends inside record {count}; those before it are kept");
            work.report(offset, count, ProblemKind::Truncated, message);
            self.splitter.give_up();
        }
    }

    fn report_notes(&mut self, work: &mut Work) {
        for note in self.notes.drain(..) {
            match note {
                Note::Skipped { index, offset, length } => {
                    let message = format!("a record of {length} bytes is over the limit and left out");
                    work.report(offset, index, ProblemKind::TooLarge, message);
                }
                Note::Garbage { index, offset, length } => {
                    let message = format!("{length} bytes belong to no record and are left out");
                    work.report(offset, index, ProblemKind::Garbage, message);
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
