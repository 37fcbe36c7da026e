//! Names of resource types.

use super::{ACCOUNT_TYPE, CONFIG_TYPES, config_type};

#[test]
fn the_table_is_in_order_and_names_nothing_twice() {
    assert!(CONFIG_TYPES.is_sorted_by(|(before, _), (after, _)| before < after));
    for (name, config) in CONFIG_TYPES {
        assert_eq!(config_type(name), *config);
        assert!(name.starts_with("Aws") && config.starts_with("AWS::"), "{name}");
    }
}

#[test]
fn types_of_the_tested_controls_become_those_of_config() {
    for (written, expected) in [
        ("AwsAccount", ACCOUNT_TYPE),
        ("AwsIamUser", "AWS::IAM::User"),
        ("AwsIamPolicy", "AWS::IAM::Policy"),
        ("AwsS3Bucket", "AWS::S3::Bucket"),
        ("AwsCloudTrailTrail", "AWS::CloudTrail::Trail"),
        ("AwsEc2SecurityGroup", "AWS::EC2::SecurityGroup"),
        ("AwsEc2Vpc", "AWS::EC2::VPC"),
        ("AwsRdsDbInstance", "AWS::RDS::DBInstance"),
    ] {
        assert_eq!(config_type(written), expected);
    }
}

#[test]
fn other_types_stay_as_written() {
    for written in ["Other", "AWS::S3::Bucket", "awsiamuser", "AwsIamAccessKey", "Container", "", "=cmd()"] {
        assert_eq!(config_type(written), written);
    }
}
