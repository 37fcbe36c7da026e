//! Addresses, keys and messages: what is written by others is taken as it is and shown without harm.

use std::ffi::OsStr;

use super::super::failure::{Cause, Failure};
use super::super::listing::decoded;
use super::*;

#[test]
fn addresses_are_taken_apart() {
    for (text, bucket, key) in [
        ("s3://abc", "abc", ""),
        ("s3://abc/", "abc", ""),
        ("S3://abc/x/y", "abc", "x/y"),
        ("s3://abc//x/", "abc", "/x/"),
        ("s3://a.b-c1/100%25 ü?versionId=1#x", "a.b-c1", "100%25 ü?versionId=1#x"),
        ("s3://Old_Bucket/x", "Old_Bucket", "x"),
    ] {
        let address = S3Address::parse(text).unwrap();
        assert_eq!((address.bucket(), address.key()), (bucket, key), "{text}");
    }
    for text in [
        "s3:",
        "s3:x",
        "s3:/abc/x",
        "s3://",
        "s3:///x",
        "s3://ab/x",
        "s3://-abc",
        "s3://abc./x",
        "s3://a..b",
        "s3://a b c/",
        "s3://\u{1b}abc",
        "s3://a:b/c",
        "s3://key@abc/",
    ] {
        assert!(S3Address::parse(text).is_err(), "{text}");
        assert!(EvidenceArgument::parse(OsStr::new(text)).is_err(), "{text}");
    }
    for path in ["./s3://abc", "s3", "s4://abc", "/s3:/x", "évidence"] {
        assert_eq!(EvidenceArgument::parse(OsStr::new(path)).unwrap(), EvidenceArgument::Disk(path.into()));
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_utf8_stays_as_it_is() {
    use std::os::unix::ffi::OsStrExt as _;
    let odd = OsStr::from_bytes(b"e/\xff.json");
    assert_eq!(EvidenceArgument::parse(odd).unwrap(), EvidenceArgument::Disk(odd.into()));
    assert!(EvidenceArgument::parse(OsStr::from_bytes(b"s3://abc/\xff")).is_err());
}

#[test]
fn encoded_names_of_a_list_are_decoded() {
    assert_eq!(decoded("a+b%2Bc%25/%C3%A4%0A%1b", true).unwrap(), "a b+c%/ä\n\u{1b}");
    assert_eq!(decoded("a+b%2Bc", false).unwrap(), "a+b%2Bc");
    assert_eq!(decoded("a%FFb", true).unwrap_err(), "a%FFb");
}

/// Keys that other programs stumble over.
const ODD: [&str; 16] = [
    "e/ leading and trailing ",
    "e//double.json",
    "e/../up.json",
    "e/./dot.json",
    "e/AWS::S3::Bucket.json",
    "e/a b.json",
    "e/a+b.json",
    "e/a%20b.json",
    "e/100%.json",
    "e/ä€😀.json",
    "e/line\nbreak.json",
    "e/\u{1b}[31mred.json",
    "e/\u{202e}turned.json",
    "e/<&>\"'.json",
    "e/?versionId=1#x.json",
    "e/a\\b.json",
];

#[test]
fn odd_keys_are_read_and_shown_without_harm() {
    let objects: Vec<(&str, Vec<u8>)> = ODD.iter().map(|key| (*key, key.as_bytes().to_vec())).collect();
    let server = serving(&objects);
    let found = discovered(&settings(&server), "e", None).unwrap();
    let mut read: Vec<String> =
        found.files.iter().map(|file| String::from_utf8(bytes_of(file).unwrap()).unwrap()).collect();
    read.sort();
    let mut keys = ODD.map(str::to_owned).to_vec();
    keys.sort();
    assert_eq!(read, keys);
    assert!(
        found.files.iter().all(|file| !file.path().contains(char::is_control) && !file.path().contains('\u{202e}'))
    );
    let places: std::collections::BTreeSet<String> = found.files.iter().map(EvidenceFile::place).collect();
    assert_eq!(places.len(), ODD.len(), "each has a place of its own");
}

#[test]
fn what_looks_like_a_secret_is_not_told() {
    let said = "no AKIAEXAMPLEEXAMPLE00 and token=IQoJb3JpZ2luX2VjEXAMPLE12345== for arn:aws:sts::111122223333:assumed-role/a/b\n\u{1b}[2J";
    let told = Failure::new(Cause::Denied, said).told("s3:GetObject");
    assert!(
        !told.contains("AKIA") && !told.contains("IQoJ") && !told.contains('\u{1b}') && !told.contains('\n'),
        "{told}"
    );
    assert!(told.contains("arn:aws:sts::111122223333:assumed-role/a/b"), "{told}");
}
