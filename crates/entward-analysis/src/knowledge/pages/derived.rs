//! Pages made from the tables, for what nobody has written a page about.
//!
//! They are written as Markdown and then read like any other page, and they say only what
//! the tables say.

mod judge;
mod permission;
mod role;

use entward_model::Log;

use super::{Confidence, Front, Kind, Page, Pages, body};
use crate::knowledge::{AppInfo, Knowledge, OperationInfo};

pub(super) use permission::{permission, permission_names};
pub(super) use role::{role, role_names};

/// The day on which the tables were last held against their sources.
const TABLES_CHECKED: &str = "2026-08-22";

/// A row of a table that `search` can find.
pub(super) struct Row {
    /// The words after `entward kb` that show its page.
    pub(super) command: String,
    /// Its name.
    pub(super) title: String,
}

/// Everything that has no page of its own.
pub(super) fn rows(pages: &Pages) -> impl Iterator<Item = Row> {
    let knowledge = Knowledge::bundled();
    let written = |kind, title: &str| pages.iter().any(|page| page.kind == kind && page.front.title == title);
    let operations = knowledge.operations().iter().filter(|info| pages.of_operation(info.id).is_none());
    let operations = operations.map(|info| Row { command: format!("op {}", info.id), title: info.name.to_owned() });
    let permissions = permission_names().into_iter().filter(move |name| !written(Kind::Permissions, name));
    let permissions = permissions.map(|name| Row { command: format!("permission {name}"), title: name.to_owned() });
    let roles = role_names().into_iter().filter(move |name| !written(Kind::Roles, name));
    let roles = roles.map(|name| Row { command: format!("role '{name}'"), title: name.to_owned() });
    let apps = knowledge.apps().iter().filter(|app| !app.name.is_empty());
    let apps = apps.map(|app| Row { command: format!("app {}", app.id), title: app.name.to_owned() });
    operations.chain(permissions).chain(roles).chain(apps)
}

/// The page of an operation that has only its row in the catalogue.
pub(super) fn operation(info: &OperationInfo) -> Page {
    let listed = |values: Vec<&str>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let log = match info.log {
        Log::Audit => "the Entra audit log",
        Log::Activity => "the Azure Activity Log",
        Log::SignIn => "the Entra sign-in logs",
        Log::Risk => "the logs of Identity Protection",
        Log::GraphActivity => "the log of requests to Microsoft Graph",
        Log::Unified => "the Microsoft 365 unified audit log",
        Log::Provisioning => "the provisioning log",
        Log::Resource => "a resource log",
    };
    let mut text = format!("`{}` is an operation of {log}. There is no page about it yet.\n", info.name);
    text.push_str("\n## In the logs\n\n");
    text.push_str(&format!("- Canonical id: `{}`\n", info.id));
    let by = if info.log == Log::Activity { "Provider" } else { "Logged by" };
    for (label, values) in [
        (by, info.services().collect::<Vec<_>>()),
        ("Category", info.categories().collect()),
        ("Also written", info.spellings().collect()),
    ] {
        if !values.is_empty() {
            text.push_str(&format!("- {label}: {}\n", listed(values)));
        }
    }
    let mut front = front(info.id.to_owned(), info.name.to_owned());
    front.log = Some(info.log.as_str().to_owned());
    front.operations = vec![info.id.to_owned()];
    page(Kind::Operations, front, text)
}

/// The page of a well-known application.
pub(super) fn app(app: AppInfo) -> Page {
    let name = if app.name.is_empty() { "An application without a name" } else { app.name };
    let mut text = format!("{} is an application of Microsoft's own.\n\n## What it is\n\n", escaped(name));
    text.push_str(&format!("Its application id is `{}`. ", app.id));
    match app.owner_tenant {
        Some(tenant) => text.push_str(&format!(
            "Its service principal names `{tenant}` as `appOwnerOrganizationId`, one of the three tenants in which \
             Microsoft keeps its applications.\n"
        )),
        None => text.push_str("The tenant that owns it is not known to the tables.\n"),
    }
    text.push_str(
        "\n## In the logs\n\nIn the audit log it is an actor when Microsoft's own service made the change, and a target \
         when its service principal was added or was granted something. In sign-in records it is `appId` or \
         `resourceId`.\n\n## When it is not ordinary\n\nAn application with this name and another id, or with this name \
         and another owner, is a look-alike.\n\n```az\naz ad sp show --id ",
    );
    text.push_str(app.id);
    text.push_str(" --query \"{name:displayName,owner:appOwnerOrganizationId,enabled:accountEnabled}\"\n```\n");
    let mut front = front(app.id.to_owned(), name.to_owned());
    front.guid = Some(app.id.to_owned());
    page(Kind::Apps, front, text)
}

/// A head for what the tables know.
fn front(id: String, title: String) -> Front {
    Front {
        id,
        title,
        log: None,
        operations: Vec::new(),
        change_of: None,
        properties: Vec::new(),
        spellings: Vec::new(),
        guid: None,
        attack: None,
        remedies: Vec::new(),
        related: Vec::new(),
        sources: Vec::new(),
        checked: TABLES_CHECKED.to_owned(),
        confidence: Confidence::Medium,
        seen_on_real_record: None,
    }
}

fn page(kind: Kind, front: Front, markdown: String) -> Page {
    let (lead, sections) = body::read(&markdown, 1);
    Page { kind, file: String::new(), front, lead, sections, markdown }
}

/// A name in running text, so that nothing in it is taken for Markdown.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The name of a file for a name of the tables: lower case, words joined by `-`.
fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}
