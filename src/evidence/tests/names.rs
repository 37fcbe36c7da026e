//! Names: shown harmlessly, normalised, never trusted.

use super::super::names::{folder_of_bundle, member_path, shown};
use super::*;

#[test]
fn odd_names_are_shown_harmlessly() {
    assert_eq!(shown("\u{1b}[2Jclear"), "\\u{1b}[2Jclear");
    assert_eq!(shown("a\u{202e}nosj"), "a\\u{202e}nosj");
    for harmless in ["=cmd|' /C calc'!A0", "größe/日本.json", "x_ConfigHistory_AWS::S3::Bucket_1.json.gz"] {
        assert_eq!(shown(harmless), harmless);
    }
}

#[test]
fn member_paths_are_normalised() {
    for (name, path) in [
        (&b"a/b.json"[..], "a/b.json"),
        (b"./a//b.json", "a/b.json"),
        (b"a\\b\\c.json", "a/b/c.json"),
        (b"a/..b/c..", "a/..b/c.."),
        (b"AWS::EC2::VPC.json", "AWS::EC2::VPC.json"),
        (b"\xff.json", "\u{fffd}.json"),
        (b"new\nline", "new\\u{a}line"),
    ] {
        assert_eq!(member_path(name).as_deref(), Ok(path));
    }
    for name in [&b"/a"[..], b"\\a", b"c:a", b"C:/a", b"..", b"a/..", b"a\0b", b"", b"./"] {
        assert!(member_path(name).is_err(), "{name:?}");
    }
}

#[test]
fn folders_of_bundles_bear_no_suffix() {
    for (path, folder) in [
        ("a/b.zip", "a/b"),
        ("b.TAR.GZ", "b"),
        ("b.tar.zst", "b"),
        ("b", "b"),
        ("a.zip/b", "a.zip/b"),
        (".zip", ".zip"),
        ("a/.tgz", "a/.tgz"),
        ("ü.zip", "ü"),
        ("xü", "xü"),
    ] {
        assert_eq!(folder_of_bundle(path), folder);
    }
}

#[test]
fn a_name_that_is_no_utf8_is_read_under_a_shown_name() {
    let mut bytes = zipped(&[("a-name.json", b"1")]);
    let places: Vec<usize> = (0..bytes.len() - 6).filter(|at| &bytes[*at..at + 6] == b"a-name").collect();
    for at in places {
        bytes[at + 1] = 0x81;
    }
    // Without the flag for UTF-8 a zip's names are in code page 437.
    assert_eq!(lines(&told("x.zip", &bytes))[0], "leaf x/aüname.json [x.zip] 1");
}
