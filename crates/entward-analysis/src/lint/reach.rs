//! Whether some record of a shape can meet a rule's condition.
//!
//! The answer errs on one side: a part is called impossible only for a reason that can be named. So what is not
//! understood (an expression, a network, a value of a field of which nothing is known) is taken as possible.

use entward_model::{Log, Shape};
use entward_sigma::tree::{Sought, Tree, TreeLeaf};

use super::Reason;
use super::field::{self, Found, Meaning};
use super::members;
use super::values::{self, Operations, Said};
use crate::detect::mapping::{Mapping, Written};
use crate::detect::vocabulary::folding_of;

/// How many values of one field are told of. A list of indicators may hold hundreds of thousands, and to look for what comes
/// nearest takes long.
const MOST_TOLD: usize = 50;

/// One shape, in which a rule is tried out.
pub(super) struct Reach<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) shape: Shape,
    /// Any name may stand in this log, for it is wider than what is known of it.
    pub(super) is_open: bool,
    /// Alternatives that no record can meet, though the rest can.
    pub(super) dead: Vec<Reason>,
}

/// What holds of a record where a part of a condition is looked at, because of the parts beside it.
#[derive(Clone, Default)]
struct Facts<'t> {
    held: Vec<&'t TreeLeaf>,
    excluded: Vec<&'t TreeLeaf>,
}

