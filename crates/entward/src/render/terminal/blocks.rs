//! Arranges what an alert changed as people read it: an object, and below it what became
//! of it, each thing once.
//!
//! A grant is recorded on the API that it opens; here it stands with the application that
//! may use it from now on. Objects about which nothing is left to say do not appear when
//! the alert names them elsewhere.

use entward_model::{Alert, Change, RoleRef, Target, TargetKind, Typed};
use serde_json::Value;

use super::super::changes::{self, Line, Sign, compact};
use super::super::layout::Text;
use super::{grants, plumbing};

/// The labels in the order in which a person wants to know.
const ORDER: [&str; 11] = [
    "consent",
    "refused",
    "granted",
    "role",
    "credential",
    "asks for",
    "owner",
    "redirect",
    "offers",
    "audience",
    "changed",
];

/// One object and what became of it.
pub(super) struct Block<'a> {
    /// The object.
    pub(super) target: &'a Target,
    /// What became of it; the lines of one label stand together.
    pub(super) lines: Vec<Line>,
    /// Whether the object is who acted, whose id is told already.
    pub(super) is_actor: bool,
    /// Whether a block before this one told the application id.
    pub(super) app_id_is_told: bool,
    /// The last part of the id of a role assignment, where a line of the alert tells the
    /// scope, which is all the rest.
    pub(super) assignment: Option<&'a str>,
}

/// The blocks of an alert, and how much is not among them.
pub(super) struct Blocks<'a> {
    /// The blocks: those with lines first, else in the order of the alert's targets.
    pub(super) shown: Vec<Block<'a>>,
    /// How many plain properties were left out.
    pub(super) properties_left: usize,
    /// How many objects were left out that nothing else in the alert names.
    pub(super) objects_left: usize,
}

/// Arranges the targets of an alert.
pub(super) fn blocks(alert: &Alert) -> Blocks<'_> {
    let homes: Vec<usize> = (0..alert.targets.len()).map(|index| home(index, &alert.targets)).collect();
    let mut blocks = Blocks { shown: Vec::new(), properties_left: 0, objects_left: 0 };
    for (index, target) in alert.targets.iter().enumerate() {
        let guests = homes.iter().zip(&alert.targets).filter(|(home, _)| **home == index);
        let mut lines = grants::granted(guests.flat_map(|(_, guest)| &guest.changes), &alert.actor, &alert.targets);
        lines.extend(grants::requested(target.changes.iter()));
        lines.extend(target.changes.iter().flat_map(|change| typed_lines(change, target, alert)));
        for change in target.changes.iter().filter(|change| change.typed.is_none()) {
            let plain = plain_line(change);
            if plumbing::is_said(change, target, alert) {
                blocks.properties_left += plain.len();
            } else {
                lines.extend(plain);
            }
        }
        tidy(&mut lines, target, &blocks.shown);
        let is_actor = is_actor(target, alert);
        if lines.is_empty() && (is_actor || homes[index] != index || is_said(target, alert)) {
            continue;
        }
        if lines.is_empty() && target.kind == TargetKind::Other && target.name.is_none() {
            blocks.objects_left += 1;
            continue;
        }
        let assignment = assignment(target, alert);
        let is_told = |before: &Block<'_>| assignment.is_some() && is_same_guid(before.assignment, assignment);
        if lines.is_empty() && blocks.shown.iter().any(is_told) {
            continue;
        }
        blocks.shown.push(Block { target, lines, is_actor, app_id_is_told: false, assignment });
    }
    blocks.shown.sort_by_key(|block| block.lines.is_empty());
    for index in 1..blocks.shown.len() {
        let (before, rest) = blocks.shown.split_at_mut(index);
        let app_id = &rest[0].target.app_id;
        rest[0].app_id_is_told = app_id.is_some() && before.iter().any(|block| block.target.app_id == *app_id);
    }
    blocks
}

/// The position of the target with which the grants of this one stand: the client that the
/// grants name, where it is one and a target itself.
fn home(index: usize, targets: &[Target]) -> usize {
    let target = &targets[index];
    let grants = |change: &Change| matches!(change.typed, Some(Typed::PermissionsGranted { .. }));
    if !target.changes.iter().any(grants) {
        return index;
    }
    let mut clients = target
        .changes
        .iter()
        .filter(|change| change.property == "ServicePrincipal.ObjectID" && change.typed.is_none())
        .map(|change| compact(&change.new))
        .filter(|id| !id.is_empty());
    match (clients.next(), clients.next()) {
        (Some(client), None) => {
            targets.iter().position(|other| other.id.as_deref() == Some(client.as_str())).unwrap_or(index)
        }
        _ => index,
    }
}

