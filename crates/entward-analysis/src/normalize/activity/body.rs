//! What changed, from the request and response bodies that the Activity Log keeps.
//!
//! A role assignment is told in two records: the one that starts has the request body, the
//! one that succeeds at times the response body, at times neither. Each is read for what it
//! has. Old service records put the same members straight into `properties`.

use std::borrow::Cow;

use entward_model::{Actor, ActorKind, Change, Credential, CredentialKind, RoleRef, Target, TargetKind, Typed};
use serde_json::Value;

use super::Parts;
use super::resource::Path;
use crate::knowledge::Knowledge;
use crate::normalize::changes;
use crate::normalize::reading::{find_object, identifier};

/// The role that `elevateAccess` gives, at the root of all scopes.
const USER_ACCESS_ADMINISTRATOR: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";

/// Providers whose bodies are worth keeping member by member: who may do what, and who is watched.
///
/// Elsewhere a body is a template of a machine or a database, of no concern here and at times with secrets in it.
const KEPT: &[&str] = &[
    "microsoft.authorization/",
    "microsoft.insights/diagnosticsettings/",
    "microsoft.managedidentity/",
    "microsoft.azureactivedirectory/",
    "microsoft.aad/",
    "microsoft.keyvault/vaults/write",
    "microsoft.keyvault/vaults/accesspolicies/",
];

/// The resource and, where a body names one, the principal or identity that gained or lost something.
pub(super) fn targets(
    knowledge: &Knowledge,
    parts: &Parts<'_>,
    operation: &str,
    resource: Option<&Path>,
    actor: &Actor,
) -> Vec<Target> {
    let operation = operation.to_ascii_lowercase();
    let mut targets: Vec<Target> = resource.map(Path::target).into_iter().collect();
    let bodies = Bodies::of(parts, &operation);
    let second = if operation.contains("/elevateaccess/") {
        Some(elevated(knowledge, actor))
    } else if operation.contains("/roleassignment") || operation.contains("/roleeligibility") {
        assigned(knowledge, &bodies, resource)
    } else if operation.contains("/federatedidentitycredentials/") {
        trusted(&bodies, resource)
    } else {
        None
    };
    if second.is_none()
        && KEPT.iter().any(|prefix| operation.starts_with(prefix))
        && let Some(first) = targets.first_mut()
    {
        first.changes = bodies.plain(knowledge);
        if let Some(role_name) = bodies.text("roleName") {
            first.name = Some(role_name);
        }
    }
    targets.extend(second);
    targets
}

/// The bodies of one record, the one that speaks of this operation first.
struct Bodies<'a> {
    ordered: Vec<Cow<'a, Value>>,
    removes: bool,
}

impl<'a> Bodies<'a> {
    fn of(parts: &'a Parts<'_>, operation: &str) -> Bodies<'a> {
        let request = find_object(&parts.properties, &["requestbody"]);
        let response = find_object(&parts.properties, &["responseBody"]);
        let loose = Cow::Borrowed(&*parts.properties);
        let ordered = vec![request, response, loose].into_iter().filter(|body| body.is_object()).collect();
        let mut bodies = Bodies { ordered, removes: operation.ends_with("/delete") };
        // Timed assignments are requested, and a request may ask for the end of one.
        let asked = bodies.text("requestType").unwrap_or_default().to_ascii_lowercase();
        bodies.removes |= asked.contains("remove") || asked.contains("deactivate");
        bodies
    }

    /// A member of `properties` of a body or of the body itself, with its name as spelled.
    fn member(&self, name: &str) -> Option<(String, &Value)> {
        self.ordered.iter().find_map(|body| {
            let inner = crate::json::member(body, "properties");
            inner.and_then(|inner| spelled(inner, name)).or_else(|| spelled(body, name))
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.member(name).and_then(|(_, value)| crate::json::as_text(value)).map(|text| text.trim().to_owned())
    }

    /// Every member of the properties of the first body, as it stands.
    fn plain(&self, knowledge: &Knowledge) -> Vec<Change> {
        let holders = self.ordered.iter().filter_map(|body| crate::json::member(body, "properties"));
        let Some(members) = holders.filter_map(Value::as_object).next() else { return Vec::new() };
        let pairs = members.iter().map(|(name, value)| {
            let (old, new) = self.sides(value.clone());
            changes::change(knowledge, name, old, new)
        });
        pairs.collect()
    }

    /// The value as old and new: a removal tells what was there.
    fn sides(&self, value: Value) -> (Value, Value) {
        if self.removes { (value, Value::Null) } else { (Value::Null, value) }
    }
}

fn spelled<'v>(value: &'v Value, name: &str) -> Option<(String, &'v Value)> {
    let found = value.as_object()?.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
    found.map(|(key, value)| (key.clone(), value))
}

