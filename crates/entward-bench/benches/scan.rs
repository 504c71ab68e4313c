//! The benchmark: what a whole scan costs, against a yardstick measured in the same run.
//!
//! ```text
//! cargo bench -p entward-bench [-- --records N] [--rounds N] [--seed S] [--only NAME,…] [--rules DIR] [--entward FILE]
//! ```
//!
//! It builds `entward` in release, writes the corpora once (into `bench-data` of the
//! target folder), and runs every case as a process of its own, in turn, round after
//! round, so that a busy minute hurts all of them alike. Medians are printed as
//! Markdown. It asserts nothing: time is for people to judge; what a machine can judge
//! (instructions) has a binary of its own.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use entward_bench::cache::{self, Cached};
use entward_bench::usage::Cost;
use entward_bench::{Pack, Shape, subject};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// The case that all others are compared with.
const YARDSTICK: &str = "yardstick";
/// The scan that other scans are compared with.
const LINES: &str = "json-lines";

fn main() -> Fallible<()> {
    let options = Options::read(std::env::args().skip(1))?;
    let entward = match &options.entward {
        Some(path) => path.clone(),
        None => subject::build_entward()?,
    };
    let mut cases = cases(&options, &entward)?;
    let shows_progress = io::stderr().is_terminal();
    for round in 0..options.rounds {
        for case in &mut cases {
            if shows_progress {
                write!(io::stderr(), "\rround {} of {}: {:<24}", round + 1, options.rounds, case.name)?;
            }
            case.costs.push(measure(&case.command)?);
        }
    }
    if shows_progress {
        write!(io::stderr(), "\r{:60}\r", "")?;
    }
    report(&options, &cases)
}

struct Options {
    records: u64,
    rounds: usize,
    seed: u64,
    only: Option<Vec<String>>,
    rules: Option<PathBuf>,
    entward: Option<PathBuf>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Fallible<Options> {
        let sample = subject::workspace().join("../shared/corpora/sigma-azure-sample");
        let mut options = Options {
            records: 100_000,
            rounds: 5,
            seed: 1,
            only: None,
            rules: sample.is_dir().then_some(sample),
            entward: None,
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                // Cargo's own.
                "--bench" => {}
                "--records" => options.records = value()?.parse()?,
                "--rounds" => options.rounds = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--only" => options.only = Some(value()?.split(',').map(str::to_owned).collect()),
                "--rules" => options.rules = Some(value()?.into()),
                "--entward" => options.entward = Some(value()?.into()),
                _ => return Err(format!("no option `{name}`; see the first lines of benches/scan.rs").into()),
            }
        }
        if options.records == 0 || options.rounds == 0 {
            return Err("at least one record and one round are needed".into());
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|wanted| wanted == name))
    }
}

/// One thing to measure.
struct Case {
    name: &'static str,
    command: Vec<String>,
    records: u64,
    bytes: u64,
    costs: Vec<Cost>,
}

impl Case {
    fn median(&self, figure: impl Fn(&Cost) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.costs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    }

    fn cpu(&self) -> f64 {
        self.median(|cost| cost.cpu_seconds)
    }

    fn wall(&self) -> f64 {
        self.median(|cost| cost.wall_seconds)
    }

    fn peak(&self) -> f64 {
        self.median(|cost| cost.peak_bytes as f64)
    }

    fn records_per_cpu_second(&self) -> f64 {
        self.records as f64 / self.cpu()
    }
}

