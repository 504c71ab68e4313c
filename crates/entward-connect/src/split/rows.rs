//! Cuts CSV text into rows: a line break ends a row unless it lies in quotes.
//!
//! A quote opens a quoted cell only at the start of a cell; elsewhere it is a
//! character like any other, as the usual readers have it. Most text never has
//! such a quote, and then parity tells what is quoted, 64 bytes at a time.

use std::ops::Range;

use super::blocks::{BLOCK, Block, prefix_xor};

/// The state between two stretches of text.
pub(crate) struct RowSplitter {
    delimiter: u8,
    scanned: usize,
    /// Where the row begins that is not complete yet.
    row: usize,
    is_quoted: bool,
    /// Whether a quote, were it the next byte, would open a quoted cell or go on with one.
    may_open: bool,
}

impl RowSplitter {
    pub(crate) fn new(delimiter: u8) -> RowSplitter {
        RowSplitter { delimiter, scanned: 0, row: 0, is_quoted: false, may_open: true }
    }

    /// Looks at what is new in `buffer` and appends the places of the rows that end in it, without line ends;
    /// blank rows are left out.
    pub(crate) fn scan(&mut self, buffer: &[u8], ended: bool, rows: &mut Vec<Range<usize>>) {
        let (blocks, rest) = buffer[self.scanned..].as_chunks::<BLOCK>();
        for bytes in blocks {
            self.block(Block::load(bytes), buffer, rows);
            self.scanned += BLOCK;
        }
        if ended && !rest.is_empty() {
            self.block(Block::load_short(rest), buffer, rows);
            self.scanned = buffer.len();
        }
        if ended && !self.is_quoted {
            self.end_row(buffer, buffer.len(), rows);
            self.row = buffer.len();
        }
    }

    /// Where the row begins that is not complete yet.
    pub(crate) fn unfinished(&self) -> usize {
        self.row
    }

    /// The first `count` bytes of the buffer, at most up to the row not complete yet, were dropped.
    pub(crate) fn dropped(&mut self, count: usize) {
        self.scanned -= count;
        self.row -= count;
    }

    /// Goes on at `place` of the buffer as if a row had ended before.
    pub(crate) fn restart(&mut self, place: usize) {
        *self = RowSplitter { scanned: place, row: place, ..RowSplitter::new(self.delimiter) };
    }

    fn block(&mut self, block: Block, buffer: &[u8], rows: &mut Vec<Range<usize>>) {
        let quotes = block.equal(b'"');
        let newlines = block.equal(b'\n');
        let delimiters = block.equal(self.delimiter);
        let quoted = prefix_xor(quotes) ^ 0_u64.wrapping_sub(u64::from(self.is_quoted));
        let boundaries = quotes | newlines | delimiters;
        let may_open = boundaries << 1 | u64::from(self.may_open);
        let mut ends = if quotes & quoted & !may_open == 0 {
            self.is_quoted = quoted >> 63 == 1;
            self.may_open = boundaries >> 63 == 1;
            newlines & !quoted
        } else {
            self.ends_by_byte(quotes, newlines, delimiters)
        };
        while ends != 0 {
            let end = self.scanned + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            self.end_row(buffer, end, rows);
            self.row = end + 1;
        }
    }

    /// Where rows end in a block in which a quote stands inside a cell.
    #[cold]
    fn ends_by_byte(&mut self, quotes: u64, newlines: u64, delimiters: u64) -> u64 {
        let mut ends = 0;
        for at in 0..BLOCK {
            let is_set = |mask: u64| mask >> at & 1 == 1;
            if is_set(quotes) {
                if self.is_quoted {
                    // The end of the cell, or the first of a pair.
                    self.is_quoted = false;
                    self.may_open = true;
                } else {
                    self.is_quoted = self.may_open;
                    self.may_open = false;
                }
            } else if !self.is_quoted {
                self.may_open = is_set(newlines) || is_set(delimiters);
                ends |= u64::from(is_set(newlines)) << at;
            }
        }
        ends
    }

    fn end_row(&self, buffer: &[u8], end: usize, rows: &mut Vec<Range<usize>>) {
        let row = &buffer[self.row..end];
        let length = row.len() - usize::from(row.ends_with(b"\r"));
        if !row[..length].trim_ascii().is_empty() {
            rows.push(self.row..self.row + length);
        }
    }
}
