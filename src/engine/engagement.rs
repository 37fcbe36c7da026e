//! The engagement file: what makes a run repeatable (spec section 12).
//!
//! Reads text, opens nothing. Whatever is unknown, misspelt or contradictory is an error that names
//! the line and the nearest known key.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::{HOURS_MAX, ScopeEntry, TagFilter};
use super::settings_file::{Lined, Section, SettingsFileError, SourceText, quoted};
use crate::model::{AccountId, Instant, Region};

/// What an engagement file says; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Engagement {
    /// The engagement's name.
    pub name: Option<String>,
    /// First day of the window, as its first moment.
    pub from: Option<Instant>,
    /// Last day of the window, as its first moment.
    pub through: Option<Instant>,
    /// The scope list, if there is one.
    pub scope: Option<Vec<ScopeEntry>>,
    /// Rule names with the identifier of their test.
    pub rule_aliases: BTreeMap<String, String>,
    /// Tags that choose subjects, by control.
    pub tags: BTreeMap<String, TagFilter>,
    /// Parameters of tests, by the test's identifier as it is written.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Members of organizations, by management account.
    pub organizations: BTreeMap<AccountId, BTreeSet<AccountId>>,
    /// `max_gap`, in hours.
    pub max_gap_hours: Option<u32>,
    /// `lag_tolerance`, in hours.
    pub lag_tolerance_hours: Option<u32>,
}

impl Engagement {
    /// Reads an engagement file; `label` is what messages call it.
    ///
    /// # Errors
    /// [`SettingsFileError`] with the line, for whatever cannot be meant.
    pub fn parse(label: &str, text: &str) -> Result<Self, SettingsFileError> {
        let source = SourceText { noun: "engagement file", label, text };
        let table = source.parse()?;
        let top = source.top(&table);
        top.check_keys(&["engagement", "scope", "rules", "controls", "parameters", "tests", "organization"])?;
        let mut engagement = Self::default();
        if let Some(section) = top.section("engagement", "section")? {
            engagement.read_engagement(&section)?;
        }
        if let Some(section) = top.section("scope", "section")? {
            engagement.scope = read_scope(&section)?;
        }
        if let Some(section) = top.section("rules", "section")? {
            section.check_keys(&["aliases"])?;
            let aliases = section.pairs("aliases")?;
            engagement.rule_aliases = aliases.into_iter().map(|(rule, test)| (rule, test.text)).collect();
        }
        if let Some(section) = top.section("controls", "section")? {
            engagement.tags = read_controls(&section)?;
        }
        if let Some(section) = top.section("tests", "section")? {
            engagement.parameters = read_tests(&section)?;
        }
        for section in top.sections("organization", "organization")? {
            let (management, members) = read_organization(&section)?;
            engagement.organizations.entry(management).or_default().extend(members);
        }
        if let Some(section) = top.section("parameters", "section")? {
            section.check_keys(&["max_gap_hours", "lag_tolerance_hours"])?;
            engagement.max_gap_hours = read_hours(&section, "max_gap_hours")?;
            engagement.lag_tolerance_hours = read_hours(&section, "lag_tolerance_hours")?;
        }
        Ok(engagement)
    }

    fn read_engagement(&mut self, section: &Section<'_>) -> Result<(), SettingsFileError> {
        section.check_keys(&["name", "from", "through"])?;
        self.name = section.prose("name")?;
        self.from = read_day(section, "from")?;
        self.through = read_day(section, "through")?;
        if let (Some(from), Some(through)) = (self.from, self.through)
            && through < from
        {
            let line = section.line_of_key("through").unwrap_or(section.line);
            return Err(section.error(line, "`through` is before `from`".to_owned()));
        }
        Ok(())
    }
}

fn read_day(section: &Section<'_>, key: &str) -> Result<Option<Instant>, SettingsFileError> {
    let Some(day) = section.day(key)? else { return Ok(None) };
    Instant::parse_date(&day.text)
        .map(Some)
        .map_err(|_| section.error(day.line, format!("`{key}` is no day that exists: {}", quoted(&day.text))))
}

