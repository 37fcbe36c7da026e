//! The shapes of exports that are published as samples, rebuilt with made-up content: each is recognised, or
//! set aside or rejected for the right reason.

use serde_json::{Value, json};

use crate::fixtures::{
    BUCKET, Edit, GROUP, HOME, TRAIL, api_form, at, change_of, details, findings_event, get_findings, history_of,
    json_lines, snapshot_of, sns,
};
use crate::harness::TestDir;
use crate::negative_space::assert_adds_up;

/// Offers one file; its fate and reason.
fn offered(path: &str, bytes: impl AsRef<[u8]>) -> (String, String) {
    let dir = TestDir::new();
    dir.evidence(path, bytes);
    let answer = dir.answer(&[]);
    assert_adds_up(&answer);
    let name = path.rsplit('/').next().unwrap();
    (answer.fate(name), answer.ledger(name)["reason"].clone())
}

/// Offers one file that is wholly taken in.
fn assert_kept(path: &str, bytes: impl AsRef<[u8]>, kind: &str, records: u32) {
    let (fate, reason) = offered(path, bytes);
    assert_eq!(
        fate,
        format!("accepted {kind} {records} = {records} kept + 0 dup + 0 aside + 0 bad"),
        "{path}: {reason}"
    );
}

/// The item by which a recorder records itself: no name, no ARN, PascalCase inside.
fn recorder_item() -> Value {
    let configuration = json!({
        "Id": "default",
        "RecordingGroup": { "AllSupported": true, "RecordingStrategy": { "UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES" } },
        "Recording": true
    });
    HOME.item("AWS::Config::ConfigurationRecorder", "default", &at(12, 0))
        .set("/configurationItemStatus", "ResourceDiscovered")
        .set("/configuration", configuration)
}

/// A bucket's item in native form: an access control list as a string of JSON.
fn bucket_item() -> Value {
    let supplementary = json!({
        "AccessControlList": "{\"grantSet\":null,\"grantList\":[{\"grantee\":\"AllUsers\",\"permission\":\"Read\"}]}",
        "BucketPolicy": { "policyText": null },
        "IsRequesterPaysEnabled": false,
        "BucketTaggingConfiguration": { "tagSets": [{ "tags": { "class": "restricted" } }] }
    });
    HOME.item(BUCKET, "data", &at(12, 0)).set("/supplementaryConfiguration", supplementary)
}

#[test]
fn a_first_snapshot_holds_its_own_recorder() {
    assert_kept(&HOME.snapshot_path(&at(12, 0)), snapshot_of(&[recorder_item()]).to_string(), "config_snapshot", 1);
}

#[test]
fn items_of_both_forms_stand_in_one_file_of_lines() {
    let not_recorded = |kind: &str, id: &str| {
        HOME.item(kind, id, &at(12, 0)).set("/configurationItemStatus", "ResourceNotRecorded").without("/configuration")
    };
    let lines = [
        api_form(&HOME.item("AWS::Lambda::Function", "one", &at(12, 0))),
        HOME.item("AWS::Lambda::Function", "two", &at(12, 0)),
        not_recorded("AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/011122223333/jobs"),
        api_form(&bucket_item()),
        api_form(&HOME.item(GROUP, "sg-1", &at(12, 0))).without("/awsRegion").set("/arn", HOME.group_arn("sg-1")),
        not_recorded(GROUP, "sg-2"),
    ];
    let text = json_lines(&lines);
    assert_kept("items.ndjson.json", text.trim_end(), "config_items", 6);
}

#[test]
fn a_compliance_item_stands_by_itself() {
    let item = HOME.compliance(GROUP, "sg-1", &at(12, 0), &[("restricted-ssh", "COMPLIANT")]);
    assert_kept("compliance-item.json", item.to_string(), "config_items", 1);
    let masked = item.set("/awsAccountId", "0111222XXXXX");
    let (fate, reason) = offered("masked.json", masked.to_string());
    assert_eq!(fate, "rejected config_items 1 = 0 kept + 0 dup + 0 aside + 1 bad");
    assert!(reason.starts_with("F105: `awsAccountId` is not twelve digits: `0111222XXXXX`"), "{reason}");
}

