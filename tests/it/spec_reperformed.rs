//! tickmark's own checks over time: spec sections 3.6 and 4, and the rows of trap tables that are about
//! time, joins, recorders and reports. What single states mean is tested beside the checks.

use serde_json::{Value, json};

use crate::fixtures::{AWAY, CREDENTIAL_HEADER, Edit, GROUP, HOME, OTHER, TRAIL, USER, VPC, at, snapshot_of};
use crate::harness::{Answer, TestDir};

const ALICE: &str = "AIDAEXAMPLEALICE00001";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const RECORDER: &str = "AWS::Config::ConfigurationRecorder";

/// What tickmark's own checks say, alone.
fn own(dir: &TestDir) -> Answer {
    dir.answer(&["--source", "reperformed"])
}

/// A group with one ingress rule.
fn group(day: u32, protocol: &str, port: u32, from: &str) -> Value {
    let rule = json!({ "ipProtocol": protocol, "fromPort": port, "toPort": port, "ipv4Ranges": [{ "cidrIp": from }] });
    HOME.item(GROUP, "sg-1", &at(day, 0)).set(
        "/configuration",
        json!({
            "groupId": "sg-1", "groupName": "web", "vpcId": "vpc-1", "ipPermissions": [rule], "ipPermissionsEgress": []
        }),
    )
}

fn recorded(dir: &TestDir, resource_type: &str, day: u32, item: &Value) {
    HOME.history(dir, resource_type, &at(day, 0), std::slice::from_ref(item));
}

/// A credential report of the account on a day: users with password and MFA as given, and the root user.
fn report(dir: &TestDir, day: u32, users: &[(&str, bool, bool)]) {
    let root = "<root_account>,arn:aws:iam::011122223333:root,2019-02-01T00:00:00+00:00,true,2025-04-01T12:00:00+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    let line = |(name, password, mfa): &(&str, bool, bool)| {
        let arn = format!("arn:aws:iam::011122223333:user/{name}");
        format!(
            "{name},{arn},2025-01-01T00:00:00+00:00,{password},2026-01-09T00:00:00+00:00,2026-01-01T00:00:00+00:00,N/A,{mfa},false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        )
    };
    let lines: Vec<String> =
        [CREDENTIAL_HEADER.to_owned(), root.to_owned()].into_iter().chain(users.iter().map(line)).collect();
    dir.evidence(&format!("iam/011122223333/credential-report-202601{day:02}T000000Z.csv"), lines.join("\n"));
}

fn policy(dir: &TestDir, day: u32, text: impl AsRef<[u8]>) {
    dir.evidence(&format!("iam/011122223333/password-policy-202601{day:02}T000000Z.json"), text);
}

const STRONG: &str = r#"{"PasswordPolicy": {"MinimumPasswordLength": 14, "RequireSymbols": true, "RequireNumbers": true, "RequireUppercaseCharacters": true, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true, "ExpirePasswords": true, "MaxPasswordAge": 90, "PasswordReusePrevention": 24}}"#;

fn vpc(day: u32) -> Value {
    HOME.item(VPC, "vpc-1", &at(day, 0)).set("/configuration", json!({ "vpcId": "vpc-1", "ownerId": HOME.account }))
}

fn flow_log(id: &str, of: &str, day: u32) -> Value {
    let log = json!({ "flowLogId": id, "resourceId": of, "flowLogStatus": "ACTIVE", "trafficType": "ALL" });
    HOME.item(FLOW_LOG, id, &at(day, 0)).set("/configuration", log)
}

fn trail(place: crate::fixtures::Place, day: u32, members: &[(&str, Value)]) -> Value {
    let mut trail = place.trail("main", "logs", &at(day, 0));
    let usual = [
        ("isMultiRegionTrail", json!(true)),
        ("isOrganizationTrail", json!(false)),
        ("hasCustomEventSelectors", json!(false)),
        ("logFileValidationEnabled", json!(true)),
        ("kmsKeyId", json!("arn:aws:kms:eu-west-1:011122223333:key/1")),
        ("name", json!("main")),
    ];
    for (name, value) in usual.iter().chain(members) {
        trail = trail.set(&format!("/configuration/{name}"), value.clone());
    }
    trail
}

#[test]
fn a_check_fails_from_the_item_that_opens_to_the_item_that_closes_and_says_why() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "0.0.0.0/0"));
    recorded(&dir, GROUP, 12, &group(12, "tcp", 22, "0.0.0.0/0"));
    recorded(&dir, GROUP, 15, &group(15, "tcp", 22, "10.0.0.0/8"));
    let answer = own(&dir);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 15T00:00"]);
    let row = &answer.table("exceptions.csv")[0];
    assert_eq!(row["reason"], "ingress rule 1 opens tcp 22 to 0.0.0.0/0");
    assert_eq!(row["sources"], "reperformed");
    assert!(row["id"].starts_with("C10-") && row["id"].len() == 12, "{}", row["id"]);
    let opened = answer.ledger("SecurityGroup_20260112T000000Z_20260112T000000Z_1.json.gz")["evidence_id"].clone();
    assert_eq!(row["opened_by"], format!("{opened}:1"));
}

