//! What a lake knows is not read again, and nothing that could be read is passed over.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::fixtures::{GROUP, HOME, at};
use crate::harness::{Run, TestDir, evidence_below, files_below};

/// A folder of snapshots of two days, and something that is no evidence.
fn two_days() -> TestDir {
    let dir = TestDir::new();
    for day in [1, 2] {
        HOME.snapshot(&dir, &at(day, 0), &[HOME.item(GROUP, "sg-1", &at(1, 0))]);
    }
    dir.evidence("notes.txt", "no evidence at all");
    dir
}

fn ingest(dir: &TestDir, more: &[&str]) -> Run {
    dir.tickmark(&[&["ingest", "evidence", "--lake", "lake"], more].concat())
}

/// Puts other bytes of the same number into a file, and gives it the time that it had.
fn change_unseen(path: &Path) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(path, bytes).unwrap();
    File::options().append(true).open(path).unwrap().set_modified(before).unwrap();
}

#[test]
fn a_file_that_was_not_touched_is_not_opened_unless_asked_for() {
    let dir = two_days();
    assert_eq!(ingest(&dir, &[]).status, 3);
    let before = files_below(&dir.path("lake"));
    change_unseen(&dir.path("evidence/notes.txt"));
    let again = ingest(&dir, &[]);
    let known = "of all files offered, 1 were rejected and 0 read only in part\n\
                 lake: 0 new files with 0 new records; 3 files were in its ledger already\n";
    // What could not be used is said each time.
    assert_eq!((again.status, again.stderr.as_str()), (3, known));
    assert!(files_below(&dir.path("lake")) == before, "nothing was written");
    let read = ingest(&dir, &["--read-known"]);
    assert!(
        read.stderr.contains("lake: 1 new files with 0 new records; 2 files were in its ledger"),
        "{}",
        read.stderr
    );
    assert_eq!(read.status, 3);
}

#[test]
fn a_file_that_was_touched_is_read_and_then_known_again() {
    let dir = two_days();
    ingest(&dir, &[]);
    let before = evidence_below(&dir.path("lake"));
    let touched = File::options().append(true).open(dir.path("evidence/notes.txt")).unwrap();
    touched.set_modified(SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365)).unwrap();
    drop(touched);
    ingest(&dir, &[]);
    assert!(evidence_below(&dir.path("lake")) == before, "the same bytes are the same evidence");
    assert!(dir.path("lake/origins/00000002.json").exists());
    let settled = files_below(&dir.path("lake"));
    ingest(&dir, &[]);
    assert!(files_below(&dir.path("lake")) == settled);
}

#[test]
fn a_day_that_is_added_is_all_that_is_read() {
    let dir = two_days();
    ingest(&dir, &[]);
    let before = files_below(&dir.path("lake"));
    for (name, _) in files_below(&dir.path("evidence")) {
        change_unseen(&dir.path(&format!("evidence/{name}")));
    }
    HOME.snapshot(&dir, &at(3, 0), &[HOME.item(GROUP, "sg-1", &at(1, 0)), HOME.item(GROUP, "sg-2", &at(2, 12))]);
    let run = ingest(&dir, &[]);
    assert!(run.stderr.contains("lake: 1 new files with 1 new records; 3 files were in its ledger"), "{}", run.stderr);
    let after = files_below(&dir.path("lake"));
    assert!(before.iter().all(|file| after.contains(file)), "what was committed stays");
}

#[test]
fn what_is_supplied_makes_another_reading() {
    let dir = TestDir::new();
    dir.json("policy.json", &json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }));
    let first = ingest(&dir, &[]);
    assert_eq!(first.status, 3, "neither account nor time is known: {}", first.stderr);
    let supplied = ["--account", "111122223333", "--taken-at", "2026-01-05"];
    let second = ingest(&dir, &supplied);
    assert_eq!((second.status, second.stderr.as_str()), (0, "lake: 1 new files with 1 new records\n"));
    assert!(ingest(&dir, &supplied).stderr.contains("already"));
}

#[test]
fn a_list_that_is_damaged_or_of_another_lake_lets_nothing_be_passed_over() {
    let lists = |dir: &TestDir| {
        let lists: Vec<_> = files_below(&dir.path("lake/origins")).into_iter().map(|(name, _)| name).collect();
        lists.len()
    };
    for damage in ["{", "{\"number\": 1}", ""] {
        let dir = two_days();
        ingest(&dir, &[]);
        if damage.is_empty() {
            let list = dir.bytes("lake/origins/00000001.parquet");
            dir.file("lake/origins/00000001.parquet", &list[..list.len() - 8]);
        } else {
            dir.file("lake/origins/00000001.json", damage);
        }
        change_unseen(&dir.path("evidence/notes.txt"));
        let run = ingest(&dir, &[]);
        assert!(run.stderr.contains("lake: 1 new files"), "{damage}: {}", run.stderr);
        assert_eq!(lists(&dir), 4, "a new list was made");
    }
    // Of a lake that was taken back to an earlier commit.
    let dir = two_days();
    ingest(&dir, &[]);
    HOME.snapshot(&dir, &at(3, 0), &[HOME.item(GROUP, "sg-2", &at(2, 12))]);
    ingest(&dir, &[]);
    let whole = evidence_below(&dir.path("lake"));
    fs::remove_file(dir.path("lake/commits/00000002.json")).unwrap();
    let run = ingest(&dir, &[]);
    assert!(run.stderr.contains("lake: 1 new files with 1 new records"), "{}", run.stderr);
    assert!(evidence_below(&dir.path("lake")) == whole);
}

#[test]
fn little_memory_gives_the_same_lake() {
    let evidence = crate::sample_data::sample_data();
    let out = TestDir::new();
    for (lake, memory) in [("usual", "512MiB"), ("little", "64MiB")] {
        let run = out.tickmark(&["ingest", &evidence, "--lake", lake, "--memory", memory]);
        assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    }
    assert!(evidence_below(&out.path("usual")) == evidence_below(&out.path("little")));
    for size in ["63MiB", "512", "a lot", "18446744073709551615GiB"] {
        let run = out.tickmark(&["ingest", &evidence, "--lake", "lake", "--memory", size]);
        assert_eq!(run.status, 2, "{size}: {}", run.stderr);
    }
}
