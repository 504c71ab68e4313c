//! From names to files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use entward_connect::{Chunk, ChunkOptions, Chunks, ProblemKind, find};

use crate::reading::{read, read_path};

fn names(paths: &[String]) -> Vec<String> {
    find(paths).0.iter().map(|file| file.name.rsplit('/').next().unwrap().to_owned()).collect()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn folders_are_walked_in_a_stable_order_with_hidden_files_but_without_git() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.json", "a/z.json", "a/deep/x.json", ".hidden/y.json", ".git/config", "C.json"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    assert_eq!(names(&[text(folder.path())]), ["y.json", "C.json", "x.json", "z.json", "b.json"]);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "{}").unwrap();
    let twice = [text(folder.path()), text(&path), format!("{}/./a.json", text(folder.path())), text(folder.path())];
    let (files, problems) = find(&twice);
    assert_eq!(files.len(), 1);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn patterns_are_expanded_and_a_file_of_that_very_name_wins() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.json", "b.json", "c.csv", "[x].json"] {
        fs::write(folder.path().join(name), "{}").unwrap();
    }
    assert_eq!(names(&[text(&folder.path().join("*.csv"))]), ["c.csv"]);
    assert_eq!(names(&[text(&folder.path().join("[ab].json"))]), ["a.json", "b.json"]);
    assert_eq!(names(&[text(&folder.path().join("[x].json"))]), ["[x].json"]);
}

#[test]
fn what_matches_nothing_is_an_error_of_usage() {
    let folder = tempfile::tempdir().unwrap();
    for (name, words) in [("missing/a.json", "exists"), ("*.nothing", "matches"), ("a[", "is not a pattern")] {
        let (files, problems) = find(&[text(&folder.path().join(name))]);
        assert!(files.is_empty());
        assert_eq!(problems[0].kind, ProblemKind::Usage);
        assert!(problems[0].message.contains(words), "{}", problems[0]);
    }
}

#[test]
fn loops_of_symbolic_links_end() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/a.json"), "{}").unwrap();
    symlink(folder.path(), folder.path().join("logs/up")).unwrap();
    symlink("self", folder.path().join("self")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    let (files, problems) = find(&[text(folder.path())]);
    assert_eq!(files.len(), 1);
    let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::Unreadable, ProblemKind::Unreadable, ProblemKind::Skipped]);
}

#[test]
fn a_fifo_is_read_when_named_and_skipped_when_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let (files, problems) = find(&[text(folder.path())]);
    assert!(files.is_empty());
    assert_eq!(problems[0].kind, ProblemKind::Skipped);

    let writer = {
        let path = path.clone();
        std::thread::spawn(move || fs::write(path, "{\"a\":1}\n{\"b\":2}\n").unwrap())
    };
    let reading = read_path(&path);
    writer.join().unwrap();
    assert_eq!(reading.texts(), ["{\"a\":1}", "{\"b\":2}"]);
}

#[test]
fn a_folder_without_permission_is_a_problem_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything; then there is no problem to see.
    let is_refused = fs::read_dir(&closed).is_err();
    let (files, problems) = find(&[text(folder.path())]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(problems.len(), usize::from(is_refused));
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Unreadable));
}

#[test]
fn a_file_that_vanished_is_a_problem_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.json", "b.json"] {
        fs::write(folder.path().join(name), "{}").unwrap();
    }
    let (files, _) = find(&[text(folder.path())]);
    fs::remove_file(folder.path().join("a.json")).unwrap();
    let reading = read(files, ChunkOptions::default());
    assert_eq!(reading.kinds(), [ProblemKind::Unreadable]);
    assert_eq!(reading.texts(), ["{}"]);
}

#[test]
fn progress_counts_the_bytes_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{\"a\":1}\n").unwrap();
    fs::write(folder.path().join("b.json"), "{\"b\":1}\n").unwrap();
    let mut chunks = Chunks::new(find(&[text(folder.path())]).0, ChunkOptions::default());
    assert_eq!(chunks.progress().total, Some(16));
    let mut chunk = Chunk::new();
    chunks.next(&mut chunk);
    assert_eq!(chunks.progress().read, 8);
    while chunks.next(&mut chunk) {}
    assert_eq!(chunks.progress().read, 16);
}
