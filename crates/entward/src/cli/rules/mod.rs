//! `entward rules`: one file a subcommand, one line here.

mod backtest;
mod choice;
mod convert;
mod coverage;
mod explain;
mod lint;
mod list;
mod show;
mod test;
mod tune;

use clap::{Args, Subcommand};

use super::{Failure, Global};

/// Work with rules: the program's own, and others.
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List rules, worst first.
    List(list::List),
    /// Show one rule: what it finds and misses, who else does this, and its text.
    Show(show::Show),
    /// Run the cases that stand beside rules.
    Test(test::Test),
    /// Say why a rule matches a record, or why not.
    Explain(explain::Explain),
    /// Show which alerts a changed set of rules gives and takes away.
    Backtest(backtest::Backtest),
    /// Say rules in the language of another engine.
    Convert(convert::Convert),
    /// Show which techniques of ATT&CK rules are about.
    Coverage(coverage::Coverage),
    /// Say of each rule whether it can ever find anything.
    Lint(lint::Lint),
    /// Write an exception from a rule, unless it would hide an attack.
    Tune(tune::Tune),
}

impl Rules {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        match self.command {
            Command::List(list) => list.run(global),
            Command::Show(show) => show.run(global),
            Command::Test(test) => test.run(global),
            Command::Explain(explain) => explain.run(global),
            Command::Backtest(backtest) => backtest.run(global),
            Command::Convert(convert) => convert.run(global),
            Command::Coverage(coverage) => coverage.run(global),
            Command::Lint(lint) => lint.run(global),
            Command::Tune(tune) => tune.run(global),
        }
    }
}
