//! What could not be read, told so that a person can act on it.

use std::fmt;

use serde::Serialize;

/// One thing that could not be read, with its place and its reason.
///
/// A problem never stops a run: it is counted and reported, and the rest of the
/// input is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file as the user knows it (`archive.zip!member` for what a zip holds, `-` for standard input), or
    /// the argument that names no file.
    pub file: String,
    /// Where in the file, in bytes after decompression. `None` when it concerns the file as a whole.
    pub offset: Option<u64>,
    /// The ordinal, from 0, of the value concerned among those handed out of this file. `None` when not known.
    pub index: Option<u64>,
    /// The kind, by which problems are counted.
    pub kind: ProblemKind,
    /// What happened and what to do: one sentence fragment, without the file's name.
    pub message: String,
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn of_file(file: &str, kind: ProblemKind, message: impl Into<String>) -> Problem {
        Problem { file: file.to_owned(), offset: None, index: None, kind, message: message.into() }
    }

    /// A problem at a byte offset of the decompressed file.
    pub fn at(file: &str, offset: u64, kind: ProblemKind, message: impl Into<String>) -> Problem {
        Problem { file: file.to_owned(), offset: Some(offset), index: None, kind, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(formatter, "{} at byte {offset}: {}", self.file, self.message),
            None => write!(formatter, "{}: {}", self.file, self.message),
        }
    }
}

/// The kinds of problems, by what they mean for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// An argument that matches nothing, or a pattern that is none: the command was not what the user meant.
    Usage,
    /// The operating system refused: no permission, an input/output error, a file that vanished.
    Unreadable,
    /// Left out on purpose: a device or FIFO found in a folder, a folder that was read already.
    Skipped,
    /// A file without content.
    Empty,
    /// Content that is no log of a kind we know.
    Unknown,
    /// The file ends before what it contains does.
    Truncated,
    /// What is packed cannot be unpacked: damaged, encrypted, or in an unsupported way.
    Corrupt,
    /// One record larger than the limit.
    TooLarge,
    /// A record whose brackets or quotes do not match, so that its end cannot be told.
    Broken,
    /// Bytes between records that belong to none.
    Garbage,
}

impl ProblemKind {
    /// Whether nothing was lost: the file was left out on purpose or had nothing in it.
    pub fn is_harmless(self) -> bool {
        matches!(self, ProblemKind::Skipped | ProblemKind::Empty)
    }

    /// The name under which problems of this kind are counted (`too-large`).
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Usage => "usage",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Skipped => "skipped",
            ProblemKind::Empty => "empty",
            ProblemKind::Unknown => "unknown",
            ProblemKind::Truncated => "truncated",
            ProblemKind::Corrupt => "corrupt",
            ProblemKind::TooLarge => "too-large",
            ProblemKind::Broken => "broken",
            ProblemKind::Garbage => "garbage",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
