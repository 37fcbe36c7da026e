//! Rows as bytes on their way to the tables: each behind the key it is sorted by and where it was found.
//!
//! Rows are kept as bytes because a row of many texts costs as many allocations, and moving it about costs
//! more than reading it did.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use rayon::slice::ParallelSliceMut;

use super::deduplicate::{Found, Staged, TABLES};
use super::sort_key::SortKey;

/// Bytes in front of an entry's key: the lengths of key and row, file, part and record.
pub(super) const HEAD_BYTES: usize = 24;

/// Bytes of the first chunk of a table, and of those once there is much.
const CHUNK_BYTES_FIRST: usize = 2 * 1024;
const CHUNK_BYTES: usize = 256 * 1024;

/// Entries of one table in chunks, none of which is moved once it is there.
#[derive(Debug, Default)]
struct Chunks {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl Chunks {
    /// The chunk that has room for so many bytes more, and how much memory that takes anew.
    fn with_room(&mut self, bytes: usize) -> (&mut Vec<u8>, usize) {
        if bytes <= self.last.capacity() - self.last.len() {
            return (&mut self.last, 0);
        }
        let grown = (self.last.capacity() * 2).clamp(CHUNK_BYTES_FIRST, CHUNK_BYTES);
        let last = std::mem::replace(&mut self.last, Vec::with_capacity(grown.max(bytes)));
        if !last.is_empty() {
            self.full.push(last);
        }
        let taken = self.last.capacity();
        (&mut self.last, taken)
    }

    fn into_all(mut self) -> Vec<Vec<u8>> {
        if !self.last.is_empty() {
            self.full.push(self.last);
        }
        self.full
    }
}

/// Chunks of entries by account and table.
pub(super) type ChunksOfAccounts = BTreeMap<String, [Vec<Vec<u8>>; TABLES]>;

/// Rows of several accounts, table by table.
#[derive(Debug, Default)]
pub(super) struct StagedRows {
    accounts: BTreeMap<String, [Chunks; TABLES]>,
    bytes: usize,
    key: SortKey,
    row: Vec<u8>,
}

impl StagedRows {
    /// Takes in a row of an account.
    pub(super) fn push<R: Staged>(&mut self, account: &str, found: Found, row: &R) {
        if !self.accounts.contains_key(account) {
            self.accounts.insert(account.to_owned(), Default::default());
        }
        let Some(chunks) = self.accounts.get_mut(account).and_then(|tables| tables.get_mut(R::TABLE_NUMBER)) else {
            return;
        };
        self.key.clear();
        row.group(&mut self.key);
        self.row.clear();
        row.encode(&mut self.row);
        let (entries, taken) = chunks.with_room(HEAD_BYTES + self.key.bytes().len() + self.row.len());
        entries.extend_from_slice(&length(self.key.bytes().len()));
        entries.extend_from_slice(&length(self.row.len()));
        entries.extend_from_slice(&found.file.to_le_bytes());
        entries.extend_from_slice(&found.part.to_le_bytes());
        entries.extend_from_slice(&found.record.to_le_bytes());
        entries.extend_from_slice(self.key.bytes());
        entries.extend_from_slice(&self.row);
        self.bytes += taken;
    }

    /// How many bytes of memory all rows take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes all rows out.
    pub(super) fn take(&mut self) -> ChunksOfAccounts {
        self.bytes = 0;
        let accounts = std::mem::take(&mut self.accounts);
        accounts.into_iter().map(|(account, tables)| (account, tables.map(Chunks::into_all))).collect()
    }
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// A row as bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a [u8],
    pub(super) found: Found,
    pub(super) row: &'a [u8],
    /// All of it, as it stands in a run.
    pub(super) whole: &'a [u8],
}

/// Lengths of key and row of the entry that begins here.
pub(super) fn lengths(head: &[u8]) -> Option<(usize, usize)> {
    let number = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?) as usize);
    Some((number(0)?, number(4)?))
}

/// The entry that begins here.
pub(super) fn entry(bytes: &[u8]) -> Option<Entry<'_>> {
    let (key, row) = lengths(bytes)?;
    let whole = bytes.get(..HEAD_BYTES + key + row)?;
    let number = |at: usize| Some(u32::from_le_bytes(whole.get(at..at + 4)?.try_into().ok()?));
    let found = Found {
        file: number(8)?,
        part: number(12)?,
        record: u64::from_le_bytes(whole.get(16..HEAD_BYTES)?.try_into().ok()?),
    };
    let (key, row) = whole.get(HEAD_BYTES..)?.split_at_checked(key)?;
    Some(Entry { key, found, row, whole })
}

