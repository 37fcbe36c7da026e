//! Configuration items of one file that are decoded later, together, wherever there is time for it.
//!
//! Decoding an item needs nothing of any other, so that one large file keeps several processors busy. What
//! came of them is put together by the numbers of the records: no answer depends on who decoded what.

use std::collections::BTreeSet;

use super::Parser;
use crate::formats::config_items::{ItemContext, decode_item, decode_item_text};
use crate::formats::file::{FileReport, PROBLEMS_DESCRIBED};
use crate::formats::records::{Decoded, Record, RecordError};
use crate::formats::scan::Scanner;
use crate::model::{AccountId, Instant, Problem, ProblemCode};

/// Bytes of items after which they are handed on.
const BATCH_BYTES: usize = 512 * 1024;

/// Where an item stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    number: u64,
    /// Offset in the file.
    at: u64,
    /// Where its text ends among the texts of all.
    end: usize,
}

/// Items that wait to be decoded.
#[derive(Debug)]
pub struct ItemBatch {
    context: ItemContext,
    supplied: Option<AccountId>,
    texts: Vec<u8>,
    places: Vec<Place>,
}

/// What became of records of one file, to be put together with what became of its others.
#[derive(Debug, Default)]
pub struct RecordTally {
    pub(super) handed_over: u64,
    pub(super) set_aside: u64,
    pub(super) set_aside_reasons: BTreeSet<&'static str>,
    pub(super) rejected: u64,
    pub(super) problem_count: u64,
    /// The first problems, with the numbers of their records.
    pub(super) problems: Vec<(u64, Problem)>,
    /// The first item of another account than the file's name: number, offset and what is said of it.
    pub(super) disagreement: Option<(u64, Problem)>,
    pub(super) latest_capture: Option<Instant>,
    /// The account supplied, where an item had need of it.
    pub(super) supplied_used: Option<AccountId>,
}

impl ItemBatch {
    pub(super) fn new(context: ItemContext, supplied: Option<AccountId>) -> Self {
        Self { context, supplied, texts: Vec::new(), places: Vec::new() }
    }

    pub(super) fn push(&mut self, number: u64, at: u64, raw: &[u8]) {
        self.texts.extend_from_slice(raw);
        self.places.push(Place { number, at, end: self.texts.len() });
    }

    pub(super) fn is_full(&self) -> bool {
        self.texts.len() >= BATCH_BYTES
    }

    /// Whether there is so much of it that it is worth while to let another thread decode it.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.texts.len() >= BATCH_BYTES / 8
    }

    /// Decodes all of them; `keep` takes each record, its number in the file and its text.
    pub fn decode(&self, mut keep: impl FnMut(u64, &[u8], Record)) -> RecordTally {
        let mut tally = RecordTally::default();
        let mut start = 0;
        // Of all at once that costs little; of each string by itself it costs as much as decoding it.
        let all = std::str::from_utf8(&self.texts).ok();
        for place in &self.places {
            let raw = self.texts.get(start..place.end).unwrap_or_default();
            let text = all.and_then(|all| all.get(start..place.end));
            start = place.end;
            let decoded = decode_with(&self.context, self.supplied.as_ref(), &mut tally.supplied_used, |context| {
                text.map_or_else(|| decode_item(raw, context), |text| decode_item_text(text, context))
            });
            if let Some(record) = tally.take(decoded, place.number, place.at) {
                keep(place.number, raw, record);
            }
        }
        tally
    }
}

impl Parser<'_> {
    /// Takes the item that is expected next, if it is there to the letter: a text that was a whole value once is one
    /// again, so that its end need not be looked for.
    pub(super) fn expected_item(&mut self, scanner: &mut Scanner<'_>) -> bool {
        let Some(recorder) = &self.context.recorder else { return false };
        let Some(length) = self.sink.expected(recorder).filter(|_| !self.by_line) else { return false };
        let is_there = scanner.ahead(length).is_some_and(|text| self.sink.is_expected(recorder, text));
        if is_there {
            scanner.consume(length);
            self.report.read += 1;
            self.report.known += 1;
        }
        is_there
    }

    /// An item of an envelope: one that is not known is decoded with others.
    pub(super) fn streamed_item(&mut self, raw: &[u8]) {
        let is_known = self.context.recorder.as_ref().is_some_and(|recorder| self.sink.is_known(recorder, raw));
        self.report.read += 1;
        if is_known {
            self.report.known += 1;
            return;
        }
        let (context, supplied) = (&self.context, &self.supplied.account);
        let batch = self.deferred.get_or_insert_with(|| ItemBatch::new(context.clone(), supplied.clone()));
        batch.push(self.report.read, self.at, raw);
        if batch.is_full() {
            self.hand_on_items();
        }
    }

    /// Hands on the items that wait.
    pub(super) fn hand_on_items(&mut self) {
        if let Some(tally) = self.deferred.take().and_then(|batch| self.sink.decode(batch)) {
            self.tally.add(tally);
        }
    }
}