/// The principal of a role assignment, with the role it gained or lost.
fn assigned(knowledge: &Knowledge, bodies: &Bodies<'_>, resource: Option<&Path>) -> Option<Target> {
    let principal = bodies.text("principalId").map(|id| identifier(&id));
    let (property, definition) = match bodies.member("roleDefinitionId") {
        Some((property, value)) => (property, crate::json::as_text(value)),
        None => ("roleDefinitionId".to_owned(), None),
    };
    if principal.is_none() && definition.is_none() {
        return None;
    }
    let scope = bodies
        .text("scope")
        .map(|scope| scope.to_ascii_lowercase())
        .or_else(|| resource?.before("/providers/microsoft.authorization/role"));
    let role = role(knowledge, definition.as_deref(), scope);
    let (old, new) = bodies.sides(definition.map(Value::String).unwrap_or_default());
    let typed = if bodies.removes {
        Typed::Role { old: Some(role), new: None }
    } else {
        Typed::Role { old: None, new: Some(role) }
    };
    Some(Target {
        kind: TargetKind::from_record(&bodies.text("principalType").unwrap_or_default()),
        id: principal,
        name: None,
        app_id: None,
        changes: vec![Change { property, old, new, typed: Some(typed) }],
    })
}

fn role(knowledge: &Knowledge, definition: Option<&str>, scope: Option<String>) -> RoleRef {
    let id = definition.and_then(|path| path.trim_end_matches('/').rsplit('/').next()).map(identifier);
    let known = id.as_deref().and_then(|id| knowledge.azure_role(id));
    RoleRef { name: known.map(|role| role.name.to_owned()), privileged: known.map(|role| role.privileged), id, scope }
}

/// Whoever elevates gives the role to themselves, over every subscription of the tenant.
fn elevated(knowledge: &Knowledge, actor: &Actor) -> Target {
    let mut role = role(knowledge, Some(USER_ACCESS_ADMINISTRATOR), Some("/".to_owned()));
    role.name.get_or_insert_with(|| "User Access Administrator".to_owned());
    let kind = match actor.kind {
        ActorKind::User => TargetKind::User,
        ActorKind::Application | ActorKind::ManagedIdentity | ActorKind::Agent => TargetKind::ServicePrincipal,
        ActorKind::Microsoft | ActorKind::Unknown => TargetKind::Other,
    };
    let change = Change {
        property: "roleDefinitionId".to_owned(),
        old: Value::Null,
        new: Value::String(USER_ACCESS_ADMINISTRATOR.to_owned()),
        typed: Some(Typed::Role { old: None, new: Some(role) }),
    };
    Target { kind, id: actor.id.clone(), name: actor.name.clone(), app_id: None, changes: vec![change] }
}

/// The managed identity that from now on, or no longer, trusts another issuer's tokens.
fn trusted(bodies: &Bodies<'_>, resource: Option<&Path>) -> Option<Target> {
    let resource = resource?;
    let identity = resource.before("/federatedidentitycredentials/")?;
    // Such a credential has no GUID: its name is unique on the identity.
    let credential = Credential {
        kind: CredentialKind::Federated,
        key_id: None,
        name: resource.name(),
        valid_from: None,
        valid_to: None,
        issuer: bodies.text("issuer"),
        subject: bodies.text("subject"),
    };
    let told = bodies.ordered.iter().find_map(|body| crate::json::member(body, "properties"));
    let (old, new) = bodies.sides(told.cloned().unwrap_or_default());
    let typed = if bodies.removes {
        Typed::Credentials { old: vec![credential], new: Vec::new() }
    } else {
        Typed::Credentials { old: Vec::new(), new: vec![credential] }
    };
    let name = identity.rsplit('/').next().map(str::to_owned);
    let change = Change { property: "federatedIdentityCredentials".to_owned(), old, new, typed: Some(typed) };
    Some(Target { kind: TargetKind::Resource, id: Some(identity), name, app_id: None, changes: vec![change] })
}
