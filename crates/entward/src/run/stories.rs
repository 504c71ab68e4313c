//! From records worth keeping to alerts, worst first, whatever their number.
//!
//! Records arrive in the order of the input and must be folded in the order of their
//! time; alerts come out in the order of their time and are read worst first. Both
//! sortings spill to disk when memory would not hold them.

use entward_analysis::alert::{alert, together};
use entward_analysis::detect::{Detector, Hit};
use entward_analysis::fold::Folder;
use entward_analysis::knowledge::pages::Quotes;
use entward_connect::spool::{Spool, SpoolError};
use entward_model::{Alert, Level, RuleRef, Story, StoryRecord, Summary};
use serde::{Deserialize, Serialize};

use super::correlations::{Correlation, Correlations};
use crate::bundled;

/// When a record happened, and where it stands in the input.
type Moment = (Option<i64>, u64);

/// Worst first, then earliest first, then by id.
type Rank = (std::cmp::Reverse<Level>, Option<i64>, String);

/// How much of the sorted things stays in memory, each, in bytes.
const BUDGET: usize = 12 << 20;

/// How much of the records that were found together stays in memory, in bytes.
const TOGETHER_BUDGET: usize = 6 << 20;

/// Records on their way into stories.
pub(crate) struct Records {
    spool: Spool<Moment, Kept>,
    correlations: Correlations,
    count: u64,
}

/// A record worth keeping.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    record: StoryRecord,
    /// Whether it belongs to a story by itself, or only if something is found about it.
    tells_a_story: bool,
}

impl Records {
    pub(crate) fn new() -> Records {
        Records { spool: Spool::new(BUDGET), correlations: Correlations::new(), count: 0 }
    }

    /// Keeps a record; they come in the order of the input.
    pub(crate) fn push(&mut self, hit: Hit) -> Result<(), SpoolError> {
        let moment = (hit.event.time.map(|time| time.nanos()), self.count);
        self.correlations.push(self.count, &hit.event, hit.correlated)?;
        self.count += 1;
        let record = StoryRecord { event: hit.event, rules: hit.rules, level: hit.level };
        self.spool.push(moment, &Kept { record, tells_a_story: hit.tells_a_story })
    }

    /// Correlates and folds the records, and gives the alerts at or above a level, worst first. Counts them,
    /// and what was repeated or had to be let go, in `summary`.
    pub(crate) fn alerts(
        self,
        detector: &Detector,
        least: Level,
        summary: &mut Summary,
    ) -> Result<impl Iterator<Item = Result<Alert, SpoolError>> + use<>, SpoolError> {
        let correlation = self.correlations.find(detector, summary)?;
        summary.matches += (correlation.new.len() + correlation.together.len()) as u64;
        let quotes = Quotes::new(bundled::PAGES);
        let mut ranked = Ranked { alerts: Spool::new(BUDGET), quotes, least, below: 0, failed: None };
        let mut together_records: Spool<(u32, Moment), StoryRecord> = Spool::new(TOGETHER_BUDGET);
        let mut folder = Folder::new();
        for entry in self.spool.into_sorted()? {
            let (moment, Kept { mut record, mut tells_a_story }) = entry?;
            if let Some(rules) = correlation.new.get(&moment.1) {
                record.level = record.level.max(rules.iter().map(|rule| detector.book()[*rule as usize].level).max());
                record.rules.extend(rules);
                tells_a_story = true;
            }
            for number in correlation.members.get(&moment.1).into_iter().flatten() {
                together_records.push((*number, moment), &record)?;
            }
            if tells_a_story {
                folder.push(record, &mut |story| ranked.take_story(&story, detector.book(), summary));
            }
        }
        let folder = folder.finish(&mut |story| ranked.take_story(&story, detector.book(), summary));
        ranked.take_together(together_records, &correlation, summary)?;
        summary.duplicates += folder.duplicates;
        for (what, count) in
            [("stories closed early", folder.closed_early), ("records of very long stories", folder.left_out)]
        {
            if count > 0 {
                summary.evicted.add(what, count);
            }
        }
        ranked.finish(summary)
    }
}

/// Alerts on their way out.
struct Ranked {
    alerts: Spool<Rank, Alert>,
    quotes: Quotes<'static>,
    least: Level,
    below: u64,
    failed: Option<SpoolError>,
}

impl Ranked {
    fn take_story(&mut self, story: &Story, rules: &[RuleRef], summary: &mut Summary) {
        let alert = alert(story, rules, &mut self.quotes);
        self.take(alert, summary);
    }

    fn take(&mut self, alert: Alert, summary: &mut Summary) {
        if alert.level < self.least {
            self.below += 1;
            return;
        }
        summary.count_alert(alert.level);
        let rank = (std::cmp::Reverse(alert.level), alert.first_seen.map(|time| time.nanos()), alert.id.clone());
        if let Err(error) = self.alerts.push(rank, &alert) {
            self.failed.get_or_insert(error);
        }
    }

    /// One alert for each match of a correlation.
    fn take_together(
        &mut self,
        records: Spool<(u32, Moment), StoryRecord>,
        correlation: &Correlation,
        summary: &mut Summary,
    ) -> Result<(), SpoolError> {
        let mut open: Option<(u32, Vec<StoryRecord>)> = None;
        for entry in records.into_sorted()? {
            let ((number, _), record) = entry?;
            match &mut open {
                Some((known, records)) if *known == number => records.push(record),
                _ => {
                    self.close(open.take(), correlation, summary);
                    open = Some((number, vec![record]));
                }
            }
        }
        self.close(open, correlation, summary);
        Ok(())
    }

    fn close(&mut self, open: Option<(u32, Vec<StoryRecord>)>, correlation: &Correlation, summary: &mut Summary) {
        if let Some((number, records)) = open
            && let Some(found) = correlation.together.get(number as usize)
        {
            let alert = together(found, &records, &mut self.quotes);
            self.take(alert, summary);
        }
    }

    fn finish(
        self,
        summary: &mut Summary,
    ) -> Result<impl Iterator<Item = Result<Alert, SpoolError>> + use<>, SpoolError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.below > 0 {
            summary.filtered.add("--level", self.below);
        }
        Ok(self.alerts.into_sorted()?.map(|entry| entry.map(|(_, alert)| alert)))
    }
}
