//! [`Parameters`]: what a check is measured against, and who said so.

use std::collections::BTreeMap;

/// The parameters of one test for one account.
///
/// A deployed rule that states parameters is measured against exactly those: what it leaves out it does
/// not ask for. Else the engagement file's, each in the place of a default; else the defaults of the
/// managed rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) struct Parameters {
    values: BTreeMap<String, String>,
    /// The deployed rule that states them.
    rule: Option<String>,
}

impl Parameters {
    /// Parameters as a deployed rule states them.
    pub(in crate::engine) fn of_rule(rule: &str, values: BTreeMap<String, String>) -> Self {
        Self { values, rule: Some(rule.to_owned()) }
    }

    /// Defaults, some of them replaced.
    pub(in crate::engine) fn usual(values: BTreeMap<String, String>) -> Self {
        Self { values, rule: None }
    }

    /// The name of the deployed rule that states them; `None` for the engagement file's and defaults.
    pub(in crate::engine) fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// Whether it is stated at all, be it as empty text: an empty one is unset on purpose.
    pub(in crate::engine) fn is_stated(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A parameter's text; `None` where it is not stated or blank.
    pub(in crate::engine) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A whole number; `None` where there is none, or it is no number.
    pub(in crate::engine) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// Whether it is exactly `true`: AWS takes any other spelling for false.
    pub(in crate::engine) fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Whether both state the same, whoever says so.
    pub(in crate::engine) fn asks_as(&self, other: &Self) -> bool {
        self.values == other.values
    }

    /// All of them in words, for whoever asks how a verdict came about; empty where there are none. One that
    /// is unset on purpose is among them, since it is not the same as one that is left out.
    pub(in crate::engine) fn words(&self) -> String {
        let words = |(name, value): (&String, &String)| match value.trim() {
            "" => format!("{name} empty"),
            _ => format!("{name}={value}"),
        };
        self.values.iter().map(words).collect::<Vec<_>>().join(", ")
    }
}
