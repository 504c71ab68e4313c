//! Asks the other engine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What `tests/oracle/run.py` answers, one JSON value for each question.
pub(crate) fn ask(questions: &[Value]) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    let modules = modules();
    let is_there = |module: &str| modules.join(module).is_dir();
    assert!(
        is_there("sigma/backends/sqlite") && is_there("yaml"),
        "the other engine is not installed: run scripts/test.sh, or `python3 -m pip install --no-deps --target {} \
         --require-hashes -r tests/oracle/requirements.txt`",
        modules.display()
    );
    let mut child = Command::new("python3")
        .arg(folder.join("run.py"))
        .env("PYTHONPATH", modules)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("python3: {error}; scripts/test.sh installs it"));
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "run.py: {}", String::from_utf8_lossy(&done.stderr));
    feeder.join().unwrap().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

/// Where scripts/test.sh installs the engine.
fn modules() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_default().join("entward/oracle/python")
}
