//! From files to a [`Catalog`]: the embedded one, and one more on top of it.

use sha2::{Digest, Sha256};

use super::check::population_conflict;
use super::parse::{ControlEntry, ParsedFile, TestEntry, parse_file, plain};
use super::standards::{self, standards};
use super::{Catalog, Control, Population, SubjectFilter, Test, kebab_form, normal_identifier};
use crate::engine::settings_file::{Lined, SourceText};
use crate::engine::settings_file::{SettingsFileError, quoted};
use crate::engine::settings_file::{nearest, suggestion};

/// The controls that come with tickmark.
const EMBEDDED: SourceText<'static> =
    SourceText { noun: "catalog", label: "controls.toml (built in)", text: include_str!("controls.toml") };

impl Catalog {
    /// The catalog that comes with tickmark.
    ///
    /// # Errors
    /// Only when the embedded data breaks a rule of its own: a bug in tickmark, found by its tests.
    pub fn embedded() -> Result<Self, SettingsFileError> {
        standards().as_ref().map_err(Clone::clone)?;
        Self::assemble(Vec::new(), Vec::new()).with_source(EMBEDDED)
    }

    /// SHA-256 over what comes with tickmark as data, in lower-case hexadecimal: the same where the same
    /// controls are tested by the same rules and findings.
    #[must_use]
    pub fn embedded_sha256() -> String {
        let digest = Sha256::new().chain_update(EMBEDDED.text).chain_update(standards::TEXT);
        hex::encode(digest.finalize())
    }

    /// This catalog with the sections of a file added.
    ///
    /// - A `[[control]]` whose id is known takes that control's place; any other comes after the rest.
    /// - A `[[test]]` whose identifier is known adds `rule_names`, `security_hub`, `aliases` and `related` to
    ///   what speaks for that test, and can change nothing else of it; any other is a new test, for which
    ///   tickmark has no check of its own.
    /// - A control may name any known test by its identifier. A test of the earlier catalog that no control
    ///   names any more leaves it, so that its rules are listed as unmapped.
    ///
    /// `label` is what messages call the file, `text` what it holds.
    ///
    /// # Errors
    /// [`SettingsFileError`] with the line, for text that is no TOML, unknown keys, missing or misspelt values,
    /// and whatever would let one rule answer for two tests.
    pub fn with_file(self, label: &str, text: &str) -> Result<Self, SettingsFileError> {
        self.with_source(SourceText { noun: "catalog", label, text })
    }

    fn with_source(self, source: SourceText<'_>) -> Result<Self, SettingsFileError> {
        let file = parse_file(source)?;
        check_repeats(source, &file)?;
        let known_tests = merge_tests(source, self.tests, &file.tests)?;
        let mut controls = self.controls;
        for entry in &file.controls {
            place_control(&mut controls, resolve_control(source, entry, &known_tests)?, source, entry.line)?;
        }
        let tests = tests_in_use(&controls, &known_tests);
        check_in_use(source, &file.tests, &tests)?;
        check_claims(source, &file.tests, &tests)?;
        Ok(Self::assemble(controls, tests))
    }
}

/// Refuses a control or a test that one file holds twice.
fn check_repeats(source: SourceText<'_>, file: &ParsedFile) -> Result<(), SettingsFileError> {
    let controls = file.controls.iter().map(|entry| (entry.control.id.to_ascii_lowercase(), "control", entry.line));
    let tests = file.tests.iter().map(|entry| (entry.identifier.text.clone(), "test", entry.line));
    let mut seen: Vec<(String, &str, usize)> = Vec::new();
    for (name, noun, line) in controls.chain(tests) {
        if let Some((_, _, earlier)) = seen.iter().find(|known| known.0 == name && known.1 == noun) {
            let what = format!("{noun} {} was already given in line {earlier}", quoted(&name));
            return Err(source.error(line, what));
        }
        seen.push((name, noun, line));
    }
    Ok(())
}

fn merge_tests(
    source: SourceText<'_>,
    known: Vec<Test>,
    entries: &[TestEntry],
) -> Result<Vec<Test>, SettingsFileError> {
    let mut tests = known;
    for entry in entries {
        let Lined { text: identifier, line } = &entry.identifier;
        match tests.iter_mut().find(|test| test.answers_to(identifier)) {
            Some(test) if test.identifier == *identifier => extend_test(source, test, entry)?,
            Some(test) => {
                let what = format!("`{identifier}` is another spelling of test `{}`: use that", test.identifier);
                return Err(source.error(*line, what));
            }
            None => tests.push(new_test(source, entry)?),
        }
    }
    Ok(tests)
}

fn new_test(source: SourceText<'_>, entry: &TestEntry) -> Result<Test, SettingsFileError> {
    let identifier = entry.identifier.text.clone();
    if entry.resource_types.is_empty() {
        let what = format!("test `{identifier}` is new and needs `resource_types`: what it is about");
        return Err(source.error(entry.line, what));
    }
    Ok(Test {
        identifier,
        aliases: plain(entry.aliases.clone()),
        rule_names: plain(entry.rule_names.clone()),
        resource_types: plain(entry.resource_types.clone()),
        security_hub: plain(entry.security_hub.clone()),
        related: entry.related.clone(),
        trigger: entry.trigger,
        parameters: entry.parameters.clone(),
    })
}

