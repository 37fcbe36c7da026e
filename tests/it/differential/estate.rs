//! The skeleton of a random estate: accounts, regions, the window, the things in it, and the files that result.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::random::Random;
use crate::oracle::{Control14Tag, ScopeAccount};

/// Milliseconds since 1970.
pub(crate) type Millis = i64;
/// One day.
pub(crate) const DAY: Millis = 86_400_000;

/// One resource of the estate.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// Recorders (account, region) whose items show it.
    pub(crate) recorders: Vec<(String, String)>,
    /// Its items carry no ARN.
    pub(crate) hides_arn: bool,
    /// What stands in `configuration`.
    pub(crate) configuration: Value,
}

/// A random estate.
pub(crate) struct Estate {
    pub(crate) random: Random,
    pub(crate) accounts: Vec<String>,
    pub(crate) regions: Vec<String>,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    /// First and last instant of evidence.
    pub(crate) start: Millis,
    pub(crate) end: Millis,
    pub(crate) things: Vec<Thing>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) aliases: Vec<(String, String)>,
    pub(crate) scope: Option<Vec<ScopeAccount>>,
    pub(crate) tags: Vec<(String, Control14Tag)>,
    pub(crate) scope_as_file: bool,
    pub(crate) max_gap_hours: i64,
    pub(crate) lag_hours: i64,
}

