//! Tables: rows, whose line breaks may lie inside quotes.

use std::sync::Arc;

use memchr::memchr;

use super::{Cut, Work};
use crate::chunk::{ChunkKind, CsvHeader};
use crate::problem::ProblemKind;
use crate::split::rows::RowSplitter;

/// A quote that is not closed costs the text after it a second look. All of them together may cost so many bytes.
const MOST_LOOKED_AGAIN: u64 = 1 << 30;

/// Cuts a table into its rows.
pub(super) struct CsvCutter {
    header: Arc<CsvHeader>,
    splitter: RowSplitter,
    looked_again: u64,
}

impl CsvCutter {
    pub(super) fn new(header: Arc<CsvHeader>) -> CsvCutter {
        CsvCutter { splitter: RowSplitter::new(header.delimiter), header, looked_again: 0 }
    }

    /// Fills the chunk with whole rows.
    pub(super) fn cut(&mut self, work: &mut Work) -> Cut {
        work.chunk.kind = ChunkKind::CsvRows { header: self.header.clone() };
        let limit = work.options.max_record;
        let mut target = work.options.chunk_size;
        loop {
            work.fill(target);
            self.splitter.scan(&work.chunk.bytes, work.ended(), &mut work.chunk.lines);
            let length = work.chunk.bytes.len();
            let start = self.splitter.unfinished();
            if !work.chunk.lines.is_empty() || (work.ended() && start == length) {
                break;
            }
            if work.ended() || length - start > limit {
                self.leave_out_line(work, start);
            } else {
                target = (2 * length).clamp(work.options.chunk_size, (start + limit).max(work.options.chunk_size) + 1);
            }
        }
        let rest = self.splitter.unfinished();
        work.carry(rest);
        self.splitter.dropped(rest);
        Cut::Ready
    }

    /// A row that does not end has a quote too many. Leaves its first line out and goes on at the next.
    fn leave_out_line(&mut self, work: &mut Work, start: usize) {
        let bytes = &work.chunk.bytes;
        let line_end = memchr(b'\n', &bytes[start..]).map(|newline| start + newline + 1);
        self.looked_again += (bytes.len() - start) as u64;
        let next = line_end.filter(|_| self.looked_again <= MOST_LOOKED_AGAIN).unwrap_or(bytes.len());
        let offset = work.chunk.offset + start as u64;
        let message =
            format!("a row of {} bytes or more has a quote that is not closed, and is left out", next - start);
        work.report(offset, None, ProblemKind::Broken, message);
        self.splitter.restart(next);
        work.drop_front(next);
        self.splitter.dropped(next);
    }
}
