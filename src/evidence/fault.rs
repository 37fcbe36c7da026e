//! [`ReadFault`]: why reading broke off, carried inside an [`io::Error`]; and [`Refusal`].

use std::io;

use crate::model::{Problem, ProblemCode};

/// The typed cause inside every [`io::Error`] that a leaf's reader returns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.what)]
pub struct ReadFault(pub Problem);

impl ReadFault {
    /// The problem that an error from a leaf's reader carries.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Problem> {
        let fault = error.get_ref()?.downcast_ref::<Self>()?;
        Some(&fault.0)
    }
}

/// Something that was found and refused unread: its bytes were not looked at, so it has no custody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Its path, written like that of a leaf.
    pub path: String,
    /// The bundle that holds it, written like that of a leaf; empty for a file on disk.
    pub bundle: String,
    /// Why.
    pub problem: Problem,
}

/// An error that carries this problem.
pub(super) fn error_of(problem: &Problem) -> io::Error {
    let kind = match problem.code {
        ProblemCode::Damaged => io::ErrorKind::InvalidData,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, ReadFault(problem.clone()))
}

/// The problem an error carries, or that the bytes cannot be read. Without an offset: the one it may
/// bear counts the bytes of another layer than the caller's.
pub(super) fn problem_of(error: &io::Error) -> Problem {
    let problem = ReadFault::of(error).cloned().unwrap_or_else(|| {
        Problem::of_file(ProblemCode::Unreadable, format!("cannot be read: {error}"), "what follows is not read")
    });
    Problem { byte: None, ..problem }
}

/// Damaged or cut bytes, of which everything before the break was handed on.
pub(super) fn damaged(what: impl Into<String>) -> Problem {
    Problem::of_file(ProblemCode::Damaged, what, "what stood before the break is kept, the rest is not read")
}

/// A cap was met.
pub(super) fn over_limit(what: impl Into<String>) -> Problem {
    Problem::of_file(ProblemCode::OverLimit, what, "what comes after the limit is not read")
}

/// Something of which nothing at all is read.
pub(super) fn refused(code: ProblemCode, what: impl Into<String>) -> Problem {
    Problem::of_file(code, what, "nothing of it is read")
}

/// Repeats a read that a signal interrupted.
pub(super) fn retried(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
