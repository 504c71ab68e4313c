use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Level, Shape, Timestamp};

/// What a scan did: what it read, what it left out and why, what it found.
///
/// Every worker keeps one of its own, and [`Summary::absorb`] joins them. Whatever is
/// bounded here keeps the *smallest* entries, so the joined summary is the same however
/// the records were dealt to the workers; only what is skipped by serde may differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Files opened, members of archives each for itself.
    pub files: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Records found, decoded or not.
    pub records: u64,
    /// Decoded records by shape.
    pub shapes: BTreeMap<Shape, u64>,
    /// Time of the earliest record.
    pub first: Option<Timestamp>,
    /// Time of the latest record.
    pub last: Option<Timestamp>,
    /// The rules that were asked for.
    pub rules: RuleCounts,
    /// How often a rule matched a record.
    pub matches: u64,
    /// Alerts by level; a level without alerts is absent.
    pub alerts: BTreeMap<Level, u64>,
    /// Records that said again what another already said.
    pub duplicates: u64,
    /// Records that could not be decoded, by reason.
    pub undecoded: BTreeMap<String, InputProblem>,
    /// Files, or parts of files, that were not read, by reason.
    pub skipped: BTreeMap<String, InputProblem>,
    /// Records and alerts that the user's own filters left out, by filter (`--since`).
    pub filtered: Tally,
    /// Operations that no table of Entward names, by their text as it stood.
    pub new_operations: Tally,
    /// What had to be forgotten because a limit of memory was reached, by what it was.
    pub evicted: Tally,
    /// How long the scan took. Not serialized: it differs from run to run.
    #[serde(skip)]
    pub elapsed: Duration,
    /// How many threads worked. Not serialized: it changes nothing else.
    #[serde(skip)]
    pub threads: usize,
}

impl Summary {
    /// Takes up what another part of the same scan counted.
    pub fn absorb(&mut self, part: Summary) {
        self.files += part.files;
        self.bytes += part.bytes;
        self.records += part.records;
        for (shape, count) in part.shapes {
            *self.shapes.entry(shape).or_default() += count;
        }
        self.first = earliest(self.first, part.first);
        self.last = self.last.max(part.last);
        self.rules.absorb(part.rules);
        self.matches += part.matches;
        for (level, count) in part.alerts {
            *self.alerts.entry(level).or_default() += count;
        }
        self.duplicates += part.duplicates;
        absorb_problems(&mut self.undecoded, part.undecoded);
        absorb_problems(&mut self.skipped, part.skipped);
        self.filtered.absorb(part.filtered);
        self.new_operations.absorb(part.new_operations);
        self.evicted.absorb(part.evicted);
        self.elapsed = self.elapsed.max(part.elapsed);
        self.threads = self.threads.max(part.threads);
    }

    /// Counts a decoded record.
    pub fn count_record(&mut self, shape: Shape, time: Option<Timestamp>) {
        self.records += 1;
        *self.shapes.entry(shape).or_default() += 1;
        self.first = earliest(self.first, time);
        self.last = self.last.max(time);
    }

    /// Counts a record that could not be decoded.
    pub fn count_undecoded(&mut self, reason: &str, sample: ProblemSample) {
        self.records += 1;
        count_problem(&mut self.undecoded, reason, sample);
    }

    /// Counts a file, or a part of one, that was not read.
    pub fn count_skipped(&mut self, reason: &str, sample: ProblemSample) {
        count_problem(&mut self.skipped, reason, sample);
    }

    /// Counts an alert.
    pub fn count_alert(&mut self, level: Level) {
        *self.alerts.entry(level).or_default() += 1;
    }

    /// The level of the worst alert, if there is one.
    pub fn worst(&self) -> Option<Level> {
        self.alerts.iter().rev().find(|(_, count)| **count > 0).map(|(level, _)| *level)
    }

    /// Whether something of the input was not understood or not read, or something
    /// had to be forgotten: the scan is complete only as far as this summary says.
    pub fn is_partial(&self) -> bool {
        !self.undecoded.is_empty() || !self.skipped.is_empty() || self.evicted.total() > 0
    }
}

/// The rules that were asked for, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleCounts {
    /// Rules that took part.
    pub loaded: u64,
    /// Rules that are for other products and could never match here.
    pub other_products: u64,
    /// Rules that could not be loaded.
    pub failed: Vec<RuleProblem>,
    /// Filters whose time is over, and which were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired: Vec<RuleProblem>,
}

impl RuleCounts {
    fn absorb(&mut self, part: RuleCounts) {
        self.loaded += part.loaded;
        self.other_products += part.other_products;
        self.failed.extend(part.failed);
        self.expired.extend(part.expired);
    }
}

