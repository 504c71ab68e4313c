//! Opens a file and unpacks it by what its first bytes say; its name does not matter.
//!
//! Packings may lie within each other (a gzip in a zip); what is left in the
//! end is text in UTF-8, an Avro capture, or a zip whose members are files of
//! their own.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::archive::Archive;
use crate::capture::Capture;
use crate::find::{InputFile, InputSource};
use crate::inflate::Inflate;
use crate::problem::{Problem, ProblemKind};
use crate::stream::{Counted, Stream, describe};
use crate::utf16::{Utf16Reader, utf16_of};
use crate::zstandard::Zstandard;

/// Packings within packings beyond this are taken for an attack on the reader's patience.
const DEEPEST_PACKING: usize = 8;

/// How many of a file's first bytes are looked at.
const HEAD: usize = 16;

/// What a file turned out to hold.
pub(crate) enum Opened {
    Text(Stream),
    Capture(Box<Capture>),
    Archive(Archive),
}

/// Opens a file. `count` is raised by the packed bytes as they are read.
pub(crate) fn open(file: InputFile, count: &Arc<AtomicU64>) -> Result<Opened, Problem> {
    let name = file.name;
    match file.source {
        InputSource::Standard => unpack(Box::new(Counted::new(io::stdin(), count.clone())), &name, 0, None),
        InputSource::Reader(reader) => unpack(Box::new(Counted::new(reader, count.clone())), &name, 0, None),
        InputSource::Path(path) => {
            let opened = File::open(&path).map_err(|error| refused(&name, &error))?;
            // A zip has its table of contents at the end; on disk it can be read where it lies.
            if file.size.is_some() && begins_as_zip(&opened) {
                return Archive::open(opened, &name, count.clone(), 0).map(Opened::Archive);
            }
            unpack(Box::new(Counted::new(opened, count.clone())), &name, 0, None)
        }
    }
}

/// Unpacks what `reader` yields until it is text, a capture or an archive. `depth` counts the packings so far.
pub(crate) fn unpack(
    mut reader: Box<dyn Read + Send>,
    name: &Arc<str>,
    mut depth: usize,
    mut packing: Option<&'static str>,
) -> Result<Opened, Problem> {
    loop {
        let head = read_head(&mut reader).map_err(|error| {
            let (kind, message) = describe(&error, packing);
            Problem::at(name, 0, kind, message)
        })?;
        if head.is_empty() {
            return Err(Problem::of_file(name, ProblemKind::Empty, "holds nothing"));
        }
        let marked = recognize_packing(&head);
        if !matches!(marked, Packing::None | Packing::Utf16 { .. } | Packing::ByteOrderMark) {
            depth += 1;
            if depth > DEEPEST_PACKING {
                let message = format!("is packed more than {DEEPEST_PACKING} times over; unpack it first");
                return Err(Problem::of_file(name, ProblemKind::Corrupt, message));
            }
        }
        let skipped = if matches!(marked, Packing::ByteOrderMark) { 3 } else { 0 };
        let mut whole = Box::new(Cursor::new(head).chain(reader));
        whole.get_mut().0.set_position(skipped);
        match marked {
            Packing::Gzip => {
                reader = Box::new(Inflate::gzip(BufReader::with_capacity(64 << 10, whole)));
                packing = Some("gzip");
            }
            Packing::Zstd => {
                let packed = BufReader::with_capacity(128 << 10, whole);
                let decoder = Zstandard::new(packed).map_err(|error| {
                    Problem::of_file(name, ProblemKind::Corrupt, format!("zstd stream cannot be read: {error}"))
                })?;
                reader = Box::new(decoder);
                packing = Some("zstd");
            }
            Packing::Zip => return Archive::spool(whole, name, depth).map(Opened::Archive),
            Packing::Avro => return Capture::open(whole, name).map(|capture| Opened::Capture(Box::new(capture))),
            Packing::Other(what) => {
                return Err(Problem::of_file(name, ProblemKind::Unknown, format!("is no log: {what}")));
            }
            Packing::Utf16 { big_endian } => {
                let text = Utf16Reader::new(whole, big_endian);
                return Ok(Opened::Text(Stream::new(Box::new(text), packing.or(Some("UTF-16")), 0)));
            }
            Packing::ByteOrderMark | Packing::None => return Ok(Opened::Text(Stream::new(whole, packing, skipped))),
        }
    }
}

enum Packing {
    None,
    ByteOrderMark,
    Utf16 { big_endian: bool },
    Gzip,
    Zstd,
    Zip,
    Avro,
    Other(&'static str),
}

fn recognize_packing(head: &[u8]) -> Packing {
    /// First bytes of what people have lying beside their logs, so that the message can name it.
    const OTHERS: &[(&[u8], &str)] = &[
        (b"BZh", "bzip2; unpack it first"),
        (b"\xfd7zXZ\0", "xz; unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip; unpack it first"),
        (b"PAR1", "a Parquet file; export it as JSON lines or CSV"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"ElfFile\0", "a Windows event log (EVTX)"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF document"),
        (b"\x7fELF", "a program"),
    ];

    if head.starts_with(b"\x1f\x8b") {
        Packing::Gzip
    } else if head.starts_with(b"\x28\xb5\x2f\xfd") || is_skippable_zstd_frame(head) {
        Packing::Zstd
    } else if is_zip(head) {
        Packing::Zip
    } else if head.starts_with(b"Obj\x01") {
        Packing::Avro
    } else if head.starts_with(b"\xef\xbb\xbf") {
        Packing::ByteOrderMark
    } else if let Some(big_endian) = utf16_of(head) {
        Packing::Utf16 { big_endian }
    } else {
        match OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
            Some((_, what)) => Packing::Other(what),
            None => Packing::None,
        }
    }
}

/// zstd allows frames of user data before the compressed ones: magic 0x184D2A50 to 0x184D2A5F, little-endian
/// (RFC 8878, section 3.1.2).
fn is_skippable_zstd_frame(head: &[u8]) -> bool {
    head.len() >= 4 && head[0] & 0xf0 == 0x50 && head[1..4] == [0x2a, 0x4d, 0x18]
}

/// A local file header, or the end record of a zip without members.
fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn begins_as_zip(mut file: &File) -> bool {
    let head = read_head(&mut file).unwrap_or_default();
    // A failure shows again, and is reported, at the first read.
    let _ = io::Seek::rewind(&mut file);
    is_zip(&head)
}

fn read_head(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn refused(name: &str, error: &io::Error) -> Problem {
    let message = match error.kind() {
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        io::ErrorKind::NotFound => "was there a moment ago and is gone".to_owned(),
        _ => format!("cannot be opened: {error}"),
    };
    Problem::of_file(name, ProblemKind::Unreadable, message)
}
