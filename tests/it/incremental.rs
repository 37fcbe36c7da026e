//! What a lake knows is not read again, and nothing that could be read is passed over.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::fixtures::{GROUP, HOME, OTHER, at};
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
    for (lake, memory) in [("usual", "512MiB"), ("little", "192MiB")] {
        let run = out.tickmark(&["ingest", &evidence, "--lake", lake, "--memory", memory]);
        assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    }
    assert!(evidence_below(&out.path("usual")) == evidence_below(&out.path("little")));
    for size in ["191MiB", "512", "a lot", "18446744073709551615GiB"] {
        let run = out.tickmark(&["ingest", &evidence, "--lake", "lake", "--memory", size]);
        assert_eq!(run.status, 2, "{size}: {}", run.stderr);
    }
}

#[test]
fn a_file_that_could_not_be_opened_once_is_forgotten_when_it_can_be() {
    let dir = two_days();
    ingest(&dir, &[]);
    let whole = evidence_below(&dir.path("lake"));
    assert!(!whole.is_empty());
    // A link is refused; the file that takes its place is read.
    std::os::unix::fs::symlink(dir.path("evidence/notes.txt"), dir.path("evidence/policy.json")).unwrap();
    assert_eq!(ingest(&dir, &[]).status, 3);
    fs::remove_file(dir.path("evidence/policy.json")).unwrap();
    fs::remove_file(dir.path("evidence/notes.txt")).unwrap();
    HOME.snapshot(&dir, &at(3, 0), &[HOME.item(GROUP, "sg-2", &at(2, 12))]);
    dir.json("111122223333/2026-01-05/policy.json", &json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }));
    fs::rename(dir.path("evidence/111122223333/2026-01-05/policy.json"), dir.path("evidence/policy.json")).unwrap();
    let supplied = ["--account", "111122223333", "--taken-at", "2026-01-05"];
    assert_eq!(ingest(&dir, &supplied).status, 0);
    let verified = dir.tickmark(&["verify", "evidence", "--lake", "lake", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
    let differences = answer["differences"].as_array().unwrap();
    assert!(differences.iter().all(|one| one["file"] == "evidence/notes.txt"), "{differences:#?}");
}

#[test]
fn every_file_with_items_of_another_account_than_its_name_is_read_in_part() {
    let days = |dir: &TestDir, days: &[u32]| {
        for day in days {
            let other = OTHER.item(GROUP, "sg-1", &at(1, 0));
            HOME.snapshot(dir, &at(*day, 0), &[other, HOME.item(GROUP, "sg-2", &at(1, 0))]);
        }
    };
    let (at_once, bit_by_bit) = (TestDir::new(), TestDir::new());
    days(&at_once, &[1, 2, 3]);
    let run = ingest(&at_once, &[]);
    assert!(run.stderr.contains("0 were rejected and 3 read only in part"), "{}", run.stderr);
    for day in [1, 2, 3] {
        days(&bit_by_bit, &[day]);
        ingest(&bit_by_bit, &[]);
    }
    let snapshots = |dir: &TestDir, commit: u32| {
        crate::lake::rows(dir, &format!("lake/tables/snapshots/a{}/{commit:08}.parquet", HOME.account))
    };
    assert!(snapshots(&at_once, 1).iter().all(|row| row["whole"] == false));
    assert!((1..=3).all(|commit| snapshots(&bit_by_bit, commit).iter().all(|row| row["whole"] == false)));
}

#[test]
fn what_one_file_repeats_gives_the_same_bytes_on_any_number_of_threads() {
    let dir = TestDir::new();
    let wide = "x".repeat(3_000);
    let mut items = Vec::new();
    for block in 0..12 {
        let of_block: Vec<_> = (0..200)
            .map(|number| {
                let mut item = HOME.item(GROUP, &format!("sg-{block}-{number}"), &at(1, 0));
                item["configuration"] = json!({ "description": wide });
                item
            })
            .collect();
        items.extend(of_block.iter().cloned());
        items.extend(of_block);
    }
    HOME.snapshot(&dir, &at(1, 0), &items);
    let lakes: Vec<_> = ["1", "2", "4", "4"]
        .iter()
        .enumerate()
        .map(|(number, threads)| {
            let lake = format!("lake-{number}");
            dir.tickmark(&["ingest", "evidence", "--lake", &lake, "--threads", threads]);
            evidence_below(&dir.path(&lake))
        })
        .collect();
    assert!(lakes.iter().all(|lake| *lake == lakes[0]));
}

#[test]
fn many_commits_hold_each_fact_once() {
    let dir = TestDir::new();
    for day in 1..=20 {
        let items: Vec<_> = (1..=day).map(|number| HOME.item(GROUP, &format!("sg-{number}"), &at(1, number))).collect();
        HOME.snapshot(&dir, &at(day + 1, 0), &items);
        let run = ingest(&dir, &[]);
        assert!(run.stderr.contains("1 new files with 1 new records"), "day {day}: {}", run.stderr);
    }
}
