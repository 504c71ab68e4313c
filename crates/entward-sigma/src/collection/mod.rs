//! Many documents, and what they say of each other.
//!
//! A correlation names the rules that it correlates, a filter those that it narrows; they may
//! stand in any file and in any order. So everything is read first ([`Loader::add`]) and put
//! together at the end ([`Loader::finish`]).

mod action;
mod filter;
mod resolve;

pub(crate) use action::documents;
pub use filter::Filter;

use crate::correlation::{Correlation, read as correlation};
use crate::document::Reader;
use crate::error::{RuleError, RuleErrorKind};
use crate::placeholder::Placeholders;
use crate::rule::{self, About, Rule};
use crate::yaml::{Kind, Node};
use filter::FilterDraft;

/// Rules, correlations and filters that fit together.
///
/// Filters have been applied: the rules hold their conditions already.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// The single-event rules, in the order in which they were added.
    pub rules: Vec<Rule>,
    /// The correlations, likewise. What they refer to is a place in these two lists.
    pub correlations: Vec<Correlation>,
    /// The filters, and the rules they were applied to.
    pub filters: Vec<Filter>,
}

impl Collection {
    /// Whether a rule speaks for itself: nothing correlates it, or only what has `generate`.
    pub fn is_standalone(&self, rule: usize) -> bool {
        resolve::is_standalone(&self.correlations, crate::Member::Rule(rule))
    }
}

/// Reads documents of all kinds, file by file.
///
/// ```
/// let mut loader = entward_sigma::Loader::new([("admins", ["ada@contoso.example"])].into_iter().collect());
/// loader.add("failed.yml", "
/// title: Failed sign-in
/// name: failed_sign_in
/// logsource: {product: azure, service: signinlogs}
/// detection:
///     selection: {ResultType: 50126}
///     condition: selection
/// ");
/// loader.add("guessing.yml", "
/// title: Password guessing
/// correlation:
///     type: event_count
///     rules: [failed_sign_in]
///     group-by: [IPAddress]
///     timespan: 10m
///     condition: {gte: 20}
/// ");
/// let (collection, errors) = loader.finish();
/// assert!(errors.is_empty());
/// assert_eq!((collection.rules.len(), collection.correlations.len()), (1, 1));
/// ```
#[derive(Default)]
pub struct Loader {
    placeholders: Placeholders,
    taxonomies: Vec<String>,
    rules: Vec<Rule>,
    correlations: Vec<correlation::Draft>,
    filters: Vec<FilterDraft>,
    errors: Vec<RuleError>,
}

impl Loader {
    /// A loader that has read nothing yet. `placeholders` are for the values with `|expand`.
    pub fn new(placeholders: Placeholders) -> Loader {
        Loader { placeholders, ..Loader::default() }
    }

    /// Names a taxonomy that the embedder understands beside Sigma's own. Rules in any other are
    /// refused, for their fields would never be found.
    pub fn understand(&mut self, taxonomy: &str) {
        self.taxonomies.push(taxonomy.to_owned());
    }

    /// Reads one file with any number of documents. `file` only names the places.
    pub fn add(&mut self, file: &str, text: &str) {
        let (documents, mut errors) = documents(file, text);
        self.errors.append(&mut errors);
        for document in &documents {
            if let Err(mut errors) = self.document(file, document) {
                self.errors.append(&mut errors);
            }
        }
    }

    fn document(&mut self, file: &str, document: &Node) -> Result<(), Vec<RuleError>> {
        self.check_taxonomy(file, document)?;
        if let Some(entry) = document.get("correlation") {
            self.correlations.push(correlation::read(file, document, entry)?);
        } else if let Some(entry) = document.get("filter") {
            self.filters.push(filter::read(file, document, entry, &self.placeholders)?);
        } else {
            self.rules.push(rule::read(file, document, &self.placeholders)?);
        }
        Ok(())
    }

    fn check_taxonomy(&self, file: &str, document: &Node) -> Result<(), Vec<RuleError>> {
        let Some(entry) = document.get("taxonomy") else { return Ok(()) };
        let Kind::Scalar { text, .. } = &entry.value.kind else { return Ok(()) };
        if text == "sigma" || self.taxonomies.contains(text) {
            return Ok(());
        }
        let mut reader = Reader::new(file);
        let cure = "write the rule in Sigma's own field names, or translate it first";
        let why = format!("the taxonomy `{text}` is not understood");
        reader.push(&entry.value, RuleErrorKind::Unfit { key: entry.key.clone(), why, cure: cure.to_owned() });
        Err(reader.errors)
    }

    /// Takes out the filters that have been read so far and are not wanted, and says which: an exception that was
    /// granted for a time is none when it is over, and the loader has no clock.
    pub fn leave_out_filters(&mut self, is_unwanted: impl Fn(&About) -> bool) -> Vec<About> {
        let (out, kept) = std::mem::take(&mut self.filters).into_iter().partition(|filter| is_unwanted(&filter.about));
        self.filters = kept;
        let out: Vec<FilterDraft> = out;
        out.into_iter().map(|filter| filter.about).collect()
    }

    /// Puts everything together. Returns what fits, and everything that does not, by place:
    /// a reference that leads nowhere takes its correlation or filter with it, and
    /// what refers to that; of two documents with one id or name the first stands.
    pub fn finish(self) -> (Collection, Vec<RuleError>) {
        let Loader { rules, correlations, filters, mut errors, .. } = self;
        let collection = resolve::resolve(rules, correlations, filters, &mut errors);
        errors.sort_by(|left, right| left.place.cmp(&right.place));
        (collection, errors)
    }
}
