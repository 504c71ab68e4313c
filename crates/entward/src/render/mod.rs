//! Turns the nouns into text: for people, and for programs.
//!
//! Everything here is a pure function from nouns to bytes in a writer the caller owns;
//! where they go, and in which format, `cli` decides. Two promises hold in every file:
//! what people see was made harmless first ([`escape`]), and the same nouns give the same
//! bytes. Only [`progress`] talks to a terminal by itself.
//!
//! To add a format: write `<format>.rs` with one function per noun that it renders, list
//! it below, and give it a word in `cli`.

// For people.
pub(crate) mod backtest;
mod changes;
pub(crate) mod correlation;
pub(crate) mod coverage;
mod escape;
mod layout;
pub(crate) mod lint;
pub(crate) mod page;
mod paint;
pub(crate) mod progress;
pub(crate) mod rules;
pub(crate) mod sarif;
pub(crate) mod terminal;

// For programs.
pub(crate) mod alert_csv;
mod csv;
pub(crate) mod events;
pub(crate) mod json;
pub(crate) mod matches;
pub(crate) mod ocsf;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;

/// How wide the terminal is, and whether it shows color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Columns.
    pub(crate) width: usize,
    /// Whether ANSI colors may be written.
    pub(crate) color: bool,
}

impl View {
    /// What the tests look at.
    #[cfg(test)]
    pub(crate) const PLAIN: View = View { width: 80, color: false };

    /// A view of this many columns, but never so narrow that nothing can be laid out.
    pub(crate) fn new(width: usize, color: bool) -> View {
        View { width: width.max(40), color }
    }
}
