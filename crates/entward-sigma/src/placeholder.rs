//! Placeholders: what `expand` puts in the place of `%name%`.

use std::collections::BTreeMap;

use crate::error::RuleErrorKind;

/// The values of placeholders, by their names (without the `%` signs).
///
/// A value goes into the rule as though the rule's author had written it there: `*` and `?`
/// are wildcards, behind `|re` it is a part of the expression.
///
/// ```
/// let placeholders: entward_sigma::Placeholders =
///     [("admins", vec!["ada@contoso.example"])].into_iter().collect();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Placeholders {
    values: BTreeMap<String, Vec<String>>,
}

impl<N: Into<String>, V: Into<String>, L: IntoIterator<Item = V>> FromIterator<(N, L)> for Placeholders {
    fn from_iter<T: IntoIterator<Item = (N, L)>>(all: T) -> Placeholders {
        let values = all.into_iter().map(|(name, values)| (name.into(), values.into_iter().map(V::into).collect()));
        Placeholders { values: values.collect() }
    }
}

/// More values than this for one value of a rule come from several placeholders that multiply.
const MOST_VALUES: usize = 100_000;

impl Placeholders {
    /// Everything that a value with placeholders stands for. Several placeholders in
    /// one value are combined in every way.
    pub(crate) fn expand(&self, key: &str, value: &str) -> Result<Vec<String>, RuleErrorKind> {
        let unfit = |why: String, cure: &str| RuleErrorKind::Unfit { key: key.to_owned(), why, cure: cure.to_owned() };
        let mut texts = vec![String::new()];
        let mut rest = value;
        let mut found = false;
        while let Some((before, name, after)) = next(rest) {
            found = true;
            rest = after;
            let values = self.values.get(name).filter(|values| !values.is_empty());
            let values = values.ok_or_else(|| RuleErrorKind::Placeholder {
                key: key.to_owned(),
                name: name.to_owned(),
                defined: self
                    .values
                    .iter()
                    .filter(|(_, values)| !values.is_empty())
                    .map(|(name, _)| name.clone())
                    .collect(),
            })?;
            if texts.len().saturating_mul(values.len()) > MOST_VALUES {
                let why = format!("`{value}` stands for more than {MOST_VALUES} values");
                return Err(unfit(why, "use fewer placeholders in one value"));
            }
            let with = |text: &String| -> Vec<String> {
                values.iter().map(|value| format!("{text}{before}{value}")).collect()
            };
            texts = texts.iter().flat_map(with).collect();
        }
        if !found {
            let why = format!("the value `{value}` holds no placeholder");
            return Err(unfit(why, "write it as `%name%`, or take `expand` out"));
        }
        texts.iter_mut().for_each(|text| text.push_str(rest));
        Ok(texts)
    }
}

/// The first `%name%`, what stands before it and what behind.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text.get(from..)?.find('%')?;
        let inside = &text[start + 1..];
        let length = inside.find('%')?;
        let name = &inside[..length];
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
        if !name.is_empty() && name.chars().all(is_name) {
            return Some((&text[..start], name, &inside[length + 1..]));
        }
        from = start + 1;
    }
}
