//! The command line: one file a subcommand, one line here.

mod common;
mod completion;
mod events;
mod kb;
mod man;
mod rules;
mod scan;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exit;

/// Watches the identity side of an Azure tenant.
///
/// Reads exported Azure and Microsoft Entra logs and says who registered which
/// application, with which permissions and credentials, and everything else in them that
/// matters.
#[derive(Debug, Parser)]
#[command(name = "entward", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every subcommand takes.
#[derive(Clone, Debug, Args)]
struct Global {
    /// When to use color.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Global options")]
    color: Color,
    /// Show no progress bar. It is shown only on a terminal anyway.
    #[arg(long, global = true, help_heading = "Global options")]
    no_progress: bool,
    /// Say nothing on standard error but errors.
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find what matters in exported logs; never opens a socket.
    Scan(scan::Scan),
    /// Print every record as one normalised event.
    Events(events::Events),
    /// Work with rules: the program's own, and others.
    Rules(rules::Rules),
    /// Look up what an operation, a permission, a role or an application means.
    Kb(kb::Kb),
    /// Print a completion script for a shell.
    Completion(completion::Completion),
    /// Write the manual pages into a folder.
    Man(man::Man),
}

/// A failure that ends a command: what to say, and the exit code.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        let code = if error.kind() == std::io::ErrorKind::Interrupted { exit::INTERRUPTED } else { exit::INTERNAL };
        Failure::new(code, error.to_string())
    }
}

/// Runs the command that the command line asks for.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::OK });
        }
    };
    exit::on_interrupt();
    let result = match cli.command {
        Command::Scan(scan) => scan.run(&cli.global),
        Command::Events(events) => events.run(&cli.global),
        Command::Rules(rules) => rules.run(&cli.global),
        Command::Kb(kb) => kb.run(&cli.global),
        Command::Completion(completion) => completion.run(),
        Command::Man(man) => man.run(),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        // A reader that closed the pipe has seen enough.
        Err(failure) if failure.message.contains("Broken pipe") => ExitCode::from(exit::OK),
        Err(failure) => {
            common::say(&format!("error: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

impl Global {
    /// Whether to write color to a stream.
    fn color(&self, stream_is_terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stream_is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// The view of standard output: as wide as the terminal, at most 100 columns.
    fn view(&self, to_terminal: bool) -> crate::render::View {
        let width =
            if to_terminal { terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)) } else { 80 };
        crate::render::View::new(width.min(100), self.color(to_terminal))
    }

    /// Whether a progress bar is wanted.
    fn progress(&self) -> bool {
        !self.no_progress && !self.quiet && std::io::stderr().is_terminal()
    }
}

/// The command line as clap knows it, for completions and manual pages.
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests;
