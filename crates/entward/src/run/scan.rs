//! Runs rules over logs: what `scan` does, without what it writes.

use std::io;

use entward_analysis::decode::Header;
use entward_analysis::detect::{Detector, Filter, Hit, Sink, Trouble, Worker};
use entward_connect::InputFile;
use entward_model::{ProblemSample, Summary};

use super::pipeline::{self, Done, Piece, Work};

/// Reads `files` with so many threads and hands every record that is worth keeping to `consume`, with its place, in
/// the order of the input.
///
/// # Errors
///
/// The first error of `consume`; reading goes no further then.
pub(crate) fn hits(
    files: Vec<InputFile>,
    threads: usize,
    detector: &Detector,
    filter: &Filter,
    wants_progress: bool,
    mut consume: impl FnMut(Hit) -> io::Result<()> + Send,
) -> io::Result<Summary> {
    let consume = |done: Done<Vec<Hit>>| {
        let Done { file, first_index, part } = done;
        part.into_iter().try_for_each(|hit| consume(placed(hit, &file, first_index)))
    };
    let workers = || ScanWork { detector, worker: detector.worker(), filter };
    pipeline::run(files, threads, workers, Vec::new, consume, wants_progress)
}

/// The hit with its place in the input.
fn placed(mut hit: Hit, file: &str, first_index: u64) -> Hit {
    hit.event.file = file.to_owned();
    hit.event.index += first_index;
    hit
}

/// Counts a record that was not read, or not as it stood, at its place in its file.
///
/// The record's ordinal is known only in its chunk here, so the sample tells its offset.
pub(crate) fn count_trouble(trouble: &Trouble, file: &str, piece_offset: u64, summary: &mut Summary) {
    let sample = ProblemSample {
        file: file.to_owned(),
        offset: Some(piece_offset + trouble.offset as u64),
        index: None,
        message: trouble.reason.to_owned(),
    };
    if trouble.cured {
        summary.count_skipped(&format!("read with a cure: {}", trouble.reason), sample);
    } else {
        summary.count_undecoded(trouble.reason, sample);
    }
}

/// One thread's part of a scan.
struct ScanWork<'d> {
    detector: &'d Detector,
    worker: Worker<'d>,
    filter: &'d Filter,
}

impl Work for ScanWork<'_> {
    type Part = Vec<Hit>;

    fn header(&self, columns: &[String], delimiter: u8) -> Header {
        self.detector.header(columns, delimiter)
    }

    #[inline]
    fn piece(&mut self, piece: Piece<'_>, part: &mut Vec<Hit>) {
        let mut kept = Kept { hits: part, troubles: Vec::new() };
        self.worker.scan(piece.bytes, piece.header, piece.index, self.filter, piece.summary, &mut kept);
        for trouble in kept.troubles {
            count_trouble(&trouble, piece.file, piece.offset, piece.summary);
        }
    }
}

struct Kept<'p> {
    hits: &'p mut Vec<Hit>,
    troubles: Vec<Trouble>,
}

impl Sink for Kept<'_> {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }

    #[cold]
    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }
}
