use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Microsoft writes instants in a dozen ways: zero to nine fractional digits, `Z`,
/// `+00:00` or no zone at all (then UTC), with a space for the `T`, and in US style
/// (`4/14/2025 11:35:37 AM`). [`Timestamp::parse`] reads them all; only RFC 3339 with
/// a `Z` is written, with as many fractional digits as the instant needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is no instant that Microsoft's logs write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimeError;

impl std::fmt::Display for ParseTimeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("not a time in any of the styles of these logs")
    }
}

impl std::error::Error for ParseTimeError {}

const SECOND: i64 = 1_000_000_000;

impl Timestamp {
    /// The instant this many nanoseconds after the epoch.
    pub fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// Nanoseconds since the epoch.
    pub fn nanos(self) -> i64 {
        self.0
    }

    /// Reads an instant in any style of these logs.
    ///
    /// # Errors
    ///
    /// [`ParseTimeError`] when the text fits none of them, names a day that does not
    /// exist, or lies outside the years 1678 to 2261.
    pub fn parse(text: &str) -> Result<Timestamp, ParseTimeError> {
        let text = text.trim();
        let reader = &mut Reader { rest: text.as_bytes() };
        let first = reader.number(4)?;
        let (year, month, day) = match reader.take() {
            // 2026-03-04, the usual form.
            Some(b'-') => {
                let month = reader.number(2)?;
                reader.expect(b'-')?;
                (first, month, reader.number(2)?)
            }
            // 3/4/2026, month first.
            Some(b'/') => {
                let day = reader.number(2)?;
                reader.expect(b'/')?;
                (reader.number(4)?, first, day)
            }
            _ => return Err(ParseTimeError),
        };
        while matches!(reader.peek(), Some(b'T' | b't' | b' ' | b',')) {
            reader.take();
        }
        let (mut hour, mut minute, mut second, mut nanos) = (0, 0, 0, 0);
        if reader.peek().is_some() {
            hour = reader.number(2)?;
            reader.expect(b':')?;
            minute = reader.number(2)?;
            if reader.peek() == Some(b':') {
                reader.take();
                second = reader.number(2)?;
                if matches!(reader.peek(), Some(b'.' | b',')) {
                    reader.take();
                    nanos = reader.fraction()?;
                }
            }
            reader.skip_blanks();
            hour = reader.half_of_day(hour)?;
            reader.skip_blanks();
        }
        let offset_minutes = reader.zone()?;
        if !reader.rest.is_empty() || hour > 23 || minute > 59 || second > 60 {
            return Err(ParseTimeError);
        }
        let days = days_from_civil(year, month, day).ok_or(ParseTimeError)?;
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset_minutes * 60;
        seconds.checked_mul(SECOND).and_then(|whole| whole.checked_add(nanos)).map(Timestamp).ok_or(ParseTimeError)
    }
}

/// Reads the parts of an instant from the left.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn expect(&mut self, byte: u8) -> Result<(), ParseTimeError> {
        if self.take() == Some(byte) { Ok(()) } else { Err(ParseTimeError) }
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.take();
        }
    }

    /// One to `most` digits.
    fn number(&mut self, most: usize) -> Result<i64, ParseTimeError> {
        let mut value = 0;
        let mut digits = 0;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            if digits == most {
                return Err(ParseTimeError);
            }
            value = value * 10 + i64::from(byte - b'0');
            digits += 1;
            self.take();
        }
        if digits == 0 { Err(ParseTimeError) } else { Ok(value) }
    }

    /// The digits after the point, as nanoseconds; what is finer is dropped.
    fn fraction(&mut self) -> Result<i64, ParseTimeError> {
        let mut value = 0;
        let mut weight = SECOND / 10;
        let mut digits = 0;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            value += i64::from(byte - b'0') * weight;
            weight /= 10;
            digits += 1;
            self.take();
        }
        if digits == 0 { Err(ParseTimeError) } else { Ok(value) }
    }

    /// `AM` or `PM` after an hour on the twelve-hour clock, if there is one.
    fn half_of_day(&mut self, hour: i64) -> Result<i64, ParseTimeError> {
        let afternoon = match self.peek() {
            Some(b'A' | b'a') => false,
            Some(b'P' | b'p') => true,
            _ => return Ok(hour),
        };
        self.take();
        if !matches!(self.take(), Some(b'M' | b'm')) || !(1..=12).contains(&hour) {
            return Err(ParseTimeError);
        }
        Ok(hour % 12 + if afternoon { 12 } else { 0 })
    }

    /// Minutes east of UTC; none named means UTC.
    fn zone(&mut self) -> Result<i64, ParseTimeError> {
        let sign = match self.take() {
            None => return Ok(0),
            Some(b'Z' | b'z') => return Ok(0),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(b'U' | b'u') if self.rest.eq_ignore_ascii_case(b"TC") => {
                self.rest = &[];
                return Ok(0);
            }
            Some(_) => return Err(ParseTimeError),
        };
        let hours = self.number(2)?;
        if self.peek() == Some(b':') {
            self.take();
        }
        let minutes = if self.peek().is_some() { self.number(2)? } else { 0 };
        if hours > 18 || minutes > 59 {
            return Err(ParseTimeError);
        }
        Ok(sign * (hours * 60 + minutes))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
///
/// Counts in eras of 400 years that begin in March, so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The day of the calendar this many days after 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.div_euclid(SECOND);
        let nanos = self.0.rem_euclid(SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let second_of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if nanos != 0 {
            let digits = format!("{nanos:09}");
            write!(formatter, ".{}", digits.trim_end_matches('0'))?;
        }
        formatter.write_str("Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_these_logs_is_read() {
        check("2026-03-04T09:20:11.8466546Z", "2026-03-04T09:20:11.8466546Z");
        check("2026-03-04T09:20:11.8466546+00:00", "2026-03-04T09:20:11.8466546Z");
        check("2026-03-04T09:20:11", "2026-03-04T09:20:11Z");
        check("2025-01-15 09:30:45.123", "2025-01-15T09:30:45.123Z");
        check("2007-01-09T11:41:00+02:00", "2007-01-09T09:41:00Z");
        check("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00Z");
        check("01/09/2007 09:41:00", "2007-01-09T09:41:00Z");
        check("4/14/2025 11:35:37 AM", "2025-04-14T11:35:37Z");
        check("12/12/2025 12:03:58 PM", "2025-12-12T12:03:58Z");
        check("12/12/2025 12:03:58 AM", "2025-12-12T00:03:58Z");
        check("4/28/2021, 3:05:26.000 PM", "2021-04-28T15:05:26Z");
        check("2025-04-14T3:15:37.008Z", "2025-04-14T03:15:37.008Z");
        check("2007-01-09T09:41:00.535404056Z", "2007-01-09T09:41:00.535404056Z");
        check("2024-02-29", "2024-02-29T00:00:00Z");
        check("11/3/2020 9:06:42 AM +00:00", "2020-11-03T09:06:42Z");
        check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Timestamp::parse(text).map(|time| time.to_string()), Ok(expected.to_owned()), "{text}");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2025-02-29",
            "2026-03-04T25:00:00Z",
            "2026-03-04T09:20:11Zz",
            "13/1/2020",
            "9999-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(ParseTimeError), "{text}");
        }
    }
}
