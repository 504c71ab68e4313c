//! Rules, for people at a terminal.

use std::io::{self, Write};

use entward_model::Level;
use entward_sigma::{Explanation, LeafExplanation, Reason};

use super::View;
use super::layout::{Text, paragraph, row};
use super::paint;

/// How wide the column of levels is.
const LEVELS: usize = 15;

/// How much of a value is shown.
const VALUE: usize = 120;

/// One line of a list of rules.
pub(crate) fn listed(out: &mut impl Write, level: Level, title: &str, log: &str, view: View) -> io::Result<()> {
    let mut text = String::new();
    let label = Text::default().and_styled(paint::level(level), level.as_str());
    let title = Text::default().and_sentence(title).and_styled(paint::QUIET, format!(" ({log})"));
    row(&mut text, view, 0, &label, LEVELS, &title);
    out.write_all(text.as_bytes())
}

/// A heading.
pub(crate) fn heading(out: &mut impl Write, words: &str, view: View) -> io::Result<()> {
    let mut text = String::new();
    paragraph(&mut text, view, 0, &Text::default().and_styled_sentence(paint::STRONG, words));
    out.write_all(text.as_bytes())
}

/// A label and what it tells; nothing if there is nothing to tell.
pub(crate) fn told(out: &mut impl Write, label: &str, words: &str, view: View) -> io::Result<()> {
    if words.trim().is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    let label = Text::default().and_styled(paint::QUIET, label);
    for (number, part) in words.trim().split('\n').enumerate() {
        let label = if number == 0 { label.clone() } else { Text::default() };
        let part = part.trim();
        // An address stays in one piece, so that it can be followed.
        let words = Text::default();
        let words = if part.starts_with("https://") { words.and_id(part) } else { words.and_sentence(part) };
        row(&mut text, view, 2, &label, LEVELS, &words);
    }
    out.write_all(text.as_bytes())
}

/// A condition with the verdict of each of its parts, indented by depth.
pub(crate) fn explanation(out: &mut impl Write, part: &Explanation, depth: usize, view: View) -> io::Result<()> {
    let indent = 2 * depth.min(16);
    match &part.reason {
        Reason::Leaf(leaf) => return explained_leaf(out, part.holds, leaf, indent, view),
        Reason::Selection(name, inner) => {
            line(out, part.holds, Text::default().and_name(name.clone()), indent, view)?;
            return explanation(out, inner, depth + 1, view);
        }
        Reason::Not(inner) => {
            line(out, part.holds, Text::own("must not hold"), indent, view)?;
            return explanation(out, inner, depth + 1, view);
        }
        Reason::All(parts) | Reason::Any(parts) | Reason::AtLeast(_, parts) => {
            // One part alone is no list.
            if let [only] = parts.as_slice() {
                return explanation(out, only, depth, view);
            }
            let words = match &part.reason {
                Reason::All(_) => "all of".to_owned(),
                Reason::AtLeast(needed, _) => format!("at least {needed} of"),
                _ => "one of".to_owned(),
            };
            line(out, part.holds, Text::own(words), indent, view)?;
            for part in parts {
                explanation(out, part, depth + 1, view)?;
            }
        }
    }
    Ok(())
}

fn explained_leaf(
    out: &mut impl Write,
    holds: bool,
    leaf: &LeafExplanation,
    indent: usize,
    view: View,
) -> io::Result<()> {
    let wanted = Text::default().and_name(leaf.written.clone()).and(": ");
    let wanted = listed_values(wanted, &leaf.expected, "nothing");
    line(out, holds, wanted, indent, view)?;
    if leaf.written == "keywords" {
        return Ok(());
    }
    let mut text = String::new();
    let saw = Text::default().and_styled(paint::QUIET, "saw ");
    let saw = if leaf.missing { saw.and("no such field") } else { listed_values(saw, &leaf.seen, "no value") };
    paragraph(&mut text, view, indent + 4, &saw);
    out.write_all(text.as_bytes())
}

fn listed_values(mut text: Text, values: &[String], none: &str) -> Text {
    const MOST: usize = 6;
    if values.is_empty() {
        return text.and(none);
    }
    // Several places of a record may say the same.
    let mut values: Vec<&String> = values.iter().collect();
    let mut known = std::collections::BTreeSet::new();
    values.retain(|value| known.insert(*value));
    for (number, value) in values.iter().take(MOST).enumerate() {
        if number > 0 {
            text = text.and(", ");
        }
        text = text.and_cut(format!("`{value}`"), VALUE);
    }
    if values.len() > MOST { text.and(format!(", and {} more", values.len() - MOST)) } else { text }
}

fn line(out: &mut impl Write, holds: bool, words: Text, indent: usize, view: View) -> io::Result<()> {
    let mut text = String::new();
    let verdict = if holds {
        Text::default().and_styled(paint::ADDED, "yes")
    } else {
        Text::default().and_styled(paint::REMOVED, "no")
    };
    row(&mut text, view, indent, &verdict, indent + 4, &words);
    out.write_all(text.as_bytes())
}
