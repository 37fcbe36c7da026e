//! Fingerprints of texts, by which a repeated text is known again within one run of the program.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A fingerprint of a text. Keyed anew in each run, so that evidence cannot be made to collide on purpose.
///
/// Two halves, and not one number of sixteen bytes: that would make each entry of a map a quarter larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fingerprint([u64; 2]);

impl Fingerprint {
    /// Its bytes, for what is made a fingerprint of together with others.
    pub(super) fn to_le_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for (to, from) in bytes.chunks_exact_mut(8).zip(self.0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        bytes
    }
}

impl Hash for Fingerprint {
    /// One half is hash enough.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [low, _] = self.0;
        state.write_u64(low);
    }
}

/// Values by fingerprint.
pub(super) type ByFingerprint<V> = HashMap<Fingerprint, V, BuildHasherDefault<Part>>;
/// Fingerprints.
pub(super) type Fingerprints = HashSet<Fingerprint, BuildHasherDefault<Part>>;

/// Makes fingerprints under one key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprinter {
    key: highway::Key,
}

impl Fingerprinter {
    /// A new secret key, taken from the randomness the standard library gives its hash maps. No
    /// fingerprint is ever stored, so no answer depends on it.
    pub(super) fn new() -> Self {
        use std::hash::BuildHasher;
        let random = || std::collections::hash_map::RandomState::new().hash_one(0_u8);
        Self { key: highway::Key([random(), random(), random(), random()]) }
    }

    /// The fingerprint of one text.
    pub(super) fn of(&self, text: &[u8]) -> Fingerprint {
        use highway::HighwayHash;
        Fingerprint(highway::HighwayHasher::new(self.key).hash128(text))
    }

    /// The fingerprint of several texts; each counts with its length, so that no two lists of texts read
    /// the same.
    pub(super) fn of_all(&self, texts: &[&[u8]]) -> Fingerprint {
        use highway::HighwayHash;
        let mut hasher = highway::HighwayHasher::new(self.key);
        for text in texts {
            hasher.append(&text.len().to_le_bytes());
            hasher.append(text);
        }
        Fingerprint(hasher.finalize128())
    }
}

/// A part of a fingerprint is hash enough: it is keyed and spread already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part(u64);

impl Hasher for Part {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, half: u64) {
        self.0 = half;
    }
}
