//! A rule's tree over the places of one table.

use entward_sigma::tree::{Sought, Tree, TreeLeaf};

use super::compare::{self, Manner};
use super::formula::Formula;
use super::place::{Hop, Kind, Spot, Value, spot};
use super::tables::Table;
use crate::detect::mapping::{Fold, Mapping, Written};
use crate::detect::place::{Side, Transform};
use crate::detect::vocabulary::folding_of;

/// The key of the rule that is meant, and why it cannot be said.
pub(super) type Trouble = (String, String);

/// Looking through arrays: what is found becomes a column of the row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) through: Through,
    /// The number of each column, and what some element has to meet.
    pub(super) found: Vec<(usize, String)>,
}

/// Which elements are looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Through {
    Arrays(Vec<Hop>),
    Change { targets: String, property: String, side: Side },
}

/// Turns trees into formulas and keeps what the query needs beside them.
pub(super) struct Converter<'m> {
    table: &'static Table,
    mapping: &'m Mapping,
    /// Names for which the table has nothing.
    pub(super) missing: Vec<String>,
    /// What is to be said about the query.
    pub(super) notes: Vec<String>,
    pub(super) blocks: Vec<Block>,
    found: usize,
    terse: bool,
}

impl<'m> Converter<'m> {
    pub(super) fn new(table: &'static Table, mapping: &'m Mapping, options: super::Options) -> Converter<'m> {
        Converter {
            table,
            mapping,
            missing: Vec::new(),
            notes: Vec::new(),
            blocks: Vec::new(),
            found: 0,
            terse: options.terse,
        }
    }

    pub(super) fn tree(&mut self, tree: &Tree) -> Result<Formula, Trouble> {
        let mut all = |parts: &[Tree]| parts.iter().map(|part| self.tree(part)).collect::<Result<Vec<_>, _>>();
        match tree {
            Tree::All(parts) => Ok(Formula::all(all(parts)?)),
            Tree::Any(parts) => Ok(Formula::any(all(parts)?)),
            Tree::AtLeast(needed, parts) => Ok(Formula::at_least(*needed, all(parts)?)),
            Tree::Not(inner) => Ok(self.tree(inner)?.negated()),
            Tree::Leaf(leaf) => {
                let formula = self.leaf(leaf).map_err(|reason| (leaf.written.clone(), reason))?;
                Ok(if leaf.negated { formula.negated() } else { formula })
            }
        }
    }

    fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    fn leaf(&mut self, leaf: &TreeLeaf) -> Result<Formula, String> {
        let Some(field) = &leaf.field else { return self.keywords(leaf) };
        let spots = self.spots(field);
        if spots.is_empty() {
            self.missing.push(field.clone());
        }
        if let [group] = leaf.groups.as_slice()
            && let [Sought::Exists(wanted)] = group.as_slice()
        {
            self.note("Wider or narrower: an empty text and an explicit null count as missing: Log Analytics does not keep them apart.");
            let present = self.present(&spots);
            return Ok(if *wanted { present } else { present.negated() });
        }
        let manner = Manner { cased: leaf.cased, fold: self.mapping.fold_of(field) };
        let mut groups = Vec::new();
        for group in &leaf.groups {
            let mut parts = Vec::new();
            for spot in &spots {
                parts.push(self.meets(spot, group, manner)?);
            }
            for sought in group {
                if let Sought::Reference(name, relation) = sought {
                    for other in self.spots(name) {
                        for spot in &spots {
                            let other_fold = self.mapping.fold_of(name);
                            parts.push(self.refers(spot, manner, *relation, &other, other_fold)?);
                        }
                    }
                }
            }
            groups.push(Formula::any(parts));
        }
        let met = Formula::all(groups);
        let is_null = |group: &Vec<Sought>| group.iter().any(|sought| matches!(sought, Sought::Null));
        if leaf.groups.iter().all(is_null) {
            if spots
                .iter()
                .any(|spot| !matches!(spot, Spot::Value { hops, value } if hops.is_empty() && value.kind != Kind::Text))
            {
                self.note("Wider: an empty text counts as null, and of several values all have to be missing: Log Analytics does not tell.");
            }
            let absent = self.present(&spots).negated();
            return Ok(Formula::any(vec![met, absent]));
        }
        let words = if self.terse || leaf.negated || leaf.cased || manner.fold != Some(Fold::Operation) {
            Formula::Known(true)
        } else {
            words(&spots, leaf)
        };
        Ok(if met == Formula::Known(false) { met } else { Formula::all(vec![words, met]) })
    }

    /// Where a name stands in the table.
    pub(super) fn spots(&mut self, field: &str) -> Vec<Spot> {
        let written = match self.table.shape {
            Some(shape) => self.mapping.written_places(field, shape),
            None => {
                let plain = field.get(..11).filter(|head| head.eq_ignore_ascii_case("properties."));
                let path = plain.map_or(field, |head| &field[head.len()..]).to_owned();
                vec![Written::Path { path, transform: Transform::None }]
            }
        };
        let (table, notes) = (self.table, &mut self.notes);
        written.iter().filter_map(|written| spot(table, written, notes)).collect()
    }

    /// Whether any of the places holds something.
    fn present(&mut self, spots: &[Spot]) -> Formula {
        let parts = spots.iter().map(|spot| match spot {
            Spot::Constant(_) => Formula::Known(true),
            Spot::Value { hops, value } if hops.is_empty() => Formula::scalar(compare::present(value)),
            Spot::Value { hops, value } => self.found(Through::Arrays(hops.clone()), compare::present(value)),
            Spot::Change { .. } => self.found(through(spot), "isnotnull(Value)".to_owned()),
        });
        let parts = parts.collect();
        Formula::any(parts)
    }

    /// Whether some value at a place meets one of the tests.
    fn meets(&mut self, spot: &Spot, group: &[Sought], manner: Manner) -> Result<Formula, String> {
        match spot {
            Spot::Constant(text) => {
                let mut met = false;
                for sought in group.iter().filter(|sought| !matches!(sought, Sought::Reference(..))) {
                    met |= sought.fits(text, manner.cased, manner.fold.map(folding_of)).ok_or_else(|| {
                        format!("every row has the value `{text}` here, which only plain text can be compared with")
                    })?;
                }
                Ok(Formula::Known(met))
            }
            Spot::Value { hops, value } if hops.is_empty() => compare::any(group, value, manner),
            Spot::Value { hops, value } => {
                let met = compare::any(group, value, manner)?;
                Ok(self.looked(Through::Arrays(hops.clone()), met))
            }
            Spot::Change { .. } => {
                let met = compare::any(group, &changed_value(), manner)?;
                Ok(self.looked(through(spot), met))
            }
        }
    }

    fn refers(
        &mut self,
        spot: &Spot,
        manner: Manner,
        relation: entward_sigma::tree::Relation,
        other: &Spot,
        other_fold: Option<Fold>,
    ) -> Result<Formula, String> {
        let (value, here) = value_at(spot);
        let (other, there) = value_at(other);
        let met = compare::relation(&value, manner, relation, &other, other_fold)?;
        match (here, there) {
            (None, None) => Ok(met),
            (Some(through), None) | (None, Some(through)) => Ok(self.looked(through, met)),
            (Some(_), Some(_)) => {
                Err("both fields stand in arrays, and Kusto would compare only what stands side by side".to_owned())
            }
        }
    }

    fn looked(&mut self, through: Through, met: Formula) -> Formula {
        match met {
            // Even what holds for every value needs one.
            Formula::Known(false) => met,
            met => self.found(through, met.text(&|_| String::new())),
        }
    }

    fn found(&mut self, through: Through, condition: String) -> Formula {
        let block = match self.blocks.iter().position(|block| block.through == through) {
            Some(place) => &mut self.blocks[place],
            None => {
                self.blocks.push(Block { through, found: Vec::new() });
                let last = self.blocks.len() - 1;
                &mut self.blocks[last]
            }
        };
        if let Some((number, _)) = block.found.iter().find(|(_, known)| *known == condition) {
            return Formula::Found(*number);
        }
        self.found += 1;
        block.found.push((self.found, condition));
        Formula::Found(self.found)
    }

    /// Keywords: Kusto has the row as JSON, names of columns and members included.
    fn keywords(&mut self, leaf: &TreeLeaf) -> Result<Formula, String> {
        self.note("Wider: keywords are looked for in the whole row as JSON, in which the names of members, numbers and punctuation stand too.");
        let row = Value { expression: "pack_all()".to_owned(), kind: Kind::Object, transform: Transform::None };
        let manner = Manner { cased: leaf.cased, fold: None };
        let mut groups = Vec::new();
        for group in &leaf.groups {
            if group.iter().any(|sought| matches!(sought, Sought::Regex(_))) {
                return Err("an expression for single strings cannot be asked of a whole row".to_owned());
            }
            groups.push(compare::any(group, &row, manner)?);
        }
        Ok(Formula::all(groups))
    }
}

