//! One alert: its level and sentence, then who, from where, which object, what changed,
//! why it has this level, and where its records stand.

use entward_model::{Actor, ActorKind, Alert, RecordRef, Target, TargetKind};

use super::super::View;
use super::super::changes::{self, Sign};
use super::super::layout::{Text, row};
use super::super::paint;
use super::summary::number;

/// Where the values stand.
const COLUMN: usize = 16;

/// How many targets, lines of changes, records, … are shown before "and N more".
const LIST_LIMIT: usize = 20;

/// How many records are named before "and N more": a person opens one or two.
const RECORD_LIMIT: usize = 6;

/// Appends an alert.
pub(super) fn alert(out: &mut String, alert: &Alert, view: View) {
    let level = Text::default().and_styled(paint::level(alert.level), alert.level.as_str());
    let title = Text::default().and_styled_sentence(paint::STRONG, &alert.title);
    row(out, view, 0, &level, alert.level.as_str().len() + 2, &title);
    let mut rows = Rows { out, view };
    rows.actor(&alert.actor);
    for target in alert.targets.iter().take(LIST_LIMIT) {
        rows.target(target, &alert.targets);
    }
    rows.and_more(alert.targets.len(), LIST_LIMIT);
    let because = alert.because.iter().map(|because| {
        let level = Text::default().and_styled(paint::level(because.level), because.level.as_str());
        level.and(": ").and_sentence(&because.reason)
    });
    rows.list("because", because.collect());
    let missing = alert.not_in_the_log.iter().map(|missing| Text::default().and_sentence(missing));
    rows.list("not in log", missing.collect());
    let rules = alert.rules.iter().map(|rule| {
        let title = Text::default().and_sentence(&rule.title);
        title.and(format!(" ({}) ", rule.level)).and_id(&rule.id)
    });
    rows.list("rules", rules.collect());
    rows.row("records", records(&alert.records, alert.duplicates));
    rows.row("when", when(alert));
    rows.optional_id("tenant", alert.tenant.as_deref());
    rows.optional_id("subscription", alert.subscription.as_deref());
    rows.row("alert", Text::default().and_id(&alert.id));
}

struct Rows<'a> {
    out: &'a mut String,
    view: View,
}

impl Rows<'_> {
    fn row(&mut self, label: &str, text: Text) {
        self.labeled(2, label, text);
    }

    fn labeled(&mut self, indent: usize, label: &str, text: Text) {
        if !text.is_empty() {
            let label = Text::default().and_styled(paint::QUIET, label);
            row(self.out, self.view, indent, &label, COLUMN, &text);
        }
    }

    fn optional_id(&mut self, label: &str, id: Option<&str>) {
        if let Some(id) = id {
            self.row(label, Text::default().and_id(id));
        }
    }

    /// Several texts under one label.
    fn list(&mut self, label: &str, texts: Vec<Text>) {
        let total = texts.len();
        for (position, text) in texts.into_iter().take(LIST_LIMIT).enumerate() {
            self.row(if position == 0 { label } else { "" }, text);
        }
        self.and_more(total, LIST_LIMIT);
    }

    fn and_more(&mut self, total: usize, limit: usize) {
        if total > limit {
            self.row("", Text::own(format!("and {} more", number((total - limit) as u64))));
        }
    }

    fn actor(&mut self, actor: &Actor) {
        self.row("who", who(actor));
        if let Some(id) = &actor.id {
            self.row("", Text::own("object id ").and_id(id));
        }
        self.row("from", from(actor));
        if let Some(app_id) = &actor.app_id {
            self.row("through", Text::own("app id ").and_id(app_id));
        }
    }

    fn target(&mut self, target: &Target, others: &[Target]) {
        let text = match (&target.name, &target.id) {
            (Some(name), _) => Text::default().and_name(name),
            (None, None) if target.app_id.is_none() => Text::own("the record does not name it"),
            (None, _) => Text::own("without a name in the record"),
        };
        self.row(label(target.kind), text);
        if let Some(app_id) = &target.app_id {
            self.row("", Text::own("app id    ").and_id(app_id));
        }
        if let Some(id) = &target.id {
            let word = if matches!(target.kind, TargetKind::Resource | TargetKind::Subscription) {
                Text::default()
            } else {
                Text::own("object id ")
            };
            self.row("", word.and_id(id));
        }
        let lines: Vec<changes::Line> =
            target.changes.iter().flat_map(|change| changes::lines(change, others)).collect();
        let mut label_before = "";
        for line in lines.iter().take(LIST_LIMIT) {
            let label = if line.label == label_before { "" } else { line.label };
            label_before = line.label;
            let style = match line.sign {
                Sign::Added => paint::ADDED,
                Sign::Removed => paint::REMOVED,
                Sign::None => anstyle::Style::new(),
            };
            let text = Text::default().and_styled(style, line.sign.as_str()).and_text(line.text.clone());
            self.labeled(4, label, text);
        }
        self.and_more(lines.len(), LIST_LIMIT);
    }
}

/// `user mallory@contoso.example`.
fn who(actor: &Actor) -> Text {
    let kind = match actor.kind {
        ActorKind::Unknown => String::new(),
        kind => kind.as_str().replace('_', " "),
    };
    match &actor.name {
        Some(name) if kind.is_empty() => Text::default().and_name(name),
        Some(name) => Text::own(kind).and(" ").and_name(name),
        None if kind.is_empty() => Text::own("the records do not name who did it"),
        None => Text::own(kind).and(", without a name in the records"),
    }
}

