//! Instants as people read them: to the second, the day once.

use entward_model::Timestamp;

/// `2026-03-04 09:20:11 to 09:21:40 UTC`; one instant when both are the same second.
pub(super) fn span(first: Timestamp, last: Timestamp) -> String {
    let (first, last) = (parts(first), parts(last));
    match (first.0 == last.0, first.1 == last.1) {
        (true, true) => format!("{} {} UTC", first.0, first.1),
        (true, false) => format!("{} {} to {} UTC", first.0, first.1, last.1),
        (false, _) => format!("{} {} to {} {} UTC", first.0, first.1, last.0, last.1),
    }
}

/// The day, and the time of day to the second.
fn parts(time: Timestamp) -> (String, String) {
    let text = time.to_string();
    let (day, clock) = text.split_once('T').unwrap_or((&text, ""));
    (day.to_owned(), clock.chars().take_while(|character| !matches!(character, '.' | 'Z')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_the_day_once_and_no_fractions() {
        check("2026-03-04T09:20:11.84Z", "2026-03-04T09:21:40Z", "2026-03-04 09:20:11 to 09:21:40 UTC");
        check("2026-03-04T09:20:11.84Z", "2026-03-04T09:20:11.99Z", "2026-03-04 09:20:11 UTC");
        check("2026-03-04T09:20:11Z", "2026-03-05T09:20:11Z", "2026-03-04 09:20:11 to 2026-03-05 09:20:11 UTC");
    }

    #[track_caller]
    fn check(first: &str, last: &str, expected: &str) {
        let time = |text| Timestamp::parse(text).expect("an instant of these logs");
        assert_eq!(span(time(first), time(last)), expected);
    }
}
