//! JSON lines.

use entward_connect::{InputFile, ProblemKind};

use crate::reading::{long, read, read_bytes, read_with, small};

#[test]
fn lines_come_out_whole_with_their_offsets() {
    let reading = read_bytes("{\"a\":1}\r\n\n  {\"b\":\"x\\\"{\"}\n[{\"c\":3}]");
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\":\"x\\\"{\"}", "[{\"c\":3}]"]);
    assert_eq!(reading.pieces.iter().map(|piece| piece.offset).collect::<Vec<_>>(), [0, 12, 25]);
    assert!(reading.pieces.iter().all(|piece| piece.kind == "line"));
    assert!(reading.problems.is_empty());
}

#[test]
fn lines_survive_any_chunk_size() {
    let lines: Vec<String> =
        (0..500).map(|number| format!("{{\"n\":{number},\"p\":\"{}\"}}", "x".repeat(number % 60))).collect();
    let text = lines.join("\n");
    for size in [90, 91, 127, 128, 1000, 100_000] {
        let reading = read_with(text.clone(), small(size));
        assert_eq!(reading.texts(), lines, "chunks of {size} bytes");
        for piece in &reading.pieces {
            let start = piece.offset as usize;
            assert_eq!(&text[start..start + piece.text.len()], piece.text);
        }
    }
}

#[test]
fn a_broken_line_harms_no_other() {
    let reading = read_bytes("{\"a\":1}\n{\"b\": {\"c\":\n{\"d\":4}\n\0\0\0\nnot json\n{\"e\":5}\n");
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\": {\"c\":", "{\"d\":4}", "\0\0\0", "not json", "{\"e\":5}"]);
}

#[test]
fn a_first_line_that_was_cut_off_does_not_make_the_file_a_document() {
    let reading = read_bytes("{\"a\":\"x\n{\"b\":2}\n{\"c\":3}\n");
    assert_eq!(reading.texts(), ["{\"a\":\"x", "{\"b\":2}", "{\"c\":3}"]);
}

#[test]
fn a_line_cut_off_at_the_end_of_a_chunk_waits_for_the_next() {
    // What follows tells whether it begins a document, and the chunk ends right before that.
    let cut = format!("{{{}{{", " ".repeat(61));
    let text = format!("{{\"time\":\"2026-03-04\"}}\n\n\n{cut}\n{{");
    for size in [64, 65, 1000] {
        let reading = read_with(text.clone(), small(size));
        assert_eq!(reading.texts(), ["{\"time\":\"2026-03-04\"}", &cut], "chunks of {size} bytes");
    }
}

#[test]
fn commas_between_lines_are_left_out() {
    assert_eq!(read_bytes("{\"a\":1},\n{\"b\":2},\n{\"c\":3}\n").texts(), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
}

#[test]
fn a_pretty_printed_document_may_follow_lines_and_lines_may_follow_it() {
    let mut text = String::from("{\"first\":1}\n{\n  \"value\": [\n    {\"a\": 1},\n    {\"b\": [2]}\n  ]\n}\n");
    let lines: Vec<String> = (0..100).map(|number| format!("{{\"n\":{number}}}")).collect();
    text += &lines.join("\n");
    for size in [64, 100, 1000, 100_000] {
        let reading = read_with(text.clone(), small(size));
        let mut expected = vec!["{\"first\":1}", "{\"a\": 1}", "{\"b\": [2]}"];
        expected.extend(lines.iter().map(String::as_str));
        assert_eq!(reading.texts(), expected, "chunks of {size} bytes");
        assert!(reading.problems.is_empty());
    }
    let reading = read_with(text, small(300));
    assert_eq!(reading.pieces.last().unwrap().kind, "line", "what follows the document is read as lines again");
}

#[test]
fn a_line_of_200_megabytes_is_reported_and_left_out() {
    let text = long("{\"a\":1}\n{\"b\":\"", b'x', 200 << 20, "\"}\n{\"c\":3}\n");
    let reading = read(vec![InputFile::from_reader("input", text)], Default::default());
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"c\":3}"]);
    assert_eq!(reading.kinds(), [ProblemKind::TooLarge]);
    assert_eq!(reading.problems[0].offset, Some(8));
    assert!(reading.largest_chunk < 17 << 20, "memory stays bounded");
}

#[test]
fn a_long_line_that_is_no_json_is_reported_and_left_out() {
    let text = long("{\"a\":1}\n", b'x', 40 << 20, "\n{\"c\":3}\n");
    let reading = read(vec![InputFile::from_reader("input", text)], Default::default());
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"c\":3}"]);
    assert_eq!(reading.kinds(), [ProblemKind::TooLarge]);
    assert_eq!(reading.problems[0].offset, Some(8));
}

