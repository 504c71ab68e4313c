//! Exit codes. They are part of the command line's contract: scripts branch on them.

/// It ran, and nothing reached `--fail-on`.
pub(crate) const OK: u8 = 0;
/// There is an alert at or above `--fail-on`.
pub(crate) const FINDINGS: u8 = 1;
/// The command line asks for something that makes no sense, or names what is not there.
pub(crate) const USAGE: u8 = 2;
/// It ran, but something of the input was not read, or a rule did not load.
pub(crate) const PARTIAL: u8 = 5;
/// Something broke that should not.
pub(crate) const INTERNAL: u8 = 70;
/// The user or the system stopped it.
pub(crate) const INTERRUPTED: u8 = 130;
