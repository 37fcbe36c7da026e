//! Evidence about whole accounts: credential reports, password policies, what APIs say of trails and
//! recorders. Where account and time come from (spec section 3.7), and what spoils a report.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::fixtures::{CREDENTIAL_HEADER, Edit, GROUP, HOME, OTHER, at, details};
use crate::harness::{TableRow, TestDir, WINDOW, fate, gzip};
use crate::lake::rows;
use crate::negative_space::assert_adds_up;

const NO_POLICY: &str = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: \
                         The Password Policy cannot be found.";
/// A path that says account and time.
const SAID: &str = "iam/011122223333/report-20260112T130000Z";

/// A user's line, without keys.
fn line(user: &str) -> String {
    let arn = format!("arn:aws:iam::011122223333:user/{user}");
    format!(
        "{user},{arn},2025-12-01T10:00:00+00:00,true,no_information,2025-12-01T10:05:00+00:00,2026-03-01T10:05:00+00:00,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    )
}

/// A report of these users, without a line end behind the last, as IAM writes it.
fn report(users: &[&str]) -> String {
    let lines: Vec<String> =
        std::iter::once(CREDENTIAL_HEADER.to_owned()).chain(users.iter().map(|user| line(user))).collect();
    lines.join("\n")
}

fn answer_of(content: &str) -> Value {
    json!({ "Content": content, "ReportFormat": "text/csv", "GeneratedTime": "2026-01-12T13:00:00+00:00" })
}

/// One file offered with options; the folder with its lake, and its row of the ledger.
fn offered(path: &str, bytes: impl AsRef<[u8]>, options: &[&str]) -> (TestDir, TableRow) {
    let dir = TestDir::new();
    dir.evidence(path, bytes);
    let answer = dir.answer(options);
    assert_adds_up(&answer);
    let row = answer.ledger(path);
    (dir, row)
}

/// The rows of a table of an account in the lake of the run, without their evidence.
fn kept(dir: &TestDir, table: &str, account: &str) -> Vec<Value> {
    let path = format!("out/lake/tables/{table}/a{account}/00000001.parquet");
    if !dir.path(&path).exists() {
        return Vec::new();
    }
    let mut rows = rows(dir, &path);
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("evidence_id");
    }
    rows
}

fn credentials(dir: &TestDir) -> Vec<Value> {
    kept(dir, "credentials", HOME.account)
}

fn conditions(dir: &TestDir) -> Vec<Value> {
    kept(dir, "conditions", HOME.account)
}

