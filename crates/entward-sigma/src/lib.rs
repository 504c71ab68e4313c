//! Sigma rules: read them, make them fast, ask which ones a record meets.
//!
//! The room knows the Sigma 2.1 language and nothing of where records come from.
//! Rules arrive as text ([`parse`]), are compiled for an embedder's [`Vocabulary`]
//! ([`RuleSet::compile`]), and are then asked about one [`Record`] at a time
//! ([`RuleSet::matches`]). Rules that speak of each other (correlations, filters) are put together by a
//! [`Loader`], and what they match is correlated by a [`Correlator`]. It reads no file, clock or network, and the same
//! input gives the same output.
//!
//! How a record is compared (where engines differ, and matches get lost):
//!
//! - Letter case is folded (Unicode) unless `cased`; `re` minds the case unless `i` follows,
//!   and is looked for anywhere in the value.
//! - A number equals its text, a boolean its text in any case. A value in a rule is the text
//!   that stands in the file: `0050` stays `0050`, a date stays a date.
//! - A field with several values matches when any of them does. `neq` is the opposite of
//!   that: true when no value equals, also when the field is missing.
//! - `field: null` matches a missing field and an explicit null; `exists` tells missing and present
//!   apart (null is present). An empty array equals nothing.
//! - `contains`, `re` and `*x*` look into the JSON text of an object, and into the same with its
//!   string escapes undone once; nothing else matches an object.
//! - `''` matches the empty text only.
//!
//! Speed comes from the index (`index/`): a rule that demands a certain value of
//! a field is not even looked at when a record has another.

mod collection;
mod compile;
mod condition;
mod correlate;
mod correlation;
mod detection;
mod document;
mod encode;
mod error;
mod explain;
mod first_seen;
mod fold;
mod index;
mod leaf;
mod matching;
mod modifier;
mod number;
mod pattern;
mod placeholder;
mod rule;
pub mod tree;
mod value;
mod vocabulary;
mod yaml;

pub use collection::{Collection, Filter, Loader};
pub use compile::RuleSet;
pub use correlate::{Correlator, CorrelatorState, Counts, Ending, Finding, Limits, Match, RestoreError, Taken};
pub use correlation::{
    Alias, Correlation, CorrelationCondition, CorrelationKind, Expression, Limit, Member, Threshold, Timespan,
};
pub use error::{Place, RuleError, RuleErrorKind};
pub use explain::{Explanation, LeafExplanation, Reason};
pub use first_seen::FirstSeen;
pub use fold::Folding;
pub use matching::Scratch;
pub use placeholder::Placeholders;
pub use rule::{About, Level, LogSource, Related, Relation, Rule, parse};
pub use value::{FieldId, Presence, Record, Value};
pub use vocabulary::Vocabulary;
