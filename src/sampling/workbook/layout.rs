//! Where things stand in a working paper: what is written there and read back.

use sha2::{Digest, Sha256};

/// Names of the sheets, in their order.
pub const LEAD: &str = "Lead";
/// What the evidence was.
pub const INFORMATION: &str = "IPE";
/// The population.
pub const POPULATION: &str = "Population";
/// How the sample was planned and drawn.
pub const SAMPLING: &str = "Sampling";
/// The items to test.
pub const SAMPLE: &str = "Sample";
/// The items in reserve.
pub const SPARES: &str = "Spares";
/// What the test showed.
pub const RESULTS: &str = "Results";
/// Exceptions that tickmark found.
pub const EXCEPTIONS: &str = "Exceptions";
/// What the evidence covers.
pub const COVERAGE: &str = "Coverage";
/// Tick marks and words.
pub const LEGEND: &str = "Legend";
/// What was done with the paper.
pub const CHANGE_LOG: &str = "Change log";
/// The record, out of sight.
pub const SEAL: &str = "tickmark";

/// Attributes that an item can be tested on.
pub const ATTRIBUTES_MAX: usize = 8;
/// The row of column names on the sheets of items, from 0; items follow.
pub const HEADER_ROW: u32 = 5;
/// Columns of an item that nobody may change; the attributes follow.
pub const FIXED: [&str; 10] =
    ["#", "Item", "Account", "Region", "Resource", "Moment", "Evidence", "tickmark found", "Detail", "Key"];
/// Columns behind the attributes on the sheet of samples.
pub const SAMPLE_END: [&str; 4] = ["Result", "Comment", "Tested by", "Date"];
/// Columns behind the attributes on the sheet of spares.
pub const SPARES_END: [&str; 6] = ["Result", "Comment", "Tested by", "Date", "Used for #", "Reason"];
/// The most that Excel takes in a cell, in UTF-16 units.
pub const CELL_MAX: usize = 32_767;
/// Rows of a population that are listed; more stand in the file beside the working paper alone. Excel has 1,048,576.
pub const ROWS_MAX: u64 = 1_048_000;

/// What a tick means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tick {
    /// No deviation.
    Pass,
    /// A deviation.
    Deviation,
    /// Could not be tested, which counts as a deviation.
    Unable,
    /// Does not apply.
    NotApplicable,
}

impl Tick {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Deviation, Self::Unable, Self::NotApplicable];

    /// Its name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "no deviation",
            Self::Deviation => "deviation",
            Self::Unable => "unable to test",
            Self::NotApplicable => "not applicable",
        }
    }

    /// The tick marks that mean it and the words that are taken for it, in any case.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Pass => {
                &["✓", "R", "T", "F", "pass", "passed", "ok", "yes", "y", "✔", "no exception", "no deviation"]
            }
            Self::Deviation => &["✗", "fail", "failed", "no", "n", "x", "✘", "exception", "deviation"],
            Self::Unable => &["U", "unable", "unable to test"],
            Self::NotApplicable => &["N/A", "NA", "n.a.", "not applicable"],
        }
    }

    /// What was meant by a text, whatever the case of its letters and the space around it.
    #[must_use]
    pub fn meant(text: &str) -> Option<Self> {
        let bare = text.trim().to_lowercase();
        let means = |tick: &Self| tick.words().iter().any(|word| word.to_lowercase() == bare);
        Self::ALL.into_iter().find(means)
    }
}

/// The tick marks of the drop-down lists.
pub const TICK_MARKS: [&str; 7] = ["✓", "✗", "N/A", "U", "R", "T", "F"];

/// A text as a cell can hold it: what is longer than Excel takes is cut, and says so with its hash.
#[must_use]
pub fn fitting(text: &str) -> String {
    if text.encode_utf16().count() <= CELL_MAX {
        return text.to_owned();
    }
    let note = format!("… (cut; SHA-256 of the whole {})", hex::encode(Sha256::digest(text.as_bytes())));
    let mut left = CELL_MAX - note.encode_utf16().count();
    let fits = |character: &char| {
        let taken = left.checked_sub(character.len_utf16());
        left = taken.unwrap_or(left);
        taken.is_some()
    };
    text.chars().take_while(fits).chain(note.chars()).collect()
}

/// What the fixed cells of a row are known by: of each the first eight hexadecimal digits of its SHA-256, joined by dots.
#[must_use]
pub fn row_digest(cells: &[String]) -> String {
    let digest = |cell: &String| {
        let text = hex::encode(Sha256::digest(cell.as_bytes()));
        text.get(..8).unwrap_or_default().to_owned()
    };
    cells.iter().map(digest).collect::<Vec<_>>().join(".")
}
