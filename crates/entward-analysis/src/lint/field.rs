//! A rule's field in the records of one shape.

use entward_model::{Log, Shape};

use super::members::{self, Holding};
use crate::detect::mapping::{Mapping, Written, change_of};

/// Where a field stands in a shape.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The places that are known to exist; none if the shape does not have the field.
    pub(super) places: Vec<Written>,
    /// The shape calls it what the rule calls it.
    pub(super) is_literal: bool,
}

/// What fields of one concept, whatever they are called, have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The name of what was done.
    Operation,
    /// What Identity Protection found.
    RiskEventType,
    /// A user principal name.
    User,
    /// Anything else.
    Other,
}

/// Looks a field up in a shape. `is_open` says that the log is not ours to know: any name may stand in it.
pub(super) fn find(mapping: &Mapping, field: &str, shape: Shape, is_open: bool) -> Found {
    // The portal's CSV has columns for changed properties, which no path leads to.
    if shape == Shape::PortalAuditCsv
        && let Some((property, side)) = change_of(field)
    {
        let change = Written::Change { base: String::new(), property: property.to_owned(), side };
        return Found { places: vec![change], is_literal: true };
    }
    let written = mapping.written_places(field, shape);
    let is_mapped = mapping.concept(field).is_some();
    let begins_mapped = mapping.begins_with_a_name(field);
    let below_properties = field.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("properties."));
    let exists = |place: &Written| match place {
        Written::Constant(_) | Written::Change { .. } => true,
        _ if is_mapped || is_open => true,
        Written::Path { path, .. } => match members::at(shape, path) {
            // What stands in the `properties` of the Activity Log is each service's own, and a rule that means it says so.
            Some(Holding::Open) if shape.log() == Log::Activity && !begins_mapped && !below_properties => {
                !is_below_properties(path)
            }
            known => known.is_some(),
        },
    };
    let places: Vec<Written> = written.into_iter().filter(exists).collect();
    let is_literal = places.iter().any(|place| match place {
        Written::Path { path, .. } => path.eq_ignore_ascii_case(field),
        Written::Change { .. } => true,
        Written::Constant(_) => false,
    });
    Found { places, is_literal }
}

fn is_below_properties(path: &str) -> bool {
    path.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("properties."))
}

/// What a field means in a shape.
pub(super) fn meaning(mapping: &Mapping, field: &str, shape: Shape) -> Meaning {
    match mapping.concept(field) {
        Some("operation") => Meaning::Operation,
        // In sign-ins, rules that ask for a message are answered with the protocol.
        Some("message") if shape.log() != Log::SignIn => Meaning::Operation,
        Some("risk_event_type") if shape.log() == Log::Risk => Meaning::RiskEventType,
        Some("user") if shape.log() == Log::SignIn => Meaning::User,
        _ => Meaning::Other,
    }
}

/// Whether a field has one value a record in a shape, as far as is known.
pub(super) fn is_single(mapping: &Mapping, field: &str, shape: Shape, places: &[Written]) -> bool {
    // The places of an operation all hold the same.
    if meaning(mapping, field, shape) == Meaning::Operation {
        return true;
    }
    match places {
        [Written::Path { path, .. }] => members::is_single(shape, path),
        [Written::Constant(_)] => true,
        _ => false,
    }
}

/// Concepts whose value anybody can choose who is able to act at all.
const CHOSEN: &[(&str, &str)] = &[
    ("target_name", "the name of the object, which whoever makes it chooses"),
    ("actor_app", "the name of an application, which whoever registers it chooses"),
    ("app_name", "the name of an application, which whoever registers it chooses"),
    ("service_principal_name", "the name of an application, which whoever registers it chooses"),
    ("user_agent", "a user agent, which the client sends as it likes"),
];

/// Last names of paths of which the same is true.
const CHOSEN_MEMBERS: &[(&str, &str)] = &[
    ("displayname", "a display name, which whoever makes the object chooses"),
    ("userdisplayname", "a display name, which whoever makes the object chooses"),
    ("appdisplayname", "the name of an application, which whoever registers it chooses"),
    ("serviceprincipalname", "the name of an application, which whoever registers it chooses"),
    ("user-agent", "a user agent, which the client sends as it likes"),
    ("useragent", "a user agent, which the client sends as it likes"),
];

/// What about a field an attacker chooses; `None` where Azure or the tenant's own administrators decide.
pub(super) fn chosen_by_attacker(mapping: &Mapping, field: &str) -> Option<&'static str> {
    let last = match field.get(..8) {
        // `Changes.DisplayName.New`: the property is named before the side.
        Some(head) if head.eq_ignore_ascii_case("Changes.") => {
            field[8..].rsplit_once('.').map(|(property, _)| property)?
        }
        _ => {
            // The names of changed properties are Azure's.
            if let Some(concept) = mapping.concept(field) {
                return CHOSEN.iter().find(|(known, _)| *known == concept).map(|(_, why)| *why);
            }
            field.rsplit('.').next().unwrap_or(field)
        }
    };
    CHOSEN_MEMBERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(last)).map(|(_, why)| *why)
}
