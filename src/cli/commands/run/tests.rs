//! The lake in the output folder: replaced only where a run made it.

use std::fs;
use std::path::Path;

use super::{NewLake, keep_lake};
use crate::cli::settings::UsageError;
use crate::evidence::discover;
use crate::lake::{IngestSettings, MADE_BY_RUN, Progress, ingest};

/// Puts evidence into the lake inside `out`.
fn fill(out: &Path) {
    let evidence = out.join("evidence.json");
    fs::write(&evidence, r#"{"DeliveryChannels": [{"name": "default"}]}"#).unwrap();
    let found = discover(&[evidence]).unwrap();
    ingest(&found, &out.join("lake"), &IngestSettings::default(), &Progress::default()).unwrap();
}

/// Begins a lake and puts it in its place.
fn new_lake(out: &Path) -> anyhow::Result<std::path::PathBuf> {
    let lake = NewLake::begin(out)?;
    lake.place()?;
    lake.remove_old();
    Ok(lake.place.clone())
}

#[test]
fn a_lake_of_an_earlier_run_makes_way() {
    let out = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let lake = new_lake(out.path()).unwrap();
        assert!(!lake.join("lake.json").exists());
        fill(out.path());
        assert!(lake.join("lake.json").exists() && lake.join(MADE_BY_RUN).exists());
    }
}

#[test]
fn a_lake_that_no_run_made_stays() {
    let out = tempfile::tempdir().unwrap();
    fill(out.path());
    let error = new_lake(out.path()).unwrap_err();
    assert!(error.is::<UsageError>() && error.to_string().contains("--lake"), "{error}");
    assert!(out.path().join("lake/lake.json").exists());
}

#[test]
fn a_lake_that_was_added_to_by_name_stays() {
    let out = tempfile::tempdir().unwrap();
    let lake = new_lake(out.path()).unwrap();
    fill(out.path());
    keep_lake(&lake).unwrap();
    assert!(new_lake(out.path()).is_err());
    assert!(lake.join("lake.json").exists());
}

#[test]
fn a_folder_of_something_else_stays() {
    let out = tempfile::tempdir().unwrap();
    fs::create_dir(out.path().join("lake")).unwrap();
    assert!(new_lake(out.path()).is_ok());
    let out = tempfile::tempdir().unwrap();
    fs::create_dir(out.path().join("lake")).unwrap();
    fs::write(out.path().join("lake/thesis.txt"), "mine").unwrap();
    assert!(new_lake(out.path()).is_err());
    assert!(out.path().join("lake/thesis.txt").exists());
}

#[test]
fn a_lake_that_is_not_there_needs_no_keeping() {
    let out = tempfile::tempdir().unwrap();
    keep_lake(&out.path().join("nowhere")).unwrap();
    keep_lake(out.path()).unwrap();
}

#[test]
fn a_lake_stays_until_the_new_one_takes_its_place() {
    let out = tempfile::tempdir().unwrap();
    new_lake(out.path()).unwrap();
    fill(out.path());
    let begun = NewLake::begin(out.path()).unwrap();
    assert!(out.path().join("lake/lake.json").exists() && begun.new.join(MADE_BY_RUN).exists());
    drop(begun);
    assert!(out.path().join("lake/lake.json").exists() && !out.path().join("lake.new").exists());
}

#[test]
fn what_a_killed_run_left_is_removed_and_nothing_else() {
    for left in ["lake.new", "lake.old"] {
        let out = tempfile::tempdir().unwrap();
        fs::create_dir(out.path().join(left)).unwrap();
        fs::write(out.path().join(left).join("thesis.txt"), "mine").unwrap();
        assert!(new_lake(out.path()).is_err(), "{left}");
        assert!(out.path().join(left).join("thesis.txt").exists(), "{left} is nobody's to remove");
        fs::write(out.path().join(left).join(MADE_BY_RUN), "").unwrap();
        new_lake(out.path()).unwrap();
        assert!(!out.path().join(left).exists(), "{left}");
    }
}
