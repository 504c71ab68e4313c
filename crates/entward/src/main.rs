//! The one binary: reads the command line and hands on to the rooms below.

mod bundled;
mod cli;
mod exit;
mod render;
mod run;

use std::process::ExitCode;

// Scanning asks for memory in every worker; the system's allocator makes them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
