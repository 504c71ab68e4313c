//! One change in every packing of the audit log.

use super::*;

const EXPECTED: &[&str] = &[
    "entra.application.add success",
    "by user ada@contoso.example 99999999-8888-7777-6666-555555555555 - 203.0.113.24",
    "application Invoice Sync c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8 5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f",
    "  AppAddress: redirects [] -> [https://app.contoso.example/auth web]",
    "  AvailableToOtherTenants: audience - -> AzureADMyOrg",
    "  RequiredResourceAccess: requested [] -> [User.Read delegated Microsoft Graph]",
];

#[test]
fn a_graph_object() {
    check(Shape::GraphDirectoryAudit, &registration(), EXPECTED);
}

#[test]
fn an_element_of_the_portal_download() {
    let mut record = registration();
    record["activityDateTime"] = json!("2026-03-04T09:20:11.8466546+00:00");
    record["userAgent"] = json!(null);
    record["initiatedBy"].as_object_mut().unwrap().remove("app");
    check(Shape::GraphDirectoryAudit, &record, EXPECTED);
}

#[test]
fn a_diagnostic_export_whose_properties_are_an_object_or_text() {
    for packed in [registration(), json!(registration().to_string())] {
        let record = json!({
            "time": "2026-03-04T09:29:59Z",
            "resourceId": "/tenants/77777777-7777-7777-7777-777777777777/providers/Microsoft.aadiam",
            "operationName": "Add application",
            "category": "AuditLogs",
            "tenantId": "77777777-7777-7777-7777-77777777777A",
            "resultSignature": "None",
            "callerIpAddress": "203.0.113.24",
            "properties": packed,
        });
        check(Shape::DiagAuditLogs, &record, EXPECTED);
        let event = normalize(Knowledge::bundled(), Shape::DiagAuditLogs, &record);
        assert_eq!(event.tenant.as_deref(), Some("77777777-7777-7777-7777-77777777777a"));
        assert_eq!(
            event.time.unwrap().to_string(),
            "2026-03-04T09:20:11.8466546Z",
            "the event's time, not the envelope's"
        );
    }
}

#[test]
fn a_row_of_the_table_whose_columns_are_objects_or_text() {
    let object = registration();
    let dynamic = |name: &str| object[name].clone();
    let text = |name: &str| json!(object[name].to_string());
    for column in [&dynamic as &dyn Fn(&str) -> Value, &text] {
        let row = json!({
            "TenantId": "11111111-2222-3333-4444-555555555555",
            "AADTenantId": "77777777-7777-7777-7777-777777777777",
            "TimeGenerated": "3/4/2026, 9:20:11.846 AM",
            "ActivityDateTime": "3/4/2026, 9:20:11.846 AM",
            "OperationName": "Add application",
            "ActivityDisplayName": "Add application",
            "Result": "success",
            "ResultReason": "",
            "CorrelationId": "6C5F3F54-2f0e-4a0a-9a4e-2f1d8a7b6c50",
            "Id": "Directory_6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50_K7QPL_118230417",
            "Identity": "",
            "InitiatedBy": column("initiatedBy"),
            "TargetResources": column("targetResources"),
            "AdditionalDetails": column("additionalDetails"),
        });
        check(Shape::LaAuditLogs, &row, EXPECTED);
        let event = normalize(Knowledge::bundled(), Shape::LaAuditLogs, &row);
        assert_eq!(event.tenant.as_deref(), Some("77777777-7777-7777-7777-777777777777"), "not the workspace");
        assert_eq!(event.correlation_id.as_deref(), Some("6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50"));
        assert_eq!(event.record_id.as_deref(), Some("Directory_6c5f3f54-2f0e-4a0a-9a4e-2f1d8a7b6c50_K7QPL_118230417"));
        assert_eq!(event.time.unwrap().to_string(), "2026-03-04T09:20:11.846Z");
    }
}

#[test]
fn values_that_a_pipeline_has_decoded_already() {
    let mut record = registration();
    for property in record["targetResources"][0]["modifiedProperties"].as_array_mut().unwrap() {
        for name in ["oldValue", "newValue"] {
            let decoded = property[name].as_str().map(|text| serde_json::from_str(text).unwrap());
            property[name] = decoded.unwrap_or_default();
        }
    }
    check(Shape::GraphDirectoryAudit, &record, EXPECTED);
}

#[test]
fn member_names_in_another_letter_case_and_properties_in_another_order() {
    let text = registration()
        .to_string()
        .replace("\"type\"", "\"Type\"")
        .replace("\"targetResources\"", "\"TargetResources\"");
    let mut record: Value = serde_json::from_str(&text).unwrap();
    record["TargetResources"][0]["modifiedProperties"].as_array_mut().unwrap().reverse();
    let mut reversed = EXPECTED.to_vec();
    reversed[3..].reverse();
    check(Shape::GraphDirectoryAudit, &record, &reversed);
}

#[test]
fn a_record_delivered_again_is_the_same_event() {
    let once = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &registration());
    for _ in 0..2 {
        assert_eq!(normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &registration()), once);
    }
}

#[test]
fn the_tenant_of_an_export_without_the_member_is_in_its_resource_id() {
    let event = normalize(
        Knowledge::bundled(),
        Shape::DiagAuditLogs,
        &json!({ "resourceId": "/TENANTS/77777777-7777-7777-7777-77777777777A/PROVIDERS/MICROSOFT.AADIAM", "properties": {} }),
    );
    assert_eq!(event.tenant.as_deref(), Some("77777777-7777-7777-7777-77777777777a"));
}

fn registration() -> Value {
    let target = json!({
        "id": "C1A2B3C4-d5e6-4f70-8192-a3b4c5d6e7f8",
        "displayName": "Invoice Sync",
        "type": "Application",
        "userPrincipalName": null,
        "modifiedProperties": [
            property("AppAddress", json!("[]"), json!("[{\"AddressType\":0,\"Address\":\"https://app.contoso.example/auth\",\"ReplyAddressClientType\":1,\"ReplyAddressIndex\":null,\"IsReplyAddressDefault\":false}]")),
            property("AppId", json!("[]"), json!("[\"5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f\"]")),
            property("AvailableToOtherTenants", json!("[]"), json!("[false]")),
            property("DisplayName", json!("[]"), json!("[\"Invoice Sync\"]")),
            property("RequiredResourceAccess", json!("[]"), json!("[{\"ResourceAppId\":\"00000003-0000-0000-c000-000000000000\",\"RequiredAppPermissions\":[{\"EntitlementId\":\"e1fe6dd8-ba31-4d61-89e7-88639da4683d\",\"DirectAccessGrant\":false,\"ImpersonationAccessGrants\":[20]}],\"EncodingVersion\":1}]")),
            property("Included Updated Properties", json!(null), json!("\"AppAddress, AppId, AvailableToOtherTenants, DisplayName, RequiredResourceAccess\"")),
        ],
    });
    let details = json!([{ "key": "AppId", "value": "5F0C7B1E-2a34-4d7e-9b11-0a1b2c3d4e5f" }]);
    record("Add application", json!([target]), details)
}