#[test]
fn a_change_reaches_sns_as_a_string_and_a_rule_as_its_invoking_event() {
    assert_kept(
        "sns.json",
        serde_json::to_string_pretty(&sns(&change_of(&bucket_item()))).unwrap(),
        "config_notification",
        1,
    );
    let event = json!({
        "version": "1.0",
        "invokingEvent": change_of(&bucket_item()).to_string(),
        "ruleParameters": "{\"myParameterKey\":\"myParameterValue\"}",
        "resultToken": "token",
        "eventLeftScope": false,
        "configRuleName": "rule",
        "accountId": HOME.account
    });
    assert_kept("rule-event.json", event.to_string(), "config_notification", 1);
    let bare = json!({ "invokingEvent": event["invokingEvent"] });
    assert_kept("bare-rule-event.json", bare.to_string(), "config_notification", 1);
    let thirteen = change_of(&bucket_item().set("/awsAccountId", "0111222233334"));
    let (fate, reason) = offered("thirteen.json", json!({ "invokingEvent": thirteen.to_string() }).to_string());
    assert_eq!(fate, "rejected config_notification 1 = 0 kept + 0 dup + 0 aside + 1 bad");
    assert!(reason.starts_with("F105"), "{reason}");
}

#[test]
fn an_oversized_change_is_a_summary_without_configuration() {
    let summary =
        bucket_item().without("/configuration").without("/supplementaryConfiguration").set("/changeType", "UPDATE");
    let message = json!({
        "configurationItemSummary": summary,
        "s3DeliverySummary": { "s3BucketLocation": "bucket/key", "errorCode": null, "errorMessage": null },
        "messageType": "OversizedConfigurationItemChangeNotification",
        "notificationCreationTime": at(12, 0),
        "recordVersion": "1.0"
    });
    assert_kept(
        "oversized.json",
        json!({ "invokingEvent": message.to_string() }).to_string(),
        "config_notification",
        1,
    );
    let object = format!(
        "AWSLogs/{account}/Config/global/2026/1/12/OversizedChangeNotification/AWS::IAM::Policy/{account}_Config_global_ChangeNotification_AWS::IAM::Policy_ANPA_20260112T000000Z_1.json.gz",
        account = HOME.account
    );
    assert_kept(
        &object,
        crate::harness::gzip(change_of(&bucket_item()).to_string().as_bytes()),
        "config_notification",
        1,
    );
}

#[test]
fn an_item_of_the_api_alone_is_the_same_fact_as_in_a_file() {
    let dir = TestDir::new();
    dir.json("api.json", &api_form(&bucket_item()));
    dir.json("file.json", &history_of(&[bucket_item()]));
    let answer = dir.answer(&[]);
    assert_eq!(answer.results()["evidence"]["records"]["duplicate"], 1);
    assert_eq!(answer.results_of("C14"), ["data not_tested"]);
}

#[test]
fn a_tag_is_read_through_the_encoding_of_the_api() {
    let tag = "[controls.C14]\ntag = { key = \"class\", values = [\"restricted\"] }\n";
    for item in [bucket_item(), api_form(&bucket_item())] {
        let dir = TestDir::new();
        dir.json("item.json", &item);
        assert_eq!(dir.answer_under(tag, &[]).results_of("C14"), ["data not_tested"], "{item}");
    }
}

