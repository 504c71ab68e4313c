//! Exit codes. They are part of the command line's contract: scripts branch on them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// It ran, and nothing reached `--fail-on`.
pub(crate) const OK: u8 = 0;
/// There is an alert at or above `--fail-on`.
pub(crate) const FINDINGS: u8 = 1;
/// The command line asks for something that makes no sense, or names what is not there.
pub(crate) const USAGE: u8 = 2;
/// A file of rules, knowledge or settings cannot be used.
pub(crate) const RULES: u8 = 3;
/// It ran, but something of the input was not read, or a rule did not load.
pub(crate) const PARTIAL: u8 = 5;
/// It was refused, for a reason that is told.
pub(crate) const REFUSED: u8 = 6;
/// Something broke that should not.
pub(crate) const INTERNAL: u8 = 70;
/// The user or the system stopped it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether a pager has the terminal.
static PAGER_HAS_THE_TERMINAL: AtomicBool = AtomicBool::new(false);

static INTERRUPTED_BY_USER: AtomicBool = AtomicBool::new(false);

/// Whether somebody asked the program to stop.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED_BY_USER.load(Ordering::Relaxed)
}

/// From now on Ctrl-C and SIGTERM stop the work between two chunks, so that half-written
/// output is taken away; a read that nothing ends is given half a second.
pub(crate) fn on_interrupt() {
    // Without a handler the system's own way of stopping stays, which is no reason not to start.
    let _ = ctrlc::set_handler(|| {
        if PAGER_HAS_THE_TERMINAL.load(Ordering::Relaxed) {
            return;
        }
        INTERRUPTED_BY_USER.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(500));
        std::process::exit(INTERRUPTED.into());
    });
}

/// From now on Ctrl-C is the pager's: it interrupts a search there, and a program that ended would leave the pager without
/// its terminal.
pub(crate) fn leave_interrupts_to_a_pager() {
    PAGER_HAS_THE_TERMINAL.store(true, Ordering::Relaxed);
}
