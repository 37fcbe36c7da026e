//! One worker of an ingest: evidence files in, staged rows and an account of each file out.

use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use rayon::Scope;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::deduplicate::Found;
use super::fingerprint::Fingerprinter;
use super::known::KnownFiles;
use super::memory::{Memory, Remembered};
use super::record_rows::RecordRows;
use super::staging::Staging;
use super::{LakeError, outcome};
use crate::evidence::{Custody, LeafName, Refusal, Visitor};
use crate::formats::records::Record;
use crate::formats::{self, DeliveredName, FileName, FileReport, ItemBatch, Kind, RecordSink, RecordTally, Supplied};
use crate::model::{Instant, Problem, ProblemCode, Recorder};

/// A file as it was read.
#[derive(Debug)]
pub(super) struct ReadFile {
    /// Its number among the files of one commit.
    pub(super) number: u32,
    /// The object it was read from, as its place in the list of all.
    pub(super) object: Option<usize>,
    pub(super) path: String,
    pub(super) bundle: String,
    pub(super) custody: Option<Custody>,
    pub(super) report: FileReport,
    /// What broke reading, if anything, or why it was refused.
    pub(super) fault: Option<Problem>,
    /// Whether it is a bundle whose members are files of their own.
    pub(super) is_bundle: bool,
}

/// The order of delivery: by the time in the name, then the name; files without one come last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeliveryOrder {
    is_undated: bool,
    time: Option<Instant>,
    name: String,
}

impl DeliveryOrder {
    fn of(path: &str) -> Self {
        let time = DeliveredName::parse(path).map(|name| name.time);
        Self { is_undated: time.is_none(), time, name: path.rsplit('/').next().unwrap_or(path).to_owned() }
    }
}

impl ReadFile {
    /// The order of delivery among all files; ties are broken by content and place.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let sha256 = self.custody.as_ref().map(|custody| custody.sha256.as_str());
        (DeliveryOrder::of(&self.path), sha256, self.path.as_str(), self.bundle.as_str(), self.object, self.number)
    }
}

/// What all workers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) fingerprinter: Fingerprinter,
    pub(super) next_file: AtomicU32,
    /// Every file in the lake's ledger.
    pub(super) known_files: KnownFiles,
    /// What whoever offers the files says of them.
    pub(super) supplied: Supplied,
}

/// Listed resources whose rows are made one after the other.
const LISTED_AT_ONCE: usize = 8_192;
/// Batches of items for each thread that may wait to be decoded by whoever is free.
const WAITING_BATCHES: usize = 2;

/// One worker, from its first file to its last.
pub(super) struct Worker<'a> {
    shared: &'a Shared,
    segment: String,
    buffer: Vec<u8>,
    rows: RecordRows<'a>,
    memory: Memory,
    /// Bytes of memory that the staging area knows of.
    bytes_told: usize,
    report: Option<FileReport>,
    /// Why nothing more can be read, if so.
    lost: Option<String>,
    /// The object at hand, as its place in the list of all.
    pub(super) object: Option<usize>,
    pub(super) files: Vec<ReadFile>,
}

impl<'a> Worker<'a> {
    /// A worker that has read nothing. Snapshots and what they list are told apart by `segment`.
    pub(super) fn new(shared: &'a Shared, staging: &'a Staging, segment: String) -> Self {
        Self {
            shared,
            segment,
            buffer: Vec::new(),
            rows: RecordRows::new(staging, 0),
            memory: Memory::default(),
            bytes_told: 0,
            report: None,
            lost: None,
            object: None,
            files: Vec::new(),
        }
    }

    /// Whether all rows so far could be handed on, and there is more to be had.
    ///
    /// # Errors
    /// When they could not, and [`LakeError::StoreLost`] when there is not.
    pub(super) fn check(&mut self) -> Result<(), LakeError> {
        self.rows.check()?;
        self.lost.take().map_or(Ok(()), |what| Err(LakeError::StoreLost { what }))
    }

    /// Notes a problem of a file that is none of its own.
    fn note_loss(&mut self, problem: Option<&Problem>) {
        if let Some(problem) = problem.filter(|problem| problem.code == ProblemCode::StoreLost) {
            self.lost.get_or_insert_with(|| problem.what.clone());
        }
    }