/// The lines of a typed change that is no permission.
fn typed_lines(change: &Change, target: &Target, alert: &Alert) -> Vec<Line> {
    match &change.typed {
        None | Some(Typed::PermissionsGranted { .. } | Typed::PermissionsRequested { .. } | Typed::Consent(_)) => {
            Vec::new()
        }
        // The older property says less: only whether other tenants may.
        Some(Typed::Audience { .. })
            if change.property == "AvailableToOtherTenants"
                && target.changes.iter().any(|other| other.property == "SignInAudience" && other.typed.is_some()) =>
        {
            Vec::new()
        }
        Some(Typed::Owner { of: Some(of) }) => {
            let owned = alert.targets.iter().find(|other| other.id.as_ref() == Some(of));
            let text = match owned.and_then(|owned| Some((owned.kind, owned.name.as_ref()?))) {
                Some((kind, name)) => Text::own(format!("of the {} ", label(kind))).and_name(name),
                None => Text::default().and_labeled_id("of", of),
            };
            vec![Line { label: "owner", sign: changes::owner_sign(change), text }]
        }
        Some(_) => changes::lines(change, &alert.targets),
    }
}

/// A property that Entward does not know, as it stands.
fn plain_line(change: &Change) -> Vec<Line> {
    let value = |value: &Value| match value {
        Value::Array(values) if values.len() == 1 => compact(&values[0]),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            values.iter().map(compact).collect::<Vec<_>>().join(", ")
        }
        other => compact(other),
    };
    let name = Text::default().and_name(change.property.trim_end_matches('.')).and(": ");
    changes::became("changed", &value(&change.old), &value(&change.new), name)
}

/// Each line once, those of a label together; nothing about what stayed as it was beside
/// what did not.
fn tidy(lines: &mut Vec<Line>, target: &Target, before: &[Block<'_>]) {
    let mut told: Vec<(&str, Sign, String)> = Vec::new();
    // An address is registered for the application and so for its service principal.
    let twins = before.iter().filter(|block| target.app_id.is_some() && block.target.app_id == target.app_id);
    let is_address = |line: &&Line| line.label == "redirect" || line.label == "audience";
    told.extend(twins.flat_map(|block| &block.lines).filter(is_address).map(key));
    lines.retain(|line| {
        let key = key(line);
        let is_new = !told.contains(&key);
        told.push(key);
        is_new
    });
    let changed: Vec<&str> = lines.iter().filter(|line| line.sign != Sign::None).map(|line| line.label).collect();
    let is_remark = |line: &Line| line.sign == Sign::None && line.text.raw().ends_with(" as before");
    lines.retain(|line| !(is_remark(line) && changed.contains(&line.label)));
    merge_passing_roles(lines);
    lines.sort_by_key(|line| ORDER.iter().position(|label| *label == line.label));
}

/// A role that came and went takes one line: scopes are long.
fn merge_passing_roles(lines: &mut Vec<Line>) {
    let gone: Vec<_> =
        lines.iter().filter(|line| line.label == "role" && line.sign == Sign::Removed).map(key).collect();
    let mut merged = Vec::new();
    for line in lines.iter_mut().filter(|line| line.sign == Sign::Added) {
        let (label, _, text) = key(line);
        let removal = (label, Sign::Removed, text);
        if gone.contains(&removal) {
            line.text = line.text.clone().and(" (and removed)");
            merged.push(removal);
        }
    }
    lines.retain(|line| !merged.contains(&key(line)));
}

/// What makes two lines the same. Scopes of Azure come in any letter case.
fn key(line: &Line) -> (&'static str, Sign, String) {
    let text = line.text.raw();
    (line.label, line.sign, if line.label == "role" { text.to_lowercase() } else { text })
}

fn is_actor(target: &Target, alert: &Alert) -> bool {
    let actor = &alert.actor;
    match (&target.id, &actor.id) {
        (Some(id), Some(actor)) => id == actor,
        _ => target.kind == TargetKind::User && target.name.is_some() && target.name == actor.name,
    }
}

/// The last part of the id of a role assignment, if a role of the alert has its scope.
fn assignment<'a>(target: &'a Target, alert: &Alert) -> Option<&'a str> {
    const BETWEEN: &str = "/providers/microsoft.authorization/roleassignments/";
    let id = target.id.as_deref().filter(|_| target.kind == TargetKind::Resource)?;
    let start = id.to_ascii_lowercase().find(BETWEEN)?;
    let scope = if start == 0 { "/" } else { id.get(..start)? };
    let is_told = roles(alert).any(|role| role.scope.as_deref().is_some_and(|told| told.eq_ignore_ascii_case(scope)));
    id.get(start + BETWEEN.len()..).filter(|_| is_told)
}

