//! The sheets of items: the sample and its spares.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, ConditionalFormatCell, ConditionalFormatCellRule, Format, Workbook, XlsxError};

use crate::report::figures::counted;
use crate::sampling::draw::Drawn;

use super::layout::{FIXED, HEADER_ROW, SAMPLE, SAMPLE_END, SPARES, SPARES_END, Tick, row_digest};
use super::page::{Cell, Look, Page, column_name, shown, ticks};
use super::{Paper, lead};

/// Widths of the fixed columns, an attribute, the result, and what follows.
const FIXED_WIDTHS: [f64; 10] = [4.5, 7.5, 12.5, 11.0, 27.0, 10.5, 36.0, 11.0, 22.0, 34.0];

/// The sheet of the items to test; what each row is known by, in order.
pub(super) fn sample(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<Vec<String>, XlsxError> {
    let said = format!(
        "{} to test. Fill in the coloured cells: a tick mark for each attribute, who tested and when. Legend lists the tick marks.",
        counted(paper.sample.items.len() as u64, "item")
    );
    let sheet = Items { name: SAMPLE, title: "Sample", said, end: &SAMPLE_END, drawn: &paper.sample.items };
    sheet.write(book, paper, id)
}

/// The sheet of the items in reserve; what each row is known by, in order.
pub(super) fn spares(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<Vec<String>, XlsxError> {
    let stratified = if paper.sample.strata.is_empty() { "" } else { " of the same stratum" };
    let said = format!(
        "Use a spare only for an item that turns out not to belong to the population (all attributes N/A), in this \
         order, the next unused one{stratified}. Test it here, and say for which # and why."
    );
    let sheet = Items { name: SPARES, title: "Spares", said, end: &SPARES_END, drawn: &paper.sample.spares };
    sheet.write(book, paper, id)
}

struct Items<'a> {
    name: &'a str,
    title: &'a str,
    said: String,
    end: &'a [&'a str],
    drawn: &'a [Drawn],
}

impl Items<'_> {
    fn write(&self, book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<Vec<String>, XlsxError> {
        let attributes = u16::try_from(paper.attributes.len()).unwrap_or(u16::MAX);
        let mut widths = FIXED_WIDTHS.to_vec();
        widths.extend(paper.attributes.iter().map(|_| 6.0));
        widths.extend([12.0, 26.0, 10.0, 10.5, 8.0, 24.0]);
        let title = format!("{}: {}", self.title, paper.control.control);
        let mut page = Page::begin(book, self.name, &widths, &title, &lead::about(paper, id))?;
        page.row = 2;
        page.put(0, &Cell::Text(Look::Quiet, self.said.clone()))?;
        page.row = 3;
        let named = paper.attributes.iter().zip('A'..).map(|(attribute, letter)| format!("{letter}: {attribute}"));
        page.put(0, &Cell::Text(Look::Quiet, format!("Attributes. {}", named.collect::<Vec<_>>().join(" "))))?;
        page.row = HEADER_ROW;
        let letters: Vec<String> = ('A'..).take(paper.attributes.len()).map(String::from).collect();
        let header: Vec<&str> =
            FIXED.into_iter().chain(letters.iter().map(String::as_str)).chain(self.end.iter().copied()).collect();
        page.columns(&header)?;
        let first = u16::try_from(FIXED.len()).unwrap_or(u16::MAX);
        let result = first + attributes;
        let paths = paths(paper);
        let mut digests = Vec::new();
        for drawn in self.drawn {
            digests.push(self.item(&mut page, drawn, &paths, first, result)?);
        }
        let last = page.row.saturating_sub(1).max(HEADER_ROW);
        if !self.drawn.is_empty() {
            page.sheet.add_data_validation(HEADER_ROW + 1, first, last, result - 1, &ticks()?)?;
            for (word, color) in [(Tick::Deviation, 0xF8_D7_DA), (Tick::Unable, 0xF8_D7_DA), (Tick::Pass, 0xDF_F0_E0)] {
                let look = Format::new().set_background_color(Color::RGB(color));
                let rule = ConditionalFormatCellRule::EqualTo(word.name().to_owned());
                let shade = ConditionalFormatCell::new().set_rule(rule).set_format(look);
                page.sheet.add_conditional_format(HEADER_ROW + 1, result, last, result, &shade)?;
            }
        }
        let width = u16::try_from(header.len()).unwrap_or(u16::MAX).saturating_sub(1);
        page.sheet.autofilter(HEADER_ROW, 0, last, width)?.set_freeze_panes(HEADER_ROW + 1, 2)?;
        page.sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
        Ok(digests)
    }

    fn item(
        &self,
        page: &mut Page<'_>,
        drawn: &Drawn,
        paths: &BTreeMap<&str, String>,
        first: u16,
        result: u16,
    ) -> Result<String, XlsxError> {
        let texts = fixed(drawn, paths);
        let long: Vec<(&str, f64)> = texts.iter().map(String::as_str).zip(FIXED_WIDTHS).skip(2).collect();
        page.height(&long)?;
        for ((column, text), number) in
            (0..).zip(&texts).zip([Some(drawn.order), Some(drawn.item.item)].into_iter().chain([None; 8]))
        {
            page.put(column, &number.map_or_else(|| Cell::text(text.clone()), Cell::count))?;
        }
        for column in first..result {
            page.put(column, &Cell::Room(Look::Tick))?;
        }
        let row = page.row + 1;
        let range = format!("{}{row}:{}{row}", column_name(first), column_name(result - 1));
        page.put(result, &Cell::Formula(Look::Text, result_formula(&range, result - first), "open".to_owned()))?;
        for (column, name) in (result..).zip(self.end).skip(1) {
            page.put(column, &Cell::Room(if *name == "Date" { Look::Day } else { Look::Input }))?;
        }
        page.next();
        Ok(row_digest(&texts))
    }
}