    /// Hands on the last rows, among them what the snapshots listed; the files read.
    ///
    /// # Errors
    /// When rows cannot be handed on.
    pub(super) fn finish(mut self) -> Result<Vec<ReadFile>, LakeError> {
        let (rows, segment) = (&mut self.rows, self.segment.as_str());
        let found = |file: u32| Found { file, record: 0, part: 0 };
        for (recorder, listings) in self.memory.listings() {
            let account = recorder.account.as_str();
            listings.snapshot_rows(recorder, segment, |file, row| rows.stage(account, found(file), row));
            let first = listings.len().min(LISTED_AT_ONCE);
            listings.listing_rows(recorder, segment, 0..first, |row| rows.stage(account, found(u32::MAX), row));
            // What is left of a large one is shared out.
            let staging = rows.staging();
            (1..listings.len().div_ceil(LISTED_AT_ONCE)).into_par_iter().try_for_each(|part| {
                let mut rows = RecordRows::new(staging, 0);
                let numbers = part * LISTED_AT_ONCE..listings.len().min((part + 1) * LISTED_AT_ONCE);
                listings.listing_rows(recorder, segment, numbers, |row| rows.stage(account, found(u32::MAX), row));
                rows.hand_on();
                rows.check()
            })?;
        }
        rows.hand_on();
        rows.check()?;
        self.rows.staging().workers_take(self.bytes_told, 0);
        Ok(self.files)
    }

    /// Lets the staging area know how much memory is taken here.
    fn tell_bytes(&mut self) {
        let bytes = self.memory.bytes() + self.buffer.capacity();
        self.rows.staging().workers_take(self.bytes_told, bytes);
        self.bytes_told = bytes;
    }
}

impl Visitor for Worker<'_> {
    fn leaf(&mut self, name: &LeafName, content: &mut dyn Read) {
        let file = self.shared.next_file.fetch_add(1, Ordering::Relaxed);
        self.rows.file = file;
        self.memory.begin(file, DeliveryOrder::of(&name.path));
        let file_name = FileName { path: &name.path, hint_path: &name.hint_path };
        let (shared, decoded, waiting) = (self.shared, Mutex::default(), AtomicUsize::new(0));
        let (rows, memory, buffer) = (&mut self.rows, &mut self.memory, &mut self.buffer);
        let mut tallies = Vec::new();
        let parsed = rayon::in_place_scope(|scope| {
            let mut sink =
                Sink { shared, rows, memory, scope, decoded: &decoded, waiting: &waiting, tallies: &mut tallies };
            formats::parse(file_name, &shared.supplied, content, buffer, &mut sink)
        });
        take_in(&decoded, shared, &mut self.memory, &mut self.rows, &mut tallies);
        self.report = Some(parsed.finish(tallies));
        self.tell_bytes();
    }

    fn finished(&mut self, name: &LeafName, custody: &Custody, fault: Option<&Problem>) {
        self.note_loss(fault);
        let number = self.rows.file;
        let report = self.report.take().unwrap_or_default();
        // A cut export, or one whose name and content disagree, does not list all there is either.
        let whole = report.whole && report.rejected == 0 && report.problem_count == 0 && fault.is_none();
        if fault.is_some() {
            self.rows.staging().distrust(number);
        }
        let file = ReadFile {
            number,
            object: self.object,
            path: name.path.clone(),
            bundle: name.bundle.clone(),
            custody: Some(custody.clone()),
            report,
            fault: fault.cloned(),
            is_bundle: false,
        };
        let outcome = outcome::of_file(&file);
        if self.shared.known_files.has_better(&file, outcome) {
            self.rows.staging().forget(number);
        }
        if self.shared.known_files.has(&file, outcome) {
            self.memory.unlist();
        } else if let (Some(Kind::ConfigSnapshot), Some(time)) = (file.report.kind, file.report.time) {
            self.memory.list_snapshot(time, whole);
        }
        self.files.push(file);
    }

    fn bundle(&mut self, path: &str, outer: &str, custody: &Custody, _members: u64, fault: Option<&Problem>) {
        self.note_loss(fault);
        self.files.push(ReadFile {
            number: self.shared.next_file.fetch_add(1, Ordering::Relaxed),
            object: self.object,
            path: path.to_owned(),
            bundle: outer.to_owned(),
            custody: Some(custody.clone()),
            report: FileReport::default(),
            fault: fault.cloned(),
            is_bundle: true,
        });
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.note_loss(Some(&refusal.problem));
        self.files.push(ReadFile { object: self.object, ..refused(self.shared, refusal) });
    }
}

