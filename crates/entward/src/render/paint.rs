//! The few colors of the terminal view. None carries a meaning that no word carries.

use anstyle::{AnsiColor, Style};
use entward_model::Level;

/// Labels, and what may be passed over.
pub(super) const QUIET: Style = Style::new().dimmed();

/// Titles and headings.
pub(super) const STRONG: Style = Style::new().bold();

/// Headings of a page.
pub(super) const HEADING: Style = AnsiColor::Blue.on_default().bold();

/// Names and commands as a log or a tool writes them.
pub(super) const CODE: Style = AnsiColor::Cyan.on_default();

/// What was added; stands with a `+`.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();

/// What was removed; stands with a `-`.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();

/// What went wrong with the scan itself.
pub(super) const TROUBLE: Style = AnsiColor::Yellow.on_default();

/// The color of a level's word.
pub(super) fn level(level: Level) -> Style {
    match level {
        Level::Critical => AnsiColor::Red.on_default().bold().invert(),
        Level::High => AnsiColor::Red.on_default().bold(),
        Level::Medium => AnsiColor::Yellow.on_default().bold(),
        Level::Low => AnsiColor::Cyan.on_default(),
        Level::Informational => QUIET,
    }
}
