//! [`Kept`]: which records of which files are new to the lake.

use std::collections::BTreeMap;

/// A bit for each record, file by file.
#[derive(Debug, Default)]
pub(super) struct Kept {
    files: BTreeMap<u32, Vec<u64>>,
}

impl Kept {
    /// Notes that something of a record is new; records count from 0 or 1.
    pub(super) fn mark(&mut self, file: u32, record: u64) {
        let bits = self.files.entry(file).or_default();
        let word = usize::try_from(record >> 6).unwrap_or(usize::MAX);
        if bits.len() <= word {
            bits.resize(word + 1, 0);
        }
        if let Some(bits) = bits.get_mut(word) {
            *bits |= 1 << (record & 63);
        }
    }

    /// Adds what another one has noted.
    pub(super) fn add(&mut self, other: Self) {
        for (file, words) in other.files {
            let bits = self.files.entry(file).or_default();
            if bits.len() < words.len() {
                bits.resize(words.len(), 0);
            }
            bits.iter_mut().zip(words).for_each(|(bits, word)| *bits |= word);
        }
    }

    /// How many records of a file are new.
    pub(super) fn count(&self, file: u32) -> u64 {
        let bits = self.files.get(&file).map(Vec::as_slice).unwrap_or_default();
        bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}
