//! One file's bytes, unpacked, on their way into chunks.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::chunk::Chunk;
use crate::problem::{Problem, ProblemKind};

/// How much memory for carried bytes is kept when nothing is carried.
const LARGEST_KEPT: usize = 512 << 10;

/// The unpacked bytes of one file, in order, with what was read too far put back.
pub(crate) struct Stream {
    reader: Box<dyn Read + Send>,
    /// What packs the bytes, for messages (`gzip`); `None` for a plain file.
    packing: Option<&'static str>,
    /// Read already, but not yet handed out.
    carried: Vec<u8>,
    /// The place of `carried[0]` in the unpacked file.
    offset: u64,
    ended: bool,
}

impl Stream {
    /// `offset` is how many bytes of the file, such as a byte order mark, were left out before `reader`.
    pub(crate) fn new(reader: Box<dyn Read + Send>, packing: Option<&'static str>, offset: u64) -> Stream {
        Stream { reader, packing, carried: Vec::new(), offset, ended: false }
    }

    /// Starts a chunk with what the one before left.
    pub(crate) fn begin(&mut self, chunk: &mut Chunk) {
        chunk.bytes.clear();
        chunk.bytes.append(&self.carried);
        chunk.offset = self.offset;
        self.carried.clear();
        // What one large record left must not keep its memory for the rest of the file.
        self.carried.shrink_to(LARGEST_KEPT);
    }

    /// Reads until the chunk holds `target` bytes or the file ends. An error ends the file, as a problem of the
    /// chunk: what came before it is good.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk, target: usize) {
        while !self.ended && chunk.bytes.len() < target {
            match self.reader.read(chunk.bytes.spare(target)) {
                Ok(0) => self.ended = true,
                Ok(count) => chunk.bytes.advance(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    let offset = chunk.offset + chunk.bytes.len() as u64;
                    let (kind, message) = describe(&error, self.packing);
                    chunk.problems.push(Problem::at(&chunk.file, offset, kind, message));
                }
            }
        }
    }

    /// Puts the chunk's bytes from `from` on back, for the next chunk. This one keeps those up to `keep`.
    pub(crate) fn carry(&mut self, chunk: &mut Chunk, from: usize, keep: usize) {
        self.carried.clear();
        self.carried.extend_from_slice(&chunk.bytes[from..]);
        self.offset = chunk.offset + from as u64;
        chunk.bytes.truncate(keep);
    }

    /// Whether nothing is left to read; something may still be carried.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether everything was handed out.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.ended && self.carried.is_empty()
    }
}

/// What an error of reading means, as a kind and a message.
pub(crate) fn describe(error: &io::Error, packing: Option<&'static str>) -> (ProblemKind, String) {
    match packing {
        // An error with a number is the operating system's, whatever lies between it and us.
        _ if error.raw_os_error().is_some() => {
            (ProblemKind::Unreadable, format!("cannot be read any further: {error}; what came before is kept"))
        }
        Some(packing) if error.kind() == io::ErrorKind::UnexpectedEof => {
            (ProblemKind::Truncated, format!("{packing} stream ends early; what could be unpacked is kept"))
        }
        Some(packing) => {
            (ProblemKind::Corrupt, format!("{packing} stream is damaged ({error}); what came before is kept"))
        }
        None => (ProblemKind::Unreadable, format!("cannot be read any further: {error}; what came before is kept")),
    }
}

/// Counts the packed bytes that pass, for the progress bar.
pub(crate) struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub(crate) fn new(reader: R, count: Arc<AtomicU64>) -> Counted<R> {
        Counted { reader, count }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
