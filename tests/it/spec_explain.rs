//! `tickmark explain`: the story of one resource, from the same streams as the figures, with its evidence.

use std::fs;

use serde_json::{Value, json};

use crate::fixtures::{BUCKET, CREDENTIAL_HEADER, Edit, GROUP, HOME, OTHER, USER, at, get_findings, snapshot_of};
use crate::harness::{Run, TableRow, TestDir, WINDOW, zip_of};

const EXPLAIN: [&str; 6] = ["--lake", "out/lake", "--from", "2026-01-11", "--through", "2026-01-20"];

/// `tickmark explain` on the lake of the run before.
fn explain(dir: &TestDir, arguments: &[&str]) -> Run {
    dir.tickmark(&[&["explain"], arguments, &EXPLAIN].concat())
}

/// The story as data; it has to be told.
fn story(dir: &TestDir, arguments: &[&str]) -> Value {
    let run = explain(dir, &[arguments, &["--format", "json"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// A time of January 2026 without what all share.
fn short(value: &Value) -> String {
    let time = text(value);
    let time = time.strip_prefix("2026-01-").unwrap_or(time);
    time.strip_suffix(":00:00Z").unwrap_or(time).to_owned()
}

fn list<'a>(story: &'a Value, name: &str) -> &'a Vec<Value> {
    story[name].as_array().unwrap_or_else(|| panic!("no list {name}"))
}

/// The control's status: `11T00..12T00 PASS by [1]`.
fn statuses(story: &Value) -> Vec<String> {
    let shown = |one: &Value| {
        format!("{}..{} {} by {}", short(&one["from"]), short(&one["until"]), text(&one["status"]), one["decided_by"])
    };
    list(story, "statuses").iter().map(shown).collect()
}

/// What streams say: `1 config 11T00..12T00 FAIL +2 rule restricted-ssh: NON_COMPLIANT`.
fn said(story: &Value) -> Vec<String> {
    let mut said = Vec::new();
    for stream in list(story, "streams") {
        for segment in list(stream, "segments") {
            said.push(format!(
                "{} {} {}..{} {} +{} {}",
                stream["number"],
                text(&stream["source"]),
                short(&segment["from"]),
                short(&segment["until"]),
                text(&segment["status"]),
                segment["restated"],
                text(&segment["reason"]),
            ));
        }
    }
    said
}

/// A group that a rule, a finding and the raw configuration fail, each at a time of its own.
fn failing_group() -> TestDir {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let group = |time: &str, open_to: &str| {
        HOME.item(GROUP, "sg-1", time).set("/ARN", HOME.group_arn("sg-1")).set(
            "/configuration",
            json!({
                "groupId": "sg-1",
                "groupName": "web",
                "vpcId": "vpc-1",
                "ipPermissions": [{
                    "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                    "ipv4Ranges": [{ "cidrIp": open_to }], "ipv6Ranges": []
                }]
            }),
        )
    };
    HOME.history(&dir, GROUP, &at(5, 0), &[group(&at(5, 0), "10.0.0.0/8")]);
    HOME.history(&dir, GROUP, &at(12, 0), &[group(&at(12, 0), "0.0.0.0/0")]);
    HOME.history(&dir, GROUP, &at(13, 0), &[group(&at(13, 0), "10.0.0.0/8")]);
    for (day, word) in [(6, "COMPLIANT"), (8, "COMPLIANT"), (14, "NON_COMPLIANT"), (15, "COMPLIANT")] {
        HOME.judge(&dir, (GROUP, "sg-1"), &at(day, 0), ("restricted-ssh", word));
    }
    let arn = HOME.group_arn("sg-1");
    let finding = |day: u32, status: &str, workflow: &str| {
        HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &arn), &at(day, 0), status).set("/Workflow/Status", workflow)
    };
    let findings = [
        finding(16, "FAILED", "NEW"),
        finding(17, "FAILED", "NEW"),
        finding(18, "FAILED", "SUPPRESSED"),
        finding(19, "PASSED", "RESOLVED"),
    ];
    dir.json("findings.json", &get_findings(&findings));
    dir
}

