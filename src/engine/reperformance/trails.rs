//! Trails of the whole evidence: one trail may be shown by recorders of many accounts, and an
//! organization's trail logs for accounts that do not own it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::accounts::Conditions;
use super::check::{Reach, Stated, TrailCase};
use super::history::{History, newest};
use super::recording::Recording;
use super::resource::{ResourceState, flag, text};
use crate::model::{AccountId, EvidenceReference, Instant};

/// The type of trails.
pub(in crate::engine) const TRAIL_TYPE: &str = "AWS::CloudTrail::Trail";

/// Kinds of answers about trails.
const KINDS: [&str; 2] = ["event_selectors", "trail_status"];

/// What one account's recorder shows of one trail.
#[derive(Clone, Debug)]
pub(in crate::engine) struct TrailHistory {
    /// Account of the recorder.
    pub(in crate::engine) recorder: AccountId,
    pub(in crate::engine) history: History,
}

/// Every trail of the evidence, by its subject's key, and what belongs to it.
#[derive(Debug, Default)]
pub(in crate::engine) struct AllTrails {
    /// By the trail's key: its ARN where known.
    pub(in crate::engine) trails: BTreeMap<Arc<str>, Vec<TrailHistory>>,
    /// Event selectors and trail states, by the account they were asked of.
    pub(in crate::engine) conditions: BTreeMap<AccountId, Conditions>,
    /// What each account's recorders say of themselves, by region.
    pub(in crate::engine) recording: BTreeMap<AccountId, BTreeMap<String, Recording>>,
}

impl AllTrails {
    /// Takes in what another account's evidence shows.
    pub(in crate::engine) fn merge(&mut self, mut other: Self) {
        for (key, mut histories) in other.trails {
            self.trails.entry(key).or_default().append(&mut histories);
        }
        self.conditions.append(&mut other.conditions);
        self.recording.append(&mut other.recording);
    }
}

/// Which accounts belong together, as far as the engagement says.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Memberships {
    /// Members by management account.
    pub(in crate::engine) organizations: BTreeMap<AccountId, BTreeSet<AccountId>>,
}

impl Memberships {
    fn reach(&self, owner: Option<&AccountId>, account: &AccountId) -> Option<Reach> {
        match owner.and_then(|owner| self.organizations.get(owner)) {
            Some(members) if members.contains(account) => Some(Reach::Member),
            Some(_) => None,
            None => Some(Reach::PerhapsMember),
        }
    }
}

/// The trails that may log one account's events.
#[derive(Debug)]
pub(in crate::engine) struct TrailView<'a> {
    account: &'a AccountId,
    all: &'a AllTrails,
    /// Histories by trail, each with how it reaches the account.
    visible: Vec<(&'a str, Vec<(Reach, &'a History)>)>,
}

impl<'a> TrailView<'a> {
    /// Chooses the trails: those that the account's own recorders show, and organization trails of others.
    pub(in crate::engine) fn new(account: &'a AccountId, all: &'a AllTrails, memberships: &Memberships) -> Self {
        let visible = all.trails.iter().filter_map(|(key, histories)| {
            let owner = crate::model::account_of_arn(key);
            let reach = |trail: &TrailHistory| {
                if trail.recorder == *account {
                    return Some(Reach::Own);
                }
                let is_organization = |state: &Arc<ResourceState>| is_true(state, "isOrganizationTrail");
                let mut states = trail.history.changes.iter().filter_map(|change| change.state.as_ref());
                if states.any(is_organization) { memberships.reach(owner.as_ref(), account) } else { None }
            };
            let seen: Vec<(Reach, &History)> =
                histories.iter().filter_map(|trail| Some((reach(trail)?, &trail.history))).collect();
            (!seen.is_empty()).then_some((&**key, seen))
        });
        Self { account, all, visible: visible.collect() }
    }

