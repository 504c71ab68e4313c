//! Keywords: texts that may stand in any string of a record.
//!
//! Walking all strings of every record would cost more than everything else
//! together. So the bytes of the record are first searched for a short fragment of
//! each keyword ([`super::fragments`]); only where one turns up, or could hide behind an
//! escape, are the strings walked.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::commonplace::Commonplace;
use super::needles::Needles;
use crate::leaf::Buffers;
use crate::value::Record;

/// The keywords of one stream's rules.
pub(crate) struct Keywords {
    needles: Needles,
}

impl Keywords {
    /// `None` if there are none, or more than can be built.
    pub(super) fn new(rules_by_text: FxHashMap<String, Vec<u32>>, commonplace: &Commonplace) -> Option<Keywords> {
        Needles::new(rules_by_text, Some(commonplace)).map(|needles| Keywords { needles })
    }

    /// Calls `add` with the rules whose keywords stand in the record.
    pub(crate) fn decide(&self, record: &impl Record, buffers: &mut Buffers, add: &mut impl FnMut(&[u32])) {
        if record.raw().is_some_and(|raw| !self.needles.may_stand_in(raw)) {
            return;
        }
        record.strings(&mut |text| {
            self.needles.search_unfolded(text, &mut buffers.folded, add);
            ControlFlow::Continue(())
        });
    }
}
