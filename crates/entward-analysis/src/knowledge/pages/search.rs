//! Ranked search over all pages and over the names of the tables.
//!
//! The ranking is BM25 with the fields of a page joined by weight (BM25F: Robertson,
//! Zaragoza, *The Probabilistic Relevance Framework*, 2009): a word of the title counts as
//! several words of the text. There is no index: the pages are less than a megabyte, and
//! counting the words of a query in them is quicker than building one.

use serde::Serialize;

use super::{Page, Pages, body::plain, derived, sections};

/// A page that has words of the query.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// The page's reference; for what has no page of its own, the words after `entward kb`
    /// that show it.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// The sentence in which most of the words stand; empty where only the title has them.
    pub excerpt: String,
    /// How well it fits; only the order means something.
    pub score: f64,
}

/// BM25's two constants at their usual values: how soon a repeated word counts no more, and
/// how much a long page is held back.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

const TITLE_WEIGHT: f64 = 6.0;
const NAME_WEIGHT: f64 = 5.0;
const LEAD_WEIGHT: f64 = 2.5;
const TEXT_WEIGHT: f64 = 1.0;

/// What a word counts that only begins with the word asked for.
const BEGINNING: f64 = 0.4;

/// A row of a table has one line where a page has many; it must not win for being short,
/// unless it is called exactly as was asked.
const ROW_SCORE: f64 = 0.2;

/// What is counted for one document.
struct Counted {
    /// Weighted occurrences of each word of the query.
    found: Vec<f64>,
    length: f64,
}

impl Pages {
    /// The pages and rows that fit the words best, best first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Hit> {
        let query = query(words);
        if query.is_empty() {
            return Vec::new();
        }
        let mut documents: Vec<(Document<'_>, Counted)> = Vec::new();
        for page in self.iter() {
            documents.push((Document::Page(page), count_page(page, &query)));
        }
        for row in derived::rows(self) {
            let mut counted = Counted::new(&query);
            counted.add(&query, &row.title, TITLE_WEIGHT);
            documents.push((Document::Row(row), counted));
        }
        let total = documents.len() as f64;
        let rarity: Vec<f64> = (0..query.len())
            .map(|place| {
                let having = documents.iter().filter(|(_, counted)| counted.found[place] > 0.0).count() as f64;
                (1.0 + (total - having + 0.5) / (having + 0.5)).ln()
            })
            .collect();
        let average = documents.iter().map(|(_, counted)| counted.length).sum::<f64>() / total.max(1.0);
        let mut hits: Vec<Hit> = documents
            .iter()
            .filter_map(|(document, counted)| {
                let score = counted.score(&rarity, average) * document.worth(words);
                (score > 0.0).then(|| document.hit(score))
            })
            .collect();
        hits.sort_by(|left, right| {
            right.score.total_cmp(&left.score).then_with(|| left.reference.cmp(&right.reference))
        });
        hits.truncate(limit);
        for hit in &mut hits {
            if let Some(page) = self.get(&hit.reference) {
                hit.excerpt = excerpt(page, &query);
            }
        }
        hits
    }
}

enum Document<'a> {
    Page(&'a Page),
    Row(derived::Row),
}

impl Document<'_> {
    fn worth(&self, asked: &str) -> f64 {
        match self {
            Document::Row(row) if !row.title.eq_ignore_ascii_case(asked.trim()) => ROW_SCORE,
            Document::Page(_) | Document::Row(_) => 1.0,
        }
    }

    fn hit(&self, score: f64) -> Hit {
        let (reference, title) = match self {
            Document::Page(page) => (page.reference(), page.front.title.clone()),
            Document::Row(row) => (row.command.clone(), row.title.clone()),
        };
        Hit { reference, title, excerpt: String::new(), score }
    }
}

impl Counted {
    fn new(query: &[String]) -> Counted {
        Counted { found: vec![0.0; query.len()], length: 0.0 }
    }

    fn add(&mut self, query: &[String], text: &str, weight: f64) {
        each_word(text, |word| {
            self.length += 1.0;
            for (found, asked) in self.found.iter_mut().zip(query) {
                if word == asked {
                    *found += weight;
                } else if asked.len() >= 4 && word.starts_with(asked.as_str()) {
                    *found += weight * BEGINNING;
                }
            }
        });
    }

