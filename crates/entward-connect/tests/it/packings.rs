//! gzip, zstd, zip, Avro, UTF-16.

use std::io::{self, Cursor, Read, Write};

use apache_avro::types::Value;
use apache_avro::{Codec, Schema, Writer};
use entward_connect::ProblemKind;
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use crate::reading::{read_bytes, read_named, read_path};

const LINES: &str = "{\"a\":1}\n{\"b\":2}\n";
const TEXTS: [&str; 2] = ["{\"a\":1}", "{\"b\":2}"];

#[test]
fn gzip_is_recognized_by_its_bytes_and_may_have_several_members() {
    let joined = [gzip(LINES), gzip("{\"c\":3}\n")].concat();
    assert_eq!(read_named("renamed.json", joined).texts(), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
}

#[test]
fn a_gzip_that_was_cut_off_keeps_what_could_be_unpacked() {
    let mut text = String::new();
    for number in 0..20_000_u64 {
        text += &format!("{{\"n\":{}}}\n", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
    let packed = gzip(&text);
    let reading = read_bytes(&packed[..packed.len() / 2]);
    assert!(reading.pieces.len() > 5000, "{}", reading.pieces.len());
    assert_eq!(reading.kinds(), [ProblemKind::Truncated]);
    assert!(reading.problems[0].message.contains("gzip stream ends early"), "{}", reading.problems[0]);
    let end = reading.problems[0].offset.unwrap() as usize;
    assert!(text.starts_with(&reading.texts().join("\n")));
    assert!(text[..end].trim_end().ends_with(reading.texts().last().unwrap()));
}

#[test]
fn a_damaged_gzip_is_reported() {
    let mut packed = gzip(&LINES.repeat(1000));
    let end = packed.len() - 4;
    packed[end - 2] ^= 0x55;
    let reading = read_bytes(packed);
    assert_eq!(reading.kinds(), [ProblemKind::Corrupt]);
    assert_eq!(reading.pieces.len(), 2000);
    assert_eq!(read_bytes(&b"\x1f\x8b\x08"[..]).kinds(), [ProblemKind::Truncated]);
}

/// Records that hardly compress, so that a packing has many blocks.
fn many_lines() -> String {
    (0..60_000_u64).map(|number| format!("{{\"n\":{}}}\n", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

#[test]
#[expect(clippy::unbuffered_bytes, reason = "a buffer would lose bytes along with the damage")]
fn what_was_unpacked_before_damage_is_kept_to_the_last_byte() {
    let text = many_lines();
    let packed = gzip(&text);
    for place in [packed.len() / 3, packed.len() / 2, packed.len() - 2000] {
        let mut damaged = packed.clone();
        damaged[place..place + 40].fill(0xff);
        // What can be had at all: unpacked byte by byte, at most one is dropped along with the damage.
        let possible = flate2::read::MultiGzDecoder::new(&damaged[..]).bytes().map_while(Result::ok).count() as u64;
        let reading = read_bytes(damaged);
        let corrupt = reading.problems.iter().find(|problem| problem.kind == ProblemKind::Corrupt);
        let end = corrupt.unwrap().offset.unwrap();
        assert!((possible..=possible + 1).contains(&end), "{end}, not {possible}");
        let last = reading.pieces.last().unwrap();
        assert!(last.offset + last.text.len() as u64 + 1 >= end);
        assert!(possible > 60_000);
    }
}

#[test]
fn zeros_after_a_gzip_are_none_of_its_members() {
    let reading = read_bytes([gzip(LINES), vec![0; 700], gzip("{\"c\":3}\n"), vec![0; 3]].concat());
    assert_eq!(reading.pieces.len(), 3);
    assert!(reading.problems.is_empty());
    let reading = read_bytes([gzip(LINES), b"trailer".to_vec()].concat());
    assert_eq!(reading.texts(), TEXTS);
    assert_eq!(reading.kinds(), [ProblemKind::Corrupt]);
}

#[test]
fn a_damaged_zstd_loses_no_block_before_the_damage() {
    let text = many_lines();
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let mut damaged = packed.clone();
    let place = packed.len() - 1000;
    damaged[place..place + 500].fill(0xff);
    let reading = read_bytes(damaged);
    assert_eq!(*reading.kinds().first().unwrap(), ProblemKind::Corrupt, "{:?}", reading.problems);
    let end = reading.problems[0].offset.unwrap() as usize;
    // Blocks hold 128 KiB; only the last is damaged.
    assert!(end > 0 && text.len() - end <= 128 << 10, "{end} of {}", text.len());
    assert!(text.starts_with(&reading.texts()[..reading.pieces.len() - 1].join("\n")));
    assert_eq!(read_bytes(packed).pieces.len(), 60_000);
}

#[test]
fn zstd_is_read_whole_and_cut_off() {
    let packed = zstd::encode_all(LINES.as_bytes(), 3).unwrap();
    assert_eq!(read_bytes(packed.clone()).texts(), TEXTS);
    assert_eq!(read_bytes([packed.clone(), packed.clone()].concat()).pieces.len(), 4);
    let reading = read_bytes(&packed[..packed.len() - 3]);
    assert_eq!(reading.kinds(), [ProblemKind::Truncated]);
}

#[test]
fn each_member_of_a_zip_is_a_file() {
    let packed = zip_of(&[
        ("InteractiveSignIns.json", LINES.as_bytes()),
        ("folder/audit.csv", b"Id,Name,Result\n1,2,3\n"),
        ("inner.gz", &gzip("{\"c\":3}")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    std::fs::write(&path, &packed).unwrap();
    let from_disk = read_path(&path);
    let from_pipe = read_named(&path.to_string_lossy(), packed);
    for reading in [&from_disk, &from_pipe] {
        assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\":2}", "1,2,3", "{\"c\":3}"]);
        let names: Vec<&str> = reading.files.iter().map(|name| name.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["export.zip!InteractiveSignIns.json", "audit.csv", "export.zip!inner.gz"]);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    }
}

#[test]
fn a_zip_within_a_zip_is_read() {
    let inner = zip_of(&[("a.json", LINES.as_bytes())]);
    let reading = read_named("outer.zip", zip_of(&[("inner.zip", &inner)]));
    assert_eq!(reading.texts(), TEXTS);
    assert_eq!(reading.files, ["outer.zip!inner.zip!a.json"]);
}

#[test]
fn a_damaged_or_empty_zip_is_reported() {
    let packed = zip_of(&[("a.json", LINES.repeat(1000).as_bytes())]);
    assert_eq!(read_bytes(&packed[..packed.len() - 30]).kinds(), [ProblemKind::Corrupt]);
    let mut damaged = packed;
    damaged[100] ^= 0xff;
    let reading = read_bytes(damaged);
    assert!(
        matches!(reading.kinds()[..], [ProblemKind::Corrupt | ProblemKind::Truncated, ..]),
        "{:?}",
        reading.problems
    );
    assert_eq!(read_bytes(zip_of(&[])).kinds(), [ProblemKind::Empty]);
}

#[test]
fn packings_within_packings_have_an_end() {
    let mut packed = LINES.as_bytes().to_vec();
    for _ in 0..3 {
        packed = gzip_bytes(&packed);
    }
    assert_eq!(read_bytes(packed.clone()).texts(), TEXTS);
    for _ in 0..10 {
        packed = gzip_bytes(&packed);
    }
    assert_eq!(read_bytes(packed).kinds(), [ProblemKind::Corrupt]);
}

#[test]
fn utf16_is_read_in_both_orders_with_and_without_mark() {
    let text = "{\"a\":\"é😀\"}\r\n{\"b\":2}\r\n";
    for (mark, big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
        let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        let bytes: Vec<u8> = marked
            .encode_utf16()
            .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect();
        assert_eq!(read_bytes(bytes).texts(), ["{\"a\":\"é😀\"}", "{\"b\":2}"]);
    }
}

#[test]
fn utf16_survives_odd_lengths_and_lone_surrogates() {
    let mut bytes: Vec<u8> = "\u{feff}{\"a\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.extend([0x3d, 0xd8, b'x', 0, 0x3d]);
    let reading = read_bytes(bytes);
    assert_eq!(reading.texts(), ["{\"a\":1}", "\u{fffd}x\u{fffd}"]);
    let long = "{\"a\":\"é\"}\n".repeat(40_000);
    let bytes: Vec<u8> = format!("\u{feff}{long}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_bytes(bytes).texts().join("\n") + "\n", long);
}

#[test]
fn the_bodies_of_an_event_hubs_capture_are_messages() {
    let bodies = [Some("{\"records\":[{\"a\":1}]}"), None, Some("{\"records\":\n[]}")];
    for codec in [Codec::Null, Codec::Deflate(Default::default()), Codec::Snappy] {
        let reading = read_named("capture.avro", capture(&bodies, codec));
        assert_eq!(reading.texts(), ["{\"records\":[{\"a\":1}]}", "", "{\"records\":\n[]}"]);
        assert!(reading.pieces.iter().all(|piece| piece.kind == "message"));
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    }
}

#[test]
fn a_capture_without_messages_or_cut_off_is_read_as_far_as_it_goes() {
    assert!(read_bytes(capture(&[], Codec::Null)).pieces.is_empty());
    let packed = capture(&[Some("{}"); 10], Codec::Null);
    let reading = read_bytes(&packed[..packed.len() - 20]);
    assert_eq!(reading.kinds(), [ProblemKind::Corrupt]);
    assert_eq!(read_bytes(&packed[..30]).kinds(), [ProblemKind::Corrupt]);
}

#[test]
fn an_avro_file_of_something_else_is_said_to_be_unknown() {
    let schema = Schema::parse_str(r#"{"type":"record","name":"R","fields":[{"name":"x","type":"long"}]}"#).unwrap();
    let mut writer = Writer::new(&schema, Vec::new()).unwrap();
    for number in 0..3_i64 {
        writer.append_value(Value::Record(vec![("x".into(), Value::Long(number))])).unwrap();
    }
    assert_eq!(read_bytes(writer.into_inner().unwrap()).kinds(), [ProblemKind::Unknown]);
}

fn gzip(text: &str) -> Vec<u8> {
    gzip_bytes(text.as_bytes())
}

fn gzip_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("folder", SimpleFileOptions::default()).unwrap();
    for (number, (name, bytes)) in members.iter().enumerate() {
        let method = if number == 1 { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        io::copy(&mut &bytes[..], &mut writer).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Microsoft's schema of capture files.
fn capture(bodies: &[Option<&str>], codec: Codec) -> Vec<u8> {
    let schema = Schema::parse_str(
        r#"{"type":"record","name":"EventData","namespace":"Microsoft.ServiceBus.Messaging","fields":[
        {"name":"SequenceNumber","type":"long"},{"name":"Offset","type":"string"},{"name":"EnqueuedTimeUtc","type":"string"},
        {"name":"SystemProperties","type":{"type":"map","values":["long","double","string","bytes"]}},
        {"name":"Properties","type":{"type":"map","values":["long","double","string","bytes","null"]}},
        {"name":"Body","type":["null","bytes"]}]}"#,
    )
    .unwrap();
    let mut writer = Writer::with_codec(&schema, Vec::new(), codec).unwrap();
    for (number, body) in bodies.iter().enumerate() {
        let body = match body {
            Some(text) => Value::Union(1, Box::new(Value::Bytes(text.as_bytes().to_vec()))),
            None => Value::Union(0, Box::new(Value::Null)),
        };
        writer
            .append_value(Value::Record(vec![
                ("SequenceNumber".into(), Value::Long(number as i64)),
                ("Offset".into(), Value::String(number.to_string())),
                ("EnqueuedTimeUtc".into(), Value::String("1/2/2026 3:04:05 AM".into())),
                ("SystemProperties".into(), Value::Map(Default::default())),
                ("Properties".into(), Value::Map(Default::default())),
                ("Body".into(), body),
            ]))
            .unwrap();
    }
    writer.into_inner().unwrap()
}
