//! Any bytes as a piece of JSON: decoded, matched, normalized, explained.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entward_fuzz::read_json(bytes));
