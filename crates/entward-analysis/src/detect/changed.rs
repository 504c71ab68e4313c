//! Changed properties by name, for rules.
//!
//! Sigma has no way to say "the element whose name is A has the value B", so rules that
//! test a name and a value of `modifiedProperties` match when any element has the one and
//! any other has the other. `Changes.<Property>.New`, `.Old`, `.Added` and `.Removed` say
//! it exactly, in every shape that records changes. Where the values of a property are
//! objects, as those of a conditional access policy, a path leads into them:
//! `Changes.ConditionalAccessPolicy.conditions.users.excludeUsers.Added`.

use std::borrow::Cow;
use std::ops::ControlFlow;

use entward_sigma::Value as RuleValue;
use serde_json::Value;

use super::place::Side;
use super::walk;
use crate::json::{as_text, member, opened, unpacked};

/// One changed property as it stands in the record.
pub(super) struct Changed {
    pub(super) old: Value,
    pub(super) new: Value,
}

/// All changed properties of one record, found once, however many rules ask.
pub(super) enum Holder<'a> {
    /// Where each name and its two values stand in the text of the record.
    Listed(Vec<Listed<'a>>),
    /// The array of targets or of properties, read: some string of it holds JSON.
    Tree(Value),
}

/// One changed property, unread.
pub(super) struct Listed<'a> {
    name: Cow<'a, str>,
    old: &'a [u8],
    new: &'a [u8],
}

impl<'a> Holder<'a> {
    /// Lists the changed properties in an array of targets or of properties, which was found
    /// well formed before. `None` where a string stands in place of an array or an object: it may
    /// hold JSON, and only the tree sees through it.
    pub(super) fn list(json: &'a [u8]) -> Option<Holder<'a>> {
        let mut listed = Vec::new();
        list(json, 0, &mut listed).is_continue().then_some(Holder::Listed(listed))
    }

    /// The changes of one property; where none has that name, of what its longest beginning
    /// that is a name holds at the path behind it.
    pub(super) fn named(&self, property: &str) -> Vec<Changed> {
        let whole = self.exactly(property);
        if !whole.is_empty() {
            return whole;
        }
        for (name, path) in beginnings(property) {
            let changes = self.exactly(name);
            if !changes.is_empty() {
                return changes.iter().map(|change| change.inside(path)).collect();
            }
        }
        Vec::new()
    }

    fn exactly(&self, property: &str) -> Vec<Changed> {
        match self {
            Holder::Listed(listed) => listed
                .iter()
                .filter(|change| change.name.trim().eq_ignore_ascii_case(property))
                .map(|change| Changed { old: read(change.old), new: read(change.new) })
                .collect(),
            Holder::Tree(tree) => {
                let mut found = Vec::new();
                collect(&opened(tree), property, &mut found);
                found
            }
        }
    }
}

impl Changed {
    /// What stands at a path inside both values.
    pub(super) fn inside(&self, path: &str) -> Changed {
        let reach = |side: &Value| {
            let mut found = Vec::new();
            reach(&opened(side), path, &mut found);
            Value::Array(found)
        };
        Changed { old: reach(&self.old), new: reach(&self.new) }
    }
}

/// Every way to take a property for a name and a path, the longest name first.
fn beginnings(property: &str) -> impl Iterator<Item = (&str, &str)> {
    property.rmatch_indices('.').filter_map(|(at, _)| Some((property.get(..at)?, property.get(at + 1..)?)))
}

/// The path behind a name, if a property begins with that name, and `""` if it is the name.
pub(super) fn path_behind<'p>(property: &'p str, name: &str) -> Option<&'p str> {
    let name = name.trim();
    if name.is_empty() || !property.get(..name.len())?.eq_ignore_ascii_case(name) {
        return None;
    }
    let rest = property.get(name.len()..)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('.') }
}

