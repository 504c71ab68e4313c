//! From what the user named to the files to read.
//!
//! Folders are walked, patterns expanded, symbolic links followed once. The
//! result is sorted by name, bytes, so that a run does not depend on the order
//! in which a file system lists its entries. What is named explicitly is read
//! whatever it is (a FIFO, a device); what is merely found in a folder is read
//! when it is a regular file.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::problem::{Problem, ProblemKind};

/// One file to read.
#[derive(Debug)]
pub struct InputFile {
    /// The name shown to the user: the path, or `-`.
    pub name: Arc<str>,
    /// Where its bytes come from.
    pub source: InputSource,
    /// Its size on disk in bytes, packed as it is; `None` for pipes and devices.
    pub size: Option<u64>,
}

impl InputFile {
    /// A file that is not on disk: whatever `reader` yields, under `name`.
    pub fn from_reader(name: &str, reader: Box<dyn Read + Send>) -> InputFile {
        InputFile { name: Arc::from(name), source: InputSource::Reader(reader), size: None }
    }
}

/// Where the bytes of an [`InputFile`] come from.
pub enum InputSource {
    /// Standard input.
    Standard,
    /// A path of the file system.
    Path(PathBuf),
    /// Something that can be read once.
    Reader(Box<dyn Read + Send>),
}

impl fmt::Debug for InputSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputSource::Standard => formatter.write_str("Standard"),
            InputSource::Path(path) => formatter.debug_tuple("Path").field(path).finish(),
            InputSource::Reader(_) => formatter.write_str("Reader"),
        }
    }
}

/// Finds the files behind `paths`: files, folders (recursively, hidden files included, `.git` left out),
/// patterns with `*`, `?`, `[…]`, `**`, and `-` for standard input.
///
/// The files come sorted by name, each once. Whatever could not be looked at, or matches nothing, is a
/// [`Problem`]; those of kind [`ProblemKind::Usage`] name an argument that the user should correct.
pub fn find(paths: &[String]) -> (Vec<InputFile>, Vec<Problem>) {
    let mut finder = Finder::default();
    for path in paths {
        finder.argument(path);
    }
    finder.files.sort_by(|left, right| left.name.as_bytes().cmp(right.name.as_bytes()));
    (finder.files, finder.problems)
}

#[derive(Default)]
struct Finder {
    files: Vec<InputFile>,
    problems: Vec<Problem>,
    /// Paths that are in `files` already, so that `logs logs/a.json` reads `a.json` once.
    seen_files: HashSet<PathBuf>,
    /// Canonical paths of the folders entered: what cuts loops of symbolic links.
    seen_folders: HashSet<PathBuf>,
}

impl Finder {
    fn argument(&mut self, argument: &str) {
        if argument == "-" {
            if self.seen_files.insert(PathBuf::from("-")) {
                self.files.push(InputFile { name: Arc::from("-"), source: InputSource::Standard, size: None });
            }
            return;
        }
        match fs::metadata(argument) {
            Ok(metadata) => self.named(Path::new(argument), &metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.pattern(argument),
            Err(error) => self.unreadable(Path::new(argument), &error),
        }
    }

    /// A path that the user named: read whatever it is.
    fn named(&mut self, path: &Path, metadata: &Metadata) {
        if metadata.is_dir() {
            self.folder(path);
        } else {
            self.add(path, metadata);
        }
    }

    fn pattern(&mut self, argument: &str) {
        if !argument.contains(['*', '?', '[']) {
            let message = match Path::new(argument).symlink_metadata() {
                Ok(_) => "is a symbolic link to something that does not exist".to_owned(),
                Err(_) => format!("no such file or folder{}", nearest_existing(Path::new(argument))),
            };
            self.problems.push(Problem::of_file(argument, ProblemKind::Usage, message));
            return;
        }
        let entries = match glob::glob(argument) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("is not a pattern: {} at character {}", error.msg, error.pos + 1);
                self.problems.push(Problem::of_file(argument, ProblemKind::Usage, message));
                return;
            }
        };
        let mut matched = false;
        for entry in entries {
            matched = true;
            match entry {
                Ok(path) => match fs::metadata(&path) {
                    Ok(metadata) => self.named(&path, &metadata),
                    Err(error) => self.unreadable(&path, &error),
                },
                Err(error) => self.unreadable(error.path(), error.error()),
            }
        }
        if !matched {
            let message = "no file matches this pattern; `**` crosses folders, `*` does not";
            self.problems.push(Problem::of_file(argument, ProblemKind::Usage, message));
        }
    }

    /// Walks a folder. Kept as a list of folders to visit: nesting has no bound that a call stack would like.
    fn folder(&mut self, root: &Path) {
        let mut waiting = vec![root.to_path_buf()];
        while let Some(folder) = waiting.pop() {
            match fs::canonicalize(&folder) {
                Ok(canonical) if !self.seen_folders.insert(canonical.clone()) => {
                    if folder != root {
                        let message = "is a folder that was read already, through another path; not read twice";
                        self.problems.push(Problem::of_file(&shown(&folder), ProblemKind::Skipped, message));
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    self.unreadable(&folder, &error);
                    continue;
                }
            }
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unreadable(&folder, &error);
                    continue;
                }
            };
            let mut paths = Vec::new();
            for entry in entries {
                match entry {
                    Ok(entry) => paths.push(entry.path()),
                    Err(error) => self.unreadable(&folder, &error),
                }
            }
            // Sorted, so that which of two links to a folder counts as the first does not depend on the disk.
            paths.sort();
            let first_of_this_folder = waiting.len();
            for path in paths {
                self.found(path, &mut waiting);
            }
            waiting[first_of_this_folder..].reverse();
        }
    }

    /// A path that lies in a folder: read when it is a regular file.
    fn found(&mut self, path: PathBuf, waiting: &mut Vec<PathBuf>) {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                if path.file_name().is_none_or(|name| name != ".git") {
                    waiting.push(path);
                }
            }
            Ok(metadata) if metadata.is_file() => self.add(&path, &metadata),
            Ok(_) => {
                let message = "is a FIFO, socket or device; name it explicitly to have it read";
                self.problems.push(Problem::of_file(&shown(&path), ProblemKind::Skipped, message));
            }
            Err(error) => self.unreadable(&path, &error),
        }
    }

    fn add(&mut self, path: &Path, metadata: &Metadata) {
        // Components leave out what does not matter: `./a`, `a//b`.
        let plain: PathBuf = path.components().collect();
        if self.seen_files.insert(plain) {
            self.files.push(InputFile {
                name: Arc::from(shown(path)),
                source: InputSource::Path(path.to_path_buf()),
                size: metadata.is_file().then_some(metadata.len()),
            });
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let message = match error.kind() {
            io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
            io::ErrorKind::NotFound => "is a symbolic link to something that does not exist".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        self.problems.push(Problem::of_file(&shown(path), ProblemKind::Unreadable, message));
    }
}

/// A hint for a path that does not exist: how far it does exist.
fn nearest_existing(path: &Path) -> String {
    match path.ancestors().skip(1).find(|ancestor| !ancestor.as_os_str().is_empty() && ancestor.exists()) {
        Some(ancestor) if ancestor != Path::new("/") => format!("; {} exists", shown(ancestor)),
        _ => String::new(),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
