//! Example Corp's production account, in both of its regions.

use super::{
    ACCESS_LOGS, HOME, LOGGED, MFA_WITH_PASSWORD, PRODUCTION, SECOND, before, log_of, network, network_id, on,
    organization_trail, recorder,
};
use crate::instant::{Instant, MINUTE};
use crate::model::{Recorder, STRICT_KEY_DAYS, State, Subject, Traffic};
use crate::rules::Rule;
use crate::states::{
    bucket, bucket_subject, closed_group, default_group, flow_log, group, open_group, person, policy, prefix_list,
    service, vpc,
};

fn production_users(seed: u64) -> Vec<Subject> {
    let made = before(9, 12);
    let becker = person(seed, PRODUCTION, "tom.becker", made);
    let becker = crate::states::restated(becker, made, crate::states::idle_person(made, on(1, 19, 16, 0)))
        .deleted(on(6, 3, 9, 20));
    let raman = person(seed, PRODUCTION, "priya.raman", on(5, 18, 8, 55));
    let raman = crate::states::restated(
        raman,
        on(5, 18, 8, 55),
        crate::states::person_state(on(5, 18, 8, 55), !MFA_WITH_PASSWORD),
    )
    .then(on(5, 19, 10, 30), crate::states::person_state(on(5, 18, 8, 55), MFA_WITH_PASSWORD));
    let export = service(seed, PRODUCTION, "svc-billing-export", made, Instant::at(2025, 8, 1, 7, 0))
        .then(on(1, 19, 14, 25), crate::states::service_state(on(1, 19, 14, 25)))
        .then(on(4, 13, 9, 0), crate::states::service_state(on(4, 13, 9, 0)))
        .then(on(6, 8, 9, 0), crate::states::service_state(on(6, 8, 9, 0)));
    vec![becker, raman, export]
}

/// Its rule lets keys be unrotated for 60 days only, Security Hub for 90 (C03).
fn deploy_strictly(recorder: &mut Recorder) {
    let is_it = |rule: &&mut Rule| rule.test.is_some_and(|test| test.identifier == "ACCESS_KEYS_ROTATED");
    recorder.rules.iter_mut().filter(is_it).for_each(|rule| rule.key_days = STRICT_KEY_DAYS);
}

/// Policies: full rights for one afternoon, and a permissions boundary that allows everything for weeks (C07).
fn production_policies(seed: u64) -> [Subject; 2] {
    let deployer = |version, admin| State::Policy { service: "ecs".to_owned(), version, admin, boundary: false };
    let limit = |version, admin| State::Policy { service: "s3".to_owned(), version, admin, boundary: true };
    [
        policy(seed, PRODUCTION, "app-deployer", before(9, 21))
            .then(before(9, 21), deployer(2, false))
            .then(on(3, 24, 10, 20), deployer(3, true))
            .then(on(3, 24, 15, 55), deployer(4, false)),
        policy(seed, PRODUCTION, "developer-boundary", on(4, 20, 10, 0))
            .then(on(4, 20, 10, 0), limit(1, true))
            .then(on(6, 11, 15, 30), limit(2, false)),
    ]
}

/// The group of the databases, for one night open by way of a prefix list (C10).
fn database_group(seed: u64, place: (&str, &str), network: &str) -> [Subject; 2] {
    let list = prefix_list(seed, place, "office-networks", on(4, 24, 15, 0)).deleted(on(5, 4, 9, 30));
    let database = group(seed, place, "database", on(3, 4, 9, 10))
        .then(on(3, 4, 9, 10), open_group(network, 5432, "10.20.0.0/16"))
        .then(on(4, 27, 17, 40), crate::states::opened(network, 5432, 22, &list.id))
        .then(on(4, 28, 9, 15), open_group(network, 5432, "10.20.0.0/16"));
    [list, database]
}

