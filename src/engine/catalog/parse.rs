//! What a catalog file says, section by section, before it is brought together with anything else.
//!
//! Forms of names are checked here, where their lines are known; what needs the other entries is
//! checked in `load`.

use super::check::{self, check_form};
use super::{ACCOUNT_TYPE, Control, Inventory, Parameter, Population, RelatedCheck, SubjectFilter, Trigger};
use crate::engine::settings_file::SettingsFileError;
use crate::engine::settings_file::{Lined, Section, SourceText};

const FILE_KEYS: [&str; 2] = ["control", "test"];
const CONTROL_KEYS: [&str; 12] = [
    "id",
    "title",
    "criteria",
    "also_maps_to",
    "statement",
    "procedure",
    "population",
    "inventory",
    "subjects",
    "production_only",
    "limits",
    "tests",
];
const TEST_KEYS: [&str; 8] =
    ["identifier", "aliases", "rule_names", "resource_types", "security_hub", "related", "trigger", "parameters"];

const INVENTORIES: [(&str, Inventory); 3] = [
    ("resource_types", Inventory::ResourceTypes),
    ("default_security_groups", Inventory::DefaultSecurityGroups),
    ("customer_managed_policies", Inventory::CustomerManagedPolicies),
];
const SUBJECTS: [(&str, SubjectFilter); 3] = [
    ("all", SubjectFilter::All),
    ("trail_buckets", SubjectFilter::TrailBuckets),
    ("tagged_resources", SubjectFilter::TaggedResources),
];
const TRIGGERS: [(&str, Trigger); 3] =
    [("change", Trigger::Change), ("periodic", Trigger::Periodic), ("change_and_periodic", Trigger::ChangeAndPeriodic)];

/// The sections of one file.
#[derive(Debug)]
pub(super) struct ParsedFile {
    pub(super) controls: Vec<ControlEntry>,
    pub(super) tests: Vec<TestEntry>,
}

/// One `[[control]]`.
#[derive(Debug)]
pub(super) struct ControlEntry {
    pub(super) line: usize,
    /// Its `tests` are still as written, in `tests`; its population's words may be empty.
    pub(super) control: Control,
    pub(super) tests: Vec<Lined>,
}

