//! A completed sample joins the result files that it was drawn from: they are answered again, with it, as one set.

use std::fs;
use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::UsageError;
use super::draw::manifest_of;
use crate::cli::interruption::Interruption;
use crate::cli::manifest::Manifest;
use crate::cli::results_folder::ResultsFolder;
use crate::engine;
use crate::engine::results::SampleResult;
use crate::lake::Lake;
use crate::report;
use crate::sampling::evaluate::Evaluation;
use crate::sampling::record::Testing;
use crate::sampling::returned::Returned;

/// Whether a paper was drawn from these results, before anything is changed.
///
/// # Errors
/// When it was drawn from others, or the folder holds none.
pub(super) fn check(results: &Path, paper: &Returned) -> anyhow::Result<Manifest> {
    let manifest = manifest_of(results)?;
    let settings = manifest.settings().map_err(UsageError)?;
    let about = &paper.record.population;
    let window = [settings.window.from.to_string(), settings.window.until.to_string()];
    if about.lake_commit_sha256 != manifest.lake.commit_sha256 || about.window != window {
        let text = format!(
            "the working paper was drawn from other evidence or for another window than the results in `{}` answer for: \
             name those it was drawn from, or draw from these",
            results.display()
        );
        return Err(UsageError(text).into());
    }
    Ok(manifest)
}

/// Answers again with the sample among the results, in the place of an earlier reading of the same draw.
pub(super) fn join(
    results: &Path,
    lake: &Path,
    manifest: Manifest,
    sample: SampleResult,
    interruption: &Interruption,
) -> anyhow::Result<()> {
    let folder = ResultsFolder::open(results)?;
    let settings = manifest.settings().map_err(UsageError)?;
    let catalog = manifest.catalog()?;
    let now = Lake::open(lake)?;
    let lake = now.as_of(manifest.lake.commit, &manifest.lake.commit_sha256);
    let lake = lake.ok_or_else(|| {
        UsageError(format!("the lake `{}` is not that of the results; name theirs with --lake", now.root().display()))
    })?;
    let mut samples = manifest.samples.clone();
    samples.retain(|known| known.draw != sample.draw);
    samples.push(sample);
    samples.sort_by(|left, right| (&left.control, &left.draw).cmp(&(&right.control, &right.draw)));
    let mut assessment = engine::assess(&lake, &catalog, &settings)?;
    Manifest::join_samples(&samples, &mut assessment);
    let files = report::files(&assessment)?;
    let text = manifest.with(samples, &lake, &files).text()?;
    let held_off = interruption.hold_off();
    folder.replace(&files, &text, || Ok(()))?;
    interruption.leaving("stopped: the result files were replaced and are whole");
    drop(held_off);
    Ok(())
}

/// What results keep of an evaluation that came to a conclusion.
pub(super) fn result(
    file: &Path,
    paper: &Returned,
    testing: &Testing,
    evaluation: &Evaluation,
) -> anyhow::Result<SampleResult> {
    let bytes = fs::read(file).with_context(|| format!("the working paper `{}` cannot be read", file.display()))?;
    let (record, aim) = (&paper.record, testing.aim);
    let decimal = |rate: crate::sampling::rate::Rate| rate.to_string().trim_end_matches('%').to_owned();
    Ok(SampleResult {
        draw: paper.draw.clone(),
        control: record.population.control.clone(),
        unit: record.population.unit.clone(),
        population: record.population.count,
        population_sha256: record.population.sha256.clone(),
        seed: record.order.seed.clone(),
        method: record.order.method.name().to_owned(),
        confidence: decimal(aim.confidence),
        tolerable: decimal(aim.tolerable),
        distribution: aim.chance.name().to_owned(),
        size: evaluation.size,
        allowed_deviations: testing.allowed(),
        tested: evaluation.tested,
        deviations: evaluation.deviations,
        unable_to_test: evaluation.unable,
        not_applicable: evaluation.not_applicable,
        replaced: evaluation.replaced,
        upper_limit_millionths: evaluation.upper_limit_millionths(),
        upper_limit_items: evaluation.upper_count,
        conclusion: evaluation.finding.name().to_owned(),
        differences: report::figures::length(&evaluation.differing),
        working_paper_sha256: hex::encode(Sha256::digest(&bytes)),
    })
}
