//! Alerts as CSV: one row per alert, lists joined with `; `.

use std::borrow::Cow;
use std::io;

use entward_model::{Alert, Target};

use super::changes::{self, Sign};
use super::csv::{joined, optional, row};

/// The columns, in their order.
const COLUMNS: [&str; 22] = [
    "id",
    "level",
    "title",
    "first_seen",
    "last_seen",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "operations",
    "target_kinds",
    "target_ids",
    "target_names",
    "app_ids",
    "permissions_added",
    "credentials_added",
    "because",
    "rules",
    "records",
    "tenant",
    "page",
    "meaning",
];

/// Writes the row of column names.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn header<W: io::Write + ?Sized>(out: &mut W) -> io::Result<()> {
    row(out, COLUMNS.map(Cow::Borrowed))
}

/// Writes the row of one alert.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn line<W: io::Write + ?Sized>(out: &mut W, alert: &Alert) -> io::Result<()> {
    let records: Vec<String> = alert.records.iter().map(|record| format!("{}:{}", record.file, record.index)).collect();
    let because: Vec<String> =
        alert.because.iter().map(|because| format!("{}: {}", because.level, because.reason)).collect();
    let rules: Vec<String> = alert.rules.iter().map(|rule| format!("{} ({})", rule.title, rule.id)).collect();
    let targets = &alert.targets;
    let page = alert.pages.first();
    let cells: [Cow<'_, str>; COLUMNS.len()] = [
        Cow::Borrowed(&alert.id),
        Cow::Borrowed(alert.level.as_str()),
        Cow::Borrowed(&alert.title),
        Cow::Owned(alert.first_seen.map(|time| time.to_string()).unwrap_or_default()),
        Cow::Owned(alert.last_seen.map(|time| time.to_string()).unwrap_or_default()),
        Cow::Borrowed(alert.actor.kind.as_str()),
        optional(&alert.actor.id),
        optional(&alert.actor.name),
        optional(&alert.actor.address),
        joined(alert.operations.iter().map(String::as_str)),
        // One entry per target in each of the three, so that they can be read side by side.
        joined(targets.iter().map(|target| target.kind.as_str())),
        joined(targets.iter().map(|target| target.id.as_deref().unwrap_or_default())),
        joined(targets.iter().map(|target| target.name.as_deref().unwrap_or_default())),
        app_ids(targets),
        Cow::Owned(added(targets, &["asks for", "granted", "consent"]).join("; ")),
        Cow::Owned(added(targets, &["credential"]).join("; ")),
        Cow::Owned(because.join("; ")),
        Cow::Owned(rules.join("; ")),
        Cow::Owned(records.join("; ")),
        optional(&alert.tenant),
        // Of several pages that of the worst record: one page can be looked up, a list cannot.
        Cow::Borrowed(page.map_or("", |page| page.page.as_str())),
        Cow::Borrowed(page.map_or("", |page| page.meaning.as_str())),
    ];
    row(out, cells)
}

/// The application ids, each once.
fn app_ids(targets: &[Target]) -> Cow<'_, str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in targets.iter().filter_map(|target| target.app_id.as_deref()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    joined(ids)
}

/// What was added under one of these labels, each once.
fn added(targets: &[Target], labels: &[&str]) -> Vec<String> {
    let mut texts = Vec::new();
    for line in targets.iter().flat_map(|target| &target.changes).flat_map(|change| changes::lines(change, targets)) {
        if line.sign != Sign::Added || !labels.contains(&line.label) {
            continue;
        }
        let text = match line.label {
            "credential" => line.text.raw(),
            label => format!("{label} {}", line.text.raw()),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn shown(alert: &Alert) -> String {
        let mut out = Vec::new();
        header(&mut out).expect("a vector takes everything");
        line(&mut out, alert).expect("a vector takes everything");
        String::from_utf8(out).expect("CSV is UTF-8")
    }

    #[test]
    fn an_alert_is_one_row() {
        insta::assert_snapshot!(shown(&sample::registration()), @r#"
        id,level,title,first_seen,last_seen,actor_kind,actor_id,actor_name,address,operations,target_kinds,target_ids,target_names,app_ids,permissions_added,credentials_added,because,rules,records,tenant,page,meaning
        9f3c1e5a7b2d4c60,critical,"mallory@contoso.example registered Contoso Sync, gave it a secret and granted it RoleManagement.ReadWrite.Directory",2026-03-04T09:20:11.8466546Z,2026-03-04T09:21:40Z,user,11111111-2222-4333-8444-555555555555,mallory@contoso.example,203.0.113.7,entra.application.add; entra.application.update-secrets; entra.app-role-assignment.add,application; service_principal,aaaaaaaa-1111-4222-8333-444444444444; dddddddd-1111-4222-8333-444444444444,Contoso Sync; Contoso Sync,bbbbbbbb-1111-4222-8333-444444444444,"asks for RoleManagement.ReadWrite.Directory (application, Microsoft Graph, ControlPlane); granted RoleManagement.ReadWrite.Directory (application, Microsoft Graph, ControlPlane); consent User.Read (delegated, Microsoft Graph)","secret ""backup"", key eeeeeeee-1111-4222-8333-444444444444, valid 2026-03-04 to 2028-03-04",critical: with RoleManagement.ReadWrite.Directory it can make itself Global Administrator; medium: a secret was added by the person who registered the application,Control-plane permission granted to an application (a5b1c7d2-0e3f-4a6b-8c9d-1e2f3a4b5c6d),logs/audit.json:3; logs/audit.json:4; logs/audit.json:5; logs/audit.json:6; logs/audit.json:7; logs/audit.json:8; logs/audit.json:9; logs/audit.json:10,99999999-8888-4777-8666-555555555555,operations/add-app-role-assignment-to-service-principal,A service principal received an application permission of an API: a right that it uses with no user signed in.
        "#);
    }

    #[test]
    fn a_hostile_name_is_no_formula() {
        let text = shown(&sample::hostile());
        assert!(text.contains(r#","'=HYPERLINK(""https://mallory.example"")\u{7}","#), "{text}");
        assert!(!text.contains(",=") && !text.contains('\u{1b}'));
    }
}
