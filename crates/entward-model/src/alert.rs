use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, Level, Target, Timestamp};

/// A story that a person should read.
///
/// Its id is derived from what it rests on, so the same records give the same alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Stable id: sixteen hexadecimal digits.
    pub id: String,
    /// The level, with its reasons in [`Alert::because`].
    pub level: Level,
    /// A sentence: who did what to which object.
    pub title: String,
    /// Canonical ids of the operations in the story, in order of first appearance.
    pub operations: Vec<String>,
    /// Who did it.
    pub actor: Actor,
    /// The objects, each once, with all changes of the story.
    pub targets: Vec<Target>,
    /// Why it has this level, the strongest reason first.
    pub because: Vec<Because>,
    /// What the records did not say and a reader would want to know.
    pub not_in_the_log: Vec<String>,
    /// The rules that matched, worst first.
    pub rules: Vec<RuleRef>,
    /// The knowledge pages of its operations, that of the worst record first.
    #[serde(default)]
    pub pages: Vec<PageRef>,
    /// Where each record of the story stands.
    pub records: Vec<RecordRef>,
    /// Time of the first record.
    pub first_seen: Option<Timestamp>,
    /// Time of the last record.
    pub last_seen: Option<Timestamp>,
    /// The Entra tenant.
    pub tenant: Option<String>,
    /// The Azure subscription.
    pub subscription: Option<String>,
    /// How many further records repeated one of these.
    pub duplicates: u64,
}

/// One reason for a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// The level that this reason alone would give.
    pub level: Level,
    /// The reason, as a sentence fragment.
    pub reason: String,
    /// The id of the rule that gave it, where one did.
    pub rule: Option<String>,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleRef {
    /// The rule's id.
    pub id: String,
    /// The rule's title.
    pub title: String,
    /// The rule's level.
    pub level: Level,
}

/// A knowledge page that says more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageRef {
    /// The page: `operations/add-application`. `entward kb op` shows it.
    pub page: String,
    /// What it says in a sentence.
    pub meaning: String,
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RecordRef {
    /// The file.
    pub file: String,
    /// The record's ordinal in it, from 0.
    pub index: u64,
}
