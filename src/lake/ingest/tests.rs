//! Whole ingests of small evidence, into lakes of their own.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use super::{IngestSettings, IngestSummary, Progress, ingest};
use crate::evidence::discover;
use crate::lake::{FileRow, Lake, LakeError};

/// A file that is recognised, and set aside.
const READ: &[u8] = br#"{"DeliveryChannels": [{"name": "default"}]}"#;

/// Evidence and a place for a lake.
struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let ground = Self { folder: tempfile::tempdir().unwrap() };
        for (name, bytes) in files {
            let path = ground.evidence().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        ground
    }

    fn evidence(&self) -> PathBuf {
        self.folder.path().join("e")
    }

    fn lake(&self) -> PathBuf {
        self.folder.path().join("lake")
    }

    fn ingest(&self) -> Result<IngestSummary, LakeError> {
        read_into(&self.evidence(), &self.lake())
    }

    fn ledger(&self) -> Vec<FileRow> {
        Lake::open(&self.lake()).unwrap().ledger().unwrap()
    }

    /// Path, kind and outcome of each row of the ledger.
    fn outcomes(&self) -> Vec<String> {
        let rows = self.ledger().into_iter();
        rows.map(|row| format!("{} {} {}", row.path, row.kind, row.outcome)).collect()
    }
}

