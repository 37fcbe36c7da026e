//! What each test of an account is measured against (spec section 1, test): parameters of deployed rules,
//! else of the engagement file, else of the catalog.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parameters::Parameters;
use super::resource::{any_case, decoded};
use crate::engine::catalog::rule_names::{RuleMatch, RuleMatcher};
use crate::engine::catalog::{Catalog, Test};
use crate::engine::settings::Settings;
use crate::lake::RuleRow;

/// How Security Hub names the rules that it deploys for itself.
pub(in crate::engine) const SECURITY_HUB_PREFIX: &str = "securityhub-";

/// The parameters of an account's tests.
#[derive(Debug)]
pub(in crate::engine) struct Measures {
    /// By test and region: each distinct set that a deployed rule states, or goes by without stating it.
    deployed: BTreeMap<(usize, String), BTreeSet<Parameters>>,
    /// By test: what holds where a rule states nothing, or there is none.
    usual: Vec<Parameters>,
}

impl Measures {
    /// Reads the rules deployed in one account.
    ///
    /// Security Hub's own copies are left out: each of them asks for one parameter of many, and is measured
    /// by the findings that it leads to.
    pub(in crate::engine) fn new(
        rules: &[RuleRow],
        catalog: &Catalog,
        matcher: &RuleMatcher,
        settings: &Settings,
    ) -> Self {
        // Of several descriptions of one rule the one taken last counts.
        let mut latest: BTreeMap<(&str, &str), &RuleRow> = BTreeMap::new();
        for rule in rules {
            let known = latest.entry((&rule.recorder_region, &rule.rule_name)).or_insert(rule);
            if known.described_at < rule.described_at {
                *known = rule;
            }
        }
        let mut measures = Self {
            deployed: BTreeMap::new(),
            usual: catalog.tests.iter().map(|test| usual(test, catalog, settings)).collect(),
        };
        for ((region, name), rule) in latest {
            let is_managed = rule.owner.is_empty() || rule.owner == "AWS";
            if !is_managed || name.starts_with(SECURITY_HUB_PREFIX) || rule.state.starts_with("DELETING") {
                continue;
            }
            let described = Some((rule.owner.as_str(), rule.source_identifier.as_str()));
            let RuleMatch::Test(test, _) = matcher.test_for(name, described) else { continue };
            let Some(of_test) = catalog.tests.get(test) else { continue };
            let stated = stated(&rule.input_parameters, of_test);
            // A rule that states nothing runs with its defaults, also beside one that asks for less.
            let parameters = if stated.is_empty() {
                measures.usual.get(test).cloned()
            } else {
                Some(Parameters::of_rule(name, stated))
            };
            measures.deployed.entry((test, region.to_owned())).or_default().extend(parameters);
        }
        measures
    }

    /// The sets that a test is measured against in a region, or in all of the account: one for each
    /// deployed rule that goes by another set, else what is usual.
    pub(in crate::engine) fn of(&self, test: usize, region: Option<&str>) -> Vec<Parameters> {
        let is_near = |(of, place): &&(usize, String)| *of == test && region.is_none_or(|region| region == place);
        let deployed = self.deployed.iter().filter(|(key, _)| is_near(key)).flat_map(|(_, sets)| sets);
        // Rules of the same parameters under other names are one measure; empty text tells two apart, since
        // a parameter that is unset on purpose is not one that is left out.
        let mut sets: Vec<Parameters> = Vec::new();
        for set in deployed {
            if !sets.iter().any(|known| known.asks_as(set)) {
                sets.push(set.clone());
            }
        }
        if sets.is_empty() {
            sets.extend(self.usual.get(test).cloned());
        }
        sets
    }
}

/// The catalog's defaults, each replaced by the engagement file's where it states one.
fn usual(test: &Test, catalog: &Catalog, settings: &Settings) -> Parameters {
    let defaults = test.parameters.iter().filter(|parameter| !parameter.default.is_empty());
    let mut values: BTreeMap<String, String> =
        defaults.map(|parameter| (parameter.name.clone(), parameter.default.clone())).collect();
    let is_own = |name: &str| catalog.test(name).is_some_and(|named| named.identifier == test.identifier);
    for (_, stated) in settings.parameters.iter().filter(|(name, _)| is_own(name)) {
        values.extend(stated.clone());
    }
    Parameters::usual(values)
}

/// What a rule states of its test's parameters, as text under the catalog's names; none where it states
/// none of them, or what it states is no object.
///
/// AWS knows a parameter in any case. A name that the test does not have asks for nothing: a rule that
/// states such names alone is as one that states nothing, and so is one whose values are null.
fn stated(input_parameters: &str, of_test: &Test) -> BTreeMap<String, String> {
    let parameters: Value = serde_json::from_str(input_parameters).map(decoded).unwrap_or_default();
    let as_text = |value: &Value| match value {
        Value::Null => None,
        Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    };
    let names = of_test.parameters.iter().map(|parameter| &parameter.name);
    names.filter_map(|name| Some((name.clone(), as_text(any_case(&parameters, name)?)?))).collect()
}

#[cfg(test)]
mod tests;