    /// What is stated of trails in the account itself, and in those that own the trails it sees.
    fn conditions(&self) -> impl Iterator<Item = &'a Conditions> {
        let owners = self.visible.iter().filter_map(|(key, _)| crate::model::account_of_arn(key));
        let accounts: BTreeSet<AccountId> = owners.chain([self.account.clone()]).collect();
        accounts.into_iter().filter_map(|account| self.all.conditions.get(&account))
    }

    fn own_histories(&self) -> impl Iterator<Item = &'a History> {
        self.visible
            .iter()
            .flat_map(|(_, seen)| seen)
            .filter(|(reach, _)| *reach == Reach::Own)
            .map(|(_, history)| *history)
    }

    /// Every moment at which a trail, what is stated of one, or what is recorded changed.
    pub(super) fn moments(&self) -> BTreeSet<Instant> {
        let histories = self.visible.iter().flat_map(|(_, seen)| seen).map(|(_, history)| *history);
        let mut moments: BTreeSet<Instant> =
            histories.flat_map(|history| &history.changes).map(|change| change.at).collect();
        let Some(first) = moments.first().copied() else { return moments };
        let stated = self.conditions().flat_map(|of| KINDS.map(|kind| of.times(kind))).flatten();
        let recorders = self.all.recording.get(self.account).into_iter().flat_map(BTreeMap::values);
        moments.extend(stated.chain(recorders.flat_map(Recording::changes)).filter(|at| *at >= first));
        moments
    }

    /// Whether the account's evidence holds some trail item (spec section 3.6), and its recorders did not
    /// leave trails out since.
    pub(super) fn is_recorded_at(&self, at: Instant) -> bool {
        let recording = self.all.recording.get(self.account);
        let records = |region: &str| {
            recording
                .and_then(|of_regions| of_regions.get(region))
                .and_then(|recording| recording.records(TRAIL_TYPE, at))
        };
        self.own_histories().any(|history| records(&history.recorder_region) != Some(false))
    }

    /// The trails that exist at a moment.
    pub(super) fn cases_at(&self, at: Instant) -> Vec<TrailCase<'a>> {
        let cases = self.visible.iter().filter_map(|(key, seen)| {
            let histories: Vec<&'a History> = seen.iter().map(|(_, history)| *history).collect();
            let (trail, _) = *newest(&histories, at).first()?;
            let is_own = seen.iter().any(|(reach, history)| *reach == Reach::Own && history.state_at(at).is_some());
            let others = seen.iter().map(|(reach, _)| *reach).find(|reach| *reach != Reach::Own);
            let reach = if is_own { Reach::Own } else { others? };
            if reach != Reach::Own && !is_true(trail, "isOrganizationTrail") {
                return None;
            }
            Some(TrailCase {
                trail,
                reach,
                event_selectors: self.stated("event_selectors", key, trail, at),
                status: self.stated("trail_status", key, trail, at),
            })
        });
        cases.collect()
    }

    /// The evidence of what changed at a moment, the least of several; else of what changed last.
    pub(super) fn cause(&self, at: Instant) -> Option<EvidenceReference> {
        let histories: Vec<&History> =
            self.visible.iter().flat_map(|(_, seen)| seen).map(|(_, history)| *history).collect();
        let now = histories.iter().filter_map(|history| history.began_at(at)).min();
        let before = || {
            let changes = histories.iter().flat_map(|history| &history.changes).filter(|change| change.at <= at);
            changes
                .max_by_key(|change| (change.at, std::cmp::Reverse(&change.reference)))
                .map(|change| &change.reference)
        };
        let stated = self.conditions().flat_map(|conditions| {
            let of_kind = move |kind: &'static str| {
                conditions.names(kind).filter_map(move |name| conditions.latest(kind, name, at))
            };
            KINDS.into_iter().flat_map(of_kind)
        });
        let stated = stated
            .filter(|(stated_at, _)| *stated_at == at)
            .flat_map(|(_, answers)| answers)
            .map(|answer| &answer.reference)
            .min();
        now.or(stated).or_else(before).cloned()
    }

    /// The latest answers about a trail. An answer names its trail by ARN or by name; where only its file has
    /// a name, by a whole word of that. One that names nothing counts where the account has a single trail.
    fn stated(&self, kind: &str, key: &str, trail: &ResourceState, at: Instant) -> Vec<Stated<'a>> {
        let owner = crate::model::account_of_arn(key);
        let accounts = [Some(self.account), owner.as_ref().filter(|owner| *owner != self.account)];
        let mut latest: Vec<Stated<'a>> = Vec::new();
        for account in accounts.into_iter().flatten() {
            let Some(conditions) = self.all.conditions.get(account) else { continue };
            for name in conditions.names(kind).filter(|name| self.names_trail(name, key, trail)) {
                let Some((stated_at, answers)) = conditions.latest(kind, name, at) else { continue };
                latest.retain(|known| known.at >= stated_at);
                if latest.first().is_none_or(|known| known.at == stated_at) {
                    latest.extend(answers.iter().map(|answer| Stated { at: stated_at, content: &answer.content }));
                }
            }
        }
        latest
    }

    fn names_trail(&self, name: &str, key: &str, trail: &ResourceState) -> bool {
        let own_name = match text(trail.member("name")) {
            "" => trail.resource_name.as_str(),
            name => name,
        };
        if name == key || name.starts_with("arn:") {
            return name == key;
        }
        let names = self.visible.iter().map(|(key, _)| key.rsplit('/').next().unwrap_or(key));
        let fitting = names.filter(|other| has_word(name, other)).max_by_key(|other| other.len());
        match fitting {
            // The longest name that fits: `my-trail` is not about `trail`.
            Some(longest) => longest.len() <= own_name.len() && has_word(name, own_name),
            None => self.visible.len() == 1,
        }
    }
}

/// Whether `word` stands in `text` with no letter or digit on either side.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        !is_part(before) && !is_part(after)
    })
}

fn is_true(state: &ResourceState, name: &str) -> bool {
    let large: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    flag(state.member(name)).or_else(|| flag(state.member(&large))) == Some(true)
}

#[cfg(test)]
mod tests;
