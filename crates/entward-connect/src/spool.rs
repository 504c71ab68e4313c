//! Sorting more than memory holds.
//!
//! Items are kept encoded, in memory up to a budget; beyond it they go, sorted,
//! to a temporary file without a name, which vanishes with the process, and are
//! merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How much of each run on disk is read ahead.
const READ_AHEAD: usize = 64 << 10;

/// Items in memory lie in blocks of this size; a single one, grown by doubling, would take up to three times the
/// budget while it moves.
const BLOCK: usize = 256 << 10;

/// Why items could not be kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The folder for temporary files is full or cannot be written to.
    #[error("cannot keep intermediate results in {}; set TMPDIR to a folder with room", std::env::temp_dir().display())]
    Disk(#[from] io::Error),
    /// An item does not survive being written as JSON.
    #[error("cannot encode an intermediate result")]
    Encode(#[from] serde_json::Error),
}

/// Collects items in any order and gives them back sorted by their keys; those with equal keys in the order in
/// which they came.
///
/// Items are encoded as JSON: what a type leaves out when it is serialized does not come back.
#[derive(Debug)]
pub struct Spool<K, T> {
    budget: usize,
    memory: Encoded,
    /// The keys of what is in memory.
    entries: Vec<(K, Place)>,
    disk: Option<File>,
    /// Where each sorted run lies on disk.
    runs: Vec<Range<u64>>,
    items: PhantomData<T>,
}

impl<K, T> Spool<K, T>
where
    K: Ord + Serialize + DeserializeOwned,
    T: Serialize + DeserializeOwned,
{
    /// An empty spool that holds about `budget` bytes in memory.
    pub fn new(budget: usize) -> Spool<K, T> {
        Spool {
            budget,
            memory: Encoded::default(),
            entries: Vec::new(),
            disk: None,
            runs: Vec::new(),
            items: PhantomData,
        }
    }

    /// Adds an item.
    ///
    /// # Errors
    ///
    /// When it cannot be encoded, or the disk takes no more.
    pub fn push(&mut self, key: K, item: &T) -> Result<(), SpoolError> {
        let place = self.memory.push(item)?;
        self.entries.push((key, place));
        if self.memory.length + self.entries.len() * size_of::<(K, Place)>() > self.budget {
            self.write_run()?;
        }
        Ok(())
    }

    /// How many bytes went to disk so far.
    pub fn bytes_on_disk(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.end)
    }

    /// Gives all items back, sorted.
    ///
    /// # Errors
    ///
    /// When what was written cannot be read again.
    pub fn into_sorted(mut self) -> Result<Sorted<K, T>, SpoolError> {
        self.entries.sort_by(|left, right| left.0.cmp(&right.0));
        let Some(mut disk) = self.disk else {
            let entries = self.entries.into_iter();
            return Ok(Sorted { entries, memory: self.memory, runs: None, items: PhantomData });
        };
        let mut merge = Merge { runs: self.runs.into_iter().map(Run::new).collect(), heads: BinaryHeap::new() };
        for index in 0..merge.runs.len() {
            merge.advance(index, &mut disk)?;
        }
        let entries = self.entries.into_iter();
        Ok(Sorted { entries, memory: self.memory, runs: Some((disk, merge)), items: PhantomData })
    }

    /// Moves what is in memory to disk, sorted.
    fn write_run(&mut self) -> Result<(), SpoolError> {
        self.entries.sort_by(|left, right| left.0.cmp(&right.0));
        let start = self.bytes_on_disk();
        let mut disk = match self.disk.take() {
            Some(disk) => disk,
            None => tempfile::tempfile()?,
        };
        let mut writer = BufWriter::with_capacity(READ_AHEAD, &mut disk);
        let mut end = start;
        let mut key_text = Vec::new();
        for (key, place) in &self.entries {
            key_text.clear();
            serde_json::to_writer(&mut key_text, key)?;
            let item = self.memory.get(place);
            writer.write_all(&(key_text.len() as u64).to_le_bytes())?;
            writer.write_all(&(item.len() as u64).to_le_bytes())?;
            writer.write_all(&key_text)?;
            writer.write_all(item)?;
            end += (2 * size_of::<u64>() + key_text.len() + item.len()) as u64;
        }
        writer.flush()?;
        drop(writer);
        self.disk = Some(disk);
        self.runs.push(start..end);
        self.memory.clear();
        self.entries.clear();
        Ok(())
    }
}

/// Encoded items in memory.
#[derive(Debug, Default)]
struct Encoded {
    /// The first `used` are filled; the others wait to be filled again.
    blocks: Vec<Vec<u8>>,
    used: usize,
    length: usize,
}

/// Where an item lies in memory.
#[derive(Debug)]
struct Place {
    block: usize,
    bytes: Range<usize>,
}

