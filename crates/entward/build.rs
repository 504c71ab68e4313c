//! Puts the rules, mappings and knowledge pages of the repository into the program, found by
//! walking, so that to add one is to add a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")).join("../..");
    let mut source = String::new();
    for (name, folder, ending) in
        [("RULES", "rules", "yml"), ("MAPPINGS", "mappings", "yml"), ("PAGES", "knowledge", "md")]
    {
        let mut files = Vec::new();
        walk(&root.join(folder), ending, &mut files);
        files.retain(|file| file.file_name().is_none_or(|name| name != "README.md"));
        // Rules to which nearly every record is an event are there for who asks for them.
        let costly = root.join("rules/costly");
        files.retain(|file| !file.starts_with(&costly));
        files.sort();
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        let _ = writeln!(
            source,
            "/// Path and text of every file of `{folder}/`, in the order of their paths.\npub(crate) const {name}: &[(&str, &str)] = &["
        );
        for file in files {
            let shown = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let absolute = std::fs::canonicalize(&file).unwrap_or(file);
            let _ = writeln!(source, "    ({shown:?}, include_str!({:?})),", absolute.to_string_lossy());
        }
        source.push_str("];\n");
    }
    let target = Path::new(&env("OUT_DIR")).join("bundled.rs");
    if let Err(error) = std::fs::write(&target, source) {
        println!("cargo::error=cannot write {}: {error}", target.display());
    }
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn walk(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, ending, files);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            files.push(path);
        }
    }
}
