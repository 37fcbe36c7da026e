//! The `configuration` and `supplementaryConfiguration` of an item, per type, as delivered to S3.

use crate::instant::Instant;
use crate::json::{self, array, object, text, text_or_null, texts};
use crate::model::{Access, Ingress, State, Subject, Traffic};
use crate::random::Random;

/// The parts of an item that depend on the type.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) relationships: String,
    pub(crate) configuration: String,
    pub(crate) supplementary: String,
    pub(crate) tags: String,
}

impl Parts {
    fn of(configuration: String) -> Self {
        let (relationships, supplementary, tags) = ("[]".to_owned(), "{}".to_owned(), "{}".to_owned());
        Self { relationships, configuration, supplementary, tags }
    }
}

/// Where the item is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recorded<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// Renders `subject` in `state`.
pub(crate) fn render(subject: &Subject, state: &State, at: Instant, place: Recorded<'_>) -> Parts {
    match state {
        State::Account { .. } => Parts::of("{}".to_owned()),
        State::Recorder { is_on } => Parts::of(recorder(subject, *is_on, place)),
        State::User { groups, attached, .. } => Parts::of(user(subject, groups, *attached)),
        State::Policy { .. } => Parts::of(policy(subject, state, at)),
        State::Bucket { .. } => bucket(subject, state, place.account),
        State::Group { .. } => group(subject, state, place),
        State::Vpc { cidr, is_default, .. } => Parts::of(object(&[
            ("cidrBlock", text(cidr)),
            ("state", text("available")),
            ("vpcId", text(&subject.id)),
            ("ownerId", text(place.account)),
            ("isDefault", is_default.to_string()),
            ("tags", array(&[object(&[("key", text("Name")), ("value", text(&subject.name))])])),
        ])),
        State::FlowLog { vpc, traffic } => flow_log(subject, vpc, *traffic),
        State::PrefixList => Parts::of(prefix_list(subject, place)),
        State::AccountBlock => Parts::of(account_block()),
        State::Trail { .. } => Parts::of(trail(subject, state, place)),
    }
}

fn recorder(subject: &Subject, is_on: bool, place: Recorded<'_>) -> String {
    let group = object(&[
        ("AllSupported", "true".to_owned()),
        ("IncludeGlobalResourceTypes", (place.region == "us-east-1").to_string()),
    ]);
    object(&[
        ("Id", text(&subject.id)),
        ("Name", text(&subject.id)),
        ("RecordingGroup", group),
        ("Recording", is_on.to_string()),
    ])
}

fn user(subject: &Subject, groups: &[String], attached: bool) -> String {
    let policy = object(&[
        ("policyArn", text("arn:aws:iam::aws:policy/ReadOnlyAccess")),
        ("policyName", text("ReadOnlyAccess")),
    ]);
    let path = subject.arn.split_once(":user").map_or("/", |(_, path)| path.trim_end_matches(&subject.name));
    object(&[
        ("path", text(path)),
        ("userName", text(&subject.name)),
        ("userId", text(&subject.id)),
        ("arn", text(&subject.arn)),
        ("createDate", text(&subject.created.milliseconds())),
        ("userPolicyList", "[]".to_owned()),
        ("groupList", texts(groups.iter().map(String::as_str))),
        ("attachedManagedPolicies", if attached { array(&[policy]) } else { "[]".to_owned() }),
        ("tags", "[]".to_owned()),
    ])
}

