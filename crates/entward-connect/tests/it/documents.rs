//! JSON that does not keep to lines.

use entward_connect::{ChunkOptions, InputFile, ProblemKind};

use crate::reading::{Dice, Dribble, long, read, read_bytes, read_with, small};

#[test]
fn the_elements_of_a_pretty_printed_array_are_records() {
    let reading = read_bytes("[\r\n  {\r\n    \"a\": [1, {\"b\": \"]}\"}]\r\n  },\r\n  {\"c\": 2}\r\n]\r\n");
    assert_eq!(reading.compact(), ["{\"a\":[1,{\"b\":\"]}\"}]}", "{\"c\":2}"]);
    assert_eq!(reading.pieces[0].offset, 5);
    assert!(reading.pieces.iter().all(|piece| piece.kind == "value"));
    assert!(reading.problems.is_empty());
}

#[test]
fn the_elements_of_pages_and_envelopes_are_records_and_what_is_around_them_is_not() {
    for name in ["value", "records", "Records", "VALUE"] {
        let text = format!(
            "{{\n \"@odata.context\": \"x\",\n \"{name}\" : [\n {{\"a\": 1}},\n {{\"b\": {{}}}} ],\n \"nextLink\": {{\"c\":[1]}}\n}}\n"
        );
        assert_eq!(read_bytes(text).compact(), ["{\"a\":1}", "{\"b\":{}}"], "{name}");
    }
}

#[test]
fn an_empty_page_holds_no_record() {
    let reading = read_bytes("{\n  \"value\": [\n  ]\n}\n{\n  \"value\": [ ]\n}");
    assert!(reading.pieces.is_empty());
    assert!(reading.problems.is_empty());
}

#[test]
fn an_object_whose_value_is_no_list_of_objects_is_a_record() {
    for record in [
        "{\n\"value\": {\"a\": 1}\n}",
        "{\n\"value\": [\"a\", \"b\"]\n}",
        "{\n\"value\": [[1]], \"b\": {}\n}",
        "{\n\"value\": [1, {\"a\":2}], \"b\": 3\n}",
        "{\n\"a\": {\"value\": [{\"b\":1}]}\n}",
    ] {
        assert_eq!(read_bytes(record).texts(), [record]);
    }
}

#[test]
fn values_may_follow_each_other_in_any_way() {
    let text = "{\n\"a\":1}\n{\"b\":2}{\"c\":3}\n[{\"d\":4},{\"e\":5}] [\n[{\"f\":6}]]\x1e{\"g\":7}\n\u{feff}{\"h\":8},\n{\"i\":9}";
    let reading = read_bytes(text);
    let letters: Vec<String> =
        reading.texts().iter().map(|text| text.replace(|c: char| !c.is_alphabetic(), "")).collect();
    assert_eq!(letters.concat(), "abcdefghi");
    assert!(reading.problems.is_empty());
}

#[test]
fn json_text_sequences_are_read() {
    assert_eq!(read_bytes("\x1e{\"a\":1}\n\x1e{\"b\":2}\n").texts(), ["{\"a\":1}", "{\"b\":2}"]);
}

#[test]
fn a_fragment_is_one_value_as_it_stands() {
    let text = "\"operationName\": {\n  \"value\": \"x\"\n},\n\"properties\": {}";
    let reading = read_bytes(format!("{text}\n\n"));
    assert_eq!(reading.texts(), [text]);
    assert_eq!(reading.pieces[0].kind, "value");
}

#[test]
fn what_is_no_json_inside_a_record_stays_there() {
    let text = "[\n  {\n    \"ip\": <Redacted>,\n    \"x\": 1,,\n  },\n  {\n    \"b\": 2\n  }\n]";
    assert_eq!(read_bytes(text).compact(), ["{\"ip\":<Redacted>,\"x\":1,,}", "{\"b\":2}"]);
}

