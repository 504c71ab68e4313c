//! `entward scan`.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use entward_analysis::detect::{Detector, Filter, Hit};
use entward_connect::spool::SpoolError;
use entward_model::{Alert, Level, Summary, Timestamp};

use super::common::{Inputs, Out, Output, say};
use super::{Failure, Global};
use crate::exit;
use crate::render::{self, alert_csv, json, matches, ocsf, terminal};
use crate::run::stories::Records;
use crate::run::{self, pipeline, rules};

/// Find what matters in exported logs; never opens a socket.
///
/// Reads every shape in which Azure and Entra logs are exported, runs the rules that
/// Entward carries and those you add, folds the records that one change caused into one
/// alert, and shows the alerts, worst first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  entward scan exports/
  entward scan --format ndjson -o alerts.ndjson 'logs/**/*.json.gz'
  zcat audit.gz | entward scan --rules sigma/rules/cloud/azure -

Exit codes: 0 done, 1 an alert reached --fail-on, 2 usage, 5 done but something was not read, 130 interrupted.")]
pub(super) struct Scan {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    output: Output,
    /// How to write. [default: table on a terminal, ndjson elsewhere]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Add Sigma rules from a folder or file. May be given several times.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Values for the placeholders of rules (`|expand`): a YAML file with a list for each name.
    #[arg(long, value_name = "FILE")]
    placeholders: Option<PathBuf>,
    /// Leave out the rules that Entward carries.
    #[arg(long)]
    no_own_rules: bool,
    /// Only records at or after this time: RFC 3339 (UTC unless it says otherwise), or a span before now such as 24h or 7d.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<Timestamp>,
    /// Only records before this time.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<Timestamp>,
    /// Only alerts (or matches) of at least this level.
    #[arg(long, value_name = "LEVEL", value_parser = parse_level)]
    level: Option<Level>,
    /// Only records of this tenant.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Only records of this actor: object id, user principal name, display name or application id.
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// Only records about this application: object id, application id or name.
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Only records of this operation: its canonical id, or its text in any spelling.
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// Exit with 1 when an alert has at least this level.
    #[arg(long, value_name = "LEVEL", value_parser = parse_level)]
    fail_on: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a summary, then the alerts.
    Table,
    /// One document: summary and alerts.
    Json,
    /// One alert a line.
    Ndjson,
    /// One alert a row.
    Csv,
    /// One OCSF 1.8.0 Detection Finding a line.
    Ocsf,
    /// One line for each rule and record that matched, in the order of the input.
    Matches,
}

fn parse_level(text: &str) -> Result<Level, String> {
    Level::from_name(text).ok_or_else(|| "the levels are informational, low, medium, high, critical".to_owned())
}

/// A time, or a span back from now.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    let span = text.len().checked_sub(1).and_then(|at| text.split_at_checked(at)).and_then(|(number, unit)| {
        let number: i64 = number.parse().ok()?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        number.checked_mul(seconds * 1_000_000_000)
    });
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|now| i64::try_from(now.as_nanos()).ok());
    match (span, now) {
        (Some(span), Some(now)) => Ok(Timestamp::from_nanos(now.saturating_sub(span))),
        _ => Err("give a time such as 2026-03-04T09:00:00Z or 2026-03-04, or a span such as 90m, 24h, 7d".to_owned()),
    }
}

