//! What the records did not say and a reader would want to know. Absence is not
//! innocence: an alert that is silent about an address must not read like one that has
//! none to fear.

use entward_model::{Actor, ActorKind, Log, Outcome, Shape, StoryRecord, Target, Typed};

/// What is missing, as sentence fragments. `targets` are those of the alert, with what several records say of them.
pub(super) fn missing(records: &[StoryRecord], actor: &Actor, targets: &[Target]) -> Vec<String> {
    let mut missing: Vec<&str> = Vec::new();
    if actor.kind == ActorKind::Unknown {
        missing.push("who did it");
    }
    if actor.address.is_none() {
        missing.push("the address it came from");
    }
    let events = || records.iter().map(|record| &record.event);
    if actor.app_id.is_none() && events().any(|event| event.log == Log::Audit) {
        missing.push("through which client it was done (MicrosoftGraphActivityLogs would say)");
    }
    if !events().any(|event| event.outcome == Outcome::Success)
        && events().any(|event| matches!(event.outcome, Outcome::Started | Outcome::Unknown))
    {
        missing.push("how it ended");
    }
    let typed = || {
        events()
            .flat_map(|event| &event.targets)
            .flat_map(|target| &target.changes)
            .filter_map(|change| change.typed.as_ref())
    };
    let registered = events().any(|event| event.operation == "entra.application.add");
    if registered && !typed().any(|typed| matches!(typed, Typed::PermissionsRequested { .. })) {
        missing.push("which permissions the application asks for (none was recorded at its registration)");
    }
    if typed().any(|typed| matches!(typed, Typed::Consent(_)))
        && !typed().any(|typed| matches!(typed, Typed::PermissionsGranted { .. }))
    {
        missing.push("application permissions that the consent granted (a consent record lists delegated ones only)");
    }
    let mut merged = targets.iter().flat_map(|target| &target.changes).filter_map(|change| change.typed.as_ref());
    if merged.any(names_no_api) {
        missing.push("which API the consented permissions belong to (a consent record has only its object id)");
    }
    if typed().any(|typed| matches!(typed, Typed::Credentials { old, new } if new.iter().any(|credential| !old.contains(credential) && credential.valid_to.is_none() && credential.issuer.is_none()))) {
        missing.push("how long the new credential is valid");
    }
    if events().any(|event| event.shape == Shape::PortalAuditCsv) {
        missing.push("changes beyond the fifth and targets beyond the third (the portal's CSV cuts them off)");
    }
    if events().any(|event| event.time.is_none()) {
        missing.push("when some of the records were written");
    }
    missing.into_iter().map(str::to_owned).collect()
}

/// Whether a consent lists a permission of an API that no record of the story names.
fn names_no_api(typed: &Typed) -> bool {
    let Typed::Consent(consent) = typed else { return false };
    consent.new.iter().any(|permission| permission.resource_name.is_none() && permission.resource_app_id.is_none())
}
