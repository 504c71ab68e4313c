use entward_model::{Event, Shape};
use serde_json::Value;

use crate::knowledge::Knowledge;

pub(super) fn normalize(_knowledge: &Knowledge, _shape: Shape, _record: &Value) -> Event {
    todo!()
}