/// Microseconds of a time, as tables hold it.
fn time(text: &str) -> Value {
    Value::from(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

#[test]
fn a_report_says_the_same_in_every_form() {
    let csv = report(&["alice", "bob"]);
    let quoted = |line: &str| line.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",");
    let more = csv
        .replace(CREDENTIAL_HEADER, &format!("{CREDENTIAL_HEADER},a_new_column"))
        .replace("false,N/A\n", "false,N/A,x\n")
        + ",x";
    let forms = [
        ("plain.csv", csv.clone()),
        ("windows.csv", csv.replace('\n', "\r\n") + "\r\n"),
        ("marked.csv", format!("\u{feff}{csv}\n")),
        ("quoted.csv", csv.lines().map(quoted).collect::<Vec<_>>().join("\r\n")),
        ("more.csv", more),
        ("base64.json", answer_of(&STANDARD.encode(&csv)).to_string()),
        ("csv.json", answer_of(&csv).to_string()),
        ("python.json", answer_of(&format!("b'{}'", csv.replace('\n', "\\n"))).to_string()),
        ("bare.json", json!({ "Content": STANDARD.encode(&csv) }).to_string()),
    ];
    let (first, row) = offered(&format!("{SAID}-first.csv"), &csv, &[]);
    assert_eq!(fate(&row), "accepted iam_credential_report 2 = 2 kept + 0 dup + 0 aside + 0 bad");
    let stated = [&row["account"], &row["region"], &row["evidence_time"]].map(String::as_str);
    assert_eq!(stated, ["011122223333", "global", "2026-01-12T13:00:00Z"]);
    let expected = credentials(&first);
    assert_eq!(expected.len(), 2);
    assert_eq!((&expected[0]["user"], &expected[0]["report_whole"]), (&json!("alice"), &json!(true)));
    assert_eq!(expected[0]["generated_at"], time("2026-01-12T13:00:00Z"));
    assert_eq!((&expected[0]["cert_2_last_rotated"], &expected[0]["mfa_active"]), (&json!("N/A"), &json!("false")));
    assert_eq!(expected[0]["additional_credentials_info"], "");
    for (name, text) in forms {
        let (dir, row) = offered(&format!("{SAID}-{name}"), text, &[]);
        assert_eq!(credentials(&dir), expected, "{name}: {row:#?}");
    }
}

#[test]
fn a_report_in_many_copies_is_one() {
    let dir = TestDir::new();
    let csv = report(&["alice", "bob"]);
    dir.evidence(&format!("{SAID}-a.csv"), &csv).evidence(&format!("{SAID}-b.csv"), format!("{csv}\n"));
    dir.json("c.json", &answer_of(&STANDARD.encode(&csv)));
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    let records = &answer.results()["evidence"]["records"];
    assert_eq!((&records["read"], &records["kept"], &records["duplicate"]), (&json!(6), &json!(2), &json!(4)));
}

#[test]
fn content_comes_before_the_path_and_the_path_before_the_options() {
    let options = ["--account", "999988887777", "--taken-at", "2026-01-19"];
    let found = |path: &str, bytes: String, options: &[&str]| {
        let (_, row) = offered(path, bytes, options);
        format!("{} {} {}", row["account"], row["region"], row["evidence_time"])
    };
    let csv = report(&["alice"]);
    let policy = json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }).to_string();
    let rows = [
        (
            found("444455556666/2026-01-15/a.json", answer_of(&csv).to_string(), &options),
            "011122223333 global 2026-01-12T13:00:00Z",
        ),
        (found("444455556666/2026-01-15/a.csv", csv.clone(), &options), "011122223333 global 2026-01-15T00:00:00Z"),
        (found("a.csv", csv.clone(), &options), "011122223333 global 2026-01-19T00:00:00Z"),
        (found("a.csv", csv, &["--taken-at", "2026-01-19T12:30:00+02:00"]), "011122223333 global 2026-01-19T10:30:00Z"),
        (found("444455556666/2026-01-15/p.json", policy.clone(), &options), "444455556666 global 2026-01-15T00:00:00Z"),
        (found("2026-01-15/p.json", policy.clone(), &options), "999988887777 global 2026-01-15T00:00:00Z"),
        (found("p.json", policy, &options), "999988887777 global 2026-01-19T00:00:00Z"),
        (
            found("p.txt", NO_POLICY.replace("Policy cannot", "Policy with domain name 011122223333 cannot"), &options),
            "011122223333 global 2026-01-19T00:00:00Z",
        ),
    ];
    for (found, expected) in rows {
        assert_eq!(found, expected);
    }
}

#[test]
fn an_account_that_an_arn_hides_comes_from_the_path_or_the_options() {
    let csv = report(&["alice"]).replace("iam::011122223333", "iam::XXXXXXXXXXXX");
    let (dir, _) = offered(&format!("{SAID}.csv"), &csv, &[]);
    assert_eq!(credentials(&dir).len(), 1);
    let (dir, _) = offered("2026-01-12.csv", &csv, &["--account", "011122223333"]);
    assert_eq!(credentials(&dir).len(), 1);
    let (_, row) = offered("2026-01-12.csv", &csv, &[]);
    assert_eq!(fate(&row), "rejected iam_credential_report 1 = 0 kept + 0 dup + 0 aside + 1 bad");
    assert!(row["reason"].starts_with("F107: the account stands neither"), "{}", row["reason"]);
}

