//! The page of results: by formula from what was filled in, as `sample evaluate` finds them too.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::sampling::chance::Chance;

use super::layout::{FIXED, HEADER_ROW, RESULTS, SAMPLE, SPARES};
use super::page::{Cell, Look, Page, column_name};
use super::{Paper, lead};

/// The width of the column of words.
const HOW: f64 = 74.0;

/// The page. `Lead` refers to its rows.
pub(super) fn results(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let title = format!("Results: {}", paper.control.control);
    let mut page = Page::begin(book, RESULTS, &[34.0, 40.0, HOW], &title, &lead::about(paper, id))?;
    page.columns(&["Figure", "Value", "How"])?;
    let places = Places::of(paper);
    let size = paper.sample.items.len();
    let open = size.to_string();
    let mut row = |label: &str, look: Look, formula: String, result: &str, how: &str| {
        let value = Cell::Formula(look, formula, result.to_owned());
        page.height(&[(how, HOW)])?;
        page.line(&[Cell::Text(Look::Label, label.to_owned()), value, Cell::text(how)])
    };
    let both = |word: &str| format!("{}+{}", places.in_sample(word), places.in_spares(word));
    row("Items in the sample", Look::Count, format!("=ROWS({})", places.sample), &open, "Rows of Sample.")?;
    row(
        "Tested",
        Look::Count,
        format!("={}+{}+{}", both("no deviation"), both("deviation"), both("unable to test")),
        "0",
        "Sample, and spares that are used for an item.",
    )?;
    row(
        "Not applicable",
        Look::Count,
        format!("={}", places.in_sample("not applicable")),
        "0",
        "Items that turned out not to belong; a spare has to take the place of each.",
    )?;
    row("Open", Look::Count, "=B5-B6".to_owned(), &open, "Not tested yet, unclear, or without its spare.")?;
    row("Unable to test", Look::Count, format!("={}", both("unable to test")), "0", "Counted as deviations.")?;
    row("Deviations", Look::Count, format!("={}+B9", both("deviation")), "0", "With those that could not be tested.")?;
    row("Deviation rate", Look::Percent, "=IF(B6=0,0,B10/B6)".to_owned(), "0", "Deviations of items tested.")?;
    for (percent, share) in [(90, "0.9"), (95, "0.95")] {
        row(
            &format!("Upper limit at {percent}%"),
            Look::Percent,
            format!("=IF(B10>=B6,1,_xlfn.BETA.INV({share},B10+1,B6-B10))"),
            "1",
            if paper.testing.stages.len() > 1 {
                "Binomial, of a single look: it does not hold for a test in stages."
            } else {
                "Binomial, for a population without end; the limit for a counted one is lower."
            },
        )?;
    }
    decision(&mut page, paper)
}

fn decision(page: &mut Page<'_>, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let (testing, aim) = (paper.testing, paper.testing.aim);
    let size = paper.sample.items.len();
    let label = |text: &str| Cell::Text(Look::Label, text.to_owned());
    let rate = aim.tolerable.fraction();
    page.line(&[label("Tolerable rate"), Cell::Number(Look::Percent, rate), Cell::text("As planned.")])?;
    let risk = aim.risk().fraction();
    page.line(&[label("Accepted risk"), Cell::Number(Look::Percent, risk), Cell::text("1 − confidence, as planned.")])?;
    let (chance, how) = match aim.chance {
        Chance::Hypergeometric { population } => {
            let deviating = aim.tolerable.ceiling_of(population);
            (
                format!("_xlfn.HYPGEOM.DIST(B10,B6,{deviating},{population},TRUE)"),
                format!("Hypergeometric: {deviating} of {population} items deviate."),
            )
        }
        Chance::Binomial => ("_xlfn.BINOM.DIST(B10,B6,B14,TRUE)".to_owned(), "Binomial.".to_owned()),
        Chance::Poisson => ("_xlfn.POISSON.DIST(B10,B6*B14,TRUE)".to_owned(), "Poisson.".to_owned()),
    };
    let formula = Cell::Formula(Look::Percent, format!("=IF(B6=0,1,{chance})"), "1".to_owned());
    let what = format!("Chance of so few deviations in a population that deviates at the tolerable rate. {how}");
    page.height(&[(&what, HOW)])?;
    page.line(&[label("Risk of this result"), formula, Cell::text(what)])?;
    let mut drawn = 0;
    let stage = testing.stages.iter().find(|stage| {
        drawn += stage.size;
        drawn == paper.record.order.size
    });
    let allowed = stage.map_or(-1.0, |stage| as_number(stage.accept));
    let how = if testing.stages.len() > 1 {
        "After the stage that is drawn."
    } else {
        "As planned; −1 where even none is too many."
    };
    page.line(&[label("Deviations allowed"), Cell::Number(Look::Count, allowed), Cell::text(how)])?;
    let is_last = testing.stages.iter().map(|stage| stage.size).sum::<u64>() == paper.record.order.size;
    let last = testing.allowed().filter(|_| !is_last).map_or(-1.0, as_number);
    let how = "Up to so many the sample may be extended by the next stage; −1 where none is planned.";
    page.line(&[label("Extend up to"), Cell::Number(Look::Count, last), Cell::text(how)])?;
    let formula = "=IF(B8>0,\"incomplete: \"&B8&\" of \"&B5&\" items are open\",IF(B10<=B17,\"supported\",\
                   IF(B10<=B18,\"extend: draw the next stage\",\"not supported\")))";
    let open = format!("incomplete: {size} of {size} items are open");
    let conclusion = Cell::Formula(Look::Strong, formula.to_owned(), open);
    page.line(&[label("Conclusion"), conclusion, Cell::text("`tickmark sample evaluate` finds the same, exactly.")])
}

#[expect(clippy::cast_precision_loss, reason = "numbers of deviations in a sample")]
const fn as_number(count: u64) -> f64 {
    count as f64
}

/// Where results stand on the sheets of items.
struct Places {
    sample: String,
    spares: Option<(String, String)>,
}

impl Places {
    fn of(paper: &Paper<'_>) -> Self {
        let result = u16::try_from(FIXED.len() + paper.attributes.len()).unwrap_or(u16::MAX);
        let range = |sheet: &str, column: u16, rows: usize| {
            let (name, first) = (column_name(column), HEADER_ROW + 2);
            let last = first + u32::try_from(rows).unwrap_or(u32::MAX - first).saturating_sub(1);
            format!("{sheet}!${name}${first}:${name}${last}")
        };
        let spares = paper.sample.spares.len();
        Self {
            sample: range(SAMPLE, result, paper.sample.items.len()),
            // `Used for #` stands four columns behind the result.
            spares: (spares > 0).then(|| (range(SPARES, result, spares), range(SPARES, result + 4, spares))),
        }
    }

    fn in_sample(&self, word: &str) -> String {
        format!("COUNTIF({},\"{word}\")", self.sample)
    }

    fn in_spares(&self, word: &str) -> String {
        let Some((result, used)) = &self.spares else { return "0".to_owned() };
        format!("COUNTIFS({result},\"{word}\",{used},\">0\")")
    }
}