#[test]
fn a_history_with_its_page_token_was_cut() {
    let service = api_form(&HOME.item(
        "AWS::ECS::Service",
        "arn:aws:ecs:eu-west-1:011122223333:service/web",
        "2026-01-12T00:00:00+00:00",
    ));
    let (fate, reason) =
        offered("history.json", json!({ "configurationItems": [service], "nextToken": "more" }).to_string());
    assert_eq!(fate, "partial config_items 1 = 1 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(reason, "F108: the export was cut: its page token is left over");
}

#[test]
fn documented_histories_hold_compliance_of_resources_and_packs_with_numbers_for_times() {
    let pack = json!({
        "complianceType": "NON_COMPLIANT", "totalRuleCount": 2, "compliantRuleCount": 1, "nonCompliantRuleCount": 1,
        "configRuleList": [{ "configRuleName": "r", "configRuleArn": "arn", "complianceType": "COMPLIANT", "controls": [] }]
    });
    let pack = HOME
        .item("AWS::Config::ConformancePackCompliance", "conformance-pack-abcd12345", "x")
        .set("/configuration", pack);
    let resource = HOME.compliance(GROUP, "sg-1", "x", &[("restricted-ssh", "COMPLIANT")]);
    let items =
        [api_form(&pack), api_form(&resource)].map(|item| item.set("/configurationItemCaptureTime", 1_768_197_600.921));
    assert_kept("documented.json", json!({ "configurationItems": items }).to_string(), "config_items", 2);
}

#[test]
fn a_query_that_did_not_select_what_identity_rests_on_is_rejected() {
    let query = |row: Value| json!({ "Results": [row.to_string()], "QueryInfo": { "SelectFields": [{ "Name": "resourceId" }] } });
    let bare = json!({ "resourceId": "9975ba19", "configuration": { "keyState": "Enabled" } });
    let (fate, reason) = offered("query.json", query(bare).to_string());
    assert_eq!(fate, "rejected config_items 1 = 0 kept + 0 dup + 0 aside + 1 bad");
    assert!(reason.starts_with("F105: `resourceType` is missing"), "{reason}");
    let full =
        json!({ "accountId": HOME.account, "awsRegion": HOME.region, "resourceType": BUCKET, "resourceId": "data" });
    assert_kept("2026-01-12/query.json", query(full).to_string(), "config_items", 1);
}

#[test]
fn results_of_a_rule_name_trails_in_two_ways() {
    let arn = "arn:aws:cloudtrail:eu-west-1:999988887777:trail/organization";
    let results = details(
        "securityhub-cloud-trail-encryption-enabled-1a2b3c4d",
        &[
            ((TRAIL, "main"), "COMPLIANT", &at(12, 0)),
            ((TRAIL, arn), "NON_COMPLIANT", &at(12, 0)),
            ((TRAIL, "other"), "COMPLIANT", &at(12, 0)),
        ],
    );
    let (fate, reason) = offered("details.json", results.to_string());
    assert_eq!(fate, "rejected config_evaluations 3 = 0 kept + 0 dup + 0 aside + 3 bad");
    assert!(
        reason.starts_with("F107: account and region stand neither in the record nor in the file's path"),
        "{reason}"
    );
    assert_kept("011122223333/eu-west-1/details.json", results.to_string(), "config_evaluations", 3);
}

#[test]
fn descriptions_of_rules_may_be_service_created_or_lambda() {
    let hub = HOME.rule("securityhub-restricted-ssh-1a2b3c4d", "AWS", "INCOMING_SSH_DISABLED")
        .set("/ConfigRuleArn", "arn:aws:config:eu-west-1:011122223333:config-rule/aws-service-rule/securityhub.amazonaws.com/config-rule-abc123")
        .set("/InputParameters", "{\"blockedPort1\":\"3389\"}")
        .set("/CreatedBy", "securityhub.amazonaws.com");
    let lambda =
        HOME.rule("FMManagedShieldConfigRule", "CUSTOM_LAMBDA", "arn:aws:lambda:eu-west-1:011122223333:function:F");
    assert_kept("rules.json", json!({ "ConfigRules": [hub, lambda] }).to_string(), "config_rules", 2);
}

#[test]
fn what_names_no_resources_state_is_set_aside_and_says_so() {
    let rows = [
        (
            "rule-status.json",
            json!({ "ConfigRulesEvaluationStatus": [{ "ConfigRuleName": "r" }] }).to_string(),
            "config_other",
        ),
        (
            "channels.json",
            json!({ "DeliveryChannels": [{ "name": "default", "s3BucketName": "b" }] }).to_string(),
            "config_other",
        ),
        ("asked-for.json", json!({ "State": "STARTED", "Description": "No report exists." }).to_string(), "iam_other"),
        (
            "delivered.json",
            json!({ "messageType": "ConfigurationSnapshotDeliveryCompleted", "s3ObjectKey": "k" }).to_string(),
            "config_delivery_notice",
        ),
        (
            "history.json",
            json!({ "Records": [{ "FindingIdentifier": { "Id": "x" } }] }).to_string(),
            "securityhub_other",
        ),
    ];
    for (path, text, kind) in rows {
        let (fate, reason) = offered(path, text);
        assert_eq!(fate, format!("set_aside {kind} 0 = 0 kept + 0 dup + 0 aside + 0 bad"), "{path}");
        assert!(!reason.is_empty(), "{path} does not say why");
    }
    let (fate, _) = offered("AWSLogs/011122223333/Config/ConfigWritabilityCheckFile", "");
    assert_eq!(fate, "set_aside config_writability_check 0 = 0 kept + 0 dup + 0 aside + 0 bad");
}

#[test]
fn answers_about_accounts_trails_and_recorders_are_taken_in() {
    let place = "011122223333/eu-west-1/2026-01-12";
    let recorder = json!({
        "name": "default",
        "roleARN": "arn:aws:iam::011122223333:role/service-role/config-role",
        "recordingGroup": { "allSupported": true, "resourceTypes": [], "includeGlobalResourceTypes": false }
    });
    let status = json!({ "name": "default", "recording": true, "lastStatus": "SUCCESS" });
    let trail = "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main";
    let selectors = json!({ "TrailARN": trail, "EventSelectors": [{ "ReadWriteType": "All" }] });
    let rows = [
        ("recorders.json", json!({ "ConfigurationRecorders": [recorder] }), "config_recorders"),
        ("recorder-status.json", json!({ "ConfigurationRecordersStatus": [status] }), "config_recorders"),
        ("summary.json", json!({ "SummaryMap": { "Users": 5, "AccountMFAEnabled": 1 } }), "iam_account_summary"),
        ("policy.json", json!({ "PasswordPolicy": { "MinimumPasswordLength": 10 } }), "iam_password_policy"),
        ("selectors.json", selectors, "cloudtrail_other"),
        ("status.json", json!({ "IsLogging": true, "LatestDeliveryTime": 1_768_176_000.5 }), "cloudtrail_other"),
    ];
    for (name, answer, kind) in rows {
        assert_kept(&format!("{place}/{name}"), answer.to_string(), kind, 1);
    }
    let error = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: not found";
    assert_kept(&format!("{place}/no-policy.txt"), error, "iam_password_policy", 1);
    let report = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active\n\
                  <root_account>,arn:aws:iam::011122223333:root,2016-08-30T17:37:35+00:00,not_supported,\
                  no_information,not_supported,true";
    assert_kept(&format!("{place}/credentials.csv"), report, "iam_credential_report", 1);
}

#[test]
fn the_control_message_of_a_log_subscription_is_set_aside() {
    // CloudWatch Logs sends it to try the destination; its one event is prose.
    let text = "CWL CONTROL MESSAGE: Checking health of destination Firehose.";
    let message = concat!(
        r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","#,
        r#""subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1768176000000,"message":"TEXT"}]}"#
    );
    let message = message.replace("TEXT", text);
    let (fate, reason) = offered("control", &message);
    assert!(fate.starts_with("set_aside logs_control"), "{fate}: {reason}");
    let event = findings_event(&ssh("FAILED"), "2026-01-12T00:00:01Z");
    let mixed = format!("{message}{}", crate::fixtures::logs_message(&[event]));
    let (fate, reason) = offered("mixed", mixed);
    assert!(fate.starts_with("accepted securityhub_findings"), "{fate}: {reason}");
}

fn ssh(status: &str) -> Value {
    HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), &at(12, 0), status)
}

