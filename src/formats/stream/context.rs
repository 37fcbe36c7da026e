//! What a record leaves open: filled from the path, and then with what was supplied.

use super::{Parser, decode_with};
use crate::formats::config_items::ItemContext;
use crate::formats::records::{Decoded, RecordError};

/// Whether records of a form carry their own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// They do: one without is not what its form says.
    Dated,
    /// They do not, or need not: the time of the path stands in.
    Undated,
}

impl Parser<'_> {
    /// As [`Parser::record`], with the context to decode in: what the path says, and only where that
    /// leaves open what is needed, what was supplied.
    pub(super) fn record_in(
        &mut self,
        form: Form,
        raw: &[u8],
        decode: impl Fn(&[u8], &ItemContext) -> Result<Decoded, RecordError>,
    ) {
        let taken_at = self.path_time.or(self.supplied.taken_at);
        let time = if form == Form::Undated { taken_at } else { None };
        let context = ItemContext { time, ..self.context.clone() };
        let (supplied, mut used) = (self.supplied.account.as_ref(), None);
        let decoded = |raw: &[u8]| decode_with(&context, supplied, &mut used, |context| decode(raw, context));
        self.record(raw, decoded);
        self.tally.supplied_used = self.tally.supplied_used.take().or(used);
    }
}
