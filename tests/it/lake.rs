//! The lake as a folder: what is in it, what a stopped ingest leaves, and what is refused.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fixtures::{GROUP, HOME, OTHER, USER, at, get_findings};
use crate::harness::{TestDir, WINDOW, evidence_below, files_below};

/// Evidence with rows for every table, of two accounts.
fn evidence() -> TestDir {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.snapshot(
            &dir,
            &at(12, 0),
            &[place.item(GROUP, "sg-1", &at(11, 0)), place.user("AIDAEXAMPLEALICE00001", "alice", &at(11, 0))],
        );
        place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
        let finding = place.finding("EC2.13", ("AwsEc2SecurityGroup", &place.group_arn("sg-1")), &at(12, 0), "FAILED");
        dir.json(&format!("findings-{}.json", place.account), &get_findings(&[finding]));
        let rule = place.rule("restricted-ssh", "AWS", "INCOMING_SSH_DISABLED");
        dir.json(&format!("rules-{}.json", place.account), &json!({ "ConfigRules": [rule] }));
    }
    dir
}

fn ingest(dir: &TestDir) {
    let run = dir.tickmark(&["ingest", "evidence", "--lake", "lake"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
}

fn assess(dir: &TestDir) -> crate::harness::Run {
    dir.tickmark(&[&["assess", "--lake", "lake", "--out", "out"], &WINDOW[..]].concat())
}

fn json_at(dir: &TestDir, below: &str) -> Value {
    serde_json::from_slice(&dir.bytes(below)).unwrap()
}

#[test]
fn a_lake_holds_what_its_commits_name_and_nothing_else() {
    let dir = evidence();
    ingest(&dir);
    assert_eq!(json_at(&dir, "lake/lake.json"), json!({ "format": "tickmark lake", "schema": 4 }));
    let commit = json_at(&dir, "lake/commits/00000001.json");
    assert_eq!((commit["commit"].as_u64(), commit["schema"].as_u64()), (Some(1), Some(4)));
    let mut named: Vec<String> = Vec::new();
    for file in commit["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let bytes = dir.bytes(&format!("lake/{path}"));
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)), "{path}");
        assert_eq!(file["bytes"], bytes.len(), "{path}");
        named.push(path.to_owned());
    }
    let beside = ["commits/00000001.json", "lake.json", "lake.lock"];
    let beside = beside.into_iter().chain(["origins/00000001.json", "origins/00000001.parquet"]);
    let mut expected: Vec<String> = named.iter().cloned().chain(beside.map(str::to_owned)).collect();
    expected.sort();
    let found: Vec<String> = files_below(&dir.path("lake")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, expected);
    let tables = ["evaluations", "findings", "items", "listings", "rules", "snapshots"];
    for table in tables {
        for account in [HOME.account, OTHER.account] {
            let path = format!("tables/{table}/a{account}/00000001.parquet");
            assert!(named.contains(&path), "{path} is missing in {named:#?}");
        }
    }
    assert!(named.contains(&"tables/ledger/00000001.parquet".to_owned()));
}

/// All rows of a table's file as JSON, a member a column: text, flags, and times in microseconds.
pub(crate) fn rows(dir: &TestDir, below: &str) -> Vec<Value> {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::TimestampMicrosecondType;
    let file = std::fs::File::open(dir.path(below)).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        for at in 0..batch.num_rows() {
            let cells = batch
                .schema()
                .fields()
                .iter()
                .zip(batch.columns())
                .filter_map(|(field, column)| {
                    let text = column.as_string_opt::<i32>().filter(|column| !column.is_null(at));
                    let flag = column.as_boolean_opt();
                    let time = column.as_primitive_opt::<TimestampMicrosecondType>();
                    let value = text.map(|column| Value::from(column.value(at)));
                    let value = value.or_else(|| flag.map(|column| Value::from(column.value(at))));
                    let value = value.or_else(|| time.map(|column| Value::from(column.value(at))));
                    Some((field.name().clone(), value?))
                })
                .collect();
            rows.push(Value::Object(cells));
        }
    }
    rows
}

