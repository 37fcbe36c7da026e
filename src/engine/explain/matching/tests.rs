//! What somebody types names who is meant, several, or nobody.

use super::{Matched, find};
use crate::engine::results::SubjectName;
use crate::model::{AccountId, Region};

fn name(account: &str, resource_type: &str, id: &str, arn: &str) -> SubjectName {
    SubjectName {
        account: AccountId::parse(account).unwrap(),
        resource_type: resource_type.to_owned(),
        key: if arn.is_empty() { id } else { arn }.to_owned(),
        region: Region::global(),
        resource_id: id.to_owned(),
        resource_arn: arn.to_owned(),
    }
}

fn population() -> Vec<SubjectName> {
    let (home, other) = ("011122223333", "444455556666");
    vec![
        name(home, "AWS::IAM::User", "AIDA1", "arn:aws:iam::011122223333:user/people/bob"),
        name(home, "AWS::IAM::User", "AIDA2", "arn:aws:iam::011122223333:user/people/kate-bob"),
        name(home, "AWS::IAM::User", "AIDA3", "arn:aws:iam::011122223333:user/ann"),
        name(other, "AWS::IAM::User", "AIDA4", "arn:aws:iam::444455556666:user/ann"),
        name(home, "AWS::::Account", home, ""),
        name(other, "AWS::RDS::DBInstance", "db-1", ""),
    ]
}

/// Ids of those that are meant, or of those that are near behind `?`.
fn meant(text: &str) -> String {
    let population = population();
    let names: Vec<&SubjectName> = population.iter().collect();
    let ids = |found: Vec<&SubjectName>| found.iter().map(|one| one.resource_id.as_str()).collect::<Vec<_>>().join(" ");
    match find(text, &names) {
        Matched::These(found) => ids(found),
        Matched::Near(near) => format!("?{}", ids(near)),
    }
}

#[test]
fn a_text_means_whom_it_fits_best() {
    for (text, expected) in [
        ("arn:aws:iam::011122223333:user/people/bob", "AIDA1"),
        ("AIDA2", "AIDA2"),
        ("bob", "AIDA1"),
        ("people/bob", "AIDA1"),
        ("-bob", "AIDA2"),
        ("user/ann", "AIDA3 AIDA4"),
        ("ann", "AIDA3 AIDA4"),
        ("011122223333/ann", "AIDA3"),
        ("444455556666/db-1", "db-1"),
        ("444455556666/ann", "AIDA4"),
        ("011122223333", "011122223333"),
        ("1", "AIDA1 db-1"),
    ] {
        assert_eq!(meant(text), expected, "{text}");
    }
}

#[test]
fn for_nobody_the_near_ones_are_named() {
    for (text, expected) in [
        ("kate", "?AIDA2"),
        ("KATE-BOB", "?AIDA2"),
        ("bobb", "?AIDA1"),
        ("444455556666/bob", "?"),
        ("zzzzzzzz", "?"),
        ("", "?"),
    ] {
        assert_eq!(meant(text), expected, "{text}");
    }
}
