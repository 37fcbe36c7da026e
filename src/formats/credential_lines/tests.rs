//! Headers and lines of credential reports, sound and spoiled.

use super::{Header, decode_line, fields, is_report, latest_time, split};
use crate::formats::records::CREDENTIAL_COLUMNS;

const HEADER: &str = "user,arn,user_creation_time,mfa_active,cert_2_last_rotated";
const ALICE: &str = "alice,arn:aws:iam::011122223333:user/alice,2026-01-01T00:00:00+00:00,true,N/A";

/// What each line of a report comes to: its user, or what is wrong.
fn read(text: &str) -> Vec<String> {
    let (header, lines) = split(text.as_bytes()).unwrap();
    let shown = |line| match decode_line(&header, line) {
        Ok(entry) => entry.user,
        Err(error) => format!("{}: {}", error.code, error.what),
    };
    lines.into_iter().map(shown).collect()
}

#[test]
fn fields_are_told_apart_with_and_without_quotation_marks() {
    let rows: [(&str, Option<&[&str]>); 9] = [
        ("a,,c", Some(&["a", "", "c"])),
        ("", Some(&[""])),
        (r#""a,b","c""d",e"#, Some(&["a,b", "c\"d", "e"])),
        (r#""a"x,b"#, Some(&["ax", "b"])),
        (r#"a"b,"c""#, Some(&["a\"b", "c"])),
        (r#""","""",x"#, Some(&["", "\"", "x"])),
        (r#""""""""#, Some(&["\"\""])),
        (r#"a,"b"#, None),
        (r#""","x""#, Some(&["", "x"])),
    ];
    for (line, expected) in rows {
        let found = fields(line);
        let found = found.as_ref().map(|fields| fields.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
        assert_eq!(found.as_deref(), expected, "{line}");
    }
}

#[test]
fn a_header_is_known_by_its_names_in_any_order() {
    let all = CREDENTIAL_COLUMNS.join(",");
    let sound = [
        format!("user,arn,{all}"),
        format!("{all},arn,user,another"),
        "\"user\",\"arn\",\"mfa_active\"".to_owned(),
        " user , arn , mfa_active ".to_owned(),
        "\u{feff}user,arn,mfa_active\r\nx".to_owned(),
    ];
    for text in sound {
        assert!(is_report(text.as_bytes()), "{text}");
    }
    for text in ["", "user,arn", "user,mfa_active", "arn,mfa_active", "USER,ARN,MFA_ACTIVE", "user;arn;mfa_active"] {
        assert!(!is_report(text.as_bytes()), "{text}");
    }
    assert!(!is_report(b"user,arn,mfa_active,\xff"));
}

#[test]
fn a_known_column_that_is_there_twice_is_told() {
    let repeated = |text: &str| Header::parse(text).unwrap().repeated;
    assert_eq!(repeated("user,arn,mfa_active,mfa_active"), Some("mfa_active"));
    assert_eq!(repeated("user,arn,mfa_active,arn"), Some("arn"));
    assert_eq!(repeated("user,arn,mfa_active,note,note,,"), None);
}

#[test]
fn line_ends_and_blank_lines_change_nothing() {
    for text in [
        format!("{HEADER}\n{ALICE}"),
        format!("{HEADER}\n{ALICE}\n"),
        format!("{HEADER}\r\n{ALICE}\r\n"),
        format!("\u{feff}{HEADER}\r\n\r\n{ALICE}\r\n \r\n"),
    ] {
        assert_eq!(read(&text), ["alice"], "{text:?}");
    }
}

#[test]
fn a_line_that_is_none_costs_itself() {
    let text = [
        HEADER,
        "bob,arn:aws:iam::011122223333:user/bob,2026",
        "\"carol,arn:aws:iam::011122223333:user/carol,x,true,N/A",
        ",arn:aws:iam::011122223333:user/,x,true,N/A",
        "dave,arn,x,true,N/A",
        "erin,arn:aws:s3:::erin,x,true,N/A",
        ALICE,
    ];
    assert_eq!(
        read(&text.join("\n")),
        [
            "F105: the number of fields in the line is 3, the header has 5",
            "F105: the line has a quotation mark that is not closed",
            "F105: `user` is empty",
            "F105: `arn` is no resource name (ARN) of IAM: `arn`",
            "F105: `arn` is no resource name (ARN) of IAM: `arn:aws:s3:::erin`",
            "alice"
        ]
    );
    let spoiled = [HEADER.as_bytes(), b"\n\xff,arn:aws:iam::011122223333:user/x,x,true,N/A"].concat();
    let (header, lines) = split(&spoiled).unwrap();
    assert_eq!(decode_line(&header, lines[0]).unwrap_err().code.code(), "F103");
}

#[test]
fn a_report_that_breaks_off_inside_its_last_value_is_seen() {
    let line = "a,arn:aws:iam::011122223333:user/a,2026-01-01T00:00:00+00:00,true,2026-02-03T04:05:06Z";
    let start = line.rfind(',').unwrap() + 1;
    for end in start..line.len() {
        let cut = format!("{HEADER}\n{}", line.get(..end).unwrap());
        assert!(read(&cut)[0].starts_with("F105: the report seems to be cut"), "{cut}");
        assert_eq!(read(&format!("{cut}\n")), ["a"], "a value that a line end closes is the report's own");
    }
    assert_eq!(read(&format!("{HEADER}\n{line}")), ["a"]);
    for end in ["", " ", "N/", "N", "no_inf", "tru"] {
        let cut = format!("{HEADER}\na,arn:aws:iam::011122223333:user/a,x,true,{end}");
        assert!(read(&cut)[0].starts_with("F105"), "{end}");
    }
}

#[test]
fn an_empty_last_value_is_a_cut_but_in_the_column_that_is_mostly_empty() {
    let read_last = |column: &str, value: &str| {
        let read = read(&format!("user,arn,mfa_active,{column}\na,arn:aws:iam::011122223333:user/a,true,{value}"));
        read[0] == "a"
    };
    assert!(!read_last("access_key_1_last_used_region", ""));
    assert!(read_last("access_key_1_last_used_region", "eu-west-1"));
    assert!(read_last("additional_credentials_info", ""));
    assert!(read_last("a_column_of_tomorrow", ""));
}

#[test]
fn strange_names_stay_as_they_are() {
    for name in ["=cmd|' /C calc'!A0", "+1", "-2", "@x", "<b>x</b>", "\u{1b}[31m", "a\0b", "../../x", "\u{202e}x"] {
        let line = format!("{name},arn:aws:iam::011122223333:user/{name},x,true,N/A");
        assert_eq!(read(&format!("{HEADER}\n{line}\n")), [name]);
    }
}

#[test]
fn the_latest_time_leaves_out_what_is_due() {
    let header = "user,arn,password_last_changed,password_next_rotation,access_key_1_last_used_date";
    let line = "a,arn:aws:iam::011122223333:user/a,2026-01-02T00:00:00Z,2027-01-01T00:00:00Z,2026-01-03T00:00:00+00:00";
    let text = format!("{header}\n{line}\n");
    let (header, lines) = split(text.as_bytes()).unwrap();
    let entry = decode_line(&header, lines[0]).unwrap();
    assert_eq!(latest_time(&entry).unwrap().to_string(), "2026-01-03T00:00:00Z");
    assert_eq!(entry.values[0], "", "a column that is not there");
}
