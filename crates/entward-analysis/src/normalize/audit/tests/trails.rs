//! The trails that registrations, credentials and consents leave.

use super::*;

const APPLICATION: &str = "c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8";
const PRINCIPAL: &str = "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1";
const APP_ID: &str = "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f";

fn application(properties: Value) -> Value {
    json!({ "id": APPLICATION, "displayName": "Invoice Sync", "type": "Application", "modifiedProperties": properties })
}

fn principal(properties: Value) -> Value {
    json!({ "id": PRINCIPAL, "displayName": "Invoice Sync", "type": "ServicePrincipal", "modifiedProperties": properties })
}

fn person(properties: Value) -> Value {
    json!({ "id": ADA, "displayName": null, "userPrincipalName": "ada@contoso.example", "type": "User", "modifiedProperties": properties })
}

fn graph_api(properties: Value) -> Value {
    json!({ "id": "74ab0000-0000-4000-8000-0000000000aa", "displayName": "Microsoft Graph", "type": "ServicePrincipal", "modifiedProperties": properties })
}

#[test]
fn the_owner_records_of_a_registration_name_what_is_owned() {
    let properties = json!([
        property("Application.ObjectID", json!(null), json!(format!("\"{APPLICATION}\""))),
        property("Application.DisplayName", json!(null), json!("\"Invoice Sync\"")),
        property("Application.AppId", json!(null), json!(format!("\"{APP_ID}\""))),
    ]);
    check_graph(
        &record("Add owner to application", json!([person(properties), application(json!([]))]), json!([])),
        &[
            "entra.application.owner.add success",
            "user ada@contoso.example 99999999-8888-7777-6666-555555555555",
            "  Application.ObjectID: owner of c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
            "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
        ],
    );
    let properties = json!([
        property("ServicePrincipal.ObjectID", json!(null), json!(format!("\"{PRINCIPAL}\""))),
        property("ServicePrincipal.AppId", json!(null), json!(format!("\"{APP_ID}\""))),
    ]);
    // Without a name of its own, and beside its owner whichever comes first.
    let nameless = json!({ "id": PRINCIPAL, "type": "ServicePrincipal" });
    check_graph(
        &record("Add owner to service principal", json!([nameless, person(properties)]), json!([])),
        &[
            "entra.service-principal.owner.add success",
            "service_principal d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
            "user ada@contoso.example 99999999-8888-7777-6666-555555555555",
            "  ServicePrincipal.ObjectID: owner of d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1",
        ],
    );
}

#[test]
fn a_service_principal_comes_with_a_credential_that_is_nobodys_secret() {
    let properties = json!([
        property("AccountEnabled", json!("[]"), json!("[true]")),
        property("AppPrincipalId", json!("[]"), json!(format!("[\"{APP_ID}\"]"))),
        property("ServicePrincipalName", json!("[]"), json!(format!("[\"api://{APP_ID}\",\"{APP_ID}\"]"))),
        property(
            "Credential",
            json!("[]"),
            json!("[{\"CredentialType\":2,\"KeyStoreId\":\"291154f0-0000-4000-8000-9c8ee5b6d62c\"}]")
        ),
    ]);
    check_graph(
        &record("Add service principal", json!([principal(properties)]), json!([{ "key": "AppId", "value": APP_ID }])),
        &[
            "entra.service-principal.add success",
            "service_principal Invoice Sync d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
        ],
    );
}

#[test]
fn a_failed_service_principal_says_why() {
    let properties = json!([property("MethodExecutionResult.", json!(null), json!("\"Contoso.NotYetReplicated\""))]);
    let mut failed = record("Add service principal", json!([principal(properties)]), json!([]));
    failed["result"] = json!("failure");
    let event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &failed);
    assert_eq!((event.outcome, event.reason.as_deref()), (Outcome::Failure, Some("Contoso.NotYetReplicated")));
}

