//! Makes an estate of AWS Config and Security Hub exports: for benchmarks as large as asked for, or the
//! sample that is shipped with tickmark.
//!
//! It knows nothing of tickmark's own code: what it writes follows the formats, not the reader. The same
//! arguments give the same bytes.

mod answers;
mod catalog;
mod compliance;
mod configuration;
mod delivery;
mod example_corp;
mod extras;
mod findings;
mod hub;
mod identity;
mod instant;
mod items;
mod json;
mod model;
mod notifications;
mod output;
mod random;
mod rules;
mod scale;
mod spoiled;
mod states;
mod write;

use clap::Parser;
use instant::Instant;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a deterministic estate of AWS evidence below OUT.
#[derive(Debug, Parser)]
#[command(name = "estate")]
struct Arguments {
    /// Folder to write to; it must be empty or not exist.
    out: PathBuf,
    /// Number of accounts.
    #[arg(long, default_value_t = 4)]
    accounts: u32,
    /// Regions per account.
    #[arg(long, default_value_t = 2)]
    regions: u32,
    /// Days of evidence.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Everything random follows from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// First day of evidence, as 2025-12-01.
    #[arg(long, default_value = "2025-12-01")]
    from: String,
    /// Resources in each region, besides those of the account.
    #[arg(long, default_value_t = 12)]
    resources_per_region: u32,
    /// Snapshots a day and recorder, 1 to 24.
    #[arg(long, default_value_t = 1)]
    snapshots_per_day: u32,
    /// Leave Security Hub out.
    #[arg(long)]
    no_findings: bool,
    /// Add files that are broken on purpose.
    #[arg(long)]
    broken: bool,
    /// Write the sample estate of Example Corp instead; only the seed is taken from the other options.
    #[arg(long)]
    sample: bool,
    /// With --sample: write the answers to expect, as Markdown, to this file.
    #[arg(long, requires = "sample")]
    answers: Option<PathBuf>,
}

fn run(arguments: Arguments) -> io::Result<()> {
    let mut output = output::Output::create(arguments.out)?;
    if arguments.sample {
        write::sample(&mut output, arguments.seed)?;
        if let Some(path) = arguments.answers {
            std::fs::write(path, answers::markdown(&example_corp::recorders(arguments.seed)))?;
        }
    } else {
        let from = Instant::parse_date(&arguments.from)
            .ok_or_else(|| io::Error::other(format!("--from `{}` is not a date as 2025-12-01", arguments.from)))?;
        let plan = scale::Plan {
            accounts: arguments.accounts,
            regions: arguments.regions,
            seed: arguments.seed,
            begin: from,
            end: from.plus(i64::from(arguments.days) * instant::DAY),
            resources: i64::from(arguments.resources_per_region),
            snapshots_per_day: i64::from(arguments.snapshots_per_day),
            findings: !arguments.no_findings,
        };
        write::estate(&mut output, &plan)?;
        if arguments.broken {
            spoiled::write_generic(&mut output, &plan)?;
        }
    }
    writeln!(io::stderr(), "wrote {} files, {} bytes", output.files, output.bytes)
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even stderr is closed there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