/// Production: an SSH port open to the world for two days (C10), a policy with full rights for one
/// afternoon (C07), keys, leave and onboarding of people (C01 to C03), a public bucket that is none of C08's.
pub(super) fn production(seed: u64) -> Recorder {
    let place = (PRODUCTION, HOME);
    let mut subjects = network(seed, place, "production", before(9, 4));
    let network = network_id(&subjects);
    subjects.extend(production_users(seed));
    let web = group(seed, place, "web-public", before(9, 20))
        .then(before(9, 20), open_group(&network, 443, "0.0.0.0/0"))
        .then(on(2, 17, 13, 20), crate::states::opened(&network, 443, 22, "0.0.0.0/0"))
        .then(on(2, 19, 8, 45), open_group(&network, 443, "0.0.0.0/0"));
    subjects.extend(database_group(seed, place, &network));
    let marketing = bucket_subject("example-corp-marketing-assets", before(10, 6))
        .then(before(10, 6), bucket(Some(ACCESS_LOGS), false, "public"))
        .then(on(3, 16, 10, 0), crate::states::public_bucket(Some(ACCESS_LOGS)))
        .then(on(3, 23, 17, 30), bucket(Some(ACCESS_LOGS), false, "public"));
    let statements = bucket_subject("example-corp-statements", before(9, 22))
        .then(before(9, 22), bucket(Some(ACCESS_LOGS), false, "restricted"));
    subjects.extend(production_policies(seed));
    subjects.extend([web, marketing, statements, organization_trail().warn("CloudTrail.2")]);
    let hub = ["IAM.5", "IAM.3", "IAM.1", "EC2.13", "EC2.2", "S3.2", "CloudTrail.2"];
    let mut recorder = recorder(seed, PRODUCTION, HOME, subjects, &hub);
    recorder.exports.dumped = true;
    deploy_strictly(&mut recorder);
    // The organization takes one of its rules back in April; what it said ends with it.
    for rule in recorder.rules.iter_mut().filter(|rule| rule.name.starts_with("OrgConfigRule-cloud-trail")) {
        rule.until = Some(on(4, 1, 12, 0));
    }
    recorder
}

/// A network whose flow log holds accepted traffic alone for its first weeks (C15).
fn partner_network(seed: u64, place: (&str, &str)) -> Vec<Subject> {
    let (made, mended) = (on(5, 11, 9, 0), on(5, 28, 11, 20));
    let cidr = || "10.60.0.0/16".to_owned();
    let state = |traffic| State::Vpc { cidr: cidr(), is_default: false, logged: Some(traffic) };
    let network = vpc(seed, place, "partner-link", made);
    let closed = default_group(seed, place, &network.id, made).then(made.plus(60_000), closed_group(&network.id));
    // What a flow log holds cannot be changed: another takes its place.
    let first = flow_log(seed, place, &network.id, made)
        .then(made, log_of(&network, Traffic::Accepted))
        .deleted(mended.plus(10 * MINUTE));
    let second =
        flow_log(seed, place, &format!("{}/all", network.id), mended).then(mended, log_of(&network, Traffic::All));
    // The recorder sees the flow log first: it takes some minutes to write down a network.
    let network = network.then(made.plus(4 * MINUTE), state(Traffic::Accepted)).then(mended, state(Traffic::All));
    vec![first, network, closed, second]
}

/// The gateway's group: SSH was open to the world when the year began, and is again in June, when the
/// rule no longer looks (C10).
fn gateway_group(seed: u64, place: (&str, &str), network: &str) -> Subject {
    let usual = || open_group(network, 443, "198.51.100.0/24");
    let open = || crate::states::opened(network, 443, 22, "0.0.0.0/0");
    group(seed, place, "vpn-edge", before(9, 25))
        .then(before(9, 25), usual())
        .then(Instant::at(2025, 12, 20, 18, 5), open())
        .then(on(1, 7, 11, 15), usual())
        .then(on(6, 4, 22, 40), open())
        .then(on(6, 9, 7, 15), usual())
        .overlook("INCOMING_SSH_DISABLED", SCOPE_NARROWED)
}

/// When somebody scoped a rule of production's second region to one group.
const SCOPE_NARROWED: Instant = on(5, 27, 10, 0);

/// Production's second region: a network without flow logs for four days (C15), a group that was open
/// already when the year began (C10). It records IAM too.
pub(super) fn production_second(seed: u64) -> Recorder {
    let place = (PRODUCTION, SECOND);
    let mut subjects = network(seed, place, "production-eu", before(9, 4));
    let main = network_id(&subjects);
    let made = on(3, 2, 9, 30);
    let analytics = vpc(seed, place, "analytics", made);
    let state = |logged| State::Vpc { cidr: "10.44.0.0/16".to_owned(), is_default: false, logged };
    let log =
        flow_log(seed, place, &analytics.id, on(3, 6, 14, 0)).then(on(3, 6, 14, 0), log_of(&analytics, Traffic::All));
    let closed = default_group(seed, place, &analytics.id, made).then(made.plus(60_000), closed_group(&analytics.id));
    let edge = gateway_group(seed, place, &main);
    subjects.extend([analytics.then(made, state(None)).then(on(3, 6, 14, 0), state(LOGGED)), closed, log, edge]);
    subjects.extend(partner_network(seed, place));
    subjects.extend(production_users(seed));
    let only = subjects.iter().find(|subject| subject.name == "default").map(|group| group.id.clone());
    let mut recorder = recorder(seed, PRODUCTION, SECOND, subjects, &["EC2.2", "EC2.6"]);
    deploy_strictly(&mut recorder);
    let is_it = |rule: &&mut Rule| rule.test.is_some_and(|test| test.identifier == "INCOMING_SSH_DISABLED");
    recorder.rules.iter_mut().filter(is_it).for_each(|rule| rule.only.clone_from(&only));
    recorder
}
