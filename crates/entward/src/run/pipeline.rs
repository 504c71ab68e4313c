//! Reads files chunk by chunk, has each chunk worked on, and takes the results in the
//! order of the input.
//!
//! Every worker takes the next chunk from behind one lock (reading is cheap beside
//! working), works on it alone, and hands the result in. Results wait until all earlier
//! ones are in, so that the order of the output never depends on the threads; a worker
//! that is too far ahead waits, so that no more than a few chunks are in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entward_analysis::decode::Header;
use entward_connect::{Chunk, ChunkKind, ChunkOptions, Chunks, InputFile, Problem};
use entward_model::{ProblemSample, Summary};

use crate::exit;
use crate::render::progress::Progress;

/// How far a worker may be ahead of the results, in chunks.
const AHEAD: u64 = 16;

/// What one worker does with one chunk.
pub(crate) trait Work {
    /// What comes out of a chunk.
    type Part: Send;

    /// Understands the header of a CSV file.
    fn header(&self, columns: &[String], delimiter: u8) -> Header;

    /// Works on one piece of a chunk: JSON, or a row of CSV when there is a header.
    fn piece(&mut self, piece: Piece<'_>, part: &mut Self::Part);
}

/// One piece of a chunk.
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) header: Option<&'a Header>,
    /// The ordinal of the piece's first record in its chunk; to be advanced past its last.
    pub(crate) index: &'a mut u64,
    /// The place of the piece in its file.
    pub(crate) offset: u64,
    /// The file.
    pub(crate) file: &'a Arc<str>,
    pub(crate) summary: &'a mut Summary,
}

/// What came out of a chunk, with what is needed to number its records.
pub(crate) struct Done<P> {
    pub(crate) file: Arc<str>,
    /// The ordinal in the file of the chunk's first record.
    pub(crate) first_index: u64,
    pub(crate) part: P,
}

struct Handed<P> {
    file: Arc<str>,
    first_of_file: bool,
    records: u64,
    part: P,
}

/// Results on their way to the consumer.
struct Results<P, C> {
    waiting: BTreeMap<u64, Handed<P>>,
    next: u64,
    index: u64,
    consume: C,
    failed: Option<io::Error>,
}

/// What the threads share.
struct Shared<'s, P, C> {
    chunks: Mutex<Chunks>,
    results: Mutex<Results<P, C>>,
    taken: Condvar,
    stop: &'s AtomicBool,
    records: AtomicU64,
}