impl Reach<'_> {
    /// Why no record of the shape can meet the tree, or nothing.
    pub(super) fn check(&mut self, tree: &Tree) -> Result<(), Vec<Reason>> {
        self.part(tree, &Facts::default())
    }

    fn part<'t>(&mut self, tree: &'t Tree, facts: &Facts<'t>) -> Result<(), Vec<Reason>> {
        match tree {
            Tree::All(parts) => self.all(parts, facts),
            Tree::Any(parts) => self.any(parts, facts, 1),
            Tree::AtLeast(needed, parts) => self.any(parts, facts, *needed),
            Tree::Not(inner) => match inner.as_ref() {
                Tree::Not(inner) => self.part(inner, facts),
                inner if is_implied(inner, facts) => Err(vec![Reason::new(
                    "contradiction",
                    None,
                    "what it excludes is all that it looks for".to_owned(),
                )]),
                _ => Ok(()),
            },
            Tree::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn all<'t>(&mut self, parts: &'t [Tree], facts: &Facts<'t>) -> Result<(), Vec<Reason>> {
        let mut facts = facts.clone();
        parts.iter().for_each(|part| gather(part, &mut facts));
        let mut reasons = Vec::new();
        for part in parts {
            if let Err(mut found) = self.part(part, &facts) {
                reasons.append(&mut found);
            }
        }
        if reasons.is_empty() {
            reasons.extend(self.contradiction(&facts));
        }
        if reasons.is_empty() { Ok(()) } else { Err(reasons) }
    }

    fn any<'t>(&mut self, parts: &'t [Tree], facts: &Facts<'t>, needed: usize) -> Result<(), Vec<Reason>> {
        let mut met = 0;
        let mut reasons = Vec::new();
        for part in parts {
            // Each alternative is looked at together with what holds anyway.
            let outcome = match part {
                Tree::Leaf(_) => self.all(std::slice::from_ref(part), facts),
                other => self.part(other, facts),
            };
            match outcome {
                Ok(()) => met += 1,
                Err(mut found) => reasons.append(&mut found),
            }
        }
        if met < needed {
            return Err(reasons);
        }
        self.dead.append(&mut reasons);
        Ok(())
    }

    fn leaf(&mut self, leaf: &TreeLeaf) -> Result<(), Vec<Reason>> {
        let Some(name) = &leaf.field else { return Ok(()) };
        if leaf.negated {
            return Ok(());
        }
        let found = field::find(self.mapping, name, self.shape, self.is_open);
        let log = self.shape.log();
        let mut reasons = Vec::new();
        for group in &leaf.groups {
            let mut never = Vec::new();
            let mut count = 0;
            for sought in group {
                let reason = self.never(name, sought, &found, never.len() < MOST_TOLD);
                count += usize::from(reason.is_some());
                never.extend(reason.filter(|_| never.len() < MOST_TOLD));
            }
            if count < group.len() {
                self.dead.append(&mut never);
            } else {
                reasons.append(&mut never);
            }
        }
        let is_operation = field::meaning(self.mapping, name, self.shape) == Meaning::Operation;
        if reasons.is_empty()
            && is_operation
            && leaf.groups.len() > 1
            && !self.is_open
            && let Some(operations) = Operations::known(log)
            && !operations.has_all(&[leaf], &[], log)
        {
            let text = format!("`{}`: no operation has all of these in its name", leaf.written);
            reasons.push(Reason::new("operation", Some(name), text));
        }
        if reasons.is_empty() { Ok(()) } else { Err(reasons) }
    }

    /// Why a value is never met here; with what comes nearest, if that is wanted.
    fn never(&self, name: &str, sought: &Sought, found: &Found, wants_nearest: bool) -> Option<Reason> {
        if matches!(sought, Sought::Null | Sought::Exists(false)) {
            return None;
        }
        if found.places.is_empty() {
            // `Location.state`: the record has it, but `Location` may be a name of ours, and below what that means is nothing.
            if members::at(self.shape, name).is_some() {
                let text =
                    format!("the mappings take the beginning of `{name}` for another thing, and find nothing below it");
                return Some(Reason::new("mapping", Some(name), text));
            }
            return Some(Reason::new("field", Some(name), format!("`{name}` stands in no record of this shape")));
        }
        if let Some(constants) = constants(&found.places) {
            let fold = self.mapping.fold_of(name).map(folding_of);
            let fits = constants.iter().any(|text| sought.fits(text, false, fold) != Some(false));
            return (!fits).then(|| {
                let text = format!("`{name}` is always `{}` here, never {}", constants.join("` or `"), shown(sought));
                Reason::new("value", Some(name), text)
            });
        }
        let (said, what) = match field::meaning(self.mapping, name, self.shape) {
            Meaning::Operation if !self.is_open => {
                let log = self.shape.log();
                (
                    Operations::known(log).map_or(Said::Maybe, |known| known.has(sought, log, wants_nearest)),
                    "is the name of no operation",
                )
            }
            Meaning::RiskEventType => {
                (values::risk_event_type(sought), "is an alert of PIM, which no exported log carries")
            }
            Meaning::User => (values::user(sought), "is no user principal name"),
            _ => (Said::Maybe, ""),
        };
        let Said::Never(nearest) = said else { return None };
        let mut reason = Reason::new("value", Some(name), format!("`{name}`: {} {what}", shown(sought)));
        reason.nearest = nearest;
        Some(reason)
    }

    /// Whether what has to hold together cannot: one value that is to be two, or that is excluded as well.
    fn contradiction(&self, facts: &Facts<'_>) -> Option<Reason> {
        let named = |leaf: &&&TreeLeaf| leaf.field.is_some() && !leaf.negated;
        let held: Vec<&TreeLeaf> = facts.held.iter().filter(named).copied().collect();
        for (at, leaf) in held.iter().enumerate() {
            let Some(name) = leaf.field.as_deref() else { continue };
            let found = field::find(self.mapping, name, self.shape, self.is_open);
            if !field::is_single(self.mapping, name, self.shape, &found.places) {
                continue;
            }
            let fold = self.mapping.fold_of(name).map(folding_of);
            let same = |other: &&TreeLeaf| self.is_same(name, other.field.as_deref().unwrap_or_default());
            let others: Vec<&TreeLeaf> = held[at..].iter().copied().filter(same).collect();
            let excluded: Vec<&TreeLeaf> = facts.excluded.iter().copied().filter(same).collect();
            for group in &leaf.groups {
                // A list of whole values: one of them has to be in the record, and everything else has to fit it.
                let texts: Option<Vec<String>> = group.iter().map(whole).collect();
                let Some(texts) = texts else { continue };
                let fits = |text: &String| {
                    others.iter().all(|other| may_meet(other, text, fold))
                        && !excluded.iter().any(|other| surely_meets(other, text, fold))
                };
                if !texts.is_empty() && !texts.iter().any(fits) {
                    let text =
                        format!("`{name}` has one value, and all of {} is asked of it", asked(&others, &excluded));
                    return Some(Reason::new("contradiction", Some(name), text));
                }
            }
            if field::meaning(self.mapping, name, self.shape) == Meaning::Operation
                && !self.is_open
                && (others.len() > 1 || !excluded.is_empty())
                && let Some(operations) = Operations::known(self.shape.log())
                && !operations.has_all(&others, &excluded, self.shape.log())
            {
                let text = format!("no operation meets all of {}", asked(&others, &excluded));
                return Some(Reason::new("contradiction", Some(name), text));
            }
        }
        None
    }

    /// Whether two names mean one place.
    fn is_same(&self, one: &str, other: &str) -> bool {
        let concept = self.mapping.concept(one);
        one.eq_ignore_ascii_case(other) || (concept.is_some() && concept == self.mapping.concept(other))
    }
}

/// Whether everything about a log is known well enough to judge names that stand in it.
pub(super) fn is_open(log: Log, product: Option<&str>) -> bool {
    let is_azure = product.is_some_and(|product| product.eq_ignore_ascii_case("azure"));
    log == Log::Resource || (log == Log::Unified && !is_azure)
}

