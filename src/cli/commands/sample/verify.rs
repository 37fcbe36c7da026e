//! `tickmark sample verify`: draws again from the lake and the seed, and compares with the working paper.

use anyhow::Context;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::UsageError;
use super::draw::Again;
use super::evaluate::returned;
use crate::cli::args::{StoryFormatArgument, VerifySampleArguments};
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::report::json::laid_out;
use crate::sampling::draw;
use crate::sampling::frozen::{FrozenPopulation, freeze};
use crate::sampling::population::{Unit, changes};
use crate::sampling::redraw::Redraw;
use crate::sampling::workbook::{Paper, row_digests};

/// Carries the command out.
pub(super) fn verify(arguments: &VerifySampleArguments) -> anyhow::Result<Exit> {
    let paper = returned(&arguments.file)?;
    let about = &paper.record.population;
    let unit = about.unit().context("the unit is known, as the record was read")?;
    let lake = arguments.lake.clone().unwrap_or_else(|| arguments.results.join("lake"));
    let again = Again::of(&arguments.results, &lake, &about.control)?;
    let control = again.control()?;
    let changed = match unit {
        Unit::Changes => changes(&again.lake, &again.assessment, control)?,
        _ => Vec::new(),
    };
    let commit = &again.manifest.lake.commit_sha256;
    let (bytes, found) = freeze(&again.assessment, control, unit, &changed, commit, Vec::new())?;
    let mut redraw = Redraw::of_population(&paper, &found, &hex::encode(Sha256::digest(&bytes)));
    if (found.count, &found.sha256) == (about.count, &about.sha256) {
        let population = FrozenPopulation::of(Bytes::from(bytes))?;
        let sample = draw::draw(&population, &paper.record.order)?;
        let testing = paper.record.testing().map_err(UsageError)?;
        let described =
            again.catalog.control(&about.control).context("the control is in the catalog, as it was assessed")?;
        let redrawn = Paper {
            assessment: &again.assessment,
            control,
            described,
            population: &population,
            population_file: "",
            sample: &sample,
            testing: &testing,
            record: &paper.record,
            attributes: &[],
        };
        redraw.add_sample(&paper, &sample, &row_digests(&redrawn));
    }
    redraw.add_faults(&paper);
    let answer = match arguments.format {
        StoryFormatArgument::Json => laid_out(&redraw.value(&paper.draw))?,
        StoryFormatArgument::Table => redraw.screen(&paper.draw).into_bytes(),
    };
    printer::answer(&answer).context("the answer cannot be printed")?;
    Ok(if redraw.is_same() { Exit::Complete } else { Exit::DifferencesFound })
}
