//! Discovery: what is found, once, in which order.

use super::super::{DiscoverError, Discovery};
use super::*;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    folder
}

fn places(found: &Discovery) -> Vec<(String, String)> {
    found.files.iter().map(|file| (file.path(), file.place())).collect()
}

#[test]
fn files_come_in_the_order_of_their_bytes() {
    let folder = folder(&["e/b.json", "e/a/z.json", "e/B.json", "e/a.json", "e/.hidden", "e/ä.json"]);
    let found = discover(&with(folder.path(), &["e"])).unwrap();
    assert_eq!(paths(&found.files), ["e/.hidden", "e/B.json", "e/a.json", "e/a/z.json", "e/b.json", "e/ä.json"]);
    assert_eq!(found.files[1].size(), 8);
    assert!(found.files[3].hint_path().ends_with("/e/a/z.json"));
    assert_eq!(std::fs::read(found.files[3].place()).unwrap(), b"e/a/z.json");
}

#[test]
fn evidence_is_the_same_however_it_is_named() {
    let folder = folder(&["e/004857120933/eu-west-1/2026-03-31/a.json", "e/b.json"]);
    let named = |argument: &Path| {
        let found = discover(&[argument.to_owned()]).unwrap();
        found.files.into_iter().map(|file| (file.path(), file.hint_path())).collect::<Vec<_>>()
    };
    let absolute = folder.path().join("e");
    let expected = named(&absolute);
    assert_eq!(expected[0].0, "e/004857120933/eu-west-1/2026-03-31/a.json");
    let canonical = absolute.canonicalize().unwrap();
    assert_eq!(expected[1].1, format!("{}/b.json", canonical.display()));
    let here = std::env::current_dir().unwrap().canonicalize().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(canonical.strip_prefix("/").unwrap());
    let winding = folder.path().join("e/004857120933/../../e/./");
    for argument in [relative, winding, folder.path().join("e/004857120933/.."), absolute.join(".")] {
        assert_eq!(named(&argument), expected, "{}", argument.display());
    }
}

#[test]
fn a_file_that_two_arguments_reach_counts_once() {
    let folder = folder(&["e/a.json", "e/sub/b.json"]);
    let forwards = discover(&with(folder.path(), &["e", "e/sub", "e/a.json", "e"])).unwrap();
    let backwards = discover(&with(folder.path(), &["e/a.json", "e", "e/sub"])).unwrap();
    assert_eq!(paths(&forwards.files), ["a.json", "e/sub/b.json"]);
    assert_eq!(places(&forwards), places(&backwards));
}

#[test]
fn equal_names_of_two_folders_both_stay() {
    let folder = folder(&["one/logs/a.json", "two/logs/a.json"]);
    let forwards = discover(&with(folder.path(), &["one/logs", "two/logs"])).unwrap();
    let backwards = discover(&with(folder.path(), &["two/logs", "one/logs"])).unwrap();
    assert_eq!(paths(&forwards.files), ["logs/a.json", "logs/a.json"]);
    assert_eq!(places(&forwards), places(&backwards));
}

#[test]
fn missing_arguments_are_errors_that_name_them() {
    assert!(matches!(discover(&[]), Err(DiscoverError::NoArguments)));
    let folder = folder(&["a"]);
    let error = discover(&with(folder.path(), &["a", "not-there"])).unwrap_err().to_string();
    assert!(error.contains("not-there`"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_inside_are_refused_and_an_argument_that_is_one_is_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["real/a.json", "e/b.json"]);
    symlink(folder.path().join("real"), folder.path().join("e/link")).unwrap();
    symlink(folder.path().join("nowhere"), folder.path().join("e/broken")).unwrap();
    symlink(folder.path().join("real"), folder.path().join("entry")).unwrap();
    symlink(folder.path().join("real/a.json"), folder.path().join("one.json")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("e/socket")).unwrap();
    let found = discover(&with(folder.path(), &["e", "entry"])).unwrap();
    assert_eq!(paths(&found.files), ["e/b.json", "real/a.json"]);
    let refused: Vec<(&str, ProblemCode)> =
        found.refusals.iter().map(|refusal| (refusal.path.as_str(), refusal.problem.code)).collect();
    let code = ProblemCode::NotARegularFile;
    assert_eq!(refused, [("e/broken", code), ("e/link", code), ("e/socket", code)]);
    assert!(found.refusals[1].problem.what.contains("symbolic link"));
    let found = discover(&with(folder.path(), &["one.json"])).unwrap();
    assert_eq!(paths(&found.files), ["a.json"]);
}

#[cfg(unix)]
#[test]
fn odd_names_on_disk_are_read() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = folder(&["e/=cmd.json", "e/\u{1b}[31m.json", "e/AWS::S3::Bucket.json"]);
    let odd = folder.path().join("e").join(std::ffi::OsStr::from_bytes(b"\xff.json"));
    std::fs::write(odd, "odd").unwrap();
    let found = discover(&with(folder.path(), &["e"])).unwrap();
    assert_eq!(paths(&found.files), ["e/=cmd.json", "e/AWS::S3::Bucket.json", "e/\\u{1b}[31m.json", "e/\u{fffd}.json"]);
    let mut reader = Reader::default();
    visit(&found.files[3], &Limits::default(), &AtomicU64::new(0), &mut reader);
    assert_eq!(reader.told[0].bytes(), b"odd");
}

#[test]
fn a_file_that_is_gone_is_refused() {
    let folder = folder(&["a.json", "b.json"]);
    let found = discover(&with(folder.path(), &["a.json", "b.json"])).unwrap();
    std::fs::remove_file(found.files[0].place()).unwrap();
    std::fs::remove_file(found.files[1].place()).unwrap();
    std::fs::create_dir(found.files[1].place()).unwrap();
    let mut reader = Reader::default();
    for file in &found.files {
        visit(file, &Limits::default(), &AtomicU64::new(0), &mut reader);
    }
    assert_eq!(lines(&reader.told), ["refused a.json [] E101", "refused b.json [] E102"]);
}
