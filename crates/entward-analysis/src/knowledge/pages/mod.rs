//! The pages of `knowledge/`: what an operation, a permission, a role, an application
//! means, and what is often said of it that is not so.
//!
//! A page is Markdown with a head of YAML. Its text comes in as an argument; this room
//! reads the head (`front.rs`), turns the Markdown into blocks (`body.rs`), checks that the
//! sections of its kind stand there in their order (`sections.rs`), and hands out a typed
//! [`Page`]. `knowledge/README.md` states the format for those who write pages.
//!
//! Many permissions and roles have no page of their own. `derived.rs` writes one from the
//! tables, as Markdown, so that everything behind it treats both alike.
//!
//! Reading keeps going: the good pages and the errors come back together. To add a page,
//! add its file; to add a kind, a variant of [`Kind`] and its sections.

mod body;
mod derived;
mod error;
mod find;
mod front;
mod quotes;
mod search;
mod sections;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Serialize;

use super::Knowledge;

pub use body::{Block, Span, plain};
pub use error::{PageError, PageErrorKind};
pub use find::{Found, OperationFound};
pub use front::{Attack, Confidence, Front};
pub use quotes::Quotes;
pub use search::Hit;

/// What a page is about; the folder of `knowledge/` that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An operation of a log, or a close family of them.
    Operations,
    /// A permission of an API.
    Permissions,
    /// A role of the directory or of Azure.
    Roles,
    /// A well-known application of Microsoft's.
    Apps,
    /// Something that is often said and wrong.
    Errata,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Kind; 5] = [Kind::Operations, Kind::Errata, Kind::Permissions, Kind::Roles, Kind::Apps];

    /// The name of the folder, which is also the first half of a page's reference.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Operations => "operations",
            Kind::Permissions => "permissions",
            Kind::Roles => "roles",
            Kind::Apps => "apps",
            Kind::Errata => "errata",
        }
    }

    /// The kind whose pages lie in the folder of this name.
    pub fn from_folder(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.folder() == name)
    }
}

/// A page, read and checked.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is about.
    pub kind: Kind,
    /// The file it was read from, as the caller named it; empty for a page made from the tables.
    pub file: String,
    /// Its head.
    pub front: Front,
    /// What stands before the first section; its first sentence is the page's meaning.
    pub lead: Vec<Block>,
    /// The sections, in the order of its kind.
    pub sections: Vec<Section>,
    /// The Markdown below the head, as it was written.
    pub markdown: String,
}

/// A part of a page under a heading of the second level.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// The line of the file where the heading stands, from 1.
    pub line: u32,
    /// Its Markdown below the heading.
    pub markdown: String,
    /// The same, as blocks.
    pub blocks: Vec<Block>,
}

impl Page {
    /// Reads one page: `file` is its path, `…/operations/add-application.md`.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, in the order of the lines.
    pub fn read(file: &str, text: &str) -> Result<Page, Vec<PageError>> {
        let (front, below, line) = front::read(file, text).map_err(|error| vec![error])?;
        let kind = sections::kind_of(file).map_err(|kind| vec![PageError::new(file, 1, kind)])?;
        let mut errors = front::problems(file, text, kind, &front);
        let (lead, sections) = body::read(below, line);
        let page = Page { kind, file: file.to_owned(), front, lead, sections, markdown: below.to_owned() };
        errors.extend(sections::problems(&page, line));
        if errors.is_empty() { Ok(page) } else { Err(errors) }
    }

    /// The page's name among all pages: `operations/add-application`.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.kind.folder(), self.front.id)
    }

    /// The first sentence of the page, without marks: what an alert quotes.
    pub fn meaning(&self) -> String {
        let Some(Block::Paragraph(spans)) = self.lead.first() else { return String::new() };
        body::first_sentence(&plain(spans)).to_owned()
    }

    /// The section with this heading.
    pub fn section(&self, title: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.title == title)
    }

    /// The page to which a link of this page leads; `None` for a link to the web.
    pub fn leads_to(&self, link: &str) -> Option<String> {
        sections::reference_of(link, self.kind)
    }

    /// The words by which it is found, each once and sorted, as [`Pages::search`] cuts them.
    pub fn words(&self) -> Vec<String> {
        search::words(self)
    }

    /// Whether it was made from the tables and not written by hand.
    pub fn is_derived(&self) -> bool {
        self.file.is_empty()
    }
}

/// All pages that were read.
#[derive(Debug, Default)]
pub struct Pages {
    /// Sorted by reference.
    pages: Vec<Page>,
}

impl Pages {
    /// Reads pages: `(path, text)` of each. Returns the good ones, and what is wrong with
    /// the others and between them.
    pub fn read(files: &[(&str, &str)]) -> (Pages, Vec<PageError>) {
        let mut pages = Vec::with_capacity(files.len());
        let mut errors = Vec::new();
        for (file, text) in files {
            match Page::read(file, text) {
                Ok(page) => pages.push(page),
                Err(found) => errors.extend(found),
            }
        }
        pages.sort_by(|left: &Page, right: &Page| (left.kind, &left.front.id).cmp(&(right.kind, &right.front.id)));
        errors.extend(sections::problems_between(&pages));
        (Pages { pages }, errors)
    }

    /// The pages, by kind and then by id.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// The page with this reference (`operations/add-application`).
    pub fn get(&self, reference: &str) -> Option<&Page> {
        let (folder, id) = reference.split_once('/')?;
        let kind = Kind::from_folder(folder)?;
        let place = self.pages.binary_search_by(|page| (page.kind, page.front.id.as_str()).cmp(&(kind, id))).ok()?;
        self.pages.get(place)
    }

    /// A page for every permission and every role, those from the tables among them.
    pub fn permissions_and_roles(&self) -> Vec<Cow<'_, Page>> {
        let mut pages: Vec<Cow<'_, Page>> = Vec::new();
        for name in derived::permission_names() {
            if let Found::Page(page) = self.permission(name) {
                pages.push(page);
            }
        }
        let knowledge = Knowledge::bundled();
        for role in knowledge.directory_roles().iter().chain(knowledge.azure_roles()) {
            if let Found::Page(page) = self.role(role.id) {
                pages.push(page);
            }
        }
        pages
    }

    /// The page to which an operation belongs, by its canonical id.
    pub fn of_operation(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.front.operations.iter().any(|operation| operation == id))
    }
}
