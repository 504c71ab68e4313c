//! How fast correlations are, and how much memory their groups take. By hand, on an otherwise idle machine:
//!
//! ```text
//! cargo run --release -p entward-sigma --example correlation_speed -- few
//! cargo run --release -p entward-sigma --example correlation_speed -- groups 10000000
//! ```
//!
//! The time includes writing out the values that are fed, which a caller has already; what that alone takes is told first.
//!
//! `few`: one `event_count` rule, 10,000 groups, events up to a minute out of order. `groups N`: as many distinct groups, one event
//! each, then one more of every group in another order. Time is that on the processor and memory the process's own, as Linux tells them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "it measures time and memory and tells them; the crate does neither"
)]

use std::fmt::Write as _;

use entward_sigma::{Correlator, Limits, Loader};

const RULES: &str = "
title: Failed sign-in
name: failed
logsource: {product: azure}
detection: {selection: {ResultType: 50126}, condition: selection}
---
title: Password guessing
correlation:
    type: event_count
    rules: [failed]
    group-by: [IPAddress, UserPrincipalName]
    timespan: 1d
    condition: {gte: 20}
";

const SECOND: u64 = 1_000_000_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("groups") => {
            let groups = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(10_000_000);
            many_groups(groups);
        }
        _ => few_groups(),
    }
}

fn correlator(groups: usize, lateness: u64) -> Correlator {
    let mut loader = Loader::default();
    loader.add("rules.yml", RULES);
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    let lateness = i64::try_from(lateness).unwrap_or(i64::MAX);
    Correlator::new(&collection, Limits { groups, lateness, ..Limits::default() })
}

/// Numbers that look random and are the same every time (splitmix64).
fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Feeds one event; the values are written out anew each time, as a caller would have to.
struct Feeder {
    correlator: Correlator,
    address: String,
    user: String,
    found: Vec<entward_sigma::Finding>,
    findings: u64,
}

impl Feeder {
    fn new(correlator: Correlator) -> Feeder {
        Feeder { correlator, address: String::new(), user: String::new(), found: Vec::new(), findings: 0 }
    }

    fn write_values(&mut self, group: u64) {
        self.address.clear();
        self.user.clear();
        let _ = write!(self.address, "203.0.113.{}", group % 256);
        let _ = write!(self.user, "user{group}@contoso.example");
    }

    fn feed(&mut self, time: u64, reference: u64, group: u64) {
        self.write_values(group);
        let values = [Some(self.address.as_str()), Some(self.user.as_str())];
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        self.correlator.feed(0, time, reference, &values, &mut self.found);
        self.findings += self.found.len() as u64;
        self.found.clear();
    }
}

fn few_groups() {
    const EVENTS: u64 = 10_000_000;
    let mut feeder = Feeder::new(correlator(1, 0));
    let started = processor_seconds();
    for number in 0..EVENTS {
        feeder.write_values(scattered(number ^ 0x5555) % 10_000);
        std::hint::black_box((&feeder.address, scattered(number)));
    }
    println!("writing values: {:.0} ns an event", (processor_seconds() - started) * 1e9 / EVENTS as f64);
    for (name, groups) in [("10,000 groups", 10_000), ("1,000,000 groups", 1_000_000)] {
        let mut feeder = Feeder::new(correlator(10_000_000, 60 * SECOND));
        let started = processor_seconds();
        for number in 0..EVENTS {
            // A thousand events a second, each up to a minute late.
            let time = number * SECOND / 1_000 + 60 * SECOND - scattered(number) % (60 * SECOND);
            feeder.feed(time, number, scattered(number ^ 0x5555) % groups);
        }
        feeder.correlator.flush(&mut feeder.found);
        let seconds = processor_seconds() - started;
        println!(
            "{name}: {:.2} million events a second, {:.0} ns an event ({} findings, {:?})",
            EVENTS as f64 / seconds / 1e6,
            seconds * 1e9 / EVENTS as f64,
            feeder.findings + feeder.found.len() as u64,
            feeder.correlator.counts()
        );
    }
}

fn many_groups(groups: u64) {
    let before = resident();
    let mut feeder = Feeder::new(correlator(usize::try_from(groups).unwrap_or(usize::MAX), SECOND));
    for round in 0..2_u64 {
        let started = processor_seconds();
        for number in 0..groups {
            let time = (round * groups + number) * (SECOND / 1_000);
            let group = if round == 0 { number } else { scattered(number) % groups };
            feeder.feed(time, round * groups + number, group);
        }
        let seconds = processor_seconds() - started;
        println!(
            "round {}: {} groups, {:.2} million events a second, {:.0} MiB resident ({:.1} bytes a group)",
            round + 1,
            feeder.correlator.groups(),
            groups as f64 / seconds / 1e6,
            (resident() - before) / 1_048_576.0,
            (resident() - before) / feeder.correlator.groups() as f64,
        );
    }
    println!("at most {:.0} MiB; {:?}", status("VmHWM:") / 1_048_576.0, feeder.correlator.counts());
}

/// Time that this thread ran, whatever else the machine did meanwhile.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|number| number.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

fn resident() -> f64 {
    status("VmRSS:")
}

/// A line of the process's status, in bytes; 0 where there is none.
fn status(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1_024.0
}
