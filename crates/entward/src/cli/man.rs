//! `entward man`.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::exit;

/// Write the manual pages into a folder.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder; made when it is not there.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(exit::USAGE, format!("cannot write manual pages to {}: {error}", self.folder.display()))
        };
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(super::command(), &self.folder).map_err(failed)?;
        Ok(exit::OK)
    }
}
