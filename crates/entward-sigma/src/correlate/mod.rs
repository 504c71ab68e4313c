//! Correlation by event time: from matches of rules to matches of correlations.
//!
//! **Order.** Events wait until nothing earlier can come (the newest time seen, less the lateness),
//! then they are taken in the order of time, reference and rule. So the result is the same in whatever
//! order they came and however many threads found them. What comes later than that is counted, told and
//! left out.
//!
//! **Windows** slide: at each event, the condition is asked of the group's events that are at most
//! the timespan older than it, that one included. So `lt` and `lte` hold from a group's first event on, and
//! `not rule_b` means that none came in the timespan before. A record that meets several of an `event_count`'s
//! rules is one event (as long as the correlation is over rules, not over correlations).
//!
//! **A match begins** with the event that makes the condition hold, and is told at once. It grows while the
//! condition keeps holding, silently, and is told again when it ends: at the first event of the group
//! at which the condition does not hold, or when none came for a timespan.
//!
//! **Chains.** When a match of a correlation begins, that is an event to those that refer to it: with the
//! time, the reference and the fields of the event that completed it.
//!
//! **Missing fields.** An event without one of the fields that a correlation groups by is nothing to it, as
//! with Splunk's `stats by`; it is counted. Texts are compared without letter case.
//!
//! **Memory** is bounded ([`Limits`]): a group with one event takes about 75 bytes, each further event 20 (28
//! where values are counted).

mod buffer;
mod events;
mod finding;
mod key;
mod novelty;
mod order;
mod plan;
mod state;
mod table;
mod tally;
mod window;

pub use finding::{Counts, Ending, Finding, Limits, Match, Taken};
pub(crate) use order::{alternatives, of as orders};
pub(crate) use plan::{MOST_PATHS, paths};
pub use state::{CorrelatorState, RestoreError};

use crate::collection::Collection;
use crate::correlation::Member;
use buffer::{Buffer, Carried, Waiting};
use events::Kept;
use key::Hashing;
use novelty::Novelty;
use plan::{Slot, Way};
use rustc_hash::FxHashMap;
use state::{RuleState, VERSION, WindowState};
use tally::Question;
use window::Window;

/// Correlates the events that a collection's rules matched.
///
/// ```
/// use entward_sigma::{Correlator, Finding, Limits, Loader};
///
/// let mut loader = Loader::default();
/// loader.add("r.yml", "
/// title: Failed sign-in
/// name: failed
/// logsource: {product: azure}
/// detection: {selection: {ResultType: 50126}, condition: selection}
/// ---
/// title: Password guessing
/// correlation:
///     type: event_count
///     rules: [failed]
///     group-by: [IPAddress]
///     timespan: 10m
///     condition: {gte: 2}
/// ");
/// let (collection, errors) = loader.finish();
/// assert!(errors.is_empty());
/// let mut correlator = Correlator::new(&collection, Limits::default());
/// assert_eq!(correlator.fields(0), ["IPAddress"]);
/// let mut found = Vec::new();
/// // Out of order, as logs come:
/// correlator.feed(0, 60_000_000_000, 8, &[Some("203.0.113.7")], &mut found);
/// correlator.feed(0, 1_000_000_000, 7, &[Some("203.0.113.7")], &mut found);
/// correlator.flush(&mut found);
/// let [Finding::Began(began), Finding::Ended(..)] = found.as_slice() else { panic!() };
/// assert_eq!(began.references, [7, 8]);
/// ```
pub struct Correlator {
    rules: Vec<Way>,
    windows: Vec<Window>,
    /// By the rule's number.
    novelties: FxHashMap<u32, Novelty>,
    /// What each correlation says, to find its state again.
    identities: Vec<String>,
    limits: Limits,
    hashing: Hashing,
    buffer: Buffer,
    allowed_until: i64,
    matches: u64,
    counts: Counts,
}

