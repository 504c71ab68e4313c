//! Where a value stands in a record, and how it is read from there.

use std::borrow::Cow;

use crate::decode::keys::{Layout, Slot};
use crate::normalize::is_guid;

/// One place at which a name may stand.
#[derive(Debug)]
pub(super) enum Place {
    /// A value at a path.
    Value {
        /// Where.
        source: Source,
        /// What is done to it before it is compared.
        transform: Transform,
    },
    /// A value that every record of the shape has without saying so.
    Constant(Box<str>),
    /// One side of a changed property, found by the property's name.
    Change {
        /// Where the array of changed properties stands, or of targets that hold them.
        source: Source,
        /// The property's name.
        property: Box<str>,
        /// Which values of it.
        side: Side,
    },
    /// The same in a portal CSV, which has columns for it.
    Columns {
        /// Name, old value, new value: slots of each group of columns.
        groups: Box<[(Slot, Slot, Slot)]>,
        /// The property's name.
        property: Box<str>,
        /// Which values of it.
        side: Side,
    },
}

/// A path that begins at the top of a record.
#[derive(Debug)]
pub(super) struct Source {
    /// The member at the top.
    pub(super) root: Slot,
    /// The path inside it; empty for the member itself.
    pub(super) path: Box<str>,
    /// Inside `properties`: the member's own slot and the path inside that, a shortcut
    /// that does not read `properties` again.
    pub(super) inner: Option<(Slot, Box<str>)>,
}

/// What is done to a value before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transform {
    /// Nothing.
    None,
    /// An error code becomes `Success` or `Failure`.
    Outcome,
    /// A status of HTTP becomes `Success` below 400, else `Failure`.
    Http,
    /// `deviceCode` becomes `device Code`, which comparison takes for `Device Code`.
    Words,
    /// `User_<guid>` becomes the GUID, and nothing else counts: the bags of the unified audit log hold names and the word
    /// `User` beside the one id.
    Object,
}

/// Which values of a changed property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// All after the change.
    New,
    /// All before the change.
    Old,
    /// Those after that were not there before.
    Added,
    /// Those before that are not there after.
    Removed,
}

impl Side {
    pub(super) fn from_name(name: &str) -> Option<Side> {
        [("new", Side::New), ("old", Side::Old), ("added", Side::Added), ("removed", Side::Removed)]
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, side)| side)
    }
}

impl Place {
    /// Whether the value is searched for inside others.
    pub(super) fn is_deep(&self) -> bool {
        match self {
            Place::Value { source, .. } => !source.inner.as_ref().map_or(&source.path, |(_, path)| path).is_empty(),
            Place::Change { .. } => true,
            Place::Constant(_) | Place::Columns { .. } => false,
        }
    }

    /// The place of a changed property in the portal's audit CSV, which has room for three
    /// targets with five changes each.
    pub(super) fn of_columns(property: &str, side: Side, layout: &mut Layout) -> Place {
        let mut groups = Vec::new();
        for target in 1..=3 {
            for change in 1..=5 {
                let mut slot = |what: &str| layout.root_slot(&format!("Target{target}ModifiedProperty{change}{what}"));
                groups.push((slot("Name"), slot("OldValue"), slot("NewValue")));
            }
        }
        Place::Columns { groups: groups.into(), property: property.into(), side }
    }
}

impl Transform {
    /// Whether a text stays as it is.
    pub(super) fn keeps(self, text: &str) -> bool {
        match self {
            Transform::None => true,
            Transform::Outcome | Transform::Http | Transform::Object => false,
            Transform::Words => text.is_ascii() && !text.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()),
        }
    }

    /// The value as it is compared; `None` if it does not count.
    pub(super) fn apply(self, text: &str) -> Option<Cow<'_, str>> {
        Some(match self {
            Transform::None => Cow::Borrowed(text),
            Transform::Object => Cow::Borrowed(text.rsplit_once('_').map(|(_, id)| id).filter(|id| is_guid(id))?),
            Transform::Http => Cow::Borrowed(match text.trim().parse::<u16>() {
                Ok(200..400) => "Success",
                Ok(400..) => "Failure",
                _ => text,
            }),
            Transform::Outcome => Cow::Borrowed(if text.trim() == "0" { "Success" } else { "Failure" }),
            Transform::Words => {
                let mut words = String::with_capacity(text.len() + 4);
                for character in text.chars() {
                    if character.is_uppercase() && !words.is_empty() {
                        words.push(' ');
                    }
                    words.push(character);
                }
                Cow::Owned(words)
            }
        })
    }
}
