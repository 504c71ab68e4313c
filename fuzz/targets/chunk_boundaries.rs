//! Any bytes after the beginning of a file of a known kind. Where its chunks end depends
//! on their size; which records there are must not.
//!
//! The kind is told from the first chunk, so the beginnings fit into the smallest one.
#![no_main]

use std::io::Cursor;

use entward_fuzz::pieces;

const BEGINNINGS: &[&str] = &[
    "{\"time\":\"2026-03-04\"}\n",
    "[{\"time\":\"2026-03-04\"},\n",
    "{\"value\":[\n{\"id\":1},\n",
    "{\"records\":[\n{\"id\":1},\n",
    "Time,Operation name,Status\n1,\"a\nb\",c\n",
    "Time;Operation name;Status\n1;2;3\n",
];

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (kind, rest) = input;
    let mut file = BEGINNINGS[usize::from(kind) % BEGINNINGS.len()].as_bytes().to_vec();
    file.extend_from_slice(rest);
    // Among lines, one that is longer than a chunk is read as a document from there on, on
    // purpose, and a broken line is then another thing than a broken document.
    let is_lines = BEGINNINGS[usize::from(kind) % BEGINNINGS.len()].starts_with("{\"time");
    if is_lines && file.split(|byte| *byte == b'\n').any(|line| line.len() >= 64) {
        return;
    }
    let (whole, _) = pieces(Cursor::new(file.clone()), 16 << 10);
    for chunk_size in [64, 101, 300] {
        let (in_chunks, _) = pieces(Cursor::new(file.clone()), chunk_size);
        assert_eq!(in_chunks, whole, "chunks of {chunk_size} bytes");
    }
});
