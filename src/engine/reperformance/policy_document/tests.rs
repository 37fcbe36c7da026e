//! Decoding of documents and matching of patterns.

use serde_json::{Value, json};

use super::{PolicyDocument, fits, fits_some_that_begins, is_open_value};

fn resources(document: &str) -> Result<Vec<String>, &'static str> {
    let document = PolicyDocument::read(&Value::from(document))?;
    let texts = document.statements().filter_map(|statement| {
        let texts = statement.texts("Resource")?;
        Some(texts.values.into_iter().map(str::to_owned).collect::<Vec<_>>())
    });
    Ok(texts.flatten().collect())
}

#[test]
fn a_plus_sign_is_no_blank() {
    assert_eq!(resources("%7B%22Statement%22%3A%7B%22Resource%22%3A%22a+b%2Bc%20d%22%7D%7D").unwrap(), ["a+b+c d"]);
}

#[test]
fn plain_json_is_not_decoded_once_more() {
    assert_eq!(resources(r#"{"Statement": {"Resource": "a%2Ab"}}"#).unwrap(), ["a%2Ab"]);
}

#[test]
fn a_document_encoded_twice_is_decoded_twice() {
    assert_eq!(resources("%257B%2522Statement%2522%253A%255B%255D%257D").unwrap(), [""; 0]);
}

#[test]
fn what_is_no_document_says_why() {
    let nested = format!("{{\"Statement\": {}1{}}}", "[".repeat(1000), "]".repeat(1000));
    for (text, why) in [
        ("", "is no JSON"),
        ("%", "is no JSON"),
        ("%7B%22Statement%22%3A%22%FF%22%7D", "cannot be decoded"),
        ("7", "is no policy"),
        ("{}", "has no statements"),
        (r#"{"Statement": 1e400}"#, "is no JSON"),
        (r#"{"Statement": 1}"#, "has statements that are no list"),
        (&nested, "is no JSON"),
    ] {
        assert_eq!(resources(text).unwrap_err(), why, "{text}");
    }
}

#[test]
fn names_and_flaws_count_from_one() {
    let document = json!({"Statement": ["x", {"Sid": "Second"}, {"Sid": ""}]});
    let document = PolicyDocument::read(&document).unwrap();
    assert_eq!(document.flaw().unwrap(), "statement 1 is no statement");
    let names: Vec<String> = document.statements().map(|statement| statement.words()).collect();
    assert_eq!(names, ["statement 2 (Second)", "statement 3"]);
}

#[test]
fn patterns_fit_as_a_whole_and_in_any_case() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("s3:Put*", "s3:putobject", true),
        ("s3:Put?bject", "s3:PutObject", true),
        ("s3:Put?", "s3:Put", false),
        ("s3:PutObject", "s3:PutObjectAcl", false),
        ("*Object", "s3:PutObject", true),
        ("s3:*Acl*", "s3:PutObject", false),
        ("a**b", "ab", true),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn a_pattern_may_fit_what_only_begins_so() {
    for (pattern, beginning, expected) in [
        ("s3:Get*", "s3:Get", true),
        ("s3:GetObject", "s3:Get", true),
        ("s3:G*", "s3:Get", true),
        ("*", "s3:Get", true),
        ("s3:*Tagging", "s3:Get", true),
        ("s3:Put*", "s3:Get", false),
        ("s3:Ge", "s3:Get", false),
        ("iam:*", "s3:Get", false),
    ] {
        assert_eq!(fits_some_that_begins(pattern, beginning), expected, "{pattern} {beginning}");
    }
}

#[test]
fn no_pattern_takes_long() {
    let pattern = "*a".repeat(2_000);
    assert!(!fits(&pattern, &"a".repeat(1_000)));
    assert!(fits(&"*".repeat(100_000), "anything"));
}

#[test]
fn wildcards_and_variables_leave_a_value_open() {
    assert!(["a*", "a?", "${aws:username}"].into_iter().all(is_open_value));
    assert!(!is_open_value("arn:aws:iam::123456789012:role/$r{}"));
}
