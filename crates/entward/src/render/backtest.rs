//! What changes when one set of rules takes the place of another.

use std::io;

use serde_json::{Value, json};

use super::View;
use super::json;
use super::layout::{Text, paragraph, row};
use super::paint;
use crate::run::backtest::{Brief, Difference};

/// Where the title of an alert stands: behind the longest level.
const COLUMN: usize = 16;

/// Writes the lists.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn table<W: io::Write + ?Sized>(out: &mut W, difference: &Difference, view: View) -> io::Result<()> {
    let mut text = String::new();
    let heading = |out: &mut String, what: &str, count: usize| {
        paragraph(out, view, 0, &Text::default().and_styled(paint::STRONG, format!("{what} ({count})")));
    };
    heading(&mut text, "alerts lost", difference.lost.len());
    difference.lost.iter().for_each(|brief| alert(&mut text, brief, None, view));
    heading(&mut text, "alerts gained", difference.gained.len());
    difference.gained.iter().for_each(|brief| alert(&mut text, brief, None, view));
    heading(&mut text, "alerts at another level", difference.changed.len());
    for changed in &difference.changed {
        alert(&mut text, &changed.after, Some(&changed.before), view);
    }
    out.write_all(text.as_bytes())
}

fn alert(out: &mut String, brief: &Brief, before: Option<&Brief>, view: View) {
    let label = Text::default().and_styled(paint::level(brief.level), brief.level.as_str());
    row(out, view, 2, &label, COLUMN, &Text::default().and_sentence(brief.title.as_str()));
    let mut below = |text: Text| row(out, view, COLUMN, &Text::default(), COLUMN, &text);
    if let Some(before) = before {
        below(Text::own(format!("was {}", before.level)));
    }
    let time = brief.first_seen.map(|time| format!("{time}, ")).unwrap_or_default();
    below(Text::own(time).and_labeled_id("alert", brief.id.as_str()));
    if !brief.rules.is_empty() {
        below(Text::own("by ").and_sentence(brief.rules.join(", ")));
    }
}

/// Writes one document.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn document<W: io::Write + ?Sized>(out: &mut W, difference: &Difference) -> io::Result<()> {
    let changed = |changed: &crate::run::backtest::Changed| json!({ "before": told(&changed.before), "after": told(&changed.after) });
    let document = json!({
        "counts": {
            "before": difference.before,
            "after": difference.after,
            "gained": difference.gained.len(),
            "lost": difference.lost.len(),
            "changed": difference.changed.len(),
        },
        "gained": difference.gained.iter().map(told).collect::<Vec<Value>>(),
        "lost": difference.lost.iter().map(told).collect::<Vec<Value>>(),
        "changed": difference.changed.iter().map(changed).collect::<Vec<Value>>(),
    });
    json::line(out, &document)
}

fn told(brief: &Brief) -> Value {
    let records: Vec<Value> =
        brief.records.iter().map(|(file, index)| json!({ "file": file, "index": index })).collect();
    json!({
        "id": brief.id,
        "level": brief.level,
        "title": brief.title,
        "rules": brief.rules,
        "first_seen": brief.first_seen,
        "records": records,
    })
}