#[test]
fn a_deleted_resource_is_absent_and_one_relisted_is_judged_by_its_last_item() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 22, "0.0.0.0/0"));
    let other = HOME.item(GROUP, "sg-other", &at(9, 0));
    HOME.snapshot(&dir, &at(13, 0), std::slice::from_ref(&other));
    HOME.snapshot(&dir, &at(16, 0), &[other, group(10, "tcp", 22, "0.0.0.0/0")]);
    assert_eq!(
        own(&dir).exceptions("C10"),
        ["sg-1 11T00:00 .. 13T00:00 began_before_window", "sg-1 16T00:00 .. 21T00:00 ongoing"]
    );
    recorded(&dir, GROUP, 18, &HOME.deletion(GROUP, "sg-1", &at(18, 0)));
    assert_eq!(
        own(&dir).exceptions("C10"),
        ["sg-1 11T00:00 .. 13T00:00 began_before_window", "sg-1 16T00:00 .. 18T00:00"]
    );
}

#[test]
fn the_last_status_holds_until_the_horizon_and_the_gap() {
    let dir = TestDir::new();
    recorded(&dir, GROUP, 12, &group(12, "tcp", 22, "0.0.0.0/0"));
    assert_eq!(own(&dir).hours("C10", "sg-1"), "fail 36 none 204", "36 hours beyond the last word of the recorder");
    HOME.attest(&dir, 13..=14);
    assert_eq!(own(&dir).hours("C10", "sg-1"), "fail 84 none 156");
}

