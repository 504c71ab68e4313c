//! Tables of a Log Analytics workspace, as the portal exports them to CSV: a byte-order
//! mark, `TimeGenerated [UTC]` in American style, objects as JSON in cells.

use std::io::{self, Write};

use entward_model::Timestamp;
use serde_json::Value;

use crate::record::Record;
use crate::shape::cell;

/// One table: its name, the records that belong to it, and its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name in the workspace.
    pub name: &'static str,
    category: &'static str,
    columns: &'static [(&'static str, Cell)],
}

/// What a cell holds: most point into the exported record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// The moment, in the portal's style.
    Time,
    /// Always the same text.
    Fixed(&'static str),
    /// The value at this JSON pointer; objects as JSON.
    At(&'static str),
    /// The object at this pointer as JSON over several lines, as the older columns have it.
    Pretty(&'static str),
}

use Cell::{At, Fixed, Pretty, Time};

/// The audit log.
pub const AUDIT: Table = Table {
    name: "AuditLogs",
    category: "AuditLogs",
    columns: &[
        ("TenantId", Fixed("0b1c2d3e-0000-4000-8000-000000000001")),
        ("SourceSystem", Fixed("Azure AD")),
        ("TimeGenerated [UTC]", Time),
        ("ResourceId", At("/resourceId")),
        ("OperationName", At("/operationName")),
        ("OperationVersion", At("/operationVersion")),
        ("Category", At("/properties/category")),
        ("ResultType", At("/properties/resultType")),
        ("ResultSignature", At("/resultSignature")),
        ("ResultDescription", At("/properties/resultDescription")),
        ("DurationMs", At("/durationMs")),
        ("CorrelationId", At("/correlationId")),
        ("Resource", Fixed("Microsoft.aadiam")),
        ("ResourceGroup", Fixed("Microsoft.aadiam")),
        ("ResourceProvider", Fixed("")),
        ("Identity", At("/identity")),
        ("Level", At("/Level")),
        ("Location", Fixed("")),
        ("AdditionalDetails", At("/properties/additionalDetails")),
        ("Id", At("/properties/id")),
        ("InitiatedBy", At("/properties/initiatedBy")),
        ("LoggedByService", At("/properties/loggedByService")),
        ("Result", At("/properties/result")),
        ("ResultReason", At("/properties/resultReason")),
        ("TargetResources", At("/properties/targetResources")),
        ("AADTenantId", At("/tenantId")),
        ("ActivityDisplayName", At("/properties/activityDisplayName")),
        ("ActivityDateTime [UTC]", Time),
        ("AADOperationType", At("/properties/operationType")),
        ("Type", Fixed("AuditLogs")),
    ],
};

/// People, interactive.
pub const SIGN_IN: Table = Table { name: "SigninLogs", category: "SignInLogs", columns: PERSON_COLUMNS };

/// People, unnoticed.
pub const NON_INTERACTIVE: Table = Table {
    name: "AADNonInteractiveUserSignInLogs",
    category: "NonInteractiveUserSignInLogs",
    columns: PERSON_COLUMNS,
};

/// Applications.
pub const SERVICE_PRINCIPAL: Table =
    Table { name: "AADServicePrincipalSignInLogs", category: "ServicePrincipalSignInLogs", columns: PRINCIPAL_COLUMNS };

/// Managed identities.
pub const MANAGED_IDENTITY: Table =
    Table { name: "AADManagedIdentitySignInLogs", category: "ManagedIdentitySignInLogs", columns: PRINCIPAL_COLUMNS };

const PERSON_COLUMNS: &[(&str, Cell)] = &[
    ("TenantId", Fixed("0b1c2d3e-0000-4000-8000-000000000001")),
    ("SourceSystem", Fixed("Azure AD")),
    ("TimeGenerated [UTC]", Time),
    ("OperationName", At("/operationName")),
    ("OperationVersion", At("/operationVersion")),
    ("Category", At("/category")),
    ("ResultType", At("/resultType")),
    ("ResultSignature", At("/resultSignature")),
    ("ResultDescription", At("/resultDescription")),
    ("DurationMs", At("/durationMs")),
    ("CorrelationId", At("/correlationId")),
    ("ResourceGroup", Fixed("Microsoft.aadiam")),
    ("Identity", At("/identity")),
    ("Location", At("/location")),
    ("AppDisplayName", At("/properties/appDisplayName")),
    ("AppId", At("/properties/appId")),
    ("AuthenticationDetails", At("/properties/authenticationDetails")),
    ("AuthenticationProcessingDetails", At("/properties/authenticationProcessingDetails")),
    ("AuthenticationProtocol", At("/properties/authenticationProtocol")),
    ("AuthenticationRequirement", At("/properties/authenticationRequirement")),
    ("AutonomousSystemNumber", At("/properties/autonomousSystemNumber")),
    ("ClientAppUsed", At("/properties/clientAppUsed")),
    ("ConditionalAccessPolicies", At("/properties/appliedConditionalAccessPolicies")),
    ("ConditionalAccessStatus", At("/properties/conditionalAccessStatus")),
    ("CreatedDateTime [UTC]", Time),
    ("CrossTenantAccessType", At("/properties/crossTenantAccessType")),
    ("DeviceDetail", At("/properties/deviceDetail")),
    ("HomeTenantId", At("/properties/homeTenantId")),
    ("Id", At("/properties/id")),
    ("IPAddress", At("/properties/ipAddress")),
    ("IncomingTokenType", At("/properties/incomingTokenType")),
    ("IsInteractive", At("/properties/isInteractive")),
    ("LocationDetails", At("/properties/location")),
    ("MfaDetail", At("/properties/mfaDetail")),
    ("OriginalRequestId", At("/properties/originalRequestId")),
    ("OriginalTransferMethod", At("/properties/originalTransferMethod")),
    ("ResourceDisplayName", At("/properties/resourceDisplayName")),
    ("ResourceIdentity", At("/properties/resourceId")),
    ("ResourceTenantId", At("/properties/resourceTenantId")),
    ("RiskDetail", At("/properties/riskDetail")),
    ("RiskLevelAggregated", At("/properties/riskLevelAggregated")),
    ("RiskLevelDuringSignIn", At("/properties/riskLevelDuringSignIn")),
    ("RiskState", At("/properties/riskState")),
    ("SessionId", At("/properties/sessionId")),
    ("Status", At("/properties/status")),
    ("TokenIssuerType", At("/properties/tokenIssuerType")),
    ("UniqueTokenIdentifier", At("/properties/uniqueTokenIdentifier")),
    ("UserAgent", At("/properties/userAgent")),
    ("UserDisplayName", At("/properties/userDisplayName")),
    ("UserId", At("/properties/userId")),
    ("UserPrincipalName", At("/properties/userPrincipalName")),
    ("UserType", At("/properties/userType")),
    ("AADTenantId", At("/tenantId")),
];

const PRINCIPAL_COLUMNS: &[(&str, Cell)] = &[
    ("TenantId", Fixed("0b1c2d3e-0000-4000-8000-000000000001")),
    ("SourceSystem", Fixed("Azure AD")),
    ("TimeGenerated [UTC]", Time),
    ("OperationName", At("/operationName")),
    ("Category", At("/category")),
    ("ResultType", At("/resultType")),
    ("ResultSignature", At("/resultSignature")),
    ("CorrelationId", At("/correlationId")),
    ("Location", At("/location")),
    ("AppId", At("/properties/appId")),
    ("AuthenticationProcessingDetails", At("/properties/authenticationProcessingDetails")),
    ("AppOwnerTenantId", At("/properties/appOwnerTenantId")),
    ("ClientCredentialType", At("/properties/clientCredentialType")),
    ("ConditionalAccessPolicies", At("/properties/appliedConditionalAccessPolicies")),
    ("ConditionalAccessStatus", At("/properties/conditionalAccessStatus")),
    ("CreatedDateTime [UTC]", Time),
    ("FederatedCredentialId", At("/properties/federatedCredentialId")),
    ("Id", At("/properties/id")),
    ("IPAddress", At("/properties/ipAddress")),
    ("LocationDetails", At("/properties/location")),
    ("ResourceDisplayName", At("/properties/resourceDisplayName")),
    ("ResourceIdentity", At("/properties/resourceId")),
    ("ServicePrincipalCredentialKeyId", At("/properties/servicePrincipalCredentialKeyId")),
    ("ServicePrincipalId", At("/properties/servicePrincipalId")),
    ("ServicePrincipalName", At("/properties/servicePrincipalName")),
    ("Status", At("/properties/status")),
    ("UniqueTokenIdentifier", At("/properties/uniqueTokenIdentifier")),
    ("AADTenantId", At("/tenantId")),
];

/// The Activity Log.
pub const ACTIVITY: Table = Table {
    name: "AzureActivity",
    category: "Administrative",
    columns: &[
        ("TenantId", Fixed("0b1c2d3e-0000-4000-8000-000000000001")),
        ("SourceSystem", Fixed("Azure")),
        ("CallerIpAddress", At("/callerIpAddress")),
        ("CategoryValue", At("/category")),
        ("CorrelationId", At("/correlationId")),
        ("Authorization", Pretty("/identity/authorization")),
        ("Authorization_d", At("/identity/authorization")),
        ("Claims", Pretty("/identity/claims")),
        ("Claims_d", At("/identity/claims")),
        ("Level", At("/level")),
        ("OperationNameValue", At("/operationName")),
        ("Properties", Pretty("/properties")),
        ("Properties_d", At("/properties")),
        ("Caller", At("/identity/claims/http:~1~1schemas.xmlsoap.org~1ws~12005~105~1identity~1claims~1upn")),
        ("EventSubmissionTimestamp [UTC]", Time),
        ("HTTPRequest", Fixed("")),
        ("OperationId", At("/correlationId")),
        ("ActivityStatusValue", At("/resultType")),
        ("ActivitySubstatusValue", At("/properties/statusCode")),
        ("Hierarchy", At("/properties/hierarchy")),
        ("TimeGenerated [UTC]", Time),
        ("OperationName", Fixed("")),
        ("_ResourceId", At("/properties/entity")),
        ("Type", Fixed("AzureActivity")),
    ],
};

/// Writes the records of this table and returns how many there were.
///
/// # Errors
///
/// Those of the writer.
pub fn write(table: Table, records: impl Iterator<Item = Record>, out: &mut dyn Write) -> io::Result<u64> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    write!(out, "\u{feff}{}\r\n", names.join(","))?;
    let mut count = 0;
    let mut row = String::new();
    for record in records.filter(|record| record.diagnostic["category"] == table.category) {
        row.clear();
        let moment = portal_time(record.time);
        for (number, (_, content)) in table.columns.iter().enumerate() {
            if number > 0 {
                row.push(',');
            }
            let at = |pointer| record.diagnostic.pointer(pointer);
            match content {
                Time => cell(&mut row, &moment),
                Fixed(text) => row.push_str(text),
                At(pointer) => write_value(&mut row, at(pointer)),
                Pretty(pointer) => cell(&mut row, &at(pointer).map_or(String::new(), |value| format!("{value:#}"))),
            }
        }
        row.push_str("\r\n");
        out.write_all(row.as_bytes())?;
        count += 1;
    }
    Ok(count)
}

fn write_value(row: &mut String, value: Option<&Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) if !text.contains(['"', ',', '\r', '\n']) => row.push_str(text),
        Some(Value::String(text)) => cell(row, text),
        Some(value) => cell(row, &value.to_string()),
    }
}

/// `3/4/2026, 9:20:11.846 AM`
fn portal_time(time: Timestamp) -> String {
    let text = time.to_string();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let hour = number(11..13);
    format!(
        "{}/{}/{}, {}:{}.{} {}",
        number(5..7),
        number(8..10),
        number(0..4),
        if hour % 12 == 0 { 12 } else { hour % 12 },
        text.get(14..19).unwrap_or("00:00"),
        text.get(20..23).unwrap_or("000"),
        if hour < 12 { "AM" } else { "PM" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portal_writes_american_times() {
        let time = Timestamp::parse("2026-03-04T21:20:11.8466546Z").unwrap();
        assert_eq!(portal_time(time), "3/4/2026, 9:20:11.846 PM");
    }
}
