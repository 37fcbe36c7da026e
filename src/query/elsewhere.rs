//! The same questions for DuckDB: a script that opens the tables and asks.

use std::fmt::Write as _;
use std::path::Path;

use super::QueryError;
use super::engine::{tables_for, views_for};
use super::tables::{Table, Tables};
use super::text::{Text, Values};
use crate::lake::ColumnKind;

/// A script for DuckDB that answers a question, from the files where they lie now. It opens only what the question
/// reads.
///
/// # Errors
/// [`QueryError`], when a table is not here or a parameter has no value.
pub fn duckdb(text: &Text, tables: &Tables, values: &Values) -> Result<String, QueryError> {
    let views = views_for(text)?;
    let texts: Vec<&Text> = views.iter().chain([text]).collect();
    let mut script = String::from("set timezone = 'UTC';\n");
    for name in tables_for(&texts) {
        if let Some(table) = tables.table(name)? {
            script.push_str(&opened(&table));
        }
    }
    for view in &views {
        let sql = view.with(values)?;
        // Writing to a string cannot fail.
        let _ = write!(script, "create or replace temp view {} as\n{sql};\n", view.name);
    }
    script.push_str(&text.with(values)?);
    script.push_str(";\n");
    Ok(script)
}

fn opened(table: &Table) -> String {
    let name = table.description.name;
    if table.files.is_empty() {
        let columns = table.description.columns.iter();
        let columns: Vec<String> =
            columns.map(|column| format!("cast(null as {}) as \"{}\"", sql_type(column.kind), column.name)).collect();
        return format!("create or replace temp view {name} as select {} where false;\n", columns.join(", "));
    }
    let files: Vec<String> = table.files.iter().map(|path| format!("'{}'", literal(path))).collect();
    format!(
        "create or replace temp view {name} as select * from read_parquet([{}], hive_partitioning = false);\n",
        files.join(", ")
    )
}

/// A path as SQL text that stands for this one file: no character of it is a pattern.
fn literal(path: &Path) -> String {
    let mut text = String::new();
    for character in path.display().to_string().chars() {
        match character {
            '[' | '*' | '?' => text.extend(['[', character, ']']),
            '\'' => text.push_str("''"),
            other => text.push(other),
        }
    }
    text
}

const fn sql_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "varchar",
        ColumnKind::Time => "timestamptz",
        ColumnKind::Count | ColumnKind::Integer => "bigint",
        ColumnKind::Flag => "boolean",
    }
}
