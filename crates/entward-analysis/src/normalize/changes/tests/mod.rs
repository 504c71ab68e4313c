//! Changes as text: what a record holds on the left, what it means on the right.

mod told;

use serde_json::{Value, json};

pub(in crate::normalize) use self::told::told;
use super::*;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[test]
fn requested_permissions_are_resolved_by_id() {
    let delegated = json!(
        "[{\"ResourceAppId\":\"00000003-0000-0000-c000-000000000000\",\"RequiredAppPermissions\":[{\"EntitlementId\":\"e1fe6dd8-ba31-4d61-89e7-88639da4683d\",\"DirectAccessGrant\":false,\"ImpersonationAccessGrants\":[20]}],\"EncodingVersion\":1}]"
    );
    check("RequiredResourceAccess", json!("[]"), delegated, "requested [] -> [User.Read delegated Microsoft Graph]");
    let pretty = json!(
        "[\r\n  {\r\n    \"ResourceAppId\": \"00000003-0000-0000-C000-000000000000\",\r\n    \"RequiredAppPermissions\": [\r\n      {\r\n        \"EntitlementId\": \"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8\",\r\n        \"DirectAccessGrant\": true,\r\n        \"ImpersonationAccessGrants\": []\r\n      }\r\n    ]\r\n  }\r\n]"
    );
    check(
        "RequiredResourceAccess",
        json!("[]"),
        pretty,
        "requested [] -> [RoleManagement.ReadWrite.Directory application Microsoft Graph ControlPlane]",
    );
}

#[test]
fn an_unknown_api_keeps_its_ids() {
    let own = json!([{ "ResourceAppId": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f", "RequiredAppPermissions": [
        { "EntitlementId": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "DirectAccessGrant": true, "ImpersonationAccessGrants": [] },
    ]}]);
    check(
        "RequiredResourceAccess",
        json!([]),
        own,
        "requested [] -> [9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8 application 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f]",
    );
}

#[test]
fn a_secret_is_read_from_its_bracketed_text() {
    check(
        "KeyDescription",
        json!("[]"),
        json!(
            "[\"[KeyIdentifier=9F680991-0000-4000-8000-a2e9fb42fded,KeyType=Password,KeyUsage=Verify,DisplayName=ci secret]\"]"
        ),
        "credentials [] -> [secret 9f680991-0000-4000-8000-a2e9fb42fded ci secret]",
    );
}

#[test]
fn a_certificate_name_may_hold_commas_equal_signs_and_be_cut_short() {
    check(
        "KeyDescription",
        json!(
            "[\"[KeyIdentifier=9f680991-0000-4000-8000-a2e9fb42fded,KeyType=Password,KeyUsage=Verify,DisplayName=]\"]"
        ),
        json!(
            "[\"[KeyIdentifier=0f680991-0000-4000-8000-a2e9fb42fded,KeyType=AsymmetricX509Cert,KeyUsage=Verify,DisplayName=CN=sync, O=Contoso [Pilot], C=\"]"
        ),
        "credentials [secret 9f680991-0000-4000-8000-a2e9fb42fded -] -> \
         [certificate 0f680991-0000-4000-8000-a2e9fb42fded CN=sync, O=Contoso [Pilot], C=]",
    );
}

#[test]
fn credentials_may_come_as_objects_and_as_decoded_arrays() {
    check(
        "KeyDescription",
        json!(null),
        json!([{ "KeyIdentifier": "9f680991-0000-4000-8000-a2e9fb42fded", "KeyType": "Password", "DisplayName": "ci", "EndDate": "3/4/2027 9:20:11 AM" }]),
        "credentials [] -> [secret 9f680991-0000-4000-8000-a2e9fb42fded ci until 2027-03-04T09:20:11Z]",
    );
    check(
        "KeyDescription",
        json!(["[KeyIdentifier=9f680991-0000-4000-8000-a2e9fb42fded,KeyType=Symmetric,KeyUsage=Sign,DisplayName=x]"]),
        json!([]),
        "credentials [credential 9f680991-0000-4000-8000-a2e9fb42fded x] -> []",
    );
}

