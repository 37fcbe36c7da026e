//! The AWS Config part of a random estate: snapshots, history files, compliance items, rule descriptions, CLI output.

use serde_json::{Value, json};

use super::estate::{DAY, Estate, Millis, Thing, folders, gzip, iso, partition, stamp};
use super::raw_side;
use super::rules::{self, Rule};
use crate::oracle::quotient;

/// One version of a resource in one recorder.
struct Version {
    at: Millis,
    item: Value,
    deletion: bool,
    in_history: bool,
}

/// One resource in one recorder: its versions, and the times during which snapshots leave it out.
struct Track {
    kind: String,
    versions: Vec<Version>,
    left_out: Vec<(Millis, Millis)>,
    never_in_snapshot: bool,
}

/// Adds everything that AWS Config exports.
pub(crate) fn make(estate: &mut Estate) {
    for account in estate.accounts.clone() {
        for region in estate.regions.clone() {
            if estate.random.chance(88) {
                make_recorder(estate, &account, &region);
            }
        }
    }
}

fn make_recorder(estate: &mut Estate, account: &str, region: &str) {
    let snapshots = snapshot_times(estate);
    let recorder = (account.to_owned(), region.to_owned());
    let things: Vec<Thing> = estate.things.iter().filter(|t| t.recorders.contains(&recorder)).cloned().collect();
    let mut tracks: Vec<Track> =
        things.iter().map(|thing| track_of_thing(estate, thing, account, region, &snapshots)).collect();
    let rules = rules::of_recorder(estate, account, region);
    tracks.extend(compliance(estate, account, region, &rules, &snapshots));
    write_snapshots(estate, account, region, &snapshots, &tracks);
    write_history(estate, account, region, &tracks);
    write_other_forms(estate, account, region, &tracks);
    if estate.random.chance(50) {
        write_details(estate, account, region, &rules);
    }
}

fn snapshot_times(estate: &mut Estate) -> Vec<Millis> {
    let step = estate.random.pick(&[1, 6, 12, 12, 24, 24, 24, 24, 24, 24]) * 3_600_000;
    let mut times = Vec::new();
    let mut at = estate.start / 1000 * 1000 + estate.random.between(0, 3600) * 1000;
    if estate.random.chance(8) {
        return times;
    }
    while at < estate.end {
        times.push(at);
        // Days without a snapshot.
        at += if estate.random.chance(8) { 3 * DAY } else { step };
    }
    if estate.random.chance(30) {
        times.push(estate.from);
    }
    if estate.random.chance(30) {
        times.push(estate.until);
    }
    times.sort_unstable();
    times.dedup();
    times
}

/// A few distinct instants, in order.
fn instants(estate: &mut Estate, edges: &[Millis], most: usize) -> Vec<Millis> {
    let mut all: Vec<Millis> = (0..=estate.random.below(most)).map(|_| estate.instant(edges)).collect();
    if estate.random.chance(60) {
        all.push(estate.start - estate.random.between(0, 20 * DAY));
    }
    all.sort_unstable();
    all.dedup();
    // A capture at the very instant of a snapshot is neither before nor after it.
    all.retain(|at| !edges.contains(at));
    all
}

fn item(account: &str, thing: &Thing, region: &str, at: Millis, status: &str) -> Value {
    let mut item = json!({
        "relatedEvents": [], "relationships": [], "supplementaryConfiguration": {}, "tags": {},
        "configurationItemVersion": "1.3", "configurationItemCaptureTime": iso(at), "configurationStateId": at,
        "awsAccountId": account, "configurationItemStatus": status, "resourceType": thing.kind, "resourceId": thing.id,
        "awsRegion": if thing.kind.contains("IAM") { "global" } else { region }, "configurationStateMd5Hash": ""
    });
    if !thing.name.is_empty() {
        item["resourceName"] = json!(thing.name);
    }
    if !(thing.hides_arn || at % 17 == 0) {
        item["ARN"] = json!(thing.arn);
    }
    if status == "OK" || status == "ResourceDiscovered" {
        item["configuration"] = thing.configuration.clone();
    }
    item
}

