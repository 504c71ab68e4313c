//! The page of a permission, from the tables.

use entward_model::GrantKind;

use super::{front, page, slug};
use crate::knowledge::{
    GraphCall, Knowledge, MICROSOFT_GRAPH, PermissionInfo, PermissionPower,
    pages::{Kind, Page},
    table::compare_ignoring_case,
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
    let power = app_role.and_then(|info| knowledge.permission_power(info.id));

    let mut text = lead(&offered);
    text.push_str("\n## What it allows\n\n");
    for info in &offered {
        text.push_str(&offer(info));
    }
    text.push_str(&calls(first));
    text.push_str("\n## What can go wrong\n\n");
    text.push_str(&impacts(first, power, app_role.is_some()));
    text.push_str("\n## Less powerful\n\n");
    text.push_str(&narrower(app_role.unwrap_or(first)));
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

fn impacts(info: &PermissionInfo, power: Option<PermissionPower>, as_application: bool) -> String {
    let capability = power.map_or("", |power| power.capability);
    let access = match capability {
        "weaken_policy" | "weaken_pim_policy" => "It loosens rules that keep others out.",
        "add_app_credential" => "A new secret on an application lets its holder sign in as it.",
        "add_authentication_method" | "reset_password" => "Its holder can sign in as the users it changes.",
        "add_federated_domain" | "add_identity_provider" | "add_trusted_root" => {
            "Sign-ins come to be accepted on the word of somebody whom the holder chooses."
        }
        "grant_delegated_permission" => "Any application can be let in for every user, with no consent page shown.",
        "disable_accounts" => "None by itself; it can lock people out.",
        "run_on_device" => "What runs on a managed device acts with the sessions of whoever uses it.",
        _ if as_application => "Whoever holds a credential of the application has it, from anywhere.",
        _ => "It acts within what the signed-in user may do.",
    };
    let escalation = match power.map_or("", |power| power.reaches) {
        "global_admin" => "Leads to Global Administrator by itself.",
        "global_admin_combined" => "Leads to Global Administrator together with another permission.",
        "global_admin_conditional" => {
            "Leads to Global Administrator where the tenant uses the feature that it controls."
        }
        "global_admin_via_other_app" => {
            "Leads to Global Administrator through any application that is stronger than the holder."
        }
        "global_admin_via_owned_app" => {
            "Leads to Global Administrator only through an application that the holder owns and that is strong itself."
        }
        "global_admin_via_device" => "Leads to Global Administrator through a device that an administrator uses.",
        "owner_via_group" => "Leads to Owner of a subscription through a group that holds the role there.",
        "owner_via_dynamic_group" => {
            "Leads to Owner of a subscription where a dynamic group holds the role and reads what the permission can change."
        }
        "owner_of_service_principal" => {
            "Makes its holder an owner of service principals, and so of what they were granted."
        }
        "account_takeover" | "account_takeover_conditional" => "Takes over accounts of ordinary users.",
        "user_impersonation" => "Acts as any user through an application that the holder controls.",
        "customer_global_admin" => "In a partner's tenant, leads into the tenants of its customers.",
        "tenant_lockout" => {
            "Can shut out administrators, which is not escalation but ends the same way for the tenant."
        }
        "weaker_tenant_defaults" => "Lets every user do more, the holder's accounts too.",
        "device_control" => "Controls managed devices, not the directory.",
        "unproven" => "Suspected, not shown.",
        _ => "No path from it to an administrative role is known to the tables.",
    };
    let data = match power.map_or("", |power| power.data) {
        "mail" => {
            "Opens the content of mailboxes; as an application permission, of every mailbox that no Exchange scope keeps out."
        }
        "mail_metadata" => "Opens senders, recipients and subjects of mail, without its text.",
        "mail_settings" => "Opens mailbox settings, automatic forwarding among them.",
        "calendar" => "Opens calendars: who meets whom, and about what.",
        "contacts" => "Opens address books.",
        "files" => "Opens files in SharePoint and OneDrive.",
        "chat" => "Opens chats and channel messages of Teams.",
        "calls" => "Opens records or recordings of calls and meetings.",
        "directory" => "Opens the directory: every person, with contact data and place in the organisation.",
        "group_content" => "Opens the directory's groups and the content of Microsoft 365 groups.",
        "logs" => "Opens sign-in and audit records of everybody.",
        "security" => "Opens security alerts and what they were made from.",
        "secrets" => "Opens recovery keys or passwords.",
        "labels" => "Opens the labels and policies that protect documents.",
        "compliance" => "Opens eDiscovery, which searches mail and files of everybody.",
        _ => "No kind of personal or confidential data is noted for it in the tables.",
    };
    let remark = power.map_or("", |power| power.remark);
    let mut text = format!(
        "- **Unauthorized access**: {access}\n- **Privilege escalation**: {escalation}\n- **Data breach**: {data}\n"
    );
    if !remark.is_empty() {
        text.push_str(&format!("\nIn short: {remark}.\n"));
    }
    if power.is_none() && is_graph(info) {
        text.push_str("\nIt is not among the permissions that were judged one by one.\n");
    }
    text
}

/// Permissions on the same things that do less.
fn narrower(info: &PermissionInfo) -> String {
    let mut found: Vec<&str> = Vec::new();
    for other in Knowledge::bundled().permissions() {
        if other.resource_app_id == info.resource_app_id
            && other.granted_as == info.granted_as
            && is_narrower(other.name, info.name)
            && !found.iter().any(|name| compare_ignoring_case(name, other.name).is_eq())
        {
            found.push(other.name);
        }
    }
    let mut text = String::new();
    if found.is_empty() {
        text.push_str("By its name, nothing on the same things does less.\n");
    }
    for name in found {
        text.push_str(&format!("- `{name}`\n"));
    }
    let replaced: Vec<GraphCall> = Knowledge::bundled()
        .graph_calls()
        .filter(|call| is_graph(info) && names(call.application_other).any(|name| name == info.name))
        .filter(|call| !call.application_least.is_empty())
        .collect();
    if !replaced.is_empty() {
        text.push_str(
            "\nAn application that only makes one of these calls needs less:\n\n| call | enough |\n| --- | --- |\n",
        );
        for call in replaced {
            let least: Vec<String> = call.application_least.split(' ').map(|name| format!("`{name}`")).collect();
            text.push_str(&format!("| `{} {}` | {} |\n", call.method, call.path, least.join(" or ")));
        }
    }
    text
}

/// Whether a permission on the same things does less, by the parts of its name:
/// `Mail.ReadBasic.All` than `Mail.Read`, `Application.ReadWrite.OwnedBy` than `Application.ReadWrite.All`.
fn is_narrower(name: &str, than: &str) -> bool {
    let parts = |name: &'_ str| -> Option<(String, usize, bool)> {
        let mut parts = name.split('.');
        let thing = parts.next()?.to_ascii_lowercase();
        let verbs = ["ReadBasic", "Read", "ReadUpdate", "ReadWrite", "Manage", "FullControl"];
        let verb = parts.next()?;
        let rank = verbs.iter().position(|known| *known == verb)?;
        let is_limited = matches!(parts.next(), Some("OwnedBy" | "Selected" | "Shared" | "AppFolder"));
        Some((thing, rank, is_limited))
    };
    match (parts(name), parts(than)) {
        (Some((thing, rank, limited)), Some((same, highest, as_well))) => {
            thing == same && rank <= highest && (rank < highest || limited && !as_well) && (limited || !as_well)
        }
        _ => false,
    }
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
    if is_graph(info) {
        vec![
            "https://learn.microsoft.com/graph/permissions-reference".to_owned(),
            "https://github.com/merill/microsoft-info".to_owned(),
            tiers,
        ]
    } else {
        vec![tiers]
    }
}
