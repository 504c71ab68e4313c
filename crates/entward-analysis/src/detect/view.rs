//! A gathered record as the rule language sees it.

use std::cell::{OnceCell, RefCell};
use std::ops::ControlFlow;

use entward_model::Shape;
use entward_sigma::{FieldId, Presence, Record, Value};

use super::changed::{self, Holder};
use super::mapping::Places;
use super::place::{Place, Source, Transform};
use super::repeated::Repeated;
use super::vocabulary::stream_of;
use super::walk::{self, Found};
use crate::decode::Gathered;
use crate::decode::keys::{self, Slot};

/// One record and where its fields are looked up.
pub(super) struct View<'a> {
    record: &'a Gathered<'a>,
    /// For each field, the places in each shape.
    places: &'a [Vec<Places>],
    holder: OnceCell<Holder<'a>>,
    repeated: RefCell<Repeated>,
}

type Visit<'v> = dyn FnMut(Value<'_>) -> ControlFlow<()> + 'v;

impl<'a> View<'a> {
    pub(super) fn new(record: &'a Gathered<'a>, places: &'a [Vec<Places>]) -> View<'a> {
        View { record, places, holder: OnceCell::new(), repeated: RefCell::default() }
    }

    fn shape(&self) -> Shape {
        self.record.shape
    }

    /// Visits what stands at one place; says whether anything does.
    fn at(&self, place: &Place, visit: &mut Visit<'_>) -> (bool, ControlFlow<()>) {
        match place {
            Place::Constant(text) => (true, visit(Value::Text(text))),
            Place::Value { source, transform } => self.value(source, *transform, visit),
            Place::Change { source, property, side } => {
                let holder = self.holder.get_or_init(|| self.holder(source));
                let mut present = false;
                for change in holder.named(property) {
                    let (any, flow) = changed::visit_side(property, *side, &change, visit);
                    present |= any;
                    if flow.is_break() {
                        return (true, flow);
                    }
                }
                (present, ControlFlow::Continue(()))
            }
            Place::Columns { groups, property, side } => {
                let text = |slot: Slot| self.record.text(slot).and_then(|bytes| std::str::from_utf8(bytes).ok());
                let mut present = false;
                for (name, old, new) in groups {
                    let Some(path) = text(*name).and_then(|name| changed::path_behind(property, name)) else {
                        continue;
                    };
                    let value = |slot| {
                        text(slot).map_or(serde_json::Value::Null, |text| serde_json::Value::String(text.to_owned()))
                    };
                    let change = changed::Changed { old: value(*old), new: value(*new) };
                    let change = if path.is_empty() { change } else { change.inside(path) };
                    let (any, flow) = changed::visit_side(property, *side, &change, visit);
                    present |= any;
                    if flow.is_break() {
                        return (true, flow);
                    }
                }
                (present, ControlFlow::Continue(()))
            }
        }
    }

    /// The changed properties in the array of targets, or of properties, at a place.
    fn holder(&self, source: &Source) -> Holder<'a> {
        let (slot, path) = match &source.inner {
            Some((slot, rest)) if self.record.has(*slot) => (*slot, rest),
            _ => (source.root, &source.path),
        };
        let Some(bytes) = self.record.cell(slot) else { return Holder::Tree(serde_json::Value::Null) };
        if !self.record.is_json() {
            return Holder::Tree(serde_json::Value::String(String::from_utf8_lossy(bytes).into_owned()));
        }
        if path.is_empty()
            && let Some(listed) = Holder::list(bytes)
        {
            return listed;
        }
        let mut value: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        for name in path.split('.').filter(|name| !name.is_empty()) {
            value = crate::json::member(&crate::json::unpacked(&value), name).cloned().unwrap_or_default();
        }
        Holder::Tree(value)
    }

    fn value(&self, source: &Source, transform: Transform, visit: &mut Visit<'_>) -> (bool, ControlFlow<()>) {
        let (bytes, path) = match &source.inner {
            Some((slot, rest)) if self.record.has(*slot) => (self.record.cell(*slot), rest),
            // `properties` was read, and does not have it.
            Some(_) if self.record.cell(source.root).is_none_or(|bytes| bytes.first() == Some(&b'{')) => {
                return nothing();
            }
            _ => (self.record.cell(source.root), &source.path),
        };
        let Some(bytes) = bytes else { return nothing() };
        if !self.record.is_json() {
            return self.cell_text(bytes, path, transform, visit);
        }
        // The common case: a string without escapes, as it is.
        if path.is_empty()
            && let [b'"', inside @ .., b'"'] = bytes
            && memchr::memchr(b'\\', inside).is_none()
        {
            return match std::str::from_utf8(inside) {
                Ok(text) => (true, give(Found::Text(text), transform, visit)),
                Err(_) => nothing(),
            };
        }
        let mut present = false;
        let flow = walk::walk(bytes, path, &mut |found| {
            present = true;
            give(found, transform, visit)
        });
        (present, flow)
    }

