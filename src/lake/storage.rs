//! Rows to Parquet files and back. The only place that names a Parquet option.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::LakeError;
use super::columns::Columns;
use super::commit::CommittedFile;
use super::table::Row;

/// Rows in one row group, and bytes after which it ends before: fixed, so that the same rows give the same
/// bytes.
const ROW_GROUP_ROWS: usize = 65_536;
const ROW_GROUP_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of rows turned into columns at once while writing.
const BATCH_BYTES: usize = 2 * 1024 * 1024;
/// Files of the lake up to this size are read as a whole.
const WHOLE_BYTES: u64 = 8 * 1024 * 1024;
/// Rows turned into columns at once while writing, and back while reading.
const BATCH_ROWS: usize = 8_192;

/// Writes rows, which come one after the other, as one file.
pub(super) struct TableWriter<R: Row, W: Write + Send = Hashing> {
    path: PathBuf,
    writer: ArrowWriter<W>,
    columns: Columns<R>,
    encoded: Vec<u8>,
    /// Rows and bytes in the columns.
    pending_rows: usize,
    pending_bytes: usize,
    /// Rows and bytes of the row group that is being written.
    group_rows: usize,
    group_bytes: usize,
    rows: u64,
}

impl<R: Row> TableWriter<R> {
    /// Begins a file, replacing what may be there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn create(path: PathBuf) -> Result<Self, LakeError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| LakeError::io(folder, error))?;
        }
        let file = File::create(&path).map_err(|error| LakeError::io(&path, error))?;
        Self::begin(path, Hashing { file, digest: Sha256::new(), bytes: 0 })
    }

    /// Ends the file; what a commit says of it, under its `path` below the lake's root. Whoever commits it syncs
    /// it first.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(mut self, account: &str, path: String) -> Result<CommittedFile, LakeError> {
        self.end()?;
        let output = self.writer.inner();
        Ok(CommittedFile {
            table: R::TABLE.to_owned(),
            account: account.to_owned(),
            path,
            rows: self.rows,
            bytes: output.bytes,
            sha256: hex::encode(output.digest.clone().finalize()),
        })
    }
}

/// Rows as the bytes of a Parquet file: the same rows give the same bytes.
///
/// # Errors
/// Only through a fault of tickmark.
pub fn parquet<R: Row>(rows: impl IntoIterator<Item = Result<R, LakeError>>) -> Result<Vec<u8>, LakeError> {
    let mut writer = TableWriter::<R, Vec<u8>>::begin(PathBuf::from(R::TABLE), Vec::new())?;
    for row in rows {
        writer.push(&row?)?;
    }
    writer.write_pending()?;
    let path = writer.path;
    writer.writer.into_inner().map_err(|error| LakeError::parquet(&path, &error))
}

