//! `entward rules explain`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clap::Args;
use entward_analysis::detect::Detector;
use entward_connect::{InputFile, find};
use entward_model::Alert;
use entward_sigma::{Correlator, Explanation, Limits, Rule};

use super::super::common::{Out, Output, say};
use super::super::{Failure, Global};
use super::choice::{Asked, Choice, called, failure, tell_expired};
use crate::exit;
use crate::render::View;
use crate::render::correlation::asks;
use crate::render::rules::{explanation, heading, told};
use crate::run::explain::{self, Place, Seen, Told};
use crate::run::rules::load;

/// How many matches of a correlation are explained.
const MOST_ALERTS: usize = 20;

/// Say why a rule matches a record, or why not; or what an alert rests on.
///
/// Prints the rule's condition as a tree, each part with its verdict, what was wanted, and what the record holds. For an
/// alert's id, or a rule that correlates several records, the logs are scanned: each record is explained by the rules that
/// it matches, with the correlation's group and the time within which it was met.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  entward rules explain application_registered audit.jsonl:17
  entward rules explain 'Global Administrator Assigned' record.json
  entward rules explain 4b8e3c1f6a015d0c exports/

Exit codes: 0 it matches, 1 it does not, 2 usage.")]
pub(super) struct Explain {
    /// The rule's id, name, title or file name, or the id of an alert.
    #[arg(value_name = "RULE|ALERT")]
    what: String,
    /// For a rule: a file and, after a colon, the record's ordinal in it, counted from 0; without one, every record. - is
    /// standard input. For an alert or a correlation: the logs that it was found in.
    #[arg(value_name = "PATH[:N]", required = true)]
    records: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
}

