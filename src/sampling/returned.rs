//! A working paper that came back: its seal, its rows, what was filled in, and everything in it that is not as it was.
//!
//! Rows may be sorted, columns widened, sheets added. A row that is gone, new or changed is a fault: it is named by its
//! cell, and nothing is concluded from a paper that has one. What is blank or not understood is named too, and leaves its
//! item open. Opens no file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use calamine::{Data, Reader, Xlsx};
use thiserror::Error;

use super::record::Record;
use super::workbook::layout::{FIXED, LEAD, SAMPLE, SEAL, SPARES, Tick, row_digest};
use super::workbook::{FORMAT, sealed};

/// The most that a working paper may unpack to, in bytes.
const UNPACKED_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Columns that are looked at; a working paper has fewer.
const COLUMNS_MAX: usize = 256;

/// Why a file is no working paper.
#[derive(Debug, Error)]
pub enum ReturnedError {
    /// Not a workbook that can be read.
    #[error("it is no workbook (.xlsx) that can be read: {0}")]
    NotAWorkbook(String),
    /// It would unpack to too much.
    #[error("it unpacks to more than {UNPACKED_MAX} bytes, and no working paper does; nothing of it was read")]
    TooLarge,
    /// A workbook, and no working paper.
    #[error("it is no working paper of `tickmark sample draw`: {0}")]
    NotOne(String),
}

/// Something that is not as it was, and from which nothing is concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The sheet and cell, such as `Sample!C9`; the sheet alone where the cell is gone.
    pub cell: String,
    /// What is wrong with it.
    pub what: String,
}

/// A cell that leaves its item open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The sheet and cell.
    pub cell: String,
    /// What it holds, or that it is blank.
    pub what: String,
}

/// A row that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedItem {
    /// Its number in the sample, or among the spares.
    pub order: u64,
    /// Its key.
    pub key: String,
    /// The cell of its number: where it stands now.
    pub cell: String,
    /// What tickmark had found.
    pub verdict: String,
    /// What its stratum is, as part of its detail tells; with the detail.
    pub detail: String,
    /// What was made of it; `None` where a cell is blank or not understood.
    pub result: Option<Tick>,
    /// Whether anything is filled in.
    pub is_touched: bool,
    /// What the paper's own formula said when it was saved.
    pub by_formula: String,
    /// The comment.
    pub comment: String,
    /// Who tested it.
    pub tested_by: String,
    /// When.
    pub date: String,
    /// For spares: the number of the item whose place it takes.
    pub used_for: Option<u64>,
    /// For spares: why.
    pub reason: String,
}

/// A working paper as it came back.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The record of the draw.
    pub record: Record,
    /// The id of the draw.
    pub draw: String,
    /// What the rows of sample and spares are known by.
    pub row_digests: [Vec<String>; 2],
    /// Items in the order drawn.
    pub items: Vec<ReturnedItem>,
    /// Spares in order.
    pub spares: Vec<ReturnedItem>,
    /// Faults, sheet by sheet in the order of rows.
    pub faults: Vec<Fault>,
    /// Cells that leave items open, of the sample and then of spares that are used.
    pub open: Vec<Open>,
    /// Whether the rows stand in another order than they went out in.
    pub is_sorted: bool,
    /// Who signed, by label: `Prepared by` …; what is blank is left out.
    pub signed: BTreeMap<String, String>,
    /// The conclusion that somebody wrote in words.
    pub conclusion: String,
}