/// A rule that could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RuleProblem {
    /// Where: `file`, `file:line` or `file:line:column`.
    pub place: String,
    /// What is wrong, without the place.
    pub message: String,
    /// What would cure it, where that is known.
    pub hint: Option<String>,
}

/// One reason why input was left out: how often, and where for instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputProblem {
    /// How often.
    pub count: u64,
    /// The first few places, in the order of file, offset and index.
    pub samples: Vec<ProblemSample>,
}

impl InputProblem {
    /// How many samples are kept.
    pub const SAMPLES: usize = 5;

    fn add(&mut self, sample: ProblemSample) {
        let place = self.samples.partition_point(|kept| *kept <= sample);
        if place < InputProblem::SAMPLES {
            self.samples.insert(place, sample);
            self.samples.truncate(InputProblem::SAMPLES);
        }
    }
}

/// Where something could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ProblemSample {
    /// The file.
    pub file: String,
    /// Bytes from the start of the file, after decompression.
    pub offset: Option<u64>,
    /// The record's ordinal in its file, from 0.
    pub index: Option<u64>,
    /// What exactly is wrong there.
    pub message: String,
}

/// Counts by name, for at most [`Tally::NAMES`] names.
///
/// Names may come from the input, so there may be any number of them. The tally keeps the
/// alphabetically first: a name that is kept at the end was never dropped on the way, so
/// its count is exact, and what is dropped is still counted in [`Tally::others`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// Counts of the names that were kept.
    pub counts: BTreeMap<String, u64>,
    /// Counts of all other names together.
    pub others: u64,
}

impl Tally {
    /// How many names are kept.
    pub const NAMES: usize = 100;

    /// Counts a name.
    pub fn add(&mut self, name: &str, count: u64) {
        if let Some(kept) = self.counts.get_mut(name) {
            *kept += count;
            return;
        }
        self.counts.insert(name.to_owned(), count);
        self.shrink();
    }

    /// The sum over all names.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    fn absorb(&mut self, part: Tally) {
        for (name, count) in part.counts {
            *self.counts.entry(name).or_default() += count;
        }
        self.others += part.others;
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.counts.len() > Tally::NAMES {
            let Some((_, count)) = self.counts.pop_last() else { return };
            self.others += count;
        }
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn count_problem(problems: &mut BTreeMap<String, InputProblem>, reason: &str, sample: ProblemSample) {
    let problem = match problems.get_mut(reason) {
        Some(problem) => problem,
        None => problems.entry(reason.to_owned()).or_default(),
    };
    problem.count += 1;
    problem.add(sample);
}

fn absorb_problems(problems: &mut BTreeMap<String, InputProblem>, part: BTreeMap<String, InputProblem>) {
    for (reason, counted) in part {
        let problem = problems.entry(reason).or_default();
        problem.count += counted.count;
        for sample in counted.samples {
            problem.add(sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(index: u64) -> ProblemSample {
        ProblemSample { file: "audit.json".to_owned(), index: Some(index), ..ProblemSample::default() }
    }

    #[test]
    fn a_summary_is_the_same_however_the_records_were_dealt() {
        let joined = |workers: usize| {
            let mut parts = vec![Summary::default(); workers];
            for index in 0..1_000_u64 {
                let part = &mut parts[(index * 7 % 31) as usize % workers];
                part.count_record(Shape::UalJson, Some(Timestamp::from_nanos(index as i64)));
                part.count_undecoded("not JSON", sample(999 - index));
                part.new_operations.add(&format!("Operation {:03}", index * 37 % 400), 1);
            }
            let mut whole = Summary::default();
            parts.into_iter().for_each(|part| whole.absorb(part));
            whole
        };
        let alone = joined(1);
        assert_eq!(alone.records, 2_000);
        assert_eq!(alone.first, Some(Timestamp::from_nanos(0)));
        assert_eq!(alone.last, Some(Timestamp::from_nanos(999)));
        assert_eq!(alone.undecoded["not JSON"].count, 1_000);
        assert_eq!(alone.undecoded["not JSON"].samples, (0..5).map(sample).collect::<Vec<_>>());
        assert_eq!(alone.new_operations.total(), 1_000);
        assert_eq!(alone.new_operations.counts.len(), Tally::NAMES);
        for workers in 2..9 {
            assert_eq!(joined(workers), alone, "{workers} workers");
        }
    }

    #[test]
    fn what_was_left_out_makes_a_scan_partial() {
        let mut summary = Summary::default();
        summary.filtered.add("--since", 3);
        assert!(!summary.is_partial());
        summary.count_skipped("no permission", sample(0));
        assert!(summary.is_partial());
    }

    #[test]
    fn the_worst_alert_is_known() {
        let mut summary = Summary::default();
        assert_eq!(summary.worst(), None);
        summary.count_alert(Level::High);
        summary.count_alert(Level::Low);
        assert_eq!(summary.worst(), Some(Level::High));
    }
}
