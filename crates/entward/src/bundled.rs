//! The rules and mappings that the program carries.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
