//! `tickmark run`: from a folder of exports to answers.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::assess::{NOTHING_CHANGED, answer, prepare};
use super::ingest::{keep_lake, left_in, read_evidence};
use crate::cli::args::RunArguments;
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::printer;
use crate::cli::results_folder::ResultsFolder;
use crate::cli::settings::{UsageError, check_apart, ingest_settings, s3_settings};
use crate::engine::settings::Settings;
use crate::evidence::discover_evidence;
use crate::lake::MADE_BY_RUN;
use crate::model::Instant;

/// Days behind the window up to which deliveries are read. AWS Config delivers what changed within hours, and
/// a snapshot of every state once a day; a month is far beyond what an outage delays.
const DAYS_BEHIND_WINDOW: i64 = 31;
/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Carries the command out. The evidence is looked for first: where it is not there, nothing is touched.
pub(in crate::cli) fn run(arguments: &RunArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.question.out, "the output folder")?;
    if let Some(lake) = &arguments.lake {
        check_apart(&arguments.evidence, lake, "the lake")?;
    }
    let settings = ingest_settings(&arguments.supplied, &arguments.reading)?;
    interruption.leaving(NOTHING_CHANGED);
    let prepared = prepare(&arguments.question)?;
    let through = arguments.lake.is_none().then(|| last_day_needed(&prepared.settings));
    let s3 = s3_settings(&arguments.s3)?;
    let found = printer::while_finding(|| discover_evidence(&arguments.evidence, &s3, through))?;
    if let Some(through) = through.filter(|_| found.days_left_out > 0) {
        printer::remark(&format!(
            "not all of S3 was read: {} folders of days after {}, more than {DAYS_BEHIND_WINDOW} days behind the window, \
             were not listed; with --lake they are",
            found.days_left_out,
            through.date()
        ));
    }
    let results = ResultsFolder::open(&arguments.question.out)?;
    let Some(lake) = &arguments.lake else {
        let lake = NewLake::begin(&arguments.question.out)?;
        let left = || format!("{NOTHING_CHANGED}, and nothing was kept of what was read");
        read_evidence(&found, &lake.new, &settings, interruption, left)?;
        let exit = answer(&prepared, &results, &lake.new, &arguments.question, interruption, || lake.place())?;
        lake.remove_old();
        return Ok(exit);
    };
    keep_lake(lake)?;
    read_evidence(&found, lake, &settings, interruption, || left_in(lake))?;
    answer(&prepared, &results, lake, &arguments.question, interruption, || Ok(()))
}

/// The last day whose deliveries may say something of the window. A lake that is kept may be asked about
/// other windows, so this is for one that a run makes for itself.
fn last_day_needed(settings: &Settings) -> Instant {
    let hours = settings.max_gap_hours.saturating_add(settings.lag_tolerance_hours);
    let hours = i64::from(hours).saturating_add(DAYS_BEHIND_WINDOW * 24);
    settings.window.until.plus_microseconds(hours.saturating_mul(HOUR))
}

/// The lake inside the output folder. It holds the evidence of this run and no other, so one that an
/// earlier run made there makes way; nothing else does. It grows as `lake.new` and takes its place together
/// with the results that rest on it: until then the earlier results have the lake that they came from.
#[derive(Debug)]
struct NewLake {
    place: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

impl NewLake {
    /// An empty lake to be; what a run that was killed left of its own is removed.
    fn begin(out: &Path) -> anyhow::Result<Self> {
        let (place, new, old) = (out.join("lake"), out.join("lake.new"), out.join("lake.old"));
        [&place, &new, &old].into_iter().try_for_each(|folder| check_replaceable(folder))?;
        // From here on `lake.new` is this run's, and removed with it.
        let lake = Self { place, new, old };
        remove(&lake.new)?;
        remove(&lake.old)?;
        let cannot = |what: &str| format!("`{}` cannot be {what}", lake.new.display());
        fs::create_dir_all(&lake.new).with_context(|| cannot("made"))?;
        let text = "`tickmark run` made this lake for one run; the next run into the same folder replaces it.\n";
        fs::write(lake.new.join(MADE_BY_RUN), text).with_context(|| cannot("written to"))?;
        Ok(lake)
    }

    /// Puts it where the lake of an earlier run is.
    fn place(&self) -> anyhow::Result<()> {
        check_replaceable(&self.place)?;
        if self.place.exists() {
            rename(&self.place, &self.old)?;
        }
        rename(&self.new, &self.place)
    }

    /// Removes the lake that made way; what cannot be removed the next run tries again.
    fn remove_old(&self) {
        let _removed = fs::remove_dir_all(&self.old);
    }
}

impl Drop for NewLake {
    /// Of a run that did not come to its end nothing is kept.
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.new);
    }
}

/// Refuses to replace what is not the lake of an earlier run.
fn check_replaceable(lake: &Path) -> anyhow::Result<()> {
    if lake.join(MADE_BY_RUN).exists() {
        return Ok(());
    }
    match fs::read_dir(lake).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(false) => bail!(UsageError(format!(
            "`{0}` was not made by `tickmark run`, which would have to replace it: to add the evidence to that lake \
             give `--lake {0}`, to leave it alone choose another folder for --out, or remove it",
            lake.display()
        ))),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be looked at", lake.display())),
    }
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("`{}` cannot be replaced", folder.display()))
        }
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(from, to).with_context(|| format!("`{}` cannot be renamed to `{}`", from.display(), to.display()))
}

#[cfg(test)]
mod tests;
