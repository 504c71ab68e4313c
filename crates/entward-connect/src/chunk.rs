//! The unit of work: some whole records of one file.

use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::problem::Problem;

/// Some whole records of one file, handed to one worker.
///
/// A worker keeps one `Chunk` and has it refilled; its memory is used again.
/// Every file yields at least one chunk, so that files can be counted by
/// [`Chunk::first_of_file`]; a chunk may hold no record at all, only problems.
#[derive(Debug)]
pub struct Chunk {
    /// The chunk's number over all files, from 0 without gaps: sorting results by it gives the order of the input.
    pub sequence: u64,
    /// The file as the user knows it; `archive.zip!member` for what a zip holds.
    pub file: Arc<str>,
    /// The records' bytes, and in part what stood between them.
    pub bytes: ChunkBytes,
    /// The place of `bytes[0]` in the file after decompression. For Avro captures: in the bodies, joined.
    pub offset: u64,
    /// How the records lie in `bytes`.
    pub kind: ChunkKind,
    /// The lines (for [`ChunkKind::Lines`]) or rows (for [`ChunkKind::CsvRows`]) of `bytes` that are not blank,
    /// without line ends and surrounding blanks: found on the way, so that a worker need not look for them again.
    pub lines: Vec<Range<usize>>,
    /// What could not be read just before or inside this chunk.
    pub problems: Vec<Problem>,
    /// Whether the file starts with this chunk.
    pub first_of_file: bool,
    /// Whether the file ends with this chunk.
    pub last_of_file: bool,
}

impl Chunk {
    /// An empty chunk, to be filled by [`crate::Chunks::next`].
    pub fn new() -> Chunk {
        Chunk {
            sequence: 0,
            file: Arc::from(""),
            bytes: ChunkBytes::default(),
            offset: 0,
            kind: ChunkKind::Lines,
            lines: Vec::new(),
            problems: Vec::new(),
            first_of_file: false,
            last_of_file: false,
        }
    }

    /// The pieces of this chunk in order, whatever its kind: lines, values, rows or messages.
    pub fn pieces(&self) -> &[Range<usize>] {
        match &self.kind {
            ChunkKind::Lines | ChunkKind::CsvRows { .. } => &self.lines,
            ChunkKind::Values(ranges) | ChunkKind::Messages(ranges) => ranges,
        }
    }
}

impl Default for Chunk {
    fn default() -> Chunk {
        Chunk::new()
    }
}

/// How the records lie in a chunk's bytes.
#[derive(Debug, Clone)]
pub enum ChunkKind {
    /// Whole lines, each one JSON value: a record, an envelope `{"records":[…]}`, a page, an array. The lines
    /// that are not blank are in [`Chunk::lines`].
    Lines,
    /// Each range is one value cut out of a document: an element of an array, of `value` or of `records`, or a
    /// top-level value. What stood around them is left out. An element of an array may be an envelope itself.
    Values(Vec<Range<usize>>),
    /// Whole CSV rows, line breaks inside quotes respected; the header is not among them. The rows are in
    /// [`Chunk::lines`].
    CsvRows {
        /// The header of the file the rows are from.
        header: Arc<CsvHeader>,
    },
    /// Each range is the body of one Event Hubs message out of an Avro capture: JSON, usually an envelope.
    Messages(Vec<Range<usize>>),
}

/// The first row of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvHeader {
    /// The column names in order, without byte order mark, quotes and surrounding blanks.
    pub names: Vec<String>,
    /// What separates cells: a comma, a semicolon or a tab.
    pub delimiter: u8,
}

/// How large chunks are and how large a record may be.
#[derive(Debug, Clone, Copy)]
pub struct ChunkOptions {
    /// The usual size of a chunk in bytes; it grows only for a record that does not fit.
    pub chunk_size: usize,
    /// The size in bytes above which a record is skipped and reported.
    pub max_record: usize,
}

impl Default for ChunkOptions {
    /// 128 KiB, which fits the second-level cache of every current processor beside what works on it, and 8 MiB: eight times what an Event Hub carries, and small enough that a longer line costs no more memory than
    /// any other input.
    fn default() -> ChunkOptions {
        ChunkOptions { chunk_size: 128 << 10, max_record: 8 << 20 }
    }
}

/// The bytes of a chunk: a slice that keeps its memory when it shrinks.
///
/// A plain `Vec` would have to be zeroed before every read; this one is zeroed
/// only when it grows beyond its largest size so far.
#[derive(Debug, Default)]
pub struct ChunkBytes {
    /// Always fully initialised; what lies past `length` is left over from earlier chunks.
    memory: Vec<u8>,
    length: usize,
}

impl ChunkBytes {
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Gives memory back when an unusually large record has made the buffer grow.
    pub(crate) fn shrink_to(&mut self, size: usize) {
        if self.memory.len() > size {
            self.memory = Vec::new();
            self.length = 0;
        }
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        self.reserve_until(end);
        self.memory[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    /// The memory between the current length and `until`, to read into; [`ChunkBytes::advance`] then adds what
    /// was read.
    pub(crate) fn spare(&mut self, until: usize) -> &mut [u8] {
        self.reserve_until(until);
        &mut self.memory[self.length..until.max(self.length)]
    }

    pub(crate) fn advance(&mut self, count: usize) {
        self.length = (self.length + count).min(self.memory.len());
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Drops the first `count` bytes; the rest moves to the front.
    pub(crate) fn drop_front(&mut self, count: usize) {
        self.memory.copy_within(count..self.length, 0);
        self.length -= count;
    }

    fn reserve_until(&mut self, until: usize) {
        if self.memory.len() < until {
            // Callers double what they ask for by themselves.
            self.memory.reserve_exact(until - self.memory.len());
            self.memory.resize(until, 0);
        }
    }
}

impl Deref for ChunkBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl AsRef<[u8]> for ChunkBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}
