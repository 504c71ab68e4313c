//! The page of a built-in role, from the tables.

use super::{front, page, slug};
use crate::knowledge::{
    Knowledge, RoleInfo,
    pages::{Kind, Page},
};

/// The names of all roles, the directory's first.
pub(in super::super) fn role_names() -> Vec<&'static str> {
    let knowledge = Knowledge::bundled();
    knowledge.directory_roles().iter().chain(knowledge.azure_roles()).map(|role| role.name).collect()
}

/// The page of a role; `of_directory` tells which of the two systems of roles it belongs to.
pub(in super::super) fn role(role: RoleInfo, of_directory: bool) -> Page {
    let knowledge = Knowledge::bundled();
    let powers: Vec<&str> = knowledge.role_powers(role.id).collect();
    let (system, id_name) =
        if of_directory { ("Microsoft Entra", "template id") } else { ("Azure", "role definition id") };
    let mut text = format!("{} is a built-in role of {system}.", role.name);
    if role.privileged {
        text.push_str(" Microsoft lists it as privileged.");
    }
    let namesake = if of_directory {
        knowledge.azure_role_named(role.name).map(|other| ("Azure", other))
    } else {
        knowledge.directory_role_named(role.name).map(|other| ("Microsoft Entra", other))
    };
    if let Some((system, other)) = namesake {
        text.push_str(&format!(" {system} has a role of the same name, which is another one: `{}`.", other.id));
    }
    text.push_str(&format!("\n\n## What it allows\n\nIts {id_name} is `{}`.", role.id));
    match role.tier {
        Some("ControlPlane") => {
            text.push_str(" Its published tier is the control plane: who holds it can come to rule the tenant.")
        }
        Some("ManagementPlane") => text.push_str(" Its published tier is the management plane."),
        Some("UserAccess") => text.push_str(" Its published tier is user access."),
        _ => text.push_str(" No tier is published for it."),
    }
    text.push('\n');
    if powers.is_empty() {
        text.push_str("\nAmong its actions there is none that hands out access or reads secrets.\n");
    } else {
        text.push_str("\nAmong its actions are these:\n\n");
        for power in &powers {
            text.push_str(&format!("- {}\n", sentence(power)));
        }
    }
    text.push_str("\n## What can go wrong\n\n");
    text.push_str(&impacts(&powers, of_directory));
    text.push_str("\n## Less powerful\n\n");
    text.push_str(if of_directory {
        "A custom role with only the actions that are used, or this role at the scope of an administrative unit or a \
         single application, where it can be assigned so.\n"
    } else {
        "The same role at a smaller scope, or a custom role with only the actions that are used.\n"
    });
    text.push_str("\n## Look next\n\n");
    text.push_str(&look_next(role, of_directory));
    let name = slug(role.name);
    let mut front = front(if of_directory { name } else { format!("azure-{name}") }, role.name.to_owned());
    front.guid = Some(role.id.to_owned());
    front.sources = if of_directory {
        vec![
            "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference".to_owned(),
            "https://github.com/Cloud-Architekt/AzurePrivilegedIAM".to_owned(),
        ]
    } else {
        vec![
            "https://learn.microsoft.com/azure/role-based-access-control/built-in-roles".to_owned(),
            "https://github.com/iann0036/iam-dataset".to_owned(),
        ]
    };
    page(Kind::Roles, front, text)
}

fn sentence(power: &str) -> String {
    let (name, is_conditional) = power.strip_suffix('?').map_or((power, false), |name| (name, true));
    let text = match name {
        "assign-directory-roles" => "assigns directory roles",
        "app-credentials" => "adds secrets and certificates to applications",
        "app-owners" => "changes the owners of applications",
        "consent-app-roles" => "consents to application permissions",
        "owner" => "everything within the scope, and role assignments too",
        "contributor" => "everything within the scope but role assignments",
        "access-admin" => "assigns any Azure role within the scope",
        "access-admin-conditional" => "assigns Azure roles within the scope, as far as a built-in condition lets it",
        "assign-roles" => "assigns Azure roles",
        "delete-role-assignments" => "deletes assignments of Azure roles",
        "role-definitions" => "writes definitions of Azure roles",
        "elevate-access" => {
            "names the action by which a Global Administrator elevates access; the call works for nobody else"
        }
        "assign-managed-identity" => "attaches user-assigned managed identities to resources",
        "federated-credential" => "adds federated credentials to user-assigned managed identities",
        "run-command" => "runs commands on virtual machines",
        "vault-policy" => "writes access policies of key vaults",
        "storage-keys" => "lists the keys of storage accounts",
        "vault-secrets" => "reads the values of secrets in key vaults",
        "blobs" => "reads blobs",
        "policy-assignments" => "writes assignments of Azure Policy",
        "diagnostic-settings" => "writes diagnostic settings, and so decides what is logged where",
        other => other,
    };
    if is_conditional && name != "access-admin-conditional" {
        format!("{text}, under a built-in condition")
    } else {
        text.to_owned()
    }
}

fn impacts(powers: &[&str], of_directory: bool) -> String {
    let has = |wanted: &[&str]| powers.iter().any(|power| wanted.contains(&power.trim_end_matches('?')));
    let access = if has(&["app-credentials", "federated-credential"]) {
        "Its holder can sign in as another identity, by giving it a credential of their own."
    } else if has(&["run-command", "contributor", "owner"]) {
        "Its holder can run code on machines within the scope and act as their managed identities."
    } else if of_directory {
        "None beyond what the role is for is noted in the tables."
    } else {
        "None beyond the resources within the scope is noted in the tables."
    };
    let escalation = if has(&["assign-directory-roles"]) {
        "Assigns directory roles, Global Administrator among them unless the role's own limits keep it out."
    } else if has(&["owner", "access-admin", "assign-roles"]) {
        "Can give Owner at its scope to anybody, itself included, unless a condition keeps it from that."
    } else if has(&["app-credentials", "app-owners", "consent-app-roles"]) {
        "Through applications: a new secret on one that is stronger than the holder, or a permission consented to."
    } else if has(&["role-definitions"]) {
        "Can widen a role that it holds itself."
    } else if has(&["assign-managed-identity", "federated-credential", "run-command"]) {
        "Through managed identities, as far as they were granted more than the holder."
    } else {
        "No path from it to a stronger role is known to the tables."
    };
    let data = if has(&["vault-secrets", "storage-keys", "blobs", "vault-policy", "owner", "contributor"]) {
        "Opens secrets, keys or blobs within the scope."
    } else if of_directory {
        "Opens what the role's own service shows to it; the tables note no more."
    } else {
        "No access to secrets, storage keys or blobs is among its actions."
    };
    format!(
        "- **Unauthorized access**: {access}\n- **Privilege escalation**: {escalation}\n- **Data breach**: {data}\n"
    )
}

fn look_next(role: RoleInfo, of_directory: bool) -> String {
    if of_directory {
        format!(
            "Who holds it now, and who may activate it through PIM:\n\n```az\naz rest --method get --url \
             \"https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments?\\$filter=roleDefinitionId eq \
             '{id}'&\\$expand=principal\"\naz rest --method get --url \
             \"https://graph.microsoft.com/v1.0/roleManagement/directory/roleEligibilitySchedules?\\$filter=roleDefinitionId \
             eq '{id}'\"\n```\n",
            id = role.id
        )
    } else {
        format!(
            "Who holds it in a subscription and above:\n\n```az\naz role assignment list --all --role {id} \
             --include-inherited --query \"[].{{who:principalName,kind:principalType,scope:scope}}\"\n```\n",
            id = role.id
        )
    }
}
