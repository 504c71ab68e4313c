use entward_model::{Level, RoleRef, Shape, StoryRecord};
use serde_json::{Value, json};

use super::*;
use crate::knowledge::{Knowledge, pages::Quotes};
use crate::normalize::normalize;

const SUBSCRIPTION: &str = "/subscriptions/11111111-2222-3333-4444-555555555555";
const PRINCIPAL: &str = "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const ADA: &str = "99999999-8888-7777-6666-555555555555";

fn story(records: Vec<(Shape, Value, Option<Level>)>) -> Story {
    let records = records.into_iter().map(|(shape, record, level)| {
        let event = normalize(Knowledge::bundled(), shape, &record);
        StoryRecord { event, rules: Vec::new(), level }
    });
    Story { records: records.collect(), duplicates: 0 }
}

/// One record of the pair that the Activity Log writes of a role assignment.
fn twin(result: &str, properties: Value) -> Value {
    json!({
        "time": "2026-03-04T09:12:44Z", "operationName": "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE",
        "category": "Administrative", "resultType": result, "correlationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
        "resourceId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/{ADA}"),
        "identity": {"claims": {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "ada@contoso.example"}},
        "properties": properties
    })
}

fn assignment(role: &str) -> Story {
    let body = json!({"Properties": {
        "PrincipalId": PRINCIPAL, "PrincipalType": "ServicePrincipal", "Scope": SUBSCRIPTION,
        "RoleDefinitionId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}")
    }});
    story(vec![
        (Shape::DiagActivityLog, twin("Start", json!({"requestbody": body.to_string()})), None),
        (Shape::DiagActivityLog, twin("Success", json!({"statusCode": "Created"})), Some(Level::Medium)),
    ])
}

#[test]
fn a_role_assignment_is_told_from_the_twin_that_has_the_request() {
    let alert = crate::alert::alert(&assignment(OWNER), &[], &mut Quotes::new(&[]));
    assert_eq!(alert.title, format!("ada@contoso.example assigned the Azure role Owner to {PRINCIPAL}"));
    let principal = alert.targets.iter().find(|target| target.id.as_deref() == Some(PRINCIPAL)).unwrap();
    let Some(Typed::Role { new: Some(role), .. }) = &principal.changes[0].typed else { panic!("{principal:?}") };
    let expected = RoleRef {
        id: Some(OWNER.to_owned()),
        name: Some("Owner".to_owned()),
        privileged: Some(true),
        scope: Some(SUBSCRIPTION.to_owned()),
    };
    assert_eq!(role, &expected);
    assert!(alert.because.iter().any(|because| because.reason == "Owner is a privileged role"), "{:?}", alert.because);
}

#[test]
fn a_role_that_no_table_knows_is_told_by_its_id_and_one_that_no_record_names_as_such() {
    let own = "f6085127-0000-4000-8000-59b725460c96";
    let title = crate::alert::alert(&assignment(own), &[], &mut Quotes::new(&[])).title;
    assert_eq!(title, format!("ada@contoso.example assigned an Azure role (id {own}) to {PRINCIPAL}"));
    let alone = story(vec![(Shape::DiagActivityLog, twin("Success", json!({})), Some(Level::Medium))]);
    let title = crate::alert::alert(&alone, &[], &mut Quotes::new(&[])).title;
    assert!(title.starts_with("ada@contoso.example assigned an Azure role that the log does not name to "), "{title}");
}

/// PIM's record of an activation: the actor is Ada.
fn activation(member: &str, name: &str) -> Story {
    let record = json!({
        "activityDisplayName": "Add member to role completed (PIM activation)", "result": "success",
        "activityDateTime": "2026-03-04T09:12:44Z", "loggedByService": "PIM", "id": "PIM_1",
        "initiatedBy": {"user": {"id": ADA, "displayName": "Ada Lindholm", "userPrincipalName": "ada@contoso.example"}},
        "targetResources": [
            {"id": "6a0f3f7c-5b1e-4d28-9c40-7e1d2c3b4a59", "displayName": "User Administrator", "type": "Role"},
            {"id": member, "displayName": name, "type": "User"}
        ],
        "additionalDetails": [{"key": "TemplateId", "value": "fe930be7-5e62-47db-91af-98c3a49a38b1"}]
    });
    story(vec![(Shape::GraphDirectoryAudit, record, Some(Level::Low))])
}

#[test]
fn what_somebody_activates_for_themselves_is_not_for_anybody() {
    let title = |member, name| crate::alert::alert(&activation(member, name), &[], &mut Quotes::new(&[])).title;
    assert_eq!(title(ADA, "Ada Lindholm"), "ada@contoso.example activated the role User Administrator");
    assert_eq!(
        title(PRINCIPAL, "Ben Sorel"),
        "ada@contoso.example activated the role User Administrator for Ben Sorel"
    );
}

/// Assignments of the directory's roles, told by Graph in one operation of the portal.
fn role_assignments(given: &[(&str, &str)]) -> Story {
    let records = given.iter().enumerate().map(|(at, (role, member))| {
        let record = json!({
            "activityDisplayName": "Add member to role", "result": "success", "category": "RoleManagement",
            "activityDateTime": format!("2026-03-04T09:12:{:02}Z", at + 10), "loggedByService": "Core Directory",
            "id": format!("Directory_{at}"), "correlationId": "6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
            "initiatedBy": {"user": {"id": ADA, "userPrincipalName": "ada@contoso.example"}},
            "targetResources": [
                {"id": PRINCIPAL, "displayName": member, "type": "User", "modifiedProperties": [
                    {"displayName": "Role.DisplayName", "oldValue": null, "newValue": format!("\"{role}\"")}
                ]},
                {"id": OWNER, "displayName": null, "type": "Role"}
            ]
        });
        (Shape::GraphDirectoryAudit, record, Some(Level::High))
    });
    story(records.collect())
}

#[test]
fn a_second_role_is_named_and_more_are_counted() {
    let title =
        |given: &[(&str, &str)]| crate::alert::alert(&role_assignments(given), &[], &mut Quotes::new(&[])).title;
    let (one, two) = (("User Administrator", "Ben Sorel"), ("Helpdesk Administrator", "Ben Sorel"));
    let single = "ada@contoso.example gave the role User Administrator to Ben Sorel";
    assert_eq!(title(&[one]), single);
    assert_eq!(title(&[one, one]), single, "what is said twice is one");
    assert_eq!(title(&[one, two]), format!("{single} and the role Helpdesk Administrator to Ben Sorel"));
    let third = ("Global Reader", "Ben Sorel");
    assert_eq!(title(&[one, two, third]), format!("{single} and 2 more"));
}