#[test]
fn findings_of_all_years_are_read() {
    // 2021: no consolidation; 2023: documentation's array; 2025: other product name; members in any order.
    let old = ssh("FAILED")
        .without("/Compliance/SecurityControlId")
        .set("/ProductFields/RuleId", "4.1")
        .set("/Severity/Product", 40);
    assert_kept(
        "get-findings.json",
        get_findings(&[old.clone(), ssh("PASSED").set("/Id", "x")]).to_string(),
        "securityhub_findings",
        2,
    );
    assert_kept("array.json", json!([old, ssh("PASSED").set("/Id", "y")]).to_string(), "securityhub_findings", 2);
    assert_kept("one.json", serde_json::to_string_pretty(&ssh("FAILED")).unwrap(), "securityhub_findings", 1);
    let stray = ssh("FAILED")
        .set("/updatedAt", "not a time")
        .set("/approximateArrivalTimestamp", 1.5)
        .set("/Severity", json!({ "Original": 8 }));
    assert_kept("stray.json", stray.to_string(), "securityhub_findings", 1);
}

#[test]
fn a_finding_whose_account_was_masked_costs_itself() {
    let masked = ssh("FAILED").set("/AwsAccountId", "xxx").set("/RecordState", "ARCHIVED");
    let (fate, reason) = offered("lines.ndjson.json", json_lines(&[ssh("PASSED"), masked]));
    assert_eq!(fate, "partial securityhub_findings 2 = 1 kept + 0 dup + 0 aside + 1 bad");
    assert!(reason.starts_with("F105: `AwsAccountId` is not an account of twelve digits: `xxx`"), "{reason}");
}

#[test]
fn a_custom_action_of_another_products_finding_is_kept_and_speaks_for_no_control() {
    let guard =
        ssh("FAILED").without("/Compliance").set("/ProductArn", "arn:aws:securityhub:eu-west-1::product/aws/guardduty");
    let event = findings_event(&guard, "2019-07-11T17:52:40Z")
        .set("/detail-type", "Security Hub Findings - Custom Action")
        .set("/detail/actionName", "Send")
        .set("/detail/actionDescription", "to somebody");
    assert_kept("action.json", event.to_string(), "securityhub_findings", 1);
    let dir = TestDir::new();
    dir.json("action.json", &event);
    assert!(dir.answer(&[]).results()["unmapped_findings"].to_string().contains("guardduty"));
}

