//! The command line as it is written; nothing is decided here.

mod sample;

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::evidence::{AddressError, EvidenceArgument};

pub(super) use sample::{
    ChanceArgument, DrawArguments, EvaluateArguments, MethodArgument, PlanArguments, SampleArguments, SampleCommand,
    VerifySampleArguments,
};

/// What each exit status means, for `--help`.
const EXIT_STATUS: &str = "\
Exit status:
  0  done, and all evidence was read
  1  stopped by an error; no result was written
  2  wrong usage, or a file, folder or lake named that is not there or is none
  3  done, but some evidence was rejected or could be read only in part, or of the
     records that `explain --raw` prints some are missing or their file was changed,
     or of a sample that `sample evaluate` reads some items are open
  4  exceptions were found, and --fail-on exceptions was given
  5  `verify` found what is not as it was recorded, or could not check all of it; or a
     working paper is not as it went out, or not what the lake and the seed give
  130, 143  ended by Ctrl-C (SIGINT) or by SIGTERM; the last line on stderr says what was left";

/// Per-control answers for an audit window, from exported AWS Config and Security Hub evidence.
///
/// Reads exports from folders, files, bundles and, where an argument is an address `s3://…`, from S3. Without
/// one it needs no access to AWS and opens no connection.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_STATUS, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Use this many threads; all cores unless given. No answer depends on it.
    #[arg(long, global = true, value_name = "COUNT", display_order = 900, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read evidence and answer every control: `ingest` and `assess` in one.
    Run(RunArguments),
    /// Read evidence into a lake, once; what the lake has already is not added again.
    Ingest(IngestArguments),
    /// Answer every control from a lake.
    Assess(AssessArguments),
    /// Tell from a lake why one resource has the result it has, with the evidence.
    Explain(ExplainArguments),
    /// Check that a lake, its evidence and results are still what was recorded of them.
    Verify(VerifyArguments),
    /// List the controls, or explain one.
    Controls(ControlsArguments),
    /// Ask the tables of a lake and an assessment a question in SQL.
    Query(QueryArguments),
    /// Describe the tables and columns that questions can be put to.
    Schema(SchemaArguments),
    /// Test a control by a sample of its population.
    Sample(SampleArguments),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Files and folders of exported evidence, on disk or in S3 (s3://BUCKET/PREFIX); bundles (zip, tar) are
    /// opened.
    #[arg(required = true, value_name = "EVIDENCE", value_parser = evidence_argument())]
    pub(super) evidence: Vec<EvidenceArgument>,
    /// Keep the records in this lake, adding to what it has; unless given, a new one, OUT/lake, which the next
    /// run there replaces.
    #[arg(long, value_name = "DIR")]
    pub(super) lake: Option<PathBuf>,
    #[command(flatten)]
    pub(super) supplied: SuppliedArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    #[command(flatten)]
    pub(super) question: QuestionArguments,
    #[command(flatten)]
    pub(super) s3: S3Arguments,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub(super) struct IngestArguments {
    /// Files and folders of exported evidence, on disk or in S3 (s3://BUCKET/PREFIX); bundles (zip, tar) are
    /// opened.
    #[arg(required = true, value_name = "EVIDENCE", value_parser = evidence_argument())]
    pub(super) evidence: Vec<EvidenceArgument>,
    /// The lake to add to; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(super) lake: PathBuf,
    #[command(flatten)]
    pub(super) supplied: SuppliedArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    #[command(flatten)]
    pub(super) s3: S3Arguments,
}

/// How S3 is reached; what is not said is found as other AWS tools find it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Evidence in S3")]
pub(super) struct S3Arguments {
    /// Use the credentials and region of this profile.
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The region of the bucket.
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Sign no request, as public buckets allow.
    #[arg(long)]
    pub(super) no_sign_request: bool,
    /// Reach S3, or what speaks like it, at this address; implies --path-style.
    #[arg(long, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
    /// Agree to be charged for requests and transfer.
    #[arg(long)]
    pub(super) requester_pays: bool,
    /// Name the bucket in the path instead of in the name of the host.
    #[arg(long)]
    pub(super) path_style: bool,
}

/// Takes apart what names evidence.
fn evidence_argument() -> impl TypedValueParser<Value = EvidenceArgument> {
    OsStringValueParser::new().try_map(|text| -> Result<_, AddressError> { EvidenceArgument::parse(&text) })
}

/// How evidence is read.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Use about this much memory: 192MiB, 2GiB. What is more waits on disk, inside the lake.
    #[arg(long, value_name = "SIZE", default_value = "512MiB", value_parser = memory)]
    pub(super) memory: u64,
    /// Read files again that the lake knows by path, size and time, or by address and ETag, and compare their SHA-256.
    #[arg(long)]
    pub(super) read_known: bool,
}

