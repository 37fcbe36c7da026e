//! From observations to a timeline and its exceptions: spec sections 4 and 6.

use std::io::Read;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fixtures::{Edit, GROUP, HOME, at, clock, get_findings};
use crate::harness::{Answer, TestDir};

const SSH: &str = "restricted-ssh";
const COMMON: &str = "restricted-common-ports";
const SG: (&str, &str) = (GROUP, "sg-1");

fn finding(time: &str, status: &str) -> Value {
    HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), time, status)
}

#[test]
fn a_status_holds_until_the_next_and_the_last_until_the_horizon_and_36_hours() {
    let dir = TestDir::new();
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, SG, &at(13, 0), (SSH, "COMPLIANT"));
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "pass 36 fail 24 none 180");
    // Anything that speaks for the account and region moves the horizon.
    HOME.attest(&dir, 15..=15);
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "pass 84 fail 24 none 132");
}

#[test]
fn the_horizon_is_that_of_the_source_account_and_region() {
    let dir = TestDir::new();
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "NON_COMPLIANT"));
    crate::fixtures::AWAY.attest(&dir, 18..=18);
    crate::fixtures::OTHER.attest(&dir, 18..=18);
    let elsewhere = HOME.finding(
        "EC2.8",
        ("AwsEc2Instance", "arn:aws:ec2:eu-west-1:011122223333:instance/i-1"),
        &at(18, 0),
        "PASSED",
    );
    dir.json("findings.json", &get_findings(&[elsewhere]));
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 36 none 204");
}

#[test]
fn for_global_subjects_the_horizon_is_the_accounts() {
    let dir = TestDir::new();
    let user = (crate::fixtures::USER, "AIDAEXAMPLEALICE00001");
    HOME.judge(&dir, user, &at(12, 0), ("iam-user-no-policies-check", "NON_COMPLIANT"));
    crate::fixtures::AWAY.attest(&dir, 18..=18);
    assert_eq!(dir.answer(&[]).hours("C06", user.1), "fail 180 none 60");
}

#[test]
fn the_engagement_file_sets_how_long_a_last_status_holds() {
    let dir = TestDir::new();
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "NON_COMPLIANT"));
    let answer = dir.answer_under("[parameters]\nmax_gap_hours = 12\n", &[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 12T12:00"]);
    assert_eq!(answer.results()["parameters"]["max_gap_hours"], 12);
}

#[test]
fn before_the_first_observation_a_stream_says_nothing() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(14, 0), (SSH, "COMPLIANT"));
    assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "pass 168 none 72");
}

#[test]
fn a_failure_from_before_the_window_is_carried_in_and_cut() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(5, 0), (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 11T00:00 .. 12T00:00 began_before_window"]);
    assert_eq!(answer.table("exceptions.csv")[0]["duration_seconds"], "86400");
}

#[test]
fn the_window_is_half_open() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (GROUP, "sg-ends-at-from"), &at(9, 0), (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-ends-at-from"), &at(11, 0), (SSH, "COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-starts-at-until"), &at(20, 0), (SSH, "COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-starts-at-until"), &at(21, 0), (SSH, "NON_COMPLIANT"));
    let last = "2026-01-20T23:59:59.999999Z";
    HOME.judge(&dir, (GROUP, "sg-last-instant"), last, (SSH, "NON_COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-last-instant 20T23:59:59.999999 .. 21T00:00 ongoing"]);
    assert_eq!(answer.table("exceptions.csv")[0]["duration_seconds"], "0");
    assert_eq!(answer.control("C10")["failing_at_end"], 1);
}

#[test]
fn failing_intervals_that_touch_are_one_and_name_all_that_failed() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let first = HOME.compliance(GROUP, "sg-1", &at(12, 0), &[(SSH, "NON_COMPLIANT"), (COMMON, "COMPLIANT")]);
    let second = HOME.compliance(GROUP, "sg-1", &at(14, 0), &[(SSH, "COMPLIANT"), (COMMON, "NON_COMPLIANT")]);
    let third = HOME.compliance(GROUP, "sg-1", &at(16, 0), &[(SSH, "COMPLIANT"), (COMMON, "COMPLIANT")]);
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(16, 0), &[first, second, third]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 16T00:00"]);
    let row = &answer.table("exceptions.csv")[0];
    assert_eq!(row["tests"], "INCOMING_SSH_DISABLED;RESTRICTED_INCOMING_TRAFFIC");
    assert_eq!((row["sources"].as_str(), row["duration_seconds"].as_str()), ("config", "345600"));
}

