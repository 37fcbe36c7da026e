//! `tickmark sample evaluate`: a working paper that came back to a conclusion.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::{UsageError, join};
use crate::cli::args::{EvaluateArguments, StoryFormatArgument};
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::printer;
use crate::sampling::evaluate::{Finding, evaluate as evaluated};
use crate::sampling::evaluated::EvaluationTold;
use crate::sampling::returned::{Returned, read};

/// Carries the command out.
pub(super) fn evaluate(arguments: &EvaluateArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    let paper = returned(&arguments.file)?;
    let manifest = arguments.results.as_ref().map(|results| join::check(results, &paper)).transpose()?;
    let testing = paper.record.testing().map_err(|error| anyhow::anyhow!(error))?;
    let evaluation = evaluated(&paper, &testing);
    let told = EvaluationTold { paper: &paper, testing: &testing, evaluation: &evaluation };
    let answer = match arguments.format {
        StoryFormatArgument::Json => told.json()?,
        StoryFormatArgument::Table => told.screen().into_bytes(),
    };
    if let (Some(results), Some(manifest)) = (&arguments.results, manifest) {
        if evaluation.finding.is_conclusion() {
            let sample = join::result(&arguments.file, &paper, &testing, &evaluation)?;
            let lake = arguments.lake.clone().unwrap_or_else(|| results.join("lake"));
            join::join(results, &lake, manifest, sample, interruption)?;
        } else {
            printer::remark(
                "the result files are left as they were: only a sample that came to a conclusion joins them",
            );
        }
    }
    printer::answer(&answer).context("the answer cannot be printed")?;
    Ok(match evaluation.finding {
        Finding::Refused => Exit::DifferencesFound,
        Finding::Incomplete => Exit::EvidenceRejected,
        Finding::Supported | Finding::NotSupported { .. } | Finding::Extend { .. } => Exit::Complete,
    })
}

/// Reads a working paper.
pub(super) fn returned(path: &Path) -> anyhow::Result<Returned> {
    let shown = path.display();
    let bytes =
        fs::read(path).map_err(|error| UsageError(format!("the working paper `{shown}` cannot be read: {error}")))?;
    let paper = read(&bytes).map_err(|error| UsageError(format!("`{shown}`: {error}")))?;
    Ok(paper)
}
