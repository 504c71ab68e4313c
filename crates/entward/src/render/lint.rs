//! What lint has to say of rules, for people.

use std::io;

use entward_analysis::lint::{Reason, Report, Verdict};
use entward_model::RuleProblem;

use super::View;
use super::layout::{Text, paragraph, row};
use super::paint;

/// Where the values stand.
const COLUMN: usize = 12;

/// The words for a verdict.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::CanFire => "can fire",
        Verdict::CanFireMapped => "can fire after our mapping",
        Verdict::CannotFire => "cannot fire",
    }
}

/// Writes one report.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn report<W: io::Write + ?Sized>(out: &mut W, report: &Report, view: View) -> io::Result<()> {
    let mut text = String::new();
    paragraph(&mut text, view, 0, &Text::default().and_styled_sentence(paint::STRONG, report.title.as_str()));
    let mut line = |label: &str, value: Text| row(&mut text, view, 2, &Text::own(label), COLUMN, &value);
    if report.id != report.place {
        line("id", Text::default().and_id(report.id.as_str()));
    }
    line("at", Text::default().and_id(report.place.as_str()));
    let words = verdict(report.verdict);
    line(
        "verdict",
        match report.verdict {
            Verdict::CannotFire => Text::default().and_styled(paint::TROUBLE, words),
            _ => Text::own(words),
        },
    );
    if !report.shapes.is_empty() {
        let shapes: Vec<&str> = report.shapes.iter().map(|shape| shape.name()).collect();
        line("in", Text::own(shapes.join(", ")));
    }
    for name in &report.names {
        line("name", Text::default().and_name(name.field.as_str()).and(" means ").and_name(name.means.as_str()));
    }
    for reason in &report.reasons {
        line("because", told(reason));
    }
    for warning in &report.warnings {
        line("warning", told(warning));
    }
    out.write_all(text.as_bytes())
}

/// Writes what does not load.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn problem<W: io::Write + ?Sized>(out: &mut W, problem: &RuleProblem, view: View) -> io::Result<()> {
    let mut text = String::new();
    paragraph(&mut text, view, 0, &Text::default().and_id(problem.place.as_str()));
    let mut line = |label: &str, value: Text| row(&mut text, view, 2, &Text::own(label), COLUMN, &value);
    line("verdict", Text::default().and_styled(paint::TROUBLE, "does not load"));
    line("because", Text::default().and_sentence(problem.message.as_str()));
    if let Some(hint) = &problem.hint {
        line("cure", Text::default().and_sentence(hint.as_str()));
    }
    out.write_all(text.as_bytes())
}

fn told(reason: &Reason) -> Text {
    let mut text = Text::default().and_sentence(reason.text.as_str());
    if let Some(nearest) = &reason.nearest {
        text = text.and("; the nearest is ").and_sentence(format!("`{nearest}`"));
    }
    if !reason.shapes.is_empty() {
        let shapes: Vec<&str> = reason.shapes.iter().map(|shape| shape.name()).collect();
        text = text.and(format!(" ({})", shapes.join(", ")));
    }
    text
}
