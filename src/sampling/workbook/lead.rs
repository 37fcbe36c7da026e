//! The first page, which leads to all others, and the page of how the sample was planned and drawn.

use std::fmt::Write;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::report::figures::{count, counted, window};
use crate::sampling::drawn::DrawTold;

use super::layout::{LEAD, SAMPLING};
use super::page::{Cell, Look, Page};
use super::{Paper, WorkbookError};

/// The width of the column of texts.
const TEXT: f64 = 110.0;

/// What every sheet says of itself below its title.
pub(super) fn about(paper: &Paper<'_>, id: &str) -> String {
    let engagement = paper.assessment.engagement.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
    let (control, window) = (&paper.control.control, window(paper.assessment.window));
    format!("{engagement}{control} · {window} · draw {id}")
}

/// The first page.
pub(super) fn lead(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let (control, described) = (paper.control, paper.described);
    let title = format!("{}: {}", control.control, control.title);
    let mut page = Page::begin(book, LEAD, &[24.0, TEXT], &title, &about(paper, id))?;
    page.paragraph(
        "Criteria",
        &format!("SOC 2 (2017 Trust Services Criteria): {}", control.criteria.join(", ")),
        TEXT,
    )?;
    page.paragraph("Control", &words(&described.statement), TEXT)?;
    page.paragraph("Period", &window(paper.assessment.window), TEXT)?;
    let purpose = "To test whether the control operated effectively throughout the period.";
    page.paragraph("Purpose", purpose, TEXT)?;
    page.paragraph("Source", &source(paper), TEXT)?;
    let tests = format!("{} Tests: {}.", words(&described.procedure), control.tests.join(", "));
    page.paragraph("Procedure", tests.trim(), TEXT)?;
    page.paragraph("What it cannot show", &described.limits.join(" "), TEXT)?;
    let unit = paper.population.unit;
    let population = format!(
        "{}, each {}. {}",
        counted(paper.population.about.count, "item"),
        unit.meaning(),
        words(&described.population.words)
    );
    page.paragraph("Population", &population, TEXT)?;
    page.paragraph("What tickmark found", &found(paper), TEXT)?;
    page.heading("Result of the test")?;
    let figure =
        |label: &str, cell: &str, result: &str| (label.to_owned(), format!("=Results!{cell}"), result.to_owned());
    let size = paper.sample.items.len().to_string();
    let figures = [
        figure("Items in the sample", "B5", &size),
        figure("Tested", "B6", "0"),
        figure("Deviations", "B10", "0"),
        figure("Still open", "B8", &size),
    ];
    for (label, formula, result) in figures {
        page.pair(&label, Cell::Formula(Look::Figure, formula, result))?;
    }
    let open = format!("incomplete: {size} of {size} items are open");
    page.pair("Conclusion by formula", Cell::Formula(Look::Strong, "=Results!B19".to_owned(), open))?;
    page.sheet.set_row_height(page.row, 50)?;
    page.pair("Conclusion in words", Cell::Room(Look::Input))?;
    page.heading("Sign-off")?;
    for label in ["Prepared by", "Prepared on", "Reviewed by", "Reviewed on"] {
        let look = if label.ends_with("on") { Look::Day } else { Look::Input };
        page.pair(label, Cell::Room(look))?;
    }
    page.pair("Status", Cell::Room(Look::Input))?;
    Ok(())
}

/// A text of the catalog, which is broken into lines there, on one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the figures come from.
fn source(paper: &Paper<'_>) -> String {
    let (evidence, about) = (&paper.assessment.evidence, &paper.population.about);
    let sources: Vec<&str> = paper.assessment.sources.iter().map(|source| source.name()).collect();
    format!(
        "{} of exported evidence, {} accepted and {} rejected (IPE), digest {}. Sources: {}. Population frozen as {} \
         with SHA-256 {} over its keys. Read and drawn by {}.",
        counted(evidence.files, "file"),
        count(evidence.accepted),
        count(evidence.rejected),
        evidence.digest,
        sources.join(", "),
        paper.population_file,
        about.sha256,
        paper.record.tool
    )
}

