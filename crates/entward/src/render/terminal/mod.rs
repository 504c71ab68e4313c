//! The view for people: a summary first, then the alerts, readable at 80 columns.
//!
//! Order is the caller's: alerts are written as they come, worst first. Nothing is said by
//! color alone, no line ends with a blank, no line is wider than the view unless an id is.
//!
//! An alert is arranged before it is written: [`blocks`] puts what changed under the object
//! that a person thinks of, [`grants`] makes one of the several records of an agreement,
//! [`plumbing`] knows which properties repeat what is said. Whatever is left out here is
//! counted, and stands whole in the formats for programs.

mod alert;
mod blocks;
mod grants;
mod instant;
mod plumbing;
mod summary;

use std::borrow::Borrow;
use std::io;

use entward_model::{Alert, Summary};

use super::View;

/// Writes the summary of a scan.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn summary<W: io::Write + ?Sized>(out: &mut W, summary: &Summary, view: View) -> io::Result<()> {
    let mut text = String::new();
    summary::summary(&mut text, summary, view);
    out.write_all(text.as_bytes())
}

/// Writes the whole view: the summary, then every alert as it comes.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn report<W: io::Write + ?Sized, A: Borrow<Alert>>(
    out: &mut W,
    counted: &Summary,
    alerts: impl IntoIterator<Item = A>,
    view: View,
) -> io::Result<()> {
    summary(out, counted, view)?;
    alerts.into_iter().try_for_each(|found| alert(out, found.borrow(), view))
}

/// Writes an empty line and one alert.
fn alert<W: io::Write + ?Sized>(out: &mut W, alert: &Alert, view: View) -> io::Result<()> {
    let mut text = String::from("\n");
    alert::alert(&mut text, alert, view);
    out.write_all(text.as_bytes())
}
