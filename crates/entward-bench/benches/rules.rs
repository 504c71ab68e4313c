//! What rules cost by their number: the same records, in turn, with 10, 130 and 3,000 generated rules.
//!
//! ```text
//! cargo bench -p entward-bench --bench rules [-- --records N] [--rounds N]
//! ```
//!
//! Loading is measured apart, on a file of one record, and taken off: it is paid once, not by the record.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use entward_bench::usage::Cost;
use entward_bench::{Pack, Shape, cache, rules, subject};

type Fallible<T> = Result<T, Box<dyn Error>>;

const COUNTS: [u64; 3] = [10, 130, 3_000];

fn main() -> Fallible<()> {
    let (mut records, mut rounds) = (100_000_u64, 5_usize);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--bench" => {}
            "--records" => records = value()?.parse()?,
            "--rounds" => rounds = value()?.parse::<usize>()?.max(1),
            _ => return Err(format!("no option `{name}`; see the first lines of benches/rules.rs").into()),
        }
    }
    let entward = subject::build_entward()?;
    let data = subject::target_folder()?.join("bench-data");
    let corpus = cache::corpus(&data, Shape::JsonLines, Pack::None, records, 1)?;
    let single = cache::corpus(&data, Shape::JsonLines, Pack::None, 1, 1)?;
    let mut costs: Vec<(Vec<f64>, Vec<f64>)> = vec![Default::default(); COUNTS.len()];
    for _ in 0..rounds {
        for (count, (whole, loading)) in COUNTS.iter().zip(&mut costs) {
            let folder = rules::folder(&data, *count, 1)?;
            whole.push(cost(&entward, &corpus.path, &folder, &data)?);
            loading.push(cost(&entward, &single.path, &folder, &data)?);
        }
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{records} records, medians of {rounds} rounds, generated rules alone\n")?;
    writeln!(out, "| rules | CPU s | of it loading | without it, × the row above |")?;
    writeln!(out, "|---:|---:|---:|---:|")?;
    let mut before: Option<f64> = None;
    for (count, (whole, loading)) in COUNTS.iter().zip(&costs) {
        let (whole, loading) = (median(whole), median(loading));
        let matching = whole - loading;
        let ratio = before.map_or("–".to_owned(), |before| format!("{:.2}", matching / before));
        writeln!(out, "| {count} | {whole:.3} | {loading:.3} | {ratio} |")?;
        before = Some(matching);
    }
    Ok(())
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// CPU seconds of one scan.
fn cost(entward: &Path, corpus: &Path, rules: &Path, data: &Path) -> Fallible<f64> {
    let output = Command::new(env!("CARGO_BIN_EXE_measure"))
        .arg(entward)
        .arg("scan")
        .arg(corpus)
        .args(["--threads", "1", "--no-own-rules", "--format", "ndjson", "--clobber", "--rules"])
        .arg(rules)
        .arg("--output")
        .arg(data.join("alerts.ndjson"))
        .stderr(Stdio::piped())
        .output()?;
    let cost: Cost = serde_json::from_slice(&output.stdout)?;
    if cost.exit_code != 0 {
        return Err(
            format!("entward ended with {}: {}", cost.exit_code, String::from_utf8_lossy(&output.stderr)).into()
        );
    }
    Ok(cost.cpu_seconds)
}