#[test]
fn of_several_recorders_the_newest_item_decides_and_all_have_to_delete() {
    let dir = TestDir::new();
    for place in [HOME, AWAY] {
        place.attest_window(&dir);
    }
    let user = |place: crate::fixtures::Place, day, attached: &Value| {
        let user = json!({ "userName": "alice", "userPolicyList": [], "attachedManagedPolicies": attached });
        place.user(ALICE, "alice", &at(day, 0)).set("/configuration", user)
    };
    let policies = json!([{ "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "policyName": "ReadOnlyAccess" }]);
    HOME.history(&dir, USER, &at(11, 0), &[user(HOME, 11, &policies)]);
    AWAY.history(&dir, USER, &at(13, 0), &[user(AWAY, 13, &json!([]))]);
    assert_eq!(own(&dir).hours("C06", ALICE), "pass 192 fail 48", "the other recorder saw it later");
    AWAY.history(&dir, USER, &at(16, 0), &[AWAY.deletion(USER, ALICE, &at(16, 0))]);
    assert_eq!(own(&dir).hours("C06", ALICE), "pass 72 fail 168", "what is left is the older recorder's word");
    HOME.history(&dir, USER, &at(18, 0), &[HOME.deletion(USER, ALICE, &at(18, 0))]);
    assert_eq!(own(&dir).hours("C06", ALICE), "pass 72 fail 96 absent 72");
}

#[test]
fn a_report_states_every_user_and_one_left_out_has_ended() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    report(&dir, 10, &[("alice", true, false), ("bob", true, true), ("robot", false, false)]);
    report(&dir, 14, &[("alice", true, true), ("robot", false, false)]);
    let answer = own(&dir);
    let alice = answer.subjects("C01").into_iter().find(|row| row["resource_arn"].ends_with("user/alice")).unwrap();
    assert_eq!((alice["fail_seconds"].as_str(), alice["pass_seconds"].as_str()), ("259200", "129600"));
    assert_eq!(
        answer.exceptions("C01"),
        ["arn:aws:iam::011122223333:user/alice 11T00:00 .. 14T00:00 began_before_window"]
    );
    let results: Vec<String> = answer
        .subjects("C01")
        .iter()
        .map(|row| format!("{} {}", row["resource_arn"].rsplit('/').next().unwrap(), row["result"]))
        .collect();
    assert_eq!(results, ["alice failed", "bob passed", "robot not_applicable"]);
    let bob = &answer.subjects("C01")[1];
    assert_eq!(bob["pass_seconds"], "259200", "until the report that no longer lists him");
}

#[test]
fn a_damaged_report_ends_nobody() {
    let dir = TestDir::new();
    report(&dir, 10, &[("alice", true, true), ("bob", true, true)]);
    dir.evidence(
        "iam/011122223333/credential-report-20260112T000000Z.csv",
        format!("{CREDENTIAL_HEADER}\nalice,arn:aws:iam::011122223333:user/alice,2025-01-01T00:00:00+00:00,true,2026-01-09T00:00:00+00:00,2026-01-01T00:00:00+00:00,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\nbob,arn:aws:iam::0111"),
    );
    let answer = own(&dir);
    let bob = &answer.subjects("C01")[1];
    assert_eq!(bob["pass_seconds"], (60 * 3600).to_string(), "to the latest report and 36 hours: {bob:?}");
}

#[test]
fn a_password_policy_holds_from_one_answer_to_the_next_and_none_is_a_failure() {
    let dir = TestDir::new();
    policy(&dir, 10, STRONG);
    let none = "\nAn error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: The Password Policy with domain name 011122223333 cannot be found.\n";
    policy(&dir, 13, none);
    policy(&dir, 15, STRONG);
    let answer = own(&dir);
    assert_eq!(answer.hours("C04", "011122223333"), "pass 84 fail 48 none 108");
    let notes = answer.control("C04")["notes"].to_string();
    assert!(notes.contains("For 45.00% of the time of its tested subjects"), "{notes}");
    assert_eq!(answer.exceptions("C04"), ["011122223333 13T00:00 .. 15T00:00"]);
}

#[test]
fn parameters_come_from_the_deployed_rule_else_the_engagement_else_the_defaults() {
    let weak = STRONG.replace("14", "8");
    let dir = TestDir::new();
    policy(&dir, 10, &weak);
    assert_eq!(own(&dir).conclusion("C04"), "exceptions_noted", "14 characters by default");
    let engagement = "[tests.IAM_PASSWORD_POLICY.parameters]\nMinimumPasswordLength = 8\n";
    assert_eq!(dir.answer_under(engagement, &["--source", "reperformed"]).control("C04")["failed"], 0);
    let rule = |length: &str| {
        HOME.rule("iam-password-policy", "AWS", "IAM_PASSWORD_POLICY")
            .set("/InputParameters", format!("{{\"MinimumPasswordLength\":\"{length}\"}}"))
    };
    dir.json("config-rules/011122223333-eu-west-1.json", &json!({ "ConfigRules": [rule("8")] }));
    assert_eq!(own(&dir).control("C04")["failed"], 0, "the rule asks for 8 and nothing else");
    let strict = "[tests.IAM_PASSWORD_POLICY.parameters]\nMinimumPasswordLength = 20\n";
    assert_eq!(dir.answer_under(strict, &["--source", "reperformed"]).control("C04")["failed"], 0, "the rule wins");
    dir.json("config-rules/011122223333-us-east-1.json", &json!({ "ConfigRules": [
        AWAY.rule("corp-password-policy", "AWS", "IAM_PASSWORD_POLICY").set("/InputParameters", "{\"MinimumPasswordLength\":\"9\"}")
    ] }));
    let answer = own(&dir);
    assert_eq!(answer.control("C04")["failed"], 1, "each deployed rule is a test of its own");
    assert!(answer.table("exceptions.csv")[0]["reason"].contains("rule corp-password-policy"));
}

#[test]
fn parameters_of_an_unknown_test_or_name_are_wrong_usage() {
    for (engagement, said) in [
        ("[tests.IAM_PASSWORD_POLCY.parameters]\nMinimumPasswordLength = 8\n", "did you mean `IAM_PASSWORD_POLICY`?"),
        ("[tests.ACCESS_KEYS_ROTATED.parameters]\nmaxKeyAge = 8\n", "has only maxAccessKeyAge"),
    ] {
        let dir = TestDir::new();
        policy(&dir, 10, STRONG);
        dir.file("engagement.toml", engagement);
        let run = dir.tickmark(&[
            "run",
            "evidence",
            "--from",
            "2026-01-11",
            "--through",
            "2026-01-20",
            "--out",
            "out",
            "--engagement",
            "engagement.toml",
        ]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn a_flow_log_that_goes_fails_its_vpc_from_then_on_and_one_on_a_subnet_does_not_count() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, VPC, 10, &vpc(10));
    assert_eq!(own(&dir).hours("C15", "vpc-1"), "none 240", "nothing shows that flow logs are recorded");
    assert_eq!(own(&dir).results_of("C15"), ["vpc-1 not_tested"]);
    recorded(&dir, FLOW_LOG, 12, &flow_log("fl-2", "subnet-1", 12));
    assert_eq!(own(&dir).hours("C15", "vpc-1"), "fail 240", "recorded at all means: none is none");
    recorded(&dir, FLOW_LOG, 13, &flow_log("fl-1", "vpc-1", 13));
    recorded(&dir, FLOW_LOG, 15, &HOME.deletion(FLOW_LOG, "fl-1", &at(15, 0)));
    let answer = own(&dir);
    assert_eq!(answer.hours("C15", "vpc-1"), "pass 48 fail 192");
    assert_eq!(
        answer.exceptions("C15"),
        ["vpc-1 11T00:00 .. 13T00:00 began_before_window", "vpc-1 15T00:00 .. 21T00:00 ongoing"]
    );
    let row = &answer.table("exceptions.csv")[1];
    let deletion = answer.ledger("FlowLog_20260115T000000Z_20260115T000000Z_1.json.gz")["evidence_id"].clone();
    assert_eq!(row["opened_by"], format!("{deletion}:1"), "what went is the evidence");
}

#[test]
fn a_flow_log_of_another_recorder_says_nothing_of_this_one() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, VPC, 10, &vpc(10));
    AWAY.history(&dir, FLOW_LOG, &at(11, 0), &[flow_log("fl-1", "vpc-1", 11).set("/awsRegion", "us-east-1")]);
    assert_eq!(own(&dir).results_of("C15"), ["vpc-1 not_tested"]);
}

#[test]
fn an_account_without_a_trail_fails_only_where_trails_are_recorded() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "0.0.0.0/0"));
    assert_eq!(own(&dir).results_of("C12"), ["011122223333 not_tested"]);
    recorded(&dir, TRAIL, 11, &trail(HOME, 11, &[]));
    recorded(
        &dir,
        TRAIL,
        14,
        &HOME.deletion(TRAIL, "main", &at(14, 0)).set("/ARN", "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main"),
    );
    let answer = own(&dir);
    assert_eq!(answer.hours("C12", "011122223333"), "pass 72 fail 168");
    assert_eq!(answer.hours("C13", "main"), "pass 72 absent 168", "the trail itself is gone");
    recorded(&dir, TRAIL, 16, &trail(HOME, 16, &[]));
    assert_eq!(own(&dir).exceptions("C12"), ["011122223333 14T00:00 .. 16T00:00"], "the gap between two trails");
}

