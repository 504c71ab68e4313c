//! From records worth keeping to alerts, worst first, whatever their number.
//!
//! Records arrive in the order of the input and must be folded in the order of their
//! time; alerts come out in the order of their time and are read worst first. Both
//! sortings spill to disk when memory would not hold them.

use entward_analysis::alert::alert;
use entward_analysis::fold::Folder;
use entward_connect::spool::{Spool, SpoolError};
use entward_model::{Alert, Level, StoryRecord, Summary};
use entward_sigma::Rule;

/// When a record happened, and where it stands in the input.
type Moment = (Option<i64>, u64);

/// Worst first, then earliest first, then by id.
type Rank = (std::cmp::Reverse<Level>, Option<i64>, String);

/// How much of the sorted things stays in memory, each, in bytes.
const BUDGET: usize = 12 << 20;

/// Records on their way into stories.
pub(crate) struct Records {
    spool: Spool<Moment, StoryRecord>,
    count: u64,
}

impl Records {
    pub(crate) fn new() -> Records {
        Records { spool: Spool::new(BUDGET), count: 0 }
    }

    /// Keeps a record; they come in the order of the input.
    pub(crate) fn push(&mut self, record: &StoryRecord) -> Result<(), SpoolError> {
        let moment = (record.event.time.map(|time| time.nanos()), self.count);
        self.count += 1;
        self.spool.push(moment, record)
    }

    /// Folds the records and gives the alerts at or above a level, worst first. Counts them,
    /// and what was repeated or had to be let go, in `summary`.
    pub(crate) fn alerts(
        self,
        rules: &[Rule],
        least: Level,
        summary: &mut Summary,
    ) -> Result<impl Iterator<Item = Result<Alert, SpoolError>> + use<>, SpoolError> {
        let mut alerts: Spool<Rank, Alert> = Spool::new(BUDGET);
        let mut failed = None;
        let mut folder = Folder::new();
        let mut below = 0;
        let mut keep = |story| {
            let found = alert(&story, rules);
            if found.level < least {
                below += 1;
                return;
            }
            summary.count_alert(found.level);
            let rank = (std::cmp::Reverse(found.level), found.first_seen.map(|time| time.nanos()), found.id.clone());
            if let Err(error) = alerts.push(rank, &found) {
                failed.get_or_insert(error);
            }
        };
        for record in self.spool.into_sorted()? {
            folder.push(record?.1, &mut keep);
        }
        let folder = folder.finish(&mut keep);
        if let Some(error) = failed {
            return Err(error);
        }
        summary.duplicates += folder.duplicates;
        for (what, count) in
            [("stories closed early", folder.closed_early), ("records of very long stories", folder.left_out)]
        {
            if count > 0 {
                summary.evicted.add(what, count);
            }
        }
        if below > 0 {
            summary.filtered.add("--level", below);
        }
        Ok(alerts.into_sorted()?.map(|entry| entry.map(|(_, alert)| alert)))
    }
}
