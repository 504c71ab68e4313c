//! `entward completion`.

use clap::Args;

use super::Failure;
use crate::exit;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
pub(super) struct Completion {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl Completion {
    pub(super) fn run(self) -> Result<u8, Failure> {
        clap_complete::generate(self.shell, &mut super::command(), "entward", &mut std::io::stdout());
        Ok(exit::OK)
    }
}
