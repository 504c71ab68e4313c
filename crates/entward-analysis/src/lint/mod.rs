//! Whether a rule can ever find anything.
//!
//! Most rules that never speak are wrong, not quiet: they ask for a member that the log does not have, for an
//! operation that nobody performs, for one value that is to be two. A [`Report`] says of each rule whether some
//! record of some shape can meet it, and if not, why. A rule is called unreachable only for a reason that
//! can be named; whatever the tables do not cover is taken as possible.

mod advice;
mod asked;
mod field;
mod members;
mod reach;
#[cfg(test)]
mod tests;
mod together;
mod values;

use entward_model::{Log, SHAPES, Shape};
use entward_sigma::tree::{Tree, TreeLeaf};
use entward_sigma::{Collection, Rule};
use serde::Serialize;

use crate::detect::mapping::{Mapping, Written};
use crate::detect::vocabulary::logs_of;
use crate::knowledge::Knowledge;
use reach::Reach;

pub use advice::techniques;

/// What lint has to say of one rule or correlation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The rule's id; where it stands, if it has none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it begins: file, line and column.
    pub place: String,
    /// Whether it can find anything.
    pub verdict: Verdict,
    /// The shapes in which it can.
    pub shapes: Vec<Shape>,
    /// Its names that no such shape has, with what they stand for; empty unless the verdict is
    /// [`Verdict::CanFireMapped`].
    pub names: Vec<Name>,
    /// Why it cannot.
    pub reasons: Vec<Reason>,
    /// What is wrong with it although it can.
    pub warnings: Vec<Reason>,
}

/// Whether a rule can find anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Some shape has everything that it asks for, under the names it uses.
    CanFire,
    /// The same, under names that the mappings know.
    CanFireMapped,
    /// No record that is known of can meet it.
    CannotFire,
}

/// A name of a rule, and where what it means stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The name as the rule has it.
    pub field: String,
    /// The member, or the value that every record has, in the first shape that has one.
    pub means: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it is about: `logsource`, `field`, `mapping`, `value`, `operation`, `contradiction`, `member`, `type`, `chosen`,
    /// `attack`, `level`, `id`.
    pub kind: &'static str,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// The reason, as a sentence fragment.
    pub text: String,
    /// The known name or value that comes nearest to what the rule has.
    pub nearest: Option<String>,
    /// The shapes it is true of; none means all that the rule is about.
    pub shapes: Vec<Shape>,
}

impl Reason {
    fn new(kind: &'static str, field: Option<&str>, text: String) -> Reason {
        Reason { kind, field: field.map(str::to_owned), text, nearest: None, shapes: Vec::new() }
    }

    fn is_like(&self, other: &Reason) -> bool {
        self.kind == other.kind && self.field == other.field && self.text == other.text
    }
}

/// Looks at every rule and correlation of a collection: first the rules, then the correlations, each in their order.
pub fn lint(collection: &Collection, mapping: &Mapping, knowledge: &Knowledge) -> Vec<Report> {
    let mut reports: Vec<Report> = collection.rules.iter().map(|rule| lint_rule(rule, mapping, knowledge)).collect();
    // A rule that only correlations listen to gives no alert, and needs no level.
    for (_, report) in reports.iter_mut().enumerate().filter(|(at, _)| !collection.is_standalone(*at)) {
        report.warnings.retain(|warning| warning.kind != "level");
    }
    let known = asked::Known { collection, rules: &reports, mapping };
    let correlations = together::lint(known, knowledge);
    reports.extend(correlations);
    reports
}

/// Looks at one rule.
pub fn lint_rule(rule: &Rule, mapping: &Mapping, knowledge: &Knowledge) -> Report {
    let tree = rule.tree();
    let mut report = Report {
        id: crate::alert::rule_id(rule),
        title: rule.about.title.clone(),
        place: rule.about.place.to_string(),
        verdict: Verdict::CannotFire,
        shapes: Vec::new(),
        names: Vec::new(),
        reasons: Vec::new(),
        warnings: advice::of_rule(rule, &tree, mapping, knowledge),
    };
    let shapes = shapes_of(rule, mapping);
    if shapes.is_empty() {
        let text = format!("its log source {} is none of the logs that are read here", rule.logsource);
        report.reasons.push(Reason::new("logsource", None, text));
        return report;
    }
    let mut refused = Vec::new();
    let mut dead: Option<Vec<Reason>> = None;
    for shape in &shapes {
        let is_open = reach::is_open(shape.log(), rule.logsource.product.as_deref());
        let mut reach = Reach { mapping, shape: *shape, is_open, dead: Vec::new() };
        let checked = match (reach.check(&tree), asked::of_first_seen(rule, *shape, is_open, mapping)) {
            (Ok(()), lacking) if lacking.is_empty() => Ok(()),
            (Ok(()), lacking) => Err(lacking),
            (Err(mut reasons), mut lacking) => {
                reasons.append(&mut lacking);
                Err(reasons)
            }
        };
        match checked {
            Ok(()) => {
                report.shapes.push(*shape);
                dead = Some(match dead {
                    None => reach.dead,
                    Some(known) => {
                        known.into_iter().filter(|one| reach.dead.iter().any(|two| one.is_like(two))).collect()
                    }
                });
            }
            Err(reasons) => refused.push((*shape, reasons)),
        }
    }
    if report.shapes.is_empty() {
        report.reasons = gathered(refused, &shapes, mapping);
        return report;
    }
    for reason in without_repeats(dead.unwrap_or_default()) {
        let reason = explained(reason, &report.shapes, mapping);
        report.warnings.push(Reason { text: format!("one alternative is never met: {}", reason.text), ..reason });
    }
    report.warnings.extend(advice::of_types(&tree, &report.shapes, mapping));
    report.names = names(&tree, &report.shapes, mapping);
    report.verdict = if report.names.is_empty() { Verdict::CanFire } else { Verdict::CanFireMapped };
    report
}

