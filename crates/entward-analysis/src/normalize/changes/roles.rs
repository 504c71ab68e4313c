//! Roles: who was given which one, or lost it.
//!
//! The directory names the role among the properties of the member (`Role.*`); Privileged Identity Management makes the
//! role a target of its own (`RoleDefinitionOriginId`, `TemplateId`). Roles of Azure that PIM manages come the same way.

use entward_model::{Change, RoleRef, Target, TargetKind, Typed};
use serde_json::Value;

use super::said::{self, Place};
use crate::knowledge::{Knowledge, RoleInfo};

pub(super) fn relate(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    let Some((target_at, change_at)) = carrier(operation, targets) else {
        only_a_target(knowledge, operation, targets);
        return;
    };
    let (old_id, new_id) = template_ids(targets);
    let (old_name, new_name) = said::sides(targets, "Role.DisplayName");
    let (old_word, new_word) = said::sides(targets, "Role.WellKnownObjectName");
    // PIM has no property for the name: it is the role target's own.
    let display = targets.iter().find(|target| target.kind == TargetKind::Role).and_then(|target| target.name.clone());
    let named = |id: &Option<String>, name: Option<String>| name.or_else(|| id.as_ref().and(display.clone()));
    let (old_name, new_name) = (named(&old_id, old_name), named(&new_id, new_name));
    let mut old = role(knowledge, old_id, old_name, old_word);
    let mut new = role(knowledge, new_id, new_name, new_word);
    let scope = scope(targets);
    for role in old.iter_mut().chain(&mut new) {
        role.scope.clone_from(&scope);
    }
    let (old, new) = said::settle(operation, old, new);
    targets[target_at].changes[change_at].typed = Some(Typed::Role { old, new });
}

/// The change that carries the role: the first that says anything.
///
/// `Role.*` is written when a role is given or taken. PIM's own names also stand on records about the role itself (its
/// settings), so there the operation has to be one that gives or takes.
fn carrier(operation: &str, targets: &[Target]) -> Option<Place> {
    let speaks = |place: &Place| said::either(&targets[place.0].changes[place.1]).is_some();
    let of_the_directory = ["Role.TemplateId", "Role.DisplayName", "Role.WellKnownObjectName"];
    let found = of_the_directory.iter().filter_map(|name| said::place(targets, name)).find(speaks);
    if found.is_some() || !gives_a_role(operation) {
        return found;
    }
    said::place(targets, "RoleDefinitionOriginId").filter(speaks).or_else(|| template_place(targets).filter(speaks))
}

/// The template id before and after, under whichever name the record has it.
fn template_ids(targets: &[Target]) -> (Option<String>, Option<String>) {
    let of_the_role = template_place(targets).map(|place| {
        let change = &targets[place.0].changes[place.1];
        (said::scalar(&change.old), said::scalar(&change.new))
    });
    ["Role.TemplateId", "RoleDefinitionOriginId"]
        .iter()
        .map(|property| said::sides(targets, property))
        .chain(of_the_role)
        .find(|sides| *sides != (None, None))
        .unwrap_or_default()
}

/// The `TemplateId` of a role target. Other objects have properties of that name too.
fn template_place(targets: &[Target]) -> Option<Place> {
    let target_at = targets.iter().position(|target| target.kind == TargetKind::Role)?;
    let changes = &targets[target_at].changes;
    let change_at = changes.iter().position(|change| change.property.eq_ignore_ascii_case("TemplateId"))?;
    Some((target_at, change_at))
}

/// A role by what a record says of it: template or definition id, name, the directory's internal name.
///
/// The bundled name wins where the id is known, because a record may carry an old one (`Company Administrator`).
fn role(knowledge: &Knowledge, id: Option<String>, name: Option<String>, word: Option<String>) -> Option<RoleRef> {
    if id.is_none() && name.is_none() && word.is_none() {
        return None;
    }
    let by_id = |id: &String| knowledge.directory_role(id).or_else(|| knowledge.azure_role(id));
    let by_name = |name: &String| knowledge.directory_role_named(current_name(name));
    let known: Option<RoleInfo> = match &id {
        Some(id) => by_id(id),
        None => name.as_ref().and_then(by_name).or_else(|| word.as_ref().and_then(by_name)),
    };
    Some(RoleRef {
        id: known.map(|known| known.id.to_owned()).or(id.map(|id| id.to_ascii_lowercase())),
        name: known.map(|known| known.name.to_owned()).or(name).or(word),
        privileged: known.map(|known| known.privileged),
        scope: None,
    })
}

/// Where the role applies, as Graph writes `directoryScopeId`: `/administrativeUnits/<id>`, or the path of an object.
///
/// `None` where the record does not say, and for `/`, which is the whole directory.
fn scope(targets: &[Target]) -> Option<String> {
    let told = |name: &str| said::find(targets, name).and_then(said::either);
    let scope = told("DirectoryScopeId").or_else(|| told("AdministrativeUnit.ObjectID"))?;
    as_scope(&scope)
}

/// A scope by its path, or by the id of an administrative unit alone.
pub(in crate::normalize) fn as_scope(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_prefix("/administrativeunits/") {
        Some(unit) => Some(format!("/administrativeUnits/{unit}")),
        None if said::is_guid(&text) => Some(format!("/administrativeUnits/{text}")),
        None => Some(text).filter(|text| text.len() > 1 && text.starts_with('/')),
    }
}

/// Names that the directory still writes for roles that were renamed.
fn current_name(name: &str) -> &str {
    match name.to_ascii_lowercase().as_str() {
        "company administrator" | "tenantadmins" => "Global Administrator",
        "exchange service administrator" => "Exchange Administrator",
        "sharepoint service administrator" => "SharePoint Administrator",
        "lync service administrator" => "Skype for Business Administrator",
        "crm service administrator" => "Dynamics 365 Administrator",
        "power bi service administrator" => "Fabric Administrator",
        "intune service administrator" => "Intune Administrator",
        _ => name,
    }
}

/// PIM records of some kinds name the role as a target and say no more. The meaning then needs a change to stand on:
/// `Role.DisplayName`, the property in which the directory's own records hold the same name.
fn only_a_target(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    if !gives_a_role(operation) {
        return;
    }
    let Some(target) = targets.iter_mut().find(|target| target.kind == TargetKind::Role) else { return };
    let Some(name) = target.name.clone() else { return };
    // The object id of a role that came from a template is often the template's own.
    let id = target.id.clone().filter(|id| knowledge.directory_role(id).is_some());
    let (old, new) = said::settle(operation, None, role(knowledge, id, Some(name.clone()), None));
    let (old_value, new_value) = said::settle(operation, None, Some(Value::String(name)));
    target.changes.push(Change {
        property: "Role.DisplayName".to_owned(),
        old: old_value.unwrap_or_default(),
        new: new_value.unwrap_or_default(),
        typed: Some(Typed::Role { old, new }),
    });
}

/// Whether an operation, by its canonical id, is about holding a role. What changes the role itself (its settings, its
/// definition) is not, nor are the app roles of an API.
pub(in crate::normalize) fn gives_a_role(operation: &str) -> bool {
    const HOLDING: [&str; 11] = [
        "entra.role.member.",
        "entra.role.eligible-member.",
        "entra.role.scoped-member.",
        "entra.role.restricted-unit-member.",
        "entra.role.activation.",
        "entra.role.direct-assignment.",
        "entra.role.permanent-",
        "entra.role.removal-request.",
        "entra.role.update-request.",
        "entra.role-definition.assignment.",
        "entra.role-definition.eligible-assignment.",
    ];
    HOLDING.iter().any(|prefix| operation.starts_with(prefix))
}
