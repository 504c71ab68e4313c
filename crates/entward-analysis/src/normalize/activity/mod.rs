//! The Azure Activity Log, and resource logs of Azure services in the same envelope.
//!
//! The management API, the diagnostic export, the workspace table and Event Grid spell
//! the same twenty facts in four ways. [`Parts`] finds the places once; the files beside
//! this one read who acted, how it ended, what was touched and what changed.
//!
//! Resource-provider registrations (`…/register/action`) are read here like any other
//! operation on a subscription. They have nothing to do with application registrations.

mod actor;
mod body;
mod resource;
mod status;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use entward_model::{Event, Shape};
use serde_json::Value;

use super::changes::is_guid;
use super::reading::{blank, find, find_identifier, find_object, find_time};
use crate::knowledge::Knowledge;
pub(super) use status::fold as outcome_from_word;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let parts = Parts::of(shape, record);
    let actor = actor::read(&parts);
    let operation_seen = parts.operation();
    let (outcome, reason) = status::read(&parts);
    let resource = resource::path(&parts);
    let targets = body::targets(knowledge, &parts, &operation_seen, resource.as_ref(), &actor);
    Event {
        time: parts.time(),
        operation: knowledge.operation(shape.log(), &operation_seen).id.into_owned(),
        operation_seen,
        outcome,
        reason,
        tenant: parts.tenant(resource.as_ref()),
        subscription: parts.subscription(resource.as_ref()),
        correlation_id: find(&parts.event, &["correlationId", "properties.correlationId"])
            .map(|id| id.to_ascii_lowercase()),
        record_id: parts.record_id(),
        targets,
        actor,
        ..blank(shape)
    }
}

/// The record, and the places in it that several questions need.
struct Parts<'a> {
    shape: Shape,
    /// The record as it came, for Event Grid the envelope.
    record: &'a Value,
    /// The Activity Log's own members: the record, for Event Grid its `data`.
    event: Cow<'a, Value>,
    properties: Cow<'a, Value>,
    claims: Cow<'a, Value>,
    authorization: Cow<'a, Value>,
}

impl<'a> Parts<'a> {
    fn of(shape: Shape, record: &'a Value) -> Parts<'a> {
        let data = find_object(record, &["data"]);
        let event = if shape == Shape::EventgridActivityLog && data.is_object() { data } else { Cow::Borrowed(record) };
        let part = |paths: &[&str]| match &event {
            Cow::Borrowed(event) => find_object(event, paths),
            Cow::Owned(event) => Cow::Owned(find_object(event, paths).into_owned()),
        };
        Parts {
            shape,
            record,
            // The `_d` columns of the workspace are the same JSON without its blanks.
            properties: part(&["properties", "Properties_d"]),
            claims: part(&["claims", "identity.claims", "Claims_d"]),
            authorization: part(&["authorization", "identity.authorization", "Authorization_d"]),
            event,
        }
    }

    /// The operation's text. `*Value` columns and `.value` members hold the provider's own
    /// name; the plain ones beside them may be translated, or deprecated.
    fn operation(&self) -> String {
        let named = find(
            &self.event,
            &[
                "OperationNameValue",
                "operationName.value",
                "operationName",
                "operationName.localizedValue",
                "evt.name",
                "EventName",
            ],
        );
        named.or_else(|| find(&self.authorization, &["action"])).unwrap_or_default()
    }

    fn time(&self) -> Option<entward_model::Timestamp> {
        let own = ["eventTimestamp", "time", "TimeGenerated", "EventTimeString", "submissionTimestamp"];
        find_time(&self.event, &own).or_else(|| find_time(self.record, &["eventTime"]))
    }

    /// The Entra tenant. In the workspace table `TenantId` is the workspace.
    fn tenant(&self, resource: Option<&resource::Path>) -> Option<String> {
        let claimed = || {
            let claims = ["http://schemas.microsoft.com/identity/claims/tenantid", "tenantid", "tid"];
            actor::claim(&self.claims, &claims)
        };
        let named = || {
            if self.shape == Shape::LaAzureActivity { None } else { find(&self.event, &["tenantId"]) }
        };
        let hierarchy = || {
            let chain = find(&self.event, &["Hierarchy", "properties.hierarchy", "Properties_d.hierarchy"])?;
            let root = chain.split('/').next()?.to_owned();
            // Some records put the subscription alone there.
            let is_subscription = self.subscription(resource).is_some_and(|known| known.eq_ignore_ascii_case(&root));
            if is_guid(&root) && !is_subscription { Some(root) } else { None }
        };
        let found = claimed().or_else(named).or_else(hierarchy);
        found.map(|text| super::reading::identifier(&text)).or_else(|| resource?.after("tenants"))
    }

    fn subscription(&self, resource: Option<&resource::Path>) -> Option<String> {
        let named = find_identifier(&self.event, &["subscriptionId", "properties.subscriptionId", "_SubscriptionId"]);
        named.or_else(|| resource?.after("subscriptions"))
    }

    /// The diagnostic export has no id of its own; whoever counts records hashes its members.
    fn record_id(&self) -> Option<String> {
        let named = find(&self.event, &["eventDataId", "properties.eventDataId", "Properties_d.eventDataId"]);
        let from_link = || {
            let link = find(&self.event, &["id"])?;
            let (_, after) = link.split_once("/events/")?;
            after.split('/').next().map(str::to_owned)
        };
        let from_envelope = || {
            if self.shape == Shape::EventgridActivityLog { find(self.record, &["id"]) } else { None }
        };
        named.or_else(from_link).or_else(from_envelope)
    }
}