#[test]
fn a_federated_credential_tells_whom_it_trusts() {
    check(
        "FederatedIdentityCredentials",
        json!("[]"),
        json!(
            "[{\"Name\":\"deploy\",\"Issuer\":\"https://token.actions.example\",\"Subject\":\"repo:contoso/app:ref:refs/heads/main\",\"Id\":\"1A680991-0000-4000-8000-a2e9fb42fded\",\"Audiences\":[\"api://AzureADTokenExchange\"],\"ClaimsMatchingExpressionValue\":null}]"
        ),
        "credentials [] -> [federated credential 1a680991-0000-4000-8000-a2e9fb42fded deploy \
         trusts https://token.actions.example repo:contoso/app:ref:refs/heads/main]",
    );
}

#[test]
fn redirect_addresses_have_a_platform() {
    check(
        "AppAddress",
        json!("[]"),
        json!(
            "[{\"AddressType\":0,\"Address\":\"https://app.contoso.example/auth\",\"ReplyAddressClientType\":1},{\"AddressType\":0,\"Address\":\"http://localhost\",\"ReplyAddressClientType\":2},{\"AddressType\":4,\"Address\":\"https://other.contoso.example\",\"ReplyAddressClientType\":1}]"
        ),
        "redirects [] -> [https://app.contoso.example/auth web, http://localhost public_client, https://other.contoso.example unspecified]",
    );
}

#[test]
fn the_audience_is_told_in_the_words_of_sign_in_audience() {
    check("AvailableToOtherTenants", json!("[]"), json!("[false]"), "audience - -> AzureADMyOrg");
    check(
        "AvailableToOtherTenants",
        json!("[\r\n  false\r\n]"),
        json!("[\r\n  true\r\n]"),
        "audience AzureADMyOrg -> AzureADMultipleOrgs",
    );
    check(
        "SignInAudience",
        json!("[\"AzureADMyOrg\"]"),
        json!("[\"PersonalMicrosoftAccount\"]"),
        "audience AzureADMyOrg -> PersonalMicrosoftAccount",
    );
}

#[test]
fn offered_scopes_are_read_under_both_names() {
    let offered = json!(
        "[{\"EntitlementEncodingVersion\":2,\"EntitlementId\":\"2B680991-0000-4000-8000-a2e9fb42fded\",\"Name\":\"x\",\"ClaimValue\":\"user_impersonation\"}]"
    );
    for property in ["Entitlement", "EntitlementEncoded"] {
        check(
            property,
            json!("[]"),
            offered.clone(),
            "exposed [] -> [2b680991-0000-4000-8000-a2e9fb42fded user_impersonation]",
        );
    }
}

#[test]
fn a_consent_is_read_from_its_own_grammar() {
    let one = "[[Id: r2KtIS6Zn0q2wWeqbIputLSZcc5Sj_NGtUtP2B3pYeI, ClientId: d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1, PrincipalId: , ResourceId: 74ab0000-0000-4000-8000-0000000000aa, ConsentType: AllPrincipals, Scope: Mail.Read offline_access, CreatedDateTime: , LastModifiedDateTime ]]";
    check(
        "ConsentAction.Permissions",
        json!(null),
        json!(format!("\"[] => {one}; \"")),
        "consent all_principals [] -> [Mail.Read, offline_access]",
    );
    // The unified log leaves the quotes away, older records the two dates; scopes may repeat.
    check(
        "ConsentAction.Permissions",
        json!(""),
        json!(
            "[] => [[Id: a, ClientId: 00000000-0000-0000-0000-000000000000, PrincipalId: 99999999-8888-7777-6666-555555555555, ResourceId: b, ConsentType: Principal, Scope:  openid profile openid]]; "
        ),
        "consent principal of 99999999-8888-7777-6666-555555555555 [] -> [openid, profile]",
    );
    // What was there before does not widen what is new.
    check(
        "ConsentAction.Permissions",
        json!(null),
        json!(
            "\"[[Id: a, ClientId: c, PrincipalId: , ResourceId: r, ConsentType: AllPrincipals, Scope: User.Read]] => [[Id: a, ClientId: c, PrincipalId: , ResourceId: r, ConsentType: AllPrincipals, Scope: User.Read], [Id: b, ClientId: c, PrincipalId: 99999999-8888-7777-6666-555555555555, ResourceId: r, ConsentType: Principal, Scope: Mail.Read]]; \""
        ),
        "consent principal of 99999999-8888-7777-6666-555555555555 [User.Read] -> [User.Read, Mail.Read]",
    );
    check("ConsentAction.Permissions", json!(null), json!("\"[] => []; \""), "consent unknown [] -> []");
    check("ConsentAction.Permissions", json!(null), json!("\"something new\""), "-");
}