fn read_into(evidence: &Path, lake: &Path) -> Result<IngestSummary, LakeError> {
    ingest(&discover(&[evidence.to_owned()])?, lake, &IngestSettings::default(), &Progress::default())
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The first bytes of a tar: a member of up to 512 bytes takes 1024.
fn cut(mut tar: Vec<u8>, bytes: usize) -> Vec<u8> {
    tar.truncate(bytes);
    tar
}

#[test]
fn a_whole_bundle_is_counted_by_its_members() {
    let ground = Ground::with(&[("a.zip", zipped(&[("p.json", READ)]))]);
    let summary = ground.ingest().unwrap();
    assert_eq!(ground.outcomes(), ["e/a.zip bundle bundle", "e/a/p.json config_other set_aside"]);
    assert_eq!((summary.files_new, summary.files_rejected, summary.files_partial), (1, 0, 0));
}

#[test]
fn a_damaged_bundle_is_a_file_of_its_own() {
    let mut headless = zipped(&[("p.json", READ)]);
    headless.truncate(headless.len() - 30);
    let two = tarred(&[("p.json", READ), ("q.json", READ)]);
    let ground = Ground::with(&[
        ("1-whole.tar", two.clone()),
        ("2-headless.zip", headless),
        ("3-cut.tar", cut(two, 1100)),
        ("4-last.json", READ.to_vec()),
    ]);
    let summary = ground.ingest().unwrap();
    let bundles: Vec<String> = ground.outcomes().into_iter().filter(|row| row.contains(" bundle ")).collect();
    assert_eq!(
        bundles,
        ["e/1-whole.tar bundle bundle", "e/2-headless.zip bundle rejected", "e/3-cut.tar bundle partial"]
    );
    assert!(summary.files_rejected >= 1 && summary.files_partial >= 1, "{summary:?}");
    let counted = ground.ledger().iter().filter(|row| row.outcome != "bundle").count() as u64;
    assert_eq!(summary.files_new, counted);
}

#[test]
fn a_bundle_in_a_bundle_answers_for_its_own_members_only() {
    let two = tarred(&[("p.json", READ), ("q.json", READ)]);
    let deepest = zipped(&[("r.json", READ)]);
    let too_deep = zipped(&[("deep.zip", &deepest)]);
    let outer = zipped(&[("1-cut.tar", &cut(two.clone(), 1100)), ("2-torn.tar", &cut(two, 520)), ("3.zip", &too_deep)]);
    let ground = Ground::with(&[("0.json", READ.to_vec()), ("x.zip", outer)]);
    ground.ingest().unwrap();
    let bundles: Vec<String> = ground.outcomes().into_iter().filter(|row| row.contains(" bundle ")).collect();
    assert_eq!(
        bundles,
        [
            "e/x.zip bundle bundle",
            "e/x/1-cut.tar bundle partial",
            "e/x/2-torn.tar bundle rejected",
            "e/x/3.zip bundle bundle",
            "e/x/3/deep.zip bundle rejected"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_again_when_it_is_known() {
    let ground = Ground::with(&[("a.json", READ.to_vec()), ("b.json", b"nothing known".to_vec())]);
    let first = ground.ingest().unwrap();
    let second = ground.ingest().unwrap();
    assert_eq!((first.files_new, first.files_rejected, first.problems.len()), (2, 1, 1));
    assert_eq!((second.files_new, second.files_known, second.files_rejected), (0, 2, 1));
    assert!(second.problems.is_empty() && second.commit.is_none());
}

#[test]
fn ingests_into_one_new_lake_wait_for_each_other() {
    for round in 0..20 {
        let ground =
            Ground::with(&[("a/a.json", READ.to_vec()), ("b/b.json", READ.to_vec()), ("c/c.json", READ.to_vec())]);
        let start = std::sync::Barrier::new(3);
        std::thread::scope(|scope| {
            let ingests: Vec<_> = ["a", "b", "c"]
                .map(|name| {
                    let (evidence, lake, start) = (ground.evidence().join(name), ground.lake(), &start);
                    scope.spawn(move || {
                        start.wait();
                        read_into(&evidence, &lake)
                    })
                })
                .into();
            for ingest in ingests {
                let summary = ingest.join().unwrap().unwrap_or_else(|error| panic!("round {round}: {error}"));
                assert_eq!(summary.files_new, 1);
            }
        });
        assert_eq!(ground.ledger().len(), 3);
    }
}

#[test]
fn what_an_ingest_left_before_there_was_a_lake_is_no_hindrance() {
    let ground = Ground::with(&[("a.json", READ.to_vec())]);
    std::fs::create_dir(ground.lake()).unwrap();
    for name in ["lake.lock", "lake.json.new", crate::lake::MADE_BY_RUN] {
        std::fs::write(ground.lake().join(name), "").unwrap();
    }
    assert_eq!(ground.ingest().unwrap().commit, Some(1));
}

#[test]
fn nothing_is_put_into_a_folder_of_something_else() {
    let ground = Ground::with(&[("a.json", READ.to_vec())]);
    std::fs::create_dir(ground.lake()).unwrap();
    std::fs::write(ground.lake().join("thesis.txt"), "mine").unwrap();
    let error = ground.ingest().unwrap_err();
    assert!(error.to_string().contains("is not empty"), "{error}");
    assert_eq!(std::fs::read_dir(ground.lake()).unwrap().count(), 1);
    let error = Lake::open(&ground.lake()).unwrap_err();
    assert!(error.to_string().contains("it has no `lake.json`; name"), "{error}");
}

#[test]
fn a_lake_that_is_not_there_is_said_not_to_be() {
    let ground = Ground::with(&[]);
    let error = Lake::open(&ground.lake()).unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[test]
fn without_memory_to_stage_rows_in_the_lake_is_the_same() {
    let finding = |number: u32, day: u32| {
        format!(
            r#"{{"SchemaVersion":"2018-10-08","Id":"arn:aws:securityhub:eu-west-1:111122223333:f/{number:05}",
            "ProductArn":"arn:aws:securityhub:eu-west-1::product/aws/securityhub","GeneratorId":"security-control/EC2.13",
            "AwsAccountId":"111122223333","CreatedAt":"2026-01-01T00:00:00Z","UpdatedAt":"2026-01-{day:02}T00:00:00Z",
            "Title":"a title that is long enough to be worth a byte or two of memory","Description":"d",
            "Types":["Software and Configuration Checks"],"Severity":{{"Label":"HIGH"}},
            "Compliance":{{"Status":"PASSED","SecurityControlId":"EC2.13"}},"RecordState":"ACTIVE",
            "Workflow":{{"Status":"NEW"}},
            "Resources":[{{"Type":"AwsEc2SecurityGroup","Id":"sg-{number}","Region":"eu-west-1"}}]}}"#
        )
    };
    let file = |days: std::ops::Range<u32>| {
        let all: Vec<String> = days.flat_map(|day| (0..700).map(move |number| finding(number, day))).collect();
        format!(r#"{{"Findings":[{}]}}"#, all.join(",")).into_bytes()
    };
    // The second file holds days of the first again.
    let ground = Ground::with(&[("a.json", file(1..4)), ("b.json", file(2..6))]);
    let tables = |memory_bytes: u64| {
        let lake = ground.folder.path().join(format!("lake-{memory_bytes}"));
        let settings = IngestSettings { memory_bytes, ..IngestSettings::default() };
        let found = discover(&[ground.evidence()]).unwrap();
        let summary = ingest(&found, &lake, &settings, &Progress::default()).unwrap();
        assert_eq!((summary.files_new, summary.records_new), (2, 5 * 700));
        std::fs::read(lake.join("tables/findings/a111122223333/00000001.parquet")).unwrap()
    };
    assert!(tables(0) == tables(1 << 30));
}

#[test]
fn the_sample_makes_the_same_tables_without_memory_to_stage_rows_in() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let folder = tempfile::tempdir().unwrap();
    let tables = |memory_bytes: u64| -> Vec<(PathBuf, Vec<u8>)> {
        let lake = folder.path().join(format!("lake-{memory_bytes}"));
        let settings = IngestSettings { memory_bytes, ..IngestSettings::default() };
        let found = discover(std::slice::from_ref(&sample)).unwrap();
        ingest(&found, &lake, &settings, &Progress::default()).unwrap();
        let entries = walkdir::WalkDir::new(lake.join("tables")).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().is_file());
        files
            .map(|file| (file.path().strip_prefix(&lake).unwrap().to_owned(), std::fs::read(file.path()).unwrap()))
            .collect()
    };
    let usual = tables(1 << 30);
    assert!(usual.len() > 8);
    assert!(tables(0) == usual);
}
