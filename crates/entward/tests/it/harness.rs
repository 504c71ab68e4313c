//! Starts the program and keeps what it said.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run of the program left behind.
pub(crate) struct Run {
    /// The exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: Vec<u8>,
    /// Standard error.
    pub(crate) err: String,
}

impl Run {
    /// Standard output as text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("standard output is UTF-8")
    }

    /// Standard output as one JSON value a line.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.text().lines();
        lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// Checks the exit code, and that the program did not break on the way.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert!(!self.err.contains("panicked"), "the program panicked: {}", self.err);
        assert_eq!(self.code, code, "the exit code; standard error was: {}", self.err);
        self
    }
}

/// Runs the program in the project's folder.
pub(crate) fn entward<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    entward_in(&project(), arguments, &[])
}

/// Runs the program in a folder, with something on its standard input.
pub(crate) fn entward_in<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[S], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_entward"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let input = input.to_vec();
    // The program may answer before it has read everything.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = child.wait_with_output().expect("the program ends");
    feeder.join().expect("standard input was fed");
    Run {
        code: done.status.code().unwrap_or(-1),
        out: done.stdout,
        err: String::from_utf8(done.stderr).expect("standard error is UTF-8"),
    }
}

/// The folder of the whole project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project's folder")
}

/// The folder of public logs beside the project, where there is one.
pub(crate) fn corpora() -> Option<PathBuf> {
    let folder = project().join("../shared/corpora");
    if folder.join("manifest.csv").is_file() {
        return Some(folder.canonicalize().expect("the folder of public logs"));
    }
    eprintln!("skipped: the public logs (../shared/corpora) are not here");
    None
}

/// An empty folder with a file in it; the folder goes with the value.
pub(crate) fn folder_with(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), bytes).expect("a file");
    folder
}

/// The rows of a CSV text, quotes undone; panics where it is no CSV.
#[track_caller]
pub(crate) fn csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let row = rows.last_mut().expect("a row");
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                row.last_mut().expect("a cell").push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            other => row.last_mut().expect("a cell").push(other),
        }
    }
    assert!(!quoted, "a quote is left open");
    if rows.last().is_some_and(|row| row.len() == 1 && row[0].is_empty()) {
        rows.pop();
    }
    rows
}
