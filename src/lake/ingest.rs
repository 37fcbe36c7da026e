//! Evidence to lake: reads what is offered, keeps what is new, and accounts for every file.
//!
//! INVARIANT: nothing counts until the commit record is in place. The same evidence gives the same
//! tables on any number of threads, because which copy of a fact stands and in which order rows lie
//! is decided after all files are read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;

use super::commit::{self, Commit, CommittedFile};
use super::deduplicate::{FileRanks, Fingerprint, Fingerprinter, Identified, deduplicate, number_of};
use super::intake::{ReadFile, Shared, Worker, refused};
use super::known::KnownFiles;
use super::outcome::{self, Judged, judged};
use super::reader::Lake;
use super::schema::{FileRow, Row, SCHEMA_VERSION};
use super::staging::{AccountTables, Staging};
use super::{LakeError, layout, storage};
use crate::evidence::{Discovery, EvidenceFile, Limits, visit};
use crate::formats::{DeliveredName, Supplied};
use crate::model::{EvidenceId, Problem, find_account, find_region};

/// Rows a worker holds before it hands them on, in bytes.
const WORKER_BYTES: usize = 8 * 1024 * 1024;
/// Files without account and region in their path that one worker takes at once.
const CHUNK_FILES: usize = 512;

/// How evidence is read.
#[derive(Clone, Debug, Default)]
pub struct IngestSettings {
    /// What fills what neither a file's content nor its path states.
    pub supplied: Supplied,
    /// Against evidence that is made to do harm.
    pub limits: Limits,
}

/// How far an ingest is; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files found.
    pub files: AtomicU64,
    /// Bytes found.
    pub bytes: AtomicU64,
    /// Files worked through.
    pub files_done: AtomicU64,
    /// Bytes read.
    pub bytes_done: AtomicU64,
    /// The file taken up last.
    pub current: Mutex<String>,
}

/// What an ingest did.
#[derive(Debug, Default)]
pub struct IngestSummary {
    /// Files offered that the lake did not know.
    pub files_new: u64,
    /// Files offered that its ledger had already.
    pub files_known: u64,
    /// Files offered, new or known, of which nothing could be used.
    pub files_rejected: u64,
    /// Files offered, new or known, of which something could not be used.
    pub files_partial: u64,
    /// Records new to the lake.
    pub records_new: u64,
    /// The commit it made; `None` where nothing was new.
    pub commit: Option<u64>,
    /// Problems of the new files, with path and bundle, in the order of the ledger.
    pub problems: Vec<(String, String, Problem)>,
}

/// Reads all evidence that was found into the lake at `root`, which is made if it is not there. Another
/// ingest into the same lake is waited for.
///
/// # Errors
/// When the lake cannot be read or written. What can be wrong with a file of evidence is no error: it
/// is in the ledger.
pub fn ingest(
    discovery: &Discovery,
    root: &Path,
    settings: &IngestSettings,
    progress: &Progress,
) -> Result<IngestSummary, LakeError> {
    let _lock = commit::lock_lake(root)?;
    let lake = Lake::open(root)?;
    let ledger = lake.ledger()?;
    let shared = Shared {
        fingerprinter: Fingerprinter::new(),
        next_file: AtomicU32::new(0),
        known_files: KnownFiles::of(ledger),
        supplied: settings.supplied.clone(),
    };
    progress.files.store(discovery.files.len() as u64, Ordering::Relaxed);
    progress.bytes.store(discovery.files.iter().map(EvidenceFile::size).sum(), Ordering::Relaxed);
    let staging = Staging::open(root)?;
    let mut files: Vec<ReadFile> = discovery.refusals.iter().map(|refusal| refused(&shared, refusal)).collect();
    files.append(&mut read_all(&discovery.files, &lake, &shared, &staging, &settings.limits, progress)?);
    let summary = keep(files, &lake, &shared, &staging)?;
    staging.clear()?;
    Ok(summary)
}

