//! YAML text into nodes that remember where they stood and how they were written.
//!
//! Rules need more than a YAML data model gives: `ResultType: 0050` is the text
//! `0050` and not the number 40, and an error needs its line and column. So this
//! room builds its own small tree from the parser's events. Scalars keep their
//! source text; only [`Node::to_json`] types them.

use granit_parser::{Event, Options, Parser, ScalarStyle, Span};
use rustc_hash::FxHashMap;

use crate::error::{Place, RuleError, RuleErrorKind};

/// A YAML node with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// A scalar as its text; `plain` if it stood without quotes.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file, without duplicate keys.
    Map(Vec<Entry>),
}

/// One key of a map, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) value: Node,
    /// It came through `<<`, and the map's own key of that name wins.
    pub(crate) merged: bool,
}

/// No honest rule file comes near; an alias bomb does.
const MAXIMUM_NODES: usize = 500_000;

/// The documents of a file, up to the first syntax error, and the errors.
///
/// A duplicate key costs its own document only.
pub(crate) fn documents(file: &str, text: &str) -> (Vec<Node>, Vec<RuleError>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut options = Options::default();
    options.emit_comments = false;
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if let Err(error) = builder.take(event, span) {
                    builder.errors.push(error);
                    break;
                }
            }
            Err(error) => {
                let mark = error.marker();
                let place = place(file, number(mark.line()), number(mark.col()) + 1);
                builder.errors.push(RuleError { place, kind: RuleErrorKind::Yaml(error.info()) });
                break;
            }
        }
    }
    (builder.documents, builder.errors)
}

impl Node {
    pub(crate) fn place(&self, file: &str) -> Place {
        place(file, self.line, self.column)
    }

    /// The kind of the node, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "empty",
            Kind::Scalar { .. } => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The entry of a map by its key.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The node as JSON, plain scalars typed by YAML's core schema.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Scalar { text, plain: false } => Value::String(text.clone()),
            Kind::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Value::Bool(true),
                "false" | "False" | "FALSE" => Value::Bool(false),
                _ => match serde_json::from_str(text) {
                    Ok(Value::Number(number)) => Value::Number(number),
                    _ => Value::String(text.clone()),
                },
            },
            Kind::List(nodes) => Value::Array(nodes.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }
}

pub(crate) fn place(file: &str, line: u32, column: u32) -> Place {
    Place { file: file.to_owned(), line, column }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Puts the parser's events together.
struct Builder<'f> {
    file: &'f str,
    documents: Vec<Node>,
    errors: Vec<RuleError>,
    /// The collections that are still open, outermost first.
    open: Vec<Open>,
    /// Anchored nodes with the number of nodes below them.
    anchors: FxHashMap<usize, (Node, usize)>,
    nodes: usize,
    /// A document with a duplicate key is read to its end and dropped.
    broken: bool,
}

struct Open {
    node: Node,
    anchor: usize,
    nodes_before: usize,
    /// The key of the map entry whose value comes next.
    key: Option<(String, u32, u32)>,
    /// Where each key of the map stands in its entries.
    keys: FxHashMap<String, usize>,
}

impl<'f> Builder<'f> {
    fn new(file: &'f str) -> Self {
        Builder {
            file,
            documents: Vec::new(),
            errors: Vec::new(),
            open: Vec::new(),
            anchors: FxHashMap::default(),
            nodes: 0,
            broken: false,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), RuleError> {
        let line = number(span.start.line());
        let column = number(span.start.col()) + 1;
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.broken = false;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.suffix() == "str");
                let plain = style == ScalarStyle::Plain && !is_text;
                let is_null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let kind = if is_null { Kind::Null } else { Kind::Scalar { text: text.into_owned(), plain } };
                let nodes_before = self.nodes;
                self.place_node(Node { line, column, kind }, anchor, nodes_before)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(Kind::List(Vec::new()), anchor, line, column),
            Event::MappingStart(_, anchor, _) => self.begin(Kind::Map(Vec::new()), anchor, line, column),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.place_node(open.node, open.anchor, open.nodes_before)?;
                }
            }
            Event::Alias(anchor) => {
                let Some((node, nodes)) = self.anchors.get(&anchor) else {
                    let place = place(self.file, line, column);
                    return Err(RuleError {
                        place,
                        kind: RuleErrorKind::Yaml("an alias inside its own anchor".into()),
                    });
                };
                let nodes_before = self.nodes;
                self.nodes += nodes;
                self.check_size(line, column)?;
                let mut node = node.clone();
                node.line = line;
                node.column = column;
                self.place_node(node, 0, nodes_before)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn check_size(&self, line: u32, column: u32) -> Result<(), RuleError> {
        if self.nodes <= MAXIMUM_NODES {
            return Ok(());
        }
        Err(RuleError { place: place(self.file, line, column), kind: RuleErrorKind::TooLarge(MAXIMUM_NODES) })
    }

    fn begin(&mut self, kind: Kind, anchor: usize, line: u32, column: u32) {
        let nodes_before = self.nodes;
        self.open.push(Open {
            node: Node { line, column, kind },
            anchor,
            nodes_before,
            key: None,
            keys: FxHashMap::default(),
        });
    }

    /// Puts a finished node where it belongs.
    fn place_node(&mut self, node: Node, anchor: usize, nodes_before: usize) -> Result<(), RuleError> {
        self.nodes += 1;
        self.check_size(node.line, node.column)?;
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - nodes_before));
        }
        let Some(open) = self.open.last_mut() else {
            if !self.broken {
                self.documents.push(node);
            }
            return Ok(());
        };
        match &mut open.node.kind {
            Kind::List(nodes) => nodes.push(node),
            Kind::Map(entries) => match open.key.take() {
                None => {
                    let key = match node.kind {
                        Kind::Scalar { text, .. } => text,
                        Kind::Null => "null".to_owned(),
                        Kind::List(_) | Kind::Map(_) => {
                            let what = "a key has to be a single value".to_owned();
                            let place = place(self.file, node.line, node.column);
                            return Err(RuleError { place, kind: RuleErrorKind::Yaml(what) });
                        }
                    };
                    open.key = Some((key, node.line, node.column));
                }
                Some((key, line, _)) if key == "<<" => merge(entries, &mut open.keys, node, line),
                Some((key, line, column)) => match open.keys.get(&key) {
                    Some(&index) if entries[index].merged => {
                        entries[index] = Entry { key, line, column, value: node, merged: false };
                    }
                    Some(&index) => {
                        let kind = RuleErrorKind::DuplicateKey { key, first_line: entries[index].line };
                        self.errors.push(RuleError { place: place(self.file, line, column), kind });
                        self.broken = true;
                    }
                    None => {
                        open.keys.insert(key.clone(), entries.len());
                        entries.push(Entry { key, line, column, value: node, merged: false });
                    }
                },
            },
            Kind::Null | Kind::Scalar { .. } => {}
        }
        Ok(())
    }
}

/// Adds the entries of `<<: *anchor` that the map does not have itself.
fn merge(entries: &mut Vec<Entry>, keys: &mut FxHashMap<String, usize>, node: Node, line: u32) {
    let sources = match node.kind {
        Kind::List(nodes) => nodes,
        kind => vec![Node { line: node.line, column: node.column, kind }],
    };
    for source in sources {
        let Kind::Map(merged) = source.kind else { continue };
        for entry in merged {
            if !keys.contains_key(&entry.key) {
                keys.insert(entry.key.clone(), entries.len());
                entries.push(Entry { line, merged: true, ..entry });
            }
        }
    }
}
