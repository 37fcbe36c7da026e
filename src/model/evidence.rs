//! [`EvidenceId`] and [`EvidenceReference`]: how a statement leads back to bytes.

use std::fmt;
use std::sync::Arc;

/// The id of an evidence file in the ledger: the first sixteen hexadecimal digits of the SHA-256 of
/// its bytes, so that anyone who holds the file can recompute it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceId(Arc<str>);

impl EvidenceId {
    /// The id that belongs to a SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn of_sha256(sha256: &str) -> Self {
        Self(sha256.get(..16).unwrap_or(sha256).into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a statement stands: an evidence file and the number of the record in it.
///
/// Records are counted from 1 in the order of the file; 0 stands for the file as a whole, which is
/// what a snapshot's silence about a resource rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceReference {
    /// The file.
    pub evidence: EvidenceId,
    /// The record in it, from 1; 0 for the whole file.
    pub record: u64,
}

/// `id:record`, or `id` alone for the whole file.
impl fmt::Display for EvidenceReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            0 => write!(f, "{}", self.evidence),
            record => write!(f, "{}:{record}", self.evidence),
        }
    }
}
