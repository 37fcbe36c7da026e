//! The Security Hub part of a random estate: findings with a life, in every envelope they travel in.

use serde_json::{Value, json};

use super::estate::{Estate, Millis, gzip, iso, partition};
use crate::oracle::controls::number_in;

/// Control, ASFF type, AWS Config type.
const CONTROLS: [(&str, &str, &str); 29] = [
    ("IAM.5", "AwsIamUser", "AWS::IAM::User"),
    ("IAM.8", "AwsIamUser", "AWS::IAM::User"),
    ("IAM.3", "AwsIamUser", "AWS::IAM::User"),
    ("IAM.2", "AwsIamUser", "AWS::IAM::User"),
    ("IAM.1", "AwsIamPolicy", "AWS::IAM::Policy"),
    ("IAM.4", "AwsAccount", "AWS::::Account"),
    ("IAM.9", "AwsAccount", "AWS::::Account"),
    ("IAM.11", "AwsAccount", "AWS::::Account"),
    ("IAM.15", "AwsAccount", "AWS::::Account"),
    ("IAM.17", "AwsAccount", "AWS::::Account"),
    ("CloudTrail.1", "AwsAccount", "AWS::::Account"),
    ("S3.2", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("S3.3", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("CloudTrail.6", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("CloudTrail.7", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("S3.9", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("S3.4", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("CloudTrail.2", "AwsCloudTrailTrail", "AWS::CloudTrail::Trail"),
    ("CloudTrail.4", "AwsCloudTrailTrail", "AWS::CloudTrail::Trail"),
    ("EC2.13", "AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("EC2.14", "AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("EC2.2", "AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("EC2.6", "AwsEc2Vpc", "AWS::EC2::VPC"),
    ("IAM.22", "AwsIamUser", "AWS::IAM::User"),
    ("IAM.7", "AwsAccount", "AWS::::Account"),
    ("EC2.19", "AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("S3.17", "AwsS3Bucket", "AWS::S3::Bucket"),
    ("EC2.13", "AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
    ("CloudTrail.6", "AwsS3Bucket", "AWS::S3::Bucket"),
];

/// Adds everything that Security Hub exports.
pub(crate) fn make(estate: &mut Estate) {
    let mut accounts = estate.accounts.clone();
    if estate.random.chance(10) {
        // An account that only the hub knows.
        accounts.push("070707070707".to_owned());
    }
    for account in accounts {
        for region in estate.regions.clone() {
            if estate.random.chance(80) {
                make_place(estate, &account, &region);
            }
        }
    }
}

fn make_place(estate: &mut Estate, account: &str, region: &str) {
    let mut records = Vec::new();
    for _ in 0..4 + estate.random.below(12) {
        let (control, asff, kind) = estate.random.pick(&CONTROLS);
        let mut resources = resources(estate, account, region, asff, kind);
        if kind != "AWS::::Account" && estate.random.chance(8) {
            // Nothing was evaluated: the only resource is the account.
            resources =
                vec![json!({"Type": "AwsAccount", "Id": format!("AWS::::Account:{account}"), "Region": region})];
        }
        if !resources.is_empty() {
            life(estate, account, region, control, &resources, &mut records);
        }
    }
    write(estate, account, region, records);
}

fn resources(estate: &mut Estate, account: &str, region: &str, asff: &str, kind: &str) -> Vec<Value> {
    let p = partition(region);
    if kind == "AWS::::Account" {
        let id = estate.random.pick(&[
            format!("AWS::::Account:{account}"),
            format!("arn:{p}:iam::{account}:root"),
            account.to_owned(),
        ]);
        return vec![json!({"Type": asff, "Id": id, "Region": region, "Partition": p})];
    }
    let things: Vec<_> = estate
        .things
        .iter()
        .filter(|t| t.kind == kind && t.account == account && (t.region == region || t.region == "global"))
        .cloned()
        .collect();
    if things.is_empty() {
        return Vec::new();
    }
    let count = if estate.random.chance(10) { 2 } else { 1 };
    let mut chosen: Vec<String> = Vec::new();
    for _ in 0..count {
        let thing = estate.random.pick(&things);
        // Custom products write ids.
        chosen.push(if estate.random.chance(3) { thing.id } else { thing.arn });
    }
    chosen.sort();
    chosen.dedup();
    let mut resources: Vec<Value> =
        chosen.into_iter().map(|arn| json!({"Type": asff, "Id": arn, "Partition": p, "Region": region})).collect();
    if estate.random.chance(15) {
        resources[0].as_object_mut().unwrap().remove("Region");
    }
    if estate.random.chance(5) {
        resources.push(json!({"Type": "AwsEc2Instance", "Id": format!("arn:{p}:ec2:{region}:{account}:instance/i-1"), "Region": region}));
    }
    resources
}

/// One finding through time.
fn life(
    estate: &mut Estate,
    account: &str,
    region: &str,
    control: &str,
    resources: &[Value],
    records: &mut Vec<Value>,
) {
    let p = partition(region);
    let other_product = estate.random.chance(7);
    let product = format!(
        "arn:{p}:securityhub:{region}::product/{}",
        if other_product { "prowler/prowler" } else { "aws/securityhub" }
    );
    let form = if other_product {
        // As Prowler writes it: no Security Hub control at all.
        Form { generator: format!("prowler-{control}"), control: None, fields: json!({"ProviderName": "Prowler"}) }
    } else {
        form(estate, control)
    };
    let id =
        format!("arn:{p}:securityhub:{region}:{account}:security-control/{control}/finding/{}", estate.random.hex(12));
    let sample = estate.random.chance(4);
    let hides_region = estate.random.chance(6);
    let mut times: Vec<Millis> = (0..=estate.random.below(5)).map(|_| estate.instant(&[])).collect();
    if estate.random.chance(50) {
        // Refreshed every eighteen hours.
        let first = times[0];
        times.extend((1..30).map(|n| first + n * 64_800_000).filter(|at| *at < estate.end));
    }
    times.sort_unstable();
    times.dedup();
    let mut word = "PASSED";
    for at in times {
        if estate.random.chance(40) {
            word = estate.random.pick(&["PASSED", "FAILED", "FAILED", "WARNING", "NOT_AVAILABLE", "NONE"]);
        }
        let mut record = record(estate, account, region, word, resources, at);
        record["Id"] = json!(id);
        record["ProductArn"] = json!(product);
        form.apply(&mut record);
        if sample {
            record["Sample"] = json!(true);
        }
        if hides_region {
            record.as_object_mut().unwrap().remove("Region");
        }
        if estate.random.chance(10) {
            records.push(another_with_the_same_time(estate, &record, at));
        }
        records.push(record);
    }
}

/// How a finding names its control.
struct Form {
    generator: String,
    control: Option<String>,
    fields: Value,
}

impl Form {
    fn apply(&self, record: &mut Value) {
        record["GeneratorId"] = json!(self.generator);
        record["ProductFields"] = self.fields.clone();
        if let Some(control) = &self.control {
            record["Compliance"]["SecurityControlId"] = json!(control);
        }
    }
}

fn form(estate: &mut Estate, control: &str) -> Form {
    let standards = [
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/", 0),
        ("cis-aws-foundations-benchmark/v/1.4.0/", 1),
        ("cis-aws-foundations-benchmark/v/3.0.0/", 2),
        ("cis-aws-foundations-benchmark/v/5.0.0/", 3),
        ("pci-dss/v/3.2.1/", 4),
    ];
    let (prefix, column) = estate.random.pick(&standards);
    if let Some(number) = number_in(control, column).filter(|_| estate.random.chance(40)) {
        let field = if column == 0 { "RuleId" } else { "ControlId" };
        let named = estate.random.chance(30).then(|| control.to_owned());
        let prefix = if estate.regions[0].contains("gov") {
            prefix.replace("arn:aws:", "arn:aws-us-gov:")
        } else {
            prefix.to_owned()
        };
        return Form { generator: format!("{prefix}{number}"), control: named, fields: json!({ field: number }) };
    }
    if estate.random.chance(20) {
        let generator = format!("aws-foundational-security-best-practices/v/1.0.0/{control}");
        return Form { generator, control: None, fields: json!({ "ControlId": control }) };
    }
    if estate.random.chance(10) {
        let standard = estate.random.pick(&["nist-800-53/v/5.0.0", "service-managed-aws-control-tower/v/1.0.0"]);
        return Form {
            generator: format!("{standard}/{control}"),
            control: None,
            fields: json!({ "ControlId": control }),
        };
    }
    let named = estate.random.chance(80).then(|| control.to_owned());
    Form { generator: format!("security-control/{control}"), control: named, fields: json!({}) }
}

fn record(estate: &mut Estate, account: &str, region: &str, word: &str, resources: &[Value], at: Millis) -> Value {
    let reason = match word {
        "NONE" => Some("CONFIG_RETURNS_NOT_APPLICABLE"),
        "NOT_AVAILABLE" if estate.random.chance(50) => Some("CONFIG_RETURNS_NOT_APPLICABLE"),
        "NOT_AVAILABLE" if estate.random.chance(50) => Some("CONFIG_ACCESS_DENIED"),
        "WARNING" => Some("S3_BUCKET_CROSS_ACCOUNT_CROSS_REGION"),
        _ => None,
    };
    let mut compliance = json!({ "Status": if word == "NONE" { "NOT_AVAILABLE" } else { word } });
    if let Some(reason) = reason {
        compliance["StatusReasons"] = json!([{"ReasonCode": reason, "Description": "d"}]);
    }
    let archived = word == "NONE" || estate.random.chance(6);
    let mut record = json!({
        "SchemaVersion": "2018-10-08", "AwsAccountId": account, "Region": region, "CreatedAt": iso(estate.start), "UpdatedAt": updated(estate, at),
        "Title": "t", "Description": "d", "Severity": {"Label": "HIGH"}, "Types": ["Software and Configuration Checks"],
        "Resources": resources, "Compliance": compliance,
        "Workflow": {"Status": if estate.random.chance(15) { "SUPPRESSED" } else { "NEW" }}, "WorkflowState": "NEW",
        "RecordState": if archived { "ARCHIVED" } else { "ACTIVE" }
    });
    if estate.random.chance(70) {
        record["ProcessedAt"] = json!(iso(at + 2000));
    }
    record
}

/// `UpdatedAt` in one of the forms products write.
fn updated(estate: &mut Estate, at: Millis) -> String {
    match estate.random.below(8) {
        0 if at % 1000 == 0 => iso(at).replace(".000Z", "Z"),
        1 => jiff::Timestamp::from_millisecond(at + 7_200_000)
            .unwrap()
            .strftime("%Y-%m-%dT%H:%M:%S%.3f+02:00")
            .to_string(),
        _ => iso(at),
    }
}

/// A second record of the same instant, which a later `ProcessedAt` or the worse status decides.
fn another_with_the_same_time(estate: &mut Estate, record: &Value, at: Millis) -> Value {
    let mut other = record.clone();
    other["Compliance"]["Status"] = json!(estate.random.pick(&["PASSED", "FAILED"]));
    if record.get("ProcessedAt").is_some() {
        other["ProcessedAt"] = json!(iso(at + estate.random.pick(&[0, 1000, 3000, 9000])));
    }
    other
}

/// Spreads records over envelopes.
fn write(estate: &mut Estate, account: &str, region: &str, mut records: Vec<Value>) {
    // Order in the files must not matter.
    for at in (1..records.len()).rev() {
        let other = estate.random.below(at + 1);
        records.swap(at, other);
    }
    let size = 1 + estate.random.below(25);
    for chunk in records.chunks(size) {
        let hub = if estate.random.chance(15) { "aggregation" } else { "own" };
        let tag = estate.random.hex(8);
        let folder = format!("securityhub/{hub}/{account}/{region}/2026/03");
        let (name, bytes) = enveloped(estate, account, region, chunk, &tag);
        if estate.random.chance(10) {
            // The aggregation region's copy of the same findings.
            let copy = json!({ "Findings": chunk }).to_string().into_bytes();
            estate.files.push((format!("securityhub/copy/{tag}.json"), copy));
        }
        estate.files.push((format!("{folder}/{name}"), bytes));
    }
}

fn enveloped(estate: &mut Estate, account: &str, region: &str, chunk: &[Value], tag: &str) -> (String, Vec<u8>) {
    let event = |record: &Value| {
        json!({"version": "0", "id": tag, "detail-type": "Security Hub Findings - Imported", "source": "aws.securityhub", "account": account,
               "time": record["UpdatedAt"], "region": region, "resources": [], "detail": {"findings": [record]}})
        .to_string()
    };
    match estate.random.below(6) {
        0 => (format!("get-findings-{tag}.json"), serde_json::to_vec_pretty(&json!({ "Findings": chunk })).unwrap()),
        1 => (format!("stream-{tag}"), gzip(chunk.iter().map(event).collect::<String>().as_bytes())),
        2 => (format!("stream-{tag}.gz"), chunk.iter().map(event).collect::<Vec<_>>().join("\n").into_bytes()),
        3 => (format!("array-{tag}.json"), json!(chunk).to_string().into_bytes()),
        4 => (
            format!("lines-{tag}.json"),
            chunk.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes(),
        ),
        _ => (format!("batches-{tag}.json.gz"), gzip(json!({ "Findings": chunk }).to_string().as_bytes())),
    }
}