/// What the whole population showed, in an auditor's words: never more than the evidence bears.
fn found(paper: &Paper<'_>) -> String {
    let figures = &paper.control.figures;
    let mut text = format!(
        "Inspected the configuration history of {} for the period: {} tested, {} without and {} with an exception \
         ({}), {} not applicable, {} not tested.",
        counted(figures.population, "resource"),
        count(figures.tested),
        count(figures.passed),
        count(figures.failed),
        counted(figures.exceptions, "exception"),
        count(figures.not_applicable),
        count(figures.not_tested),
    );
    if figures.not_tested > 0 || paper.control.uncovered > 0 {
        let uncovered = counted(paper.control.uncovered, "account-region");
        let _written = write!(
            text,
            " Evidence was not available for all of it: {} not tested, {uncovered} not covered for the whole period (Coverage).",
            counted(figures.not_tested, "resource")
        );
    }
    for note in &paper.control.notes {
        text.push(' ');
        text.push_str(note);
    }
    text
}

/// How the sample was planned and drawn.
pub(super) fn sampling(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), WorkbookError> {
    let title = format!("Sampling: {}", paper.control.control);
    let mut page = Page::begin(book, SAMPLING, &[24.0, TEXT], &title, &about(paper, id))?;
    let (testing, record, aim) = (paper.testing, paper.record, paper.testing.aim);
    let told = DrawTold::of(record, testing, paper.sample)?;
    page.pair("Item", Cell::text(paper.population.unit.meaning()))?;
    page.pair("Items in population", Cell::figure(paper.population.about.count))?;
    page.pair("Population SHA-256", Cell::text(&paper.population.about.sha256))?;
    page.pair("Population file", Cell::text(paper.population_file))?;
    page.pair("File SHA-256", Cell::text(&record.population_file_sha256))?;
    page.heading("Plan")?;
    page.pair("Confidence", Cell::text(aim.confidence.to_string()))?;
    page.pair("Tolerable rate", Cell::text(aim.tolerable.to_string()))?;
    page.pair(
        "Expected rate",
        Cell::text(testing.expected.map_or_else(|| "none stated".to_owned(), |rate| rate.to_string())),
    )?;
    page.pair("Distribution", Cell::text(aim.chance.name()))?;
    let formula = "The smallest size at which a population that deviates at the tolerable rate would show no more than the \
                   allowed deviations with a probability of at most 1 − confidence.";
    let stated = "The size was stated, not planned. Allowed are as many deviations as still leave that probability at most \
                  1 − confidence.";
    page.paragraph("Size", if testing.is_stated { stated } else { formula }, TEXT)?;
    page.pair("Items to test", Cell::figure(record.order.size))?;
    let allowed = testing.allowed().map_or_else(|| Cell::text("even none is too many"), Cell::figure);
    page.pair("Deviations allowed", allowed)?;
    for (place, shows) in told.shows().iter().enumerate() {
        page.paragraph(if place == 0 { "What it shows" } else { "" }, shows, TEXT)?;
    }
    page.heading("Draw")?;
    page.pair("Seed", Cell::text(&record.order.seed))?;
    page.pair("Method", Cell::text(told.how()))?;
    let order = "Hash order: items ascending by SHA-256 of the seed, a zero byte and the item's key. The order of the \
                 population: account, region or type, resource, moment.";
    page.paragraph("Order", order, TEXT)?;
    page.pair("Spares", Cell::figure(paper.sample.spares.len() as u64))?;
    page.pair("Policy", Cell::Room(Look::Input))?;
    if !paper.sample.strata.is_empty() {
        page.heading("Strata")?;
        page.columns(&["Stratum", "Items in population, drawn, spares"])?;
        for stratum in &paper.sample.strata {
            let figures = format!("{} · {} · {}", count(stratum.items), count(stratum.drawn), count(stratum.spares));
            page.line(&[Cell::text(&stratum.name), Cell::text(figures)])?;
        }
    }
    Ok(())
}
