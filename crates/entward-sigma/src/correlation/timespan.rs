//! Spans of time as Sigma writes them: `15m`, `1d`.

use crate::document::Reader;
use crate::yaml::Node;

/// A span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timespan {
    written: String,
    nanoseconds: i64,
}

/// A month and a year are the mean ones of the Gregorian calendar, as pySigma has them too.
const UNITS: &[(char, i64)] =
    &[('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800), ('M', 2_629_746), ('y', 31_556_952)];

/// Longer, and sums of times could overflow.
const LONGEST: i64 = 100 * 31_556_952;

impl Timespan {
    /// Reads a whole number above 0 and its unit (`s`, `m`, `h`, `d`, `w`, `M`, `y`); at most 100 years.
    pub fn parse(text: &str) -> Option<Timespan> {
        let text = text.trim();
        let unit = text.chars().next_back()?;
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        let number = &text[..text.len() - unit.len_utf8()];
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let seconds = number.parse::<i64>().ok()?.checked_mul(*seconds)?;
        let nanoseconds = (1..=LONGEST).contains(&seconds).then(|| seconds * 1_000_000_000)?;
        Some(Timespan { written: text.to_owned(), nanoseconds })
    }

    /// As it stands in the rule.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Its length in nanoseconds.
    pub fn nanoseconds(&self) -> i64 {
        self.nanoseconds
    }

    pub(crate) fn read(reader: &mut Reader<'_>, map: &Node, key: &'static str) -> Option<Timespan> {
        let text = reader.required(map, key)?;
        let timespan = Timespan::parse(&text);
        if let (None, Some(entry)) = (&timespan, map.get(key)) {
            let why = format!("`{text}` is no span of time");
            let cure = "write a whole number above 0 and one of s, m, h, d, w, M (months), y: `90m`";
            reader.unfit(&entry.value, key, why, cure);
        }
        timespan
    }
}