/// Adds what a file says to a known test. What defines the test stays: tickmark's own check rests on it.
fn extend_test(source: SourceText<'_>, test: &mut Test, entry: &TestEntry) -> Result<(), SettingsFileError> {
    if let Some((key, line)) = entry.defining_keys.first() {
        let what = format!(
            "`{key}` of the known test `{}` cannot be changed; `rule_names`, `security_hub`, `aliases` and `related` \
             can be added to",
            test.identifier
        );
        return Err(source.error(*line, what));
    }
    add_new(&mut test.aliases, &entry.aliases);
    add_new(&mut test.rule_names, &entry.rule_names);
    add_new(&mut test.security_hub, &entry.security_hub);
    test.related.retain(|related| !test.security_hub.contains(&related.name));
    test.related.extend(entry.related.iter().cloned());
    Ok(())
}

fn add_new(known: &mut Vec<String>, added: &[Lined]) {
    for text in added {
        if !known.contains(&text.text) {
            known.push(text.text.clone());
        }
    }
}

/// A control with the identifiers of its tests in their own spelling.
fn resolve_control(source: SourceText<'_>, entry: &ControlEntry, known: &[Test]) -> Result<Control, SettingsFileError> {
    let mut tests: Vec<&Test> = Vec::new();
    for name in &entry.tests {
        let test = find_test(source, name, known)?;
        if tests.iter().any(|earlier| earlier.identifier == test.identifier) {
            return Err(source.error(name.line, format!("`tests` names `{}` twice", test.identifier)));
        }
        tests.push(test);
    }
    let mut control = entry.control.clone();
    if let Some(what) = population_conflict(&control, &tests) {
        return Err(source.error(entry.line, format!("control `{}`: {what}", control.id)));
    }
    if control.population.words.is_empty() {
        control.population.words = population_words(&control.population, &tests);
    }
    control.tests = tests.iter().map(|test| test.identifier.clone()).collect();
    Ok(control)
}

fn find_test<'t>(source: SourceText<'_>, name: &Lined, known: &'t [Test]) -> Result<&'t Test, SettingsFileError> {
    let wanted = normal_identifier(&name.text);
    known.iter().find(|test| test.answers_to(&wanted)).ok_or_else(|| {
        let hint = suggestion(nearest(&wanted, known.iter().map(|test| test.identifier.as_str())));
        let what = format!("`tests` names {}, which is no known test{hint}", quoted(&name.text));
        source.error(name.line, format!("{what} (a new one needs its own `[[test]]`)"))
    })
}

/// What a population rule means, for a control whose file does not say it in words.
fn population_words(population: &Population, tests: &[&Test]) -> String {
    let subjects = if tests.iter().all(|test| test.is_account_level()) {
        "Every account in scope; one subject an account."
    } else {
        match population.subjects {
            SubjectFilter::All => "All resources of the tests' types that exist in scope at some time in the window.",
            SubjectFilter::TrailBuckets => "The buckets that some trail in the evidence delivers to.",
            SubjectFilter::TaggedResources => "The resources that carried the tag named in the engagement file.",
        }
    };
    let accounts =
        if population.production_only { " Production accounts only, where environments are known." } else { "" };
    format!("{subjects}{accounts}")
}

/// Puts a control in the place of the one with its id, or at the end.
fn place_control(
    controls: &mut Vec<Control>,
    control: Control,
    source: SourceText<'_>,
    line: usize,
) -> Result<(), SettingsFileError> {
    match controls.iter_mut().find(|known| known.id.eq_ignore_ascii_case(&control.id)) {
        Some(known) if known.id == control.id => *known = control,
        Some(known) => {
            let what = format!("`id` is `{}`, which differs from control `{}` in case alone", control.id, known.id);
            return Err(source.error(line, what));
        }
        None => controls.push(control),
    }
    Ok(())
}

/// The tests that some control names, in the order of first use.
fn tests_in_use(controls: &[Control], known: &[Test]) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for identifier in controls.iter().flat_map(|control| &control.tests) {
        let is_new = !tests.iter().any(|test| test.identifier == *identifier);
        if let Some(test) = known.iter().find(|test| is_new && test.identifier == *identifier) {
            tests.push(test.clone());
        }
    }
    tests
}

/// Refuses a test of the file that no control names: what it matches would vanish.
fn check_in_use(source: SourceText<'_>, entries: &[TestEntry], tests: &[Test]) -> Result<(), SettingsFileError> {
    let is_used = |entry: &TestEntry| tests.iter().any(|test| test.identifier == entry.identifier.text);
    let Some(unused) = entries.iter().find(|entry| !is_used(entry)) else { return Ok(()) };
    let what = format!("test `{}` belongs to no control", unused.identifier.text);
    Err(source.error(unused.line, what))
}

/// Refuses a name of the file that another test has too: one rule would answer for two.
fn check_claims(source: SourceText<'_>, entries: &[TestEntry], tests: &[Test]) -> Result<(), SettingsFileError> {
    let names: Vec<(&Test, Vec<String>)> = tests.iter().map(|test| (test, test.all_rule_names())).collect();
    for entry in entries {
        for (name, line) in claimed_names(entry) {
            let is_other = |test: &Test| test.identifier != entry.identifier.text;
            if let Some((test, _)) = names.iter().find(|(test, all)| is_other(test) && all.contains(&name)) {
                let what = format!("{} already stands for test `{}`", quoted(&name), test.identifier);
                return Err(source.error(line, what));
            }
        }
    }
    Ok(())
}

/// Every name that a section claims for its test, formed ones included, with the line it comes from.
fn claimed_names(entry: &TestEntry) -> Vec<(String, usize)> {
    let spellings = std::iter::once(&entry.identifier).chain(&entry.aliases);
    let formed = spellings.clone().map(|name| (kebab_form(&name.text), name.line));
    let written = entry.rule_names.iter().chain(spellings).map(|name| (name.text.clone(), name.line));
    written.chain(formed).collect()
}
