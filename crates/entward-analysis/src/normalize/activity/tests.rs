//! Invented records of the Activity Log, in each of its shapes.

use entward_model::{ActorKind, Event, Outcome, RoleRef, Shape, TargetKind, Typed};
use serde_json::{Value, json};

use crate::knowledge::Knowledge;

const TENANT: &str = "77777777-7777-7777-7777-777777777777";
const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
const ADA: &str = "99999999-8888-7777-6666-555555555555";
const PRINCIPAL: &str = "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1";
const OWNER_ROLE: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

fn read(shape: Shape, record: Value) -> Event {
    super::normalize(Knowledge::bundled(), shape, &record)
}

fn path(rest: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-App/providers/{rest}")
}

fn claims_of_ada() -> Value {
    json!({
        "appid": "C44B4083-3bb0-49c1-b47d-974e53cbdf3c", "ipaddr": "203.0.113.24", "name": "Ada Example",
        "http://schemas.microsoft.com/identity/claims/objectidentifier": ADA,
        "http://schemas.microsoft.com/identity/claims/tenantid": TENANT,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "ada@contoso.example"
    })
}

/// One identity made, as the management API, the export, the workspace and Event Grid tell it.
fn one_change() -> [(Shape, Value); 4] {
    let resource = path("Microsoft.ManagedIdentity/userAssignedIdentities/id-Deploy");
    let operation = "Microsoft.ManagedIdentity/userAssignedIdentities/write";
    let rest = json!({
        "operationName": {"value": operation, "localizedValue": "Create/Update User Assigned Identity"},
        "caller": "ada@contoso.example", "claims": claims_of_ada(), "eventTimestamp": "2026-03-04T09:12:44.5120000Z",
        "httpRequest": {"clientIpAddress": "203.0.113.24", "method": "PUT"}, "resourceId": resource,
        "status": {"value": "Succeeded"}, "subStatus": {"value": "Created"}, "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT, "correlationId": "6C5F3F54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
        "eventDataId": "35b9db88-0000-4000-8000-f8dc243eafdd", "properties": {"statusCode": "Created"}
    });
    let exported = json!({
        "time": "2026-03-04T09:12:44.5120000Z", "resourceId": resource.to_uppercase(),
        "operationName": operation.to_uppercase(), "category": "Administrative", "resultType": "Success",
        "resultSignature": "Succeeded.Created", "callerIpAddress": "203.0.113.24",
        "correlationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
        "identity": json!({"authorization": {"scope": resource}, "claims": claims_of_ada()}).to_string(),
        "properties": {"statusCode": "Created", "entity": resource}
    });
    let workspace = json!({
        "TimeGenerated": "2026-03-04T09:12:44.512Z", "OperationNameValue": operation.to_uppercase(),
        "OperationName": "Create/Update User Assigned Identity", "ActivityStatusValue": "Success", "ActivityStatus": "",
        "Caller": "ada@contoso.example", "CallerIpAddress": "203.0.113.24", "Claims": claims_of_ada().to_string(),
        "Authorization": json!({"scope": resource}).to_string(), "Properties": "{}", "Level": "",
        "_ResourceId": resource.to_lowercase(), "SubscriptionId": SUBSCRIPTION, "TenantId": "00000000-aaaa-4000-8000-0",
        "CorrelationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50", "EventDataId": "35b9db88-0000-4000-8000-f8dc243eafdd"
    });
    let event_grid = json!({
        "id": "35b9db88-0000-4000-8000-f8dc243eafdd", "eventTime": "2026-03-04T09:12:44.512Z", "subject": resource,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "data": {
            "operationName": operation, "resourceUri": resource, "claims": claims_of_ada(), "status": "Succeeded",
            "httpRequest": {"clientIpAddress": "203.0.113.24"}, "subscriptionId": SUBSCRIPTION, "tenantId": TENANT,
            "correlationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50", "authorization": {"scope": resource}
        }
    });
    [
        (Shape::RestActivityLog, rest),
        (Shape::DiagActivityLog, exported),
        (Shape::LaAzureActivity, workspace),
        (Shape::EventgridActivityLog, event_grid),
    ]
}

