//! Changed properties by name, for rules.
//!
//! Sigma has no way to say "the element whose name is A has the value B", so rules that
//! test a name and a value of `modifiedProperties` match when any element has the one and
//! any other has the other. `Changes.<Property>.New`, `.Old`, `.Added` and `.Removed` say
//! it exactly, in every shape that records changes.

use std::ops::ControlFlow;

use entward_sigma::Value as RuleValue;
use serde_json::Value;

use super::place::Side;
use crate::json::{as_text, member, opened, unpacked};

/// One changed property as it stands in the record.
pub(super) struct Changed {
    pub(super) old: Value,
    pub(super) new: Value,
}

/// The changes of one property in an array of targets or of properties.
pub(super) fn named(holder: &Value, property: &str) -> Vec<Changed> {
    let mut found = Vec::new();
    collect(&opened(holder), property, &mut found);
    found
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
