//! The pages of lists: evidence, population, exceptions, coverage, tick marks, changes.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::engine::results::{Exception, RecordAccount};
use crate::model::Instant;
use crate::report::figures::{counted, duration, instant, interval, optional_instant, sources};

use super::layout::{CHANGE_LOG, COVERAGE, EXCEPTIONS, INFORMATION, LEGEND, POPULATION, ROWS_MAX, TICK_MARKS, Tick};
use super::page::{Cell, Look, Page, ticks};
use super::{Paper, WorkbookError, lead};

/// What the evidence was: information produced by the entity.
pub(super) fn information(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let widths = [30.0, 10.0, 10.0, 10.0, 16.0, 12.0, 12.0, 12.0, 12.0, 12.0, 24.0, 24.0];
    let title = "Information produced by the entity";
    let mut page = Page::begin(book, INFORMATION, &widths, title, &lead::about(paper, id))?;
    let names = [
        "Kind of export",
        "Files",
        "Accepted",
        "Rejected",
        "Bytes",
        "Records",
        "Kept",
        "Duplicate",
        "Set aside",
        "Rejected",
        "First time",
        "Last time",
    ];
    page.columns(&names)?;
    let kinds = kinds(paper);
    let mut all = Kind::default();
    for (name, kind) in &kinds {
        all.add(kind);
        page.line(&kind.cells(if name.is_empty() { "not recognised" } else { name }, Look::Text))?;
    }
    page.line(&all.cells("All", Look::Strong))?;
    page.next();
    let evidence = &paper.assessment.evidence;
    for (label, text) in [
        ("Evidence digest", evidence.digest.as_str()),
        ("Commit of the lake", &paper.population.about.lake_commit_sha256),
        ("Read by", &paper.record.tool),
    ] {
        page.pair(label, Cell::line(text))?;
    }
    page.heading("Checks")?;
    page.columns(&["Check", "Tick", "Comment", "", "", "", "", ""])?;
    let records = evidence.records;
    let adds_up = records.kept + records.duplicate + records.set_aside + records.rejected;
    let checks = [
        "1 Source: where the exports come from, who made them, when".to_owned(),
        "2 Parameters: accounts, regions and period asked for".to_owned(),
        format!(
            "3 Tie-out: {} files = {} accepted + {} rejected; {} records, {adds_up} accounted for",
            evidence.files, evidence.accepted, evidence.rejected, records.read
        ),
        "4 Sequence: gaps in what was delivered (Coverage)".to_owned(),
    ];
    let first = page.row;
    for check in &checks {
        page.height(&[(check, 30.0)])?;
        page.wide_room(2, 7)?;
        page.line(&[Cell::text(check), Cell::Room(Look::Tick)])?;
    }
    let last = page.row - 1;
    page.sheet.add_data_validation(first, 1, last, 1, &ticks()?)?;
    Ok(())
}

/// What there is of one kind of export.
#[derive(Clone, Debug, Default)]
struct Kind {
    files: u64,
    accepted: u64,
    rejected: u64,
    bytes: u64,
    records: RecordAccount,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Kind {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.bytes += other.bytes;
        let records = &mut self.records;
        records.read += other.records.read;
        records.kept += other.records.kept;
        records.duplicate += other.records.duplicate;
        records.set_aside += other.records.set_aside;
        records.rejected += other.records.rejected;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }

    fn cells(&self, name: &str, look: Look) -> Vec<Cell> {
        let Self { files, accepted, rejected, bytes, records, first, last } = self;
        let counts = [
            *files,
            *accepted,
            *rejected,
            *bytes,
            records.read,
            records.kept,
            records.duplicate,
            records.set_aside,
            records.rejected,
        ];
        let times = [first, last].map(|time| Cell::line(optional_instant(*time)));
        [Cell::Text(look, name.to_owned())].into_iter().chain(counts.map(Cell::count)).chain(times).collect()
    }
}

fn kinds(paper: &Paper<'_>) -> BTreeMap<String, Kind> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    // A bundle stands in the ledger beside its members, which are the files that count.
    for row in paper.assessment.ledger.iter().filter(|row| row.outcome != "bundle" && row.kind != "bundle") {
        let is_rejected = row.outcome == "rejected";
        kinds.entry(row.kind.clone()).or_default().add(&Kind {
            files: 1,
            accepted: u64::from(!is_rejected),
            rejected: u64::from(is_rejected),
            bytes: row.size,
            records: row.records,
            first: row.evidence_time,
            last: row.evidence_time,
        });
    }
    kinds
}

