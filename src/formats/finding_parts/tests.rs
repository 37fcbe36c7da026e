//! What ASFF and OCSF findings share.

use super::{account_number, region, resource};
use crate::formats::records::FindingResource;
use crate::model::ProblemCode;

fn at(region: &str) -> Vec<FindingResource> {
    vec![FindingResource { resource_type: "Other".into(), resource_id: "x".into(), region: region.into() }]
}

#[test]
fn accounts_as_resources_become_their_twelve_digits() {
    for (written_type, written_id, expected) in [
        ("AwsAccount", "AWS::::Account:012345678901", "012345678901"),
        ("AwsAccount", "arn:aws:iam::012345678901:root", "012345678901"),
        ("AwsAccount", "arn:aws-us-gov:iam::012345678901:root", "012345678901"),
        ("AwsAccount", "012345678901", "012345678901"),
        ("AWS::::Account", "arn:aws:iam::012345678901:root", "012345678901"),
        ("AwsIamUser", "AWS::::Account:012345678901", "012345678901"),
        ("AwsAccount", "arn:aws:iam::012345678901:user/root", "arn:aws:iam::012345678901:user/root"),
        ("AwsAccount", "arn:aws:sso::012345678901:root", "arn:aws:sso::012345678901:root"),
        ("AwsIamUser", "arn:aws:iam::012345678901:root", "arn:aws:iam::012345678901:root"),
        ("Other", "012345678901", "012345678901"),
        ("AwsEc2Instance", "i-cafebabe", "i-cafebabe"),
    ] {
        assert_eq!(
            resource(written_type, written_id, "").unwrap().resource_id,
            expected,
            "{written_type} {written_id}"
        );
    }
    assert_eq!(account_number("Other", "012345678901"), None);
}

#[test]
fn a_masked_account_is_refused() {
    for written in
        ["AWS::::Account:xxxxxxxxxxxx", "AWS::::Account:", "AWS::::Account:01234567890", "AWS::::Account:٠١٢٣"]
    {
        let error = resource("AwsAccount", written, "").unwrap_err();
        assert_eq!(error.code, ProblemCode::BadRecord);
        assert_eq!(error.what, format!("a resource is not an account of twelve digits: `{written}`"));
    }
}

#[test]
fn the_region_is_the_first_that_something_names() {
    let product = "arn:aws:securityhub:eu-west-1::product/aws/securityhub";
    let finding = "arn:aws:securityhub:eu-west-2:012345678901:security-control/IAM.5/finding/1";
    for (resources, arns, expected) in [
        (at("us-east-1"), [product, finding], "us-east-1"),
        (at(""), [product, finding], "eu-west-1"),
        (at("not one"), [product, finding], "eu-west-1"),
        (at(""), ["arn:aws:securityhub:::product/x/y", finding], "eu-west-2"),
        (at(""), ["ocsf:product/prowler", finding], "eu-west-2"),
    ] {
        assert_eq!(region("Region", None, &resources, arns).unwrap().as_str(), expected);
    }
    let error = region("Region", None, &at(""), ["x", "y"]).unwrap_err();
    assert_eq!(error.code, ProblemCode::MissingContext);
}
