//! Evidence to lake: reads what is offered, keeps what is new, and accounts for every file.
//!
//! INVARIANT: nothing counts until the commit record is in place. The same evidence gives the same
//! tables on any number of threads, because which copy of a fact stands and in which order rows lie
//! is decided after all files are read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::account_writer::AccountWriter;
use super::commit::{self, Commit, CommittedFile};
use super::deduplicate::FileRanks;
use super::fingerprint::Fingerprinter;
use super::intake::{ReadFile, Shared, Worker, refused};
use super::kept::Kept;
use super::known::KnownFiles;
use super::origins::{KnownOrigins, origin_row, write_list};
use super::outcome::{self, Judged, judged};
use super::plan::{Group, plan};
use super::progress::{Phase, Progress};
use super::reader::Lake;
use super::schema::{FileRow, OriginRow, SCHEMA_VERSION};
use super::staging::Staging;
use super::storage::TableWriter;
use super::{LakeError, layout, storage};
use crate::evidence::{Discovery, EvidenceFile, Limits, in_turn, visit};
use crate::formats::Supplied;
use crate::model::{EvidenceId, Problem};

/// Hundredths of the memory that an ingest may use that are for rows that wait to be sorted and for what is
/// repeated; the rest is for reading and writing.
const STAGING_PERCENT: u64 = 40;
/// The memory that an ingest may use unless something else is said, in bytes.
const MEMORY_BYTES: u64 = 512 * 1024 * 1024;

/// Problems that are told at the end of an ingest; the ledger has them all.
const PROBLEMS_TOLD: usize = 1_000;

/// How evidence is read.
#[derive(Clone, Debug)]
pub struct IngestSettings {
    /// What fills what neither a file's content nor its path states.
    pub supplied: Supplied,
    /// Against evidence that is made to do harm.
    pub limits: Limits,
    /// How much memory it may use, in bytes: what is more waits on disk. No answer depends on it.
    pub memory_bytes: u64,
    /// Whether objects that the lake knows are read again, for their SHA-256.
    pub read_known: bool,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self { supplied: Supplied::default(), limits: Limits::default(), memory_bytes: MEMORY_BYTES, read_known: false }
    }
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
    /// The first problems of the new files, with path and bundle, commit by commit in the order of the ledger.
    pub problems: Vec<(String, String, Problem)>,
    /// How many there were.
    pub problem_count: u64,
}

/// Reads all evidence that was found into the lake at `root`, which is made if it is not there. Another
/// ingest into the same lake is waited for.
///
/// # Errors
/// When the lake cannot be read or written, and [`LakeError::Stopped`] when `progress` asks for an end, and
/// [`LakeError::StoreLost`] when what holds the evidence can no longer be read from. What can be wrong with a file of
/// evidence is no error: it is in the ledger.
pub fn ingest(
    discovery: &Discovery,
    root: &Path,
    settings: &IngestSettings,
    progress: &Progress,
) -> Result<IngestSummary, LakeError> {
    let _lock = commit::lock_lake(root, progress)?;
    progress.enter(Phase::Reading);
    let fingerprinter = Fingerprinter::new();
    let budget = usize::try_from(settings.memory_bytes / 100 * STAGING_PERCENT).unwrap_or(usize::MAX);
    let mut ingest = Ingest {
        files: &discovery.files,
        lake: Lake::open(root)?,
        origins: None,
        staging: Staging::open(root, budget)?,
        settings,
        progress,
        shared: Shared {
            fingerprinter,
            next_file: AtomicU32::new(0),
            known_files: KnownFiles::new(fingerprinter),
            supplied: settings.supplied.clone(),
        },
        summary: IngestSummary::default(),
    };
    if !settings.read_known {
        ingest.origins = Some(KnownOrigins::of(&ingest.lake, fingerprinter)?);
    }
    progress.files.store(discovery.files.len() as u64, Ordering::Relaxed);
    let bytes = discovery.files.iter().map(EvidenceFile::size).fold(0, u64::saturating_add);
    progress.bytes.store(bytes, Ordering::Relaxed);
    let steps = plan(&discovery.files, |file| ingest.is_known(file));
    if !steps.is_empty() || !discovery.refusals.is_empty() {
        ingest.know_ledger()?;
    }
    let mut steps = steps.into_iter();
    let refusals: Vec<ReadFile> = discovery.refusals.iter().map(|refusal| refused(&ingest.shared, refusal)).collect();
    ingest.step(refusals, &steps.next().unwrap_or_default())?;
    for groups in steps {
        ingest.step(Vec::new(), &groups)?;
    }
    ingest.staging.clear()?;
    Ok(ingest.summary)
}

