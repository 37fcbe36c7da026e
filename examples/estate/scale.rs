//! Estates of any size for benchmarks: the same kinds of things as the sample, drawn by lot.

use crate::instant::{DAY, HOUR, Instant};
use crate::model::{Exports, Kind, Notice, Outage, Passwords, Recorder, Root, State, Subject, Traffic};
use crate::random::Random;
use crate::rules::{Origin, Place, Rule, USUAL};
use crate::states::{
    bucket, bucket_subject, closed_group, default_group, factory_group, flow_log, group, open_group, opened, person,
    person_state, policy, public_bucket, service, vpc,
};

const REGIONS: [&str; 12] = [
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "us-east-2",
    "ca-central-1",
    "eu-north-1",
    "sa-east-1",
    "ap-south-1",
    "eu-west-3",
];

const HUB_REGIONAL: [&str; 7] = ["EC2.2", "EC2.6", "EC2.13", "EC2.14", "S3.2", "S3.3", "S3.9"];
const HUB_GLOBAL: [&str; 11] = [
    "IAM.1",
    "IAM.2",
    "IAM.3",
    "IAM.4",
    "IAM.5",
    "IAM.8",
    "IAM.9",
    "IAM.15",
    "CloudTrail.1",
    "CloudTrail.2",
    "CloudTrail.4",
];

/// What to make.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) accounts: u32,
    pub(crate) regions: u32,
    pub(crate) seed: u64,
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
    pub(crate) resources: i64,
    pub(crate) snapshots_per_day: i64,
    pub(crate) findings: bool,
}

impl Plan {
    fn account_id(&self, account: u32) -> String {
        let offset = Random::keyed(self.seed, "accounts").below(700_000_000_000);
        format!("{:012}", 100_000_000_000 + offset + i64::from(account) * 7_919)
    }

    /// The recorders of one account, its home region first.
    pub(crate) fn recorders(&self, account: u32) -> Vec<Recorder> {
        let regions = usize::try_from(self.regions).unwrap_or(1).clamp(1, REGIONS.len());
        let id = self.account_id(account);
        REGIONS.iter().take(regions).enumerate().map(|(index, region)| self.recorder(&id, region, index)).collect()
    }

    fn random(&self, label: &str) -> Random {
        Random::keyed(self.seed, label)
    }

    fn some_time(&self, random: &mut Random) -> Instant {
        Instant(self.begin.0 + random.below(self.end.0 - self.begin.0))
    }

    /// A stretch of hours to days somewhere in the evidence.
    fn stretch(&self, random: &mut Random) -> (Instant, Instant) {
        let from = self.some_time(random);
        (from, from.plus(HOUR * (3 + random.below(120))))
    }

    fn recorder(&self, account: &str, region: &'static str, index: usize) -> Recorder {
        let mut random = self.random(&format!("recorder/{account}/{region}"));
        let is_home = index == 0;
        let mut subjects = self.account_subjects(account, is_home);
        let own = Subject::new(Kind::Recorder, "default", "default", String::new(), self.old())
            .then(self.old(), State::Recorder { is_on: true });
        subjects.push(own);
        subjects.extend(self.network(account, region, &mut random));
        subjects.extend(self.buckets(account, region, &mut random));
        // Some accounts record IAM in a second region too, one in eight.
        if is_home || (index == 1 && self.random(&format!("second/{account}")).one_in(8)) {
            subjects.extend(self.identities(account));
        }
        let outage = random.one_in(25).then(|| {
            let from = self.some_time(&mut random);
            Outage { from, until: from.plus(2 * DAY + HOUR * random.below(96)) }
        });
        let mut hub_controls = HUB_REGIONAL.to_vec();
        hub_controls.extend(HUB_GLOBAL.iter().filter(|_| is_home));
        Recorder {
            account: account.to_owned(),
            region: region.to_owned(),
            seed: self.seed,
            begin: self.begin,
            end: self.end,
            outage,
            subjects,
            rules: self.rules(Place { account, region, seed: self.seed }, &mut random),
            hub_controls,
            hub_empty: if is_home && random.one_in(4) { vec!["IAM.1"] } else { Vec::new() },
            hub_refresh: (12, 18),
            unconsolidated: is_home && random.one_in(6),
            snapshots_per_day: self.snapshots_per_day,
            exports: Exports::MONTHLY,
        }
    }

    fn rules(&self, place: Place<'_>, random: &mut Random) -> Vec<Rule> {
        let mut rules: Vec<Rule> =
            USUAL.iter().filter_map(|(identifier, origin)| Rule::managed(place, identifier, *origin)).collect();
        rules.extend(Rule::managed(place, "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", Origin::Plain));
        rules.extend(Rule::managed(place, "INCOMING_SSH_DISABLED", Origin::SecurityHub));
        rules.push(Rule::custom(place, "data-classification-tag", Kind::Bucket));
        if random.one_in(10) {
            let until = self.some_time(random);
            rules
                .iter_mut()
                .filter(|rule| rule.name.starts_with("OrgConfigRule-"))
                .for_each(|rule| rule.until = Some(until));
        }
        rules
    }

    fn old(&self) -> Instant {
        self.begin.plus(-60 * DAY)
    }

    fn account_subjects(&self, account: &str, is_home: bool) -> Vec<Subject> {
        let mut random = self.random(&format!("account/{account}"));
        let arn = format!("arn:aws:iam::{account}:root");
        let state = |length, trail| State::Account {
            root_key: false,
            root: Root::Password { mfa: true },
            passwords: Some(Passwords { minimum_length: length, remembered: 24 }),
            multi_region_trail: trail,
        };
        let mut subject = Subject::new(Kind::Account, account, account, arn, self.old())
            .unrecorded()
            .then(self.old(), state(14, true));
        if random.one_in(12) {
            let (from, until) = self.stretch(&mut random);
            subject = subject.then(from, state(8, true)).then(until, state(14, true));
        }
        let mut all = vec![subject];
        if is_home {
            all.push(self.organization_trail());
        }
        if is_home && account == self.account_id(0) {
            let name = format!("trail-logs-{account}");
            all.push(bucket_subject(&name, self.old()).then(self.old(), bucket(Some("access-logs"), true, "internal")));
        }
        all
    }

