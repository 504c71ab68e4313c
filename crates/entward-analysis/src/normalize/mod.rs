//! Turns a decoded record into one [`Event`], whatever shape it came in.

mod activity;
mod address;
mod audit;
mod changes;
mod graph_activity;
mod portal;
mod provisioning;
mod reading;
mod risk;
mod sign_in;
mod unified;

use entward_model::{Event, Shape};
use serde_json::Value;

use crate::knowledge::Knowledge;

pub(crate) use changes::{is_guid, name_apis};

/// Reads one record.
///
/// `record` is the record as JSON: for a CSV row, an object of column name to text (byte-order mark and ` [UTC]` removed);
/// for a diagnostic export, the envelope with its `properties`; for a unified audit row, the columns, with `AuditData` still
/// a string. `file` and `index` of the event are left empty: the caller knows them.
/// A member that is missing or of an odd type leaves its part of the event empty; nothing fails.
pub fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    match shape {
        Shape::GraphDirectoryAudit | Shape::DiagAuditLogs | Shape::LaAuditLogs => {
            audit::normalize(knowledge, shape, record)
        }
        Shape::PortalAuditCsv | Shape::PortalSignInCsv | Shape::PortalActivityCsv => {
            portal::normalize(knowledge, shape, record)
        }
        Shape::GraphSignIn
        | Shape::DiagSignInLogs
        | Shape::DiagNonInteractiveUserSignInLogs
        | Shape::DiagServicePrincipalSignInLogs
        | Shape::DiagManagedIdentitySignInLogs
        | Shape::LaSigninLogs => sign_in::normalize(knowledge, shape, record),
        Shape::GraphRiskDetection | Shape::GraphRiskyUser | Shape::DiagRiskEvents | Shape::LaRiskEvents => {
            risk::normalize(knowledge, shape, record)
        }
        Shape::GraphProvisioning | Shape::DiagProvisioningLogs => provisioning::normalize(knowledge, shape, record),
        Shape::DiagMicrosoftGraphActivityLogs | Shape::LaGraphActivity => {
            graph_activity::normalize(knowledge, shape, record)
        }
        Shape::DiagActivityLog
        | Shape::DiagPlatformLogs
        | Shape::RestActivityLog
        | Shape::LaAzureActivity
        | Shape::EventgridActivityLog => activity::normalize(knowledge, shape, record),
        Shape::LaOfficeActivity | Shape::UalJson | Shape::UalCsv => unified::normalize(knowledge, shape, record),
    }
}
