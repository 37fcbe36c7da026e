//! The source tree itself: every file says what it is, modules keep their ranks, codes are explained, and one
//! place alone can connect to anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules of the library in order of rank; each may mention only those before it.
const RANKS: [&str; 9] = ["model", "evidence", "formats", "lake", "engine", "report", "query", "sampling", "cli"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below some folders, as paths below the root, with their texts.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    for folder in folders {
        for entry in walkdir::WalkDir::new(root().join(folder)).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|suffix| suffix == "rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                sources.push((entry.path().strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    assert!(sources.len() > 20, "sources were found");
    sources
}

#[test]
fn every_file_opens_with_what_it_holds() {
    let bare: Vec<PathBuf> = sources(&["src", "tests", "examples", "benches"])
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(bare.is_empty(), "files that do not open with `//!`: {bare:#?}");
}

/// The modules of the crate that a text names after `crate::`, line by line.
fn mentions(text: &str) -> Vec<(usize, String)> {
    let is_code = |line: &str| !line.trim_start().starts_with("//");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| is_code(line)) {
        for rest in line.split("crate::").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            assert!(!name.is_empty(), "a list behind `crate::` hides what is used: {line}");
            found.push((number + 1, name));
        }
    }
    found
}

fn is_allowed(module: &str, mentioned: &str) -> bool {
    let rank = |name: &str| RANKS.iter().position(|known| *known == name).unwrap_or(usize::MAX);
    match (module, mentioned) {
        (module, mentioned) if module == mentioned => true,
        // Of the lake only how rows become Parquet.
        ("report", mentioned) => matches!(mentioned, "engine" | "lake" | "model"),
        ("formats", "evidence") => false,
        (module, mentioned) => rank(mentioned) < rank(module),
    }
}

#[test]
fn a_module_mentions_only_modules_of_lower_rank() {
    let mut broken = Vec::new();
    for (path, text) in sources(&["src"]) {
        let module = path.components().nth(1).unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        assert!(RANKS.contains(&module.as_str()), "a module without a rank: {}", path.display());
        for (line, mentioned) in mentions(&text) {
            if !is_allowed(&module, &mentioned) {
                broken.push(format!("{}:{line} mentions {mentioned}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn reports_know_of_the_engine_only_its_results() {
    let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests");
    let mut broken = Vec::new();
    for (path, text) in sources(&["src/report", "src/engine"]) {
        if !path.starts_with("src/report") || is_test(&path) {
            continue;
        }
        for line in text.lines().filter(|line| line.contains("crate::engine::")) {
            if !line.contains("crate::engine::results") {
                broken.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_the_command_line_knows_the_terminal_and_lumps_errors() {
    let mut broken = Vec::new();
    for (path, text) in sources(&["src"]) {
        let names = ["anyhow::", "clap::", "indicatif::", "terminal_size::", "std::process", "println!", "eprintln!"];
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let found = code.flat_map(|line| names.iter().filter(move |name| line.contains(**name)));
        if !path.starts_with("src/cli") && path != Path::new("src/main.rs") {
            broken.extend(found.map(|name| format!("{}: {name}", path.display())));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_evidence_lake_and_command_line_touch_files() {
    let mut broken = Vec::new();
    for (path, text) in sources(&["src"]) {
        let may = ["src/evidence", "src/lake", "src/cli"].iter().any(|folder| path.starts_with(folder));
        if !may && (text.contains("std::fs") || text.contains("File::open")) {
            broken.push(path);
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn problem_codes_are_unique_and_each_is_documented_and_hinted() {
    let text = std::fs::read_to_string(root().join("src/model/problem.rs")).unwrap();
    let body = |start: &str, end: &str| text.split(start).nth(1).unwrap().split(end).next().unwrap().to_owned();
    let variants: Vec<String> = body("pub enum ProblemCode {", "\n}")
        .lines()
        .map(str::trim)
        .filter(|line| line.ends_with(','))
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect();
    let described = body("pub enum ProblemCode {", "\n}").lines().filter(|line| line.trim().starts_with("///")).count();
    assert!(variants.len() > 10 && described >= variants.len(), "{described} comments for {variants:?}");
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    for line in body("pub const fn code", "\n    }").lines() {
        let Some((variant, code)) = line.trim().strip_prefix("Self::").and_then(|rest| rest.split_once(" => \""))
        else {
            continue;
        };
        let code = code.trim_end_matches("\",").to_owned();
        assert!(code.len() == 4 && code.chars().skip(1).all(|c| c.is_ascii_digit()), "{code}");
        let earlier = codes.insert(code.clone(), variant.to_owned());
        assert!(earlier.is_none(), "`{code}` stands for {variant} and {earlier:?}");
    }
    assert_eq!(codes.len(), variants.len());
    let hints = body("pub const fn hint", "\n    }");
    for variant in &variants {
        assert!(hints.contains(&format!("Self::{variant} =>")), "{variant} has no hint");
        assert!(body("pub const ALL", "];").contains(&format!("Self::{variant},")), "{variant} is missing in ALL");
    }
}

#[test]
fn nothing_is_left_to_do_in_the_sources() {
    let (left, right) = ("TO", "FIX");
    for (path, text) in sources(&["src", "tests", "examples", "benches"]) {
        for word in [format!("{left}DO"), format!("{right}ME")] {
            assert!(!text.contains(&word), "{} holds a {word}", path.display());
        }
    }
}

#[test]
fn only_one_place_knows_how_to_connect() {
    let names = [
        "aws_config",
        "aws_sdk",
        "aws_smithy",
        "aws_credential",
        "tokio::",
        "hyper::",
        "rustls",
        "TcpStream",
        "UdpSocket",
        "UnixStream",
    ];
    let mut broken = Vec::new();
    for (path, text) in sources(&["src"]) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let found = code.flat_map(|line| names.iter().filter(move |name| line.contains(**name)));
        if !path.starts_with("src/evidence/s3") {
            broken.extend(found.map(|name| format!("{}: {name}", path.display())));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn there_is_one_client_and_one_library_of_ciphers() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains(&"aws-sdk-s3") && names.contains(&"ring"));
    // Polars always has a client of its own in it (reqwest), which is given no address: `s3_sockets` watches it, too.
    let packages = lock.split("[[package]]").filter(|package| package.contains("\n \"reqwest\""));
    let with_reqwest: Vec<&str> = packages.filter_map(|package| package.split('"').nth(1)).collect();
    assert!(with_reqwest.iter().all(|name| *name == "object_store" || name.starts_with("polars-")), "{with_reqwest:?}");
    let others = ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "ureq", "curl"];
    let found: Vec<&&str> = others.iter().filter(|other| names.contains(other)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_first_command_of_the_readme_is_one_that_tests_run() {
    let path = root().join("README.md");
    let readme =
        std::fs::read_to_string(&path).expect("README.md is missing: it should open with the command on sample-data");
    let command = "run sample-data --from 2026-01-01 --through 2026-06-30 --out report";
    let first = readme.lines().map(str::trim).find(|line| line.starts_with("cargo run"));
    let first = first.expect("README.md shows no command; its first one should be the run on sample-data");
    assert!(first.contains(command), "README.md begins with `{first}`; tests run `tickmark {command}` (screens.rs)");
}

#[test]
fn documents_name_no_folder_of_a_developers_machine() {
    for (path, text) in sources(&["src", "tests", "examples", "benches"]) {
        for place in ["/home/", "/Users/", "C:\\\\Users"] {
            let is_own = path.ends_with("tests/it/tidy.rs");
            assert!(is_own || !text.contains(place), "{} names {place}", path.display());
        }
    }
}