/// Reads a working paper.
///
/// # Errors
/// [`ReturnedError`].
pub fn read(bytes: &[u8]) -> Result<Returned, ReturnedError> {
    check_size(bytes)?;
    let broken = |error: calamine::XlsxError| ReturnedError::NotAWorkbook(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let mut sheet = |name: &str| {
        if !names.iter().any(|known| known == name) {
            return Err(ReturnedError::NotOne(format!("it has no sheet `{name}`")));
        }
        cells(&mut book, name).map_err(broken)
    };
    let seal = Seal::read(&sheet(SEAL)?)?;
    let mut faults = Vec::new();
    if !seal.is_whole {
        let what = "the hidden sheet is not as it was written: its parts do not give its own hash".to_owned();
        faults.push(Fault { cell: SEAL.to_owned(), what });
    }
    let (items, open, is_sorted) =
        Rows { sheet: SAMPLE, keys: &seal.record.sample, digests: &seal.sample, attributes: seal.attributes }
            .read(&sheet(SAMPLE)?, &mut faults);
    let (spares, _, _) =
        Rows { sheet: SPARES, keys: &seal.record.spares, digests: &seal.spares, attributes: seal.attributes }
            .read(&sheet(SPARES)?, &mut faults);
    let (signed, conclusion) = signed(&sheet(LEAD)?);
    let mut open: Vec<Open> = open;
    open.extend(spares.iter().filter(|(item, _)| item.used_for.is_some()).flat_map(|(_, open)| open.clone()));
    Ok(Returned {
        draw: seal.draw,
        row_digests: [seal.sample, seal.spares],
        record: seal.record,
        items: items.into_iter().map(|(item, _)| item).collect(),
        spares: spares.into_iter().map(|(item, _)| item).collect(),
        faults,
        open,
        is_sorted,
        signed,
        conclusion,
    })
}

/// The cells of a sheet that hold something, one by one: a stray cell in the last row and column must not become a
/// table of all that lies between.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Row>, calamine::XlsxError> {
    let mut rows: BTreeMap<u32, Vec<Data>> = BTreeMap::new();
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell()? {
        let ((row, column), value) = (cell.get_position(), Data::from(cell.get_value().clone()));
        let column = column as usize;
        if column < COLUMNS_MAX && !matches!(value, Data::Empty) {
            let cells = rows.entry(row).or_default();
            if cells.len() <= column {
                cells.resize(column + 1, Data::Empty);
            }
            if let Some(place) = cells.get_mut(column) {
                *place = value;
            }
        }
    }
    Ok(rows.into_iter().map(|(number, cells)| Row { number: number as usize, cells }).collect())
}

/// A row that holds something.
struct Row {
    /// From 0.
    number: usize,
    cells: Vec<Data>,
}