impl Scan {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let began = Instant::now();
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(Failure::new(
                exit::USAGE,
                format!("--since {since} is not before --until {until}: nothing could match"),
            ));
        }
        let (files, problems) = self.inputs.find()?;
        let wanted =
            rules::Wanted { own: !self.no_own_rules, folders: &self.rules, placeholders: self.placeholders.as_deref() };
        let loaded = rules::load(&wanted).map_err(|error| Failure::new(exit::USAGE, error.to_string()))?;
        let detector = &loaded.detector;
        let filter = Filter {
            since: self.since,
            until: self.until,
            tenant: self.tenant.clone(),
            actor: self.actor.clone(),
            app: self.app.clone(),
            operation: self.operation.clone(),
        };
        let format = self.format.unwrap_or(if self.output.is_terminal() { Format::Table } else { Format::Ndjson });
        let mut out = self.output.open()?;
        let least = self.level.unwrap_or(Level::Informational);
        let mut records = Records::new();
        let mut worst_match = None;
        let threads = self.inputs.threads();
        let mut summary = {
            let consume = |hit: Hit| {
                if format == Format::Matches {
                    worst_match = worst_match.max(write_matches(&mut out, detector, &hit, least)?);
                    Ok(())
                } else {
                    records.push(hit).map_err(io::Error::other)
                }
            };
            run::scan::hits(files, threads, detector, &filter, global.progress(), consume)?
        };
        for problem in &problems {
            pipeline::count_problem(problem, &mut summary);
        }
        summary.rules = loaded.counts.clone();
        summary.threads = threads;
        let alerts = records.alerts(detector, least, &mut summary).map_err(io::Error::other)?;
        summary.elapsed = began.elapsed();
        self.write(&mut out, format, detector, &summary, alerts, global)?;
        out.finish()?;
        self.talk(format, &summary, global);
        let worst = summary.worst().max(worst_match);
        Ok(match self.fail_on {
            Some(least) if worst.is_some_and(|worst| worst >= least) => exit::FINDINGS,
            _ if summary.is_partial() || !summary.rules.failed.is_empty() => exit::PARTIAL,
            _ => exit::OK,
        })
    }

    fn write(
        &self,
        out: &mut Out,
        format: Format,
        detector: &Detector,
        summary: &Summary,
        alerts: impl Iterator<Item = Result<Alert, SpoolError>>,
        global: &Global,
    ) -> io::Result<()> {
        let mut failed = None;
        let alerts = alerts.map_while(|alert| alert.map_err(|error| failed = Some(io::Error::other(error))).ok());
        match format {
            Format::Table => terminal::report(out, summary, alerts, global.view(self.output.is_terminal()))?,
            Format::Json => json::document(out, summary, alerts)?,
            Format::Ndjson => alerts.into_iter().try_for_each(|alert| json::line(out, &alert))?,
            Format::Csv => {
                alert_csv::header(out)?;
                alerts.into_iter().try_for_each(|alert| alert_csv::line(out, &alert))?;
            }
            Format::Ocsf => {
                let rules = detector.rules().iter().map(|rule| &rule.about.tags);
                let correlations = detector.collection().correlations.iter().map(|correlation| &correlation.about.tags);
                let tags = rules.chain(correlations).cloned();
                let tags = detector.book().iter().map(|rule| rule.id.clone()).zip(tags).collect();
                alerts.into_iter().try_for_each(|alert| ocsf::line(out, &alert, &tags))?;
            }
            Format::Matches => {}
        }
        failed.map_or(Ok(()), Err)
    }

    /// What a machine format does not say, for the person who started it.
    fn talk(&self, format: Format, summary: &Summary, global: &Global) {
        if global.quiet || (format == Format::Table && self.output.file.is_none()) {
            return;
        }
        let stderr = io::stderr();
        let view = render::View::new(80, global.color(stderr.is_terminal()));
        let mut text = Vec::new();
        if terminal::summary(&mut text, summary, view).is_ok() {
            let _ = stderr.lock().write_all(&text);
        }
        if let Some(file) = &self.output.file {
            say(&format!("wrote {}", file.display()));
        }
    }
}

/// Writes the rules that match a record; gives the worst of their levels.
fn write_matches(out: &mut Out, detector: &Detector, hit: &Hit, least: Level) -> io::Result<Option<Level>> {
    let mut worst = None;
    for rule in hit.rules.iter().map(|rule| &detector.book()[*rule as usize]) {
        if rule.level < least {
            continue;
        }
        worst = worst.max(Some(rule.level));
        let found = matches::Match {
            file: &hit.event.file,
            index: hit.event.index,
            rule_id: &rule.id,
            rule_title: &rule.title,
        };
        matches::line(out, &found)?;
    }
    Ok(worst)
}