#[test]
fn validation_switched_off_fails_for_that_time_only() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[]));
    recorded(&dir, TRAIL, 15, &trail(HOME, 15, &[("logFileValidationEnabled", json!(false))]));
    recorded(&dir, TRAIL, 16, &trail(HOME, 16, &[]));
    assert_eq!(own(&dir).exceptions("C13"), ["main 15T00:00 .. 16T00:00"]);
}

#[test]
fn an_organization_trail_counts_once_and_answers_for_known_members() {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.attest_window(&dir);
    }
    recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[("isOrganizationTrail", json!(true))]));
    // The other account sees a trail of its own for one region only.
    let small = trail(OTHER, 10, &[("isMultiRegionTrail", json!(false))]);
    OTHER.history(&dir, TRAIL, &at(10, 0), &[small]);
    let own_of = |dir: &TestDir, engagement: &str| {
        let answer = dir.answer_under(engagement, &["--source", "reperformed"]);
        answer.hours("C12", OTHER.account)
    };
    assert_eq!(own_of(&dir, ""), "none 240", "it may be a member: that decides nothing");
    let member = "[[organization]]\nmanagement = \"011122223333\"\nmembers = [\"444455556666\"]\n";
    assert_eq!(own_of(&dir, member), "pass 240");
    let stranger = "[[organization]]\nmanagement = \"011122223333\"\nmembers = [\"999900001111\"]\n";
    assert_eq!(own_of(&dir, stranger), "fail 240", "no member, and its own trail covers one region");
    // Once its own recorder shows the organization's trail, no list is needed, and the trail is still one.
    let copy = trail(OTHER, 12, &[("isOrganizationTrail", json!(true))])
        .set("/ARN", "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main")
        .set("/resourceId", "org-main");
    OTHER.history(&dir, TRAIL, &at(12, 0), &[copy]);
    let answer = own(&dir);
    assert_eq!(answer.hours("C12", OTHER.account), "pass 216 none 24");
    assert_eq!(answer.control("C13")["population"], 2, "the organization's trail and the small one");
}

#[test]
fn a_recorder_that_leaves_a_type_out_makes_nothing_absent_and_no_clean_conclusion() {
    let recorder = |day: u32, group: &Value| {
        HOME.item(RECORDER, "default", &at(day, 0))
            .set("/configuration", json!({ "Name": "default", "Recording": true, "RecordingGroup": group }))
    };
    let all = json!({ "AllSupported": true, "IncludeGlobalResourceTypes": true });
    let narrow = json!({ "AllSupported": false, "ResourceTypes": ["AWS::S3::Bucket"] });
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "10.0.0.0/8"));
    recorded(&dir, RECORDER, 10, &recorder(10, &all));
    assert_eq!(own(&dir).conclusion("C10"), "no_exceptions_noted");
    recorded(&dir, RECORDER, 14, &recorder(14, &narrow));
    dir.json(&HOME.snapshot_path(&at(15, 0)), &snapshot_of(&[HOME.item("AWS::S3::Bucket", "b", &at(9, 0))]));
    let answer = own(&dir);
    assert_eq!(answer.hours("C10", "sg-1"), "pass 240", "a snapshot cannot show what is not recorded");
    assert_eq!(answer.conclusion("C10"), "incomplete");
    let row = &answer.table("coverage.csv")[0];
    assert!(
        row["not_recorded"].contains("AWS::EC2::SecurityGroup 2026-01-14T00:00:00Z/2026-01-21T00:00:00Z"),
        "{row:?}"
    );
    let note = answer.control("C10")["notes"][0].as_str().unwrap().to_owned();
    assert!(note.starts_with("For some of the window a recorder was off or left out "), "{note}");
    assert!(note.contains("AWS::EC2::SecurityGroup in 011122223333 eu-west-1"), "{note}");
    assert_eq!(answer.conclusion("C16"), "not_tested", "buckets were recorded all the time, and none was");
}

#[test]
fn time_in_which_a_recorder_was_off_is_not_covered() {
    let status = |recording: bool, start: &str, stop: &str| {
        json!({ "ConfigurationRecordersStatus": [
            { "name": "default", "recording": recording, "lastStatus": "SUCCESS", "lastStartTime": start, "lastStopTime": stop }
        ] })
    };
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "10.0.0.0/8"));
    assert_eq!(own(&dir).conclusion("C10"), "no_exceptions_noted");
    dir.json(
        "recorders/011122223333/eu-west-1/status-20260119T000000Z.json",
        &status(true, "2026-01-15T00:00:00Z", "2026-01-13T00:00:00Z"),
    );
    let answer = own(&dir);
    let row = &answer.table("coverage.csv")[0];
    assert_eq!(row["recorder_off"], "2026-01-13T00:00:00Z/2026-01-15T00:00:00Z");
    assert_eq!(
        (row["covered_fraction"].as_str(), row["gaps"].as_str()),
        ("0.8", "2026-01-13T00:00:00Z/2026-01-15T00:00:00Z")
    );
    assert_eq!(answer.conclusion("C10"), "incomplete");
}

