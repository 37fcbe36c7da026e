//! Config rule evaluations, and which test a rule belongs to: spec sections 3.3, 3.4 and 3.7.

use serde_json::json;

use crate::fixtures::{ACCOUNT, Edit, GROUP, HOME, OTHER, at, change_of, config_event, details, sns};
use crate::harness::TestDir;

const SSH: &str = "restricted-ssh";
const COMMON: &str = "restricted-common-ports";

#[test]
fn each_word_of_aws_config_has_its_meaning() {
    let rows = [
        ("COMPLIANT", "pass 216 none 24", "passed"),
        ("NON_COMPLIANT", "fail 216 none 24", "failed"),
        ("NOT_APPLICABLE", "na 216 none 24", "not_applicable"),
        ("INSUFFICIENT_DATA", "none 240", "not_tested"),
    ];
    for (word, hours, result) in rows {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), (SSH, word));
        let answer = dir.answer(&[]);
        assert_eq!(answer.hours("C10", "sg-1"), hours, "{word}");
        assert_eq!(answer.results_of("C10"), [format!("sg-1 {result}")]);
    }
}

#[test]
fn a_word_that_is_not_aws_configs_costs_the_record() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), (SSH, "FINE"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.ledger("_1.json.gz")["outcome"], "rejected");
    assert!(answer.run.stderr.contains("`complianceType` is not one of AWS Config's: `FINE`"));
}

#[test]
fn a_rule_that_the_next_item_does_not_list_has_ended() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let both = [(SSH, "NON_COMPLIANT"), (COMMON, "COMPLIANT")];
    let items = [
        HOME.compliance(GROUP, "sg-1", &at(12, 0), &both),
        HOME.compliance(GROUP, "sg-1", &at(14, 0), &[(COMMON, "COMPLIANT")]),
        HOME.compliance(GROUP, "sg-1", &at(16, 0), &both),
    ];
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(16, 0), &items);
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 14T00:00", "sg-1 16T00:00 .. 21T00:00 ongoing"]);
    assert_eq!(answer.hours("C10", "sg-1"), "pass 48 fail 168 none 24");
}

#[test]
fn a_deleted_compliance_item_or_one_without_rules_ends_all() {
    let full = || HOME.compliance(GROUP, "sg-1", &at(12, 0), &[(SSH, "NON_COMPLIANT"), (COMMON, "COMPLIANT")]);
    let later = HOME.compliance(GROUP, "sg-1", &at(14, 0), &[]);
    let endings = [
        later.clone().set("/configurationItemStatus", "ResourceDeleted").without("/configuration"),
        later.clone().set("/configurationItemStatus", "ResourceDeletedNotRecorded").without("/configuration"),
        later.clone().without("/configuration"),
        later,
    ];
    for ending in endings {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(14, 0), &[full(), ending]);
        assert_eq!(dir.answer(&[]).hours("C10", "sg-1"), "fail 48 none 192");
    }
}

#[test]
fn cli_output_speaks_at_the_time_a_result_was_recorded_for_the_place_in_its_path() {
    let times = ["2026-01-12T06:00:00+00:00", "2026-01-11T22:00:00.000-08:00", "2026-01-12 07:00:00.000000+01:00"];
    for time in times {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        let rule = details(SSH, &[((GROUP, "sg-1"), "NON_COMPLIANT", time)]);
        dir.json("exports/011122223333/eu-west-1/restricted-ssh.json", &rule);
        let answer = dir.answer(&[]);
        assert_eq!(
            answer.fate("restricted-ssh.json"),
            "accepted config_evaluations 1 = 1 kept + 0 dup + 0 aside + 0 bad"
        );
        assert_eq!(answer.exceptions("C10"), ["sg-1 12T06:00 .. 21T00:00 ongoing"], "{time}");
        assert_eq!(answer.subjects("C10")[0]["account"], "011122223333");
    }
}

