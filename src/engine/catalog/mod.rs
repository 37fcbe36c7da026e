//! The catalog: the controls that are tested, as data, and what speaks for them.
//!
//! | noun | meaning |
//! |---|---|
//! | [`Control`] | a promise with its criterion, its population and its limits |
//! | [`Test`] | one Config managed rule and the Security Hub controls that check the same thing |
//! | [`rule_names::RuleMatcher`] | which test a deployed rule belongs to |
//! | [`finding_controls`] | which Security Hub control a finding speaks of |
//! | [`describe`] | the catalog as text for a reader |
//!
//! The controls that come with tickmark are embedded; a file of the same form may add to them or replace
//! them ([`Catalog::with_file`]). Nothing here opens a file, and a catalog that breaks one of its own
//! rules is never handed out.
//!
//! INVARIANT: every test of a [`Catalog`] belongs to a control of it, and no two tests share an
//! identifier, an alias or a rule name. So whatever matches a test reaches a result, and only one test.

mod check;
mod load;
mod parse;
mod standards;

pub mod describe;
pub mod finding_controls;
pub mod rule_names;

use std::collections::BTreeMap;

use crate::engine::settings_file::nearest;

/// The type under which AWS Config reports what is true of an account as a whole.
pub const ACCOUNT_TYPE: &str = "AWS::::Account";

/// All controls and their tests, in the order of the catalog (spec section 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// Embedded controls first, a replaced one in its old place; then those of the file, in its order.
    pub controls: Vec<Control>,
    /// In the order in which the controls first name them.
    pub tests: Vec<Test>,
    by_security_control: BTreeMap<String, Vec<usize>>,
}

/// A statement that is tested, with its SOC 2 criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Such as `C10`: a letter, then letters, digits, `.`, `_`, `-`; at most 32 characters.
    pub id: String,
    /// A few words for tables.
    pub title: String,
    /// The criteria it answers for, such as `CC6.1`; at least one.
    pub criteria: Vec<String>,
    /// Further criteria under which other catalogs place the same control.
    pub also_maps_to: Vec<String>,
    /// What the control promises.
    pub statement: String,
    /// What tickmark tests; empty where a file does not say.
    pub procedure: String,
    /// Whom it is tested on.
    pub population: Population,
    /// What the test cannot show, a sentence each.
    pub limits: Vec<String>,
    /// Identifiers of its tests; at least one.
    pub tests: Vec<String>,
}

/// The subjects of a control (spec section 5), as rules for the engine and as words for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// What counts as a subject even if no source ever evaluated it.
    pub inventory: Inventory,
    /// Which of the subjects are tested.
    pub subjects: SubjectFilter,
    /// Whether only accounts whose environment is production are tested, where environments are known.
    pub production_only: bool,
    /// The same in a sentence or two.
    pub words: String,
}

/// What the inventory of a control consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Inventory {
    /// Every resource of the types that its tests are about.
    ResourceTypes,
    /// Security groups named `default` that have a VPC (C11).
    DefaultSecurityGroups,
    /// Policies that the account made, not AWS (C07).
    CustomerManagedPolicies,
}

/// Which subjects of the population are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectFilter {
    /// All of them.
    All,
    /// Buckets that some trail in the evidence delivers to (C08).
    TrailBuckets,
    /// Resources that carried the tag named in the engagement file; all where none is named (C14, C16).
    TaggedResources,
}

/// One Config managed rule, with all that speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The managed rule's identifier, such as `INCOMING_SSH_DISABLED`.
    pub identifier: String,
    /// Other spellings of the identifier that are met.
    pub aliases: Vec<String>,
    /// Exact names under which the rule is deployed, without what a deployer puts around them.
    pub rule_names: Vec<String>,
    /// Config types of its subjects; at least one.
    pub resource_types: Vec<String>,
    /// Security Hub controls that check the same thing (spec section 11); may be empty.
    pub security_hub: Vec<String>,
    /// What is near to it and does not count.
    pub related: Vec<RelatedCheck>,
    /// When Config evaluates it, where the catalog says.
    pub trigger: Option<Trigger>,
    /// Its parameters, in the order of the rule's documentation.
    pub parameters: Vec<Parameter>,
}

/// A check that is near to a test and does not count for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedCheck {
    /// A Security Hub control (`IAM.22`) or the identifier of a managed rule.
    pub name: String,
    /// Stricter, weaker, wider or different, and in what.
    pub why: String,
}

