//! What a process cost: CPU seconds, elapsed seconds, memory.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use serde::{Deserialize, Serialize};

/// What a finished command cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// User and system time of all its threads, in seconds.
    pub cpu_seconds: f64,
    /// From start to end, in seconds.
    pub wall_seconds: f64,
    /// The most memory that was resident at one moment, in bytes; mapped files count.
    pub peak_bytes: u64,
    /// The exit code; -1 when a signal ended it.
    pub exit_code: i32,
}

/// The CPU time of this process so far: user and system, all threads.
///
/// # Errors
///
/// When the system does not tell.
pub fn own_cpu_time() -> std::io::Result<Duration> {
    Ok(cpu_time(&getrusage(UsageWho::RUSAGE_SELF)?))
}

/// Runs the command to its end and says what it cost.
///
/// The system adds up over all children, so call this once in the life of a process
/// (the binary `measure` exists for that), and keep that process small: a child starts
/// with the memory of its parent on its account.
///
/// # Errors
///
/// When the command cannot be started or the system does not tell its cost.
pub fn run(command: &mut Command) -> std::io::Result<Cost> {
    let started = Instant::now();
    let status = command.status()?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(Cost {
        cpu_seconds: cpu_time(&usage).as_secs_f64(),
        wall_seconds,
        // Linux counts in KiB.
        peak_bytes: u64::try_from(usage.max_rss()).unwrap_or(0) * 1024,
        exit_code: status.code().unwrap_or(-1),
    })
}

fn cpu_time(usage: &Usage) -> Duration {
    let duration = |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0));
    duration(usage.user_time()) + duration(usage.system_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_cost() {
        let cost = run(Command::new("sh").args(["-c", "exit 3"])).unwrap();
        assert_eq!(cost.exit_code, 3);
        assert!(cost.wall_seconds > 0.0 && cost.peak_bytes > 0);
    }
}
