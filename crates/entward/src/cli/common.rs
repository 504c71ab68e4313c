//! What several subcommands share: inputs, outputs, talk.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use entward_connect::output::AtomicFile;
use entward_connect::{InputFile, Problem, ProblemKind, find};

use super::Failure;
use crate::exit;

/// What to read.
#[derive(Clone, Debug, Args)]
pub(super) struct Inputs {
    /// Files, folders (read recursively), patterns such as 'logs/**/*.json', or - for standard input.
    ///
    /// Plain, gzip, zstd, zip and Avro captures are told apart by their content, and so are
    /// all shapes in which Azure and Entra logs are exported, mixed as they come.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// How many threads work. The output is the same whatever the number. [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Inputs {
    /// Whether standard input is among the paths, which can be read once only.
    pub(super) fn have_standard_input(&self) -> bool {
        self.paths.iter().any(|path| path == "-")
    }

    /// The files behind the paths, and what could not be looked at.
    pub(super) fn find(&self) -> Result<(Vec<InputFile>, Vec<Problem>), Failure> {
        let (files, problems) = find(&self.paths);
        if let Some(problem) = problems.iter().find(|problem| problem.kind == ProblemKind::Usage) {
            return Err(Failure::new(exit::USAGE, format!("{}: {}", problem.file, problem.message)));
        }
        Ok((files, problems))
    }

    pub(super) fn threads(&self) -> usize {
        self.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }
}

/// Where to write.
#[derive(Clone, Debug, Args)]
pub(super) struct Output {
    /// Write to a file instead of standard output; the file appears when it is complete.
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Replace the output file if it exists.
    #[arg(long, requires = "file")]
    clobber: bool,
}

/// An open output.
pub(super) enum Out {
    Standard(BufWriter<io::Stdout>),
    File(Box<BufWriter<AtomicFile>>),
}

impl Output {
    /// Whether what is written is seen on a terminal at once.
    pub(super) fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    pub(super) fn open(&self) -> Result<Out, Failure> {
        match &self.file {
            None => Ok(Out::Standard(BufWriter::with_capacity(64 << 10, io::stdout()))),
            Some(path) => {
                let file = AtomicFile::create(path, self.clobber)
                    .map_err(|error| Failure::new(exit::USAGE, error.to_string()))?;
                Ok(Out::File(Box::new(BufWriter::with_capacity(64 << 10, file))))
            }
        }
    }
}

impl Out {
    /// Makes the output complete.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Out::Standard(mut out) => Ok(out.flush()?),
            Out::File(out) => {
                let file = out.into_inner().map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
                file.commit().map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))
            }
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Standard(out) => out.write(bytes),
            Out::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Standard(out) => out.flush(),
            Out::File(out) => out.flush(),
        }
    }
}

/// Says something to the person at the terminal. Standard output is for data.
#[expect(clippy::print_stderr, reason = "the one place where the command line talks")]
pub(super) fn say(text: &str) {
    eprintln!("{text}");
}
