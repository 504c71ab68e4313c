//! Each behaviour that the rules detect has a page for its operations alone: who is alerted of it reads about nothing else.

use std::collections::BTreeSet;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::knowledge::pages::Pages;
use entward_model::Log;

use crate::knowledge::pages;

/// Pages with more operations than the behaviour names, all of the same act: how many more, and what they are. One more has to be
/// thought about.
const FAMILIES: &[(&str, usize, &str)] = &[
    ("operations/add-application", 2, "a registration with its secret at once, and one through B2C's own service"),
    ("operations/consent-to-application", 1, "a consent that is restored"),
    ("operations/app-role-assignment-to-user", 2, "the same assignment taken back"),
    ("operations/directory-role-assigned", 2, "the same assignment in the words of role definitions"),
    ("operations/pim-assignment-made", 13, "requests, renewals, extensions and cancellations of the same assignment"),
    ("operations/pim-role-activated", 9, "the request, the answer and the end of the same activation"),
    ("operations/pim-settings-changed", 1, "settings that are removed"),
    ("operations/directory-role-removed", 10, "the same removal in the words of role definitions and of PIM"),
    ("operations/scoped-role-changed", 2, "the same role over a restricted unit"),
    ("operations/administrative-unit-changed", 2, "a deleted unit that is purged or restored"),
    ("operations/azure-access-elevated", 2, "the same elevation as the directory's own log tells it"),
    ("operations/resource-provider-registered", 4, "other providers of identity, and the same taken back"),
    ("operations/diagnostic-setting-deleted", 2, "settings of the directory and of a tenant"),
    ("operations/mfa-disabled-for-user", 1, "per-user MFA changed in any other way"),
    ("operations/security-info-changed", 7, "the same information registered, changed or taken by an administrator"),
    ("operations/domain-added-or-verified", 2, "the same steps in older words"),
    ("operations/guest-invited", 1, "an invitation that is started anew"),
    ("operations/account-deleted", 1, "a guest's account likewise"),
];

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
    let is_family = FAMILIES.iter().any(|(family, more, _)| *family == page.reference() && *more == others.len());
    (!others.is_empty() && !is_family).then(|| format!("`{}` is also about {}", page.reference(), others.join(", ")))
}

#[test]
fn every_behaviour_has_a_page_of_its_own() {
    let pages = pages();
    let knowledge = Knowledge::bundled();
    for behaviour in BEHAVIOURS {
        for name in behaviour.operations {
            assert!(knowledge.operation(behaviour.log, name).known, "{}: no catalogue has `{name}`", behaviour.name);
        }
    }
    let shared: Vec<String> = BEHAVIOURS
        .iter()
        .filter_map(|behaviour| Some(format!("{}: {}", behaviour.name, trouble(behaviour, &pages)?)))
        .collect();
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}
