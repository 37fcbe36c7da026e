//! Rows to Parquet files and back. The only place that names a Parquet option.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};

use super::LakeError;
use super::commit::CommittedFile;
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

/// Tables of which an account has many rows. In the others a dictionary says nearly all that compression
/// would, and setting a codec up for each column of each account costs more than reading the rows.
fn is_bulky(table: &str) -> bool {
    matches!(table, "findings" | "ledger")
}

fn properties<R: Row>() -> Result<WriterProperties, LakeError> {
    let level = ZstdLevel::try_new(1).map_err(|error| LakeError::parquet(Path::new(R::TABLE), &error))?;
    let zstd = Compression::ZSTD(level);
    let of_table = if is_bulky(R::TABLE) { zstd } else { Compression::UNCOMPRESSED };
    let mut builder = WriterProperties::builder()
        .set_compression(of_table)
        .set_created_by("tickmark".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in R::WIDE {
        let column = ColumnPath::from(*column);
        builder = builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_compression(column.clone(), zstd)
            .set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    Ok(builder.build())
}

/// Reads all rows of a file of the staging area, appending them to `rows`.
///
/// # Errors
/// When the file cannot be read or is not of this table.
pub(super) fn read<R: Row>(path: &Path, rows: &mut Vec<R>) -> Result<(), LakeError> {
    let file = File::open(path).map_err(|error| LakeError::io(path, error))?;
    let builder = builder(path, file)?;
    for batch in batches_of(path, builder)? {
        R::from_batch(&batch?, rows)?;
    }
    Ok(())
}

/// The batches of a file that a commit names, with all its columns or with those named.
///
/// The file's bytes are read once, and nothing is made of them before they are found to be those that
/// the commit describes.
///
/// # Errors
/// When the file cannot be read or is not what the commit says; each batch may fail by itself.
pub(super) fn batches(
    root: &Path,
    file: &CommittedFile,
    columns: Option<&[&str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch, LakeError>>, LakeError> {
    let path = root.join(&file.path);
    let mut builder = builder(&path, checked_bytes(&path, file)?)?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    if rows != file.rows {
        return Err(damaged(&path, format!("it has {rows} rows, its commit says {}", file.rows)));
    }
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    batches_of(&path, builder)
}

/// A committed file's bytes, once their number and SHA-256 are those that its commit says.
fn checked_bytes(path: &Path, file: &CommittedFile) -> Result<Bytes, LakeError> {
    let io = |error| LakeError::io(path, error);
    let mut opened = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => damaged(path, "it is missing, and a commit names it".to_owned()),
        _ => io(error),
    })?;
    let size = opened.metadata().map_err(io)?.len();
    if size != file.bytes {
        return Err(damaged(path, format!("it has {size} bytes, its commit says {}", file.bytes)));
    }
    let mut bytes = Vec::new();
    opened.read_to_end(&mut bytes).map_err(io)?;
    if hex::encode(Sha256::digest(&bytes)) != file.sha256 {
        return Err(damaged(path, "its SHA-256 is not the one that its commit says".to_owned()));
    }
    Ok(bytes.into())
}

fn builder<T: ChunkReader + 'static>(path: &Path, input: T) -> Result<ParquetRecordBatchReaderBuilder<T>, LakeError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input).map_err(|error| LakeError::parquet(path, &error))?;
    Ok(builder.with_batch_size(BATCH_ROWS))
}

fn batches_of<T: ChunkReader + 'static>(
    path: &Path,
    builder: ParquetRecordBatchReaderBuilder<T>,
) -> Result<impl Iterator<Item = Result<RecordBatch, LakeError>> + use<T>, LakeError> {
    let reader = builder.build().map_err(|error| LakeError::parquet(path, &error))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|error| damaged(&path, error.to_string()))))
}

fn damaged(path: &Path, what: String) -> LakeError {
    LakeError::Damaged { path: path.to_owned(), what }
}

#[cfg(test)]
mod tests;
