//! What another set of rules makes of the same logs.
//!
//! Alerts are held against each other by their ids. An id rests on the first record that a rule speaks of, so an alert
//! whose first rule went away comes back under another id; what has a record in common with it is the same story.

use std::collections::BTreeMap;
use std::io;

use entward_connect::spool::{Spool, SpoolError};
use entward_model::{Alert, Level, Summary, Timestamp};
use serde::{Deserialize, Serialize};

use super::stories::Records;
use entward_analysis::detect::Detector;

/// How much of one side's alerts stays in memory, in bytes.
const BUDGET: usize = 12 << 20;

/// What is kept of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Brief {
    /// The alert's id.
    pub(crate) id: String,
    /// Its level.
    pub(crate) level: Level,
    /// What it says.
    pub(crate) title: String,
    /// The titles of its rules.
    pub(crate) rules: Vec<String>,
    /// When it began.
    pub(crate) first_seen: Option<Timestamp>,
    /// Where its records stand: file and ordinal.
    pub(crate) records: Vec<(String, u64)>,
}

/// An alert that both sets of rules give, at different levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) before: Brief,
    pub(crate) after: Brief,
}

/// What changes when one set of rules takes the place of another; each list worst first, then by time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) before: u64,
    pub(crate) after: u64,
    pub(crate) gained: Vec<Brief>,
    pub(crate) lost: Vec<Brief>,
    pub(crate) changed: Vec<Changed>,
}

/// One side's alerts, by their ids.
pub(crate) type Alerts = Spool<String, Brief>;

/// Folds records into alerts and keeps what is needed of each.
///
/// # Errors
///
/// Those of the disk, where memory would not hold them.
pub(crate) fn alerts(records: Records, detector: &Detector, summary: &mut Summary) -> io::Result<Alerts> {
    let mut kept = Spool::new(BUDGET);
    for alert in records.alerts(detector, Level::Informational, summary).map_err(io::Error::other)? {
        let brief = brief(alert.map_err(io::Error::other)?);
        kept.push(brief.id.clone(), &brief).map_err(io::Error::other)?;
    }
    Ok(kept)
}

fn brief(alert: Alert) -> Brief {
    Brief {
        id: alert.id,
        level: alert.level,
        title: alert.title,
        rules: alert.rules.into_iter().map(|rule| rule.title).collect(),
        first_seen: alert.first_seen,
        records: alert.records.into_iter().map(|record| (record.file, record.index)).collect(),
    }
}

/// Holds two sides against each other.
///
/// # Errors
///
/// Those of the disk.
pub(crate) fn difference(before: Alerts, after: Alerts) -> Result<Difference, SpoolError> {
    let mut before = before.into_sorted()?.map(|entry| entry.map(|(_, brief)| brief));
    let mut after = after.into_sorted()?.map(|entry| entry.map(|(_, brief)| brief));
    let mut difference = Difference::default();
    let (mut old, mut new) = (before.next().transpose()?, after.next().transpose()?);
    loop {
        let order = match (&old, &new) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => old.id.cmp(&new.id),
        };
        let one = if order.is_le() { old.take() } else { None };
        let other = if order.is_ge() { new.take() } else { None };
        if one.is_some() {
            difference.before += 1;
            old = before.next().transpose()?;
        }
        if other.is_some() {
            difference.after += 1;
            new = after.next().transpose()?;
        }
        match (one, other) {
            (Some(one), None) => difference.lost.push(one),
            (None, Some(other)) => difference.gained.push(other),
            (Some(before), Some(after)) if before.level != after.level => {
                difference.changed.push(Changed { before, after });
            }
            _ => {}
        }
    }
    difference.join_moved();
    difference.sort();
    Ok(difference)
}

impl Difference {
    /// Puts together what is one story under two ids.
    fn join_moved(&mut self) {
        let mut gained: Vec<Option<Brief>> = std::mem::take(&mut self.gained).into_iter().map(Some).collect();
        let mut by_record: BTreeMap<(String, u64), usize> = BTreeMap::new();
        for (at, brief) in gained.iter().enumerate() {
            let records = brief.iter().flat_map(|brief| brief.records.iter().cloned());
            by_record.extend(records.map(|record| (record, at)));
        }
        for lost in std::mem::take(&mut self.lost) {
            let moved =
                lost.records.iter().filter_map(|record| by_record.get(record)).find(|at| gained[**at].is_some());
            match moved.and_then(|at| gained[*at].take()) {
                Some(after) if after.level != lost.level => self.changed.push(Changed { before: lost, after }),
                Some(_) => {}
                None => self.lost.push(lost),
            }
        }
        self.gained = gained.into_iter().flatten().collect();
    }

    fn sort(&mut self) {
        let rank = |brief: &Brief| (std::cmp::Reverse(brief.level), brief.first_seen, brief.id.clone());
        self.gained.sort_by_key(rank);
        self.lost.sort_by_key(rank);
        self.changed.sort_by_key(|changed| rank(&changed.before));
    }

    /// The worst level of what is lost.
    pub(crate) fn worst_lost(&self) -> Option<Level> {
        self.lost.iter().map(|brief| brief.level).max()
    }
}