#[test]
fn an_item_in_the_form_of_the_api_gives_the_same_verdict() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let item = crate::fixtures::api_form(&group(12, "tcp", 22, "0.0.0.0/0"));
    dir.json("api/011122223333/eu-west-1/history.json", &json!({ "configurationItems": [item] }));
    assert_eq!(own(&dir).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn what_is_beyond_a_rule_is_remarked_for_as_long_as_it_was_so_and_changes_nothing() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "udp", 22, "0.0.0.0/0"));
    recorded(&dir, GROUP, 14, &group(14, "udp", 22, "10.0.0.0/8"));
    let answer = own(&dir);
    assert_eq!(answer.hours("C10", "sg-1"), "pass 240");
    let remarks = answer.table("remarks.csv");
    assert_eq!(remarks.len(), 1);
    assert_eq!(
        (remarks[0]["kind"].as_str(), remarks[0]["start"].as_str(), remarks[0]["end"].as_str()),
        ("udp_ssh_open_to_world", "2026-01-11T00:00:00Z", "2026-01-14T00:00:00Z")
    );
    assert_eq!(answer.control("C10")["remarks"], 1);
}

#[test]
fn a_vpc_whose_default_group_is_missing_is_told() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, VPC, 10, &vpc(10));
    let answer = own(&dir);
    let notes = answer.control("C11")["notes"].to_string();
    assert!(notes.contains("Of 1 VPC the evidence shows no default group"), "{notes}");
    let default = group(10, "tcp", 443, "10.0.0.0/8")
        .set("/configuration/groupName", "default")
        .set("/configuration/ipPermissions", json!([]));
    recorded(&dir, GROUP, 10, &default);
    let answer = own(&dir);
    assert_eq!(answer.control("C11")["notes"].to_string(), "[]");
    assert_eq!(answer.results_of("C11"), ["sg-1 passed"]);
}

#[test]
fn a_group_that_is_no_default_group_is_no_subject_of_the_test_of_default_groups() {
    let dir = TestDir::new();
    recorded(&dir, GROUP, 12, &group(12, "tcp", 22, "0.0.0.0/0"));
    assert_eq!(own(&dir).results_of("C11"), [""; 0]);
}

#[test]
fn sources_that_differ_say_why_and_what_is_known_of_it() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 3306, "0.0.0.0/0"));
    let mut finding = HOME.finding("EC2.14", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), &at(11, 0), "PASSED");
    finding = finding.set("/Title", "Security groups should not allow ingress to port 3389");
    dir.json("findings.json", &json!({ "Findings": [finding] }));
    let answer = dir.answer_of_all(&[]);
    let row = &answer.table("disagreements.csv")[0];
    assert_eq!((row["first_source"].as_str(), row["second_source"].as_str()), ("securityhub", "reperformed"));
    assert_eq!(row["second_reason"], "ingress rule 1 opens tcp 3306 to 0.0.0.0/0");
    assert!(row["known_reasons"].contains("EC2.14 looks at port 3389 alone"), "{row:?}");
}

#[test]
fn a_lake_gives_the_same_answers_when_reports_come_later() {
    let whole = TestDir::new();
    let parts = TestDir::new();
    for dir in [&whole, &parts] {
        HOME.attest_window(dir);
        recorded(dir, GROUP, 12, &group(12, "tcp", 22, "0.0.0.0/0"));
        report(dir, 10, &[("alice", true, false)]);
    }
    let ingest = |dir: &TestDir| assert_eq!(dir.tickmark(&["ingest", "evidence", "--lake", "lake"]).status, 0);
    ingest(&parts);
    for dir in [&whole, &parts] {
        report(dir, 14, &[("alice", true, true)]);
        ingest(dir);
        let options = ["assess", "--lake", "lake", "--from", "2026-01-11", "--through", "2026-01-20", "--out", "out"];
        assert_eq!(dir.tickmark(&options).status, 0);
    }
    for name in ["exceptions.csv", "subjects.csv", "remarks.csv"] {
        assert_eq!(whole.text(&format!("out/{name}")), parts.text(&format!("out/{name}")), "{name}");
    }
}

/// A recorder's item that says what it records and whether it is on.
fn recorder(day: u32, is_on: bool, types: &[&str]) -> Value {
    let group = json!({ "AllSupported": types.is_empty(), "IncludeGlobalResourceTypes": types.is_empty(), "ResourceTypes": types });
    let state = json!({ "Name": "default", "Recording": is_on, "RecordingGroup": group });
    HOME.item(RECORDER, "default", &at(day, 0)).set("/configuration", state)
}

#[test]
fn what_was_seen_to_go_stays_gone_whatever_the_recorder_does_afterwards() {
    for later in [recorder(12, true, &["AWS::S3::Bucket"]), recorder(12, false, &[])] {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[]));
        recorded(&dir, VPC, 10, &vpc(10));
        recorded(&dir, FLOW_LOG, 10, &flow_log("fl-1", "vpc-1", 10));
        recorded(&dir, RECORDER, 12, &later);
        let gone = |item: Value| item.set("/configurationItemStatus", "ResourceDeletedNotRecorded");
        let arn = "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main";
        recorded(&dir, TRAIL, 14, &gone(HOME.deletion(TRAIL, "main", &at(14, 0)).set("/ARN", arn)));
        recorded(&dir, FLOW_LOG, 14, &gone(HOME.deletion(FLOW_LOG, "fl-1", &at(14, 0))));
        let answer = own(&dir);
        assert_eq!(answer.exceptions("C12"), ["011122223333 14T00:00 .. 21T00:00 ongoing"]);
        assert_eq!(answer.exceptions("C15"), ["vpc-1 14T00:00 .. 21T00:00 ongoing"]);
    }
}