/// One `[[test]]`: a new one, or more of what speaks for a known one.
#[derive(Debug)]
pub(super) struct TestEntry {
    pub(super) line: usize,
    pub(super) identifier: Lined,
    pub(super) aliases: Vec<Lined>,
    pub(super) rule_names: Vec<Lined>,
    pub(super) resource_types: Vec<Lined>,
    pub(super) security_hub: Vec<Lined>,
    pub(super) related: Vec<RelatedCheck>,
    pub(super) trigger: Option<Trigger>,
    pub(super) parameters: Vec<Parameter>,
    /// Keys, with their lines, that only a new test may have.
    pub(super) defining_keys: Vec<(&'static str, usize)>,
}

/// Reads a file whole.
pub(super) fn parse_file(source: SourceText<'_>) -> Result<ParsedFile, SettingsFileError> {
    let table = source.parse()?;
    let top = source.top(&table);
    top.check_keys(&FILE_KEYS)?;
    let controls = top.sections("control", "control")?;
    let tests = top.sections("test", "test")?;
    if controls.is_empty() && tests.is_empty() {
        return Err(source.error(1, "there is neither a `[[control]]` nor a `[[test]]` in it".to_owned()));
    }
    Ok(ParsedFile {
        controls: controls.iter().map(|section| parse_control(source, section)).collect::<Result<_, _>>()?,
        tests: tests.iter().map(|section| parse_test(source, section)).collect::<Result<_, _>>()?,
    })
}

fn parse_control(source: SourceText<'_>, section: &Section<'_>) -> Result<ControlEntry, SettingsFileError> {
    section.check_keys(&CONTROL_KEYS)?;
    let id = section.required_text("id")?;
    check_form(source, "id", std::slice::from_ref(&id), &check::CONTROL_ID)?;
    let criteria = section.required_texts("criteria")?;
    check_form(source, "criteria", &criteria, &check::CRITERION)?;
    let also_maps_to = section.texts("also_maps_to")?;
    check_form(source, "also_maps_to", &also_maps_to, &check::CRITERION)?;
    let control = Control {
        id: id.text,
        title: section.required_prose("title")?,
        criteria: plain(criteria),
        also_maps_to: plain(also_maps_to),
        statement: section.required_prose("statement")?,
        procedure: section.prose("procedure")?.unwrap_or_default(),
        population: parse_population(section)?,
        limits: section.sentences("limits")?,
        tests: Vec::new(),
    };
    Ok(ControlEntry { line: section.line, control, tests: section.required_texts("tests")? })
}

fn parse_population(section: &Section<'_>) -> Result<Population, SettingsFileError> {
    Ok(Population {
        inventory: section.choice("inventory", &INVENTORIES)?.unwrap_or(Inventory::ResourceTypes),
        subjects: section.choice("subjects", &SUBJECTS)?.unwrap_or(SubjectFilter::All),
        production_only: section.flag("production_only")?,
        words: section.prose("population")?.unwrap_or_default(),
    })
}

fn parse_test(source: SourceText<'_>, section: &Section<'_>) -> Result<TestEntry, SettingsFileError> {
    section.check_keys(&TEST_KEYS)?;
    let identifier = section.required_text("identifier")?;
    check_form(source, "identifier", std::slice::from_ref(&identifier), &check::IDENTIFIER)?;
    let list = |key: &str, form| -> Result<Vec<Lined>, SettingsFileError> {
        let texts = section.texts(key)?;
        check_form(source, key, &texts, form).map(|()| texts)
    };
    let defining = ["resource_types", "trigger", "parameters"];
    Ok(TestEntry {
        line: section.line,
        identifier,
        aliases: list("aliases", &check::IDENTIFIER)?,
        rule_names: list("rule_names", &check::RULE_NAME)?,
        resource_types: parse_resource_types(source, section)?,
        security_hub: list("security_hub", &check::SECURITY_CONTROL)?,
        related: parse_related(source, section)?,
        trigger: section.choice("trigger", &TRIGGERS)?,
        parameters: parse_parameters(section)?,
        defining_keys: defining.into_iter().filter_map(|key| Some((key, section.line_of_key(key)?))).collect(),
    })
}

fn parse_resource_types(source: SourceText<'_>, section: &Section<'_>) -> Result<Vec<Lined>, SettingsFileError> {
    let types = section.texts("resource_types")?;
    check_form(source, "resource_types", &types, &check::RESOURCE_TYPE)?;
    if let Some(account) = types.iter().find(|text| text.text == ACCOUNT_TYPE).filter(|_| types.len() > 1) {
        let what =
            format!("`resource_types` mixes `{ACCOUNT_TYPE}` with others; a test is about accounts or resources");
        return Err(source.error(account.line, what));
    }
    Ok(types)
}

fn parse_related(source: SourceText<'_>, section: &Section<'_>) -> Result<Vec<RelatedCheck>, SettingsFileError> {
    let mut related = Vec::new();
    for entry in section.sections("related", "related check")? {
        entry.check_keys(&["name", "why"])?;
        let name = entry.required_text("name")?;
        check_form(source, "name", std::slice::from_ref(&name), &check::RELATED)?;
        related.push(RelatedCheck { name: name.text, why: entry.required_prose("why")? });
    }
    Ok(related)
}

fn parse_parameters(section: &Section<'_>) -> Result<Vec<Parameter>, SettingsFileError> {
    let mut parameters = Vec::new();
    for entry in section.sections("parameters", "parameter")? {
        entry.check_keys(&["name", "default", "note"])?;
        parameters.push(Parameter {
            name: entry.required_prose("name")?,
            default: entry.text("default")?.map_or_else(String::new, |default| default.text),
            note: entry.prose("note")?.unwrap_or_default(),
        });
    }
    Ok(parameters)
}

/// The texts without their lines.
pub(super) fn plain(texts: Vec<Lined>) -> Vec<String> {
    texts.into_iter().map(|text| text.text).collect()
}