/// Refuses what would unpack to more than a working paper can.
fn check_size(bytes: &[u8]) -> Result<(), ReturnedError> {
    let broken = |error: zip::result::ZipError| ReturnedError::NotAWorkbook(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut unpacked = 0;
    for place in 0..archive.len() {
        // What a member says of its size may be a lie: it is unpacked to see.
        let mut member = archive.by_index(place).map_err(broken)?.take(UNPACKED_MAX + 1 - unpacked);
        let size = std::io::copy(&mut member, &mut std::io::sink());
        unpacked += size.map_err(|error| ReturnedError::NotAWorkbook(error.to_string()))?;
        if unpacked > UNPACKED_MAX {
            return Err(ReturnedError::TooLarge);
        }
    }
    Ok(())
}

/// The sheet out of sight.
struct Seal {
    record: Record,
    draw: String,
    attributes: usize,
    sample: Vec<String>,
    spares: Vec<String>,
    is_whole: bool,
}

impl Seal {
    fn read(rows: &[Row]) -> Result<Self, ReturnedError> {
        let not_one = |what: &str| ReturnedError::NotOne(what.to_owned());
        let lines: Vec<(String, String)> = rows
            .iter()
            .map(|row| {
                (row.cells.first().map(text).unwrap_or_default(), row.cells.get(1).map(text).unwrap_or_default())
            })
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let all = |wanted: &str| -> Vec<String> {
            lines.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
        };
        let one = |wanted: &str| all(wanted).into_iter().next().unwrap_or_default();
        if one("format") != FORMAT {
            return Err(not_one("its hidden sheet does not say that it is one"));
        }
        if one("schema") != "1" {
            return Err(ReturnedError::NotOne(format!("its schema is {}, and this tickmark reads 1", one("schema"))));
        }
        let record = Record::parse(&all("record").concat())
            .map_err(|error| ReturnedError::NotOne(format!("its record of the draw cannot be read: {error}")))?;
        let (sample, spares) = (all("sample"), all("spare"));
        if (sample.len(), spares.len()) != (record.sample.len(), record.spares.len()) {
            return Err(not_one("its hidden sheet knows another number of rows than its record"));
        }
        let sealed_lines = lines.iter().filter(|(name, _)| name != "seal");
        let found = sealed(sealed_lines.map(|(name, value)| (name.as_str(), value.as_str())));
        let draw = record.id().map_err(|error| ReturnedError::NotOne(error.to_string()))?;
        let is_whole = found == one("seal") && draw == one("draw");
        let attributes = one("attributes").parse().map_err(|_| not_one("its number of attributes is none"))?;
        Ok(Self { record, draw, attributes, sample, spares, is_whole })
    }
}

/// A cell as text, the way it was written: whole numbers without a point.
fn text(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

fn name_of(row: usize, column: usize) -> String {
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    format!("{}{}", rust_xlsxwriter::utility::column_number_to_name(column), row + 1)
}

/// A sheet of items and what it is known to hold.
struct Rows<'a> {
    sheet: &'static str,
    keys: &'a [String],
    digests: &'a [String],
    attributes: usize,
}

type Read = Vec<(ReturnedItem, Vec<Open>)>;

impl Rows<'_> {
    /// Rows in the order drawn, the open cells of all, and whether they stand in another order.
    fn read(&self, rows: &[Row], faults: &mut Vec<Fault>) -> (Read, Vec<Open>, bool) {
        let fault = |cell: String, what: String| Fault { cell: format!("{}!{cell}", self.sheet), what };
        let is_header = |row: &Row| FIXED.iter().all(|name| row.cells.iter().any(|cell| text(cell) == *name));
        let Some(header) = rows.iter().position(is_header) else {
            faults.push(fault(name_of(0, 0), "the row with the names of the columns is gone".to_owned()));
            return (Vec::new(), Vec::new(), false);
        };
        let names: Vec<String> = rows.get(header).map(|row| row.cells.iter().map(text).collect()).unwrap_or_default();
        let header_row = rows.get(header).map_or(0, |row| row.number);
        let column = |name: &str| names.iter().position(|known| known == name);
        let fixed: Vec<usize> = FIXED.iter().filter_map(|name| column(name)).collect();
        let letters: Vec<String> = ('A'..).take(self.attributes).map(String::from).collect();
        let attributes: Vec<Option<usize>> = letters.iter().map(|letter| column(letter)).collect();
        for (letter, _) in letters.iter().zip(&attributes).filter(|(_, place)| place.is_none()) {
            faults.push(fault(name_of(header_row, 0), format!("the column of attribute {letter} is gone")));
        }
        let sheet = Sheet { rows: self, column: &column, attributes: &attributes };
        let (mut found, mut last, mut is_sorted) = (BTreeMap::new(), None, false);
        for Row { number, cells: row } in rows.iter().skip(header + 1) {
            let cells: Vec<String> =
                fixed.iter().map(|column| row.get(*column).map(text).unwrap_or_default()).collect();
            if row.iter().all(|cell| text(cell).trim().is_empty()) {
                continue;
            }
            let at = *number;
            let Some(index) = self.index(&cells) else {
                faults.push(fault(name_of(at, 0), "a row that was not drawn".to_owned()));
                continue;
            };
            for (name, column) in self.changed(index, &cells, &fixed) {
                faults.push(fault(name_of(at, column), format!("`{name}` is not what it was")));
            }
            if found.contains_key(&index) {
                faults.push(fault(name_of(at, 0), format!("the row of # {} a second time", index + 1)));
                continue;
            }
            is_sorted |= last.is_some_and(|last| last > index);
            last = Some(index);
            found.insert(index, sheet.item(index, at, row, &cells));
        }
        for (index, key) in self.keys.iter().enumerate().filter(|(index, _)| !found.contains_key(index)) {
            let what = format!("the row of # {} is gone: {key}", index + 1);
            faults.push(Fault { cell: self.sheet.to_owned(), what });
        }
        let open = found.values().flat_map(|(_, open): &(ReturnedItem, Vec<Open>)| open.clone()).collect();
        (found.into_values().collect(), open, is_sorted)
    }

    /// Which of the drawn rows this is: by its key, else by its number where most of its cells are as they were.
    fn index(&self, cells: &[String]) -> Option<usize> {
        let digests = row_digest(cells);
        let key_digest = digests.rsplit('.').next()?;
        let by_key = self.digests.iter().position(|known| known.rsplit('.').next() == Some(key_digest));
        let order: Option<usize> = cells.first().and_then(|order| order.trim().parse().ok());
        let same =
            |known: &str| known.split('.').zip(digests.split('.')).filter(|(known, found)| known == found).count();
        let by_order = order.and_then(|order: usize| order.checked_sub(1));
        let by_order =
            by_order.filter(|index| self.digests.get(*index).is_some_and(|known| same(known) * 2 > FIXED.len()));
        by_key.or(by_order)
    }

    /// Fixed cells that are not what they were, with their columns.
    fn changed(&self, index: usize, cells: &[String], fixed: &[usize]) -> Vec<(&'static str, usize)> {
        let digests = row_digest(cells);
        let known = self.digests.get(index).map_or("", String::as_str);
        let pairs = known.split('.').zip(digests.split('.')).zip(FIXED).zip(fixed);
        pairs.filter(|(((known, found), _), _)| known != found).map(|((_, name), column)| (name, *column)).collect()
    }
}

