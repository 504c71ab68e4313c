//! Rules made ready: fields and leaves numbered, equal leaves shared, the index built.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::condition::Condition;

use crate::detection::{Body, Detection, Item};
use crate::error::{RuleError, RuleErrorKind};
use crate::fold::Folding;
use crate::index::demand::{self, Demand};
use crate::index::{self, Index};
use crate::leaf::Leaf;
use crate::rule::{LogSource, Rule};
use crate::value::FieldId;
use crate::vocabulary::Vocabulary;

/// Rules that can be asked about records, all at once.
pub struct RuleSet {
    pub(crate) rules: Vec<Rule>,
    foreign: Vec<Rule>,
    pub(crate) programs: Vec<Program>,
    pub(crate) leaves: Vec<Leaf>,
    field_names: Vec<String>,
    pub(crate) index: Index,
    /// Tells rule sets apart, for what a scratch remembers of one.
    pub(crate) identity: Arc<()>,
}

/// A rule's condition over leaves, and the streams it is about.
pub(crate) struct Program {
    pub(crate) streams: u64,
    pub(crate) root: Node,
    /// What the correlator asks of the records that the rule matches.
    reads: Vec<FieldId>,
}

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Leaf(u32),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    AtLeast(usize, Vec<Node>),
    /// A selection of the rule, by its number.
    /// Conditions may name a selection often, so it is shared.
    Named(usize, Arc<Node>),
}

impl RuleSet {
    /// Makes rules ready for an embedder's records.
    ///
    /// Rules whose log source selects no stream are kept apart
    /// ([`foreign`](RuleSet::foreign)) and never evaluated. Returns the set of all rules
    /// that could be compiled, and what was wrong with the others.
    pub fn compile(rules: Vec<Rule>, vocabulary: &dyn Vocabulary) -> (RuleSet, Vec<RuleError>) {
        let mut compiler = Compiler::new(vocabulary);
        let mut kept = Vec::new();
        let mut foreign = Vec::new();
        let mut programs = Vec::new();
        let mut errors = Vec::new();
        for rule in rules {
            let streams = vocabulary.streams(&rule.logsource);
            if streams == 0 {
                foreign.push(rule);
                continue;
            }
            let reads: Option<Vec<FieldId>> =
                rule.reads.iter().map(|field| compiler.field(field, &rule.logsource)).collect();
            match compiler.program(&rule.detection, &rule.logsource).zip(reads) {
                Some((root, reads)) => {
                    programs.push(Program { streams, root, reads });
                    kept.push(rule);
                }
                None => errors.push(RuleError { place: rule.about.place, kind: RuleErrorKind::TooMany("fields") }),
            }
        }
        let index = index::build(&programs, &compiler, vocabulary);
        let Compiler { leaves, field_names, .. } = compiler;
        let identity = Arc::new(());
        (RuleSet { rules: kept, foreign, programs, leaves, field_names, index, identity }, errors)
    }

    /// The rules that can match, in the order in which they came.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules about logs that are not ours; they are never evaluated.
    pub fn foreign(&self) -> &[Rule] {
        &self.foreign
    }

    /// The names of the fields that rules read, by [`FieldId`].
    pub fn field_names(&self) -> &[String] {
        &self.field_names
    }

    /// The id of a field by its name, if any rule reads it.
    pub fn field_id(&self, name: &str) -> Option<FieldId> {
        let index = self.field_names.iter().position(|known| known == name)?;
        u16::try_from(index).ok().map(FieldId)
    }

    /// The streams that a rule is about, as bits; 0 for a number that is no rule.
    pub fn streams_of(&self, rule: u32) -> u64 {
        self.programs.get(rule as usize).map_or(0, |program| program.streams)
    }

    /// The fields whose values a [`Correlator`](crate::Correlator) is fed with when a record meets
    /// the rule, in its order. Empty also for a rule that is correlated without grouping:
    /// [`Correlator::wants`](crate::Correlator::wants) tells.
    pub fn correlated_fields(&self, rule: u32) -> &[FieldId] {
        self.programs.get(rule as usize).map_or(&[], |program| program.reads.as_slice())
    }

    /// The fields that decide which rules are candidates for a record of `stream`, and
    /// those of the rules that are candidates always. Ascending.
    ///
    /// A record without any of their values can still meet a keyword rule: see
    /// [`reads_strings`](RuleSet::reads_strings).
    pub fn deciding_fields(&self, stream: u64) -> &[FieldId] {
        self.index.stream(stream).map_or(&[], |stream| stream.deciding_fields.as_slice())
    }

    /// Whether records of `stream` are searched for keywords, through
    /// [`Record::raw`](crate::Record::raw) and [`Record::strings`](crate::Record::strings).
    pub fn reads_strings(&self, stream: u64) -> bool {
        let keyword = |node: &Node| any_leaf(node, &mut |leaf| self.leaves[leaf as usize].field.is_none());
        self.programs.iter().any(|program| program.streams & stream != 0 && keyword(&program.root))
    }

