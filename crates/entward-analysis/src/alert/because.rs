//! Why an alert has its level.

use entward_model::{Because, Change, GrantKind, Level, Outcome, Permission, RuleRef, Story, StoryRecord, Typed};

use crate::fold::is_carried_out;

/// The reasons, the strongest first: each rule that matched, and each fact of the records
/// that weighs by itself.
pub(super) fn because(story: &Story, rules: &[RuleRef]) -> Vec<Because> {
    let mut reasons: Vec<Because> = rules
        .iter()
        .map(|rule| Because { level: rule.level, reason: rule.title.clone(), rule: Some(rule.id.clone()) })
        .collect();
    // What PIM only carries out gives nothing beyond what PIM's own record says.
    let telling = |record: &&StoryRecord| record.event.outcome != Outcome::Failure && !is_carried_out(story, record);
    for record in story.records.iter().filter(telling) {
        for change in record.event.targets.iter().flat_map(|target| &target.changes) {
            for reason in facts(&record.event.operation, change) {
                if !reasons.iter().any(|known| known.reason == reason.reason) {
                    reasons.push(reason);
                }
            }
        }
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.level));
    reasons
}

/// An activation or a request names a role too, but gives nothing that was not held before.
fn gives_a_role(operation: &str) -> bool {
    operation.ends_with(".add") || operation == "azure.authorization.roleassignments.write"
}

fn facts(operation: &str, change: &Change) -> Vec<Because> {
    match &change.typed {
        // Only what acts without a signed-in user is beyond that user's own rights.
        Some(Typed::PermissionsGranted { old, new }) => control_plane(old, new)
            .map(|permission| {
                fact(
                    Level::High,
                    format!(
                        "{} was granted as an application permission: control plane of the tenant",
                        name(permission)
                    ),
                )
            })
            .collect(),
        Some(Typed::PermissionsRequested { old, new }) => control_plane(old, new)
            .map(|permission| {
                fact(
                    Level::Medium,
                    format!(
                        "{} is asked for as an application permission: control plane of the tenant",
                        name(permission)
                    ),
                )
            })
            .collect(),
        Some(Typed::Role { new: Some(role), .. }) if role.privileged == Some(true) && gives_a_role(operation) => {
            vec![fact(
                Level::High,
                format!("{} is a privileged role", role.name.as_deref().or(role.id.as_deref()).unwrap_or("the role")),
            )]
        }
        _ => Vec::new(),
    }
}

fn control_plane<'a>(old: &'a [Permission], new: &'a [Permission]) -> impl Iterator<Item = &'a Permission> {
    new.iter().filter(|permission| {
        permission.granted_as == GrantKind::Application
            && permission.tier.as_deref() == Some("ControlPlane")
            && !old.contains(permission)
    })
}

fn name(permission: &Permission) -> &str {
    permission.name.as_deref().or(permission.id.as_deref()).unwrap_or("a permission")
}

fn fact(level: Level, reason: String) -> Because {
    Because { level, reason, rule: None }
}
