//! What stands in the configuration of a resource's version: the shapes that the program's own checks read.

use serde_json::{Value, json};

use super::estate::{Estate, Thing, partition};

/// Fills the configuration of one version.
pub(crate) fn dress(estate: &mut Estate, thing: &Thing, item: &mut Value) {
    if item.get("configuration").is_none() {
        return;
    }
    let described = ["AWS::IAM::User", "AWS::IAM::Policy", "AWS::EC2::SecurityGroup", "AWS::S3::Bucket"];
    if described.contains(&thing.kind) && estate.random.chance(2) {
        // A resource that was found and could not be described.
        item["configuration"] = Value::Null;
        return;
    }
    match thing.kind {
        "AWS::IAM::User" => user(estate, item),
        "AWS::IAM::Policy" => policy(estate, item),
        "AWS::EC2::SecurityGroup" => group(estate, thing, item),
        "AWS::S3::Bucket" => bucket(estate, thing, item),
        "AWS::CloudTrail::Trail" => trail(estate, item),
        "AWS::EC2::VPC" => vpc(estate, thing, item),
        "AWS::EC2::FlowLog" => flow_log(estate, item),
        "AWS::EC2::PrefixList" => prefix_list(estate, item),
        "AWS::S3::AccountPublicAccessBlock" => account_block(estate, item),
        _ => {}
    }
}

