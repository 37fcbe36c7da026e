//! The process edge.

use std::process::ExitCode;

fn main() -> ExitCode {
    tickmark::cli::run(std::env::args_os()).into()
}
