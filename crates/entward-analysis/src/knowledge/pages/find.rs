//! From what somebody types to a page.
//!
//! Operations are found by any of their texts, folded as records are; by canonical id; by
//! the end of an Azure operation (`register/action`); by the name of the page. Where
//! nothing is spelt so, the nearest texts are told, and a single near one is taken.

use std::borrow::Cow;

use entward_model::Log;

use super::{Kind, Page, Pages, derived};
use crate::knowledge::{Knowledge, OperationInfo, fold_operation};

/// How alike two texts are at least for one to be offered for the other, from 0 to 1.
const ALIKE: f64 = 0.55;

/// How alike they are for one to be taken for the other.
const NEARLY_THE_SAME: f64 = 0.85;

/// How many near texts are offered.
const OFFERED: usize = 5;

/// What was found for an operation's text.
#[derive(Debug, Default)]
pub struct OperationFound<'a> {
    /// The pages to which it belongs. More than one only for the end of several operations.
    pub pages: Vec<Cow<'a, Page>>,
    /// The text that was taken instead, where nothing is spelt as asked.
    pub instead: Option<String>,
    /// The nearest texts, best first, where nothing was found.
    pub nearest: Vec<String>,
}

/// What was found for a permission, a role or an application.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, for as long as it takes to show it")]
pub enum Found<'a> {
    /// Its page, written by hand or made from the tables.
    Page(Cow<'a, Page>),
    /// None; these names are nearest, best first.
    Nearest(Vec<String>),
}

