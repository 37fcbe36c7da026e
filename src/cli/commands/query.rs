//! `tickmark query` and `tickmark schema`: questions in SQL, and what they can be put to.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::path::Path;

use anyhow::Context;

use crate::cli::args::{LayoutArgument, QueryArguments, SchemaArguments};
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::cli::results_check;
use crate::lake::Lake;
use crate::query::answer::{self, Layout};
use crate::query::library::{self, QUESTIONS};
use crate::query::tables::Tables;
use crate::query::text::{Text, Values};
use crate::query::{QueryError, elsewhere, engine, schema as descriptions};
use crate::report::escape::visible;

/// Text of SQL up to this size is read.
const SQL_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Describes tables.
pub(in crate::cli) fn schema(arguments: &SchemaArguments) -> anyhow::Result<Exit> {
    let text = match &arguments.table {
        None => descriptions::page(),
        Some(name) => descriptions::table(name)?,
    };
    printer::answer(text.as_bytes()).context("the answer cannot be printed")?;
    Ok(Exit::Complete)
}

/// Bytes of stack that a question is worked out on: plans are nested as deeply as the views are.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Carries the command out.
pub(in crate::cli) fn query(arguments: &QueryArguments) -> anyhow::Result<Exit> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || asked(arguments));
        let worker = worker.context("no thread can be started")?;
        worker.join().unwrap_or_else(|_| Err(anyhow::anyhow!("internal error, the question was not worked out")))
    })
}

