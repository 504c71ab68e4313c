//! A rule as its author wrote it: who, what, how bad, and what it looks for.

use serde_json::Value;

use crate::detection::{self, Detection};
use crate::error::{Place, RuleError, RuleErrorKind};
use crate::yaml::{self, Entry, Kind, Node};

/// A Sigma rule over single events.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule's id, a UUID as a rule (it is not checked).
    pub id: Option<String>,
    /// The title; never empty.
    pub title: String,
    /// What the rule shows, in the author's words.
    pub description: Option<String>,
    /// How far the rule is tried out (`experimental`, `test`, `stable`, …).
    pub status: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written, as it stands in the file.
    pub date: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Tags such as `attack.t1098.001`.
    pub tags: Vec<String>,
    /// What else would look like this.
    pub falsepositives: Vec<String>,
    /// How bad a match is; Sigma leaves it open when the author does not say.
    pub level: Option<Level>,
    /// Which logs the rule is about.
    pub logsource: LogSource,
    /// The custom attributes under `x_entward`, as they are; null if there are none.
    pub custom: Value,
    /// Where the rule begins.
    pub place: Place,
    pub(crate) detection: Detection,
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

    fn parse(word: &str) -> Option<Level> {
        let levels = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];
        levels.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word))
    }
}

/// Reads one YAML file, which may hold several rules (one per document).
///
/// `file` only names the places. Returns the good rules and the errors together:
/// one bad rule does not take the others with it. Keys that Sigma does not know are
/// passed over; correlations and filters are reported as not yet supported.
pub fn parse(file: &str, text: &str) -> (Vec<Rule>, Vec<RuleError>) {
    let (documents, mut errors) = yaml::documents(file, text);
    let mut rules = Vec::new();
    for document in documents.iter().filter(|document| !matches!(document.kind, Kind::Null)) {
        match (Reader { file, errors: Vec::new() }).rule(document) {
            Ok(rule) => rules.push(rule),
            Err(mut found) => errors.append(&mut found),
        }
    }
    errors.sort_by(|left, right| left.place.cmp(&right.place));
    (rules, errors)
}

/// Reads a document and gathers everything that is wrong with it.
struct Reader<'f> {
    file: &'f str,
    errors: Vec<RuleError>,
}

impl Reader<'_> {
    fn rule(mut self, document: &Node) -> Result<Rule, Vec<RuleError>> {
        if !matches!(document.kind, Kind::Map(_)) {
            self.wrong_type(document, "rule", "a map (`title:`, `logsource:`, `detection:`, …)");
            return Err(self.errors);
        }
        let unsupported =
            [("correlation", "correlation rules"), ("filter", "filters"), ("action", "rule collections (`action:`)")];
        for (key, what) in unsupported {
            if let Some(entry) = document.get(key) {
                self.at(entry, RuleErrorKind::NotYetSupported(what));
                return Err(self.errors);
            }
        }
        let title = self.text(document, "title");
        if title.is_none() && self.errors.is_empty() {
            self.errors.push(RuleError { place: document.place(self.file), kind: RuleErrorKind::Missing("title") });
        }
        let level = self.level(document);
        let logsource = self.logsource(document);
        let detection = self.detection(document);
        let id = self.text(document, "id");
        let description = self.text(document, "description");
        let status = self.text(document, "status");
        let author = self.author(document);
        let date = self.text(document, "date");
        let references = self.texts(document, "references");
        let tags = self.texts(document, "tags");
        let falsepositives = self.texts(document, "falsepositives");
        let custom = document.get("x_entward").map_or(Value::Null, |entry| entry.value.to_json());
        match (title, logsource, detection) {
            (Some(title), Some(logsource), Some(detection)) if self.errors.is_empty() => Ok(Rule {
                id,
                title,
                description,
                status,
                author,
                date,
                references,
                tags,
                falsepositives,
                level,
                logsource,
                custom,
                place: document.place(self.file),
                detection,
            }),
            _ => Err(self.errors),
        }
    }

    fn level(&mut self, document: &Node) -> Option<Level> {
        let word = self.text(document, "level")?;
        let level = Level::parse(&word);
        if level.is_none()
            && let Some(entry) = document.get("level")
        {
            self.errors
                .push(RuleError { place: entry.value.place(self.file), kind: RuleErrorKind::UnknownLevel(word) });
        }
        level
    }

    fn logsource(&mut self, document: &Node) -> Option<LogSource> {
        let Some(entry) = document.get("logsource") else {
            self.errors.push(RuleError { place: document.place(self.file), kind: RuleErrorKind::Missing("logsource") });
            return None;
        };
        if !matches!(entry.value.kind, Kind::Map(_)) {
            self.wrong_type(&entry.value, "logsource", "a map with `product:`, `category:` or `service:`");
            return None;
        }
        let source = LogSource {
            product: self.text(&entry.value, "product"),
            category: self.text(&entry.value, "category"),
            service: self.text(&entry.value, "service"),
        };
        if source == LogSource::default() {
            self.at(entry, RuleErrorKind::Empty("logsource".to_owned()));
        }
        Some(source)
    }

    fn detection(&mut self, document: &Node) -> Option<Detection> {
        let Some(entry) = document.get("detection") else {
            self.errors.push(RuleError { place: document.place(self.file), kind: RuleErrorKind::Missing("detection") });
            return None;
        };
        match detection::parse(self.file, entry) {
            Ok(detection) => Some(detection),
            Err(mut found) => {
                self.errors.append(&mut found);
                None
            }
        }
    }

    /// Some write several authors as a list.
    fn author(&mut self, document: &Node) -> Option<String> {
        let authors = self.texts(document, "author");
        (!authors.is_empty()).then(|| authors.join(", "))
    }

    fn text(&mut self, map: &Node, key: &str) -> Option<String> {
        let entry = map.get(key)?;
        match &entry.value.kind {
            Kind::Scalar { text, .. } => Some(text.trim_end().to_owned()).filter(|text| !text.is_empty()),
            Kind::Null => None,
            Kind::List(_) | Kind::Map(_) => {
                self.wrong_type(&entry.value, key, "a single value");
                None
            }
        }
    }

    fn texts(&mut self, map: &Node, key: &str) -> Vec<String> {
        let Some(entry) = map.get(key) else { return Vec::new() };
        let nodes = match &entry.value.kind {
            Kind::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(&entry.value),
        };
        let mut texts = Vec::new();
        for node in nodes {
            match &node.kind {
                Kind::Scalar { text, .. } => texts.push(text.trim_end().to_owned()),
                Kind::Null => {}
                // `- Reason: more` is meant as text, though YAML makes a map of it.
                Kind::Map(entries) => texts.extend(entries.iter().map(|entry| match &entry.value.kind {
                    Kind::Scalar { text, .. } => format!("{}: {text}", entry.key),
                    _ => entry.key.clone(),
                })),
                Kind::List(_) => self.wrong_type(node, key, "a list of single values"),
            }
        }
        texts
    }

    fn at(&mut self, entry: &Entry, kind: RuleErrorKind) {
        let place = yaml::place(self.file, entry.line, entry.column);
        self.errors.push(RuleError { place, kind });
    }

    fn wrong_type(&mut self, node: &Node, key: &str, expected: &'static str) {
        let kind = RuleErrorKind::WrongType { key: key.to_owned(), expected, found: node.describe() };
        self.errors.push(RuleError { place: node.place(self.file), kind });
    }
}
