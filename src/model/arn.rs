//! [`Arn`]: an Amazon resource name taken apart, and the names that can be derived.

use super::account::AccountId;

/// A resource name split at its first five colons; borrowed from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: &'a str,
    /// Such as `ec2`.
    pub service: &'a str,
    /// May be empty.
    pub region: &'a str,
    /// May be empty, or `aws` for what AWS itself owns.
    pub account: &'a str,
    /// All that follows: `security-group/sg-1`, `user/path/alice`, `trail/main`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes a text apart; `None` when it is not a resource name.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        if next()? != "arn" {
            return None;
        }
        let (partition, service, region, account, resource) = (next()?, next()?, next()?, next()?, next()?);
        (!partition.is_empty() && !resource.is_empty()).then_some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }

    /// The resource's own id or name: what follows the last `/` of its path, else the whole.
    #[must_use]
    pub fn last_part(&self) -> &'a str {
        self.resource.rsplit(['/', ':']).next().unwrap_or(self.resource)
    }
}

/// The account a resource name names, where it names one (spec section 2).
#[must_use]
pub fn account_of_arn(text: &str) -> Option<AccountId> {
    Arn::parse(text).and_then(|arn| AccountId::parse(arn.account))
}

/// The partition that a region belongs to.
#[must_use]
pub fn partition_of_region(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

/// The resource name that type, account, region and id determine (spec section 2): security group,
/// VPC, bucket, trail. `None` for every other type; accounts are known by their number.
#[must_use]
pub fn derive_arn(resource_type: &str, account: &str, region: &str, id: &str) -> Option<String> {
    if id.starts_with("arn:") {
        return Some(id.to_owned());
    }
    let partition = partition_of_region(region);
    match resource_type {
        "AWS::EC2::SecurityGroup" => Some(format!("arn:{partition}:ec2:{region}:{account}:security-group/{id}")),
        "AWS::EC2::VPC" => Some(format!("arn:{partition}:ec2:{region}:{account}:vpc/{id}")),
        "AWS::S3::Bucket" => Some(format!("arn:{partition}:s3:::{id}")),
        "AWS::CloudTrail::Trail" => Some(format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{id}")),
        _ => None,
    }
}
