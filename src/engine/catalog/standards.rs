//! What the numbers of Security Hub's standards mean.
//!
//! A number means nothing without its standard and version: `1.4` is key rotation in CIS 1.2.0, root keys
//! in 1.4.0 and 3.0.0, and root MFA in 5.0.0.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::check::{self, check_form, is_security_control};
use crate::engine::settings_file::SettingsFileError;
use crate::engine::settings_file::{Section, SourceText};

/// What the numbers of the standards are read from.
pub(super) const TEXT: &str = include_str!("security_hub_standards.toml");

const EMBEDDED: SourceText<'static> =
    SourceText { noun: "catalog", label: "security_hub_standards.toml (built in)", text: TEXT };

/// One version of one standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standard {
    /// Short, for display: `CIS 1.2.0`.
    pub(super) label: String,
    names: Vec<String>,
    version: String,
    keeps_ids: bool,
    prefix: String,
    numbers: BTreeMap<String, String>,
    includes: Vec<String>,
}

static STANDARDS: LazyLock<Result<Vec<Standard>, SettingsFileError>> = LazyLock::new(|| parse(EMBEDDED));

/// All standards, in the order of display; an error is a bug in the embedded data.
pub(super) fn standards() -> &'static Result<Vec<Standard>, SettingsFileError> {
    &STANDARDS
}

/// The security control that a number stands for in a standard, if that is known and unambiguous.
pub(super) fn security_control(name: &str, version: &str, number: &str) -> Option<String> {
    let all = standards().as_ref().ok()?;
    all.iter().find(|standard| standard.is_called(name, version))?.security_control(number)
}

impl Standard {
    fn is_called(&self, name: &str, version: &str) -> bool {
        self.version == version && self.names.iter().any(|known| known == name)
    }

    fn security_control(&self, number: &str) -> Option<String> {
        if let Some(id) = self.numbers.get(number) {
            return Some(id.clone());
        }
        let id = number.strip_prefix(self.prefix.as_str()).unwrap_or(number);
        (self.keeps_ids && is_security_control(id)).then(|| id.to_owned())
    }

    /// The numbers under which this standard holds a security control; for display.
    pub(super) fn numbers_of(&self, security_control: &str) -> Vec<&str> {
        let mapped = self.numbers.iter().filter(|(_, id)| *id == security_control).map(|(number, _)| number.as_str());
        let kept = self.includes.iter().filter(|id| *id == security_control).map(String::as_str);
        mapped.chain(kept).collect()
    }
}

fn parse(source: SourceText<'_>) -> Result<Vec<Standard>, SettingsFileError> {
    let table = source.parse()?;
    let top = source.top(&table);
    top.check_keys(&["standard"])?;
    top.sections("standard", "standard")?.iter().map(|section| parse_standard(source, section)).collect()
}

fn parse_standard(source: SourceText<'_>, section: &Section<'_>) -> Result<Standard, SettingsFileError> {
    section.check_keys(&["label", "names", "version", "keeps_ids", "prefix", "includes", "numbers"])?;
    let pairs = section.pairs("numbers")?;
    let includes = section.texts("includes")?;
    for ids in pairs.iter().map(|(_, id)| id).chain(&includes) {
        check_form(source, "numbers", std::slice::from_ref(ids), &check::SECURITY_CONTROL)?;
    }
    Ok(Standard {
        label: section.required_prose("label")?,
        names: section.required_texts("names")?.into_iter().map(|name| name.text).collect(),
        version: section.required_text("version")?.text,
        keeps_ids: section.flag("keeps_ids")?,
        prefix: section.text("prefix")?.map_or_else(String::new, |prefix| prefix.text),
        numbers: pairs.into_iter().map(|(number, id)| (number, id.text)).collect(),
        includes: includes.into_iter().map(|id| id.text).collect(),
    })
}
