//! Rows of the portal's downloads. All of it is invented.

use entward_model::{ActorKind, Event, Outcome};
use serde_json::json;

use super::*;
use crate::normalize::changes::tests::told;
use crate::normalize::normalize;

#[test]
fn a_row_of_the_audit_download() {
    let event = read(
        Shape::PortalAuditCsv,
        json!({
            "Date (UTC)": "2026-03-04T09:20:11.8466546Z",
            "CorrelationId": "6C5F3F54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
            "Service": "Core Directory",
            "Category": "ApplicationManagement",
            "Activity": "Add application",
            "Result": "success",
            "ResultReason": "",
            "User Agent": "",
            "ActorType": "User",
            "ActorDisplayName": "",
            "ActorObjectId": "99999999-8888-7777-6666-555555555555",
            "ActorUserPrincipalName": "ada@contoso.example",
            "IPAddress": "203.0.113.24",
            "ActorHomeTenantId": "",
            "ActorServicePrincipalId": "",
            "Target1Type": "Application",
            "Target1DisplayName": "Invoice Sync",
            "Target1ObjectId": "c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
            "Target1UserPrincipalName": "",
            "Target1ModifiedProperty1Name": "AppId",
            "Target1ModifiedProperty1OldValue": "[]",
            "Target1ModifiedProperty1NewValue": "[\"5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f\"]",
            "Target1ModifiedProperty2Name": "AvailableToOtherTenants",
            "Target1ModifiedProperty2OldValue": "[]",
            "Target1ModifiedProperty2NewValue": "[true]",
            "Target1ModifiedProperty3Name": "",
            "Target2Type": "", "Target2DisplayName": "", "Target2ObjectId": "", "Target2UserPrincipalName": "",
            "AdditionalDetail1Key": "User-Agent",
            "AdditionalDetail1Value": "Mozilla/5.0",
            "AdditionalDetail2Key": "AppId",
            "AdditionalDetail2Value": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
            "AdditionalDetail3Key": "",
        }),
    );
    assert_eq!(event.operation, "entra.application.add");
    assert_eq!(event.time.unwrap().to_string(), "2026-03-04T09:20:11.8466546Z");
    assert_eq!(event.correlation_id.as_deref(), Some("6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50"));
    assert_eq!(event.record_id, None, "the download has none");
    assert_eq!(event.tenant, None, "the home of the actor need not be the log's tenant");
    assert_eq!(
        actor(&event),
        "user ada@contoso.example 99999999-8888-7777-6666-555555555555 - 203.0.113.24 Mozilla/5.0"
    );
    assert_eq!(
        targets(&event),
        [
            "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f: audience - -> AzureADMultipleOrgs"
        ]
    );
}

#[test]
fn an_application_in_the_audit_download() {
    let row = |kind: &str| {
        json!({
            "Activity": "Add service principal",
            "ActorType": kind,
            "ActorDisplayName": "Deploy Robot",
            "ActorObjectId": "",
            "ActorUserPrincipalName": "",
            "ActorServicePrincipalId": "FC000000-0000-4000-8000-00000000caa1",
        })
    };
    let expected = "application Deploy Robot fc000000-0000-4000-8000-00000000caa1 - - -";
    assert_eq!(actor(&read(Shape::PortalAuditCsv, row("Application"))), expected);
    assert_eq!(actor(&read(Shape::PortalAuditCsv, row("Other"))), expected);
    let managed = "managed_identity Deploy Robot fc000000-0000-4000-8000-00000000caa1 - - -";
    assert_eq!(actor(&read(Shape::PortalAuditCsv, row("Managed Identity"))), managed);
}

#[test]
fn a_person_signs_in() {
    let row = |code: &str, status: &str, failure: &str| {
        json!({
            "Date (UTC)": "2026-03-04T09:04:41Z",
            "Request ID": "933f20c0-0000-4000-8000-e5cc566d2e00",
            "User agent": "Mozilla/5.0",
            "Correlation ID": "e3d0a0c2-aaaa-4bbb-8ccc-1d2e3f405162",
            "User ID": "99999999-8888-7777-6666-555555555555",
            "User": "Ada Example",
            "Username": "ada@contoso.example",
            "Application": "Azure Portal",
            "Application ID ": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
            "Resource": "Windows Azure Service Management API",
            "Resource ID ": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            "Resource tenant ID": "77777777-7777-7777-7777-777777777777",
            "Home tenant ID": "77777777-7777-7777-7777-777777777777",
            "IP address": "203.0.113.24",
            "Status": status,
            "Sign-in error code": code,
            "Failure reason": failure,
        })
    };
    let failed = read(Shape::PortalSignInCsv, row("50126", "Failure", "Invalid username or password."));
    assert_eq!((failed.operation.as_str(), failed.outcome), ("entra.sign-in", Outcome::Failure));
    assert_eq!(failed.reason.as_deref(), Some("50126: Invalid username or password."));
    assert_eq!(
        actor(&failed),
        "user ada@contoso.example 99999999-8888-7777-6666-555555555555 c44b4083-3bb0-49c1-b47d-974e53cbdf3c 203.0.113.24 Mozilla/5.0"
    );
    assert_eq!(
        targets(&failed),
        ["service_principal Windows Azure Service Management API - 797f4846-ba00-4fd7-ba43-dac1f8f63013:"]
    );
    assert_eq!(failed.tenant.as_deref(), Some("77777777-7777-7777-7777-777777777777"));
    assert_eq!(failed.record_id.as_deref(), Some("933f20c0-0000-4000-8000-e5cc566d2e00"));
    let succeeded = read(Shape::PortalSignInCsv, row("0", "Success", "Other."));
    assert_eq!((succeeded.outcome, succeeded.reason), (Outcome::Success, None));
    let interrupted = read(Shape::PortalSignInCsv, row("50140", "Interrupted", "Stay signed in?"));
    assert_eq!(interrupted.outcome, Outcome::Failure);
    assert_eq!(read(Shape::PortalSignInCsv, row("", "Success", "")).outcome, Outcome::Success);
}

