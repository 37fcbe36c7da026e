//! `tickmark sample draw`: results or a frozen population to a sample, with its working paper.

use std::fs;
use std::io::{BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::UsageError;
use crate::cli::args::{ChanceArgument, DrawArguments, MethodArgument, StoryFormatArgument};
use crate::cli::exit::Exit;
use crate::cli::manifest::{MANIFEST, Manifest, Tool};
use crate::cli::printer;
use crate::engine;
use crate::engine::catalog::Catalog;
use crate::engine::results::{Assessment, ControlResult};
use crate::lake::Lake;
use crate::sampling::chance::Chance;
use crate::sampling::draw::{self, Allocation, Method, Order};
use crate::sampling::drawn::DrawTold;
use crate::sampling::frozen::{FrozenPopulation, freeze};
use crate::sampling::plan::{Aim, Expectation, plan};
use crate::sampling::population::{Unit, changes};
use crate::sampling::rate::Rate;
use crate::sampling::record::{Record, Testing};
use crate::sampling::stages;
use crate::sampling::workbook::layout::ATTRIBUTES_MAX;
use crate::sampling::workbook::{Paper, working_paper};

/// Carries the command out.
pub(super) fn draw(arguments: &DrawArguments) -> anyhow::Result<Exit> {
    check(arguments)?;
    if arguments.source.is_file() {
        return from_population(arguments);
    }
    let (Some(control), Some(out)) = (&arguments.control, &arguments.out) else {
        let text =
            "a sample from results needs --control, the control to test, and --out, a folder for the working paper";
        return Err(UsageError(text.to_owned()).into());
    };
    let unit = arguments.unit.as_deref().and_then(Unit::of).unwrap_or(Unit::Resources);
    let lake = arguments.lake.clone().unwrap_or_else(|| arguments.source.join("lake"));
    let again = Again::of(&arguments.source, &lake, control)?;
    fs::create_dir_all(out).with_context(|| format!("the folder `{}` cannot be made", out.display()))?;
    let file = out.join(format!("{}-{unit}.parquet", again.control()?.control));
    let taken = file.with_extension("xlsx");
    if taken.exists() {
        let text = format!(
            "`{}` is there, and what was written in it would be lost: name another folder with --out",
            taken.display()
        );
        return Err(UsageError(text).into());
    }
    let is_new = !file.exists();
    let (population, sha256) = frozen(&again, unit, &file)?;
    let drawn = || {
        let (testing, order) = ordered(arguments, &population)?;
        let sample = draw::draw(&population, &order)?;
        Ok::<_, anyhow::Error>((testing, sample))
    };
    let (testing, sample) = drawn().inspect_err(|_| {
        // What was made for a draw that did not come about is no use to anyone.
        let _removed = if is_new { fs::remove_file(&file) } else { Ok(()) };
    })?;
    let record = Record::of(&tool(), &population.about, &sha256, &testing, &sample);
    let attributes = attributes(arguments, unit)?;
    let described = again.catalog.control(control).context("the control is not in the catalog")?;
    let paper = Paper {
        assessment: &again.assessment,
        control: again.control()?,
        described,
        population: &population,
        population_file: &file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        sample: &sample,
        testing: &testing,
        record: &record,
        attributes: &attributes,
    };
    let workbook = file.with_extension("xlsx");
    place(&workbook, &working_paper(&paper)?)?;
    let told = DrawTold::of(&record, &testing, &sample)?;
    tell(&told, arguments.format, &[("Frozen in", &file), ("Working paper", &workbook)])
}

/// What is tested on each item: as stated, else what goes with the unit.
fn attributes(arguments: &DrawArguments, unit: Unit) -> Result<Vec<String>, UsageError> {
    if arguments.attribute.len() > ATTRIBUTES_MAX {
        return Err(UsageError(format!("at most {ATTRIBUTES_MAX} attributes can be tested on an item")));
    }
    if !arguments.attribute.is_empty() {
        return Ok(arguments.attribute.clone());
    }
    let second = match unit {
        Unit::Resources => "The control was met throughout the period.",
        Unit::ResourceDays | Unit::AccountDays | Unit::AccountRegionDays => "The control was met on the whole day.",
        Unit::Changes => "The control was met after the change.",
        Unit::NewExceptions | Unit::Exceptions => {
            "It was noticed, evaluated and dealt with in the time that is agreed."
        }
        Unit::Remediations => "It was dealt with in the time that is agreed, and stayed so.",
    };
    Ok(vec!["The item agrees with the evidence file and record.".to_owned(), second.to_owned()])
}

/// A file that is not yet in its place, which others may read as they may read any file that the user makes.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Puts a file in its place, whole or not at all. One that is there is not replaced: somebody may have written in it.
fn place(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("the working paper cannot be written to `{}`", path.display());
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut temporary = beside(folder).with_context(cannot)?;
    temporary.write_all(bytes).with_context(cannot)?;
    temporary.as_file().sync_all().with_context(cannot)?;
    temporary.persist_noclobber(path).map_err(|error| error.error).with_context(cannot)?;
    Ok(())
}

/// From a population alone there is no working paper: only results say what one holds.
fn from_population(arguments: &DrawArguments) -> anyhow::Result<Exit> {
    let refused = [
        ("--control", arguments.control.is_some()),
        ("--unit", arguments.unit.is_some()),
        ("--lake", arguments.lake.is_some()),
        ("--out", arguments.out.is_some()),
        ("--attribute", !arguments.attribute.is_empty()),
    ];
    if let Some((name, _)) = refused.iter().find(|(_, is_given)| *is_given) {
        let text = format!("{name} goes with the result files of a run; a frozen population says what it is of itself");
        return Err(UsageError(text).into());
    }
    let (population, sha256) = open(&arguments.source)?;
    let (testing, order) = ordered(arguments, &population)?;
    let sample = draw::draw(&population, &order)?;
    let record = Record::of(&tool(), &population.about, &sha256, &testing, &sample);
    tell(&DrawTold::of(&record, &testing, &sample)?, arguments.format, &[("Frozen in", &arguments.source)])
}

/// Opens a frozen population; with the SHA-256 of its file.
pub(super) fn open(path: &Path) -> anyhow::Result<(FrozenPopulation, String)> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("the population `{shown}` cannot be read"))?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let population =
        FrozenPopulation::of(Bytes::from(bytes)).map_err(|error| UsageError(format!("`{shown}`: {error}")))?;
    Ok((population, sha256))
}

