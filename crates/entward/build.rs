//! Puts the rules, mappings and knowledge pages of the repository into the program, found by
//! walking, so that to add one is to add a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")).join("../..");
    let mut source = String::new();
    for (name, folder, ending) in
        [("RULES", "rules", ".yml"), ("MAPPINGS", "mappings", ".yml"), ("PAGES", "knowledge", ".md")]
    {
        let mut files = Vec::new();
        walk(&root.join(folder), &mut files, &|name| name.ends_with(ending) && name != "README.md");
        // Rules to which nearly every record is an event are there for who asks for them.
        let costly = root.join("rules/costly");
        files.retain(|file| !file.starts_with(&costly));
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        embed(&mut source, &root, name, &format!("every file of `{folder}/`"), "str", &files);
    }
    // What an exception is tried on before it is granted: the records that rules must match, and an attack's whole day.
    let mut cases = Vec::new();
    walk(&root.join("rules"), &mut cases, &|name| name.ends_with(".cases.toml"));
    embed(&mut source, &root, "CASES", "every file of cases in `rules/`", "str", &cases);
    let mut samples = Vec::new();
    walk(&root.join("samples"), &mut samples, &|_| true);
    println!("cargo::rerun-if-changed={}", root.join("samples").display());
    embed(&mut source, &root, "SAMPLES", "every file of `samples/`", "[u8]", &samples);
    let target = Path::new(&env("OUT_DIR")).join("bundled.rs");
    if let Err(error) = std::fs::write(&target, source) {
        println!("cargo::error=cannot write {}: {error}", target.display());
    }
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Writes a constant with the path and the contents of each file, in the order of their paths.
fn embed(source: &mut String, root: &Path, name: &str, what: &str, kind: &str, files: &[PathBuf]) {
    let mut files = files.to_vec();
    files.sort();
    let _ = writeln!(
        source,
        "/// Path and contents of {what}, in the order of their paths.\npub(crate) const {name}: &[(&str, &{kind})] = &["
    );
    let macro_name = if kind == "str" { "include_str" } else { "include_bytes" };
    for file in files {
        let shown = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let absolute = std::fs::canonicalize(&file).unwrap_or(file);
        let _ = writeln!(source, "    ({shown:?}, {macro_name}!({:?})),", absolute.to_string_lossy());
    }
    source.push_str("];\n");
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>, is_wanted: &dyn Fn(&str) -> bool) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, files, is_wanted);
        } else if path.file_name().is_some_and(|name| is_wanted(&name.to_string_lossy())) {
            files.push(path);
        }
    }
}