#[test]
fn four_shapes_tell_one_change_alike() {
    let told = one_change().map(|(shape, record)| read(shape, record));
    for event in &told {
        let shape = event.shape;
        assert_eq!(event.operation, told[0].operation, "{shape}");
        assert_eq!(event.outcome, Outcome::Success, "{shape}");
        assert_eq!(event.actor, told[0].actor, "{shape}");
        assert_eq!(event.targets, told[0].targets, "{shape}");
        assert_eq!(event.time, told[0].time, "{shape}");
        assert_eq!(event.tenant.as_deref(), Some(TENANT), "{shape}");
        assert_eq!(event.subscription.as_deref(), Some(SUBSCRIPTION), "{shape}");
        assert_eq!(event.correlation_id.as_deref(), Some("6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50"), "{shape}");
        let has_own_id = shape != Shape::DiagActivityLog;
        assert_eq!(event.record_id.is_some(), has_own_id, "{shape}");
    }
    let first = &told[0];
    assert_eq!(first.actor.kind, ActorKind::User);
    assert_eq!(first.actor.id.as_deref(), Some(ADA));
    assert_eq!(first.actor.name.as_deref(), Some("ada@contoso.example"));
    assert_eq!(first.actor.app_id.as_deref(), Some("c44b4083-3bb0-49c1-b47d-974e53cbdf3c"));
    assert_eq!(first.targets[0].name.as_deref(), Some("id-Deploy"));
    assert_eq!(first.targets[0].kind, TargetKind::Resource);
}

#[test]
fn a_role_assignment_names_who_gained_which_role_and_where() {
    let resource = path("Microsoft.Authorization/roleAssignments/88888888-0000-4000-8000-000000000001");
    let body = json!({
        "Id": "88888888-0000-4000-8000-000000000001",
        "Properties": {
            "PrincipalId": PRINCIPAL, "PrincipalType": "ServicePrincipal",
            "RoleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{OWNER_ROLE}"),
            "Scope": format!("/subscriptions/{SUBSCRIPTION}")
        }
    });
    let event = read(
        Shape::RestActivityLog,
        json!({
            "operationName": {"value": "Microsoft.Authorization/roleAssignments/write"}, "resourceId": resource,
            "status": {"value": "Started"}, "properties": {"requestbody": body.to_string()}
        }),
    );
    assert_eq!(event.outcome, Outcome::Started);
    let [assignment, principal] = event.targets.as_slice() else { panic!("{:?}", event.targets) };
    assert!(assignment.changes.is_empty());
    assert_eq!((principal.kind, principal.id.as_deref()), (TargetKind::ServicePrincipal, Some(PRINCIPAL)));
    assert_eq!(principal.changes[0].property, "RoleDefinitionId");
    check_role(&principal.changes[0].typed, None, Some((OWNER_ROLE, &format!("/subscriptions/{SUBSCRIPTION}"))));
}

#[track_caller]
fn check_role(typed: &Option<Typed>, lost: Option<(&str, &str)>, gained: Option<(&str, &str)>) {
    let Some(Typed::Role { old, new }) = typed else { panic!("{typed:?}") };
    let plain = |role: &Option<RoleRef>| role.clone().map(|role| (role.id.unwrap(), role.scope.unwrap()));
    let owned = |side: Option<(&str, &str)>| side.map(|(id, scope)| (id.to_owned(), scope.to_owned()));
    assert_eq!(plain(old), owned(lost));
    assert_eq!(plain(new), owned(gained));
    let known = Knowledge::bundled().azure_role(OWNER_ROLE);
    let either = old.as_ref().or(new.as_ref()).unwrap();
    if either.id.as_deref() == Some(OWNER_ROLE) {
        assert_eq!(either.name.as_deref(), known.map(|role| role.name));
    }
}

#[test]
fn a_removed_assignment_is_read_from_the_answer_or_from_loose_members() {
    let resource = path("Microsoft.Authorization/roleAssignments/88888888-0000-4000-8000-000000000001");
    let scope = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-app");
    let answer = json!({"properties": {"principalId": PRINCIPAL, "roleDefinitionId": OWNER_ROLE, "scope": scope}});
    let without_dashes = |id: &str| id.replace('-', "");
    let loose = json!({"principalId": without_dashes(PRINCIPAL), "roleDefinitionId": without_dashes(OWNER_ROLE)});
    for properties in [json!({"responseBody": answer.to_string()}), json!({"responseBody": answer}), loose] {
        let event = read(
            Shape::DiagActivityLog,
            json!({
                "operationName": "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/DELETE", "resultType": "Success",
                "resourceId": resource.to_uppercase(), "properties": properties
            }),
        );
        assert_eq!(event.targets[1].id.as_deref(), Some(PRINCIPAL));
        check_role(&event.targets[1].changes[0].typed, Some((OWNER_ROLE, &scope)), None);
    }
}