#[test]
fn a_missing_quote_harms_one_record() {
    let text = "[\n  {\n    \"ip\": \"203.0.113.5,\n    \"b\": {}\n  },\n  {\n    \"c\": \"}\"\n  }\n]";
    let reading = read_bytes(text);
    assert_eq!(reading.pieces.len(), 2);
    assert_eq!(reading.compact()[1], "{\"c\":\"}\"}");
}

#[test]
fn a_missing_bracket_harms_one_record() {
    let text = "{\n \"value\": [\n  {\n    \"a\": {\n  },\n  {\n    \"b\": 2\n  },\n  {\n    \"c\": 3\n  }\n ]\n}\n";
    let reading = read_bytes(text);
    assert_eq!(reading.compact(), ["{\"b\":2}", "{\"c\":3}"]);
    assert_eq!(reading.kinds(), [ProblemKind::Broken]);
    assert_eq!(reading.problems[0].offset, Some(16));
}

#[test]
fn a_bracket_too_many_loses_no_record() {
    let text = "[\n  {\"a\": 1}},\n  {\"b\": 2},\n  {\"c\": 3}\n]\n";
    let reading = read_bytes(text);
    assert_eq!(reading.compact(), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
}

#[test]
fn a_document_that_was_cut_off_keeps_what_came_before() {
    let reading = read_bytes("[\n {\"a\": 1},\n {\"b\": 2},\n {\"c\": \"");
    assert_eq!(reading.compact(), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(reading.kinds(), [ProblemKind::Truncated]);
    assert_eq!((reading.problems[0].offset, reading.problems[0].index), (Some(25), Some(2)));
    assert!(reading.problems[0].message.contains("ends inside record 2"), "{}", reading.problems[0]);
    let reading = read_bytes("[\n {\"a\": 1},\n");
    assert_eq!(reading.kinds(), [ProblemKind::Truncated]);
}

#[test]
fn garbage_between_values_is_reported_once_per_stretch() {
    let reading =
        read_bytes("{\n\"a\":1}\nHTTP/1.1 {200} \"OK\nx\n  {\"b\":2}\n[ {\"c\":3}, 7, 8, {\"d\":4} ]\ntrailer\n");
    assert_eq!(reading.compact(), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"]);
    assert_eq!(reading.kinds(), [ProblemKind::Garbage; 3]);
    assert_eq!(reading.problems[0].offset, Some(9));
}

#[test]
fn nesting_of_any_depth_is_one_record() {
    let deep = format!("{{\n\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let reading = read_bytes(format!("{deep}\n{{\"b\":2}}"));
    assert_eq!(reading.texts(), [deep.as_str(), "{\"b\":2}"]);
}

#[test]
fn brackets_that_never_close_are_reported() {
    let reading = read(vec![InputFile::from_reader("input", long("", b'[', 40 << 20, ""))], ChunkOptions::default());
    assert!(reading.pieces.is_empty());
    assert_eq!(reading.kinds(), [ProblemKind::Truncated]);
}

#[test]
fn a_record_over_the_limit_is_left_out_and_its_neighbors_are_kept() {
    let options = ChunkOptions { chunk_size: 1000, max_record: 5000 };
    let text = format!("[{{\"a\":1}},{{\"b\":\"{}\"}},{{\"c\":3}}]", "x".repeat(6000));
    let reading = read_with(text, options);
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"c\":3}"]);
    assert_eq!(reading.kinds(), [ProblemKind::TooLarge]);
    assert_eq!(reading.problems[0].offset, Some(9));
    assert!(reading.problems[0].message.contains("6008 bytes"), "{}", reading.problems[0]);
}

#[test]
fn a_page_may_say_anything_of_any_length_before_its_records() {
    let options = ChunkOptions { chunk_size: 1000, max_record: 5000 };
    let text = format!("{{\"@odata.context\":\"{}\",\"value\":[{{\"a\":1}}]}}", "x".repeat(60_000));
    let reading = read_with(text, options);
    assert_eq!(reading.texts(), ["{\"a\":1}"]);
    assert!(reading.problems.is_empty());
}

#[test]
fn scalars_without_end_in_one_line_need_no_memory() {
    let text = long("[{\"a\":1},", b'7', 1 << 26, ",{\"b\":2}]");
    let reading = read(vec![InputFile::from_reader("input", text)], ChunkOptions::default());
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(reading.kinds(), [ProblemKind::Garbage]);
    assert!(reading.largest_chunk < 1 << 20);
}

#[test]
fn where_chunks_end_does_not_matter() {
    let mut dice = Dice(0x5eed_0fa1_1be5_1de5);
    for round in 0..300 {
        let text = document(&mut dice);
        let whole = read_bytes(text.clone());
        for size in [64, 65, 100, 128, 1000] {
            let dribble = Dribble { bytes: text.clone().into_bytes(), at: 0, dice: Dice(round + 1) };
            let parts = read(vec![InputFile::from_reader("input.json", Box::new(dribble))], small(size));
            let places = |reading: &crate::reading::Reading| {
                reading.pieces.iter().map(|piece| (piece.offset, piece.text.clone())).collect::<Vec<_>>()
            };
            assert_eq!(places(&parts), places(&whole), "chunks of {size} bytes of {text}");
            assert_eq!(parts.problems, whole.problems, "chunks of {size} bytes of {text}");
        }
    }
}

#[test]
fn the_splitter_agrees_with_a_parser() {
    let mut dice = Dice(0xdeca_fbad);
    for _ in 0..300 {
        let records: Vec<serde_json::Value> =
            (0..1 + dice.roll(8)).map(|_| serde_json::json!({ "r": value(&mut dice, 4) })).collect();
        let page =
            serde_json::json!({ "@odata.context": value(&mut dice, 2), "value": records, "next": value(&mut dice, 2) });
        for text in [
            serde_json::to_string_pretty(&page).unwrap(),
            serde_json::to_string_pretty(&records).unwrap(),
            format!("[{}", serde_json::to_string(&records).unwrap()) + "\n]",
        ] {
            let reading = read_with(text.clone(), small(100));
            let read: Vec<serde_json::Value> =
                reading.texts().iter().map(|text| serde_json::from_str(text).unwrap()).collect();
            assert_eq!(read, records, "{text}");
            assert!(reading.problems.is_empty(), "{:?} in {text}", reading.problems);
        }
    }
}

/// Some document, whole or not quite.
fn document(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..1 + dice.roll(4) {
        let records: Vec<serde_json::Value> =
            (0..dice.roll(5)).map(|_| serde_json::json!({ "r": value(dice, 3) })).collect();
        let part = match dice.roll(4) {
            0 => serde_json::to_string_pretty(&records),
            1 => serde_json::to_string_pretty(&serde_json::json!({ "a": value(dice, 2), "value": records })),
            2 => serde_json::to_string_pretty(&serde_json::json!({ "a": value(dice, 3), "value": value(dice, 1) })),
            _ => serde_json::to_string(&serde_json::json!({ "records": records })).map(|text| text + "{\"x\":1}"),
        };
        text += &part.unwrap();
        text += ["\n", ",", "", "\n\n", " garbage }\n"][dice.roll(5)];
    }
    if dice.roll(5) == 0 {
        let mut end = dice.roll(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    // Starts as a document whatever is in it.
    format!("{{\n}}\n{text}")
}

fn value(dice: &mut Dice, depth: usize) -> serde_json::Value {
    match dice.roll(if depth == 0 { 3 } else { 5 }) {
        0 => dice.roll(1000).into(),
        1 => ["", "{", "}]", "\"", "\\", "\\\"", "a \\\\\\\" é", "\n{", "[[[["][dice.roll(9)]
            .repeat(dice.roll(40))
            .into(),
        2 => serde_json::Value::Null,
        3 => (0..dice.roll(4)).map(|_| value(dice, depth - 1)).collect::<Vec<_>>().into(),
        _ => {
            let members = (0..dice.roll(4)).map(|number| (format!("m{number}"), value(dice, depth - 1)));
            serde_json::Value::Object(members.collect())
        }
    }
}