#[test]
fn cli_output_of_the_first_version_gives_times_as_numbers() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let rule = details(SSH, &[((GROUP, "sg-1"), "NON_COMPLIANT", "")]);
    let rule = rule.to_string().replace(r#""ResultRecordedTime":"""#, r#""ResultRecordedTime":1768197600.5"#);
    dir.evidence("011122223333-eu-west-1.json", rule);
    assert_eq!(dir.answer(&[]).exceptions("C10"), ["sg-1 12T06:00:00.500 .. 21T00:00 ongoing"]);
}

#[test]
fn the_last_place_named_in_a_path_counts() {
    let dir = TestDir::new();
    let rule = details(SSH, &[((GROUP, "sg-1"), "COMPLIANT", &at(12, 0))]);
    dir.json("999988887777/us-west-2/011122223333/eu-west-1/details.json", &rule);
    let row = &dir.answer(&[]).subjects("C10")[0];
    assert_eq!((row["account"].as_str(), row["region"].as_str()), ("011122223333", "eu-west-1"));
}

#[test]
fn aggregate_output_names_account_and_region_itself() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let mut rule = details(SSH, &[((GROUP, "sg-1"), "NON_COMPLIANT", &at(12, 0))]);
    let entry = rule["EvaluationResults"][0].take().set("/AccountId", HOME.account).set("/AwsRegion", HOME.region);
    dir.json("aggregate.json", &json!({ "AggregateEvaluationResults": [entry] }));
    assert_eq!(dir.answer(&[]).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn what_a_path_leaves_open_is_named_and_the_file_rejected() {
    let rows = [
        ("details.json", "account and region stand neither in the record nor in the file's path"),
        ("011122223333/details.json", "the region stands neither in the record nor in the file's path"),
        ("eu-west-1/details.json", "the account stands neither in the record nor in the file's path"),
    ];
    for (path, message) in rows {
        let dir = TestDir::new();
        dir.json(path, &details(SSH, &[((GROUP, "sg-1"), "NON_COMPLIANT", &at(12, 0))]));
        let answer = dir.answer(&[]);
        assert_eq!(answer.run.status, 3);
        assert_eq!(answer.fate("details.json"), "rejected config_evaluations 1 = 0 kept + 0 dup + 0 aside + 1 bad");
        assert!(answer.run.stderr.contains(&format!("problem[F107]: {message}")), "{path}: {}", answer.run.stderr);
        assert!(answer.run.stderr.contains("do  put the file under a folder named for it"));
        assert_eq!(answer.results_of("C10"), [""; 0]);
    }
}

#[test]
fn several_statuses_at_one_instant_count_as_the_worst() {
    let words = ["NON_COMPLIANT", "COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"];
    let spent = ["fail 216 none 24", "pass 216 none 24", "na 216 none 24"];
    for (first, hours) in spent.iter().enumerate() {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        let said: Vec<_> =
            words[first..].iter().rev().map(|word| ((GROUP, "sg-1"), *word, "2026-01-12T00:00:00Z")).collect();
        dir.json("011122223333/eu-west-1/details.json", &details(SSH, &said));
        assert_eq!(&dir.answer(&[]).hours("C10", "sg-1"), hours, "{:?}", &words[first..]);
    }
}

#[test]
fn a_change_of_compliance_is_an_observation_in_whatever_envelope() {
    let result = json!({
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": { "configRuleName": SSH, "resourceType": GROUP, "resourceId": "sg-1" },
            "orderingTimestamp": at(12, 0)
        },
        "complianceType": "NON_COMPLIANT",
        "resultRecordedTime": at(12, 0),
        "configRuleInvokedTime": at(12, 0)
    });
    let message = json!({
        "awsAccountId": HOME.account,
        "configRuleName": SSH,
        "configRuleARN": "arn:aws:config:eu-west-1:011122223333:config-rule/config-rule-abc123",
        "resourceType": GROUP,
        "resourceId": "sg-1",
        "awsRegion": HOME.region,
        "newEvaluationResult": result,
        "oldEvaluationResult": null,
        "notificationCreationTime": at(12, 0),
        "messageType": "ComplianceChangeNotification",
        "recordVersion": "1.0"
    });
    for value in [message.clone(), sns(&message), config_event("Config Rules Compliance Change", &message)] {
        let dir = TestDir::new();
        HOME.attest_window(&dir);
        dir.json("change.json", &value);
        let answer = dir.answer(&[]);
        assert_eq!(answer.fate("change.json"), "accepted config_notification 1 = 1 kept + 0 dup + 0 aside + 0 bad");
        assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
    }
}