/// `2026-03-01T00:00:00.000Z`.
pub(crate) fn iso(time: Millis) -> String {
    jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `20260301T000000Z`.
pub(crate) fn stamp(time: Millis) -> String {
    jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `2026/3/1`, as AWS Config writes folders.
pub(crate) fn folders(time: Millis) -> String {
    jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y/%-m/%-d").to_string()
}

/// The day of an instant: `2026-03-01`.
pub(crate) fn day(time: Millis) -> String {
    jiff::Timestamp::from_millisecond(time).unwrap().strftime("%Y-%m-%d").to_string()
}

/// The partition of a region.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov") { "aws-us-gov" } else { "aws" }
}

/// Gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Estate {
    /// An estate with nothing in it, over a window of three days.
    pub(crate) fn bare() -> Self {
        let from = 1_772_323_200_000;
        Estate {
            random: Random::new(0),
            accounts: Vec::new(),
            regions: Vec::new(),
            from,
            until: from + 3 * DAY,
            start: from,
            end: from + 3 * DAY,
            things: Vec::new(),
            files: Vec::new(),
            aliases: Vec::new(),
            scope: None,
            tags: Vec::new(),
            scope_as_file: false,
            max_gap_hours: 36,
            lag_hours: 24,
        }
    }

    /// Accounts, regions, window and things of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 1 + random.below(3);
        // No account begins with a 2: where a path names another, the program takes `200002071102` for a minute.
        let accounts: Vec<String> =
            [0, 1, 3].iter().take(count).map(|n| format!("{n}{:011}", random.below(99_999_999))).collect();
        let gov = random.chance(15);
        let mut regions: Vec<String> =
            if gov { vec!["us-gov-west-1", "us-gov-east-1"] } else { vec!["us-east-1", "eu-west-1", "ap-southeast-2"] }
                .into_iter()
                .map(str::to_owned)
                .collect();
        regions.truncate(1 + random.below(3));
        let from = 1_772_323_200_000 + DAY * random.between(0, 40);
        let until = from + DAY * random.between(2, 7);
        let start = from + random.pick(&[-4, -3, -2, -1, 0, 1]) * DAY + random.between(0, DAY);
        let end = until + random.pick(&[-3, -2, -1, 0, 1, 2]) * DAY + random.between(0, DAY);
        let end = end.max(start + DAY);
        let max_gap_hours = random.pick(&[36, 36, 36, 12, 72]);
        let mut estate = Estate { random, accounts, regions, from, until, start, end, max_gap_hours, ..Estate::bare() };
        estate.lag_hours = estate.random.pick(&[24, 24, 1, 0]);
        // Something is always handed over, if only a note that is no evidence.
        estate.files.push(("note.txt".to_owned(), b"handed over by mail".to_vec()));
        estate.make_settings();
        estate.make_things();
        super::config_side::make(&mut estate);
        super::account_side::make(&mut estate);
        super::findings_side::make(&mut estate);
        estate
    }

    /// An instant of the estate, with a liking for edges.
    pub(crate) fn instant(&mut self, edges: &[Millis]) -> Millis {
        let shift = self.random.pick(&[0, 0, 0, -1, 1, 1000]);
        match self.random.below(10) {
            0 => self.from + shift,
            1 => self.until + shift,
            2 | 3 if !edges.is_empty() => self.random.pick(edges) + self.random.pick(&[-1, 1, -1000, 60_000]),
            _ => self.random.between(self.start, self.end),
        }
    }

    fn make_things(&mut self) {
        for account in self.accounts.clone() {
            for _ in 0..self.random.below(4) {
                self.make_user(&account);
            }
            for _ in 0..self.random.below(3) {
                self.make_policy(&account);
            }
            for region in self.regions.clone() {
                self.make_regional(&account, &region);
            }
        }
        if self.random.chance(60) {
            self.make_organization_trail();
        }
    }

    fn recorders_in(&mut self, account: &str) -> Vec<(String, String)> {
        let mut recorders: Vec<(String, String)> = Vec::new();
        for region in self.regions.clone() {
            if self.random.chance(70) {
                recorders.push((account.to_owned(), region));
            }
        }
        recorders
    }

    fn make_user(&mut self, account: &str) {
        let path = self.random.pick(&["", "staff/", "a/b/"]);
        let name = format!("user{}", self.random.hex(3));
        let p = partition(&self.regions[0]);
        let arn = format!("arn:{p}:iam::{account}:user/{path}{name}");
        // Sometimes made again under the same ARN.
        for _ in 0..self.random.pick(&[1, 1, 2]) {
            let id = format!("AIDA{}", self.random.hex(16).to_uppercase());
            let recorders = self.recorders_in(account);
            let hides_arn = self.random.chance(8);
            let configuration = json!({"userName": name, "userId": id, "arn": arn, "path": format!("/{path}"), "userPolicyList": [], "attachedManagedPolicies": []});
            self.add(account, "global", "AWS::IAM::User", &id, &name, &arn, recorders, hides_arn, configuration);
        }
    }

    fn make_policy(&mut self, account: &str) {
        let name = format!("policy-{}", self.random.hex(3));
        let p = partition(&self.regions[0]);
        let owner = if self.random.chance(25) { "aws" } else { account };
        let arn = format!("arn:{p}:iam::{owner}:policy/{name}");
        let id = format!("ANPA{}", self.random.hex(16).to_uppercase());
        let recorders = self.recorders_in(account);
        self.add(
            account,
            "global",
            "AWS::IAM::Policy",
            &id,
            &name,
            &arn,
            recorders,
            false,
            json!({"policyName": name, "policyId": id, "arn": arn}),
        );
    }

    #[expect(clippy::too_many_arguments, reason = "one place that fills one struct")]
    fn add(
        &mut self,
        account: &str,
        region: &str,
        kind: &'static str,
        id: &str,
        name: &str,
        arn: &str,
        recorders: Vec<(String, String)>,
        hides_arn: bool,
        configuration: Value,
    ) {
        let thing = Thing {
            account: account.to_owned(),
            region: region.to_owned(),
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            arn: arn.to_owned(),
            recorders,
            hides_arn,
            configuration,
        };
        self.things.push(thing);
    }

    fn make_regional(&mut self, account: &str, region: &str) {
        let p = partition(region);
        let here = vec![(account.to_owned(), region.to_owned())];
        for _ in 0..self.random.below(3) {
            let id = format!("vpc-{}", self.random.hex(8));
            let arn = format!("arn:{p}:ec2:{region}:{account}:vpc/{id}");
            let hides = self.random.chance(15);
            self.add(
                account,
                region,
                "AWS::EC2::VPC",
                &id,
                "",
                &arn,
                here.clone(),
                hides,
                json!({"vpcId": id, "ownerId": account}),
            );
        }
        self.make_flow_logs(account, region);
        if self.random.chance(40) {
            let id = format!("pl-{}", self.random.hex(8));
            let arn = format!("arn:{p}:ec2:{region}:{account}:prefix-list/{id}");
            let configuration = json!({"PrefixListId": id, "AddressFamily": "IPv4", "OwnerId": account, "Entries": []});
            self.add(account, region, "AWS::EC2::PrefixList", &id, "", &arn, here.clone(), false, configuration);
        }
        for _ in 0..self.random.below(4) {
            let id = format!("sg-{}", self.random.hex(8));
            let arn = format!("arn:{p}:ec2:{region}:{account}:security-group/{id}");
            let name = self.random.pick(&["default", "default", "web", "default-web"]);
            let hides = self.random.chance(15);
            let mut configuration =
                json!({"groupName": name, "groupId": id, "ipPermissions": [], "ipPermissionsEgress": []});
            if self.random.chance(80) {
                configuration["vpcId"] = json!(format!("vpc-{}", self.random.hex(8)));
            } else if self.random.chance(50) {
                configuration["vpcId"] = Value::Null;
            }
            self.add(account, region, "AWS::EC2::SecurityGroup", &id, name, &arn, here.clone(), hides, configuration);
        }
        for _ in 0..self.random.below(3) {
            let id = format!("bucket-{}", self.random.hex(6));
            let hides = self.random.chance(15);
            self.add(
                account,
                region,
                "AWS::S3::Bucket",
                &id,
                &id,
                &format!("arn:{p}:s3:::{id}"),
                here.clone(),
                hides,
                json!({"name": id}),
            );
        }
        if self.random.chance(25) {
            let kind = "AWS::S3::AccountPublicAccessBlock";
            self.add(account, region, kind, account, "", "", here.clone(), true, json!({}));
        }
        if self.random.chance(50) {
            self.make_trail(account, region);
        }
    }

    /// Flow logs of some of the region's VPCs, or none at all.
    fn make_flow_logs(&mut self, account: &str, region: &str) {
        let vpcs: Vec<String> = self
            .things
            .iter()
            .filter(|t| t.kind == "AWS::EC2::VPC" && t.account == account && t.region == region)
            .map(|t| t.id.clone())
            .collect();
        if vpcs.is_empty() || self.random.chance(25) {
            return;
        }
        for _ in 0..=self.random.below(3) {
            let id = format!("fl-{}", self.random.hex(8));
            let arn = format!("arn:{}:ec2:{region}:{account}:vpc-flow-log/{id}", partition(region));
            let here = vec![(account.to_owned(), region.to_owned())];
            let configuration = json!({"flowLogId": id, "resourceId": self.random.pick(&vpcs)});
            self.add(account, region, "AWS::EC2::FlowLog", &id, "", &arn, here, false, configuration);
        }
    }

    fn bucket_name(&mut self) -> String {
        let buckets: Vec<String> =
            self.things.iter().filter(|t| t.kind == "AWS::S3::Bucket").map(|t| t.id.clone()).collect();
        if buckets.is_empty() { "elsewhere".to_owned() } else { self.random.pick(&buckets) }
    }

    fn make_trail(&mut self, account: &str, region: &str) {
        let name = self.random.pick(&["main", "audit", "main"]).to_owned() + region;
        let arn = format!("arn:{}:cloudtrail:{region}:{account}:trail/{name}", partition(region));
        // The home region, and shadow copies elsewhere.
        let mut recorders = vec![(account.to_owned(), region.to_owned())];
        if self.random.chance(40) {
            recorders.extend(self.recorders_in(account).into_iter().filter(|r| r.1 != region));
        }
        let bucket = self.bucket_name();
        let configuration = json!({"name": name, "trailARN": arn, "s3BucketName": bucket, "homeRegion": region});
        self.add(account, region, "AWS::CloudTrail::Trail", &name, &name, &arn, recorders, false, configuration);
    }

    /// A trail of the organization: its owner is one of the accounts or none of them; members record it.
    fn make_organization_trail(&mut self) {
        let region = self.regions[0].clone();
        // An owner that is seen in this ARN only is a case of its own, where no scope list names it.
        let owner = if self.scope.is_none() || self.random.chance(50) {
            self.accounts[0].clone()
        } else {
            "999900001111".to_owned()
        };
        let arn = format!("arn:{}:cloudtrail:{region}:{owner}:trail/organization", partition(&region));
        for account in self.accounts.clone() {
            if self.random.chance(70) {
                let recorders = self.recorders_in(&account);
                let bucket = self.bucket_name();
                let configuration = json!({"name": "organization", "trailARN": arn, "s3BucketName": bucket, "isOrganizationTrail": true});
                self.add(
                    &account,
                    &region,
                    "AWS::CloudTrail::Trail",
                    "organization",
                    "organization",
                    &arn,
                    recorders,
                    false,
                    configuration,
                );
            }
        }
    }

    /// Writes all files under a folder.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}
