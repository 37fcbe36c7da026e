//! Whether a lake and the evidence are still what was recorded of them. Writes nothing, and parses no evidence.
//!
//! [`committed`] holds the lake's files against its commit records, [`evidence`] the files offered against the
//! ledger. Whatever is not as recorded is a [`Difference`]; what stands in the lake's folder without counting is a
//! [`Leftover`] and none. Lists are in a fixed order: that of the commits, and that of the ledger.

mod committed;
mod evidence;

pub use committed::{CommittedCheck, Leftover, committed};
pub use evidence::{EvidenceCheck, Renamed, evidence};

/// How something differs from what was recorded of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// It has other bytes, or contradicts what else was recorded.
    Changed,
    /// It is not there.
    Missing,
    /// It is there, and nothing was recorded of it.
    Additional,
    /// Its bytes are there under another path.
    Moved,
    /// It is there and cannot be read.
    Unreadable,
    /// It could not be read when it was recorded, and now can.
    Readable,
}

impl DifferenceKind {
    /// All kinds, in the order of an account.
    pub const ALL: [Self; 6] =
        [Self::Changed, Self::Missing, Self::Additional, Self::Moved, Self::Unreadable, Self::Readable];

    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Additional => "additional",
            Self::Moved => "moved",
            Self::Unreadable => "unreadable",
            Self::Readable => "readable",
        }
    }
}

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub kind: DifferenceKind,
    /// The file: below the lake or the folder of results, or as the ledger has it. Not fit to be shown as it is.
    pub file: String,
    /// The bundle that holds it; empty for a file by itself.
    pub bundle: String,
    /// What was recorded.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What to do about it.
    pub to_do: &'static str,
}

/// What bytes are, as a part of a sentence.
fn bytes_in_words(size: u64, sha256: &str) -> String {
    format!("{size} bytes with SHA-256 {sha256}")
}
