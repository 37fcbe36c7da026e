//! Rows between reading and commit: in memory up to a budget, beyond it in sorted runs in the staging
//! folder; and their groups in order, merged from all runs.
//!
//! While staged, rows refer to files by their numbers in this ingest: ledger ids are known only once the
//! last byte of a file is hashed.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::deduplicate::{Found, Staged};
use super::staged_rows::{ChunksOfAccounts, Entry, HEAD_BYTES, SortedRun, StagedRows, entry, lengths};
use super::{LakeError, layout};

/// Bytes of a run that are read at once.
const READ_BYTES: usize = 128 * 1024;

/// One sorted run of one table and account, in a file of the staging folder.
#[derive(Clone, Debug)]
struct Spilled {
    file: u64,
    offset: u64,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Held {
    accounts: ChunksOfAccounts,
    bytes: usize,
    spilled: BTreeMap<(String, usize), Vec<Spilled>>,
    spills: u64,
    /// Files of which the lake has more already: their rows are dropped.
    forgotten: HashSet<u32>,
    /// Files that turned out to be damaged.
    distrusted: HashSet<u32>,
}

/// Where all workers of an ingest put their rows.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    budget: usize,
    /// However much workers take, so much may be staged in memory.
    budget_min: usize,
    held: Mutex<Held>,
    /// Bytes that workers take beside, to know what is repeated.
    workers: AtomicUsize,
    /// Held by who writes to disk: who has as much to write waits.
    spilling: Mutex<()>,
}

/// [`Staging::budget_min`], unless even the budget is less.
const BUDGET_MIN: usize = 16 * 1024 * 1024;
/// Bytes of rows that a thread holds before it hands them on, at most and at least.
const HELD_BYTES_MAX: usize = 4 * 1024 * 1024;
const HELD_BYTES_MIN: usize = 256 * 1024;
/// Runs that are merged at once: each takes an open file and a buffer.
const MERGED_AT_ONCE: usize = 32;

impl Staging {
    /// An empty staging area that holds up to `budget` bytes in memory, less what workers take; what an ingest that was stopped left
    /// behind is removed.
    ///
    /// # Errors
    /// When the folder cannot be emptied.
    pub(super) fn open(root: &Path, budget: usize) -> Result<Self, LakeError> {
        let staging = Self {
            folder: layout::staging(root),
            budget,
            budget_min: BUDGET_MIN.min(budget),
            held: Mutex::default(),
            workers: AtomicUsize::new(0),
            spilling: Mutex::default(),
        };
        staging.clear()?;
        Ok(staging)
    }

