//! The correlator's memory, to be stored and taken up again.

use serde::{Deserialize, Serialize};

use super::buffer::Waiting;
use super::finding::Counts;
use super::novelty::NoveltyState;
use super::window::GroupState;

/// Everything a [`Correlator`](crate::Correlator) remembers.
///
/// Rules are told by what they say, not by their place: the state fits a collection in which other rules
/// have changed. It holds hashes of values, no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrelatorState {
    pub(super) version: u32,
    pub(super) hash_key: [u64; 2],
    pub(super) newest: i64,
    pub(super) released: i64,
    pub(super) matches: u64,
    pub(super) counts: Counts,
    pub(super) rules: Vec<RuleState>,
    pub(super) correlations: Vec<WindowState>,
}

pub(super) const VERSION: u32 = 1;

/// What belongs to one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuleState {
    pub(super) identity: String,
    pub(super) waiting: Vec<Waiting>,
    pub(super) novelty: Option<NoveltyState>,
}

/// What belongs to one correlation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WindowState {
    pub(super) identity: String,
    pub(super) groups: Vec<GroupState>,
}

/// A state that cannot be taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// It was written by another version.
    #[error("the state of the correlations has version {0}, and version {VERSION} is read")]
    Version(u32),
    /// Its groups are hashed under another key.
    #[error("the state of the correlations was written under another hash key")]
    HashKey,
}
