//! `entward rules list`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use entward_analysis::detect::level_of;
use entward_model::Level;
use entward_sigma::{Collection, LogSource};
use serde::Serialize;

use super::super::common::Output;
use super::super::{Failure, Global};
use super::choice::{Choice, read_told, tell_problems};
use crate::exit;
use crate::render::{self, json};

/// List rules, worst first.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One rule a line.
    Ndjson,
}

/// One rule of the list.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: Option<String>,
    title: String,
    level: Level,
    kind: &'static str,
    log: String,
    status: Option<String>,
    tags: Vec<String>,
    place: String,
}

impl List {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let (collection, problems) = read_told(&self.choice.wanted(), global)?;
        let rows = rows(&collection);
        let mut out = self.output.open()?;
        match self.format {
            Format::Ndjson => rows.iter().try_for_each(|row| json::line(&mut out, row))?,
            Format::Table => table(&mut out, &rows, global.view(self.output.is_terminal()))?,
        }
        out.finish()?;
        tell_problems(&problems);
        Ok(if problems.is_empty() { exit::OK } else { exit::PARTIAL })
    }
}

fn rows(collection: &Collection) -> Vec<Row> {
    let rules = collection.rules.iter().map(|rule| Row {
        id: rule.about.id.clone(),
        title: rule.about.title.clone(),
        level: level_of(rule.about.level),
        kind: if rule.first_seen.is_some() { "first-seen" } else { "rule" },
        log: log(&rule.logsource),
        status: rule.about.status.clone(),
        tags: rule.about.tags.clone(),
        place: rule.about.place.to_string(),
    });
    let correlations = collection.correlations.iter().map(|correlation| Row {
        id: correlation.about.id.clone(),
        title: correlation.about.title.clone(),
        level: level_of(correlation.about.level),
        kind: correlation.kind.as_str(),
        log: String::new(),
        status: correlation.about.status.clone(),
        tags: correlation.about.tags.clone(),
        place: correlation.about.place.to_string(),
    });
    let mut rows: Vec<Row> = rules.chain(correlations).collect();
    rows.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.title.cmp(&b.title)));
    rows
}

/// The log source in as few words as tell it.
pub(super) fn log(source: &LogSource) -> String {
    let parts = [&source.product, &source.category, &source.service];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")
}

fn table(out: &mut impl Write, rows: &[Row], view: render::View) -> io::Result<()> {
    for row in rows {
        let what = if row.log.is_empty() { row.kind } else { &row.log };
        render::rules::listed(out, row.level, &row.title, what, view)?;
    }
    writeln!(out, "{} rules", rows.len())
}