#[test]
fn an_exception_of_each_source_is_told_with_who_said_so_and_why() {
    let dir = failing_group();
    let answer = dir.answer_of_all(&["--control", "C10"]);
    let story = story(&dir, &["C10", "sg-1"]);
    assert_eq!(
        statuses(&story),
        [
            "05T00..12T00 PASS by [1,3,4]",
            "12T00..13T00 FAIL by [3]",
            "13T00..14T00 PASS by [1,3,4]",
            "14T00..15T00 FAIL by [1]",
            "15T00..16T00 PASS by [1,3,4]",
            "16T00..19T00 FAIL by [2]",
            "19T00..21T00 PASS by [1,2,3,4]",
        ]
    );
    let title = "A control of Example Corp";
    let said = said(&story);
    assert_eq!(
        said[..7],
        [
            "1 config 06T00..14T00 PASS +1 rule restricted-ssh: COMPLIANT".to_owned(),
            "1 config 14T00..15T00 FAIL +0 rule restricted-ssh: NON_COMPLIANT".to_owned(),
            "1 config 15T00..2026-01-21T12 PASS +0 rule restricted-ssh: COMPLIANT".replace("2026-01-", ""),
            format!("2 securityhub 16T00..18T00 FAIL +1 EC2.13 FAILED; {title}; workflow NEW"),
            format!("2 securityhub 18T00..19T00 FAIL +0 EC2.13 FAILED; {title}; workflow SUPPRESSED"),
            format!("2 securityhub 19T00..20T12 PASS +0 EC2.13 PASSED; {title}; workflow RESOLVED"),
            "3 reperformed 05T00..12T00 PASS +0 no ingress rule opens tcp 22 to the whole world".to_owned(),
        ]
    );
    assert!(said.iter().any(|line| line.starts_with("3 reperformed 12T00..13T00 FAIL +0 ingress rule 1 opens")));
    let origins: Vec<&str> = list(&story, "streams").iter().map(|one| text(&one["origin"]["kind"])).collect();
    assert_eq!(origins[..3], ["rule", "finding", "check"]);
    let own = |row: &TableRow| row["control"] == "C10" && row["resource_id"] == "sg-1";
    let rows: Vec<TableRow> = answer.table("exceptions.csv").into_iter().filter(own).collect();
    let ids: Vec<&str> = list(&story, "exceptions").iter().map(|one| text(&one["id"])).collect();
    assert_eq!(ids, rows.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>());
    assert_eq!(ids.len(), 3);
    for (id, row) in ids.iter().zip(&rows) {
        let by_id = self::story(&dir, &[id]);
        assert_eq!(by_id["asked"], *id);
        assert_eq!(by_id["streams"], story["streams"], "an exception's story is that of its subject");
        assert_eq!(by_id["exceptions"][0]["opened_by"], rows[0]["opened_by"]);
        assert_eq!(row["account"], HOME.account);
    }
}

#[test]
fn every_subject_has_the_figures_of_the_assessment() {
    let dir = failing_group();
    HOME.judge(&dir, (USER, "AIDA1"), &at(12, 0), ("iam-user-mfa-enabled", "NON_COMPLIANT"));
    HOME.judge(&dir, (BUCKET, "b"), &at(12, 0), ("s3-bucket-logging-enabled", "NOT_APPLICABLE"));
    let answer = dir.answer_of_all(&[]);
    for row in answer.table("exceptions.csv") {
        let story = story(&dir, &[&row["id"]]);
        let mut own = list(&story, "exceptions").iter().filter(|one| one["id"] == row["id"]);
        let one = own.next().unwrap();
        let pairs = [("from", "start"), ("until", "end"), ("opened_by", "opened_by"), ("closed_by", "closed_by")];
        for (field, column) in pairs {
            assert_eq!(one[field].as_str().unwrap_or_default(), row[column], "{field} of {row:?}");
        }
        assert_eq!(one["suppressed"].to_string(), row["suppressed"]);
    }
    let rows = answer.table("subjects.csv");
    assert!(rows.len() > 3, "{rows:#?}");
    for row in &rows {
        let name = if row["resource_arn"].is_empty() { &row["resource_id"] } else { &row["resource_arn"] };
        let story = story(&dir, &[&row["control"], name]);
        for column in ["result", "status_at_end"] {
            assert_eq!(text(&story["result"][column]), row[column], "{row:?}");
        }
        for status in ["pass", "fail", "not_applicable", "no_evidence", "absent"] {
            let column = format!("{status}_seconds");
            assert_eq!(story["result"][&column].to_string(), row[&column], "{column} of {row:?}");
        }
    }
}

