//! Findings as text (ASFF, OCSF) and the envelopes they travel in.

use crate::catalog::Verdict;
use crate::hub::{Outcome, Record};
use crate::instant::Instant;
use crate::json::{array, object, text, texts};
use crate::model::{Kind, Recorder};
use crate::output::Output;
use crate::random::Random;
use std::collections::BTreeMap;
use std::io;

/// A rendered finding and what its envelope needs.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    pub(crate) at: Instant,
    pub(crate) id: String,
    pub(crate) product: String,
    pub(crate) json: String,
}

/// Account and region of the Security Hub that sends the findings.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) seed: u64,
}

struct Words {
    status: &'static str,
    label: &'static str,
    workflow: &'static str,
    reason: Option<(&'static str, &'static str)>,
}

fn words(record: &Record<'_>) -> Words {
    let (verdict, archived) = match record.outcome {
        Outcome::Judged(verdict) => (verdict, false),
        Outcome::Archived(verdict) => (verdict, true),
        Outcome::Warning => {
            let reason = Some(("S3_BUCKET_CROSS_ACCOUNT_CROSS_REGION", "What is checked lies in another account."));
            return Words { status: "WARNING", label: record.test.severity, workflow: "NEW", reason };
        }
        Outcome::NothingToEvaluate => {
            let reason = Some(("CONFIG_EVALUATIONS_EMPTY", "AWS Config returned no evaluation results."));
            return Words { status: "PASSED", label: "INFORMATIONAL", workflow: "RESOLVED", reason };
        }
    };
    let suppressed = record.subject.suppressed.contains(&record.test.hub);
    match verdict {
        Verdict::Pass => Words { status: "PASSED", label: "INFORMATIONAL", workflow: "RESOLVED", reason: None },
        Verdict::Fail => {
            let workflow = if suppressed && !archived { "SUPPRESSED" } else { "NEW" };
            Words { status: "FAILED", label: record.test.severity, workflow, reason: None }
        }
        Verdict::NotApplicable => {
            let reason = Some(("CONFIG_RETURNS_NOT_APPLICABLE", "The AWS Config rule returned NOT_APPLICABLE."));
            Words { status: "NOT_AVAILABLE", label: "INFORMATIONAL", workflow: "NEW", reason }
        }
    }
}

const fn normalized(label: &str) -> &'static str {
    match label.as_bytes() {
        b"CRITICAL" => "90",
        b"HIGH" => "70",
        b"MEDIUM" => "40",
        b"LOW" => "1",
        _ => "0",
    }
}

fn has_old_form(recorder: &Recorder, record: &Record<'_>) -> bool {
    recorder.unconsolidated && record.test.hub == "IAM.4"
}

/// The finding's id: a stable uuid below the control, or below CIS 1.2.0's own number.
fn finding_id(recorder: &Recorder, record: &Record<'_>) -> String {
    let mut random = Random::keyed(
        recorder.seed,
        &format!(
            "finding/{}/{}/{}/{:?}",
            recorder.label(),
            record.subject.arn,
            record.test.hub,
            record.outcome == Outcome::NothingToEvaluate
        ),
    );
    let middle = if has_old_form(recorder, record) {
        "subscription/cis-aws-foundations-benchmark/v/1.2.0/1.12".to_owned()
    } else {
        format!("security-control/{}", record.test.hub)
    };
    format!("arn:aws:securityhub:{}:{}:{middle}/finding/{}", recorder.region, recorder.account, random.uuid())
}

fn resource(recorder: &Recorder, record: &Record<'_>) -> String {
    let id = if record.subject.kind == Kind::Account {
        format!("AWS::::Account:{}", recorder.account)
    } else {
        record.subject.arn.clone()
    };
    object(&[
        ("Type", text(record.subject.kind.hub_type())),
        ("Id", text(&id)),
        ("Partition", text("aws")),
        ("Region", text(&recorder.region)),
    ])
}