/// Reads all files, those of one recorder by one worker.
fn read_all(
    files: &[EvidenceFile],
    lake: &Lake,
    shared: &Shared,
    staging: &Staging,
    limits: &Limits,
    progress: &Progress,
) -> Result<Vec<ReadFile>, LakeError> {
    let commit = lake.next_commit();
    let groups = group(files);
    let read: Vec<Vec<ReadFile>> = groups
        .par_iter()
        .enumerate()
        .map(|(number, group)| {
            let mut worker = Worker::new(shared, format!("{commit}-{number}"));
            for file in group {
                if let Ok(mut current) = progress.current.lock() {
                    *current = file.path();
                }
                visit(file, limits, &progress.bytes_done, &mut worker);
                progress.files_done.fetch_add(1, Ordering::Relaxed);
                if let Some(rows) = worker.rows_over(WORKER_BYTES) {
                    staging.add(rows)?;
                }
            }
            let (rows, files) = worker.finish();
            staging.add(rows)?;
            Ok(files)
        })
        .collect::<Result<_, LakeError>>()?;
    Ok(read.into_iter().flatten().collect())
}

/// Files that one worker reads one after the other: those of one account and region by their paths,
/// in the order of delivery, so that what a snapshot repeats is known when it is met.
fn group(files: &[EvidenceFile]) -> Vec<Vec<&EvidenceFile>> {
    let mut of_recorder: BTreeMap<(String, String), Vec<&EvidenceFile>> = BTreeMap::new();
    let mut others: Vec<&EvidenceFile> = Vec::new();
    for file in files {
        let delivered = DeliveredName::parse(&file.path()).map(|name| name.recorder);
        let place = match delivered {
            Some(recorder) => Some((recorder.account.to_string(), recorder.region.to_string())),
            None => find_account(&file.hint_path())
                .zip(find_region(&file.hint_path()))
                .map(|(account, region)| (account.to_string(), region.to_string())),
        };
        match place {
            Some(place) => of_recorder.entry(place).or_default().push(file),
            None => others.push(file),
        }
    }
    let mut groups: Vec<Vec<&EvidenceFile>> = of_recorder.into_values().collect();
    for group in &mut groups {
        group.sort_by_cached_key(|file| {
            let time = DeliveredName::parse(&file.path()).map(|name| name.time);
            (time.is_none(), time, file.path())
        });
    }
    groups.extend(others.chunks(CHUNK_FILES).map(<[_]>::to_vec));
    groups
}

/// Decides what is new, writes it, and commits.
fn keep(files: Vec<ReadFile>, lake: &Lake, shared: &Shared, staging: &Staging) -> Result<IngestSummary, LakeError> {
    let ranks = rank(&files);
    let commit = lake.next_commit();
    let accounts = staging.accounts();
    let of_accounts: Vec<KeptAccount> = accounts
        .par_iter()
        .map(|account| keep_account(account, staging.take(account)?, lake, shared, &ranks, commit))
        .collect::<Result<_, LakeError>>()?;
    let mut kept: HashMap<u32, u64> = HashMap::new();
    let mut committed = Vec::new();
    for (mut written, records) in of_accounts {
        committed.append(&mut written);
        for (file, _) in records {
            *kept.entry(file).or_default() += 1;
        }
    }
    let mut files = judged(files, &shared.known_files);
    let mut summary = offered(&files);
    files.retain(|file| !file.is_known);
    if files.is_empty() {
        return Ok(summary);
    }
    files.sort_by(|Judged { file: left, .. }, Judged { file: right, .. }| {
        (&left.path, &left.bundle, left.number).cmp(&(&right.path, &right.bundle, right.number))
    });
    let rows: Vec<FileRow> = files
        .iter()
        .map(|judged| ledger_row(judged, kept.get(&judged.file.number).copied().unwrap_or(0)))
        .collect::<Result<_, _>>()?;
    summary.files_new = rows.iter().filter(|row| row.outcome != outcome::BUNDLE).count() as u64;
    summary.records_new = rows.iter().map(|row| row.records_kept).sum();
    summary.problems = files.into_iter().flat_map(|judged| problems_of(judged.file)).collect();
    let path = layout::ledger_file(commit);
    storage::write(&lake.root().join(&path), &rows, true)?;
    committed.push(CommittedFile::describe(lake.root(), FileRow::TABLE, "", path, rows.len() as u64)?);
    let tool = env!("CARGO_PKG_VERSION").to_owned();
    let previous = lake.latest_sha256().to_owned();
    commit::publish(lake.root(), &Commit { commit, schema: SCHEMA_VERSION, tool, previous, files: committed })?;
    summary.commit = Some(commit);
    Ok(summary)
}