/// Where things stand on a sheet of items.
struct Sheet<'a> {
    rows: &'a Rows<'a>,
    column: &'a dyn Fn(&str) -> Option<usize>,
    attributes: &'a [Option<usize>],
}

impl Sheet<'_> {
    /// A row as it was filled in, with the cells that leave it open.
    fn item(&self, index: usize, at: usize, row: &[Data], cells: &[String]) -> (ReturnedItem, Vec<Open>) {
        let cell = |column: usize| format!("{}!{}", self.rows.sheet, name_of(at, column));
        let of = |name: &str| {
            let found = (self.column)(name).and_then(|column| row.get(column));
            found.map(|cell| text(cell).trim().to_owned()).unwrap_or_default()
        };
        let (mut ticks, mut open, mut is_touched) = (Vec::new(), Vec::new(), false);
        for column in self.attributes.iter().flatten() {
            let said = row.get(*column).map(meant).unwrap_or_default();
            is_touched |= !said.trim().is_empty();
            match Tick::meant(&said) {
                Some(tick) => ticks.push(tick),
                None if said.trim().is_empty() => open.push(Open { cell: cell(*column), what: "blank".to_owned() }),
                None => open.push(Open { cell: cell(*column), what: format!("not understood: {said}") }),
            }
        }
        let is_deviating = ticks.contains(&Tick::Deviation) || ticks.contains(&Tick::Unable);
        if !is_deviating && ticks.contains(&Tick::Pass) && ticks.contains(&Tick::NotApplicable) {
            let what = "not applicable in some attributes only: test it on all, or replace it".to_owned();
            open.push(Open { cell: cell(0), what });
        }
        let used = of("Used for #");
        let used_for = used.parse::<u64>().ok();
        if !used.is_empty() && used_for.is_none() {
            let column = (self.column)("Used for #").unwrap_or(0);
            open.push(Open { cell: cell(column), what: format!("no number of an item: {used}") });
        }
        let text_of = |place: usize| cells.get(place).cloned().unwrap_or_default();
        let item = ReturnedItem {
            order: index as u64 + 1,
            key: self.rows.keys.get(index).cloned().unwrap_or_default(),
            cell: cell(0),
            verdict: text_of(7),
            detail: text_of(8),
            result: if self.is_decided(&ticks, &open) { result(&ticks) } else { None },
            is_touched: is_touched || !used.is_empty(),
            by_formula: of("Result"),
            comment: of("Comment"),
            tested_by: of("Tested by"),
            date: of("Date"),
            used_for,
            reason: of("Reason"),
        };
        let decided = item.result.is_some();
        (item, if decided { Vec::new() } else { open })
    }

    /// A deviation decides, whatever else is blank; else everything has to be filled in and understood, and an item
    /// belongs in all its attributes or in none: one that was not tested on all of them would weaken what is concluded.
    fn is_decided(&self, ticks: &[Tick], open: &[Open]) -> bool {
        let is_unclear = open.iter().any(|open| open.what != "blank");
        !is_unclear
            && (ticks.len() == self.attributes.len()
                || ticks.contains(&Tick::Deviation)
                || ticks.contains(&Tick::Unable))
    }
}

/// What a cell says: `TRUE` and `FALSE`, which programs make of typed words, too.
fn meant(cell: &Data) -> String {
    match cell {
        Data::Bool(true) => "yes".to_owned(),
        Data::Bool(false) => "no".to_owned(),
        other => text(other),
    }
}

/// What an item's attributes come to: the worst, and not applicable only where all are.
fn result(ticks: &[Tick]) -> Option<Tick> {
    let kinds: BTreeSet<Tick> = ticks.iter().copied().collect();
    [Tick::Deviation, Tick::Unable, Tick::Pass, Tick::NotApplicable].into_iter().find(|tick| kinds.contains(tick))
}

/// What stands on the first page beside labels that somebody fills in.
fn signed(rows: &[Row]) -> (BTreeMap<String, String>, String) {
    let (mut signed, mut conclusion) = (BTreeMap::new(), String::new());
    for Row { cells: row, .. } in rows {
        let label = row.first().map(text).unwrap_or_default();
        let said = row.get(1).map(|cell| text(cell).trim().to_owned()).filter(|said| !said.is_empty());
        match (label.as_str(), said) {
            ("Prepared by" | "Prepared on" | "Reviewed by" | "Reviewed on" | "Status", Some(said)) => {
                signed.insert(label, said);
            }
            ("Conclusion in words", Some(said)) => conclusion = said,
            _ => {}
        }
    }
    (signed, conclusion)
}
