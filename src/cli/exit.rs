//! How a run ended, as an exit status.

use std::process::ExitCode;

/// What an exit status means; `--help` says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, and all evidence was read.
    Complete,
    /// Stopped by an error.
    Stopped,
    /// Wrong usage, or a file, folder or lake named that is not there or is none.
    Usage,
    /// Done, but some evidence was rejected or read only in part.
    EvidenceRejected,
    /// Exceptions were found, and it was asked to fail on them.
    ExceptionsFound,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Complete => 0,
            Exit::Stopped => 1,
            Exit::Usage => 2,
            Exit::EvidenceRejected => 3,
            Exit::ExceptionsFound => 4,
        })
    }
}
