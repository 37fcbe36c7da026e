//! Answers to bytes: the files of a run and the screen.
//!
//! A renderer decides nothing and sorts nothing: what it shows stands in the [`Assessment`] in its
//! final order. Nothing here opens a file, reads a clock or knows the machine, so the same assessment
//! gives the same bytes everywhere. [`figures`] writes every number, [`escape`] makes text from
//! evidence harmless, [`ties`] refuses an assessment whose figures do not add up.

pub mod figures;
pub mod escape;
pub mod ties;
pub mod json;
pub mod csv;
mod parquet;
pub mod records;
pub mod terminal;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::engine::results::Assessment;
use crate::engine::results::explanation::{Explanation, OriginalText};

pub use self::terminal::{Style, screen};
pub use self::ties::account_adds_up;

/// Why no report can be made. Each of them is a fault of tickmark, never of the evidence.
#[derive(Debug, Error)]
pub enum ReportError {
    /// Figures that must add up do not; nothing is shown rather than something wrong.
    #[error("internal error, no report was made: {0}")]
    DoesNotAddUp(String),
    /// `results.json` could not be put together.
    #[error("internal error, `results.json` could not be written: {0}")]
    Json(#[from] serde_json::Error),
    /// A table of columns could not be put together.
    #[error("internal error, a Parquet file could not be written: {0}")]
    Parquet(#[from] crate::lake::LakeError),
    /// A table could not be put together.
    #[error("internal error, a table could not be written: {0}")]
    Table(#[from] ::csv::Error),
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format<'a> {
    /// The screen, for people.
    Table {
        /// Columns of the terminal.
        width: usize,
        /// How it is dressed.
        style: Style<'a>,
    },
    /// The bytes of `results.json`.
    Json,
    /// The bytes of `controls.csv`.
    Csv,
}

/// The names of the files that a run leaves, in the order of [`files`].
pub const FILES: [&str; 28] = [
    "results.json",
    "controls.csv",
    "exceptions.csv",
    "coverage.csv",
    "subjects.csv",
    "disagreements.csv",
    "remarks.csv",
    "ledger.csv",
    "controls.parquet",
    "subjects.parquet",
    "statuses.parquet",
    "exceptions.parquet",
    "coverage.parquet",
    "disagreements.parquet",
    "evidence_files.parquet",
    "control_tests.parquet",
    "agreed_words.parquet",
    "resources.parquet",
    "candidates.parquet",
    "existence.parquet",
    "streams.parquet",
    "observations.parquet",
    "rule_tests.parquet",
    "places.parquet",
    "attestations.parquet",
    "interruptions.parquet",
    "days.parquet",
    "settings.parquet",
];

/// Name and bytes of each file that a run leaves, in fixed order (spec section 10).
///
/// # Errors
/// [`ReportError`], when the figures contradict each other or cannot be written.
pub fn files(assessment: &Assessment) -> Result<Vec<(&'static str, Vec<u8>)>, ReportError> {
    ties::check(assessment)?;
    let bytes = [
        json::results(assessment)?,
        csv::controls(assessment)?,
        csv::exceptions(assessment)?,
        csv::coverage(assessment)?,
        csv::subjects(assessment)?,
        csv::disagreements(assessment)?,
        csv::remarks(assessment)?,
        csv::ledger(assessment)?,
    ];
    Ok(FILES.into_iter().zip(bytes.into_iter().chain(parquet::tables(assessment)?)).collect())
}

/// The bytes for standard output in the form that was asked for.
///
/// # Errors
/// [`ReportError`], as [`files`].
pub fn stdout(assessment: &Assessment, format: Format<'_>) -> Result<Vec<u8>, ReportError> {
    ties::check(assessment)?;
    match format {
        Format::Table { width, style } => Ok(screen(assessment, width, style).into_bytes()),
        Format::Json => json::results(assessment),
        Format::Csv => csv::controls(assessment),
    }
}

/// How a story goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryFormat<'a> {
    /// The screen, for people.
    Table {
        /// Columns of the terminal.
        width: usize,
        /// How it is dressed.
        style: Style<'a>,
    },
    /// The same as data.
    Json,
}

/// The bytes for standard output that explain one subject, with records of the original evidence behind it.
///
/// # Errors
/// [`ReportError`], when the story contradicts the subject's figures or cannot be written.
pub fn explanation(
    story: &Explanation,
    originals: &[OriginalText],
    format: StoryFormat<'_>,
) -> Result<Vec<u8>, ReportError> {
    ties::check_story(story)?;
    match format {
        StoryFormat::Table { width, style } => Ok(terminal::explanation(story, originals, width, style).into_bytes()),
        StoryFormat::Json => json::explanation(story, originals),
    }
}
