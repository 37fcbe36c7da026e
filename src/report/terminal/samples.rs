//! Samples that auditors completed: what each showed, beside what the whole population shows.

use crate::engine::results::{Assessment, SampleResult};
use crate::report::figures::{count, counted};

use super::page::Page;

/// Nothing where no sample joined the results.
pub(super) fn render(page: &mut Page, assessment: &Assessment) {
    let samples: Vec<&SampleResult> = assessment.controls.iter().flat_map(|control| &control.samples).collect();
    if samples.is_empty() {
        return;
    }
    page.blank();
    page.heading("Samples tested by auditors");
    for sample in samples {
        page.paragraph(&format!("{} ", sample.control), 2, &told(sample));
    }
}

/// A fraction of 1 in percent, rounded up: a limit never looks lower than it is.
fn percent(fraction: f64) -> String {
    format!("{:.2}%", (fraction * 10_000.0 - 1e-6).ceil() / 100.0)
}

fn told(sample: &SampleResult) -> String {
    let SampleResult { unit, tolerable, confidence, draw, .. } = sample;
    let limit = sample.upper_limit().map(|limit| format!(", upper limit {}", percent(limit))).unwrap_or_default();
    let conclusion = match sample.conclusion.as_str() {
        "supported" => format!("SUPPORTED: less than {tolerable}% deviate"),
        "extend" => "EXTEND: the next stage is to be tested".to_owned(),
        _ => format!("NOT SUPPORTED: it is not shown that less than {tolerable}% deviate"),
    };
    let differing = match sample.differences {
        0 => String::new(),
        differences => format!("; auditor and tickmark differ on {}", counted(differences, "item")),
    };
    format!(
        "{conclusion}, at {confidence}% confidence. {} in {} of {} {unit}{limit}{differing} (draw {draw})",
        counted(sample.deviations, "deviation"),
        counted(sample.tested, "item"),
        count(sample.population),
    )
}
