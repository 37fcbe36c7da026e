//! Rows to Parquet files and back. The only place that names a Parquet option.

use std::fs::File;
use std::path::Path;

use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::LakeError;
use super::schema::Row;

/// Rows in one row group: fixed, so that the same rows give the same bytes.
const ROW_GROUP_ROWS: usize = 65_536;
/// Rows turned into columns at once while writing, and back while reading.
const BATCH_ROWS: usize = 8_192;

/// Writes `rows` as one file, replacing what may be there, and syncs it to disk.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write<R: Row>(path: &Path, rows: &[R], durable: bool) -> Result<(), LakeError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| LakeError::io(folder, error))?;
    }
    let file = File::create(path).map_err(|error| LakeError::io(path, error))?;
    let mut writer = ArrowWriter::try_new(&file, R::schema(), Some(properties::<R>()?))
        .map_err(|error| LakeError::parquet(path, &error))?;
    for chunk in rows.chunks(BATCH_ROWS) {
        writer.write(&R::to_batch(chunk)?).map_err(|error| LakeError::parquet(path, &error))?;
    }
    writer.close().map_err(|error| LakeError::parquet(path, &error))?;
    if durable {
        file.sync_all().map_err(|error| LakeError::io(path, error))?;
    }
    Ok(())
}

fn properties<R: Row>() -> Result<WriterProperties, LakeError> {
    let level = ZstdLevel::try_new(1).map_err(|error| LakeError::parquet(Path::new(R::TABLE), &error))?;
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by("tickmark".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in R::WIDE {
        let column = ColumnPath::from(*column);
        builder = builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    Ok(builder.build())
}

/// Reads all rows of a file, appending them to `rows`.
///
/// # Errors
/// When the file cannot be read or is not of this table.
pub(super) fn read<R: Row>(path: &Path, rows: &mut Vec<R>) -> Result<(), LakeError> {
    for batch in batches(path, None)? {
        R::from_batch(&batch?, rows)?;
    }
    Ok(())
}

/// The batches of a file, with all its columns or with those named.
///
/// # Errors
/// When the file cannot be opened; each batch may fail by itself.
pub(super) fn batches(
    path: &Path,
    columns: Option<&[&str]>,
) -> Result<impl Iterator<Item = Result<arrow::array::RecordBatch, LakeError>>, LakeError> {
    let file = File::open(path).map_err(|error| LakeError::io(path, error))?;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| LakeError::parquet(path, &error))?
        .with_batch_size(BATCH_ROWS);
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(|error| LakeError::parquet(path, &error))?;
    let path = path.to_owned();
    Ok(reader
        .map(move |batch| batch.map_err(|error| LakeError::Damaged { path: path.clone(), what: error.to_string() })))
}
