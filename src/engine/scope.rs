//! Which accounts and regions are in scope (spec section 5).

use std::collections::{BTreeMap, BTreeSet};

use super::results::ScopeAccount;
use super::settings::ScopeEntry;
use crate::model::{AccountId, Region};

/// Environments that count as production, whatever the case.
const PRODUCTION: [&str; 2] = ["production", "prod"];

/// The scope of a run.
#[derive(Debug)]
pub(super) struct Scope {
    entries: BTreeMap<AccountId, ScopeEntry>,
    is_listed: bool,
    names_environments: bool,
}

impl Scope {
    /// The scope that a list states, else every account that was seen.
    pub(super) fn new(list: Option<&[ScopeEntry]>, seen: &BTreeSet<AccountId>) -> Self {
        let everything = |account: &AccountId| ScopeEntry {
            account: account.clone(),
            name: String::new(),
            environment: String::new(),
            in_scope: true,
            regions: Vec::new(),
        };
        let entries: Vec<ScopeEntry> = match list {
            Some(list) => list.iter().filter(|entry| entry.in_scope).cloned().collect(),
            None => seen.iter().map(everything).collect(),
        };
        let entries = entries.into_iter().map(|entry| (entry.account.clone(), entry)).collect();
        // A line that is out of scope belongs to the list too.
        let names_environments = list.into_iter().flatten().any(|entry| !entry.environment.is_empty());
        Self { entries, is_listed: list.is_some(), names_environments }
    }

    /// The accounts in scope, in order.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.entries.keys()
    }

    /// Every account and region that the scope list names together.
    pub(super) fn listed_corners(&self) -> impl Iterator<Item = (AccountId, Region)> {
        let of = |entry: &ScopeEntry| {
            let regions = entry.regions.iter().filter(|region| !region.is_global());
            regions.map(|region| (entry.account.clone(), region.clone())).collect::<Vec<_>>()
        };
        self.entries.values().flat_map(of)
    }

    /// Whether the scope comes from a list.
    pub(super) fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Whether an account is in scope. Without a list every account is, also one that the evidence knows
    /// only as the owner of what others show.
    pub(super) fn has_account(&self, account: &AccountId) -> bool {
        !self.is_listed || self.entries.contains_key(account)
    }

    /// Whether an account and region is in scope; what belongs to no region is in scope with its
    /// account.
    pub(super) fn has(&self, account: &AccountId, region: &Region) -> bool {
        match self.entries.get(account) {
            Some(entry) => region.is_global() || entry.regions.is_empty() || entry.regions.contains(region),
            None => !self.is_listed,
        }
    }

    /// Whether a control for production accounts is tested on this one: all are where the list names
    /// no environments.
    pub(super) fn is_production(&self, account: &AccountId) -> bool {
        let is_production =
            |entry: &ScopeEntry| PRODUCTION.iter().any(|name| entry.environment.eq_ignore_ascii_case(name));
        !self.names_environments || self.entries.get(account).is_some_and(is_production)
    }

    /// The scope as outputs show it; `corners` are the accounts and regions that the evidence shows.
    pub(super) fn describe(
        &self,
        corners: &BTreeSet<(AccountId, Region)>,
        seen: &BTreeSet<AccountId>,
    ) -> Vec<ScopeAccount> {
        let described = self.entries.values().map(|entry| {
            let shown =
                corners.iter().filter(|(account, region)| *account == entry.account && self.has(account, region));
            let regions: BTreeSet<Region> =
                shown.map(|(_, region)| region.clone()).chain(entry.regions.clone()).collect();
            ScopeAccount {
                account: entry.account.clone(),
                name: entry.name.clone(),
                environment: entry.environment.clone(),
                regions: regions.into_iter().collect(),
                has_evidence: seen.contains(&entry.account),
            }
        });
        described.collect()
    }
}
