//! What is no good export, format by format: nothing panics, everything is accounted for, and what was
//! whole is kept.

use serde_json::{Value, json};

use crate::fixtures::{
    Edit, GROUP, HOME, api_form, at, change_of, concatenated, details, findings_event, get_findings, history_of,
    json_lines, logs_message, snapshot_of, sns,
};
use crate::harness::{Answer, TableRow, TestDir, fate};

/// Two items, the second a compliance item.
fn items() -> Vec<Value> {
    vec![
        HOME.item(GROUP, "sg-1", &at(12, 0)),
        HOME.compliance(GROUP, "sg-1", &at(12, 0), &[("restricted-ssh", "NON_COMPLIANT")]),
    ]
}

fn findings() -> Vec<Value> {
    let group = HOME.group_arn("sg-1");
    [(12, "FAILED"), (13, "PASSED")]
        .iter()
        .map(|(day, status)| HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &group), &at(*day, 0), status))
        .collect()
}

/// One sound document of two records in each format: its name, its kind, its text.
fn formats() -> Vec<(&'static str, &'static str, String)> {
    let results = details(
        "restricted-ssh",
        &[((GROUP, "sg-1"), "COMPLIANT", &at(12, 0)), ((GROUP, "sg-2"), "COMPLIANT", &at(12, 0))],
    );
    let rules = json!({ "ConfigRules": [HOME.rule("one", "AWS", "A"), HOME.rule("two", "AWS", "B")] });
    let api: Vec<Value> = items().iter().map(api_form).collect();
    let rows: Vec<Value> = items().iter().map(|item| Value::String(item.to_string())).collect();
    let events: Vec<Value> = findings().iter().map(|finding| findings_event(finding, "2026-01-13T00:00:01Z")).collect();
    let changes: Vec<Value> = items().iter().map(|item| sns(&change_of(item))).collect();
    vec![
        ("snapshot", "config_snapshot", snapshot_of(&items()).to_string()),
        ("history", "config_history", history_of(&items()).to_string()),
        ("api", "config_items", json!({ "configurationItems": api }).to_string()),
        (
            "base-items",
            "config_items",
            json!({ "baseConfigurationItems": api, "unprocessedResourceKeys": [] }).to_string(),
        ),
        ("query", "config_items", json!({ "QueryInfo": { "SelectFields": [] }, "Results": rows }).to_string()),
        ("item-lines", "config_items", json_lines(&items())),
        ("sns", "config_notification", concatenated(&changes)),
        ("rules", "config_rules", rules.to_string()),
        ("results", "config_evaluations", results.to_string()),
        ("get-findings", "securityhub_findings", get_findings(&findings()).to_string()),
        ("finding-array", "securityhub_findings", Value::from(findings()).to_string()),
        ("finding-lines", "securityhub_findings", json_lines(&findings())),
        ("events", "securityhub_findings", concatenated(&events)),
        ("logs", "securityhub_findings", logs_message(&events).to_string()),
    ]
}