    /// All fields that the rules about `stream` and their correlations read. Ascending.
    pub fn fields_of(&self, stream: u64) -> Vec<FieldId> {
        let mut fields = Vec::new();
        for program in self.programs.iter().filter(|program| program.streams & stream != 0) {
            fields_of_node(&program.root, &self.leaves, &mut fields);
            fields.extend(&program.reads);
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// Whether some leaf below `node` is as `wanted`.
fn any_leaf(node: &Node, wanted: &mut dyn FnMut(u32) -> bool) -> bool {
    match node {
        Node::Leaf(leaf) => wanted(*leaf),
        Node::Not(inner) => any_leaf(inner, wanted),
        Node::Named(_, inner) => any_leaf(inner, wanted),
        Node::All(parts) | Node::Any(parts) | Node::AtLeast(_, parts) => {
            parts.iter().any(|part| any_leaf(part, wanted))
        }
    }
}

/// Adds the fields that are read below `node`.
pub(crate) fn fields_of_node(node: &Node, leaves: &[Leaf], fields: &mut Vec<FieldId>) {
    any_leaf(node, &mut |leaf| {
        fields.extend(leaves[leaf as usize].fields());
        false
    });
}

/// Numbers fields and leaves over all rules.
pub(crate) struct Compiler<'v> {
    vocabulary: &'v dyn Vocabulary,
    pub(crate) leaves: Vec<Leaf>,
    /// What each leaf demands.
    pub(crate) demands: Vec<Vec<Demand>>,
    leaf_numbers: FxHashMap<String, u32>,
    pub(crate) field_names: Vec<String>,
    pub(crate) foldings: Vec<Option<Folding>>,
    field_ids: FxHashMap<String, FieldId>,
}

impl<'v> Compiler<'v> {
    fn new(vocabulary: &'v dyn Vocabulary) -> Self {
        Compiler {
            vocabulary,
            leaves: Vec::new(),
            demands: Vec::new(),
            leaf_numbers: FxHashMap::default(),
            field_names: Vec::new(),
            foldings: Vec::new(),
            field_ids: FxHashMap::default(),
        }
    }

    /// `None` when there are more fields than can be numbered.
    fn program(&mut self, detection: &Detection, source: &LogSource) -> Option<Node> {
        let bodies: Option<Vec<Arc<Node>>> =
            detection.selections.iter().map(|selection| self.body(&selection.body, source).map(Arc::new)).collect();
        let bodies = bodies?;
        let mut conditions: Vec<Node> =
            detection.conditions.iter().map(|condition| condition_node(condition, &bodies)).collect();
        Some(if conditions.len() == 1 { conditions.swap_remove(0) } else { Node::Any(conditions) })
    }

    fn body(&mut self, body: &Body, source: &LogSource) -> Option<Node> {
        let mut all = |parts: &[Body]| parts.iter().map(|part| self.body(part, source)).collect::<Option<Vec<Node>>>();
        match body {
            Body::All(parts) => all(parts).map(Node::All),
            Body::Any(parts) => all(parts).map(Node::Any),
            Body::Item(item) => self.leaf(item, source).map(Node::Leaf),
        }
    }

    fn leaf(&mut self, item: &Item, source: &LogSource) -> Option<u32> {
        let field = match &item.field {
            Some(name) => Some(self.field(name, source)?),
            None => None,
        };
        let folding = field.and_then(|field| self.foldings[field.index()]);
        let modifiers = item.written.split_once('|').map_or("", |(_, modifiers)| modifiers);
        // A field named by `fieldref` may resolve differently under another log source.
        let identity = format!("{field:?}|{modifiers}|{:?}|{source:?}", item.groups);
        let identity =
            if modifiers.contains("fieldref") { identity } else { format!("{field:?}|{modifiers}|{:?}", item.groups) };
        if let Some(number) = self.leaf_numbers.get(&identity) {
            return Some(*number);
        }
        let mut resolve = |name: &str| {
            let id = self.field(name, source)?;
            Some((id, self.foldings[id.index()]))
        };
        let leaf = Leaf::new(item, field, folding, &mut resolve)?;
        let number = u32::try_from(self.leaves.len()).ok()?;
        self.leaves.push(leaf);
        self.demands.push(demand::of_item(item, number, field, folding));
        self.leaf_numbers.insert(identity, number);
        Some(number)
    }

    fn field(&mut self, name: &str, source: &LogSource) -> Option<FieldId> {
        let canonical = self.vocabulary.canonical(name, source);
        if let Some(id) = self.field_ids.get(canonical.as_ref()) {
            return Some(*id);
        }
        let id = FieldId(u16::try_from(self.field_names.len()).ok()?);
        self.foldings.push(self.vocabulary.folding(&canonical));
        self.field_names.push(canonical.clone().into_owned());
        self.field_ids.insert(canonical.into_owned(), id);
        Some(id)
    }
}

fn condition_node(condition: &Condition, bodies: &[Arc<Node>]) -> Node {
    let all = |parts: &[Condition]| parts.iter().map(|part| condition_node(part, bodies)).collect();
    match condition {
        Condition::Selection(number) => Node::Named(*number, Arc::clone(&bodies[*number])),
        Condition::Not(inner) => Node::Not(Box::new(condition_node(inner, bodies))),
        Condition::All(parts) => Node::All(all(parts)),
        Condition::Any(parts) => Node::Any(all(parts)),
        Condition::AtLeast(needed, parts) => Node::AtLeast(*needed, all(parts)),
    }
}