/// What can be said of all files offered, whether the lake knew them or not.
fn offered(files: &[Judged]) -> IngestSummary {
    let count = |holds: fn(&Judged) -> bool| files.iter().filter(|file| holds(file)).count() as u64;
    IngestSummary {
        files_known: count(|judged| judged.is_known),
        files_rejected: count(Judged::is_rejected),
        files_partial: count(Judged::is_partial),
        ..IngestSummary::default()
    }
}

/// The place of each file in the order of delivery, and its ledger id.
fn rank(files: &[ReadFile]) -> FileRanks {
    let mut order: Vec<&ReadFile> = files.iter().collect();
    order.sort_by_cached_key(|file| file.order());
    let mut ranks = FileRanks { ranks: vec![u32::MAX; files.len()], ids: vec![String::new(); files.len()] };
    for (rank, file) in order.into_iter().enumerate() {
        let number = file.number as usize;
        if let Some(place) = ranks.ranks.get_mut(number) {
            *place = u32::try_from(rank).unwrap_or(u32::MAX);
        }
        if let (Some(id), Some(custody)) = (ranks.ids.get_mut(number), &file.custody) {
            EvidenceId::of_sha256(&custody.sha256).as_str().clone_into(id);
        }
    }
    ranks
}

/// The files written for an account, and file and record of all that is new in it.
type KeptAccount = (Vec<CommittedFile>, Vec<(u32, u64)>);

/// Writes what is new of one account; the files written, and file and record of all that is new.
fn keep_account(
    account: &str,
    mut tables: AccountTables,
    lake: &Lake,
    shared: &Shared,
    ranks: &FileRanks,
    commit: u64,
) -> Result<KeptAccount, LakeError> {
    let mut kept: Vec<(u32, u64)> = Vec::new();
    let mut written: Vec<CommittedFile> = Vec::new();
    let place = Place { account, commit, lake };
    let fingerprinter = &shared.fingerprinter;
    place.facts(&mut tables.items, ranks, fingerprinter, &mut kept, &mut written)?;
    place.facts(&mut tables.evaluations, ranks, fingerprinter, &mut kept, &mut written)?;
    place.facts(&mut tables.findings, ranks, fingerprinter, &mut kept, &mut written)?;
    place.facts(&mut tables.rules, ranks, fingerprinter, &mut kept, &mut written)?;
    place.facts(&mut tables.credentials, ranks, fingerprinter, &mut kept, &mut written)?;
    place.facts(&mut tables.conditions, ranks, fingerprinter, &mut kept, &mut written)?;
    for row in &mut tables.snapshots {
        row.evidence_id = ranks.ids.get(number_of(&row.evidence_id)).cloned().unwrap_or_default();
    }
    tables.snapshots.sort_by(|left, right| {
        let key = |row: &super::SnapshotRow| {
            (row.recorder_region.clone(), row.taken_at, row.segment.clone(), row.evidence_id.clone())
        };
        key(left).cmp(&key(right))
    });
    tables.listings.sort_by(|left, right| {
        let key = |row: &super::ListingRow| {
            let resource = (row.compliance_item, row.resource_type.clone(), row.resource_id.clone());
            (row.recorder_region.clone(), resource, row.segment.clone(), row.first_listed)
        };
        key(left).cmp(&key(right))
    });
    place.write(&tables.snapshots, &mut written)?;
    place.write(&tables.listings, &mut written)?;
    kept.sort_unstable();
    kept.dedup();
    Ok((written, kept))
}

