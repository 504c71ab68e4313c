//! JSON for programs: one line per noun, or one document for a whole scan.
//!
//! Nothing is cut. What a terminal would obey or could not show is written as `\u202e`,
//! which every JSON reader turns back into the same character.

use std::borrow::Borrow;
use std::io;

use entward_model::{Alert, SCHEMA_VERSION, Summary};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::escape::is_hidden;

/// Writes one noun as one line of NDJSON.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn line<W: io::Write + ?Sized, T: Serialize + ?Sized>(out: &mut W, noun: &T) -> io::Result<()> {
    value(out, noun)?;
    out.write_all(b"\n")
}

/// Writes one document: `schema_version`, `summary`, `alerts`. Every alert is on a line of
/// its own, and is written before the next one is asked for.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn document<W: io::Write + ?Sized, A: Borrow<Alert>>(
    out: &mut W,
    summary: &Summary,
    alerts: impl IntoIterator<Item = A>,
) -> io::Result<()> {
    out.write_all(b"{\"schema_version\":")?;
    value(out, SCHEMA_VERSION)?;
    out.write_all(b",\"summary\":")?;
    value(out, summary)?;
    out.write_all(b",\"alerts\":[")?;
    let mut separator: &[u8] = b"\n";
    for alert in alerts {
        out.write_all(separator)?;
        value(out, alert.borrow())?;
        separator = b",\n";
    }
    out.write_all(b"]}\n")
}

fn value<W: io::Write + ?Sized, T: Serialize + ?Sized>(out: &mut W, noun: &T) -> io::Result<()> {
    noun.serialize(&mut Serializer::with_formatter(out, Harmless)).map_err(io::Error::from)
}

/// Compact JSON in which no character is hidden. (`serde_json` itself escapes what JSON
/// demands, which is less.)
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain ASCII, and ASCII has one hidden character left here: DEL.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(position) = rest.find(is_hidden) {
            let (before, behind) = rest.split_at(position);
            out.write_all(before.as_bytes())?;
            let mut characters = behind.chars();
            if let Some(hidden) = characters.next() {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use entward_model::Level;
    use serde_json::Value;

    use super::super::sample;
    use super::*;

    fn written(noun: &impl Serialize) -> String {
        let mut out = Vec::new();
        line(&mut out, noun).expect("a vector takes everything");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn a_line_is_the_whole_alert() {
        let alert = sample::hostile();
        let line = written(&alert);
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains(['\u{1b}', '\u{202e}', '\u{200b}']), "something hidden is left");
        assert_eq!(serde_json::from_str::<Alert>(&line).expect("an alert reads back"), alert);
        let members: Value = serde_json::from_str(&line).expect("the line is JSON");
        let names: Vec<&String> = members.as_object().expect("the alert is an object").keys().collect();
        insta::assert_snapshot!(format!("{names:?}"), @r#"
        ["id", "level", "title", "operations", "actor", "targets", "because", "not_in_the_log", "rules", "pages", "records", "first_seen", "last_seen", "tenant", "subscription", "duplicates"]
        "#);
    }

    #[test]
    fn hidden_characters_survive_the_round_trip() {
        let text = "a\u{7f}b\u{9b}c\u{202e}d\u{e0041}e\u{1b}fé東🙂";
        let line = written(&text);
        assert_eq!(line, "\"a\\u007fb\\u009bc\\u202ed\\udb40\\udc41e\\u001bfé東🙂\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).expect("a string reads back"), text);
    }

    #[test]
    fn a_document_holds_the_summary_and_the_alerts() {
        let mut summary = Summary { files: 1, ..Summary::default() };
        summary.count_alert(Level::Critical);
        for alerts in [vec![], vec![sample::registration()], vec![sample::registration(), sample::hostile()]] {
            let mut out = Vec::new();
            document(&mut out, &summary, &alerts).expect("a vector takes everything");
            let read: Value = serde_json::from_slice(&out).expect("the document is JSON");
            assert_eq!(read["schema_version"], SCHEMA_VERSION);
            assert_eq!(read["summary"]["alerts"]["critical"], 1);
            assert_eq!(read["alerts"], serde_json::to_value(&alerts).expect("alerts are JSON"));
        }
    }
}
