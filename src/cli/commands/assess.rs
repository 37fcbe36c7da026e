//! `tickmark assess`: a lake to answers.

use std::path::Path;

use anyhow::Context;

use crate::cli::args::{AssessArguments, FailOn, FormatArgument, QuestionArguments};
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::manifest::{MANIFEST, Manifest};
use crate::cli::printer;
use crate::cli::results_folder::ResultsFolder;
use crate::cli::settings::{catalog_and_file, settings};
use crate::engine::catalog::Catalog;
use crate::engine::results::{Assessment, Conclusion};
use crate::engine::settings::Settings;
use crate::engine::{self};
use crate::lake::Lake;
use crate::report::{self, Format, Style};

/// Everything that is decided before the long work.
pub(super) struct Prepared {
    catalog: Catalog,
    /// The text of the catalog file, if one was given.
    catalog_file: Option<String>,
    pub(super) settings: Settings,
}

/// Carries the command out.
pub(in crate::cli) fn assess(arguments: &AssessArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    interruption.leaving(NOTHING_CHANGED);
    let prepared = prepare(&arguments.question)?;
    let results = ResultsFolder::open(&arguments.question.out)?;
    answer(&prepared, &results, &arguments.lake, &arguments.question, interruption, || Ok(()))
}

/// What a signal leaves before the result files are replaced.
pub(super) const NOTHING_CHANGED: &str = "stopped: no result file was changed";

/// Reads what was asked. Makes nothing yet.
pub(super) fn prepare(question: &QuestionArguments) -> anyhow::Result<Prepared> {
    let mut settings = settings(&question.frame)?;
    settings.controls = (!question.control.is_empty()).then(|| question.control.clone());
    let (catalog, catalog_file) = catalog_and_file(question.frame.catalog.as_deref())?;
    engine::check(&catalog, &settings)?;
    Ok(Prepared { catalog, catalog_file, settings })
}

/// Assesses, replaces the result files and with `place_lake` the lake beside them, prints the answer.
pub(super) fn answer(
    prepared: &Prepared,
    results: &ResultsFolder,
    lake: &Path,
    question: &QuestionArguments,
    interruption: &Interruption,
    place_lake: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let lake = Lake::open(lake)?;
    let assessment = engine::assess(&lake, &prepared.catalog, &prepared.settings)?;
    let files = report::files(&assessment)?;
    let manifest = Manifest::of(&lake, &prepared.settings, prepared.catalog_file.as_deref(), &files).text()?;
    tell_of_samples(&question.out);
    let held_off = interruption.hold_off();
    results.replace(&files, &manifest, place_lake)?;
    interruption.leaving("stopped: the result files were replaced and are whole");
    drop(held_off);
    let out = question.out.display().to_string();
    let style = Style { color: printer::takes_color(), out_dir: Some(&out) };
    let format = match question.format {
        FormatArgument::Table => Format::Table { width: printer::width(), style },
        FormatArgument::Json => Format::Json,
        FormatArgument::Csv => Format::Csv,
    };
    printer::answer(&report::stdout(&assessment, format)?).context("the answer cannot be printed")?;
    Ok(exit(&assessment, question.fail_on))
}

/// Completed samples belong to the answer that they were drawn from: a new one begins without them.
fn tell_of_samples(out: &Path) {
    let earlier = std::fs::read(out.join(MANIFEST)).ok().and_then(|text| Manifest::parse(&text).ok());
    let samples = earlier.map(|manifest| manifest.samples).unwrap_or_default();
    if !samples.is_empty() {
        let draws: Vec<&str> = samples.iter().map(|sample| sample.draw.as_str()).collect();
        printer::remark(&format!(
            "{} had joined the earlier results and does not join these by itself (draw {}): read each working paper again \
             with `tickmark sample evaluate FILE --results {}`",
            report::figures::counted(report::figures::length(&draws), "completed sample"),
            draws.join(", "),
            report::escape::visible(&out.display().to_string())
        ));
    }
}

fn exit(assessment: &Assessment, fail_on: Option<FailOn>) -> Exit {
    let has_exceptions = assessment.controls.iter().any(|control| control.conclusion == Conclusion::ExceptionsNoted);
    match fail_on {
        Some(FailOn::Exceptions) if has_exceptions => Exit::ExceptionsFound,
        _ if assessment.evidence.rejected + assessment.evidence.partial > 0 => Exit::EvidenceRejected,
        _ => Exit::Complete,
    }
}