fn track_of_thing(estate: &mut Estate, thing: &Thing, account: &str, region: &str, edges: &[Millis]) -> Track {
    let mut versions = Vec::new();
    let mut gone = false;
    let mut times = instants(estate, edges, 4);
    if thing.kind == "AWS::S3::Bucket" && estate.random.chance(15) {
        // From before buckets were always encrypted.
        times.insert(0, 1_671_500_000_000);
    }
    for at in times {
        let deletion = !gone && !versions.is_empty() && estate.random.chance(30);
        let status = match (deletion, estate.random.below(10)) {
            (true, 0) => "ResourceDeletedNotRecorded",
            (true, _) => "ResourceDeleted",
            (false, 0 | 1) => "ResourceDiscovered",
            (false, 2) if estate.random.chance(30) => "ResourceNotRecorded",
            (false, _) => "OK",
        };
        let mut item = item(account, thing, region, at, status);
        dress(estate, thing, &mut item);
        gone = deletion;
        versions.push(Version { at, item, deletion, in_history: estate.random.chance(75) });
    }
    Track {
        kind: thing.kind.to_owned(),
        versions,
        left_out: left_out(estate),
        never_in_snapshot: estate.random.chance(8),
    }
}

/// Tags, and a trail that changes its bucket.
fn dress(estate: &mut Estate, thing: &Thing, item: &mut Value) {
    raw_side::dress(estate, thing, item);
    if thing.kind == "AWS::S3::Bucket" && estate.random.chance(40) {
        let value = estate.random.pick(&["restricted", "secret", "public", "Restricted"]);
        let key = estate.random.pick(&["Data", "Data", "data"]);
        item["tags"] = json!({ key: value });
    }
    if thing.kind == "AWS::CloudTrail::Trail" && item.get("configuration").is_some() && estate.random.chance(30) {
        let buckets: Vec<String> =
            estate.things.iter().filter(|t| t.kind == "AWS::S3::Bucket").map(|t| t.id.clone()).collect();
        if !buckets.is_empty() {
            item["configuration"]["s3BucketName"] = json!(estate.random.pick(&buckets));
        }
    }
}

fn left_out(estate: &mut Estate) -> Vec<(Millis, Millis)> {
    let mut spans = Vec::new();
    while estate.random.chance(25) {
        let from = estate.random.between(estate.start, estate.end);
        spans.push((from, from + estate.random.between(0, 3 * DAY)));
    }
    spans
}

fn compliance(estate: &mut Estate, account: &str, region: &str, rules: &[Rule], edges: &[Millis]) -> Vec<Track> {
    let mut targets: Vec<(String, String, Vec<Rule>)> = Vec::new();
    for rule in rules {
        for (kind, id) in rules::targets(estate, account, region, rule) {
            match targets.iter_mut().find(|t| t.0 == kind && t.1 == id) {
                Some(target) => target.2.push(rule.clone()),
                None => targets.push((kind, id, vec![rule.clone()])),
            }
        }
    }
    targets
        .into_iter()
        .map(|(kind, id, rules)| track_of_compliance(estate, account, region, &kind, &id, &rules, edges))
        .collect()
}

