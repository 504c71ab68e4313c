//! The page of a built-in role, from the tables.

use super::judge::{Harm, Known, Reach, Subject};
use super::{front, page, slug};
use crate::knowledge::{
    Knowledge, RoleInfo,
    pages::{Kind, Page},
    things,
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
    let (says, subject) = if of_directory { of_the_directory(role) } else { of_azure(role.name) };
    text.push_str(&format!("\n\n## What it allows\n\nIts {id_name} is `{}`.", role.id));
    match role.tier {
        Some("ControlPlane") => {
            text.push_str(" Its published tier is the control plane: who holds it can come to rule the tenant.")
        }
        Some("ManagementPlane") => text.push_str(" Its published tier is the management plane."),
        Some("UserAccess") => text.push_str(" Its published tier is user access."),
        _ => text.push_str(" No tier is published for it."),
    }
    text.push(' ');
    text.push_str(&says);
    text.push('\n');
    if powers.is_empty() {
        text.push_str(if of_directory {
            "\nAmong its actions there is none that assigns roles, consents to permissions, or touches owners and secrets of \
             applications.\n"
        } else {
            "\nAmong its actions there is none that hands out access or reads secrets.\n"
        });
    } else {
        text.push_str("\nAmong its actions are these:\n\n");
        for power in &powers {
            text.push_str(&format!("- {}\n", sentence(power)));
        }
    }
    text.push_str("\n## What can go wrong\n\n");
    let reach = if of_directory { Reach::Tenant } else { Reach::Scope };
    text.push_str(&Harm::of(subject, Known::of_role(&powers), reach).list());
    text.push_str(if of_directory {
        "\nAssigned for an administrative unit or a single application, where that is possible, it goes no further than that.\n"
    } else {
        "\nThis is judged by the name of the role, and by those of its actions that hand out access or read secrets.\n"
    });
    text.push_str("\n## Less powerful\n\n");
    text.push_str(&less(role, of_directory));
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

/// What a role of the directory is for, in a sentence, and what it opens and changes.
fn of_the_directory(role: RoleInfo) -> (String, Subject) {
    let Some((thing, writes)) = things::of_role(role.id) else {
        return (String::new(), Subject { data: "directory", is_basic: false, write: "config" });
    };
    let says = format!("Its holder {} {}.", if writes { "manages" } else { "reads" }, thing.about);
    (says, Subject { data: thing.data, is_basic: false, write: if writes { thing.write } else { "" } })
}

/// What a role of Azure is for, by the words of its name: `Storage Blob Data Reader` reads data.
fn of_azure(name: &str) -> (String, Subject) {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|character: char| !character.is_alphanumeric()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let (what, write) = if has(&["login"]) {
        ("signs in to machines", "device")
    } else if has(&["owner"]) {
        ("rules over what the name says, and may mostly let others in", "resource")
    } else if has(&["contributor", "administrator", "admin", "manager", "officer", "developer", "editor", "publisher"])
    {
        ("changes what the name says", "resource")
    } else if has(&["reader", "viewer", "scanner", "discovery", "receiver", "exporter"]) {
        ("reads what the name says", "")
    } else if has(&["writer", "sender", "importer", "submitter", "labeler", "onboarding"]) {
        ("writes what the name says", "content")
    } else {
        ("does with resources what the name says", "resource")
    };
    let data = if has(&["secret", "secrets", "key", "keys", "crypto", "certificate", "certificates", "vault"]) {
        "secrets"
    } else if has(&["logs", "log", "monitoring", "sentinel", "insights"]) {
        "logs"
    } else if has(&["security", "defender"]) {
        "security"
    } else if has(&["data", "blob", "queue", "table", "sql", "cosmos", "cosmosdb", "search", "index", "file", "files"])
    {
        "business"
    } else if has(&["billing", "cost", "purchaser", "reservations"]) {
        "billing"
    } else {
        "config"
    };
    let write = if write == "resource" && has(&["data"]) { "content" } else { write };
    let what = if words.len() == 1 {
        what.replace("what the name says", "everything within its scope")
    } else {
        what.to_owned()
    };
    (format!("By its name it {what}."), Subject { data, is_basic: false, write })
}

/// What does less: roles on the same thing that only read, and the narrower ways to give this one.
fn less(role: RoleInfo, of_directory: bool) -> String {
    let knowledge = Knowledge::bundled();
    let all = if of_directory { knowledge.directory_roles() } else { knowledge.azure_roles() };
    let stem = |name: &'static str| name.rsplit_once(' ').map_or("", |(stem, _)| stem);
    let own = stem(role.name);
    let is_reader = |name: &str| ["Reader", "reader", "Viewer"].iter().any(|word| name.ends_with(word));
    let mut text = String::new();
    if !own.is_empty() && !is_reader(role.name) {
        for other in all.iter().filter(|other| is_reader(other.name) && stem(other.name) == own) {
            text.push_str(&format!("- {}, which only reads\n", other.name));
        }
    }
    text.push_str(if of_directory {
        "- A custom role with only the actions that are used, or this role at the scope of an administrative unit or a \
         single application, where it can be assigned so\n- Eligibility through PIM in place of a lasting assignment\n"
    } else {
        "- The same role at a smaller scope: a resource group or a single resource\n- A custom role with only the actions that \
         are used\n"
    });
    text
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
