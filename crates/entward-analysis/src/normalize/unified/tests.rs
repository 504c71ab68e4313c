//! Invented records of the unified audit log.

use entward_model::{ActorKind, Event, Outcome, Shape, TargetKind};
use serde_json::{Value, json};

use crate::knowledge::Knowledge;

const ADA: &str = "99999999-8888-7777-6666-555555555555";
const OBJECT: &str = "c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8";
const APP_ID: &str = "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f";

fn read(shape: Shape, record: &Value) -> Event {
    super::normalize(Knowledge::bundled(), shape, record)
}

fn bag(entries: &[(&str, u8)]) -> Value {
    entries.iter().map(|(id, kind)| json!({"ID": id, "Type": kind})).collect()
}

fn person() -> Value {
    bag(&[
        ("ada@contoso.example", 5),
        ("10032000AAAAAAAA", 3),
        ("Office Portal", 1),
        ("18ed3507-a475-4ccb-b669-d66bc9f2a36e", 2),
        (&format!("User_{ADA}"), 2),
        (ADA, 2),
        ("User", 2),
    ])
}

fn registration() -> Value {
    json!({
        "CreationTime": "2026-03-04T09:20:11", "Id": "0a6f0f7e-0000-4000-8000-5d1c3b2a1908",
        "Operation": "Add application.", "OrganizationId": "77777777-7777-7777-7777-777777777777", "RecordType": 8,
        "ResultStatus": "Success", "UserType": 0, "Workload": "AzureActiveDirectory", "UserId": "ada@contoso.example",
        "UserKey": "10032000AAAAAAAA@contoso.example", "ObjectId": format!("Application_{OBJECT}"),
        "ExtendedProperties": [
            {"Name": "additionalDetails", "Value": json!({"User-Agent": "Mozilla/5.0", "AppId": APP_ID}).to_string()},
            {"Name": "extendedAuditEventCategory", "Value": "Application"}
        ],
        "ModifiedProperties": [
            {"Name": "DisplayName", "NewValue": "[\r\n  \"Invoice Sync\"\r\n]", "OldValue": "[]"},
            {"Name": "Included Updated Properties", "NewValue": "DisplayName", "OldValue": ""}
        ],
        "Actor": person(), "InterSystemsId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50", "ActorIpAddress": "203.0.113.24:4711",
        "Target": bag(&[(&format!("Application_{OBJECT}"), 2), (OBJECT, 2), ("Application", 2), ("Invoice Sync", 1)])
    })
}

#[test]
fn a_registration_names_the_person_the_client_and_the_application() {
    let event = read(Shape::UalJson, &registration());
    assert_eq!(event.operation, Knowledge::bundled().operation(event.log, "Add application").id);
    assert_eq!(event.operation_seen, "Add application.");
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!(event.correlation_id.as_deref(), Some("6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50"));
    assert_eq!(event.actor.kind, ActorKind::User);
    assert_eq!(event.actor.id.as_deref(), Some(ADA));
    assert_eq!(event.actor.name.as_deref(), Some("ada@contoso.example"));
    assert_eq!(event.actor.app_id.as_deref(), Some("18ed3507-a475-4ccb-b669-d66bc9f2a36e"));
    assert_eq!(event.actor.address.as_deref(), Some("203.0.113.24"));
    assert_eq!(event.actor.user_agent.as_deref(), Some("Mozilla/5.0"));
    let [target] = event.targets.as_slice() else { panic!("{:?}", event.targets) };
    assert_eq!((target.kind, target.id.as_deref()), (TargetKind::Application, Some(OBJECT)));
    assert_eq!((target.name.as_deref(), target.app_id.as_deref()), (Some("Invoice Sync"), Some(APP_ID)));
    assert_eq!(target.changes[0].new, json!(["Invoice Sync"]));
    assert_eq!(target.changes[1].old, Value::Null);
}

#[test]
fn every_wrapper_holds_the_same_record() {
    let bare = read(Shape::UalJson, &registration());
    let text = registration().to_string();
    let powershell =
        json!({"AuditData": text, "CreationDate": "3/4/2026 9:20:11 AM", "Operations": "Add application."});
    let purview = json!({"RecordId": "0a6f0f7e-0000-4000-8000-5d1c3b2a1908", "AuditData": text, "UserId": "x"});
    let graph = json!({"id": "other", "auditData": registration(), "operation": "Add application."});
    for (shape, record) in [(Shape::UalCsv, powershell), (Shape::UalCsv, purview), (Shape::UalJson, graph)] {
        assert_eq!(Event { shape: Shape::UalJson, ..read(shape, &record) }, bare);
    }
}

#[test]
fn a_row_whose_record_is_lost_still_has_its_columns() {
    for audit_data in ["", "{\"Operation\":\"Add"] {
        let row = json!({
            "AuditData": audit_data, "CreationDate": "3/25/2026 12:36:42 PM", "Operations": "Add service principal.",
            "RecordType": "AzureActiveDirectory", "UserIds": "ada@contoso.example", "Identity": "r-1"
        });
        let event = read(Shape::UalCsv, &row);
        assert_eq!(event.operation_seen, "Add service principal.");
        assert_eq!(event.time.map(|time| time.to_string()).as_deref(), Some("2026-03-25T12:36:42Z"));
        assert_eq!(event.actor.name.as_deref(), Some("ada@contoso.example"));
        assert_eq!(event.record_id.as_deref(), Some("r-1"));
        assert!(event.targets.is_empty());
    }
}

