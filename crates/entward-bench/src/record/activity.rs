//! The Activity Log of Azure: resources written and read out, each request as a start
//! and an outcome.

use serde_json::json;

use crate::record::{Draw, Log, Record, text_of};
use crate::tenant::Person;

/// Operations of ordinary days: the operation, the resource type, a noun for names, the HTTP answer.
const OPERATIONS: &[(&str, &str, &str, &str)] = &[
    ("Microsoft.Resources/deployments/write", "Microsoft.Resources/deployments", "rollout", "Created"),
    ("Microsoft.Resources/tags/write", "Microsoft.Resources/tags", "default", "OK"),
    ("Microsoft.Compute/virtualMachines/write", "Microsoft.Compute/virtualMachines", "vm-worker", "OK"),
    ("Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines", "vm-worker", "Accepted"),
    (
        "Microsoft.Compute/virtualMachines/deallocate/action",
        "Microsoft.Compute/virtualMachines",
        "vm-worker",
        "Accepted",
    ),
    ("Microsoft.Web/sites/write", "Microsoft.Web/sites", "web-shop", "OK"),
    ("Microsoft.Web/sites/config/write", "Microsoft.Web/sites/config", "web", "OK"),
    ("Microsoft.Storage/storageAccounts/write", "Microsoft.Storage/storageAccounts", "stdata", "OK"),
    ("Microsoft.Insights/metricAlerts/write", "Microsoft.Insights/metricAlerts", "cpu-high", "OK"),
    ("Microsoft.Sql/servers/databases/write", "Microsoft.Sql/servers/databases", "sql-orders", "Created"),
];

/// One request of an ordinary day: its start and its outcome.
pub fn ordinary(draw: &mut Draw<'_>) -> Vec<Record> {
    let person = draw.tenant.any_person(draw.random);
    let (operation, kind, noun, answer) = *draw.random.pick(OPERATIONS);
    let subscription = draw.random.pick(&draw.tenant.subscriptions);
    let group = draw.random.below(20);
    let resource = format!(
        "/subscriptions/{subscription}/resourceGroups/rg-app-{group:02}/providers/{kind}/{noun}-{}",
        draw.random.below(200)
    );
    twins(draw, person, operation, &resource, answer, None, false)
}

/// An Azure role given to somebody.
pub fn role_assignment(draw: &mut Draw<'_>) -> Vec<Record> {
    const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    let person = draw.tenant.any_administrator(draw.random);
    let subscription = draw.random.pick(&draw.tenant.subscriptions).clone();
    let principal = draw.tenant.any_application(draw.random);
    let (assignment, role) = (draw.random.guid(), *draw.random.pick(&[OWNER, CONTRIBUTOR]));
    let resource =
        format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments/{assignment}");
    let body = json!({
        "Id": assignment,
        "Properties": {
            "PrincipalId": principal.principal_id,
            "PrincipalType": "ServicePrincipal",
            "RoleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "Scope": format!("/subscriptions/{subscription}"),
        },
    });
    twins(
        draw,
        person,
        "Microsoft.Authorization/roleAssignments/write",
        &resource,
        "Created",
        Some(body.to_string()),
        true,
    )
}

fn twins(
    draw: &mut Draw<'_>,
    person: &Person,
    operation: &str,
    resource: &str,
    answer: &str,
    request_body: Option<String>,
    matching: bool,
) -> Vec<Record> {
    let correlation = draw.random.guid();
    let token = draw.random.token();
    let issued = draw.time.nanos() / 1_000_000_000 - draw.random.below(3600) as i64;
    let subscription = resource.split('/').nth(2).unwrap_or_default();
    let compact = |id: &str| id.replace('-', "");
    let claims = json!({
        "aud": "https://management.core.windows.net/",
        "iss": format!("https://sts.windows.net/{}/", draw.tenant.id),
        "iat": issued.to_string(),
        "nbf": issued.to_string(),
        "exp": (issued + 4800).to_string(),
        "http://schemas.microsoft.com/claims/authnclassreference": "1",
        "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
        "appid": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "appidacr": "2",
        "ipaddr": person.address,
        "name": person.display_name,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": person.id,
        "puid": person.puid,
        "http://schemas.microsoft.com/identity/claims/scope": "user_impersonation",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier": draw.random.token(),
        "http://schemas.microsoft.com/identity/claims/tenantid": draw.tenant.id,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": person.name,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": person.name,
        "uti": token,
        "ver": "1.0",
        "wids": "b79fbf4d-3ef9-4689-8143-76b194e85509",
    });
    let authorization = json!({
        "scope": resource,
        "action": operation,
        "evidence": {
            "role": "Contributor",
            "roleAssignmentScope": format!("/subscriptions/{subscription}"),
            "roleAssignmentId": compact(&draw.random.guid()),
            "roleDefinitionId": "b24988ac618042a0ab8820f7382dd24c",
            "principalId": compact(&person.id),
            "principalType": "User",
        },
    });
    let outcomes =
        [("Start", "Started.".to_owned(), 0), ("Success", format!("Succeeded.{answer}"), draw.random.below(4000) + 60)];
    outcomes
        .into_iter()
        .map(|(result, signature, duration)| {
            let mut properties = json!({
                "eventCategory": "Administrative",
                "entity": resource,
                "message": operation,
                "hierarchy": format!("{}/{subscription}", draw.tenant.id),
            });
            if result == "Success" {
                properties["statusCode"] = json!(answer);
                properties["serviceRequestId"] = json!(draw.random.guid());
            } else if let Some(body) = &request_body {
                properties["requestbody"] = json!(body);
            }
            if let (Some(body), "Success") = (&request_body, result) {
                properties["responseBody"] = text_of(&json!({"properties": {"requested": body}}));
            }
            let diagnostic = json!({
                "time": draw.zulu(),
                "resourceId": resource.to_uppercase(),
                "operationName": operation.to_uppercase(),
                "category": "Administrative",
                "resultType": result,
                "resultSignature": signature,
                "durationMs": duration.to_string(),
                "callerIpAddress": person.address,
                "correlationId": correlation,
                "identity": {"authorization": authorization, "claims": claims},
                "level": "Information",
                "properties": properties,
                "tenantId": draw.tenant.id,
                "RoleLocation": "West Europe",
                "ReleaseVersion": "6.2026.9.3",
            });
            draw.record(Log::Activity, matching, diagnostic)
        })
        .collect()
}
