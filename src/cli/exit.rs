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
    /// A verification found that something is not what was recorded.
    DifferencesFound,
    /// Ended by Ctrl-C (SIGINT).
    Interrupted,
    /// Ended by the request to terminate (SIGTERM).
    Terminated,
}

impl Exit {
    /// The number of the status.
    #[must_use]
    pub const fn status(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Stopped => 1,
            Self::Usage => 2,
            Self::EvidenceRejected => 3,
            Self::ExceptionsFound => 4,
            Self::DifferencesFound => 5,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}