/// A file that was refused unread.
pub(super) fn refused(shared: &Shared, refusal: &Refusal) -> ReadFile {
    ReadFile {
        number: shared.next_file.fetch_add(1, Ordering::Relaxed),
        object: None,
        path: refusal.path.clone(),
        bundle: refusal.bundle.clone(),
        custody: None,
        report: FileReport::default(),
        fault: Some(refusal.problem.clone()),
        is_bundle: false,
    }
}

/// Items that were decoded on another thread than their file was read on.
#[derive(Debug)]
struct Decoded {
    remembered: Remembered,
    tally: RecordTally,
    handed_on: Result<(), LakeError>,
}

impl Decoded {
    /// Decodes items of a file and hands their rows on.
    fn of(batch: &ItemBatch, shared: &Shared, rows: &mut RecordRows<'_>) -> Self {
        let mut remembered = Remembered::default();
        let tally = batch.decode(|number, raw, record| {
            remembered.note(&shared.fingerprinter, raw, &record);
            rows.record(number, record);
        });
        Self { remembered, tally, handed_on: Ok(()) }
    }
}

/// Takes in what was decoded so far.
fn take_in(
    decoded: &Mutex<Vec<Decoded>>,
    shared: &Shared,
    memory: &mut Memory,
    rows: &mut RecordRows<'_>,
    tallies: &mut Vec<RecordTally>,
) {
    let decoded = std::mem::take(&mut *decoded.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    for Decoded { remembered, tally, handed_on } in decoded {
        memory.remember(&shared.fingerprinter, &remembered);
        tallies.push(tally);
        if let Err(error) = handed_on {
            rows.fail(error);
        }
    }
}

/// The part of a worker that takes the records of one file.
struct Sink<'s, 'scope, 'a> {
    shared: &'a Shared,
    rows: &'s mut RecordRows<'a>,
    memory: &'s mut Memory,
    scope: &'s Scope<'scope>,
    decoded: &'scope Mutex<Vec<Decoded>>,
    /// Batches that wait to be decoded.
    waiting: &'scope AtomicUsize,
    tallies: &'s mut Vec<RecordTally>,
}

impl<'scope, 'a: 'scope> RecordSink for Sink<'_, 'scope, 'a> {
    fn is_known(&mut self, recorder: &Recorder, raw: &[u8]) -> bool {
        self.memory.lists(recorder, self.shared.fingerprinter.of(raw), raw.len())
    }

    fn expected(&mut self, recorder: &Recorder) -> Option<usize> {
        self.memory.expected(recorder)
    }

    fn is_expected(&mut self, recorder: &Recorder, raw: &[u8]) -> bool {
        self.memory.is_expected(recorder, self.shared.fingerprinter.of(raw))
    }

    fn keep(&mut self, number: u64, raw: &[u8], record: Record) {
        let mut remembered = Remembered::default();
        remembered.note(&self.shared.fingerprinter, raw, &record);
        self.memory.remember(&self.shared.fingerprinter, &remembered);
        self.rows.record(number, record);
    }

    fn decode(&mut self, batch: ItemBatch) -> Option<RecordTally> {
        let threads = rayon::current_num_threads();
        take_in(self.decoded, self.shared, self.memory, self.rows, self.tallies);
        if threads > 1 && batch.is_large() && self.waiting.load(Ordering::Relaxed) < WAITING_BATCHES * threads {
            let (shared, staging, file) = (self.shared, self.rows.staging(), self.rows.file);
            let (decoded, waiting) = (self.decoded, self.waiting);
            waiting.fetch_add(1, Ordering::Relaxed);
            self.scope.spawn(move |_| {
                let mut rows = RecordRows::new(staging, file);
                let mut of_batch = Decoded::of(&batch, shared, &mut rows);
                rows.hand_on();
                of_batch.handed_on = rows.check();
                decoded.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(of_batch);
                waiting.fetch_sub(1, Ordering::Relaxed);
            });
            return None;
        }
        let Decoded { remembered, tally, .. } = Decoded::of(&batch, self.shared, self.rows);
        self.memory.remember(&self.shared.fingerprinter, &remembered);
        Some(tally)
    }
}
