//! Reading the public logs, as simply as they allow.

use std::path::PathBuf;

use entward_model::Shape;
use serde_json::{Map, Value};

/// The folder of the logs, or `None` with a word about it.
pub(crate) fn corpora() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("no public logs at {}: nothing was tested", folder.display());
    None
}

/// Path and shape of every file whose shape has a name of ours; `la.SigninLogs (CSV)` has one, `labels` has none.
pub(crate) fn listed() -> Vec<(String, Shape)> {
    let Some(folder) = corpora() else { return Vec::new() };
    let manifest = std::fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let rows = rows(&manifest);
    let named = rows.iter().filter_map(|row| {
        let name = row["shape"].as_str()?.split(" (").next()?;
        let name = if name == "resource log" { "diag.PlatformLogs" } else { name };
        Some((row["path"].as_str()?.to_owned(), Shape::from_name(name)?))
    });
    named.collect()
}

/// The records of a file: pages, envelopes, arrays, one object, lines, rows. What cannot be read is left out.
pub(crate) fn records(path: &str) -> Vec<Value> {
    let Some(folder) = corpora() else { return Vec::new() };
    let bytes = std::fs::read(folder.join(path)).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = text.trim_start_matches('\u{feff}');
    if path.ends_with(".csv") {
        return rows(text).into_iter().map(Value::Object).collect();
    }
    let whole = serde_json::from_str::<Value>(text).map(|whole| vec![whole]);
    let documents = whole.unwrap_or_else(|_| text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect());
    documents.into_iter().flat_map(inside).collect()
}

fn inside(document: Value) -> Vec<Value> {
    match document {
        Value::Array(elements) => elements,
        Value::Object(mut members) => {
            let key = ["records", "value"].into_iter().find(|key| members.get(*key).is_some_and(Value::is_array));
            match key.and_then(|key| members.remove(key)) {
                Some(Value::Array(elements)) => elements,
                _ => vec![Value::Object(members)],
            }
        }
        _ => Vec::new(),
    }
}

/// The rows of a CSV file as objects of text, by its header.
fn rows(text: &str) -> Vec<Map<String, Value>> {
    let mut table: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let row = table.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => table.push(vec![String::new()]),
            other => row.last_mut().unwrap().push(other),
        }
    }
    let mut rows = table.into_iter().filter(|row| row.len() > 1);
    let header: Vec<String> =
        rows.next().unwrap_or_default().iter().map(|name| name.trim_end_matches(" [UTC]").to_owned()).collect();
    let objects = rows.map(|row| header.iter().cloned().zip(row.into_iter().map(Value::String)).collect());
    objects.collect()
}
