//! The pieces that estates made by hand are put together from.

use serde_json::{Value, json};

use super::estate::{Estate, Millis, folders, gzip, iso, stamp};
use crate::oracle::ScopeAccount;

/// One account.
pub(crate) const A: &str = "111100001111";
/// Another account.
pub(crate) const B: &str = "222200002222";
/// One hour.
const HOUR: Millis = 3_600_000;

/// An estate without anything in it; the window is three days.
pub(crate) fn empty() -> Estate {
    let mut estate = Estate::bare();
    estate.files.push(("note.txt".to_owned(), b"evidence".to_vec()));
    estate
}

impl Estate {
    /// A time so many hours into the window.
    pub(crate) fn hour(&self, hours: i64) -> Millis {
        self.from + hours * HOUR
    }

    pub(crate) fn snapshot(&mut self, account: &str, region: &str, at: Millis, items: &[Value]) {
        let id = format!("{:08}-0000-4000-8000-000000000000", self.files.len());
        let name = format!("{account}_Config_{region}_ConfigSnapshot_{}_{id}.json.gz", stamp(at));
        let path = format!("AWSLogs/{account}/Config/{region}/{}/ConfigSnapshot/{name}", folders(at));
        let document = json!({"fileVersion": "1.0", "configSnapshotId": id, "configurationItems": items});
        self.files.push((path, gzip(document.to_string().as_bytes())));
    }

    /// Snapshots every twelve hours from before the window to after it, all with the same items.
    pub(crate) fn snapshots(&mut self, account: &str, region: &str, items: &[Value]) {
        for half_day in -2..8 {
            let at = self.hour(half_day * 12) + 17_000;
            self.snapshot(account, region, at, items);
        }
    }

    pub(crate) fn history(&mut self, account: &str, region: &str, kind: &str, at: Millis, items: &[Value]) {
        let name = format!(
            "{account}_Config_{region}_ConfigHistory_{kind}_{}_{}_{}.json.gz",
            stamp(at),
            stamp(at),
            self.files.len()
        );
        let path = format!("AWSLogs/{account}/Config/{region}/{}/ConfigHistory/{name}", folders(at));
        let document = json!({"fileVersion": "1.0", "configurationItems": items});
        self.files.push((path, gzip(document.to_string().as_bytes())));
    }

    pub(crate) fn findings(&mut self, findings: &[Value]) {
        let path = format!("securityhub/findings-{}.json", self.files.len());
        self.files.push((path, json!({ "Findings": findings }).to_string().into_bytes()));
    }
}

pub(crate) fn item(account: &str, region: &str, kind: &str, id: &str, arn: &str, at: Millis, status: &str) -> Value {
    let mut item = json!({
        "configurationItemVersion": "1.3", "configurationItemCaptureTime": iso(at), "configurationStateId": at, "awsAccountId": account,
        "configurationItemStatus": status, "resourceType": kind, "resourceId": id, "awsRegion": region, "tags": {}, "relationships": [],
        "supplementaryConfiguration": {}
    });
    if !arn.is_empty() {
        item["ARN"] = json!(arn);
    }
    if status == "OK" {
        item["configuration"] = json!({"name": id, "groupName": "web"});
    }
    item
}

pub(crate) fn group(id: &str, at: Millis, status: &str) -> Value {
    item(
        A,
        "us-east-1",
        "AWS::EC2::SecurityGroup",
        id,
        &format!("arn:aws:ec2:us-east-1:{A}:security-group/{id}"),
        at,
        status,
    )
}

pub(crate) fn user(id: &str, name: &str, at: Millis, status: &str) -> Value {
    item(A, "global", "AWS::IAM::User", id, &format!("arn:aws:iam::{A}:user/{name}"), at, status)
}

pub(crate) fn evaluated(account: &str, region: &str, target: &str, at: Millis, rules: &[(&str, &str)]) -> Value {
    let mut item = item(account, region, "AWS::Config::ResourceCompliance", target, "", at, "OK");
    let rules: Vec<Value> = rules
        .iter()
        .map(|(name, word)| json!({"configRuleName": name, "configRuleId": "config-rule-1", "configRuleArn": "arn:aws:config:::config-rule/1", "complianceType": word}))
        .collect();
    let (kind, id) = target.split_once('/').unwrap();
    item["configuration"] = json!({"targetResourceId": id, "targetResourceType": kind, "complianceType": "COMPLIANT", "configRuleList": rules});
    item
}

pub(crate) fn finding(control: &str, id: &str, at: Millis, status: &str, resources: &[(&str, &str)]) -> Value {
    let resources: Vec<Value> =
        resources.iter().map(|(kind, id)| json!({"Type": kind, "Id": id, "Region": "us-east-1"})).collect();
    json!({
        "SchemaVersion": "2018-10-08", "Id": format!("arn:aws:securityhub:us-east-1:{A}:security-control/{control}/finding/{id}"),
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub", "GeneratorId": format!("security-control/{control}"),
        "AwsAccountId": A, "Region": "us-east-1", "CreatedAt": iso(at), "UpdatedAt": iso(at), "Title": "t", "Description": "d",
        "Resources": resources, "Compliance": {"Status": status, "SecurityControlId": control}, "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE"
    })
}

/// A line of the scope list.
pub(crate) fn line(id: &str, environment: Option<&str>, in_scope: bool) -> ScopeAccount {
    ScopeAccount { id: id.to_owned(), environment: environment.map(str::to_owned), in_scope, regions: Vec::new() }
}

#[track_caller]
pub(crate) fn check(estate: &Estate) {
    let folder = tempfile::tempdir().unwrap();
    let lines =
        super::differences(estate, &super::kept().unwrap_or_else(|| folder.path().to_owned()), super::Held::Strictly);
    assert!(lines.is_empty(), "\n    {}", lines.join("\n    "));
}