#[test]
fn an_array_longer_than_any_limit_in_one_line_is_streamed() {
    let element = "{\"name\":\"contoso\"},".repeat(1_000_000);
    let text = format!("{{\"first\":1}}\n[{}]\n{{\"last\":1}}\n", element.trim_end_matches(','));
    let reading = read_bytes(text);
    assert_eq!(reading.pieces.len(), 1_000_002);
    assert_eq!(reading.pieces[900_000].text, "{\"name\":\"contoso\"}");
    assert!(reading.largest_chunk < 1 << 20);
    assert!(reading.problems.is_empty());
}

#[test]
fn a_long_line_harms_none_of_the_next() {
    let filler = "x".repeat(1000);
    let long_lines = [
        // Whole, in all forms.
        (format!("{{\"a\":\"{filler}\"}}"), 1),
        (format!("[{{\"a\":\"{filler}\"}},{{\"b\":2}}]"), 2),
        (format!("{{\"records\":[{{\"a\":\"{filler}\"}},{{\"b\":2}}]}}"), 2),
        // A quote or a bracket missing or too many.
        (format!("{{\"a\":\"{filler}, \"b\":{{}}}}"), 1),
        (format!("{{\"a\":{{\"b\":\"{filler}\"}}"), 1),
        (format!("{{\"a\":[1}},\"b\":\"{filler}\"}}"), 1),
        (format!("{{\"a\":1],\"b\":\"{filler}\"}}"), 0),
        (format!("{{\"a\":\"{filler}\"}}}}}}"), 1),
        // Cut off: in a string, after a comma, between and inside the records of an array.
        (format!("{{\"a\":\"{filler}"), 1),
        (format!("{{\"a\":\"{filler}\","), 1),
        (format!("[{{\"a\":1}},{{\"b\":\"{filler}\"}}"), 2),
        (format!("[{{\"a\":1}},{{\"b\":\"{filler}\",\"c"), 1),
        (format!("{{\"records\":[{{\"a\":1}},{{\"b\":\"{filler}\",\"c\":{{"), 1),
        // No records at all.
        (format!("[\"{filler}\",7]"), 0),
    ];
    for (long, count) in long_lines {
        let after: Vec<String> = (0..20).map(|number| format!("{{\"n\":{number}}}")).collect();
        for before in ["", "{\"first\":1}\n"] {
            let text = format!("{before}{long}\r\n{}", after.join("\n"));
            for size in [64, 100, 300, 900] {
                let reading = read_with(text.clone(), small(size));
                let place = reading.pieces.len() - after.len();
                assert_eq!(reading.texts()[place..], after, "chunks of {size} bytes of {text}");
                assert_eq!(place, count + before.lines().count(), "chunks of {size} bytes of {text}");
                assert!(
                    reading.pieces[place..].iter().all(|piece| piece.kind == "line"),
                    "the next is a line again: chunks of {size} bytes of {text}"
                );
                assert!(count > 0 || !reading.problems.is_empty(), "nothing is lost in silence: {text}");
            }
        }
    }
}

#[test]
fn a_document_may_begin_with_a_long_line() {
    let filler = "x".repeat(1000);
    for text in [
        format!("[{{\"a\":\"{filler}\"}},\n{{\"b\":2}},\n{{\"c\":3}}\n]\n"),
        format!("[{{\"a\":\"{filler}\"}}\n,{{\"b\":2}}\n,{{\"c\":3}}]"),
        format!("{{\"@odata.context\":\"{filler}\",\n\"value\":[\n{{\"a\":1}},{{\"b\":2}}\n,{{\"c\":3}}]}}\n"),
        format!("{{\"value\":[{{\"a\":\"{filler}\"}},{{\"b\":2}},\n{{\"c\":[{{}},\n{{}}]}}],\n\"nextLink\":null\n}}\n"),
        format!("[{{\"a\":\"{filler}\",\"d\":[{{}},\n{{}}]}},{{\"b\":2}},\n{{\"c\":3}}]\n"),
    ] {
        for size in [64, 100, 300, 900] {
            let reading = read_with(text.clone(), small(size));
            assert_eq!(reading.pieces.len(), 3, "chunks of {size} bytes of {text}: {:?}", reading.texts());
            assert!(reading.problems.is_empty(), "chunks of {size} bytes of {text}: {:?}", reading.problems);
        }
    }
}

#[test]
fn byte_order_marks_between_joined_files_are_left_out() {
    assert_eq!(read_bytes("\u{feff}{\"a\":1}\n\u{feff}{\"b\":2}\n").texts(), ["{\"a\":1}", "{\"b\":2}"]);
}

#[test]
fn invalid_utf8_passes_through() {
    let reading = read_bytes(b"{\"a\":\"\xff\xfe\"}\n{\"b\":2}\n".to_vec());
    assert_eq!(reading.pieces.len(), 2);
}
