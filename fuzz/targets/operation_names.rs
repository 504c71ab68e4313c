//! Any text as an operation's name: folding twice is folding once, and both spellings
//! lead to the same operation.
#![no_main]

use entward_analysis::knowledge::{Knowledge, fold_operation};
use entward_model::Log;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let folded = fold_operation(text).into_owned();
    assert_eq!(fold_operation(&folded), folded);
    for log in [Log::Audit, Log::Activity, Log::SignIn, Log::Unified] {
        let _ = Knowledge::bundled().operation(log, text);
    }
});