/// Where an entry lies, with the bytes of its key that are compared first.
#[derive(Clone, Copy, Debug)]
struct Slot {
    first: u64,
    chunk: u32,
    at: u32,
}

/// The order of two entries by their keys.
type SlotOrder<'a> = dyn Fn(&Slot, &Slot) -> Ordering + Sync + 'a;

/// Entries in memory, in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct SortedRun {
    chunks: Vec<Vec<u8>>,
    slots: Vec<Slot>,
}

impl SortedRun {
    /// Sorts what the chunks hold, on all threads. Entries of one key come in no particular order.
    ///
    /// Whoever waits for the other threads may meanwhile be given any other work: no lock may be held.
    pub(super) fn of(chunks: Vec<Vec<u8>>) -> Self {
        Self::sorted(chunks, |slots, order| slots.par_sort_unstable_by(order))
    }

    /// As [`Self::of`], on this thread alone.
    pub(super) fn of_this_thread(chunks: Vec<Vec<u8>>) -> Self {
        Self::sorted(chunks, |slots, order| slots.sort_unstable_by(order))
    }

    fn sorted(chunks: Vec<Vec<u8>>, in_order: impl Fn(&mut [Slot], &SlotOrder<'_>)) -> Self {
        let mut beginnings: HashMap<&[u8], Vec<Slot>> = HashMap::new();
        for (number, chunk) in chunks.iter().enumerate() {
            let mut at = 0;
            while let Some(entry) = chunk.get(at..).and_then(entry) {
                let slot = Slot {
                    first: 0,
                    chunk: u32::try_from(number).unwrap_or(u32::MAX),
                    at: u32::try_from(at).unwrap_or(u32::MAX),
                };
                beginnings.entry(beginning(entry.key)).or_default().push(slot);
                at += entry.whole.len();
            }
        }
        let mut beginnings: Vec<(&[u8], Vec<Slot>)> = beginnings.into_iter().collect();
        beginnings.sort_unstable_by_key(|(beginning, _)| *beginning);
        let mut slots: Vec<Slot> = Vec::with_capacity(beginnings.iter().map(|(_, slots)| slots.len()).sum());
        for (_, mut of_beginning) in beginnings {
            sort(&chunks, &mut of_beginning, &in_order);
            slots.append(&mut of_beginning);
        }
        Self { chunks, slots }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// An entry by its place in the order.
    pub(super) fn get(&self, place: usize) -> Option<Entry<'_>> {
        self.slots.get(place).and_then(|slot| at(&self.chunks, *slot))
    }
}

/// A key's first text, with what ends it: most keys begin with one of few.
fn beginning(key: &[u8]) -> &[u8] {
    let mut zeros = memchr::memchr_iter(0, key);
    let end = zeros.find(|zero| key.get(zero + 1) == Some(&0)).map_or(key.len(), |end| end + 2);
    key.get(..end).unwrap_or(key)
}

fn at(chunks: &[Vec<u8>], slot: Slot) -> Option<Entry<'_>> {
    chunks.get(slot.chunk as usize)?.get(slot.at as usize..).and_then(entry)
}

/// Sorts entries whose keys begin alike: first by the eight bytes behind all that they have in common, which
/// lie in the slot itself.
fn sort(chunks: &[Vec<u8>], slots: &mut [Slot], in_order: &impl Fn(&mut [Slot], &SlotOrder<'_>)) {
    let key = |slot: &Slot| at(chunks, *slot).map(|entry| entry.key).unwrap_or_default();
    let Some(one) = slots.first().map(&key) else { return };
    let mut common = one.len();
    for other in slots.iter().map(&key) {
        let alike = one.iter().zip(other).take(common).take_while(|(one, other)| one == other).count();
        common = common.min(alike);
    }
    for slot in slots.iter_mut() {
        let mut first = [0; 8];
        let differing = key(slot).get(common..).unwrap_or_default();
        first.iter_mut().zip(differing).for_each(|(to, from)| *to = *from);
        slot.first = u64::from_be_bytes(first);
    }
    in_order(slots, &|one, other| one.first.cmp(&other.first).then_with(|| key(one).cmp(key(other))));
}
