//! Cuts a file's text into whole records.
//!
//! A file starts unrecognised; [`crate::recognize`] looks at its first chunk.
//! Each kind of text has a cutter here, a function that fills a chunk with whole
//! records and puts the rest back. A cutter may find that the text goes on in
//! another kind (JSON lines, then a pretty-printed page), and hands over.

mod csv;
mod document;
mod lines;

use std::mem;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::chunk::{Chunk, ChunkKind, ChunkOptions};
use crate::problem::{Problem, ProblemKind};
use crate::recognize::{Text, recognize};
use crate::stream::Stream;

/// A text file being cut.
pub(crate) struct TextReader {
    stream: Stream,
    cutter: Cutter,
    /// The file's extension in lower case: it helps where a text could be CSV or prose.
    extension: String,
}

enum Cutter {
    Unrecognized,
    Lines,
    Document(document::DocumentCutter),
    Csv(csv::CsvCutter),
    /// The whole file is one value (`"member": …` without the braces).
    Fragment,
}

/// What a cutter works on.
struct Work<'a> {
    chunk: &'a mut Chunk,
    stream: &'a mut Stream,
    options: &'a ChunkOptions,
}

/// What a cutter did.
enum Cut {
    /// The chunk is ready.
    Ready,
    /// The chunk is ready, and the next one is for another cutter.
    ReadyThen(Cutter),
    /// The chunk's bytes, from the first on, are for another cutter.
    Become(Cutter),
    /// Nothing more is to be read from this file.
    GiveUp,
}

impl TextReader {
    pub(crate) fn new(stream: Stream, name: &str) -> TextReader {
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        TextReader { stream, cutter: Cutter::Unrecognized, extension: extension.to_ascii_lowercase() }
    }

    /// Fills the chunk; returns whether the file ended.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk, options: &ChunkOptions) -> bool {
        self.stream.begin(chunk);
        let mut work = Work { chunk, stream: &mut self.stream, options };
        loop {
            let cut = match &mut self.cutter {
                Cutter::Unrecognized => first_look(&mut work, &self.extension),
                Cutter::Lines => lines::cut(&mut work),
                Cutter::Document(document) => document.cut(&mut work),
                Cutter::Csv(csv) => csv.cut(&mut work),
                Cutter::Fragment => whole(&mut work),
            };
            match cut {
                Cut::Ready => return self.stream.is_exhausted(),
                Cut::ReadyThen(cutter) => {
                    self.cutter = cutter;
                    return self.stream.is_exhausted();
                }
                Cut::Become(cutter) => self.cutter = cutter,
                Cut::GiveUp => return true,
            }
        }
    }
}

impl Work<'_> {
    fn fill(&mut self, target: usize) {
        self.stream.fill(self.chunk, target);
    }

    fn ended(&self) -> bool {
        self.stream.ended()
    }

    /// Puts the bytes from `from` on back for the next chunk.
    fn carry(&mut self, from: usize) {
        self.stream.carry(self.chunk, from, from);
    }

    /// Forgets the first `count` bytes.
    fn drop_front(&mut self, count: usize) {
        self.chunk.bytes.drop_front(count);
        self.chunk.offset += count as u64;
    }

    /// Reports a problem at an offset of the file, before the value or line of this ordinal where that is known.
    fn report(&mut self, offset: u64, index: impl Into<Option<u64>>, kind: ProblemKind, message: String) {
        let problem = Problem::at(&self.chunk.file, offset, kind, message);
        self.chunk.problems.push(Problem { index: index.into(), ..problem });
    }

    /// The chunk's list of values, emptied; its memory is used again.
    fn take_values(&mut self) -> Vec<Range<usize>> {
        let mut values = match mem::replace(&mut self.chunk.kind, ChunkKind::Lines) {
            ChunkKind::Values(values) | ChunkKind::Messages(values) => values,
            _ => Vec::new(),
        };
        values.clear();
        values
    }
}

/// Looks at the start of the file and chooses the cutter.
fn first_look(work: &mut Work, extension: &str) -> Cut {
    work.fill(work.options.chunk_size);
    match recognize(&work.chunk.bytes, work.ended(), extension) {
        Text::Lines => Cut::Become(Cutter::Lines),
        Text::Document => Cut::Become(Cutter::Document(document::DocumentCutter::new(work))),
        Text::Fragment => Cut::Become(Cutter::Fragment),
        Text::Csv { header, rows_start } => {
            work.drop_front(rows_start);
            Cut::Become(Cutter::Csv(csv::CsvCutter::new(Arc::new(header))))
        }
        Text::Blank => refuse(work, ProblemKind::Empty, "holds nothing but blanks"),
        Text::Unknown(reason) => refuse(work, ProblemKind::Unknown, reason),
    }
}

fn refuse(work: &mut Work, kind: ProblemKind, reason: &str) -> Cut {
    work.chunk.problems.push(Problem::of_file(&work.chunk.file, kind, reason));
    work.chunk.bytes.clear();
    work.chunk.kind = ChunkKind::Lines;
    Cut::GiveUp
}

/// Hands out the whole file as one value.
fn whole(work: &mut Work) -> Cut {
    let limit = work.options.max_record;
    let mut target = work.options.chunk_size;
    while !work.ended() && work.chunk.bytes.len() <= limit {
        work.fill(target);
        target = (2 * target).min(limit + 1);
    }
    let mut values = work.take_values();
    if work.chunk.bytes.len() > limit {
        let message = format!("a fragment of JSON of more than {limit} bytes is over the limit and left out");
        work.report(work.chunk.offset, 0, ProblemKind::TooLarge, message);
        work.chunk.bytes.clear();
        work.chunk.kind = ChunkKind::Values(values);
        return Cut::GiveUp;
    }
    let bytes = &work.chunk.bytes;
    let end = bytes.len() - bytes.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = bytes[..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if start < end {
        values.push(start..end);
    }
    work.chunk.kind = ChunkKind::Values(values);
    Cut::Ready
}
