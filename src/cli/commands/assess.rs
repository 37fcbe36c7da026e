//! `tickmark assess`: a lake to answers.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::cli::args::{AssessArguments, FailOn, FormatArgument, QuestionArguments};
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::cli::settings::{catalog, prepare_out, settings};
use crate::engine::catalog::Catalog;
use crate::engine::results::{Assessment, Conclusion};
use crate::engine::settings::Settings;
use crate::engine::{self};
use crate::lake::Lake;
use crate::report::{self, Format, Style};

/// Everything that is decided before the long work.
pub(super) struct Prepared {
    catalog: Catalog,
    settings: Settings,
}

/// Carries the command out.
pub(in crate::cli) fn assess(arguments: &AssessArguments) -> anyhow::Result<Exit> {
    let prepared = prepare(&arguments.question)?;
    answer(&prepared, &arguments.lake, &arguments.question)
}

/// Reads what was asked, and makes the output folder.
pub(super) fn prepare(question: &QuestionArguments) -> anyhow::Result<Prepared> {
    let mut settings = settings(&question.frame)?;
    settings.controls = (!question.control.is_empty()).then(|| question.control.clone());
    let catalog = catalog(question.frame.catalog.as_deref())?;
    engine::check(&catalog, &settings)?;
    prepare_out(&question.out)?;
    Ok(Prepared { catalog, settings })
}

/// Assesses, writes the result files, prints the answer.
pub(super) fn answer(prepared: &Prepared, lake: &Path, question: &QuestionArguments) -> anyhow::Result<Exit> {
    let lake = Lake::open(lake)?;
    let assessment = engine::assess(&lake, &prepared.catalog, &prepared.settings)?;
    for (name, bytes) in report::files(&assessment)? {
        write_whole(&question.out.join(name), &bytes)?;
    }
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

/// Replaces a file whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let temporary = path.with_extension("new");
    fs::write(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

fn exit(assessment: &Assessment, fail_on: Option<FailOn>) -> Exit {
    let has_exceptions = assessment.controls.iter().any(|control| control.conclusion == Conclusion::ExceptionsNoted);
    match fail_on {
        Some(FailOn::Exceptions) if has_exceptions => Exit::ExceptionsFound,
        _ if assessment.evidence.rejected + assessment.evidence.partial > 0 => Exit::EvidenceRejected,
        _ => Exit::Complete,
    }
}