impl Pages {
    /// The pages of an operation, by any spelling, canonical id, end, or name of the page.
    pub fn operation(&self, asked: &str) -> OperationFound<'_> {
        let asked = asked.trim();
        let pages = self.pages_spelt(asked);
        if !pages.is_empty() {
            return OperationFound { pages, ..OperationFound::default() };
        }
        let nearest = nearest(asked, &self.operation_texts());
        match nearest.first() {
            Some((text, alike)) if *alike >= NEARLY_THE_SAME => {
                OperationFound { pages: self.pages_spelt(text), instead: Some((*text).to_owned()), nearest: Vec::new() }
            }
            _ => OperationFound { nearest: owned(nearest), ..OperationFound::default() },
        }
    }

    /// The page of a permission, by name or id.
    pub fn permission(&self, asked: &str) -> Found<'_> {
        let knowledge = Knowledge::bundled();
        let name = knowledge.permission(None, asked).map_or(asked.trim(), |info| info.name);
        if let Some(page) = self.titled(Kind::Permissions, name) {
            return Found::Page(Cow::Borrowed(page));
        }
        match derived::permission(name) {
            Some(page) => Found::Page(Cow::Owned(page)),
            None => Found::Nearest(owned(nearest(asked, &derived::permission_names()))),
        }
    }

    /// The page of a role of the directory or of Azure, by name or id.
    pub fn role(&self, asked: &str) -> Found<'_> {
        let knowledge = Knowledge::bundled();
        let directory = knowledge.directory_role(asked).or_else(|| knowledge.directory_role_named(asked));
        let azure = || knowledge.azure_role(asked).or_else(|| knowledge.azure_role_named(asked));
        let Some(role) = directory.or_else(azure) else {
            return Found::Nearest(owned(nearest(asked, &derived::role_names())));
        };
        match self.titled(Kind::Roles, role.name) {
            Some(page) => Found::Page(Cow::Borrowed(page)),
            None => Found::Page(Cow::Owned(derived::role(role, directory.is_some()))),
        }
    }

    /// The page of a well-known application, by id or name.
    pub fn app(&self, asked: &str) -> Found<'_> {
        let knowledge = Knowledge::bundled();
        let named = || knowledge.apps().iter().find(|app| app.name.eq_ignore_ascii_case(asked.trim())).copied();
        let Some(app) = knowledge.app(asked).or_else(named) else {
            let names: Vec<&str> = knowledge.apps().iter().map(|app| app.name).collect();
            return Found::Nearest(owned(nearest(asked, &names)));
        };
        let written = self.iter().find(|page| page.kind == Kind::Apps && page.front.guid.as_deref() == Some(app.id));
        Found::Page(written.map_or_else(|| Cow::Owned(derived::app(app)), Cow::Borrowed))
    }

    /// The page for an operation of the catalogue: the one it belongs to, or one made from its row.
    pub fn page_of(&self, info: &'static OperationInfo) -> Cow<'_, Page> {
        self.of_operation(info.id).map_or_else(|| Cow::Owned(derived::operation(info)), Cow::Borrowed)
    }

    fn titled(&self, kind: Kind, title: &str) -> Option<&Page> {
        self.iter().find(|page| page.kind == kind && page.front.title.eq_ignore_ascii_case(title))
    }

    fn pages_spelt(&self, asked: &str) -> Vec<Cow<'_, Page>> {
        let is_named = |page: &&Page| page.front.id == asked && page.kind == Kind::Operations;
        if let Some(page) = self.get(asked).or_else(|| self.iter().find(is_named)) {
            return vec![Cow::Borrowed(page)];
        }
        let knowledge = Knowledge::bundled();
        if let Some(info) = knowledge.operation_info(asked) {
            return vec![self.page_of(info)];
        }
        let folded = fold_operation(asked);
        let spelt = |page: &&Page| page.front.spellings.iter().any(|text| fold_operation(text) == folded);
        let spelt: Vec<_> = self.iter().filter(spelt).map(Cow::Borrowed).collect();
        if !spelt.is_empty() {
            return spelt;
        }
        for log in [Log::Audit, Log::Activity, Log::Unified, Log::SignIn, Log::Risk, Log::Provisioning] {
            let operation = knowledge.operation(log, asked);
            if let Some(info) = knowledge.operation_info(&operation.id)
                && operation.known
                && !folded.is_empty()
            {
                return vec![self.page_of(info)];
            }
        }
        self.pages_ending_with(&folded)
    }

    /// Azure operations end with what people remember of them: `roleAssignments/write`.
    fn pages_ending_with(&self, folded: &str) -> Vec<Cow<'_, Page>> {
        let mut pages: Vec<Cow<'_, Page>> = Vec::new();
        if !folded.contains('/') {
            return pages;
        }
        for info in Knowledge::bundled().operations().iter().filter(|info| info.log == Log::Activity) {
            let name = fold_operation(info.name);
            let Some(before) = name.strip_suffix(folded) else { continue };
            let page = self.page_of(info);
            if before.ends_with('/') && !pages.iter().any(|other| other.front.id == page.front.id) {
                pages.push(page);
            }
        }
        pages
    }

    fn operation_texts(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = Vec::new();
        for info in Knowledge::bundled().operations() {
            texts.push(info.name);
            for spelling in info.spellings() {
                texts.push(spelling);
            }
            texts.push(info.id);
        }
        for page in self.iter().filter(|page| page.kind == Kind::Operations) {
            texts.push(&page.front.id);
            texts.extend(page.front.spellings.iter().map(String::as_str));
        }
        texts
    }
}

/// The texts that are most like the one asked for, with how alike they are.
fn nearest<'t>(asked: &str, texts: &[&'t str]) -> Vec<(&'t str, f64)> {
    let asked = fold_operation(asked);
    let mut found: Vec<(&str, f64)> = Vec::new();
    for text in texts {
        // Texts of very different length are not alike, and need no comparing.
        let (shorter, longer) = (asked.len().min(text.len()), asked.len().max(text.len()));
        if shorter * 2 < longer {
            continue;
        }
        let alike = strsim::normalized_damerau_levenshtein(&asked, &fold_operation(text));
        if alike >= ALIKE && !found.iter().any(|(other, _)| other == text) {
            found.push((text, alike));
        }
    }
    found.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    found.truncate(OFFERED);
    found
}

fn owned(nearest: Vec<(&str, f64)>) -> Vec<String> {
    nearest.into_iter().map(|(text, _)| text.to_owned()).collect()
}
