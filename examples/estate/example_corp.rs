//! The sample estate: Example Corp, four accounts, two regions, and what happened from mid December to July.
//!
//! Every event of the story is written here, by name and time; `example_corp.md` tells it to readers.

mod production;

use crate::instant::{Instant, MINUTE};
use crate::model::{Exports, Kind, Outage, Passwords, Recorder, Root, State, Subject, Traffic};
use crate::random::Random;
use crate::rules::{Place, Rule, USUAL};
use crate::states::{
    account_block, bucket, bucket_subject, closed_group, default_group, flow_log, group, held_bucket, open_group,
    person, policy, service, vpc,
};

pub(crate) const MANAGEMENT: &str = "111122223333";
pub(crate) const LOG_ARCHIVE: &str = "222233334444";
pub(crate) const PRODUCTION: &str = "333344445555";
pub(crate) const STAGING: &str = "444455556666";
const HOME: &str = "us-east-1";
const SECOND: &str = "eu-west-1";

const BEGIN: Instant = Instant::midnight(2025, 12, 15);
const END: Instant = Instant::midnight(2026, 7, 2);

const TRAIL_BUCKET: &str = "example-corp-org-trail-logs";
const ACCESS_LOGS: &str = "example-corp-access-logs";
const DEBUG_LOGS: &str = "example-corp-staging-debug-logs";

/// A date before the evidence begins, when most things were made.
const fn before(month: i64, day: i64) -> Instant {
    Instant::at(2025, month, day, 10, 15)
}

const fn on(month: i64, day: i64, hour: i64, minute: i64) -> Instant {
    Instant::at(2026, month, day, hour, minute)
}

/// All seven recorders; the log archive is confined to its home region.
pub(crate) fn recorders(seed: u64) -> Vec<Recorder> {
    vec![
        management(seed),
        management_second(seed),
        log_archive(seed),
        production::production(seed),
        production::production_second(seed),
        staging(seed),
        staging_second(seed),
    ]
}

