//! `RequiredResourceAccess`: the permissions an application asks for.
//!
//! Asking grants nothing. Each entry names an API by application id and its roles and scopes by id; the bundled tables
//! know the names.

use entward_model::{GrantKind, Permission, Typed};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn read(knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    Some(Typed::PermissionsRequested { old: permissions(knowledge, old), new: permissions(knowledge, new) })
}

/// A permission known by its id.
///
/// The tables tell the name, the API and the tier; what they do not know stays as the record has it.
pub(super) fn permission(
    knowledge: &Knowledge,
    resource_app_id: Option<&str>,
    id: &str,
    granted_as: GrantKind,
) -> Permission {
    let known = knowledge.permission_granted_as(resource_app_id, id, granted_as);
    let resource_app_id = resource_app_id.map(str::to_owned).or(known.map(|known| known.resource_app_id.to_owned()));
    Permission {
        name: known.map(|known| known.name.to_owned()),
        id: Some(id.to_ascii_lowercase()),
        granted_as,
        resource_id: None,
        resource_name: resource_app_id
            .as_deref()
            .and_then(|id| knowledge.app(id))
            .map(|app| app.name.to_owned())
            .or(known.map(|known| known.resource_name.to_owned())),
        resource_app_id,
        tier: known.and_then(|known| known.tier).map(str::to_owned),
    }
}

fn permissions(knowledge: &Knowledge, value: &Value) -> Vec<Permission> {
    let mut asked = Vec::new();
    for entry in json::listed(value) {
        let entry = json::opened(entry);
        let resource = json::text(&entry, &["ResourceAppId"]).map(|id| id.to_ascii_lowercase());
        for wanted in json::elements(&entry, &["RequiredAppPermissions"]) {
            let Some(id) = json::text(&wanted, &["EntitlementId"]) else { continue };
            for granted_as in acts_as(knowledge, resource.as_deref(), &id, &wanted) {
                asked.push(permission(knowledge, resource.as_deref(), &id, granted_as));
            }
        }
        // A pipeline that keeps Graph's own words instead of the directory's.
        for wanted in json::elements(&entry, &["resourceAccess"]) {
            let Some(id) = json::text(&wanted, &["id"]) else { continue };
            let is_role = json::text(&wanted, &["type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("Role"));
            let granted_as = if is_role { GrantKind::Application } else { GrantKind::Delegated };
            asked.push(permission(knowledge, resource.as_deref(), &id, granted_as));
        }
    }
    asked
}

/// `DirectAccessGrant` asks to act as itself, `ImpersonationAccessGrants` to act for people; an entry may ask for both.
/// Where it says neither, the table knows which of the two the id is.
fn acts_as(knowledge: &Knowledge, resource: Option<&str>, id: &str, wanted: &Value) -> Vec<GrantKind> {
    let direct = json::text(wanted, &["DirectAccessGrant"]).is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let for_people = !json::elements(wanted, &["ImpersonationAccessGrants"]).is_empty();
    match (direct, for_people) {
        (true, true) => vec![GrantKind::Application, GrantKind::Delegated],
        (true, false) => vec![GrantKind::Application],
        (false, true) => vec![GrantKind::Delegated],
        (false, false) => {
            vec![knowledge.permission(resource, id).map_or(GrantKind::Delegated, |known| known.granted_as)]
        }
    }
}
