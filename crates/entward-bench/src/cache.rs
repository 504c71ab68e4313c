//! Corpora on disk, written once and used again.
//!
//! A file's name tells its shape, packing, number of records and seed, and carries a
//! fingerprint of what the generator writes: when the generator changes, so does the
//! name, and an old corpus is never measured by mistake.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::corpus::Corpus;
use crate::pack::{Pack, write_packed};
use crate::shape::Shape;

/// A corpus on disk.
#[derive(Clone, Debug)]
pub struct Cached {
    /// The file, or the folder of all tables.
    pub path: PathBuf,
    /// Records in it.
    pub records: u64,
    /// Its size in bytes, packed.
    pub bytes: u64,
}

/// The corpus of this shape in this folder; written when it is not there yet.
///
/// `records` is how many are generated; a shape that cannot hold all of them has fewer.
///
/// # Errors
///
/// Those of the file system.
pub fn corpus(folder: &Path, shape: Shape, pack: Pack, records: u64, seed: u64) -> io::Result<Cached> {
    let path = folder.join(file_name(shape, pack, records, seed));
    let count_path = path.with_added_extension("records");
    if let (Ok(count), Ok(metadata)) = (fs::read_to_string(&count_path), path.metadata())
        && let Ok(count) = count.trim().parse()
    {
        return Ok(Cached { path, records: count, bytes: metadata.len() });
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let unfinished = path.with_added_extension("part");
    let out = BufWriter::with_capacity(1 << 20, File::create(&unfinished)?);
    let count = write_packed(shape, pack, Corpus::new(seed).take(records as usize), out)?;
    fs::rename(&unfinished, &path)?;
    fs::write(&count_path, count.to_string())?;
    let bytes = path.metadata()?.len();
    Ok(Cached { path, records: count, bytes })
}

/// All tables of Log Analytics as CSV files in a folder of their own.
///
/// # Errors
///
/// Those of the file system.
pub fn tables(folder: &Path, records: u64, seed: u64) -> io::Result<Cached> {
    let folder = folder.join(format!("csv-{records}-{seed}-{:08x}", fingerprint()));
    let mut all = Cached { path: folder.join("tables"), records: 0, bytes: 0 };
    fs::create_dir_all(&all.path)?;
    for (_, shape) in Shape::NAMED {
        let Shape::LogAnalyticsCsv(table) = shape else { continue };
        let written = corpus(&folder, *shape, Pack::None, records, seed)?;
        // The folder that is scanned holds the tables and nothing else.
        let link = all.path.join(table.name).with_extension("csv");
        if !link.exists() {
            fs::hard_link(&written.path, &link)?;
        }
        all.records += written.records;
        all.bytes += written.bytes;
    }
    Ok(all)
}

fn file_name(shape: Shape, pack: Pack, records: u64, seed: u64) -> String {
    let name = Shape::NAMED.iter().find(|(_, known)| *known == shape).map_or("unnamed", |(name, _)| *name);
    let extension = match shape {
        Shape::JsonLines | Shape::EnvelopeLines => "jsonl",
        Shape::RecordsEnvelope | Shape::GraphPage => "json",
        Shape::LogAnalyticsCsv(_) | Shape::UnifiedCsv => "csv",
    };
    let packed = match pack {
        Pack::None => "",
        Pack::Gzip => ".gz",
        Pack::Zstd => ".zst",
    };
    format!("{name}-{records}-{seed}-{:08x}.{extension}{packed}", fingerprint())
}

/// What the generator writes today, in 32 bits: the first records in every shape.
fn fingerprint() -> u64 {
    let mut hasher = DefaultHasher::new();
    for (_, shape) in Shape::NAMED {
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = shape.write(Corpus::new(0).take(300), &mut text);
        hasher.write(&text);
    }
    hasher.finish() & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_is_in_the_file() {
        let name = file_name(Shape::GraphPage, Pack::Gzip, 500, 7);
        assert!(name.starts_with("graph-page-500-7-") && name.ends_with(".json.gz"), "{name}");
    }
}
