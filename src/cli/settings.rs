//! Arguments and files brought to decisions, before any long work begins.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::args::{FrameArguments, ReadingArguments, S3Arguments, SourceArgument, SuppliedArguments};
use crate::engine::catalog::Catalog;
use crate::engine::engagement::Engagement;
use crate::engine::settings::Settings;
use crate::evidence::{EvidenceArgument, S3Settings};
use crate::formats::Supplied;
use crate::lake::IngestSettings;
use crate::model::{AccountId, Instant, Period, Source};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Wrong usage: what was asked cannot be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// The catalog, with what a file adds to it.
pub(super) fn catalog(file: Option<&Path>) -> anyhow::Result<Catalog> {
    catalog_and_file(file).map(|(catalog, _)| catalog)
}

/// As [`catalog`], with the file's text.
pub(super) fn catalog_and_file(file: Option<&Path>) -> anyhow::Result<(Catalog, Option<String>)> {
    let catalog = Catalog::embedded()?;
    let Some(file) = file else { return Ok((catalog, None)) };
    let text = read_text(file)?;
    Ok((catalog.with_file(&file.display().to_string(), &text)?, Some(text)))
}

/// What the evidence is asked, of all controls: options, else the engagement file, else what is usual.
pub(super) fn settings(frame: &FrameArguments) -> anyhow::Result<Settings> {
    let engagement = match &frame.engagement {
        Some(file) => Engagement::parse(&file.display().to_string(), &read_text(file)?)?,
        None => Engagement::default(),
    };
    let from = day("--from", frame.from.as_deref(), engagement.from)?;
    let through = day("--through", frame.through.as_deref(), engagement.through)?;
    if through < from {
        bail!(UsageError(format!("the window ends before it begins: {} .. {}", from.date(), through.date())));
    }
    let mut settings = Settings::new(Period::new(from, through.plus_microseconds(DAY)));
    settings.engagement = engagement.name;
    settings.scope = engagement.scope;
    settings.rule_aliases = engagement.rule_aliases;
    settings.tags = engagement.tags;
    settings.parameters = engagement.parameters;
    settings.organizations = engagement.organizations;
    settings.max_gap_hours = engagement.max_gap_hours.unwrap_or(settings.max_gap_hours);
    settings.lag_tolerance_hours = engagement.lag_tolerance_hours.unwrap_or(settings.lag_tolerance_hours);
    if !frame.source.is_empty() {
        settings.sources.retain(|source| frame.source.iter().any(|asked| is_source(*asked, *source)));
    }
    Ok(settings)
}

/// How evidence is read, with what is said of files that leave it open.
pub(super) fn ingest_settings(
    arguments: &SuppliedArguments,
    reading: &ReadingArguments,
) -> Result<IngestSettings, UsageError> {
    let account = arguments.account.as_deref().map(|text| {
        AccountId::parse(text).ok_or_else(|| UsageError(format!("--account is not twelve digits: `{text}`")))
    });
    let taken_at = arguments.taken_at.as_deref().map(|text| {
        let instant = Instant::parse_date(text).or_else(|_| Instant::parse(text));
        instant.map_err(|error| {
            let forms = "give a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z";
            UsageError(format!("--taken-at {error}: `{text}`; {forms}"))
        })
    });
    let supplied = Supplied { account: account.transpose()?, taken_at: taken_at.transpose()? };
    let (memory_bytes, read_known) = (reading.memory, reading.read_known);
    Ok(IngestSettings { supplied, memory_bytes, read_known, ..IngestSettings::default() })
}

/// How S3 is reached.
pub(super) fn s3_settings(arguments: &S3Arguments) -> Result<S3Settings, UsageError> {
    if let Some(endpoint) = &arguments.endpoint_url {
        let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
        // What stands in front of an `@` is a secret, so the address is not repeated.
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(['@', '?', '#'])) {
            return Err(UsageError(
                "--endpoint-url has to be of the form https://HOST or http://HOST:PORT, without a user, query or \
                 fragment"
                    .to_owned(),
            ));
        }
    }
    let is_region = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if let Some(region) = arguments.region.as_ref().filter(|region| !is_region(region)) {
        return Err(UsageError(format!("--region is no region of the form eu-west-1: `{region}`")));
    }
    Ok(S3Settings {
        profile: arguments.profile.clone(),
        region: arguments.region.clone(),
        endpoint: arguments.endpoint_url.clone(),
        is_unsigned: arguments.no_sign_request,
        requester_pays: arguments.requester_pays,
        path_style: arguments.path_style,
        ..S3Settings::default()
    })
}

fn is_source(asked: SourceArgument, source: Source) -> bool {
    match asked {
        SourceArgument::Config => source == Source::Config,
        SourceArgument::Securityhub => source == Source::SecurityHub,
        SourceArgument::Reperformed => source == Source::Reperformed,
    }
}

fn day(option: &str, given: Option<&str>, engagement: Option<Instant>) -> anyhow::Result<Instant> {
    match (given, engagement) {
        (Some(text), _) => Instant::parse_date(text)
            .map_err(|_| UsageError(format!("{option} is no day of the form 2026-01-31: `{text}`")).into()),
        (None, Some(day)) => Ok(day),
        (None, None) => bail!(UsageError(format!(
            "the audit window is not known: give {option}, or state it in the engagement file"
        ))),
    }
}

/// A moment inside the window: a day stands for its first.
pub(super) fn moment(text: &str, window: Period) -> anyhow::Result<Instant> {
    let at = Instant::parse_date(text).or_else(|_| Instant::parse(text)).map_err(|_| {
        UsageError(format!("--at is no moment of the form 2026-01-31 or 2026-01-31T09:00:00Z: `{text}`"))
    })?;
    if !window.contains(at) {
        let (from, until) = (window.from, window.until);
        bail!(UsageError(format!(
            "--at lies outside of the audit window, which is from {from} until {until}: `{text}`"
        )));
    }
    Ok(at)
}

/// Refuses an output folder inside evidence on disk: its files would be taken for evidence next time.
pub(super) fn check_apart(evidence: &[EvidenceArgument], folder: &Path, what: &str) -> anyhow::Result<()> {
    let Ok(folder) = std::path::absolute(folder) else { return Ok(()) };
    for argument in evidence.iter().filter_map(EvidenceArgument::on_disk) {
        let Ok(root) = argument.canonicalize() else { continue };
        let resolved = nearest_existing(&folder);
        if resolved.starts_with(&root) {
            bail!(UsageError(format!(
                "{what} `{}` lies inside the evidence `{}`: what is written there would be taken for evidence; \
                 choose a folder outside",
                folder.display(),
                argument.display()
            )));
        }
    }
    Ok(())
}

/// A path with the part of it that exists resolved.
fn nearest_existing(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let Ok(resolved) = ancestor.canonicalize() {
            let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
            return resolved.join(rest);
        }
    }
    path.to_owned()
}

/// The text of a file that an option names; an option that names none is wrong usage.
fn read_text(file: &Path) -> Result<String, UsageError> {
    std::fs::read_to_string(file)
        .map_err(|error| UsageError(format!("the file `{}` cannot be read: {error}", file.display())))
}
