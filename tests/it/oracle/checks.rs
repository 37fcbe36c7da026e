//! What each check says of one state: the sentences of the control sheets, one function a test.
//!
//! Nothing here knows of time, recorders or streams; the state that is given is the one in force.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::evidence::Item;
use super::{Said, parse_time};

/// The parameters that a check goes by: nothing stands for the defaults.
pub(crate) type Parameters = Option<BTreeMap<String, String>>;

/// From this instant on every bucket is encrypted.
const ALWAYS_ENCRYPTED: &str = "2023-01-05T00:00:00Z";

/// Pass or fail.
pub(super) fn verdict(passes: bool) -> Said {
    if passes { Said::Pass } else { Said::Fail }
}

/// A member deep inside; null where there is none.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or(&Value::Null))
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    at(value, &[name]).as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    at(value, &[name]).as_array().map_or(&[], Vec::as_slice)
}

/// A value, or all of a list of values, as strings.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

/// A member, or all of a list of members.
fn each<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    match at(value, &[name]) {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        other => vec![other],
    }
}

/// The check of a test that looks at one item only; nothing where it does not speak of this item at all.
pub(crate) fn of_item(test: &str, item: &Item, blocks: &[Value], parameters: &Parameters) -> Option<Said> {
    let configuration = &item.configuration;
    if is_incomplete(test, item) {
        return Some(Said::Unknown);
    }
    Some(match test {
        "IAM_USER_NO_POLICIES_CHECK" => verdict(
            list(configuration, "userPolicyList").is_empty()
                && list(configuration, "attachedManagedPolicies").is_empty(),
        ),
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS" => admin(item, parameters)?,
        "CLOUD_TRAIL_ENCRYPTION_ENABLED" => verdict(!["", "None"].contains(&word(configuration, "kmsKeyId"))),
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED" => {
            verdict(at(configuration, &["logFileValidationEnabled"]) == &Value::Bool(true))
        }
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED" => {
            if item.group_name != "default" || item.vpc.is_empty() {
                return None;
            }
            verdict(
                list(configuration, "ipPermissions").is_empty()
                    && list(configuration, "ipPermissionsEgress").is_empty(),
            )
        }
        "S3_BUCKET_PUBLIC_READ_PROHIBITED" => verdict(!is_public(&item.supplementary, blocks, &READS, &["Read"])),
        "S3_BUCKET_PUBLIC_WRITE_PROHIBITED" => {
            verdict(!is_public(&item.supplementary, blocks, &WRITES, &["Write", "WriteAcp"]))
        }
        "S3_BUCKET_LOGGING_ENABLED" => logging(&item.supplementary, parameters),
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED" => encryption(item),
        _ => return None,
    })
}

/// Whether an item lacks so much that nothing can be concluded from what it does not say.
fn is_incomplete(test: &str, item: &Item) -> bool {
    let lacks = |name: &str| item.configuration.get(name).is_none();
    match test {
        "CLOUD_TRAIL_ENCRYPTION_ENABLED" | "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED" => lacks("isMultiRegionTrail"),
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED" => {
            (item.configuration.is_null() && item.name == "default")
                || (item.group_name == "default"
                    && !item.vpc.is_empty()
                    && (lacks("ipPermissions") || lacks("ipPermissionsEgress")))
        }
        "S3_BUCKET_LOGGING_ENABLED" | "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED" => false,
        _ if test.starts_with("S3_") => item.supplementary.as_object().is_none_or(serde_json::Map::is_empty),
        _ if item.arn.as_ref().is_some_and(|arn| arn.contains(":iam::aws:")) => false,
        _ => item.configuration.is_null(),
    }
}

/// What a set states of one parameter.
pub(super) fn stated<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.as_ref()?.get(name).map(String::as_str)
}

/// Percent-decoded, with `+` left alone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn admin(item: &Item, parameters: &Parameters) -> Option<Said> {
    let configuration = &item.configuration;
    if word(configuration, "arn").contains(":iam::aws:") || item.arn.as_ref().is_some_and(|a| a.contains(":iam::aws:"))
    {
        return None;
    }
    let count = |name: &str| at(configuration, &[name]).as_i64().unwrap_or(0);
    if stated(parameters, "excludePermissionBoundaryPolicy") == Some("true")
        && count("permissionsBoundaryUsageCount") > 0
        && count("attachmentCount") == 0
    {
        return Some(Said::NotApplicable);
    }
    let versions = list(configuration, "policyVersionList");
    let flagged = versions.iter().find(|version| at(version, &["isDefaultVersion"]) == &Value::Bool(true));
    let named =
        || versions.iter().find(|version| word(version, "versionId") == word(configuration, "defaultVersionId"));
    let Some(version) = flagged.or_else(named) else { return Some(Said::Unknown) };
    let Ok(document) = serde_json::from_str::<Value>(&decoded(word(version, "document"))) else {
        return Some(Said::Unknown);
    };
    let is_admin = |statement: &&Value| {
        word(statement, "Effect") == "Allow"
            && strings(at(statement, &["Action"])).iter().any(|action| ["*", "*:*"].contains(action))
            && strings(at(statement, &["Resource"])).contains(&"*")
    };
    Some(verdict(!each(&document, "Statement").iter().any(is_admin)))
}

