//! A changed property by its name, as `detect/changed.rs` reads it.

use super::text::quoted;
use crate::detect::place::Side;

/// Lines that make of every target's changed properties one row for each value of one side, and one with a null where
/// there is none: a record all of whose rows are filtered out may be gone after `mv-apply`.
pub(super) fn lines(property: &str, side: Side) -> Vec<String> {
    let mut lines = vec!["mv-expand Property = elements(Target.modifiedProperties)".to_owned()];
    let lower = property.to_ascii_lowercase();
    let parts = if lower.ends_with(".scope") { "scopes" } else { "parts" };
    lines.push(format!(
        "| extend Named = trim(@\"\\s+\", tostring(Property.displayName)) =~ {}",
        quoted(property.trim())
    ));
    let extend = |name: &str, member: &str| format!("{name} = iff(Named, {parts}(Property.{member}), dynamic([]))");
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
    let values = match side {
        Side::Old => old.to_owned(),
        Side::New => new.to_owned(),
        Side::Added => format!("set_difference({new}, {old})"),
        Side::Removed => format!("set_difference({old}, {new})"),
    };
    lines.push(format!("| mv-expand Value = elements({values})"));
    lines
}