    /// A CSV cell: text, which may hold JSON. An empty cell says nothing.
    fn cell_text(
        &self,
        bytes: &[u8],
        path: &str,
        transform: Transform,
        visit: &mut Visit<'_>,
    ) -> (bool, ControlFlow<()>) {
        let Ok(text) = std::str::from_utf8(bytes) else { return nothing() };
        if text.is_empty() {
            return nothing();
        }
        if path.is_empty() {
            return (true, give(Found::Text(text), transform, visit));
        }
        let mut present = false;
        let flow = walk::inside_text(text, path, &mut |found| {
            present = true;
            give(found, transform, visit)
        });
        (present, flow)
    }
}

fn nothing() -> (bool, ControlFlow<()>) {
    (false, ControlFlow::Continue(()))
}

fn give(found: Found<'_>, transform: Transform, visit: &mut Visit<'_>) -> ControlFlow<()> {
    match found {
        Found::EmptyArray => ControlFlow::Continue(()),
        Found::Null => visit(Value::Null),
        Found::Bool(flag) => visit(Value::Bool(flag)),
        Found::Json(text) => visit(Value::Json(text)),
        Found::Number(text) if transform == Transform::None => visit(Value::Number(text)),
        Found::Text(text) if transform.keeps(text) => visit(Value::Text(text)),
        Found::Number(text) | Found::Text(text) => {
            transform.apply(text).map_or(ControlFlow::Continue(()), |text| visit(Value::Text(&text)))
        }
    }
}

impl View<'_> {
    /// Visits what stands at all places; says whether anything does, and whether it was visited to the end.
    fn values_at(&self, places: &[Place], visit: &mut Visit<'_>) -> (Presence, ControlFlow<()>) {
        let mut presence = Presence::Missing;
        for place in places {
            let (present, flow) = self.at(place, visit);
            if present {
                presence = Presence::Present;
            }
            if flow.is_break() {
                return (presence, flow);
            }
        }
        (presence, ControlFlow::Continue(()))
    }

    /// The same where a value is searched for inside others. Rules that share an operation ask for the same field one
    /// after the other; from the second time on it is remembered.
    fn deep_values(&self, field: FieldId, places: &[Place], visit: &mut Visit<'_>) -> Presence {
        if let Some(presence) = self.repeated.borrow().replay(field, visit) {
            return presence;
        }
        // While values are replayed, a comparison with another field asks for that one in between.
        let remembers = self.repeated.try_borrow_mut().is_ok_and(|mut repeated| !repeated.is_first(field));
        if !remembers {
            return self.values_at(places, visit).0;
        }
        let mut told = Vec::new();
        let (presence, flow) = self.values_at(places, &mut |value| {
            told.push(value.into());
            visit(value)
        });
        if flow.is_continue()
            && let Ok(mut repeated) = self.repeated.try_borrow_mut()
        {
            repeated.keep(field, presence, told);
        }
        presence
    }
}

impl Record for View<'_> {
    #[inline]
    fn stream(&self) -> u64 {
        stream_of(self.shape())
    }

    fn values(&self, field: FieldId, visit: &mut Visit<'_>) -> Presence {
        let Some(places) = self.places.get(field.index()).and_then(|shapes| shapes.get(self.shape() as usize)) else {
            return Presence::Missing;
        };
        if places.iter().any(Place::is_deep) {
            return self.deep_values(field, places, visit);
        }
        self.values_at(places, visit).0
    }

    fn strings(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        if self.record.is_json() {
            let _ = walk::strings(self.record.bytes, visit);
        } else {
            for cell in self.record.row_cells() {
                if let Ok(text) = std::str::from_utf8(cell)
                    && visit(text).is_break()
                {
                    return;
                }
            }
        }
    }

    fn raw(&self) -> Option<&[u8]> {
        self.record.is_json().then_some(self.record.bytes)
    }
}

/// The operation's text of a record as it stood, by the member that names it in its shape.
pub(super) fn operation_slots(shape: Shape) -> &'static [Slot] {
    match shape {
        Shape::GraphDirectoryAudit => &[keys::ACTIVITY_DISPLAY_NAME],
        Shape::UalJson | Shape::UalCsv | Shape::LaOfficeActivity => &[keys::OPERATION, keys::OPERATIONS],
        Shape::LaAzureActivity => &[keys::OPERATION_NAME_VALUE, keys::OPERATION_NAME],
        Shape::PortalAuditCsv => &[keys::ACTIVITY_COLUMN],
        Shape::PortalActivityCsv => &[keys::OPERATION_COLUMN],
        _ => &[keys::OPERATION_NAME],
    }
}
