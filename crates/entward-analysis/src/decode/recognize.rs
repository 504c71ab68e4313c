//! Which shape does a record have? Told from the members it has, never from the name of
//! its file, since containers of one name hold the logs of several products.

use entward_model::Shape;

use super::gather::Cells;
use super::keys::{self, Slot};

/// Categories of the Activity Log as its exports write them. Old exports name the kind of
/// action where newer ones name the category (log-schemas, section b).
const ACTIVITY_CATEGORIES: &[&str] = &[
    "Administrative",
    "Write",
    "Delete",
    "Action",
    "Policy",
    "Security",
    "ServiceHealth",
    "Alert",
    "Autoscale",
    "Recommendation",
    "ResourceHealth",
];

/// Categories of the Entra tenant and the shape each one is.
const TENANT_CATEGORIES: &[(&str, Shape)] = &[
    ("SignInLogs", Shape::DiagSignInLogs),
    ("NonInteractiveUserSignInLogs", Shape::DiagNonInteractiveUserSignInLogs),
    ("AuditLogs", Shape::DiagAuditLogs),
    ("ServicePrincipalSignInLogs", Shape::DiagServicePrincipalSignInLogs),
    ("ManagedIdentitySignInLogs", Shape::DiagManagedIdentitySignInLogs),
    ("MicrosoftGraphActivityLogs", Shape::DiagMicrosoftGraphActivityLogs),
    ("ProvisioningLogs", Shape::DiagProvisioningLogs),
    ("RiskyUsers", Shape::DiagRiskEvents),
    ("UserRiskEvents", Shape::DiagRiskEvents),
    ("RiskyServicePrincipals", Shape::DiagRiskEvents),
    ("ServicePrincipalRiskEvents", Shape::DiagRiskEvents),
];

/// Log Analytics tables and the shape each one is.
const TABLES: &[(&str, Shape)] = &[
    ("AuditLogs", Shape::LaAuditLogs),
    ("SigninLogs", Shape::LaSigninLogs),
    ("AADNonInteractiveUserSignInLogs", Shape::LaSigninLogs),
    ("AADServicePrincipalSignInLogs", Shape::LaSigninLogs),
    ("AADManagedIdentitySignInLogs", Shape::LaSigninLogs),
    ("AzureActivity", Shape::LaAzureActivity),
    ("OfficeActivity", Shape::LaOfficeActivity),
    ("MicrosoftGraphActivityLogs", Shape::LaGraphActivity),
    ("AADRiskyUsers", Shape::LaRiskEvents),
    ("AADUserRiskEvents", Shape::LaRiskEvents),
    ("AADRiskyServicePrincipals", Shape::LaRiskEvents),
    ("AADServicePrincipalRiskEvents", Shape::LaRiskEvents),
];

/// The shape of a record, from what was gathered of it; `None` where it is none of ours.
///
/// `text` gives a member's text: for JSON without its quotes, for a CSV cell as it is.
pub(crate) fn recognize<'a>(cells: &Cells, text: impl Fn(Slot) -> Option<&'a [u8]>) -> Option<Shape> {
    if is_log_analytics(cells)
        && let Some(shape) = log_analytics(cells, &text)
    {
        return Some(shape);
    }
    if let Some(category) = text(keys::CATEGORY) {
        let is_envelope = cells.has(keys::TIME) || cells.has(keys::OPERATION_NAME) || cells.has(keys::RESOURCE_ID);
        if is_envelope && let Some(shape) = by_name(TENANT_CATEGORIES, category) {
            return Some(shape);
        }
    }
    if let Some(operation) = text(keys::OPERATION_NAME) {
        if operation.first() == Some(&b'{') || cells.has(keys::EVENT_TIMESTAMP) || cells.has(keys::CALLER) {
            return Some(Shape::RestActivityLog);
        }
        if is_activity_export(cells, &text) {
            return Some(Shape::DiagActivityLog);
        }
        if cells.has(keys::CATEGORY) {
            return Some(Shape::DiagPlatformLogs);
        }
    }
    if cells.has(keys::ACTIVITY_DISPLAY_NAME) {
        return Some(Shape::GraphDirectoryAudit);
    }
    graph_object(cells).or_else(|| other(cells, &text))
}

fn is_log_analytics(cells: &Cells) -> bool {
    cells.has(keys::TIME_GENERATED) || cells.has(keys::SOURCE_SYSTEM) || cells.has(keys::TABLE) || cells.has(keys::TYPE)
}

fn log_analytics<'a>(cells: &Cells, text: &impl Fn(Slot) -> Option<&'a [u8]>) -> Option<Shape> {
    for slot in [keys::TYPE, keys::TABLE] {
        if let Some(shape) = text(slot).and_then(|table| by_name(TABLES, table)) {
            return Some(shape);
        }
    }
    if !cells.has(keys::TIME_GENERATED) && !cells.has(keys::SOURCE_SYSTEM) {
        return None;
    }
    // Rows whose table is not named: an API answer, or an export of chosen columns.
    if cells.has(keys::OPERATION_NAME_VALUE) {
        return Some(Shape::LaAzureActivity);
    }
    if cells.has(keys::OFFICE_WORKLOAD) {
        return Some(Shape::LaOfficeActivity);
    }
    if cells.has(keys::TARGET_RESOURCES) && cells.has(keys::INITIATED_BY) {
        return Some(Shape::LaAuditLogs);
    }
    if cells.has(keys::REQUEST_URI) {
        return Some(Shape::LaGraphActivity);
    }
    if cells.has(keys::USER_PRINCIPAL_NAME) || cells.has(keys::SERVICE_PRINCIPAL_ID) {
        return Some(Shape::LaSigninLogs);
    }
    None
}

