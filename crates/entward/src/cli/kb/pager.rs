//! Shows a text that is longer than the terminal through a pager.
//!
//! As `git` does it: the program that $PAGER names, or else `less`, with `FRX` where nothing else is said by $LESS (quit if
//! it fits, let colors through, leave the text on the screen). No shell comes between, so a pager is a program and its
//! words; quotes in $PAGER have no meaning.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::exit;

/// Shows the text, if it does not fit and there is a pager; whether it did.
///
/// # Errors
///
/// Those of writing to the pager, but for its being closed: who closes it has seen enough.
pub(super) fn show(text: &str) -> io::Result<bool> {
    let height = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
    let said = |name: &str| std::env::var(name).ok();
    let Some(words) = pager(said("PAGER").as_deref(), said("TERM").as_deref()) else { return Ok(false) };
    // The prompt of the shell takes a line.
    if text.lines().count() < height {
        return Ok(false);
    }
    let Some((program, options)) = words.split_first() else { return Ok(false) };
    let mut command = Command::new(program);
    command.args(options).stdin(Stdio::piped());
    if said("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    // Without one the text still has to be seen.
    let Ok(mut child) = command.spawn() else { return Ok(false) };
    exit::leave_interrupts_to_a_pager();
    if let Some(mut input) = child.stdin.take() {
        match input.write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    child.wait()?;
    Ok(true)
}

/// The words of the pager; `None` where none is wanted: $PAGER is empty or `cat`, or the terminal cannot move its cursor.
fn pager(asked: Option<&str>, terminal: Option<&str>) -> Option<Vec<String>> {
    let words: Vec<String> = asked.unwrap_or("less -FRX").split_whitespace().map(str::to_owned).collect();
    let program = words.first()?;
    (program != "cat" && terminal != Some("dumb")).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: Option<&str>, terminal: Option<&str>, expected: Option<&[&str]>) {
        let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(pager(asked, terminal), expected, "{asked:?} {terminal:?}");
    }

    #[test]
    fn the_pager_is_the_one_asked_for() {
        check(None, Some("xterm"), Some(&["less", "-FRX"]));
        check(None, None, Some(&["less", "-FRX"]));
        check(Some("most -s"), Some("xterm"), Some(&["most", "-s"]));
        check(Some(""), Some("xterm"), None);
        check(Some("cat"), Some("xterm"), None);
        check(None, Some("dumb"), None);
    }
}
