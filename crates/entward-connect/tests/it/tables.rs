//! CSV, and what is neither CSV nor JSON.

use entward_connect::{ChunkOptions, ProblemKind};

use crate::reading::{read_bytes, read_named, read_with, small};

#[test]
fn rows_come_without_the_header_and_with_their_line_breaks() {
    let reading = read_bytes(
        "\u{feff}TenantId,TimeGenerated [UTC],Properties\r\nt1,2026-01-01,\"{\n\"\"a\"\": 1,\r\n}\"\r\nt2,,x\r\n\r\nt3,,y",
    );
    assert_eq!(reading.columns, ["TenantId", "TimeGenerated [UTC]", "Properties"]);
    assert_eq!(reading.texts(), ["t1,2026-01-01,\"{\n\"\"a\"\": 1,\r\n}\"", "t2,,x", "t3,,y"]);
    assert!(reading.pieces.iter().all(|piece| piece.kind == "row"));
    assert_eq!(reading.pieces[0].offset, 44);
}

#[test]
fn delimiters_are_recognized() {
    for delimiter in [",", ";", "\t"] {
        let text = ["\"Date (UTC)\"", "\"User, agent\"", "Result"].join(delimiter)
            + "\n1"
            + delimiter
            + "2"
            + delimiter
            + "3\n";
        let reading = read_bytes(text);
        assert_eq!(reading.columns.len(), 3, "{delimiter:?}");
        assert_eq!(reading.pieces.len(), 1);
    }
    let reading = read_bytes("sep=;\r\nId;Name;Result\r\n1;a,b;3\r\n");
    assert_eq!(reading.columns, ["Id", "Name", "Result"]);
    assert_eq!(reading.texts(), ["1;a,b;3"]);
}

#[test]
fn a_single_column_is_a_table_when_the_file_says_so() {
    let reading = read_named("export.csv", "AuditData\n\"{\"\"Id\"\":1}\"\n");
    assert_eq!(reading.columns, ["AuditData"]);
    assert_eq!(reading.texts(), ["\"{\"\"Id\"\":1}\""]);
}

#[test]
fn a_table_with_a_header_only_has_no_rows() {
    let reading = read_named("export.csv", "Id,Name,Result");
    assert_eq!(reading.columns, ["Id", "Name", "Result"]);
    assert!(reading.pieces.is_empty());
}

#[test]
fn rows_survive_any_chunk_size() {
    let rows: Vec<String> = (0..300)
        .map(|number| match number % 5 {
            0 => format!("{number},\"line\nbreak, {}\",x", "y".repeat(number % 70)),
            1 => format!("{number},\"\"\"{}\"\"\",\"\"", "\n\"\"".repeat(number % 20)),
            2 => format!("{number},5\" disk {},z\"", "q".repeat(number % 64)),
            3 => format!("{number},,"),
            _ => format!("{number},\"a\"\"\",b\"\"c"),
        })
        .collect();
    let text = format!("Id,Text,Other\n{}\n", rows.join("\n"));
    for size in [64, 100, 129, 1000, 100_000] {
        let reading = read_with(text.clone(), small(size));
        assert_eq!(reading.texts(), rows, "chunks of {size} bytes");
        assert!(reading.problems.is_empty());
    }
}

#[test]
fn a_quote_that_is_not_closed_harms_one_line() {
    let reading = read_bytes("Id,Text,Other\n1,a,b\n2,\"open,c\n3,d,e\n4,f,g\n");
    assert_eq!(reading.texts(), ["1,a,b", "3,d,e", "4,f,g"]);
    assert_eq!(reading.kinds(), [ProblemKind::Broken]);
    assert_eq!(reading.problems[0].offset, Some(20));
    let options = ChunkOptions { chunk_size: 100, max_record: 500 };
    let reading = read_with(format!("Id,Text,Other\n1,\"a,b\n{}", "2,c,d\n".repeat(1000)), options);
    assert_eq!(reading.pieces.len(), 1000);
    assert_eq!(reading.kinds(), [ProblemKind::Broken]);
}

#[test]
fn prose_and_binary_data_are_said_to_be_unknown() {
    for (name, text) in [
        ("README.md", "# Logs: a, b, c\n\nSome prose, with commas, in it\n"),
        ("LICENSE", "Apache License\nVersion 2.0, January 2004\n"),
        ("rule.yml", "title: A rule\nlogsource:\n  product: azure\n"),
        ("data.bin", "\0\u{1}\u{2}\u{3},,,"),
        ("image", "\u{89}PNG"),
    ] {
        let reading = read_named(name, text);
        assert!(reading.pieces.is_empty(), "{name}");
        assert_eq!(reading.kinds(), [ProblemKind::Unknown], "{name}");
    }
}

#[test]
fn empty_and_blank_files_are_said_to_be_empty() {
    assert_eq!(read_bytes("").kinds(), [ProblemKind::Empty]);
    assert_eq!(read_bytes(" \r\n\t\n").kinds(), [ProblemKind::Empty]);
    assert_eq!(read_bytes("").files.len(), 1);
}

#[test]
fn json_after_a_few_words_is_found() {
    let reading = read_named("console.txt", "Exported by contoso\n{\"a\":1}\n{\"b\":2}\n");
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(reading.kinds(), [ProblemKind::Garbage]);
}
