//! Small builders for subjects and states that both estates use.

use crate::instant::Instant;
use crate::model::{Access, Credential, Ingress, Kind, State, Subject};
use crate::random::Random;

/// Account and region of a regional resource.
type Home<'a> = (&'a str, &'a str);

fn user_subject(seed: u64, account: &str, path: &str, name: &str, made: Instant) -> Subject {
    let id = format!("AIDA{}", Random::keyed(seed, &format!("user/{account}/{name}")).identity(17));
    Subject::new(Kind::User, &id, name, format!("arn:aws:iam::{account}:user{path}{name}"), made)
}

/// A person with a password and a second factor, in a group.
pub(crate) fn person_state(since: Instant, mfa: bool) -> State {
    let password = Some(Credential { since, idle_since: None });
    State::User { groups: vec!["engineers".to_owned()], attached: false, password, mfa, key: None }
}

/// A person who has not signed in since `idle`.
pub(crate) fn idle_person(since: Instant, idle: Instant) -> State {
    let password = Some(Credential { since, idle_since: Some(idle) });
    State::User { groups: vec!["engineers".to_owned()], attached: false, password, mfa: true, key: None }
}

/// A machine's user with one key and no password.
pub(crate) fn service_state(key: Instant) -> State {
    let key = Some(Credential { since: key, idle_since: None });
    State::User { groups: vec!["automation".to_owned()], attached: false, password: None, mfa: false, key }
}

pub(crate) fn person(seed: u64, account: &str, name: &str, made: Instant) -> Subject {
    user_subject(seed, account, "/people/", name, made).then(made, person_state(made, true))
}

pub(crate) fn service(seed: u64, account: &str, name: &str, made: Instant, key: Instant) -> Subject {
    user_subject(seed, account, "/", name, made).then(made, service_state(key))
}

/// The subject with `state` in place of what it was at `at`.
pub(crate) fn restated(mut subject: Subject, at: Instant, state: State) -> Subject {
    subject.changes.retain(|change| change.at != at);
    subject.then(at, state)
}

pub(crate) fn policy(seed: u64, account: &str, name: &str, made: Instant) -> Subject {
    let id = format!("ANPA{}", Random::keyed(seed, &format!("policy/{account}/{name}")).identity(17));
    Subject::new(Kind::Policy, &id, name, format!("arn:aws:iam::{account}:policy/{name}"), made)
}

pub(crate) fn bucket_subject(name: &str, made: Instant) -> Subject {
    Subject::new(Kind::Bucket, name, name, format!("arn:aws:s3:::{name}"), made)
}

/// A bucket that is not public, encrypted, with or without access logging.
pub(crate) fn bucket(logging: Option<&str>, trail: bool, classification: &str) -> State {
    let classification = Some(classification.to_owned());
    State::Bucket {
        access: Access::Private,
        logging: logging.map(str::to_owned),
        encrypted: true,
        trail,
        classification,
    }
}

/// A bucket whose policy lets everybody read.
pub(crate) fn public_bucket(logging: Option<&str>) -> State {
    let classification = Some("public".to_owned());
    State::Bucket {
        access: Access::Public,
        logging: logging.map(str::to_owned),
        encrypted: true,
        trail: false,
        classification,
    }
}

/// A trail's bucket whose policy lets everybody read, behind the account's public access block.
pub(crate) fn held_bucket(logging: Option<&str>, classification: &str) -> State {
    let classification = Some(classification.to_owned());
    State::Bucket {
        access: Access::HeldByAccount,
        logging: logging.map(str::to_owned),
        encrypted: true,
        trail: true,
        classification,
    }
}

fn regional(seed: u64, home: Home<'_>, kind: Kind, prefix: &str, part: &str, name: &str, made: Instant) -> Subject {
    let (account, region) = home;
    let id =
        format!("{prefix}-{}", Random::keyed(seed, &format!("{prefix}/{account}/{region}/{name}")).hexadecimal(17));
    let arn = format!("arn:aws:ec2:{region}:{account}:{part}/{id}");
    Subject::new(kind, &id, name, arn, made)
}

pub(crate) fn vpc(seed: u64, home: Home<'_>, name: &str, made: Instant) -> Subject {
    regional(seed, home, Kind::Vpc, "vpc", "vpc", name, made)
}

/// A prefix list that holds the whole world.
pub(crate) fn prefix_list(seed: u64, home: Home<'_>, name: &str, made: Instant) -> Subject {
    regional(seed, home, Kind::PrefixList, "pl", "prefix-list", name, made).then(made, State::PrefixList)
}

/// The public access block of an account, as one of its recorders shows it.
pub(crate) fn account_block(account: &str, made: Instant) -> Subject {
    Subject::new(Kind::AccountBlock, account, account, String::new(), made).then(made, State::AccountBlock)
}

pub(crate) fn flow_log(seed: u64, home: Home<'_>, vpc: &str, made: Instant) -> Subject {
    regional(seed, home, Kind::FlowLog, "fl", "vpc-flow-log", vpc, made)
}

pub(crate) fn group(seed: u64, home: Home<'_>, name: &str, made: Instant) -> Subject {
    regional(seed, home, Kind::Group, "sg", "security-group", name, made)
}

/// The group named `default` of a network.
pub(crate) fn default_group(seed: u64, home: Home<'_>, vpc: &str, made: Instant) -> Subject {
    let mut subject = regional(seed, home, Kind::Group, "sg", "security-group", &format!("default/{vpc}"), made);
    "default".clone_into(&mut subject.name);
    subject
}

fn group_state(vpc: &str, is_default: bool, ingress: Vec<Ingress>, egress: bool) -> State {
    let description = if is_default { "default VPC security group" } else { "managed by the platform team" };
    State::Group { description: description.to_owned(), vpc: vpc.to_owned(), is_default, ingress, egress }
}

/// A default group without any rule.
pub(crate) fn closed_group(vpc: &str) -> State {
    group_state(vpc, true, Vec::new(), false)
}

/// A default group as AWS makes it.
pub(crate) fn factory_group(vpc: &str) -> State {
    group_state(vpc, true, Vec::new(), true)
}

fn ingress(port: i64, source: &str, description: &str) -> Ingress {
    Ingress { from_port: port, to_port: port, source: source.to_owned(), description: description.to_owned() }
}

/// A group with one inbound rule.
pub(crate) fn open_group(vpc: &str, port: i64, source: &str) -> State {
    group_state(vpc, false, vec![ingress(port, source, "service")], true)
}

/// A group with its usual rule and a second one from `source`.
pub(crate) fn opened(vpc: &str, usual: i64, port: i64, source: &str) -> State {
    group_state(
        vpc,
        false,
        vec![ingress(usual, "10.20.0.0/16", "service"), ingress(port, source, "temporary, ticket pending")],
        true,
    )
}