pub(super) fn tool() -> String {
    let Tool { name, version } = Tool::this();
    format!("{name} {version}")
}

fn tell(told: &DrawTold, format: StoryFormatArgument, files: &[(&str, &PathBuf)]) -> anyhow::Result<Exit> {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, path)| ((*name).to_owned(), path.display().to_string())).collect();
    let answer = match format {
        StoryFormatArgument::Json => told.json()?,
        StoryFormatArgument::Table => told.screen(&files).into_bytes(),
    };
    printer::answer(&answer).context("the answer cannot be printed")?;
    Ok(Exit::Complete)
}

/// What results answer from, asked again for one control.
pub(super) struct Again {
    pub(super) assessment: Assessment,
    pub(super) lake: Lake,
    pub(super) manifest: Manifest,
    pub(super) catalog: Catalog,
}

impl Again {
    /// Asks the lake as it was when the results were made.
    pub(super) fn of(results: &Path, lake: &Path, control: &str) -> anyhow::Result<Self> {
        let shown = results.display();
        let manifest = manifest_of(results)?;
        let unusable = |error: String| UsageError(format!("`{shown}/{MANIFEST}` cannot be used: {error}"));
        let mut settings = manifest.settings().map_err(unusable)?;
        let catalog = manifest.catalog()?;
        let id_of = |id: &str| catalog.control(id).map(|found| found.id.as_str());
        let is_asked = |chosen: &Vec<String>| chosen.iter().any(|id| id_of(id) == id_of(control));
        if id_of(control).is_some() && !settings.controls.as_ref().is_none_or(is_asked) {
            let text = format!("the results in `{shown}` do not answer for {control}: assess it too");
            return Err(UsageError(text).into());
        }
        settings.controls = Some(vec![control.to_owned()]);
        engine::check(&catalog, &settings)?;
        let now = Lake::open(lake)?;
        let lake = now.as_of(manifest.lake.commit, &manifest.lake.commit_sha256).ok_or_else(|| {
            UsageError(format!(
                "the lake `{}` does not have the commit that the results in `{shown}` answer from; name theirs with --lake",
                lake.display()
            ))
        })?;
        let assessment = engine::assess(&lake, &catalog, &settings)?;
        Ok(Self { assessment, lake, manifest, catalog })
    }

