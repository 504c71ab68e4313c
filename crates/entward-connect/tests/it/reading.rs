//! Reading everything, for the tests to compare.

use std::io::{self, Read};

use entward_connect::{Chunk, ChunkKind, ChunkOptions, Chunks, InputFile, Problem, ProblemKind, find};

/// All that one run handed out.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The pieces with file and offset.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) problems: Vec<Problem>,
    /// Files, by the chunks marked as their first.
    pub(crate) files: Vec<String>,
    pub(crate) largest_chunk: usize,
    pub(crate) chunks: usize,
    /// The column names of tables.
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) file: String,
    pub(crate) offset: u64,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

impl Reading {
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    /// Pieces without blanks: what pretty-printing adds.
    pub(crate) fn compact(&self) -> Vec<String> {
        self.texts().iter().map(|text| text.split_whitespace().collect()).collect()
    }
}

pub(crate) fn read(files: Vec<InputFile>, options: ChunkOptions) -> Reading {
    let mut chunks = Chunks::new(files, options);
    let mut chunk = Chunk::new();
    let mut reading = Reading::default();
    let mut is_within = false;
    while chunks.next(&mut chunk) {
        assert_eq!(chunk.sequence, reading.chunks as u64, "chunks are numbered without gaps");
        assert_eq!(chunk.first_of_file, !is_within, "a file begins when the one before has ended");
        is_within = !chunk.last_of_file;
        reading.chunks += 1;
        reading.largest_chunk = reading.largest_chunk.max(chunk.bytes.len());
        if chunk.first_of_file {
            reading.files.push(chunk.file.to_string());
        }
        let kind = match &chunk.kind {
            ChunkKind::Lines => "line",
            ChunkKind::Values(_) => "value",
            ChunkKind::CsvRows { header } => {
                reading.columns.clone_from(&header.names);
                "row"
            }
            ChunkKind::Messages(_) => "message",
        };
        for range in chunk.pieces() {
            reading.pieces.push(Piece {
                file: chunk.file.to_string(),
                offset: chunk.offset + range.start as u64,
                kind,
                text: String::from_utf8_lossy(&chunk.bytes[range.clone()]).into_owned(),
            });
        }
        reading.problems.append(&mut chunk.problems);
    }
    assert!(!is_within, "the last file ends");
    assert!(!chunks.next(&mut chunk), "the end stays the end");
    reading
}

/// Reads one text from memory.
pub(crate) fn read_bytes(bytes: impl Into<Vec<u8>>) -> Reading {
    read_with(bytes, ChunkOptions::default())
}

pub(crate) fn read_with(bytes: impl Into<Vec<u8>>, options: ChunkOptions) -> Reading {
    let reader = io::Cursor::new(bytes.into());
    read(vec![InputFile::from_reader("input.json", Box::new(reader))], options)
}

pub(crate) fn read_named(name: &str, bytes: impl Into<Vec<u8>>) -> Reading {
    read(vec![InputFile::from_reader(name, Box::new(io::Cursor::new(bytes.into())))], ChunkOptions::default())
}

/// Finds and reads a path.
pub(crate) fn read_path(path: &std::path::Path) -> Reading {
    let (files, problems) = find(&[path.to_string_lossy().into_owned()]);
    let mut reading = read(files, ChunkOptions::default());
    reading.problems.splice(0..0, problems);
    reading
}

pub(crate) fn small(chunk_size: usize) -> ChunkOptions {
    ChunkOptions { chunk_size, ..ChunkOptions::default() }
}

/// A sequence of numbers that looks random and is always the same (xorshift).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }
}

/// Yields a text in pieces of changing size, as pipes do.
pub(crate) struct Dribble {
    pub(crate) bytes: Vec<u8>,
    pub(crate) at: usize,
    pub(crate) dice: Dice,
}

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (1 + self.dice.roll(97)).min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// A prefix, then one byte many times, then a suffix; never in memory as a whole.
pub(crate) fn long(prefix: &str, byte: u8, count: u64, suffix: &str) -> Box<dyn Read + Send> {
    let prefix = io::Cursor::new(prefix.as_bytes().to_vec());
    let suffix = io::Cursor::new(suffix.as_bytes().to_vec());
    Box::new(prefix.chain(io::repeat(byte).take(count)).chain(suffix))
}
