//! Made-up evidence in the shapes in which AWS and its tools deliver it.
//!
//! Times are given as `at(day, hour)` of January 2026, UTC. Shapes follow what AWS documents and
//! delivers; accounts, ids and names are invented.

use serde_json::{Value, json};

use crate::harness::TestDir;

/// A moment of January 2026.
pub(crate) fn at(day: u32, hour: u32) -> String {
    clock(day, hour, 0)
}

/// A moment of January 2026 to the minute.
pub(crate) fn clock(day: u32, hour: u32, minute: u32) -> String {
    format!("2026-01-{day:02}T{hour:02}:{minute:02}:00.000Z")
}

/// A time as file names write it: `20260111T060000Z`.
pub(crate) fn stamp(time: &str) -> String {
    let compact: String = time.split('.').next().unwrap().chars().filter(|c| !matches!(c, '-' | ':' | 'Z')).collect();
    format!("{compact}Z")
}

/// Small changes to a JSON value.
pub(crate) trait Edit {
    /// The value with what a pointer such as `/Compliance/Status` names set; its parent is an object.
    fn set(self, pointer: &str, value: impl Into<Value>) -> Value;
    /// The value without a member.
    fn without(self, pointer: &str) -> Value;
}

impl Edit for Value {
    fn set(mut self, pointer: &str, value: impl Into<Value>) -> Value {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = self.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {pointer}"));
        parent.as_object_mut().unwrap().insert(name.to_owned(), value.into());
        self
    }

    fn without(mut self, pointer: &str) -> Value {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        self.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        self
    }
}

/// An account and region in which AWS Config records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: &'static str,
    pub(crate) region: &'static str,
}

/// Most tests need one place; the account begins with a zero, which must survive.
pub(crate) const HOME: Place = Place { account: "011122223333", region: "eu-west-1" };
/// The same account in another region.
pub(crate) const AWAY: Place = Place { account: "011122223333", region: "us-east-1" };
/// Another account.
pub(crate) const OTHER: Place = Place { account: "444455556666", region: "eu-west-1" };

/// The columns of a credential report as IAM writes them.
pub(crate) const CREDENTIAL_HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
                      password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
                      access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
                      access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,\
                      access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
                      cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

pub(crate) const GROUP: &str = "AWS::EC2::SecurityGroup";
pub(crate) const VPC: &str = "AWS::EC2::VPC";
pub(crate) const BUCKET: &str = "AWS::S3::Bucket";
pub(crate) const TRAIL: &str = "AWS::CloudTrail::Trail";
pub(crate) const USER: &str = "AWS::IAM::User";
pub(crate) const ACCOUNT: &str = "AWS::::Account";

impl Place {
    /// The folder of a kind of delivered object on a day; month and day are not padded.
    fn folder(self, kind: &str, time: &str) -> String {
        let day = time.get(8..10).unwrap().trim_start_matches('0');
        format!("AWSLogs/{}/Config/{}/2026/1/{day}/{kind}", self.account, self.region)
    }

    /// Where a snapshot of this time is delivered.
    pub(crate) fn snapshot_path(self, time: &str) -> String {
        let id = "5f2d9a3e-0c41-4a3b-9d55-8f6f0a1b2c3d";
        let Self { account, region } = self;
        format!(
            "{}/{account}_Config_{region}_ConfigSnapshot_{}_{id}.json.gz",
            self.folder("ConfigSnapshot", time),
            stamp(time)
        )
    }

    /// Where a history file of this time is delivered.
    pub(crate) fn history_path(self, resource_type: &str, time: &str) -> String {
        let (Self { account, region }, stamp) = (self, stamp(time));
        format!(
            "{}/{account}_Config_{region}_ConfigHistory_{resource_type}_{stamp}_{stamp}_1.json.gz",
            self.folder("ConfigHistory", time)
        )
    }

    /// Delivers a snapshot.
    pub(crate) fn snapshot(self, dir: &TestDir, time: &str, items: &[Value]) {
        dir.json(&self.snapshot_path(time), &snapshot_of(items));
    }

    /// Delivers a history file.
    pub(crate) fn history(self, dir: &TestDir, resource_type: &str, time: &str, items: &[Value]) {
        dir.json(&self.history_path(resource_type, time), &history_of(items));
    }

    /// Delivers a history file without items on each of these days: they attest coverage, and move the
    /// horizon, and say nothing else.
    pub(crate) fn attest(self, dir: &TestDir, days: std::ops::RangeInclusive<u32>) {
        for day in days {
            self.history(dir, "AWS::KMS::Key", &at(day, 0), &[]);
        }
    }

    /// Attests the whole window of [`crate::harness::WINDOW`].
    pub(crate) fn attest_window(self, dir: &TestDir) {
        self.attest(dir, 10..=20);
    }