    /// Removes the folder and all that is staged.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) fn clear(&self) -> Result<(), LakeError> {
        *self.lock() = Held::default();
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(|error| LakeError::io(&self.folder, error))?;
        }
        Ok(())
    }

    /// Takes in a worker's rows.
    ///
    /// # Errors
    /// When rows that go to disk cannot be written.
    pub(super) fn add(&self, rows: &mut StagedRows) -> Result<(), LakeError> {
        let added = rows.bytes();
        let accounts = rows.take();
        {
            let mut held = self.lock();
            for (account, tables) in accounts {
                let of_account = held.accounts.entry(account).or_default();
                for (chunks, mut more) in of_account.iter_mut().zip(tables) {
                    chunks.append(&mut more);
                }
            }
            held.bytes += added;
            if !self.is_full(&held) {
                return Ok(());
            }
        }
        let _alone = self.spilling.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (number, accounts) = {
            let mut held = self.lock();
            if !self.is_full(&held) {
                return Ok(());
            }
            held.bytes = 0;
            held.spills += 1;
            (held.spills, std::mem::take(&mut held.accounts))
        };
        self.spill(number, accounts)
    }

    /// Whether so much is held that it goes to disk. While it does, as much again may come.
    fn is_full(&self, held: &Held) -> bool {
        let budget = self.budget.saturating_sub(self.workers.load(Ordering::Relaxed)).max(self.budget_min);
        held.bytes > budget / 2
    }

    /// Bytes of rows after which a thread hands them on: all threads together hold a small part of the budget.
    pub(super) fn held_bytes(&self) -> usize {
        (self.budget / 8 / rayon::current_num_threads()).clamp(HELD_BYTES_MIN, HELD_BYTES_MAX)
    }

    /// A worker takes so many bytes, and took so many before.
    pub(super) fn workers_take(&self, before: usize, now: usize) {
        self.workers.fetch_add(now, Ordering::Relaxed);
        self.workers.fetch_sub(before, Ordering::Relaxed);
    }

    /// Drops the rows of a file of which the lake has more already.
    pub(super) fn forget(&self, file: u32) {
        self.lock().forgotten.insert(file);
    }

    /// Notes that the bytes of a file turned out to be damaged.
    pub(super) fn distrust(&self, file: u32) {
        self.lock().distrusted.insert(file);
    }

    fn spill(&self, number: u64, accounts: ChunksOfAccounts) -> Result<(), LakeError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| LakeError::io(&self.folder, error))?;
        let path = self.spill_path(number);
        let io = |error| LakeError::io(&path, error);
        let mut file = BufWriter::with_capacity(READ_BYTES, File::create(&path).map_err(io)?);
        let mut offset = 0;
        for (account, tables) in accounts {
            for (table, chunks) in tables.into_iter().enumerate().filter(|(_, chunks)| !chunks.is_empty()) {
                // A thread that waits for others to sort may be given rows to hand on, and would wait here for itself.
                let run = SortedRun::of_this_thread(chunks);
                let mut bytes = 0;
                for entry in (0..run.len()).filter_map(|place| run.get(place)) {
                    file.write_all(entry.whole).map_err(io)?;
                    bytes += entry.whole.len() as u64;
                }
                let spilled = Spilled { file: number, offset, bytes };
                self.lock().spilled.entry((account.clone(), table)).or_default().push(spilled);
                offset += bytes;
            }
        }
        file.flush().map_err(io)
    }

    fn spill_path(&self, number: u64) -> PathBuf {
        self.folder.join(number.to_string())
    }

    /// The accounts that have rows.
    pub(super) fn accounts(&self) -> Vec<String> {
        let held = self.lock();
        let spilled = held.spilled.keys().map(|(account, _)| account);
        let mut accounts: Vec<String> = held.accounts.keys().chain(spilled).cloned().collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// Takes all rows of an account's table out, to be given group by group.
    ///
    /// # Errors
    /// When rows on disk cannot be read back.
    pub(super) fn groups<R: Staged>(&self, account: &str) -> Result<Groups<R>, LakeError> {
        let (chunks, spilled, forgotten, distrusted) = {
            let mut held = self.lock();
            let tables = held.accounts.get_mut(account);
            let chunks = tables.and_then(|tables| tables.get_mut(R::TABLE_NUMBER)).map(std::mem::take);
            let spilled = held.spilled.remove(&(account.to_owned(), R::TABLE_NUMBER));
            (chunks.unwrap_or_default(), spilled.unwrap_or_default(), held.forgotten.clone(), held.distrusted.clone())
        };
        let spilled = self.merged(spilled)?;
        let mut sources: Vec<Source> = Vec::new();
        if !chunks.is_empty() {
            sources.push(Source::Memory { run: SortedRun::of(chunks), next: 0 });
        }
        for run in spilled {
            sources.push(Source::Disk(DiskRun::open(&self.spill_path(run.file), &run)?));
        }
        Ok(Groups { sources, forgotten, distrusted, key: Vec::new(), lone: None, kind: PhantomData })
    }

    /// The runs of a table, merged with each other until they are few enough to be read at once.
    fn merged(&self, mut runs: Vec<Spilled>) -> Result<Vec<Spilled>, LakeError> {
        while runs.len() > MERGED_AT_ONCE {
            let rest = runs.split_off(MERGED_AT_ONCE);
            let merged = self.merge(&runs)?;
            runs = rest;
            runs.push(merged);
        }
        Ok(runs)
    }

    /// Makes one run of several.
    fn merge(&self, runs: &[Spilled]) -> Result<Spilled, LakeError> {
        let number = {
            let mut held = self.lock();
            held.spills += 1;
            held.spills
        };
        let path = self.spill_path(number);
        let io = |error| LakeError::io(&path, error);
        let mut file = BufWriter::with_capacity(READ_BYTES, File::create(&path).map_err(io)?);
        let mut merged = Spilled { file: number, offset: 0, bytes: 0 };
        let open = |run: &Spilled| DiskRun::open(&self.spill_path(run.file), run);
        let mut sources: Vec<DiskRun> = runs.iter().map(open).collect::<Result<_, _>>()?;
        loop {
            let keys = sources.iter().enumerate();
            let keys = keys.filter_map(|(place, source)| Some((entry(&source.current)?.key, place)));
            let Some((_, place)) = keys.min() else { break };
            let Some(source) = sources.get_mut(place) else { break };
            file.write_all(&source.current).map_err(io)?;
            merged.bytes += source.current.len() as u64;
            source.advance()?;
        }
        file.flush().map_err(io)?;
        Ok(merged)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        // A poisoned lock means that another worker panicked; its panic is what ends the program.
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A sorted run on disk, one entry of it in memory.
#[derive(Debug)]
struct DiskRun {
    path: PathBuf,
    spilled: Spilled,
    input: io::Take<BufReader<File>>,
    /// The entry at hand; empty at the end.
    current: Vec<u8>,
    /// The one behind it.
    following: Vec<u8>,
}

impl DiskRun {
    fn open(path: &Path, run: &Spilled) -> Result<Self, LakeError> {
        let io = |error| LakeError::io(path, error);
        let mut file = File::open(path).map_err(io)?;
        file.seek(SeekFrom::Start(run.offset)).map_err(io)?;
        let input = BufReader::with_capacity(READ_BYTES, file).take(run.bytes);
        let mut opened =
            Self { path: path.to_owned(), spilled: run.clone(), input, current: Vec::new(), following: Vec::new() };
        opened.advance()?;
        opened.advance()?;
        Ok(opened)
    }

    fn advance(&mut self) -> Result<(), LakeError> {
        std::mem::swap(&mut self.current, &mut self.following);
        self.following.clear();
        if self.input.limit() == 0 {
            return Ok(());
        }
        let read = |input: &mut io::Take<BufReader<File>>, current: &mut Vec<u8>| {
            current.resize(HEAD_BYTES, 0);
            input.read_exact(current)?;
            let (key, row) = lengths(current).ok_or(io::ErrorKind::InvalidData)?;
            current.resize(HEAD_BYTES + key + row, 0);
            input.read_exact(current.get_mut(HEAD_BYTES..).unwrap_or_default())
        };
        read(&mut self.input, &mut self.following).map_err(|error| LakeError::io(&self.path, error))
    }
}

/// Entries in the order of their keys.
#[derive(Debug)]
enum Source {
    Memory { run: SortedRun, next: usize },
    Disk(DiskRun),
}

impl Source {
    fn current(&self) -> Option<Entry<'_>> {
        match self {
            Self::Memory { run, next } => run.get(*next),
            Self::Disk(run) => entry(&run.current),
        }
    }

    fn following(&self) -> Option<Entry<'_>> {
        match self {
            Self::Memory { run, next } => run.get(*next + 1),
            Self::Disk(run) => entry(&run.following),
        }
    }

    fn advance(&mut self) -> Result<(), LakeError> {
        match self {
            Self::Memory { next, .. } => {
                *next += 1;
                Ok(())
            }
            Self::Disk(run) => run.advance(),
        }
    }
}