fn compliance(recorder: &Recorder, record: &Record<'_>, words: &Words) -> String {
    let mut members = vec![("Status", text(words.status))];
    if !has_old_form(recorder, record) {
        let standards = [
            "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
            "standards/aws-foundational-security-best-practices/v/1.0.0",
        ];
        let standards = standards.map(|id| object(&[("StandardsId", text(id))]));
        members.push(("SecurityControlId", text(record.test.hub)));
        members.push(("AssociatedStandards", array(&standards)));
    }
    if let Some((code, description)) = words.reason {
        let reason = object(&[("ReasonCode", text(code)), ("Description", text(description))]);
        members.push(("StatusReasons", array(&[reason])));
    }
    object(&members)
}

fn product_fields(recorder: &Recorder, record: &Record<'_>) -> String {
    let mut members =
        vec![("aws/securityhub/ProductName", text("Security Hub CSPM")), ("aws/securityhub/CompanyName", text("AWS"))];
    if has_old_form(recorder, record) {
        members
            .push(("StandardsGuideArn", text("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0")));
        members.push(("RuleId", text("1.12")));
    }
    object(&members)
}

fn generator(recorder: &Recorder, record: &Record<'_>) -> String {
    if has_old_form(recorder, record) {
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/1.12".to_owned()
    } else {
        format!("security-control/{}", record.test.hub)
    }
}

/// The record in AWS's finding format.
pub(crate) fn render(recorder: &Recorder, record: &Record<'_>) -> Rendered {
    let words = words(record);
    let (id, generator) = (finding_id(recorder, record), generator(recorder, record));
    let product = format!("arn:aws:securityhub:{}::product/aws/securityhub", recorder.region);
    let (first, at) = (text(&record.first.milliseconds()), text(&record.at.milliseconds()));
    let severity = object(&[
        ("Label", text(words.label)),
        ("Normalized", normalized(words.label).to_owned()),
        ("Original", text(words.label)),
    ]);
    let archived = matches!(record.outcome, Outcome::Archived(_));
    let json = object(&[
        ("SchemaVersion", text("2018-10-08")),
        ("Id", text(&id)),
        ("ProductArn", text(&product)),
        ("ProductName", text("Security Hub CSPM")),
        ("CompanyName", text("AWS")),
        ("Region", text(&recorder.region)),
        ("GeneratorId", text(&generator)),
        ("AwsAccountId", text(&recorder.account)),
        ("Types", texts(["Software and Configuration Checks/Industry and Regulatory Standards"])),
        ("FirstObservedAt", first.clone()),
        ("LastObservedAt", at.clone()),
        ("CreatedAt", first),
        ("UpdatedAt", at),
        ("Severity", severity),
        ("Title", text(record.test.title)),
        ("Description", text(record.test.title)),
        ("ProductFields", product_fields(recorder, record)),
        ("Resources", array(&[resource(recorder, record)])),
        ("Compliance", compliance(recorder, record, &words)),
        ("WorkflowState", text("NEW")),
        ("Workflow", object(&[("Status", text(words.workflow))])),
        ("RecordState", text(if archived { "ARCHIVED" } else { "ACTIVE" })),
        ("ProcessedAt", text(&record.at.plus(4_000).milliseconds())),
    ]);
    Rendered { at: record.at, id, product, json }
}

/// The EventBridge event of one finding, as the hub sends it.
pub(crate) fn event(hub: &Hub, finding: &Rendered) -> String {
    let id = Random::keyed(hub.seed, &format!("event/{}/{}", finding.id, finding.at.0)).uuid();
    let resource = format!("{}/{}", finding.product, finding.id);
    object(&[
        ("version", text("0")),
        ("id", text(&id)),
        ("detail-type", text("Security Hub Findings - Imported")),
        ("source", text("aws.securityhub")),
        ("account", text(&hub.account)),
        ("time", text(&finding.at.plus(5_000).seconds("Z"))),
        ("region", text(&hub.region)),
        ("resources", texts([resource.as_str()])),
        ("detail", format!("{{\"findings\":[{}]}}", finding.json)),
    ])
}

