//! What a change touched, by the audit log.

use entward_model::{Change, RoleRef, Target, TargetKind, Typed};
use serde_json::Value;

use super::{Details, Record};
use crate::json;
use crate::knowledge::Knowledge;
use crate::normalize::changes;

pub(super) fn read(knowledge: &Knowledge, record: &Record<'_>, details: &Details) -> Vec<Target> {
    // Microsoft's own example of one object leaves the plural away.
    let resources = record.member("targetResources").or_else(|| record.member("targetResource")).map(json::opened);
    let Some(resources) = resources else { return Vec::new() };
    let mut targets: Vec<Target> =
        json::listed(&resources).iter().map(|resource| read_one(knowledge, resource)).collect();
    // `AppId` among the details is the target's, never the client's; in grant records it is the API's.
    let mut applications = targets.iter_mut().filter(|target| target.kind == TargetKind::Application);
    if let (Some(application), None, Some(id)) = (applications.next(), applications.next(), details.get("AppId")) {
        application.app_id = Some(id.to_ascii_lowercase());
    }
    targets
}

/// Why a change failed, in the words that the directory puts among the properties.
pub(super) fn failure(targets: &[Target]) -> Option<String> {
    let mut changes = targets.iter().flat_map(|target| &target.changes);
    let result = changes.find(|change| change.property.to_ascii_lowercase().starts_with("methodexecutionresult"))?;
    json::as_text(&result.new)
}

/// PIM tells the template of a role among the details of the record, while the role's target has the id that it has in
/// the tenant. The template id resolves the role; it stands on a change of that name where the target had none.
pub(super) fn name_roles(knowledge: &Knowledge, operation: &str, details: &Details, targets: &mut [Target]) {
    const KEYS: [&str; 2] = ["RoleDefinitionOriginId", "TemplateId"];
    let Some((key, template)) = KEYS.iter().find_map(|key| Some((*key, details.get(key)?))) else { return };
    let Some(role) = targets.iter_mut().find(|target| target.kind == TargetKind::Role) else { return };
    let known = knowledge.directory_role(template).or_else(|| knowledge.azure_role(template));
    let resolve = |reference: &mut RoleRef| {
        reference.id = known.map(|known| known.id.to_owned()).or_else(|| Some(template.to_ascii_lowercase()));
        reference.privileged = known.map(|known| known.privileged).or(reference.privileged);
        if let Some(known) = known {
            reference.name = Some(known.name.to_owned());
        }
    };
    let typed = role.changes.iter_mut().find_map(|change| match &mut change.typed {
        Some(Typed::Role { old, new }) => Some((old, new)),
        _ => None,
    });
    if let Some((old, new)) = typed {
        old.iter_mut().chain(new).for_each(resolve);
        return;
    }
    if !changes::gives_a_role(operation) {
        return;
    }
    let change = changes::change(knowledge, key, Value::Null, Value::String(template.to_owned()));
    role.changes.push(change);
    changes::relate(knowledge, operation, targets);
}

/// Where a role applies, where no property says it: among the details of the record (`DirectoryScopeId`), or, in the
/// operations on roles over a part of the directory, as an administrative unit among the targets.
///
/// `administrativeUnits` of a target are those that the member is in, and say nothing of the role.
pub(super) fn scope_roles(record: &Record<'_>, operation: &str, details: &Details, targets: &mut [Target]) {
    let is_scoped = operation.contains("role.scoped-member.") || operation.contains("role.restricted-unit-member.");
    let unit = || {
        let resources = record.member("targetResources").map(json::opened).filter(|_| is_scoped)?;
        let units = json::listed(&resources).iter().map(json::opened).filter_map(|resource| {
            let kind = json::text(&resource, &["type"])?;
            if kind.eq_ignore_ascii_case("AdministrativeUnit") { json::text(&resource, &["id"]) } else { None }
        });
        units.into_iter().next()
    };
    let Some(scope) = details.get("DirectoryScopeId").map(str::to_owned).or_else(unit) else { return };
    let scope = changes::as_scope(&scope);
    for change in targets.iter_mut().flat_map(|target| &mut target.changes) {
        if let Some(Typed::Role { old, new }) = &mut change.typed {
            for role in old.iter_mut().chain(new).filter(|role| role.scope.is_none()) {
                role.scope.clone_from(&scope);
            }
        }
    }
}

fn read_one(knowledge: &Knowledge, resource: &Value) -> Target {
    let resource = json::opened(resource);
    let properties = json::member(&resource, "modifiedProperties").map(json::opened);
    let properties = properties.as_deref().map(json::listed).unwrap_or_default();
    Target {
        kind: kind(&resource),
        id: json::text(&resource, &["id"]).map(|id| id.to_ascii_lowercase()),
        name: json::text(&resource, &["displayName"]).or_else(|| json::text(&resource, &["userPrincipalName"])),
        app_id: None,
        changes: properties.iter().map(|property| read_change(knowledge, property)).collect(),
    }
}

fn read_change(knowledge: &Knowledge, property: &Value) -> Change {
    let value = |name: &str| json::member(property, name).cloned().unwrap_or_default();
    let name = json::text(property, &["displayName"]).or_else(|| json::text(property, &["name"])).unwrap_or_default();
    changes::change(knowledge, &name, value("oldValue"), value("newValue"))
}

/// Older pages of Graph have no `type` but a class: `#microsoft.graph.targetResourceUser`.
fn kind(resource: &Value) -> TargetKind {
    if let Some(word) = json::text(resource, &["type"]) {
        return TargetKind::from_record(&word);
    }
    let class = json::text(resource, &["@odata.type"]).unwrap_or_default();
    let word = class.rsplit('.').next().unwrap_or_default();
    let word = word.get("targetResource".len()..).filter(|_| word.to_ascii_lowercase().starts_with("targetresource"));
    word.map_or(TargetKind::Other, TargetKind::from_record)
}