#[test]
fn switching_the_recorder_off_closes_no_exception() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, VPC, 10, &vpc(10));
    recorded(&dir, FLOW_LOG, 10, &flow_log("fl-1", "vpc-1", 10));
    recorded(&dir, FLOW_LOG, 12, &HOME.deletion(FLOW_LOG, "fl-1", &at(12, 0)));
    recorded(&dir, RECORDER, 14, &recorder(14, false, &[]));
    assert_eq!(own(&dir).exceptions("C15"), ["vpc-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_recorder_that_says_it_records_flow_logs_makes_their_absence_a_failure() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, VPC, 10, &vpc(10));
    recorded(&dir, RECORDER, 13, &recorder(13, true, &[]));
    assert_eq!(own(&dir).hours("C15", "vpc-1"), "fail 192 none 48");
}

#[test]
fn a_recorder_that_is_deleted_is_off() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "10.0.0.0/8"));
    recorded(&dir, RECORDER, 10, &recorder(10, true, &[]));
    recorded(&dir, RECORDER, 13, &HOME.deletion(RECORDER, "default", &at(13, 0)));
    let answer = own(&dir);
    assert_eq!(answer.table("coverage.csv")[0]["recorder_off"], "2026-01-13T00:00:00Z/2026-01-21T00:00:00Z");
    assert_eq!(answer.conclusion("C10"), "incomplete");
}

#[test]
fn a_service_s_own_recorder_does_not_stand_in_for_the_account_s() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, GROUP, 10, &group(10, "tcp", 443, "10.0.0.0/8"));
    let status = json!({ "ConfigurationRecordersStatus": [
        { "name": "AWSConfigurationRecorderForX", "recording": true, "lastStartTime": "2026-01-12T01:00:00Z", "servicePrincipal": "x.amazonaws.com" },
        { "name": "default", "recording": false, "lastStopTime": "2026-01-12T00:00:00Z" }
    ] });
    dir.json("recorders/011122223333/eu-west-1/status-20260119T000000Z.json", &status);
    assert_eq!(own(&dir).table("coverage.csv")[0]["recorder_off"], "2026-01-12T00:00:00Z/2026-01-21T00:00:00Z");
}

#[test]
fn an_older_item_of_another_recorder_takes_no_failure_back() {
    let dir = TestDir::new();
    for place in [HOME, AWAY] {
        place.attest_window(&dir);
    }
    let user = |place: crate::fixtures::Place, day, attached: &Value| {
        let user = json!({ "userName": "alice", "userPolicyList": [], "attachedManagedPolicies": attached });
        place.user(ALICE, "alice", &at(day, 0)).set("/configuration", user)
    };
    let admin =
        json!([{ "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess", "policyName": "AdministratorAccess" }]);
    HOME.history(&dir, USER, &at(10, 0), &[user(HOME, 10, &json!([]))]);
    AWAY.history(&dir, USER, &at(12, 0), &[user(AWAY, 12, &admin)]);
    AWAY.snapshot(&dir, &at(14, 0), &[AWAY.item(GROUP, "sg-other", &at(9, 0))]);
    assert_eq!(own(&dir).exceptions("C06"), [format!("{ALICE} 12T00:00 .. 21T00:00 ongoing")]);
}

#[test]
fn an_account_s_block_that_one_recorder_saw_deleted_protects_no_more() {
    const BLOCK: &str = "AWS::S3::AccountPublicAccessBlock";
    const BUCKET: &str = "AWS::S3::Bucket";
    let dir = TestDir::new();
    for place in [HOME, AWAY] {
        place.attest_window(&dir);
    }
    let on = json!({ "blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": true, "restrictPublicBuckets": true });
    for (place, hour) in [(HOME, 0), (AWAY, 1)] {
        place.history(
            &dir,
            BLOCK,
            &at(10, hour),
            &[place.item(BLOCK, HOME.account, &at(10, hour)).set("/configuration", on.clone())],
        );
    }
    let public =
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#;
    let bucket = HOME
        .item(BUCKET, "b", &at(10, 0))
        .set("/supplementaryConfiguration", json!({ "BucketPolicy": { "policyText": public } }));
    recorded(&dir, BUCKET, 10, &bucket);
    assert_eq!(own(&dir).hours("C08", "b"), "pass 240");
    AWAY.history(&dir, BLOCK, &at(13, 0), &[AWAY.deletion(BLOCK, HOME.account, &at(13, 0))]);
    assert_eq!(own(&dir).exceptions("C08"), ["b 13T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_long_difference_is_listed_though_one_side_changes_its_words() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.history(&dir, USER, &at(10, 0), &[HOME.user(ALICE, "alice", &at(10, 0))]);
    HOME.judge(&dir, (USER, ALICE), &at(10, 0), ("mfa-enabled-for-iam-console-access", "NON_COMPLIANT"));
    for day in 10..=20 {
        report(&dir, day, &[("alice", day % 2 == 0, true)]);
    }
    let answer = dir.answer_of_all(&[]);
    assert_eq!(answer.table("disagreements.csv").len(), 10, "each part of it, day by day");
}

/// The answer on a trail's status, or on its event selectors, under a path.
fn trail_status(dir: &TestDir, path: &str, is_logging: bool) {
    dir.json(path, &json!({ "IsLogging": is_logging }));
}

#[test]
fn of_answers_on_a_trail_at_one_time_the_worst_counts_whichever_file_comes_first() {
    for (one, other) in [(true, false), (false, true)] {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[]));
        trail_status(&dir, "a/011122223333/eu-west-1/2026-01-12/get-trail-status-main.json", one);
        trail_status(&dir, "b/011122223333/eu-west-1/2026-01-12/get-trail-status-main.json", other);
        assert_eq!(own(&dir).hours("C12", "011122223333"), "pass 24 fail 216", "{one} {other}");
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[("hasCustomEventSelectors", json!(true))]));
        for (name, is_included) in [("a", one), ("b", other)] {
            let selectors =
                json!([{ "ReadWriteType": "All", "IncludeManagementEvents": is_included, "DataResources": [] }]);
            dir.json(
                &format!("{name}/011122223333/eu-west-1/2026-01-12/event-selectors.json"),
                &json!({ "TrailARN": "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main", "EventSelectors": selectors }),
            );
        }
        assert_eq!(own(&dir).hours("C12", "011122223333"), "fail 216 none 24", "{one} {other}");
        // Another trail that does what is asked for is enough.
        let second = trail(AWAY, 10, &[("name", json!("second"))])
            .set("/ARN", "arn:aws:cloudtrail:us-east-1:011122223333:trail/second")
            .set("/resourceId", "second");
        AWAY.history(&dir, TRAIL, &at(10, 0), &[second]);
        assert_eq!(own(&dir).hours("C12", "011122223333"), "pass 240", "{one} {other}");
    }
}