    fn score(&self, rarity: &[f64], average: f64) -> f64 {
        let hold_back = SATURATION * (1.0 - LENGTH + LENGTH * self.length / average.max(1.0));
        let score: f64 = self
            .found
            .iter()
            .zip(rarity)
            .map(|(found, rarity)| rarity * found * (SATURATION + 1.0) / (found + hold_back))
            .sum();
        // A page that has all of the words is meant more likely than one that has one of them often.
        let share = self.found.iter().filter(|found| **found > 0.0).count() as f64 / self.found.len() as f64;
        score * share
    }
}

fn count_page(page: &Page, query: &[String]) -> Counted {
    let mut counted = Counted::new(query);
    counted.add(query, &page.front.title, TITLE_WEIGHT);
    for text in page.front.spellings.iter().chain(&page.front.operations).chain(&page.front.properties) {
        counted.add(query, text, NAME_WEIGHT);
    }
    counted.add(query, &page.front.id, NAME_WEIGHT);
    sections::each_text(&page.lead, &mut |spans| counted.add(query, &plain(spans), LEAD_WEIGHT));
    for section in &page.sections {
        sections::each_text(&section.blocks, &mut |spans| counted.add(query, &plain(spans), TEXT_WEIGHT));
    }
    counted
}

/// See [`Page::words`].
pub(super) fn words(page: &Page) -> Vec<String> {
    let mut words = std::collections::BTreeSet::new();
    let mut add = |text: &str| {
        each_word(text, |word| {
            words.insert(word.to_owned());
        });
    };
    for text in page.front.spellings.iter().chain(&page.front.operations).chain(&page.front.properties) {
        add(text);
    }
    sections::each_text(&page.lead, &mut |spans| add(&plain(spans)));
    for section in &page.sections {
        sections::each_text(&section.blocks, &mut |spans| add(&plain(spans)));
    }
    words.into_iter().collect()
}

/// The sentence of a page that has most words of the query; the first one among equals.
fn excerpt(page: &Page, query: &[String]) -> String {
    let mut best = (0, String::new());
    let mut look = |text: &str| {
        for sentence in text.split_inclusive(". ") {
            let mut has = vec![false; query.len()];
            each_word(sentence, |word| {
                for (has, asked) in has.iter_mut().zip(query) {
                    *has |= word == asked || asked.len() >= 4 && word.starts_with(asked.as_str());
                }
            });
            let count = has.iter().filter(|has| **has).count();
            if count > best.0 {
                best = (count, sentence.trim().to_owned());
            }
        }
    };
    sections::each_text(&page.lead, &mut |spans| look(&plain(spans)));
    for section in &page.sections {
        sections::each_text(&section.blocks, &mut |spans| look(&plain(spans)));
    }
    best.1
}

/// The words asked for, each once.
fn query(words: &str) -> Vec<String> {
    let mut query: Vec<String> = Vec::new();
    each_word(words, |word| {
        if !query.iter().any(|other| other == word) {
            query.push(word.to_owned());
        }
    });
    query
}

/// Hands over the words of a text: letters and digits in lower case, without the `s` of a
/// plural; `roleAssignments/write` is three words, and so is every `Mail.ReadWrite`.
fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut word = String::new();
    let mut after_small = false;
    for character in text.chars() {
        let is_part = character.is_alphanumeric();
        if !is_part || character.is_uppercase() && after_small {
            end_word(&mut word, &mut take);
        }
        if character.is_ascii() && is_part {
            word.push(character.to_ascii_lowercase());
        } else if is_part {
            word.extend(character.to_lowercase());
        }
        after_small = character.is_lowercase();
    }
    end_word(&mut word, &mut take);
}

fn end_word(word: &mut String, take: &mut impl FnMut(&str)) {
    if word.len() > 1 && !is_filler(word) {
        let is_plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        take(if is_plural { &word[..word.len() - 1] } else { word });
    }
    word.clear();
}

/// Words that every page has.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "the" | "an" | "of" | "to" | "in" | "is" | "it" | "and" | "or" | "for" | "was" | "on" | "by" | "that" | "what"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_plain_words() {
        check("roleAssignments/write", &["role", "assignment", "write"]);
        check("Mail.ReadWrite", &["mail", "read", "write"]);
        check("The access of an application", &["access", "application"]);
        check("SCIM and MFA", &["scim", "mfa"]);
        check("", &[]);
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(query(text), expected);
    }
}
