//! Any text as an instant: what is read is written so that it is read as the same again.
#![no_main]

use entward_model::Timestamp;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(time) = Timestamp::parse(text) {
        assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
    }
});