/// The shapes that a rule is about.
fn shapes_of(rule: &Rule, mapping: &Mapping) -> Vec<Shape> {
    let mut logs = logs_of(&rule.logsource, mapping);
    if !logs.is_empty() && rule.logsource.service.is_none() {
        logs.push(Log::Resource);
    }
    SHAPES.iter().copied().filter(|shape| logs.contains(&shape.log())).collect()
}

/// The names of a rule that stand in none of the shapes as they are; none if one shape has all.
fn names(tree: &Tree, shapes: &[Shape], mapping: &Mapping) -> Vec<Name> {
    let mut fields = Vec::new();
    leaves(tree, false, &mut |leaf, _| {
        if let Some(field) = &leaf.field
            && !fields.contains(field)
        {
            fields.push(field.clone());
        }
    });
    let foreign = |shape: &Shape| -> Vec<Name> {
        let foreign = fields.iter().filter_map(|field| {
            let found = field::find(mapping, field, *shape, reach::is_open(shape.log(), None));
            if found.is_literal {
                return None;
            }
            // A name that is only excluded, or one of several alternatives, may be missing.
            let means = found.places.first().map(shown)?;
            Some(Name { field: field.clone(), means })
        });
        foreign.collect()
    };
    shapes.iter().map(foreign).min_by_key(Vec::len).unwrap_or_default()
}

fn shown(place: &Written) -> String {
    match place {
        Written::Path { path, .. } => path.clone(),
        Written::Constant(text) => format!("always `{text}`"),
        Written::Change { property, .. } => format!("the changed property {property}"),
    }
}

/// The reasons of all shapes, those first that are true of each.
fn gathered(refused: Vec<(Shape, Vec<Reason>)>, shapes: &[Shape], mapping: &Mapping) -> Vec<Reason> {
    let mut all: Vec<Reason> = Vec::new();
    for (shape, reasons) in refused {
        for reason in without_repeats(reasons) {
            match all.iter_mut().find(|known| known.is_like(&reason)) {
                Some(known) => known.shapes.push(shape),
                None => all.push(Reason { shapes: vec![shape], ..reason }),
            }
        }
    }
    let everywhere: Vec<Reason> = all.iter().filter(|reason| reason.shapes.len() == shapes.len()).cloned().collect();
    let told = if everywhere.is_empty() {
        all
    } else {
        everywhere.into_iter().map(|reason| Reason { shapes: Vec::new(), ..reason }).collect()
    };
    told.into_iter().map(|reason| explained(reason, shapes, mapping)).collect()
}

/// A reason about a field, with the name that may have been meant.
fn explained(mut reason: Reason, shapes: &[Shape], mapping: &Mapping) -> Reason {
    if let ("field", Some(field)) = (reason.kind, &reason.field) {
        let of = if reason.shapes.is_empty() { shapes } else { &reason.shapes };
        let mut logs: Vec<&str> = of.iter().map(|shape| shape.log().as_str()).collect();
        logs.sort_unstable();
        logs.dedup();
        if reason.shapes.is_empty() {
            reason.text = format!("`{field}` stands in no record of the {} log", logs.join(" or "));
        }
        let mut known: Vec<&str> = Vec::new();
        for shape in of {
            known.extend(mapping.names_in(*shape));
            members::paths(*shape).for_each(|path| known.push(path));
        }
        reason.nearest = values::nearest(&field.to_lowercase(), known.into_iter()).map(str::to_owned);
    }
    reason
}

fn without_repeats(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !kept.iter().any(|known| known.is_like(&reason)) {
            kept.push(reason);
        }
    }
    kept
}

/// Visits every leaf, and says whether it stands below an odd number of negations.
fn leaves<'t>(tree: &'t Tree, is_excluded: bool, visit: &mut dyn FnMut(&'t TreeLeaf, bool)) {
    match tree {
        Tree::All(parts) | Tree::Any(parts) | Tree::AtLeast(_, parts) => {
            parts.iter().for_each(|part| leaves(part, is_excluded, visit));
        }
        Tree::Not(inner) => leaves(inner, !is_excluded, visit),
        Tree::Leaf(leaf) => visit(leaf, is_excluded != leaf.negated),
    }
}

/// What about a field an attacker chooses, as a sentence fragment; `None` where Azure or the tenant's own
/// administrators decide. An exception that rests on such a field is an invitation.
pub fn chosen_by_attacker(mapping: &Mapping, field: &str) -> Option<&'static str> {
    field::chosen_by_attacker(mapping, field)
}
