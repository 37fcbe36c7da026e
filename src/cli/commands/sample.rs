//! `tickmark sample`: testing some of many.

mod draw;
mod evaluate;
mod join;
mod verify;

use anyhow::Context;

use crate::cli::args::{ChanceArgument, PlanArguments, SampleArguments, SampleCommand, StoryFormatArgument};
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::printer;
use crate::cli::settings::UsageError;
use crate::sampling::chance::Chance;
use crate::sampling::plan::{Aim, Expectation};
use crate::sampling::rate::Rate;
use crate::sampling::told::{FrequencyTold, PlanTold};

/// Carries the command out.
pub(in crate::cli) fn sample(arguments: &SampleArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    interruption.leaving("stopped: no file was changed");
    match &arguments.command {
        SampleCommand::Plan(arguments) => plan(arguments),
        SampleCommand::Draw(arguments) => draw::draw(arguments),
        SampleCommand::Evaluate(arguments) => evaluate::evaluate(arguments, interruption),
        SampleCommand::Verify(arguments) => verify::verify(arguments),
    }
}

/// `sample plan`: nothing is read and nothing written.
fn plan(arguments: &PlanArguments) -> anyhow::Result<Exit> {
    let is_json = matches!(arguments.format, StoryFormatArgument::Json);
    let answer = if let Some(name) = &arguments.frequency {
        let told = FrequencyTold::of(name, arguments.population)?;
        if is_json { told.json()? } else { told.screen().into_bytes() }
    } else {
        let aim = Aim {
            confidence: arguments.aim.confidence,
            tolerable: arguments.aim.tolerable,
            chance: chance(arguments)?,
        };
        let told = if arguments.aim.stages.is_empty() {
            let rate = Expectation::Rate(arguments.aim.expected.unwrap_or(Rate::ZERO));
            PlanTold::of(aim, arguments.aim.deviations.map_or(rate, Expectation::Deviations))?
        } else {
            PlanTold::in_stages(aim, &arguments.aim.stages)?
        };
        if is_json { told.json()? } else { told.screen().into_bytes() }
    };
    printer::answer(&answer).context("the answer cannot be printed")?;
    Ok(Exit::Complete)
}

/// The model of chance that was asked for.
fn chance(arguments: &PlanArguments) -> anyhow::Result<Chance> {
    let asked = |text: &str| Err(UsageError(text.to_owned()).into());
    match (arguments.distribution, arguments.population) {
        (None | Some(ChanceArgument::Binomial), None) => Ok(Chance::Binomial),
        (Some(ChanceArgument::Poisson), None) => Ok(Chance::Poisson),
        (Some(ChanceArgument::Binomial | ChanceArgument::Poisson), Some(_)) => {
            asked("the binomial and the Poisson distribution know no population; leave out one of the two options")
        }
        (None | Some(ChanceArgument::Hypergeometric), Some(population)) => Ok(Chance::Hypergeometric { population }),
        (Some(ChanceArgument::Hypergeometric), None) => {
            asked("the hypergeometric distribution is one of a counted population; give --population")
        }
    }
}
