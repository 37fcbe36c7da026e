//! Every way in which `Content` is written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{decode_report, holds_report};

const CSV: &str = "user,arn,mfa_active\nalice,arn:aws:iam::011122223333:user/alice,true";

/// The CSV in an answer and whether it is whole, or what is wrong.
fn taken(content: &str) -> Result<(String, bool), String> {
    let answer = serde_json::json!({ "Content": content, "ReportFormat": "text/csv" }).to_string();
    match decode_report(answer.as_bytes()) {
        Ok(report) => Ok((String::from_utf8(report.csv).unwrap(), report.whole)),
        Err(error) => Err(error.what),
    }
}

#[test]
fn every_way_to_write_a_report_gives_the_same() {
    let base64 = STANDARD.encode(CSV);
    let (first, second) = base64.split_at(20);
    let rows = [
        base64.clone(),
        STANDARD_NO_PAD.encode(CSV),
        format!("{first}\r\n{second}\n"),
        CSV.to_owned(),
        format!("b'{}'", CSV.replace('\n', "\\n")),
        format!("b\"{}\"", CSV.replace('\n', "\\x0a")),
        format!("b'{base64}'"),
    ];
    for content in rows {
        assert_eq!(taken(&content), Ok((CSV.to_owned(), true)), "{content}");
    }
    assert!(holds_report(format!("\"{base64}\"").as_bytes()));
    assert!(!holds_report(b"\"c29tZXRoaW5nIGVsc2U=\"") && !holds_report(b"{}") && !holds_report(b"\"\\ud800\""));
}

#[test]
fn a_python_literal_is_taken_apart_byte_by_byte() {
    let literal = r"b'user,arn,mfa_active\r\n\'\\\xc3\xa9\t,x,true'";
    assert_eq!(taken(literal), Ok(("user,arn,mfa_active\r\n'\\é\t,x,true".to_owned(), true)));
    for open in
        [r"b'user,arn,mfa_active\na,b,true", r"b'user,arn,mfa_active\na,b,true\", r"b'user,arn,mfa_active\na\x4"]
    {
        assert!(!taken(open).unwrap().1, "{open} is not closed");
    }
}

#[test]
fn what_holds_no_report_says_so() {
    let base64 = STANDARD.encode(CSV);
    for (content, expected) in [
        (base64.get(..base64.len() - 3).unwrap(), "`Content` is neither a credential report nor whole Base64"),
        ("%%%", "`Content` is neither a credential report nor whole Base64"),
        ("c29tZXRoaW5nIGVsc2U=", "`Content` holds no credential report"),
        ("", "`Content` is missing"),
    ] {
        let found = taken(content).unwrap_err();
        assert!(found.starts_with(expected), "{content}: {found}");
    }
    assert_eq!(decode_report(br#"{"Content": 5}"#).unwrap_err().what, "`Content` is not text: `5`");
    assert_eq!(decode_report(br#"{"ReportFormat": "text/csv"}"#).unwrap_err().what, "`Content` is missing");
}

#[test]
fn the_time_is_taken_in_every_form_and_never_guessed() {
    let time = |raw: &str| {
        let answer = format!(r#"{{"Content": {}, "GeneratedTime": {raw}}}"#, serde_json::json!(CSV));
        match decode_report(answer.as_bytes()) {
            Ok(report) => report.generated_at.map_or("none".to_owned(), |time| time.to_string()),
            Err(error) => error.code.to_string(),
        }
    };
    for raw in [
        r#""2026-01-12T13:00:00Z""#,
        r#""2026-01-12T13:00:00+00:00""#,
        r#""2026-01-12 14:00:00.000000+01:00""#,
        "1768222800",
        "1768222800.0",
        "1768222800000",
    ] {
        assert_eq!(time(raw), "2026-01-12T13:00:00Z", "{raw}");
    }
    assert_eq!((time("null"), time("\"\"")), ("none".to_owned(), "none".to_owned()));
    assert_eq!((time("\"yesterday\"").as_str(), time("\"2026-01-12T13:00:00\"").as_str()), ("F106", "F106"));
}