fn user(estate: &mut Estate, item: &mut Value) {
    if estate.random.chance(4) && item.get("ARN").is_some() {
        // Renamed: the same id under another ARN.
        let arn = format!("{}-renamed", item["ARN"].as_str().unwrap());
        item["configuration"]["arn"] = json!(arn);
        item["ARN"] = json!(arn);
    }
    let configuration = &mut item["configuration"];
    if estate.random.chance(25) {
        configuration["userPolicyList"] = json!([{"policyName": "inline", "policyDocument": "%7B%7D"}]);
    }
    if estate.random.chance(20) {
        configuration["attachedManagedPolicies"] =
            json!([{"policyName": "ReadOnlyAccess", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]);
    }
    if estate.random.chance(20) {
        configuration["permissionsBoundary"] = json!({"permissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b", "permissionsBoundaryType": "PermissionsBoundaryPolicy"});
    }
    if estate.random.chance(10) {
        configuration["groupList"] = json!(["admins"]);
    }
}

/// Percent-encodes everything that is no letter or digit.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn document(estate: &mut Estate) -> String {
    let statement = estate.random.pick(&[
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
        json!({"Effect": "Allow", "Action": ["s3:Get*", "*"], "Resource": ["*"]}),
        json!([{"Effect": "Allow", "Action": "*:*", "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]),
        json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:*"}, {"Effect": "Allow", "Action": "s3:Get+*", "Resource": "*"}]),
        json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]),
    ]);
    encoded(&json!({"Version": "2012-10-17", "Statement": statement}).to_string())
}

fn policy(estate: &mut Estate, item: &mut Value) {
    let count = 1 + estate.random.below(3);
    let default = estate.random.below(count);
    let flags = estate.random.chance(90);
    let versions: Vec<Value> = (0..count)
        .map(|at| {
            let mut version = json!({"versionId": format!("v{}", at + 1), "document": document(estate), "createDate": "2026-01-07T20:58:34.443Z"});
            if flags {
                version["isDefaultVersion"] = json!(at == default);
            }
            version
        })
        .collect();
    let configuration = &mut item["configuration"];
    configuration["policyVersionList"] = json!(versions);
    configuration["defaultVersionId"] = json!(format!("v{}", default + 1));
    configuration["attachmentCount"] = json!(estate.random.below(2));
    configuration["permissionsBoundaryUsageCount"] = json!(estate.random.below(2));
}

fn permission(estate: &mut Estate, lists: &[String]) -> Value {
    let (from, to) = estate.random.pick(&[
        (22, 22),
        (22, 80),
        (20, 22),
        (23, 3305),
        (0, 65535),
        (443, 443),
        (3389, 3389),
        (3306, 3306),
        (8080, 8090),
    ]);
    let protocol = estate.random.pick(&["tcp", "tcp", "tcp", "tcp", "udp", "icmp", "-1", "6"]);
    let mut permission = json!({"ipProtocol": protocol, "ipv6Ranges": [], "prefixListIds": [], "userIdGroupPairs": []});
    match protocol {
        "-1" if estate.random.chance(50) => {
            permission["fromPort"] = Value::Null;
            permission["toPort"] = Value::Null;
        }
        "-1" => {}
        "icmp" => {
            permission["fromPort"] = json!(8);
            permission["toPort"] = json!(-1);
        }
        _ => {
            permission["fromPort"] = json!(from);
            permission["toPort"] = json!(to);
        }
    }
    match estate.random.below(8) {
        0 => permission["ipv6Ranges"] = json!([{"cidrIpv6": "::/0"}]),
        1 => permission["ipv6Ranges"] = json!([{"cidrIpv6": "0:0:0:0:0:0:0:0/0"}]),
        2 => permission["ipv6Ranges"] = json!([{"cidrIpv6": "::1/128"}]),
        3 => permission["ipRanges"] = json!(["0.0.0.0/0"]),
        4 => {
            permission["ipRanges"] = json!(["10.0.0.0/8"]);
            permission["ipv4Ranges"] = json!([{"cidrIp": "10.0.0.0/8", "description": "office"}]);
        }
        5 => permission["userIdGroupPairs"] = json!([{"groupId": "sg-1", "userId": "111122223333"}]),
        6 if !lists.is_empty() => {
            permission["prefixListIds"] = json!([{"prefixListId": estate.random.pick(lists)}]);
        }
        _ => {
            permission["ipRanges"] = json!(["0.0.0.0/0"]);
            permission["ipv4Ranges"] = json!([{"cidrIp": "0.0.0.0/0"}]);
        }
    }
    permission
}

fn group(estate: &mut Estate, thing: &Thing, item: &mut Value) {
    let mut lists: Vec<String> = estate
        .things
        .iter()
        .filter(|t| t.kind == "AWS::EC2::PrefixList" && t.account == thing.account && t.region == thing.region)
        .map(|t| t.id.clone())
        .collect();
    lists.push("pl-0000unknown".to_owned());
    let count = estate.random.pick(&[0, 0, 1, 1, 2, 3]);
    let permissions: Vec<Value> = (0..count).map(|_| permission(estate, &lists)).collect();
    item["configuration"]["ipPermissions"] = json!(permissions);
    if estate.random.chance(25) {
        item["configuration"]["ipPermissionsEgress"] =
            json!([{"ipProtocol": "-1", "ipRanges": ["0.0.0.0/0"], "ipv4Ranges": [{"cidrIp": "0.0.0.0/0"}]}]);
    }
}

/// The block that an account puts on all its buckets.
fn account_block(estate: &mut Estate, item: &mut Value) {
    let (lists, policies) = (estate.random.chance(30), estate.random.chance(30));
    item["configuration"] = json!({"blockPublicAcls": lists, "ignorePublicAcls": lists,
        "blockPublicPolicy": policies, "restrictPublicBuckets": policies});
}

fn bucket_policy(estate: &mut Estate, thing: &Thing) -> Value {
    if estate.random.chance(15) {
        let wanted = estate.random.pick(&["AES256", "aws:kms"]);
        let condition = json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": wanted}});
        let resource = format!("arn:{}:s3:::{}/*", partition(&thing.region), thing.id);
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": resource, "Condition": condition});
        return json!({"policyText": json!({"Version": "2012-10-17", "Statement": [deny]}).to_string()});
    }
    let principal = estate.random.pick(&[
        json!("*"),
        json!("*"),
        json!({"AWS": "*"}),
        json!({"Service": "cloudtrail.amazonaws.com"}),
        json!({"AWS": "arn:aws:iam::111122223333:root"}),
    ]);
    let action = estate.random.pick(&[
        json!("s3:GetObject"),
        json!(["s3:PutObject", "s3:GetObject"]),
        json!("s3:PutObject"),
        json!("s3:*"),
        json!("s3:ListBucket"),
        json!("*"),
    ]);
    let condition = estate.random.pick(&[
        Value::Null,
        Value::Null,
        json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}),
        json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
    ]);
    let p = partition(&thing.region);
    let mut statement = json!({"Effect": estate.random.pick(&["Allow", "Allow", "Allow", "Deny"]), "Principal": principal,
        "Action": action, "Resource": format!("arn:{p}:s3:::{}/*", thing.id)});
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    json!({"policyText": json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()})
}

fn bucket(estate: &mut Estate, thing: &Thing, item: &mut Value) {
    let sides = &mut item["supplementaryConfiguration"];
    if estate.random.chance(70) {
        sides["BucketPolicy"] =
            if estate.random.chance(15) { json!({"policyText": null}) } else { bucket_policy(estate, thing) };
    }
    let owner = json!({"id": "abc", "displayName": null});
    let mut grants = vec![json!({"grantee": owner, "permission": "FullControl"})];
    if estate.random.chance(20) {
        let grantee = estate.random.pick(&["AllUsers", "AuthenticatedUsers", "LogDelivery"]);
        grants.push(json!({"grantee": grantee, "permission": estate.random.pick(&["Read", "Write", "FullControl", "WriteAcp"])}));
    }
    sides["AccessControlList"] =
        json!(json!({"grantSet": null, "grantList": grants, "owner": owner, "isRequesterCharged": false}).to_string());
    if estate.random.chance(60) {
        let all = estate.random.chance(25);
        let mixed = estate.random.chance(20);
        sides["PublicAccessBlockConfiguration"] = json!({"blockPublicAcls": all || mixed, "ignorePublicAcls": all,
            "blockPublicPolicy": all || mixed, "restrictPublicBuckets": all || (mixed && estate.random.chance(30))});
    }
    match estate.random.below(5) {
        0 => {}
        1 => sides["BucketLoggingConfiguration"] = json!({"destinationBucketName": null, "logFilePrefix": null}),
        _ => {
            let target = estate.random.pick(&["logs", "logs", "elsewhere"]);
            sides["BucketLoggingConfiguration"] = json!({"destinationBucketName": target, "logFilePrefix": "x/"});
        }
    }
    if estate.random.chance(60) {
        let algorithm = estate.random.pick(&["AES256", "aws:kms", "aws:kms:dsse"]);
        sides["ServerSideEncryptionConfiguration"] = json!({"rules": [{"applyServerSideEncryptionByDefault":
            {"sseAlgorithm": algorithm, "kmsMasterKeyID": null}, "bucketKeyEnabled": false}]});
    }
}

