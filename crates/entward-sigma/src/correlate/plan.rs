//! The ways from a rule's events up through the correlations that refer to it.

use crate::correlation::{Correlation, Member};

/// One way up: correlations with the place that each gives to what is below it, lowest first.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<(usize, usize)>,
}

/// More ways than this come from chains that fork at every step.
pub(crate) const MOST_PATHS: usize = 1_024;

/// Every way up from a rule, each before those that it is the beginning of; at most [`MOST_PATHS`] and one.
pub(crate) fn paths(from: Member, correlations: &[Correlation]) -> Vec<Path> {
    let mut paths = Vec::new();
    climb(from, &[], correlations, &mut paths);
    paths
}

fn climb(from: Member, below: &[(usize, usize)], correlations: &[Correlation], paths: &mut Vec<Path>) {
    for (number, correlation) in correlations.iter().enumerate() {
        let Some(member) = correlation.members.iter().position(|member| *member == from) else { continue };
        if paths.len() > MOST_PATHS {
            return;
        }
        let mut steps = below.to_vec();
        steps.push((number, member));
        paths.push(Path { steps: steps.clone() });
        climb(Member::Correlation(number), &steps, correlations, paths);
    }
}

impl Path {
    /// The correlation at the end of the way, and what its member is to it.
    pub(crate) fn end(&self) -> (usize, usize) {
        self.steps.last().copied().unwrap_or_default()
    }

    /// The fields of the rule's events that the grouping and then the counting at the end of the way
    /// ask for; `None` where an alias leaves the rule out.
    pub(crate) fn wanted<'c>(&self, correlations: &'c [Correlation]) -> Vec<Option<&'c str>> {
        let (end, _) = self.end();
        let Some(correlation) = correlations.get(end) else { return Vec::new() };
        correlation.group_by.iter().chain(&correlation.fields).map(|name| self.field(name, correlations)).collect()
    }

    /// A name is looked up from the end of the way down: the match of a correlation has the fields of
    /// the event that completed it, under the correlation's own aliases.
    fn field<'c>(&self, name: &'c str, correlations: &'c [Correlation]) -> Option<&'c str> {
        self.steps.iter().rev().try_fold(name, |name, &(number, member)| correlations[number].field_of(name, member))
    }
}
