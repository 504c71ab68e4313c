//! `entward rules`: one file a subcommand, one line here.

mod backtest;
mod convert;
mod coverage;
mod lint;

use clap::{Args, Subcommand};

use super::{Failure, Global};
use crate::exit;
use crate::run::rules::LoadError;

/// Work with rules: the program's own, and others.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show which alerts a changed set of rules gives and takes away.
    Backtest(backtest::Backtest),
    /// Say rules in the language of another engine.
    Convert(convert::Convert),
    /// Show which techniques of ATT&CK rules are about.
    Coverage(coverage::Coverage),
    /// Say of each rule whether it can ever find anything.
    Lint(lint::Lint),
}

impl Rules {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        match self.command {
            Command::Backtest(backtest) => backtest.run(global),
            Command::Convert(convert) => convert.run(global),
            Command::Coverage(coverage) => coverage.run(global),
            Command::Lint(lint) => lint.run(global),
        }
    }
}

/// Why rules could not be loaded at all.
fn wanted_failure(error: LoadError) -> Failure {
    let code = if matches!(error, LoadError::Mapping(_)) { exit::INTERNAL } else { exit::USAGE };
    Failure::new(code, error.to_string())
}
