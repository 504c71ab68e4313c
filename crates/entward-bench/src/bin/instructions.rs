//! Counts the instructions that a scan spends on a record, and compares them with the
//! figure in `instructions.json`.
//!
//! ```text
//! cargo run --release -p entward-bench --bin instructions             count
//! cargo run --release -p entward-bench --bin instructions -- --check  fail when it grew by more than 3 %
//! cargo run --release -p entward-bench --bin instructions -- --accept keep today's figure
//! ```
//!
//! Time on a shared machine wavers by tens of percent; instructions under callgrind by
//! less than one in a thousand. Two corpora, one the beginning of the other, are scanned
//! on one thread with the rules of the house alone, and the difference is divided: what
//! it costs to start cancels out.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use entward_bench::{Pack, Shape, cache, subject};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Records in the two corpora.
const SHORT: u64 = 1_000;
const LONG: u64 = 3_000;

/// Growth that `--check` lets pass, in percent.
const TOLERATED: f64 = 3.0;

/// What `instructions.json` holds.
#[derive(Serialize, Deserialize)]
struct Figure {
    /// Instructions that one more record costs a whole scan.
    instructions_per_record: u64,
    /// The same for the yardstick, which depends on the compiler and `serde_json` alone:
    /// when both moved, it was not this project.
    yardstick_instructions_per_record: u64,
}

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let today = count()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json");
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} instructions per record ({:.2} times the yardstick's {})",
        today.instructions_per_record,
        today.instructions_per_record as f64 / today.yardstick_instructions_per_record as f64,
        today.yardstick_instructions_per_record
    )?;
    match arguments.as_slice() {
        [] => Ok(()),
        ["--accept"] => {
            std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&today)?))?;
            writeln!(out, "kept in {}", path.display())?;
            Ok(())
        }
        ["--check"] => check(&today, &serde_json::from_slice(&std::fs::read(&path)?)?, &mut out),
        _ => Err("usage: instructions [--check | --accept]".into()),
    }
}

fn check(today: &Figure, kept: &Figure, out: &mut dyn Write) -> Fallible<()> {
    let growth = 100.0 * (today.instructions_per_record as f64 / kept.instructions_per_record as f64 - 1.0);
    writeln!(out, "{growth:+.1} % against {} in instructions.json", kept.instructions_per_record)?;
    if growth > TOLERATED {
        return Err(format!(
            "a scan costs {growth:.1} % more instructions per record than the figure kept, {TOLERATED} % are let pass; \
             if the growth is worth it, keep it: cargo run --release -p entward-bench --bin instructions -- --accept"
        )
        .into());
    }
    if growth < -TOLERATED {
        writeln!(out, "faster: keep the figure with --accept, so that it stays so")?;
    }
    Ok(())
}

fn count() -> Fallible<Figure> {
    let entward = subject::build_entward()?;
    let yardstick = beside("yardstick")?;
    let data = subject::target_folder()?.join("bench-data");
    let out = data.join("instructions.ndjson");
    let corpora = [SHORT, LONG].map(|records| cache::corpus(&data, Shape::JsonLines, Pack::None, records, 1));
    let [short, long] = corpora;
    let (short, long) = (short?, long?);
    let scan = |corpus: &Path| {
        let mut command = callgrind();
        command.arg(&entward).arg("scan").arg(corpus);
        command.args(["--threads", "1", "--format", "ndjson", "--clobber", "--output"]).arg(&out);
        collected(command)
    };
    let skim = |corpus: &Path| {
        let mut command = callgrind();
        command.arg(&yardstick).arg(corpus);
        collected(command)
    };
    let more = LONG - SHORT;
    Ok(Figure {
        instructions_per_record: (scan(&long.path)?.saturating_sub(scan(&short.path)?)) / more,
        yardstick_instructions_per_record: (skim(&long.path)?.saturating_sub(skim(&short.path)?)) / more,
    })
}

fn callgrind() -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command
}

fn collected(mut command: Command) -> Fallible<u64> {
    let output = command.output().map_err(|error| format!("valgrind: {error} (Debian: apt-get install valgrind)"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{:?} ended with {}:\n{text}", command.get_program(), output.status).into());
    }
    let count = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind did not say how many it counted:\n{text}").into())
}

/// Another binary of this crate, from the same folder.
fn beside(name: &str) -> Fallible<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        return Err(
            format!("{} is missing; build it: cargo build --release -p entward-bench --bins", path.display()).into()
        );
    }
    Ok(path)
}
