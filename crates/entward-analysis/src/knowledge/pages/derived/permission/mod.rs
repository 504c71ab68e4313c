//! The page of a permission, from the tables.

mod deed;
mod less;

use entward_model::GrantKind;

use self::deed::Deed;
use super::judge::{Harm, Known};
use super::{front, page, slug};
use crate::knowledge::{
    GraphCall, Knowledge, MICROSOFT_GRAPH, PermissionInfo, PermissionPower,
    pages::{Kind, Page},
};

/// The names of all permissions, each once.
pub(in super::super) fn permission_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Knowledge::bundled().permissions().map(|info| info.name).collect();
    names.dedup_by(|left, right| left.eq_ignore_ascii_case(right));
    names
}

/// The page of the permission with this name, in any letter case.
pub(in super::super) fn permission(name: &str) -> Option<Page> {
    let knowledge = Knowledge::bundled();
    let offered: Vec<PermissionInfo> =
        knowledge.permissions().filter(|info| info.name.eq_ignore_ascii_case(name)).collect();
    let first = offered.first()?;
    let app_role = offered.iter().find(|info| is_graph(info) && info.granted_as == GrantKind::Application);

    let mut text = lead(&offered);
    text.push_str("\n## What it allows\n\n");
    for info in &offered {
        text.push_str(&offer(info));
    }
    text.push_str(&calls(first));
    text.push_str("\n## What can go wrong\n\n");
    text.push_str(&impacts(&offered));
    text.push_str("\n## Less powerful\n\n");
    text.push_str(&less::narrower(app_role.unwrap_or(first), &offered));
    text.push_str("\n## Look next\n\n");
    text.push_str(&look_next(&offered));

    let mut front = front(slug(first.name), first.name.to_owned());
    front.guid = Some(first.id.to_owned());
    front.sources = sources(first);
    Some(page(Kind::Permissions, front, text))
}

fn is_graph(info: &PermissionInfo) -> bool {
    info.resource_app_id == MICROSOFT_GRAPH
}

fn lead(offered: &[PermissionInfo]) -> String {
    let Some(first) = offered.first() else { return String::new() };
    let mut apis: Vec<&str> = offered.iter().map(|info| info.resource_name).collect();
    apis.dedup();
    let has = |kind| offered.iter().any(|info| info.granted_as == kind);
    let kinds = match (has(GrantKind::Application), has(GrantKind::Delegated)) {
        (true, true) => "an application permission and a delegated one",
        (true, false) => "an application permission",
        _ => "a delegated permission",
    };
    let mut text = format!("`{}` of {} is {kinds}", first.name, apis.join(", "));
    if has(GrantKind::Application) {
        text.push_str("; as an application permission it works with no user signed in, for the whole tenant");
    }
    text.push_str(".\n");
    text
}

fn offer(info: &PermissionInfo) -> String {
    let kind = match info.granted_as {
        GrantKind::Application => "Application permission",
        GrantKind::Delegated => "Delegated permission",
    };
    let mut text = format!("- **{kind}** of {}, id `{}`.", info.resource_name, info.id);
    if info.granted_as == GrantKind::Application {
        text.push_str(" Only an administrator can grant it.");
    } else if is_graph(info) {
        text.push_str(if Knowledge::bundled().is_open_to_user_consent(info.id) {
            " A user may consent to it, as far as the tenant's consent policy lets users consent."
        } else {
            " It asks for an administrator's consent."
        });
    }
    match info.tier {
        Some("ControlPlane") => {
            text.push_str(" Published tier: control plane, on a level with a tenant's administrators.")
        }
        Some("ManagementPlane") => text.push_str(" Published tier: management plane."),
        Some("UserAccess") => text.push_str(" Published tier: user access."),
        _ => {}
    }
    if let Some(level) = info.privilege_level {
        text.push_str(&format!(" Microsoft rates it {level} of 4."));
    }
    text.push(' ');
    text.push_str(&Deed::of(info).sentence());
    text.push('\n');
    text
}

/// The calls for which it is the least permission.
fn calls(info: &PermissionInfo) -> String {
    if !is_graph(info) {
        return String::new();
    }
    let is_least = |call: &GraphCall| {
        names(call.application_least).chain(names(call.delegated_least)).any(|name| name == info.name)
    };
    let calls: Vec<GraphCall> = Knowledge::bundled().graph_calls().filter(is_least).collect();
    if calls.is_empty() {
        return String::new();
    }
    let mut text = String::from("\nIt is the least permission for\n\n");
    for call in calls {
        text.push_str(&format!("- `{} {}`\n", call.method, call.path));
    }
    text
}

fn names(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(' ').map(|name| name.split('(').next().unwrap_or(name)).filter(|name| !name.is_empty())
}

/// The three impacts as the strongest kind of the permission serves them, and how the others differ.
fn impacts(offered: &[PermissionInfo]) -> String {
    let harm = |info| {
        let (deed, known) = (Deed::of(info), power(offered, info).map(Known::of_permission));
        Harm::of(deed.subject(), known.unwrap_or_default(), deed.reach)
    };
    let judged: Vec<(&PermissionInfo, Harm)> = offered.iter().map(|info| (info, harm(info))).collect();
    let Some((strongest, harm)) =
        judged.iter().reduce(|best, next| if next.1.rank() > best.1.rank() { next } else { best })
    else {
        return String::new();
    };
    let mut text = harm.list();
    if offered.len() > 1 {
        text.push_str(&format!(
            "\nThis is the judgement of the {} of {}, the strongest of this name.\n",
            kind(strongest.granted_as),
            strongest.resource_name
        ));
    }
    if strongest.granted_as == GrantKind::Application
        && offered.iter().any(|info| info.granted_as == GrantKind::Delegated)
    {
        text.push_str(
            "\nAs a delegated permission it does no more than the signed-in user may do: with an administrator's token \
             nearly the same, with another's what that person could do by hand.\n",
        );
    }
    text.push_str(&by_api(&judged));
    let power = power(offered, strongest);
    if let Some(remark) = power.map(|power| power.remark).filter(|remark| !remark.is_empty()) {
        text.push_str(&format!("\nIn short: {remark}.\n"));
    }
    if let Some(edges) = edges(strongest) {
        text.push_str(&format!("\nBloodHound draws what follows from it as {edges}.\n"));
    }
    text
}

