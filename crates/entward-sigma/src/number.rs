//! Numbers and parts of dates, compared as numbers.

use std::cmp::Ordering;

use crate::modifier::{Comparison, TimePart};

/// A number, exact if it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    /// Reads a decimal number, whole or not.
    pub(crate) fn parse(text: &str) -> Option<Number> {
        let text = text.trim();
        if let Ok(whole) = text.parse() {
            return Some(Number::Whole(whole));
        }
        // Rust would also read `inf` and `nan`.
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().map(Number::Real)
    }

    pub(crate) fn fits(self, comparison: Comparison, limit: Number) -> bool {
        let Some(order) = self.order(limit) else { return false };
        match comparison {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterOrEqual => order != Ordering::Less,
        }
    }

    pub(crate) fn order(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(left), Number::Whole(right)) => Some(left.cmp(&right)),
            (left, right) => left.real().partial_cmp(&right.real()),
        }
    }

    fn real(self) -> f64 {
        match self {
            Number::Whole(whole) => whole as f64,
            Number::Real(real) => real,
        }
    }
}

/// A part of a date and time as ISO 8601 writes it (`2026-11-24T09:05:00Z`), in the
/// zone in which it is written. Weeks are those of ISO 8601.
pub(crate) fn time_part(text: &str, part: TimePart) -> Option<i128> {
    let bytes = text.trim().as_bytes();
    let digits = |from: usize, length: usize| -> Option<i128> {
        let slice = bytes.get(from..from + length)?;
        slice.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i128::from(byte - b'0')))
    };
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let has_time = matches!(bytes.get(10), Some(b'T' | b't' | b' ')) && bytes.get(13) == Some(&b':');
    match part {
        TimePart::Year => Some(year),
        TimePart::Month => Some(month),
        TimePart::Day => Some(day),
        TimePart::Week => Some(iso_week(year, month, day)),
        TimePart::Hour if has_time => digits(11, 2),
        TimePart::Minute if has_time => digits(14, 2),
        TimePart::Hour | TimePart::Minute => None,
    }
}

/// The week of ISO 8601: weeks begin on Monday, and the first holds 4 January.
fn iso_week(year: i128, month: i128, day: i128) -> i128 {
    let ordinal = day_of_year(year, month, day);
    let weekday = weekday(year, month, day);
    let week = (ordinal - weekday + 10) / 7;
    match week {
        0 => iso_week(year - 1, 12, 31),
        53 if weekday_of_last_day(year) < 4 => 1,
        week => week,
    }
}

fn weekday_of_last_day(year: i128) -> i128 {
    weekday(year, 12, 31)
}

/// 1 is Monday, 7 is Sunday (Sakamoto's method).
fn weekday(year: i128, month: i128, day: i128) -> i128 {
    const SHIFTS: [i128; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    let shift = usize::try_from(month - 1).ok().and_then(|index| SHIFTS.get(index)).copied().unwrap_or(0);
    let from_sunday =
        (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + shift + day).rem_euclid(7);
    if from_sunday == 0 { 7 } else { from_sunday }
}

fn day_of_year(year: i128, month: i128, day: i128) -> i128 {
    const BEFORE: [i128; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let before = usize::try_from(month - 1).ok().and_then(|index| BEFORE.get(index)).copied().unwrap_or(0);
    before + day + i128::from(leap && month > 2)
}
