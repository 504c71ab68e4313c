//! Every changed property whose meaning Entward knows has one, in every public record.

use std::collections::BTreeMap;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::normalize::normalize;
use entward_model::{ActorKind, Event, Log, Outcome, Typed};
use serde_json::Value;

use crate::files;

fn events() -> Vec<(String, Event)> {
    let files = files::listed().into_iter().filter(|(_, shape)| shape.log() == Log::Audit);
    let events = files.flat_map(|(path, shape)| {
        let records = files::records(&path);
        records.into_iter().map(move |record| (path.clone(), normalize(Knowledge::bundled(), shape, &record)))
    });
    events.collect()
}

/// Whether a change of this name says something by itself or carries what several say together.
fn has_a_meaning(event: &Event, property: &str, value: &Value) -> bool {
    let says_something = !value.is_null() && value.as_str() != Some("");
    match property {
        "RequiredResourceAccess"
        | "KeyDescription"
        | "FederatedIdentityCredentials"
        | "AppAddress"
        | "AvailableToOtherTenants"
        | "SignInAudience"
        | "ConsentAction.Permissions"
        | "Entitlement"
        | "DelegatedPermissionGrant.Scope"
        | "DelegatedPermissionGrant.ConsentType" => true,
        "Role.TemplateId" => says_something,
        // Roles that people have in an application permit no client anything.
        "AppRole.Value" => says_something && !event.operation.starts_with("entra.user."),
        "Application.ObjectID" | "ServicePrincipal.ObjectID" => event.operation.contains(".owner."),
        _ => false,
    }
}

#[test]
fn every_property_of_a_known_name_has_a_meaning() {
    let mut counted: BTreeMap<String, u32> = BTreeMap::new();
    for (path, event) in events() {
        for change in event.targets.iter().flat_map(|target| &target.changes) {
            if has_a_meaning(&event, &change.property, &change.new) {
                assert!(change.typed.is_some(), "{path}: {}: {change:?}", event.operation);
                *counted.entry(change.property.clone()).or_default() += 1;
            }
        }
    }
    if files::corpora().is_some() {
        assert!(counted.len() > 9, "{counted:?}");
    }
}

#[test]
fn what_is_granted_or_asked_of_microsoft_graph_has_a_name() {
    const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
    for (path, event) in events() {
        for typed in event.targets.iter().flat_map(|target| &target.changes).filter_map(|change| change.typed.as_ref())
        {
            let (Typed::PermissionsRequested { old, new } | Typed::PermissionsGranted { old, new }) = typed else {
                continue;
            };
            for permission in old.iter().chain(new) {
                if permission.resource_app_id.as_deref() == Some(GRAPH) {
                    assert!(permission.name.is_some() && permission.id.is_some(), "{path}: {permission:?}");
                    assert!(permission.resource_name.is_some(), "{path}: {permission:?}");
                }
            }
        }
    }
}

#[test]
fn every_record_has_an_operation_an_end_and_somebody() {
    // Published without an initiator.
    const SHORT: &str = "stratus-red-team-docs/";
    for (path, event) in events() {
        assert!(event.operation.starts_with("entra."), "{path}: {event:?}");
        assert_ne!(event.outcome, Outcome::Unknown, "{path}: {event:?}");
        if !path.starts_with(SHORT) {
            assert_ne!(event.actor.kind, ActorKind::Unknown, "{path}: {event:?}");
            assert!(event.actor.id.is_some() || event.actor.name.is_some(), "{path}: {event:?}");
            assert!(event.record_id.is_some() && event.correlation_id.is_some(), "{path}: {event:?}");
        }
        assert!(!event.targets.is_empty(), "{path}: {event:?}");
    }
}

#[test]
fn the_simulated_consent_attack_is_read_whole() {
    let mut operations: BTreeMap<String, u32> = BTreeMap::new();
    for (path, event) in events() {
        if path.starts_with("azuread-monitoring-research/consent/") {
            *operations.entry(event.operation).or_default() += 1;
        }
    }
    if files::corpora().is_none() {
        return;
    }
    for wanted in [
        "entra.application.add",
        "entra.application.consent",
        "entra.application.owner.add",
        "entra.application.credentials.update",
        "entra.delegated-grant.add",
        "entra.service-principal.add",
        "entra.service-principal.owner.add",
        "entra.user.app-role.grant",
    ] {
        assert!(operations.contains_key(wanted), "{wanted} is not among {operations:?}");
    }
}
