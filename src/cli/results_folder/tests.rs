//! A set of result files is replaced whole, or what is left is no set.

use std::fs;
use std::path::Path;

use super::{MANIFEST, ResultsFolder};

const FIRST: &[u8] = b"first";

fn files(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![("results.json", text.to_vec()), ("controls.csv", text.to_vec())]
}

/// Names and texts in a folder.
fn found(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let mut found: Vec<_> =
        files.map(|entry| (entry.file_name().into_string().unwrap(), text(&entry.path()))).collect();
    found.sort();
    found
}

fn set(text: &str) -> Vec<(String, String)> {
    ["controls.csv", MANIFEST, "results.json"].map(|name| (name.to_owned(), text.to_owned())).to_vec()
}

/// A folder with a first set in it.
fn filled() -> (tempfile::TempDir, ResultsFolder) {
    let folder = tempfile::tempdir().unwrap();
    let results = ResultsFolder::open(folder.path()).unwrap();
    results.replace(&files(FIRST), FIRST, || Ok(())).unwrap();
    assert_eq!(found(folder.path()), set("first"));
    (folder, results)
}

#[test]
fn a_set_takes_the_place_of_an_earlier_one() {
    let (folder, results) = filled();
    results.replace(&files(b"second"), b"second", || Ok(())).unwrap();
    assert_eq!(found(folder.path()), set("second"));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_earlier_set() {
    let (folder, results) = filled();
    fs::create_dir(folder.path().join("manifest.json.new")).unwrap();
    let error = format!("{:#}", results.replace(&files(b"second"), b"second", || Ok(())).unwrap_err());
    assert!(error.contains("manifest.json.new` cannot be written, and the result files are left as"), "{error}");
    assert_eq!(found(folder.path()), set("first"));
}

#[test]
fn a_set_that_was_not_put_in_place_whole_has_no_manifest() {
    let (folder, results) = filled();
    fs::remove_file(folder.path().join("controls.csv")).unwrap();
    fs::create_dir(folder.path().join("controls.csv")).unwrap();
    let error = format!("{:#}", results.replace(&files(b"second"), b"second", || Ok(())).unwrap_err());
    assert!(error.contains("not one set") && error.contains("controls.csv` cannot be replaced"), "{error}");
    assert!(!folder.path().join(MANIFEST).exists());
    let (folder, results) = filled();
    results.replace(&files(b"second"), b"second", || Err(anyhow::anyhow!("no lake"))).unwrap_err();
    assert!(!folder.path().join(MANIFEST).exists(), "the lake was not replaced, so the set is none");
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["results.json.new", "manifest.json.new", "notes.new"] {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    ResultsFolder::open(folder.path()).unwrap();
    assert_eq!(found(folder.path()), [("notes.new".to_owned(), "half".to_owned())], "what is not ours stays");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_new_file_is_not_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let results = ResultsFolder::open(folder.path()).unwrap();
    let elsewhere = folder.path().join("mine.txt");
    fs::write(&elsewhere, "mine").unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.path().join("results.json.new")).unwrap();
    results.replace(&files(b"second"), b"second", || Ok(())).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
}