/// How far it goes in each API, where several have a permission of this name.
fn by_api(judged: &[(&PermissionInfo, Harm)]) -> String {
    let mut apis: Vec<(&str, Harm)> = Vec::new();
    for (info, harm) in judged {
        match apis.iter_mut().find(|(name, _)| *name == info.resource_name) {
            Some((_, known)) if harm.rank() > known.rank() => *known = *harm,
            Some(_) => {}
            None => apis.push((info.resource_name, *harm)),
        }
    }
    if apis.len() < 2 {
        return String::new();
    }
    let mut text = String::from(
        "\n| API | unauthorized access | privilege escalation | data breach |\n| --- | --- | --- | --- |\n",
    );
    for (name, harm) in apis {
        let [access, escalation, breach] = harm.weights();
        text.push_str(&format!("| {name} | {access} | {escalation} | {breach} |\n"));
    }
    text
}

fn kind(granted_as: GrantKind) -> &'static str {
    match granted_as {
        GrantKind::Application => "application permission",
        GrantKind::Delegated => "delegated permission",
    }
}

/// What is known of the permission itself; a delegated one can do what the application permission of its name can, as far as
/// the user may.
fn power(offered: &[PermissionInfo], info: &PermissionInfo) -> Option<PermissionPower> {
    let sibling = |other: &&PermissionInfo| {
        other.resource_app_id == info.resource_app_id && other.granted_as == GrantKind::Application && is_graph(other)
    };
    offered.iter().find(sibling).and_then(|info| Knowledge::bundled().permission_power(info.id))
}

/// The edges of BloodHound's graph that an application permission of Microsoft Graph has
/// (<https://bloodhound.specterops.io/resources/edges>).
fn edges(info: &PermissionInfo) -> Option<&'static str> {
    if !is_graph(info) || info.granted_as != GrantKind::Application {
        return None;
    }
    Some(match info.name {
        "Application.ReadWrite.All" => "`AZMGAddSecret` and `AZMGAddOwner`, to every application and service principal",
        "AppRoleAssignment.ReadWrite.All" => "`AZMGGrantAppRoles`, to the tenant",
        "RoleManagement.ReadWrite.Directory" => {
            "`AZMGGrantRole`, `AZMGGrantAppRoles`, `AZMGAddSecret`, `AZMGAddMember` and `AZMGAddOwner`"
        }
        "Directory.ReadWrite.All" | "Group.ReadWrite.All" => {
            "`AZMGAddMember` and `AZMGAddOwner`, to groups to which no directory role can be assigned"
        }
        "GroupMember.ReadWrite.All" => "`AZMGAddMember`, to groups to which no directory role can be assigned",
        "ServicePrincipalEndpoint.ReadWrite.All" => "`AZMGAddOwner`, to service principals",
        _ => return None,
    })
}

fn look_next(offered: &[PermissionInfo]) -> String {
    let mut text = String::new();
    if let Some(info) = offered.iter().find(|info| info.granted_as == GrantKind::Application) {
        text.push_str(&format!(
            "Which applications hold it as an application permission:\n\n```az\naz rest --method get --url \
             \"https://graph.microsoft.com/v1.0/servicePrincipals(appId='{}')/appRoleAssignedTo\" --query \
             \"value[?appRoleId=='{}'].{{app:principalDisplayName,id:principalId,since:createdDateTime}}\"\n```\n\n",
            info.resource_app_id, info.id
        ));
        text.push_str(&format!(
            "When it was granted, in an exported audit log:\n\n```kql\nAuditLogs\n| where OperationName == \"Add app role \
             assignment to service principal\"\n| mv-expand Change = TargetResources[0].modifiedProperties\n| where \
             Change.displayName == \"AppRole.Value\" and trim('\"', tostring(Change.newValue)) == \"{}\"\n| project TimeGenerated, InitiatedBy, \
             TargetResources\n```\n",
            info.name
        ));
    }
    if offered.iter().any(|info| info.granted_as == GrantKind::Delegated) {
        let name = offered.first().map_or("", |info| info.name);
        text.push_str(&format!(
            "\nWhich applications hold it as a delegated permission; `scope` is a list of words, and `contains` also finds \
             longer names that begin alike:\n\n```az\naz rest --method get --url \
             \"https://graph.microsoft.com/v1.0/oauth2PermissionGrants\" --query \"value[?contains(scope,'{name}')].{{client:clientId,for:consentType,user:principalId,scope:scope}}\"\n```\n",
        ));
    }
    text
}

fn sources(info: &PermissionInfo) -> Vec<String> {
    let tiers = "https://github.com/Cloud-Architekt/AzurePrivilegedIAM".to_owned();
    let mut sources = if is_graph(info) {
        vec![
            "https://learn.microsoft.com/graph/permissions-reference".to_owned(),
            "https://github.com/merill/microsoft-info".to_owned(),
            tiers,
        ]
    } else {
        vec![tiers]
    };
    if edges(info).is_some() {
        sources.push("https://bloodhound.specterops.io/resources/edges".to_owned());
    }
    sources
}
