//! Any input: compressed, cut, broken, huge, odd. Counted, explained, never fatal.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::harness::{Run, entward, entward_in, folder_with, project};
use crate::records::add_application;

/// `count` records, one a line.
fn lines(count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..count {
        writeln!(bytes, "{}", add_application(number, "Invoice Sync")).expect("memory");
    }
    bytes
}

fn events(folder: &Path, name: &str) -> Run {
    entward_in(folder, &["events", name], &[])
}

/// Checks that so many records were read, and that the rest was told with its file and a reason.
#[track_caller]
fn partial(run: Run, count: usize, says: &[&str]) {
    let run = run.exits(5);
    assert_eq!(run.lines().len(), count, "{}", run.err);
    for text in says {
        assert!(run.err.contains(text), "`{text}` is not in: {}", run.err);
    }
}

/// What a tool of the system makes of a file; nothing where the tool is not here.
fn packed(tool: &str, arguments: &[&str], folder: &Path) -> bool {
    let done = Command::new(tool).args(arguments).current_dir(folder).output();
    let ok = done.is_ok_and(|done| done.status.success());
    if !ok {
        eprintln!("skipped: `{tool}` is not here");
    }
    ok
}

#[test]
fn gzip_zstd_and_zip_are_unpacked_by_their_content() {
    let folder = folder_with("a.jsonl", &lines(40));
    let path = folder.path();
    let zip = "import zipfile; z = zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED); z.write('a.jsonl'); z.write('a.jsonl', 'b/c.jsonl')";
    for (tool, arguments, name, count) in [
        ("gzip", &["-k", "a.jsonl"][..], "a.jsonl.gz", 40),
        ("zstd", &["-q", "-k", "a.jsonl"], "a.jsonl.zst", 40),
        ("python3", &["-c", zip], "a.zip", 80),
    ] {
        if packed(tool, arguments, path) {
            fs::rename(path.join(name), path.join("unnamed")).expect("a new name");
            assert_eq!(events(path, "unnamed").exits(0).lines().len(), count, "{tool}");
        }
    }
}

#[test]
fn a_truncated_gzip_keeps_what_could_be_unpacked() {
    let folder = folder_with("a.jsonl", &lines(400));
    if packed("gzip", &["a.jsonl"], folder.path()) {
        let bytes = fs::read(folder.path().join("a.jsonl.gz")).expect("the packed file");
        fs::write(folder.path().join("cut.gz"), &bytes[..bytes.len() / 2]).expect("a file");
        let run = events(folder.path(), "cut.gz").exits(5);
        let count = run.lines().len();
        assert!(count > 20 && count < 400, "{count} records");
        assert!(run.err.contains("cut.gz at byte") && run.err.contains("gzip"), "{}", run.err);
    }
}

#[test]
fn a_broken_line_is_told_with_its_place_and_the_rest_is_read() {
    for broken in
        [&b"\xff\xfe broken \xff"[..], b"{\"a\": \"open", b"{\"category\":\"AuditLogs\",}}", b"[1,2", b"plain words"]
    {
        told_in_its_line(broken);
    }
}

#[test]
fn a_line_of_nuls_is_told_too() {
    told_in_its_line(b"\0\0\0\0");
}

/// Checks that a line between good ones is told with a place inside it, and that the good ones are read.
#[track_caller]
fn told_in_its_line(broken: &[u8]) {
    let before = lines(1);
    let folder = folder_with("mixed.jsonl", &[&before[..], broken, b"\n", &lines(2)].concat());
    let run = events(folder.path(), "mixed.jsonl").exits(5);
    assert_eq!(run.lines().len(), 3, "{}", run.err);
    let within =
        (before.len()..=before.len() + broken.len()).any(|at| run.err.contains(&format!("mixed.jsonl at byte {at}:")));
    assert!(within, "{}", run.err);
}

#[test]
fn invalid_utf8_inside_a_string_loses_no_record() {
    let text = String::from_utf8(lines(3)).expect("UTF-8").replace("Invoice Sync", "Invoice\u{1}Sync");
    let bytes: Vec<u8> =
        text.replace("\\u0001", "\u{1}").bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let folder = folder_with("latin.jsonl", &bytes);
    let run = events(folder.path(), "latin.jsonl");
    assert!(run.code == 0 || run.code == 5, "{}", run.code);
    assert!(!run.err.contains("panicked"));
    assert_eq!(
        run.lines().len() + run.err.matches("latin.jsonl at byte").count(),
        3,
        "each is read or told: {}",
        run.err
    );
}

#[test]
fn an_empty_file_is_told() {
    let folder = folder_with("empty.json", b"");
    partial(events(folder.path(), "empty.json"), 0, &["empty.json"]);
    let blank = folder_with("blank.json", b" \r\n\n");
    partial(events(blank.path(), "blank.json"), 0, &["blank.json"]);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let text = String::from_utf8(lines(3)).expect("UTF-8").replace('\n', "\r\n");
    let folder = folder_with("windows.jsonl", format!("\u{feff}{text}").as_bytes());
    assert_eq!(events(folder.path(), "windows.jsonl").exits(0).lines().len(), 3);
}

