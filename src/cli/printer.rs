//! The only place that writes to the terminal: the answer to stdout, all else to stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::lake::{IngestSummary, Phase, Progress};
use crate::report::escape::visible;

/// Problems that are printed in full; the ledger has them all.
const PROBLEMS_SHOWN: usize = 10;
/// The width where the terminal does not say.
const WIDTH: usize = 100;

/// Writes the answer. A reader that has seen enough and went away is no error.
///
/// # Errors
/// When stdout cannot be written for another reason.
pub(super) fn answer(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a line of commentary; where even stderr is gone, there is nobody to tell.
pub(super) fn remark(text: &str) {
    let _written = writeln!(io::stderr().lock(), "{text}");
}

/// Whether stdout takes colours.
pub(super) fn takes_color() -> bool {
    let asked_not_to = std::env::vars_os().any(|(name, value)| name == "NO_COLOR" && !value.is_empty());
    io::stdout().is_terminal() && !asked_not_to
}

/// The width of the screen to lay out.
pub(super) fn width() -> usize {
    let columns = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    if io::stdout().is_terminal() { columns().unwrap_or(WIDTH) } else { WIDTH }
}

/// Follows an ingest or a verification until it is dropped: on a terminal with a bar, elsewhere with a line where
/// it waits for another.
pub(super) struct ProgressLine {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Follows `progress`.
    pub(super) fn follow(progress: &Arc<Progress>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (watched, stopped) = (Arc::clone(progress), Arc::clone(&stop));
        let draws = io::stderr().is_terminal();
        let thread =
            std::thread::spawn(move || if draws { draw(&watched, &stopped) } else { tell_waiting(&watched, &stopped) });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _joined = thread.join();
        }
    }
}

/// Looks for evidence, and says so on a terminal.
pub(super) fn while_finding<T>(find: impl FnOnce() -> T) -> T {
    let _line = ProgressLine::follow(&Arc::new(Progress::default()));
    find()
}

/// How often progress is looked at.
const INTERVAL: Duration = Duration::from_millis(200);
/// What an ingest says that is kept waiting.
const WAITING: &str = "waiting for another ingest into this lake";

/// Says once that an ingest waits, where no bar does.
fn tell_waiting(progress: &Progress, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if progress.phase() == Phase::Waiting {
            remark(WAITING);
            return;
        }
        std::thread::park_timeout(INTERVAL);
    }
}

/// The bar where nothing is counted yet, and where files are read. Beyond the width of the terminal the name of the
/// file at hand is cut off.
const UNCOUNTED: &str = "[{elapsed_precise}] {wide_msg}";
const COUNTED: &str =
    "[{elapsed_precise}] {prefix}  {bytes}/{total_bytes}  {bytes_per_sec}  ETA {eta_precise}  {wide_msg}";

fn draw(progress: &Progress, stop: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut shown = None;
    while !stop.load(Ordering::Relaxed) {
        show(&bar, progress, &mut shown);
        std::thread::park_timeout(INTERVAL);
    }
    bar.finish_and_clear();
}

/// Brings the bar up to date; `shown` is the phase that it shows.
fn show(bar: &ProgressBar, progress: &Progress, shown: &mut Option<Phase>) {
    let style = |template| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let phase = progress.phase();
    if shown.replace(phase) != Some(phase) {
        bar.set_style(style(if phase == Phase::Reading { COUNTED } else { UNCOUNTED }));
    }
    bar.set_length(progress.bytes.load(Ordering::Relaxed));
    bar.set_position(progress.bytes_done.load(Ordering::Relaxed));
    bar.set_prefix(files(progress));
    bar.set_message(message(progress, phase));
    bar.tick();
}

/// How many files are done, and how many of them were known.
fn files(progress: &Progress) -> String {
    let (done, all) = (progress.files_done.load(Ordering::Relaxed), progress.files.load(Ordering::Relaxed));
    match progress.files_known.load(Ordering::Relaxed) {
        0 => format!("{done}/{all} files"),
        known => format!("{done}/{all} files, {known} known"),
    }
}

/// What is being done, to what.
fn message(progress: &Progress, phase: Phase) -> String {
    if progress.is_stopped() {
        return "stopping behind the files at hand; Ctrl-C again ends at once".to_owned();
    }
    match phase {
        Phase::Finding => "finding files".to_owned(),
        Phase::Waiting => WAITING.to_owned(),
        Phase::Writing => format!("{} read; writing what is new", files(progress)),
        Phase::Reading => {
            let current = progress.current.lock().map(|current| current.clone()).unwrap_or_default();
            visible(&current).into_owned()
        }
    }
}

/// The problems of an ingest, and what it added.
pub(super) fn ingest_summary(summary: &IngestSummary) {
    for (path, bundle, problem) in summary.problems.iter().take(PROBLEMS_SHOWN) {
        let place = if bundle.is_empty() {
            visible(path).to_string()
        } else {
            format!("{} > {}", visible(bundle), visible(path))
        };
        let record = problem.record.map(|record| format!(", record {record}")).unwrap_or_default();
        let byte = problem.byte.map(|byte| format!(" (byte {byte})")).unwrap_or_default();
        remark(&format!("problem[{}]: {}", problem.code, visible(&problem.what)));
        remark(&format!("  in  {place}{record}{byte}"));
        remark(&format!("  so  {}", visible(&problem.effect)));
        remark(&format!("  do  {}", problem.code.hint()));
    }
    let more = summary.problem_count.saturating_sub(PROBLEMS_SHOWN as u64);
    if more > 0 {
        remark(&format!("and {more} more problems; the ledger has them all"));
    }
    let (rejected, partial) = (summary.files_rejected, summary.files_partial);
    if rejected + partial > 0 {
        remark(&format!("of all files offered, {rejected} were rejected and {partial} read only in part"));
    }
    let known = if summary.files_known > 0 {
        format!("; {} files were in its ledger already", summary.files_known)
    } else {
        String::new()
    };
    remark(&format!("lake: {} new files with {} new records{known}", summary.files_new, summary.records_new));
}

#[cfg(test)]
mod tests;