/// The values at a path, through arrays and strings that hold JSON; the elements of an array
/// at its end one by one. `null` is no value.
fn reach(value: &Value, path: &str, found: &mut Vec<Value>) {
    match value {
        Value::Array(elements) => {
            for element in elements {
                reach(&opened(element), path, found);
            }
        }
        Value::Null => {}
        _ if path.is_empty() => found.push(value.clone()),
        Value::Object(_) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(inner) = member(value, name) {
                reach(&opened(inner), rest, found);
            }
        }
        _ => {}
    }
}

fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_default()
}

/// Breaks where not all can be listed. The same search as [`collect`], without a tree.
fn list<'a>(json: &'a [u8], at: usize, listed: &mut Vec<Listed<'a>>) -> ControlFlow<(), usize> {
    match json.get(at) {
        Some(b'[') => walk::each_element(json, at, |at| list(json, at, listed)),
        Some(b'{') => list_object(json, at, listed),
        Some(b'"') => ControlFlow::Break(()),
        _ => ControlFlow::Continue(walk::end_of(json, at)),
    }
}

fn list_object<'a>(json: &'a [u8], at: usize, listed: &mut Vec<Listed<'a>>) -> ControlFlow<(), usize> {
    let known = listed.len();
    let (mut properties, mut display_name, mut name, mut old, mut new) = (None, None, None, None, None);
    let end = walk::each_member(json, at, |member, at| {
        let place = match member {
            member if member.eq_ignore_ascii_case(b"modifiedProperties") => {
                if properties.replace(&json[at..]).is_some() {
                    return ControlFlow::Break(());
                }
                return list(json, at, listed);
            }
            member if member.eq_ignore_ascii_case(b"displayName") => &mut display_name,
            member if member.eq_ignore_ascii_case(b"Name") => &mut name,
            member if member.eq_ignore_ascii_case(b"oldValue") => &mut old,
            member if member.eq_ignore_ascii_case(b"newValue") => &mut new,
            // An escape in a name: the tree knows which name it is.
            member if member.contains(&b'\\') => return ControlFlow::Break(()),
            _ => return ControlFlow::Continue(walk::end_of(json, at)),
        };
        let end = walk::end_of(json, at);
        // Two members of one name: which of them counts, the tree decides.
        if place.replace(&json[at..end]).is_some() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(end)
    })?;
    let said = |value: Option<&'a [u8]>| value.filter(|value| *value != b"null");
    if said(properties.map(|value| value.get(..4).unwrap_or(value))).is_some() {
        return ControlFlow::Continue(end);
    }
    listed.truncate(known);
    if let Some(name) = said(display_name).or(said(name)).and_then(walk::unescaped) {
        listed.push(Listed { name, old: old.unwrap_or(b"null"), new: new.unwrap_or(b"null") });
    }
    ControlFlow::Continue(end)
}

fn collect(value: &Value, property: &str, found: &mut Vec<Changed>) {
    match value {
        Value::Array(elements) => {
            for element in elements {
                collect(element, property, found);
            }
        }
        Value::Object(_) => {
            if let Some(properties) = member(value, "modifiedProperties") {
                return collect(&opened(properties), property, found);
            }
            let name = member(value, "displayName").or_else(|| member(value, "Name")).and_then(as_text);
            if name.is_some_and(|name| name.trim().eq_ignore_ascii_case(property)) {
                let side = |name: &str| member(value, name).cloned().unwrap_or(Value::Null);
                found.push(Changed { old: side("oldValue"), new: side("newValue") });
            }
        }
        _ => {}
    }
}