#[test]
fn properties_in_any_letter_case_and_unknown_ones() {
    check("keydescription", json!("[]"), json!("[]"), "credentials [] -> []");
    check("Credential", json!("[]"), json!("[{\"CredentialType\":2}]"), "-");
    check("Included Updated Properties", json!(null), json!("\"KeyDescription\""), "-");
}

#[test]
fn values_that_fit_no_grammar_stay_and_mean_nothing() {
    for odd in [json!(5), json!({ "a": [1] }), json!([[["x"]], null, 7]), json!("[broken"), json!(true)] {
        for property in [
            "RequiredResourceAccess",
            "KeyDescription",
            "FederatedIdentityCredentials",
            "AppAddress",
            "SignInAudience",
            "ConsentAction.Permissions",
            "Entitlement",
        ] {
            let change = change(Knowledge::bundled(), property, json!(null), odd.clone());
            assert_eq!(change.new, odd, "{property}");
        }
    }
}

#[test]
fn an_app_role_grant_joins_role_api_and_grantee() {
    let mut targets = app_role_grant();
    relate(Knowledge::bundled(), "entra.service-principal.app-role.grant", &mut targets);
    assert_eq!(
        meanings(&targets),
        ["AppRole.Value: granted [] -> [RoleManagement.ReadWrite.Directory application Microsoft Graph ControlPlane]"]
    );
    let api = &targets[0];
    assert_eq!((api.app_id.as_deref(), api.name.as_deref()), (Some(GRAPH), Some("Microsoft Graph")));
    let grantee = &targets[1];
    assert_eq!(grantee.app_id.as_deref(), Some("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"));
    assert_eq!(grantee.name.as_deref(), Some("Invoice Sync"));
}

#[test]
fn a_removed_app_role_stands_on_the_old_side_whichever_value_holds_it() {
    let mut targets = app_role_grant();
    relate(Knowledge::bundled(), "entra.service-principal.app-role.revoke", &mut targets);
    let expected =
        ["AppRole.Value: granted [RoleManagement.ReadWrite.Directory application Microsoft Graph ControlPlane] -> []"];
    assert_eq!(meanings(&targets), expected);
    let mut swapped = app_role_grant();
    for change in &mut swapped[0].changes {
        std::mem::swap(&mut change.old, &mut change.new);
    }
    relate(Knowledge::bundled(), "entra.service-principal.app-role.revoke", &mut swapped);
    assert_eq!(meanings(&swapped), expected);
}

#[test]
fn an_app_role_without_a_value_is_resolved_by_its_id() {
    let mut targets = app_role_grant();
    targets[0].changes.retain(|change| change.property != "AppRole.Value");
    relate(Knowledge::bundled(), "entra.service-principal.app-role.grant", &mut targets);
    assert_eq!(
        meanings(&targets),
        ["AppRole.Id: granted [] -> [RoleManagement.ReadWrite.Directory application Microsoft Graph ControlPlane]"]
    );
}

