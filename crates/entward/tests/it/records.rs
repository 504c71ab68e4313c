//! Invented records of the tenant contoso.example, in every shape that a test needs.

use serde_json::{Value, json};

pub(crate) const TENANT: &str = "5d1f7c2a-84be-4c0e-9a53-2f6e0b7d9c11";
pub(crate) const SUBSCRIPTION: &str = "/subscriptions/e3a1c9d4-7b52-4f08-a6d1-90c4be27f815";
const USER: &str = "f3c95789-ace1-4954-ac5d-6baed2eac902";

/// A GUID that differs with the number.
pub(crate) fn guid(number: usize) -> String {
    format!("7a0c51d2-3b4e-4f60-8a1b-{number:012x}")
}

/// An `Add application` record of the diagnostic export.
pub(crate) fn add_application(number: usize, name: &str) -> Value {
    let target = json!({
        "id": guid(number), "displayName": name, "type": "Application",
        "modifiedProperties": [{ "displayName": "DisplayName", "oldValue": "[]", "newValue": json!([name]).to_string() }],
    });
    diag_audit(number, "Add application", "ApplicationManagement", "Core Directory", vec![target])
}

/// An audit record of the diagnostic export.
pub(crate) fn diag_audit(number: usize, operation: &str, category: &str, service: &str, targets: Vec<Value>) -> Value {
    let properties = graph_audit(number, operation, category, service, targets);
    json!({
        "time": properties["activityDateTime"], "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": operation, "operationVersion": "1.0", "category": "AuditLogs", "tenantId": TENANT,
        "resultSignature": "None", "durationMs": 0, "callerIpAddress": "198.51.100.77",
        "correlationId": properties["correlationId"], "Level": 4, "properties": properties,
    })
}

/// The same audit record as Microsoft Graph gives it.
pub(crate) fn graph_audit(number: usize, operation: &str, category: &str, service: &str, targets: Vec<Value>) -> Value {
    json!({
        "id": format!("Directory_{}_{number}", guid(number)), "category": category, "correlationId": guid(number),
        "result": "success", "resultReason": "", "activityDisplayName": operation,
        "activityDateTime": format!("2026-11-18T{:02}:{:02}:{:02}.5Z", number / 3600 % 24, number / 60 % 60, number % 60),
        "loggedByService": service, "operationType": "Add",
        "initiatedBy": { "app": null, "user": {
            "id": USER, "displayName": "Jonas Reuter",
            "userPrincipalName": "jonas.reuter@contoso.example", "ipAddress": "198.51.100.77", "roles": [],
        } },
        "targetResources": targets, "additionalDetails": [],
    })
}

/// The same audit record as a row of the Log Analytics table.
pub(crate) fn la_audit(number: usize, operation: &str, category: &str, service: &str, targets: Vec<Value>) -> Value {
    let graph = graph_audit(number, operation, category, service, targets);
    json!({
        "TenantId": guid(1), "SourceSystem": "Azure AD", "TimeGenerated": graph["activityDateTime"],
        "ResourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"), "OperationName": operation,
        "OperationVersion": "1.0", "Category": category, "ResultType": "", "ResultSignature": "None", "ResultDescription": "",
        "DurationMs": 0, "CorrelationId": graph["correlationId"], "Resource": "Microsoft.aadiam", "Identity": "Jonas Reuter",
        "Level": "4", "AdditionalDetails": "[]", "Id": graph["id"], "InitiatedBy": graph["initiatedBy"].to_string(),
        "LoggedByService": service, "Result": "success", "ResultReason": "", "TargetResources": graph["targetResources"].to_string(),
        "AADTenantId": TENANT, "ActivityDisplayName": operation, "ActivityDateTime": graph["activityDateTime"],
        "AADOperationType": "Add", "Type": "AuditLogs",
    })
}

