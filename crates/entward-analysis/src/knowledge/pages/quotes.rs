//! The pages that an alert names, and the sentence that it quotes of each.
//!
//! A scan asks for few pages, mostly for none, so nothing is read before it is asked for:
//! a page whose head does not hold the operation's id is not looked at any further, and
//! the others are read down to their first paragraph. What was found is kept.

use entward_model::PageRef;
use rustc_hash::FxHashMap;

use super::{
    Front, Kind,
    body::{self, Block, plain},
    front,
};

/// Finds the pages that alerts name.
#[derive(Debug)]
pub struct Quotes<'t> {
    /// Path and text of every page.
    files: &'t [(&'t str, &'t str)],
    /// What was found for an operation.
    known: FxHashMap<String, OfOperation>,
}

/// The pages of one operation.
#[derive(Debug, Default)]
struct OfOperation {
    /// The page it belongs to.
    whole: Option<PageRef>,
    /// Pages about one kind of change that it makes, and the properties that show it.
    changes: Vec<(Vec<String>, PageRef)>,
}

impl<'t> Quotes<'t> {
    /// Over pages: `(path, text)` of each.
    pub fn new(files: &'t [(&'t str, &'t str)]) -> Quotes<'t> {
        Quotes { files, known: FxHashMap::default() }
    }

    /// The pages for an operation that changed these properties: one for each kind of change
    /// that has a page of its own, in the order of the properties, or else the operation's.
    pub fn of<'p>(&mut self, operation: &str, properties: impl Iterator<Item = &'p str>) -> Vec<&PageRef> {
        if !self.known.contains_key(operation) {
            let found = self.look_up(operation);
            self.known.insert(operation.to_owned(), found);
        }
        let Some(known) = self.known.get(operation) else { return Vec::new() };
        let mut pages: Vec<&PageRef> = Vec::new();
        for property in properties {
            let shows = |shown: &[String]| shown.iter().any(|shown| shown.eq_ignore_ascii_case(property));
            for (_, page) in known.changes.iter().filter(|(properties, _)| shows(properties)) {
                if !pages.contains(&page) {
                    pages.push(page);
                }
            }
        }
        if pages.is_empty() {
            pages.extend(&known.whole);
        }
        pages
    }

    fn look_up(&self, operation: &str) -> OfOperation {
        let is_its = |front: &Front| front.operations.iter().any(|id| id == operation);
        let Some((_, whole)) = self.heads_with(["\noperations:", operation]).find(|(front, _)| is_its(front)) else {
            return OfOperation::default();
        };
        let is_part = |front: &Front| front.change_of.as_deref() == Some(&whole.page);
        // Most heads name the page only as a related one.
        let parts = self.heads_with(["\nchange_of:", &whole.page]).filter(|(front, _)| is_part(front));
        OfOperation { changes: parts.map(|(front, page)| (front.properties, page)).collect(), whole: Some(whole) }
    }

    /// The pages of operations whose head holds two texts, with what is quoted of them.
    fn heads_with<'a>(&'a self, texts: [&'a str; 2]) -> impl Iterator<Item = (Front, PageRef)> + 'a {
        self.files.iter().filter_map(move |(file, page)| {
            let folder = file.rsplit('/').nth(1)?;
            let head = page.split_once("\n---\n")?.0;
            if Kind::from_folder(folder) != Some(Kind::Operations) || !texts.iter().all(|text| head.contains(text)) {
                return None;
            }
            let (front, below, _) = front::read(file, page).ok()?;
            let lead = below.split("\n## ").next()?;
            let Some(Block::Paragraph(spans)) = body::blocks(lead).into_iter().next() else { return None };
            let meaning = body::first_sentence(&plain(&spans)).to_owned();
            let page = format!("{}/{}", Kind::Operations.folder(), front.id);
            Some((front, PageRef { page, meaning }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: &[(&str, &str)] = &[
        (
            "knowledge/operations/update.md",
            "---\nid: update\ntitle: Updated\nlog: audit\noperations:\n  - entra.application.update\nsources: \
             [https://contoso.example]\nchecked: 2026-11-25\nconfidence: high\n---\nAnything about `it`\nchanged. More.\n\n## What happened\n",
        ),
        (
            "knowledge/operations/address.md",
            "---\nid: address\ntitle: Address\nlog: audit\nchange_of: operations/update\nproperties: [AppAddress]\nsources: \
             [https://contoso.example]\nchecked: 2026-11-25\nconfidence: high\n---\nAnother address.\n",
        ),
        ("knowledge/errata/update.md", "---\nid: update\noperations: [entra.application.update]\n---\nNo.\n"),
    ];

    #[track_caller]
    fn check(operation: &str, properties: &[&str], expected: &[(&str, &str)]) {
        let mut quotes = Quotes::new(PAGES);
        let found: Vec<(&str, &str)> = quotes
            .of(operation, properties.iter().copied())
            .iter()
            .map(|page| (page.page.as_str(), page.meaning.as_str()))
            .collect();
        assert_eq!(found, expected, "{operation} {properties:?}");
    }

    #[test]
    fn the_page_of_the_change_comes_before_that_of_the_operation() {
        let whole = ("operations/update", "Anything about it changed.");
        let part = ("operations/address", "Another address.");
        check("entra.application.update", &[], &[whole]);
        check("entra.application.update", &["DisplayName"], &[whole]);
        check("entra.application.update", &["DisplayName", "appaddress", "AppAddress"], &[part]);
        // An id that only begins like the one of a page.
        check("entra.application", &[], &[]);
        check("entra.user.add", &["AppAddress"], &[]);
    }
}