#[test]
fn default_access_and_roles_of_people_permit_no_client_anything() {
    let mut zero = app_role_grant();
    zero[0].changes = changes(&[
        ("AppRole.Id", json!(null), json!("\"00000000-0000-0000-0000-000000000000\"")),
        ("AppRole.Value", json!(null), json!("\"\"")),
    ]);
    relate(Knowledge::bundled(), "entra.service-principal.app-role.grant", &mut zero);
    assert!(meanings(&zero).is_empty());
    let mut person = app_role_grant();
    person[0].changes.extend(changes(&[(
        "User.ObjectID",
        json!(null),
        json!("\"99999999-8888-7777-6666-555555555555\""),
    )]));
    relate(Knowledge::bundled(), "entra.user.app-role.grant", &mut person);
    assert!(meanings(&person).is_empty());
}

#[test]
fn delegated_scopes_are_exact_words() {
    let mut targets = vec![Target {
        kind: entward_model::TargetKind::ServicePrincipal,
        id: Some("74ab0000-0000-4000-8000-0000000000aa".to_owned()),
        name: Some("Microsoft Graph".to_owned()),
        changes: changes(&[
            ("DelegatedPermissionGrant.Scope", json!("\"User.Read\""), json!("\" User.Read Mail.Read User.Read\"")),
            ("DelegatedPermissionGrant.ConsentType", json!("\"AllPrincipals\""), json!("\"AllPrincipals\"")),
            (
                "TargetId.ServicePrincipalNames",
                json!(null),
                json!("\"00000003-0000-0000-c000-000000000000/ags.example;https://graph.example\""),
            ),
        ]),
        ..Target::default()
    }];
    relate(Knowledge::bundled(), "entra.delegated-grant.add", &mut targets);
    assert_eq!(
        meanings(&targets),
        [
            "DelegatedPermissionGrant.Scope: granted [User.Read delegated Microsoft Graph] -> [User.Read delegated Microsoft Graph, Mail.Read delegated Microsoft Graph]",
            "DelegatedPermissionGrant.ConsentType: consent all_principals [User.Read] -> [User.Read, Mail.Read]",
        ]
    );
    assert_eq!(targets[0].app_id.as_deref(), Some(GRAPH));
}

#[test]
fn a_consent_takes_its_context_from_its_neighbors() {
    let permissions = "\"[] => [[Id: a, ClientId: c, PrincipalId: , ResourceId: r, ConsentType: AllPrincipals, Scope: Mail.Read]]; \"";
    related(
        "entra.application.consent",
        &[
            ("ConsentContext.IsAdminConsent", json!(null), json!("\"True\"")),
            ("ConsentContext.OnBehalfOfAll", json!(null), json!("\"True\"")),
            ("ConsentAction.Permissions", json!(null), json!(permissions)),
        ],
        &["ConsentAction.Permissions: consent all_principals by admin [] -> [Mail.Read]"],
    );
    related(
        "entra.application.consent",
        &[
            ("ConsentContext.IsAdminConsent", json!(""), json!("False")),
            ("ConsentContext.OnBehalfOfAll", json!(""), json!("False")),
            ("ConsentAction.Reason", json!(""), json!("Risky application detected")),
            ("MethodExecutionResult.", json!(""), json!("Contoso.Blocked")),
        ],
        &["ConsentContext.OnBehalfOfAll: consent principal by user [] -> [] because Risky application detected"],
    );
}

#[test]
fn the_flag_speaks_in_the_words_of_the_audience() {
    related(
        "entra.application.add",
        &[
            ("AvailableToOtherTenants", json!("[]"), json!("[true]")),
            ("SignInAudience", json!("[]"), json!("[\"AzureADandPersonalMicrosoftAccount\"]")),
        ],
        &[
            "AvailableToOtherTenants: audience - -> AzureADandPersonalMicrosoftAccount",
            "SignInAudience: audience - -> AzureADandPersonalMicrosoftAccount",
        ],
    );
}

#[test]
fn an_owner_points_at_what_is_owned() {
    related(
        "entra.application.owner.add",
        &[("Application.ObjectID", json!(null), json!("\"C1A2B3C4-d5e6-4f70-8192-a3b4c5d6e7f8\""))],
        &["Application.ObjectID: owner of c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8"],
    );
    related(
        "entra.service-principal.owner.remove",
        &[("ServicePrincipal.ObjectID", json!("d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1"), json!(""))],
        &["ServicePrincipal.ObjectID: owner of d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1"],
    );
}