/// The same audit record in the unified audit log, whose operations end in a full stop.
pub(crate) fn ual_audit(number: usize, operation: &str, modified: Value) -> Value {
    json!({
        "CreationTime": "2026-11-18T14:03:12", "Id": guid(number), "Operation": format!("{operation}."), "OrganizationId": TENANT,
        "RecordType": 8, "ResultStatus": "Success", "UserKey": "100320032346CC13", "UserType": 0, "Version": 1,
        "Workload": "AzureActiveDirectory", "ObjectId": "Not Available", "UserId": "jonas.reuter@contoso.example",
        "AzureActiveDirectoryEventType": 1, "ExtendedProperties": [], "ModifiedProperties": modified,
        "Actor": [{ "ID": "jonas.reuter@contoso.example", "Type": 5 }, { "ID": USER, "Type": 2 }],
        "ActorContextId": TENANT, "InterSystemsId": guid(number + 1), "IntraSystemId": guid(number + 2), "SupportTicketId": "",
        "Target": [{ "Type": 2, "ID": guid(number + 3) }], "TargetContextId": TENANT,
    })
}

/// An Activity Log record of the diagnostic export.
pub(crate) fn diag_activity(number: usize, operation: &str) -> Value {
    json!({
        "time": "2026-11-18T15:20:06.8099312Z", "resourceId": format!("{SUBSCRIPTION}/resourceGroups/rg-{number}").to_uppercase(),
        "operationName": operation.to_uppercase(), "category": "Administrative", "resultType": "Success",
        "resultSignature": "Succeeded.", "durationMs": 12, "callerIpAddress": "198.51.100.77", "correlationId": guid(number),
        "identity": { "authorization": { "action": operation, "scope": SUBSCRIPTION },
            "claims": { "http://schemas.microsoft.com/identity/claims/objectidentifier": USER, "name": "Jonas Reuter" } },
        "level": "Information", "properties": { "eventCategory": "Administrative", "message": operation, "hierarchy": TENANT },
        "tenantId": TENANT,
    })
}

/// The same Activity Log record as its REST interface gives it.
pub(crate) fn rest_activity(number: usize, operation: &str) -> Value {
    let named = |text: &str| json!({ "value": text, "localizedValue": text });
    json!({
        "authorization": { "action": operation, "scope": SUBSCRIPTION }, "caller": "jonas.reuter@contoso.example", "channels": "Operation",
        "claims": { "name": "Jonas Reuter" }, "correlationId": guid(number), "eventDataId": guid(number + 1), "eventName": named("EndRequest"),
        "category": named("Administrative"), "eventTimestamp": "2026-11-18T15:20:06.8099312Z",
        "id": format!("{SUBSCRIPTION}/events/{number}/ticks/639"), "level": "Informational", "operationId": guid(number),
        "operationName": named(operation), "resourceProviderName": named("Microsoft.Authorization"), "resourceType": named("x"),
        "resourceId": SUBSCRIPTION, "status": named("Succeeded"), "subStatus": named(""),
        "submissionTimestamp": "2026-11-18T15:21:06Z", "subscriptionId": SUBSCRIPTION.trim_start_matches("/subscriptions/"),
        "tenantId": TENANT, "properties": { "eventCategory": "Administrative" },
    })
}

/// The same Activity Log record as a row of the Log Analytics table.
pub(crate) fn la_activity(number: usize, operation: &str) -> Value {
    json!({
        "TenantId": guid(1), "SourceSystem": "Azure", "TimeGenerated": "2026-11-18T15:20:06.8099312Z", "CallerIpAddress": "198.51.100.77",
        "CategoryValue": "Administrative", "CorrelationId": guid(number), "Authorization": "{}", "Caller": "jonas.reuter@contoso.example",
        "OperationName": operation, "OperationNameValue": operation.to_uppercase(), "Level": "Information", "ActivityStatusValue": "Success",
        "ActivitySubstatusValue": "", "ResourceGroup": "RG", "SubscriptionId": SUBSCRIPTION.trim_start_matches("/subscriptions/"),
        "EventDataId": guid(number + 1), "EventSubmissionTimestamp": "2026-11-18T15:21:06Z", "ResourceProviderValue": "MICROSOFT.AUTHORIZATION",
        "Properties": "{}", "_ResourceId": SUBSCRIPTION, "Type": "AzureActivity",
    })
}
