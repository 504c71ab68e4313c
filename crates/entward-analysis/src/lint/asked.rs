//! Fields that a rule is grouped by, counted by or asked for news about, beside those of its detection.
//!
//! An event that lacks one of them comes to nothing: it has no group, no value, or nothing that could be new. So a rule
//! of which no shape has the field gives its correlation nothing, as if it could not fire.

use entward_model::Shape;
use entward_sigma::{Collection, Correlation, Member, Rule};

use super::{Reason, Report, Verdict, explained, field, reach};
use crate::detect::mapping::Mapping;

/// The fields that a shape lacks of those that the rule asks for news about.
pub(super) fn of_first_seen(rule: &Rule, shape: Shape, is_open: bool, mapping: &Mapping) -> Vec<Reason> {
    let Some(first_seen) = &rule.first_seen else { return Vec::new() };
    let lacking = first_seen.fields.iter().chain(&first_seen.per);
    let lacking = lacking.filter(|name| lacks(mapping, name, shape, is_open));
    lacking
        .map(|name| Reason::new("field", Some(name), format!("`{name}` stands in no record of this shape")))
        .collect()
}

/// What is known of rules when correlations are looked at.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) collection: &'a Collection,
    /// The reports on the rules of the collection.
    pub(super) rules: &'a [Report],
    pub(super) mapping: &'a Mapping,
}

impl Known<'_> {
    /// The shapes in which a member of a correlation has all that it is asked for; why none has, where none has.
    pub(super) fn shapes_for(&self, correlation: &Correlation, member: usize) -> Result<Vec<Shape>, Vec<Reason>> {
        let names = correlation.group_by.iter().chain(&correlation.fields);
        let asked: Vec<(&str, &str)> =
            names.filter_map(|name| Some((name.as_str(), correlation.field_of(name, member)?))).collect();
        correlation.members.get(member).map_or(Ok(Vec::new()), |member| self.shapes(*member, &asked))
    }

    /// `asked` is what the correlation calls a field, and what the member does.
    fn shapes(&self, member: Member, asked: &[(&str, &str)]) -> Result<Vec<Shape>, Vec<Reason>> {
        match member {
            Member::Rule(number) => match (self.collection.rules.get(number), self.rules.get(number)) {
                (Some(rule), Some(report)) => self.shapes_of_rule(rule, report, asked),
                _ => Ok(Vec::new()),
            },
            Member::Correlation(number) => {
                let Some(below) = self.collection.correlations.get(number) else { return Ok(Vec::new()) };
                // Its matches have the fields of the events that completed them, under its own aliases.
                let (mut shapes, mut reasons, mut can) = (Vec::new(), Vec::new(), below.members.is_empty());
                for (at, member) in below.members.iter().enumerate() {
                    let asked: Vec<(&str, &str)> =
                        asked.iter().filter_map(|(name, field)| Some((*name, below.field_of(field, at)?))).collect();
                    match self.shapes(*member, &asked) {
                        Ok(mut found) => {
                            can = true;
                            shapes.append(&mut found);
                        }
                        Err(mut found) => reasons.append(&mut found),
                    }
                }
                if can { Ok(shapes) } else { Err(reasons) }
            }
        }
    }

    fn shapes_of_rule(&self, rule: &Rule, report: &Report, asked: &[(&str, &str)]) -> Result<Vec<Shape>, Vec<Reason>> {
        let product = rule.logsource.product.as_deref();
        let is_lacking =
            |name: &str, shape: Shape| lacks(self.mapping, name, shape, reach::is_open(shape.log(), product));
        let has_all = |shape: &&Shape| !asked.iter().any(|(_, field)| is_lacking(field, **shape));
        let shapes: Vec<Shape> = report.shapes.iter().filter(has_all).copied().collect();
        if !shapes.is_empty() || report.verdict == Verdict::CannotFire {
            return Ok(shapes);
        }
        // Those that no shape has; else each shape lacks another.
        let is_nowhere = |(_, field): &&(&str, &str)| report.shapes.iter().all(|shape| is_lacking(field, *shape));
        let nowhere: Vec<&(&str, &str)> = asked.iter().filter(is_nowhere).collect();
        let told = if nowhere.is_empty() { asked.iter().collect() } else { nowhere };
        let reason = |(name, field): &(&str, &str)| {
            let mut reason = explained(Reason::new("field", Some(field), String::new()), &report.shapes, self.mapping);
            let alias = if name == field { String::new() } else { format!(", which `{name}` stands for") };
            reason.text = format!("no record that `{}` finds has `{field}`{alias}", rule.about.title);
            reason
        };
        Err(told.into_iter().map(reason).collect())
    }
}

fn lacks(mapping: &Mapping, name: &str, shape: Shape, is_open: bool) -> bool {
    field::find(mapping, name, shape, is_open).places.is_empty()
}
