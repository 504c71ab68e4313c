//! Files written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use entward_connect::output::{AtomicFile, OutputError};

#[test]
fn a_file_appears_when_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let mut file = AtomicFile::create(&path, false).unwrap();
    file.write_all(b"[]").unwrap();
    assert!(!path.exists());
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"[]");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_not_committed_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = AtomicFile::create(&folder.path().join("alerts.json"), false).unwrap();
    file.write_all(&[b' '; 100_000]).unwrap();
    drop(file);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_exists_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    fs::write(&path, "old").unwrap();
    let refused = AtomicFile::create(&path, false).unwrap_err();
    assert!(refused.to_string().ends_with("alerts.json exists; pass --clobber to replace it"), "{refused}");
    let mut file = AtomicFile::create(&path, true).unwrap();
    file.write_all(b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn a_file_that_appeared_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    let file = AtomicFile::create(&path, false).unwrap();
    fs::write(&path, "other").unwrap();
    assert!(matches!(file.commit(), Err(OutputError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"other");
}

#[test]
fn folders_and_missing_folders_are_refused_and_devices_are_written_to() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(AtomicFile::create(folder.path(), true), Err(OutputError::IsFolder(_))));
    assert!(matches!(AtomicFile::create(&folder.path().join("a/b"), true), Err(OutputError::Create { .. })));
    let mut device = AtomicFile::create(Path::new("/dev/null"), false).unwrap();
    device.write_all(b"x").unwrap();
    device.commit().unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