/// Writes rows as a Parquet file, one at a time: `rows` is given what takes a row, and gives what the file's footer says
/// beside the columns, as names and texts. The same rows give the same bytes.
///
/// # Errors
/// What `rows` gives, and when the file cannot be written.
pub fn write_parquet<R: Row, W: Write + Send>(
    output: W,
    rows: impl FnOnce(&mut dyn FnMut(&R) -> Result<(), LakeError>) -> Result<Vec<(&'static str, String)>, LakeError>,
) -> Result<W, LakeError> {
    let mut writer = TableWriter::<R, W>::begin(PathBuf::from(R::TABLE), output)?;
    let said = rows(&mut |row| writer.push(row))?;
    writer.write_pending()?;
    for (name, text) in said {
        writer.writer.append_key_value_metadata(KeyValue::new(name.to_owned(), text));
    }
    let path = writer.path;
    writer.writer.into_inner().map_err(|error| LakeError::parquet(&path, &error))
}

impl<R: Row, W: Write + Send> TableWriter<R, W> {
    fn begin(path: PathBuf, output: W) -> Result<Self, LakeError> {
        let writer = ArrowWriter::try_new(output, R::schema(), Some(properties::<R>()?))
            .map_err(|error| LakeError::parquet(&path, &error))?;
        Ok(Self {
            path,
            writer,
            columns: Columns::new(),
            encoded: Vec::new(),
            pending_rows: 0,
            pending_bytes: 0,
            group_rows: 0,
            group_bytes: 0,
            rows: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn push(&mut self, row: &R) -> Result<(), LakeError> {
        let mut encoded = std::mem::take(&mut self.encoded);
        encoded.clear();
        row.encode(&mut encoded);
        let pushed = self.push_encoded(&encoded, None);
        self.encoded = encoded;
        pushed
    }

    /// Adds a row as [`Row::encode`] makes it, with another ledger id where one is given.
    ///
    /// # Errors
    /// When the bytes are no such row, or the file cannot be written.
    pub(super) fn push_encoded(&mut self, row: &[u8], evidence: Option<&str>) -> Result<(), LakeError> {
        self.columns.push(row, evidence)?;
        self.pending_rows += 1;
        // The same whichever way a row came: bytes follow from what rows hold.
        self.pending_bytes += row.len() + evidence.map_or(0, str::len);
        self.rows += 1;
        let group_is_full = self.group_rows + self.pending_rows >= ROW_GROUP_ROWS
            || self.group_bytes + self.pending_bytes >= ROW_GROUP_BYTES;
        if group_is_full || self.pending_rows >= BATCH_ROWS || self.pending_bytes >= BATCH_BYTES {
            self.write_pending()?;
        }
        if group_is_full {
            self.writer.flush().map_err(|error| LakeError::parquet(&self.path, &error))?;
            (self.group_rows, self.group_bytes) = (0, 0);
        }
        Ok(())
    }

    fn write_pending(&mut self) -> Result<(), LakeError> {
        if self.pending_rows == 0 {
            return Ok(());
        }
        self.writer.write(&self.columns.take()?).map_err(|error| LakeError::parquet(&self.path, &error))?;
        self.group_rows += self.pending_rows;
        self.group_bytes += self.pending_bytes;
        (self.pending_rows, self.pending_bytes) = (0, 0);
        Ok(())
    }

    fn end(&mut self) -> Result<(), LakeError> {
        self.write_pending()?;
        self.writer.finish().map(drop).map_err(|error| LakeError::parquet(&self.path, &error))
    }
}

/// Makes sure that files which were just written below `root` are on disk.
///
/// Where the system can, it is asked once for all of them: to wait for each costs more than reading the evidence.
///
/// # Errors
/// When the disk does not take them.
pub(super) fn sync(root: &Path, files: &[CommittedFile]) -> Result<(), LakeError> {
    #[cfg(target_os = "linux")]
    if files.len() > 1 {
        let folder = File::open(root).map_err(|error| LakeError::io(root, error))?;
        return rustix::fs::syncfs(&folder).map_err(|error| LakeError::io(root, error.into()));
    }
    files.par_iter().try_for_each(|file| {
        let path = root.join(&file.path);
        let opened = File::open(&path).and_then(|file| file.sync_all());
        opened.map_err(|error| LakeError::io(&path, error))
    })
}

/// A file that is hashed as it is written.
pub(super) struct Hashing {
    file: File,
    digest: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Tables of which an account has many rows. In the others a dictionary says nearly all that compression
/// would, and setting a codec up for each column of each account costs more than reading the rows.
fn is_bulky(table: &str) -> bool {
    matches!(table, "findings" | "ledger" | "streams" | "resources" | "observations" | "subjects" | "exceptions")
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

/// Batches of rows.
pub(super) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, LakeError>> + Send>;

/// The batches of a file that a commit names, with all its columns or with those named.
///
/// Nothing is made of the file's bytes before they are found to be those that the commit describes. A small
/// file is read once; a large one is read through, and then from the same open file.
///
/// # Errors
/// When the file cannot be read or is not what the commit says; each batch may fail by itself.
pub(super) fn batches(root: &Path, file: &CommittedFile, columns: Option<&[&str]>) -> Result<Batches, LakeError> {
    let path = root.join(&file.path);
    let mut opened = checked_size(&path, file)?;
    if file.bytes <= WHOLE_BYTES {
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes).map_err(|error| LakeError::io(&path, error))?;
        check_sha256(&path, file, &mut bytes.as_slice())?;
        return projected(&path, file, Bytes::from(bytes), columns);
    }
    check_sha256(&path, file, &mut opened)?;
    opened.rewind().map_err(|error| LakeError::io(&path, error))?;
    projected(&path, file, opened, columns)
}

fn projected<T: ChunkReader + 'static>(
    path: &Path,
    file: &CommittedFile,
    input: T,
    columns: Option<&[&str]>,
) -> Result<Batches, LakeError> {
    let mut builder = builder(path, input)?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    if rows != file.rows {
        return Err(damaged(path, format!("it has {rows} rows, its commit says {}", file.rows)));
    }
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(|error| LakeError::parquet(path, &error))?;
    let path = path.to_owned();
    Ok(Box::new(reader.map(move |batch| batch.map_err(|error| damaged(&path, error.to_string())))))
}

/// Checks that a file is what a commit says.
///
/// # Errors
/// When it cannot be read or is not.
pub(super) fn check(root: &Path, file: &CommittedFile) -> Result<(), LakeError> {
    let path = root.join(&file.path);
    check_sha256(&path, file, &mut checked_size(&path, file)?)
}

/// Opens a committed file, once its size is the one that its commit says.
fn checked_size(path: &Path, file: &CommittedFile) -> Result<File, LakeError> {
    let io = |error| LakeError::io(path, error);
    let opened = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => damaged(path, "it is missing, and a commit names it".to_owned()),
        _ => io(error),
    })?;
    let size = opened.metadata().map_err(io)?.len();
    if size != file.bytes {
        return Err(damaged(path, format!("it has {size} bytes, its commit says {}", file.bytes)));
    }
    Ok(opened)
}

/// Checks that bytes have the SHA-256 that the commit says.
fn check_sha256(path: &Path, file: &CommittedFile, bytes: &mut impl Read) -> Result<(), LakeError> {
    let (_, sha256) = hashed(path, bytes)?;
    if sha256 != file.sha256 {
        return Err(damaged(path, "its SHA-256 is not the one that its commit says".to_owned()));
    }
    Ok(())
}

/// Number and SHA-256 of the bytes of a file, whatever they are.
///
/// # Errors
/// When it cannot be read.
pub(super) fn custody(path: &Path) -> Result<(u64, String), LakeError> {
    hashed(path, &mut File::open(path).map_err(|error| LakeError::io(path, error))?)
}

fn hashed(path: &Path, bytes: &mut impl Read) -> Result<(u64, String), LakeError> {
    let (mut digest, mut count) = (Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = bytes.read(&mut buffer).map_err(|error| LakeError::io(path, error))?;
        if read == 0 {
            return Ok((count, hex::encode(digest.finalize())));
        }
        digest.update(buffer.get(..read).unwrap_or_default());
        count += read as u64;
    }
}

/// The rows of a file, as its own metadata counts them.
///
/// # Errors
/// When the file cannot be read or is no table.
pub(super) fn row_count(path: &Path) -> Result<u64, LakeError> {
    let file = File::open(path).map_err(|error| LakeError::io(path, error))?;
    Ok(u64::try_from(builder(path, file)?.metadata().file_metadata().num_rows()).unwrap_or(0))
}

fn builder<T: ChunkReader + 'static>(path: &Path, input: T) -> Result<ParquetRecordBatchReaderBuilder<T>, LakeError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(input).map_err(|error| LakeError::parquet(path, &error))?;
    Ok(builder.with_batch_size(BATCH_ROWS))
}

fn damaged(path: &Path, what: String) -> LakeError {
    LakeError::Damaged { path: path.to_owned(), what }
}

#[cfg(test)]
mod tests;