impl Correlator {
    /// A correlator for all correlations and first-seen rules of a collection.
    pub fn new(collection: &Collection, limits: Limits) -> Correlator {
        let mut rules: Vec<Way> = (0..collection.rules.len()).map(|rule| Way::new(rule, collection)).collect();
        plan::tell_apart(rules.iter_mut().map(|way| &mut way.identity));
        let windows = collection.correlations.iter().enumerate().map(|(number, correlation)| {
            let question = Question {
                kind: correlation.kind,
                condition: correlation.condition.clone(),
                alternatives: order::of(correlation),
                members: correlation.members.len(),
                timespan: correlation.timespan.nanoseconds(),
            };
            let over_rules = correlation.members.iter().all(|member| matches!(member, Member::Rule(_)));
            let dedupes = over_rules && !correlation.kind.is_temporal();
            Window::new(number, question, correlation.standalone, dedupes, &limits)
        });
        let novelties = collection.rules.iter().enumerate().filter_map(|(number, rule)| {
            let first_seen = rule.first_seen.as_ref()?;
            let (learn, forget) = (first_seen.learn.nanoseconds(), first_seen.forget.nanoseconds());
            Some((u32::try_from(number).ok()?, Novelty::new(learn, forget, &limits)))
        });
        Correlator {
            windows: windows.collect(),
            novelties: novelties.collect(),
            identities: plan::identities(collection),
            rules,
            limits,
            hashing: Hashing::new(limits.hash_key),
            buffer: Buffer::new(limits.lateness.max(0), limits.waiting),
            allowed_until: i64::MAX,
            matches: 0,
            counts: Counts::default(),
        }
    }

    /// Whether matches of a rule ([`Rule::number`](crate::Rule::number)) are to be fed at all.
    pub fn wants(&self, rule: u32) -> bool {
        self.rules.get(rule as usize).is_some_and(|way| way.is_wanted())
    }

    /// The fields whose values [`feed`](Correlator::feed) takes for a rule, in this order: that of
    /// [`RuleSet::correlated_fields`](crate::RuleSet::correlated_fields).
    pub fn fields(&self, rule: u32) -> &[String] {
        self.rules.get(rule as usize).map_or(&[], |way| way.fields.as_slice())
    }

    /// Refuses events later than `time`, so that one record with a broken clock does not make all others
    /// late. A caller that has a clock says now and a little more, again and again.
    pub fn allow_until(&mut self, time: i64) {
        self.allowed_until = time;
    }

    /// Takes an event: a record that a rule matched.
    ///
    /// `time` is the event's own, in nanoseconds since 1970; `reference` leads the caller back to the record, and is
    /// the same for all rules that the record met; `values` are the record's, one for each of
    /// [`fields`](Correlator::fields), `None` where it has none (of several, the caller takes the first).
    /// What is found meanwhile is added to `found`: it may be about other events than this one.
    pub fn feed(
        &mut self,
        rule: u32,
        time: i64,
        reference: u64,
        values: &[Option<&str>],
        found: &mut Vec<Finding>,
    ) -> Taken {
        let Some(way) = self.rules.get(rule as usize).filter(|way| way.is_wanted()) else {
            return Taken::NotCorrelated;
        };
        if time > self.allowed_until {
            self.counts.too_early += 1;
            return Taken::TooEarly;
        }
        if self.buffer.is_late(time) {
            self.counts.too_late += 1;
            return Taken::TooLate;
        }
        self.counts.accepted += 1;
        let (first, rest) = self.hashing.carried(way, values);
        self.buffer.push(Waiting { time, reference, rule, first, rest });
        while let Some(due) = self.buffer.next(false) {
            self.take_all(due, found);
        }
        while self.buffer.is_over_full() {
            self.counts.released_early += 1;
            let Some(due) = self.buffer.next(true) else { break };
            self.take_all(due, found);
        }
        Taken::Accepted
    }

    /// Takes everything that waits, and ends every match: nothing more will come. First-seen rules keep
    /// what they know. To go on later instead, [`export`](Correlator::export).
    pub fn flush(&mut self, found: &mut Vec<Finding>) {
        while let Some(due) = self.buffer.next(true) {
            self.take_all(due, found);
        }
        for window in &mut self.windows {
            window.flush(found);
        }
    }

    /// How much was taken and let go so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many events wait for their turn.
    pub fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// How many groups are kept, over all correlations.
    pub fn groups(&self) -> usize {
        self.windows.iter().map(Window::groups).sum()
    }