#[test]
fn what_is_missing_is_named_with_the_way_to_supply_it() {
    let policy = json!({ "PasswordPolicy": {} }).to_string();
    let recorder = json!({ "ConfigurationRecorders": [{ "name": "default" }] }).to_string();
    let path = "`iam/123456789012/credential-report-20260131T000000Z.csv`";
    let rows = [
        ("r.csv", report(&["a", "b"]), "the time stands", "give `--taken-at 2026-01-31`", path),
        ("p.json", policy.clone(), "account and time stand", "give `--account 123456789012` and `--taken-at", path),
        ("2026-01-12/p.json", policy.clone(), "the account stands", "give `--account 123456789012`, or", path),
        ("011122223333/p.json", policy, "the time stands", "give `--taken-at 2026-01-31`, or", path),
        ("p.txt", NO_POLICY.to_owned(), "account and time stand", "give `--account", path),
        (
            "c.json",
            recorder.clone(),
            "account, region and time stand",
            "put the file under a folder",
            "`123456789012/eu-west-1/2026-01-31/`",
        ),
        (
            "011122223333/2026-01-12/c.json",
            recorder,
            "the region stands",
            "put the file under a folder",
            "`123456789012/eu-west-1/`",
        ),
    ];
    for (file, text, what, way, example) in rows {
        let (dir, row) = offered(file, text, &[]);
        let reason = &row["reason"];
        assert_eq!(row["outcome"], "rejected", "{file}");
        assert!(reason.starts_with(&format!("F107: {what} neither in the record nor in the file's path")), "{reason}");
        assert!(reason.contains(way) && reason.contains(example), "{reason}");
        assert_eq!((credentials(&dir), conditions(&dir)), (vec![], vec![]));
    }
}

#[test]
fn options_that_cannot_be_meant_are_wrong_usage() {
    let dir = TestDir::new();
    dir.evidence("a.csv", report(&["alice"]));
    for (option, value, said) in [
        ("--account", "12345678901", "--account is not twelve digits: `12345678901`"),
        ("--account", "12345678901x", "--account is not twelve digits"),
        ("--taken-at", "2026-02-30", "--taken-at is not a date that exists"),
        ("--taken-at", "2026-01-12T13:00:00", "--taken-at has no offset from UTC"),
        ("--taken-at", "yesterday", "--taken-at is not a timestamp"),
    ] {
        let ingest = dir.tickmark(&["ingest", "evidence", "--lake", "lake", option, value]);
        let run = dir.tickmark(&[&["run", "evidence", "--out", "out", option, value], &WINDOW[..]].concat());
        for ended in [ingest, run] {
            assert_eq!(ended.status, 2, "{value}: {}", ended.stderr);
            assert!(ended.stderr.contains(said), "{value}: {}", ended.stderr);
        }
    }
    assert!(!dir.path("lake").exists() && !dir.path("out").exists());
}

#[test]
fn an_account_that_is_given_serves_rules_and_evaluations_too() {
    let dir = TestDir::new();
    let rule = json!({ "ConfigRuleName": "restricted-ssh", "Source": { "Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED" } });
    dir.json("eu-west-1/rules.json", &json!({ "ConfigRules": [rule] }));
    dir.json("eu-west-1/details.json", &details("restricted-ssh", &[((GROUP, "sg-1"), "COMPLIANT", &at(12, 0))]));
    dir.json("nowhere.json", &details("restricted-ssh", &[((GROUP, "sg-2"), "COMPLIANT", &at(12, 0))]));
    let answer = dir.answer(&["--account", HOME.account]);
    assert_eq!(answer.fate("rules.json"), "accepted config_rules 1 = 1 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(answer.fate("details.json"), "accepted config_evaluations 1 = 1 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(answer.ledger("details.json")["account"], HOME.account);
    assert!(answer.ledger("nowhere.json")["reason"].starts_with("F107: the region stands"));
    assert_eq!(answer.results_of("C10"), ["sg-1 passed"]);
}

#[test]
fn a_file_that_was_of_no_use_is_accepted_once_it_is_explained() {
    let detour = TestDir::new();
    detour.evidence("r.csv", report(&["alice"]));
    detour.json("p.json", &json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }));
    detour.json("eu-west-1/d.json", &details("restricted-ssh", &[((GROUP, "sg-1"), "COMPLIANT", &at(12, 0))]));
    let first = detour.tickmark(&["ingest", "evidence", "--lake", "lake"]);
    assert_eq!(first.status, 3, "{}", first.stderr);
    let options = ["--account", HOME.account, "--taken-at", "2026-01-12"];
    let second = detour.tickmark(&[&["ingest", "evidence", "--lake", "lake"], &options[..]].concat());
    assert_eq!((second.status, second.stderr.as_str()), (0, "lake: 3 new files with 3 new records\n"));
    let straight = TestDir::new();
    for (name, bytes) in crate::harness::files_below(&detour.path("evidence")) {
        straight.evidence(&name, bytes);
    }
    let expected = straight.answer(&[&options[..], &["--lake", "kept"]].concat());
    for options in [&options[..], &[]] {
        // Offered once more, even without the options: what the lake has of them is better.
        let found = detour.answer(&[options, &["--lake", "lake"]].concat());
        for name in ["ledger.csv", "controls.csv", "subjects.csv", "results.json"] {
            assert!(found.bytes(name) == expected.bytes(name), "{name}");
        }
        assert!(found.table("ledger.csv").iter().all(|row| row["outcome"] == "accepted"));
    }
}

