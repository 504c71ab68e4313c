//! What makes a record the same record, in whatever export it is met.

use entward_model::{Event, Log};

/// A number that two copies of one record share, and two different records do not.
///
/// The log's own id of the record is the best key there is. The Activity Log has none in
/// its diagnostic export, so there the fields that Microsoft's documentation names for the
/// purpose stand for it, and they are used for its other shapes too, so that copies in two
/// shapes are recognised. A portal CSV has neither; there the whole row counts.
pub fn identity(event: &Event) -> u64 {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\u{1f}');
    };
    add(event.log.as_str());
    let target = event.targets.first().and_then(|target| target.id.as_deref()).unwrap_or_default();
    if event.log == Log::Activity && event.correlation_id.is_some() {
        add(event.correlation_id.as_deref().unwrap_or_default());
        add(&event.operation);
        add(event.outcome.as_str());
        add(&event.time.map(|time| time.to_string()).unwrap_or_default());
        add(target);
    } else if let Some(id) = &event.record_id {
        add(id);
        // Some logs reuse one id for the parts of one request.
        add(&event.operation);
        add(target);
    } else {
        let whole = Event { file: String::new(), index: 0, ..event.clone() };
        add(&serde_json::to_string(&whole).unwrap_or_default());
    }
    stable_hash(text.as_bytes())
}

/// A hash that is the same on every machine and in every version: 64-bit FNV-1a
/// (Fowler, Noll, Vo; offset basis and prime as published in RFC 9923).
pub fn stable_hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
