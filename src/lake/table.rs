//! What a table is: a row, its columns, and what they mean to whoever reads the files. Knows no table.
//!
//! A table is defined once, with [`table!`]: the row, how it lies in columns, and the words and examples of
//! `tickmark schema` come from the same lines.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::LakeError;
use super::columns::ColumnBuilder;

/// What a table holds, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDescription {
    /// Its name, in SQL and as the name of its files or folder.
    pub name: &'static str,
    /// What a row is.
    pub meaning: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnDescription>,
}

/// What a column holds, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDescription {
    /// Its name.
    pub name: &'static str,
    /// What kind of value it holds.
    pub kind: ColumnKind,
    /// Whether it is null where nothing is known or stated.
    pub is_nullable: bool,
    /// What a value means, with its unit where the kind does not say it.
    pub meaning: String,
    /// A value as it may stand there; empty where that is the usual one.
    pub example: &'static str,
}

/// The kinds of columns, so few that every reader of Parquet understands them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// UTF-8; empty where nothing is known, never null.
    Text,
    /// A moment in microseconds, UTC.
    Time,
    /// A signed 64-bit integer that is never negative.
    Count,
    /// A signed 64-bit integer.
    Integer,
    /// A boolean.
    Flag,
}

impl ColumnDescription {
    /// The name of its type in descriptions.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match (self.kind, self.is_nullable) {
            (ColumnKind::Text, _) => "text",
            (ColumnKind::Time, false) => "time",
            (ColumnKind::Time, true) => "optional time",
            (ColumnKind::Count, false) => "count",
            (ColumnKind::Count, true) => "optional count",
            (ColumnKind::Integer, false) => "integer",
            (ColumnKind::Integer, true) => "optional integer",
            (ColumnKind::Flag, false) => "flag",
            (ColumnKind::Flag, true) => "optional flag",
        }
    }
}

/// The lines of a doc comment as one text, without the full stop where it is a single sentence.
pub(crate) fn sentence(lines: &[&str]) -> String {
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let text = text.trim();
    text.strip_suffix('.').filter(|rest| !rest.contains(". ")).unwrap_or(text).to_owned()
}

/// A row of a table, and how it lies in columns.
pub trait Row: Sized + Send {
    /// The table's name, which is also its folder's.
    const TABLE: &'static str;
    /// Columns whose values hardly ever repeat: stored without a dictionary.
    const WIDE: &'static [&'static str];
    /// The columns.
    fn schema() -> SchemaRef;
    /// What the table and each of its columns means, for whoever reads the files.
    fn description() -> TableDescription;
    /// One empty column each, in the order of the schema.
    #[doc(hidden)]
    fn builders() -> Vec<Box<dyn ColumnBuilder>>;
    /// Columns as rows.
    ///
    /// # Errors
    /// When a column is missing or of another type: the file is not one of this table.
    fn from_batch(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError>;
    /// Some of the columns as rows; what the others hold is left empty.
    ///
    /// # Errors
    /// When a column is of another type.
    fn from_some_columns(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError>;
    /// Puts the row behind `bytes`, so that [`Row::decode`] finds it again in the same run of the program.
    fn encode(&self, bytes: &mut Vec<u8>);
    /// Takes a row off the front of `bytes`; `None` where there is none.
    fn decode(bytes: &mut &[u8]) -> Option<Self>;
}

/// Defines a row and its columns in one place.
macro_rules! table {
    ($(#[doc = $doc:literal])* $row:ident = $table:literal, wide $wide:expr, {
        $($(#[doc = $field_doc:literal])* $field:ident: $kind:ty = $example:literal,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $row {
            $($(#[doc = $field_doc])* pub $field: $kind,)*
        }

        impl Row for $row {
            const TABLE: &'static str = $table;
            const WIDE: &'static [&'static str] = &$wide;

            fn schema() -> SchemaRef {
                std::sync::Arc::new(arrow::datatypes::Schema::new(vec![
                    $(arrow::datatypes::Field::new(stringify!($field), <$kind as Column>::data_type(), <$kind as Column>::is_nullable()),)*
                ]))
            }

            fn description() -> TableDescription {
                TableDescription {
                    name: $table,
                    meaning: sentence(&[$($doc,)*]),
                    columns: vec![
                        $(ColumnDescription {
                            name: stringify!($field),
                            kind: <$kind as Column>::KIND,
                            is_nullable: <$kind as Column>::is_nullable(),
                            meaning: sentence(&[$($field_doc,)*]),
                            example: $example,
                        },)*
                    ],
                }
            }

            fn builders() -> Vec<Box<dyn ColumnBuilder>> {
                vec![$(<$kind as Column>::builder(),)*]
            }

            fn from_batch(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError> {
                $(let $field = column::<$kind>(batch, $table, stringify!($field))?;)*
                rows.reserve(batch.num_rows());
                for at in 0..batch.num_rows() {
                    rows.push(Self { $($field: <$kind as Column>::read(&$field, at),)* });
                }
                Ok(())
            }

            fn from_some_columns(batch: &RecordBatch, rows: &mut Vec<Self>) -> Result<(), LakeError> {
                $(
                    let $field = match batch.column_by_name(stringify!($field)) {
                        Some(_) => Some(column::<$kind>(batch, $table, stringify!($field))?),
                        None => None,
                    };
                )*
                rows.reserve(batch.num_rows());
                for at in 0..batch.num_rows() {
                    rows.push(Self {
                        $($field: $field.as_ref().map_or_else(
                            <$kind as Column>::unread,
                            |reader| <$kind as Column>::read(reader, at),
                        ),)*
                    });
                }
                Ok(())
            }

            fn encode(&self, bytes: &mut Vec<u8>) {
                $(Column::encode(&self.$field, bytes);)*
            }

            fn decode(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: <$kind as Column>::decode(bytes)?,)* })
            }
        }
    };
}

pub(crate) use table;