#[test]
fn a_file_that_was_explained_once_is_not_read_worse_later() {
    let dir = TestDir::new();
    let hidden = line("bob").replace("iam::011122223333", "iam::XXXXXXXXXXXX");
    dir.evidence("2026-01-12.csv", format!("{}\n{hidden}", report(&["alice"])));
    let options = ["--account", HOME.account, "--lake", "lake"];
    let explained = dir.answer(&options);
    assert_eq!(explained.fate("2026-01-12.csv"), "accepted iam_credential_report 2 = 2 kept + 0 dup + 0 aside + 0 bad");
    // Without the option one of its lines has no account; what is new beside it is taken in all the same.
    dir.json("011122223333/2026-01-12/policy.json", &json!({ "PasswordPolicy": {} }));
    let later = dir.answer(&["--lake", "lake"]);
    assert_eq!(later.fate("2026-01-12.csv"), explained.fate("2026-01-12.csv"));
    assert_eq!(later.results()["evidence"]["records"]["kept"], 3);
    assert!(dir.path("lake/tables/conditions/a011122223333/00000002.parquet").exists());
    assert!(!dir.path("lake/tables/credentials/a011122223333/00000002.parquet").exists(), "lines of half a report");
}

#[test]
fn a_report_of_which_more_can_be_used_now_is_read_again() {
    let dir = TestDir::new();
    let hidden = line("bob").replace("iam::011122223333", "iam::XXXXXXXXXXXX");
    dir.evidence("2026-01-12.csv", format!("{}\n{hidden}", report(&["alice"])));
    let first = dir.answer(&["--lake", "lake"]);
    assert_eq!(first.fate("2026-01-12.csv"), "partial iam_credential_report 2 = 1 kept + 0 dup + 0 aside + 1 bad");
    let run = dir.tickmark(&["ingest", "evidence", "--lake", "lake", "--account", HOME.account]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 1 new files with 2 new records\n"));
    let lines = rows(&dir, "lake/tables/credentials/a011122223333/00000002.parquet");
    assert!(lines.len() == 2 && lines.iter().all(|line| line["report_whole"] == true), "{lines:#?}");
    let answer = dir.answer(&["--lake", "lake"]);
    assert_adds_up(&answer);
    assert_eq!(answer.fate("2026-01-12.csv"), "accepted iam_credential_report 2 = 2 kept + 0 dup + 0 aside + 0 bad");
}

#[test]
fn records_found_before_stay_kept_when_the_rest_of_their_file_is_explained() {
    let named = HOME.rule("one", "AWS", "A");
    let bare = json!({ "ConfigRuleName": "two", "Source": { "Owner": "AWS", "SourceIdentifier": "B" } });
    let dir = TestDir::new();
    dir.json("eu-west-1/rules.json", &json!({ "ConfigRules": [named, bare] }));
    let first = dir.answer(&["--lake", "lake"]);
    assert_eq!(first.fate("rules.json"), "partial config_rules 2 = 1 kept + 0 dup + 0 aside + 1 bad");
    let second = dir.answer(&["--lake", "lake", "--account", HOME.account]);
    assert_adds_up(&second);
    assert_eq!(second.fate("rules.json"), "accepted config_rules 2 = 2 kept + 0 dup + 0 aside + 0 bad");
}

#[test]
fn a_time_that_is_given_replaces_none_that_a_form_should_carry() {
    let item = HOME.item(GROUP, "sg-1", &at(12, 0)).without("/configurationItemCaptureTime");
    let history = crate::fixtures::history_of(std::slice::from_ref(&item)).to_string();
    let (_, row) = offered("history.json", history, &["--taken-at", "2026-01-12"]);
    assert!(row["reason"].contains("`configurationItemCaptureTime` is missing"), "{}", row["reason"]);
    let query = json!({ "QueryInfo": { "SelectFields": [] }, "Results": [item.to_string()] }).to_string();
    let (_, row) = offered("query.json", &query, &[]);
    assert_eq!(row["outcome"], "rejected");
    let (_, row) = offered("query.json", query, &["--taken-at", "2026-01-12"]);
    assert_eq!(fate(&row), "accepted config_items 1 = 1 kept + 0 dup + 0 aside + 0 bad");
}

#[test]
fn the_same_answer_at_another_time_is_another_record() {
    // Given by their own names, all months have one path; the folder above tells them apart.
    let dir = TestDir::new();
    let policy = json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }).to_string();
    for month in ["01", "02"] {
        let file = format!("2026-{month}-01/011122223333/policy.json");
        dir.file(&file, &policy);
        let path = dir.path(&file);
        let run = dir.tickmark(&["ingest", path.to_str().unwrap(), "--lake", "lake"]);
        assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 1 new files with 1 new records\n"), "{month}");
    }
}

