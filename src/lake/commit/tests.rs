//! Commit records that are missing, changed or none at all are not taken for the end of the lake.

use std::fs;
use std::path::Path;

use super::{Commit, all, publish};
use crate::lake::schema::SCHEMA_VERSION;
use crate::lake::{LakeError, layout};

/// A folder with this many commits, each chained to the one before.
fn committed(count: u64) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for commit in 1..=count {
        let previous = all(root.path()).unwrap().latest_sha256;
        let (tool, files) = ("0.0.0".to_owned(), Vec::new());
        publish(root.path(), &Commit { commit, schema: SCHEMA_VERSION, tool, previous, files }).unwrap();
    }
    root
}

/// Why the commits cannot be read.
fn complaint(root: &Path) -> String {
    let error = all(root).unwrap_err();
    assert!(matches!(error, LakeError::Damaged { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn commits_come_in_order_and_chained() {
    let root = committed(11);
    let commits = all(root.path()).unwrap();
    let numbers: Vec<u64> = commits.records.iter().map(|commit| commit.commit).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<u64>>());
    assert_eq!(commits.records[0].previous, "");
    assert_eq!(commits.records[1].previous.len(), 64);
    assert_eq!(commits.latest_sha256.len(), 64);
}

#[test]
fn a_lake_without_commits_is_empty() {
    let root = tempfile::tempdir().unwrap();
    assert!(all(root.path()).unwrap().records.is_empty());
}

#[test]
fn a_commit_missing_between_others_is_damage() {
    for gone in [1, 2] {
        let root = committed(3);
        fs::remove_file(layout::commit(root.path(), gone)).unwrap();
        let complaint = complaint(root.path());
        assert!(complaint.contains(&format!("commit {gone} is missing between others")), "{complaint}");
    }
}

#[test]
fn what_is_no_commit_number_is_refused() {
    for name in ["00000000.json", "1.json", "000000002.json", "+0000002.json", "note.txt", "00000002", "x.json"] {
        let root = committed(1);
        fs::write(layout::commits(root.path()).join(name), "{}").unwrap();
        let complaint = complaint(root.path());
        assert!(complaint.contains(&format!("`{name}` in it is no commit")), "{complaint}");
    }
}

#[test]
fn a_record_that_was_still_being_written_does_not_count() {
    let root = committed(1);
    fs::write(layout::commits(root.path()).join("00000002.json.new"), "{").unwrap();
    assert_eq!(all(root.path()).unwrap().records.len(), 1);
}

#[test]
fn a_changed_record_breaks_the_chain() {
    let root = committed(2);
    let first = layout::commit(root.path(), 1);
    let text = fs::read_to_string(&first).unwrap();
    fs::write(&first, text.replace("0.0.0", "0.0.1")).unwrap();
    let complaint = complaint(root.path());
    assert!(complaint.contains("00000002.json` is damaged: it does not follow"), "{complaint}");
}

#[test]
fn a_record_under_another_number_is_damage() {
    let root = committed(1);
    let text = fs::read_to_string(layout::commit(root.path(), 1)).unwrap();
    fs::write(layout::commit(root.path(), 1), text.replace("\"commit\": 1", "\"commit\": 2")).unwrap();
    assert!(complaint(root.path()).contains("it says that it is commit 2"));
}
