//! A file that is not the one its commit describes gives no rows.

use std::fs;
use std::path::Path;

use super::{TableWriter, batches};
use crate::lake::LakeError;
use crate::lake::commit::CommittedFile;
use crate::lake::schema::ListingRow;
use crate::model::Instant;

const PATH: &str = "tables/listings/a000011112222/00000001.parquet";

/// A file of three rows as a commit describes it.
fn committed(root: &Path) -> CommittedFile {
    let rows: Vec<ListingRow> = ["a", "b", "c"].iter().map(|id| row(id)).collect();
    write(root, rows)
}

fn write(root: &Path, rows: Vec<ListingRow>) -> CommittedFile {
    let mut writer = TableWriter::create(root.join(PATH)).unwrap();
    for row in rows {
        writer.push(&row).unwrap();
    }
    writer.finish("000011112222", PATH.to_owned()).unwrap()
}

fn row(id: &str) -> ListingRow {
    ListingRow {
        recorder_account: "000011112222".into(),
        recorder_region: "eu-west-1".into(),
        segment: "1-0".into(),
        resource_type: "AWS::EC2::VPC".into(),
        resource_id: id.into(),
        compliance_item: false,
        first_listed: Instant::from_microseconds(1),
        last_listed: Instant::from_microseconds(2),
    }
}

/// How many rows are read.
fn read(root: &Path, file: &CommittedFile) -> Result<usize, LakeError> {
    let mut count = 0;
    for batch in batches(root, file, None)? {
        count += batch?.num_rows();
    }
    Ok(count)
}

/// Why nothing is read.
fn complaint(root: &Path, file: &CommittedFile) -> String {
    let error = read(root, file).unwrap_err();
    assert!(matches!(error, LakeError::Damaged { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("00000001.parquet"), "{text}");
    text
}

#[test]
fn a_file_as_its_commit_says_is_read() {
    let root = tempfile::tempdir().unwrap();
    let file = committed(root.path());
    assert_eq!(read(root.path(), &file).unwrap(), 3);
    let columns: Vec<usize> = batches(root.path(), &file, Some(&["resource_id"]))
        .unwrap()
        .map(|batch| batch.unwrap().num_columns())
        .collect();
    assert_eq!(columns, [1]);
}

#[test]
fn what_a_commit_says_is_what_lies_on_disk() {
    use sha2::{Digest, Sha256};
    let root = tempfile::tempdir().unwrap();
    let file = committed(root.path());
    let bytes = fs::read(root.path().join(PATH)).unwrap();
    assert_eq!((file.bytes, file.rows), (bytes.len() as u64, 3));
    assert_eq!(file.sha256, hex::encode(Sha256::digest(&bytes)));
}

#[test]
fn one_changed_bit_is_damage() {
    let root = tempfile::tempdir().unwrap();
    let file = committed(root.path());
    let mut bytes = fs::read(root.path().join(PATH)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(root.path().join(PATH), bytes).unwrap();
    assert!(complaint(root.path(), &file).contains("SHA-256"));
}

#[test]
fn another_file_of_the_same_table_is_damage() {
    let root = tempfile::tempdir().unwrap();
    let file = committed(root.path());
    write(root.path(), vec![row("a")]);
    assert!(complaint(root.path(), &file).contains("bytes, its commit says"));
}

#[test]
fn a_missing_file_is_damage() {
    let root = tempfile::tempdir().unwrap();
    let file = committed(root.path());
    fs::remove_file(root.path().join(PATH)).unwrap();
    assert!(complaint(root.path(), &file).contains("it is missing"));
}

#[test]
fn another_number_of_rows_is_damage() {
    let root = tempfile::tempdir().unwrap();
    let file = CommittedFile { rows: 2, ..committed(root.path()) };
    assert!(complaint(root.path(), &file).contains("it has 3 rows, its commit says 2"));
}
