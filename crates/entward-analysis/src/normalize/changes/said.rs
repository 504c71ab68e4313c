//! Asking the targets of a record what they say, by property name.

use entward_model::{Change, Target};
use serde_json::Value;

use crate::json;

/// Where a change stands: the position of its target, and its own position there.
pub(super) type Place = (usize, usize);

/// The first change of this name, over all targets.
pub(super) fn place(targets: &[Target], property: &str) -> Option<Place> {
    targets.iter().enumerate().find_map(|(target_at, target)| {
        let change_at = target.changes.iter().position(|change| is(change, property))?;
        Some((target_at, change_at))
    })
}

/// The first change of this name, over all targets.
pub(super) fn find<'a>(targets: &'a [Target], property: &str) -> Option<&'a Change> {
    place(targets, property).map(|(target_at, change_at)| &targets[target_at].changes[change_at])
}

/// The change of this name on one target.
pub(super) fn on<'a>(target: &'a Target, property: &str) -> Option<&'a Change> {
    target.changes.iter().find(|change| is(change, property))
}

/// The one text that a value says: a scalar's, or that of an array with a single scalar. Blank is nothing.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Array(elements) => match elements.as_slice() {
            [single] => json::as_text(single),
            _ => None,
        },
        other => json::as_text(other),
    }
}

/// What a change says of the thing it names: the new value, or the old one where the new is blank, as on a removal.
pub(super) fn either(change: &Change) -> Option<String> {
    scalar(&change.new).or_else(|| scalar(&change.old))
}

/// The value before and the value after, each where there is one.
pub(super) fn sides(targets: &[Target], property: &str) -> (Option<String>, Option<String>) {
    match find(targets, property) {
        Some(change) => (scalar(&change.old), scalar(&change.new)),
        None => (None, None),
    }
}

/// Puts what an operation took away on the old side.
///
/// Records of a removal name the thing in the old value, a few in the new one; the operation says which it was.
pub(super) fn settle<T>(operation: &str, old: Option<T>, new: Option<T>) -> (Option<T>, Option<T>) {
    if old.is_none() && removes(operation) { (new, None) } else { (old, new) }
}

/// Whether an operation, by its canonical id, takes something away.
pub(super) fn removes(operation: &str) -> bool {
    const WORDS: [&str; 5] = ["remov", "revoke", "delete", "deactivate", "activation.expire"];
    WORDS.iter().any(|word| operation.contains(word))
}

/// Whether a text is a GUID with dashes.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether an id is the one of zeros that stands for "none yet" or "default".
pub(super) fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

fn is(change: &Change, property: &str) -> bool {
    change.property.trim().eq_ignore_ascii_case(property)
}