fn is_activity_export<'a>(cells: &Cells, text: &impl Fn(Slot) -> Option<&'a [u8]>) -> bool {
    let category = text(keys::CATEGORY).unwrap_or_default();
    if ACTIVITY_CATEGORIES.iter().any(|name| category.eq_ignore_ascii_case(name.as_bytes())) {
        return true;
    }
    // A category that is no activity category is a resource log, even on a subscription's resource.
    category.is_empty()
        && text(keys::RESOURCE_ID)
            .is_some_and(|id| id.get(..15).is_some_and(|head| head.eq_ignore_ascii_case(b"/subscriptions/")))
        || category.is_empty() && cells.has(keys::AUTHORIZATION)
}

fn graph_object(cells: &Cells) -> Option<Shape> {
    // Sign-ins of applications that the tenant does not know have no name of the application, and a query may leave it
    // out. A user has a creation date and a principal name too, but nothing that a sign-in alone has.
    let signs_in = [
        keys::APP_DISPLAY_NAME,
        keys::CONDITIONAL_ACCESS_STATUS,
        keys::CLIENT_APP_USED,
        keys::IS_INTERACTIVE,
        keys::SIGN_IN_EVENT_TYPES,
    ];
    if cells.has(keys::CREATED_DATE_TIME)
        && (cells.has(keys::USER_PRINCIPAL_NAME) || cells.has(keys::SERVICE_PRINCIPAL_ID))
        && signs_in.iter().any(|slot| cells.has(*slot))
    {
        return Some(Shape::GraphSignIn);
    }
    if cells.has(keys::RISK_EVENT_TYPE) || cells.has(keys::RISK_TYPE) {
        return Some(Shape::GraphRiskDetection);
    }
    if cells.has(keys::RISK_STATE) && cells.has(keys::RISK_LEVEL) && cells.has(keys::RISK_LAST_UPDATED) {
        return Some(Shape::GraphRiskyUser);
    }
    if cells.has(keys::PROVISIONING_ACTION) {
        return Some(Shape::GraphProvisioning);
    }
    None
}

fn other<'a>(cells: &Cells, text: &impl Fn(Slot) -> Option<&'a [u8]>) -> Option<Shape> {
    if cells.has(keys::OPERATION) && (cells.has(keys::RECORD_TYPE) || cells.has(keys::WORKLOAD))
        || cells.has(keys::AUDIT_DATA)
    {
        return Some(Shape::UalJson);
    }
    if cells.has(keys::EVENT_TYPE) && (cells.has(keys::DATA) || cells.has(keys::EVENT_TIME)) {
        return Some(Shape::EventgridActivityLog);
    }
    // An event as a security product abbreviates it, with the category one level down.
    if cells.has(keys::EVT) && cells.has(keys::RESOURCE_ID) {
        return Some(Shape::DiagPlatformLogs);
    }
    if text(keys::CATEGORY).is_some() && (cells.has(keys::RESOURCE_ID) || cells.has(keys::PROPERTIES)) {
        return Some(Shape::DiagPlatformLogs);
    }
    None
}

#[inline]
fn by_name(table: &[(&str, Shape)], name: &[u8]) -> Option<Shape> {
    table.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, shape)| *shape)
}

/// The shape of the rows of a CSV file, from its column names.
///
/// Rows of Log Analytics name their table in a column, so they are recognised one by one
/// when the header alone does not tell.
pub(crate) fn recognize_header(columns: &[String]) -> Option<Shape> {
    let has = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    if has("AuditData") {
        return Some(Shape::UalCsv);
    }
    if has("Date (UTC)") {
        return Some(if has("Activity") { Shape::PortalAuditCsv } else { Shape::PortalSignInCsv });
    }
    if has("Correlation id") && has("Operation name") && has("Event initiated by") {
        return Some(Shape::PortalActivityCsv);
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Decoded, Decoder};
    use super::*;

    #[track_caller]
    fn check(record: &Value, expected: Option<Shape>) {
        let layout = keys::Layout::new();
        let mut shapes = Vec::new();
        Decoder::new(&layout).read(record.to_string().as_bytes(), None, &mut |decoded| {
            shapes.push(match decoded {
                Decoded::Record(record, _) => Some(record.shape),
                Decoded::Undecoded(_) => None,
            });
        });
        assert_eq!(shapes, [expected], "{record}");
    }

    #[test]
    fn a_sign_in_needs_no_name_of_its_application() {
        let id = "9c74bf4a-0000-4000-8000-b5babc961f00";
        let sign_in = json!({
            "id": id, "createdDateTime": "2026-03-04T09:04:41Z", "userPrincipalName": "ada@contoso.example",
            "appId": "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f", "conditionalAccessStatus": "notApplied"
        });
        check(&sign_in, Some(Shape::GraphSignIn));
        let workload = json!({
            "id": id, "createdDateTime": "2026-03-04T09:04:41Z", "servicePrincipalId": id,
            "signInEventTypes": ["servicePrincipal"]
        });
        check(&workload, Some(Shape::GraphSignIn));
    }

    #[test]
    fn a_user_is_no_sign_in() {
        let user = json!({
            "id": "99999999-8888-4777-8666-555555555555", "createdDateTime": "2026-03-04T09:04:41Z",
            "userPrincipalName": "ada@contoso.example", "displayName": "Ada Lindholm"
        });
        check(&user, None);
    }
}
