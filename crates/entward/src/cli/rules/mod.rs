//! `entward rules`: one file a subcommand, one line here.

mod convert;

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
    /// Say rules in the language of another engine.
    Convert(convert::Convert),
}

impl Rules {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        match self.command {
            Command::Convert(convert) => convert.run(global),
        }
    }
}
