//! `entward rules lint`.

use std::io::Write;

use clap::{Args, ValueEnum};
use entward_analysis::detect::Mapping;
use entward_analysis::knowledge::Knowledge;
use entward_analysis::lint::{self, Report, Verdict};
use entward_model::RuleProblem;
use serde::Serialize;

use super::super::common::{Output, say};
use super::super::{Failure, Global};
use super::choice::{Paths, read_told};
use crate::bundled;
use crate::exit;
use crate::render::{json, lint as render, sarif};

/// Say of each rule whether it can ever find anything.
///
/// Tries every rule on every shape of the logs that it is about: whether the shape has its fields, whether an operation
/// has the name that it looks for, whether its values can be there together. A rule is said to be unable to fire only
/// for a reason that is named; what nothing is known about is taken as possible.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all can fire, 1 a rule cannot fire, 2 usage, 3 a rule does not load.")]
pub(super) struct Lint {
    #[command(flatten)]
    paths: Paths,
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
    /// SARIF 2.1.0, as build servers and code hosts read it.
    Sarif,
}

/// The document of `--format json`.
#[derive(Serialize)]
struct Document<'a> {
    counts: &'a Counts,
    rules: &'a [Report],
    failed: &'a [RuleProblem],
}

#[derive(Default, Serialize)]
struct Counts {
    can_fire: usize,
    can_fire_mapped: usize,
    cannot_fire: usize,
    with_warnings: usize,
    failed: usize,
}

impl Lint {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let (collection, failed) = read_told(&self.paths.wanted(), global)?;
        let mapping =
            Mapping::read(bundled::MAPPINGS).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
        let reports = lint::lint(&collection, &mapping, Knowledge::bundled());
        let counts = count(&reports, &failed);
        let mut out = self.output.open()?;
        match self.format {
            Format::Table => {
                let view = global.view(self.output.is_terminal());
                for report in &reports {
                    render::report(&mut out, report, view)?;
                }
                for problem in &failed {
                    render::problem(&mut out, problem, view)?;
                }
            }
            Format::Json => {
                json::line(&mut out, &Document { counts: &counts, rules: &reports, failed: &failed })?;
            }
            Format::Sarif => json::line(&mut out, &sarif::log(&reports, &failed))?,
        }
        out.flush()?;
        out.finish()?;
        if !global.quiet {
            say(&format!(
                "{} rules: {} can fire, {} can fire after our mapping, {} cannot fire; {} with warnings; {} do not load",
                reports.len(),
                counts.can_fire,
                counts.can_fire_mapped,
                counts.cannot_fire,
                counts.with_warnings,
                counts.failed
            ));
        }
        Ok(match (counts.failed, counts.cannot_fire) {
            (0, 0) => exit::OK,
            (0, _) => exit::FINDINGS,
            _ => exit::RULES,
        })
    }
}

fn count(reports: &[Report], failed: &[RuleProblem]) -> Counts {
    let of = |verdict| reports.iter().filter(|report| report.verdict == verdict).count();
    Counts {
        can_fire: of(Verdict::CanFire),
        can_fire_mapped: of(Verdict::CanFireMapped),
        cannot_fire: of(Verdict::CannotFire),
        with_warnings: reports.iter().filter(|report| !report.warnings.is_empty()).count(),
        failed: failed.len(),
    }
}
