//! `entward events`.

use std::io;

use clap::{Args, ValueEnum};
use entward_analysis::decode::Header;
use entward_analysis::detect::{Detector, Worker};
use entward_model::{Event, Summary};

use super::common::{Inputs, Output, say};
use super::{Failure, Global};
use crate::exit;
use crate::render::events;
use crate::run::pipeline::{self, Done, Piece, Work};
use crate::run::rules;
use crate::run::scan::count_trouble;

/// Print every record as one normalised event.
///
/// Whatever shape a record came in, its event has the same members; the schema is
/// published in docs/reference/event.schema.json.
#[derive(Debug, Args)]
pub(super) struct Events {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Ndjson)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One event a line.
    Ndjson,
    /// One event a row, changes as compact text.
    Csv,
    /// For people.
    Table,
}

impl Events {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let (files, problems) = self.inputs.find()?;
        // Events need no rules: an empty detector knows all shapes.
        let loaded =
            rules::load(&rules::Wanted::default()).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
        let detector = &loaded.detector;
        let mut out = self.output.open()?;
        if self.format == Format::Csv {
            events::csv_header(&mut out)?;
        }
        let view = global.view(self.output.is_terminal());
        let mut summary = {
            let consume = |done: Done<Vec<Event>>| {
                for mut event in done.part {
                    done.file.as_ref().clone_into(&mut event.file);
                    event.index += done.first_index;
                    match self.format {
                        Format::Ndjson => events::ndjson(&mut out, &event)?,
                        Format::Csv => events::csv(&mut out, &event)?,
                        Format::Table => events::table(&mut out, &event, view)?,
                    }
                }
                io::Result::Ok(())
            };
            let workers = || EventsWork { detector, worker: detector.worker() };
            pipeline::run(files, self.inputs.threads(), workers, Vec::new, consume, global.progress())?
        };
        out.finish()?;
        for problem in &problems {
            pipeline::count_problem(problem, &mut summary);
        }
        if summary.is_partial() && !global.quiet {
            for (reason, problem) in summary.undecoded.iter().chain(&summary.skipped) {
                say(&format!("{} × {reason}", problem.count));
                for sample in &problem.samples {
                    let offset = sample.offset.map_or_else(String::new, |offset| format!(" at byte {offset}"));
                    say(&format!("    {}{offset}: {}", sample.file, sample.message));
                }
            }
        }
        Ok(if summary.is_partial() { exit::PARTIAL } else { exit::OK })
    }
}

struct EventsWork<'d> {
    detector: &'d Detector,
    worker: Worker<'d>,
}

impl Work for EventsWork<'_> {
    type Part = Vec<Event>;

    fn header(&self, columns: &[String], delimiter: u8) -> Header {
        self.detector.header(columns, delimiter)
    }

    fn piece(&mut self, piece: Piece<'_>, part: &mut Vec<Event>) {
        let mut troubles = Vec::new();
        let summary: &mut Summary = piece.summary;
        let mut keep = |told| match told {
            Ok(event) => part.push(event),
            Err(trouble) => troubles.push(trouble),
        };
        self.worker.events(piece.bytes, piece.header, piece.index, summary, &mut keep);
        for trouble in troubles {
            count_trouble(&trouble, piece.file, piece.offset, summary);
        }
    }
}
