//! What the engine asks of a record, and nothing more.
//!
//! The embedder decides how records are stored. A [`Record`] hands out the
//! values of a field one by one; the engine never sees a document, a path or a
//! log format.

use std::ops::ControlFlow;

/// A field that some rule reads, by its place in
/// [`RuleSet::field_names`](crate::RuleSet::field_names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub(crate) u16);

impl FieldId {
    /// The place of the field in [`RuleSet::field_names`](crate::RuleSet::field_names).
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An explicit null. A field that is not there is [`Presence::Missing`] instead.
    Null,
    /// A string, decoded (no JSON escapes).
    Text(&'a str),
    /// A number, as the text that stood in the record (`50053`, `1.50`, `-0`).
    Number(&'a str),
    /// A boolean. It equals its text in any letter case.
    Bool(bool),
    /// An object, as the JSON text that stood in the record. Only `contains`,
    /// `re` and `*x*` look into it.
    Json(&'a str),
}

/// Whether a field is there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The record has no such field.
    Missing,
    /// The record has the field, if only as null or as an empty array.
    Present,
}

/// A record as the engine sees it.
pub trait Record {
    /// The stream that the record belongs to: exactly one bit set, the bits being
    /// those of [`Vocabulary::streams`](crate::Vocabulary::streams).
    fn stream(&self) -> u64;

    /// Calls `visit` for every value of `field`, in the record's order.
    ///
    /// Arrays are walked by the implementor, one call per element, also where the
    /// array stands in the middle of a path. An empty array is
    /// [`Presence::Present`] without a call. When `visit` answers
    /// [`ControlFlow::Break`] the walk may stop; the answer is still the presence.
    fn values(&self, field: FieldId, visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>) -> Presence;

    /// Calls `visit` for every string value of the record, decoded, wherever it
    /// stands (for keyword rules). Names of members are not values.
    fn strings(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>);

    /// The bytes of the record, if they are JSON text. They must hold every string
    /// that [`strings`](Record::strings) visits, with JSON's escapes and no other
    /// encoding: the keyword prefilter looks here first. `None` skips the prefilter.
    fn raw(&self) -> Option<&[u8]>;
}
