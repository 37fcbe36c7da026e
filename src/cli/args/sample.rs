//! The command line of `sample`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::sampling::draw::Stratum;
use crate::sampling::frequency::FREQUENCIES;
use crate::sampling::population::Unit;
use crate::sampling::rate::Rate;

use super::StoryFormatArgument;

/// Largest population: every count below is a double too.
const POPULATION_MAX: u64 = 1 << 53;

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SampleArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: SampleCommand,
}

/// What can be done with samples.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SampleCommand {
    /// Tell how many items to test, and what so many assure.
    Plan(PlanArguments),
    /// Freeze a population, draw a sample from it, write the working paper.
    Draw(Box<DrawArguments>),
    /// Read a working paper back: deviations, upper limit, conclusion.
    Evaluate(EvaluateArguments),
    /// Draw again from the lake and the seed, and compare with the working paper.
    Verify(VerifySampleArguments),
}

/// Arguments of `sample plan`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArguments {
    #[command(flatten)]
    pub(in crate::cli) aim: AimArguments,
    /// Items of the population; a population without end unless given.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(..=POPULATION_MAX))]
    pub(in crate::cli) population: Option<u64>,
    /// How deviations fall into the sample: hypergeometric where the population is counted, else binomial.
    #[arg(long, value_name = "MODEL")]
    pub(in crate::cli) distribution: Option<ChanceArgument>,
    /// Ask a table of sizes by how often the control operates, and what each assures.
    #[arg(long, value_name = "OFTEN", conflicts_with_all = ["confidence", "tolerable", "expected", "deviations", "stages", "distribution"],
          value_parser = clap::builder::PossibleValuesParser::new(FREQUENCIES.map(|frequency| frequency.name)))]
    pub(in crate::cli) frequency: Option<String>,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: StoryFormatArgument,
}

/// How deviations fall into a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ChanceArgument {
    /// Without end, each item by itself.
    Binomial,
    /// The same, for rare deviations.
    Poisson,
    /// Drawn without replacement from --population items.
    Hypergeometric,
}

/// What a sample is to show.
#[derive(Debug, Args)]
pub(in crate::cli) struct AimArguments {
    /// How sure the conclusion must be, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "95")]
    pub(in crate::cli) confidence: Rate,
    /// Deviation rate at which the control can no longer be relied on, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "5")]
    pub(in crate::cli) tolerable: Rate,
    /// Deviation rate expected in the sample, in percent; none unless given.
    #[arg(long, value_name = "PERCENT", conflicts_with = "deviations")]
    pub(in crate::cli) expected: Option<Rate>,
    /// Allow this many deviations, instead of an expected rate.
    #[arg(long, value_name = "COUNT")]
    pub(in crate::cli) deviations: Option<u64>,
    /// Test in stages of equal size: deviations to accept in all after each, such as 0,1.
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with_all = ["expected", "deviations"])]
    pub(in crate::cli) stages: Vec<u64>,
}

/// Arguments of `sample draw`.
#[derive(Debug, Args)]
pub(in crate::cli) struct DrawArguments {
    /// The result files of a run, or a population that was frozen before.
    #[arg(value_name = "RESULTS")]
    pub(in crate::cli) source: PathBuf,
    /// The control to test.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) control: Option<String>,
    /// What an item is; resources unless given.
    #[arg(long, value_name = "UNIT", value_parser = clap::builder::PossibleValuesParser::new(Unit::ALL.map(Unit::name)))]
    pub(in crate::cli) unit: Option<String>,
    /// The lake of the results; unless given, that of a run: RESULTS/lake.
    #[arg(long, value_name = "LAKE")]
    pub(in crate::cli) lake: Option<PathBuf>,
    /// Folder for the working paper and the population; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Items to test; unless given, as many as the plan needs.
    #[arg(long, value_name = "COUNT", conflicts_with_all = ["expected", "deviations", "stages"])]
    pub(in crate::cli) size: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) aim: AimArguments,
    /// Draw for this stage: its items and, before them, those of the stages before; the first unless given.
    #[arg(long, value_name = "NUMBER", requires = "stages", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) stage: Option<u64>,
    /// How deviations fall into the sample: hypergeometric unless given.
    #[arg(long, value_name = "MODEL")]
    pub(in crate::cli) distribution: Option<ChanceArgument>,
    /// What decides which items are drawn; made by chance, and shown, unless given.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) seed: Option<String>,
    /// How items are chosen.
    #[arg(long, value_name = "METHOD", default_value = "hash")]
    pub(in crate::cli) method: MethodArgument,
    /// For the interval: the item to start from, such as 3 or 1.2; decided by the seed unless given.
    #[arg(long, value_name = "ITEM")]
    pub(in crate::cli) start: Option<String>,
    /// For strata: what the items of one have in common.
    #[arg(long, value_name = "PART")]
    pub(in crate::cli) strata: Option<StratumArgument>,
    /// For strata: each gives one item at least.
    #[arg(long, conflicts_with = "allocation", requires = "strata")]
    pub(in crate::cli) at_least_one: bool,
    /// For strata: how many items each gives, such as 111122223333=20,444455556666=5; in proportion unless given.
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "strata")]
    pub(in crate::cli) allocation: Vec<String>,
    /// What to test on each item, at most eight times; unless given, its evidence and whether the control was met.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) attribute: Vec<String>,
    /// Items in reserve, for those that turn out not to belong.
    #[arg(long, value_name = "COUNT", default_value = "5")]
    pub(in crate::cli) spares: u64,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: StoryFormatArgument,
}

/// Arguments of `sample evaluate`.
#[derive(Debug, Args)]
pub(in crate::cli) struct EvaluateArguments {
    /// The working paper, filled in, as Excel or LibreOffice saved it.
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// The result files that it was drawn from: the conclusion joins them.
    #[arg(long, value_name = "RESULTS")]
    pub(in crate::cli) results: Option<PathBuf>,
    /// Their lake; unless given, that of a run: RESULTS/lake.
    #[arg(long, value_name = "LAKE", requires = "results")]
    pub(in crate::cli) lake: Option<PathBuf>,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: StoryFormatArgument,
}

/// Arguments of `sample verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifySampleArguments {
    /// The working paper, filled in or not.
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// The result files that it was drawn from.
    #[arg(long, value_name = "RESULTS")]
    pub(in crate::cli) results: PathBuf,
    /// Their lake; unless given, that of a run: RESULTS/lake.
    #[arg(long, value_name = "LAKE")]
    pub(in crate::cli) lake: Option<PathBuf>,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: StoryFormatArgument,
}

/// How items are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MethodArgument {
    /// The first in the order of a hash over seed and item; a larger sample keeps what a smaller one had.
    Hash,
    /// Every combination of items with the same chance.
    Random,
    /// One item in each interval of the population's order.
    Interval,
    /// One item at random in each interval.
    Cell,
}

/// What the items of a stratum have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StratumArgument {
    /// The account.
    Account,
    /// The region.
    Region,
    /// The resource type.
    ResourceType,
    /// The calendar month.
    Month,
}

impl From<StratumArgument> for Stratum {
    fn from(argument: StratumArgument) -> Self {
        match argument {
            StratumArgument::Account => Self::Account,
            StratumArgument::Region => Self::Region,
            StratumArgument::ResourceType => Self::ResourceType,
            StratumArgument::Month => Self::Month,
        }
    }
}
