//! Runs one command to its end and prints what it cost as one JSON object.
//!
//! ```text
//! measure PROGRAM ARGUMENT…
//! ```
//!
//! The system tells the cost of children only as a sum and as a maximum, so each
//! measured command gets a small parent of its own: this one. The standard output of
//! the command is thrown away, its errors are passed on.

use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};

use entward_bench::usage;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: measure PROGRAM ARGUMENT…")?;
    let cost = usage::run(Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()))?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &cost)?;
    writeln!(out)?;
    Ok(())
}
