//! Lays out the rows of an answer: for the screen, as CSV, JSON or Parquet.

use polars::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

use super::QueryError;
use crate::model::Instant;
use crate::report::escape::{cell, sentence, visible};

/// The widest that a column is shown on the screen.
const COLUMN_MAX: usize = 60;

/// How rows are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Columns beside each other, for people.
    Table,
    /// CSV as the result files: LF, RFC 3339, guarded against formulas.
    Csv,
    /// A JSON array with an object for each row.
    Json,
    /// Parquet.
    Parquet,
}

/// The bytes of an answer. On a screen, text is shown such that it can do nothing to it; a file holds it as it is.
///
/// # Errors
/// [`QueryError::Answer`], when a column holds what has no such layout.
pub fn bytes(mut rows: DataFrame, layout: Layout, is_on_screen: bool) -> Result<Vec<u8>, QueryError> {
    match layout {
        Layout::Parquet => {
            let mut bytes = Vec::new();
            let written = ParquetWriter::new(&mut bytes)
                .with_compression(ParquetCompression::Zstd(None))
                .with_row_group_size(Some(65_536))
                .finish(&mut rows);
            written.map_err(failed)?;
            Ok(bytes)
        }
        Layout::Table => Ok(table(&names(&rows), &values(&rows)?).into_bytes()),
        Layout::Csv => csv(&names(&rows), &values(&rows)?, is_on_screen),
        Layout::Json => json(&names(&rows), &values(&rows)?),
    }
}

fn failed(error: impl std::fmt::Display) -> QueryError {
    QueryError::Answer(error.to_string())
}

fn names(rows: &DataFrame) -> Vec<String> {
    rows.get_column_names().into_iter().map(ToString::to_string).collect()
}

/// The cells of all rows.
fn values(rows: &DataFrame) -> Result<Vec<Vec<Value>>, QueryError> {
    let columns = rows.columns();
    let row =
        |at: usize| columns.iter().map(|column| column.get(at).map(|cell| value(&cell)).map_err(failed)).collect();
    (0..rows.height()).map(row).collect()
}

/// A cell as JSON has it; moments and days as text.
fn value(cell: &AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => Value::Bool(*flag),
        AnyValue::String(text) => Value::String((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::String(text.to_string()),
        AnyValue::Int8(number) => Value::from(*number),
        AnyValue::Int16(number) => Value::from(*number),
        AnyValue::Int32(number) => Value::from(*number),
        AnyValue::Int64(number) => Value::from(*number),
        AnyValue::UInt8(number) => Value::from(*number),
        AnyValue::UInt16(number) => Value::from(*number),
        AnyValue::UInt32(number) => Value::from(*number),
        AnyValue::UInt64(number) => Value::from(*number),
        AnyValue::Float32(number) => Number::from_f64(f64::from(*number)).map_or(Value::Null, Value::Number),
        AnyValue::Float64(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        AnyValue::Datetime(count, unit, _) | AnyValue::DatetimeOwned(count, unit, _) => {
            Value::String(moment(*count, *unit))
        }
        AnyValue::Date(days) => {
            let midnight = i64::from(*days).saturating_mul(86_400_000_000);
            Value::String(Instant::from_microseconds(midnight).date())
        }
        other => Value::String(other.to_string()),
    }
}

fn moment(count: i64, unit: TimeUnit) -> String {
    let microseconds = match unit {
        TimeUnit::Nanoseconds => count.div_euclid(1_000),
        TimeUnit::Microseconds => count,
        TimeUnit::Milliseconds => count.saturating_mul(1_000),
    };
    Instant::from_microseconds(microseconds).to_string()
}

/// A cell as text; nothing for null.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn csv(names: &[String], rows: &[Vec<Value>], is_on_screen: bool) -> Result<Vec<u8>, QueryError> {
    let terminator = ::csv::Terminator::Any(b'\n');
    let mut writer = ::csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    let guarded = |text: &str| if is_on_screen { sentence(text).into_owned() } else { cell(text).into_owned() };
    writer.write_record(names.iter().map(|name| guarded(name))).map_err(failed)?;
    for row in rows {
        let cells = row.iter().map(|value| match value {
            Value::String(text) => guarded(text),
            other => text(other),
        });
        writer.write_record(cells).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}

fn json(names: &[String], rows: &[Vec<Value>]) -> Result<Vec<u8>, QueryError> {
    let all: Vec<Object<'_>> = rows.iter().map(|cells| Object { names, cells }).collect();
    crate::report::json::laid_out(&all).map_err(failed)
}

/// A row as an object whose members stand in the order of the columns.
struct Object<'a> {
    names: &'a [String],
    cells: &'a [Value],
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.names.iter().zip(self.cells))
    }
}

/// Columns beside each other: numbers to the right, and what is too long cut with `…`.
fn table(names: &[String], rows: &[Vec<Value>]) -> String {
    let shown: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|value| short(&text(value))).collect()).collect();
    let heads: Vec<String> = names.iter().map(|name| short(name)).collect();
    let width = |place: usize| {
        let cells = shown.iter().filter_map(|row| row.get(place)).chain(heads.get(place));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let is_number = |place: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(place)).filter(|value| !value.is_null()).peekable();
        cells.peek().is_some() && cells.all(Value::is_number)
    };
    let columns: Vec<(usize, bool)> = (0..heads.len()).map(|place| (width(place), is_number(place))).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&columns).map(|(cell, (width, to_the_right))| {
            let width = *width;
            if *to_the_right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let rule: Vec<String> = columns.iter().map(|(width, _)| "─".repeat(*width)).collect();
    let rows_of = if shown.len() == 1 { "row" } else { "rows" };
    let body: String = shown.iter().map(|row| line(row)).collect();
    format!("{}{}{body}\n{} {rows_of}\n", line(&heads), line(&rule), shown.len())
}

fn short(text: &str) -> String {
    let text = visible(text);
    if text.chars().count() <= COLUMN_MAX {
        return text.into_owned();
    }
    text.chars().take(COLUMN_MAX - 1).chain(['…']).collect()
}
