//! A knowledge page as JSON: its head, its meaning, its sections as Markdown.

use entward_analysis::knowledge::pages::{Front, Kind, Page};
use serde::Serialize;

/// A page as `entward kb --format json` writes it.
#[derive(Serialize)]
pub(crate) struct PageJson<'a> {
    kind: Kind,
    reference: String,
    #[serde(flatten)]
    front: &'a Front,
    /// Its first sentence.
    meaning: String,
    /// Whether it was made from the tables.
    derived: bool,
    sections: Vec<SectionJson<'a>>,
}

#[derive(Serialize)]
struct SectionJson<'a> {
    title: &'a str,
    markdown: &'a str,
}

impl PageJson<'_> {
    /// What of a page goes into JSON.
    pub(crate) fn new(page: &Page) -> PageJson<'_> {
        PageJson {
            kind: page.kind,
            reference: page.reference(),
            front: &page.front,
            meaning: page.meaning(),
            derived: page.is_derived(),
            sections: page
                .sections
                .iter()
                .map(|section| SectionJson { title: &section.title, markdown: &section.markdown })
                .collect(),
        }
    }
}