    pub(super) fn control(&self) -> anyhow::Result<&ControlResult> {
        self.assessment.controls.first().context("the control has no result")
    }
}

/// The manifest of a folder of result files.
pub(super) fn manifest_of(results: &Path) -> anyhow::Result<Manifest> {
    let shown = results.display();
    let text = fs::read(results.join(MANIFEST)).map_err(|error| {
        UsageError(format!("`{shown}` is no folder of result files, as `tickmark run` makes them: {MANIFEST}: {error}"))
    })?;
    let unusable = |error: String| UsageError(format!("`{shown}/{MANIFEST}` cannot be used: {error}"));
    Ok(Manifest::parse(&text).map_err(unusable)?)
}

/// Freezes a population into a file; with the SHA-256 of the file.
pub(super) fn frozen(again: &Again, unit: Unit, file: &Path) -> anyhow::Result<(FrozenPopulation, String)> {
    let control = again.control()?;
    let changed = match unit {
        Unit::Changes => changes(&again.lake, &again.assessment, control)?,
        _ => Vec::new(),
    };
    let shown = file.display();
    let cannot = || format!("the population cannot be written to `{shown}`");
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let temporary = beside(folder).with_context(cannot)?;
    let commit = &again.manifest.lake.commit_sha256;
    let output = BufWriter::new(temporary);
    let (output, _) = freeze(&again.assessment, control, unit, &changed, commit, output)?;
    let temporary = output.into_inner().map_err(IntoInnerError::into_error).with_context(cannot)?;
    temporary.as_file().sync_all().with_context(cannot)?;
    temporary.persist(file).map_err(|error| error.error).with_context(cannot)?;
    open(file)
}

/// What the sample is to show, and what decides the draw.
fn ordered(arguments: &DrawArguments, population: &FrozenPopulation) -> anyhow::Result<(Testing, Order)> {
    let count = population.about.count;
    if count == 0 {
        let text = format!(
            "the population of {} {} is empty: there is nothing to draw",
            population.about.control, population.unit
        );
        return Err(UsageError(text).into());
    }
    let chance = match arguments.distribution {
        Some(ChanceArgument::Binomial) => Chance::Binomial,
        Some(ChanceArgument::Poisson) => Chance::Poisson,
        None | Some(ChanceArgument::Hypergeometric) => Chance::Hypergeometric { population: count },
    };
    let aim = Aim { confidence: arguments.aim.confidence, tolerable: arguments.aim.tolerable, chance };
    let expected = arguments.aim.expected.or_else(|| arguments.aim.deviations.is_none().then_some(Rate::ZERO));
    let testing = if let Some(size) = arguments.size {
        Testing::of_stated(aim, size)?
    } else if arguments.aim.stages.is_empty() {
        let expectation = arguments.aim.deviations.map(Expectation::Deviations);
        let planned = plan(aim, expectation.unwrap_or(Expectation::Rate(expected.unwrap_or(Rate::ZERO))))?;
        let stages = vec![stages::Stage { size: planned.size, accept: planned.allowed }];
        Testing { aim, expected, stages, is_stated: false }
    } else {
        Testing { aim, expected: None, stages: stages::plan(aim, &arguments.aim.stages)?, is_stated: false }
    };
    let stage = usize::try_from(arguments.stage.unwrap_or(1)).unwrap_or(usize::MAX);
    if stage > testing.stages.len().max(1) {
        let text = format!("there is no stage {stage} of {}", testing.stages.len());
        return Err(UsageError(text).into());
    }
    let planned = testing.stages.iter().take(stage).map(|stage| stage.size).sum();
    let size = arguments.size.unwrap_or(planned);
    let seed = match &arguments.seed {
        Some(seed) => seed.clone(),
        None => made_seed()?,
    };
    let order = Order { size, spares: arguments.spares, seed, method: method(arguments)? };
    Ok((testing, order))
}

