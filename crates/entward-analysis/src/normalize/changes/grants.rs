//! Grants: what a client may do from now on.
//!
//! A record of an app role names the role (`AppRole.*`) on the API's target, the grantee beside it. A record of a
//! delegated grant holds the scopes by name, and whether everybody or one person agreed.

use entward_model::{Consent, ConsentScope, GrantKind, Permission, Target, TargetKind, Typed};

use super::consent::scope_from_word;
use super::{identifiers, required_access, said};
use crate::knowledge::Knowledge;

pub(super) fn relate(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    app_role(knowledge, operation, targets);
    delegated(knowledge, operation, targets);
}

/// An app role, given to an application or taken from it.
///
/// The same record kind gives a *person* or a *group* a role inside an application, which is no permission of any
/// client: left untyped. The role of zeros is "default access" and permits nothing by itself: likewise.
fn app_role(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    if ["User.ObjectID", "User.UPN", "Group.ObjectID"].iter().any(|property| said::find(targets, property).is_some()) {
        return;
    }
    let (old_id, new_id) = said::sides(targets, "AppRole.Id");
    let (old_value, new_value) = said::sides(targets, "AppRole.Value");
    let carrier = match (&old_value, &new_value) {
        (None, None) => said::place(targets, "AppRole.Id"),
        _ => said::place(targets, "AppRole.Value"),
    };
    let Some((target_at, change_at)) = carrier else { return };
    let api = api(knowledge, targets, target_at);
    let old = role(knowledge, &api, old_id, old_value);
    let new = role(knowledge, &api, new_id, new_value);
    let (old, new) = said::settle(operation, old, new);
    if old.is_none() && new.is_none() {
        return;
    }
    targets[target_at].changes[change_at].typed =
        Some(Typed::PermissionsGranted { old: old.into_iter().collect(), new: new.into_iter().collect() });
}

fn role(knowledge: &Knowledge, api: &Api, id: Option<String>, value: Option<String>) -> Option<Permission> {
    let id = id.filter(|id| !said::is_zero(id));
    match (id, value) {
        (None, None) => None,
        (Some(id), value) => {
            let mut found = required_access::permission(knowledge, api.app_id.as_deref(), &id, GrantKind::Application);
            found.name = value.or(found.name);
            found.resource_name = found.resource_name.or_else(|| api.name.clone());
            Some(found)
        }
        (None, Some(value)) => Some(named(knowledge, api, value, GrantKind::Application)),
    }
}

fn delegated(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    let Some((target_at, change_at)) = said::place(targets, "DelegatedPermissionGrant.Scope") else { return };
    let api = api(knowledge, targets, target_at);
    let (old, new) = said::sides(targets, "DelegatedPermissionGrant.Scope");
    let (old, new) = said::settle(operation, old, new);
    let scopes = |text: Option<String>| -> Vec<Permission> {
        tokens(text.as_deref().unwrap_or_default())
            .into_iter()
            .map(|token| named(knowledge, &api, token, GrantKind::Delegated))
            .collect()
    };
    let (old, new) = (scopes(old), scopes(new));
    if let Some((target_at, change_at)) = said::place(targets, "DelegatedPermissionGrant.ConsentType") {
        let change = &mut targets[target_at].changes[change_at];
        let scope = said::either(change).map_or(ConsentScope::Unknown, |word| scope_from_word(&word));
        change.typed = Some(Typed::Consent(Consent {
            scope,
            by_admin: None,
            principal_id: None,
            old: old.clone(),
            new: new.clone(),
            reason: None,
        }));
    }
    targets[target_at].changes[change_at].typed = Some(Typed::PermissionsGranted { old, new });
}

/// The scopes of a blank-separated list, each once, in their order.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for token in text.split_whitespace() {
        if !found.iter().any(|earlier| earlier == token) {
            found.push(token.to_owned());
        }
    }
    found
}

/// The API whose permissions a record speaks of.
struct Api {
    app_id: Option<String>,
    name: Option<String>,
}

/// The target that carries the grant is the API. The unified log has one list of properties for all targets, so there
/// the API is the service principal that is not the grantee; its own names tell its application id.
fn api(knowledge: &Knowledge, targets: &[Target], carrier: usize) -> Api {
    let names = said::find(targets, "TargetId.ServicePrincipalNames").and_then(said::either);
    let grantee = said::find(targets, "ServicePrincipal.ObjectID").and_then(said::either);
    let is_api = |target: &&Target| {
        target.kind == TargetKind::ServicePrincipal
            && !matches!((&target.id, &grantee), (Some(id), Some(grantee)) if id.eq_ignore_ascii_case(grantee))
    };
    let target = targets.get(carrier).filter(is_api).or_else(|| targets.iter().find(is_api));
    let app_id = names
        .as_deref()
        .and_then(identifiers::app_id_among)
        .or_else(|| target.and_then(|target| target.app_id.clone()));
    let known = app_id.as_deref().and_then(|id| knowledge.app(id)).map(|app| app.name.to_owned());
    Api { name: known.or_else(|| target.and_then(|target| target.name.clone())), app_id }
}

/// A permission known by its name.
fn named(knowledge: &Knowledge, api: &Api, name: String, granted_as: GrantKind) -> Permission {
    let known = api.app_id.as_deref().and_then(|id| knowledge.permission_named(Some(id), &name, granted_as));
    Permission {
        id: known.map(|known| known.id.to_owned()),
        name: Some(name),
        granted_as,
        resource_id: None,
        resource_app_id: api.app_id.clone(),
        resource_name: api.name.clone().or(known.map(|known| known.resource_name.to_owned())),
        tier: known.and_then(|known| known.tier).map(str::to_owned),
    }
}
