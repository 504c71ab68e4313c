//! Any text as rules, correlations and filters: put together, and their correlator run out of order,
//! stopped, stored and taken up again.
#![no_main]

use entward_sigma::{Correlator, Finding, Limits, Loader, Placeholders, Taken};

const VALUES: [Option<&str>; 6] = [Some("a"), Some("B"), Some("12"), Some("-0.5"), None, Some("203.0.113.7")];

/// Small, so that every bound is met.
fn limits() -> Limits {
    Limits {
        lateness: 90_000_000_000,
        waiting: 40,
        groups: 3,
        events_per_group: 5,
        references: 4,
        entities: 2,
        values: 4,
        values_per_entity: 3,
        ..Limits::default()
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let placeholders: Placeholders = [("admins", vec!["ada", "bob*"]), ("empty", vec![])].into_iter().collect();
    let mut loader = Loader::new(placeholders);
    loader.add("rules.yml", text);
    let (collection, errors) = loader.finish();
    for error in &errors {
        assert!(error.place.line > 0 && error.place.column > 0, "{error}");
        assert!(!error.to_string().is_empty());
        let _ = error.hint();
    }
    let mut correlator = Correlator::new(&collection, limits());
    let mut found = Vec::new();
    let (mut accepted, mut number) = (0_u64, 0_u64);
    for byte in text.bytes().take(300) {
        for rule in 0..collection.rules.len().min(4) as u32 {
            number += 1;
            let seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(byte);
            let values: Vec<Option<&str>> =
                (0..correlator.fields(rule).len()).map(|field| VALUES[(seed as usize >> (8 + field % 40)) % 6]).collect();
            let time = (number as i64 * 3 - (seed >> 50) as i64 % 100) * 1_000_000_000;
            let taken = correlator.feed(rule, time, number, &values, &mut found);
            accepted += u64::from(taken == Taken::Accepted);
            assert_eq!(taken == Taken::NotCorrelated, !correlator.wants(rule));
        }
        if byte == b'\n' {
            let state = correlator.export();
            let stored = serde_json::to_string(&state).expect("a state can be written");
            let mut resumed = Correlator::new(&collection, limits());
            resumed.restore(serde_json::from_str(&stored).expect("a state can be read")).expect("a state fits its rules");
            assert_eq!(resumed.export(), state);
            correlator = resumed;
        }
        assert!(correlator.waiting() <= 40);
        assert!(correlator.groups() <= 3 * collection.correlations.len());
    }
    correlator.flush(&mut found);
    assert_eq!(correlator.counts().accepted, accepted);
    let mut open = std::collections::BTreeSet::new();
    for finding in &found {
        match finding {
            Finding::New { rule, .. } => assert!(collection.rules[*rule as usize].first_seen.is_some()),
            Finding::Began(told) => assert!(open.insert(told.number) && told.total > 0),
            Finding::Ended(told, _) => assert!(open.remove(&told.number) && told.references.len() <= 4),
        }
    }
    assert!(open.is_empty(), "every match ends");
});
