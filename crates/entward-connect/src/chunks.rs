//! One source of chunks over all files.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::archive::PackedMember;
use crate::capture::Capture;
use crate::chunk::{Chunk, ChunkKind, ChunkOptions};
use crate::cut::TextReader;
use crate::find::InputFile;
use crate::opening::{self, Opened};
use crate::problem::{Problem, ProblemKind};

/// Hands out the records of all files, chunk by chunk.
///
/// Meant to stand behind a mutex that the workers share: reading, unpacking and
/// finding where records end happens here, in order; everything else in the
/// workers.
pub struct Chunks {
    waiting: VecDeque<Waiting>,
    current: Option<Current>,
    options: ChunkOptions,
    sequence: u64,
    read: Arc<AtomicU64>,
    total: Option<u64>,
    file: Arc<str>,
}

/// How far the reading has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Bytes read, as they lie on disk.
    pub read: u64,
    /// Bytes there are, as they lie on disk; `None` when a pipe is among the files.
    pub total: Option<u64>,
    /// The file being read.
    pub file: Arc<str>,
}

enum Waiting {
    File(InputFile),
    Member(PackedMember),
}

struct Current {
    reader: Reader,
    is_first: bool,
}

enum Reader {
    Text(Box<TextReader>),
    Capture(Box<Capture>),
}

impl Chunks {
    /// Will read `files` one after the other. Nothing is opened yet.
    pub fn new(files: Vec<InputFile>, options: ChunkOptions) -> Chunks {
        Chunks {
            total: files.iter().map(|file| file.size).sum(),
            waiting: files.into_iter().map(Waiting::File).collect(),
            current: None,
            options,
            sequence: 0,
            read: Arc::default(),
            file: Arc::from(""),
        }
    }

    /// Refills `chunk` with the next records. Returns `false`, and leaves the chunk empty, when there is nothing
    /// left.
    pub fn next(&mut self, chunk: &mut Chunk) -> bool {
        self.clear(chunk);
        let opened = self.current.is_some() || self.open_next(chunk);
        if let Some(current) = &mut self.current {
            chunk.file = self.file.clone();
            chunk.first_of_file = mem::take(&mut current.is_first);
            chunk.last_of_file = match &mut current.reader {
                Reader::Text(reader) => reader.fill(chunk, &self.options),
                Reader::Capture(reader) => reader.fill(chunk, &self.options),
            };
            if chunk.last_of_file {
                self.current = None;
            }
        }
        if opened {
            chunk.sequence = self.sequence;
            self.sequence += 1;
        }
        opened
    }

    /// How far the reading has come.
    pub fn progress(&self) -> Progress {
        Progress { read: self.read.load(Ordering::Relaxed), total: self.total, file: self.file.clone() }
    }

    /// A count of the bytes read so far, as they lie on disk, that can be watched without asking for the lock.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        self.read.clone()
    }

    fn clear(&self, chunk: &mut Chunk) {
        // One large record must not keep its memory for the rest of the run.
        chunk.bytes.shrink_to(4 * self.options.chunk_size);
        chunk.bytes.clear();
        chunk.lines.clear();
        chunk.problems.clear();
        chunk.offset = 0;
        chunk.first_of_file = false;
        chunk.last_of_file = false;
        if let ChunkKind::Values(ranges) | ChunkKind::Messages(ranges) = &mut chunk.kind {
            ranges.clear();
        }
    }

    /// Opens the next file. One that cannot be opened becomes a chunk without records that tells why. Returns
    /// `false` when no file is left.
    fn open_next(&mut self, chunk: &mut Chunk) -> bool {
        loop {
            let Some(next) = self.waiting.pop_front() else {
                return false;
            };
            let opened = match next {
                Waiting::File(file) => {
                    self.file = file.name.clone();
                    opening::open(file, &self.read)
                }
                Waiting::Member(member) => {
                    self.file = member.name.clone();
                    member.open()
                }
            };
            let reader = match opened {
                Ok(Opened::Text(stream)) => Reader::Text(Box::new(TextReader::new(stream, &self.file))),
                Ok(Opened::Capture(capture)) => Reader::Capture(capture),
                Ok(Opened::Archive(archive)) => {
                    for member in archive.into_members().rev() {
                        self.waiting.push_front(Waiting::Member(member));
                    }
                    continue;
                }
                Err(problem) => {
                    self.refuse(chunk, problem);
                    return true;
                }
            };
            self.current = Some(Current { reader, is_first: true });
            return true;
        }
    }

    fn refuse(&self, chunk: &mut Chunk, problem: Problem) {
        debug_assert_ne!(problem.kind, ProblemKind::Usage, "arguments are judged by `find`");
        chunk.file = self.file.clone();
        chunk.problems.push(problem);
        chunk.first_of_file = true;
        chunk.last_of_file = true;
    }
}