#[test]
fn a_notified_item_is_an_item_like_any_other() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let item = HOME.compliance(GROUP, "sg-1", &at(12, 0), &[(SSH, "NON_COMPLIANT")]);
    dir.json("sns.json", &sns(&change_of(&item)));
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(12, 6), std::slice::from_ref(&item));
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
    let records = &answer.results()["evidence"]["records"];
    assert_eq!((records["kept"].as_u64(), records["duplicate"].as_u64()), (Some(1), Some(1)));
}

/// Judges a group of its own under each rule name; the names that did not fail it, in order.
fn names_that_do_not_count(dir: &TestDir, names: &[&str], control: &str) -> Vec<String> {
    for (number, name) in names.iter().enumerate() {
        HOME.judge(dir, (GROUP, &format!("sg-{number:02}")), &at(12, 0), (name, "NON_COMPLIANT"));
    }
    let answer = dir.answer(&[]);
    let failed: Vec<String> = answer.subjects(control).iter().map(|row| row["resource_id"].clone()).collect();
    let is_left = |(number, _): &(usize, &&str)| !failed.contains(&format!("sg-{number:02}"));
    names.iter().enumerate().filter(is_left).map(|(_, name)| (*name).to_owned()).collect()
}

#[test]
fn a_rule_is_known_by_its_name_with_known_wrappers_taken_off() {
    let names = [
        "restricted-ssh",
        "incoming-ssh-disabled",
        "INCOMING_SSH_DISABLED",
        "IncomingSSHDisabled",
        "securityhub-restricted-ssh-1a2b3c4d",
        "securityhub-restricted-ssh-v4949q",
        "restricted-ssh-conformance-pack-szsm1uv0w",
        "OrgConfigRule-restricted-ssh-ab12cd34",
        "AWSControlTower_AWS-GR_RESTRICTED_SSH",
        "AWSControlTower_AWS-GR_INCOMING_SSH_DISABLED",
        "restricted-common-ports",
        "restricted-rdp",
        "securityhub-restricted-rdp-1a2b3c4d",
    ];
    assert_eq!(names_that_do_not_count(&TestDir::new(), &names, "C10"), [""; 0]);
}

#[test]
fn a_rule_is_never_known_by_part_of_its_name() {
    let names = [
        "my-restricted-ssh",
        "restricted-ssh-2",
        "restricted-ssh-except-bastion",
        "not-restricted-ssh-conformance-pack-szsm1uv0w",
        "restricted-ssh-conformance-pack-waytoolongforone",
        "x-securityhub-restricted-ssh-1a2b3c4d",
        "OrgConfigRule-my-restricted-ssh-ab12cd34",
        "AWSControlTower_AWS-GR_RESTRICTED_SSH_2",
        "securityhub-vpc-sg-restricted-common-ports-1a2b3c4d",
        "restricted",
        "ssh",
    ];
    let dir = TestDir::new();
    assert_eq!(names_that_do_not_count(&dir, &names, "C10"), names);
    let results: serde_json::Value = serde_json::from_slice(&dir.bytes("out/results.json")).unwrap();
    let listed = results["unmapped_rules"].as_array().unwrap();
    assert_eq!(listed.len(), names.len(), "what matches nothing is listed");
    assert!(listed.iter().all(|rule| rule["observations"] == 1 && rule["resources"] == 1), "{listed:#?}");
}

