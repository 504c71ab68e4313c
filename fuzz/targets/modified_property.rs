//! Any text as the old and new value of a changed property. The values are languages of
//! their own (JSON in strings, credentials in brackets, consents with arrows), and they
//! come from whoever named the application.
#![no_main]

use entward_fuzz::read_json;
use serde_json::json;

const NAMES: &[&str] = &[
    "KeyDescription",
    "ConsentAction.Permissions",
    "RequiredResourceAccess",
    "AppAddress",
    "FederatedIdentityCredentials",
    "DelegatedPermissionGrant.Scope",
    "AppRole.Id",
    "Role.TemplateId",
    "Included Updated Properties",
    "TargetId.ServicePrincipalNames",
    "AvailableToOtherTenants",
    "SignInAudience",
    "ServicePrincipal.AppId",
    "DisplayName",
];

const ACTIVITIES: &[&str] = &[
    "Add application",
    "Update application",
    "Update application – Certificates and secrets management ",
    "Consent to application",
    "Add app role assignment to service principal",
    "Add delegated permission grant",
    "Add owner to application",
    "Add member to role",
];

libfuzzer_sys::fuzz_target!(|input: (u8, u8, &str, &str)| {
    let (activity, name, old, new) = input;
    let activity = ACTIVITIES[usize::from(activity) % ACTIVITIES.len()];
    let name = NAMES[usize::from(name) % NAMES.len()];
    let target = json!({"id": new, "displayName": old, "type": "Application", "modifiedProperties": [
        {"displayName": name, "oldValue": old, "newValue": new}
    ]});
    let record = json!({
        "time": "2026-03-04T09:20:11.8466546Z",
        "operationName": activity,
        "category": "AuditLogs",
        "properties": {
            "id": "Directory_1",
            "activityDisplayName": activity,
            "loggedByService": "Core Directory",
            "initiatedBy": {"user": {"userPrincipalName": old, "ipAddress": new}},
            "targetResources": [target],
            "additionalDetails": [{"key": "User-Agent", "value": new}],
        },
    });
    read_json(record.to_string().as_bytes());
    let unified = json!({
        "CreationTime": "2026-03-04T09:20:11",
        "Id": "0a6f0f7e-0000-4000-8000-5d1c3b2a1908",
        "Operation": format!("{}.", activity.trim_end()),
        "RecordType": 8,
        "Workload": "AzureActiveDirectory",
        "UserId": old,
        "ObjectId": new,
        "ExtendedProperties": [{"Name": "additionalDetails", "Value": new}],
        "ModifiedProperties": [{"Name": name, "OldValue": old, "NewValue": new}],
        "Actor": [{"ID": old, "Type": 5}],
        "Target": [{"ID": new, "Type": 2}],
    });
    read_json(unified.to_string().as_bytes());
});
