//! Exit statuses and messages of whole commands.

use std::ffi::OsString;
use std::path::Path;

use super::{Exit, run, with_causes};

/// How a command ends whose folder of results is `out`.
fn ended(arguments: &[&str]) -> Exit {
    run(std::iter::once("tickmark").chain(arguments.iter().copied()).map(OsString::from))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const WINDOW: [&str; 4] = ["--from", "2026-01-01", "--through", "2026-01-31"];

#[test]
fn a_cause_is_told_once() {
    let inner = std::io::Error::other("no room");
    let told = anyhow::Error::new(inner).context("`x` cannot be used: no room").context("stopped");
    assert_eq!(with_causes(&told), "stopped: `x` cannot be used: no room");
    let untold = anyhow::anyhow!("no room").context("`x` cannot be made");
    assert_eq!(with_causes(&untold), "`x` cannot be made: no room");
}

#[test]
fn what_an_option_names_and_is_not_there_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let (nowhere, out) = (folder.path().join("nowhere"), folder.path().join("out"));
    let (nowhere, out) = (text(&nowhere), text(&out));
    let assess = |more: &[&str]| ended(&[&["assess", "--out", out], &WINDOW[..], more].concat());
    assert_eq!(assess(&["--lake", nowhere]), Exit::Usage);
    assert_eq!(assess(&["--lake", text(folder.path())]), Exit::Usage);
    assert_eq!(assess(&["--lake", out, "--engagement", nowhere]), Exit::Usage);
    assert_eq!(assess(&["--lake", out, "--catalog", nowhere]), Exit::Usage);
    assert_eq!(ended(&["controls", "--catalog", nowhere]), Exit::Usage);
    assert_eq!(ended(&["ingest", nowhere, "--lake", out]), Exit::Usage);
}

#[test]
fn evidence_that_is_rejected_shows_in_every_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let (evidence, lake) = (folder.path().join("e"), folder.path().join("lake"));
    std::fs::create_dir(&evidence).unwrap();
    std::fs::write(evidence.join("a.zip"), b"PK\x03\x04 cut").unwrap();
    for _ in 0..2 {
        assert_eq!(ended(&["ingest", text(&evidence), "--lake", text(&lake)]), Exit::EvidenceRejected);
    }
    let out = folder.path().join("out");
    let assess = ["assess", "--lake", text(&lake), "--out", text(&out), "--format", "csv"];
    assert_eq!(ended(&[&assess[..], &WINDOW[..]].concat()), Exit::EvidenceRejected);
}
