//! Invented alerts and events for the tests of this room.

use entward_model::{
    Actor, ActorKind, Alert, Because, Change, Consent, ConsentScope, Credential, CredentialKind, Event, GrantKind,
    Level, Log, Outcome, PageRef, Permission, RecordRef, RuleRef, Shape, Target, TargetKind, Timestamp, Typed,
};
use serde_json::json;

/// Somebody registers an application, gives it a secret and a dangerous permission.
pub(super) fn registration() -> Alert {
    Alert {
        id: "9f3c1e5a7b2d4c60".to_owned(),
        level: Level::Critical,
        title: "mallory@contoso.example registered Contoso Sync, gave it a secret and granted it \
                RoleManagement.ReadWrite.Directory"
            .to_owned(),
        operations: ["entra.application.add", "entra.application.update-secrets", "entra.app-role-assignment.add"]
            .map(str::to_owned)
            .to_vec(),
        actor: Actor {
            kind: ActorKind::User,
            id: Some("11111111-2222-4333-8444-555555555555".to_owned()),
            name: Some("mallory@contoso.example".to_owned()),
            address: Some("203.0.113.7".to_owned()),
            user_agent: Some("azure-cli/2.70.0".to_owned()),
            app_id: None,
        },
        targets: vec![application(), service_principal()],
        because: vec![
            because(Level::Critical, "with RoleManagement.ReadWrite.Directory it can make itself Global Administrator"),
            because(Level::Medium, "a secret was added by the person who registered the application"),
        ],
        not_in_the_log: vec!["whether the actor used MFA: no sign-in log was read".to_owned()],
        rules: vec![RuleRef {
            id: "a5b1c7d2-0e3f-4a6b-8c9d-1e2f3a4b5c6d".to_owned(),
            title: "Control-plane permission granted to an application".to_owned(),
            level: Level::Critical,
        }],
        pages: vec![
            PageRef {
                page: "operations/add-app-role-assignment-to-service-principal".to_owned(),
                meaning:
                    "A service principal received an application permission of an API: a right that it uses with no \
                          user signed in."
                        .to_owned(),
            },
            PageRef {
                page: "operations/add-application".to_owned(),
                meaning: "An application object was created in this tenant.".to_owned(),
            },
        ],
        records: (3..11).map(|index| RecordRef { file: "logs/audit.json".to_owned(), index }).collect(),
        first_seen: time("2026-03-04T09:20:11.8466546Z"),
        last_seen: time("2026-03-04T09:21:40Z"),
        tenant: Some("99999999-8888-4777-8666-555555555555".to_owned()),
        subscription: None,
        duplicates: 2,
    }
}

/// The same with names that attack who reads them.
pub(super) fn hostile() -> Alert {
    let mut alert = registration();
    let name = format!("\u{1b}[2J\u{202e}cnyS\u{200b} {}", "x".repeat(10_000));
    alert.title = format!("mallory@contoso.example registered {name}\r\nbecause  nothing happened");
    alert.actor.name = Some("=HYPERLINK(\"https://mallory.example\")\u{7}".to_owned());
    alert.targets = vec![Target { name: Some(name), changes: Vec::new(), ..application() }];
    alert.rules.clear();
    alert
}

/// An administrator consents for everybody: the directory writes a consent, a grant for each
/// API and an assignment, each with its own plumbing.
pub(super) fn consent() -> Alert {
    let plain =
        |property: &str, new: &str| Change { property: property.to_owned(), new: json!(new), ..Change::default() };
    let known = |name: &str, granted_as| permission(name, granted_as, Some("ManagementPlane"));
    let unknown = |name: &str| Permission {
        resource_app_id: None,
        resource_name: None,
        ..permission(name, GrantKind::Delegated, None)
    };
    let agreed = |by_admin, new| Consent {
        scope: ConsentScope::AllPrincipals,
        by_admin,
        principal_id: None,
        old: vec![],
        new,
        reason: None,
    };
    let scopes = vec![known("Mail.Send", GrantKind::Delegated), permission("openid", GrantKind::Delegated, None)];
    let client = Target {
        changes: vec![
            plain("ConsentContext.IsAdminConsent", "True"),
            typed(
                "ConsentAction.Permissions",
                Typed::Consent(agreed(Some(true), vec![unknown("openid"), unknown("Mail.Send")])),
            ),
            plain("TargetId.ServicePrincipalNames", "bbbbbbbb-1111-4222-8333-444444444444"),
            plain("AppRole.Id", "00000000-0000-0000-0000-000000000000"),
            plain("User.UPN", "mallory@contoso.example"),
            plain("User.PUID", "1003200000000000"),
        ],
        ..service_principal()
    };
    let graph = Target {
        kind: TargetKind::ServicePrincipal,
        id: Some("12121212-1111-4222-8333-444444444444".to_owned()),
        name: Some("Microsoft Graph".to_owned()),
        app_id: Some("00000003-0000-0000-c000-000000000000".to_owned()),
        changes: vec![
            typed("DelegatedPermissionGrant.Scope", Typed::PermissionsGranted { old: vec![], new: scopes.clone() }),
            typed("DelegatedPermissionGrant.ConsentType", Typed::Consent(agreed(None, scopes))),
            plain("ServicePrincipal.ObjectID", "dddddddd-1111-4222-8333-444444444444"),
            typed(
                "AppRole.Value",
                Typed::PermissionsGranted { old: vec![], new: vec![known("Mail.Read", GrantKind::Application)] },
            ),
            plain("AppRole.DisplayName", "Read mail in all mailboxes"),
        ],
    };
    let actor = Target {
        kind: TargetKind::User,
        id: registration().actor.id,
        name: registration().actor.name,
        app_id: None,
        changes: vec![],
    };
    let rule = |id: &str, title: &str, level| RuleRef { id: id.to_owned(), title: title.to_owned(), level };
    let rules = vec![
        rule("r1", "Permission Granted for All Users", Level::High),
        rule("r2", "Application Permission Granted", Level::Medium),
        rule("r3", "Permission Granted", Level::Low),
    ];
    Alert {
        level: Level::High,
        title: "mallory@contoso.example granted Mail.Send, openid, Mail.Read to Contoso Sync".to_owned(),
        targets: vec![client, graph, actor],
        because: vec![Because {
            level: Level::High,
            reason: "permission Granted for All Users".to_owned(),
            rule: Some("r1".to_owned()),
        }],
        rules,
        not_in_the_log: vec![],
        ..registration()
    }
}

