//! [`Problem`]: something in the evidence that could not be used, where, with what effect.

use std::fmt;

/// A stable code of a kind of problem: `E1xx` intake, `F1xx` formats, `L1xx` lake, `A1xx` assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemCode {
    /// The file or folder cannot be read.
    Unreadable,
    /// A symbolic link or special file, which is never followed or opened.
    NotARegularFile,
    /// A member's path leads out of its bundle, or is absolute.
    PathEscapes,
    /// Inflated size, ratio, member count or nesting is beyond the limits.
    OverLimit,
    /// Compressed or bundled data is damaged or ends early.
    Damaged,
    /// A bundle inside a bundle inside a bundle.
    NestedTooDeep,
    /// Whatever holds the file can no longer be read from: nothing is wrong with the file, and others fare no better.
    StoreLost,
    /// The file is not an export that tickmark knows.
    NotRecognised,
    /// The file is empty where an export is expected.
    Empty,
    /// Text in an encoding other than UTF-8.
    Encoding,
    /// The text breaks off or stops being JSON.
    BrokenJson,
    /// One record is not what its format says.
    BadRecord,
    /// A record's time is missing or is no time.
    BadTimestamp,
    /// Account, region or time is needed and found neither in the file nor in its path.
    MissingContext,
    /// The export was cut: a page token is left over.
    CutExport,
    /// The file's name and its content name different accounts or regions, or times that cannot both be true.
    NameDisagrees,
}

impl ProblemCode {
    /// Every code, in order.
    pub const ALL: [Self; 16] = [
        Self::Unreadable,
        Self::NotARegularFile,
        Self::PathEscapes,
        Self::OverLimit,
        Self::Damaged,
        Self::NestedTooDeep,
        Self::StoreLost,
        Self::NotRecognised,
        Self::Empty,
        Self::Encoding,
        Self::BrokenJson,
        Self::BadRecord,
        Self::BadTimestamp,
        Self::MissingContext,
        Self::CutExport,
        Self::NameDisagrees,
    ];

    /// The code as it is printed; never changes its meaning.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "E101",
            Self::NotARegularFile => "E102",
            Self::PathEscapes => "E103",
            Self::OverLimit => "E104",
            Self::Damaged => "E105",
            Self::NestedTooDeep => "E106",
            Self::StoreLost => "E107",
            Self::NotRecognised => "F101",
            Self::Empty => "F102",
            Self::Encoding => "F103",
            Self::BrokenJson => "F104",
            Self::BadRecord => "F105",
            Self::BadTimestamp => "F106",
            Self::MissingContext => "F107",
            Self::CutExport => "F108",
            Self::NameDisagrees => "F109",
        }
    }

    /// Whether the bytes could not be had, which says nothing of what they are.
    #[must_use]
    pub const fn is_unread(self) -> bool {
        matches!(self, Self::Unreadable | Self::StoreLost)
    }

    /// What the reader can do about it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Unreadable => "make the file readable for the user who runs tickmark, then ingest again",
            Self::NotARegularFile => "give the file or folder that the link points to as an argument of its own",
            Self::PathEscapes => "ask for the bundle again, made without absolute or `..` paths",
            Self::OverLimit => "unpack it yourself, check what it holds, and give the folder instead",
            Self::Damaged => "ask for the file again and compare sizes or hashes with its source",
            Self::NestedTooDeep => "unpack the outer bundle and give its folder instead",
            Self::StoreLost => "see to the way there and to the credentials, then run the same command again",
            Self::NotRecognised => "if it is evidence, export it again as JSON in one of the forms the README lists",
            Self::Empty => "ask for the file again; if it was empty at its source, nothing was exported",
            Self::Encoding => "convert the file to UTF-8 and ingest again",
            Self::BrokenJson => "ask for the file again; what stood before the break was kept",
            Self::BadRecord => "look at the record in the file; export it again if it is wrong at its source",
            Self::BadTimestamp => "correct the time at its source, or export with ISO 8601 times that carry an offset",
            Self::MissingContext => {
                "put the file under a folder named for it, such as `123456789012/eu-west-1/2026-03-31/`, or give \
                 `--account` and `--taken-at`"
            }
            Self::CutExport => "repeat the export without `--max-items` and `--no-paginate`",
            Self::NameDisagrees => "check where the file came from; the name was followed",
        }
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One thing in the evidence that could not be used.
///
/// Text from evidence may stand in `what`; whoever prints it escapes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its kind.
    pub code: ProblemCode,
    /// What is wrong, without a final stop; names from the input in backticks.
    pub what: String,
    /// The record it concerns, counted from 1; `None` where it concerns the whole file.
    pub record: Option<u64>,
    /// The offset in the inflated file at which it was found.
    pub byte: Option<u64>,
    /// What is lost by it.
    pub effect: String,
}

impl Problem {
    /// A problem with a whole file, with its effect.
    #[must_use]
    pub fn of_file(code: ProblemCode, what: impl Into<String>, effect: impl Into<String>) -> Self {
        Self { code, what: what.into(), record: None, byte: None, effect: effect.into() }
    }

    /// A problem with one record, which is lost by it.
    #[must_use]
    pub fn of_record(code: ProblemCode, what: impl Into<String>, record: u64, byte: u64) -> Self {
        Self {
            code,
            what: what.into(),
            record: Some(record),
            byte: Some(byte),
            effect: "this record is not in the lake".into(),
        }
    }
}

/// One line: code, what, where.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.what)?;
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        if let Some(byte) = self.byte {
            write!(f, " (byte {byte})")?;
        }
        Ok(())
    }
}
