//! Trails of the whole evidence: one trail may be shown by recorders of many accounts, and an
//! organization's trail logs for accounts that do not own it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::accounts::Conditions;
use super::check::{Reach, TrailCase};
use super::history::{History, newest};
use super::recording::Recording;
use super::resource::{ResourceState, flag};
use super::trail_answers::{Answers, NamedTrail, TrailAnswers};
use crate::model::{AccountId, EvidenceReference, Instant, account_of_arn};

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

/// What every account's view of the trails is chosen from.
#[derive(Debug)]
pub(in crate::engine) struct TrailGround<'a> {
    all: &'a AllTrails,
    memberships: &'a Memberships,
    answers: TrailAnswers<'a>,
}

impl<'a> TrailGround<'a> {
    /// Brings every answer to the trail that it is about, once for all accounts.
    pub(in crate::engine) fn new(all: &'a AllTrails, memberships: &'a Memberships) -> Self {
        let mut ground = Self { all, memberships, answers: TrailAnswers::default() };
        let asked = all.conditions.iter().filter(|(_, of)| KINDS.iter().any(|kind| of.all(kind).next().is_some()));
        for (account, conditions) in asked {
            let trails: Vec<NamedTrail<'a>> = ground.known_to(account).collect();
            ground.answers.place(account, conditions, &trails);
        }
        ground
    }

    /// How one recorder's word of a trail reaches an account, if it does.
    fn reach(&self, key: &str, trail: &TrailHistory, account: &AccountId) -> Option<Reach> {
        if trail.recorder == *account {
            return Some(Reach::Own);
        }
        let is_organization = is_ever(trail, "isOrganizationTrail");
        if is_organization { self.memberships.reach(account_of_arn(key).as_ref(), account) } else { None }
    }

    /// The trails that can be asked for in an account: those that it may see, and its own.
    fn known_to<'b>(&'b self, account: &'b AccountId) -> impl Iterator<Item = NamedTrail<'a>> + use<'a, 'b> {
        let is_known = move |key: &str, histories: &[TrailHistory]| {
            account_of_arn(key).as_ref() == Some(account)
                || histories.iter().any(|trail| self.reach(key, trail, account).is_some())
        };
        let known = self.all.trails.iter().filter(move |(key, histories)| is_known(key, histories));
        known.map(|(key, histories)| {
            let is_multi_region = histories.iter().any(|trail| is_ever(trail, "isMultiRegionTrail"));
            NamedTrail { key, is_multi_region }
        })
    }

    /// What was answered about a trail in an account itself, and in the one that owns the trail.
    fn answers(&self, key: &str, account: &AccountId) -> Answers<'a> {
        let mut answers = self.answers.of(account, key).cloned().unwrap_or_default();
        let owner = account_of_arn(key).filter(|owner| owner != account);
        if let Some(of_owner) = owner.and_then(|owner| self.answers.of(&owner, key)) {
            answers.merge(of_owner);
        }
        answers
    }
}

/// A trail that may log an account's events.
#[derive(Debug)]
struct VisibleTrail<'a> {
    /// What recorders show of it, each with how it reaches the account.
    seen: Vec<(Reach, &'a History)>,
    answers: Answers<'a>,
}

/// The trails that may log one account's events.
#[derive(Debug)]
pub(in crate::engine) struct TrailView<'a> {
    account: &'a AccountId,
    all: &'a AllTrails,
    visible: Vec<VisibleTrail<'a>>,
    /// When something was stated of some visible trail, and where; the least of several places.
    stated: BTreeMap<Instant, &'a EvidenceReference>,
}

impl<'a> TrailView<'a> {
    /// Chooses the trails: those that the account's own recorders show, and organization trails of others.
    pub(in crate::engine) fn new(account: &'a AccountId, ground: &TrailGround<'a>) -> Self {
        let visible = ground.all.trails.iter().filter_map(|(key, histories)| {
            let reaching = |trail: &'a TrailHistory| Some((ground.reach(key, trail, account)?, &trail.history));
            let seen: Vec<(Reach, &History)> = histories.iter().filter_map(reaching).collect();
            (!seen.is_empty()).then(|| VisibleTrail { seen, answers: ground.answers(key, account) })
        });
        let visible: Vec<VisibleTrail<'a>> = visible.collect();
        let mut stated: BTreeMap<Instant, &EvidenceReference> = BTreeMap::new();
        for (at, reference) in visible.iter().flat_map(|trail| trail.answers.references()) {
            let least = stated.entry(at).or_insert(reference);
            *least = reference.min(*least);
        }
        Self { account, all: ground.all, visible, stated }
    }

    fn seen(&self) -> impl Iterator<Item = &(Reach, &'a History)> {
        self.visible.iter().flat_map(|trail| &trail.seen)
    }

    fn own_histories(&self) -> impl Iterator<Item = &'a History> {
        self.seen().filter(|(reach, _)| *reach == Reach::Own).map(|(_, history)| *history)
    }

    /// Every moment at which a trail, what is stated of one, or what is recorded changed.
    pub(super) fn moments(&self) -> BTreeSet<Instant> {
        let changes = self.seen().flat_map(|(_, history)| &history.changes);
        let mut moments: BTreeSet<Instant> = changes.map(|change| change.at).collect();
        let Some(first) = moments.first().copied() else { return moments };
        let stated = self.stated.keys().copied();
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
        let cases = self.visible.iter().filter_map(|VisibleTrail { seen, answers }| {
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
                event_selectors: answers.selectors_at(at),
                status: answers.status_at(at),
                perhaps_stopped: answers.perhaps_stopped_at(at),
            })
        });
        cases.collect()
    }

    /// The evidence of what changed at a moment, the least of several; else of what changed last.
    pub(super) fn cause(&self, at: Instant) -> Option<EvidenceReference> {
        let histories: Vec<&History> = self.seen().map(|(_, history)| *history).collect();
        let now = histories.iter().filter_map(|history| history.began_at(at)).min();
        let before = || {
            let changes = histories.iter().flat_map(|history| &history.changes).filter(|change| change.at <= at);
            changes
                .max_by_key(|change| (change.at, std::cmp::Reverse(&change.reference)))
                .map(|change| &change.reference)
        };
        now.or(self.stated.get(&at).copied()).or_else(before).cloned()
    }
}

/// Whether a trail has a mark at some time.
fn is_ever(trail: &TrailHistory, name: &str) -> bool {
    let mut states = trail.history.changes.iter().filter_map(|change| change.state.as_ref());
    states.any(|state| is_true(state, name))
}

fn is_true(state: &ResourceState, name: &str) -> bool {
    let large: String = name
        .chars()
        .enumerate()
        .map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    flag(state.member(name)).or_else(|| flag(state.member(&large))) == Some(true)
}
