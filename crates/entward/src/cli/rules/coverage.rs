//! `entward rules coverage`.

use clap::{Args, ValueEnum};
use entward_analysis::coverage::{Version, coverage};
use entward_analysis::knowledge::Knowledge;

use super::super::common::{Output, say};
use super::super::{Failure, Global};
use super::choice::{Paths, read_told, speaking, tell_problems};
use crate::exit;
use crate::render::{coverage as render, json};

/// Show which techniques of ATT&CK rules are about.
///
/// Lists the rules of every technique, worst first, the rules without one, and the techniques of identity providers that no
/// rule is about. With --format navigator: a layer for the ATT&CK Navigator.
#[derive(Debug, Args)]
pub(super) struct Coverage {
    #[command(flatten)]
    paths: Paths,
    /// The version of ATT&CK whose numbering is used.
    #[arg(long, value_enum, value_name = "VERSION", default_value_t = Attack::V19)]
    attack: Attack,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Attack {
    /// Version 18.
    #[value(name = "18")]
    V18,
    /// Version 19.
    #[value(name = "19")]
    V19,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One document.
    Json,
    /// A layer for the ATT&CK Navigator, format 4.5.
    Navigator,
}

impl Coverage {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let (collection, problems) = read_told(&self.paths.wanted(), global)?;
        let version = match self.attack {
            Attack::V18 => Version::V18,
            Attack::V19 => Version::V19,
        };
        let coverage = coverage(&collection, version, Knowledge::bundled());
        let mut out = self.output.open()?;
        match self.format {
            Format::Table => render::table(&mut out, &coverage, global.view(self.output.is_terminal()))?,
            Format::Json => json::line(&mut out, &coverage)?,
            Format::Navigator => render::navigator(&mut out, &coverage)?,
        }
        out.finish()?;
        tell_problems(&problems);
        if !global.quiet {
            say(&format!(
                "{} rules about {} techniques of ATT&CK {}; {} without one",
                speaking(&collection),
                coverage.techniques.len(),
                coverage.version,
                coverage.untagged.len()
            ));
        }
        Ok(if problems.is_empty() { exit::OK } else { exit::RULES })
    }
}
