//! The command line of `sample`.

use clap::{Args, Subcommand, ValueEnum};

use crate::sampling::frequency::FREQUENCIES;
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
}

/// Arguments of `sample plan`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArguments {
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
    /// Items of the population; a population without end unless given.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(..=POPULATION_MAX))]
    pub(in crate::cli) population: Option<u64>,
    /// How deviations fall into the sample: hypergeometric where the population is counted, else binomial.
    #[arg(long, value_name = "MODEL")]
    pub(in crate::cli) distribution: Option<ChanceArgument>,
    /// Test in stages of equal size: deviations to accept in all after each, such as 0,1.
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with_all = ["expected", "deviations"])]
    pub(in crate::cli) stages: Vec<u64>,
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