const READS: [&str; 2] = ["s3:Get", "s3:List"];
const WRITES: [&str; 3] = ["s3:Put", "s3:Delete", "s3:Create"];

/// Whether the world may do something of a kind to a bucket, by its policy or by its access control list.
fn is_public(supplementary: &Value, blocks: &[Value], actions: &[&str], permissions: &[&str]) -> bool {
    let block = |name: &str| {
        at(supplementary, &["PublicAccessBlockConfiguration", name]) == &Value::Bool(true)
            || blocks.iter().any(|block| at(block, &[name]) == &Value::Bool(true))
    };
    let policy: Value =
        serde_json::from_str(word(at(supplementary, &["BucketPolicy"]), "policyText")).unwrap_or(Value::Null);
    let by_policy = each(&policy, "Statement").into_iter().any(|statement| {
        word(statement, "Effect") == "Allow"
            && (statement.get("NotAction").is_some()
                || strings(at(statement, &["Action"])).iter().any(|action| {
                    ["*", "s3:*"].contains(action) || actions.iter().any(|prefix| action.starts_with(prefix))
                }))
            && is_world(statement)
    });
    let grants = list(at(supplementary, &["AccessControlList"]), "grantList");
    let by_list = grants.iter().any(|grant| {
        ["AllUsers", "AuthenticatedUsers"].contains(&word(grant, "grantee"))
            && (permissions.contains(&word(grant, "permission")) || word(grant, "permission") == "FullControl")
    });
    (by_policy && !block("restrictPublicBuckets")) || (by_list && !block("ignorePublicAcls"))
}

/// Whether a statement grants to everyone: no fixed principal, and no condition with fixed values of the right keys.
fn is_world(statement: &Value) -> bool {
    let principal = at(statement, &["Principal"]);
    let open = principal.as_str() == Some("*") || strings(at(principal, &["AWS"])).contains(&"*");
    let fixing = [
        "aws:PrincipalOrgID",
        "aws:SourceIp",
        "aws:SourceArn",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceOwner",
        "aws:SourceAccount",
    ];
    let conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let fixed = conditions.flat_map(|(_, keys)| keys.as_object().into_iter().flatten()).any(|(key, value)| {
        fixing.contains(&key.as_str())
            && strings(value).iter().all(|value| {
                let wide = value.split_once('/').is_some_and(|(_, bits)| bits.parse::<u8>().is_ok_and(|bits| bits < 8));
                !(value.contains('*') || value.contains("${") || key == "aws:SourceIp" && wide)
            })
    });
    open && !fixed
}

fn logging(supplementary: &Value, parameters: &Parameters) -> Said {
    let logging = at(supplementary, &["BucketLoggingConfiguration"]);
    let bucket = word(logging, "destinationBucketName");
    verdict(
        !bucket.is_empty()
            && stated(parameters, "targetBucket").is_none_or(|wanted| wanted == bucket)
            && stated(parameters, "targetPrefix").is_none_or(|wanted| wanted == word(logging, "logFilePrefix")),
    )
}

fn encryption(item: &Item) -> Said {
    let rules = list(at(&item.supplementary, &["ServerSideEncryptionConfiguration"]), "rules");
    let encrypted = rules.iter().any(|rule| {
        ["AES256", "aws:kms", "aws:kms:dsse"]
            .contains(&word(at(rule, &["applyServerSideEncryptionByDefault"]), "sseAlgorithm"))
    });
    let policy: Value =
        serde_json::from_str(word(at(&item.supplementary, &["BucketPolicy"]), "policyText")).unwrap_or(Value::Null);
    let demanded = each(&policy, "Statement").into_iter().any(|statement| {
        let header = at(statement, &["Condition", "StringNotEquals", "s3:x-amz-server-side-encryption"]);
        word(statement, "Effect") == "Deny"
            && word(statement, "Principal") == "*"
            && strings(at(statement, &["Action"])).contains(&"s3:PutObject")
            && ["AES256", "aws:kms"].iter().any(|wanted| strings(header).contains(wanted))
    });
    if encrypted || demanded {
        Said::Pass
    } else if Some(item.capture) < parse_time(ALWAYS_ENCRYPTED) {
        Said::Fail
    } else {
        Said::Unknown
    }
}

