//! The rules, mappings, knowledge pages, cases and samples that the program carries.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
