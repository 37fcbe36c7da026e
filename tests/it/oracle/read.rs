//! Reads a folder of exports the slow way: every file whole, every value as a JSON tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::account::{account_in, read_answer, read_text};
use super::controls::control_of_generator;
use super::evidence::{Described, Detail, Evidence, Finding, Item, Recorder, Snapshot};
use super::{Micros, parse_stamp, parse_time};

/// What a delivered file's name states.
struct Delivered {
    recorder: Recorder,
    snapshot: bool,
    time: Micros,
}

/// Reads every file under a folder.
pub(crate) fn read_folder(folder: &Path) -> Evidence {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut evidence = Evidence::default();
    for path in files {
        let relative = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        read_file(&relative, &plain_bytes(&path), &mut evidence);
    }
    evidence
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}

fn plain_bytes(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
    plain
}

fn read_file(path: &str, bytes: &[u8], evidence: &mut Evidence) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        read_text(path, text.trim(), evidence);
    }
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let Ok(value) = value else { return };
        read_value(path, &value, evidence);
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn read_value(path: &str, value: &Value, evidence: &mut Evidence) {
    if let Some(values) = value.as_array() {
        for value in values {
            read_value(path, value, evidence);
        }
    } else if value.get("configurationItems").is_some() {
        read_items(path, value, evidence);
    } else if value.get("ProductArn").is_some() {
        evidence.findings.extend(finding(value));
    } else if value.get("Findings").is_some() {
        evidence.findings.extend(list(value, "Findings").iter().filter_map(finding));
    } else if let Some(detail) = value.get("detail") {
        evidence.findings.extend(list(detail, "findings").iter().filter_map(finding));
        if let Some(item) = detail.get("configurationItem") {
            keep_item(item, None, evidence);
        }
    } else if value.get("EvaluationResults").is_some() {
        let (Some(account), Some(region)) = (account_in(path), region_in(path)) else { return };
        for entry in list(value, "EvaluationResults") {
            evidence.details.extend(detail(entry, (account.clone(), region.clone())));
        }
    } else if value.get("AggregateEvaluationResults").is_some() {
        for entry in list(value, "AggregateEvaluationResults") {
            evidence
                .details
                .extend(detail(entry, (text(entry, "AccountId").to_owned(), text(entry, "AwsRegion").to_owned())));
        }
    } else if value.get("ConfigRules").is_some() {
        for rule in list(value, "ConfigRules") {
            keep_rule(rule, evidence);
        }
    } else {
        read_answer(path, value, evidence);
    }
}

fn delivered(path: &str) -> Option<Delivered> {
    let name = path.rsplit('/').next()?;
    let name = name.trim_end_matches(".gz").trim_end_matches(".json");
    let (account, rest) = name.split_once("_Config_")?;
    let (region, rest) = rest.split_once('_')?;
    let recorder = (account.to_owned(), region.to_owned());
    if let Some(rest) = rest.strip_prefix("ConfigSnapshot_") {
        let time = parse_stamp(rest.split('_').next()?)?;
        return Some(Delivered { recorder, snapshot: true, time });
    }
    let parts: Vec<&str> = rest.strip_prefix("ConfigHistory_")?.rsplitn(4, '_').collect();
    let time = parse_stamp(parts.get(1)?)?;
    Some(Delivered { recorder, snapshot: false, time })
}

fn read_items(path: &str, value: &Value, evidence: &mut Evidence) {
    let delivered = delivered(path);
    let items = list(value, "configurationItems");
    for item in items {
        keep_item(item, delivered.as_ref().map(|d| d.recorder.clone()), evidence);
    }
    match delivered {
        Some(d) if d.snapshot => {
            evidence.deliveries.push((d.recorder.clone(), d.time));
            let listed = items
                .iter()
                .map(|i| (text(i, "resourceType").to_owned(), text(i, "resourceId").to_owned()))
                .collect::<BTreeSet<_>>();
            evidence.snapshots.push(Snapshot { recorder: d.recorder, time: d.time, listed });
        }
        Some(d) => evidence.deliveries.push((d.recorder, d.time)),
        None if value.get("configSnapshotId").is_some() => unnamed_snapshot(items, evidence),
        None => {}
    }
}

/// A snapshot that lost its name: its recorder is each item's own, its time the latest capture time in it.
fn unnamed_snapshot(items: &[Value], evidence: &mut Evidence) {
    let Some(time) = items.iter().filter_map(|i| parse_time(text(i, "configurationItemCaptureTime"))).max() else {
        return;
    };
    let mut by_recorder: BTreeMap<Recorder, BTreeSet<(String, String)>> = BTreeMap::new();
    for item in items {
        let recorder = (text(item, "awsAccountId").to_owned(), text(item, "awsRegion").to_owned());
        by_recorder
            .entry(recorder)
            .or_default()
            .insert((text(item, "resourceType").to_owned(), text(item, "resourceId").to_owned()));
    }
    for (recorder, listed) in by_recorder {
        evidence.deliveries.push((recorder.clone(), time));
        evidence.snapshots.push(Snapshot { recorder, time, listed });
    }
}

/// Opens a value that may be JSON inside a string.
fn opened(value: Option<&Value>) -> Value {
    let mut value = value.cloned().unwrap_or(Value::Null);
    for _ in 0..3 {
        let Value::String(inner) = &value else { break };
        let Ok(next) = serde_json::from_str(inner) else { break };
        value = next;
    }
    value
}

