//! What Privileged Identity Management carries out.
//!
//! An activation is written twice: by PIM, with the person who asked, and seconds before by the directory, as a plain
//! `Add member to role` whose actor is the application `MS-PIM`. The second is no assignment of its own.
//!
//! That record has no application id, and the service principal's id differs from tenant to tenant, so nothing but a
//! name tells who wrote it, and anybody may call an application `MS-PIM`. Therefore the name alone settles nothing: the
//! record is set aside only where PIM itself, in the same story, says that this member got this role. Records of
//! PIM's operations are written by PIM alone.
//!
//! Source: a pair of records of one expired activation, published with their fields (read on 2026-11-24): `Remove member
//! from role` by `MS-PIM` with `appId` null, six seconds before `Remove member from role (PIM activation expired)`.

use entward_model::{ActorKind, Event, Outcome, Story, StoryRecord, TargetKind, Typed};

/// The application id of `MS-PIM`, in the records that have one (Microsoft's list of first-party applications).
const MS_PIM: &str = "01fc33a7-78ba-4d2f-a4b7-768e336e890e";

/// Member and role of a record that PIM writes, or has written; empty for any other.
pub(super) fn held(event: &Event) -> Vec<(String, String)> {
    if !(is_executor(event) || is_witness(event)) {
        return Vec::new();
    }
    let changes = || event.targets.iter().flat_map(|target| &target.changes);
    let role = changes().find_map(|change| match &change.typed {
        Some(Typed::Role { new: Some(role), .. }) => role.id.clone(),
        _ => None,
    });
    let Some(role) = role else { return Vec::new() };
    let members = event
        .targets
        .iter()
        .filter(|target| matches!(target.kind, TargetKind::User | TargetKind::ServicePrincipal | TargetKind::Group));
    members.filter_map(|member| member.id.clone()).map(|member| (member, role.clone())).collect()
}

/// Whether a record of the story only carries out what PIM says in the same story, and a rule saw PIM say it.
pub(crate) fn is_carried_out(story: &Story, record: &StoryRecord) -> bool {
    if !is_executor(&record.event) {
        return false;
    }
    let done = held(&record.event);
    let same = |event: &Event| held(event).iter().any(|said| done.contains(said));
    // PIM acts by one service principal, and says itself when somebody acted past it.
    let another =
        |event: &Event| matches!((&event.actor.id, &record.event.actor.id), (Some(other), Some(own)) if other != own);
    let impostor = story.records.iter().map(|other| &other.event).any(|other| {
        (is_executor(other) && same(other) && another(other)) || other.operation == "entra.role.member.outside-pim.add"
    });
    if impostor {
        return false;
    }
    let witnesses = story.records.iter().filter(|other| other.level.is_some() && is_witness(&other.event));
    witnesses.map(|other| &other.event).any(same)
}

/// Takes the rules from records that only carry out what PIM says: they look for assignments past it.
pub(super) fn set_aside(story: &mut Story) {
    let carried_out: Vec<usize> = (0..story.records.len())
        .filter(|at| story.records[*at].level.is_some() && is_carried_out(story, &story.records[*at]))
        .collect();
    for at in carried_out {
        let record = &mut story.records[at];
        record.rules.clear();
        record.level = None;
    }
}

fn is_executor(event: &Event) -> bool {
    let actor = &event.actor;
    event.operation == "entra.role.member.add"
        && actor.kind != ActorKind::User
        && (actor.app_id.as_deref() == Some(MS_PIM) || actor.name.as_deref() == Some("MS-PIM"))
}

fn is_witness(event: &Event) -> bool {
    const SAYS: [&str; 3] =
        ["entra.role.activation.complete", "entra.role.member.permanent.add", "entra.role.member.timebound.add"];
    SAYS.contains(&event.operation.as_str()) && event.outcome != Outcome::Failure
}

#[cfg(test)]
mod tests {
    use entward_model::{Alert, Level, Shape};
    use serde_json::{Value, json};

    use super::*;
    use crate::fold::Folder;
    use crate::knowledge::{Knowledge, pages::Quotes};
    use crate::normalize::normalize;