/// The least memory that evidence is read in, in bytes.
const MEMORY_MIN: u64 = 192 * 1024 * 1024;

/// A size in bytes.
fn memory(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..).unwrap_or_default() {
        "MiB" | "M" | "MB" => 1024 * 1024,
        "GiB" | "G" | "GB" => 1024 * 1024 * 1024,
        _ => return Err("give a number with MiB or GiB, such as 512MiB".to_owned()),
    };
    let size = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    match size {
        Some(size) if size >= MEMORY_MIN => Ok(size),
        Some(_) => Err("less than 192MiB is too little".to_owned()),
        None => Err("give a whole number with MiB or GiB, such as 512MiB".to_owned()),
    }
}

/// What is said of evidence that leaves it open.
#[derive(Debug, Args)]
pub(super) struct SuppliedArguments {
    /// Account of the files that need one and name it neither inside nor in their path.
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
    /// When the files were taken that need a time and name it neither inside nor in their path: a UTC day, or a
    /// time with its offset.
    #[arg(long, value_name = "TIME")]
    pub(super) taken_at: Option<String>,
}

/// Arguments of `assess`.
#[derive(Debug, Args)]
pub(super) struct AssessArguments {
    /// The lake to answer from.
    #[arg(long, value_name = "DIR")]
    pub(super) lake: PathBuf,
    #[command(flatten)]
    pub(super) question: QuestionArguments,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// A control, such as C10, with a resource; or the id of an exception alone, such as C10-3f9a2b1c.
    #[arg(value_name = "CONTROL|EXCEPTION")]
    pub(super) subject: String,
    /// The resource: its ARN, id or name, or the end of one; for what is tested on accounts the account's id.
    /// ACCOUNT/ID chooses among accounts.
    #[arg(value_name = "RESOURCE")]
    pub(super) resource: Option<String>,
    /// The lake to answer from; that of a run is OUT/lake.
    #[arg(long, value_name = "DIR")]
    pub(super) lake: PathBuf,
    #[command(flatten)]
    pub(super) frame: FrameArguments,
    /// Tell only what holds at this moment: 2026-03-11, which is that day's first, or 2026-03-11T09:12:00Z.
    #[arg(long, value_name = "INSTANT")]
    pub(super) at: Option<String>,
    /// Print the records too, from the original evidence, whose SHA-256 is checked.
    #[arg(long)]
    pub(super) raw: bool,
    /// Where the original evidence lies now: files, folders, bundles, addresses in S3; may be repeated. Unless
    /// given, where the ledger's paths lead from the working folder.
    #[arg(long, value_name = "PATH", requires = "raw", value_parser = evidence_argument())]
    pub(super) evidence: Vec<EvidenceArgument>,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: StoryFormatArgument,
    #[command(flatten)]
    pub(super) s3: S3Arguments,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The evidence as it lies now, all of it, on disk or in S3: files, folders, bundles. Each is hashed again
    /// and held against the ledger; unless any is given, evidence is not looked at.
    #[arg(value_name = "EVIDENCE", value_parser = evidence_argument())]
    pub(super) evidence: Vec<EvidenceArgument>,
    /// The lake to check; unless given, that of a run: RESULTS/lake.
    #[arg(long, value_name = "DIR", required_unless_present = "results")]
    pub(super) lake: Option<PathBuf>,
    /// A folder of result files to check too, and to answer again from the lake as it was then.
    #[arg(long, value_name = "DIR", visible_alias = "out")]
    pub(super) results: Option<PathBuf>,
    /// What to print: the screen, or the same as JSON.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: StoryFormatArgument,
    #[command(flatten)]
    pub(super) s3: S3Arguments,
}