#[test]
fn a_part_of_a_bundle_that_is_explained_later_is_accepted_too() {
    let dir = TestDir::new();
    let policy = json!({ "PasswordPolicy": { "MinimumPasswordLength": 14 } }).to_string();
    dir.evidence("a.zip", crate::harness::zip_of(&[("p.json", policy.as_bytes())]));
    assert_eq!(dir.tickmark(&["ingest", "evidence", "--lake", "lake"]).status, 3);
    let answer = dir.answer(&["--lake", "lake", "--account", HOME.account, "--taken-at", "2026-01-12"]);
    assert_adds_up(&answer);
    let shown: Vec<String> = answer.table("ledger.csv").iter().map(fate).collect();
    assert_eq!(
        shown,
        [
            "bundle bundle 0 = 0 kept + 0 dup + 0 aside + 0 bad",
            "accepted iam_password_policy 1 = 1 kept + 0 dup + 0 aside + 0 bad"
        ]
    );
}

#[test]
fn a_report_with_a_bad_line_vouches_for_nobodys_absence() {
    let whole = report(&["alice", "bob", "carol"]);
    let cut = whole.get(..whole.len() - 2).unwrap();
    let short = whole.replace(&line("bob"), "bob,arn:aws:iam::011122223333:user/bob");
    let middle = whole.get(..whole.len() - 40).unwrap();
    for (name, text) in [("cut.csv", cut), ("short.csv", &short), ("middle.csv", middle)] {
        let (dir, row) = offered(&format!("{SAID}-{name}"), text, &[]);
        assert_eq!(fate(&row), "partial iam_credential_report 3 = 2 kept + 0 dup + 0 aside + 1 bad", "{name}");
        assert!(row["reason"].starts_with("F105: "), "{name}: {}", row["reason"]);
        let rows = credentials(&dir);
        assert!(rows.len() == 2 && rows.iter().all(|row| row["report_whole"] == false), "{name}: {rows:#?}");
    }
    let open = answer_of(&format!("b'{}", whole.replace('\n', "\\n")));
    let (dir, _) = offered("open.json", open.to_string(), &[]);
    assert!(credentials(&dir).iter().all(|row| row["report_whole"] == false), "a literal that is not closed");
}

