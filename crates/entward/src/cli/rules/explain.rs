//! `entward rules explain`.

use std::io::Write;

use clap::Args;
use entward_analysis::decode::Header;
use entward_analysis::detect::{Detector, Worker};
use entward_connect::find;
use entward_sigma::Explanation;

use super::super::common::Output;
use super::super::{Failure, Global};
use super::choice::{Asked, Choice, called, failure};
use crate::exit;
use crate::render::rules::{explanation, heading};
use crate::run::pipeline::{self, Done, Piece, Work};
use crate::run::rules::load;

/// Say why a rule matches a record, or why not.
///
/// Prints the rule's condition as a tree, each part with its verdict, what was wanted, and what the record holds.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  entward rules explain application_registered audit.jsonl:17
  entward rules explain 'Global Administrator Assigned' record.json

Exit codes: 0 it matches, 1 it does not, 2 usage.")]
pub(super) struct Explain {
    /// The rule's id, name, title or file name.
    #[arg(value_name = "RULE")]
    rule: String,
    /// A file and, after a colon, the record's ordinal in it, counted from 0; without one, every record. - is standard input.
    #[arg(value_name = "FILE[:N]")]
    record: String,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
}

impl Explain {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let loaded = load(&self.choice.wanted()).map_err(|error| failure(&error))?;
        let detector = &loaded.detector;
        let rule = match called(detector.collection(), &self.rule)? {
            Asked::Rule(rule) => rule,
            Asked::Correlation(correlation) => {
                let message = format!(
                    "`{}` correlates several records, so one alone does not explain it; explain the rules it names",
                    correlation.about.title
                );
                return Err(Failure::new(exit::USAGE, message));
            }
        };
        let Some(position) = detector.position_of_rule(rule.number()) else {
            let message = format!("`{}` is about no log that Entward reads", rule.about.title);
            return Err(Failure::new(exit::USAGE, message));
        };
        let (file, only) = place(&self.record);
        let (files, problems) = find(&[file.to_owned()]);
        if let Some(problem) = problems.first() {
            return Err(Failure::new(exit::USAGE, format!("{}: {}", problem.file, problem.message)));
        }
        let mut out = self.output.open()?;
        let view = global.view(self.output.is_terminal());
        let (mut told, mut holds) = (0_u64, false);
        let consume = |done: Done<Vec<(u64, Option<Explanation>)>>| {
            for (index, why) in done.part {
                let index = done.first_index + index;
                if only.is_some_and(|only| only != index) {
                    continue;
                }
                told += 1;
                heading(&mut out, &format!("{}:{index}", done.file), view)?;
                match why {
                    Some(why) => {
                        holds |= why.holds;
                        explanation(&mut out, &why, 1, view)?;
                    }
                    None => writeln!(out, "  the rule is about another log")?,
                }
            }
            Ok(())
        };
        let workers = || ExplainWork { detector, worker: detector.worker(), rule: position };
        pipeline::run(files, 1, workers, Vec::new, consume, false)?;
        out.finish()?;
        match (told, only) {
            (0, Some(only)) => Err(Failure::new(exit::USAGE, format!("{file} has no record {only} that can be read"))),
            (0, None) => Err(Failure::new(exit::USAGE, format!("{file} has no record that can be read"))),
            _ => Ok(if holds { exit::OK } else { exit::FINDINGS }),
        }
    }
}

/// A file, and the ordinal behind its last colon if there is one.
fn place(text: &str) -> (&str, Option<u64>) {
    match text.rsplit_once(':') {
        Some((file, number)) if !file.is_empty() => match number.parse() {
            Ok(number) => (file, Some(number)),
            Err(_) => (text, None),
        },
        _ => (text, None),
    }
}

struct ExplainWork<'d> {
    detector: &'d Detector,
    worker: Worker<'d>,
    rule: u32,
}

impl Work for ExplainWork<'_> {
    type Part = Vec<(u64, Option<Explanation>)>;

    fn header(&self, columns: &[String], delimiter: u8) -> Header {
        self.detector.header(columns, delimiter)
    }

    fn piece(&mut self, piece: Piece<'_>, part: &mut Self::Part) {
        let rule = self.rule;
        self.worker.explain(piece.bytes, piece.header, piece.index, &mut |index, record| {
            part.push((index, record.why(rule)));
        });
    }
}