/// A trail of a name in a place, that meets everything but for `members`.
fn trail_named(place: crate::fixtures::Place, name: &str, members: &[(&str, Value)]) -> Value {
    trail(place, 10, members)
        .set("/ARN", format!("arn:aws:cloudtrail:{}:{}:trail/{name}", place.region, place.account))
        .set("/resourceId", name)
        .set("/resourceName", name)
        .set("/configuration/name", name)
}

#[test]
fn the_region_tells_of_which_trail_of_a_name_an_answer_speaks() {
    let dir = TestDir::new();
    for place in [HOME, AWAY] {
        place.attest_window(&dir);
    }
    recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[]));
    AWAY.history(&dir, TRAIL, &at(10, 0), &[trail(AWAY, 10, &[("isMultiRegionTrail", json!(false))])]);
    trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-main-20260112T000000Z.json", false);
    trail_status(&dir, "api/011122223333/us-east-1/get-trail-status-main-20260113T000000Z.json", true);
    let answer = own(&dir);
    assert_eq!(answer.exceptions("C12"), ["011122223333 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn an_answer_that_names_no_trail_of_several_makes_none_pass() {
    for name in ["trail", "status", "other"] {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        let small = trail_named(HOME, name, &[("isMultiRegionTrail", json!(false))]);
        HOME.history(&dir, TRAIL, &at(10, 0), &[small, trail_named(HOME, "management-events", &[])]);
        assert_eq!(own(&dir).hours("C12", "011122223333"), "pass 240", "{name}");
        trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-20260112T000000Z.json", false);
        trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-20260114T000000Z.json", true);
        let answer = own(&dir);
        assert_eq!(answer.hours("C12", "011122223333"), "pass 24 none 216", "{name}");
        assert_eq!(answer.exceptions("C12"), [""; 0], "{name}");
        trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-management-events-20260116T000000Z.json", true);
        let answer = own(&dir);
        assert_eq!(answer.hours("C12", "011122223333"), "pass 144 none 96", "{name}: named, and it logs");
    }
}

#[test]
fn only_an_answer_by_the_trails_name_lifts_a_stop_that_was_stated_by_name() {
    let later = "20260114T000000Z.json";
    for (place, name, lifts) in [
        ("eu-west-1", "get-trail-status-main", true),
        ("eu-west-1", "get-trail-status_main", true),
        ("eu-west-1", "get-trail-status", false),
        ("eu-west-1", "get-trail-status-audit", false),
        ("us-east-1", "get-trail-status", false),
    ] {
        let dir = TestDir::new();
        for place in [HOME, AWAY] {
            place.attest_window(&dir);
        }
        recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[]));
        trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-main-20260112T000000Z.json", false);
        trail_status(&dir, &format!("api/011122223333/{place}/{name}-{later}"), true);
        let expected = if lifts { "pass 192 fail 48" } else { "pass 24 fail 216" };
        assert_eq!(own(&dir).hours("C12", "011122223333"), expected, "{name} in {place}");
    }
}

#[test]
fn what_one_account_learns_of_an_organization_trail_counts_for_every_account() {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.attest_window(&dir);
    }
    let organization = trail_named(HOME, "organization", &[("isOrganizationTrail", json!(true))]);
    HOME.history(&dir, TRAIL, &at(10, 0), std::slice::from_ref(&organization));
    OTHER.history(&dir, TRAIL, &at(10, 0), &[organization.set("/awsAccountId", OTHER.account)]);
    let path = format!("api/{}/eu-west-1/get-trail-status-organization-20260112T000000Z.json", OTHER.account);
    trail_status(&dir, &path, false);
    let answer = own(&dir);
    for account in [HOME.account, OTHER.account] {
        assert_eq!(answer.hours("C12", account), "pass 24 fail 216", "{account}");
    }
}