#[test]
fn an_application_signs_in() {
    let mut row = json!({
        "Service principal ID": "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1",
        "Service principal name": "Invoice Sync",
        "Application ID ": "5F0C7B1E-2a34-4d7e-9b11-0a1b2c3d4e5f",
        "Resource tenant ID": "77777777-7777-7777-7777-777777777777",
        "Home tenant ID": "88888888-7777-7777-7777-777777777777",
        "IP address": "198.51.100.7",
    });
    let event = read(Shape::PortalSignInCsv, row.clone());
    assert_eq!(
        actor(&event),
        "application Invoice Sync d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f 198.51.100.7 -"
    );
    assert_eq!(event.tenant, None, "home and resource differ");
    row["Managed Identity type"] = json!("User assigned");
    assert_eq!(read(Shape::PortalSignInCsv, row).actor.kind, ActorKind::ManagedIdentity);
}

#[test]
fn a_row_of_the_activity_download_has_a_label_only() {
    let row = |caller: &str| {
        json!({
            "Correlation id": "6C5F3F54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
            "Operation name": "Create role assignment",
            "Status": "Started",
            "Time": "2026-03-04T09:12:44.512Z",
            "Subscription": "11111111-2222-3333-4444-55555555555A",
            "Event initiated by": caller,
            "Resource": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/RG-App",
        })
    };
    let event = read(Shape::PortalActivityCsv, row("ada@contoso.example"));
    assert_eq!(event.operation_seen, "Create role assignment");
    assert_eq!(event.operation, "azure.authorization.roleassignments.write");
    assert_eq!(event.outcome, Outcome::Started);
    assert_eq!(event.subscription.as_deref(), Some("11111111-2222-3333-4444-55555555555a"));
    assert_eq!(actor(&event), "user ada@contoso.example - - - -");
    assert_eq!(
        targets(&event),
        ["resource RG-App /subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg-app -:"]
    );
    assert_eq!(
        actor(&read(Shape::PortalActivityCsv, row("D0D1D2D3-e4e5-4f60-8a8b-9c9d9e9fa0a1"))),
        "application - d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1 - - -"
    );
    assert_eq!(actor(&read(Shape::PortalActivityCsv, row("Microsoft.Security"))), "unknown Microsoft.Security - - - -");
}

#[test]
fn an_empty_row_is_an_empty_event() {
    for shape in [Shape::PortalAuditCsv, Shape::PortalSignInCsv, Shape::PortalActivityCsv] {
        for row in [json!({}), json!(null), json!([]), json!({ "Date (UTC)": "yesterday", "Target1Type": 7 })] {
            assert_eq!(read(shape, row).time, None);
        }
    }
}

fn read(shape: Shape, row: Value) -> Event {
    normalize(Knowledge::bundled(), shape, &row)
}

fn actor(event: &Event) -> String {
    let actor = &event.actor;
    let parts = [&actor.name, &actor.id, &actor.app_id, &actor.address, &actor.user_agent];
    let parts: Vec<&str> = parts.iter().map(|part| part.as_deref().unwrap_or("-")).collect();
    format!("{} {}", actor.kind.as_str(), parts.join(" "))
}

fn targets(event: &Event) -> Vec<String> {
    let lines = event.targets.iter().map(|target| {
        let parts: Vec<&str> =
            [&target.name, &target.id, &target.app_id].iter().map(|part| part.as_deref().unwrap_or("-")).collect();
        let typed =
            target.changes.iter().filter_map(|change| change.typed.as_ref()).map(|typed| format!(" {}", told(typed)));
        format!("{} {}:{}", target.kind.as_str(), parts.join(" "), typed.collect::<String>())
    });
    lines.collect()
}
