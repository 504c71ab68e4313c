//! `Entitlement`: the scopes and roles that an application offers to others.

use entward_model::{AppRole, Typed};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn read(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    Some(Typed::AppRolesExposed { old: offered(old), new: offered(new) })
}

fn offered(value: &Value) -> Vec<AppRole> {
    json::listed(value)
        .iter()
        .map(|element| {
            let element = json::opened(element);
            AppRole {
                id: json::text(&element, &["EntitlementId"])
                    .or_else(|| json::text(&element, &["id"]))
                    .map(|id| id.to_ascii_lowercase()),
                value: json::text(&element, &["ClaimValue"]).or_else(|| json::text(&element, &["value"])),
            }
        })
        .collect()
}
