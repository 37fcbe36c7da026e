//! Arguments to work: the only place with the command line, the terminal and `anyhow`.

mod args;
mod settings;
mod printer;
mod exit;
mod interruption;
mod manifest;
mod results_folder;
mod results_check;
mod verification;
mod commands;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

pub use exit::Exit;

use args::{Arguments, Command};
use interruption::{Interruption, Stopped};
use settings::UsageError;

use crate::engine::settings_file::SettingsFileError;
use crate::engine::{AssessError, ExplainError};
use crate::evidence::DiscoverError;
use crate::lake::LakeError;
use crate::query::QueryError;
use crate::sampling::draw::SampleError;
use crate::sampling::plan::PlanError;

/// Does what the command line asks, and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return help_or_usage(&error),
    };
    let done = use_threads(arguments.threads).and_then(|()| match &arguments.command {
        Command::Run(arguments) => commands::run::run(arguments, &Interruption::watch()),
        Command::Ingest(arguments) => commands::ingest::ingest(arguments, &Interruption::watch()),
        Command::Assess(arguments) => commands::assess::assess(arguments, &Interruption::watch()),
        Command::Explain(arguments) => commands::explain::explain(arguments),
        Command::Verify(arguments) => commands::verify::verify(arguments, &Interruption::watch()),
        Command::Controls(arguments) => commands::controls::controls(arguments),
        Command::Query(arguments) => commands::query::query(arguments),
        Command::Schema(arguments) => commands::query::schema(arguments),
        Command::Sample(arguments) => commands::sample::sample(arguments, &Interruption::watch()),
    });
    done.unwrap_or_else(|error| {
        if let Some(stopped) = error.downcast_ref::<Stopped>() {
            printer::remark(&crate::report::escape::visible(&stopped.told));
            return stopped.exit;
        }
        printer::remark(&format!("error: {}", crate::report::escape::visible(&with_causes(&error))));
        if is_usage(&error) { Exit::Usage } else { Exit::Stopped }
    })
}

/// A message and its causes, but for those that it tells already.
fn with_causes(error: &anyhow::Error) -> String {
    let mut message = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message.push_str(": ");
            message.push_str(&cause);
        }
    }
    message
}

/// What was asked for cannot be meant, or names what does not exist.
fn is_usage(error: &anyhow::Error) -> bool {
    let names_no_lake_or_evidence = |error: &LakeError| {
        matches!(
            error,
            LakeError::Discover(_)
                | LakeError::Missing { .. }
                | LakeError::NotALake { .. }
                | LakeError::NotEmpty { .. }
        )
    };
    let is_bad_request = |error: &AssessError| match error {
        AssessError::Alias(_)
        | AssessError::UnknownControl { .. }
        | AssessError::NotChosenByTag { .. }
        | AssessError::UnknownTest { .. }
        | AssessError::UnknownParameter { .. } => true,
        AssessError::Lake(error) => names_no_lake_or_evidence(error),
        AssessError::NotAnAccount(_) => false,
    };
    let names_nothing = |error: &ExplainError| match error {
        ExplainError::Assess(error) => is_bad_request(error),
        ExplainError::NotAnId { .. }
        | ExplainError::NoException { .. }
        | ExplainError::NoSubject { .. }
        | ExplainError::Several { .. } => true,
    };
    let names_no_question = |error: &QueryError| match error {
        QueryError::Lake(error) => names_no_lake_or_evidence(error),
        QueryError::Unknown { .. } | QueryError::Sql { .. } | QueryError::Parameter(_) => true,
        QueryError::Results { .. } | QueryError::Answer(_) => false,
    };
    error.is::<UsageError>()
        || error.downcast_ref().is_some_and(names_no_question)
        || error.is::<PlanError>()
        || matches!(error.downcast_ref(), Some(SampleError::Draw(_)))
        || error.is::<SettingsFileError>()
        || error.is::<DiscoverError>()
        || error.downcast_ref().is_some_and(names_no_lake_or_evidence)
        || error.downcast_ref().is_some_and(is_bad_request)
        || error.downcast_ref().is_some_and(names_nothing)
}

fn help_or_usage(error: &clap::Error) -> Exit {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // clap writes help to stdout and errors to stderr; a reader that went away is no error.
    let _printed = error.print();
    if is_help { Exit::Complete } else { Exit::Usage }
}

fn use_threads(threads: Option<u16>) -> anyhow::Result<()> {
    if let Some(threads) = threads {
        rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
