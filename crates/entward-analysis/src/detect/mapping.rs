//! Names that rules use ↔ places in a record.
//!
//! Community rules are written for one shape each: Event Hub paths, Graph paths, Log
//! Analytics columns. The files of `mappings/` say, for every shape, where the thing
//! behind a name stands, so that a rule written for one runs on all that carry it.

use entward_model::{SHAPES, Shape};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::place::{Place, Side, Source, Transform};
use crate::decode::keys::Layout;

/// The mappings of the program, read.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Lower-case name → concept.
    concepts: FxHashMap<String, String>,
    /// Concept → the one name under which the rule language knows it.
    first_names: FxHashMap<String, String>,
    shapes: FxHashMap<Shape, ShapeMapping>,
}

#[derive(Debug, Default, Clone)]
struct ShapeMapping {
    /// Concept → places.
    places: FxHashMap<String, Vec<String>>,
    /// Where the changed properties stand.
    changes: Option<String>,
}

/// A mapping file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// It is not the YAML that a mapping is.
    #[error("{file}: not readable as a mapping: {message}")]
    Yaml {
        /// The file.
        file: String,
        /// What the reader says, with its place.
        message: String,
    },
    /// It names a shape that does not exist.
    #[error("{file}: there is no shape `{shape}`")]
    UnknownShape {
        /// The file.
        file: String,
        /// The name.
        shape: String,
    },
    /// It places a concept that `names.yml` does not have.
    #[error("{file}: `names.yml` has no concept `{concept}`")]
    UnknownConcept {
        /// The file.
        file: String,
        /// The name.
        concept: String,
    },
    /// A name stands for two concepts.
    #[error("{file}: `{name}` stands for `{first}` and for `{second}`")]
    TwoConcepts {
        /// The file.
        file: String,
        /// The name.
        name: String,
        /// The concept it has already.
        first: String,
        /// The concept it is given again.
        second: String,
    },
}

#[derive(Deserialize)]
struct ShapeFile {
    shapes: Vec<String>,
    #[serde(default)]
    changes: Option<String>,
    places: FxHashMap<String, Vec<String>>,
}

/// How one name is looked up in one record.
pub(super) type Places = Box<[Place]>;

impl Mapping {
    /// Reads mapping files: `(path, text)` of each, `names.yml` among them.
    ///
    /// # Errors
    ///
    /// [`MappingError`] for the first file that cannot be used.
    pub fn read(files: &[(&str, &str)]) -> Result<Mapping, MappingError> {
        let mut mapping = Mapping::default();
        let (names, shapes): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with("names.yml"));
        for (file, text) in names {
            mapping.read_names(file, text)?;
        }
        for (file, text) in shapes {
            mapping.read_shapes(file, text)?;
        }
        Ok(mapping)
    }

    fn read_names(&mut self, file: &str, text: &str) -> Result<(), MappingError> {
        let concepts: std::collections::BTreeMap<String, Vec<String>> = serde_saphyr::from_str(text)
            .map_err(|error| MappingError::Yaml { file: file.to_owned(), message: error.to_string() })?;
        for (concept, names) in concepts {
            if let Some(first) = names.iter().min() {
                self.first_names.insert(concept.clone(), first.clone());
            }
            for name in names {
                if let Some(first) = self.concepts.insert(name.to_lowercase(), concept.clone())
                    && first != concept
                {
                    return Err(MappingError::TwoConcepts { file: file.to_owned(), name, first, second: concept });
                }
            }
        }
        Ok(())
    }

    fn read_shapes(&mut self, file: &str, text: &str) -> Result<(), MappingError> {
        let read: ShapeFile = serde_saphyr::from_str(text)
            .map_err(|error| MappingError::Yaml { file: file.to_owned(), message: error.to_string() })?;
        if let Some(concept) = read.places.keys().find(|concept| !self.concepts.values().any(|known| known == *concept))
        {
            return Err(MappingError::UnknownConcept { file: file.to_owned(), concept: concept.clone() });
        }
        for name in &read.shapes {
            let shape = Shape::from_name(name)
                .ok_or_else(|| MappingError::UnknownShape { file: file.to_owned(), shape: name.clone() })?;
            self.shapes.insert(shape, ShapeMapping { places: read.places.clone(), changes: read.changes.clone() });
        }
        Ok(())
    }

    /// Where a rule's field stands, for every shape in the order of [`SHAPES`]; the slots
    /// it needs are made in `layout`.
    pub(super) fn places_of(&self, field: &str, layout: &mut Layout) -> Vec<Places> {
        SHAPES.iter().map(|shape| self.places_in(field, *shape, layout)).collect()
    }

    fn places_in(&self, field: &str, shape: Shape, layout: &mut Layout) -> Places {
        if shape == Shape::PortalAuditCsv
            && let Some((property, side)) = change_of(field)
        {
            return Box::new([Place::of_columns(property, side, layout)]);
        }
        self.written_places(field, shape).into_iter().map(|written| written.in_layout(layout)).collect()
    }

    /// Where a rule's field stands in a shape, in words.
    pub(crate) fn written_places(&self, field: &str, shape: Shape) -> Vec<Written> {
        let shape_mapping = self.shapes.get(&shape);
        if let Some((property, side)) = change_of(field)
            && let Some(base) = shape_mapping.and_then(|mapping| mapping.changes.as_ref())
        {
            return vec![Written::Change { base: base.clone(), property: property.to_owned(), side }];
        }
        if let Some((concept, rest)) = self.concept_of(field) {
            let specs = shape_mapping.and_then(|mapping| mapping.places.get(concept));
            return specs.into_iter().flatten().map(|spec| Written::read(spec, rest)).collect();
        }
        // A name that nobody mapped is a path in the record: at its top, or inside `properties`.
        let other = match strip_prefix_ignoring_case(field, "properties.") {
            Some(inside) => inside.to_owned(),
            None => format!("properties.{field}"),
        };
        let path = |path: String| Written::Path { path, transform: Transform::None };
        vec![path(field.to_owned()), path(other)]
    }

    /// How values of a field are folded before they are compared.
    pub(crate) fn fold_of(&self, field: &str) -> Option<Fold> {
        match self.concept(field)? {
            "operation" | "message" => Some(Fold::Operation),
            "result" | "status" | "result_type" => Some(Fold::Outcome),
            "target_type" => Some(Fold::Blanks),
            _ => None,
        }
    }

    /// The concept that a name, or its longest beginning, stands for, and the rest of the name.
    fn concept_of<'a>(&self, field: &'a str) -> Option<(&str, &'a str)> {
        let lower = field.to_lowercase();
        let mut end = field.len();
        loop {
            if let Some(concept) = lower.get(..end).and_then(|name| self.concepts.get(name)) {
                return Some((concept, field[end..].trim_start_matches('.')));
            }
            end = lower[..end].rfind('.')?;
        }
    }

    /// One name for each concept that a shape has.
    pub(crate) fn names_in(&self, shape: Shape) -> impl Iterator<Item = &str> {
        let concepts = self.shapes.get(&shape).into_iter().flat_map(|mapping| mapping.places.keys());
        concepts.filter_map(|concept| self.first_names.get(concept)).map(String::as_str)
    }

    /// Whether a name, or its beginning, stands for a concept.
    pub(crate) fn begins_with_a_name(&self, field: &str) -> bool {
        self.concept_of(field).is_some()
    }

    /// The first name, in the alphabet, of the concept that a name stands for as a whole.
    pub(super) fn first_name(&self, field: &str) -> Option<&str> {
        self.concepts.get(&field.to_lowercase()).and_then(|concept| self.first_names.get(concept)).map(String::as_str)
    }

    /// The concept a name stands for as a whole.
    pub(crate) fn concept(&self, field: &str) -> Option<&str> {
        self.concepts.get(&field.to_lowercase()).map(String::as_str)
    }
}