impl Encoded {
    fn push<T: Serialize>(&mut self, item: &T) -> serde_json::Result<Place> {
        // The last few bytes of a block are left free rather than outgrown by most items.
        if self.used == 0 || self.blocks[self.used - 1].len() > BLOCK - BLOCK / 16 {
            if self.used == self.blocks.len() {
                self.blocks.push(Vec::with_capacity(BLOCK));
            }
            self.used += 1;
        }
        let block = &mut self.blocks[self.used - 1];
        let start = block.len();
        serde_json::to_writer(&mut *block, item)?;
        let bytes = start..block.len();
        self.length += bytes.len();
        Ok(Place { block: self.used - 1, bytes })
    }

    fn get(&self, place: &Place) -> &[u8] {
        &self.blocks[place.block][place.bytes.clone()]
    }

    fn clear(&mut self) {
        for block in &mut self.blocks {
            block.clear();
            block.shrink_to(BLOCK);
        }
        self.used = 0;
        self.length = 0;
    }
}

/// The items of a [`Spool`], in the order of their keys. Ends after the first error.
#[derive(Debug)]
pub struct Sorted<K, T> {
    entries: std::vec::IntoIter<(K, Place)>,
    memory: Encoded,
    runs: Option<(File, Merge<K>)>,
    items: PhantomData<T>,
}

impl<K, T> Iterator for Sorted<K, T>
where
    K: Ord + DeserializeOwned,
    T: DeserializeOwned,
{
    type Item = Result<(K, T), SpoolError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some((disk, merge)) = &mut self.runs {
            let from_disk = match (merge.heads.peek(), self.entries.as_slice().first()) {
                // Runs are older than what is in memory: among equals they come first.
                (Some(Reverse(head)), Some((key, _))) => head.key <= *key,
                (Some(_), None) => true,
                (None, _) => false,
            };
            if from_disk {
                let next = merge.pop(disk).and_then(|(key, item)| Ok((key, serde_json::from_slice(&item)?)));
                if next.is_err() {
                    self.runs = None;
                    self.entries = Vec::new().into_iter();
                }
                return Some(next);
            }
        }
        let (key, place) = self.entries.next()?;
        Some(serde_json::from_slice(self.memory.get(&place)).map(|item| (key, item)).map_err(SpoolError::from))
    }
}

/// The runs on disk, and the first item of each that was not given out yet.
#[derive(Debug)]
struct Merge<K> {
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<Head<K>>>,
}

#[derive(Debug)]
struct Head<K> {
    key: K,
    run: usize,
    item: Vec<u8>,
}

impl<K: Ord + DeserializeOwned> Merge<K> {
    fn pop(&mut self, disk: &mut File) -> Result<(K, Vec<u8>), SpoolError> {
        let Some(Reverse(head)) = self.heads.pop() else {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        };
        self.advance(head.run, disk)?;
        Ok((head.key, head.item))
    }

    /// Reads the next item of a run.
    fn advance(&mut self, index: usize, disk: &mut File) -> Result<(), SpoolError> {
        let run = &mut self.runs[index];
        if run.is_over() {
            return Ok(());
        }
        let key_length = run.take_length(disk)?;
        let item_length = run.take_length(disk)?;
        let key = serde_json::from_slice(run.take(key_length, disk)?)?;
        let item = run.take(item_length, disk)?.to_vec();
        self.heads.push(Reverse(Head { key, run: index, item }));
        Ok(())
    }
}

impl<K: Ord> Ord for Head<K> {
    fn cmp(&self, other: &Head<K>) -> std::cmp::Ordering {
        self.key.cmp(&other.key).then(self.run.cmp(&other.run))
    }
}

impl<K: Ord> PartialOrd for Head<K> {
    fn partial_cmp(&self, other: &Head<K>) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Head<K> {
    fn eq(&self, other: &Head<K>) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord> Eq for Head<K> {}

/// A sorted run on disk, read ahead piece by piece.
#[derive(Debug)]
struct Run {
    /// What was not read yet.
    disk: Range<u64>,
    buffer: Vec<u8>,
    used: usize,
}

impl Run {
    fn new(disk: Range<u64>) -> Run {
        Run { disk, buffer: Vec::new(), used: 0 }
    }

    fn is_over(&self) -> bool {
        self.used == self.buffer.len() && self.disk.is_empty()
    }

    fn take_length(&mut self, disk: &mut File) -> io::Result<usize> {
        let mut bytes = [0; size_of::<u64>()];
        bytes.copy_from_slice(self.take(size_of::<u64>(), disk)?);
        usize::try_from(u64::from_le_bytes(bytes)).map_err(io::Error::other)
    }

    fn take(&mut self, count: usize, disk: &mut File) -> io::Result<&[u8]> {
        let waiting = self.buffer.len() - self.used;
        if waiting < count {
            self.buffer.drain(..self.used);
            self.used = 0;
            let wanted = ((count - waiting).max(READ_AHEAD) as u64).min(self.disk.end - self.disk.start);
            disk.seek(SeekFrom::Start(self.disk.start))?;
            disk.take(wanted).read_to_end(&mut self.buffer)?;
            self.disk.start += wanted;
        }
        let taken = self.used..self.used + count;
        self.used = taken.end;
        self.buffer.get(taken).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}