impl Explain {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let loaded = load(&self.choice.wanted()).map_err(|error| failure(&error))?;
        tell_expired(&loaded.counts.expired, global);
        let detector = &loaded.detector;
        let what = self.what.trim();
        match called(detector.collection(), what) {
            Ok(Asked::Rule(rule)) => self.rule(detector, rule, global),
            Ok(Asked::Correlation(correlation)) => {
                if !correlation.standalone {
                    let message = format!(
                        "`{}` is only a part of other correlations, which speak in its place; explain one of those",
                        correlation.about.title
                    );
                    return Err(Failure::new(exit::USAGE, message));
                }
                let id = correlation.about.id.clone().unwrap_or_else(|| correlation.about.place.to_string());
                self.alerts(detector, &|alert| alert.rules.iter().any(|rule| rule.id == id), global)
            }
            Err(_) if is_alert_id(what) => {
                let id = what.to_ascii_lowercase();
                match self.alerts(detector, &|alert| alert.id == id, global)? {
                    exit::FINDINGS => Err(Failure::new(
                        exit::USAGE,
                        format!(
                            "no alert has the id {id}; an id rests on the first record that a rule speaks of: name the logs \
                             and the rules that it was found with"
                        ),
                    )),
                    code => Ok(code),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// Tells of each record why the rule matches it or not.
    fn rule(&self, detector: &Detector, rule: &Rule, global: &Global) -> Result<u8, Failure> {
        let Some(position) = detector.position_of_rule(rule.number()) else {
            let message = format!("`{}` is about no log that Entward reads", rule.about.title);
            return Err(Failure::new(exit::USAGE, message));
        };
        let mut out = self.output.open()?;
        let view = global.view(self.output.is_terminal());
        let mut holds = false;
        for record in &self.records {
            let (file, only) = place(record);
            let mut read = 0_u64;
            let tell = |name: &str, index: u64, why: Vec<Option<Explanation>>| {
                if only.is_some_and(|only| only != index) {
                    return Ok(());
                }
                read += 1;
                heading(&mut out, &format!("{name}:{index}"), view)?;
                match why.into_iter().next().flatten() {
                    Some(why) => {
                        holds |= why.holds;
                        explanation(&mut out, &why, 1, view)
                    }
                    None => writeln!(out, "  the rule is about another log"),
                }
            };
            explain::records(files(&[file.to_owned()])?, detector, &[position], tell)?;
            if read == 0 {
                let which = only.map_or_else(|| "record".to_owned(), |only| format!("record {only}"));
                return Err(Failure::new(exit::USAGE, format!("{file} has no {which} that can be read")));
            }
        }
        out.finish()?;
        Ok(if holds { exit::OK } else { exit::FINDINGS })
    }

    /// Finds the alerts that are meant and tells what each rests on.
    fn alerts(&self, detector: &Detector, is_wanted: &dyn Fn(&Alert) -> bool, global: &Global) -> Result<u8, Failure> {
        if self.records.iter().any(|path| path == "-") {
            let message = "standard input can be read once only, and an alert's logs are read again: name a file";
            return Err(Failure::new(exit::USAGE, message));
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (alerts, more) = explain::alerts(files(&self.records)?, threads, detector, MOST_ALERTS, is_wanted)?;
        if alerts.is_empty() {
            return Ok(exit::FINDINGS);
        }
        let places: BTreeSet<Place> =
            alerts.iter().flat_map(|alert| &alert.records).map(|record| (record.file.clone(), record.index)).collect();
        let seen = explain::seen(files(&self.records)?, threads, detector, &places)?;
        let rules: Vec<u32> = positions(detector, &alerts).into_iter().collect();
        let mut reasons: BTreeMap<Place, Vec<(u32, Explanation)>> = BTreeMap::new();
        let keep = |file: &str, index: u64, why: Vec<Option<Explanation>>| {
            let place = (file.to_owned(), index);
            if places.contains(&place) {
                let met = rules.iter().copied().zip(why).filter_map(|(rule, why)| Some((rule, why?)));
                reasons.insert(place, met.filter(|(_, why)| why.holds).collect());
            }
            Ok(())
        };
        explain::records(files(&self.records)?, detector, &rules, keep)?;
        let mut out = self.output.open()?;
        let correlator = detector.correlator(Limits::default());
        let view = global.view(self.output.is_terminal());
        let told = Telling { detector, correlator: &correlator, seen: &seen, reasons: &reasons, view };
        for alert in &alerts {
            told.alert(&mut out, alert)?;
        }
        out.finish()?;
        if more > 0 && !global.quiet {
            say(&format!("{more} more alerts are not explained here"));
        }
        Ok(exit::OK)
    }
}

/// What is known of the records of alerts.
struct Telling<'t> {
    detector: &'t Detector,
    correlator: &'t Correlator,
    seen: &'t BTreeMap<Place, Seen>,
    /// The rules that each record meets, by their position in the book, and why.
    reasons: &'t BTreeMap<Place, Vec<(u32, Explanation)>>,
    view: View,
}

impl Telling<'_> {
    fn alert(&self, out: &mut Out, alert: &Alert) -> io::Result<()> {
        let Telling { detector, view, .. } = *self;
        heading(out, &alert.title, view)?;
        told(out, "alert", &alert.id, view)?;
        told(out, "level", alert.level.as_str(), view)?;
        let places: Vec<Place> = alert.records.iter().map(|record| (record.file.clone(), record.index)).collect();
        let mut rules = BTreeSet::new();
        for position in positions_of(detector, alert) {
            match correlation_at(detector, position) {
                None => {
                    rules.insert(position);
                    told(out, "rule", &detector.book()[position as usize].title, view)?;
                }
                Some(correlation) => {
                    rules.extend(explain::rules_below(detector, correlation));
                    self.correlation(out, alert, correlation, &places)?;
                }
            }
        }
        for place in &places {
            self.record(out, place, &rules)?;
        }
        writeln!(out)
    }

    /// What the correlation asks for, and what it was given.
    fn correlation(&self, out: &mut Out, alert: &Alert, number: usize, places: &[Place]) -> io::Result<()> {
        let Telling { detector, view, .. } = *self;
        let collection = detector.collection();
        let Some(correlation) = collection.correlations.get(number) else { return Ok(()) };
        told(out, "correlation", &format!("{} ({})", correlation.about.title, correlation.kind.as_str()), view)?;
        told(out, "asks for", &asks(correlation, collection), view)?;
        let first = places.iter().find_map(|place| self.seen.get(place));
        let group = first.map(|record| explain::group(detector, self.correlator, number, record)).unwrap_or_default();
        told(out, "group", &if group.is_empty() { "all records".to_owned() } else { fields(&group) }, view)?;
        if let (Some(first), Some(last)) = (alert.first_seen, alert.last_seen) {
            told(out, "window", &format!("{first} to {last}"), view)?;
        }
        let listed = format!("{} are listed here", places.len());
        let counted = alert.because.iter().map(|because| because.reason.as_str()).next().unwrap_or_default();
        told(out, "found", &format!("{counted}; {listed}"), view)
    }

    /// A record by the rules that it meets.
    fn record(&self, out: &mut Out, place: &Place, rules: &BTreeSet<u32>) -> io::Result<()> {
        let Telling { detector, view, .. } = *self;
        let met = self.reasons.get(place).into_iter().flatten().filter(|(rule, _)| rules.contains(rule));
        let mut met = met.peekable();
        // The rest of a story: it says more of the change, and no rule of the alert is about it.
        if met.peek().is_none() {
            return Ok(());
        }
        let seen = self.seen.get(place);
        let time = seen.and_then(|seen| seen.time).map(|time| format!(", {time}")).unwrap_or_default();
        heading(out, &format!("{}:{}{time}", place.0, place.1), view)?;
        for (rule, why) in met {
            told(out, "rule", &detector.book()[*rule as usize].title, view)?;
            if let Some((new, of)) = seen.and_then(|seen| explain::novelty(detector, self.correlator, *rule, seen)) {
                let of = if of.is_empty() { String::new() } else { format!(" for {}", fields(&of)) };
                told(out, "new", &format!("{}{of}", fields(&new)), view)?;
            }
            explanation(out, why, 1, view)?;
        }
        Ok(())
    }
}

fn fields(told: &[Told]) -> String {
    told.iter().map(|(field, value)| format!("{field} `{value}`")).collect::<Vec<_>>().join(", ")
}

/// The rules that single records of alerts are tried with, by their position in the book.
fn positions(detector: &Detector, alerts: &[Alert]) -> BTreeSet<u32> {
    let mut positions = BTreeSet::new();
    for position in alerts.iter().flat_map(|alert| positions_of(detector, alert)) {
        match correlation_at(detector, position) {
            None => {
                positions.insert(position);
            }
            Some(correlation) => positions.extend(explain::rules_below(detector, correlation)),
        }
    }
    positions
}

/// What an alert speaks of, by its position in the book.
fn positions_of(detector: &Detector, alert: &Alert) -> Vec<u32> {
    let position = |id: &String| detector.book().iter().position(|known| known.id == *id);
    alert.rules.iter().filter_map(|rule| u32::try_from(position(&rule.id)?).ok()).collect()
}

/// The correlation at a position in the book, where those stand behind the rules.
fn correlation_at(detector: &Detector, position: u32) -> Option<usize> {
    (position as usize).checked_sub(detector.rules().len())
}

/// The files behind paths; what is not there is a mistake of who names it.
fn files(paths: &[String]) -> Result<Vec<InputFile>, Failure> {
    let (files, problems) = find(paths);
    match problems.first() {
        Some(problem) => Err(Failure::new(exit::USAGE, format!("{}: {}", problem.file, problem.message))),
        None => Ok(files),
    }
}

/// Whether a word looks like the id of an alert: 16 hexadecimal digits.
fn is_alert_id(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file, and the ordinal behind its last colon if there is one.
fn place(text: &str) -> (&str, Option<u64>) {
    match text.rsplit_once(':') {
        Some((file, number)) if !file.is_empty() => match number.parse() {
            Ok(number) => (file, Some(number)),
            Err(_) => (text, None),
        },
        _ => (text, None),
    }
}