/// A run over one file of each format, each under a folder that names account and region.
fn each_format(mangle: impl Fn(&str) -> Vec<u8>) -> (Answer, Vec<(&'static str, &'static str, TableRow)>) {
    let dir = TestDir::new();
    for (name, _, text) in formats() {
        dir.evidence(&format!("011122223333/eu-west-1/{name}"), mangle(&text));
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    let rows = formats().into_iter().map(|(name, kind, _)| (name, kind, answer.ledger(&format!("/{name}")))).collect();
    (answer, rows)
}

/// The ledger's rows give the evidence account, and each row adds up.
pub(crate) fn assert_adds_up(answer: &Answer) {
    let ledger = answer.table("ledger.csv");
    let number = |row: &TableRow, column: &str| row[column].parse::<u64>().unwrap();
    let mut sums = [0_u64; 5];
    let columns = ["records_read", "records_kept", "records_duplicate", "records_set_aside", "records_rejected"];
    for row in ledger.iter().filter(|row| row["outcome"] != "bundle") {
        let [read, rest @ ..] = columns.map(|column| number(row, column));
        assert_eq!(read, rest.iter().sum::<u64>(), "{row:#?}");
        sums.iter_mut().zip(columns).for_each(|(sum, column)| *sum += number(row, column));
    }
    let evidence = &answer.results()["evidence"];
    let records =
        ["read", "kept", "duplicate", "set_aside", "rejected"].map(|name| evidence["records"][name].as_u64().unwrap());
    assert_eq!(sums, records);
    let outcomes = |of: &[&str]| ledger.iter().filter(|row| of.contains(&row["outcome"].as_str())).count() as u64;
    assert_eq!(evidence["files"], outcomes(&["accepted", "partial", "set_aside", "rejected"]));
    assert_eq!(evidence["accepted"], outcomes(&["accepted", "partial", "set_aside"]));
    assert_eq!(evidence["partial"], outcomes(&["partial"]));
    assert_eq!(evidence["set_aside"], outcomes(&["set_aside"]));
    assert_eq!(evidence["rejected"], outcomes(&["rejected"]));
    let spoiled = evidence["rejected"].as_u64().unwrap() + evidence["partial"].as_u64().unwrap() > 0;
    assert_eq!(answer.run.status, if spoiled { 3 } else { 0 }, "{}", answer.run.stderr);
}

/// Each file is wholly accepted: some may be copies of others.
fn assert_all_accepted(rows: &[(&str, &str, TableRow)]) {
    for (name, kind, row) in rows {
        let shown = fate(row);
        assert!(
            shown.starts_with(&format!("accepted {kind} 2 = ")) && shown.ends_with("0 aside + 0 bad"),
            "{name}: {shown}"
        );
    }
}

/// Each file is rejected for one reason.
fn assert_all_rejected(rows: &[(&str, &str, TableRow)], code: &str) {
    for (name, _, row) in rows {
        assert_eq!(row["outcome"], "rejected", "{name}: {row:#?}");
        assert!(row["reason"].starts_with(code), "{name}: {}", row["reason"]);
    }
}

#[test]
fn sound_documents_are_accepted() {
    assert_all_accepted(&each_format(|text| text.as_bytes().to_vec()).1);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_all_accepted(&each_format(|text| [b"\xef\xbb\xbf", text.as_bytes()].concat()).1);
}

#[test]
fn line_ends_of_windows_and_blanks_change_nothing() {
    let spread = |text: &str| {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let pretty: Vec<String> = values.map(|value| serde_json::to_string_pretty(&value.unwrap()).unwrap()).collect();
        format!("\r\n\r\n{}\r\n \t", pretty.join("\r\n").replace('\n', "\r\n").replace("\r\r", "\r")).into_bytes()
    };
    assert_all_accepted(&each_format(spread).1);
}

#[test]
fn an_empty_file_is_rejected_as_empty() {
    for text in ["", " \r\n\t ", "\u{feff}"] {
        assert_all_rejected(&each_format(|_| text.as_bytes().to_vec()).1, "F102: the file is empty");
    }
}

#[test]
fn utf_16_is_rejected_as_what_it_is() {
    let little = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let big = |text: &str| [vec![0xfe, 0xff], text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat();
    assert_all_rejected(&each_format(little).1, "F103: the file is UTF-16 text");
    assert_all_rejected(&each_format(big).1, "F103: the file is UTF-16 text");
}

#[test]
fn another_envelope_is_rejected_and_its_members_named() {
    let rows = each_format(|text| {
        let values: Vec<Value> = serde_json::Deserializer::from_str(text).into_iter().map(Result::unwrap).collect();
        json!({ "Something": values, "Else": 1 }).to_string().into_bytes()
    });
    for (name, _, row) in &rows.1 {
        let expected = "F101: a JSON object with the members `Else`, `Something` is no export that is known";
        assert!(row["reason"].starts_with(expected), "{name}: {}", row["reason"]);
        assert_eq!(row["outcome"], "rejected");
    }
}

#[test]
fn what_is_no_json_is_named_by_what_it_seems_to_be() {
    let rows: [(&str, &[u8], &str); 8] = [
        ("pdf", b"%PDF-1.7 x", "F101: the file is a PDF document"),
        ("html", b"<html><body>Access Denied", "F101: the file is XML or HTML"),
        ("parquet", b"PAR1....PAR1", "F101: the file is a Parquet file"),
        ("text", b"An error occurred (AccessDenied)", "F101: the file is text that is not JSON"),
        ("yaml", b"ConfigRules:\n- ConfigRuleName: x\n", "F101: the file is text that is not JSON"),
        ("string", b"\"just a string\"", "F101: the file is text that is not JSON"),
        ("number", b"42", "F101: the file is text that is not JSON"),
        ("binary", b"\x00\x01\x02", "F101: the file is binary data"),
    ];
    let dir = TestDir::new();
    for (name, bytes, _) in rows {
        dir.evidence(name, bytes);
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for (name, _, reason) in rows {
        assert_eq!(answer.ledger(&format!("/{name}"))["reason"], reason);
    }
}

/// Puts JSON text before a member of the first record. Formats that hide records in strings are left out.
fn with_member(text: &str, member: &str) -> Vec<u8> {
    let needles = ["\"awsAccountId\"", "\"accountId\"", "\"AwsAccountId\"", "\"ConfigRuleName\"", "\"ComplianceType\""];
    let Some(place) = needles.iter().filter_map(|needle| text.find(needle)).min() else { return text.into() };
    let (before, after) = text.split_at(place);
    format!("{before}{member},{after}").into_bytes()
}

#[test]
fn deep_nesting_costs_at_most_the_record_it_is_in() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let member = format!("\"deep\":{}1{}", open.repeat(100_000), close.repeat(100_000));
        let (_, rows) = each_format(|text| with_member(text, &member));
        for (name, _, row) in rows {
            let rejected: u64 = row["records_rejected"].parse().unwrap();
            assert!(row["records_read"] == "2" && rejected <= 1, "{name}: {row:#?}");
        }
    }
}

#[test]
fn nesting_that_never_closes_is_a_break() {
    let dir = TestDir::new();
    dir.evidence("brackets", "[".repeat(100_000)).evidence("braces", "{\"a\":".repeat(100_000));
    dir.evidence("items", format!("{{\"configurationItems\":{}", "[".repeat(100_000)));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for name in ["brackets", "braces", "items"] {
        assert_eq!(answer.ledger(&format!("/{name}"))["outcome"], "rejected", "{name}");
    }
}

#[test]
fn huge_numbers_in_members_that_say_nothing_cost_nothing() {
    for number in ["1e999999", "-1e999999", &"9".repeat(5000), "0.00000000000000000000000000000000000000001"] {
        let (_, rows) = each_format(|text| with_member(text, &format!("\"n\":{number}")));
        for (name, _, row) in rows {
            assert_eq!(
                (row["records_read"].as_str(), row["records_rejected"].as_str()),
                ("2", "0"),
                "{name}, {number}: {row:#?}"
            );
        }
    }
}

#[test]
fn a_time_that_is_a_huge_number_costs_its_record() {
    let dir = TestDir::new();
    for (name, number) in [("exponent", "1e308"), ("digits", "99999999999999999999999999"), ("negative", "-1e300")] {
        let item = HOME.item(GROUP, "sg-1", "TIME").to_string().replace("\"TIME\"", number);
        dir.evidence(name, format!("{{\"configurationItems\":[{item}]}}"));
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for name in ["exponent", "digits", "negative"] {
        let row = answer.ledger(&format!("/{name}"));
        assert!(row["reason"].starts_with("F106: `configurationItemCaptureTime`"), "{row:#?}");
    }
}

#[test]
fn a_member_given_twice_costs_its_record() {
    let twice = [
        ("item", HOME.item(GROUP, "sg-1", &at(12, 0)).to_string().replacen('{', "{\"resourceId\":\"sg-2\",", 1)),
        ("finding", findings()[0].to_string().replacen('{', "{\"UpdatedAt\":\"2026-01-14T00:00:00Z\",", 1)),
    ];
    let dir = TestDir::new();
    for (name, text) in &twice {
        dir.evidence(name, text);
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for (name, _) in &twice {
        let row = answer.ledger(&format!("/{name}"));
        assert_eq!((row["outcome"].as_str(), row["records_rejected"].as_str()), ("rejected", "1"), "{row:#?}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_cost_the_record_they_are_in() {
    let (_, rows) = each_format(|text| {
        let mut bytes = with_member(text, "\"note\":\"@@\"");
        if let Some(place) = bytes.windows(2).position(|pair| pair == b"@@") {
            bytes[place..place + 2].copy_from_slice(b"\xc3\x28");
        }
        bytes
    });
    for (name, _, row) in rows {
        let rejected: u64 = row["records_rejected"].parse().unwrap();
        assert!(row["records_read"] == "2" && rejected <= 1, "{name}: {row:#?}");
    }
}

/// Runs over every beginning of a text; of each, `whole(length)` records were whole.
fn every_beginning(text: &str, whole: impl Fn(usize) -> usize) {
    let dir = TestDir::new();
    for length in 1..text.len() {
        if let Some(beginning) = text.get(..length) {
            dir.evidence(&format!("{length:05}"), beginning);
        }
    }
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for row in answer.table("ledger.csv") {
        let length: usize = row["path"].rsplit('/').next().unwrap().parse().unwrap();
        let used: usize =
            ["records_kept", "records_duplicate"].map(|column| row[column].parse::<usize>().unwrap()).iter().sum();
        assert_eq!(used, whole(length), "the first {length} of {} bytes: {row:#?}", text.len());
        let is_accepted = row["outcome"] == "accepted";
        let ends_at_a_value = serde_json::Deserializer::from_str(text.get(..length).unwrap())
            .into_iter::<Value>()
            .all(|value| value.is_ok());
        assert_eq!(is_accepted, ends_at_a_value, "the first {length} bytes: {row:#?}");
    }
}

/// Where each of several values ends in a text.
fn ends(text: &str, values: &[Value]) -> Vec<usize> {
    values.iter().map(|value| text.find(&value.to_string()).unwrap() + value.to_string().len()).collect()
}

/// A small item, so that there are not too many beginnings.
fn small(id: &str) -> Value {
    let kept = ["configurationItemCaptureTime", "awsAccountId", "resourceType", "resourceId", "awsRegion"];
    let item = HOME.item(GROUP, id, &at(12, 0));
    kept.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn every_beginning_of_a_snapshot_keeps_what_was_whole() {
    let items = [small("sg-{1}\"]"), small("sg-\\"), small("sg-3")];
    let text = snapshot_of(&items).to_string();
    // Members stand in alphabetical order: what follows the items is the file's version.
    let ends = ends(&text, &items);
    every_beginning(&text, |length| ends.iter().filter(|end| **end <= length).count());
}

#[test]
fn every_beginning_of_json_lines_keeps_what_was_whole() {
    let items = [small("sg-1"), small("sg-[2"), small("sg-3")];
    let text = json_lines(&items);
    let ends = ends(&text, &items);
    every_beginning(&text, |length| ends.iter().filter(|end| **end <= length).count());
}

#[test]
fn every_beginning_of_concatenated_findings_keeps_what_was_whole() {
    let values: Vec<Value> = findings()
        .into_iter()
        .map(|finding| {
            ["Types", "Severity", "ProductFields", "Description", "Title"]
                .iter()
                .fold(finding, |finding, name| finding.without(&format!("/{name}")))
        })
        .collect();
    let text = concatenated(&values);
    let ends = ends(&text, &values);
    every_beginning(&text, |length| ends.iter().filter(|end| **end <= length).count());
}

#[test]
fn one_unknown_value_among_json_lines_costs_itself() {
    let [first, second] = [small("sg-1"), small("sg-2")];
    let middles = [
        "{\"hello\":\"world\"}",
        "{\"broken\":",
        "{}",
        "{\"configurationItemCaptureTime\":1,\"resourceType\":\"x\",\"resourceId\":\"\"}",
    ];
    for middle in middles {
        let dir = TestDir::new();
        dir.evidence("lines", format!("{first}\n{middle}\n{second}\n"));
        let answer = dir.answer(&[]);
        assert_adds_up(&answer);
        assert_eq!(answer.fate("lines"), "partial config_items 3 = 2 kept + 0 dup + 0 aside + 1 bad", "{middle}");
        let reason = &answer.ledger("lines")["reason"];
        assert!(reason.contains(", record 2 (byte "), "{reason}");
    }
}

#[test]
fn an_export_that_was_cut_is_said_to_be() {
    let dir = TestDir::new();
    let cut = [
        ("findings", get_findings(&findings()).set("/NextToken", "abc")),
        (
            "history",
            json!({ "configurationItems": items().iter().map(api_form).collect::<Vec<_>>(), "nextToken": "abc" }),
        ),
        ("details", details("r", &[((GROUP, "sg-1"), "COMPLIANT", &at(12, 0))]).set("/NextToken", "abc")),
    ];
    for (name, document) in &cut {
        dir.json(&format!("011122223333/eu-west-1/{name}"), document);
    }
    dir.json("whole", &get_findings(&findings()).set("/NextToken", Value::Null));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    for (name, _) in &cut {
        let row = answer.ledger(&format!("/{name}"));
        assert_eq!(row["outcome"], "partial", "{row:#?}");
        assert_eq!(row["reason"], "F108: the export was cut: its page token is left over");
    }
    assert_eq!(answer.ledger("/whole")["outcome"], "accepted");
}

#[test]
fn a_snapshot_cut_by_a_page_token_is_no_reason_to_infer_absence() {
    // A snapshot is never paged, but a file that says that more follows must not prove silence.
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.history(&dir, GROUP, &at(11, 0), &[HOME.item(GROUP, "sg-1", &at(11, 0))]);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(11, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let cut = snapshot_of(&[HOME.item(GROUP, "sg-2", &at(11, 0))]).set("/nextToken", "more");
    dir.json(&HOME.snapshot_path(&at(13, 0)), &cut);
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 240");
}

#[test]
fn more_problems_than_are_described_are_still_counted() {
    let bad: Vec<Value> = (0..50).map(|_| small("").set("/resourceId", "")).collect();
    let dir = TestDir::new();
    dir.json("many", &history_of(&bad));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    let row = answer.ledger("/many");
    assert_eq!(row["records_rejected"], "50");
    assert!(row["reason"].ends_with("; and 30 more"), "{}", row["reason"]);
    assert_eq!(answer.run.stderr.matches("problem[F105]").count(), 10, "stderr is no ledger");
    assert!(answer.run.stderr.contains("more problems; the ledger has them all"));
}
