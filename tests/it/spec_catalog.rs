//! A catalog file that adds to the controls, and what it may not do.

use crate::fixtures::{GROUP, HOME, at, get_findings};
use crate::harness::{TestDir, WINDOW};

const ADDED: &str = r#"
[[control]]
id = "X01"
title = "Volumes are encrypted"
criteria = ["CC6.7"]
statement = "Every volume is encrypted."
tests = ["ENCRYPTED_VOLUMES"]

[[test]]
identifier = "ENCRYPTED_VOLUMES"
rule_names = ["encrypted-volumes"]
resource_types = ["AWS::EC2::Volume"]
security_hub = ["EC2.3"]
"#;

fn evidence() -> TestDir {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, ("AWS::EC2::Volume", "vol-1"), &at(12, 0), ("encrypted-volumes", "NON_COMPLIANT"));
    let arn = "arn:aws:ec2:eu-west-1:011122223333:volume/vol-2";
    dir.json("findings.json", &get_findings(&[HOME.finding("EC2.3", ("AwsEc2Volume", arn), &at(12, 0), "PASSED")]));
    dir
}

#[test]
fn a_catalog_file_adds_a_control_with_its_own_test() {
    let dir = evidence();
    let before = dir.answer(&[]).results();
    assert!(before["unmapped_rules"].to_string().contains("encrypted-volumes"));
    dir.file("more.toml", ADDED);
    let answer = dir.answer(&["--catalog", "more.toml"]);
    assert_eq!(answer.counts("X01"), "2 = 2 tested (1 failed) + 0 not applicable + 0 not tested");
    assert_eq!(answer.exceptions("X01"), ["vol-1 12T00:00 .. 21T00:00 ongoing"]);
    assert!(!answer.results()["unmapped_rules"].to_string().contains("encrypted-volumes"));
    assert_eq!(answer.table("controls.csv").len(), 17);
    let run = dir.tickmark(&["controls", "X01", "--catalog", "more.toml"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("X01  Volumes are encrypted") && run.stdout.contains("ENCRYPTED_VOLUMES"));
}

#[test]
fn a_catalog_file_may_add_names_to_a_known_test() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("our-ssh-rule", "NON_COMPLIANT"));
    dir.file("names.toml", "[[test]]\nidentifier = \"INCOMING_SSH_DISABLED\"\nrule_names = [\"our-ssh-rule\"]\n");
    assert_eq!(dir.answer(&["--catalog", "names.toml"]).results_of("C10"), ["sg-1 failed"]);
}

#[test]
fn a_catalog_file_may_replace_a_control_in_its_place() {
    let dir = evidence();
    let replaced = ADDED.replace("X01", "C02");
    dir.file("other.toml", replaced);
    let answer = dir.answer(&["--catalog", "other.toml"]);
    let rows = answer.table("controls.csv");
    assert_eq!(
        (rows.len(), rows[1]["control"].as_str(), rows[1]["title"].as_str()),
        (16, "C02", "Volumes are encrypted")
    );
}

#[test]
fn what_a_catalog_file_cannot_mean_is_wrong_usage_with_its_line() {
    let rows = [
        (ADDED.replace("[[control]]", "[[contrl]]"), "line 2: unknown key `contrl`; did you mean `control`?"),
        (ADDED.replace("title =", "titel ="), "line 4: unknown key `titel`; did you mean `title`?"),
        (
            ADDED.replace("\"ENCRYPTED_VOLUMES\"]", "\"ENCRYPTED_VOLUME\"]"),
            "which is no known test; did you mean `ENCRYPTED_VOLUMES`?",
        ),
        (ADDED.replace("id = \"X01\"", "id = \"1 X\""), "line 3"),
        (ADDED.replace("id = \"X01\"\n", ""), "the control that begins here has no `id`"),
        (
            ADDED.replace("\"encrypted-volumes\"", "\"restricted-ssh\""),
            "`restricted-ssh` already stands for test `INCOMING_SSH_DISABLED`",
        ),
        (ADDED.replace("AWS::EC2::Volume", "Volume"), "a resource type is written as in AWS Config"),
        (ADDED.replace("EC2.3", "EC2-3"), "a Security Hub control is written as service, point, number"),
        (format!("{ADDED}{ADDED}"), "was already given in line 2"),
        (ADDED.split("[[test]]").next().unwrap().to_owned(), "names `ENCRYPTED_VOLUMES`, which is no known test"),
        ("not toml".to_owned(), "line 1: not valid TOML"),
    ];
    let dir = TestDir::new();
    for (text, message) in rows {
        dir.file("c.toml", &text);
        let run = dir.tickmark(&[&["run", "evidence", "--out", "out", "--catalog", "c.toml"], &WINDOW[..]].concat());
        assert_eq!(run.status, 2, "{message}: {}", run.stderr);
        assert!(
            run.stderr.starts_with("error: catalog `c.toml`, line ") && run.stderr.contains(message),
            "{message}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_catalog_file_that_is_not_there_is_wrong_usage() {
    let run = TestDir::new().tickmark(&["controls", "--catalog", "nowhere.toml"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`nowhere.toml` cannot be read"), "{}", run.stderr);
}