#[test]
fn a_report_whose_bytes_are_damaged_vouches_for_nobodys_absence() {
    for (name, text) in
        [("r.csv.gz", report(&["alice"]) + "\n"), ("r.json.gz", answer_of(&report(&["alice"])).to_string())]
    {
        let mut packed = gzip(text.as_bytes());
        let checksum = packed.len() - 8;
        packed[checksum] ^= 0xff;
        let (dir, row) = offered(&format!("{SAID}-{name}"), packed, &[]);
        assert_eq!(row["outcome"], "partial", "{name}: {row:#?}");
        let rows = credentials(&dir);
        assert!(rows.len() == 1 && rows[0]["report_whole"] == false, "{name}: {rows:#?}");
    }
}

#[test]
fn a_report_without_lines_or_with_a_column_twice_is_rejected() {
    let (_, row) = offered(&format!("{SAID}.csv"), CREDENTIAL_HEADER, &[]);
    assert_eq!(fate(&row), "rejected iam_credential_report 0 = 0 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(row["reason"], "F102: the credential report holds no lines");
    let twice = report(&["alice", "bob"]).replace("cert_2_active", "mfa_active");
    let (_, row) = offered(&format!("{SAID}.csv"), twice, &[]);
    assert_eq!(fate(&row), "rejected iam_credential_report 2 = 0 kept + 0 dup + 0 aside + 2 bad");
    assert_eq!(row["reason"], "F105: the credential report has two columns `mfa_active`");
}

#[test]
fn a_report_that_knows_more_than_its_time_allows_says_so() {
    let csv = report(&["alice"]).replace("2025-12-01T10:05:00", "2026-01-13T12:59:59");
    let (_, row) = offered(&format!("{SAID}.csv"), &csv, &[]);
    assert_eq!(row["outcome"], "accepted", "a day's delay is what a path with a day alone gives");
    let late = csv.replace("2026-01-13T12:59:59", "2026-01-13T13:00:01");
    let (dir, row) = offered(&format!("{SAID}.csv"), late, &[]);
    assert_eq!(fate(&row), "partial iam_credential_report 1 = 1 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(
        row["reason"],
        "F109: the credential report names 2026-01-13T13:00:01Z, more than 24 hours after 2026-01-12T13:00:00Z, the \
         time it is taken for"
    );
    assert_eq!(credentials(&dir).len(), 1);
}

#[test]
fn hostile_reports_cost_themselves() {
    let long = line(&"x".repeat(5 << 20));
    let strange = ["=cmd|' /C calc'!A0", "@SUM(1)", "<img src=x>", "\u{1b}[2J", "a\0b", "..%2f..", "\u{202e}eve"];
    let long = report(&["alice"]) + "\n" + &long;
    let (dir, row) = offered(&format!("{SAID}-long.csv"), long, &[]);
    assert_eq!(fate(&row), "accepted iam_credential_report 2 = 2 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(credentials(&dir).len(), 2);
    let (dir, row) = offered(&format!("{SAID}-names.csv"), report(&strange), &[]);
    assert_eq!(fate(&row), "accepted iam_credential_report 7 = 7 kept + 0 dup + 0 aside + 0 bad");
    let mut found: Vec<String> = credentials(&dir).iter().map(|row| row["user"].as_str().unwrap().to_owned()).collect();
    let mut expected = strange.map(str::to_owned);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let endless = format!("{CREDENTIAL_HEADER}\n{}", format!("{}\n", line("a")).repeat((17 << 20) / 200));
    let (_, row) = offered(&format!("{SAID}-endless.csv"), endless, &[]);
    assert_eq!(row["reason"], "E104: the credential report is larger than 16 MiB");
    let base64 = STANDARD.encode(report(&["alice"]));
    let (_, row) = offered("cut.json", answer_of(base64.get(..base64.len() - 3).unwrap()).to_string(), &[]);
    assert_eq!(fate(&row), "rejected iam_credential_report 1 = 0 kept + 0 dup + 0 aside + 1 bad");
    let quotes = format!("{CREDENTIAL_HEADER}\n{}\n{}\n", "\"\n".repeat(2000), line("bob"));
    let (dir, row) = offered(&format!("{SAID}-quotes.csv"), quotes, &[]);
    assert_eq!(fate(&row), "partial iam_credential_report 2001 = 1 kept + 0 dup + 0 aside + 2000 bad");
    assert_eq!(credentials(&dir)[0]["user"], "bob");
}

#[test]
fn every_answer_becomes_a_condition() {
    let dir = TestDir::new();
    let place = "011122223333/eu-west-1/2026-01-12";
    let trail = "arn:aws:cloudtrail:us-east-1:011122223333:trail/main";
    let selectors = json!({ "TrailARN": trail, "AdvancedEventSelectors": [] });
    let recorder = json!({ "name": "default", "recordingGroup": { "allSupported": true } });
    let arn = "arn:aws:config:us-east-1:011122223333:configuration-recorder/x/1";
    let status = json!({ "arn": arn, "name": "x", "recording": true });
    let policy = r#"{ "PasswordPolicy": { "MinimumPasswordLength":  14 } }"#;
    dir.evidence(&format!("{place}/policy.json"), policy);
    dir.json(&format!("{place}/summary.json"), &json!({ "SummaryMap": { "Users": 1 } }));
    dir.json(&format!("{place}/selectors.json"), &selectors);
    dir.json(&format!("{place}/get-trail-status-main.json.gz"), &json!({ "IsLogging": true }));
    dir.json(&format!("{place}/recorders.json"), &json!({ "ConfigurationRecorders": [recorder] }));
    dir.json(&format!("{place}/status.json"), &json!({ "ConfigurationRecordersStatus": [status] }));
    dir.evidence("011122223333/2026-01-13/no-policy.txt", NO_POLICY);
    dir.json("011122223333/2026-01-14/password-policy.json", &json!({ "Error": { "Code": "NoSuchEntity" } }));
    let answer = dir.answer(&[]);
    assert_eq!(answer.run.status, 0, "{}", answer.run.stderr);
    let shown = |row: &Value| {
        ["kind", "region", "name", "content"].map(|column| row[column].as_str().unwrap().to_owned()).join(" | ")
    };
    let mut found: Vec<String> = conditions(&dir).iter().map(shown).collect();
    found.sort();
    let expected = [
        r#"account_summary | global |  | {"SummaryMap":{"Users":1}}"#.to_owned(),
        format!("event_selectors | us-east-1 | {trail} | {selectors}"),
        "password_policy | global |  | ".to_owned(),
        "password_policy | global |  | ".to_owned(),
        format!("password_policy | global |  | {policy}"),
        format!("recorder | eu-west-1 | default | {recorder}"),
        format!("recorder_status | us-east-1 | x | {status}"),
        r#"trail_status | eu-west-1 | get-trail-status-main | {"IsLogging":true}"#.to_owned(),
    ];
    assert_eq!(found, expected);
    assert_eq!(answer.ledger("status.json")["region"], "us-east-1");
    assert_eq!(answer.ledger("no-policy.txt")["evidence_time"], "2026-01-13T00:00:00Z");
}

#[test]
fn silence_is_no_answer() {
    let (dir, row) = offered("011122223333/2026-01-12/password-policy.json", "", &[]);
    assert_eq!((row["outcome"].as_str(), row["reason"].as_str()), ("rejected", "F102: the file is empty"));
    assert!(conditions(&dir).is_empty());
    for text in [
        "An error occurred (AccessDenied) when calling the GetAccountPasswordPolicy operation: no".to_owned(),
        json!({ "Error": { "Code": "AccessDenied", "Message": "password policy" } }).to_string(),
        json!({ "PasswordPolicy": null }).to_string(),
    ] {
        let (dir, row) = offered("011122223333/2026-01-12/password-policy.json", &text, &[]);
        assert_eq!(row["outcome"], "rejected", "{text}");
        assert!(conditions(&dir).is_empty());
    }
}

#[test]
fn the_lines_of_two_accounts_stay_with_their_accounts() {
    let both = format!("{}\n{}", report(&["alice"]), line("bob").replace(HOME.account, OTHER.account));
    let (dir, row) = offered(&format!("{SAID}.csv"), both, &[]);
    assert_eq!(fate(&row), "accepted iam_credential_report 2 = 2 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!((credentials(&dir).len(), kept(&dir, "credentials", OTHER.account).len()), (1, 1));
}