    fn take_all(&mut self, due: Vec<Waiting>, found: &mut Vec<Finding>) {
        let Correlator { rules, windows, novelties, matches, counts, .. } = self;
        for (at, waiting) in due.iter().enumerate() {
            if at % AHEAD == 0 {
                for next in due.iter().skip(at).take(AHEAD) {
                    let Some(way) = rules.get(next.rule as usize) else { continue };
                    for slot in way.lowest.iter().map(|slot| &way.slots[*slot]) {
                        let window = windows.get(slot.correlation);
                        let _ = std::hint::black_box(
                            window.map(|window| window.look_ahead(next.carried(slot.carried).key)),
                        );
                    }
                }
            }
            let Some(way) = rules.get(waiting.rule as usize) else { continue };
            if let Some(novelty) = novelties.get_mut(&waiting.rule) {
                let (entity, value) = (waiting.carried(0), waiting.carried(1));
                if !entity.usable || !value.usable {
                    counts.unusable += 1;
                    continue;
                }
                if !novelty.take(entity.key, value.key, waiting.time, counts) {
                    continue;
                }
                found.push(Finding::New { rule: waiting.rule, time: waiting.time, reference: waiting.reference });
            }
            let mut climber = Climber { slots: &way.slots, windows, matches, counts, found };
            for &slot in &way.lowest {
                climber.climb(slot, waiting);
            }
        }
        // Matches end when their time is over, not when the next event comes to their correlation.
        for window in windows {
            window.expire(self.buffer.released.saturating_sub(window.timespan()), found);
        }
    }

    /// Everything that is remembered.
    pub fn export(&self) -> CorrelatorState {
        let mut waiting: Vec<Vec<Waiting>> = vec![Vec::new(); self.rules.len()];
        for event in self.buffer.iter() {
            if let Some(waiting) = waiting.get_mut(event.rule as usize) {
                waiting.push(event.clone());
            }
        }
        let rules = self.rules.iter().zip(waiting).enumerate().filter_map(|(number, (way, waiting))| {
            let novelty = self.novelties.get(&u32::try_from(number).ok()?).map(Novelty::export);
            let has_any = novelty.is_some() || !waiting.is_empty();
            has_any.then(|| RuleState { identity: way.identity.clone(), waiting, novelty })
        });
        let correlations = self
            .windows
            .iter()
            .zip(&self.identities)
            .map(|(window, identity)| WindowState { identity: identity.clone(), groups: window.export() });
        CorrelatorState {
            version: VERSION,
            hash_key: self.limits.hash_key,
            newest: self.buffer.newest,
            released: self.buffer.released,
            matches: self.matches,
            counts: self.counts,
            rules: rules.collect(),
            correlations: correlations.collect(),
        }
    }

    /// Takes up what another correlator remembered; to be called before the first event. Rules that changed
    /// since begin anew, and what they remembered is counted as lost.
    ///
    /// # Errors
    ///
    /// The state is of another version, or its groups are hashed under another key.
    pub fn restore(&mut self, state: CorrelatorState) -> Result<(), RestoreError> {
        if state.version != VERSION {
            return Err(RestoreError::Version(state.version));
        }
        if state.hash_key != self.limits.hash_key {
            return Err(RestoreError::HashKey);
        }
        self.counts = state.counts;
        self.matches = state.matches;
        self.buffer.newest = state.newest;
        self.buffer.released = state.released;
        for stored in state.correlations {
            match self.identities.iter().position(|identity| *identity == stored.identity) {
                Some(window) => self.windows[window].restore(stored.groups, &mut self.counts),
                None => self.counts.lost_on_restore += stored.groups.len() as u64,
            }
        }
        for stored in state.rules {
            let Some(rule) = self.rules.iter().position(|way| way.identity == stored.identity) else {
                self.counts.lost_on_restore += stored.waiting.len() as u64 + u64::from(stored.novelty.is_some());
                continue;
            };
            let rule = u32::try_from(rule).unwrap_or(u32::MAX);
            for waiting in stored.waiting {
                self.buffer.push(Waiting { rule, ..waiting });
            }
            if let (Some(novelty), Some(state)) = (self.novelties.get_mut(&rule), stored.novelty) {
                novelty.restore(state, &mut self.counts);
            }
        }
        Ok(())
    }
}

/// How many events are looked at before the first of them is taken.
const AHEAD: usize = 16;

/// One event on its way up.
struct Climber<'c> {
    slots: &'c [Slot],
    windows: &'c mut [Window],
    matches: &'c mut u64,
    counts: &'c mut Counts,
    found: &'c mut Vec<Finding>,
}

impl Climber<'_> {
    /// A chain is at most 16 long, so this goes no deeper.
    fn climb(&mut self, number: usize, event: &Waiting) {
        let slot = &self.slots[number];
        let Carried { key, value, usable } = event.carried(slot.carried);
        if !usable {
            self.counts.unusable += 1;
            return;
        }
        let kept = Kept { time: event.time, reference: event.reference, value };
        let Some(window) = self.windows.get_mut(slot.correlation) else { return };
        if window.take(key, kept, self.matches, self.counts, self.found) {
            for &above in &slot.above {
                self.climb(above, event);
            }
        }
    }
}
