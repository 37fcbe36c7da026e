//! `tickmark controls`: what is tested, and how.

use anyhow::Context;

use crate::cli::args::ControlsArguments;
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::cli::settings::catalog;
use crate::engine::AssessError;
use crate::engine::catalog::describe;

/// Carries the command out.
pub(in crate::cli) fn controls(arguments: &ControlsArguments) -> anyhow::Result<Exit> {
    let catalog = catalog(arguments.catalog.as_deref())?;
    let text = match &arguments.control {
        None => describe::list(&catalog),
        Some(id) => {
            let control = catalog.control(id).ok_or_else(|| AssessError::unknown_control(&catalog, id))?;
            describe::explain(&catalog, control)
        }
    };
    printer::answer(text.as_bytes()).context("the answer cannot be printed")?;
    Ok(Exit::Complete)
}