/// One event of the registration.
pub(super) fn event() -> Event {
    Event {
        file: "logs/audit.json".to_owned(),
        index: 3,
        shape: Shape::DiagAuditLogs,
        time: time("2026-03-04T09:20:11.8466546Z"),
        log: Log::Audit,
        operation: "entra.application.add".to_owned(),
        operation_seen: "Add application".to_owned(),
        outcome: Outcome::Success,
        reason: None,
        actor: registration().actor,
        targets: vec![application()],
        tenant: Some("99999999-8888-4777-8666-555555555555".to_owned()),
        subscription: None,
        correlation_id: Some("cccccccc-1111-4222-8333-444444444444".to_owned()),
        record_id: Some("Directory_cccccccc-1111-4222-8333-444444444444_ABCDE_1".to_owned()),
    }
}

fn application() -> Target {
    Target {
        kind: TargetKind::Application,
        id: Some("aaaaaaaa-1111-4222-8333-444444444444".to_owned()),
        name: Some("Contoso Sync".to_owned()),
        app_id: Some("bbbbbbbb-1111-4222-8333-444444444444".to_owned()),
        changes: vec![
            Change {
                property: "AvailableToOtherTenants".to_owned(),
                old: json!([false]),
                new: json!([true]),
                typed: None,
            },
            typed(
                "RequiredResourceAccess",
                Typed::PermissionsRequested {
                    old: vec![permission("User.Read", GrantKind::Delegated, None)],
                    new: vec![
                        permission("User.Read", GrantKind::Delegated, None),
                        permission("RoleManagement.ReadWrite.Directory", GrantKind::Application, Some("ControlPlane")),
                    ],
                },
            ),
            typed("KeyDescription", Typed::Credentials { old: vec![], new: vec![secret()] }),
            typed(
                "SignInAudience",
                Typed::Audience { old: Some("AzureADMyOrg".to_owned()), new: Some("AzureADMultipleOrgs".to_owned()) },
            ),
        ],
    }
}

fn service_principal() -> Target {
    Target {
        kind: TargetKind::ServicePrincipal,
        id: Some("dddddddd-1111-4222-8333-444444444444".to_owned()),
        name: Some("Contoso Sync".to_owned()),
        app_id: Some("bbbbbbbb-1111-4222-8333-444444444444".to_owned()),
        changes: vec![
            typed(
                "AppRole.Value",
                Typed::PermissionsGranted {
                    old: vec![],
                    new: vec![permission(
                        "RoleManagement.ReadWrite.Directory",
                        GrantKind::Application,
                        Some("ControlPlane"),
                    )],
                },
            ),
            typed(
                "ConsentAction.Permissions",
                Typed::Consent(Consent {
                    scope: ConsentScope::AllPrincipals,
                    by_admin: Some(true),
                    principal_id: None,
                    old: vec![],
                    new: vec![permission("User.Read", GrantKind::Delegated, None)],
                    reason: None,
                }),
            ),
        ],
    }
}

fn secret() -> Credential {
    Credential {
        kind: CredentialKind::Password,
        key_id: Some("eeeeeeee-1111-4222-8333-444444444444".to_owned()),
        name: Some("backup".to_owned()),
        valid_from: Some("2026-03-04T09:20:40Z".to_owned()),
        valid_to: Some("2028-03-04T09:20:40Z".to_owned()),
        issuer: None,
        subject: None,
    }
}

fn permission(name: &str, granted_as: GrantKind, tier: Option<&str>) -> Permission {
    Permission {
        name: Some(name.to_owned()),
        id: None,
        granted_as,
        resource_id: None,
        resource_app_id: Some("00000003-0000-0000-c000-000000000000".to_owned()),
        resource_name: Some("Microsoft Graph".to_owned()),
        tier: tier.map(str::to_owned),
    }
}

fn typed(property: &str, typed: Typed) -> Change {
    Change { property: property.to_owned(), typed: Some(typed), ..Change::default() }
}

fn because(level: Level, reason: &str) -> Because {
    Because { level, reason: reason.to_owned(), rule: None }
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).ok()
}
