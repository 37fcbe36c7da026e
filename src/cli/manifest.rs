//! `manifest.json`: what a set of result files is made of, and all that is needed to answer the same question
//! again: the commit of the lake, the settings, the catalog. Opens no file.
//!
//! Settings stand in it as they were decided and not as they were written, so an engagement file that is changed
//! or lost since takes nothing away. Of the lake it names the last commit, whose SHA-256 covers all before it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::catalog::Catalog;
use crate::engine::results::{Assessment, SampleResult};
use crate::engine::settings::{ScopeEntry, Settings, TagFilter};
use crate::engine::settings_file::SettingsFileError;
use crate::lake::Lake;
use crate::model::{AccountId, Instant, Period, Region, Source};
use crate::report::json::laid_out;

/// Its name among the result files.
pub(super) const MANIFEST: &str = "manifest.json";
/// What `format` says in it.
const FORMAT: &str = "tickmark results";
/// The version of its layout.
const SCHEMA: u32 = 1;

/// What a set of result files is made of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    schema: u32,
    /// What wrote them.
    pub(super) tool: Tool,
    /// What they answer from.
    pub(super) lake: LakeState,
    settings: RecordedSettings,
    catalog: RecordedCatalog,
    /// Completed samples that joined, by control and draw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) samples: Vec<SampleResult>,
    /// Every result file but this one, in the order in which they are written.
    pub(super) files: Vec<ResultFile>,
}

/// The program that wrote a set.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) version: String,
}

impl Tool {
    /// The program that is running.
    pub(super) fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// A lake at one moment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LakeState {
    /// The number of its last commit; 0 where it had none.
    pub(super) commit: u64,
    /// SHA-256 of that commit's record, in lower-case hexadecimal; empty where there was none.
    pub(super) commit_sha256: String,
}