/// Deletions write the id of an assignment without hyphens.
fn is_same_guid(one: Option<&str>, other: Option<&str>) -> bool {
    let digits = |guid: &str| guid.replace('-', "").to_ascii_lowercase();
    one.map(digits) == other.map(digits)
}

fn roles(alert: &Alert) -> impl Iterator<Item = &RoleRef> {
    let changes = alert.targets.iter().flat_map(|target| &target.changes);
    changes
        .flat_map(|change| match &change.typed {
            Some(Typed::Role { old, new }) => [old.as_ref(), new.as_ref()],
            _ => [None, None],
        })
        .flatten()
}

/// Whether other rows of the alert name an object that has no lines of its own.
fn is_said(target: &Target, alert: &Alert) -> bool {
    match target.kind {
        TargetKind::Directory => target.id.is_some() && target.id == alert.tenant,
        TargetKind::Role => roles(alert).any(|role| role.name.is_some() && role.name == target.name),
        _ => false,
    }
}

/// The word for a kind of object, as administrators say it.
pub(super) fn label(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Application => "app",
        TargetKind::ServicePrincipal => "principal",
        TargetKind::Other => "object",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use entward_model::Actor;
    use serde_json::json;

    use super::super::super::sample;
    use super::*;

    fn shown(alert: &Alert) -> Vec<String> {
        let mut told = Vec::new();
        for block in blocks(alert).shown {
            told.push(format!("{} {}", label(block.target.kind), block.target.name.as_deref().unwrap_or("-")));
            let lines = block.lines.iter();
            told.extend(lines.map(|line| format!("  {}: {}{}", line.label, line.sign.as_str(), line.text.raw())));
        }
        told
    }

    fn resource(id: &str) -> Target {
        Target { kind: TargetKind::Resource, id: Some(id.to_owned()), ..Target::default() }
    }

    fn principal(changes: Vec<Change>) -> Target {
        Target { kind: TargetKind::ServicePrincipal, name: Some("Sync".to_owned()), changes, ..Target::default() }
    }

    fn alert(targets: Vec<Target>) -> Alert {
        Alert { targets, ..sample::registration() }
    }

    #[test]
    fn a_role_that_came_and_went_takes_one_line_and_its_assignment_one() {
        let role = |scope: &str| {
            let (name, privileged) = (Some("Owner".to_owned()), Some(true));
            Some(RoleRef { id: None, name, privileged, scope: Some(scope.to_owned()) })
        };
        let change = |old, new| Change { typed: Some(Typed::Role { old, new }), ..Change::default() };
        let alert = alert(vec![
            resource("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/12-34"),
            principal(vec![change(None, role("/subscriptions/s")), change(role("/Subscriptions/S"), None)]),
            resource("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/1234"),
        ]);
        assert_eq!(
            shown(&alert),
            ["principal Sync", "  role: + Owner (privileged) at /subscriptions/s (and removed)", "resource -"]
        );
        assert_eq!(blocks(&alert).shown[1].assignment, Some("12-34"));
    }

    #[test]
    fn who_acted_is_a_target_only_where_something_changed() {
        let person = |changes| {
            let Actor { id, name, .. } = sample::registration().actor;
            Target { kind: TargetKind::User, id, name, changes, ..Target::default() }
        };
        let owner = Typed::Owner { of: Some("aaaaaaaa-1111-4222-8333-444444444444".to_owned()) };
        let owns = Change { new: json!("aaaaaaaa"), typed: Some(owner), ..Change::default() };
        assert_eq!(shown(&alert(vec![person(vec![])])), [""; 0]);
        assert_eq!(
            shown(&alert(vec![person(vec![owns])])),
            ["user mallory@contoso.example", "  owner: + of aaaaaaaa-1111-4222-8333-444444444444"]
        );
    }

    #[test]
    fn a_grant_stands_with_its_api_where_the_client_is_no_target() {
        let mut consent = sample::consent();
        consent.targets.remove(0);
        let told = shown(&consent);
        assert_eq!(told[0], "principal Microsoft Graph");
        assert!(told.contains(&"  granted: + Mail.Read (application, Microsoft Graph, ManagementPlane)".to_owned()));
        let client = "  changed: + ServicePrincipal.ObjectID: dddddddd-1111-4222-8333-444444444444";
        assert!(told.contains(&client.to_owned()), "{told:#?}");
    }

    #[test]
    fn what_a_record_leaves_unnamed_is_counted() {
        let unnamed = Target { id: Some("1".to_owned()), ..Target::default() };
        let blocks = alert(vec![unnamed, principal(vec![])]);
        let blocks = super::blocks(&blocks);
        assert_eq!((blocks.shown.len(), blocks.objects_left, blocks.properties_left), (1, 1, 0));
    }
}