/// All items, or where there are more than a sheet takes, where they are.
pub(super) fn population(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), WorkbookError> {
    let widths = [8.0, 12.5, 11.0, 26.0, 11.0, 14.0, 14.0, 7.5, 7.5, 14.0, 16.0, 90.0];
    let title = format!("Population: {}", paper.control.control);
    let mut page = Page::begin_long(book, POPULATION, &widths, &title, &lead::about(paper, id))?;
    let about = &paper.population.about;
    let said = format!(
        "{}, SHA-256 {} over the keys in this order, each followed by a line feed; also in {}, SHA-256 {}",
        counted(about.count, "item"),
        about.sha256,
        paper.population_file,
        paper.record.population_file_sha256
    );
    page.row = 2;
    page.line(&[Cell::Text(Look::Quiet, said)])?;
    page.row = 4;
    if about.count > ROWS_MAX {
        let mut verdicts: BTreeMap<String, u64> = BTreeMap::new();
        paper.population.each_item(|item| *verdicts.entry(item.verdict).or_default() += 1)?;
        let text = "More items than a sheet takes: all of them stand in the file named above. By what tickmark found:";
        page.line(&[Cell::Text(Look::Quiet, text.to_owned())])?;
        page.columns(&["Items", "Found"])?;
        for (verdict, items) in verdicts {
            page.line(&[Cell::count(items), Cell::line(verdict)])?;
        }
        return Ok(());
    }
    page.sheet.set_freeze_panes(5, 1)?.set_repeat_rows(4, 4)?;
    page.columns(&[
        "Item",
        "Account",
        "Region",
        "Resource",
        "Moment",
        "At start",
        "At end",
        "Days tested",
        "Days failed",
        "Found",
        "Exceptions",
        "Key",
    ])?;
    let mut key = String::new();
    let mut failed = None;
    paper.population.each_item(|item| {
        item.key(paper.population.unit, &mut key);
        let days = |seconds: u64| Cell::Number(Look::Decimal, in_days(seconds));
        let cells = [
            Cell::count(item.item),
            Cell::line(item.account),
            Cell::line(item.region),
            Cell::line(if item.resource_id.is_empty() { item.resource_key } else { item.resource_id }),
            Cell::line(item.moment),
            Cell::line(item.status_at_start),
            Cell::line(item.status_at_end),
            days(item.tested_seconds),
            days(item.failed_seconds),
            Cell::line(item.verdict),
            Cell::line(item.exceptions),
            Cell::line(key.as_str()),
        ];
        if failed.is_none() {
            failed = page.line(&cells).err();
        }
    })?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a window")]
fn in_days(seconds: u64) -> f64 {
    seconds as f64 / 86_400.0
}

/// What tickmark found in the whole population, with room for what became of it.
pub(super) fn exceptions(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let widths = [15.0, 14.0, 12.0, 44.0, 21.0, 21.0, 14.0, 10.0, 10.0, 10.0, 22.0, 36.0, 26.0, 26.0, 24.0, 24.0, 20.0];
    let title = format!("Exceptions that tickmark found: {}", paper.control.control);
    let mut page = Page::begin(book, EXCEPTIONS, &widths, &title, &lead::about(paper, id))?;
    let of_control = |exception: &&Exception| exception.control == paper.control.control;
    let found: Vec<&Exception> = paper.assessment.exceptions.iter().filter(of_control).collect();
    if found.is_empty() {
        let tested = paper.control.figures.tested > 0;
        let text = if tested { "No exceptions noted in what was tested." } else { "Nothing was tested." };
        page.line(&[Cell::Text(Look::Quiet, format!("{text} Coverage and Lead say what the evidence cannot show."))])?;
        return Ok(());
    }
    let header = page.row;
    page.columns(&[
        "Exception",
        "Account",
        "Region",
        "Resource",
        "First failing",
        "Until",
        "Duration",
        "Carried in",
        "Ongoing",
        "Suppressed",
        "Sources",
        "Reason",
        "Opened by",
        "Closed by",
        "Owner's answer",
        "Evaluation",
        "Disposition",
    ])?;
    let listed = found.len().min(usize::try_from(ROWS_MAX).unwrap_or(usize::MAX));
    for exception in found.iter().take(listed) {
        let name = &exception.subject;
        let yes = |is: bool| Cell::line(if is { "yes" } else { "no" });
        let resource = format!("{} {}", name.resource_type, name.key);
        let reference = |reference: &Option<crate::model::EvidenceReference>| {
            Cell::line(reference.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        page.height(&[(&resource, 44.0), (&exception.reason, 36.0)])?;
        page.line(&[
            Cell::line(&exception.id),
            Cell::line(name.account.to_string()),
            Cell::line(name.region.to_string()),
            Cell::text(resource),
            Cell::line(instant(exception.period.from)),
            Cell::line(instant(exception.period.until)),
            Cell::line(duration(exception.period.microseconds())),
            yes(exception.began_before_window),
            yes(exception.ongoing),
            yes(exception.suppressed),
            Cell::line(sources(&exception.sources)),
            Cell::text(&exception.reason),
            reference(&exception.opened_by),
            reference(&exception.closed_by),
            Cell::Room(Look::Input),
            Cell::Room(Look::Input),
            Cell::Room(Look::Input),
        ])?;
    }
    let last = page.row - 1;
    page.sheet.autofilter(header, 0, last, 16)?.set_freeze_panes(header + 1, 1)?.set_repeat_rows(header, header)?;
    if listed < found.len() {
        let rest = (found.len() - listed) as u64;
        page.line(&[Cell::Text(Look::Quiet, format!("{} more: exceptions.csv has all.", counted(rest, "exception")))])?;
    }
    Ok(())
}

/// What the evidence covers of the window.
pub(super) fn coverage(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let widths = [14.0, 16.0, 14.0, 10.0, 21.0, 21.0, 90.0];
    let mut page = Page::begin(book, COVERAGE, &widths, "Coverage", &lead::about(paper, id))?;
    let control = paper.control;
    let effect = format!(
        "Conclusion on the whole population: {}. {} in scope not covered for the whole period; {} of {} not tested.",
        control.conclusion.name().replace('_', " "),
        counted(control.uncovered, "account-region"),
        control.figures.not_tested,
        counted(control.figures.population, "resource")
    );
    page.row = 2;
    page.line(&[Cell::Text(Look::Quiet, effect)])?;
    page.row = 4;
    page.sheet.set_freeze_panes(5, 0)?.set_repeat_rows(4, 4)?;
    page.columns(&["Account", "Region", "Source", "Covered", "First", "Last", "Gaps"])?;
    for row in &paper.assessment.coverage {
        let gaps = row.gaps.iter().map(|gap| interval(*gap)).collect::<Vec<_>>().join("; ");
        page.height(&[(&gaps, 90.0)])?;
        page.line(&[
            Cell::line(row.account.to_string()),
            Cell::line(row.region.to_string()),
            Cell::line(row.source.name()),
            Cell::Number(Look::Percent, row.covered_fraction()),
            Cell::line(optional_instant(row.first)),
            Cell::line(optional_instant(row.last)),
            Cell::text(if gaps.is_empty() { "none".to_owned() } else { gaps }),
        ])?;
    }
    if paper.assessment.coverage.is_empty() {
        page.line(&[Cell::Text(Look::Quiet, "No evidence speaks of any account in scope.".to_owned())])?;
    }
    Ok(())
}

/// Tick marks, and the words that are taken for them; formulas look them up here.
pub(super) fn legend(book: &mut Workbook, id: &str) -> Result<(), XlsxError> {
    let widths = [26.0, 62.0, 26.0, 26.0];
    let mut page = Page::begin(book, LEGEND, &widths, "Legend", &format!("draw {id}"))?;
    page.columns(&["Tick mark", "Meaning"])?;
    let meanings = [
        "agreed to the evidence without exception",
        "deviation",
        "not applicable, in all attributes: the item does not belong, and the next spare takes its place",
        "unable to test: counted as a deviation",
        "reperformed without exception",
        "traced to the source file without exception",
        "footed or tied without exception",
    ];
    for (mark, meaning) in TICK_MARKS.into_iter().zip(meanings) {
        page.line(&[Cell::line(mark), Cell::line(meaning)])?;
    }
    page.heading("Words that are understood, in any case")?;
    let names: Vec<&str> = Tick::ALL.iter().map(|tick| tick.name()).collect();
    page.columns(&names)?;
    let first = page.row;
    let most = Tick::ALL.iter().map(|tick| tick.words().len()).max().unwrap_or(0);
    for place in 0..most {
        for (column, tick) in (0..).zip(Tick::ALL) {
            if let Some(word) = tick.words().get(place) {
                page.put(column, &Cell::line(*word))?;
            }
        }
        page.next();
    }
    for ((tick, name), column) in
        Tick::ALL.into_iter().zip(["words_pass", "words_deviation", "words_unable", "words_not_applicable"]).zip('A'..)
    {
        let last = first as usize + tick.words().len();
        book.define_name(name, &format!("={LEGEND}!${column}${}:${column}${last}", first + 1))?;
    }
    Ok(())
}

/// What was done with the paper: the draw, and room for what follows.
pub(super) fn change_log(book: &mut Workbook, paper: &Paper<'_>, id: &str) -> Result<(), XlsxError> {
    let widths = [14.0, 26.0, 110.0];
    let mut page = Page::begin(book, CHANGE_LOG, &widths, "Change log", &lead::about(paper, id))?;
    page.columns(&["Date", "By", "What"])?;
    let (about, order) = (&paper.population.about, &paper.record.order);
    let drawn = format!(
        "Draw {id}: {} and {} by {} with seed {} from {} ({}), SHA-256 {}",
        counted(order.size, "item"),
        counted(paper.sample.spares.len() as u64, "spare"),
        order.method.name(),
        order.seed,
        counted(about.count, "item"),
        about.unit,
        about.sha256
    );
    page.height(&[(&drawn, 110.0)])?;
    page.line(&[Cell::Room(Look::Day), Cell::line(&paper.record.tool), Cell::text(drawn)])?;
    for _ in 0..12 {
        page.line(&[Cell::Room(Look::Day), Cell::Room(Look::Input), Cell::Room(Look::Input)])?;
    }
    Ok(())
}