#[test]
fn a_failure_said_again_is_the_same_failure() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    for day in 12..=15 {
        HOME.judge(&dir, SG, &at(day, 0), (SSH, "NON_COMPLIANT"));
    }
    assert_eq!(dir.answer(&[]).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_pause_makes_two_exceptions() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    for (day, verdict) in [
        (12, "NON_COMPLIANT"),
        (13, "COMPLIANT"),
        (14, "NON_COMPLIANT"),
        (15, "INSUFFICIENT_DATA"),
        (16, "NON_COMPLIANT"),
        (17, "NOT_APPLICABLE"),
    ] {
        HOME.judge(&dir, SG, &at(day, 0), (SSH, verdict));
    }
    let answer = dir.answer(&[]);
    assert_eq!(
        answer.exceptions("C10"),
        ["sg-1 12T00:00 .. 13T00:00", "sg-1 14T00:00 .. 15T00:00", "sg-1 16T00:00 .. 17T00:00"]
    );
    assert_eq!(answer.hours("C10", "sg-1"), "pass 24 fail 72 na 96 none 48");
}

#[test]
fn durations_are_whole_seconds_floored() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, "2026-01-12T00:00:00.100Z", (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, SG, "2026-01-12T00:00:02.099Z", (SSH, "COMPLIANT"));
    let row = &dir.answer(&[]).table("exceptions.csv")[0];
    assert_eq!((row["start"].as_str(), row["end"].as_str()), ("2026-01-12T00:00:00.100Z", "2026-01-12T00:00:02.099Z"));
    assert_eq!(row["duration_seconds"], "1");
}

#[test]
fn one_source_that_fails_outweighs_one_that_passes() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "COMPLIANT"));
    dir.json("findings.json", &get_findings(&[finding(&at(14, 0), "FAILED"), finding(&at(16, 0), "NOT_AVAILABLE")]));
    let hours = |options: &[&str]| dir.answer(options).hours("C10", "sg-1");
    assert_eq!(hours(&[]), "pass 168 fail 48 none 24");
    assert_eq!(hours(&["--source", "config"]), "pass 216 none 24");
    assert_eq!(hours(&["--source", "securityhub"]), "fail 48 none 192");
    assert_eq!(hours(&["--source", "config", "--source", "securityhub"]), "pass 168 fail 48 none 24");
}

#[test]
fn figures_by_source_are_those_of_a_run_with_that_source() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "COMPLIANT"));
    dir.json("findings.json", &get_findings(&[finding(&at(14, 0), "FAILED")]));
    let all = dir.answer(&[]).control("C10");
    for source in ["config", "securityhub"] {
        let alone = dir.answer(&["--source", source]).control("C10");
        for figure in ["tested", "failed", "passed", "pass_rate", "time_weighted_pass_rate", "exceptions"] {
            assert_eq!(all["by_source"][source][figure], alone[figure], "{figure} of {source}");
        }
    }
}

#[test]
fn rates_follow_their_definitions() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(11, 0), (SSH, "NON_COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-1"), &at(16, 0), (SSH, "COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-2"), &at(11, 0), (SSH, "COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-3"), &at(16, 0), (SSH, "NON_COMPLIANT"));
    let control = dir.answer(&[]).control("C10");
    let figure = |name: &str| control[name].as_f64().unwrap();
    assert_eq!(dir.answer(&[]).counts("C10"), "3 = 3 tested (2 failed) + 0 not applicable + 0 not tested");
    let close = |name: &str, expected: f64| assert!((figure(name) - expected).abs() < 1e-12, "{name} {}", figure(name));
    close("pass_rate", 1.0 / 3.0);
    close("pass_rate_at_end", 2.0 / 3.0);
    // Passing: 5 + 10 days; failing: 5 + 5 days.
    close("time_weighted_pass_rate", 15.0 / 25.0);
}

#[test]
fn rates_of_nothing_are_null() {
    let control = TestDir::new().answer(&[]).control("C10");
    for rate in ["pass_rate", "pass_rate_at_end", "time_weighted_pass_rate"] {
        assert!(control[rate].is_null(), "{rate}: {}", control[rate]);
    }
}

#[test]
fn an_exception_is_suppressed_where_every_failure_that_can_be_is() {
    let suppressed = |time: &str| finding(time, "FAILED").set("/Workflow/Status", "SUPPRESSED");
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "NON_COMPLIANT"));
    assert!(!dir.answer(&[]).exceptions("C10")[0].contains("suppressed"), "a rule's verdict cannot be suppressed");
    dir.json("findings.json", &get_findings(&[suppressed(&at(12, 0))]));
    assert!(dir.answer(&[]).exceptions("C10")[0].contains("suppressed"), "only the finding can be, and is");
    let open = finding(&at(12, 0), "FAILED").set("/Id", "finding/second");
    dir.json("findings.json", &get_findings(&[suppressed(&at(12, 0)), open]));
    assert!(!dir.answer(&[]).exceptions("C10")[0].contains("suppressed"), "one of two findings is not");
}

