//! A rule as its author wrote it: who, what, how bad, and what it looks for.

use serde_json::Value;

use crate::collection;
use crate::detection::{self, Detection};
use crate::document::Reader;
use crate::error::{Place, RuleError, RuleErrorKind};
use crate::first_seen::{self, FirstSeen};
use crate::placeholder::Placeholders;
use crate::yaml::{Kind, Node};

/// A Sigma rule over single events.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What its author says about it.
    pub about: About,
    /// Which logs the rule is about.
    pub logsource: LogSource,
    /// The rule only speaks when a value is new: the extension `x_entward.first_seen`.
    pub first_seen: Option<FirstSeen>,
    pub(crate) detection: Detection,
    /// Which rule of its collection it is.
    pub(crate) number: u32,
    /// What the correlator asks of the records that the rule matches.
    pub(crate) reads: Vec<String>,
}

impl Rule {
    /// Which rule of its [`Collection`](crate::Collection) it is: the number under which the
    /// [`Correlator`](crate::Correlator) knows it, whatever became of the order since. 0
    /// for a rule that comes from [`parse`].
    pub fn number(&self) -> u32 {
        self.number
    }
}

/// What an author says about a rule, a correlation or a filter.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The id, a UUID as a rule (it is not checked).
    pub id: Option<String>,
    /// The name by which others may call it.
    pub name: Option<String>,
    /// The title; never empty.
    pub title: String,
    /// What it shows, in the author's words.
    pub description: Option<String>,
    /// How far it is tried out (`experimental`, `test`, `stable`, …).
    pub status: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written, as it stands in the file.
    pub date: Option<String>,
    /// When it was last changed, as it stands in the file.
    pub modified: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Tags such as `attack.t1110`.
    pub tags: Vec<String>,
    /// What else would look like this.
    pub falsepositives: Vec<String>,
    /// Other rules that it comes from, replaces or resembles; they need not be loaded.
    pub related: Vec<Related>,
    /// The language of its field names and log sources; Sigma's own when it is not said.
    pub taxonomy: Option<String>,
    /// How bad a match is.
    pub level: Option<Level>,
    /// The custom attributes under `x_entward`, as they are; null if there are none.
    pub custom: Value,
    /// Where the document begins.
    pub place: Place,
}

impl About {
    /// The shortest way to call it: its name, else its id, else its title.
    pub fn call(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or(&self.title)
    }
}

/// Another rule, and what it is to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The other rule's id.
    pub id: String,
    /// What it is to this one.
    pub relation: Relation,
}

/// What one rule is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// This one was made from the other.
    Derived,
    /// This one replaces the other.
    Obsolete,
    /// The other went into this one.
    Merged,
    /// The other was this one's id before.
    Renamed,
    /// Both find about the same.
    Similar,
}

impl Relation {
    pub(crate) const WORDS: &[&str] = &["derived", "obsolete", "merged", "renamed", "similar"];

    /// `obsoletes` and `merge` are how Sigma 1 wrote two of them.
    pub(crate) fn parse(word: &str) -> Option<Relation> {
        match word.to_ascii_lowercase().as_str() {
            "derived" => Some(Relation::Derived),
            "obsolete" | "obsoletes" => Some(Relation::Obsolete),
            "merged" | "merge" => Some(Relation::Merged),
            "renamed" => Some(Relation::Renamed),
            "similar" => Some(Relation::Similar),
            _ => None,
        }
    }
}

/// Which logs a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogSource {
    /// The product, for example `azure`.
    pub product: Option<String>,
    /// The kind of event over products, for example `process_creation`.
    pub category: Option<String>,
    /// The log of the product, for example `auditlogs`.
    pub service: Option<String>,
}

/// How bad a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Informational,
    /// Unlikely to matter alone.
    Low,
    /// To be looked at.
    Medium,
    /// To be looked at soon.
    High,
    /// To be looked at now.
    Critical,
}

impl LogSource {
    /// Whether everything that is said here is said there too.
    pub(crate) fn covers(&self, other: &LogSource) -> bool {
        let fits = |wanted: &Option<String>, found: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| found.as_ref().is_some_and(|found| wanted.eq_ignore_ascii_case(found)))
        };
        fits(&self.product, &other.product)
            && fits(&self.category, &other.category)
            && fits(&self.service, &other.service)
    }
}

impl std::fmt::Display for LogSource {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.product, &self.category, &self.service];
        let words: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        out.write_str(&words.join("/"))
    }
}

impl Level {
    /// The word that rules use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Level> {
        let levels = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];
        levels.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word))
    }
}

/// Reads the single-event rules of one YAML file, which may hold several (one per document).
///
/// `file` only names the places. Returns the good rules and the errors together:
/// one bad rule does not take the others with it. Keys that Sigma does not know are
/// passed over. Correlations, filters and placeholders need what is not in the file:
/// here they are errors, and a [`Loader`](crate::Loader) reads them.
pub fn parse(file: &str, text: &str) -> (Vec<Rule>, Vec<RuleError>) {
    let (documents, mut errors) = collection::documents(file, text);
    let mut rules = Vec::new();
    for document in &documents {
        let alone = [("correlation", "correlation rules"), ("filter", "filters")];
        if let Some((entry, what)) = alone.iter().find_map(|(key, what)| Some((document.get(key)?, what))) {
            let mut reader = Reader::new(file);
            reader.at(entry, RuleErrorKind::NotYetSupported(what));
            errors.append(&mut reader.errors);
            continue;
        }
        match read(file, document, &Placeholders::default()) {
            Ok(rule) => rules.push(rule),
            Err(mut found) => errors.append(&mut found),
        }
    }
    errors.sort_by(|left, right| left.place.cmp(&right.place));
    (rules, errors)
}

/// Reads a rule over single events.
pub(crate) fn read(file: &str, document: &Node, placeholders: &Placeholders) -> Result<Rule, Vec<RuleError>> {
    let mut reader = Reader::new(file);
    if !matches!(document.kind, Kind::Map(_)) {
        reader.wrong_type(document, "rule", "a map (`title:`, `logsource:`, `detection:`, …)");
        return Err(reader.errors);
    }
    let about = reader.about(document);
    let logsource = reader.logsource(document);
    let first_seen = first_seen::read(&mut reader, document);
    let detection = match document.get("detection") {
        None => {
            reader.missing(document, "detection");
            None
        }
        Some(entry) => match detection::parse(file, entry, placeholders) {
            Ok(detection) => Some(detection),
            Err(mut found) => {
                reader.errors.append(&mut found);
                None
            }
        },
    };
    match (about, logsource, detection) {
        (Some(about), Some(logsource), Some(detection)) if reader.errors.is_empty() => {
            Ok(Rule { about, logsource, first_seen, detection, number: 0, reads: Vec::new() })
        }
        _ => Err(reader.errors),
    }
}