fn asked(arguments: &QueryArguments) -> anyhow::Result<Exit> {
    let Some(question) = arguments.question.as_deref().filter(|_| !arguments.list) else {
        printer::answer(list()?.as_bytes()).context("the answer cannot be printed")?;
        return Ok(Exit::Complete);
    };
    let text = text(question)?;
    let tables = tables(arguments)?;
    let values = values(arguments, &text, &tables)?;
    // What the engine says when it gives up becomes the message.
    std::panic::set_hook(Box::new(|_| {}));
    let bytes = if arguments.duckdb {
        elsewhere::duckdb(&text, &tables, &values)?.into_bytes()
    } else if arguments.explain {
        explained(&text, &tables, &values)?.into_bytes()
    } else {
        let layout = layout(arguments.format);
        if layout == Layout::Parquet && arguments.output.is_none() && std::io::stdout().is_terminal() {
            let what = "Parquet is nothing to look at; write it to a file with --output FILE".to_owned();
            return Err(QueryError::Parameter(what).into());
        }
        {
            let is_on_screen = arguments.output.is_none() && std::io::stdout().is_terminal();
            answer::bytes(engine::answer(&text, &tables, &values)?, layout, is_on_screen)?
        }
    };
    match &arguments.output {
        None => printer::answer(&bytes).context("the answer cannot be printed")?,
        Some(path) => {
            refuse_evidence(path, arguments)?;
            std::fs::write(path, &bytes).with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
    }
    Ok(Exit::Complete)
}

const fn layout(format: LayoutArgument) -> Layout {
    match format {
        LayoutArgument::Table => Layout::Table,
        LayoutArgument::Csv => Layout::Csv,
        LayoutArgument::Json => Layout::Json,
        LayoutArgument::Parquet => Layout::Parquet,
    }
}

/// The questions that come with tickmark, a line each.
fn list() -> Result<String, QueryError> {
    let width = QUESTIONS.iter().map(|question| question.name.len()).max().unwrap_or(0);
    let mut list = String::new();
    for question in QUESTIONS {
        let text = Text::parse(question.name, question.sql)?;
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{:width$}  {}", question.name, text.heading().answers);
        for parameter in &text.heading().parameters {
            let default = parameter.default.as_ref().map(|default| format!(" ({default} unless given)"));
            let _ = writeln!(
                list,
                "{:width$}    --param {}=…  {}{}",
                "",
                parameter.name,
                parameter.meaning,
                default.unwrap_or_default()
            );
        }
    }
    Ok(list)
}

/// The SQL that is meant: of a question by name, else of a file or of standard input.
fn text(question: &str) -> anyhow::Result<Text> {
    if let Some(known) = library::question(question) {
        return Ok(Text::parse(known.name, known.sql)?);
    }
    let read = |input: &mut dyn Read| -> anyhow::Result<String> {
        let mut sql = String::new();
        input.take(SQL_BYTES_MAX + 1).read_to_string(&mut sql)?;
        anyhow::ensure!(sql.len() as u64 <= SQL_BYTES_MAX, "it is larger than 4 MiB, which no SQL is");
        Ok(sql)
    };
    if question == "-" {
        let sql = read(&mut std::io::stdin().lock()).context("standard input cannot be read as SQL")?;
        return Ok(Text::parse("standard input", &sql)?);
    }
    let path = Path::new(question);
    let looks_like_a_file = question.contains(['/', '\\', '.']);
    if !path.is_file() && !looks_like_a_file {
        let nearest = library::nearest(question).map(str::to_owned);
        return Err(QueryError::Unknown { name: question.to_owned(), nearest }.into());
    }
    let unreadable = || format!("`{question}` cannot be read as SQL");
    let mut file = std::fs::File::open(path).with_context(unreadable)?;
    let sql = read(&mut file).with_context(unreadable)?;
    Ok(Text::parse(question, &sql)?)
}

/// Nothing that an answer rests on is written over.
fn refuse_evidence(path: &Path, arguments: &QueryArguments) -> anyhow::Result<()> {
    let real = |path: &Path| path.canonicalize().ok();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(folder) = real(folder) else { return Ok(()) };
    let lake = arguments.lake.as_deref().and_then(real);
    let beside = real(&arguments.results.join("lake")).filter(|lake| lake.join("lake.json").is_file());
    let is_in_lake = [lake, beside].into_iter().flatten().any(|lake| folder.starts_with(lake));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_result = crate::report::FILES.contains(&name) || name == crate::cli::manifest::MANIFEST;
    if is_in_lake || (is_result && folder.join(crate::cli::manifest::MANIFEST).is_file()) {
        let what = format!(
            "`{}` is a place of the lake or of the result files, which nothing may write over; name another file",
            path.display()
        );
        return Err(QueryError::Parameter(what).into());
    }
    Ok(())
}

/// The tables at hand: those of the result files where there are some, and of the lake beside them or named.
fn tables(arguments: &QueryArguments) -> anyhow::Result<Tables> {
    let beside = arguments.results.join("lake");
    let lake = match &arguments.lake {
        Some(lake) => Some(Lake::open(lake)?),
        None if beside.is_dir() => Some(Lake::open(&beside)?),
        None => None,
    };
    let has_results = arguments.results.join(crate::cli::manifest::MANIFEST).is_file();
    if !has_results && lake.is_none() {
        let why = "there is no `manifest.json` and no `lake` in it".to_owned();
        return Err(QueryError::Results { path: arguments.results.clone(), why }.into());
    }
    if !has_results {
        return Ok(Tables::new(lake, None));
    }
    let manifest = results_check::of_tables(&arguments.results)
        .map_err(|why| QueryError::Results { path: arguments.results.clone(), why })?;
    let Some(lake) = lake else { return Ok(Tables::new(None, Some(&arguments.results))) };
    // What joins both has to see the lake as the assessment saw it.
    let then = lake.as_of(manifest.lake.commit, &manifest.lake.commit_sha256);
    if then.is_none() {
        printer::remark(
            "warning: the result files were not made from this lake: only the lake is asked; `tickmark assess` answers \
             from it, and --results names the folder that it wrote",
        );
        return Ok(Tables::new(Some(lake), None));
    }
    Ok(Tables::new(then, Some(&arguments.results)))
}

fn values(arguments: &QueryArguments, text: &Text, tables: &Tables) -> anyhow::Result<Values> {
    let given = arguments.param.iter().cloned().collect();
    let values = Values { given, window: tables.window()? };
    values.check_period()?;
    let mut known = text.parameters();
    for view in engine::views_for(text)? {
        known.extend(view.parameters());
    }
    if let Some((name, _)) = arguments.param.iter().find(|(name, _)| !known.contains(name)) {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let has = if names.is_empty() { "no parameters".to_owned() } else { format!("only {}", names.join(", ")) };
        return Err(QueryError::Parameter(format!("{} has {has}, not `{name}`", text.name)).into());
    }
    Ok(values)
}

/// What is asked, with its parameters, and how it would be answered.
fn explained(text: &Text, tables: &Tables, values: &Values) -> Result<String, QueryError> {
    let mut out = String::new();
    for view in engine::views_for(text)? {
        let _ = writeln!(out, "-- view {}\n{}", view.name, view.with(values)?);
    }
    let _ = writeln!(out, "-- {}\n{}\n\n-- plan", text.name, text.with(values)?);
    for line in engine::explain(text, tables, values)?.lines() {
        let _ = writeln!(out, "{}", visible(line));
    }
    Ok(out)
}