fn cases(options: &Options, entward: &Path) -> Fallible<Vec<Case>> {
    let data = subject::target_folder()?.join("bench-data");
    let out = data.join("alerts.ndjson");
    let corpus =
        |shape, pack| -> Fallible<Cached> { Ok(cache::corpus(&data, shape, pack, options.records, options.seed)?) };
    let scan = |path: &Path, threads: &str| {
        let mut command =
            vec![text(entward), "scan".to_owned(), text(path), "--threads".to_owned(), threads.to_owned()];
        if let Some(rules) = &options.rules {
            command.extend(["--rules".to_owned(), text(rules)]);
        }
        command.extend(["--format", "ndjson", "--clobber", "--output"].map(str::to_owned));
        command.push(text(&out));
        command
    };
    let yardstick = |arguments: &[&str], path: &Path| {
        let mut command = vec![env!("CARGO_BIN_EXE_yardstick").to_owned()];
        command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        command.push(text(path));
        command
    };
    let lines = corpus(Shape::JsonLines, Pack::None)?;
    let mut cases = Vec::new();
    let mut add = |name, command, corpus: &Cached| {
        cases.push(Case { name, command, records: corpus.records, bytes: corpus.bytes, costs: Vec::new() });
    };
    add(YARDSTICK, yardstick(&[], &lines.path), &lines);
    if options.wants(LINES) {
        add(LINES, scan(&lines.path, "1"), &lines);
    }
    if options.wants("two-threads") {
        add("two-threads", scan(&lines.path, "2"), &lines);
    }
    for (name, shape) in [
        ("records-envelope", Shape::RecordsEnvelope),
        ("envelope-lines", Shape::EnvelopeLines),
        ("graph-page", Shape::GraphPage),
        ("unified-csv", Shape::UnifiedCsv),
    ] {
        if options.wants(name) {
            let corpus = corpus(shape, Pack::None)?;
            add(name, scan(&corpus.path, "1"), &corpus);
        }
    }
    if options.wants("csv") {
        let corpus = cache::tables(&data, options.records, options.seed)?;
        add("csv", scan(&corpus.path, "1"), &corpus);
    }
    for (name, alone, pack) in [("gzip", "gzip-unpacking", Pack::Gzip), ("zstd", "zstd-unpacking", Pack::Zstd)] {
        if options.wants(name) {
            let corpus = corpus(Shape::JsonLines, pack)?;
            add(name, scan(&corpus.path, "1"), &corpus);
            add(alone, yardstick(&["--unpack"], &corpus.path), &corpus);
        }
    }
    if options.wants("one-record") {
        let corpus = cache::corpus(&data, Shape::JsonLines, Pack::None, 1, options.seed)?;
        add("one-record", scan(&corpus.path, "1"), &corpus);
    }
    Ok(cases)
}

/// Runs the command under `measure`, the small parent that each run needs.
fn measure(command: &[String]) -> Fallible<Cost> {
    let output = Command::new(env!("CARGO_BIN_EXE_measure")).args(command).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", command.join(" "), String::from_utf8_lossy(&output.stderr)).into());
    }
    let cost: Cost = serde_json::from_slice(&output.stdout)?;
    if cost.exit_code != 0 {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} ended with {}: {complaint}", command.join(" "), cost.exit_code).into());
    }
    Ok(cost)
}

fn report(options: &Options, cases: &[Case]) -> Fallible<()> {
    let find = |name: &str| cases.iter().find(|case| case.name == name);
    let Some(yardstick) = find(YARDSTICK) else { return Err("the yardstick was not measured".into()) };
    let mut out = io::stdout().lock();
    let rules = options.rules.as_ref().map_or("own rules only", |_| "own rules and a folder of community rules");
    writeln!(
        out,
        "{} records, seed {}, medians of {} rounds, {rules}\n",
        options.records, options.seed, options.rounds
    )?;
    writeln!(out, "| run | records | MB | CPU s | × yardstick | records/CPU s | of JSON lines | wall s | peak MiB |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    for case in cases.iter().filter(|case| case.records > 1 || options.records == 1) {
        let ratio = case.cpu() / yardstick.cpu() * yardstick.records as f64 / case.records as f64;
        let share = find(LINES).map_or("–".to_owned(), |lines| {
            format!("{:.2}", case.records_per_cpu_second() / lines.records_per_cpu_second())
        });
        writeln!(
            out,
            "| {} | {} | {:.1} | {:.3} | {ratio:.2} | {:.0} | {share} | {:.3} | {:.1} |",
            case.name,
            case.records,
            case.bytes as f64 / 1e6,
            case.cpu(),
            case.records_per_cpu_second(),
            case.wall(),
            case.peak() / 1048576.0,
        )?;
    }
    writeln!(out)?;
    if let (Some(one), Some(two)) = (find(LINES), find("two-threads")) {
        writeln!(out, "- Two threads finish {:.2} times as fast as one.", one.wall() / two.wall())?;
    }
    for (name, alone) in [("gzip", "gzip-unpacking"), ("zstd", "zstd-unpacking")] {
        if let (Some(whole), Some(alone)) = (find(name), find(alone)) {
            writeln!(out, "- {name}: unpacking is {:.0} % of the scan.", 100.0 * alone.cpu() / whole.cpu())?;
        }
    }
    if let Some(one) = find("one-record") {
        let (wall, cpu) = (one.wall() * 1000.0, one.cpu() * 1000.0);
        writeln!(out, "- A file of one record takes {wall:.1} ms from start to end ({cpu:.1} ms of CPU time).")?;
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