/// Runs `work` over all records of `files`; `consume` gets the parts in the order of the input.
///
/// # Errors
///
/// The first error of `consume`; reading goes no further then.
pub(crate) fn run<W, P, C>(
    files: Vec<InputFile>,
    threads: usize,
    workers: impl Fn() -> W + Sync,
    new_part: impl Fn() -> P + Sync,
    consume: C,
    wants_progress: bool,
) -> io::Result<Summary>
where
    W: Work<Part = P>,
    P: Send,
    C: FnMut(Done<P>) -> io::Result<()> + Send,
{
    let chunks = Chunks::new(files, ChunkOptions::default());
    let total = chunks.progress().total;
    let read = chunks.bytes_read();
    let stop = AtomicBool::new(false);
    let shared = Shared {
        chunks: Mutex::new(chunks),
        results: Mutex::new(Results { waiting: BTreeMap::new(), next: 0, index: 0, consume, failed: None }),
        taken: Condvar::new(),
        stop: &stop,
        records: AtomicU64::new(0),
    };
    let progress = Progress::new(total, wants_progress);
    let mut summary = Summary::default();
    if threads == 1 && !progress.is_visible() {
        summary.absorb(work_all(&shared, workers(), &new_part));
    } else {
        let finished = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let handles: Vec<_> =
                (0..threads).map(|_| scope.spawn(|| work_all(&shared, workers(), &new_part))).collect();
            let watcher =
                progress.is_visible().then(|| scope.spawn(|| watch(&progress, &read, &shared.records, &finished)));
            for handle in handles {
                match handle.join() {
                    Ok(part) => summary.absorb(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            finished.store(true, Ordering::Relaxed);
            if let Some(watcher) = watcher {
                let _ = watcher.join();
            }
        });
    }
    progress.finish();
    if exit::is_interrupted() {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted; nothing was written"));
    }
    match lock(&shared.results).failed.take() {
        Some(error) => Err(error),
        None => Ok(summary),
    }
}

/// Draws the progress bar until the work is done.
fn watch(progress: &Progress, read: &AtomicU64, records: &AtomicU64, finished: &AtomicBool) {
    while !finished.load(Ordering::Relaxed) {
        progress.update(read.load(Ordering::Relaxed), records.load(Ordering::Relaxed), "");
        std::thread::sleep(Progress::interval().min(Duration::from_millis(125)));
    }
}

/// A lock that another thread's panic left behind is still usable: the panic itself is
/// passed on when that thread is joined.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One worker's whole life.
fn work_all<W, P, C>(shared: &Shared<'_, P, C>, mut work: W, new_part: &impl Fn() -> P) -> Summary
where
    W: Work<Part = P>,
    P: Send,
    C: FnMut(Done<P>) -> io::Result<()> + Send,
{
    let _guard = StopOnPanic { stop: shared.stop, taken: &shared.taken };
    let mut summary = Summary::default();
    let mut chunk = Chunk::new();
    let mut header: Option<(Arc<str>, Header)> = None;
    while !shared.stop.load(Ordering::Relaxed) && !exit::is_interrupted() {
        if !lock(&shared.chunks).next(&mut chunk) {
            break;
        }
        let mut part = new_part();
        let records = work_on(&chunk, &mut work, &mut header, &mut part, &mut summary);
        shared.records.fetch_add(records, Ordering::Relaxed);
        hand_in(shared, &chunk, records, part);
    }
    summary
}

/// Works on the pieces of one chunk; gives the number of its records.
fn work_on<W: Work>(
    chunk: &Chunk,
    work: &mut W,
    header: &mut Option<(Arc<str>, Header)>,
    part: &mut W::Part,
    summary: &mut Summary,
) -> u64 {
    if chunk.first_of_file {
        summary.files += 1;
    }
    summary.bytes += chunk.bytes.len() as u64;
    for problem in &chunk.problems {
        count_problem(problem, summary);
    }
    if let ChunkKind::CsvRows { header: columns } = &chunk.kind {
        if header.as_ref().is_none_or(|(file, _)| *file != chunk.file) {
            *header = Some((chunk.file.clone(), work.header(&columns.names, columns.delimiter)));
        }
    } else {
        *header = None;
    }
    let mut index = 0;
    for range in chunk.pieces() {
        let piece = Piece {
            bytes: &chunk.bytes[range.clone()],
            header: header.as_ref().map(|(_, header)| header),
            index: &mut index,
            offset: chunk.offset + range.start as u64,
            file: &chunk.file,
            summary,
        };
        work.piece(piece, part);
    }
    index
}

/// Counts what could not be read of the input.
pub(crate) fn count_problem(problem: &Problem, summary: &mut Summary) {
    let sample = ProblemSample {
        file: problem.file.clone(),
        offset: problem.offset,
        index: problem.index,
        message: problem.message.clone(),
    };
    summary.count_skipped(problem.kind.name(), sample);
}

/// Hands in a result, and passes on all that are next in order.
fn hand_in<P, C: FnMut(Done<P>) -> io::Result<()>>(shared: &Shared<'_, P, C>, chunk: &Chunk, records: u64, part: P) {
    let mut results = lock(&shared.results);
    while chunk.sequence > results.next + AHEAD && results.failed.is_none() && !shared.stop.load(Ordering::Relaxed) {
        results = shared.taken.wait(results).unwrap_or_else(PoisonError::into_inner);
    }
    let result = Handed { file: chunk.file.clone(), first_of_file: chunk.first_of_file, records, part };
    results.waiting.insert(chunk.sequence, result);
    loop {
        let next = results.next;
        let Some(result) = results.waiting.remove(&next) else { break };
        if result.first_of_file {
            results.index = 0;
        }
        let first_index = results.index;
        results.index += result.records;
        results.next += 1;
        if results.failed.is_none() {
            let done = Done { file: result.file, first_index, part: result.part };
            if let Err(error) = (results.consume)(done) {
                results.failed = Some(error);
                shared.stop.store(true, Ordering::Relaxed);
            }
        }
    }
    shared.taken.notify_all();
}

/// Lets the other workers go when one of them panics, so that the panic can be reported.
struct StopOnPanic<'s> {
    stop: &'s AtomicBool,
    taken: &'s Condvar,
}

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.stop.store(true, Ordering::Relaxed);
            self.taken.notify_all();
        }
    }
}
