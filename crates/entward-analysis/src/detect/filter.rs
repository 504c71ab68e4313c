//! The user's own choice of records.

use entward_model::{Event, Timestamp};

/// Which records to keep; what is empty asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// Tenant id.
    pub tenant: Option<String>,
    /// The actor's id, name or application id, whole, in any letter case.
    pub actor: Option<String>,
    /// An application's or service principal's object id, application id or name, likewise.
    pub app: Option<String>,
    /// Canonical operation id, or its text as it stood, in any spelling.
    pub operation: Option<String>,
}

impl Filter {
    /// The option that refuses an event, or `None` when all keep it.
    ///
    /// An event without a time is kept by the bounds of time: what cannot be placed is not
    /// dropped for its place.
    pub fn refuses(&self, event: &Event) -> Option<&'static str> {
        if let (Some(since), Some(time)) = (self.since, event.time)
            && time < since
        {
            return Some("--since");
        }
        if let (Some(until), Some(time)) = (self.until, event.time)
            && time >= until
        {
            return Some("--until");
        }
        if let Some(tenant) = &self.tenant
            && !is(tenant, &event.tenant)
        {
            return Some("--tenant");
        }
        if let Some(actor) = &self.actor
            && ![&event.actor.id, &event.actor.name, &event.actor.app_id].iter().any(|part| is(actor, part))
        {
            return Some("--actor");
        }
        if let Some(app) = &self.app {
            let of_target = event
                .targets
                .iter()
                .any(|target| [&target.id, &target.app_id, &target.name].iter().any(|part| is(app, part)));
            if !of_target && !is(app, &event.actor.app_id) {
                return Some("--app");
            }
        }
        if let Some(operation) = &self.operation
            && !operation.eq_ignore_ascii_case(&event.operation)
            && crate::knowledge::fold_operation(operation) != crate::knowledge::fold_operation(&event.operation_seen)
        {
            return Some("--operation");
        }
        None
    }
}

fn is(wanted: &str, part: &Option<String>) -> bool {
    part.as_ref().is_some_and(|part| part.trim().to_lowercase() == wanted.trim().to_lowercase())
}