#[test]
fn a_described_identifier_goes_before_the_name() {
    let dir = TestDir::new();
    let lambda = "arn:aws:lambda:eu-west-1:011122223333:function:SecurityHubConfigRule";
    let rules = [
        HOME.rule("our-own-words", "AWS", "INCOMING_SSH_DISABLED"),
        HOME.rule("restricted-ssh", "AWS", "EC2_EBS_ENCRYPTION_BY_DEFAULT"),
        HOME.rule("restricted-common-ports", "CUSTOM_LAMBDA", lambda),
        HOME.rule("written-here", "CUSTOM_LAMBDA", lambda),
    ];
    dir.json("rules.json", &json!({ "ConfigRules": rules }));
    let names = ["our-own-words", "restricted-ssh", "restricted-common-ports", "written-here"];
    assert_eq!(names_that_do_not_count(&dir, &names, "C10"), ["restricted-ssh", "written-here"]);
    let results: serde_json::Value = serde_json::from_slice(&dir.bytes("out/results.json")).unwrap();
    let listed: Vec<_> = results["unmapped_rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (rule["rule"].as_str().unwrap(), rule["identifier"].as_str().unwrap()))
        .collect();
    assert_eq!(listed, [("restricted-ssh", "EC2_EBS_ENCRYPTION_BY_DEFAULT"), ("written-here", lambda)]);
}

#[test]
fn a_description_counts_where_its_rule_is_deployed_and_nowhere_else() {
    let dir = TestDir::new();
    dir.json("rules.json", &json!({ "ConfigRules": [OTHER.rule("our-own-words", "AWS", "INCOMING_SSH_DISABLED")] }));
    for place in [HOME, OTHER] {
        place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("our-own-words", "NON_COMPLIANT"));
    }
    let rows = dir.answer(&[]).subjects("C10");
    assert_eq!(rows.iter().map(|row| row["account"].as_str()).collect::<Vec<_>>(), [OTHER.account]);
}

#[test]
fn an_alias_explains_a_name_that_nothing_else_does() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("corp-42-custom", "NON_COMPLIANT"));
    assert_eq!(dir.answer(&[]).results_of("C10"), [""; 0]);
    let answer = dir.answer_under("[rules.aliases]\n\"corp-42-custom\" = \"INCOMING_SSH_DISABLED\"\n", &[]);
    assert_eq!(answer.results_of("C10"), ["sg-1 failed"]);
    assert_eq!(answer.results()["unmapped_rules"], json!([]));
}

#[test]
fn an_alias_to_no_test_is_wrong_usage_and_names_the_nearest() {
    let dir = TestDir::new();
    dir.file("e.toml", "[rules.aliases]\n\"corp-42-custom\" = \"INCOMING_SHH_DISABLED\"\n");
    let run = dir.tickmark(&[
        "run",
        "evidence",
        "--from",
        "2026-01-01",
        "--through",
        "2026-01-02",
        "--out",
        "out",
        "--engagement",
        "e.toml",
    ]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("did you mean `INCOMING_SSH_DISABLED`?"), "{}", run.stderr);
}

#[test]
fn copies_of_one_parameter_count_for_their_managed_rule() {
    for base in ["uppercase-letter-check", "minimum-length-check", "prevent-reuse-check", "ensure-expires"] {
        let dir = TestDir::new();
        let name = format!("securityhub-iam-password-policy-{base}-1a2b3c4d");
        HOME.judge(&dir, (ACCOUNT, HOME.account), &at(12, 0), (&name, "NON_COMPLIANT"));
        assert_eq!(dir.answer(&[]).results_of("C04"), [format!("{} failed", HOME.account)], "{base}");
    }
}

#[test]
fn an_evaluation_of_another_type_than_the_test_is_about_makes_no_subject_of_it() {
    // A customer's rule of a known name that was written for something else.
    let dir = TestDir::new();
    HOME.judge(&dir, (ACCOUNT, HOME.account), &at(12, 0), (SSH, "COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.conclusion("C10"), "not_tested", "{:?}", answer.results_of("C10"));
}
