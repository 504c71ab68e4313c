//! Each behaviour that the rules detect has a page for its operations alone: who is alerted of it reads about nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::knowledge::pages::Pages;
use entward_model::Log;

use crate::knowledge::{check_reference, pages};

/// Whether each of them has. When the last page is split, this becomes `true`, and stays so.
const EVERY_BEHAVIOUR_HAS_A_PAGE_OF_ITS_OWN: bool = false;

/// A behaviour: what it is called, and what shows it.
struct Behaviour {
    name: &'static str,
    log: Log,
    /// The operations, as the log writes them.
    operations: &'static [&'static str],
    /// Where an operation makes many kinds of change: the property that shows this one.
    property: &'static str,
}

const fn audit(name: &'static str, operations: &'static [&'static str]) -> Behaviour {
    Behaviour { name, log: Log::Audit, operations, property: "" }
}

const fn change(name: &'static str, operation: &'static [&'static str], property: &'static str) -> Behaviour {
    Behaviour { name, log: Log::Audit, operations: operation, property }
}

const fn activity(name: &'static str, operations: &'static [&'static str]) -> Behaviour {
    Behaviour { name, log: Log::Activity, operations, property: "" }
}

/// What rules for Azure's identities detect, in the groups A applications, B consent, C roles of the directory, D roles of Azure,
/// E authentication, F trust and guests. A sequence or a count of operations is told by their pages.
const BEHAVIOURS: &[Behaviour] = &[
    audit("A: application registered", &["Add application"]),
    audit(
        "A: application deleted or restored",
        &["Delete application", "Hard Delete application", "Restore application"],
    ),
    audit("A: service principal created", &["Add service principal"]),
    audit(
        "A: service principal removed",
        &["Remove service principal", "Hard delete service principal", "Restore service principal"],
    ),
    audit("A: secret of an application", &["Update application – Certificates and secrets management"]),
    audit(
        "A: secret of a service principal",
        &["Add service principal credentials", "Remove service principal credentials"],
    ),
    change("A: federated credential", &["Update application"], "FederatedIdentityCredentials"),
    activity(
        "A: federated credential of a managed identity",
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete",
        ],
    ),
    audit("A: owner added", &["Add owner to application", "Add owner to service principal"]),
    audit("A: owner removed", &["Remove owner from application", "Remove owner from service principal"]),
    change("A: redirect URI", &["Update application"], "AppAddress"),
    change("A: application ID URI", &["Update application"], "AppIdentifierUri"),
    change("A: multi-tenant", &["Update application"], "AvailableToOtherTenants"),
    audit("B: consent", &["Consent to application"]),
    audit("B: consent policy", &["Update authorization policy"]),
    audit("B: application permission granted", &["Add app role assignment to service principal"]),
    change("B: permission requested", &["Update application"], "RequiredResourceAccess"),
    audit("B: delegated permission granted", &["Add delegated permission grant"]),
    audit(
        "B: app role given to a user or group",
        &["Add app role assignment grant to user", "Add app role assignment to group"],
    ),
    audit("C: directory role given", &["Add member to role", "Add eligible member to role"]),
    audit(
        "C: PIM assignment",
        &[
            "Add eligible member to role in PIM completed (permanent)",
            "Add eligible member to role in PIM completed (timebound)",
            "Add member to role in PIM completed (permanent)",
            "Add member to role in PIM completed (timebound)",
            "Add eligible member to role in PIM requested (permanent)",
            "Add eligible member to role in PIM requested (timebound)",
            "Add member to role in PIM requested (permanent)",
            "Add member to role in PIM requested (timebound)",
        ],
    ),
    audit(
        "C: PIM activation",
        &["Add member to role completed (PIM activation)", "Add member to role requested (PIM activation)"],
    ),
    audit("C: role outside PIM", &["Add member to role outside of PIM (permanent)"]),
    audit("C: PIM settings", &["Update role setting in PIM"]),
    audit("C: role taken away", &["Remove member from role", "Remove eligible member from role"]),
    audit("C: group member", &["Add member to group", "Remove member from group"]),
    audit("C: scoped role", &["Add scoped member to role", "Remove scoped member from role"]),
    audit(
        "C: administrative unit",
        &["Add administrative unit", "Update administrative unit", "Delete administrative unit"],
    ),
    activity("D: Azure role assigned", &["Microsoft.Authorization/roleAssignments/write"]),
    activity(
        "D: Azure role definition",
        &["Microsoft.Authorization/roleDefinitions/write", "Microsoft.Authorization/roleDefinitions/delete"],
    ),
    activity("D: access elevated", &["Microsoft.Authorization/elevateAccess/action"]),
    activity(
        "D: resource provider registered",
        &["Microsoft.AzureActiveDirectory/register/action", "Microsoft.AAD/register/action"],
    ),
    activity("D: lock deleted", &["Microsoft.Authorization/locks/delete"]),
    activity("D: diagnostic setting deleted", &["Microsoft.Insights/diagnosticSettings/delete"]),
    audit("E: MFA disabled", &["Disable Strong Authentication", "Enable Strong Authentication"]),
    audit("E: security info of a user", &["User registered security info", "User deleted security info"]),
    audit(
        "E: authentication methods policy",
        &["Authentication Methods Policy Update", "Authentication Methods Policy Reset"],
    ),
    audit("E: Conditional Access policy created", &["Add conditional access policy"]),
    audit("E: Conditional Access policy changed", &["Update conditional access policy"]),
    audit("E: Conditional Access policy deleted", &["Delete conditional access policy"]),
    audit("E: named location", &["Add named location", "Update named location", "Delete named location"]),
    audit("E: security defaults", &["Update security defaults"]),
    audit("E: device registration policy", &["Set device registration policies"]),
    audit("F: federation", &["Set federation settings on domain", "Set domain authentication"]),
    audit("F: domain added or verified", &["Add unverified domain", "Add verified domain", "Verify domain"]),
    audit("F: guest invited", &["Invite external user"]),
    change("F: guest promoted", &["Update user"], "UserType"),
    change("F: source anchor", &["Update user"], "SourceAnchor"),
    audit("F: account created", &["Add user"]),
    audit("F: account deleted", &["Delete user", "Hard Delete user", "Restore user"]),
    audit("F: account enabled or disabled", &["Enable account", "Disable account"]),
];

/// What keeps a behaviour from having a page of its own; `None` where nothing does.
fn trouble(behaviour: &Behaviour, pages: &Pages) -> Option<String> {
    let knowledge = Knowledge::bundled();
    let own: BTreeSet<String> =
        behaviour.operations.iter().map(|name| knowledge.operation(behaviour.log, name).id.into_owned()).collect();
    let first = own.iter().next()?;
    let names: Vec<String> = own.iter().filter(|id| pages.of_operation(id).is_none()).cloned().collect();
    if !names.is_empty() {
        return Some(format!("no page is about {}", names.join(", ")));
    }
    if !behaviour.property.is_empty() {
        let whole = own.iter().find_map(|id| pages.of_operation(id))?.reference();
        let is_about = |property: &String| property.eq_ignore_ascii_case(behaviour.property);
        let has_page = pages
            .iter()
            .any(|page| page.front.change_of.as_deref() == Some(&whole) && page.front.properties.iter().any(is_about));
        return (!has_page).then(|| format!("no page is about a change of `{}`", behaviour.property));
    }
    let page = pages.of_operation(first)?;
    let others: Vec<String> =
        page.front.operations.iter().filter(|id| !own.contains(*id)).map(|id| format!("`{id}`")).collect();
    (!others.is_empty()).then(|| format!("`{}` is also about {}", page.reference(), others.join(", ")))
}

#[test]
fn every_behaviour_has_a_page_of_its_own_or_is_written_down() {
    let pages = pages();
    let knowledge = Knowledge::bundled();
    for behaviour in BEHAVIOURS {
        for name in behaviour.operations {
            assert!(knowledge.operation(behaviour.log, name).known, "{}: no catalogue has `{name}`", behaviour.name);
        }
    }
    let mut text = String::from(
        "# Behaviours whose page is about other things too\n\nGenerated by `cargo test -p entward --test it behaviours`. These \
         pages are to be split, or the other operations are a part of the behaviour and are to be listed with it in \
         `crates/entward/tests/it/behaviours.rs`.\n\n| behaviour | what is in the way |\n|---|---|\n",
    );
    let mut shared = Vec::new();
    for behaviour in BEHAVIOURS {
        if let Some(trouble) = trouble(behaviour, &pages) {
            let _ = writeln!(text, "| {} | {trouble} |", behaviour.name);
            shared.push(format!("{}: {trouble}", behaviour.name));
        }
    }
    assert!(!EVERY_BEHAVIOUR_HAS_A_PAGE_OF_ITS_OWN || shared.is_empty(), "{}", shared.join("\n"));
    check_reference("behaviours-that-share-a-page.md", &text);
}
