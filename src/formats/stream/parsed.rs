//! [`Parsed`]: a file as it was left, before all of its items are decoded. Reads nothing.

use super::deferred::RecordTally;
use super::spoken::Spoken;
use crate::formats::delivered_name::{DeliveredKind, DeliveredName};
use crate::formats::file::FileReport;
use crate::formats::kind::Kind;

/// A file that was read to its end, or to where it breaks.
#[derive(Debug)]
pub struct Parsed {
    pub(super) report: FileReport,
    pub(super) tally: RecordTally,
    pub(super) spoken: Spoken,
    pub(super) delivered: Option<DeliveredName>,
    pub(super) file_version: bool,
    pub(super) snapshot_id: bool,
}

impl Parsed {
    /// Adds what became of records that were decoded later, in any order, and tells what became of the file.
    #[must_use]
    pub fn finish(mut self, later: impl IntoIterator<Item = RecordTally>) -> FileReport {
        later.into_iter().for_each(|tally| self.tally.add(tally));
        if self.report.kind == Some(Kind::ConfigItems) {
            let delivered = self.delivered.as_ref().filter(|_| self.file_version || self.snapshot_id);
            self.report.kind = Some(match delivered.map(|delivered| delivered.kind) {
                Some(DeliveredKind::Snapshot) => Kind::ConfigSnapshot,
                Some(DeliveredKind::History) => Kind::ConfigHistory,
                Some(DeliveredKind::Oversized) => Kind::ConfigNotification,
                None if self.snapshot_id => Kind::ConfigSnapshot,
                None if self.file_version => Kind::ConfigHistory,
                None => Kind::ConfigItems,
            });
        }
        if matches!(self.report.kind, Some(Kind::ConfigSnapshot | Kind::ConfigHistory)) {
            self.report.time = self.delivered.as_ref().map(|delivered| delivered.time).or(self.tally.latest_capture);
        }
        self.tally.tell(&mut self.report);
        self.spoken.tell(&mut self.report);
        self.report
    }
}
