//! Ctrl-C and the request to terminate: what the first one ends, and in which state.
//!
//! While evidence is read the first signal asks the ingest to end between two files, so that the lake is left as
//! one that can be gone on with; while result files are replaced it waits until they are; at any other time it
//! ends the program with a line that says what was left. A second one ends it at once, wherever it is: no state
//! that this can leave is taken for a whole one.
//!
//! Where the system knows no such signals, nothing is watched for, and the program ends as the system does it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::exit::Exit;
use crate::lake::Progress;

/// The command was asked to end, and did.
#[derive(Debug, thiserror::Error)]
#[error("{told}")]
pub(super) struct Stopped {
    /// What state was left.
    pub(super) told: String,
    /// The status that says which signal it was.
    pub(super) exit: Exit,
}

/// Watches for signals while a command works.
#[derive(Debug, Default)]
pub(super) struct Interruption {
    work: Mutex<Work>,
    /// Held while what must not be left half done is done.
    is_replacing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Work {
    /// What asked for an end, once something did.
    exit: Option<Exit>,
    /// The work that ends by itself once it is asked to.
    progress: Option<Arc<Progress>>,
    /// What is left behind where the program ends at once.
    left: String,
}

impl Interruption {
    /// Watches from now on. Of a system that does not let it, nothing is said: the program then ends as any other.
    pub(super) fn watch() -> Arc<Self> {
        let interruption = Arc::new(Self::default());
        signals::watch(&interruption);
        interruption
    }

    /// From here on until the answer is dropped the first signal asks `progress` for an end.
    pub(super) fn end_through<'a>(&'a self, progress: &Arc<Progress>) -> EndsThrough<'a> {
        let mut work = self.work();
        if work.exit.is_some() {
            progress.stop();
        }
        work.progress = Some(Arc::clone(progress));
        EndsThrough(self)
    }

    /// What a signal from here on says that it has left.
    pub(super) fn leaving(&self, left: &str) {
        left.clone_into(&mut self.work().left);
    }

    /// Keeps the first signal waiting until the answer is dropped.
    pub(super) fn hold_off(&self) -> MutexGuard<'_, ()> {
        self.is_replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the command ends because of a signal, with what state was left; `None` where there was none.
    pub(super) fn stopped(&self, told: impl FnOnce() -> String) -> Option<Stopped> {
        let exit = self.work().exit?;
        Some(Stopped { told: told(), exit })
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first signal asks a piece of work for an end as long as this is held.
#[derive(Debug)]
pub(super) struct EndsThrough<'a>(&'a Interruption);

impl Drop for EndsThrough<'_> {
    fn drop(&mut self) {
        self.0.work().progress = None;
    }
}

#[cfg(unix)]
mod signals {
    //! The signals of Unix.

    use std::sync::Arc;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::Interruption;
    use crate::cli::exit::Exit;
    use crate::cli::printer;
    use crate::report::escape::visible;

    pub(super) fn watch(interruption: &Arc<Interruption>) {
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        let watched = Arc::downgrade(interruption);
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
                let Some(interruption) = watched.upgrade() else { end(exit) };
                let asked = take_in(&interruption, exit);
                if asked == Asked::Work {
                    continue;
                }
                if asked == Asked::Nobody {
                    // Released by the end of the program alone: nothing else is begun.
                    let _replaced = interruption.hold_off();
                    printer::remark(&visible(&interruption.work().left));
                    end(exit);
                }
                end(exit);
            }
        });
    }

    /// Who ends the program.
    #[derive(PartialEq)]
    enum Asked {
        /// The work under way, which was asked for the first time.
        Work,
        /// Nobody was asked before, and nobody is there to be asked.
        Nobody,
        /// Somebody was asked before.
        Again,
    }

    fn take_in(interruption: &Interruption, exit: Exit) -> Asked {
        let mut work = interruption.work();
        if work.exit.is_some() {
            return Asked::Again;
        }
        work.exit = Some(exit);
        match &work.progress {
            Some(progress) => {
                progress.stop();
                Asked::Work
            }
            None => Asked::Nobody,
        }
    }

    #[expect(clippy::exit, reason = "a signal ends the program from beside its work")]
    fn end(exit: Exit) -> ! {
        std::process::exit(i32::from(exit.status()))
    }
}

#[cfg(not(unix))]
mod signals {
    //! A system whose signals are left to it.

    use std::sync::Arc;

    use super::Interruption;

    pub(super) fn watch(_interruption: &Arc<Interruption>) {}
}
