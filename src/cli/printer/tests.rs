//! What the bar shows on a terminal of its own.

use std::sync::atomic::Ordering;

use indicatif::{InMemoryTerm, ProgressBar, ProgressDrawTarget};

use super::show;
use crate::lake::{Phase, Progress};

const WIDTH: u16 = 100;

/// The screen that shows this progress.
fn screen(progress: &Progress) -> String {
    let terminal = InMemoryTerm::new(5, WIDTH);
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(terminal.clone())));
    show(&bar, progress, &mut None);
    terminal.contents()
}

fn reading(current: &str) -> Progress {
    let progress = Progress::default();
    progress.enter(Phase::Reading);
    progress.files.store(12, Ordering::Relaxed);
    progress.files_done.store(3, Ordering::Relaxed);
    progress.bytes.store(4 << 20, Ordering::Relaxed);
    progress.bytes_done.store(1 << 20, Ordering::Relaxed);
    current.clone_into(&mut progress.current.lock().unwrap());
    progress
}

#[test]
fn a_bar_tells_how_far_and_at_which_file() {
    let progress = reading("evidence/a.json");
    let shown = screen(&progress);
    for part in [" 3/12 files  ", "1.00 MiB/4.00 MiB", "/s", "ETA ", "evidence/a.json"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    progress.files_known.store(2, Ordering::Relaxed);
    assert!(screen(&progress).contains(" 3/12 files, 2 known  "));
}

#[test]
fn names_are_harmless_and_cut_to_the_width() {
    let shown = screen(&reading("a\u{1b}[2J\u{202e}.json"));
    assert!(shown.contains("a\\u{1b}[2J\\u{202e}.json"), "{shown}");
    for long in ["x".repeat(300), "証".repeat(300)] {
        let shown = screen(&reading(&long));
        assert_eq!(shown.lines().count(), 1, "{shown}");
    }
}

#[test]
fn each_phase_has_its_words() {
    let progress = reading("evidence/a.json");
    for (phase, words) in [
        (Phase::Finding, "finding files"),
        (Phase::Waiting, "waiting for another ingest into this lake"),
        (Phase::Writing, "3/12 files read; writing what is new"),
    ] {
        progress.enter(phase);
        assert!(screen(&progress).contains(words), "{words}");
    }
    progress.stop();
    assert!(screen(&progress).contains("stopping behind the files at hand; Ctrl-C again ends at once"));
}
