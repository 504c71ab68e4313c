//! `entward rules backtest`.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use entward_analysis::detect::{Filter, Hit};
use entward_model::Level;

use super::super::common::{Inputs, Output, say};
use super::super::{Failure, Global};
use super::choice::{failure, tell_expired, tell_problems};
use crate::exit;
use crate::render::backtest as render;
use crate::run::backtest::{self, Alerts};
use crate::run::rules::{Loaded, Own, Wanted, compile, now, read_at};
use crate::run::stories::Records;
use crate::run::{pipeline, scan};

/// Show which alerts a changed set of rules gives and takes away.
///
/// Runs two sets of rules over the same logs: the bundled ones, and the bundled ones with those of --rules, where a rule
/// takes the place of a bundled one that has its id. With --against: the rules there, and those of --rules.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  entward rules backtest --rules changed/ exports/
  entward rules backtest --against sigma/ --rules sigma-new/ exports/

Exit codes: 0 done, 1 an alert of level high or critical is lost, 2 usage, 3 a rule does not load, 5 something was not read.")]
pub(super) struct Backtest {
    /// The changed rules: a file or folder. May be given several times.
    #[arg(long, value_name = "PATH", required = true)]
    rules: Vec<PathBuf>,
    /// The rules to hold them against, in place of the bundled ones. May be given several times.
    #[arg(long, value_name = "PATH")]
    against: Vec<PathBuf>,
    /// Values for the placeholders of rules (`|expand`): a YAML file with a list for each name.
    #[arg(long, value_name = "FILE")]
    placeholders: Option<PathBuf>,
    #[command(flatten)]
    inputs: Inputs,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One document.
    Json,
}

impl Backtest {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        if self.inputs.have_standard_input() {
            let message = "standard input can be read once only, and two sets of rules read it: name a file";
            return Err(Failure::new(exit::USAGE, message));
        }
        let own = self.against.is_empty();
        let before = self.load(own, &self.against)?;
        let after = self.load(own, &self.rules)?;
        let mut out = self.output.open()?;
        let mut is_partial = false;
        let before_alerts = self.alerts(&before, global, &mut is_partial)?;
        let after_alerts = self.alerts(&after, global, &mut is_partial)?;
        let difference = backtest::difference(before_alerts, after_alerts).map_err(io::Error::other)?;
        match self.format {
            Format::Table => render::table(&mut out, &difference, global.view(self.output.is_terminal()))?,
            Format::Json => render::document(&mut out, &difference)?,
        }
        out.finish()?;
        tell_expired(&after.counts.expired, global);
        let mut problems: Vec<_> = before.counts.failed.iter().chain(&after.counts.failed).collect();
        problems.sort();
        problems.dedup();
        tell_problems(problems.iter().copied());
        if !global.quiet {
            say(&format!(
                "{} alerts before, {} after: {} lost, {} gained, {} at another level",
                difference.before,
                difference.after,
                difference.lost.len(),
                difference.gained.len(),
                difference.changed.len()
            ));
        }
        Ok(match difference.worst_lost() {
            Some(level) if level >= Level::High => exit::FINDINGS,
            _ if !problems.is_empty() => exit::RULES,
            _ if is_partial => exit::PARTIAL,
            _ => exit::OK,
        })
    }

    fn load(&self, own: bool, folders: &[PathBuf]) -> Result<Loaded, Failure> {
        let wanted = Wanted { own, folders, placeholders: self.placeholders.as_deref() };
        read_at(&wanted, now(), Own::GivesWay).and_then(compile).map_err(|error| failure(&error))
    }

    /// The alerts that a set of rules gives.
    fn alerts(&self, loaded: &Loaded, global: &Global, is_partial: &mut bool) -> Result<Alerts, Failure> {
        let (files, problems) = self.inputs.find()?;
        let mut records = Records::new();
        let consume = |hit: Hit| records.push(hit).map_err(io::Error::other);
        let (threads, filter) = (self.inputs.threads(), Filter::default());
        let mut summary = scan::hits(files, threads, &loaded.detector, &filter, global.progress(), consume)?;
        for problem in &problems {
            pipeline::count_problem(problem, &mut summary);
        }
        *is_partial |= summary.is_partial();
        Ok(backtest::alerts(records, &loaded.detector, &mut summary)?)
    }
}
