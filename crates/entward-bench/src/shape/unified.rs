//! The unified audit log of Microsoft 365, as `Search-UnifiedAuditLog` exports it: a CSV
//! whose one wide column holds the record as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::record::{Log, Record};
use crate::shape::cell;

/// Writes the records that this log has and returns how many there were.
///
/// # Errors
///
/// Those of the writer.
pub fn write(records: impl Iterator<Item = Record>, out: &mut dyn Write) -> io::Result<u64> {
    out.write_all(
        b"RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity,IsValid,ObjectState\r\n",
    )?;
    let mut count = 0;
    let mut row = String::new();
    for record in records {
        let data = match record.log {
            Log::Audit => audit(&record),
            Log::SignIn => sign_in(&record),
            Log::Activity => continue,
        };
        count += 1;
        row.clear();
        let text = |name: &str| data[name].as_str().unwrap_or_default();
        let record_type =
            if record.log == Log::Audit { "AzureActiveDirectory" } else { "AzureActiveDirectoryStsLogon" };
        let moment = text("CreationTime");
        for content in [record_type, moment, text("UserId"), text("Operation"), &data.to_string()] {
            cell(&mut row, content);
            row.push(',');
        }
        row.push_str(&format!("{},5000,{},True,Unchanged\r\n", (count - 1) % 5000 + 1, text("Id")));
        out.write_all(row.as_bytes())?;
    }
    Ok(count)
}

fn audit(record: &Record) -> Value {
    let properties = &record.diagnostic["properties"];
    let activity = properties["activityDisplayName"].as_str().unwrap_or_default();
    // Only the credential activities, which end in a blank, have no final stop.
    let operation = if activity.ends_with(' ') { activity.to_owned() } else { format!("{activity}.") };
    let user = &properties["initiatedBy"]["user"];
    let (user_id, user_type) = match user["userPrincipalName"].as_str() {
        Some(name) => (name.to_owned(), 0),
        None => (format!("ServicePrincipal_{}", text(&properties["initiatedBy"]["app"]["servicePrincipalId"])), 4),
    };
    let target = &properties["targetResources"][0];
    let details: serde_json::Map<String, Value> = properties["additionalDetails"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| (text(&entry["key"]).to_owned(), entry["value"].clone()))
        .collect();
    let changes: Vec<Value> = properties["targetResources"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|target| target["modifiedProperties"].as_array().into_iter().flatten())
        .map(change)
        .collect();
    let kind = text(&target["type"]);
    json!({
        "CreationTime": whole_seconds(record),
        "Id": unified_id(record),
        "Operation": operation,
        "OrganizationId": record.diagnostic["tenantId"],
        "RecordType": 8,
        "ResultStatus": "Success",
        "UserKey": format!("10032000AAAAAAAA@{}", "contoso.example"),
        "UserType": user_type,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ObjectId": format!("{kind}_{}", text(&target["id"])),
        "UserId": user_id,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "additionalDetails", "Value": Value::Object(details).to_string()},
            {"Name": "extendedAuditEventCategory", "Value": kind},
        ],
        "ModifiedProperties": changes,
        "Actor": [
            {"ID": user_id, "Type": 5},
            {"ID": "10032000AAAAAAAA", "Type": 3},
            {"ID": "18ed3507-a475-4ccb-b669-d66bc9f2a36e", "Type": 2},
            {"ID": format!("User_{}", text(&user["id"])), "Type": 2},
            {"ID": user["id"], "Type": 2},
            {"ID": "User", "Type": 2},
        ],
        "ActorContextId": record.diagnostic["tenantId"],
        "InterSystemsId": record.diagnostic["correlationId"],
        "IntraSystemId": unified_id(record),
        "SupportTicketId": "",
        "Target": [
            {"ID": format!("{kind}_{}", text(&target["id"])), "Type": 2},
            {"ID": target["id"], "Type": 2},
            {"ID": kind, "Type": 2},
            {"ID": text(&target["displayName"]), "Type": 1},
        ],
        "TargetContextId": record.diagnostic["tenantId"],
    })
}

fn sign_in(record: &Record) -> Value {
    let properties = &record.diagnostic["properties"];
    let person = properties["userPrincipalName"].as_str();
    let actor = person.unwrap_or_else(|| text(&properties["servicePrincipalId"]));
    let failed = properties["status"]["errorCode"] != 0;
    let device = &properties["deviceDetail"];
    json!({
        "CreationTime": whole_seconds(record),
        "Id": unified_id(record),
        "Operation": if failed { "UserLoginFailed" } else { "UserLoggedIn" },
        "OrganizationId": record.diagnostic["tenantId"],
        "RecordType": 15,
        "ResultStatus": if failed { "Failed" } else { "Success" },
        "UserKey": properties["userId"],
        "UserType": if person.is_some() { 0 } else { 6 },
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": properties["ipAddress"],
        "ObjectId": properties["resourceId"],
        "UserId": actor,
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "ResultStatusDetail", "Value": "Redirect"},
            {"Name": "UserAgent", "Value": text(&properties["userAgent"])},
            {"Name": "RequestType", "Value": "OAuth2:Authorize"},
        ],
        "ModifiedProperties": [],
        "Actor": [{"ID": properties["userId"], "Type": 0}, {"ID": actor, "Type": 5}],
        "ActorContextId": record.diagnostic["tenantId"],
        "ActorIpAddress": properties["ipAddress"],
        "InterSystemsId": record.diagnostic["correlationId"],
        "IntraSystemId": properties["id"],
        "SupportTicketId": "",
        "Target": [{"ID": properties["resourceId"], "Type": 0}],
        "TargetContextId": record.diagnostic["tenantId"],
        "ApplicationId": properties["appId"],
        "DeviceProperties": [
            {"Name": "Id", "Value": text(&device["deviceId"])},
            {"Name": "DisplayName", "Value": text(&device["displayName"])},
            {"Name": "OS", "Value": text(&device["operatingSystem"])},
            {"Name": "BrowserType", "Value": text(&device["browser"])},
            {"Name": "IsCompliantAndManaged", "Value": "True"},
            {"Name": "SessionId", "Value": text(&properties["sessionId"])},
        ],
        "ErrorNumber": properties["status"]["errorCode"].to_string(),
    })
}

/// Arrays are spread over lines, texts lose their quotes, and what is not there is empty.
fn change(change: &Value) -> Value {
    let side = |text: Option<&str>| match text.map(serde_json::from_str::<Value>) {
        Some(Ok(Value::String(text))) => text,
        Some(Ok(Value::Array(items))) if items.is_empty() => "[]".to_owned(),
        Some(Ok(value)) => format!("{value:#}").replace('\n', "\r\n"),
        _ => String::new(),
    };
    json!({
        "Name": change["displayName"],
        "NewValue": side(change["newValue"].as_str()),
        "OldValue": side(change["oldValue"].as_str()),
    })
}

fn whole_seconds(record: &Record) -> String {
    record.time.to_string().get(..19).unwrap_or_default().to_owned()
}

/// A GUID of its own for each record: the correlation's first half, the moment for the rest.
fn unified_id(record: &Record) -> String {
    let correlation = text(&record.diagnostic["correlationId"]);
    format!("{}-{:012x}", correlation.get(..23).unwrap_or_default(), (record.time.nanos() / 100) & 0xffff_ffff_ffff)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
