//! The thinking of Entward: bytes and knowledge in, alerts out.
//!
//! ```text
//! bytes ─► decode ─Record─► normalize ─Event─► detect ─Match─► fold ─Story─► alert
//! ```
//!
//! Nothing here reads a file, a network, the environment or a clock: bytes, rules and
//! knowledge arrive as arguments, and the same arguments give the same answer. A room
//! uses rooms to its left in the picture and never one to its right.

pub mod alert;
pub mod coverage;
pub mod decode;
pub mod detect;
pub mod exception;
pub mod fold;
pub mod knowledge;
pub mod kql;
pub mod lint;
pub mod normalize;

mod json;
