//! `entward rules`: one file a subcommand, one line here.

mod choice;
mod convert;
mod explain;
mod list;
mod show;
mod test;

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
    /// Say rules in the language of another engine.
    Convert(convert::Convert),
}

impl Rules {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        match self.command {
            Command::List(list) => list.run(global),
            Command::Show(show) => show.run(global),
            Command::Test(test) => test.run(global),
            Command::Explain(explain) => explain.run(global),
            Command::Convert(convert) => convert.run(global),
        }
    }
}