#[test]
fn a_failure_carried_in_shows_its_true_beginning() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(2, 0), ("restricted-ssh", "COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-1"), &at(3, 0), ("restricted-ssh", "NON_COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-1"), &at(4, 0), ("restricted-ssh", "NON_COMPLIANT"));
    dir.answer(&[]);
    let story = story(&dir, &["C10", "sg-1"]);
    assert_eq!(statuses(&story), ["03T00..21T00 FAIL by [1]"]);
    assert_eq!(said(&story), ["1 config 03T00..21T12 FAIL +1 rule restricted-ssh: NON_COMPLIANT"]);
    assert_eq!(story["exceptions"][0]["began_before_window"], true);
    assert_eq!(story["exceptions"][0]["from"], "2026-01-11T00:00:00Z");
    let screen = explain(&dir, &["C10", "sg-1"]).stdout;
    assert!(screen.contains("since before the period"), "{screen}");
    assert!(screen.contains(&"#".repeat(80)), "{screen}");
}

#[test]
fn absence_names_the_evidence_that_shows_it() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let group = |id: &str, time: &str| HOME.item(GROUP, id, time).set("/ARN", HOME.group_arn(id));
    HOME.history(&dir, GROUP, &at(5, 0), &[group("sg-deleted", &at(5, 0)), group("sg-dropped", &at(5, 0))]);
    HOME.history(&dir, GROUP, &at(12, 0), &[HOME.deletion(GROUP, "sg-deleted", &at(12, 0))]);
    HOME.snapshot(&dir, &at(13, 0), &[group("sg-other", &at(5, 0))]);
    HOME.snapshot(&dir, &at(16, 0), &[group("sg-other", &at(5, 0)), group("sg-dropped", &at(5, 0))]);
    for id in ["sg-deleted", "sg-dropped"] {
        HOME.judge(&dir, (GROUP, id), &at(6, 0), ("restricted-ssh", "COMPLIANT"));
    }
    let answer = dir.answer(&[]);
    let deleted = story(&dir, &["C10", "sg-deleted"]);
    let [absence] = list(&deleted, "absences").as_slice() else { panic!("{deleted}") };
    assert_eq!((&absence["shown_by"], &absence["until"]), (&json!("deletion"), &Value::Null));
    let dropped = story(&dir, &["C10", "sg-dropped"]);
    let [absence] = list(&dropped, "absences").as_slice() else { panic!("{dropped}") };
    assert_eq!(absence["shown_by"], "snapshot_without_it");
    assert_eq!((short(&absence["from"]), short(&absence["until"])), ("13T00".to_owned(), "16T00".to_owned()));
    let snapshot = answer.table("ledger.csv").into_iter().find(|row| row["path"].contains("ConfigSnapshot_20260113T"));
    let snapshot = snapshot.unwrap();
    assert_eq!(absence["evidence"], snapshot["evidence_id"]);
    let file = list(&dropped, "files").iter().find(|file| file["evidence_id"] == snapshot["evidence_id"]).unwrap();
    assert_eq!((&file["sha256"], &file["path"]), (&json!(snapshot["sha256"]), &json!(snapshot["path"])));
    let screen = explain(&dir, &["C10", "sg-dropped"]).stdout;
    assert!(screen.contains("a snapshot does not list it") && screen.contains(&snapshot["sha256"]), "{screen}");
}