/// Decodes with what the path says, and only where that leaves open what is needed, with the account
/// supplied, which is noted in `used` then.
pub(super) fn decode_with(
    context: &ItemContext,
    supplied: Option<&AccountId>,
    used: &mut Option<AccountId>,
    decode: impl Fn(&ItemContext) -> Result<Decoded, RecordError>,
) -> Result<Decoded, RecordError> {
    let supplied = supplied.filter(|_| context.account.is_none());
    match (decode(context), supplied) {
        (Err(error), Some(account)) if error.code == ProblemCode::MissingContext => {
            let decoded = decode(&ItemContext { account: Some(account.clone()), ..context.clone() })?;
            *used = Some(account.clone());
            Ok(decoded)
        }
        (decoded, _) => decoded,
    }
}

impl RecordTally {
    /// Counts what became of a record; the record, if it is kept.
    pub(super) fn take(&mut self, decoded: Result<Decoded, RecordError>, number: u64, at: u64) -> Option<Record> {
        match decoded {
            Ok(Decoded::Kept(record)) => {
                match &record {
                    Record::Item(item) => {
                        self.latest_capture = self.latest_capture.max(Some(item.captured_at));
                        if self.disagreement.is_none() && item.account != item.recorder.account {
                            self.disagreement =
                                Some((number, disagreement(&item.account, &item.recorder.account, number, at)));
                        }
                    }
                    Record::Evaluation(evaluation) => {
                        self.latest_capture = self.latest_capture.max(Some(evaluation.observed_at));
                    }
                    _ => {}
                }
                self.handed_over += 1;
                Some(record)
            }
            Ok(Decoded::SetAside(reason)) => {
                self.set_aside += 1;
                self.set_aside_reasons.insert(reason);
                None
            }
            Err(error) => {
                self.rejected += 1;
                self.problem(number, Problem::of_record(error.code, error.what, number, at));
                None
            }
        }
    }

    /// Notes a problem met when so many records were read.
    pub(super) fn problem(&mut self, number: u64, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_DESCRIBED {
            self.problems.push((number, problem));
        }
    }

    /// Adds what came of other records of the same file, in any order.
    pub(super) fn add(&mut self, other: Self) {
        self.handed_over += other.handed_over;
        self.set_aside += other.set_aside;
        self.set_aside_reasons.extend(other.set_aside_reasons);
        self.rejected += other.rejected;
        self.problem_count += other.problem_count;
        self.problems.extend(other.problems);
        self.problems.sort_by_key(|(number, _)| *number);
        self.problems.truncate(PROBLEMS_DESCRIBED);
        let disagreements = [self.disagreement.take(), other.disagreement];
        self.disagreement = disagreements.into_iter().flatten().min_by_key(|(number, _)| *number);
        self.latest_capture = self.latest_capture.max(other.latest_capture);
        self.supplied_used = self.supplied_used.take().or(other.supplied_used);
    }
}

impl RecordTally {
    /// Puts all of it into the report of the file.
    pub(super) fn tell(mut self, report: &mut FileReport) {
        if let Some((number, problem)) = self.disagreement.take() {
            self.problem_count += 1;
            self.problems.push((number, problem));
        }
        self.problems.sort_by_key(|(number, _)| *number);
        self.problems.truncate(PROBLEMS_DESCRIBED);
        report.handed_over = self.handed_over;
        report.set_aside = self.set_aside;
        report.set_aside_reasons = self.set_aside_reasons;
        report.rejected = self.rejected;
        report.problems = self.problems.into_iter().map(|(_, problem)| problem).collect();
        report.problem_count = self.problem_count;
        report.account = report.account.take().or(self.supplied_used);
    }
}

/// What is said once of a file in which an item is of another account than the file's name.
fn disagreement(account: &AccountId, named: &AccountId, number: u64, at: u64) -> Problem {
    Problem {
        code: ProblemCode::NameDisagrees,
        what: format!("the name says account {named}, an item says {account}"),
        record: Some(number),
        byte: Some(at),
        effect: "the recorder is taken from the name, the owner from the items".to_owned(),
    }
}
