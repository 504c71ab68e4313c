//! Files written whole or not at all.
//!
//! An output grows under a temporary name beside its destination and takes its
//! real name when everything is written: nobody ever sees half of it, and a run
//! that fails leaves what was there before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that comes into being when it is complete.
///
/// Dropped without [`AtomicFile::commit`], it leaves nothing behind. A destination that is a device or a FIFO
/// cannot be replaced and is written to directly.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<Destination>,
    path: PathBuf,
    overwrite: bool,
}

/// Why an output could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The destination is there already, and may not be replaced.
    #[error("{} exists; pass --clobber to replace it", .0.display())]
    Exists(PathBuf),
    /// The destination is a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    IsFolder(PathBuf),
    /// The folder of the destination is not there or may not be written to.
    #[error("cannot create a file in {}", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Writing failed: the disk may be full.
    #[error("cannot write {}", path.display())]
    Write {
        /// The destination.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl AtomicFile {
    /// Starts a file that will be called `path`. Unless `overwrite`, a file that exists is refused, here and,
    /// should one appear meanwhile, again at the end.
    ///
    /// # Errors
    ///
    /// When the destination exists, is a folder, or its folder cannot be written to.
    pub fn create(path: &Path, overwrite: bool) -> Result<AtomicFile, OutputError> {
        // Through a symbolic link the file that it leads to is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(OutputError::IsFolder(path)),
            Ok(metadata) if !metadata.is_file() => {
                return match OpenOptions::new().write(true).open(&path) {
                    Ok(file) => Ok(AtomicFile { writer: BufWriter::new(Destination::Direct(file)), path, overwrite }),
                    Err(source) => Err(OutputError::Write { path, source }),
                };
            }
            Ok(_) if !overwrite => return Err(OutputError::Exists(path)),
            _ => {}
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        match temporary(folder, &path) {
            Ok(file) => Ok(AtomicFile {
                writer: BufWriter::with_capacity(64 << 10, Destination::Temporary(file)),
                path,
                overwrite,
            }),
            Err(source) => Err(OutputError::Create { folder: folder.to_path_buf(), source }),
        }
    }

    /// Gives the file its name, once its content has reached the disk.
    ///
    /// # Errors
    ///
    /// When something could not be written, or when a file of this name appeared meanwhile and may not be
    /// replaced. The destination is as it was before.
    pub fn commit(self) -> Result<(), OutputError> {
        let AtomicFile { writer, path, overwrite } = self;
        let failed = |source| OutputError::Write { path: path.clone(), source };
        let file = match writer.into_inner().map_err(|error| failed(error.into_error()))? {
            Destination::Direct(_) => return Ok(()),
            Destination::Temporary(file) => file,
        };
        file.as_file().sync_all().map_err(failed)?;
        let renamed = if overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
        match renamed {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(OutputError::Exists(path)),
            Err(error) => Err(failed(error.error)),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[derive(Debug)]
enum Destination {
    Temporary(NamedTempFile),
    Direct(File),
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Destination::Temporary(file) => file.write(bytes),
            Destination::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Destination::Temporary(file) => file.flush(),
            Destination::Direct(file) => file.flush(),
        }
    }
}

fn temporary(folder: &Path, path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".partial");
    // A temporary file would be its owner's alone; an output has the permissions that the user's mask gives.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
