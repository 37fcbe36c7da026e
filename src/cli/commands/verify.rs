//! `tickmark verify`: lake, evidence and results against what was recorded of them. Writes nothing.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::cli::args::{StoryFormatArgument, VerifyArguments};
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::printer::{self, ProgressLine};
use crate::cli::results_check;
use crate::cli::settings::{UsageError, s3_settings};
use crate::cli::verification::{Checked, Verification};
use crate::evidence::{Limits, discover_evidence};
use crate::lake::verify::{CommittedCheck, EvidenceCheck, committed, evidence};
use crate::lake::{LakeError, Progress};

/// What a signal leaves.
const STOPPED: &str = "stopped: nothing was changed, and nothing is said of what was checked so far";

/// Carries the command out.
pub(in crate::cli) fn verify(arguments: &VerifyArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    interruption.leaving(STOPPED);
    let lake = match (&arguments.lake, &arguments.results) {
        (Some(lake), _) => lake.clone(),
        (None, Some(results)) => results.join("lake"),
        (None, None) => return Err(UsageError("name a lake with --lake, or results with --results".to_owned()).into()),
    };
    let (lake_check, evidence_check) = match files(arguments, &lake, interruption) {
        Err(error) if matches!(error.downcast_ref(), Some(LakeError::Stopped)) => {
            let stopped = interruption.stopped(|| STOPPED.to_owned());
            return Err(stopped.map_or(error, Into::into));
        }
        files => files?,
    };
    let of_lake = lake_check.lake.as_ref();
    let results_check = arguments.results.as_deref().map(|folder| results_check::check(folder, of_lake)).transpose()?;
    let verification = Verification {
        lake_folder: lake.display().to_string(),
        results_folder: arguments.results.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default(),
        lake: lake_check,
        evidence: evidence_check,
        results: results_check,
    };
    let answer = match arguments.format {
        StoryFormatArgument::Table => verification.screen().into_bytes(),
        StoryFormatArgument::Json => verification.json()?,
    };
    printer::answer(&answer).context("the answer cannot be printed")?;
    Ok(if verification.agrees() { Exit::Complete } else { Exit::DifferencesFound })
}

/// Checks the files of the lake and those of the evidence.
fn files(
    arguments: &VerifyArguments,
    lake: &Path,
    interruption: &Interruption,
) -> anyhow::Result<(CommittedCheck, Checked<EvidenceCheck>)> {
    let offered = if arguments.evidence.is_empty() {
        None
    } else {
        let s3 = s3_settings(&arguments.s3)?;
        Some(printer::while_finding(|| discover_evidence(&arguments.evidence, &s3, None))?)
    };
    let progress = Arc::new(Progress::default());
    let _line = ProgressLine::follow(&progress);
    let _ends = interruption.end_through(&progress);
    let check = committed(lake, &progress)?;
    let of_evidence = match (offered, &check.lake) {
        (None, _) => Checked::NotAsked,
        (Some(_), None) => Checked::Not("the commit records of the lake are no whole chain".to_owned()),
        (Some(offered), Some(lake)) => match evidence(lake, &offered, &Limits::default(), &progress) {
            Ok(check) => Checked::Done(check),
            Err(error @ LakeError::Damaged { .. }) => Checked::Not(error.to_string()),
            Err(error) => return Err(error.into()),
        },
    };
    Ok((check, of_evidence))
}