/// A result file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultFile {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl ResultFile {
    /// Describes bytes under a name.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedCatalog {
    /// SHA-256 over the catalog that comes with the program.
    built_in_sha256: String,
    /// The text of the file given with `--catalog`.
    file: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedSettings {
    engagement: Option<String>,
    from: String,
    until: String,
    sources: Vec<String>,
    controls: Option<Vec<String>>,
    scope: Option<Vec<RecordedAccount>>,
    rule_aliases: BTreeMap<String, String>,
    tags: BTreeMap<String, RecordedTag>,
    parameters: BTreeMap<String, BTreeMap<String, String>>,
    organizations: BTreeMap<String, BTreeSet<String>>,
    max_gap_hours: u32,
    lag_tolerance_hours: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedAccount {
    account: String,
    name: String,
    environment: String,
    in_scope: bool,
    regions: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedTag {
    key: String,
    values: Vec<String>,
}

impl Manifest {
    /// The manifest of an answer from `lake` to `settings`, with the text of the catalog file, if one was given.
    pub(super) fn of(
        lake: &Lake,
        settings: &Settings,
        catalog_file: Option<&str>,
        files: &[(&'static str, Vec<u8>)],
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            schema: SCHEMA,
            tool: Tool::this(),
            lake: LakeState {
                commit: lake.commits().len() as u64,
                commit_sha256: lake.latest_commit_sha256().to_owned(),
            },
            settings: RecordedSettings::of(settings),
            catalog: RecordedCatalog {
                built_in_sha256: Catalog::embedded_sha256(),
                file: catalog_file.map(str::to_owned),
            },
            samples: Vec::new(),
            files: files.iter().map(|(name, bytes)| ResultFile::of(name, bytes)).collect(),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// Only through a fault of tickmark.
    pub(super) fn text(&self) -> serde_json::Result<Vec<u8>> {
        laid_out(self)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if manifest.format != FORMAT {
            return Err(format!("its `format` is `{}`, not `{FORMAT}`", manifest.format));
        }
        if manifest.schema != SCHEMA {
            return Err(format!("its `schema` is {}, this tickmark reads {SCHEMA}", manifest.schema));
        }
        Ok(manifest)
    }

    /// The settings, as they were decided.
    ///
    /// # Errors
    /// What in them is no setting, in words.
    pub(super) fn settings(&self) -> Result<Settings, String> {
        self.settings.settings()
    }

    /// The catalog, with what the catalog file added to it.
    ///
    /// # Errors
    /// When the recorded file is none.
    pub(super) fn catalog(&self) -> Result<Catalog, SettingsFileError> {
        let catalog = Catalog::embedded()?;
        match &self.catalog.file {
            Some(text) => catalog.with_file(MANIFEST, text),
            None => Ok(catalog),
        }
    }

    /// The same question answered with other files, and with these completed samples.
    pub(super) fn with(self, samples: Vec<SampleResult>, lake: &Lake, files: &[(&'static str, Vec<u8>)]) -> Self {
        let (settings, file) = (self.settings, self.catalog.file);
        let lake =
            LakeState { commit: lake.commits().len() as u64, commit_sha256: lake.latest_commit_sha256().to_owned() };
        let catalog = RecordedCatalog { built_in_sha256: Catalog::embedded_sha256(), file };
        let files = files.iter().map(|(name, bytes)| ResultFile::of(name, bytes)).collect();
        Self { tool: Tool::this(), lake, settings, catalog, samples, files, ..self }
    }

    /// Puts the completed samples where reports look for them.
    pub(super) fn join_samples(samples: &[SampleResult], assessment: &mut Assessment) {
        for control in &mut assessment.controls {
            let own = samples.iter().filter(|sample| sample.control == control.control);
            control.samples = own.cloned().collect();
        }
    }

    /// Whether the catalog that comes with this program is the one that came with that which wrote the set.
    pub(super) fn has_catalog_of_this(&self) -> bool {
        self.catalog.built_in_sha256 == Catalog::embedded_sha256()
    }
}

impl RecordedSettings {
    fn of(settings: &Settings) -> Self {
        // Every member by name: one that is added has to find its place here.
        let Settings {
            engagement,
            window,
            sources,
            controls,
            scope,
            rule_aliases,
            tags,
            parameters,
            organizations,
            max_gap_hours,
            lag_tolerance_hours,
        } = settings;
        let texts = |accounts: &BTreeSet<AccountId>| accounts.iter().map(ToString::to_string).collect();
        let tag = |TagFilter { key, values }: &TagFilter| RecordedTag { key: key.clone(), values: values.clone() };
        Self {
            engagement: engagement.clone(),
            from: window.from.to_string(),
            until: window.until.to_string(),
            sources: sources.iter().map(|source| source.name().to_owned()).collect(),
            controls: controls.clone(),
            scope: scope.as_ref().map(|entries| entries.iter().map(RecordedAccount::of).collect()),
            rule_aliases: rule_aliases.clone(),
            tags: tags.iter().map(|(control, filter)| (control.clone(), tag(filter))).collect(),
            parameters: parameters.clone(),
            organizations: organizations.iter().map(|(account, of)| (account.to_string(), texts(of))).collect(),
            max_gap_hours: *max_gap_hours,
            lag_tolerance_hours: *lag_tolerance_hours,
        }
    }

    fn settings(&self) -> Result<Settings, String> {
        let window = Period::new(instant(&self.from)?, instant(&self.until)?);
        let sources = self.sources.iter().map(|name| source(name)).collect::<Result<_, _>>()?;
        let entries = |entries: &Vec<RecordedAccount>| entries.iter().map(RecordedAccount::entry).collect();
        let filter = |RecordedTag { key, values }: &RecordedTag| TagFilter { key: key.clone(), values: values.clone() };
        let mut organizations: BTreeMap<AccountId, BTreeSet<AccountId>> = BTreeMap::new();
        for (management, members) in &self.organizations {
            let members = members.iter().map(|member| account(member)).collect::<Result<_, _>>()?;
            organizations.insert(account(management)?, members);
        }
        Ok(Settings {
            engagement: self.engagement.clone(),
            window,
            sources,
            controls: self.controls.clone(),
            scope: self.scope.as_ref().map(entries).transpose()?,
            rule_aliases: self.rule_aliases.clone(),
            tags: self.tags.iter().map(|(control, tag)| (control.clone(), filter(tag))).collect(),
            parameters: self.parameters.clone(),
            organizations,
            max_gap_hours: self.max_gap_hours,
            lag_tolerance_hours: self.lag_tolerance_hours,
        })
    }
}

impl RecordedAccount {
    fn of(entry: &ScopeEntry) -> Self {
        let ScopeEntry { account, name, environment, in_scope, regions } = entry;
        Self {
            account: account.to_string(),
            name: name.clone(),
            environment: environment.clone(),
            in_scope: *in_scope,
            regions: regions.iter().map(ToString::to_string).collect(),
        }
    }

    fn entry(&self) -> Result<ScopeEntry, String> {
        let region = |text: &String| Region::parse(text).ok_or_else(|| format!("`{text}` is no region"));
        Ok(ScopeEntry {
            account: account(&self.account)?,
            name: self.name.clone(),
            environment: self.environment.clone(),
            in_scope: self.in_scope,
            regions: self.regions.iter().map(region).collect::<Result<_, _>>()?,
        })
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::parse(text).ok_or_else(|| format!("`{text}` is no account"))
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|error| format!("`{text}` {error}"))
}

fn source(name: &str) -> Result<Source, String> {
    let found = Source::ALL.into_iter().find(|source| source.name() == name);
    found.ok_or_else(|| format!("`{name}` is no source"))
}

#[cfg(test)]
mod tests;
