//! No sentence stands on more than two pages: what would fit any page says nothing about this one.
//!
//! Only the pages that were written by hand are held to that. Those from the tables are made of the same sentences on purpose:
//! there the sentence is what two permissions have in common.

use std::collections::{BTreeMap, BTreeSet};

use entward_analysis::knowledge::pages::{Block, Page, Span};

use crate::knowledge::{pages, texts};

/// From how many words on a sentence is compared with those that are nearly the same.
const LONG: usize = 8;

/// How many repeated sentences a failure lists.
const LISTED: usize = 40;

#[test]
fn no_sentence_stands_on_more_than_two_pages() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for page in pages().iter() {
        for text in texts(page) {
            for sentence in text.split_inclusive([';', '.']).map(str::trim).filter(|part| part.split(' ').count() > 3) {
                // The one answer that several pages have to give to the same question.
                if sentence.ends_with(": not through this operation.") || sentence.ends_with(": none is gained.") {
                    continue;
                }
                places.entry(sentence.to_lowercase()).or_default().insert(page.reference());
            }
        }
    }
    let repeated: Vec<_> = places.iter().filter(|(_, pages)| pages.len() > 2).collect();
    assert!(repeated.is_empty(), "these would fit any page: {repeated:#?}");
}

/// The sentences of a page without the names in them: code is `·`, marks and letter case are gone.
fn masked(page: &Page) -> Vec<Vec<String>> {
    fn mask(spans: &[Span], out: &mut String) {
        for span in spans {
            match span {
                Span::Text(text) => out.push_str(text),
                Span::Code(_) => out.push('·'),
                Span::Strong(spans) | Span::Emphasis(spans) | Span::Link { spans, .. } => mask(spans, out),
            }
        }
    }
    fn collect(blocks: &[Block], out: &mut Vec<String>) {
        for block in blocks {
            match block {
                Block::Paragraph(spans) | Block::Heading(spans) => {
                    let mut text = String::new();
                    mask(spans, &mut text);
                    out.push(text);
                }
                Block::List { items, .. } => items.iter().for_each(|item| collect(item, out)),
                Block::Table { rows, .. } => {
                    for cell in rows.iter().flatten() {
                        let mut text = String::new();
                        mask(cell, &mut text);
                        out.push(text);
                    }
                }
                Block::Code { .. } => {}
            }
        }
    }
    let mut texts = Vec::new();
    collect(&page.lead, &mut texts);
    page.sections.iter().for_each(|section| collect(&section.blocks, &mut texts));
    let sentences = texts.iter().flat_map(|text| text.split_inclusive([';', '.', ':']));
    sentences
        .map(|sentence| sentence.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter(|words| words.len() >= LONG)
        .collect()
}

#[test]
fn no_sentence_stands_on_more_than_two_pages_with_another_name_in_it() {
    // Two sentences that differ in one word are alike without that word.
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for page in pages().iter() {
        for words in masked(page) {
            for left_out in 0..words.len() {
                let mut rest: Vec<&str> = words.iter().map(String::as_str).collect();
                rest[left_out] = "…";
                places.entry(rest.join(" ")).or_default().insert(page.reference());
            }
        }
    }
    let mut repeated: Vec<(&String, &BTreeSet<String>)> = places.iter().filter(|(_, pages)| pages.len() > 2).collect();
    repeated.sort_by_key(|(_, pages)| std::cmp::Reverse(pages.len()));
    // The same sentence has as many entries as words; one tells enough.
    let mut told: Vec<&BTreeSet<String>> = Vec::new();
    let mut lines = Vec::new();
    for (sentence, pages) in repeated {
        if !told.contains(&pages) && lines.len() < LISTED {
            lines.push(format!("{sentence}\n    {}", pages.iter().cloned().collect::<Vec<_>>().join(", ")));
            told.push(pages);
        }
    }
    assert!(lines.is_empty(), "these would fit any page, but for a word or a name:\n{}", lines.join("\n"));
}
