//! What the auditor asked: window, sources, scope and parameters.

use std::collections::BTreeMap;

use super::{HOUR, Micros, Source};

/// One line of the scope list.
#[derive(Clone, Debug)]
pub(crate) struct ScopeAccount {
    /// Twelve digits.
    pub(crate) id: String,
    /// Environment, if the list names one.
    pub(crate) environment: Option<String>,
    /// Whether the account is in scope.
    pub(crate) in_scope: bool,
    /// Regions in scope; empty is all.
    pub(crate) regions: Vec<String>,
}

/// The tag that marks a bucket as belonging to a control.
#[derive(Clone, Debug)]
pub(crate) struct Control14Tag {
    /// Tag key.
    pub(crate) key: String,
    /// Any of these values.
    pub(crate) values: Vec<String>,
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// First instant of the window.
    pub(crate) from: Micros,
    /// First instant after the window.
    pub(crate) until: Micros,
    /// Sources that take part.
    pub(crate) sources: Vec<Source>,
    /// The scope list, if there is one.
    pub(crate) scope: Option<Vec<ScopeAccount>>,
    /// Tag by control.
    pub(crate) tags: BTreeMap<String, Control14Tag>,
    /// Rule name to test.
    pub(crate) aliases: BTreeMap<String, String>,
    /// How long a source's word lasts.
    pub(crate) max_gap: Micros,
}

impl Settings {
    /// A run over a window with nothing else said.
    pub(crate) fn over(from: Micros, until: Micros, sources: &[Source]) -> Self {
        Settings {
            from,
            until,
            sources: sources.to_vec(),
            scope: None,
            tags: BTreeMap::new(),
            aliases: BTreeMap::new(),
            max_gap: 36 * HOUR,
        }
    }
}