/// What a row's attributes come to, in the words of [`Tick::name`].
fn result_formula(range: &str, attributes: u16) -> String {
    // Equality knows no wildcards, and no case of letters.
    let counted = |words: &str| format!("SUMPRODUCT(--(TRIM({range})={words}))");
    let (deviation, unable) = (counted("words_deviation"), counted("words_unable"));
    let (pass, not_applicable) = (counted("words_pass"), counted("words_not_applicable"));
    format!(
        "=IF({deviation}>0,\"deviation\",IF({unable}>0,\"unable to test\",IF(COUNTBLANK({range})>0,\"open\",\
         IF({not_applicable}={attributes},\"not applicable\",IF({pass}={attributes},\
         \"no deviation\",\"unclear\")))))"
    )
}

/// What the rows of drawn items are known by.
pub(super) fn digests(paper: &Paper<'_>, drawn: &[Drawn]) -> Vec<String> {
    let paths = paths(paper);
    drawn.iter().map(|drawn| row_digest(&fixed(drawn, &paths))).collect()
}

/// The cells of an item that nobody may change, as they are shown.
fn fixed(drawn: &Drawn, paths: &BTreeMap<&str, String>) -> Vec<String> {
    let item = &drawn.item;
    // The key has the ARN; here is what people call it.
    let name = if item.resource_id.is_empty() { &item.resource_key } else { &item.resource_id };
    let resource = if item.resource_type.is_empty() { String::new() } else { format!("{} {name}", item.resource_type) };
    let evidence_id = item.evidence.split(':').next().unwrap_or_default();
    let evidence = match (item.evidence.as_str(), paths.get(evidence_id)) {
        ("", _) => "none".to_owned(),
        (reference, None) => reference.to_owned(),
        (reference, Some(path)) => format!("{reference} in {path}"),
    };
    let detail =
        [(drawn.stratum.as_str(), "stratum "), (item.exceptions.as_str(), ""), (item.description.as_str(), "")];
    let detail: Vec<String> = detail
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, before)| format!("{before}{text}"))
        .collect();
    [
        drawn.order.to_string(),
        item.item.to_string(),
        item.account.clone(),
        item.region.clone(),
        resource,
        item.moment.clone(),
        evidence,
        item.verdict.clone(),
        detail.join("; "),
        drawn.key.clone(),
    ]
    .iter()
    .map(|text| shown(text))
    .collect()
}

/// Where evidence files lie, by their ids.
fn paths<'a>(paper: &Paper<'a>) -> BTreeMap<&'a str, String> {
    let rows = paper.assessment.ledger.iter().rev().filter(|row| !row.evidence_id.is_empty());
    let path = |row: &crate::engine::results::LedgerRow| {
        if row.bundle.is_empty() { row.path.clone() } else { format!("{} in {}", row.path, row.bundle) }
    };
    rows.map(|row| (row.evidence_id.as_str(), path(row))).collect()
}
