//! What a run is asked: window, sources, controls, and what the engagement file says.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Period, Region, Source};

/// How long a last status and an attestation hold, unless set (spec section 4).
pub const MAX_GAP_HOURS: u32 = 36;
/// Disagreements up to this length are not listed, unless set (spec section 9).
pub const LAG_TOLERANCE_HOURS: u32 = 24;

/// The longest `max_gap` and `lag_tolerance` that may be set: ten years.
pub const HOURS_MAX: u32 = 87_660;

/// Everything that decides an assessment beside the evidence.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The engagement's name, if it has one.
    pub engagement: Option<String>,
    /// The audit window.
    pub window: Period,
    /// Sources that take part, in the order of [`Source::ALL`].
    pub sources: Vec<Source>,
    /// Ids of the controls to test; `None` for all.
    pub controls: Option<Vec<String>>,
    /// Accounts in scope; `None` for all that the evidence shows.
    pub scope: Option<Vec<ScopeEntry>>,
    /// Rule names that nothing else explains, with the identifier of their test.
    pub rule_aliases: BTreeMap<String, String>,
    /// Tags that choose the subjects of a control, by control id.
    pub tags: BTreeMap<String, TagFilter>,
    /// Parameters that replace a test's defaults, by the test's identifier.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Members of organizations, by management account: whose events an organization trail logs.
    pub organizations: BTreeMap<AccountId, BTreeSet<AccountId>>,
    /// See [`MAX_GAP_HOURS`].
    pub max_gap_hours: u32,
    /// See [`LAG_TOLERANCE_HOURS`].
    pub lag_tolerance_hours: u32,
}

impl Settings {
    /// All sources, all controls, everything in scope, for one window.
    #[must_use]
    pub fn new(window: Period) -> Self {
        Self {
            engagement: None,
            window,
            sources: Source::ALL.to_vec(),
            controls: None,
            scope: None,
            rule_aliases: BTreeMap::new(),
            tags: BTreeMap::new(),
            parameters: BTreeMap::new(),
            organizations: BTreeMap::new(),
            max_gap_hours: MAX_GAP_HOURS,
            lag_tolerance_hours: LAG_TOLERANCE_HOURS,
        }
    }

    /// `max_gap` in microseconds.
    #[must_use]
    pub fn max_gap_microseconds(&self) -> i64 {
        hours(self.max_gap_hours)
    }

    /// `lag_tolerance` in microseconds.
    #[must_use]
    pub fn lag_tolerance_microseconds(&self) -> i64 {
        hours(self.lag_tolerance_hours)
    }
}

fn hours(count: u32) -> i64 {
    i64::from(count) * 3_600_000_000
}

/// An account of the scope list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    /// Its id.
    pub account: AccountId,
    /// Its name, or empty.
    pub name: String,
    /// Its environment, or empty.
    pub environment: String,
    /// Whether it is in scope; an account that is listed and out of scope is left out on purpose.
    pub in_scope: bool,
    /// Regions in scope; empty for all.
    pub regions: Vec<Region>,
}

/// A tag that a subject must have carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    /// Its key; case matters, as it does in AWS.
    pub key: String,
    /// Its values; empty for any.
    pub values: Vec<String>,
}
