//! Reads what the documents of Sigma have in common, and gathers everything that is wrong with one.

use serde_json::Value;

use crate::error::{Place, RuleError, RuleErrorKind};
use crate::rule::{About, Level, LogSource, Related, Relation};
use crate::yaml::{self, Entry, Kind, Node};

/// Reads one document; errors are gathered, not thrown.
pub(crate) struct Reader<'f> {
    pub(crate) file: &'f str,
    pub(crate) errors: Vec<RuleError>,
}

impl<'f> Reader<'f> {
    pub(crate) fn new(file: &'f str) -> Self {
        Reader { file, errors: Vec::new() }
    }

    /// What the author says about the document. `None` if it has no title.
    pub(crate) fn about(&mut self, document: &Node) -> Option<About> {
        let before = self.errors.len();
        let title = self.text(document, "title");
        if title.is_none() && self.errors.len() == before {
            self.missing(document, "title");
        }
        let about = About {
            id: self.text(document, "id"),
            name: self.text(document, "name"),
            title: String::new(),
            description: self.text(document, "description"),
            status: self.text(document, "status"),
            author: self.author(document),
            date: self.text(document, "date"),
            modified: self.text(document, "modified"),
            references: self.texts(document, "references"),
            tags: self.texts(document, "tags"),
            falsepositives: self.texts(document, "falsepositives"),
            related: self.related(document),
            taxonomy: self.text(document, "taxonomy"),
            level: self.level(document),
            custom: document.get("x_entward").map_or(Value::Null, |entry| entry.value.to_json()),
            place: document.place(self.file),
        };
        title.map(|title| About { title, ..about })
    }

    fn level(&mut self, document: &Node) -> Option<Level> {
        let word = self.text(document, "level")?;
        let level = Level::parse(&word);
        if let (None, Some(entry)) = (level, document.get("level")) {
            self.push(&entry.value, RuleErrorKind::UnknownLevel(word));
        }
        level
    }

    /// Some write several authors as a list.
    fn author(&mut self, document: &Node) -> Option<String> {
        let authors = self.texts(document, "author");
        (!authors.is_empty()).then(|| authors.join(", "))
    }

    fn related(&mut self, document: &Node) -> Vec<Related> {
        let Some(entry) = document.get("related") else { return Vec::new() };
        let nodes = match &entry.value.kind {
            Kind::List(nodes) => nodes.as_slice(),
            Kind::Null => return Vec::new(),
            _ => {
                self.wrong_type(&entry.value, "related", "a list of maps with `id:` and `type:`");
                return Vec::new();
            }
        };
        nodes.iter().filter_map(|node| self.related_one(node)).collect()
    }

    fn related_one(&mut self, node: &Node) -> Option<Related> {
        if !matches!(node.kind, Kind::Map(_)) {
            self.wrong_type(node, "related", "a list of maps with `id:` and `type:`");
            return None;
        }
        let id = self.required(node, "id")?;
        let word = self.required(node, "type")?;
        let relation = Relation::parse(&word);
        if let (None, Some(entry)) = (relation, node.get("type")) {
            self.unknown(&entry.value, "relation", &word, Relation::WORDS);
        }
        Some(Related { id, relation: relation? })
    }

    pub(crate) fn logsource(&mut self, document: &Node) -> Option<LogSource> {
        let Some(entry) = document.get("logsource") else {
            self.missing(document, "logsource");
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

    /// A single value, and an error if there is none.
    pub(crate) fn required(&mut self, map: &Node, key: &'static str) -> Option<String> {
        let before = self.errors.len();
        let text = self.text(map, key);
        if text.is_none() && self.errors.len() == before {
            self.missing(map, key);
        }
        text
    }

    pub(crate) fn text(&mut self, map: &Node, key: &str) -> Option<String> {
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

    pub(crate) fn texts(&mut self, map: &Node, key: &str) -> Vec<String> {
        let Some(entry) = map.get(key) else { return Vec::new() };
        let mut texts = Vec::new();
        for node in members(&entry.value) {
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

    /// Single values with their places, from a list or one value alone.
    pub(crate) fn placed_texts(&mut self, entry: &Entry) -> Vec<(String, Place)> {
        let mut texts = Vec::new();
        for node in members(&entry.value) {
            match &node.kind {
                Kind::Scalar { text, .. } => texts.push((text.trim().to_owned(), node.place(self.file))),
                Kind::Null => {}
                Kind::List(_) | Kind::Map(_) => self.wrong_type(node, &entry.key, "a list of single values"),
            }
        }
        texts
    }

    pub(crate) fn push(&mut self, node: &Node, kind: RuleErrorKind) {
        self.errors.push(RuleError { place: node.place(self.file), kind });
    }

    pub(crate) fn at(&mut self, entry: &Entry, kind: RuleErrorKind) {
        let place = yaml::place(self.file, entry.line, entry.column);
        self.errors.push(RuleError { place, kind });
    }

    pub(crate) fn missing(&mut self, node: &Node, key: &'static str) {
        self.push(node, RuleErrorKind::Missing(key));
    }

    pub(crate) fn wrong_type(&mut self, node: &Node, key: &str, expected: &'static str) {
        let kind = RuleErrorKind::WrongType { key: key.to_owned(), expected, found: node.describe() };
        self.push(node, kind);
    }

    pub(crate) fn unknown(&mut self, node: &Node, what: &'static str, word: &str, known: &'static [&'static str]) {
        self.push(node, RuleErrorKind::UnknownWord { what, word: word.to_owned(), known });
    }

    pub(crate) fn unfit(&mut self, node: &Node, key: &str, why: impl Into<String>, cure: impl Into<String>) {
        self.push(node, RuleErrorKind::Unfit { key: key.to_owned(), why: why.into(), cure: cure.into() });
    }
}

/// The members of a list, or the one value that stands for it.
fn members(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::List(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}
