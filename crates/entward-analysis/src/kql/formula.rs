//! Conditions over the columns of a row.

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// It holds for every row, or for none.
    Known(bool),
    /// A comparison as Kusto writes it; never null.
    Scalar(String),
    /// A column that looking through arrays has made, by its number.
    Found(usize),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    AtLeast(usize, Vec<Formula>),
    Not(Box<Formula>),
}

impl Formula {
    pub(super) fn scalar(text: impl Into<String>) -> Formula {
        Formula::Scalar(text.into())
    }

    pub(super) fn all(parts: Vec<Formula>) -> Formula {
        Formula::joined(parts, true)
    }

    pub(super) fn any(parts: Vec<Formula>) -> Formula {
        Formula::joined(parts, false)
    }

    /// `neutral` is what changes nothing: true in a conjunction.
    fn joined(parts: Vec<Formula>, neutral: bool) -> Formula {
        let mut kept: Vec<Formula> = Vec::new();
        for part in parts {
            let inner = match part {
                Formula::Known(value) if value == neutral => continue,
                Formula::Known(value) => return Formula::Known(value),
                Formula::All(inner) if neutral => inner,
                Formula::Any(inner) if !neutral => inner,
                other => vec![other],
            };
            for one in inner {
                if !kept.contains(&one) {
                    kept.push(one);
                }
            }
        }
        match kept.len() {
            0 => Formula::Known(neutral),
            1 => kept.swap_remove(0),
            _ if neutral => Formula::All(kept),
            _ => Formula::Any(kept),
        }
    }

    pub(super) fn at_least(needed: usize, parts: Vec<Formula>) -> Formula {
        let sure = parts.iter().filter(|part| **part == Formula::Known(true)).count();
        let open: Vec<Formula> = parts.into_iter().filter(|part| !matches!(part, Formula::Known(_))).collect();
        match needed.saturating_sub(sure) {
            0 => Formula::Known(true),
            1 => Formula::any(open),
            needed if needed > open.len() => Formula::Known(false),
            needed if needed == open.len() => Formula::all(open),
            needed => Formula::AtLeast(needed, open),
        }
    }

    pub(super) fn negated(self) -> Formula {
        match self {
            Formula::Known(value) => Formula::Known(!value),
            Formula::Not(inner) => *inner,
            // Apart, so that what is asked of the row alone can be asked first.
            Formula::Any(parts) => Formula::all(parts.into_iter().map(Formula::negated).collect()),
            other => Formula::Not(Box::new(other)),
        }
    }

    /// Whether it asks for what looking through arrays has found.
    pub(super) fn needs_found(&self) -> bool {
        match self {
            Formula::Known(_) | Formula::Scalar(_) => false,
            Formula::Found(_) => true,
            Formula::Not(inner) => inner.needs_found(),
            Formula::All(parts) | Formula::Any(parts) | Formula::AtLeast(_, parts) => {
                parts.iter().any(Formula::needs_found)
            }
        }
    }

    /// The conditions that have to hold together.
    pub(super) fn conjuncts(&self) -> &[Formula] {
        match self {
            Formula::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// As Kusto writes it; what `name` says of a found column.
    pub(super) fn text(&self, name: &dyn Fn(usize) -> String) -> String {
        let inside = |part: &Formula| match part {
            Formula::All(_) | Formula::Any(_) => format!("({})", part.text(name)),
            _ => part.text(name),
        };
        let joined = |parts: &[Formula], word: &str| parts.iter().map(inside).collect::<Vec<_>>().join(word);
        match self {
            Formula::Known(value) => value.to_string(),
            Formula::Scalar(text) => text.clone(),
            Formula::Found(number) => name(*number),
            Formula::All(parts) => joined(parts, " and "),
            Formula::Any(parts) => joined(parts, " or "),
            Formula::Not(inner) => format!("not({})", inner.text(name)),
            Formula::AtLeast(needed, parts) => {
                let ones: Vec<String> = parts.iter().map(|part| format!("iff({}, 1, 0)", part.text(name))).collect();
                format!("{} >= {needed}", ones.join(" + "))
            }
        }
    }
}
