//! Roles, and what else a record may hold or lack.

use super::*;

#[test]
fn a_member_of_a_role() {
    let properties = json!([
        property("Role.ObjectID", json!(null), json!("\"cc5cbfa4-0000-4000-8000-4c8d447b0adf\"")),
        property("Role.DisplayName", json!(null), json!("\"Global Administrator\"")),
        property("Role.TemplateId", json!(null), json!("\"62e90394-69f5-4237-9190-012177145e10\"")),
        property("Role.WellKnownObjectName", json!(null), json!("\"TenantAdmins\"")),
    ]);
    let member = json!({ "id": ADA, "type": "User", "userPrincipalName": "ada@contoso.example", "modifiedProperties": properties });
    check_graph(
        &record("Add member to role", json!([member]), json!([])),
        &[
            "entra.role.member.add success",
            "user ada@contoso.example 99999999-8888-7777-6666-555555555555",
            "  Role.TemplateId: role - -> 62e90394-69f5-4237-9190-012177145e10 Global Administrator privileged",
        ],
    );
}

#[test]
fn a_role_that_pim_activates_is_resolved_by_its_template() {
    let role = |properties: Value| json!({ "id": "a1b20000-0000-4000-8000-00000000c3d4", "displayName": "Global Administrator", "type": "Role", "modifiedProperties": properties });
    let member = json!({ "id": ADA, "type": "User", "displayName": "Ada", "modifiedProperties": [] });
    let details = json!([
        { "key": "RoleDefinitionOriginId", "value": "62e90394-69f5-4237-9190-012177145e10" },
        { "key": "RoleDefinitionOriginType", "value": "BuiltInRole" },
        { "key": "ipaddr", "value": "203.0.113.24" },
    ]);
    let told = |activity: &str, role: Value, details: &Value| {
        let record = record(activity, json!([role, member.clone()]), details.clone());
        let event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record);
        lines(&event).into_iter().filter(|line| line.starts_with("  ")).collect::<Vec<_>>()
    };
    let activated = "Add member to role completed (PIM activation)";
    let global = "62e90394-69f5-4237-9190-012177145e10 Global Administrator privileged";
    let inside =
        json!([property("RoleDefinitionOriginId", json!("\"\""), json!("\"62e90394-69f5-4237-9190-012177145e10\""))]);
    assert_eq!(
        told(activated, role(inside.clone()), &details),
        [format!("  RoleDefinitionOriginId: role - -> {global}")]
    );
    assert_eq!(
        told(activated, role(inside.clone()), &json!([])),
        [format!("  RoleDefinitionOriginId: role - -> {global}")]
    );
    assert_eq!(told(activated, role(json!([])), &details), [format!("  Role.DisplayName: role - -> {global}")]);
    assert_eq!(told(activated, role(json!([])), &json!([])), [format!("  Role.DisplayName: role - -> {global}")]);
    let expired = "Remove member from role (PIM activation expired)";
    assert_eq!(told(expired, role(json!([])), &details), [format!("  Role.DisplayName: role {global} -> -")]);
    // A change of the role's settings gives the role to nobody.
    assert!(told("Update role setting in PIM", role(inside), &details).is_empty());
}

#[test]
fn targets_are_found_under_the_singular_too() {
    let mut singular = record("Update user", json!([]), json!([]));
    singular.as_object_mut().unwrap().remove("targetResources");
    singular["targetResource"] = json!([{ "id": ADA, "Type": "User" }]);
    check_graph(&singular, &["entra.user.update success", "user 99999999-8888-7777-6666-555555555555"]);
}

#[test]
fn a_target_without_a_type_may_have_a_class() {
    let kinds = |target: Value| {
        normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record("Update user", json!([target]), json!([])))
            .targets[0]
            .kind
            .as_str()
    };
    assert_eq!(kinds(json!({ "@odata.type": "#microsoft.graph.targetResourceUser" })), "user");
    assert_eq!(kinds(json!({ "@odata.type": "#microsoft.graph.TargetResourceGroup" })), "group");
    assert_eq!(kinds(json!({ "Type": "Service Principal" })), "service_principal");
    assert_eq!(kinds(json!({ "type": "Request" })), "other");
    assert_eq!(kinds(json!({})), "other");
}

#[test]
fn results_of_every_wording() {
    let outcome = |record: Value| normalize(Knowledge::bundled(), Shape::DiagAuditLogs, &record).outcome.as_str();
    assert_eq!(outcome(json!({ "properties": { "result": "success" } })), "success");
    assert_eq!(outcome(json!({ "properties": { "result": "Failure" } })), "failure");
    assert_eq!(outcome(json!({ "properties": { "result": "timeout" } })), "failure");
    assert_eq!(outcome(json!({ "resultType": "Success", "properties": { "result": "" } })), "success");
    assert_eq!(outcome(json!({ "properties": { "result": "unknownFutureValue" } })), "unknown");
    assert_eq!(outcome(json!({})), "unknown");
}

#[test]
fn a_record_with_nothing_in_it_is_an_empty_event() {
    for record in [
        json!({}),
        json!([]),
        json!(null),
        json!("x"),
        json!({ "properties": "x", "targetResources": 7, "initiatedBy": [], "additionalDetails": "[" }),
    ] {
        for shape in [Shape::GraphDirectoryAudit, Shape::DiagAuditLogs, Shape::LaAuditLogs] {
            let event = normalize(Knowledge::bundled(), shape, &record);
            assert!(event.targets.is_empty() && event.time.is_none() && event.record_id.is_none());
            assert_eq!(event.operation_seen, "");
        }
    }
}

#[test]
fn values_are_decoded_whatever_the_property() {
    let properties = json!([
        property("DefaultUserRolePermissions.AllowedToCreateApps", json!("false"), json!("true")),
        property("SomethingNew", json!(null), json!("")),
        json!({ "displayName": "OldMissing", "newValue": "[]" }),
    ]);
    let target = json!({ "type": "Other", "displayName": "Authorization Policy", "modifiedProperties": properties });
    let event = normalize(
        Knowledge::bundled(),
        Shape::GraphDirectoryAudit,
        &record("Update authorization policy", json!([target]), json!([])),
    );
    let values: Vec<(Value, Value)> =
        event.targets[0].changes.iter().map(|change| (change.old.clone(), change.new.clone())).collect();
    assert_eq!(values, [(json!(false), json!(true)), (json!(null), json!("")), (json!(null), json!([]))]);
}