/// Writes one Firehose object a day: events one after the other without separator, gzip without suffix.
pub(crate) fn write_stream(output: &mut Output, hub: &Hub, findings: &[Rendered]) -> io::Result<()> {
    let mut days: BTreeMap<i64, String> = BTreeMap::new();
    let mut last: BTreeMap<i64, Instant> = BTreeMap::new();
    for finding in findings {
        let day = finding.at.day_number();
        days.entry(day).or_default().push_str(&event(hub, finding));
        last.insert(day, finding.at);
    }
    for (day, content) in days {
        let at = last.get(&day).copied().unwrap_or(Instant(0)).plus(60_000);
        output.gzip(&stream_path(hub, at), content.as_bytes())?;
    }
    Ok(())
}

fn stream_path(hub: &Hub, at: Instant) -> String {
    let uuid = Random::keyed(hub.seed, &format!("firehose/{}/{}/{}", hub.account, hub.region, at.0)).uuid();
    let stamp = at.seconds("").replace(['T', ':'], "-");
    format!(
        "securityhub-stream/{}/{}/{}/securityhub-findings-1-{stamp}-{uuid}",
        hub.account,
        hub.region,
        at.firehose_folder()
    )
}

/// `get-findings` at `at`: the latest record of each finding that is not older than a day and a half.
pub(crate) fn get_findings(findings: &[Rendered], at: Instant) -> String {
    let mut latest: BTreeMap<&str, &Rendered> = BTreeMap::new();
    let recent = findings.iter().filter(|finding| finding.at <= at && at < finding.at.plus(36 * crate::instant::HOUR));
    latest.extend(recent.map(|finding| (finding.id.as_str(), finding)));
    let listed: Vec<&str> = latest.values().map(|finding| finding.json.as_str()).collect();
    format!("{{\"Findings\":[{}]}}\n", listed.join(",\n"))
}

/// The record as a compliance finding of OCSF 1.1.0, class 2003.
pub(crate) fn ocsf(recorder: &Recorder, record: &Record<'_>) -> String {
    let words = words(record);
    let uid = finding_id(recorder, record);
    let time = |name, at: Instant| (name, text(&at.milliseconds()));
    let finding = object(&[
        time("created_time_dt", record.first),
        time("first_seen_time_dt", record.first),
        time("last_seen_time_dt", record.at),
        time("modified_time_dt", record.at),
        ("title", text(record.test.title)),
        ("desc", text(record.test.title)),
        ("uid", text(&uid)),
    ]);
    let product = format!("arn:aws:securityhub:{}::product/aws/securityhub", recorder.region);
    object(&[
        ("activity_id", "2".to_owned()),
        ("activity_name", text("Update")),
        ("category_uid", "2".to_owned()),
        ("class_name", text("Compliance Finding")),
        ("class_uid", "2003".to_owned()),
        (
            "cloud",
            object(&[
                ("account", object(&[("uid", text(&recorder.account))])),
                ("provider", text("AWS")),
                ("region", text(&recorder.region)),
            ]),
        ),
        ("compliance", object(&[("control", text(record.test.hub)), ("status", text(words.status))])),
        ("finding_info", finding),
        (
            "metadata",
            object(&[
                (
                    "product",
                    object(&[("name", text("Security Hub")), ("uid", text(&product)), ("vendor_name", text("AWS"))]),
                ),
                ("profiles", texts(["cloud", "datetime"])),
                ("version", text("1.1.0")),
            ]),
        ),
        (
            "resource",
            object(&[
                ("cloud_partition", text("aws")),
                ("region", text(&recorder.region)),
                ("type", text(record.subject.kind.hub_type())),
                ("uid", text(&record.subject.arn)),
            ]),
        ),
        ("status", text("New")),
        ("time", record.at.0.to_string()),
        ("type_uid", "200302".to_owned()),
    ])
}
