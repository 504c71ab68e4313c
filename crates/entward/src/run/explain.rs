//! What an alert rests on: its records, the rules that they match, and what a correlation saw of them.
//!
//! An alert names the records it was made of by their places. The logs are read again for them, for nobody keeps
//! records that might have to be explained.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use entward_analysis::decode::Header;
use entward_analysis::detect::{Correlated, Detector, Filter, Hit, Worker};
use entward_connect::InputFile;
use entward_model::{Alert, Level, Summary, Timestamp};
use entward_sigma::{Correlator, Explanation, Member};

use super::pipeline::{self, Done, Piece, Work};
use super::scan;
use super::stories::Records;

/// Where a record stands: file and ordinal.
pub(crate) type Place = (String, u64);

/// A record of an alert.
pub(crate) struct Seen {
    pub(crate) time: Option<Timestamp>,
    /// What the correlator was told of it.
    pub(crate) correlated: Vec<Correlated>,
}

/// The first alerts that are wanted, worst first, and how many more there are.
///
/// # Errors
///
/// Those of reading, and of the disk.
pub(crate) fn alerts(
    files: Vec<InputFile>,
    threads: usize,
    detector: &Detector,
    most: usize,
    is_wanted: impl Fn(&Alert) -> bool,
) -> io::Result<(Vec<Alert>, usize)> {
    let mut records = Records::new();
    let consume = |hit: Hit| records.push(hit).map_err(io::Error::other);
    let mut summary = scan::hits(files, threads, detector, &Filter::default(), false, consume)?;
    let (mut wanted, mut more) = (Vec::new(), 0);
    for alert in records.alerts(detector, Level::Informational, &mut summary).map_err(io::Error::other)? {
        let alert = alert.map_err(io::Error::other)?;
        if !is_wanted(&alert) {
            continue;
        }
        if wanted.len() < most {
            wanted.push(alert);
        } else {
            more += 1;
        }
    }
    Ok((wanted, more))
}

/// Reads records of alerts again.
///
/// # Errors
///
/// Those of reading.
pub(crate) fn seen(
    files: Vec<InputFile>,
    threads: usize,
    detector: &Detector,
    places: &BTreeSet<Place>,
) -> io::Result<BTreeMap<Place, Seen>> {
    let mut seen = BTreeMap::new();
    let consume = |hit: Hit| {
        let place = (hit.event.file, hit.event.index);
        if places.contains(&place) {
            seen.insert(place, Seen { time: hit.event.time, correlated: hit.correlated });
        }
        Ok(())
    };
    scan::hits(files, threads, detector, &Filter::default(), false, consume)?;
    Ok(seen)
}

/// Tries rules, by their position in the book, on every record of the files: `tell` gets the file, the record's ordinal and, for each
/// rule in their order, why it holds or not; nothing for a rule about another log.
///
/// # Errors
///
/// Those of reading, and of `tell`.
pub(crate) fn records(
    files: Vec<InputFile>,
    detector: &Detector,
    rules: &[u32],
    mut tell: impl FnMut(&str, u64, Vec<Option<Explanation>>) -> io::Result<()> + Send,
) -> io::Result<Summary> {
    let consume = |done: Done<Vec<(u64, Vec<Option<Explanation>>)>>| {
        let Done { file, first_index, part } = done;
        part.into_iter().try_for_each(|(index, why)| tell(&file, first_index + index, why))
    };
    let workers = || Explaining { detector, worker: detector.worker(), rules };
    pipeline::run(files, 1, workers, Vec::new, consume, false)
}

struct Explaining<'d> {
    detector: &'d Detector,
    worker: Worker<'d>,
    rules: &'d [u32],
}

impl Work for Explaining<'_> {
    type Part = Vec<(u64, Vec<Option<Explanation>>)>;

    fn header(&self, columns: &[String], delimiter: u8) -> Header {
        self.detector.header(columns, delimiter)
    }

    fn piece(&mut self, piece: Piece<'_>, part: &mut Self::Part) {
        let rules = self.rules;
        self.worker.explain(piece.bytes, piece.header, piece.index, &mut |index, record| {
            part.push((index, rules.iter().map(|rule| record.why(*rule)).collect()));
        });
    }
}

/// The rules at the bottom of a correlation, by their position in the book.
pub(crate) fn rules_below(detector: &Detector, correlation: usize) -> BTreeSet<u32> {
    let mut below = BTreeSet::new();
    let mut open = vec![correlation];
    // A chain has an end: what would go round in a circle does not load.
    while let Some(number) = open.pop() {
        for member in detector.collection().correlations.get(number).map_or(&[][..], |found| &found.members) {
            match member {
                Member::Rule(rule) => {
                    below.extend(u32::try_from(*rule).ok().and_then(|rule| detector.position_of_rule(rule)));
                }
                Member::Correlation(number) => open.push(*number),
            }
        }
    }
    below
}

/// What a record has in the fields that a correlation is grouped by: of the first of its rules that names them.
pub(crate) fn group(
    detector: &Detector,
    correlator: &Correlator,
    correlation: usize,
    record: &Seen,
) -> Vec<(String, String)> {
    let Some(found) = detector.collection().correlations.get(correlation) else { return Vec::new() };
    let value_of = |name: &str| {
        record.correlated.iter().find_map(|told| {
            let field = field_below(detector, correlation, told.rule, name)?;
            let at = correlator.fields(told.rule).iter().position(|known| known == field)?;
            told.values.get(at)?.clone()
        })
    };
    let values = found.group_by.iter().map(|name| (name.clone(), value_of(name).unwrap_or_default()));
    values.collect()
}

/// What a rule calls a field that a correlation above it names.
fn field_below<'d>(detector: &'d Detector, correlation: usize, rule: u32, name: &'d str) -> Option<&'d str> {
    let found = detector.collection().correlations.get(correlation)?;
    found.members.iter().enumerate().find_map(|(at, member)| {
        let name = found.field_of(name, at)?;
        match member {
            Member::Rule(number) => (u32::try_from(*number).ok() == Some(rule)).then_some(name),
            Member::Correlation(number) => field_below(detector, *number, rule, name),
        }
    })
}

/// What a first-seen rule took for new in a record, and for whom: each field with its value.
pub(crate) fn novelty(
    detector: &Detector,
    correlator: &Correlator,
    position: u32,
    record: &Seen,
) -> Option<(Vec<Told>, Vec<Told>)> {
    let rule = detector.rules().get(usize::try_from(position).ok()?)?;
    let first_seen = rule.first_seen.as_ref()?;
    let told = record.correlated.iter().find(|told| told.rule == rule.number())?;
    let value = |name: &String| {
        let at = correlator.fields(told.rule).iter().position(|known| known == name)?;
        Some((name.clone(), told.values.get(at)?.clone()?))
    };
    Some((first_seen.fields.iter().filter_map(value).collect(), first_seen.per.iter().filter_map(value).collect()))
}

/// A field and its value.
pub(crate) type Told = (String, String);
