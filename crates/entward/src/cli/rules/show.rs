//! `entward rules show`.

use std::io::Write;

use clap::Args;
use entward_analysis::detect::level_of;
use serde_json::Value;

use super::super::common::Output;
use super::super::{Failure, Global};
use super::choice::{Asked, Choice, called, failure, read_told};
use super::list::log;
use crate::exit;
use crate::render::rules::{heading, told};
use crate::run::rules::sources;

/// Show one rule: what it finds and misses, who else does this, and its text.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The rule's id, name, title or file name.
    #[arg(value_name = "RULE")]
    rule: String,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
    /// Only the text of its file, as it stands.
    #[arg(long)]
    raw: bool,
}

/// What is told of a rule or a correlation alike.
struct Told<'r> {
    title: &'r str,
    lines: Vec<(&'static str, String)>,
    file: &'r str,
}

impl Show {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let wanted = self.choice.wanted();
        let (collection, _) = read_told(&wanted, global)?;
        let told_of = match called(&collection, &self.rule)? {
            Asked::Rule(rule) => Told {
                title: &rule.about.title,
                lines: vec![
                    ("level", level_of(rule.about.level).as_str().to_owned()),
                    ("log", log(&rule.logsource)),
                    ("id", rule.about.id.clone().unwrap_or_default()),
                    ("status", rule.about.status.clone().unwrap_or_default()),
                    ("about", reflowed(rule.about.description.as_deref())),
                    ("ordinary", rule.about.falsepositives.join("\n")),
                    ("tags", rule.about.tags.join(", ")),
                    ("story", custom(&rule.about.custom, "story")),
                    ("remedies", custom(&rule.about.custom, "remedies")),
                    ("read more", rule.about.references.join("\n")),
                ],
                file: &rule.about.place.file,
            },
            Asked::Correlation(correlation) => {
                let about = &correlation.about;
                Told {
                    title: &about.title,
                    lines: vec![
                        ("level", level_of(about.level).as_str().to_owned()),
                        ("kind", correlation.kind.as_str().to_owned()),
                        ("grouped by", correlation.group_by.join(", ")),
                        ("id", about.id.clone().unwrap_or_default()),
                        ("status", about.status.clone().unwrap_or_default()),
                        ("about", reflowed(about.description.as_deref())),
                        ("ordinary", about.falsepositives.join("\n")),
                        ("tags", about.tags.join(", ")),
                        ("remedies", custom(&about.custom, "remedies")),
                        ("read more", about.references.join("\n")),
                    ],
                    file: &about.place.file,
                }
            }
        };
        let mut out = self.output.open()?;
        if !self.raw {
            let view = global.view(self.output.is_terminal());
            heading(&mut out, told_of.title, view)?;
            for (label, words) in &told_of.lines {
                told(&mut out, label, words, view)?;
            }
            writeln!(out, "\n{}:", told_of.file)?;
        }
        let (files, _) = sources(&wanted).map_err(|error| failure(&error))?;
        if let Some((_, text)) = files.iter().find(|(file, _)| file == told_of.file) {
            writeln!(out, "{}", text.trim_end())?;
        }
        out.finish()?;
        Ok(exit::OK)
    }
}

/// A description without the line breaks of its file; what it misses begins a line of its own.
fn reflowed(description: Option<&str>) -> String {
    let mut text = String::new();
    for line in description.unwrap_or_default().lines().map(str::trim) {
        if !text.is_empty() {
            text.push(if line.starts_with("Misses:") { '\n' } else { ' ' });
        }
        text.push_str(line);
    }
    text
}

/// A value of the custom map, as text.
fn custom(custom: &Value, name: &str) -> String {
    match custom.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}
