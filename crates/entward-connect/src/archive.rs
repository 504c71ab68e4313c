//! Zip archives, such as the portals' downloads: each member is a file named `archive.zip!member`.
//!
//! The `zip` crate reads the table of contents; the members are unpacked here,
//! one after the other, so that a member may be of any size.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::Crc;
use zip::{CompressionMethod, ZipArchive};

use crate::inflate::Inflate;
use crate::opening::{Opened, unpack};
use crate::problem::{Problem, ProblemKind};
use crate::stream::Counted;
use crate::zstandard::Zstandard;

/// The members of a zip, still packed.
pub(crate) struct Archive {
    file: Arc<File>,
    depth: usize,
    count: Arc<AtomicU64>,
    pub(crate) members: Vec<Member>,
}

/// Where one member lies in its archive, and how it is packed.
pub(crate) struct Member {
    /// `archive.zip!member`.
    pub(crate) name: Arc<str>,
    place: Result<Place, String>,
}

struct Place {
    start: u64,
    packed_size: u64,
    checksum: u32,
    method: CompressionMethod,
}

impl Archive {
    /// Reads the table of contents of a zip on disk.
    pub(crate) fn open(file: File, name: &str, count: Arc<AtomicU64>, depth: usize) -> Result<Archive, Problem> {
        let damaged = |error: &dyn std::fmt::Display| {
            Problem::of_file(name, ProblemKind::Corrupt, format!("zip cannot be opened: {error}"))
        };
        let own = file.try_clone().map_err(|error| damaged(&error))?;
        let mut table = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(&error))?;
        let mut members = Vec::new();
        for index in 0..table.len() {
            let entry = match table.by_index_raw(index) {
                Ok(entry) => entry,
                Err(error) => {
                    let name = Arc::from(format!("{name}!#{index}"));
                    members.push(Member { name, place: Err(format!("zip member cannot be located: {error}")) });
                    continue;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let member = match entry.name() {
                Ok(member) => member.into_owned(),
                Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
            };
            let place = match entry.data_start() {
                _ if entry.encrypted() => Err("zip member is encrypted; unpack it first".to_owned()),
                Some(start) => Ok(Place {
                    start,
                    packed_size: entry.compressed_size(),
                    checksum: entry.crc32(),
                    method: entry.compression(),
                }),
                None => Err("zip member cannot be located".to_owned()),
            };
            members.push(Member { name: Arc::from(format!("{name}!{member}")), place });
        }
        if members.is_empty() {
            return Err(Problem::of_file(name, ProblemKind::Empty, "is a zip without members"));
        }
        Ok(Archive { file: Arc::new(own), depth, count, members })
    }

    /// Copies a zip that comes through a pipe, or lies in another packing, to a temporary file first: its table
    /// of contents is at its end. The file has no name and goes away with the process.
    pub(crate) fn spool(mut reader: impl Read, name: &str, depth: usize) -> Result<Archive, Problem> {
        let unable = |error: io::Error| {
            let message = format!(
                "is a zip that does not lie on disk, and cannot be copied to {}: {error}; unpack it first",
                std::env::temp_dir().display()
            );
            Problem::of_file(name, ProblemKind::Unreadable, message)
        };
        let mut file = tempfile::tempfile().map_err(unable)?;
        io::copy(&mut reader, &mut file).map_err(unable)?;
        file.flush().map_err(unable)?;
        file.rewind().map_err(unable)?;
        Archive::open(file, name, Arc::default(), depth)
    }

    /// Takes the archive apart; members are to be opened one at a time, since they share one place in one file.
    pub(crate) fn into_members(self) -> impl DoubleEndedIterator<Item = PackedMember> {
        let Archive { file, depth, count, members } = self;
        members.into_iter().map(move |member| PackedMember {
            file: file.clone(),
            depth,
            count: count.clone(),
            name: member.name,
            place: member.place,
        })
    }
}

/// One member together with the archive it is in.
pub(crate) struct PackedMember {
    file: Arc<File>,
    depth: usize,
    count: Arc<AtomicU64>,
    pub(crate) name: Arc<str>,
    place: Result<Place, String>,
}

impl PackedMember {
    pub(crate) fn open(self) -> Result<Opened, Problem> {
        let place = self.place.map_err(|message| Problem::of_file(&self.name, ProblemKind::Corrupt, message))?;
        let unreadable = |error: io::Error| {
            Problem::of_file(&self.name, ProblemKind::Unreadable, format!("cannot be read: {error}"))
        };
        let mut file = self.file.try_clone().map_err(unreadable)?;
        file.seek(SeekFrom::Start(place.start)).map_err(unreadable)?;
        let packed = Counted::new(file, self.count).take(place.packed_size);
        let packed = BufReader::with_capacity(64 << 10, packed);
        let plain: Box<dyn Read + Send> = match place.method {
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(Inflate::bare(packed)),
            CompressionMethod::Zstd => Box::new(Zstandard::new(packed).map_err(unreadable)?),
            other => {
                let message = format!("zip member is packed in a way that is not supported ({other}); unpack it first");
                return Err(Problem::of_file(&self.name, ProblemKind::Corrupt, message));
            }
        };
        let checked = Checked { reader: plain, checksum: Crc::new(), expected: place.checksum };
        unpack(Box::new(checked), &self.name, self.depth, Some("zip"))
    }
}

/// Compares a member's checksum at its end with the one in the table of contents.
struct Checked {
    reader: Box<dyn Read + Send>,
    checksum: Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.checksum.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() && self.checksum.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum does not match"));
        }
        Ok(count)
    }
}
