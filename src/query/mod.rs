//! Questions in SQL over the tables of a lake and of an assessment.
//!
//! [`library`] holds the questions that come with the program, [`text`] what is known of a text before it is run,
//! [`tables`] where the rows lie, [`engine`] runs it, [`answer`] lays out what came of it, [`elsewhere`]
//! says the same for DuckDB, [`schema`] describes the tables. Nothing is decided here that
//! an assessment decides: the questions read its tables, or the lake's.

pub mod library;
pub mod text;
pub mod tables;
pub mod engine;
pub mod answer;
pub mod elsewhere;
mod refusals;
pub mod schema;

use std::path::PathBuf;

use crate::lake::LakeError;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no such question.
    #[error("there is no query `{name}`{}; `tickmark query --list` lists them; a file is named with its path, such as `./{name}.sql`", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// The SQL says something that cannot be understood or carried out.
    #[error("{place}: {what}{}", hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Sql {
        /// Where: name, line and column as far as they are known.
        place: String,
        /// What is wrong.
        what: String,
        /// What was expected, or what to do.
        hint: Option<String>,
    },
    /// A parameter that the text does not have was given, or one that it has was not.
    #[error("{0}")]
    Parameter(String),
    /// The tables cannot be used.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The folder holds no result files, or they were changed.
    #[error("`{}` holds no whole set of result files: {why}; name the folder that `tickmark run` or `assess` wrote with --out", path.display())]
    Results {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The answer cannot be laid out.
    #[error("the answer cannot be written: {0}")]
    Answer(String),
}
