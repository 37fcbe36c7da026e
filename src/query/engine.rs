//! Runs SQL on Polars. The only place that names it, beside [`super::answer`], which takes its columns apart.
//!
//! Files are scanned lazily: columns that are not asked for are not read, and row groups whose statistics rule them
//! out neither. A view that is read is worked out once. Polars works through what it can piece by piece; windows and
//! sorts are held in memory.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::*;
use polars::sql::SQLContext;

use super::QueryError;
use super::library::VIEWS;
use super::tables::{Table, Tables};
use super::text::{Text, Values};
use crate::lake::ColumnKind;

/// Answers a question: the rows in the order that it states; where it states none, in the order of all columns.
///
/// # Errors
/// [`QueryError`], with the place in the SQL as far as it is known.
pub fn answer(text: &Text, tables: &Tables, values: &Values) -> Result<DataFrame, QueryError> {
    let frame = plan(text, tables, values, true)?;
    collected(frame).map_err(|what| explained(text, tables, &what))
}

/// How a question would be answered: the plan after it was made better.
///
/// # Errors
/// As [`answer`].
pub fn explain(text: &Text, tables: &Tables, values: &Values) -> Result<String, QueryError> {
    let frame = plan(text, tables, values, false)?;
    guarded(|| frame.explain(true)).map_err(|what| explained(text, tables, &what))
}

/// The views that a text reads, each after those that it reads itself.
///
/// # Errors
/// Only when a view that comes with the program is no SQL.
pub fn views_for(text: &Text) -> Result<Vec<Text>, QueryError> {
    let mut views: Vec<Text> = Vec::new();
    // A view reads only those that stand before it.
    for view in VIEWS.iter().rev() {
        if text.reads(view.name) || views.iter().any(|other| other.reads(view.name)) {
            views.push(Text::parse(view.name, view.sql)?);
        }
    }
    views.reverse();
    Ok(views)
}

/// The tables that texts read.
#[must_use]
pub fn tables_for(texts: &[&Text]) -> BTreeSet<&'static str> {
    Tables::descriptions().into_keys().filter(|name| texts.iter().any(|text| text.reads(name))).collect()
}

fn plan(text: &Text, tables: &Tables, values: &Values, works_views_out: bool) -> Result<LazyFrame, QueryError> {
    let views = views_for(text)?;
    let mut context = SQLContext::new();
    let texts: Vec<&Text> = views.iter().chain([text]).collect();
    for name in tables_for(&texts) {
        if let Some(table) = tables.table(name)? {
            context.register(name, scan(&table)?);
        }
    }
    for view in &views {
        // The text may define what it calls so by itself; if it does not, the view is missed soon enough.
        if !is_there(view, tables)? {
            continue;
        }
        let sql = view.with(values)?;
        let made = guarded(|| context.execute(&sql))
            .and_then(|frame| if works_views_out { collected(frame).map(IntoLazy::lazy) } else { Ok(frame) });
        context.register(&view.name, made.map_err(|what| explained(view, tables, &what))?);
    }
    let sql = text.with(values)?;
    let frame = guarded(|| context.execute(&sql)).map_err(|what| explained(text, tables, &what))?;
    if text.is_ordered() {
        return Ok(frame);
    }
    let options = SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(true);
    Ok(frame.sort_by_exprs([all().as_expr()], options))
}

/// Whether all that a view reads is at hand.
fn is_there(view: &Text, tables: &Tables) -> Result<bool, QueryError> {
    let others: Vec<Text> = views_for(view)?;
    let texts: Vec<&Text> = others.iter().chain([view]).collect();
    Ok(tables_for(&texts).into_iter().all(|name| tables.has(name)))
}

/// The rows of a table, not read yet.
///
/// # Errors
/// When its files are no table.
pub fn scan(table: &Table) -> Result<LazyFrame, QueryError> {
    if table.files.is_empty() {
        let columns = table.description.columns.iter();
        let schema: Schema = columns.map(|column| Field::new(column.name.into(), kind(column.kind))).collect();
        return Ok(DataFrame::empty_with_schema(&schema).lazy());
    }
    let paths = table.files.iter().map(|path| PlRefPath::try_from_path(path)).collect::<PolarsResult<Vec<_>>>();
    let options = ScanArgsParquet {
        glob: false,
        hive_options: HiveOptions { enabled: Some(false), ..HiveOptions::default() },
        ..ScanArgsParquet::default()
    };
    let scanned = guarded(|| LazyFrame::scan_parquet_files(paths?.into_iter().collect(), options));
    scanned.map_err(|what| QueryError::Sql { place: format!("table `{}`", table.description.name), what, hint: None })
}

