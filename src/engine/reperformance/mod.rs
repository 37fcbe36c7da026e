//! tickmark's own tests: the raw configuration judged again, check by check (spec section 3.6).
//!
//! | noun | meaning |
//! |---|---|
//! | [`check::Check`] | a test as a pure function: state in, [`verdict::Verdict`] out, with what it reads declared |
//! | [`resource::ResourceState`] | a resource as one configuration item states it |
//! | [`parameters::Parameters`] | what a check is measured against, and who said so |
//! | [`checks`] | one file a check |
//!
//! A check knows no time line, no lake and no other check: what changes when, and which other
//! resources it needs at that moment, is brought to it by the runner, which reads the declaration.

mod address_range;
mod access_list;
mod bucket_memory;
mod bucket_policy;
mod bucket_protection;
pub(super) mod check;
pub(super) mod checks;
mod credentials;
mod full_administration;
pub(super) mod parameters;
mod event_selectors;
mod open_ports;
mod policy_document;
mod public_access;
mod public_policy;
pub(super) mod resource;
mod root_user;
mod trail;
pub(super) mod verdict;
mod words;
pub(super) mod recording;
pub(super) mod history;
pub(super) mod resources;
pub(super) mod users;
pub(super) mod accounts;
pub(super) mod trail_answers;
pub(super) mod trails;
pub(super) mod measures;

/// Types whose items the checks of a test read for their verdict, joined ones among them.
pub(super) fn types_read_for<'a>(test: &'a str) -> impl Iterator<Item = &'a str> {
    checks::of_test(test).flat_map(|check| -> Vec<&'a str> {
        match &check.reads {
            check::Reads::Resource { resource_type, joins, .. } => {
                std::iter::once(*resource_type).chain(joins.iter().map(|join| join.resource_type)).collect()
            }
            check::Reads::Account { needs, .. } if needs.contains(&check::Need::Trails) => vec![trails::TRAIL_TYPE],
            _ => Vec::new(),
        }
    })
}
