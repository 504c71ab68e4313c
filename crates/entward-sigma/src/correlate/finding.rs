//! What the correlator is told, tells, and counts.

use serde::{Deserialize, Serialize};

/// Bounds on time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How late an event may come, in nanoseconds of event time behind the newest event: up to so much,
    /// the result is that of events in order.
    pub lateness: i64,
    /// Events that wait for their turn, at most; beyond, the earliest are released before it.
    pub waiting: usize,
    /// Groups of one correlation, at most; beyond, the one that has been idle longest is let go.
    pub groups: usize,
    /// Events kept of one group, at most; beyond, the earliest is dropped. Raised to what
    /// `event_count` and `value_count` need to tell a count from its limit.
    pub events_per_group: u32,
    /// References listed of one match, at most; the total is told all the same.
    pub references: usize,
    /// Entities that one first-seen rule remembers, at most.
    pub entities: usize,
    /// Values that one first-seen rule remembers, at most.
    pub values: usize,
    /// Values remembered of one entity, at most; beyond, new ones are passed over, for an entity that
    /// shows ever new values is not surprising by another.
    pub values_per_entity: u32,
    /// The key of the hash by which groups are told apart. Who knows it could make groups
    /// collide, so an installation chooses its own and keeps it.
    pub hash_key: [u64; 2],
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            lateness: 15 * 60 * 1_000_000_000,
            waiting: 4_000_000,
            groups: 10_000_000,
            events_per_group: 10_000,
            references: 100,
            entities: 1_000_000,
            values: 5_000_000,
            values_per_entity: 1_000,
            hash_key: [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908],
        }
    }
}

/// What became of an event that was fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It takes its place in the order of time.
    Accepted,
    /// It came too late to take its place, and is left out.
    TooLate,
    /// It is from beyond [`Correlator::allow_until`](crate::Correlator::allow_until), and is left out.
    TooEarly,
    /// Nothing correlates the rule.
    NotCorrelated,
}

/// What the correlator found. The order of findings depends on the events alone, not on the
/// order in which they came (within the lateness).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A first-seen rule met a value that is new for its entity. Only this is a match of such a rule: what
    /// [`RuleSet::matches`](crate::RuleSet::matches) says of it is no more than an event to learn from.
    New {
        /// The rule's number in its collection.
        rule: u32,
        /// The event's time.
        time: i64,
        /// The event's reference.
        reference: u64,
    },
    /// A correlation's condition began to hold for a group.
    Began(Match),
    /// It holds no longer. The match has the number it began with, and all its events.
    Ended(Match, Ending),
}

/// Events that a correlation found together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The correlation, by its place in its collection.
    pub correlation: usize,
    /// Different for every match of a correlator, also after it was restored.
    pub number: u64,
    /// The group, hashed. Its values are to be found in any of the records referred to.
    pub group: u128,
    /// The time of the earliest event.
    pub first_time: i64,
    /// The time of the event with which the condition began to hold.
    pub fired_time: i64,
    /// The time of the latest event.
    pub last_time: i64,
    /// How many events there are.
    pub total: u64,
    /// The references of the earliest of them, in the order of time.
    pub references: Vec<u64>,
}

/// Why a match ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The condition does not hold any more, or no event came for a whole timespan.
    Over,
    /// The input ended.
    Flushed,
    /// The group was let go to bound memory.
    Evicted,
}

/// How much was taken and how much was let go, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events that took their place.
    pub accepted: u64,
    /// Events that came too late.
    pub too_late: u64,
    /// Events from beyond what is allowed.
    pub too_early: u64,
    /// Times that an event lacked a field that a correlation groups by or counts, or had no number where
    /// one is summed; the event is nothing to that correlation.
    pub unusable: u64,
    /// Groups let go because there were too many.
    pub groups_evicted: u64,
    /// Events dropped from windows that held too many.
    pub events_dropped: u64,
    /// References of matches that are not listed.
    pub references_dropped: u64,
    /// Times that events were released before their time because too many waited.
    pub released_early: u64,
    /// Entities that first-seen rules let go because there were too many.
    pub entities_evicted: u64,
    /// Values that first-seen rules let go because there were too many.
    pub values_evicted: u64,
    /// New values passed over because their entity had shown too many.
    pub values_refused: u64,
    /// Groups, memories and waiting events of a state that no loaded rule had a use for.
    pub lost_on_restore: u64,
}