#[test]
fn a_copy_of_a_trail_that_left_its_organization_helps_no_account_but_its_owner() {
    // Only an organization lends a trail, so a copy that does not say whose it is counts.
    for (of_organization, expected) in
        [(json!(true), "pass 240"), (json!(false), "fail 240"), (Value::Null, "pass 240")]
    {
        let dir = TestDir::new();
        OTHER.attest_window(&dir);
        let copy = trail_named(HOME, "organization", &[("isOrganizationTrail", of_organization.clone())]);
        OTHER.history(&dir, TRAIL, &at(10, 0), &[copy.set("/awsAccountId", OTHER.account)]);
        assert_eq!(own(&dir).hours("C12", OTHER.account), expected, "{of_organization}");
    }
}

#[test]
fn an_answer_of_an_owner_about_another_trail_says_nothing_of_its_organization_trail() {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        place.attest_window(&dir);
    }
    let organization = trail_named(HOME, "organization", &[("isOrganizationTrail", json!(true))]);
    HOME.history(&dir, TRAIL, &at(10, 0), &[organization, trail_named(HOME, "local", &[])]);
    recorded_in_other(&dir);
    trail_status(&dir, "api/011122223333/eu-west-1/get-trail-status-local-20260112T000000Z.json", false);
    let answer = dir.answer_under(MEMBER, &["--source", "reperformed"]);
    assert_eq!(answer.hours("C12", OTHER.account), "pass 240");
}

const MEMBER: &str = "[[organization]]\nmanagement = \"011122223333\"\nmembers = [\"444455556666\"]\n";

/// A resource of the other account that is no trail.
fn recorded_in_other(dir: &TestDir) {
    OTHER.history(dir, VPC, &at(10, 0), &[OTHER.item(VPC, "vpc-9", &at(10, 0))]);
}

#[test]
fn many_trails_with_many_answers_are_judged_in_good_time() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let trails: Vec<Value> = (0..120).map(|number| trail_named(HOME, &format!("tr{number:03}x"), &[])).collect();
    HOME.history(&dir, TRAIL, &at(10, 0), &trails);
    for number in 0..120 {
        let time = format!("20260112T{:02}{:02}00Z", number / 60, number % 60);
        let path = format!("api/011122223333/eu-west-1/get-trail-status-zz{number}-{time}.json");
        trail_status(&dir, &path, number % 2 == 0);
    }
    let began = std::time::Instant::now();
    let hours = own(&dir).hours("C12", "011122223333");
    assert!(hours.starts_with("pass 24.01") && hours.contains("none 215.98"), "to the first that says no: {hours}");
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
}

#[test]
fn an_organization_trail_counts_for_a_member_as_long_as_some_recorder_vouches_for_it() {
    let dir = TestDir::new();
    OTHER.attest_window(&dir);
    HOME.attest(&dir, 10..=11);
    recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[("isOrganizationTrail", json!(true))]));
    recorded_in_other(&dir);
    let of_member = |dir: &TestDir| dir.answer_under(MEMBER, &["--source", "reperformed"]);
    assert_eq!(of_member(&dir).hours("C12", OTHER.account), "pass 36 none 204", "the owner's last word is of day 11");
    // A trail of its own that does not do is no failure: the other trail may still be there.
    let small = trail_named(OTHER, "small", &[("isMultiRegionTrail", json!(false))]);
    OTHER.history(&dir, TRAIL, &at(10, 0), &[small]);
    let answer = of_member(&dir);
    assert_eq!(answer.hours("C12", OTHER.account), "pass 36 none 204");
    assert_eq!(answer.exceptions("C12"), [""; 0]);
    // One that does is enough.
    OTHER.history(
        &dir,
        TRAIL,
        &at(14, 0),
        &[trail_named(OTHER, "large", &[]).set("/configurationItemCaptureTime", at(14, 0))],
    );
    assert_eq!(of_member(&dir).hours("C12", OTHER.account), "pass 204 none 36");
}

#[test]
fn a_trail_of_an_account_counts_no_longer_because_others_are_heard_longer() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    OTHER.attest(&dir, 10..=12);
    let whose = |small: bool| json!(!small);
    for small in [true, false] {
        let own_trail = trail_named(OTHER, "local", &[("isMultiRegionTrail", whose(small))]);
        OTHER.history(&dir, TRAIL, &at(10, 0), &[own_trail]);
        let organization = [("isOrganizationTrail", json!(true)), ("isMultiRegionTrail", whose(!small))];
        recorded(&dir, TRAIL, 10, &trail(HOME, 10, &organization));
        let hours = dir.answer_under(MEMBER, &["--source", "reperformed"]).hours("C12", OTHER.account);
        assert_eq!(hours, if small { "pass 240" } else { "pass 60 none 180" });
    }
}

#[test]
fn a_member_without_rows_of_its_own_is_judged_by_its_organization_trail() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    recorded(&dir, TRAIL, 10, &trail(HOME, 10, &[("isOrganizationTrail", json!(true))]));
    // Only delivered files without items.
    OTHER.attest_window(&dir);
    let of_member = |engagement: &str, account: &str| {
        dir.answer_under(engagement, &["--source", "reperformed"]).hours("C12", account)
    };
    assert_eq!(of_member(MEMBER, OTHER.account), "pass 240");
    let listed = "[[organization]]\nmanagement = \"011122223333\"\nmembers = [\"999900001111\"]\n\
                  [[scope.account]]\nid = \"011122223333\"\n[[scope.account]]\nid = \"999900001111\"\n";
    assert_eq!(of_member(listed, "999900001111"), "none 240", "an account without any evidence is not tested");
}