/// A seed from the system's source of chance.
fn made_seed() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("no seed can be made, state one with --seed: {error}"))?;
    Ok(hex::encode(bytes))
}

/// Refuses options that the method would not look at.
fn check(arguments: &DrawArguments) -> Result<(), UsageError> {
    let is_nested =
        arguments.strata.is_none() && matches!(arguments.method, MethodArgument::Hash | MethodArgument::Random);
    if !arguments.aim.stages.is_empty() && !is_nested {
        let text = "a later stage has to begin with the items of the one before, which only hash order and simple random \
                    do without strata";
        return Err(UsageError(text.to_owned()));
    }
    let is_interval = arguments.method == MethodArgument::Interval;
    if arguments.start.is_some() && !is_interval {
        return Err(UsageError("--start is where a fixed interval begins; it goes with --method interval".to_owned()));
    }
    if arguments.strata.is_some() && arguments.method != MethodArgument::Hash {
        return Err(UsageError("strata are drawn in hash order; leave out --method".to_owned()));
    }
    Ok(())
}

fn method(arguments: &DrawArguments) -> anyhow::Result<Method> {
    if let Some(by) = arguments.strata {
        let allocation = if arguments.allocation.is_empty() {
            Allocation::Proportional { at_least_one: arguments.at_least_one }
        } else {
            stated_allocation(&arguments.allocation)?
        };
        return Ok(Method::Stratified { by: by.into(), allocation });
    }
    Ok(match arguments.method {
        MethodArgument::Hash => Method::Hash,
        MethodArgument::Random => Method::Random,
        MethodArgument::Cell => Method::Cell,
        MethodArgument::Interval => {
            Method::Interval { start_millionths: arguments.start.as_deref().map(millionths).transpose()? }
        }
    })
}

fn stated_allocation(stated: &[String]) -> Result<Allocation, UsageError> {
    let mut allocation = std::collections::BTreeMap::new();
    for part in stated {
        let pair = part.rsplit_once('=').and_then(|(name, count)| Some((name.trim(), count.trim().parse().ok()?)));
        let Some((name, count)) = pair else {
            let text =
                format!("`{part}` is no allocation; write the stratum, `=` and a count, such as 111122223333=20");
            return Err(UsageError(text));
        };
        if allocation.insert(name.to_owned(), count).is_some() {
            return Err(UsageError(format!("the stratum `{name}` is allocated twice")));
        }
    }
    Ok(Allocation::Stated(allocation))
}

/// A number of items with up to six digits behind the point, in millionths.
fn millionths(text: &str) -> Result<u64, UsageError> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = (!whole.is_empty() && is_number(whole) && is_number(part) && part.len() <= 6)
        .then(|| format!("{whole}{part:0<6}").parse().ok())
        .flatten();
    parsed.ok_or_else(|| UsageError(format!("`{text}` is no item to start from; write 3 or 1.2")))
}