#[test]
fn accounts_keep_their_leading_zeros_at_rest() {
    let dir = evidence();
    ingest(&dir);
    let items = rows(&dir, "lake/tables/items/a011122223333/00000001.parquet");
    assert_eq!(items.len(), 2);
    assert!(
        items.iter().all(|row| row["recorder_account"] == "011122223333" && row["account"] == "011122223333"),
        "{items:#?}"
    );
    assert!(
        items.iter().any(|row| row["resource_type"] == USER
            && row["region"] == "global"
            && row["recorder_region"] == "eu-west-1")
    );
}

#[test]
fn an_item_in_a_hundred_snapshots_is_one_row_and_its_listing_one_run() {
    let dir = TestDir::new();
    let stays = HOME.item(GROUP, "sg-stays", &at(1, 0));
    let pauses = HOME.item(GROUP, "sg-pauses", &at(1, 0));
    for day in 1..=25 {
        for hour in [0, 6, 12, 18] {
            let both = [stays.clone(), pauses.clone()];
            let listed = if (10..12).contains(&day) { &both[..1] } else { &both[..] };
            HOME.snapshot(&dir, &at(day, hour), listed);
        }
    }
    ingest(&dir);
    let table = |name: &str| rows(&dir, &format!("lake/tables/{name}/a011122223333/00000001.parquet"));
    assert_eq!((table("items").len(), table("snapshots").len()), (2, 100));
    let mut runs: Vec<String> =
        table("listings").iter().map(|row| row["resource_id"].as_str().unwrap().to_owned()).collect();
    runs.sort();
    assert_eq!(runs, ["sg-pauses", "sg-pauses", "sg-stays"]);
}

#[test]
fn the_same_evidence_makes_the_same_tables() {
    let (one, other) = (evidence(), evidence());
    for (dir, threads) in [(&one, "1"), (&other, "4")] {
        let run = dir.tickmark(&["ingest", "evidence", "--lake", "lake", "--threads", threads]);
        assert_eq!(run.status, 0);
    }
    assert!(evidence_below(&one.path("lake")) == evidence_below(&other.path("lake")));
}

#[test]
fn what_is_offered_again_adds_nothing() {
    let dir = evidence();
    ingest(&dir);
    let before = files_below(&dir.path("lake"));
    let run = dir.tickmark(&["ingest", "evidence", "--lake", "lake"]);
    assert_eq!(run.stderr, "lake: 0 new files with 0 new records; 8 files were in its ledger already\n");
    assert!(files_below(&dir.path("lake")) == before);
}

