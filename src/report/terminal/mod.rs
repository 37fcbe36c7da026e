//! The screen after a run: what an auditor must see at once, in 80 to 120 columns.
//!
//! It shows what the assessment holds, in its order; long lists are left to the files and named with
//! their counts. Colour repeats what words say and never says anything alone. The words here never
//! claim more than the evidence: a control has exceptions or none were noted, no more.

mod page;
mod opening;
mod controls;
mod samples;
mod remarks;
mod next_steps;
mod explanation;

use crate::engine::results::Assessment;

use super::ties;
use page::Page;

pub use explanation::explanation;

/// The narrowest and the widest screen that is laid out for.
const WIDTHS: (usize, usize) = (80, 120);

/// How the screen is dressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style<'a> {
    /// Whether to colour for a terminal.
    pub color: bool,
    /// The folder that the files are in, where they were written.
    pub out_dir: Option<&'a str>,
}

impl Style<'_> {
    /// An output file as the reader finds it.
    fn file(&self, name: &str) -> String {
        match self.out_dir {
            Some(folder) => format!("{}/{name}", folder.trim_end_matches('/')),
            None => name.to_owned(),
        }
    }
}

/// The screen for a terminal of `width` columns; below 80 and above 120 it is laid out for these.
///
/// Where figures that must add up do not, the screen says so and shows nothing else.
#[must_use]
pub fn screen(assessment: &Assessment, width: usize, style: Style<'_>) -> String {
    let mut page = Page::new(width.clamp(WIDTHS.0, WIDTHS.1), style.color);
    if let Err(error) = ties::check(assessment) {
        page.paragraph("", 0, &error.to_string());
        return page.finish();
    }
    opening::render(&mut page, assessment);
    controls::render(&mut page, assessment);
    samples::render(&mut page, assessment);
    remarks::render(&mut page, assessment, style);
    next_steps::render(&mut page, assessment, style);
    page.finish()
}
