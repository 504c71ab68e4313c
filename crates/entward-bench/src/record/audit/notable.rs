//! Changes that rules ask for, with all the records that each of them causes.

use serde_json::json;

use super::{Activity, Actor, included, record, target, user_target};
use crate::record::{Draw, Record, change};
use crate::tenant::Application;

const GRAPH: (&str, &str) = ("Microsoft Graph", "00000003-0000-0000-c000-000000000000");

/// Id, permission and text of some application permissions of Microsoft Graph.
const PERMISSIONS: &[(&str, &str, &str)] = &[
    (
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "RoleManagement.ReadWrite.Directory",
        "Read and write all directory RBAC settings",
    ),
    ("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All", "Read and write all applications"),
    ("df021288-bdef-4463-88db-98f22de89214", "User.Read.All", "Read all users' full profiles"),
    ("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Mail.Read", "Read mail in all mailboxes"),
];

/// The records of one registration in the portal.
pub fn registration(draw: &mut Draw<'_>) -> Vec<Record> {
    let person = draw.tenant.any_administrator(draw.random);
    let application = invented(draw);
    let correlation = draw.random.guid();
    let (permission, _, _) = *draw.random.pick(PERMISSIONS);
    let requested = json!([{"ResourceAppId": GRAPH.1, "RequiredAppPermissions": [{"EntitlementId": permission, "DirectAccessGrant": true, "ImpersonationAccessGrants": []}], "EncodingVersion": 1}]);
    let added =
        Activity { name: "Add application", category: "ApplicationManagement", kind: "Add", service: "Core Directory" };
    let owner = Activity {
        name: "Add owner to application",
        category: "ApplicationManagement",
        kind: "Assign",
        service: "Core Directory",
    };
    let principal = Activity {
        name: "Add service principal",
        category: "ApplicationManagement",
        kind: "Add",
        service: "Core Directory",
    };
    let none = || Some(json!([]));
    let first = target(
        &application.object_id,
        &application.name,
        "Application",
        vec![
            change(
                "AppAddress",
                none(),
                Some(
                    json!([{"AddressType": 0, "Address": "https://app.contoso.example/auth", "ReplyAddressClientType": 1, "ReplyAddressIndex": null, "IsReplyAddressDefault": false}]),
                ),
            ),
            change("AppId", none(), Some(json!([application.app_id]))),
            change("AvailableToOtherTenants", none(), Some(json!([false]))),
            change("DisplayName", none(), Some(json!([application.name]))),
            change("RequiredResourceAccess", none(), Some(requested)),
            change("PublisherDomain", none(), Some(json!(["contoso.example"]))),
            included(
                "AppAddress, AppId, AvailableToOtherTenants, DisplayName, RequiredResourceAccess, PublisherDomain",
            ),
        ],
    );
    let owned = vec![
        user_target(
            person,
            vec![
                change("Application.ObjectID", None, Some(json!(application.object_id))),
                change("Application.DisplayName", None, Some(json!(application.name))),
                change("Application.AppId", None, Some(json!(application.app_id))),
            ],
        ),
        target(&application.object_id, &application.name, "Application", Vec::new()),
    ];
    let second = target(
        &application.principal_id,
        &application.name,
        "ServicePrincipal",
        vec![
            change("AccountEnabled", none(), Some(json!([true]))),
            change("AppPrincipalId", none(), Some(json!([application.app_id]))),
            change("DisplayName", none(), Some(json!([application.name]))),
            change("ServicePrincipalName", none(), Some(json!([application.app_id]))),
            change(
                "Credential",
                none(),
                Some(
                    json!([{"CredentialType": 2, "KeyStoreId": "291154f0-a9f5-45bb-87be-9c8ee5b6d62c", "KeyGroupId": "291154f0-a9f5-45bb-87be-9c8ee5b6d62c"}]),
                ),
            ),
            included("AccountEnabled, AppPrincipalId, DisplayName, ServicePrincipalName, Credential"),
            change("TargetId.ServicePrincipalNames", None, Some(json!(application.app_id))),
        ],
    );
    let details =
        |agent: &str| json!([{"key": "User-Agent", "value": agent}, {"key": "AppId", "value": application.app_id}]);
    let other = draw.random.guid();
    vec![
        record(draw, &added, &Actor::Person(person), &correlation, vec![first], details(person.user_agent), true),
        record(draw, &owner, &Actor::Person(person), &correlation, owned, details(person.user_agent), true),
        record(draw, &principal, &Actor::Person(person), &other, vec![second], details(person.user_agent), true),
    ]
}

/// A secret added to an application that has one already.
pub fn credential(draw: &mut Draw<'_>) -> Vec<Record> {
    let person = draw.tenant.any_administrator(draw.random);
    let application = draw.tenant.any_application(draw.random);
    let activity = Activity {
        // The en dash and the blank at the end are Microsoft's.
        name: "Update application – Certificates and secrets management ",
        category: "ApplicationManagement",
        kind: "Update",
        service: "Core Directory",
    };
    let key =
        |id: &str, name: &str| format!("[KeyIdentifier={id},KeyType=Password,KeyUsage=Verify,DisplayName={name}]");
    let old = key(&application.key_id, "first");
    let new = key(&draw.random.guid(), "rotation");
    let changes =
        vec![change("KeyDescription", Some(json!([old])), Some(json!([old, new]))), included("KeyDescription")];
    let targets = vec![target(&application.object_id, &application.name, "Application", changes)];
    let correlation = draw.random.guid();
    let details =
        json!([{"key": "User-Agent", "value": person.user_agent}, {"key": "AppId", "value": application.app_id}]);
    vec![record(draw, &activity, &Actor::Person(person), &correlation, targets, details, true)]
}