fn keep_item(value: &Value, recorder: Option<Recorder>, evidence: &mut Evidence) {
    let Some(capture) = parse_time(text(value, "configurationItemCaptureTime")) else { return };
    let account =
        if value.get("awsAccountId").is_some() { text(value, "awsAccountId") } else { text(value, "accountId") };
    let region = text(value, "awsRegion");
    let arn = if value.get("ARN").is_some() { text(value, "ARN") } else { text(value, "arn") };
    let configuration = opened(value.get("configuration"));
    let supplementary = value.get("supplementaryConfiguration").and_then(Value::as_object).into_iter().flatten();
    let tags = value.get("tags").and_then(Value::as_object).into_iter().flatten();
    let item = Item {
        recorder: recorder.unwrap_or_else(|| (account.to_owned(), region.to_owned())),
        resource_type: text(value, "resourceType").to_owned(),
        id: text(value, "resourceId").to_owned(),
        capture,
        status: text(value, "configurationItemStatus").to_owned(),
        arn: Some(arn.to_owned()).filter(|arn| !arn.is_empty()),
        account: account.to_owned(),
        region: region.to_owned(),
        tags: tags.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect(),
        name: text(value, "resourceName").to_owned(),
        group_name: text(&configuration, "groupName").to_owned(),
        vpc: text(&configuration, "vpcId").to_owned(),
        trail_bucket: configuration.get("s3BucketName").and_then(Value::as_str).map(str::to_owned),
        supplementary: supplementary.map(|(name, value)| (name.clone(), opened(Some(value)))).collect(),
        rules: list(&configuration, "configRuleList")
            .iter()
            .map(|r| (text(r, "configRuleName").to_owned(), text(r, "complianceType").to_owned()))
            .collect(),
        configuration,
    };
    let key = (item.recorder.clone(), item.resource_type.clone(), item.id.clone(), capture);
    evidence.items.entry(key).or_insert(item);
}

fn detail(value: &Value, place: Recorder) -> Option<Detail> {
    let qualifier = value.get("EvaluationResultIdentifier")?.get("EvaluationResultQualifier")?;
    let time = match value.get("ResultRecordedTime")? {
        Value::String(time) => parse_time(time)?,
        number => {
            let since = jiff::SignedDuration::try_from_secs_f64(number.as_f64()?).ok()?;
            since.round(jiff::Unit::Microsecond).ok()?.as_micros().try_into().ok()?
        }
    };
    Some(Detail {
        place,
        rule: text(qualifier, "ConfigRuleName").to_owned(),
        resource_type: text(qualifier, "ResourceType").to_owned(),
        id: text(qualifier, "ResourceId").to_owned(),
        compliance: text(value, "ComplianceType").to_owned(),
        time,
    })
}

fn keep_rule(rule: &Value, evidence: &mut Evidence) {
    let arn: Vec<&str> = text(rule, "ConfigRuleArn").split(':').collect();
    let identifier = rule.get("Source").map(|source| text(source, "SourceIdentifier")).unwrap_or_default();
    let (Some(region), Some(account)) = (arn.get(3), arn.get(4)) else { return };
    let key = ((*account).to_owned(), (*region).to_owned(), text(rule, "ConfigRuleName").to_owned());
    let parameters = opened(rule.get("InputParameters"));
    let parameters = parameters.as_object().into_iter().flatten();
    let parameters = parameters.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
    let owner = rule.get("Source").map(|source| text(source, "Owner")).unwrap_or_default();
    let managed = ["", "AWS"].contains(&owner);
    let described = Described { identifier: identifier.to_owned(), managed, parameters: parameters.collect() };
    evidence.described.insert(key, described);
}

fn finding(value: &Value) -> Option<Finding> {
    if value.get("Sample").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let product = text(value, "ProductArn").to_owned();
    let compliance = value.get("Compliance").cloned().unwrap_or(Value::Null);
    let named = Some(text(&compliance, "SecurityControlId").to_owned()).filter(|id| !id.is_empty());
    let region = match text(value, "Region") {
        "" => product.split(':').nth(3).unwrap_or_default().to_owned(),
        region => region.to_owned(),
    };
    Some(Finding {
        id: text(value, "Id").to_owned(),
        account: text(value, "AwsAccountId").to_owned(),
        region,
        updated: parse_time(text(value, "UpdatedAt"))?,
        processed: parse_time(text(value, "ProcessedAt")),
        control: named.or_else(|| control_of_generator(text(value, "GeneratorId"))),
        status: text(&compliance, "Status").to_owned(),
        reasons: list(&compliance, "StatusReasons").iter().map(|r| text(r, "ReasonCode").to_owned()).collect(),
        archived: text(value, "RecordState") == "ARCHIVED",
        suppressed: value.get("Workflow").is_some_and(|w| text(w, "Status") == "SUPPRESSED"),
        resources: list(value, "Resources")
            .iter()
            .map(|r| {
                (
                    text(r, "Type").to_owned(),
                    text(r, "Id").to_owned(),
                    r.get("Region").and_then(Value::as_str).map(str::to_owned),
                )
            })
            .collect(),
        product,
    })
}

/// The last region name in a path.
fn region_in(path: &str) -> Option<String> {
    let known = [
        "us-east-1",
        "us-east-2",
        "us-west-2",
        "eu-west-1",
        "eu-central-1",
        "ap-southeast-2",
        "us-gov-west-1",
        "us-gov-east-1",
    ];
    known
        .iter()
        .filter_map(|region| path.rfind(region).map(|at| (at, *region)))
        .max()
        .map(|(_, region)| region.to_owned())
}