#[test]
fn a_secret_is_added_then_another_removed() {
    let ci =
        "[KeyIdentifier=9f680991-0000-4000-8000-a2e9fb42fded,KeyType=Password,KeyUsage=Verify,DisplayName=ci secret]";
    for (old, new, expected) in [
        (json!([]), json!([ci]), "[] -> [secret 9f680991-0000-4000-8000-a2e9fb42fded ci secret]"),
        (json!([ci]), json!([]), "[secret 9f680991-0000-4000-8000-a2e9fb42fded ci secret] -> []"),
    ] {
        let properties = json!([
            property("KeyDescription", json!(old.to_string()), json!(new.to_string())),
            property("Included Updated Properties", json!(null), json!("\"KeyDescription\"")),
        ]);
        check_graph(
            &record(
                "Update application – Certificates and secrets management ",
                json!([application(properties)]),
                json!([]),
            ),
            &[
                "entra.application.credentials.update success",
                "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
                &format!("  KeyDescription: credentials {expected}"),
            ],
        );
    }
}

#[test]
fn credentials_written_at_creation_may_be_none() {
    for (new, expected) in [
        ("[]", "  KeyDescription: credentials [] -> []"),
        (
            "[\"[KeyIdentifier=9f680991-0000-4000-8000-a2e9fb42fded,KeyType=AsymmetricX509Cert,KeyUsage=Verify,DisplayName=CN=a, O=b]\"]",
            "  KeyDescription: credentials [] -> [certificate 9f680991-0000-4000-8000-a2e9fb42fded CN=a, O=b]",
        ),
    ] {
        let properties = json!([property("KeyDescription", json!("[]"), json!(new))]);
        check_graph(
            &record(
                "Create application – Certificates and secrets management ",
                json!([application(properties)]),
                json!([]),
            ),
            &[
                "entra.application.credentials.create success",
                "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
                expected,
            ],
        );
    }
}

#[test]
fn every_spelling_of_an_activity_is_one_operation_and_stays_as_it_stood() {
    for spelling in [
        "Update application – Certificates and secrets management ",
        "Update application - Certificates and secrets management",
        "Update application – Certificates and secrets management.",
        "UPDATE APPLICATION \u{2014} CERTIFICATES AND SECRETS MANAGEMENT",
    ] {
        let event =
            normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record(spelling, json!([]), json!([])));
        assert_eq!(event.operation, "entra.application.credentials.update", "{spelling}");
        assert_eq!(event.operation_seen, spelling);
    }
}

#[test]
fn an_admin_consent_is_grants_and_one_consent() {
    for (id, value) in [
        ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory"),
        ("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Mail.Read"),
    ] {
        let properties = json!([
            property("AppRole.Id", json!(null), json!(format!("\"{id}\""))),
            property("AppRole.Value", json!(null), json!(format!("\"{value}\""))),
            property("ServicePrincipal.ObjectID", json!(null), json!(format!("\"{PRINCIPAL}\""))),
            property("ServicePrincipal.DisplayName", json!(null), json!("\"Invoice Sync\"")),
            property("ServicePrincipal.AppId", json!(null), json!(format!("\"{APP_ID}\""))),
            property(
                "TargetId.ServicePrincipalNames",
                json!(null),
                json!("\"00000003-0000-0000-c000-000000000000;https://graph.example\"")
            ),
        ]);
        let grantee =
            json!({ "id": PRINCIPAL, "displayName": APP_ID, "type": "ServicePrincipal", "modifiedProperties": [] });
        let details = json!([{ "key": "AppId", "value": "00000003-0000-0000-c000-000000000000" }]);
        let event = normalize(
            Knowledge::bundled(),
            Shape::GraphDirectoryAudit,
            &record("Add app role assignment to service principal", json!([graph_api(properties), grantee]), details),
        );
        let told = lines(&event);
        assert_eq!(told[0], "entra.service-principal.app-role.grant success");
        assert_eq!(
            told[2],
            "service_principal Microsoft Graph 74ab0000-0000-4000-8000-0000000000aa 00000003-0000-0000-c000-000000000000"
        );
        assert!(
            told[3].starts_with(&format!("  AppRole.Value: granted [] -> [{value} application Microsoft Graph")),
            "{told:?}"
        );
        assert_eq!(
            told[4],
            "service_principal Invoice Sync d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"
        );
    }
    let properties = json!([
        property("ConsentContext.IsAdminConsent", json!(null), json!("\"True\"")),
        property("ConsentContext.OnBehalfOfAll", json!(null), json!("\"True\"")),
        property(
            "ConsentAction.Permissions",
            json!(null),
            json!(
                "\"[] => [[Id: a, ClientId: 00000000-0000-0000-0000-000000000000, PrincipalId: , ResourceId: 74ab0000-0000-4000-8000-0000000000aa, ConsentType: AllPrincipals, Scope: Mail.Read offline_access, CreatedDateTime: , LastModifiedDateTime ]]; \""
            )
        ),
        property("TargetId.ServicePrincipalNames", json!(null), json!(format!("\"{APP_ID}\""))),
    ]);
    check_graph(
        &record("Consent to application", json!([principal(properties)]), json!([])),
        &[
            "entra.application.consent success",
            "service_principal Invoice Sync d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
            "  ConsentAction.Permissions: consent all_principals by admin [] -> [Mail.Read, offline_access]",
        ],
    );
}