/// The rows of one table and account, those of one key at a time, in the order of keys.
#[derive(Debug)]
pub(super) struct Groups<R> {
    sources: Vec<Source>,
    forgotten: HashSet<u32>,
    distrusted: HashSet<u32>,
    /// The key of the group at hand.
    key: Vec<u8>,
    /// Where the group at hand is a single row: the source it is in.
    lone: Option<usize>,
    kind: PhantomData<R>,
}

impl<R: Staged> Groups<R> {
    /// Gives the keys of all rows, in no particular order, before any group was taken.
    ///
    /// # Errors
    /// When rows on disk cannot be read back.
    pub(super) fn each_key(&self, mut take: impl FnMut(&[u8])) -> Result<(), LakeError> {
        for source in &self.sources {
            match source {
                Source::Memory { run, .. } => {
                    (0..run.len()).filter_map(|place| run.get(place)).for_each(|entry| take(entry.key));
                }
                Source::Disk(run) => {
                    let mut again = DiskRun::open(&run.path, &run.spilled)?;
                    while let Some(entry) = entry(&again.current) {
                        take(entry.key);
                        again.advance()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Goes to the next group and gives its key; `None` behind the last. The group at hand must have been taken.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let keys = self.sources.iter().enumerate().filter_map(|(place, source)| Some((source.current()?.key, place)));
        let (least, place) = keys.min()?;
        let is_elsewhere = |(other, source): (usize, &Source)| {
            other != place && source.current().is_some_and(|entry| entry.key == least)
        };
        let source = self.sources.get(place)?;
        let is_lone = source.following().is_none_or(|entry| entry.key != least)
            && !self.sources.iter().enumerate().any(is_elsewhere)
            && source.current().is_some_and(|entry| !self.distrusted.contains(&entry.found.file));
        self.lone = is_lone.then_some(place);
        self.key.clear();
        self.key.extend_from_slice(least);
        Some(&self.key)
    }

    /// Takes the group at hand where it is a single row: where it was found and its bytes.
    ///
    /// # Errors
    /// When rows on disk cannot be read back, or `take` fails.
    pub(super) fn take_lone(
        &mut self,
        take: impl FnOnce(Found, &[u8]) -> Result<(), LakeError>,
    ) -> Result<bool, LakeError> {
        let Some(source) = self.lone.take().and_then(|place| self.sources.get_mut(place)) else { return Ok(false) };
        if let Some(entry) = source.current().filter(|entry| !self.forgotten.contains(&entry.found.file)) {
            take(entry.found, entry.row)?;
        }
        source.advance()?;
        Ok(true)
    }

    /// Takes the group at hand: its rows in no particular order.
    ///
    /// # Errors
    /// When rows on disk cannot be read back.
    pub(super) fn take(&mut self, group: &mut Vec<(Found, R)>) -> Result<(), LakeError> {
        group.clear();
        for source in &mut self.sources {
            while let Some(entry) = source.current().filter(|entry| entry.key == self.key) {
                let found = entry.found;
                if !self.forgotten.contains(&found.file) {
                    let mut bytes = entry.row;
                    let mut row = R::decode(&mut bytes).ok_or(LakeError::Staged { table: R::TABLE })?;
                    if self.distrusted.contains(&found.file) {
                        row.distrust();
                    }
                    group.push((found, row));
                }
                source.advance()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::RuleRow;
    use super::{Found, MERGED_AT_ONCE, Staging};
    use crate::lake::staged_rows::StagedRows;
    use crate::model::Instant;

    fn rule(name: String) -> RuleRow {
        RuleRow {
            recorder_account: "011122223333".to_owned(),
            recorder_region: "eu-west-1".to_owned(),
            rule_name: name,
            rule_arn: String::new(),
            owner: String::new(),
            source_identifier: String::new(),
            input_parameters: String::new(),
            state: String::new(),
            described_at: Some(Instant::from_microseconds(0)),
            evidence_id: String::new(),
            record_number: 0,
        }
    }

    #[test]
    fn more_runs_than_are_read_at_once_give_every_row_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let staging = Staging::open(folder.path(), 0).unwrap();
        let runs = u32::try_from(MERGED_AT_ONCE * 3 + 5).unwrap();
        for run in 0..runs {
            let mut rows = StagedRows::default();
            for part in 0..7 {
                // A name in each run is one that the run before has too.
                let name = format!("rule-{:04}", (part * runs + run) - u32::from(part == 3 && run > 0));
                rows.push("011122223333", Found { file: 1, record: run.into(), part }, &rule(name));
            }
            staging.add(&mut rows).unwrap();
        }
        assert!(staging.lock().spills >= runs.into(), "each is a run of its own");
        let mut groups = staging.groups::<RuleRow>("011122223333").unwrap();
        assert!(groups.sources.len() <= MERGED_AT_ONCE);
        let (mut keys, mut records, mut group) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(key) = groups.next() {
            keys.push(key.to_vec());
            groups.take(&mut group).unwrap();
            records.extend(group.drain(..).map(|(found, _)| (found.record, found.part)));
        }
        assert!(keys.is_sorted());
        records.sort_unstable();
        let all: Vec<(u64, u32)> = (0..runs.into()).flat_map(|run| (0..7).map(move |part| (run, part))).collect();
        assert_eq!(records, all);
    }
}