    const ADA: &str = "99999999-8888-7777-6666-555555555555";
    const BEN: &str = "3f6d0c52-7a1b-4e09-9c44-8d2b5e7f1a60";
    const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
    const USERS: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

    fn directory(app: &str, member: &str) -> Value {
        json!({
            "id": "Directory_1", "correlationId": "9154767b-0000-4000-8000-4bfa9c053b3a", "result": "success",
            "activityDisplayName": "Add member to role", "activityDateTime": "2026-03-04T09:12:40Z",
            "loggedByService": "Core Directory",
            "initiatedBy": {"user": null, "app": {
                "appId": null, "displayName": app, "servicePrincipalId": "bdefcbb6-0000-4000-8000-b683d9a36b0c"
            }},
            "targetResources": [{"id": member, "type": "User", "modifiedProperties": [
                {"displayName": "Role.TemplateId", "oldValue": null, "newValue": format!("\"{GLOBAL}\"")}
            ]}]
        })
    }

    fn pim(role: &str, member: &str) -> Value {
        json!({
            "id": "PIM_1", "correlationId": "cc22d319-0000-4000-8000-99d66b1d0926", "result": "success",
            "activityDisplayName": "Add member to role completed (PIM activation)",
            "activityDateTime": "2026-03-04T09:12:46Z", "loggedByService": "PIM",
            "initiatedBy": {"app": null, "user": {"id": ADA, "userPrincipalName": "ada@contoso.example"}},
            "targetResources": [{"id": "6a0f3f7c-0000-4000-8000-7e1d2c3b4a59", "displayName": "r", "type": "Role"},
                {"id": member, "displayName": "Ada Lindholm", "type": "User"}],
            "additionalDetails": [{"key": "TemplateId", "value": role}]
        })
    }

    /// The alerts of these records, all matched by some rule.
    fn alerts(records: Vec<(Value, Level)>) -> Vec<Alert> {
        let mut folder = Folder::new();
        let mut stories = Vec::new();
        for (record, level) in records {
            let event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record);
            folder.push(StoryRecord { event, rules: vec![0], level: Some(level) }, &mut |story| stories.push(story));
        }
        folder.finish(&mut |story| stories.push(story));
        stories.iter().map(|story| crate::alert::alert(story, &[], &mut Quotes::new(&[]))).collect()
    }

    #[test]
    fn an_activation_and_what_the_directory_writes_of_it_are_one_quiet_story() {
        let alerts = alerts(vec![(directory("MS-PIM", ADA), Level::Critical), (pim(GLOBAL, ADA), Level::Low)]);
        let [alert] = alerts.as_slice() else { panic!("{alerts:#?}") };
        assert_eq!(alert.title, "ada@contoso.example activated the role Global Administrator");
        assert_eq!(alert.because, [], "the activation gives nothing that was not held before");
        assert_eq!(alert.records.len(), 2);
    }

    #[test]
    fn a_name_alone_or_another_role_or_member_settles_nothing() {
        let stays = |records| {
            let found = alerts(records);
            let gave = |alert: &Alert| alert.title.contains("gave the role Global Administrator");
            assert!(found.iter().any(gave), "{found:#?}");
        };
        stays(vec![(directory("MS-PIM", ADA), Level::Critical)]);
        stays(vec![(directory("MS-PIM", ADA), Level::Critical), (pim(USERS, ADA), Level::Low)]);
        stays(vec![(directory("MS-PIM", BEN), Level::Critical), (pim(GLOBAL, ADA), Level::Low)]);
        let mut second = directory("MS-PIM", ADA);
        second["id"] = json!("Directory_2");
        second["initiatedBy"]["app"]["servicePrincipalId"] = json!("fc000000-0000-4000-8000-00000000caa1");
        let both = vec![(directory("MS-PIM", ADA), Level::Critical), (second, Level::Critical)];
        stays([both, vec![(pim(GLOBAL, ADA), Level::Low)]].concat());
        stays(vec![(directory("Deploy Robot", ADA), Level::Critical), (pim(GLOBAL, ADA), Level::Low)]);
    }
}