#[test]
fn text_that_is_no_log_is_skipped_with_a_reason() {
    let folder = folder_with("notes.txt", b"remember the milk\n");
    fs::write(folder.path().join("good.jsonl"), lines(2)).expect("a file");
    partial(events(folder.path(), "."), 2, &["notes.txt"]);
}

#[cfg(unix)]
#[test]
fn a_fifo_and_a_symlink_loop_in_a_folder_do_not_stop_the_walk() {
    let folder = folder_with("good.jsonl", &lines(2));
    fs::create_dir(folder.path().join("inner")).expect("a folder");
    std::os::unix::fs::symlink("..", folder.path().join("inner/loop")).expect("a link");
    std::os::unix::fs::symlink("self", folder.path().join("self")).expect("a link");
    let fifo = packed("mkfifo", &["pipe"], folder.path());
    let run = events(folder.path(), ".");
    let says: &[&str] = if fifo { &["pipe", "loop", "self"] } else { &["loop", "self"] };
    partial(run, 2, says);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with("good.jsonl", &lines(2));
    let closed = folder.path().join("closed.jsonl");
    fs::write(&closed, lines(1)).expect("a file");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::read(&closed).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    partial(events(folder.path(), "."), 2, &["closed.jsonl"]);
}

#[test]
fn nesting_ten_thousand_deep_breaks_nothing() {
    let deep = format!("{{\"category\":\"AuditLogs\",\"properties\":{}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}\n", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let good = lines(1);
    let bytes = [&good[..], deep.as_bytes(), objects.as_bytes(), &good[..]].concat();
    let folder = folder_with("deep.jsonl", &bytes);
    let run = events(folder.path(), "deep.jsonl").exits(5);
    let read = run.lines().iter().filter(|event| event["operation"] == "entra.application.add").count();
    assert_eq!(read, 2, "those around it are read: {}", run.err);
    assert!(run.err.contains("deep.jsonl at byte"), "{}", run.err);
    entward_in(folder.path(), &["scan", "--format", "ndjson", "deep.jsonl"], &[]).exits(5);
}

#[test]
fn a_single_record_of_twenty_megabytes_is_too_large_and_told() {
    let good = lines(1);
    let huge = add_application(7, &"x".repeat(20 << 20)).to_string();
    let bytes = [&good[..], huge.as_bytes(), b"\n", &good[..]].concat();
    let folder = folder_with("huge.jsonl", &bytes);
    let run = events(folder.path(), "huge.jsonl").exits(5);
    assert_eq!(run.lines().len(), 2, "those around it are read: {}", run.err);
    assert!(
        run.err.contains(&format!("huge.jsonl at byte {}", good.len())) && run.err.contains("large"),
        "{}",
        run.err
    );
}

#[test]
fn an_array_of_fifty_thousand_records_on_one_line_is_streamed() {
    const COUNT: usize = 50_000;
    let mut bytes = b"[".to_vec();
    for number in 0..COUNT {
        let separator: &[u8] = if number == 0 { b"" } else { b"," };
        bytes.extend_from_slice(separator);
        write!(bytes, "{}", add_application(number, "Invoice Sync")).expect("memory");
    }
    bytes.push(b']');
    let run = entward_in(&project(), &["scan", "--format", "json", "--operation", "entra.user.add", "-"], &bytes)
        .exits(0)
        .json();
    assert_eq!(run["summary"]["records"], COUNT);
    let folder = folder_with("page.json", &bytes[..bytes.len() - 700]);
    let cut =
        entward_in(folder.path(), &["scan", "--format", "json", "--operation", "entra.user.add", "page.json"], &[])
            .exits(5);
    assert_eq!(cut.json()["summary"]["records"], COUNT - 1, "{}", cut.err);
    assert!(cut.err.contains("page.json") && cut.err.contains("at byte"), "{}", cut.err);
}

#[test]
fn shapes_may_be_mixed_in_one_file() {
    let graph = crate::records::graph_audit(3, "Add application", "ApplicationManagement", "Core Directory", vec![]);
    let envelope = serde_json::json!({ "records": [add_application(4, "A"), crate::records::diag_activity(5, "Microsoft.AAD/register/action")] });
    let bytes = [&lines(1)[..], format!("{graph}\n{envelope}\n").as_bytes()].concat();
    let folder = folder_with("mixed.jsonl", &bytes);
    let found = events(folder.path(), "mixed.jsonl").exits(0).lines();
    let shapes: Vec<&str> = found.iter().filter_map(|event| event["shape"].as_str()).collect();
    assert_eq!(shapes, ["diag.AuditLogs", "graph.directoryAudit", "diag.AuditLogs", "diag.ActivityLog"]);
    assert_ne!(
        found[3]["operation"], "entra.application.add",
        "a provider registration is no application registration"
    );
}

#[test]
fn an_open_quote_in_a_table_is_told_and_the_rows_before_it_are_read() {
    let table = fs::read_to_string(project().join("samples/unified-audit.csv")).expect("a sample");
    let whole = entward(&["events", "samples/unified-audit.csv"]).exits(0).lines().len();
    let folder = folder_with("open.csv", format!("{table}\"2026-11-18T09:00:00,never closed\n").as_bytes());
    partial(events(folder.path(), "open.csv"), whole, &["open.csv"]);
}
