//! `tickmark run`: from a folder of exports to answers.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::assess::{answer, prepare};
use super::ingest::read_evidence;
use crate::cli::args::RunArguments;
use crate::cli::exit::Exit;
use crate::cli::settings::check_apart;

/// Carries the command out.
pub(in crate::cli) fn run(arguments: &RunArguments) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.question.out, "the output folder")?;
    let prepared = prepare(&arguments.question)?;
    let lake = match &arguments.lake {
        Some(lake) => {
            check_apart(&arguments.evidence, lake, "the lake")?;
            lake.clone()
        }
        None => new_lake(&arguments.question.out)?,
    };
    read_evidence(&arguments.evidence, &lake)?;
    answer(&prepared, &lake, &arguments.question)
}

/// The lake inside the output folder. It holds the evidence of this run and no other, so one that an
/// earlier run left there makes way.
fn new_lake(out: &Path) -> anyhow::Result<PathBuf> {
    let lake = out.join("lake");
    if lake.join("lake.json").exists() {
        std::fs::remove_dir_all(&lake).with_context(|| format!("`{}` cannot be replaced", lake.display()))?;
    }
    Ok(lake)
}