/// Where the rows of one account go.
struct Place<'a> {
    account: &'a str,
    commit: u64,
    lake: &'a Lake,
}

impl Place<'_> {
    fn facts<R: Identified>(
        &self,
        rows: &mut Vec<R>,
        ranks: &FileRanks,
        fingerprinter: &Fingerprinter,
        kept: &mut Vec<(u32, u64)>,
        written: &mut Vec<CommittedFile>,
    ) -> Result<(), LakeError> {
        let known: HashMap<Fingerprint, u8> = if rows.is_empty() {
            HashMap::new()
        } else {
            self.lake.fold_rows(self.account, HashMap::new(), |known, row: &R| {
                let fullness = known.entry(fingerprinter.of_row(row)).or_insert(0);
                *fullness = row.fullness().max(*fullness);
            })?
        };
        deduplicate(rows, ranks, &known, fingerprinter, kept);
        self.write(rows, written)
    }

    fn write<R: Row>(&self, rows: &[R], written: &mut Vec<CommittedFile>) -> Result<(), LakeError> {
        if rows.is_empty() {
            return Ok(());
        }
        let path = layout::account_file(R::TABLE, self.account, self.commit);
        let root = self.lake.root();
        storage::write(&root.join(&path), rows, true)?;
        written.push(CommittedFile::describe(root, R::TABLE, self.account, path, rows.len() as u64)?);
        Ok(())
    }
}

/// A file's row of the ledger. Its records must add up.
fn ledger_row(Judged { file, outcome, .. }: &Judged, kept: u64) -> Result<FileRow, LakeError> {
    let report = &file.report;
    let usable = report.handed_over + report.known;
    let sums = usable + report.set_aside + report.rejected == report.read && kept <= usable;
    if !sums {
        let what = format!(
            "{} read, {} handed over, {} known, {kept} kept, {} set aside, {} rejected",
            report.read, report.handed_over, report.known, report.set_aside, report.rejected
        );
        return Err(LakeError::Account { path: file.path.clone(), what });
    }
    let sha256 = file.custody.as_ref().map(|custody| custody.sha256.clone()).unwrap_or_default();
    let stated = |text: Option<String>| text.unwrap_or_default();
    Ok(FileRow {
        evidence_id: EvidenceId::of_sha256(&sha256).as_str().to_owned(),
        path: file.path.clone(),
        bundle: file.bundle.clone(),
        size: file.custody.as_ref().map_or(0, |custody| custody.size),
        sha256,
        kind: if file.is_bundle {
            "bundle".to_owned()
        } else {
            report.kind.map(|kind| kind.name().to_owned()).unwrap_or_default()
        },
        outcome: (*outcome).to_owned(),
        account: stated(report.account.as_ref().map(ToString::to_string)),
        region: stated(report.region.as_ref().map(ToString::to_string)),
        evidence_time: report.time,
        read_to_end: report.whole && file.fault.is_none(),
        records_read: report.read,
        records_kept: kept,
        records_duplicate: usable - kept,
        records_set_aside: report.set_aside,
        records_rejected: report.rejected,
        reason: reason(file),
    })
}

fn reason(file: &ReadFile) -> String {
    let report = &file.report;
    let mut parts: Vec<String> = file.fault.iter().chain(&report.problems).map(ToString::to_string).collect();
    let described = report.problems.len() as u64;
    if report.problem_count > described {
        parts.push(format!("and {} more", report.problem_count - described));
    }
    parts.extend(report.set_aside_reasons.iter().map(|reason| format!("set aside: {reason}")));
    if parts.is_empty() && !file.is_bundle {
        parts.extend(report.kind.and_then(crate::formats::Kind::set_aside).map(str::to_owned));
    }
    parts.join("; ")
}

fn problems_of(file: ReadFile) -> impl Iterator<Item = (String, String, Problem)> {
    let (path, bundle) = (file.path, file.bundle);
    let problems: BTreeSet<Problem> = file.fault.into_iter().chain(file.report.problems).collect();
    problems.into_iter().map(move |problem| (path.clone(), bundle.clone(), problem))
}

#[cfg(test)]
mod tests;