/// Visits the values of one side. `true` when the property was changed at all and the side
/// is not empty.
pub(super) fn visit_side(
    property: &str,
    side: Side,
    changed: &Changed,
    visit: &mut dyn FnMut(RuleValue<'_>) -> ControlFlow<()>,
) -> (bool, ControlFlow<()>) {
    let old = parts(property, &changed.old);
    let new = parts(property, &changed.new);
    let values: Vec<&Value> = match side {
        Side::New => new.iter().collect(),
        Side::Old => old.iter().collect(),
        Side::Added => new.iter().filter(|value| !old.contains(value)).collect(),
        Side::Removed => old.iter().filter(|value| !new.contains(value)).collect(),
    };
    let present = !values.is_empty();
    for value in values {
        let flow = match value {
            Value::Null => visit(RuleValue::Null),
            Value::Bool(flag) => visit(RuleValue::Bool(*flag)),
            Value::Number(number) => visit(RuleValue::Number(&number.to_string())),
            Value::String(text) => visit(RuleValue::Text(text)),
            Value::Array(_) | Value::Object(_) => visit(RuleValue::Json(&value.to_string())),
        };
        if flow.is_break() {
            return (true, flow);
        }
    }
    (present, ControlFlow::Continue(()))
}

/// The values that one side of a property holds: the elements of a list, the permissions
/// of each requested API, the scopes of a grant.
fn parts(property: &str, side: &Value) -> Vec<Value> {
    match unpacked(side) {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) if property.to_ascii_lowercase().ends_with(".scope") => {
            text.split_whitespace().map(|scope| Value::String(scope.to_owned())).collect()
        }
        Value::Array(elements) => elements.into_iter().flat_map(permissions_apart).collect(),
        scalar => vec![scalar],
    }
}

/// An element of `RequiredResourceAccess` lists all permissions asked of one API; each is
/// an addition of its own.
fn permissions_apart(element: Value) -> Vec<Value> {
    let Some(Value::Array(permissions)) = member(&element, "RequiredAppPermissions") else { return vec![element] };
    let resource = member(&element, "ResourceAppId").cloned().unwrap_or(Value::Null);
    let apart = |permission: &Value| {
        let mut one = serde_json::Map::new();
        one.insert("ResourceAppId".to_owned(), resource.clone());
        one.extend(permission.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(one)
    };
    permissions.iter().map(apart).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn added(targets: &Value, property: &str) -> Vec<String> {
        let text = targets.to_string();
        let mut found = Vec::new();
        for change in Holder::list(text.as_bytes()).unwrap_or(Holder::Tree(Value::Null)).named(property) {
            let _ = visit_side(property, Side::Added, &change, &mut |value| {
                found.push(format!("{value:?}"));
                ControlFlow::Continue(())
            });
        }
        found
    }

    #[test]
    fn a_path_leads_into_the_objects_of_a_property() {
        let policy = |state: &str, excluded: &[&str]| {
            json!({ "state": state, "conditions": { "users": { "excludeUsers": excluded } }, "list": [{"a": 1}, {"a": null}] })
                .to_string()
        };
        let targets = json!([{ "modifiedProperties": [
            { "displayName": "Policy", "oldValue": policy("enabled", &["x"]), "newValue": policy("disabled", &["x", "y"]) },
            { "displayName": "Role.Id", "oldValue": null, "newValue": "\"z\"" },
        ]}]);
        assert_eq!(added(&targets, "Policy.State"), ["Text(\"disabled\")"]);
        assert_eq!(added(&targets, "policy.conditions.users.excludeUsers"), ["Text(\"y\")"]);
        assert_eq!(added(&targets, "Policy.list.a"), [""; 0]);
        assert_eq!(added(&targets, "Role.Id"), ["Text(\"z\")"]);
        assert_eq!(added(&targets, "Role"), [""; 0]);
        assert_eq!(added(&targets, "Policy.conditions.nothing"), [""; 0]);
    }

    #[test]
    fn a_path_leads_through_a_policy_that_is_new() {
        let targets = json!([{ "modifiedProperties": [
            { "displayName": "Policy", "oldValue": null, "newValue": "{\"list\": [{\"a\": 1}, {\"a\": [2, 3]}]}" },
        ]}]);
        assert_eq!(added(&targets, "Policy.list.a"), ["Number(\"1\")", "Number(\"2\")", "Number(\"3\")"]);
        assert_eq!(path_behind("Policy.list.a", " policy "), Some("list.a"));
        assert_eq!(path_behind("Policy", "Policy"), Some(""));
        assert_eq!(path_behind("Policies.a", "Policy"), None);
    }
}