fn track_of_compliance(
    estate: &mut Estate,
    account: &str,
    region: &str,
    kind: &str,
    id: &str,
    rules: &[Rule],
    edges: &[Millis],
) -> Track {
    let mut versions: Vec<Version> = Vec::new();
    for at in instants(estate, edges, 6) {
        let deletion = versions.last().is_some_and(|v| !v.deletion) && estate.random.chance(12);
        let mut listed: Vec<Value> = Vec::new();
        for rule in rules {
            let word = estate.random.pick(&[
                "COMPLIANT",
                "COMPLIANT",
                "NON_COMPLIANT",
                "NON_COMPLIANT",
                "NOT_APPLICABLE",
                "INSUFFICIENT_DATA",
            ]);
            let times = if estate.random.chance(3) { 2 } else { usize::from(estate.random.chance(85)) };
            for _ in 0..times {
                let word = if times == 2 { estate.random.pick(&["COMPLIANT", "NON_COMPLIANT"]) } else { word };
                listed.push(json!({"configRuleArn": rule.arn, "configRuleId": "config-rule-abc123", "configRuleName": rule.name, "complianceType": word}));
            }
        }
        let mut item = json!({
            "relatedEvents": [], "relationships": [], "supplementaryConfiguration": {}, "tags": {}, "configurationItemVersion": "1.3",
            "configurationItemCaptureTime": iso(at), "configurationStateId": at, "awsAccountId": account,
            "configurationItemStatus": if deletion { "ResourceDeleted" } else { "OK" },
            "resourceType": "AWS::Config::ResourceCompliance", "resourceId": format!("{kind}/{id}"), "awsRegion": region
        });
        if !deletion {
            item["configuration"] = json!({"targetResourceId": id, "targetResourceType": kind, "configRuleList": listed, "complianceType": "COMPLIANT"});
        }
        versions.push(Version { at, item, deletion, in_history: estate.random.chance(80) });
    }
    let kind = "AWS::Config::ResourceCompliance".to_owned();
    Track { kind, versions, left_out: left_out(estate), never_in_snapshot: estate.random.chance(8) }
}

fn write_snapshots(estate: &mut Estate, account: &str, region: &str, times: &[Millis], tracks: &[Track]) {
    for &time in times {
        let mut items: Vec<Value> = Vec::new();
        for track in tracks {
            let out = track.never_in_snapshot || track.left_out.iter().any(|span| (span.0..span.1).contains(&time));
            let last = track.versions.iter().rev().find(|v| v.at <= time);
            items.extend(last.filter(|v| !out && !v.deletion).map(|v| v.item.clone()));
        }
        if estate.random.chance(5) {
            items.clear();
        }
        let id = format!("{}-0000-4000-8000-{}", estate.random.hex(8), estate.random.hex(12));
        let document =
            json!({"fileVersion": "1.0", "configSnapshotId": id, "configurationItems": items}).to_string().into_bytes();
        let name = format!("{account}_Config_{region}_ConfigSnapshot_{}_{id}.json.gz", stamp(time));
        let path = format!("AWSLogs/{account}/Config/{region}/{}/ConfigSnapshot/{name}", folders(time));
        let bytes = if estate.random.chance(85) { gzip(&document) } else { document };
        if estate.random.chance(5) {
            estate.files.push((format!("copy/{name}"), bytes.clone()));
        }
        estate.files.push((path, bytes));
    }
}

fn write_history(estate: &mut Estate, account: &str, region: &str, tracks: &[Track]) {
    let mut kinds: Vec<&String> = tracks.iter().map(|t| &t.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let mut versions: Vec<&Version> = tracks
            .iter()
            .filter(|t| &t.kind == kind)
            .flat_map(|t| t.versions.iter())
            .filter(|v| v.in_history)
            .collect();
        versions.sort_by_key(|v| v.at);
        let size = 1 + estate.random.below(6);
        for chunk in versions.chunks(size) {
            let (first, last) = (chunk[0].at, chunk[chunk.len() - 1].at);
            let late = if estate.random.chance(15) {
                estate.random.between(0, 2 * DAY)
            } else {
                estate.random.between(0, 3_600_000)
            };
            let items: Vec<&Value> = chunk.iter().map(|v| &v.item).collect();
            let document = json!({"fileVersion": "1.0", "configurationItems": items}).to_string().into_bytes();
            let name = format!(
                "{account}_Config_{region}_ConfigHistory_{kind}_{}_{}_1.json.gz",
                stamp(first),
                stamp(last + late)
            );
            estate.files.push((
                format!("AWSLogs/{account}/Config/{region}/{}/ConfigHistory/{name}", folders(first)),
                gzip(&document),
            ));
        }
    }
}