fn kind(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::String,
        ColumnKind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnKind::Count | ColumnKind::Integer => DataType::Int64,
        ColumnKind::Flag => DataType::Boolean,
    }
}

/// The first and the last row of a column of texts.
///
/// # Errors
/// When it cannot be read.
pub fn first_and_last(frame: LazyFrame, column: &str) -> Result<(String, String), QueryError> {
    let unreadable = |what: String| QueryError::Sql { place: format!("column `{column}`"), what, hint: None };
    let read = collected(frame.select([col(column)])).map_err(unreadable)?;
    let text = |at: usize| guarded(|| Ok(read.column(column)?.str()?.get(at).unwrap_or_default().to_owned()));
    Ok((text(0).map_err(unreadable)?, text(read.height().saturating_sub(1)).map_err(unreadable)?))
}

/// The rows of a plan, worked out piece by piece where Polars can.
///
/// A part that a plan has twice is worked out twice: to share it would mean to hold it, and it may be a whole table.
fn collected(frame: LazyFrame) -> Result<DataFrame, String> {
    // Only a plan with several sinks has several frames, and none here has a sink.
    let with = |frame: LazyFrame, engine| attempted(|| Ok(frame.collect_with_engine(engine)?.unwrap_single()));
    let rows = match with(frame.clone().with_comm_subplan_elim(false), Engine::Streaming) {
        // Some plans are beyond the streaming engine, which gives up on them; the other one holds all in memory.
        Err(Failure::GaveUp(_)) => with(frame, Engine::InMemory),
        rows => rows,
    };
    rows.map_err(Failure::words)
}

/// What Polars says, or that it gave up.
fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    attempted(work).map_err(Failure::words)
}

/// Why Polars has no answer.
enum Failure {
    /// It says what is wrong.
    Said(String),
    /// It panicked, as on some of the SQL that it does not know.
    GaveUp(String),
}

impl Failure {
    fn words(self) -> String {
        match self {
            Self::Said(words) => words,
            Self::GaveUp(words) => format!("this SQL is not supported: {words}"),
        }
    }
}

fn attempted<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| Failure::Said(error.to_string())),
        Err(cause) => {
            let words = cause.downcast_ref::<String>().map(String::as_str);
            let words = words.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no more is known");
            Err(Failure::GaveUp(words.to_owned()))
        }
    }
}

/// An error with its place, and with what may have been meant.
fn explained(text: &Text, tables: &Tables, what: &str) -> QueryError {
    let what = what.lines().next().unwrap_or_default();
    let named: Vec<&str> = what.split(['\'', '"', '`']).skip(1).step_by(2).collect();
    let place = named.first().map_or_else(|| text.name.clone(), |name| text.place_of(name));
    QueryError::Sql { place, what: what.to_owned(), hint: hint(text, tables, &named) }
}

fn hint(text: &Text, tables: &Tables, named: &[&str]) -> Option<String> {
    let name = named.first()?.rsplit('.').next()?.to_lowercase();
    let known = Tables::descriptions();
    if known.contains_key(name.as_str()) && !tables.has(&name) {
        let of_lake = crate::lake::descriptions().iter().any(|table| table.name == name);
        let option = if of_lake { "--lake" } else { "--results" };
        return Some(format!("name the folder that has `{name}` with {option}"));
    }
    let views = views_for(text).unwrap_or_default();
    if views.iter().any(|view| view.name == name && !is_there(view, tables).unwrap_or(true)) {
        return Some(format!("`{name}` is made of the tables of an assessment: name its folder with --results"));
    }
    if known.contains_key(name.as_str()) {
        return None;
    }
    let texts: Vec<&Text> = views.iter().chain([text]).collect();
    let of_tables = tables_for(&texts);
    let columns = known.iter().filter(|(table, _)| of_tables.contains(*table));
    let columns = columns.flat_map(|(_, table)| table.columns.iter().map(|column| column.name));
    let all = columns.chain(known.keys().copied()).chain(VIEWS.iter().map(|view| view.name));
    let near = all.map(|known| (strsim::damerau_levenshtein(known, &name), known));
    let nearest = near.filter(|(distance, _)| (1..=3).contains(distance)).min().map(|(_, name)| name);
    let listed = "`tickmark schema` lists tables and columns";
    Some(nearest.map_or_else(|| listed.to_owned(), |nearest| format!("did you mean `{nearest}`? {listed}")))
}
