//! `tickmark run`: from a folder of exports to answers.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::assess::{answer, prepare};
use super::ingest::{keep_lake, read_evidence};
use crate::cli::args::RunArguments;
use crate::cli::exit::Exit;
use crate::cli::settings::{UsageError, check_apart, ingest_settings};
use crate::lake::MADE_BY_RUN;

/// Carries the command out.
pub(in crate::cli) fn run(arguments: &RunArguments) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.question.out, "the output folder")?;
    let settings = ingest_settings(&arguments.supplied)?;
    let prepared = prepare(&arguments.question)?;
    let lake = match &arguments.lake {
        Some(lake) => {
            check_apart(&arguments.evidence, lake, "the lake")?;
            keep_lake(lake)?;
            lake.clone()
        }
        None => new_lake(&arguments.question.out)?,
    };
    read_evidence(&arguments.evidence, &lake, &settings)?;
    answer(&prepared, &lake, &arguments.question)
}

/// The lake inside the output folder. It holds the evidence of this run and no other, so one that an
/// earlier run made there makes way; nothing else does.
fn new_lake(out: &Path) -> anyhow::Result<PathBuf> {
    let lake = out.join("lake");
    let cannot = |what: &str| format!("`{}` cannot be {what}", lake.display());
    if lake.join(MADE_BY_RUN).exists() {
        std::fs::remove_dir_all(&lake).with_context(|| cannot("replaced"))?;
    }
    match std::fs::read_dir(&lake).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(false) => bail!(UsageError(format!(
            "`{0}` was not made by `tickmark run`, which would have to replace it: to add the evidence to that lake \
             give `--lake {0}`, to leave it alone choose another folder for --out, or remove it",
            lake.display()
        ))),
        Err(error) => return Err(error).with_context(|| cannot("looked at")),
    }
    std::fs::create_dir_all(&lake).with_context(|| cannot("made"))?;
    let text = "`tickmark run` made this lake for one run; the next run into the same folder replaces it.\n";
    std::fs::write(lake.join(MADE_BY_RUN), text).with_context(|| cannot("written to"))?;
    Ok(lake)
}

#[cfg(test)]
mod tests;
