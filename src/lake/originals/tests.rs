//! Records are found again wherever the evidence lies, and only where it is still the same.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Original, WantedFile, originals};
use crate::evidence::{Limits, discover};

const FINDINGS: &str = r#"{"Findings":[{"SchemaVersion":"2018-10-08"},{"x":2}]}"#;
const REPORT: &str = "\u{feff}user,arn\n<root_account>,arn:root\n\nalice,arn:alice\n";

/// Items that a file name alone dates and places.
fn history() -> String {
    let item = |id: &str| {
        format!(
            r#"{{"configurationItemVersion":"1.3","configurationItemCaptureTime":"2026-01-02T00:00:00Z","awsAccountId":"011122223333","configurationItemStatus":"OK","resourceType":"AWS::S3::Bucket","resourceId":"{id}","awsRegion":"eu-west-1","configuration":{{}}}}"#
        )
    };
    format!(r#"{{"fileVersion":"1.0","configurationItems":[{},{},{}]}}"#, item("a"), item("b"), item("b"))
}

fn wanted(path: &str, bundle: &str, text: &str, kind: &str, records: &[u64]) -> WantedFile {
    WantedFile {
        evidence_id: String::new(),
        path: path.to_owned(),
        bundle: bundle.to_owned(),
        sha256: hex::encode(Sha256::digest(text.as_bytes())),
        kind: kind.to_owned(),
        account: "011122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        evidence_time: None,
        records: records.iter().copied().collect(),
    }
}

fn write(root: &Path, below: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = root.join(below);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// What became of a file, in a few words.
fn fate(wanted: &WantedFile, evidence: &[PathBuf]) -> String {
    let offered = (!evidence.is_empty()).then(|| discover(evidence).unwrap().files);
    let found = originals(std::slice::from_ref(wanted), offered.as_deref(), &Limits::default()).unwrap();
    match found.first().unwrap() {
        Original::Missing => "missing".to_owned(),
        Original::Differs { sha256 } => format!("differs {}", sha256.get(..4).unwrap()),
        Original::Same(records) => {
            let shown = records.iter().map(|(number, record)| {
                let header = record.header.as_deref().map(|header| format!("{header}|")).unwrap_or_default();
                let id = record
                    .text
                    .split("resourceId\":\"")
                    .nth(1)
                    .map_or(record.text.as_str(), |rest| rest.get(..1).unwrap());
                format!(" {number}={header}{id}")
            });
            format!("same{}", shown.collect::<String>())
        }
    }
}

#[test]
fn records_are_taken_by_number_from_wherever_the_file_lies() {
    let dir = tempfile::tempdir().unwrap();
    let text = history();
    let file = wanted("evidence/a/history.json", "", &text, "config_history", &[2, 3]);
    write(dir.path(), "evidence/a/history.json", &text);
    write(dir.path(), "renamed/a/history.json", &text);
    let alone = write(dir.path(), "elsewhere/history.json", &text);
    for place in [dir.path().join("evidence"), dir.path().join("renamed"), dir.path().to_owned(), alone] {
        assert_eq!(fate(&file, std::slice::from_ref(&place)), "same 2=b 3=b", "{}", place.display());
    }
    let check = WantedFile { records: [].into(), ..file };
    assert_eq!(fate(&check, &[dir.path().join("evidence")]), "same", "only the hash was asked for");
}

#[test]
fn another_file_in_its_place_is_told_and_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let text = history();
    let file = wanted("evidence/a/history.json", "", &text, "config_history", &[1]);
    write(dir.path(), "evidence/a/history.json", text.replace("\"b\"", "\"c\""));
    assert!(fate(&file, &[dir.path().join("evidence")]).starts_with("differs "));
    write(dir.path(), "evidence/b/history.json", &text);
    assert_eq!(fate(&file, &[dir.path().join("evidence")]), "same 1=a", "the same bytes are proof enough");
    fs::remove_dir_all(dir.path().join("evidence")).unwrap();
    write(dir.path(), "evidence/z/history.json", "{}");
    assert_eq!(fate(&file, &[dir.path().join("evidence")]), "missing", "one of that name elsewhere is another");
    assert_eq!(originals(&[file], Some(&[]), &Limits::default()).unwrap(), [Original::Missing]);
}

#[test]
fn lines_of_a_report_come_with_its_header() {
    let dir = tempfile::tempdir().unwrap();
    let file = wanted("evidence/report.csv", "", REPORT, "iam_credential_report", &[2]);
    write(dir.path(), "evidence/report.csv", REPORT);
    assert_eq!(fate(&file, &[dir.path().join("evidence")]), "same 2=user,arn|alice,arn:alice");
}

#[test]
fn what_cannot_be_found_again_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let file = wanted("evidence/f.json", "", FINDINGS, "securityhub_findings", &[1, 99]);
    write(dir.path(), "evidence/f.json", FINDINGS);
    assert_eq!(fate(&file, &[dir.path().join("evidence")]), "same");
}