    fn organization_trail(&self) -> Subject {
        let arn = format!("arn:aws:cloudtrail:us-east-1:{}:trail/organization", self.account_id(0));
        let state = State::Trail {
            key: Some(format!("arn:aws:kms:us-east-1:{}:key/organization", self.account_id(0))),
            validation: true,
            multi_region: true,
            organization: true,
            bucket: format!("trail-logs-{}", self.account_id(0)),
        };
        Subject::new(Kind::Trail, "organization", "organization", arn, self.old()).then(self.old(), state)
    }

    fn network(&self, account: &str, region: &'static str, random: &mut Random) -> Vec<Subject> {
        let (place, old) = ((account, region), self.old());
        let logged = (!random.one_in(10)).then_some(Traffic::All);
        let network = vpc(self.seed, place, "main", old);
        let id = network.id.clone();
        let network = network.then(old, State::Vpc { cidr: "10.0.0.0/16".to_owned(), is_default: false, logged });
        let state = if random.one_in(8) { factory_group(&id) } else { closed_group(&id) };
        let mut all = vec![default_group(self.seed, place, &id, old).then(old, state)];
        if let Some(traffic) = logged {
            let state = State::FlowLog { vpc: id.clone(), traffic };
            all.push(flow_log(self.seed, place, &id, old).then(old, state));
        }
        all.extend((0..self.resources * 2 / 3).map(|index| self.group(place, &id, index)));
        all.push(network);
        all
    }

    fn group(&self, place: (&str, &str), vpc: &str, index: i64) -> Subject {
        let name = format!("service-{index:04}");
        let mut random = self.random(&format!("group/{}/{}/{name}", place.0, place.1));
        let made = if random.one_in(8) { self.some_time(&mut random) } else { self.old() };
        let usual = open_group(vpc, 443, "10.0.0.0/8");
        let mut subject = group(self.seed, place, &name, made).then(made, usual.clone());
        if random.one_in(6) {
            let source = random.pick(&["0.0.0.0/0", "::/0"]).to_owned();
            let port = if random.one_in(2) { 22 } else { 3389 };
            let (from, until) = self.stretch(&mut random);
            if made < from {
                subject = subject.then(from, opened(vpc, 443, port, &source)).then(until, usual);
            }
        }
        self.perhaps_deleted(subject, &mut random)
    }

    fn perhaps_deleted(&self, subject: Subject, random: &mut Random) -> Subject {
        let last = subject.changes.last().map_or(self.begin, |change| change.at).max(self.begin);
        let when = last.plus(HOUR + random.below(20 * DAY));
        match random.below(24) {
            0 => subject.deleted(when),
            1 => subject.vanished(when),
            _ => subject,
        }
    }

    fn buckets(&self, account: &str, region: &str, random: &mut Random) -> Vec<Subject> {
        let mut all = Vec::new();
        for index in 0..(self.resources / 3) {
            let name = format!("data-{account}-{region}-{index:04}");
            let logging = (!random.one_in(9)).then_some("access-logs");
            let state = bucket(logging, false, random.pick(&["restricted", "internal", "public"]));
            let mut subject = bucket_subject(&name, self.old()).then(self.old(), state.clone());
            let (from, until) = self.stretch(random);
            match random.below(12) {
                0 => subject = subject.then(from, public_bucket(logging)).then(until, state),
                // Deleted and made again under the same name.
                1 => subject = subject.deleted(from).then(until, state),
                _ => {}
            }
            if random.one_in(30) {
                subject = subject.suppress("S3.9");
            }
            all.push(subject);
        }
        all
    }

    fn identities(&self, account: &str) -> Vec<Subject> {
        let mut random = self.random(&format!("identities/{account}"));
        let mut all: Vec<Subject> =
            (0..self.resources / 3).map(|index| self.person(account, index, &mut random)).collect();
        for index in 0..self.resources / 6 {
            let key = self.begin.plus(-random.below(120) * DAY);
            all.push(service(self.seed, account, &format!("machine-{index:04}"), self.old(), key));
        }
        for index in 0..self.resources / 4 {
            let (version, admin) = (1 + random.below(4), random.one_in(15));
            let state = State::Policy { service: "s3".to_owned(), version, admin, boundary: false };
            all.push(policy(self.seed, account, &format!("team-{index:04}"), self.old()).then(self.old(), state));
        }
        all
    }

    fn person(&self, account: &str, index: i64, random: &mut Random) -> Subject {
        let given = random.pick(&["ada", "bruno", "chidi", "dora", "elif", "farid", "greta", "hiro", "ines", "jonas"]);
        let family =
            random.pick(&["abel", "berg", "costa", "dahl", "evans", "fuchs", "gomez", "haas", "ito", "jansen"]);
        let mut subject = person(self.seed, account, &format!("{given}.{family}{index}"), self.old());
        let (from, until) = self.stretch(random);
        match random.below(10) {
            0 => {
                subject =
                    subject.then(from, person_state(self.old(), false)).then(until, person_state(self.old(), true));
            }
            1 => subject = subject.unevaluated(),
            2 => subject = subject.deleted(from),
            3 => subject
                .changes
                .iter_mut()
                .for_each(|change| change.notice = if index == 0 { Notice::NotRecorded } else { change.notice }),
            _ => {}
        }
        subject
    }
}
