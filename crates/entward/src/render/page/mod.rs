//! Renders a knowledge page: for a terminal, as HTML, as JSON.
//!
//! All three come from the same blocks, so they cannot say different things. Markdown needs
//! no rendering: it is how pages are written.

pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod terminal;

use entward_analysis::knowledge::pages::{Kind, Page};

/// The command that shows a page.
pub(crate) fn command(page: &Page) -> String {
    command_of(page.kind, &page.front.id, &page.front.title)
}

/// The command that shows a page of this kind, id and title.
pub(crate) fn command_of(kind: Kind, id: &str, title: &str) -> String {
    match kind {
        Kind::Operations => format!("entward kb op {id}"),
        Kind::Permissions => format!("entward kb permission {title}"),
        Kind::Roles => format!("entward kb role '{title}'"),
        Kind::Apps => format!("entward kb app {id}"),
        Kind::Errata => format!("entward kb errata {id}"),
    }
}

/// The command that shows the page of an operation, by its reference.
pub(crate) fn command_of_reference(reference: &str) -> Option<String> {
    let id = reference.strip_prefix(Kind::Operations.folder())?.strip_prefix('/')?;
    Some(command_of(Kind::Operations, id, ""))
}

/// Lines that say where a page comes from: label and text of each.
fn provenance(page: &Page) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(attack) = &page.front.attack {
        let text = if attack.v18 == attack.v19 {
            attack.v18.join(", ")
        } else {
            format!("{} (version 19: {})", attack.v18.join(", "), attack.v19.join(", "))
        };
        lines.push(("ATT&CK", text));
    }
    let mut checked = page.front.checked.clone();
    if page.is_derived() {
        checked.push_str(", made from the tables of the program");
    } else {
        checked.push_str(&format!(", confidence {}", page.front.confidence.as_str()));
    }
    match page.front.seen_on_real_record {
        Some(true) => checked.push_str(", read in public real records"),
        Some(false) => checked.push_str(", not yet read in a public real record"),
        None => {}
    }
    lines.push(("checked", checked));
    lines
}
