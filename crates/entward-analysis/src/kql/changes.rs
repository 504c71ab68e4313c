//! A changed property by its name, as `detect/changed.rs` reads it.

use super::tables::{Holds, holds, member};
use super::text::{self, quoted};
use crate::detect::place::Side;

/// A property whose value is an object or a list of objects, and the way into it.
struct Inside {
    /// The property's name.
    name: String,
    /// The members down to the first list, or all of them.
    outer: String,
    /// The members of each element of that list; `None` where there is no list, or nothing behind it.
    inner: Option<String>,
}

/// The way into a property, if `property` begins with one that is known to hold members. As the engine does, a
/// property that has the whole name would come first; none of the known ones has.
fn inside(property: &str) -> Option<Inside> {
    let (name, mut rest) = member("Changes", property.trim())?;
    let mut path = format!("Changes.{name}");
    if rest.is_empty() {
        return None;
    }
    let (mut outer, mut inner) = (String::new(), None);
    loop {
        if inner.is_none() && matches!(holds(&path), Some(Holds::List)) && !rest.is_empty() {
            inner = Some(String::new());
        }
        if rest.is_empty() {
            return Some(Inside { name: name.to_owned(), outer, inner });
        }
        let (step, left) = member(&path, rest).unwrap_or_else(|| rest.split_once('.').unwrap_or((rest, "")));
        path = format!("{path}.{step}");
        let way = inner.as_mut().unwrap_or(&mut outer);
        *way = text::member(way, step);
        rest = left;
    }
}

/// Whether the values that [`lines`] gives come in the order of the record. Sets have none, and what was added or removed is one.
pub(super) fn keeps_order(property: &str, side: Side) -> bool {
    let is_inside_a_list = inside(property).is_some_and(|inside| inside.inner.is_some());
    matches!(side, Side::Old | Side::New)
        && !is_inside_a_list
        && !property.trim().eq_ignore_ascii_case("requiredresourceaccess")
}

/// Lines that make of every target's changed properties one row for each value of one side, and one with a null where
/// there is none: a record all of whose rows are filtered out may be gone after `mv-apply`.
pub(super) fn lines(property: &str, side: Side) -> Vec<String> {
    let mut lines = vec!["mv-expand Property = elements(Target.modifiedProperties)".to_owned()];
    let inside = inside(property);
    let name = inside.as_ref().map_or(property.trim(), |inside| &inside.name);
    let lower = property.to_ascii_lowercase();
    let parts = if lower.ends_with(".scope") { "scopes" } else { "parts" };
    lines.push(format!("| extend Named = trim(@\"\\s+\", tostring(Property.displayName)) =~ {}", quoted(name)));
    let outer = inside.as_ref().map_or("", |inside| inside.outer.as_str());
    if !outer.is_empty() {
        let whole = |name: &str, member: &str| format!("{name} = opened(opened(opened(Property.{member})))");
        lines.push(format!("| extend {}, {}", whole("OldWhole", "oldValue"), whole("NewWhole", "newValue")));
    }
    let extend = |name: &str, member: &str| {
        let value = if outer.is_empty() { format!("Property.{member}") } else { format!("{name}Whole{outer}") };
        format!("{name} = iff(Named, {parts}({value}), dynamic([]))")
    };
    let (old, new) = (extend("Old", "oldValue"), extend("New", "newValue"));
    lines.push(match side {
        Side::Old => format!("| extend {old}"),
        Side::New => format!("| extend {new}"),
        Side::Added | Side::Removed => format!("| extend {old}, {new}"),
    });
    let (mut old, mut new) = ("Old", "New");
    if lower == "requiredresourceaccess" {
        // Each permission that is asked of an API is an element of its own.
        for (all, apart) in [(&mut old, "OldOnes"), (&mut new, "NewOnes")] {
            if matches!((side, &**all), (Side::Old, "New") | (Side::New, "Old")) {
                continue;
            }
            lines.push(format!("| mv-apply Api = elements({all}) on ("));
            lines.push("    mv-expand Asked = elements(Api.RequiredAppPermissions)".to_owned());
            lines.push(format!(
                "    | summarize {apart} = make_set(iff(isnull(Asked), Asked, bag_merge(bag_pack(\"ResourceAppId\", Api.ResourceAppId), Asked)))"
            ));
            lines.push("    )".to_owned());
            *all = apart;
        }
    }
    if let Some(inner) = inside.as_ref().and_then(|inside| inside.inner.as_ref()) {
        // What stands inside each element of a list; a set holds no null.
        for (all, apart) in [(&mut old, "OldOnes"), (&mut new, "NewOnes")] {
            if matches!((side, &**all), (Side::Old, "New") | (Side::New, "Old")) {
                continue;
            }
            lines.push(format!("| mv-apply Each = elements({all}) on ("));
            lines.push(format!("    summarize {apart} = make_set(Each{inner})"));
            lines.push("    )".to_owned());
            *all = apart;
        }
    }
    let values = match side {
        Side::Old => old.to_owned(),
        Side::New => new.to_owned(),
        Side::Added => format!("set_difference({new}, {old})"),
        Side::Removed => format!("set_difference({old}, {new})"),
    };
    lines.push(format!("| mv-expand Value = elements({values})"));
    lines
}
