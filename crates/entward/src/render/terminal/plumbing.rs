//! Which plain properties tell a person nothing that the view does not say already.
//!
//! A record of the directory repeats itself: it lists the names of the properties that
//! changed, both ends of a relation under several names each, and the defaults of every
//! new object. None of this is left out of the formats for programs.

use entward_model::{Alert, Change, Target, TargetKind, Typed};
use serde_json::Value;

use super::super::changes::compact;

/// The role that stands for "assigned without a role" in the directory.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// Whether an untyped change is already said: by a typed change, by the names and ids of
/// the alert's targets, or by the fact that the object is new.
pub(super) fn is_said(change: &Change, target: &Target, alert: &Alert) -> bool {
    let (was, is) = (compact(&change.old), compact(&change.new));
    let is_first_value = was.is_empty();
    match change.property.as_str() {
        "Included Updated Properties" => true,
        "AppId" | "AppPrincipalId" | "ServicePrincipalName" => is_first_value && is_same(&is, &target.app_id),
        "DisplayName" => is_first_value && is_same(&is, &target.name),
        // Every service principal is made with this key, which nobody can hold.
        "Credential" => is_first_value && is_new(target),
        "AccountEnabled" => is_first_value && is_new(target) && is_true(&change.new),
        "AvailableToOtherTenants" => types(target).any(|typed| matches!(typed, Typed::Audience { .. })),
        "RoleName" => is_first_value && gives_role_named(alert, &is),
        property => match property.split_once('.') {
            Some(("TargetId" | "AppRoleAssignment", _)) => true,
            Some(("ConsentContext", _)) => types(target).any(|typed| matches!(typed, Typed::Consent(_))),
            Some(("AppRole", "Id")) => is == NO_ROLE || says_every_app_role(target),
            Some(("AppRole", _)) => says_every_app_role(target),
            Some(("Role", _)) => types(target).any(|typed| matches!(typed, Typed::Role { .. })),
            Some(("ServicePrincipal" | "Application" | "User" | "Group", member)) => {
                // What is left of a repeated object when its id and names are known.
                let is_other_key = matches!(member, "PUID" | "WellKnownObjectName");
                is_other_key || names_somebody(&was, alert) && names_somebody(&is, alert)
            }
            _ => false,
        },
    }
}

fn types(target: &Target) -> impl Iterator<Item = &Typed> {
    target.changes.iter().filter_map(|change| change.typed.as_ref())
}

fn is_same(value: &str, known: &Option<String>) -> bool {
    known.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(value))
}

/// A new object has an application id where it had none.
fn is_new(target: &Target) -> bool {
    let gets_id = |change: &Change| {
        matches!(change.property.as_str(), "AppId" | "AppPrincipalId") && compact(&change.old).is_empty()
    };
    target.kind != TargetKind::User && target.changes.iter().any(gets_id)
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Array(values) => values.iter().all(is_true),
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Whether each app role that the changes name by id is also there as a permission.
fn says_every_app_role(target: &Target) -> bool {
    let count =
        |is_counted: &dyn Fn(&Change) -> bool| target.changes.iter().filter(|change| is_counted(change)).count();
    let ids = count(&|change| change.property == "AppRole.Id" && compact(&change.new) != NO_ROLE);
    let said = count(&|change| change.property == "AppRole.Value" && change.typed.is_some());
    said >= ids
}

fn gives_role_named(alert: &Alert, name: &str) -> bool {
    let roles = alert.targets.iter().flat_map(types).filter_map(|typed| match typed {
        Typed::Role { old, new } => new.as_ref().or(old.as_ref()),
        _ => None,
    });
    roles.into_iter().any(|role| is_same(name, &role.name))
}

/// Whether a value is nothing, or the id or name of the actor or of a target.
fn names_somebody(value: &str, alert: &Alert) -> bool {
    let actor = [&alert.actor.id, &alert.actor.name, &alert.actor.app_id];
    let targets = alert.targets.iter().flat_map(|target| [&target.id, &target.name, &target.app_id]);
    value.is_empty() || actor.into_iter().chain(targets).any(|known| is_same(value, known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::sample;
    use super::*;

    #[track_caller]
    fn check(property: &str, old: Value, new: Value, expected: bool) {
        let alert = sample::registration();
        let mut target = alert.targets[1].clone();
        let change = Change { property: property.to_owned(), old, new, typed: None };
        let app_id = Change { property: "AppPrincipalId".to_owned(), ..Change::default() };
        target.changes.extend([change.clone(), app_id]);
        assert_eq!(is_said(&change, &target, &alert), expected, "{property}");
    }

    #[test]
    fn what_repeats_a_name_or_an_id_of_the_alert_is_said() {
        check("DisplayName", json!([]), json!(["Contoso Sync"]), true);
        check("ServicePrincipalName", json!([]), json!(["bbbbbbbb-1111-4222-8333-444444444444"]), true);
        check("User.UPN", json!(null), json!("mallory@contoso.example"), true);
        check("Application.ObjectID", json!(null), json!("aaaaaaaa-1111-4222-8333-444444444444"), true);
        check("User.UPN", json!(null), json!("someone.else@contoso.example"), false);
        check("ServicePrincipalName", json!([]), json!(["https://contoso.example/api"]), false);
    }

    #[test]
    fn a_value_that_became_another_is_never_said() {
        check("DisplayName", json!(["Backup"]), json!(["Contoso Sync"]), false);
        check("AccountEnabled", json!([true]), json!([false]), false);
        check("Credential", json!([{"KeyStoreId": "1"}]), json!([{"KeyStoreId": "2"}]), false);
    }

    #[test]
    fn what_every_new_object_has_is_said() {
        check("AccountEnabled", json!([]), json!([true]), true);
        check("AccountEnabled", json!([]), json!([false]), false);
        check("Credential", json!([]), json!([{"CredentialType": 2}]), true);
    }

    #[test]
    fn what_a_typed_change_says_is_said() {
        check("ConsentContext.IsAdminConsent", json!(null), json!("True"), true);
        check("AppRole.DisplayName", json!(null), json!("Read and write all directory RBAC settings"), true);
        check("Role.DisplayName", json!(null), json!("Global Administrator"), false);
    }
}
