//! The only place that writes to the terminal: the answer to stdout, all else to stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::lake::{IngestSummary, Progress};
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

/// A bar on a terminal that follows an ingest until it is dropped; elsewhere nothing.
pub(super) struct ProgressLine {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Follows `progress`.
    pub(super) fn follow(progress: &Arc<Progress>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        if !io::stderr().is_terminal() {
            return Self { stop, thread: None };
        }
        let (watched, stopped) = (Arc::clone(progress), Arc::clone(&stop));
        let thread = std::thread::spawn(move || draw(&watched, &stopped));
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _joined = self.thread.take().map(JoinHandle::join);
    }
}

fn draw(progress: &Progress, stop: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "[{elapsed_precise}] {prefix}  {bytes}/{total_bytes}  ETA {eta_precise}  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while !stop.load(Ordering::Relaxed) {
        bar.set_length(progress.bytes.load(Ordering::Relaxed));
        bar.set_position(progress.bytes_done.load(Ordering::Relaxed));
        let (done, all) = (progress.files_done.load(Ordering::Relaxed), progress.files.load(Ordering::Relaxed));
        bar.set_prefix(format!("{done}/{all} files"));
        if let Ok(current) = progress.current.lock() {
            bar.set_message(visible(&current).to_string());
        }
        bar.tick();
        std::thread::sleep(Duration::from_millis(200));
    }
    bar.finish_and_clear();
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
    let more = summary.problems.len().saturating_sub(PROBLEMS_SHOWN);
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