/// The same items, or some that nothing else shows, as API output and as change notifications.
fn write_other_forms(estate: &mut Estate, account: &str, region: &str, tracks: &[Track]) {
    for track in tracks.iter().filter(|t| !t.kind.contains("IAM") && !t.kind.contains("Compliance")) {
        if track.versions.is_empty() || !estate.random.chance(12) {
            continue;
        }
        let tag = estate.random.hex(6);
        if estate.random.chance(50) {
            let items: Vec<Value> = track.versions.iter().rev().map(|v| api_form(&v.item)).collect();
            estate.files.push((
                format!("api/history-{tag}.json"),
                json!({ "configurationItems": items }).to_string().into_bytes(),
            ));
        } else {
            let events = track.versions.iter().map(|v| {
                json!({"version": "0", "id": tag, "detail-type": "Config Configuration Item Change", "source": "aws.config", "account": account, "time": iso(v.at),
                       "region": region, "resources": [], "detail": {"recordVersion": "1.3", "messageType": "ConfigurationItemChangeNotification",
                       "configurationItemDiff": null, "notificationCreationTime": iso(v.at), "configurationItem": v.item}})
                .to_string()
            });
            estate.files.push((format!("events/items-{tag}"), events.collect::<String>().into_bytes()));
        }
    }
}

/// An item as `get-resource-config-history` writes it.
fn api_form(item: &Value) -> Value {
    let mut item = item.clone();
    let members = item.as_object_mut().unwrap();
    for (file, api) in [("configurationItemVersion", "version"), ("awsAccountId", "accountId"), ("ARN", "arn")] {
        if let Some(value) = members.remove(file) {
            members.insert(api.to_owned(), value);
        }
    }
    let configuration = members.remove("configuration").unwrap_or(Value::Null).to_string();
    members.insert("configuration".to_owned(), json!(configuration));
    if let Some(sides) = members.get_mut("supplementaryConfiguration").and_then(Value::as_object_mut) {
        sides.values_mut().for_each(|side| *side = json!(side.to_string()));
    }
    members.insert("configurationStateId".to_owned(), json!("1"));
    item
}

/// `get-compliance-details-by-config-rule` under a path that tells account and region, or the aggregate form.
fn write_details(estate: &mut Estate, account: &str, region: &str, rules: &[Rule]) {
    for rule in rules {
        if !estate.random.chance(40) {
            continue;
        }
        let mut results = Vec::new();
        for (kind, id) in rules::targets(estate, account, region, rule) {
            for at in instants(estate, &[], 2) {
                let time = match estate.random.below(5) {
                    0 => json!(iso(at)),
                    1 => json!(
                        jiff::Timestamp::from_millisecond(at)
                            .unwrap()
                            .strftime("%Y-%m-%dT%H:%M:%S%.3f000+00:00")
                            .to_string()
                    ),
                    2 => json!(
                        jiff::Timestamp::from_millisecond(at - 8 * 3_600_000)
                            .unwrap()
                            .strftime("%Y-%m-%dT%H:%M:%S%.3f-08:00")
                            .to_string()
                    ),
                    3 => json!(iso(at).replace('Z', "456Z")),
                    _ => json!(quotient(at, 1000)),
                };
                results.push(json!({
                    "EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ConfigRuleName": rule.name, "ResourceType": kind, "ResourceId": id}, "OrderingTimestamp": iso(at - 5000)},
                    "ComplianceType": estate.random.pick(&["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"]), "ResultRecordedTime": time,
                    "ConfigRuleInvokedTime": iso(at - 1000), "AccountId": account, "AwsRegion": region
                }));
            }
        }
        let tag = estate.random.hex(6);
        let (path, document) = match estate.random.below(4) {
            0 => (format!("aggregator/{tag}.json"), json!({"AggregateEvaluationResults": results})),
            1 => (format!("cli/{account}/{region}/details-{tag}.json"), json!({"EvaluationResults": results})),
            2 => (format!("cli/{region}/{account}-details-{tag}.json"), json!({"EvaluationResults": results})),
            _ => (
                format!("cli/111122223333/us-west-2/{account}/{region}/{tag}.json"),
                json!({"EvaluationResults": results}),
            ),
        };
        estate.files.push((path, document.to_string().into_bytes()));
    }
}

/// The partition is asked for in rule ARNs too.
pub(crate) fn rule_arn(account: &str, region: &str, tail: &str) -> String {
    format!("arn:{}:config:{region}:{account}:config-rule/config-rule-{tail}", partition(region))
}