#[test]
fn the_second_object_of_a_change_comes_from_its_properties() {
    let mut record = registration();
    record["Operation"] = json!("Add owner to application.");
    record["Target"] =
        bag(&[("User_57e4bd36-0000-4000-8000-7203d8e00b72", 2), ("User", 2), ("eve@contoso.example", 5)]);
    record["ModifiedProperties"] = json!([
        {"Name": "Application.ObjectID", "NewValue": OBJECT, "OldValue": ""},
        {"Name": "Application.DisplayName", "NewValue": "Invoice Sync", "OldValue": ""},
        {"Name": "Application.AppId", "NewValue": APP_ID, "OldValue": ""}
    ]);
    let event = read(Shape::UalJson, &record);
    let [owner, owned] = event.targets.as_slice() else { panic!("{:?}", event.targets) };
    assert_eq!((owner.kind, owner.name.as_deref()), (TargetKind::User, Some("eve@contoso.example")));
    assert_eq!(owner.app_id, None);
    assert_eq!((owned.kind, owned.id.as_deref()), (TargetKind::Application, Some(OBJECT)));
    assert_eq!((owned.name.as_deref(), owned.app_id.as_deref()), (Some("Invoice Sync"), Some(APP_ID)));
}

#[test]
fn a_failed_sign_in_is_a_failure_whatever_its_status_says() {
    let record = |operation: &str| {
        json!({
            "Operation": operation, "RecordType": 15, "ResultStatus": "Success", "UserId": "ada@contoso.example",
            "Actor": bag(&[(ADA, 0), ("ada@contoso.example", 5)]), "ApplicationId": APP_ID, "ErrorNumber": "50126",
            "LogonError": "InvalidUserNameOrPassword", "ClientIP": "203.0.113.24", "UserType": 0,
            "Target": bag(&[("00000003-0000-0000-c000-000000000000", 0)]), "CreationTime": "2026-03-04 09:20:11",
            "ExtendedProperties": [{"Name": "UserAgent", "Value": "Mozilla/5.0"}]
        })
    };
    let failed = read(Shape::UalJson, &record("UserLoginFailed"));
    assert_eq!((failed.operation.as_str(), failed.outcome), ("entra.sign-in", Outcome::Failure));
    assert_eq!(failed.reason.as_deref(), Some("50126: InvalidUserNameOrPassword"));
    assert_eq!(failed.actor.id.as_deref(), Some(ADA));
    assert_eq!(failed.actor.app_id.as_deref(), Some(APP_ID));
    assert_eq!(failed.targets[0].app_id.as_deref(), Some("00000003-0000-0000-c000-000000000000"));
    let done = read(Shape::UalJson, &record("UserLoggedIn"));
    assert_eq!((done.operation.as_str(), done.outcome), ("entra.sign-in", Outcome::Success));
}

#[test]
fn words_that_name_nobody_are_no_names() {
    let own = "6cdf381d-0000-4000-8000-07780fcc4b5d";
    let mut record = registration();
    record["UserId"] = json!("Certificate");
    record["UserKey"] = json!("Not Available");
    record["UserType"] = json!(4);
    record["Actor"] = bag(&[("Some Service", 1), ("Certificate", 2), ("Other", 2)]);
    let system = read(Shape::UalJson, &record).actor;
    assert_eq!((system.kind, system.id, system.name.as_deref()), (ActorKind::Microsoft, None, Some("Some Service")));

    record["UserId"] = json!(format!("ServicePrincipal_{own}"));
    record["Actor"] = bag(&[
        ("Deploy Robot", 1),
        (APP_ID, 2),
        (&format!("ServicePrincipal_{own}"), 2),
        (own, 2),
        ("ServicePrincipal", 2),
    ]);
    let robot = read(Shape::UalJson, &record).actor;
    assert_eq!((robot.kind, robot.id.as_deref()), (ActorKind::Application, Some(own)));
    assert_eq!((robot.name.as_deref(), robot.app_id.as_deref()), (Some("Deploy Robot"), Some(APP_ID)));
}

#[test]
fn a_workspace_row_has_the_mailbox_and_the_client() {
    let row = json!({
        "TimeGenerated": "3/4/2026, 3:05:26.000 PM", "Operation": "New-InboxRule", "OfficeWorkload": "Exchange",
        "OfficeObjectId": "ada\\rule", "UserId": "ada@contoso.example", "UserType": "Regular", "ResultStatus": "True",
        "TenantId": "00000000-aaaa-4000-8000-000000000000", "OrganizationId": "77777777-7777-7777-7777-777777777777",
        "Client_IPAddress": "203.0.113.24", "ClientAppId": APP_ID, "OfficeId": "84365963-0000-4000-8000-08d90a570e02",
        "Parameters": "[{\"Name\":\"ForwardTo\",\"Value\":\"eve@fabrikam.example\"}]"
    });
    let event = read(Shape::LaOfficeActivity, &row);
    assert_eq!(event.tenant.as_deref(), Some("77777777-7777-7777-7777-777777777777"));
    assert_eq!(event.outcome, Outcome::Success);
    assert_eq!(event.actor.kind, ActorKind::User);
    assert_eq!(event.actor.address.as_deref(), Some("203.0.113.24"));
    assert_eq!(event.targets[0].name.as_deref(), Some("ada\\rule"));
    assert_eq!(event.targets[0].changes[0].new, json!("eve@fabrikam.example"));
    assert_eq!(event.record_id.as_deref(), Some("84365963-0000-4000-8000-08d90a570e02"));
}