/// Percent-encodes as IAM does: everything but letters, digits and `-._~`.
fn percent_encoded(document: &str) -> String {
    use std::fmt::Write;
    document.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn policy_version(service: &str, version: i64, admin: bool, is_default: bool, made: Instant) -> String {
    let action = if admin { "*".to_owned() } else { format!("{service}:*") };
    let document =
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#);
    object(&[
        ("document", text(&percent_encoded(&document))),
        ("versionId", text(&format!("v{version}"))),
        ("isDefaultVersion", is_default.to_string()),
        ("createDate", text(&made.milliseconds())),
    ])
}

fn policy(subject: &Subject, state: &State, at: Instant) -> String {
    let State::Policy { service, version, admin, boundary } = state else { return "{}".to_owned() };
    let (version, admin, boundary) = (*version, *admin, i64::from(*boundary));
    let mut versions = vec![policy_version(service, version, admin, true, at)];
    if version > 1 {
        versions.push(policy_version(service, version - 1, false, false, subject.created));
    }
    object(&[
        ("policyName", text(&subject.name)),
        ("policyId", text(&subject.id)),
        ("arn", text(&subject.arn)),
        ("path", text("/")),
        ("defaultVersionId", text(&format!("v{version}"))),
        ("attachmentCount", (1 - boundary).to_string()),
        ("permissionsBoundaryUsageCount", boundary.to_string()),
        ("isAttachable", "true".to_owned()),
        ("createDate", text(&subject.created.milliseconds())),
        ("policyVersionList", array(&versions)),
    ])
}

fn bucket_policy(name: &str, public: bool, trail: bool) -> String {
    let everybody =
        format!(r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{name}/*"}}"#);
    let delivery = format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{name}/AWSLogs/*"}}"#
    );
    let statements: Vec<String> = public.then_some(everybody).into_iter().chain(trail.then_some(delivery)).collect();
    if statements.is_empty() {
        return "null".to_owned();
    }
    text(&format!(r#"{{"Version":"2012-10-17","Statement":{}}}"#, array(&statements)))
}

fn access_control_list(owner: &str) -> String {
    let owner = object(&[("displayName", "null".to_owned()), ("id", text(owner))]);
    let grant = object(&[("grantee", owner.clone()), ("permission", text("FullControl"))]);
    // A string of JSON even in delivered files.
    text(&object(&[
        ("grantSet", "null".to_owned()),
        ("grantList", array(&[grant])),
        ("owner", owner),
        ("isRequesterCharged", "false".to_owned()),
    ]))
}

fn bucket(subject: &Subject, state: &State, account: &str) -> Parts {
    let State::Bucket { access, logging, encrypted, trail, classification } = state else {
        return Parts::of("{}".to_owned());
    };
    let owner = Random::keyed(0, account).hexadecimal(64);
    let tags = classification
        .as_ref()
        .map_or_else(|| "{}".to_owned(), |value| object(&[("data-classification", text(value))]));
    let blocked = (*access == Access::Private).to_string();
    let block = ["blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"]
        .map(|name| (name, blocked.clone()));
    let rule = object(&[
        (
            "applyServerSideEncryptionByDefault",
            object(&[("sseAlgorithm", text("AES256")), ("kmsMasterKeyID", "null".to_owned())]),
        ),
        ("bucketKeyEnabled", "false".to_owned()),
    ]);
    let mut supplementary = vec![
        ("AccessControlList", access_control_list(&owner)),
        (
            "BucketLoggingConfiguration",
            object(&[
                ("destinationBucketName", text_or_null(logging.as_deref())),
                ("logFilePrefix", text_or_null(logging.as_ref().map(|_| subject.name.as_str()))),
            ]),
        ),
        ("BucketPolicy", object(&[("policyText", bucket_policy(&subject.name, *access != Access::Private, *trail))])),
        (
            "BucketVersioningConfiguration",
            object(&[("status", text("Enabled")), ("isMfaDeleteEnabled", "null".to_owned())]),
        ),
        ("IsRequesterPaysEnabled", "false".to_owned()),
        ("PublicAccessBlockConfiguration", object(&block)),
    ];
    if *encrypted {
        supplementary.push(("ServerSideEncryptionConfiguration", object(&[("rules", array(&[rule]))])));
    }
    let configuration = object(&[
        ("name", text(&subject.name)),
        ("owner", object(&[("displayName", "null".to_owned()), ("id", text(&owner))])),
        ("creationDate", text(&subject.created.milliseconds())),
    ]);
    Parts { supplementary: object(&supplementary), tags, ..Parts::of(configuration) }
}

fn permission(rule: &Ingress) -> String {
    let is_six = rule.source.contains(':');
    let is_list = rule.source.starts_with("pl-");
    let is_four = !is_six && !is_list;
    let range = |name| object(&[(name, text(&rule.source)), ("description", text(&rule.description))]);
    object(&[
        ("fromPort", rule.from_port.to_string()),
        ("ipProtocol", text("tcp")),
        ("ipv6Ranges", if is_six { array(&[range("cidrIpv6")]) } else { "[]".to_owned() }),
        ("prefixListIds", if is_list { array(&[range("prefixListId")]) } else { "[]".to_owned() }),
        ("toPort", rule.to_port.to_string()),
        ("userIdGroupPairs", "[]".to_owned()),
        ("ipv4Ranges", if is_four { array(&[range("cidrIp")]) } else { "[]".to_owned() }),
        ("ipRanges", if is_four { texts([rule.source.as_str()]) } else { "[]".to_owned() }),
    ])
}

fn all_traffic(ranges: &str, texts: &str, pairs: &str) -> String {
    format!(
        r#"{{"ipProtocol":"-1","ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":{pairs},"ipv4Ranges":{ranges},"ipRanges":{texts}}}"#
    )
}

fn group(subject: &Subject, state: &State, place: Recorded<'_>) -> Parts {
    let State::Group { description, vpc, is_default, ingress, egress } = state else {
        return Parts::of("{}".to_owned());
    };
    let mut permissions: Vec<String> = ingress.iter().map(permission).collect();
    if *is_default && *egress {
        let pair = object(&[("groupId", text(&subject.id)), ("userId", text(place.account))]);
        permissions = vec![all_traffic("[]", "[]", &array(&[pair]))];
    }
    let world = all_traffic(r#"[{"cidrIp":"0.0.0.0/0"}]"#, r#"["0.0.0.0/0"]"#, "[]");
    let configuration = object(&[
        ("description", text(description)),
        ("groupName", text(&subject.name)),
        ("ipPermissions", array(&permissions)),
        ("ownerId", text(place.account)),
        ("groupId", text(&subject.id)),
        ("ipPermissionsEgress", if *egress { array(&[world]) } else { "[]".to_owned() }),
        ("tags", "[]".to_owned()),
        ("vpcId", text(vpc)),
    ]);
    let related = object(&[
        ("resourceType", text("AWS::EC2::VPC")),
        ("resourceId", text(vpc)),
        ("name", text("Is contained in Vpc")),
    ]);
    Parts { relationships: array(&[related]), ..Parts::of(configuration) }
}

/// In the form of newer types: members as CloudFormation names them.
fn prefix_list(subject: &Subject, place: Recorded<'_>) -> String {
    let entry = |range, what| object(&[("Cidr", text(range)), ("Description", text(what))]);
    object(&[
        ("PrefixListName", text(&subject.name)),
        ("AddressFamily", text("IPv4")),
        ("MaxEntries", "5".to_owned()),
        ("Entries", array(&[entry("198.51.100.0/24", "office"), entry("0.0.0.0/0", "home office, for now")])),
        ("PrefixListId", text(&subject.id)),
        ("OwnerId", text(place.account)),
        ("Version", "2".to_owned()),
        ("Arn", text(&subject.arn)),
    ])
}

fn account_block() -> String {
    object(&[
        ("blockPublicAcls", "false".to_owned()),
        ("ignorePublicAcls", "true".to_owned()),
        ("blockPublicPolicy", "false".to_owned()),
        ("restrictPublicBuckets", "true".to_owned()),
    ])
}

fn flow_log(subject: &Subject, vpc: &str, traffic: Traffic) -> Parts {
    let traffic = if traffic == Traffic::All { "ALL" } else { "ACCEPT" };
    let configuration = object(&[
        ("creationTime", text(&subject.created.milliseconds())),
        ("deliverLogsStatus", text("SUCCESS")),
        ("flowLogId", text(&subject.id)),
        ("flowLogStatus", text("ACTIVE")),
        ("resourceId", text(vpc)),
        ("trafficType", text(traffic)),
        ("tags", "[]".to_owned()),
    ]);
    Parts::of(configuration)
}

fn trail(subject: &Subject, state: &State, place: Recorded<'_>) -> String {
    let State::Trail { key, validation, multi_region, organization, bucket } = state else { return "{}".to_owned() };
    let mut members = vec![
        ("name", text(&subject.name)),
        ("s3BucketName", text(bucket)),
        ("includeGlobalServiceEvents", "true".to_owned()),
        ("isMultiRegionTrail", multi_region.to_string()),
        ("homeRegion", text(place.region)),
        ("trailARN", text(&subject.arn)),
        ("logFileValidationEnabled", validation.to_string()),
    ];
    // Delivered files leave out what is null.
    if let Some(key) = key {
        members.push(("kmsKeyId", json::text(key)));
    }
    members.extend([
        ("hasCustomEventSelectors", "false".to_owned()),
        ("hasInsightSelectors", "false".to_owned()),
        ("isOrganizationTrail", organization.to_string()),
    ]);
    object(&members)
}