/// An administrator's consent: an application permission, a delegated one, and the consent itself.
pub fn consent(draw: &mut Draw<'_>) -> Vec<Record> {
    let person = draw.tenant.any_administrator(draw.random);
    let application = draw.tenant.any_application(draw.random);
    let (id, permission, text) = *draw.random.pick(PERMISSIONS);
    let graph = draw.tenant.applications[0].principal_id.clone();
    let moment = draw.zulu();
    let correlation = draw.random.guid();
    let grantee = || target(&application.principal_id, &application.app_id, "ServicePrincipal", Vec::new());
    let names = || {
        change("TargetId.ServicePrincipalNames", None, Some(json!(format!("{};https://graph.microsoft.com", GRAPH.1))))
    };
    let role = Activity {
        name: "Add app role assignment to service principal",
        category: "ApplicationManagement",
        kind: "Assign",
        service: "Core Directory",
    };
    let grant = Activity {
        name: "Add delegated permission grant",
        category: "ApplicationManagement",
        kind: "Assign",
        service: "Core Directory",
    };
    let agreed = Activity {
        name: "Consent to application",
        category: "ApplicationManagement",
        kind: "Assign",
        service: "Core Directory",
    };
    let role_changes = vec![
        change("AppRole.Id", None, Some(json!(id))),
        change("AppRole.Value", None, Some(json!(permission))),
        change("AppRole.DisplayName", None, Some(json!(text))),
        change("AppRoleAssignment.CreatedDateTime", None, Some(json!(moment))),
        change("AppRoleAssignment.LastModifiedDateTime", None, Some(json!(moment))),
        change("ServicePrincipal.ObjectID", None, Some(json!(application.principal_id))),
        change("ServicePrincipal.DisplayName", None, Some(json!(application.name))),
        change("ServicePrincipal.AppId", None, Some(json!(application.app_id))),
        change("ServicePrincipal.Name", None, Some(json!(application.app_id))),
        names(),
    ];
    let grant_changes = vec![
        change("DelegatedPermissionGrant.Scope", None, Some(json!(" User.Read Mail.Read offline_access"))),
        change("DelegatedPermissionGrant.ConsentType", None, Some(json!("AllPrincipals"))),
        change("ServicePrincipal.ObjectID", None, Some(json!(application.principal_id))),
        change("ServicePrincipal.DisplayName", None, None),
        change("ServicePrincipal.AppId", None, None),
        change("ServicePrincipal.Name", None, None),
        names(),
    ];
    let action = format!(
        "[] => [[Id: {}, ClientId: {}, PrincipalId: , ResourceId: {graph}, ConsentType: AllPrincipals, Scope:  User.Read Mail.Read offline_access, CreatedDateTime: , LastModifiedDateTime ]]; ",
        draw.random.token(),
        application.principal_id,
    );
    let consent_changes = vec![
        change("ConsentContext.IsAdminConsent", None, Some(json!("True"))),
        change("ConsentContext.IsAppOnly", None, Some(json!("False"))),
        change("ConsentContext.OnBehalfOfAll", None, Some(json!("True"))),
        change("ConsentContext.Tags", None, Some(json!("WindowsAzureActiveDirectoryIntegratedApp"))),
        change("ConsentAction.Permissions", None, Some(json!(action))),
        change("TargetId.ServicePrincipalNames", None, Some(json!(application.app_id))),
    ];
    let details =
        |app: &str| json!([{"key": "User-Agent", "value": person.user_agent}, {"key": "AppId", "value": app}]);
    let actor = Actor::Person(person);
    vec![
        record(
            draw,
            &role,
            &actor,
            &correlation,
            vec![target(&graph, GRAPH.0, "ServicePrincipal", role_changes), grantee()],
            details(GRAPH.1),
            true,
        ),
        record(
            draw,
            &grant,
            &actor,
            &correlation,
            vec![target(&graph, GRAPH.0, "ServicePrincipal", grant_changes), grantee()],
            details(GRAPH.1),
            true,
        ),
        record(
            draw,
            &agreed,
            &actor,
            &correlation,
            vec![target(&application.principal_id, &application.name, "ServicePrincipal", consent_changes)],
            details(&application.app_id),
            true,
        ),
    ]
}

/// A person given a directory role.
pub fn directory_role(draw: &mut Draw<'_>) -> Vec<Record> {
    /// Name and template id of some directory roles.
    const ROLES: &[(&str, &str)] = &[
        ("Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
        ("Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
        ("Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8"),
    ];
    let person = draw.tenant.any_administrator(draw.random);
    let member = draw.tenant.any_person(draw.random);
    let (role, template) = *draw.random.pick(ROLES);
    let activity =
        Activity { name: "Add member to role", category: "RoleManagement", kind: "Assign", service: "Core Directory" };
    let object = draw.random.guid();
    let changes = vec![
        change("Role.ObjectID", None, Some(json!(object))),
        change("Role.DisplayName", None, Some(json!(role))),
        change("Role.TemplateId", None, Some(json!(template))),
        change("Role.WellKnownObjectName", None, Some(json!(role.replace(' ', "")))),
    ];
    let targets = vec![user_target(member, changes), target(&object, role, "Role", Vec::new())];
    let correlation = draw.random.guid();
    let details = json!([{"key": "User-Agent", "value": person.user_agent}]);
    vec![record(draw, &activity, &Actor::Person(person), &correlation, targets, details, true)]
}

/// An application that did not exist before.
fn invented(draw: &mut Draw<'_>) -> Application {
    let model = draw.tenant.any_application(draw.random);
    Application {
        object_id: draw.random.guid(),
        app_id: draw.random.guid(),
        principal_id: draw.random.guid(),
        name: format!("{} {}", model.name, draw.random.below(1000)),
        key_id: draw.random.guid(),
        address: model.address.clone(),
    }
}
