use serde::{Deserialize, Serialize};

use crate::{Event, Level};

/// The records that one change caused, joined by object ids, actor, correlation id and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// Its records in the order of their time.
    pub records: Vec<StoryRecord>,
    /// How many records said again what another already said (overlapping exports,
    /// the same record in two shapes).
    pub duplicates: u64,
}

/// One record of a story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryRecord {
    /// What it says.
    pub event: Event,
    /// The rules that matched it, by their position in the rule set.
    pub rules: Vec<u32>,
    /// The worst level of those rules; `None` where no rule matched.
    pub level: Option<Level>,
}