#[test]
fn a_stream_that_is_vouched_for_no_longer_says_so() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    dir.answer(&[]);
    let story = story(&dir, &["C10", "sg-1"]);
    assert_eq!(
        statuses(&story),
        ["11T00..12T00 NO_EVIDENCE by []", "12T00..13T12 FAIL by [1]", "13T12..21T00 NO_EVIDENCE by []"]
    );
    assert_eq!(story["streams"][0]["vouched_until"], "2026-01-13T12:00:00Z");
    let screen = explain(&dir, &["C10", "sg-1"]).stdout;
    let words =
        "2026-01-13T12:00:00Z: what was said last is vouched for no longer; its evidence ends 2026-01-12T00:00:00Z";
    assert!(screen.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{screen}");
}

#[test]
fn a_moment_tells_who_decides_it_and_what_the_others_say() {
    let dir = failing_group();
    dir.answer_of_all(&["--control", "C10"]);
    let at_failure = story(&dir, &["C10", "sg-1", "--at", "2026-01-14T23:59:59Z"]);
    assert_eq!(statuses(&at_failure), ["14T00..15T00 FAIL by [1]"]);
    let said = said(&at_failure);
    assert!(
        said[0].starts_with("1 config 14T00..15T00 FAIL") && said[1].starts_with("3 reperformed 13T00"),
        "{said:?}"
    );
    assert_eq!(list(&at_failure, "exceptions").len(), 1);
    assert_eq!(list(&at_failure, "streams")[1]["segments"], json!([]), "the finding came later");
    let screen = explain(&dir, &["C10", "sg-1", "--at", "2026-01-14"]).stdout;
    assert!(screen.contains("says nothing yet: its first observation is of 2026-01-16T00:00:00Z"), "{screen}");
    assert!(screen.contains("At           2026-01-14T00:00:00Z") && !screen.contains("Timeline"), "{screen}");
    let next = story(&dir, &["C10", "sg-1", "--at", "2026-01-15"]);
    assert_eq!(statuses(&next), ["15T00..16T00 PASS by [1,3,4]"], "an end does not belong to what ends");
    for bad in ["2026-01-21", "2026-01-10T23:59:59Z", "noon"] {
        let run = explain(&dir, &["C10", "sg-1", "--at", bad]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{bad}");
        assert!(run.stderr.contains("--at"), "{}", run.stderr);
    }
}

#[test]
fn disagreements_stand_with_what_is_known_of_why() {
    let dir = failing_group();
    dir.answer_of_all(&["--control", "C10"]);
    let found = story(&dir, &["C10", "sg-1"]);
    let pairs: Vec<String> = list(&found, "disagreements")
        .iter()
        .map(|one| {
            format!("{}: {} {}", short(&one["from"]), text(&one["said"][0]["source"]), text(&one["said"][1]["source"]))
        })
        .collect();
    assert!(pairs.contains(&"16T00: config securityhub".to_owned()), "{pairs:?}");
    assert!(explain(&dir, &["C10", "sg-1"]).stdout.contains("Where sources disagree"));
}

#[test]
fn several_that_may_be_meant_are_listed_and_nobody_is_chosen() {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.attest_window(&dir);
        let alice = place.user(if place == HOME { "AIDA1" } else { "AIDA2" }, "alice", &at(5, 0));
        place.history(&dir, USER, &at(5, 0), &[alice]);
    }
    dir.answer(&[]);
    let run = explain(&dir, &["C01", "alice"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    for place in [HOME, OTHER] {
        assert!(run.stderr.contains(&format!("arn:aws:iam::{}:user/alice", place.account)), "{}", run.stderr);
    }
    assert!(run.stderr.contains("`alice` is said of 2 subjects of C01"), "{}", run.stderr);
    for one in ["AIDA1", "arn:aws:iam::011122223333:user/alice", "011122223333/alice", "011122223333:user/alice"] {
        assert_eq!(story(&dir, &["c01", one])["subject"]["resource_id"], "AIDA1", "{one}");
    }
    assert_eq!(story(&dir, &["C04", HOME.account])["subject"]["resource_type"], "AWS::::Account");
    for (arguments, hint) in [
        (&["C01", "alicia"][..], "user/alice"),
        (&["C01", "zzzz"], "none of the 2 subjects of C01"),
        (&["C01-00000000"], "none of the 0 exceptions of C01 has the id"),
        (&["C01"], "is no exception's id"),
        (&["C99", "alice"], "there is no control `C99`"),
        (&["C99-00000000"], "there is no control `C99`"),
    ] {
        let run = explain(&dir, arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
    let nowhere =
        dir.tickmark(&["explain", "C01", "alice", "--lake", "nowhere", EXPLAIN[2], EXPLAIN[3], EXPLAIN[4], EXPLAIN[5]]);
    assert_eq!(nowhere.status, 2, "{}", nowhere.stderr);
}

#[test]
fn names_from_evidence_cannot_steer_the_terminal() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let id = "b\u{1b}[2J\u{202e}";
    HOME.judge(&dir, (BUCKET, id), &at(12, 0), ("s3-bucket-logging-enabled", "NON_COMPLIANT"));
    dir.answer(&[]);
    for arguments in [&["C14", id, "--raw"][..], &["C14", id, "--raw", "--format", "json"], &["C14", "b\u{1b}"]] {
        let run = explain(&dir, arguments);
        let steers = |text: &str| text.contains(['\u{1b}', '\u{202e}']);
        assert!(!steers(&run.stdout) && !steers(&run.stderr), "{:?}", run.stdout);
    }
}

/// A bucket that fails by a finding inside `findings.json` and a rule.
fn failing_bucket(dir: &TestDir) -> Value {
    HOME.attest_window(dir);
    let arn = "arn:aws:s3:::b";
    let finding = HOME.finding("S3.9", ("AwsS3Bucket", arn), &at(12, 0), "FAILED").set("/Note", json!({"Text": 1.50}));
    let other = HOME.finding("S3.9", ("AwsS3Bucket", "arn:aws:s3:::other"), &at(12, 0), "FAILED");
    dir.json("hub/findings.json", &get_findings(&[other, finding.clone()]));
    finding
}

/// The record of the story's only stream as `--raw` gives it.
fn raw(dir: &TestDir, more: &[&str]) -> Value {
    let found = story(dir, &[&["C14", "b", "--raw"], more].concat());
    let records = list(&found, "records");
    assert_eq!(records.len(), 1, "each record once: {records:#?}");
    assert!(text(&records[0]["evidence"]).ends_with(":2"));
    records[0]["content"].clone()
}

#[test]
fn records_come_from_the_original_evidence_wherever_it_lies() {
    let dir = TestDir::new();
    let finding = failing_bucket(&dir);
    dir.answer(&[]);
    assert_eq!(raw(&dir, &[]), finding, "as the ledger names it");
    fs::rename(dir.path("evidence"), dir.path("archive")).unwrap();
    assert_eq!(raw(&dir, &["--evidence", "archive"]), finding, "under another name");
    assert_eq!(raw(&dir, &["--evidence", "archive/hub/findings.json"]), finding, "the file alone");
    let bytes = dir.bytes("archive/hub/findings.json");
    dir.file("handed-over.zip", zip_of(&[("x/findings.json", &bytes)]));
    assert_eq!(raw(&dir, &["--evidence", "handed-over.zip"]), finding, "packed since");
    fs::rename(dir.path("out/lake"), dir.path("kept")).unwrap();
    let moved = dir.tickmark(&[
        "explain",
        "C14",
        "b",
        "--lake",
        "kept",
        "--raw",
        "--evidence",
        "archive",
        EXPLAIN[2],
        EXPLAIN[3],
        EXPLAIN[4],
        EXPLAIN[5],
    ]);
    assert_eq!(moved.status, 0, "{}", moved.stderr);
    assert!(moved.stdout.contains("\n    \"SecurityControlId\": \"S3.9\""), "laid out for reading: {}", moved.stdout);
    assert!(!moved.stdout.contains("arn:aws:s3:::other"), "no other record is printed: {}", moved.stdout);
}

#[test]
fn records_come_out_of_bundles() {
    let dir = TestDir::new();
    let finding = failing_bucket(&dir);
    let bytes = dir.bytes("evidence/hub/findings.json");
    fs::remove_dir_all(dir.path("evidence/hub")).unwrap();
    let inner = zip_of(&[("hub/findings.json", &bytes), ("findings.json", b"{\"Findings\":[]}")]);
    dir.evidence("export.zip", &inner);
    dir.answer(&[]);
    assert_eq!(raw(&dir, &[]), finding);
    assert_eq!(raw(&dir, &["--evidence", "evidence/export.zip"]), finding);
    fs::rename(dir.path("evidence"), dir.path("archive")).unwrap();
    assert_eq!(raw(&dir, &["--evidence", "archive"]), finding);
    dir.file("archive.zip", zip_of(&[("deep/export.zip", &inner)]));
    assert_eq!(raw(&dir, &["--evidence", "archive.zip"]), finding);
    dir.file("unpacked/export/hub/findings.json", &bytes);
    assert_eq!(raw(&dir, &["--evidence", "unpacked"]), finding, "unpacked since");
    dir.file("evidence/export/hub/findings.json", &bytes);
    assert_eq!(raw(&dir, &[]), finding, "unpacked where the bundle lay");
}

#[test]
fn evidence_that_was_changed_or_is_gone_is_told_and_not_printed() {
    let dir = TestDir::new();
    failing_bucket(&dir);
    let answer = dir.answer(&[]);
    let known = answer.ledger("findings.json")["sha256"].clone();
    let bytes = String::from_utf8(dir.bytes("evidence/hub/findings.json")).unwrap();
    dir.evidence("hub/findings.json", bytes.replace("\"HIGH\"", "\"LOW\""));
    let changed = explain(&dir, &["C14", "b", "--raw"]);
    assert_eq!(changed.status, 3);
    let note = "changed: `evidence/hub/findings.json` is not the file that was read, nothing of it is printed";
    assert!(changed.stderr.contains(note) && changed.stderr.contains(&known), "{}", changed.stderr);
    assert!(!changed.stdout.contains("LOW") && changed.stdout.contains("Status of C14"), "{}", changed.stdout);
    let named = explain(&dir, &["C14", "b", "--raw", "--evidence", "evidence/hub"]);
    assert!(named.status == 3 && named.stderr.contains("changed: "), "{}", named.stderr);
    fs::remove_file(dir.path("evidence/hub/findings.json")).unwrap();
    let missing = explain(&dir, &["C14", "b", "--raw"]);
    assert_eq!(missing.status, 3);
    let words = ["missing: `evidence/hub/findings.json`", &known, "--evidence"];
    assert!(words.iter().all(|word| missing.stderr.contains(word)), "{}", missing.stderr);
    let told_nothing = explain(&dir, &["C14", "b"]);
    assert_eq!((told_nothing.status, told_nothing.stderr.as_str()), (0, ""), "without --raw no evidence is needed");
    assert_eq!(explain(&dir, &["C14", "b", "--evidence", "evidence"]).status, 2, "--evidence is for --raw");
    assert_eq!(explain(&dir, &["C14", "b", "--raw", "--evidence", "nowhere"]).status, 2);
}

#[test]
fn a_snapshot_that_is_silent_is_checked_too() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let group = |id: &str| HOME.item(GROUP, id, &at(5, 0)).set("/ARN", HOME.group_arn(id));
    HOME.history(&dir, GROUP, &at(5, 0), &[group("sg-1")]);
    HOME.snapshot(&dir, &at(13, 0), &[group("sg-2")]);
    dir.answer(&[]);
    assert_eq!(explain(&dir, &["C10", "sg-1", "--raw"]).status, 0);
    let path = format!("evidence/{}", HOME.snapshot_path(&at(13, 0)));
    dir.file(&path, snapshot_of(&[group("sg-1")]).to_string());
    let run = explain(&dir, &["C10", "sg-1", "--raw"]);
    assert!(run.status == 3 && run.stderr.contains("changed: "), "{}", run.stderr);
}

#[test]
fn the_answer_does_not_depend_on_threads_and_follows_the_question() {
    let dir = failing_group();
    dir.answer_of_all(&["--control", "C10"]);
    let one = explain(&dir, &["C10", "sg-1", "--threads", "1"]);
    assert_eq!(one.stdout, explain(&dir, &["C10", "sg-1", "--threads", "4"]).stdout);
    let config = story(&dir, &["C10", "sg-1", "--source", "config"]);
    assert_eq!(config["sources"], json!(["config"]));
    assert_eq!(statuses(&config)[1..], ["14T00..15T00 FAIL by [1]", "15T00..21T00 PASS by [1]"]);
    assert_eq!(WINDOW[1], EXPLAIN[3]);
}

/// What an auditor with a command line and Prowler has of an account: nothing of it comes from a delivery.
#[test]
fn what_other_programs_made_of_an_account_is_read_and_explained() {
    use base64::Engine;
    let dir = TestDir::new();
    let line = |user: &str, mfa: &str| {
        format!(
            "{user},arn:aws:iam::011122223333:user/{user},2025-01-01T00:00:00Z,true,2026-01-09T00:00:00Z,2026-01-01T00:00:00Z,N/A,{mfa},false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        )
    };
    let report = [CREDENTIAL_HEADER.to_owned(), line("alice", "false"), line("bob", "true")].join("\n");
    let content = base64::engine::general_purpose::STANDARD.encode(&report);
    let answer =
        json!({ "Content": content, "ReportFormat": "text/csv", "GeneratedTime": "2026-01-12T01:00:00+01:00" });
    dir.json("cli/get-credential-report.json", &answer);
    let policy = json!({ "PasswordPolicy": { "MinimumPasswordLength": 8, "RequireSymbols": true, "RequireNumbers": true,
        "RequireUppercaseCharacters": true, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true,
        "ExpirePasswords": true, "MaxPasswordAge": 90, "PasswordReusePrevention": 24 } });
    dir.json("cli/get-account-password-policy.json", &policy);
    let prowler = HOME
        .finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), &at(12, 0), "FAILED")
        .set("/GeneratorId", "prowler-ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22")
        .set("/ProductArn", "arn:aws:securityhub:eu-west-1::product/prowler/prowler")
        .set("/Compliance", json!({ "Status": "FAILED", "RelatedRequirements": [], "AssociatedStandards": [] }));
    dir.json("prowler/output.asff.json", &json!([prowler]));
    let event = json!([{
        "class_uid": 2004, "activity_id": 1, "status_code": "FAIL", "severity": "High", "time": 1_768_176_000,
        "metadata": { "event_code": "iam_user_mfa_enabled_console_access", "version": "1.4.0",
            "product": { "name": "Prowler", "vendor_name": "Prowler", "version": "5.0.0" } },
        "cloud": { "provider": "aws", "account": { "uid": "011122223333" }, "region": "eu-west-1" },
        "finding_info": { "uid": "prowler-aws-1", "title": "MFA" },
        "resources": [{ "uid": "arn:aws:iam::011122223333:user/alice", "type": "AwsIamUser", "region": "eu-west-1" }]
    }]);
    dir.json("prowler/output.ocsf.json", &event);
    let answer = dir.answer_of_all(&["--account", "011122223333", "--taken-at", "2026-01-12"]);
    assert_eq!(answer.run.status, 0, "{}{}", answer.run.stdout, answer.run.stderr);
    let unmapped = answer.results()["unmapped_findings"].to_string();
    assert!(unmapped.contains("prowler-ec2_securitygroup_allow_ingress"), "counted, and for no test: {unmapped}");
    let user = story(&dir, &["C01", "user/alice"]);
    assert_eq!(statuses(&user)[1..], ["12T00..13T12 FAIL by [1]", "13T12..21T00 NO_EVIDENCE by []"]);
    let account = explain(&dir, &["C04", "011122223333", "--raw", "--evidence", "evidence"]);
    assert_eq!(account.status, 0, "{}", account.stderr);
    assert!(account.stdout.contains("minimum length 8, 14 required"), "{}", account.stdout);
    assert!(account.stdout.contains("\"MinimumPasswordLength\": 8"), "{}", account.stdout);
    let line = explain(&dir, &["C01", "user/alice", "--raw", "--evidence", "evidence"]);
    assert_eq!(line.status, 0, "{}", line.stderr);
    assert!(line.stdout.contains("user,arn,user_creation_time"), "a line with its header: {}", line.stdout);
}
