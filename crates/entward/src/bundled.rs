//! The rules, mappings and knowledge pages that the program carries.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