    /// An item of a resource as snapshots and history files hold it, without configuration.
    pub(crate) fn item(self, resource_type: &str, id: &str, time: &str) -> Value {
        let is_global = resource_type.starts_with("AWS::IAM::");
        json!({
            "relatedEvents": [],
            "relationships": [],
            "configuration": {},
            "supplementaryConfiguration": {},
            "tags": {},
            "configurationItemVersion": "1.3",
            "configurationItemCaptureTime": time,
            "configurationStateId": 1_768_000_000_000_u64,
            "awsAccountId": self.account,
            "configurationItemStatus": "OK",
            "resourceType": resource_type,
            "resourceId": id,
            "awsRegion": if is_global { "global" } else { self.region },
            "configurationStateMd5Hash": ""
        })
    }

    /// An item that says that a resource is gone.
    pub(crate) fn deletion(self, resource_type: &str, id: &str, time: &str) -> Value {
        self.item(resource_type, id, time).set("/configurationItemStatus", "ResourceDeleted").without("/configuration")
    }

    /// An IAM user with id and name.
    pub(crate) fn user(self, id: &str, name: &str, time: &str) -> Value {
        let arn = format!("arn:aws:iam::{}:user/{name}", self.account);
        self.item(USER, id, time).set("/resourceName", name).set("/ARN", arn)
    }

    /// A trail that delivers to a bucket.
    pub(crate) fn trail(self, name: &str, bucket: &str, time: &str) -> Value {
        let arn = format!("arn:aws:cloudtrail:{}:{}:trail/{name}", self.region, self.account);
        self.item(TRAIL, name, time)
            .set("/ARN", arn)
            .set("/configuration", json!({ "name": name, "s3BucketName": bucket }))
    }

    /// A rule-compliance item: what each rule says of a resource.
    pub(crate) fn compliance(self, resource_type: &str, id: &str, time: &str, rules: &[(&str, &str)]) -> Value {
        let listed: Vec<Value> = rules
            .iter()
            .map(|(name, compliance)| {
                let arn = format!("arn:aws:config:{}:{}:config-rule/config-rule-abc123", self.region, self.account);
                json!({
                    "configRuleArn": arn,
                    "configRuleId": "config-rule-abc123",
                    "configRuleName": name,
                    "complianceType": compliance
                })
            })
            .collect();
        let fails = rules.iter().any(|(_, compliance)| *compliance == "NON_COMPLIANT");
        self.item("AWS::Config::ResourceCompliance", &format!("{resource_type}/{id}"), time)
            .set("/awsRegion", self.region)
            .set(
                "/relationships",
                json!([{ "resourceType": resource_type, "resourceId": id, "name": "Is associated with " }]),
            )
            .set(
                "/configuration",
                json!({
                    "complianceType": if fails { "NON_COMPLIANT" } else { "COMPLIANT" },
                    "targetResourceId": id,
                    "targetResourceType": resource_type,
                    "configRuleList": listed
                }),
            )
    }

    /// A rule-compliance item of one rule, delivered in a history file of its time.
    pub(crate) fn judge(self, dir: &TestDir, resource: (&str, &str), time: &str, rule: (&str, &str)) {
        let item = self.compliance(resource.0, resource.1, time, &[rule]);
        // One file a resource and rule: several may be judged at one time.
        let name = format!("AWS::Config::ResourceCompliance-{}-{}", resource.1.replace(['/', ':'], "-"), rule.0);
        self.history(dir, &name, time, &[item]);
    }

    /// A finding of Security Hub in ASFF, with consolidated ids.
    pub(crate) fn finding(self, control: &str, resource: (&str, &str), time: &str, status: &str) -> Value {
        let Self { account, region } = self;
        let id = format!("arn:aws:securityhub:{region}:{account}:security-control/{control}/finding/{}", resource.1);
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": id,
            "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/securityhub"),
            "ProductName": "Security Hub CSPM",
            "CompanyName": "AWS",
            "Region": region,
            "GeneratorId": format!("security-control/{control}"),
            "AwsAccountId": account,
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
            "CreatedAt": "2026-01-01T00:00:00.000Z",
            "UpdatedAt": time,
            "Severity": { "Label": "HIGH", "Normalized": 70, "Original": "HIGH" },
            "Title": "A control of Example Corp",
            "Description": "This control checks something.",
            "ProductFields": { "aws/securityhub/ProductName": "Security Hub CSPM" },
            "Resources": [{ "Type": resource.0, "Id": resource.1, "Partition": "aws", "Region": region }],
            "Compliance": { "Status": status, "SecurityControlId": control },
            "WorkflowState": "NEW",
            "Workflow": { "Status": "NEW" },
            "RecordState": "ACTIVE"
        })
    }

    /// The name (ARN) of a security group.
    pub(crate) fn group_arn(self, id: &str) -> String {
        format!("arn:aws:ec2:{}:{}:security-group/{id}", self.region, self.account)
    }

    /// An entry of `describe-config-rules`.
    pub(crate) fn rule(self, name: &str, owner: &str, identifier: &str) -> Value {
        json!({
            "ConfigRuleName": name,
            "ConfigRuleArn": format!("arn:aws:config:{}:{}:config-rule/config-rule-abc123", self.region, self.account),
            "ConfigRuleId": "config-rule-abc123",
            "Source": { "Owner": owner, "SourceIdentifier": identifier },
            "ConfigRuleState": "ACTIVE"
        })
    }
}

