//! First-seen rules, an extension under the custom map: a match counts only when a
//! value is new for an entity.
//!
//! ```yaml
//! x_entward:
//!     first_seen:
//!         field: IPAddress              # or a list: the values together are new
//!         per: [UserPrincipalName]      # whose habits are learnt; may be left out
//!         learn: 14d                    # how long an entity is watched in silence first
//!         forget: 90d                   # how long a value is remembered after it was last seen
//! ```

use crate::correlation::Timespan;
use crate::document::Reader;
use crate::yaml::{Kind, Node};

/// When a value is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstSeen {
    /// The fields whose values together have to be new.
    pub fields: Vec<String>,
    /// The fields that name the entity; none: one entity for all.
    pub per: Vec<String>,
    /// How long an entity is watched in silence after its first event.
    pub learn: Timespan,
    /// How long a value is remembered after it was last seen, and an entity after its
    /// last event.
    pub forget: Timespan,
}

const KEYS: &[&str] = &["field", "per", "learn", "forget"];

/// Reads `x_entward.first_seen`, if a document has it.
pub(crate) fn read(reader: &mut Reader<'_>, document: &Node) -> Option<FirstSeen> {
    let node = &document.get("x_entward")?.value.get("first_seen")?.value;
    let Kind::Map(entries) = &node.kind else {
        reader.wrong_type(node, "first_seen", "a map (`field:`, `per:`, `learn:`, `forget:`)");
        return None;
    };
    for entry in entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        let kind =
            crate::RuleErrorKind::UnknownWord { what: "key of first_seen", word: entry.key.clone(), known: KEYS };
        reader.at(entry, kind);
    }
    let fields = reader.texts(node, "field");
    if fields.is_empty() {
        reader.missing(node, "field");
    }
    let per = reader.texts(node, "per");
    let learn = Timespan::read(reader, node, "learn");
    let forget = Timespan::read(reader, node, "forget");
    let (learn, forget) = (learn?, forget?);
    if learn.nanoseconds() > forget.nanoseconds() {
        let cure = "let `forget` be at least as long as `learn`";
        reader.unfit(node, "first_seen", "what is learnt would be forgotten before learning ends", cure);
    }
    Some(FirstSeen { fields, per, learn, forget })
}
