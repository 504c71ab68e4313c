//! From matches of rules to matches of correlations and first-seen rules.
//!
//! What the correlator has to be told is kept aside while records are read, and told in the
//! order of time at the end; so nothing is ever late, and the threads change nothing. What it finds is told of
//! the records by their ordinal: which of them a first-seen rule speaks of, and which belong together.

use std::collections::BTreeMap;

use entward_analysis::alert::Together;
use entward_analysis::detect::{Correlated, Detector};
use entward_analysis::fold::{REPEATS_WITHIN, identity};
use entward_connect::spool::{Spool, SpoolError};
use entward_model::{Event, Summary, Timestamp};
use entward_sigma::{Counts, Finding, Limits, Match};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// How much of what waits for the correlator stays in memory, in bytes.
const BUDGET: usize = 6 << 20;

/// Matches that are told of; each names up to a hundred records.
const MOST_MATCHES: usize = 20_000;

/// What the correlator is to be told of one record.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    identity: u64,
    matches: Vec<Correlated>,
}

/// Matches on their way to the correlator.
pub(crate) struct Correlations {
    /// By time and ordinal.
    spool: Spool<(i64, u64), Told>,
    /// Records without a time, which have no place in an order of time.
    timeless: u64,
}

/// What the correlator found.
#[derive(Default)]
pub(crate) struct Correlation {
    /// For each record that a first-seen rule speaks of, those rules by their position in the book.
    pub(crate) new: BTreeMap<u64, Vec<u32>>,
    /// For each record, the matches that it belongs to.
    pub(crate) members: FxHashMap<u64, Vec<u32>>,
    /// The matches, by their number in `members`.
    pub(crate) together: Vec<Together>,
}

impl Correlations {
    pub(crate) fn new() -> Correlations {
        Correlations { spool: Spool::new(BUDGET), timeless: 0 }
    }

    /// Keeps what is to be told of the record with the ordinal `reference`.
    pub(crate) fn push(&mut self, reference: u64, event: &Event, matches: Vec<Correlated>) -> Result<(), SpoolError> {
        if matches.is_empty() {
            return Ok(());
        }
        let Some(time) = event.time else {
            self.timeless += 1;
            return Ok(());
        };
        self.spool.push((time.nanos(), reference), &Told { identity: identity(event), matches })
    }

    /// Tells the correlator everything; what it had to let go is counted in `summary`.
    pub(crate) fn find(self, detector: &Detector, summary: &mut Summary) -> Result<Correlation, SpoolError> {
        let mut correlator = detector.correlator(Limits { lateness: 0, ..Limits::default() });
        let mut outcome = Correlation::default();
        let mut found = Vec::new();
        let mut left_out = 0;
        let mut take = |found: &mut Vec<Finding>| {
            for finding in found.drain(..) {
                match finding {
                    Finding::New { rule, reference, .. } => {
                        let position = detector.position_of_rule(rule);
                        outcome.new.entry(reference).or_default().extend(position);
                    }
                    // A match is told as it began and again, whole, at its end.
                    Finding::Ended(ended, _) if outcome.together.len() < MOST_MATCHES => {
                        keep(detector, &ended, &mut outcome)
                    }
                    Finding::Ended(..) => left_out += 1,
                    Finding::Began(_) => {}
                }
            }
        };
        let mut seen: FxHashMap<u64, i64> = FxHashMap::default();
        for entry in self.spool.into_sorted()? {
            let ((time, reference), told) = entry?;
            let before = seen.insert(told.identity, time);
            if before.is_some_and(|before| time.saturating_sub(before) <= REPEATS_WITHIN) {
                continue;
            }
            if seen.len() > 200_000 {
                seen.retain(|_, before| time.saturating_sub(*before) <= REPEATS_WITHIN);
            }
            for matched in told.matches {
                let values: Vec<Option<&str>> = matched.values.iter().map(Option::as_deref).collect();
                correlator.feed(matched.rule, time, reference, &values, &mut found);
            }
            take(&mut found);
        }
        correlator.flush(&mut found);
        take(&mut found);
        count(correlator.counts(), summary);
        for (what, count) in [
            ("correlation matches beyond the first 20,000", left_out),
            ("records without a time, not correlated", self.timeless),
        ] {
            if count > 0 {
                summary.evicted.add(what, count);
            }
        }
        Ok(outcome)
    }
}

fn keep(detector: &Detector, ended: &Match, outcome: &mut Correlation) {
    let speaks = detector.collection().correlations.get(ended.correlation).is_some_and(|found| found.standalone);
    let rule = detector.book().get(detector.position_of_correlation(ended.correlation) as usize);
    let (true, Some(rule)) = (speaks, rule) else { return };
    let Ok(number) = u32::try_from(outcome.together.len()) else { return };
    for reference in &ended.references {
        outcome.members.entry(*reference).or_default().push(number);
    }
    let span = (Timestamp::from_nanos(ended.first_time), Timestamp::from_nanos(ended.last_time));
    outcome.together.push(Together { rule: rule.clone(), total: ended.total, span });
}

/// What was let go to bound memory; the rest of the counts are of no concern to who reads a summary.
fn count(counts: Counts, summary: &mut Summary) {
    for (what, count) in [
        ("groups of correlations", counts.groups_evicted),
        ("events of correlations", counts.events_dropped),
        ("events correlated out of order", counts.released_early),
        ("entities of first-seen rules", counts.entities_evicted),
        ("values of first-seen rules", counts.values_evicted),
    ] {
        if count > 0 {
            summary.evicted.add(what, count);
        }
    }
}