/// A snapshot's document.
pub(crate) fn snapshot_of(items: &[Value]) -> Value {
    json!({
        "fileVersion": "1.0",
        "configSnapshotId": "5f2d9a3e-0c41-4a3b-9d55-8f6f0a1b2c3d",
        "configurationItems": items
    })
}

/// A history file's document.
pub(crate) fn history_of(items: &[Value]) -> Value {
    json!({ "fileVersion": "1.0", "configurationItems": items })
}

/// An item as the API gives it: other names, and JSON inside strings.
pub(crate) fn api_form(item: &Value) -> Value {
    let renamed = [
        ("configurationItemVersion", "version"),
        ("awsAccountId", "accountId"),
        ("ARN", "arn"),
        ("configurationStateMd5Hash", "configurationItemMD5Hash"),
    ];
    let mut api = serde_json::Map::new();
    for (name, value) in item.as_object().unwrap() {
        let name = renamed.iter().find(|(file, _)| file == name).map_or(name.as_str(), |(_, api)| *api);
        let value = match name {
            "configuration" | "configurationStateId" => Value::String(value.to_string()),
            "supplementaryConfiguration" => {
                let parts = value.as_object().unwrap().iter();
                parts.map(|(name, value)| (name.clone(), Value::String(value.to_string()))).collect()
            }
            _ => value.clone(),
        };
        api.insert(name.to_owned(), value);
    }
    Value::Object(api)
}

/// `get-findings`.
pub(crate) fn get_findings(findings: &[Value]) -> Value {
    json!({ "Findings": findings })
}

/// `get-compliance-details-by-config-rule`.
pub(crate) fn details(rule: &str, results: &[((&str, &str), &str, &str)]) -> Value {
    let results: Vec<Value> = results
        .iter()
        .map(|((resource_type, id), compliance, time)| {
            json!({
                "EvaluationResultIdentifier": {
                    "EvaluationResultQualifier": {
                        "ConfigRuleName": rule,
                        "ResourceType": resource_type,
                        "ResourceId": id
                    },
                    "OrderingTimestamp": "2026-01-01T00:00:00+00:00"
                },
                "ComplianceType": compliance,
                "ResultRecordedTime": time,
                "ConfigRuleInvokedTime": "2026-01-01T00:00:00+00:00"
            })
        })
        .collect();
    json!({ "EvaluationResults": results })
}

/// An EventBridge event of Security Hub; account and region are the hub's.
pub(crate) fn findings_event(finding: &Value, time: &str) -> Value {
    json!({
        "version": "0",
        "id": "8e5622f9-d81c-4d81-612a-9319e7ee2506",
        "detail-type": "Security Hub Findings - Imported",
        "source": "aws.securityhub",
        "account": "999988887777",
        "time": time,
        "region": "us-west-2",
        "resources": [finding["Id"]],
        "detail": { "findings": [finding] }
    })
}

/// A change notification around an item.
pub(crate) fn change_of(item: &Value) -> Value {
    json!({
        "configurationItemDiff": null,
        "configurationItem": item,
        "notificationCreationTime": "2026-01-12T00:00:05.000Z",
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": "1.3"
    })
}

/// An SNS notification; the message is a string.
pub(crate) fn sns(message: &Value) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "b0d7e0ad-9a2e-5ea3-9a07-bd3bdc5a1d2c",
        "TopicArn": "arn:aws:sns:eu-west-1:011122223333:config-topic",
        "Subject": "[AWS Config:eu-west-1] AWS::EC2::SecurityGroup sg-1 Updated in Acc...",
        "Message": message.to_string(),
        "Timestamp": "2026-01-12T00:00:06.000Z",
        "SignatureVersion": "1"
    })
}

/// An EventBridge event around a message of AWS Config.
pub(crate) fn config_event(detail_type: &str, detail: &Value) -> Value {
    json!({
        "version": "0",
        "id": "f2cf2b94-4f8f-5c3a-4d4e-000000000001",
        "detail-type": detail_type,
        "source": "aws.config",
        "account": "011122223333",
        "time": "2026-01-12T00:00:05Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail
    })
}

/// A CloudWatch Logs subscription message around events.
pub(crate) fn logs_message(messages: &[Value]) -> Value {
    let events: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(number, message)| {
            let (id, message) = (number.to_string(), message.to_string());
            json!({ "id": id, "timestamp": 1_768_200_000_000_u64, "message": message })
        })
        .collect();
    json!({
        "messageType": "DATA_MESSAGE",
        "owner": "999988887777",
        "logGroup": "/aws/events/securityhub",
        "logStream": "stream",
        "subscriptionFilters": ["all"],
        "logEvents": events
    })
}

/// Values one a line.
pub(crate) fn json_lines(values: &[Value]) -> String {
    values.iter().flat_map(|value| [value.to_string(), "\n".to_owned()]).collect()
}

/// Values one after another with nothing between, as Firehose leaves them.
pub(crate) fn concatenated(values: &[Value]) -> String {
    values.iter().map(ToString::to_string).collect()
}