fn trail(estate: &mut Estate, item: &mut Value) {
    let configuration = &mut item["configuration"];
    configuration["isMultiRegionTrail"] = json!(estate.random.chance(65));
    configuration["hasCustomEventSelectors"] = json!(estate.random.chance(25));
    configuration["logFileValidationEnabled"] = json!(estate.random.chance(65));
    if configuration.get("isOrganizationTrail").is_none() {
        configuration["isOrganizationTrail"] = json!(false);
    }
    configuration["includeGlobalServiceEvents"] = json!(true);
    match estate.random.below(6) {
        0 => configuration["kmsKeyId"] = Value::Null,
        1 => configuration["kmsKeyId"] = json!(""),
        2 => {}
        3 => configuration["kmsKeyId"] = json!("None"),
        _ => configuration["kmsKeyId"] = json!("arn:aws:kms:us-east-1:111122223333:alias/trail"),
    }
}

fn vpc(estate: &mut Estate, thing: &Thing, item: &mut Value) {
    let owner = if estate.random.chance(12) { "111122223333" } else { &thing.account };
    item["configuration"]["ownerId"] = json!(owner);
}

fn flow_log(estate: &mut Estate, item: &mut Value) {
    let configuration = &mut item["configuration"];
    if estate.random.chance(15) {
        configuration["resourceId"] = json!("subnet-1");
    }
    configuration["flowLogStatus"] = json!(estate.random.pick(&["ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE"]));
    configuration["trafficType"] = json!(estate.random.pick(&["ALL", "REJECT", "ACCEPT"]));
    configuration["deliverLogsStatus"] = json!(estate.random.pick(&["SUCCESS", "FAILED"]));
}

fn prefix_list(estate: &mut Estate, item: &mut Value) {
    let cidr = estate.random.pick(&["0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24"]);
    item["configuration"]["Entries"] = json!([{"Cidr": "198.51.100.0/24"}, {"Cidr": cidr}]);
}

/// What a deployed rule states, as `InputParameters` holds it.
pub(crate) fn parameters(estate: &mut Estate, test: &str) -> String {
    if estate.random.chance(50) {
        return "{}".to_owned();
    }
    match test {
        "IAM_USER_UNUSED_CREDENTIALS_CHECK" => {
            json!({"maxCredentialUsageAge": estate.random.pick(&["90", "45", "30"])})
        }
        "ACCESS_KEYS_ROTATED" => json!({"maxAccessKeyAge": estate.random.pick(&["90", "60", "400"])}),
        "IAM_PASSWORD_POLICY" => estate.random.pick(&[
            json!({"MinimumPasswordLength": "8"}),
            json!({"MinimumPasswordLength": "16", "RequireSymbols": "true"}),
            json!({"RequireUppercaseCharacters": "true", "RequireLowercaseCharacters": "true", "RequireSymbols": "false"}),
            json!({"MaxPasswordAge": "60", "PasswordReusePrevention": "5"}),
        ]),
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS" => {
            json!({"excludePermissionBoundaryPolicy": estate.random.pick(&["true", "false"])})
        }
        "RESTRICTED_INCOMING_TRAFFIC" => estate.random.pick(&[
            json!({"blockedPort1": "8080"}),
            json!({"blockedPort1": "3389", "blockedPort2": "3306"}),
            json!({"blockedPorts": "22,443"}),
        ]),
        "MULTI_REGION_CLOUD_TRAIL_ENABLED" => json!({"s3BucketName": estate.random.pick(&["logs", "bucket-elsewhere"])}),
        "S3_BUCKET_LOGGING_ENABLED" => {
            estate.random.pick(&[json!({"targetBucket": "logs"}), json!({"targetPrefix": "x/"}), json!({"targetPrefix": "y"})])
        }
        "VPC_FLOW_LOGS_ENABLED" => json!({"trafficType": estate.random.pick(&["REJECT", "ALL", "ACCEPT"])}),
        _ => json!({}),
    }
    .to_string()
}