fn gather<'t>(tree: &'t Tree, facts: &mut Facts<'t>) {
    match tree {
        Tree::Leaf(leaf) => facts.held.push(leaf),
        Tree::All(parts) => parts.iter().for_each(|part| gather(part, facts)),
        Tree::Any(parts) if parts.len() == 1 => gather(&parts[0], facts),
        Tree::Not(inner) => exclude(inner, facts),
        Tree::Any(_) | Tree::AtLeast(..) => {}
    }
}

fn exclude<'t>(tree: &'t Tree, facts: &mut Facts<'t>) {
    match tree {
        Tree::Leaf(leaf) if leaf.field.is_some() && !leaf.negated => facts.excluded.push(leaf),
        Tree::Any(parts) => parts.iter().for_each(|part| exclude(part, facts)),
        Tree::All(parts) if parts.len() == 1 => exclude(&parts[0], facts),
        Tree::Not(inner) => gather(inner, facts),
        _ => {}
    }
}

/// Whether a part holds whenever the facts do.
fn is_implied(tree: &Tree, facts: &Facts<'_>) -> bool {
    match tree {
        Tree::Leaf(leaf) => facts.held.iter().any(|held| implies(held, leaf)),
        Tree::All(parts) => !parts.is_empty() && parts.iter().all(|part| is_implied(part, facts)),
        Tree::Any(parts) => parts.iter().any(|part| is_implied(part, facts)),
        Tree::AtLeast(needed, parts) => parts.iter().filter(|part| is_implied(part, facts)).count() >= *needed,
        Tree::Not(_) => false,
    }
}

/// Whether what meets one leaf meets the other: the same comparison, with no more values to choose from.
fn implies(one: &TreeLeaf, other: &TreeLeaf) -> bool {
    let same_field = match (&one.field, &other.field) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (None, None) => true,
        _ => false,
    };
    if !same_field || one.cased != other.cased || one.negated != other.negated {
        return false;
    }
    let as_written = |sought: &Sought| format!("{sought:?}").to_lowercase();
    let covers = |wide: &[Sought], narrow: &[Sought]| {
        let wide: Vec<String> = wide.iter().map(as_written).collect();
        narrow.iter().all(|sought| wide.contains(&as_written(sought)))
    };
    if one.negated {
        return one.groups.len() == other.groups.len()
            && one.groups.iter().zip(&other.groups).all(|(one, other)| covers(one, other) && covers(other, one));
    }
    other.groups.iter().all(|wide| one.groups.iter().any(|narrow| covers(wide, narrow)))
}

/// The text of a value that has to be the whole of it.
fn whole(sought: &Sought) -> Option<String> {
    match sought {
        Sought::Text(pieces) => values::literal(pieces),
        _ => None,
    }
}

type Fold = Option<for<'a> fn(&'a str) -> std::borrow::Cow<'a, str>>;

fn may_meet(leaf: &TreeLeaf, text: &str, fold: Fold) -> bool {
    leaf.groups.iter().all(|group| group.iter().any(|sought| sought.fits(text, false, fold) != Some(false)))
}

fn surely_meets(leaf: &TreeLeaf, text: &str, fold: Fold) -> bool {
    leaf.groups.iter().all(|group| group.iter().any(|sought| sought.fits(text, leaf.cased, fold) == Some(true)))
}

/// The texts of places of which none is anything but a text that every record has.
fn constants(places: &[Written]) -> Option<Vec<&str>> {
    let texts: Option<Vec<&str>> = places
        .iter()
        .map(|place| match place {
            Written::Constant(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    texts.filter(|texts| !texts.is_empty())
}

/// A value as a rule writes it, for a reader.
pub(super) fn shown(sought: &Sought) -> String {
    use entward_sigma::tree::Piece;
    match sought {
        Sought::Text(pieces) => {
            let text: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => text.as_str(),
                    Piece::Any => "*",
                    Piece::One => "?",
                })
                .collect();
            format!("`{text}`")
        }
        Sought::Regex(expression) => format!("`{}`", expression.text),
        Sought::Cidr { network, .. } => format!("`{network}`"),
        Sought::Number(_, limit) | Sought::TimePart(_, _, limit) => format!("`{limit}`"),
        Sought::Null => "null".to_owned(),
        Sought::Exists(_) => "any value".to_owned(),
        Sought::Reference(other, _) => format!("the value of `{other}`"),
    }
}

fn asked(held: &[&TreeLeaf], excluded: &[&TreeLeaf]) -> String {
    const MOST: usize = 4;
    let of = |leaf: &&TreeLeaf, before: &str| {
        let values: Vec<String> = leaf.groups.iter().flatten().take(MOST).map(shown).collect();
        format!("{before}{}", values.join(" or "))
    };
    let mut told: Vec<String> = held.iter().map(|leaf| of(leaf, "")).collect();
    told.extend(excluded.iter().map(|leaf| of(leaf, "not ")));
    let mut seen = Vec::new();
    told.retain(|text| {
        !seen.contains(text) && {
            seen.push(text.clone());
            true
        }
    });
    told.join(" and ")
}