/// When AWS Config evaluates a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// When the resource changes.
    Change,
    /// At intervals.
    Periodic,
    /// Both.
    ChangeAndPeriodic,
}

/// A parameter of a managed rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As the rule spells it.
    pub name: String,
    /// The managed rule's default as text; empty where it has none.
    pub default: String,
    /// Unit, or the value that Security Hub fixes; may be empty.
    pub note: String,
}

impl Catalog {
    /// The control of this id, whatever the case of its letters.
    #[must_use]
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls.iter().find(|control| control.id.eq_ignore_ascii_case(id))
    }

    /// The test of this identifier, in any spelling: either case, `-` for `_`, or an alias.
    #[must_use]
    pub fn test(&self, identifier: &str) -> Option<&Test> {
        self.test_index(identifier).and_then(|index| self.tests.get(index))
    }

    /// As [`Catalog::test`], as a place in [`Catalog::tests`].
    #[must_use]
    pub fn test_index(&self, identifier: &str) -> Option<usize> {
        let wanted = normal_identifier(identifier);
        self.tests.iter().position(|test| test.answers_to(&wanted))
    }

    /// The tests of a control, in its order.
    #[must_use]
    pub fn tests_of(&self, control: &Control) -> Vec<&Test> {
        control.tests.iter().filter_map(|identifier| self.test(identifier)).collect()
    }

    /// Places in [`Catalog::controls`] of the controls that a test belongs to.
    #[must_use]
    pub fn controls_of(&self, test: &Test) -> Vec<usize> {
        let belongs = |control: &Control| control.tests.contains(&test.identifier);
        self.controls.iter().enumerate().filter(|(_, control)| belongs(control)).map(|(index, _)| index).collect()
    }

    /// Places in [`Catalog::tests`] of the tests for which a Security Hub control speaks.
    ///
    /// Usually one; two for `CloudTrail.6`; none for what is only related or unknown. Case does not matter.
    #[must_use]
    pub fn tests_for_security_control(&self, id: &str) -> &[usize] {
        self.by_security_control.get(&id.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The control id nearest to one that does not exist, if any is near.
    #[must_use]
    pub fn nearest_control(&self, id: &str) -> Option<&str> {
        nearest(id, self.controls.iter().map(|control| control.id.as_str()))
    }

    /// The identifier nearest to one that no test has, if any is near.
    #[must_use]
    pub fn nearest_test(&self, identifier: &str) -> Option<&str> {
        nearest(&normal_identifier(identifier), self.tests.iter().map(|test| test.identifier.as_str()))
    }

    /// Puts a catalog together: `tests` are what `controls` name, in order of first use; all were checked.
    fn assemble(controls: Vec<Control>, tests: Vec<Test>) -> Self {
        let mut by_security_control: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, test) in tests.iter().enumerate() {
            for id in &test.security_hub {
                by_security_control.entry(id.to_ascii_lowercase()).or_default().push(index);
            }
        }
        Self { controls, tests, by_security_control }
    }
}

impl Test {
    /// Whether its subjects are accounts.
    #[must_use]
    pub fn is_account_level(&self) -> bool {
        matches!(self.resource_types.as_slice(), [only] if only == ACCOUNT_TYPE)
    }

    /// Whether it is about resources of this type; findings and evaluations of others make no subject.
    #[must_use]
    pub fn is_about(&self, resource_type: &str) -> bool {
        self.resource_types.iter().any(|known| known == resource_type)
    }

    /// Whether an identifier, normalised, is its own or one of its aliases.
    fn answers_to(&self, identifier: &str) -> bool {
        self.spellings().any(|spelling| spelling == identifier)
    }

    /// Its identifier and the other spellings of it.
    fn spellings(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.identifier).chain(&self.aliases)
    }

    /// Every exact name of its rule: those listed, its identifier and aliases, and their kebab forms.
    fn all_rule_names(&self) -> Vec<String> {
        let formed = self.spellings().flat_map(|name| [name.clone(), kebab_form(name)]);
        let mut names: Vec<String> = self.rule_names.iter().cloned().chain(formed).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The default name that AWS forms from most identifiers.
fn kebab_form(identifier: &str) -> String {
    identifier.to_ascii_lowercase().replace('_', "-")
}

/// An identifier in the one spelling that is compared: upper case, underscores.
fn normal_identifier(text: &str) -> String {
    text.trim().to_ascii_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests;
