//! Values of one record that several rules ask for.

use std::ops::ControlFlow;

use entward_sigma::{FieldId, Presence, Value};

/// What was asked for, and what was found when it was asked for again.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    asked: Vec<FieldId>,
    kept: Vec<(FieldId, Presence, Vec<Kept>)>,
}

/// A value that outlives its visit.
#[derive(Debug)]
pub(super) enum Kept {
    Null,
    Bool(bool),
    Number(Box<str>),
    Text(Box<str>),
    Json(Box<str>),
}

impl From<Value<'_>> for Kept {
    fn from(value: Value<'_>) -> Kept {
        match value {
            Value::Null => Kept::Null,
            Value::Bool(flag) => Kept::Bool(flag),
            Value::Number(text) => Kept::Number(text.into()),
            Value::Text(text) => Kept::Text(text.into()),
            Value::Json(text) => Kept::Json(text.into()),
        }
    }
}

impl Kept {
    fn value(&self) -> Value<'_> {
        match self {
            Kept::Null => Value::Null,
            Kept::Bool(flag) => Value::Bool(*flag),
            Kept::Number(text) => Value::Number(text),
            Kept::Text(text) => Value::Text(text),
            Kept::Json(text) => Value::Json(text),
        }
    }
}

impl Repeated {
    /// Whether a field is asked for the first time.
    pub(super) fn is_first(&mut self, field: FieldId) -> bool {
        let is_first = !self.asked.contains(&field);
        if is_first {
            self.asked.push(field);
        }
        is_first
    }

    /// Keeps all values of a field.
    pub(super) fn keep(&mut self, field: FieldId, presence: Presence, values: Vec<Kept>) {
        self.kept.push((field, presence, values));
    }

    /// Visits the values of a field again, if they are kept.
    pub(super) fn replay(
        &self,
        field: FieldId,
        visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>,
    ) -> Option<Presence> {
        let (_, presence, values) = self.kept.iter().find(|(kept, ..)| *kept == field)?;
        let _ = values.iter().try_for_each(|kept| visit(kept.value()));
        Some(*presence)
    }
}

#[cfg(test)]
mod tests {
    use entward_model::Summary;
    use entward_sigma::Loader;

    use crate::detect::{Detector, Filter, Hit, Mapping, Sink, Trouble};
    use crate::knowledge::Knowledge;

    #[derive(Default)]
    struct Hits(Vec<Hit>);

    impl Sink for Hits {
        fn hit(&mut self, hit: Hit) {
            self.0.push(hit);
        }

        fn trouble(&mut self, trouble: Trouble) {
            panic!("{}", trouble.reason);
        }
    }

    #[test]
    fn rules_that_ask_the_same_field_again_see_what_the_first_saw() {
        let mut loader = Loader::default();
        for (number, value) in ["x", "ada", "y", "ada"].iter().enumerate() {
            // The comparison with another deep field happens while the first is visited.
            let rule = format!(
                "title: R{number}\nlogsource: {{product: azure, service: auditlogs}}\ndetection:\n    selection:\n        \
                 OperationName: Add application\n        properties.a.b|contains: '{value}'\n    other:\n        \
                 properties.a.b|fieldref: properties.a.c\n    condition: selection or other\n"
            );
            loader.add(&format!("{number}.yml"), &rule);
        }
        let (collection, errors) = loader.finish();
        assert!(errors.is_empty(), "{errors:?}");
        let (detector, _) = Detector::new(collection, &Mapping::default(), Knowledge::bundled());
        let record = br#"{"time":"2026-03-04T09:20:11Z","operationName":"Add application","category":"AuditLogs",
            "properties":{"a":{"b":["z","ada lindholm"],"c":"w"}}}"#;
        let mut hits = Hits::default();
        let (mut index, mut summary) = (0, Summary::default());
        detector.worker().scan(record, None, &mut index, &Filter::default(), &mut summary, &mut hits);
        assert_eq!(hits.0[0].rules, [1, 3]);
    }
}
