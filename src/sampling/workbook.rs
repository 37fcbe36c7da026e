//! The working paper: one control's sample as a workbook that an auditor fills in.
//!
//! Everything in it comes from an assessment, a frozen population and a record of the draw; the same give the same
//! bytes. Evidence is only ever written as text: no cell holds a formula that evidence had a part in. Writes no file.

mod items;
pub mod layout;
mod lead;
mod lists;
mod page;
mod results;
mod seal;

pub(super) use seal::{FORMAT, sealed};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use thiserror::Error;

use crate::engine::catalog::Control;
use crate::engine::results::{Assessment, ControlResult};

use super::draw::Sample;
use super::frozen::{FrozenError, FrozenPopulation};
use super::record::{Record, Testing};

/// What a working paper is made from.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// The answer that the control's result is from.
    pub assessment: &'a Assessment,
    /// The control's result.
    pub control: &'a ControlResult,
    /// What the catalog says of the control.
    pub described: &'a Control,
    /// The population.
    pub population: &'a FrozenPopulation,
    /// The name of the file that holds it.
    pub population_file: &'a str,
    /// The sample.
    pub sample: &'a Sample,
    /// What it is to show.
    pub testing: &'a Testing,
    /// The record of the draw.
    pub record: &'a Record,
    /// What is tested on each item; 1 to [`layout::ATTRIBUTES_MAX`].
    pub attributes: &'a [String],
}

/// Why there is no working paper.
#[derive(Debug, Error)]
pub enum WorkbookError {
    /// The workbook cannot be made.
    #[error("the working paper cannot be made: {0}")]
    Workbook(#[from] XlsxError),
    /// The population cannot be read.
    #[error(transparent)]
    Population(#[from] FrozenError),
    /// The record cannot be written.
    #[error("the record of the draw cannot be written: {0}")]
    Record(#[from] serde_json::Error),
}

/// The bytes of the working paper.
///
/// # Errors
/// [`WorkbookError`].
pub fn working_paper(paper: &Paper<'_>) -> Result<Vec<u8>, WorkbookError> {
    let mut book = Workbook::new();
    let id = paper.record.id()?;
    // A fixed time: when it was made is for whoever signs it to say.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(format!("{} {}", paper.control.control, paper.control.title))
        .set_subject(format!("Test of operating effectiveness, draw {id}"))
        .set_author(&paper.record.tool)
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    lead::lead(&mut book, paper, &id)?;
    lists::information(&mut book, paper, &id)?;
    lists::population(&mut book, paper, &id)?;
    lead::sampling(&mut book, paper, &id)?;
    let sample = items::sample(&mut book, paper, &id)?;
    let spares = items::spares(&mut book, paper, &id)?;
    results::results(&mut book, paper, &id)?;
    lists::exceptions(&mut book, paper, &id)?;
    lists::coverage(&mut book, paper, &id)?;
    lists::legend(&mut book, &id)?;
    lists::change_log(&mut book, paper, &id)?;
    seal::seal(&mut book, paper, &id, &sample, &spares)?;
    Ok(book.save_to_buffer()?)
}

/// What the rows of sample and spares are known by in the sheet out of sight.
#[must_use]
pub fn row_digests(paper: &Paper<'_>) -> [Vec<String>; 2] {
    [items::digests(paper, &paper.sample.items), items::digests(paper, &paper.sample.spares)]
}
