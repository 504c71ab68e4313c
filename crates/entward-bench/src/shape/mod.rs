//! The same records in the shapes in which people hold them.
//!
//! A record is born as the diagnostic setting exports it; the files here turn it into
//! what Microsoft Graph, Log Analytics or the unified audit log would have written.

use std::io::{self, Write};

use serde_json::Value;

use crate::record::Record;

pub mod graph;
pub mod log_analytics;
pub mod unified;

/// A shape that fits into one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One record of the diagnostic export a line.
    JsonLines,
    /// One document: `{"records":[…]}`.
    RecordsEnvelope,
    /// An envelope of twenty records a line, as Event Hubs delivers them.
    EnvelopeLines,
    /// One document: a page of Microsoft Graph. Activity records are in their REST form.
    GraphPage,
    /// One table of Log Analytics as CSV; the records of other tables are left out.
    LogAnalyticsCsv(log_analytics::Table),
    /// The CSV of `Search-UnifiedAuditLog`; activity records are left out, since that
    /// log does not have them.
    UnifiedCsv,
}

/// Records in one line of [`Shape::EnvelopeLines`].
const ENVELOPE: usize = 20;

impl Shape {
    /// The name on the command line, and the shape.
    pub const NAMED: &[(&str, Shape)] = &[
        ("json-lines", Shape::JsonLines),
        ("records-envelope", Shape::RecordsEnvelope),
        ("envelope-lines", Shape::EnvelopeLines),
        ("graph-page", Shape::GraphPage),
        ("csv-audit", Shape::LogAnalyticsCsv(log_analytics::AUDIT)),
        ("csv-sign-in", Shape::LogAnalyticsCsv(log_analytics::SIGN_IN)),
        ("csv-non-interactive", Shape::LogAnalyticsCsv(log_analytics::NON_INTERACTIVE)),
        ("csv-service-principal", Shape::LogAnalyticsCsv(log_analytics::SERVICE_PRINCIPAL)),
        ("csv-managed-identity", Shape::LogAnalyticsCsv(log_analytics::MANAGED_IDENTITY)),
        ("csv-activity", Shape::LogAnalyticsCsv(log_analytics::ACTIVITY)),
        ("unified-csv", Shape::UnifiedCsv),
    ];

    /// The shape of this name.
    pub fn named(name: &str) -> Option<Shape> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
    }

    /// Writes all records and returns how many the shape could hold.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(self, records: impl Iterator<Item = Record>, out: &mut dyn Write) -> io::Result<u64> {
        match self {
            Shape::JsonLines => json_lines(records, out),
            Shape::RecordsEnvelope => {
                document(records, out, r#"{"records":["#, "]}\n", |record| record.diagnostic.clone())
            }
            Shape::EnvelopeLines => envelope_lines(records, out),
            Shape::GraphPage => document(records, out, graph::PAGE_START, graph::PAGE_END, graph::object),
            Shape::LogAnalyticsCsv(table) => log_analytics::write(table, records, out),
            Shape::UnifiedCsv => unified::write(records, out),
        }
    }
}

fn json_lines(records: impl Iterator<Item = Record>, out: &mut dyn Write) -> io::Result<u64> {
    let mut count = 0;
    for record in records {
        serde_json::to_writer(&mut *out, &record.diagnostic)?;
        out.write_all(b"\n")?;
        count += 1;
    }
    Ok(count)
}

fn envelope_lines(records: impl Iterator<Item = Record>, out: &mut dyn Write) -> io::Result<u64> {
    let mut count = 0;
    let mut records = records.peekable();
    while records.peek().is_some() {
        count += document(records.by_ref().take(ENVELOPE), out, r#"{"records":["#, "]}\n", |record| {
            record.diagnostic.clone()
        })?;
    }
    Ok(count)
}

fn document(
    records: impl Iterator<Item = Record>,
    out: &mut dyn Write,
    start: &str,
    end: &str,
    object: impl Fn(&Record) -> Value,
) -> io::Result<u64> {
    let mut count = 0;
    out.write_all(start.as_bytes())?;
    for record in records {
        if count > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &object(&record))?;
        count += 1;
    }
    out.write_all(end.as_bytes())?;
    Ok(count)
}

/// A CSV cell: quoted always, as these exports do when in doubt, quotes doubled.
fn cell(out: &mut String, text: &str) {
    out.push('"');
    for part in text.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}
