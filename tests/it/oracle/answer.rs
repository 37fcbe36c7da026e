//! The answer of a run, as far as it is compared.

use std::collections::{BTreeMap, BTreeSet};

use super::Micros;

/// The figures of one control.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    /// Counts by the names of section 5.
    pub(crate) counts: BTreeMap<&'static str, i64>,
    /// Rates by name; nothing where they are undefined.
    pub(crate) rates: BTreeMap<&'static str, Option<f64>>,
    /// The conclusion's word.
    pub(crate) conclusion: String,
}

/// One exception interval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exception {
    /// Control.
    pub(crate) control: String,
    /// Account.
    pub(crate) account: String,
    /// Resource type.
    pub(crate) resource_type: String,
    /// ARN, else id.
    pub(crate) key: String,
    /// Start, cut to the window.
    pub(crate) start: Micros,
    /// End, cut to the window.
    pub(crate) end: Micros,
    /// Failing already when the window opened, and before.
    pub(crate) began_before_window: bool,
    /// Failing at the window's last instant.
    pub(crate) ongoing: bool,
    /// Failing tests.
    pub(crate) tests: BTreeSet<String>,
    /// Failing sources.
    pub(crate) sources: BTreeSet<String>,
    /// Every failing observation in it that can be suppressed is.
    pub(crate) suppressed: bool,
}

/// One subject of one control: its result and its timeline.
#[derive(Clone, Debug)]
pub(crate) struct SubjectAnswer {
    /// Control.
    pub(crate) control: String,
    /// Account.
    pub(crate) account: String,
    /// ARN, else id.
    pub(crate) key: String,
    /// `passed`, `failed`, `not_applicable` or `not_tested`.
    pub(crate) result: &'static str,
    /// Intervals inside the window.
    pub(crate) timeline: Vec<(Micros, Micros, &'static str)>,
}

/// Everything that is compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// Figures by control.
    pub(crate) controls: BTreeMap<String, Figures>,
    /// All exceptions.
    pub(crate) exceptions: Vec<Exception>,
    /// Covered fraction by account, region and source.
    pub(crate) coverage: BTreeMap<(String, String, String), f64>,
    /// Rule names that match no test.
    pub(crate) unmapped_rules: BTreeSet<String>,
    /// All subjects.
    pub(crate) subjects: Vec<SubjectAnswer>,
}