#[test]
fn elevated_access_is_a_role_at_the_root_for_the_caller() {
    let event = read(
        Shape::RestActivityLog,
        json!({
            "operationName": {"value": "Microsoft.Authorization/elevateAccess/action"}, "claims": claims_of_ada(),
            "resourceId": "/providers/Microsoft.Authorization", "subscriptionId": "", "status": {"value": "Succeeded"}
        }),
    );
    assert_eq!(event.subscription, None);
    let caller = &event.targets[1];
    assert_eq!((caller.kind, caller.id.as_deref()), (TargetKind::User, Some(ADA)));
    check_role(&caller.changes[0].typed, None, Some(("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "/")));
}

#[test]
fn a_federated_credential_belongs_to_the_identity() {
    let identity = path("Microsoft.ManagedIdentity/userAssignedIdentities/id-deploy");
    let body = json!({"properties": {"issuer": "https://token.contoso.example", "subject": "repo:contoso/app"}});
    let event = read(
        Shape::RestActivityLog,
        json!({
            "operationName": {
                "value": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"
            },
            "resourceId": format!("{identity}/federatedIdentityCredentials/ci"),
            "status": {"value": "Succeeded"}, "properties": {"requestbody": body.to_string()}
        }),
    );
    let target = &event.targets[1];
    assert_eq!(target.id.as_deref(), Some(identity.to_lowercase().as_str()));
    let Some(Typed::Credentials { old, new }) = &target.changes[0].typed else { panic!("{target:?}") };
    assert!(old.is_empty());
    assert_eq!(new[0].issuer.as_deref(), Some("https://token.contoso.example"));
    assert_eq!((new[0].subject.as_deref(), new[0].name.as_deref()), (Some("repo:contoso/app"), Some("ci")));
}

#[test]
fn a_custom_role_has_its_name_and_its_permissions() {
    let body = json!({"properties": {"roleName": "Helper", "permissions": [{"actions": ["*"]}]}});
    let event = read(
        Shape::DiagActivityLog,
        json!({
            "operationName": "MICROSOFT.AUTHORIZATION/ROLEDEFINITIONS/WRITE", "resultType": "Start",
            "resourceId": path("Microsoft.Authorization/roleDefinitions/f6085127-0000-4000-8000-59b725460c96"),
            "properties": json!({"requestbody": body.to_string()}).to_string()
        }),
    );
    let target = &event.targets[0];
    assert_eq!(target.name.as_deref(), Some("Helper"));
    let permissions = target.changes.iter().find(|change| change.property == "permissions").unwrap();
    assert_eq!(permissions.new, json!([{"actions": ["*"]}]));
}

#[test]
fn the_caller_is_told_by_claims_and_never_by_a_display_name() {
    const NAMES: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
    const OID: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    let guest = format!("{NAMES}/name");
    let spn = format!("{NAMES}/spn");
    let mail = format!("{NAMES}/emailaddress");
    let cases = [
        (
            json!({"xms_mirid": path("Microsoft.Compute/virtualMachines/vm"), OID: ADA}),
            ActorKind::ManagedIdentity,
            None,
        ),
        (json!({"appid": PRINCIPAL, "appidacr": "1", OID: ADA}), ActorKind::Application, None),
        (
            json!({"idtyp": "app", OID: ADA, "name": "ada@contoso.example"}),
            ActorKind::Application,
            Some("ada@contoso.example"),
        ),
        (
            json!({guest: "live.com#eve@fabrikam.example", "http://schemas.microsoft.com/identity/claims/scope": "x"}),
            ActorKind::User,
            Some("eve@fabrikam.example"),
        ),
        (json!({mail: "Microsoft.Advisor"}), ActorKind::Microsoft, Some("Microsoft.Advisor")),
        (json!({spn: "Microsoft.Advisor"}), ActorKind::Microsoft, Some("Microsoft.Advisor")),
        (json!({"name": "Microsoft Azure"}), ActorKind::Unknown, Some("Microsoft Azure")),
    ];
    for (claims, kind, name) in cases {
        let actor = read(Shape::RestActivityLog, json!({"claims": claims})).actor;
        assert_eq!((actor.kind, actor.name.as_deref()), (kind, name), "{claims}");
    }
}

#[test]
fn without_claims_the_evidence_and_the_caller_speak() {
    let evidence = |kind: &str| {
        let principal = ADA.replace('-', "");
        json!({"authorization": {"evidence": {"principalId": principal, "principalType": kind}}})
    };
    for (kind, expected) in [("User", ActorKind::User), ("ServicePrincipal", ActorKind::Application)] {
        let actor = read(Shape::DiagActivityLog, json!({"identity": evidence(kind)})).actor;
        assert_eq!((actor.kind, actor.id.as_deref()), (expected, Some(ADA)));
    }
    let member = read(Shape::DiagActivityLog, json!({"identity": evidence("Group")})).actor;
    assert_eq!((member.kind, member.id), (ActorKind::Unknown, None));
    let service = read(Shape::RestActivityLog, json!({"caller": "Microsoft.Insights/autoscaleSettings"})).actor;
    assert_eq!(service.kind, ActorKind::Microsoft);
    let workload = read(Shape::RestActivityLog, json!({"caller": PRINCIPAL})).actor;
    assert_eq!((workload.kind, workload.id.as_deref()), (ActorKind::Application, Some(PRINCIPAL)));
}

#[test]
fn a_failure_gives_the_services_reason() {
    let message = json!({"error": {"code": "PrincipalNotFound", "message": "No such principal."}}).to_string();
    let event = read(
        Shape::RestActivityLog,
        json!({"status": {"value": "Failed"}, "subStatus": {"value": "BadRequest"}, "properties": {"statusMessage": message}}),
    );
    assert_eq!(event.reason.as_deref(), Some("PrincipalNotFound: No such principal."));
    let bare =
        read(Shape::DiagActivityLog, json!({"resultType": "Failure", "properties": {"statusCode": "Forbidden"}}));
    assert_eq!((bare.outcome, bare.reason.as_deref()), (Outcome::Failure, Some("Forbidden")));
}

#[test]
fn a_provider_registration_is_an_operation_on_a_subscription() {
    let event = read(
        Shape::DiagActivityLog,
        json!({
            "operationName": "MICROSOFT.AZUREACTIVEDIRECTORY/REGISTER/ACTION", "resultType": "Success",
            "resourceId": format!("/SUBSCRIPTIONS/{SUBSCRIPTION}"),
            "properties": {"hierarchy": format!("{TENANT}/{SUBSCRIPTION}")}
        }),
    );
    assert_eq!(event.targets.len(), 1);
    assert_eq!(event.targets[0].kind, TargetKind::Subscription);
    assert_eq!(event.tenant.as_deref(), Some(TENANT));
    assert!(!event.operation.contains("application"), "{}", event.operation);
}

#[test]
fn short_and_reshaped_records_give_what_they_have() {
    let event = read(
        Shape::DiagActivityLog,
        json!({
            "resourceId": path("Microsoft.Web/sites/app"),
            "evt": {"category": "Administrative", "outcome": "Success", "name": "MICROSOFT.WEB/SITES/PUBLISHXML/ACTION"}
        }),
    );
    assert_eq!(event.operation_seen, "MICROSOFT.WEB/SITES/PUBLISHXML/ACTION");
    assert_eq!(event.outcome, Outcome::Success);
    let resource_log = read(
        Shape::DiagPlatformLogs,
        json!({
            "EventName": "Retrieve ConsumerGroup", "Caller": "Portal", "Status": "Succeeded",
            "EventTimeString": "3/4/2026 9:06:42 AM +00:00", "resourceId": path("Microsoft.EventHub/namespaces/ns")
        }),
    );
    assert_eq!(resource_log.operation_seen, "Retrieve ConsumerGroup");
    assert_eq!(resource_log.outcome, Outcome::Success);
    assert_eq!(resource_log.actor.kind, ActorKind::Unknown);
    assert!(resource_log.time.is_some());
    for odd in [json!(null), json!([]), json!("text"), json!({"properties": 7, "claims": [1], "identity": "x"})] {
        for shape in [Shape::RestActivityLog, Shape::LaAzureActivity, Shape::EventgridActivityLog] {
            read(shape, odd.clone());
        }
    }
}