/// Whether some of these ports is open to the world in a security group. `lists` are the prefix lists that are in
/// evidence, and whether they hold the world.
fn ports_open(item: &Item, ports: &BTreeSet<i64>, lists: &BTreeMap<String, bool>) -> Said {
    let mut said = BTreeSet::from([Said::Pass]);
    let mut unknown = item.configuration.get("ipPermissions").is_none();
    for permission in list(&item.configuration, "ipPermissions") {
        let protocol = word(permission, "ipProtocol");
        let range = (at(permission, &["fromPort"]).as_i64(), at(permission, &["toPort"]).as_i64());
        let hit = match (protocol, range) {
            ("-1", _) => true,
            ("tcp" | "6", (Some(from), Some(to))) => ports.iter().any(|port| (from..=to).contains(port)),
            _ => false,
        };
        if !hit {
            continue;
        }
        let mut sources: Vec<&str> = list(permission, "ipRanges").iter().filter_map(Value::as_str).collect();
        sources.extend(list(permission, "ipv4Ranges").iter().map(|range| word(range, "cidrIp")));
        sources.extend(list(permission, "ipv6Ranges").iter().map(|range| word(range, "cidrIpv6")));
        if sources.iter().any(|source| source.ends_with("/0")) {
            said.insert(Said::Fail);
        }
        for prefix in list(permission, "prefixListIds") {
            match lists.get(word(prefix, "prefixListId")) {
                Some(true) => {
                    said.insert(Said::Fail);
                }
                Some(false) => {}
                None => unknown = true,
            }
        }
    }
    match said.first() {
        Some(Said::Fail) => Said::Fail,
        _ if unknown => Said::Unknown,
        _ => Said::Pass,
    }
}

/// The two tests of C10.
pub(crate) fn of_group(test: &str, item: &Item, parameters: &Parameters, lists: &BTreeMap<String, bool>) -> Said {
    if test == "INCOMING_SSH_DISABLED" {
        return ports_open(item, &BTreeSet::from([22]), lists);
    }
    let ports = match parameters {
        None => BTreeSet::from([20, 21, 3389, 3306, 4333]),
        Some(stated) => stated
            .iter()
            .filter(|(name, _)| name.starts_with("blockedPort"))
            .flat_map(|(_, ports)| ports.split(',').filter_map(|port| port.trim().parse().ok()))
            .collect(),
    };
    ports_open(item, &ports, lists)
}

/// Whether a prefix list holds the whole world.
pub(crate) fn holds_the_world(item: &Item) -> bool {
    list(&item.configuration, "Entries").iter().any(|entry| word(entry, "Cidr").ends_with("/0"))
}

/// C15, by the flow logs that are there in the same recorder; `recorded` is whether it ever showed any.
pub(crate) fn of_vpc(item: &Item, logs: &[&Item], recorded: bool, parameters: &Parameters) -> Said {
    let owner = word(&item.configuration, "ownerId");
    if !owner.is_empty() && owner != item.account {
        return Said::NotApplicable;
    }
    let fits = |log: &&&Item| {
        let traffic = word(&log.configuration, "trafficType");
        word(&log.configuration, "resourceId") == item.id
            && word(&log.configuration, "flowLogStatus") == "ACTIVE"
            && stated(parameters, "trafficType").is_none_or(|wanted| traffic == wanted || traffic == "ALL")
    };
    if logs.iter().any(|log| fits(&log)) {
        Said::Pass
    } else if recorded {
        Said::Fail
    } else {
        Said::Unknown
    }
}

/// C12, by the trails that are there in the account, and those of other accounts' organizations.
pub(crate) fn of_trails(own: &[&Item], others: &[&Item], parameters: &Parameters) -> Said {
    let flag = |trail: &Item, name: &str| at(&trail.configuration, &[name]) == &Value::Bool(true);
    let unclear = |trail: &&Item| trail.configuration.get("isMultiRegionTrail").is_none();
    let fits = |trail: &&&Item| {
        flag(trail, "isMultiRegionTrail")
            && stated(parameters, "s3BucketName")
                .is_none_or(|bucket| bucket == word(&trail.configuration, "s3BucketName"))
    };
    let candidates: Vec<&&Item> = own.iter().filter(fits).collect();
    if candidates.iter().any(|trail| !flag(trail, "hasCustomEventSelectors")) {
        Said::Pass
    } else if !candidates.is_empty()
        || own.iter().any(unclear)
        || others.iter().any(|t| fits(&t) && flag(t, "isOrganizationTrail"))
    {
        Said::Unknown
    } else {
        Said::Fail
    }
}
