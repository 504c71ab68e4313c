//! The stream of records: logs mixed as in a tenant of some hundred people, four records
//! a second, one in a hundred of them worth a rule's attention.

use std::collections::VecDeque;

use entward_model::Timestamp;

use crate::random::Random;
use crate::record::{Draw, Record, activity, audit, sign_in};
use crate::tenant::Tenant;

/// 2026-03-02T00:00:00Z, a Monday, in nanoseconds.
const START: i64 = 1_772_409_600 * 1_000_000_000;

/// The time between two records, in nanoseconds.
const STEP: i64 = 250_000_000;

/// How many records share one matching record.
const BLOCK: u64 = 100;

/// An endless stream of records; the same seed gives the same stream.
///
/// What belongs together (the start and the outcome of a request, the records of one
/// registration) comes one directly after the other, as it mostly does in life.
#[derive(Debug)]
pub struct Corpus {
    tenant: Tenant,
    random: Random,
    position: u64,
    pending: VecDeque<Record>,
    next_match: u64,
    matches: u64,
}

impl Corpus {
    /// The stream that belongs to this seed.
    pub fn new(seed: u64) -> Corpus {
        let mut random = Random::new(seed);
        let next_match = random.below(BLOCK);
        Corpus { tenant: Tenant::new(seed), random, position: 0, pending: VecDeque::new(), next_match, matches: 0 }
    }

    /// The tenant that the records speak of.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn draw(&mut self) {
        // Azure writes seven fractional digits; the last is kept from being zero, which
        // would be left out.
        let ticks = self.random.below(STEP as u64 / 1000) as i64 * 10 + 1 + self.random.below(9) as i64;
        let time = Timestamp::from_nanos(START + self.position as i64 * STEP + ticks * 100);
        let due = self.position >= self.next_match;
        let mut draw = Draw { tenant: &self.tenant, random: &mut self.random, time };
        let records = if due { matching(&mut draw) } else { ordinary(&mut draw) };
        if due {
            // A story of three records takes the turn of three blocks.
            self.matches += records.len() as u64;
            self.next_match = self.matches * BLOCK + self.random.below(BLOCK);
        }
        self.pending.extend(records);
    }
}

impl Iterator for Corpus {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.pending.is_empty() {
            self.draw();
        }
        self.position += 1;
        self.pending.pop_front()
    }
}

fn ordinary(draw: &mut Draw<'_>) -> Vec<Record> {
    match draw.random.below(100) {
        0..=27 => vec![audit::ordinary(draw)],
        // Each brings a start and an outcome.
        28..=40 => activity::ordinary(draw),
        _ => vec![sign_in::ordinary(draw)],
    }
}

fn matching(draw: &mut Draw<'_>) -> Vec<Record> {
    match draw.random.below(10) {
        0..=2 => audit::registration(draw),
        3..=4 => audit::credential(draw),
        5 => audit::consent(draw),
        6..=7 => audit::directory_role(draw),
        _ => activity::role_assignment(draw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Log;

    #[test]
    fn the_same_seed_gives_the_same_records() {
        let texts = |seed| Corpus::new(seed).take(500).map(|record| record.diagnostic.to_string()).collect::<Vec<_>>();
        assert_eq!(texts(42), texts(42));
        assert_ne!(texts(42), texts(43));
    }

    #[test]
    fn the_average_record_has_the_size_it_has_in_life() {
        let records = 5000;
        let bytes: usize = Corpus::new(1).take(records).map(|record| record.diagnostic.to_string().len() + 1).sum();
        let average = bytes / records;
        assert!((2400..2600).contains(&average), "{average} bytes");
    }

    #[test]
    fn one_record_in_a_hundred_matches() {
        let matching = Corpus::new(1).take(20_000).filter(|record| record.matching).count();
        assert!((195..=205).contains(&matching), "{matching} of 20,000");
    }

    #[test]
    fn all_logs_are_there() {
        let count = |log| Corpus::new(1).take(2000).filter(|record| record.log == log).count();
        let (audit, sign_in, activity) = (count(Log::Audit), count(Log::SignIn), count(Log::Activity));
        assert!(audit > 300 && sign_in > 900 && activity > 300, "{audit} {sign_in} {activity}");
    }

    #[test]
    fn time_goes_forward_and_has_seven_digits() {
        let records: Vec<Record> = Corpus::new(9).take(300).collect();
        assert!(records.windows(2).all(|pair| pair[0].time <= pair[1].time));
        let text = records[0].diagnostic["time"].as_str().unwrap().to_owned();
        assert_eq!(text.len(), "2026-03-02T00:00:00.1234567Z".len(), "{text}");
    }
}
