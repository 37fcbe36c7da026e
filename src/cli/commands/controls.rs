//! `tickmark controls`: what is tested, and how.

use anyhow::{Context, bail};

use crate::cli::args::ControlsArguments;
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::cli::settings::{UsageError, catalog};
use crate::engine::catalog::describe;

/// Carries the command out.
pub(in crate::cli) fn controls(arguments: &ControlsArguments) -> anyhow::Result<Exit> {
    let catalog = catalog(arguments.catalog.as_deref())?;
    let text = match &arguments.control {
        None => describe::list(&catalog),
        Some(id) => match catalog.control(id) {
            Some(control) => describe::explain(&catalog, control),
            None => {
                let nearest = catalog.nearest_control(id).map(|name| format!("; did you mean `{name}`?"));
                bail!(UsageError(format!(
                    "there is no control `{id}`{}; `tickmark controls` lists them",
                    nearest.unwrap_or_default()
                )))
            }
        },
    };
    printer::answer(text.as_bytes()).context("the answer cannot be printed")?;
    Ok(Exit::Complete)
}