fn from(actor: &Actor) -> Text {
    let agent = |text: Text, agent: &str| text.and("with ").and_name(agent);
    match (&actor.address, &actor.user_agent) {
        (Some(address), Some(user_agent)) => agent(Text::default().and_id(address).and(" "), user_agent),
        (Some(address), None) => Text::default().and_id(address),
        (None, Some(user_agent)) => agent(Text::own("an unknown address "), user_agent),
        (None, None) => Text::default(),
    }
}

/// The word for a kind of object, as administrators say it.
fn label(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Application => "app",
        TargetKind::ServicePrincipal => "principal",
        TargetKind::Other => "object",
        other => other.as_str(),
    }
}

fn records(records: &[RecordRef], duplicates: u64) -> Text {
    let mut text = Text::default();
    for (position, record) in records.iter().take(RECORD_LIMIT).enumerate() {
        let before = if position > 0 { ", " } else { "" };
        text = text.and(before).and_id(format!("{}:{}", record.file, record.index));
    }
    if records.len() > RECORD_LIMIT {
        text = text.and(format!(" and {} more", number((records.len() - RECORD_LIMIT) as u64)));
    }
    match duplicates {
        0 => text,
        1 => text.and("; 1 duplicate"),
        many => text.and(format!("; {} duplicates", number(many))),
    }
}

fn when(alert: &Alert) -> Text {
    match (alert.first_seen, alert.last_seen) {
        (Some(first), Some(last)) if first != last => Text::own(format!("{first} to {last}")),
        (Some(time), _) | (None, Some(time)) => Text::own(time.to_string()),
        (None, None) => Text::own("the records have no readable time"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn shown(found: &Alert, view: View) -> String {
        let mut out = String::new();
        alert(&mut out, found, view);
        out
    }

    #[test]
    fn an_alert_says_who_what_and_why_at_80_columns() {
        let text = shown(&sample::registration(), View::PLAIN);
        insta::assert_snapshot!(text, @r#"
        critical  mallory@contoso.example registered Contoso Sync, gave it a secret and
                  granted it RoleManagement.ReadWrite.Directory
          who           user mallory@contoso.example
                        object id 11111111-2222-4333-8444-555555555555
          from          203.0.113.7 with azure-cli/2.70.0
          app           Contoso Sync
                        app id    bbbbbbbb-1111-4222-8333-444444444444
                        object id aaaaaaaa-1111-4222-8333-444444444444
            changed     AvailableToOtherTenants: [false] → [true]
            asks for    + RoleManagement.ReadWrite.Directory (application, Microsoft
                        Graph, ControlPlane)
                        1 as before
            credential  + secret "backup", key eeeeeeee-1111-4222-8333-444444444444,
                        valid 2026-03-04 to 2028-03-04
            audience    AzureADMyOrg → AzureADMultipleOrgs
          principal     Contoso Sync
                        app id    bbbbbbbb-1111-4222-8333-444444444444
                        object id dddddddd-1111-4222-8333-444444444444
            granted     + RoleManagement.ReadWrite.Directory (application, Microsoft
                        Graph, ControlPlane)
            consent     for everybody in the tenant, by an administrator
                        + User.Read (delegated, Microsoft Graph)
          because       critical: with RoleManagement.ReadWrite.Directory it can make
                        itself Global Administrator
                        medium: a secret was added by the person who registered the
                        application
          not in log    whether the actor used MFA: no sign-in log was read
          rules         Control-plane permission granted to an application (critical)
                        a5b1c7d2-0e3f-4a6b-8c9d-1e2f3a4b5c6d
          records       logs/audit.json:3, logs/audit.json:4, logs/audit.json:5,
                        logs/audit.json:6, logs/audit.json:7, logs/audit.json:8 and 2
                        more; 2 duplicates
          when          2026-03-04T09:20:11.8466546Z to 2026-03-04T09:21:40Z
          tenant        99999999-8888-4777-8666-555555555555
          alert         9f3c1e5a7b2d4c60
        "#);
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()));
    }

    #[test]
    fn a_hostile_name_neither_commands_nor_floods_the_terminal() {
        let text = shown(&sample::hostile(), View::PLAIN);
        insta::assert_snapshot!(text, @r#"
        critical  mallory@contoso.example registered \u{1b}[2J\u{202e}cnyS\u{200b}
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxx\u{d}\u{a}because  nothing happened
          who           user =HYPERLINK("https://mallory.example")\u{7}
                        object id 11111111-2222-4333-8444-555555555555
          from          203.0.113.7 with azure-cli/2.70.0
          app           \u{1b}[2J\u{202e}cnyS\u{200b}
                        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                        xxxxxxxxxxxxxxxxxxxxxxxxx…
                        app id    bbbbbbbb-1111-4222-8333-444444444444
                        object id aaaaaaaa-1111-4222-8333-444444444444
          because       critical: with RoleManagement.ReadWrite.Directory it can make
                        itself Global Administrator
                        medium: a secret was added by the person who registered the
                        application
          not in log    whether the actor used MFA: no sign-in log was read
          records       logs/audit.json:3, logs/audit.json:4, logs/audit.json:5,
                        logs/audit.json:6, logs/audit.json:7, logs/audit.json:8 and 2
                        more; 2 duplicates
          when          2026-03-04T09:20:11.8466546Z to 2026-03-04T09:21:40Z
          tenant        99999999-8888-4777-8666-555555555555
          alert         9f3c1e5a7b2d4c60
        "#);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{200b}', '\r']));
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()));
    }

    #[test]
    fn color_changes_nothing_but_the_color() {
        let colored = shown(&sample::registration(), View { color: true, ..View::PLAIN });
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, behind)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = behind.split_once('m').expect("every sequence ends with `m`").1;
        }
        plain.push_str(rest);
        assert_ne!(colored, plain);
        assert_eq!(plain, shown(&sample::registration(), View::PLAIN));
    }
}