#[test]
fn a_second_delivery_adds_to_the_first() {
    let dir = evidence();
    ingest(&dir);
    assert_eq!(assess(&dir).status, 0);
    let before = dir.bytes("lake/tables/items/a011122223333/00000001.parquet");
    let more = TestDir::new();
    HOME.snapshot(&more, &at(13, 0), &[HOME.item(GROUP, "sg-1", &at(11, 0)), HOME.item(GROUP, "sg-2", &at(12, 12))]);
    let run = dir.tickmark(&["ingest", more.path("evidence").to_str().unwrap(), "--lake", "lake"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 1 new files with 1 new records\n"));
    assert_eq!(json_at(&dir, "lake/commits/00000002.json")["commit"], 2);
    assert!(dir.bytes("lake/tables/items/a011122223333/00000001.parquet") == before, "what was committed stays");
    assert_eq!(assess(&dir).status, 0);
    let subjects = dir.text("out/subjects.csv");
    assert!(subjects.contains(",sg-1,") && subjects.contains(",sg-2,"), "{subjects}");
    let ledger = dir.text("out/ledger.csv");
    assert_eq!(ledger.lines().count(), 1 + 9);
}

#[test]
fn what_a_stopped_ingest_left_behind_counts_for_nothing() {
    let stopped = evidence();
    ingest(&stopped);
    assert_eq!(assess(&stopped).status, 0);
    let expected = stopped.text("out/results.json");
    // Tables without a commit, a half-written commit, and staged rows.
    let committed = stopped.bytes("lake/tables/items/a011122223333/00000001.parquet");
    stopped.file("lake/tables/items/a011122223333/00000002.parquet", &committed);
    stopped.file("lake/tables/findings/a999999999999/00000002.parquet", "half a file");
    stopped.file("lake/tables/ledger/00000002.parquet", "half a file");
    stopped.file("lake/commits/00000002.json.new", "{\"commit\": 2, \"sch");
    stopped.file("lake/staging/a011122223333/1/items.parquet", "half a file");
    assert_eq!(assess(&stopped).status, 0);
    assert_eq!(stopped.text("out/results.json"), expected);
    // The next ingest writes over them and completes.
    stopped.json(
        "late.json",
        &get_findings(&[HOME.finding(
            "EC2.13",
            ("AwsEc2SecurityGroup", &HOME.group_arn("sg-9")),
            &at(13, 0),
            "PASSED",
        )]),
    );
    ingest(&stopped);
    assert!(!stopped.path("lake/staging").exists());
    assert_eq!(assess(&stopped).status, 0);
    assert!(stopped.text("out/subjects.csv").contains(",sg-9,"));
}

#[test]
fn a_lake_whose_first_ingest_stopped_is_completed_by_the_next() {
    let dir = evidence();
    dir.file("lake/lake.json", "{\"format\": \"tickmark lake\", \"schema\": 4}");
    dir.file("lake/tables/items/a011122223333/00000001.parquet", "half a file");
    dir.file("lake/staging/a011122223333/1/items.parquet", "half a file");
    ingest(&dir);
    let fresh = evidence();
    ingest(&fresh);
    assert_eq!((assess(&dir).status, assess(&fresh).status), (0, 0));
    assert_eq!(dir.text("out/results.json"), fresh.text("out/results.json"));
}

#[test]
fn a_folder_that_is_no_lake_is_refused_and_left_alone() {
    for (name, text) in [
        ("notes.txt", "mine"),
        ("lake.json", "{\"format\": \"another thing\", \"schema\": 4}"),
        ("lake.json", "not json"),
    ] {
        let dir = evidence();
        dir.file(&format!("lake/{name}"), text);
        for run in [dir.tickmark(&["ingest", "evidence", "--lake", "lake"]), assess(&dir)] {
            assert!(matches!(run.status, 1 | 2), "{name}: {}", run.stderr);
            assert!(run.stderr.starts_with("error: `lake"), "{name}: {}", run.stderr);
        }
        assert_eq!(files_below(&dir.path("lake")), [(name.to_owned(), text.as_bytes().to_vec())]);
    }
    let dir = TestDir::new();
    let run = assess(&dir);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("does not exist"), "{}", run.stderr);
    assert!(!Path::new(&dir.path("lake")).exists(), "asking makes no lake");
}

#[test]
fn a_lake_of_another_schema_version_is_refused() {
    let dir = evidence();
    ingest(&dir);
    dir.file("lake/lake.json", "{\"format\": \"tickmark lake\", \"schema\": 1}");
    for run in [dir.tickmark(&["ingest", "evidence", "--lake", "lake"]), assess(&dir)] {
        assert_eq!(run.status, 1);
        assert!(run.stderr.contains("was written with schema 1, this tickmark reads 4"), "{}", run.stderr);
    }
}

#[test]
fn a_damaged_table_stops_the_run() {
    let dir = evidence();
    ingest(&dir);
    let path = "lake/tables/findings/a011122223333/00000001.parquet";
    let whole = dir.bytes(path);
    dir.file(path, &whole[..whole.len() - 20]);
    let run = assess(&dir);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("is damaged"), "{}", run.stderr);
    std::fs::remove_file(dir.path(path)).unwrap();
    assert_eq!(assess(&dir).status, 1, "a table that a commit names is missing");
}

#[test]
fn a_missing_commit_between_others_stops_the_run() {
    let dir = evidence();
    ingest(&dir);
    dir.json(
        "late.json",
        &get_findings(&[HOME.finding("EC2.13", ("AwsEc2SecurityGroup", "sg"), &at(13, 0), "PASSED")]),
    );
    ingest(&dir);
    std::fs::remove_file(dir.path("lake/commits/00000001.json")).unwrap();
    let run = assess(&dir);
    assert_eq!(run.status, 1, "half of the evidence is gone: {}", run.stdout);
}

#[test]
fn a_run_with_a_lake_of_its_own_name_keeps_it() {
    let dir = evidence();
    let first = dir.answer(&["--lake", "kept"]);
    assert!(dir.path("kept/lake.json").exists() && !dir.path("out/lake").exists());
    let second = dir.answer(&["--lake", "kept"]);
    assert_eq!(first.files, second.files);
}