/// What is folded away in values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// The ways to spell an operation.
    Operation,
    /// Microsoft's twins for one outcome.
    Outcome,
    /// Blanks.
    Blanks,
}

/// A place as a mapping file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A path of members, dots between them.
    Path {
        /// The path from the top of the record.
        path: String,
        /// What is done to the value before it is compared.
        transform: Transform,
    },
    /// A value that every record of the shape has without saying so.
    Constant(String),
    /// One side of a changed property.
    Change {
        /// The path to the array of targets or properties.
        base: String,
        /// The property's name.
        property: String,
        /// Which values of it.
        side: Side,
    },
}

impl Written {
    /// Reads one place of a mapping file: a path, `path | transform`, or `=constant`.
    fn read(spec: &str, rest: &str) -> Written {
        if let Some(constant) = spec.strip_prefix('=') {
            return Written::Constant(constant.to_owned());
        }
        let (path, transform) = match spec.split_once(" | ") {
            Some((path, "outcome")) => (path, Transform::Outcome),
            Some((path, "http")) => (path, Transform::Http),
            Some((path, "words")) => (path, Transform::Words),
            Some((path, "object")) => (path, Transform::Object),
            _ => (spec, Transform::None),
        };
        let path = path.trim();
        let path = if rest.is_empty() { path.to_owned() } else { format!("{path}.{rest}") };
        Written::Path { path, transform }
    }

    fn in_layout(self, layout: &mut Layout) -> Place {
        match self {
            Written::Constant(text) => Place::Constant(text.into()),
            Written::Path { path, transform } => Place::Value { source: source(&path, layout), transform },
            Written::Change { base, property, side } => {
                Place::Change { source: source(&base, layout), property: property.into(), side }
            }
        }
    }
}

/// `Changes.<Property>.<Side>`: a changed property by its name.
pub(crate) fn change_of(field: &str) -> Option<(&str, Side)> {
    let (property, side) = strip_prefix_ignoring_case(field, "Changes.")?.rsplit_once('.')?;
    Some((property, Side::from_name(side)?))
}

fn source(path: &str, layout: &mut Layout) -> Source {
    let (first, inside) = path.split_once('.').unwrap_or((path, ""));
    let root = layout.root_slot(first);
    let inner = (first.eq_ignore_ascii_case("properties") && !inside.is_empty()).then(|| {
        let (member, rest) = inside.split_once('.').unwrap_or((inside, ""));
        (layout.inner_slot(member), rest.into())
    });
    Source { root, path: inside.into(), inner }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) { text.get(prefix.len()..) } else { None }
}
