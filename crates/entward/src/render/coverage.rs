//! Which techniques rules are about: for people, and as a layer for the ATT&CK Navigator.

use std::io;

use entward_analysis::coverage::{Coverage, Covering};
use serde_json::{Value, json};

use super::View;
use super::layout::{Text, paragraph, row};
use super::paint;

/// Where the title of a rule stands: behind the longest level.
const COLUMN: usize = 16;

/// Writes the table.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn table<W: io::Write + ?Sized>(out: &mut W, coverage: &Coverage, view: View) -> io::Result<()> {
    let mut text = String::new();
    for technique in &coverage.techniques {
        let name = technique.name.map_or_else(|| format!("not in ATT&CK {}", coverage.version), str::to_owned);
        let heading = format!("{} {name}", technique.id);
        paragraph(&mut text, view, 0, &Text::default().and_styled_sentence(paint::STRONG, heading));
        technique.rules.iter().for_each(|covering| rule(&mut text, covering, view));
    }
    if !coverage.untagged.is_empty() {
        paragraph(&mut text, view, 0, &Text::default().and_styled(paint::STRONG, "no technique"));
        coverage.untagged.iter().for_each(|covering| rule(&mut text, covering, view));
    }
    if !coverage.uncovered.is_empty() {
        let heading = "no rule, though ATT&CK lists it for identity providers";
        paragraph(&mut text, view, 0, &Text::default().and_styled(paint::STRONG, heading));
        for technique in &coverage.uncovered {
            let name = Text::own(technique.name);
            row(&mut text, view, 2, &Text::own(technique.id.as_str()), COLUMN, &name);
        }
    }
    out.write_all(text.as_bytes())
}

fn rule(out: &mut String, covering: &Covering, view: View) {
    let level = covering.rule.level;
    let label = Text::default().and_styled(paint::level(level), level.as_str());
    let mut text = Text::default().and_sentence(covering.rule.title.as_str());
    if let Some(behaviour) = &covering.behaviour {
        text = text.and_styled(paint::QUIET, format!(" ({behaviour})"));
    }
    row(out, view, 2, &label, COLUMN, &text);
}

/// Writes a layer, format 4.5 of the ATT&CK Navigator: the score of a technique is how many rules are about it.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn navigator<W: io::Write + ?Sized>(out: &mut W, coverage: &Coverage) -> io::Result<()> {
    let most = coverage.techniques.iter().map(|technique| technique.rules.len()).max().unwrap_or(1).max(1);
    let techniques: Vec<Value> = coverage
        .techniques
        .iter()
        .filter(|technique| technique.name.is_some())
        .map(|technique| {
            let lines = technique.rules.iter().map(|one| format!("{}: {}", one.rule.level, one.rule.title));
            json!({
                "techniqueID": technique.id,
                "score": technique.rules.len(),
                "comment": lines.collect::<Vec<_>>().join("\n"),
                "enabled": true,
                "metadata": [{ "name": "worst level", "value": technique.level }],
            })
        })
        .collect();
    let layer = json!({
        "name": "Entward rules",
        "description": format!("{} techniques by how many rules are about them", techniques.len()),
        "domain": "enterprise-attack",
        "versions": { "attack": coverage.version, "navigator": "5.1.0", "layer": "4.5" },
        "filters": { "platforms": ["Identity Provider", "IaaS", "Office Suite", "SaaS"] },
        // Parts of techniques are seen without opening each.
        "layout": { "layout": "side", "showName": true, "showID": false, "expandedSubtechniques": "annotated" },
        "sorting": 0,
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": { "colors": ["#dbe9f6", "#4292c6", "#08306b"], "minValue": 0, "maxValue": most },
        "legendItems": [],
        "metadata": [],
    });
    serde_json::to_writer_pretty(&mut *out, &layer)?;
    out.write_all(b"\n")
}