#[test]
fn prowlers_findings_are_listed_with_what_nothing_answers_for() {
    let check = |number: u32| {
        HOME.finding("x", ("AwsAccount", "AWS::::Account:011122223333"), "2026-01-12T00:00:00Z", "FAILED")
            .without("/Region")
            .without("/Compliance/SecurityControlId")
            .set("/Id", format!("prowler-{number}"))
            .set("/ProductArn", "arn:aws:securityhub:eu-west-1::product/prowler/prowler")
            .set("/GeneratorId", format!("prowler-check{number}"))
    };
    let lines = json_lines(&[check(11), check(12)]);
    assert_kept("prowler.asff.ndjson.json", &lines, "securityhub_findings", 2);
    let dir = TestDir::new();
    dir.evidence("prowler.json", lines);
    let answer = dir.answer(&[]);
    let listed = answer.results()["unmapped_findings"].clone();
    assert_eq!(listed[0]["finding"], "prowler/prowler prowler-check11");
    assert_eq!(answer.conclusion("C05"), "not_tested");
}

/// An OCSF event of some class.
fn ocsf(class: u32, account: &str) -> Value {
    json!({
        "activity_id": 2, "category_uid": 2, "class_uid": class, "type_uid": class * 100 + 2,
        "time": 1_768_176_000_000_i64,
        "cloud": { "account": { "uid": account }, "provider": "AWS", "region": HOME.region },
        "compliance": { "control": "EC2.13", "requirements": ["4.1"], "status": "FAILED" },
        "finding_info": { "uid": "finding", "title": "t", "types": ["x"], "modified_time_dt": "2026-01-11T19:00:00.000-05:00" },
        "metadata": { "product": { "name": "Security Hub", "uid": "arn:aws:securityhub:eu-west-1::product/aws/securityhub" }, "version": "1.1.0" },
        "resource": { "type": "AwsEc2SecurityGroup", "uid": HOME.group_arn("sg-1"), "region": HOME.region },
        "severity": "Medium", "status": "New",
        "unmapped": { "RecordState": "ACTIVE", "WorkflowState": "NEW" }
    })
}

#[test]
fn ocsf_is_read_in_the_classes_that_security_products_write() {
    assert_kept("2003.json", ocsf(2003, HOME.account).to_string(), "ocsf_findings", 1);
    let older = ocsf(2001, HOME.account)
        .without("/finding_info")
        .without("/resource")
        .set("/finding", json!({ "uid": "finding", "title": "t", "modified_time": 1_768_176_000_000_i64 }))
        .set("/cloud", json!({ "account_uid": HOME.account, "provider": "AWS", "region": HOME.region }))
        .set("/resources", json!([{ "type": "AwsEc2SecurityGroup", "uid": HOME.group_arn("sg-1"), "details": "{}", "labels": ["a=b"] }]))
        .set("/state", "Resolved");
    assert_kept("2001.json", older.to_string(), "ocsf_findings", 1);
    let newer = json!({ "Findings": [ocsf(2003, HOME.account)] });
    assert_kept("v2.json", newer.to_string(), "ocsf_findings", 1);
    let prowler = ocsf(2004, HOME.account)
        .without("/compliance")
        .set("/status_code", "FAIL")
        .set("/time", 1_768_176_000)
        .set("/finding_info/created_time_dt", "2026-01-12T00:00:00.123456")
        .set("/resources", json!([{ "type": "Other", "uid": "something", "region": HOME.region }]))
        .set("/metadata/product", json!({ "name": "Prowler", "uid": "prowler", "vendor_name": "Prowler" }));
    assert_kept("2004.json", json!([prowler]).to_string(), "ocsf_findings", 1);
}

#[test]
fn an_ocsf_event_without_an_account_is_rejected() {
    let (fate, reason) =
        offered("masked.ocsf.json", json!([ocsf(2004, "<account_uid>"), ocsf(2004, "<account_uid>")]).to_string());
    assert_eq!(fate, "rejected ocsf_findings 2 = 0 kept + 0 dup + 0 aside + 2 bad");
    assert!(
        reason.starts_with("F105: `cloud.account.uid` is not an account of twelve digits: `<account_uid>`"),
        "{reason}"
    );
}