#[test]
fn a_consent_of_one_person_to_a_foreign_application_has_no_registration() {
    let properties = json!([
        property("DelegatedPermissionGrant.Scope", json!(null), json!("\" openid Mail.Read\"")),
        property("DelegatedPermissionGrant.ConsentType", json!(null), json!("\"Principal\"")),
        property("ServicePrincipal.ObjectID", json!(null), json!(format!("\"{PRINCIPAL}\""))),
        property("ServicePrincipal.DisplayName", json!(null), json!(null)),
        property("TargetId.ServicePrincipalNames", json!(null), json!("\"00000003-0000-0000-c000-000000000000\"")),
    ]);
    check_graph(
        &record("Add delegated permission grant", json!([graph_api(properties), principal(json!([]))]), json!([])),
        &[
            "entra.delegated-grant.add success",
            "service_principal Microsoft Graph 74ab0000-0000-4000-8000-0000000000aa 00000003-0000-0000-c000-000000000000",
            "  DelegatedPermissionGrant.Scope: granted [] -> [openid delegated Microsoft Graph, Mail.Read delegated Microsoft Graph]",
            "  DelegatedPermissionGrant.ConsentType: consent principal [] -> [openid, Mail.Read]",
            "service_principal Invoice Sync d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1",
        ],
    );
}

#[test]
fn a_blocked_consent_fails_with_its_reason() {
    let properties = json!([
        property("ConsentContext.IsAdminConsent", json!(null), json!("\"False\"")),
        property("ConsentContext.OnBehalfOfAll", json!(null), json!("\"False\"")),
        property("ConsentAction.Reason", json!(null), json!("\"Risky application detected\"")),
        property("MethodExecutionResult.", json!(null), json!("\"Contoso.ConsentBlocked\"")),
    ]);
    let mut blocked = record(
        "Consent to application",
        json!([application(properties)]),
        json!([{ "key": "AppId", "value": APP_ID }]),
    );
    blocked["result"] = json!("failure");
    check(
        Shape::GraphDirectoryAudit,
        &blocked,
        &[
            "entra.application.consent failure because Contoso.ConsentBlocked",
            "by user ada@contoso.example 99999999-8888-7777-6666-555555555555 - 203.0.113.24",
            "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
            "  ConsentContext.OnBehalfOfAll: consent principal by user [] -> [] because Risky application detected",
        ],
    );
}

#[test]
fn a_gallery_application_is_the_persons_who_chose_it() {
    let mut gallery = record(
        "Add application",
        json!([application(json!([]))]),
        json!([{ "key": "Source", "value": format!("{{\"TYPE\":\"USER\",\"OBJECT ID\":\"{ADA}\"}}") }]),
    );
    gallery["initiatedBy"] =
        json!({ "app": { "appId": null, "displayName": "AAD App Management", "servicePrincipalId": null } });
    check_graph(
        &gallery,
        &["entra.application.add success", "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8"],
    );
}