/// An ingest under way.
struct Ingest<'a> {
    files: &'a [EvidenceFile],
    lake: Lake,
    /// The objects that need not be opened; `None` where all shall be.
    origins: Option<KnownOrigins>,
    staging: Staging,
    settings: &'a IngestSettings,
    progress: &'a Progress,
    shared: Shared,
    summary: IngestSummary,
}

impl Ingest<'_> {
    fn know_ledger(&mut self) -> Result<(), LakeError> {
        let known = &mut self.shared.known_files;
        self.lake.each_ledger_row(|row| known.add(&row))
    }

    /// Reads some files, and commits what is new in them.
    fn step(&mut self, mut files: Vec<ReadFile>, groups: &[Group]) -> Result<(), LakeError> {
        if files.is_empty() && groups.is_empty() {
            return Ok(());
        }
        self.progress.enter(Phase::Reading);
        files.append(&mut self.read(groups)?);
        self.progress.check()?;
        self.progress.enter(Phase::Writing);
        self.keep(files)?;
        self.staging.clear()?;
        self.shared.next_file.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the lake knows an object, which is counted then.
    fn is_known(&mut self, file: &EvidenceFile) -> bool {
        let known = self.origins.as_ref().and_then(|origins| origins.get(file, &self.settings.supplied));
        let Some(counts) = known else { return false };
        self.summary.files_known += u64::from(counts.files);
        self.summary.files_rejected += u64::from(counts.rejected);
        self.summary.files_partial += u64::from(counts.partial);
        self.progress.files_done.fetch_add(1, Ordering::Relaxed);
        self.progress.files_known.fetch_add(1, Ordering::Relaxed);
        self.progress.bytes_done.fetch_add(file.size(), Ordering::Relaxed);
        true
    }

    /// Reads files, those of one group by one worker.
    fn read(&self, groups: &[Group]) -> Result<Vec<ReadFile>, LakeError> {
        let lost = Mutex::new(None);
        let read: Result<Vec<Vec<ReadFile>>, LakeError> = groups
            .par_iter()
            .enumerate()
            .map(|(number, group)| {
                let read = self.read_group(number, group);
                if let Err(LakeError::StoreLost { what }) = &read {
                    // The other groups need not find out by themselves.
                    self.progress.stop();
                    lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| what.clone());
                }
                read
            })
            .collect();
        if let Some(what) = lost.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(LakeError::StoreLost { what });
        }
        Ok(read?.into_iter().flatten().collect())
    }

    fn read_group(&self, number: usize, group: &Group) -> Result<Vec<ReadFile>, LakeError> {
        let commit = self.lake.next_commit();
        let mut worker = Worker::new(&self.shared, &self.staging, format!("{commit}-{number}"));
        let files: Vec<&EvidenceFile> = group.iter().filter_map(|number| self.files.get(*number)).collect();
        for (number, file) in group.iter().zip(in_turn(&files)) {
            self.progress.begin_file(file.path())?;
            worker.object = Some(*number);
            visit(file, &self.settings.limits, &self.progress.bytes_done, &mut worker);
            worker.check()?;
            self.progress.files_done.fetch_add(1, Ordering::Relaxed);
        }
        let files = worker.finish()?;
        let known = files.iter().filter(|file| self.shared.known_files.has(file, outcome::of_file(file)));
        self.progress.files_known.fetch_add(known.count() as u64, Ordering::Relaxed);
        Ok(files)
    }

    /// Decides what is new, writes it, and commits.
    fn keep(&mut self, files: Vec<ReadFile>) -> Result<(), LakeError> {
        let ranks = rank(&files);
        let commit = self.lake.next_commit();
        let (committed, kept) = self.write_accounts(&ranks, commit)?;
        let mut files = judged(files, &self.shared.known_files);
        self.count(&files);
        let origins = self.origin_rows(&files);
        files.retain(|file| !file.is_known);
        if !files.is_empty() {
            self.commit(files, &kept, committed, commit)?;
        }
        write_list(&self.lake, origins)
    }

    /// Puts what was written for the accounts into force, with what became of the files.
    fn commit(
        &mut self,
        mut files: Vec<Judged>,
        kept: &Kept,
        mut committed: Vec<CommittedFile>,
        commit: u64,
    ) -> Result<(), LakeError> {
        files.sort_by(|Judged { file: left, .. }, Judged { file: right, .. }| {
            let key = |file: &ReadFile| (file.object, file.number);
            (&left.path, &left.bundle, key(left)).cmp(&(&right.path, &right.bundle, key(right)))
        });
        let rows: Vec<FileRow> =
            files.iter().map(|judged| ledger_row(judged, kept.count(judged.file.number))).collect::<Result<_, _>>()?;
        self.summary.files_new += rows.iter().filter(|row| row.outcome != outcome::BUNDLE).count() as u64;
        self.summary.records_new += rows.iter().map(|row| row.records_kept).sum::<u64>();
        for problem in files.into_iter().flat_map(|judged| problems_of(judged.file)) {
            self.summary.problem_count += 1;
            if self.summary.problems.len() < PROBLEMS_TOLD {
                self.summary.problems.push(problem);
            }
        }
        let folder = self.lake.root();
        let path = layout::ledger_file(commit);
        let mut writer = TableWriter::create(folder.join(&path))?;
        for row in &rows {
            self.shared.known_files.add(row);
            writer.push(row)?;
        }
        committed.push(writer.finish("", path)?);
        // What waited there has been written elsewhere, and need not reach the disk.
        self.staging.clear()?;
        storage::sync(folder, &committed)?;
        let tool = env!("CARGO_PKG_VERSION").to_owned();
        let previous = self.lake.latest_commit_sha256().to_owned();
        let record = Commit { commit, schema: SCHEMA_VERSION, tool, previous, files: committed };
        let sha256 = commit::publish(folder, &record)?;
        self.lake.extend(record, sha256);
        self.summary.commit = Some(commit);
        Ok(())
    }

    /// What can be said of all files offered, whether the lake knew them or not.
    fn count(&mut self, files: &[Judged]) {
        let count = |holds: fn(&Judged) -> bool| files.iter().filter(|file| holds(file)).count() as u64;
        self.summary.files_known += count(|judged| judged.is_known);
        self.summary.files_rejected += count(Judged::is_rejected);
        self.summary.files_partial += count(Judged::is_partial);
    }

    /// The objects that need not be read again. The files of one object stand side by side.
    fn origin_rows(&self, files: &[Judged]) -> Vec<OriginRow> {
        let of_objects = files.chunk_by(|left, right| left.file.object == right.file.object);
        let rows = of_objects.filter_map(|files| {
            let object = self.files.get(files.first()?.file.object?)?;
            origin_row(object, &self.settings.supplied, files)
        });
        rows.collect()
    }

    /// Writes what is new of all accounts; the files written, and the records that are new.
    fn write_accounts(&self, ranks: &FileRanks, commit: u64) -> Result<(Vec<CommittedFile>, Kept), LakeError> {
        let kept = Mutex::new(Kept::default());
        let written: Vec<Vec<CommittedFile>> = self
            .staging
            .accounts()
            .par_iter()
            .map(|account| {
                AccountWriter {
                    account,
                    commit,
                    ranks,
                    lake: &self.lake,
                    staging: &self.staging,
                    fingerprinter: self.shared.fingerprinter,
                    kept: &kept,
                }
                .write()
            })
            .collect::<Result<_, LakeError>>()?;
        let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((written.into_iter().flatten().collect(), kept))
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