/// The record that a reference such as `0123456789abcdef:3` leads to, by way of the ledger.
fn record_at(dir: &TestDir, answer: &Answer, reference: &str) -> (String, Value) {
    let (id, record) = reference.split_once(':').unwrap_or((reference, "0"));
    let ledger = answer.table("ledger.csv");
    let row = ledger.iter().find(|row| row["evidence_id"] == id).unwrap();
    let bytes = dir.bytes(&row["path"]);
    let sha256 = hex::encode(Sha256::digest(&bytes));
    assert_eq!((sha256.as_str(), sha256.get(..16)), (row["sha256"].as_str(), Some(id)));
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let document: Value = serde_json::from_str(&text).unwrap();
    let records = document.get("configurationItems").or_else(|| document.get("Findings")).unwrap();
    let number: usize = record.parse().unwrap();
    let found = number.checked_sub(1).map_or(Value::Null, |place| records[place].clone());
    (row["path"].clone(), found)
}

#[test]
fn what_opened_and_closed_an_exception_leads_to_the_record_that_says_so() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let judged = |id: &str, time: &str, verdict: &str| HOME.compliance(GROUP, id, time, &[(SSH, verdict)]);
    let items = [
        judged("sg-0", &at(12, 0), "COMPLIANT"),
        judged("sg-1", &at(12, 0), "NON_COMPLIANT"),
        judged("sg-2", &at(12, 0), "COMPLIANT"),
    ];
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(12, 0), &items);
    // What is said again does not open it anew.
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(13, 0), &[judged("sg-1", &at(13, 0), "NON_COMPLIANT")]);
    let items = [judged("sg-2", &at(14, 0), "COMPLIANT"), judged("sg-1", &at(14, 0), "COMPLIANT")];
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(14, 0), &items);
    let answer = dir.answer(&[]);
    let row = &answer.table("exceptions.csv")[0];
    for (reference, time, verdict) in
        [(&row["opened_by"], at(12, 0), "NON_COMPLIANT"), (&row["closed_by"], at(14, 0), "COMPLIANT")]
    {
        let (_, record) = record_at(&dir, &answer, reference);
        assert_eq!(record["configurationItemCaptureTime"], time.as_str());
        assert_eq!(record["configuration"]["targetResourceId"], "sg-1");
        assert_eq!(record["configuration"]["configRuleList"][0]["complianceType"], verdict);
    }
}

#[test]
fn a_finding_that_opened_an_exception_is_found_by_its_number() {
    let dir = TestDir::new();
    let other = HOME.finding(
        "EC2.8",
        ("AwsEc2Instance", "arn:aws:ec2:eu-west-1:011122223333:instance/i-1"),
        &at(13, 0),
        "PASSED",
    );
    let failed = finding(&at(12, 0), "FAILED");
    let archived = finding(&at(13, 0), "FAILED").set("/RecordState", "ARCHIVED");
    dir.json("findings.json", &get_findings(&[other, failed.clone(), archived.clone()]));
    let answer = dir.answer(&[]);
    let row = &answer.table("exceptions.csv")[0];
    assert_eq!(record_at(&dir, &answer, &row["opened_by"]).1, failed);
    assert_eq!(record_at(&dir, &answer, &row["closed_by"]).1, archived);
}

#[test]
fn a_deletion_or_a_snapshots_silence_closes_an_exception() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    for (id, end) in [("sg-1", 14), ("sg-2", 16)] {
        HOME.history(&dir, &format!("AWS::EC2::SecurityGroup-{id}"), &at(11, 0), &[HOME.item(GROUP, id, &at(11, 0))]);
        HOME.judge(&dir, (GROUP, id), &at(12, 0), (SSH, "NON_COMPLIANT"));
        if end == 14 {
            HOME.history(&dir, "AWS::EC2::SecurityGroup-gone", &at(14, 0), &[HOME.deletion(GROUP, id, &at(14, 0))]);
        }
    }
    HOME.snapshot(&dir, &clock(16, 0, 0), &[HOME.item(GROUP, "sg-other", &at(1, 0))]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 14T00:00", "sg-2 12T00:00 .. 16T00:00"]);
    let rows = answer.table("exceptions.csv");
    let (_, deletion) = record_at(&dir, &answer, &rows[0]["closed_by"]);
    assert_eq!(deletion["configurationItemStatus"], "ResourceDeleted");
    assert!(!rows[1]["closed_by"].contains(':'), "silence is the whole file's: {}", rows[1]["closed_by"]);
    assert!(record_at(&dir, &answer, &rows[1]["closed_by"]).0.contains("_ConfigSnapshot_20260116T000000Z_"));
}

#[test]
fn nothing_closes_what_goes_on_or_where_the_evidence_merely_runs_out() {
    let dir = TestDir::new();
    HOME.judge(&dir, SG, &at(12, 0), (SSH, "NON_COMPLIANT"));
    let row = &dir.answer(&[]).table("exceptions.csv")[0];
    assert_eq!(
        (row["end"].as_str(), row["ongoing"].as_str(), row["closed_by"].as_str()),
        ("2026-01-13T12:00:00Z", "false", "")
    );
    HOME.attest_window(&dir);
    let row = &dir.answer(&[]).table("exceptions.csv")[0];
    assert_eq!((row["ongoing"].as_str(), row["closed_by"].as_str()), ("true", ""));
}
