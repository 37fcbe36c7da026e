//! Which test a deployed Config rule belongs to (spec section 3.4).
//!
//! A rule is known by its source identifier where its description is in the evidence, else by its exact
//! name once what a deployer puts around names is taken off, else by an alias of the engagement file.
//! There is no likeness and no part of a name here: `restricted-ssh-2` and `my-restricted-ssh` are rules of
//! their own, and whatever matches nothing is unmapped and listed by the caller.

use std::collections::BTreeMap;

use super::{Catalog, kebab_form, normal_identifier};
use crate::engine::settings_file::quoted;
use crate::engine::settings_file::suggestion;

/// What a rule turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleMatch {
    /// A place in [`Catalog::tests`], and how it was found.
    Test(usize, MatchedBy),
    /// No test answers for it.
    Unmapped,
}

/// How a rule was matched to its test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// By the source identifier in its description: certain.
    Identifier,
    /// By its name, as AWS or its own tools deploy it.
    Name,
    /// By an alias of the engagement file.
    Alias,
}

impl MatchedBy {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Name => "name",
            Self::Alias => "alias",
        }
    }
}

/// An alias that names a test the catalog does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("alias {} names the test {}, which the catalog does not have{}", quoted(.rule_name), quoted(.target), suggestion(.nearest.as_deref()))]
pub struct AliasError {
    /// The rule that was to be explained.
    pub rule_name: String,
    /// What it was said to be.
    pub target: String,
    /// The identifier nearest to that.
    pub nearest: Option<String>,
}

/// Matches deployed rules to the tests of one catalog.
#[derive(Clone, Debug)]
pub struct RuleMatcher {
    identifiers: BTreeMap<String, usize>,
    names: BTreeMap<String, usize>,
    aliases: BTreeMap<String, usize>,
}

impl RuleMatcher {
    /// `aliases` are the engagement file's: exact rule name to identifier, the latter in any spelling.
    ///
    /// # Errors
    /// [`AliasError`] for the first alias, by rule name, whose target is no test of the catalog.
    pub fn new(catalog: &Catalog, aliases: &BTreeMap<String, String>) -> Result<Self, AliasError> {
        let mut identifiers = BTreeMap::new();
        let mut names = BTreeMap::new();
        for (index, test) in catalog.tests.iter().enumerate() {
            identifiers.extend(test.spellings().map(|name| (name.clone(), index)));
            names.extend(test.all_rule_names().into_iter().map(|name| (name, index)));
        }
        let aliases = aliases.iter().map(|(rule_name, target)| resolve_alias(catalog, rule_name, target));
        Ok(Self { identifiers, names, aliases: aliases.collect::<Result<_, _>>()? })
    }

    /// The test that a rule belongs to.
    ///
    /// `described` is owner and source identifier where the rule's description is in the evidence. Where it
    /// names a managed rule, the name says nothing: a rule called `restricted-ssh` that runs another managed
    /// rule is unmapped, unless an alias explains it. A rule that runs code of its own goes by its name.
    #[must_use]
    pub fn test_for(&self, rule_name: &str, described: Option<(&str, &str)>) -> RuleMatch {
        let managed = described.and_then(|(owner, identifier)| managed_identifier(owner, identifier));
        let found = match managed {
            Some(identifier) => found_by(MatchedBy::Identifier, self.identifiers.get(&identifier)),
            None => found_by(MatchedBy::Name, self.by_base_name(rule_name)),
        };
        let found = found.or_else(|| found_by(MatchedBy::Alias, self.aliases.get(rule_name)));
        found.unwrap_or(RuleMatch::Unmapped)
    }

    /// The test with one of the rule's base names, the least shortened first.
    fn by_base_name(&self, rule_name: &str) -> Option<&usize> {
        base_names(rule_name).into_iter().find_map(|base| match base {
            BaseName::Exact(name) => self.names.get(name),
            BaseName::Guardrail(id) => {
                self.identifiers.get(&normal_identifier(id)).or_else(|| self.names.get(&kebab_form(id)))
            }
        })
    }
}

fn found_by(how: MatchedBy, index: Option<&usize>) -> Option<RuleMatch> {
    index.map(|index| RuleMatch::Test(*index, how))
}

fn resolve_alias(catalog: &Catalog, rule_name: &str, target: &str) -> Result<(String, usize), AliasError> {
    let index = catalog.test_index(target).ok_or_else(|| AliasError {
        rule_name: rule_name.to_owned(),
        target: target.to_owned(),
        nearest: catalog.nearest_test(target).map(str::to_owned),
    })?;
    Ok((rule_name.to_owned(), index))
}

/// The managed rule that a description names, normalised; `None` for a rule with code of its own.
fn managed_identifier(owner: &str, identifier: &str) -> Option<String> {
    let is_custom = owner.starts_with("CUSTOM_") || identifier.starts_with("arn:");
    let identifier = normal_identifier(identifier);
    (!is_custom && !identifier.is_empty()).then_some(identifier)
}

/// A rule's name without what was put around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BaseName<'a> {
    /// To be compared as it stands.
    Exact(&'a str),
    /// What Control Tower calls its guardrail: an identifier, or a default name in upper case.
    Guardrail(&'a str),
}

/// What deployers put around a name; each is taken off at most once, in whatever order they stand.
const WRAPPERS: [fn(&str) -> Option<&str>; 4] =
    [without_pack, without_organization, without_security_hub_prefix, without_security_hub];

/// The two forms of Security Hub's wrapper, as bits of [`WRAPPERS`]: one excludes the other.
const SECURITY_HUB_BITS: u8 = 0b1100;

/// All base names of a rule, beginning with the name itself. At most a few dozen, whatever the name.
fn base_names(rule_name: &str) -> Vec<BaseName<'_>> {
    let mut found = Vec::new();
    peel(rule_name, 0, &mut found);
    found
}

fn peel<'a>(name: &'a str, taken_off: u8, found: &mut Vec<BaseName<'a>>) {
    found.push(BaseName::Exact(name));
    found.extend(name.strip_prefix("AWSControlTower_AWS-GR_").map(BaseName::Guardrail));
    for (place, wrapper) in WRAPPERS.iter().enumerate() {
        let bit = 1_u8 << place;
        if taken_off & bit != 0 {
            continue;
        }
        let excluded = if bit & SECURITY_HUB_BITS == 0 { bit } else { SECURITY_HUB_BITS };
        if let Some(inner) = wrapper(name) {
            peel(inner, taken_off | excluded, found);
        }
    }
}

/// `<name>-conformance-pack-<9>`.
fn without_pack(name: &str) -> Option<&str> {
    let (rest, suffix) = name.rsplit_once('-')?;
    rest.strip_suffix("-conformance-pack").filter(|_| is_suffix(suffix, 9, 9))
}

/// `OrgConfigRule-<name>-<8>`.
fn without_organization(name: &str) -> Option<&str> {
    let (rest, suffix) = name.strip_prefix("OrgConfigRule-")?.rsplit_once('-')?;
    is_suffix(suffix, 8, 8).then_some(rest)
}

/// `securityhub-<name>`, as lists of Security Hub's rules write it.
fn without_security_hub_prefix(name: &str) -> Option<&str> {
    name.strip_prefix("securityhub-")
}

/// `securityhub-<name>-<8>`; older deployments have five or six characters.
fn without_security_hub(name: &str) -> Option<&str> {
    let (rest, suffix) = name.strip_prefix("securityhub-")?.rsplit_once('-')?;
    is_suffix(suffix, 5, 8).then_some(rest)
}

fn is_suffix(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
