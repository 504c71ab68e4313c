//! `action:`, by which old rule files say once what holds of several documents.
//!
//! Sigma 2 no longer describes it; pySigma still reads it, and so do old collections need it.

use crate::document::Reader;
use crate::error::RuleError;
use crate::yaml::{self, Entry, Kind, Node};

const ACTIONS: &[&str] = &["global", "reset", "repeat"];

/// The documents of a file, without the empty ones, their actions carried out:
/// `global` adds to all documents that follow, until `reset`; `repeat` changes a copy of the
/// document before.
pub(crate) fn documents(file: &str, text: &str) -> (Vec<Node>, Vec<RuleError>) {
    let (documents, mut errors) = yaml::documents(file, text);
    let mut global: Option<Node> = None;
    let mut finished: Vec<Node> = Vec::new();
    for mut document in documents {
        if matches!(document.kind, Kind::Null) {
            continue;
        }
        match take_action(file, &mut document, &mut errors).as_deref() {
            None => {
                if let Some(global) = &global {
                    merge(&mut document, global);
                }
                finished.push(document);
            }
            Some("global") => {
                if let Some(before) = &global {
                    merge(&mut document, before);
                }
                global = Some(document);
            }
            Some("reset") => global = None,
            Some("repeat") => {
                let Some(before) = finished.last() else {
                    let mut reader = Reader::new(file);
                    let cure = "put the document that it repeats before it";
                    reader.unfit(&document, "action", "there is nothing to repeat", cure);
                    errors.append(&mut reader.errors);
                    continue;
                };
                merge(&mut document, before);
                finished.push(document);
            }
            Some(_) => {}
        }
    }
    (finished, errors)
}

/// Takes `action:` out of a document. An unknown one is an error, and its document is
/// passed over.
fn take_action(file: &str, document: &mut Node, errors: &mut Vec<RuleError>) -> Option<String> {
    let Kind::Map(entries) = &mut document.kind else { return None };
    let at = entries.iter().position(|entry| entry.key == "action")?;
    let Entry { value, .. } = entries.remove(at);
    let mut reader = Reader::new(file);
    let word = match &value.kind {
        Kind::Scalar { text, .. } => text.clone(),
        _ => String::new(),
    };
    if !ACTIONS.contains(&word.as_str()) {
        reader.unknown(&value, "action", &word, ACTIONS);
        errors.append(&mut reader.errors);
    }
    Some(word)
}

/// Adds what `document` does not say itself.
fn merge(document: &mut Node, from: &Node) {
    let (Kind::Map(own), Kind::Map(others)) = (&mut document.kind, &from.kind) else { return };
    for other in others {
        match own.iter_mut().find(|entry| entry.key == other.key) {
            Some(entry) => merge(&mut entry.value, &other.value),
            None => own.push(other.clone()),
        }
    }
}
