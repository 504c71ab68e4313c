//! What does a narrower job with less.

use entward_model::GrantKind;

use super::deed::Deed;
use super::{is_graph, names};
use crate::knowledge::{GraphCall, Knowledge, PermissionInfo, table::compare_ignoring_case};

/// Permissions on the same things that do less.
pub(super) fn narrower(info: &PermissionInfo, offered: &[PermissionInfo]) -> String {
    let mut found: Vec<&str> = Vec::new();
    for other in Knowledge::bundled().permissions() {
        if other.resource_app_id == info.resource_app_id
            && other.granted_as == info.granted_as
            && is_narrower(other.name, info.name)
            && !found.iter().any(|name| compare_ignoring_case(name, other.name).is_eq())
        {
            found.push(other.name);
        }
    }
    let mut text = String::new();
    for name in found {
        let narrow = Knowledge::bundled().permissions().find(|other| {
            other.name == name && other.resource_app_id == info.resource_app_id && other.granted_as == info.granted_as
        });
        let says = narrow.map_or(String::new(), |narrow| Deed::of(&narrow).sentence());
        text.push_str(&format!("- `{name}`: {}\n", small(&says)));
    }
    let has_delegated = offered
        .iter()
        .any(|other| other.granted_as == GrantKind::Delegated && other.resource_app_id == info.resource_app_id);
    if info.granted_as == GrantKind::Application && has_delegated {
        text.push_str(
            "- The delegated permission of the same name, where a person is present: it keeps the application within what that \
             person may.\n",
        );
    }
    if text.is_empty() {
        text.push_str("By its name, nothing on the same things does less.\n");
    }
    let replaced: Vec<GraphCall> = Knowledge::bundled()
        .graph_calls()
        .filter(|call| is_graph(info) && names(call.application_other).any(|name| name == info.name))
        .filter(|call| !call.application_least.is_empty())
        .collect();
    if !replaced.is_empty() {
        text.push_str(
            "\nAn application that only makes one of these calls needs less:\n\n| call | enough |\n| --- | --- |\n",
        );
        for call in replaced {
            let least: Vec<String> = call.application_least.split(' ').map(|name| format!("`{name}`")).collect();
            text.push_str(&format!("| `{} {}` | {} |\n", call.method, call.path, least.join(" or ")));
        }
    }
    text
}

/// Whether a permission on the same things does less, by the parts of its name:
/// `Mail.ReadBasic.All` than `Mail.Read`, `Application.ReadWrite.OwnedBy` than `Application.ReadWrite.All`.
fn is_narrower(name: &str, than: &str) -> bool {
    let parts = |name: &'_ str| -> Option<(String, usize, bool)> {
        let mut parts = name.split('.');
        let thing = parts.next()?.to_ascii_lowercase();
        let verbs = ["ReadBasic", "Read", "ReadUpdate", "ReadWrite", "Manage", "FullControl"];
        let verb = parts.next()?;
        let rank = verbs.iter().position(|known| *known == verb)?;
        let is_limited = matches!(parts.next(), Some("OwnedBy" | "Selected" | "Shared" | "AppFolder"));
        Some((thing, rank, is_limited))
    };
    match (parts(name), parts(than)) {
        (Some((thing, rank, limited)), Some((same, highest, as_well))) => {
            thing == same && rank <= highest && (rank < highest || limited && !as_well) && (limited || !as_well)
        }
        _ => false,
    }
}

/// A sentence as it goes on behind a colon.
fn small(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or(String::new(), |first| first.to_lowercase().chain(characters).collect())
}
