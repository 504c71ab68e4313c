//! What the embedder knows about fields and logs, and the engine does not.

use std::borrow::Cow;

use crate::fold::Folding;
use crate::rule::LogSource;

/// The embedder's knowledge, asked while rules are compiled.
pub trait Vocabulary {
    /// The folding that values of `field` go through before they are compared, in
    /// rules and in records alike; letter case is folded after it. `None`: only
    /// letter case is folded. Comparisons that are `cased`, regular expressions,
    /// networks and numbers see the values as they are.
    fn folding(&self, field: &str) -> Option<Folding>;

    /// The streams that a log source selects, as bits (at most 64 streams); 0: not
    /// one of ours.
    fn streams(&self, source: &LogSource) -> u64;

    /// The name under which records know `field`. Fields with the same canonical name
    /// share one [`FieldId`](crate::FieldId), so that a record is asked once.
    fn canonical<'a>(&self, field: &'a str, _source: &LogSource) -> Cow<'a, str> {
        Cow::Borrowed(field)
    }

    /// How much a value of `field` tells records apart; each step halves the records
    /// that the index expects to share a value. 0 is an ordinary field.
    fn selectivity(&self, _field: &str) -> u8 {
        0
    }

    /// What it costs to ask a record for `field`, in nanoseconds beyond an ordinary
    /// field. The index does not look at dear fields of records that concern nobody.
    fn look_up_cost(&self, _field: &str) -> u32 {
        0
    }

    /// Text such as nearly every record holds (names of members, beginnings of ids and
    /// addresses), in any form: the record of an ordinary day will do. The search for
    /// keywords passes over its parts, for they would turn up everywhere.
    fn commonplace(&self) -> &str {
        ""
    }
}