fn read_hours(section: &Section<'_>, key: &str) -> Result<Option<u32>, SettingsFileError> {
    let hours = section.count(key)?;
    if hours.is_some_and(|hours| hours > HOURS_MAX) {
        let line = section.line_of_key(key).unwrap_or(section.line);
        return Err(section.error(line, format!("`{key}` is more than {HOURS_MAX} hours, which is ten years")));
    }
    Ok(hours)
}

fn read_scope(section: &Section<'_>) -> Result<Option<Vec<ScopeEntry>>, SettingsFileError> {
    section.check_keys(&["account", "accounts"])?;
    if let Some(line) = section.line_of_key("accounts") {
        let what = "a scope list in a file of its own is not read by this version; state it as [[scope.account]]";
        return Err(section.error(line, what.to_owned()));
    }
    if section.line_of_key("account").is_none() {
        return Ok(None);
    }
    let mut entries: Vec<ScopeEntry> = Vec::new();
    for account in section.sections("account", "account")? {
        let entry = read_account(&account)?;
        if entries.iter().any(|earlier| earlier.account == entry.account) {
            return Err(account.error(account.line, format!("the account `{}` is listed twice", entry.account)));
        }
        entries.push(entry);
    }
    Ok(Some(entries))
}

fn read_account(section: &Section<'_>) -> Result<ScopeEntry, SettingsFileError> {
    section.check_keys(&["id", "name", "environment", "in_scope", "regions"])?;
    let id = section.required_text("id")?;
    let account = AccountId::parse(&id.text)
        .ok_or_else(|| section.error(id.line, format!("`id` has to be twelve digits: {}", quoted(&id.text))))?;
    let region = |text: Lined| {
        Region::parse(&text.text)
            .ok_or_else(|| section.error(text.line, format!("{} is no region", quoted(&text.text))))
    };
    Ok(ScopeEntry {
        account,
        name: section.prose("name")?.unwrap_or_default(),
        environment: section.prose("environment")?.unwrap_or_default(),
        in_scope: section.stated_flag("in_scope")?.unwrap_or(true),
        regions: section.texts("regions")?.into_iter().map(region).collect::<Result<_, _>>()?,
    })
}

fn read_controls(section: &Section<'_>) -> Result<BTreeMap<String, TagFilter>, SettingsFileError> {
    let mut tags = BTreeMap::new();
    for control in section.keys() {
        let Some(of_control) = section.section(&control.text, "control")? else { continue };
        of_control.check_keys(&["tag"])?;
        let Some(tag) = of_control.section("tag", "tag")? else { continue };
        tag.check_keys(&["key", "values"])?;
        let key = tag.required_text("key")?.text;
        let values = tag.texts("values")?.into_iter().map(|value| value.text).collect();
        tags.insert(control.text.to_ascii_uppercase(), TagFilter { key, values });
    }
    Ok(tags)
}

/// `[tests.<IDENTIFIER>.parameters]`: what a test is measured against where no deployed rule says.
fn read_tests(section: &Section<'_>) -> Result<BTreeMap<String, BTreeMap<String, String>>, SettingsFileError> {
    let mut parameters = BTreeMap::new();
    for test in section.keys() {
        let Some(of_test) = section.section(&test.text, "test")? else { continue };
        of_test.check_keys(&["parameters"])?;
        let values = of_test.plain_values("parameters")?.into_iter().map(|(name, value)| (name.text, value.text));
        parameters.insert(test.text.clone(), values.collect());
    }
    Ok(parameters)
}

/// `[[organization]]`: the accounts whose events an organization trail of the management account logs.
fn read_organization(section: &Section<'_>) -> Result<(AccountId, BTreeSet<AccountId>), SettingsFileError> {
    section.check_keys(&["management", "members"])?;
    let account = |text: Lined| {
        AccountId::parse(&text.text)
            .ok_or_else(|| section.error(text.line, format!("{} has to be twelve digits", quoted(&text.text))))
    };
    let management = account(section.required_text("management")?)?;
    let members = section.texts("members")?.into_iter().map(account).collect::<Result<_, _>>()?;
    Ok((management, members))
}

#[cfg(test)]
mod tests;
