//! How far a long work on a lake is, for whoever shows it, and the wish that it ends early. Shows nothing itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use super::LakeError;

/// How far an ingest or a verification is; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files found.
    pub files: AtomicU64,
    /// Bytes found.
    pub bytes: AtomicU64,
    /// Files worked through.
    pub files_done: AtomicU64,
    /// Bytes read.
    pub bytes_done: AtomicU64,
    /// Of the files worked through: those that the ledger had already.
    pub files_known: AtomicU64,
    /// The file taken up last.
    pub current: Mutex<String>,
    phase: AtomicU8,
    is_to_stop: AtomicBool,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Files are looked for.
    Finding,
    /// Another ingest into the same lake is waited for.
    Waiting,
    /// Files are read.
    Reading,
    /// What is new is written to the lake.
    Writing,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Finding, Self::Waiting, Self::Reading, Self::Writing];
}

impl Progress {
    /// What is being done now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let number = usize::from(self.phase.load(Ordering::Relaxed));
        Phase::ALL.get(number).copied().unwrap_or(Phase::Finding)
    }

    /// From here on this is being done.
    pub(crate) fn enter(&self, phase: Phase) {
        let number = Phase::ALL.iter().position(|known| *known == phase).unwrap_or_default();
        self.phase.store(u8::try_from(number).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Asks for the work to end at the next place where all that was kept so far stays valid.
    pub fn stop(&self) {
        self.is_to_stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.is_to_stop.load(Ordering::Relaxed)
    }

    /// Goes on, unless it was asked to end.
    ///
    /// # Errors
    /// [`LakeError::Stopped`], when it was.
    pub(super) fn check(&self) -> Result<(), LakeError> {
        if self.is_stopped() { Err(LakeError::Stopped) } else { Ok(()) }
    }

    /// Takes up a file.
    ///
    /// # Errors
    /// [`LakeError::Stopped`], when it was asked to end.
    pub(super) fn begin_file(&self, path: String) -> Result<(), LakeError> {
        self.check()?;
        if let Ok(mut current) = self.current.lock() {
            *current = path;
        }
        Ok(())
    }
}