fn recorder(seed: u64, account: &str, region: &str, subjects: Vec<Subject>, hub: &[&'static str]) -> Recorder {
    let place = Place { account, region, seed };
    let mut rules: Vec<Rule> =
        USUAL.iter().filter_map(|(identifier, origin)| Rule::managed(place, identifier, *origin)).collect();
    rules.push(Rule::custom(place, "example-corp-data-classification-tag", Kind::Bucket));
    let recorder_arn = format!("arn:aws:config:{region}:{account}:configuration-recorder/default");
    let own = Subject::new(Kind::Recorder, "default", "default", recorder_arn, before(9, 1))
        .then(before(9, 1), State::Recorder { is_on: true });
    let mut all = vec![own, account_subject(account)];
    all.extend(subjects);
    Recorder {
        account: account.to_owned(),
        region: region.to_owned(),
        seed,
        begin: BEGIN,
        end: END,
        outage: None,
        subjects: all,
        rules,
        hub_controls: hub.to_vec(),
        hub_empty: Vec::new(),
        hub_refresh: (22, 24),
        unconsolidated: false,
        snapshots_per_day: 1,
        exports: Exports::MONTHLY,
    }
}

/// An account whose password policy asks for so many characters and remembers so many passwords.
fn account_state(minimum_length: i64, remembered: i64) -> State {
    let passwords = Some(Passwords { minimum_length, remembered });
    State::Account { root_key: false, root: Root::Password { mfa: true }, passwords, multi_region_trail: true }
}

/// Management between two password policies.
fn without_policy() -> State {
    State::Account { root_key: false, root: Root::Password { mfa: true }, passwords: None, multi_region_trail: true }
}

/// Log-archive, once the organization has taken away what its root user signed in with.
fn without_root() -> State {
    let passwords = Some(Passwords { minimum_length: 14, remembered: 24 });
    State::Account { root_key: false, root: Root::Nothing, passwords, multi_region_trail: true }
}

/// When log-archive's root user lost its credentials.
const ROOT_REMOVED: Instant = on(2, 10, 19, 50);

/// The account itself: staging's password policy was too short for some days, and remembered too little
/// for some weeks; management had none for two days (C04).
fn account_subject(account: &str) -> Subject {
    let arn = format!("arn:aws:iam::{account}:root");
    let subject = Subject::new(Kind::Account, account, account, arn, before(9, 1)).unrecorded();
    let subject = subject.then(before(9, 2), account_state(14, 24));
    match account {
        STAGING => subject
            .then(on(2, 2, 9, 40), account_state(8, 24))
            .then(on(2, 5, 15, 10), account_state(14, 24))
            .then(on(5, 11, 8, 20), account_state(14, 5))
            .then(on(5, 27, 16, 45), account_state(14, 24)),
        MANAGEMENT => subject.then(on(6, 15, 9, 5), without_policy()).then(on(6, 17, 10, 30), account_state(14, 24)),
        LOG_ARCHIVE => subject.then(ROOT_REMOVED, without_root()).miss_once(ROOT_REMOVED),
        _ => subject,
    }
}

/// The organization's trail as an account sees it; its ARN names the management account everywhere.
fn organization_trail() -> Subject {
    let arn = format!("arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/example-org-trail");
    let key = format!("arn:aws:kms:{HOME}:{LOG_ARCHIVE}:key/5b1d3c0e-7a42-4c1e-9f60-2d8c41e7a903");
    let state = State::Trail {
        key: Some(key),
        validation: true,
        multi_region: true,
        organization: true,
        bucket: TRAIL_BUCKET.to_owned(),
    };
    Subject::new(Kind::Trail, "example-org-trail", "example-org-trail", arn, before(9, 3)).then(before(9, 3), state)
}

const LOGGED: Option<Traffic> = Some(Traffic::All);

fn log_of(network: &Subject, traffic: Traffic) -> State {
    State::FlowLog { vpc: network.id.clone(), traffic }
}

/// A network with its flow log and a default group that is closed.
fn network(seed: u64, place: (&str, &str), name: &str, made: Instant) -> Vec<Subject> {
    let network = vpc(seed, place, name, made)
        .then(made, State::Vpc { cidr: "10.20.0.0/16".to_owned(), is_default: false, logged: LOGGED });
    let closed = default_group(seed, place, &network.id, made).then(made.plus(1_000), closed_group(&network.id));
    let log = flow_log(seed, place, &network.id, made).then(made.plus(2_000), log_of(&network, Traffic::All));
    vec![network, closed, log]
}

fn network_id(subjects: &[Subject]) -> String {
    subjects.iter().find(|subject| subject.kind == Kind::Vpc).map_or_else(String::new, |network| network.id.clone())
}

/// Management's second region, where nothing but a network exists and few rules run.
fn management_second(seed: u64) -> Recorder {
    let mut subjects = network(seed, (MANAGEMENT, SECOND), "unused", before(9, 4));
    subjects.push(not_recorded_user(seed));
    let mut recorder = recorder(seed, MANAGEMENT, SECOND, subjects, &["EC2.2"]);
    let deployed = [
        "IAM_ROOT_ACCESS_KEY_CHECK",
        "INCOMING_SSH_DISABLED",
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
        "VPC_FLOW_LOGS_ENABLED",
    ];
    recorder.rules.retain(|rule| rule.test.is_some_and(|test| deployed.contains(&test.identifier)));
    recorder
}

/// A user of whom this region's recorder only says that it does not record users.
fn not_recorded_user(seed: u64) -> Subject {
    let mut user = person(seed, MANAGEMENT, "nora.castellan", before(9, 12)).unevaluated();
    let state = user.changes.first().and_then(|change| change.state.clone());
    if let Some(change) = user.changes.first_mut() {
        change.at = on(1, 14, 11, 30);
        change.state = state;
        change.notice = crate::model::Notice::NotRecorded;
    }
    user
}

/// Management: the default group of its network stays as AWS made it until May (C11); an old policy
/// with full rights is tolerated and suppressed in Security Hub (C07). It has no password policy for two
/// days (C04).
fn management(seed: u64) -> Recorder {
    let place = (MANAGEMENT, HOME);
    let mut subjects = network(seed, place, "default", before(9, 4));
    let network = network_id(&subjects);
    subjects.retain(|subject| subject.kind != Kind::Group);
    let factory = default_group(seed, place, &network, before(9, 4))
        .then(before(9, 4), crate::states::factory_group(&network))
        .then(on(5, 20, 13, 5), closed_group(&network));
    subjects.extend([
        factory,
        organization_trail(),
        person(seed, MANAGEMENT, "nora.castellan", before(9, 12)),
        policy(seed, MANAGEMENT, "legacy-admin", before(9, 15))
            .then(before(9, 15), State::Policy { service: "iam".to_owned(), version: 1, admin: true, boundary: false })
            .suppress("IAM.1"),
    ]);
    let hub = ["IAM.9", "CloudTrail.1", "CloudTrail.2", "CloudTrail.4", "IAM.1", "EC2.2"];
    let mut recorder = recorder(seed, MANAGEMENT, HOME, subjects, &hub);
    recorder.exports.policies = vec![on(6, 15, 13, 0), on(6, 17, 12, 0)];
    recorder
}

/// Log archive: the trail's bucket, and the bucket for access logs that logs nothing itself (C14,
/// suppressed). No rule and no Security Hub control looks at its one user. Its root user has nothing to
/// sign in with from February on (C05).
fn log_archive(seed: u64) -> Recorder {
    let subjects = vec![
        organization_trail(),
        bucket_subject(TRAIL_BUCKET, before(9, 3)).then(before(9, 3), bucket(Some(ACCESS_LOGS), true, "confidential")),
        bucket_subject(ACCESS_LOGS, before(9, 3)).then(before(9, 3), bucket(None, false, "internal")).suppress("S3.9"),
        person(seed, LOG_ARCHIVE, "break-glass-01", before(9, 5)).unevaluated(),
    ];
    let mut recorder = recorder(seed, LOG_ARCHIVE, HOME, subjects, &["S3.2", "S3.9", "IAM.9"]);
    recorder.hub_empty = vec!["IAM.1"];
    recorder.exports.summaries = true;
    recorder.exports.summaries_at = vec![ROOT_REMOVED.plus(10 * MINUTE)];
    recorder
}

const MFA_WITH_PASSWORD: bool = true;

/// A network that was made for a test and deleted in March, with its group.
fn short_lived_network(seed: u64) -> Vec<Subject> {
    let subjects = network(seed, (STAGING, HOME), "load-test", before(11, 10));
    subjects.into_iter().rev().map(|subject| subject.deleted(on(3, 3, 16, 40))).collect()
}

/// A trail somebody made to look into a fault, unencrypted, and whose deletion left no item (C09).
fn debug_trail() -> Subject {
    let arn = format!("arn:aws:cloudtrail:{HOME}:{STAGING}:trail/staging-debug-trail");
    let made = on(4, 14, 13, 0);
    let state = State::Trail {
        key: None,
        validation: true,
        multi_region: false,
        organization: false,
        bucket: DEBUG_LOGS.to_owned(),
    };
    Subject::new(Kind::Trail, "staging-debug-trail", "staging-debug-trail", arn, made)
        .then(made, state)
        .vanished(on(5, 6, 17, 20))
}

/// Staging: a remote desktop port open to all of IPv6 at the end of the window (C10), a bucket that was
/// deleted and made again (C14), a key that was never rotated (C03), a lost second factor (C01), a
/// database port open to the world (C10), and a policy that only the account's block holds back (C08).
fn staging(seed: u64) -> Recorder {
    let place = (STAGING, HOME);
    let mut subjects = network(seed, place, "staging", before(9, 4));
    let network = network_id(&subjects);
    subjects.extend(short_lived_network(seed));
    let made = before(9, 12);
    let marta = person(seed, STAGING, "marta.lindqvist", made)
        .then(on(3, 10, 9, 12), crate::states::person_state(made, !MFA_WITH_PASSWORD))
        .then(on(3, 12, 16, 40), crate::states::person_state(made, MFA_WITH_PASSWORD));
    let sync = service(seed, STAGING, "svc-legacy-sync", on(1, 5, 8, 30), on(1, 5, 8, 30));
    let bastion = group(seed, place, "bastion", before(9, 20))
        .then(before(9, 20), open_group(&network, 22, "203.0.113.0/28"))
        .then(on(5, 29, 15, 35), crate::states::opened(&network, 22, 3389, "::/0"));
    let internal = group(seed, place, "web-internal", before(9, 20))
        .then(before(9, 20), open_group(&network, 8443, "10.20.0.0/16"))
        .then(on(1, 26, 10, 10), crate::states::opened(&network, 8443, 3306, "0.0.0.0/0"))
        .then(on(1, 29, 16, 5), open_group(&network, 8443, "10.20.0.0/16"));
    let uploads = bucket_subject("example-corp-staging-uploads", before(10, 2))
        .then(before(10, 2), bucket(Some(ACCESS_LOGS), false, "internal"))
        .deleted(on(2, 20, 11, 0))
        .then(on(3, 2, 9, 0), bucket(None, false, "internal"))
        .then(on(3, 4, 12, 30), bucket(Some(ACCESS_LOGS), false, "internal"));
    let debug = bucket_subject(DEBUG_LOGS, before(10, 2))
        .then(before(10, 2), bucket(Some(ACCESS_LOGS), true, "internal"))
        .then(on(4, 21, 10, 30), held_bucket(Some(ACCESS_LOGS), "internal"))
        .then(on(4, 24, 15, 0), bucket(Some(ACCESS_LOGS), true, "internal"));
    subjects.extend([
        marta,
        sync,
        bastion,
        internal,
        uploads,
        debug,
        account_block(STAGING, before(9, 2)),
        debug_trail(),
        organization_trail().warn("CloudTrail.2"),
    ]);
    let mut recorder =
        recorder(seed, STAGING, HOME, subjects, &["IAM.5", "IAM.4", "IAM.15", "EC2.14", "EC2.2", "CloudTrail.2"]);
    recorder.unconsolidated = true;
    recorder.exports.report_days = 7;
    recorder
}

/// Staging's second region: its recorder stood still for five days in April.
fn staging_second(seed: u64) -> Recorder {
    let subjects = network(seed, (STAGING, SECOND), "staging-eu", before(9, 4));
    let mut recorder = recorder(seed, STAGING, SECOND, subjects, &["EC2.2", "EC2.6"]);
    let (from, until) = (on(4, 3, 7, 0), on(4, 8, 9, 30));
    recorder.outage = Some(Outage { from, until });
    for own in recorder.subjects.iter_mut().filter(|subject| subject.kind == Kind::Recorder) {
        *own = own.clone().then(from, State::Recorder { is_on: false }).then(until, State::Recorder { is_on: true });
    }
    recorder
}

/// A number stream of the story's own, for the few things that are not in the world model.
pub(crate) fn random(seed: u64, label: &str) -> Random {
    Random::keyed(seed, &format!("example-corp/{label}"))
}
