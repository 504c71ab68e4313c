//! What a changed property means.

use entward_model::{Change, Target};
use serde_json::Value;

use crate::knowledge::Knowledge;

/// One changed property, with its values decoded (JSON in strings, `\r\n` pretty-printing, lone scalars) and, where one property
/// alone says it, its meaning. `old` and `new` arrive as they stand in the record.
pub(super) fn change(_knowledge: &Knowledge, property: &str, old: Value, new: Value) -> Change {
    Change { property: property.to_owned(), old, new, typed: None }
}

/// Gives meaning to what several properties or targets say together: app role and delegated grants, roles, owners.
/// `operation` is the canonical id.
pub(super) fn relate(_knowledge: &Knowledge, _operation: &str, _targets: &mut [Target]) {}
