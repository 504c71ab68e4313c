//! Requests to Graph and provisioning: a rule written in the names of one shape runs on the others.

use serde_json::{Value, json};

use crate::harness::{entward_in, folder_with};
use crate::records::{TENANT, guid};

/// The shapes in which rules find a record, one line a rule; the same records with one thing different are not found.
#[track_caller]
fn found(rules: &[(&str, &str)], service: &str, records: &[Value], quiet: &[Value]) -> Vec<String> {
    let documents: Vec<String> = rules
        .iter()
        .enumerate()
        .map(|(at, (title, selection))| {
            let id = guid(at);
            format!(
                "title: {title}\nid: {id}\nstatus: test\nlogsource:\n  product: azure\n  service: {service}\n\
                 detection:\n  selection:\n{selection}\n  condition: selection\nlevel: low\n"
            )
        })
        .collect();
    let folder = folder_with("rules.yml", documents.join("---\n").as_bytes());
    let input: String = records.iter().chain(quiet).map(|record| format!("{record}\n")).collect();
    let events = entward_in(folder.path(), &["events", "--quiet", "-"], input.as_bytes()).exits(0).lines();
    let arguments = ["scan", "--quiet", "--format", "matches", "--no-own-rules", "--rules", "rules.yml", "-"];
    let matches = entward_in(folder.path(), &arguments, input.as_bytes()).exits(0).lines();
    let mut told: Vec<String> = matches
        .iter()
        .map(|found| {
            let index = found["index"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
            assert!(index < records.len(), "{} found {}", found["rule_title"], quiet[index - records.len()]);
            format!("{}: {}", found["rule_title"].as_str().unwrap_or(""), events[index]["shape"].as_str().unwrap_or(""))
        })
        .collect();
    told.sort();
    told
}

/// A request in both shapes that carry it.
fn requests(method: &str, status: u16) -> Vec<Value> {
    let uri = format!("https://graph.microsoft.com/v1.0/applications/{}/addPassword", guid(1));
    vec![
        json!({
            "time": "2026-11-18T09:00:00Z", "resourceId": format!("/TENANTS/{TENANT}/PROVIDERS/MICROSOFT.AADIAM"),
            "operationName": "Microsoft Graph Activity", "operationVersion": "v1.0",
            "category": "MicrosoftGraphActivityLogs", "resultSignature": status.to_string(),
            "callerIpAddress": "198.51.100.7", "correlationId": guid(2), "tenantId": TENANT,
            "properties": {
                "requestId": guid(2), "requestMethod": method, "requestUri": uri, "responseStatusCode": status,
                "appId": guid(3), "servicePrincipalId": guid(4), "ipAddress": "198.51.100.7",
                "userAgent": "python-requests/2.32.3", "roles": "Application.ReadWrite.All", "C_Idtyp": "app"
            }
        }),
        json!({
            "TimeGenerated": "2026-11-18T09:00:00Z", "AadTenantId": TENANT, "RequestId": guid(2),
            "RequestMethod": method, "RequestUri": uri, "ResponseStatusCode": status, "AppId": guid(3),
            "ServicePrincipalId": guid(4), "IPAddress": "198.51.100.7", "UserAgent": "python-requests/2.32.3",
            "Roles": "Application.ReadWrite.All", "TenantId": guid(9), "Type": "MicrosoftGraphActivityLogs"
        }),
    ]
}

#[test]
fn rules_find_requests_to_graph_by_the_names_of_either_shape() {
    let by_export = format!(
        "    operationName: Microsoft Graph Activity\n    category: MicrosoftGraphActivityLogs\n    properties.appId: {}\n    \
         properties.requestMethod: POST\n    properties.userAgent|startswith: python-requests\n    \
         tenantId: {TENANT}\n    callerIpAddress: 198.51.100.7",
        guid(3)
    );
    let by_table = format!(
        "    RequestUri|endswith: /addPassword\n    RequestMethod: POST\n    ServicePrincipalId: {}\n    \
         IPAddress|cidr: 198.51.100.0/24\n    Result: success\n    AADTenantId: {TENANT}",
        guid(4)
    );
    let rules = [("by the export's names", by_export.as_str()), ("by the table's names", by_table.as_str())];
    let told = found(&rules, "microsoftgraphactivitylogs", &requests("POST", 201), &requests("GET", 200));
    insta::assert_snapshot!(told.join("\n"), @r"
    by the export's names: diag.MicrosoftGraphActivityLogs
    by the export's names: la.MicrosoftGraphActivityLogs
    by the table's names: diag.MicrosoftGraphActivityLogs
    by the table's names: la.MicrosoftGraphActivityLogs
    ");
    let refused = [("refused", "    RequestMethod: POST\n    Result: failure")];
    let told = found(&refused, "microsoftgraphactivitylogs", &requests("POST", 403), &requests("POST", 201));
    insta::assert_snapshot!(told.join("\n"), @r"
    refused: diag.MicrosoftGraphActivityLogs
    refused: la.MicrosoftGraphActivityLogs
    ");
}

/// A sign-in that failed in every shape that carries one.
fn failed_sign_ins(code: u32) -> Vec<Value> {
    let reason = "Error validating credentials due to invalid username or password.";
    let details = "The user didn't enter the right credentials.";
    let status = json!({ "errorCode": code, "failureReason": reason, "additionalDetails": details });
    let graph = json!({
        "id": guid(1), "createdDateTime": "2026-11-18T09:00:00Z", "userPrincipalName": "ada@contoso.example", "userId": guid(2),
        "appId": guid(3), "appDisplayName": "Azure Portal", "ipAddress": "203.0.113.24", "clientAppUsed": "Browser",
        "conditionalAccessStatus": "notApplied", "isInteractive": true, "status": status,
    });
    let export = |category: &str| {
        json!({
            "time": "2026-11-18T09:00:00Z", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
            "operationName": "Sign-in activity", "operationVersion": "1.0", "category": category, "tenantId": TENANT,
            "resultType": code.to_string(), "resultSignature": "None", "resultDescription": reason, "properties": graph,
        })
    };
    // The column is dynamic in one table and JSON text in another.
    let row = |status: Value, table: &str| {
        json!({
            "TimeGenerated": "2026-11-18T09:00:00Z", "Type": table, "OperationName": "Sign-in activity", "Category": "SignInLogs",
            "ResultType": code.to_string(), "ResultDescription": reason, "Status": status,
            "UserPrincipalName": "ada@contoso.example", "AppDisplayName": "Azure Portal", "IPAddress": "203.0.113.24",
            "AADTenantId": TENANT, "CorrelationId": guid(4), "CreatedDateTime": "2026-11-18T09:00:00Z",
        })
    };
    vec![
        graph.clone(),
        export("SignInLogs"),
        export("NonInteractiveUserSignInLogs"),
        export("ServicePrincipalSignInLogs"),
        export("ManagedIdentitySignInLogs"),
        row(status.clone(), "SigninLogs"),
        row(json!(status.to_string()), "AADNonInteractiveUserSignInLogs"),
    ]
}

#[test]
fn the_members_of_a_sign_ins_status_are_found_in_every_shape() {
    let rules = [
        ("code", "    Status.errorCode: 50126"),
        (
            "code as in the export",
            "    properties.status.errorCode|gte: 50126\n    properties.status.errorCode|lte: 50126",
        ),
        ("reason", "    status.failureReason|contains: invalid username"),
        ("details", "    Status.additionalDetails|startswith: The user"),
    ];
    let quiet: Vec<Value> = failed_sign_ins(0)
        .into_iter()
        .map(|record| {
            let text =
                record.to_string().replace("invalid username", "nothing").replace("The user didn't", "Nobody did");
            serde_json::from_str(&text).expect("JSON")
        })
        .collect();
    let told = found(&rules, "signinlogs", &failed_sign_ins(50126), &quiet);
    for (title, _) in rules {
        let shapes: Vec<&str> = told.iter().filter_map(|line| line.strip_prefix(title)?.strip_prefix(": ")).collect();
        let expected = [
            "diag.ManagedIdentitySignInLogs",
            "diag.NonInteractiveUserSignInLogs",
            "diag.ServicePrincipalSignInLogs",
            "diag.SignInLogs",
            "graph.signIn",
            "la.SigninLogs",
            "la.SigninLogs",
        ];
        assert_eq!(shapes, expected, "{title}");
    }
    // The portal's CSV has the code and the reason in columns, and no details.
    let rules = format!(
        "title: code and reason\nid: {}\nlogsource: {{product: azure, service: signinlogs}}\ndetection:\n  \
        selection:\n    Status.errorCode|gt: 0\n    Status.failureReason|contains: credentials\n  condition: selection\n",
        guid(9)
    );
    let folder = folder_with("rules.yml", rules.as_bytes());
    let arguments = ["scan", "--quiet", "--format", "matches", "--no-own-rules", "--rules", "rules.yml", "-"];
    let portal = "Date (UTC),Request ID,User,Username,User ID,Application,Application ID,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Conditional Access\n\
        2026-11-18T09:00:00Z,11111111-0000-4000-8000-000000000001,Ada,ada@contoso.example,11111111-0000-4000-8000-000000000002,Azure Portal,11111111-0000-4000-8000-000000000003,203.0.113.24,\"Zurich, CH\",Failure,50126,Error validating credentials.,Browser,Not Applied\n\
        2026-11-18T09:01:00Z,11111111-0000-4000-8000-000000000004,Ada,ada@contoso.example,11111111-0000-4000-8000-000000000002,Azure Portal,11111111-0000-4000-8000-000000000003,203.0.113.24,\"Zurich, CH\",Success,0,Other.,Browser,Not Applied\n";
    let matches = entward_in(folder.path(), &arguments, portal.as_bytes()).exits(0).lines();
    assert_eq!(matches.len(), 1, "{matches:?}");
    assert_eq!(matches[0]["index"], 0);
}

#[test]
fn the_value_of_an_outcome_is_found_in_every_shape_of_the_activity_log() {
    let record = |result: &str| {
        json!({
            "time": "2026-11-18T09:00:00Z", "category": "Administrative", "resultType": result, "correlationId": guid(5),
            "operationName": "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE", "resourceId": "/subscriptions/1",
            "properties": {}
        })
    };
    let rules = [(
        "as the API has it",
        "    operationName.value: Microsoft.Authorization/roleAssignments/write\n    status.value: Succeeded",
    )];
    let told = found(&rules, "activitylogs", &[record("Success")], &[record("Failure")]);
    assert_eq!(told, ["as the API has it: diag.ActivityLog"]);
}

/// A provisioned account in both shapes that carry it.
fn provisioned(action: &str, status: &str) -> Vec<Value> {
    let summary = json!({
        "id": guid(1), "activityDateTime": "2026-11-18T09:00:00Z", "tenantId": TENANT, "jobId": "out.1", "cycleId": guid(2),
        "changeId": guid(3), "provisioningAction": action, "servicePrincipal": { "id": guid(4), "displayName": "Payroll" },
        "initiatedBy": { "initiatorType": "system", "id": "", "displayName": "Azure AD Provisioning Service" },
        "sourceIdentity": { "identityType": "User", "id": guid(5), "displayName": "Ada Lindholm",
            "details": { "userPrincipalName": "ada.lindholm@contoso.example" } },
        "targetIdentity": { "identityType": "User", "id": "7", "displayName": "ada.lindholm", "details": {} },
        "provisioningStatusInfo": { "status": status, "errorInformation": null },
        "modifiedProperties": [{ "displayName": "active", "oldValue": null, "newValue": "True" }],
    });
    // The export writes some names with a capital, and calls a display name a name.
    let mut exported = summary.clone();
    exported["servicePrincipal"] = json!({ "Id": guid(4), "Name": "Payroll" });
    exported["initiatedBy"] = json!({ "Type": "system", "Id": "", "Name": "Azure AD Provisioning Service" });
    let envelope = json!({
        "time": "2026-11-18T09:00:00Z", "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": "Provisioning activity", "operationVersion": "1.0", "category": "ProvisioningLogs",
        "tenantId": TENANT, "resultType": status, "correlationId": guid(3), "Level": 4, "properties": exported,
    });
    vec![envelope, summary]
}

#[test]
fn rules_find_provisioning_by_the_names_of_either_shape() {
    let by_export = format!(
        "    operationName: Provisioning activity\n    category: ProvisioningLogs\n    properties.provisioningAction: create\n    \
         resultType: Success\n    tenantId: {TENANT}\n    properties.servicePrincipalName: Payroll"
    );
    let by_audit = "    OperationName: Provisioning activity\n    Result: success\n    OperationType: create\n    \
         InitiatedBy.app.displayName: Azure AD Provisioning Service\n    Changes.active.New: 'true'\n    \
         UserPrincipalName|endswith: '@contoso.example'";
    let rules = [("by the export's names", by_export.as_str()), ("by the audit log's names", by_audit)];
    let told = found(
        &rules,
        "provisioninglogs",
        &provisioned("create", "success"),
        &[provisioned("create", "failure"), provisioned("delete", "success")].concat(),
    );
    insta::assert_snapshot!(told.join("\n"), @r"
    by the audit log's names: diag.ProvisioningLogs
    by the audit log's names: graph.provisioning
    by the export's names: diag.ProvisioningLogs
    by the export's names: graph.provisioning
    ");
}

#[test]
fn a_path_leads_into_a_changed_property_in_a_table_and_in_a_download() {
    let policy = |state: &str, excluded: &[String]| {
        json!({ "state": state, "conditions": { "users": { "excludeUsers": excluded } } }).to_string()
    };
    let (old, new) = (policy("enabled", &[guid(1)]), policy("disabled", &[guid(1), guid(2)]));
    let targets = json!([{ "id": guid(3), "type": "Policy", "displayName": "MFA", "modifiedProperties": [
        { "displayName": "ConditionalAccessPolicy", "oldValue": old, "newValue": new }
    ]}]);
    let row = json!({
        "TimeGenerated": "2026-11-18T09:00:00Z", "Type": "AuditLogs", "OperationName": "Update conditional access policy",
        "Category": "Policy", "LoggedByService": "Conditional Access", "Result": "success", "Id": "IPCGraph_1",
        "InitiatedBy": { "user": { "id": guid(4) } }, "TargetResources": targets.to_string(), "AADTenantId": TENANT
    });
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let download = format!(
        "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,Target1Type,Target1DisplayName,\
         Target1ObjectId,Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue\n\
         2026-11-18T09:00:00Z,{},Conditional Access,Policy,Update conditional access policy,success,,Policy,MFA,{},\
         ConditionalAccessPolicy,{},{}\n",
        guid(5),
        guid(3),
        cell(&old),
        cell(&new)
    );
    for (name, text) in [("rows.jsonl", row.to_string()), ("download.csv", download)] {
        let folder = folder_with(name, text.as_bytes());
        let run = entward_in(folder.path(), &["scan", "--quiet", "--format", "matches", name], &[]).exits(0);
        let mut titles: Vec<String> =
            run.lines().iter().map(|found| found["rule_title"].as_str().unwrap_or("").to_owned()).collect();
        titles.sort();
        let expected = [
            "Conditional Access Policy Changed",
            "Conditional Access Policy Disabled",
            "Exclusion Added to a Conditional Access Policy",
        ];
        assert_eq!(titles, expected, "{name}");
    }
}

/// A user who is added, by a user and by an application, in the shapes that tell of it.
fn added(actor: &str, by_application: bool) -> Vec<Value> {
    let who = match by_application {
        true => json!({ "app": { "appId": null, "displayName": "Deploy Robot", "servicePrincipalId": actor } }),
        false => json!({ "user": { "id": actor, "userPrincipalName": "ada@contoso.example" } }),
    };
    let audit = json!({
        "id": "Directory_1", "activityDisplayName": "Add user", "activityDateTime": "2026-11-18T09:00:00Z", "result": "success",
        "category": "UserManagement", "loggedByService": "Core Directory", "initiatedBy": who,
        "targetResources": [{ "id": guid(2), "type": "User", "modifiedProperties": [] }, { "id": guid(3), "type": "Role" }]
    });
    let envelope = json!({
        "time": "2026-11-18T09:00:00Z", "operationName": "Add user", "category": "AuditLogs", "tenantId": TENANT,
        "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"), "properties": audit
    });
    let row = json!({
        "TimeGenerated": "2026-11-18T09:00:00Z", "Type": "AuditLogs", "OperationName": "Add user", "Id": "Directory_1",
        "InitiatedBy": who.to_string(), "TargetResources": audit["targetResources"].to_string()
    });
    let (class, name) =
        if by_application { ("ServicePrincipal", "Deploy Robot") } else { ("User", "ada@contoso.example") };
    let unified = json!({
        "CreationTime": "2026-11-18T09:00:00", "Id": guid(9), "Operation": "Add user.", "Workload": "AzureActiveDirectory",
        "RecordType": 8, "OrganizationId": TENANT, "UserId": name, "ResultStatus": "Success",
        "Actor": [{ "ID": name, "Type": 1 }, { "ID": guid(8), "Type": 2 }, { "ID": format!("{class}_{actor}"), "Type": 2 },
            { "ID": actor, "Type": 2 }, { "ID": class, "Type": 2 }],
        "Target": [{ "ID": format!("User_{}", guid(2)), "Type": 2 }, { "ID": guid(2), "Type": 2 }, { "ID": "User", "Type": 2 }]
    });
    vec![envelope, audit, row, unified]
}

#[test]
fn the_actor_and_the_first_target_have_one_id_in_every_shape() {
    let acted = format!("    ActorId: {}\n    TargetObjectId: {}", guid(1), guid(2));
    for by_application in [false, true] {
        let rules = [("acted", acted.as_str())];
        let told = found(&rules, "auditlogs", &added(&guid(1), by_application), &added(&guid(4), by_application));
        assert_eq!(
            told,
            ["acted: diag.AuditLogs", "acted: graph.directoryAudit", "acted: la.AuditLogs", "acted: ual.json"]
        );
    }
    // Names, classes and clients in the bags of the unified log are no ids of the actor.
    let others = format!("    ActorId: [User, ServicePrincipal, Deploy Robot, ada@contoso.example, {}]", guid(8));
    assert_eq!(found(&[("others", &others)], "auditlogs", &[], &added(&guid(1), true)), [""; 0]);
}