fn through(spot: &Spot) -> Through {
    match spot {
        Spot::Change { targets, property, side } => {
            Through::Change { targets: targets.clone(), property: property.clone(), side: *side }
        }
        Spot::Value { hops, .. } => Through::Arrays(hops.clone()),
        Spot::Constant(_) => Through::Arrays(Vec::new()),
    }
}

/// A value of a changed property, as the block that looks for it names it.
fn changed_value() -> Value {
    Value { expression: "Value".to_owned(), kind: Kind::Mixed, transform: Transform::None }
}

fn value_at(spot: &Spot) -> (Value, Option<Through>) {
    match spot {
        Spot::Constant(text) => {
            let value = Value { expression: super::text::quoted(text), kind: Kind::Text, transform: Transform::None };
            (value, None)
        }
        Spot::Value { hops, value } if hops.is_empty() => (value.clone(), None),
        Spot::Value { value, .. } => (value.clone(), Some(through(spot))),
        Spot::Change { .. } => (changed_value(), Some(through(spot))),
    }
}

/// Words of which a row has to hold one: Kusto has an index of words, and can leave out what folding would have
/// to be done for.
fn words(spots: &[Spot], leaf: &TreeLeaf) -> Formula {
    let mut words: Vec<String> = Vec::new();
    for sought in leaf.groups.iter().flatten() {
        let Some(word) = compare::literal(sought).as_deref().and_then(longest_word).map(str::to_owned) else {
            return Formula::Known(true);
        };
        if !words.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
            words.push(word);
        }
    }
    let test = match words.as_slice() {
        [] => return Formula::Known(true),
        [word] => format!("has {}", super::text::quoted(word)),
        several => {
            let list: Vec<String> = several.iter().map(|word| super::text::quoted(word)).collect();
            format!("has_any ({})", list.join(", "))
        }
    };
    let mut parts = Vec::new();
    for spot in spots {
        match spot {
            Spot::Value { hops, value }
                if hops.is_empty() && value.kind == Kind::Text && value.transform == Transform::None =>
            {
                parts.push(Formula::scalar(format!("{} {test}", value.expression)));
            }
            _ => return Formula::Known(true),
        }
    }
    Formula::any(parts)
}

/// The longest word of plain letters and digits, if it is long enough for the index.
fn longest_word(text: &str) -> Option<&str> {
    let is_plain = |word: &&str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // An underscore or a letter beyond ASCII may belong to the word.
    text.split(|character: char| character.is_ascii() && !character.is_ascii_alphanumeric() && character != '_')
        .filter(is_plain)
        // Nearly every operation of Azure has that word.
        .max_by_key(|word| if word.eq_ignore_ascii_case("microsoft") { 0 } else { word.len() })
}
