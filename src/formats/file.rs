//! What goes into [`parse`](super::parse) with a file's bytes, and what comes out beside its records.

use std::collections::BTreeSet;

use super::kind::Kind;
use super::records::Record;
use super::stream::{ItemBatch, RecordTally};
use crate::model::{AccountId, Instant, Problem, Recorder, Region};

/// How many problems of one file are described; the rest are counted.
pub(super) const PROBLEMS_DESCRIBED: usize = 20;

/// The names by which a file was handed over.
#[derive(Clone, Copy, Debug)]
pub struct FileName<'a> {
    /// Its path in the ledger.
    pub path: &'a str,
    /// The path in which account, region and time are looked for (spec section 3.7).
    pub hint_path: &'a str,
}

/// What whoever hands files over says of them: it fills what neither a file's content nor its path
/// states, and never stands against either (spec section 3.7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplied {
    /// The account that such files are about.
    pub account: Option<AccountId>,
    /// When they were taken.
    pub taken_at: Option<Instant>,
}

/// Receives the records of a file, in order.
pub trait RecordSink {
    /// Whether an item of this very text was kept before from a file of the same recorder; it is then
    /// a duplicate, and is not decoded again.
    fn is_known(&mut self, recorder: &Recorder, raw: &[u8]) -> bool;
    /// The length of the item that is likely to come next, where files of a recorder repeat each other.
    fn expected(&mut self, _recorder: &Recorder) -> Option<usize> {
        None
    }
    /// Whether a text of that length is the very item; it then counts as one that [`RecordSink::is_known`] knows.
    fn is_expected(&mut self, _recorder: &Recorder, _raw: &[u8]) -> bool {
        false
    }
    /// Takes a record, its number in the file and its text.
    fn keep(&mut self, number: u64, raw: &[u8], record: Record);
    /// Takes items to decode: at once, and then gives what became of them; or later, and then whoever asked
    /// for the file to be parsed adds it.
    fn decode(&mut self, batch: ItemBatch) -> Option<RecordTally> {
        Some(batch.decode(|number, raw, record| self.keep(number, raw, record)))
    }
}

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// What it is; `None` where nothing in it was recognised.
    pub kind: Option<Kind>,
    /// The recorder its name states.
    pub recorder: Option<Recorder>,
    /// The account that its name, else its path states. For reports and answers about an account the one
    /// that all its records are about; where it was needed and stated nowhere, the one supplied.
    pub account: Option<AccountId>,
    /// The region that its name, else its path states; likewise.
    pub region: Option<Region>,
    /// The time it speaks for, where its kind has one: a snapshot's, a history file's, that of a report or
    /// answer about an account or of a description of rules; the latest of several.
    pub time: Option<Instant>,
    /// Records found.
    pub read: u64,
    /// Records known before by their very text.
    pub known: u64,
    /// Records handed to the sink.
    pub handed_over: u64,
    /// Records that are no evidence, such as sample findings.
    pub set_aside: u64,
    /// Why they are none, each reason once.
    pub set_aside_reasons: BTreeSet<&'static str>,
    /// Records that could not be decoded.
    pub rejected: u64,
    /// The first problems, in the order of the file.
    pub problems: Vec<Problem>,
    /// How many problems there were.
    pub problem_count: u64,
    /// Whether the file was read to its end without a break.
    pub whole: bool,
}
