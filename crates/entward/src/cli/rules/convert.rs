//! `entward rules convert`.

use std::io::Write;

use clap::{Args, ValueEnum};
use entward_analysis::detect::Mapping;
use entward_analysis::kql::{self, Options, Refusal};
use entward_sigma::Collection;

use super::super::common::{Output, say};
use super::super::{Failure, Global};
use super::choice::{Paths, read_told, speaking, tell_problems};
use crate::bundled;
use crate::exit;

/// Say rules in the language of another engine.
///
/// For tenants whose logs are in a Log Analytics workspace: the same rules and correlations as queries of Kusto, or as
/// scheduled analytics rules of Microsoft Sentinel, ready to be deployed. What is only a part of correlations is not
/// written by itself. A rule that cannot be said there is refused with
/// the reason; one that is said wider or narrower says so in a comment. The program exits with 5 when a rule was refused.
#[derive(Debug, Args)]
pub(super) struct Convert {
    #[command(flatten)]
    paths: Paths,
    /// The language.
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    to: Language,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Kql)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Kusto, for the tables of Log Analytics.
    Kql,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The queries, one after the other.
    Kql,
    /// A template of Azure Resource Manager with a scheduled analytics rule of Sentinel for each rule.
    Sentinel,
}

impl Convert {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let Language::Kql = self.to;
        let (collection, problems) = read_told(&self.paths.wanted(), global)?;
        let total = speaking(&collection);
        let mapping =
            Mapping::read(bundled::MAPPINGS).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
        let mut out = self.output.open()?;
        let refusals = match self.format {
            Format::Kql => queries(&collection, &mapping, &mut out)?,
            Format::Sentinel => template(&collection, &mapping, &mut out)?,
        };
        out.finish()?;
        tell_problems(&problems);
        for refusal in &refusals {
            say(&format!("refused: {refusal}"));
        }
        if !global.quiet {
            say(&format!("{} of {total} rules converted", total - refusals.len()));
        }
        Ok(if problems.is_empty() && refusals.is_empty() { exit::OK } else { exit::PARTIAL })
    }
}

fn queries(collection: &Collection, mapping: &Mapping, out: &mut impl Write) -> Result<Vec<Refusal>, Failure> {
    let mut refusals = Vec::new();
    let mut is_first = true;
    for made in kql::convert_all(collection, mapping, Options::default()) {
        match made {
            Ok(query) => {
                // A blank line parts queries in every editor of Kusto.
                writeln!(out, "{}{query}", if is_first { "" } else { "\n" })?;
                is_first = false;
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    Ok(refusals)
}

fn template(collection: &Collection, mapping: &Mapping, out: &mut impl Write) -> Result<Vec<Refusal>, Failure> {
    let (template, refusals) = kql::template(collection, mapping);
    let text =
        serde_json::to_string_pretty(&template).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(refusals)
}