/// Over which time, scope and sources the evidence is asked.
#[derive(Debug, Args)]
pub(super) struct FrameArguments {
    /// First day of the audit window, a whole UTC day: 2026-01-01.
    #[arg(long, value_name = "DAY")]
    pub(super) from: Option<String>,
    /// Last day of the audit window, included.
    #[arg(long, value_name = "DAY")]
    pub(super) through: Option<String>,
    /// Engagement file (TOML): name, window, scope, aliases, tags, parameters. Options win over it.
    #[arg(long, value_name = "FILE")]
    pub(super) engagement: Option<PathBuf>,
    /// Catalog file (TOML) that adds or replaces controls.
    #[arg(long, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
    /// Let only this source speak; may be repeated.
    #[arg(long, value_name = "SOURCE")]
    pub(super) source: Vec<SourceArgument>,
}

/// What is asked of the evidence.
#[derive(Debug, Args)]
pub(super) struct QuestionArguments {
    #[command(flatten)]
    pub(super) frame: FrameArguments,
    /// Folder for the result files; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Test only this control; may be repeated.
    #[arg(long, value_name = "CONTROL")]
    pub(super) control: Vec<String>,
    /// What to print: the screen, results.json, or controls.csv.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: FormatArgument,
    /// End with status 4 when there are exceptions.
    #[arg(long, value_name = "WHAT")]
    pub(super) fail_on: Option<FailOn>,
}

/// Arguments of `controls`.
#[derive(Debug, Args)]
pub(super) struct ControlsArguments {
    /// The control to explain, such as C10.
    #[arg(value_name = "CONTROL")]
    pub(super) control: Option<String>,
    /// Catalog file (TOML) that adds or replaces controls.
    #[arg(long, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
}

/// A source that may speak.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SourceArgument {
    /// AWS Config rule evaluations.
    Config,
    /// Security Hub findings.
    Securityhub,
    /// tickmark's own checks of the raw configuration.
    Reperformed,
}

/// What stdout carries.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatArgument {
    /// The screen.
    Table,
    /// The whole answer, as in results.json.
    Json,
    /// One row a control, as in controls.csv.
    Csv,
}

/// What stdout carries of a story or a verification.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum StoryFormatArgument {
    /// The screen.
    Table,
    /// The same as data.
    Json,
}

/// What makes a run fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FailOn {
    /// Any exception of any control.
    Exceptions,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub(super) struct QueryArguments {
    /// A question that comes with tickmark (--list), a file with SQL, or - for standard input.
    #[arg(value_name = "NAME|FILE|-", required_unless_present = "list")]
    pub(super) question: Option<String>,
    /// Result files that `run` or `assess` wrote; their lake is that beside them, unless --lake names another.
    #[arg(long, value_name = "DIR", default_value = "report")]
    pub(super) results: PathBuf,
    /// The lake whose tables are asked.
    #[arg(long, value_name = "DIR")]
    pub(super) lake: Option<PathBuf>,
    /// A value for `$NAME` in the SQL; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(super) param: Vec<(String, String)>,
    /// How the rows are laid out.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: LayoutArgument,
    /// Write the rows to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// List the questions that come with tickmark.
    #[arg(long, exclusive = true)]
    pub(super) list: bool,
    /// Show the SQL, its parameters and the plan by which it would be answered, and ask nothing.
    #[arg(long, conflicts_with = "duckdb")]
    pub(super) explain: bool,
    /// Print a script for DuckDB that opens the tables and asks the same.
    #[arg(long)]
    pub(super) duckdb: bool,
}

/// How rows are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LayoutArgument {
    /// Columns beside each other.
    Table,
    /// CSV, guarded against formulas.
    Csv,
    /// A JSON array with an object for each row.
    Json,
    /// Parquet; to a file or a pipe.
    Parquet,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as from=2026-01-01")?;
    Ok((name.trim_start_matches('$').to_owned(), value.to_owned()))
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The table to describe; all of them unless given.
    #[arg(value_name = "TABLE")]
    pub(super) table: Option<String>,
}