#[test]
fn a_role_is_resolved_by_its_template_and_told_once() {
    related(
        "entra.role.member.add",
        &[
            ("Role.ObjectID", json!(null), json!("\"cc5cbfa4-0000-4000-8000-4c8d447b0adf\"")),
            ("Role.DisplayName", json!(null), json!("\"Company Administrator\"")),
            ("Role.TemplateId", json!(null), json!("\"62E90394-69f5-4237-9190-012177145e10\"")),
            ("Role.WellKnownObjectName", json!(null), json!("\"TenantAdmins\"")),
        ],
        &["Role.TemplateId: role - -> 62e90394-69f5-4237-9190-012177145e10 Global Administrator privileged"],
    );
    // The unified log, without quotes and with blanks for what is absent.
    related(
        "entra.role.member.add",
        &[
            ("Role.DisplayName", json!(""), json!("Global Reader")),
            ("Role.WellKnownObjectName", json!(""), json!("GlobalReaders")),
        ],
        &["Role.DisplayName: role - -> f2ef992c-3afb-46b9-b7cf-a126ee74c451 Global Reader privileged"],
    );
}

#[test]
fn a_removed_role_is_named_by_the_old_values() {
    related(
        "entra.role.member.remove",
        &[
            ("Role.DisplayName", json!(null), json!(null)),
            ("Role.TemplateId", json!(null), json!(null)),
            ("Role.WellKnownObjectName", json!("\"TenantAdmins\""), json!(null)),
        ],
        &["Role.WellKnownObjectName: role 62e90394-69f5-4237-9190-012177145e10 Global Administrator privileged -> -"],
    );
}

#[track_caller]
fn check(property: &str, old: Value, new: Value, expected: &str) {
    let change = change(Knowledge::bundled(), property, old, new);
    assert_eq!(change.typed.as_ref().map_or_else(|| "-".to_owned(), told), expected, "{property}");
}

#[track_caller]
fn related(operation: &str, properties: &[(&str, Value, Value)], expected: &[&str]) {
    let mut targets = vec![Target { changes: changes(properties), ..Target::default() }];
    relate(Knowledge::bundled(), operation, &mut targets);
    assert_eq!(meanings(&targets), expected);
}

fn changes(properties: &[(&str, Value, Value)]) -> Vec<Change> {
    properties.iter().map(|(name, old, new)| change(Knowledge::bundled(), name, old.clone(), new.clone())).collect()
}

fn app_role_grant() -> Vec<Target> {
    let kind = entward_model::TargetKind::ServicePrincipal;
    vec![
        Target {
            kind,
            id: Some("74ab0000-0000-4000-8000-0000000000aa".to_owned()),
            name: Some("Microsoft Graph".to_owned()),
            changes: changes(&[
                ("AppRole.Id", json!(null), json!("\"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8\"")),
                ("AppRole.Value", json!(null), json!("\"RoleManagement.ReadWrite.Directory\"")),
                ("ServicePrincipal.ObjectID", json!(null), json!("\"d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1\"")),
                ("ServicePrincipal.DisplayName", json!(null), json!("\"Invoice Sync\"")),
                ("ServicePrincipal.AppId", json!(null), json!("\"5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f\"")),
                (
                    "TargetId.ServicePrincipalNames",
                    json!(null),
                    json!("\"00000003-0000-0000-c000-000000000000;https://graph.example\""),
                ),
            ]),
            ..Target::default()
        },
        Target {
            kind,
            id: Some("d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1".to_owned()),
            name: Some("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f".to_owned()),
            ..Target::default()
        },
    ]
}

/// Every meaning of a record, each with the property that carries it.
fn meanings(targets: &[Target]) -> Vec<String> {
    let changes = targets.iter().flat_map(|target| &target.changes);
    changes.filter_map(|change| Some(format!("{}: {}", change.property, told(change.typed.as_ref()?)))).collect()
}
