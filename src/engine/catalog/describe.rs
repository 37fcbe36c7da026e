//! The catalog as plain text: what `tickmark controls` prints.
//!
//! Lines are at most [`WIDTH`] characters, names that are longer aside.

use super::standards::{Standard, standards};
use crate::engine::reperformance::checks;

use super::{Catalog, Control, Parameter, Test, Trigger, kebab_form};

/// Characters a line.
const WIDTH: usize = 100;

/// Text is set beside labels up to this length, and under longer ones.
const LABEL_LENGTH_MAX: usize = 20;

/// All controls as a table: id, criteria, title, tests; a line more for each further test.
#[must_use]
pub fn list(catalog: &Catalog) -> String {
    let heading = ["Control", "Criterion", "Title", "Tests"].map(str::to_owned);
    let mut rows = vec![heading];
    for control in &catalog.controls {
        rows.extend(rows_of(control));
    }
    let widths = [0, 1, 2].map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max());
    let mut text = String::new();
    for [id, criteria, title, test] in &rows {
        let padded = [id, criteria, title].into_iter().zip(widths);
        for (cell, width) in padded {
            text.push_str(cell);
            text.push_str(&" ".repeat(width.unwrap_or(0).saturating_sub(length(cell)) + 2));
        }
        text.push_str(test);
        text.push('\n');
    }
    text
}

fn rows_of(control: &Control) -> Vec<[String; 4]> {
    let mut first = [control.id.clone(), control.criteria.join(", "), control.title.clone()];
    let mut rows = Vec::new();
    for test in &control.tests {
        let [id, criteria, title] = std::mem::take(&mut first);
        rows.push([id, criteria, title, test.clone()]);
    }
    rows
}

/// All that the catalog says of one control, under headings.
#[must_use]
pub fn explain(catalog: &Catalog, control: &Control) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{}  {}", control.id, control.title));
    page.item(0, "Criteria: ", &control.criteria.join(", "));
    if !control.also_maps_to.is_empty() {
        page.item(0, "Other catalogs place it under: ", &control.also_maps_to.join(", "));
    }
    page.section("What it promises", &control.statement);
    let unsaid = "The file that defines this control does not say; see the tests below.";
    page.section("What is tested", if control.procedure.is_empty() { unsaid } else { &control.procedure });
    page.section("Population", &control.population.words);
    page.heading("Tests");
    let tests = catalog.tests_of(control);
    for test in &tests {
        describe_test(&mut page, test);
    }
    describe_related(&mut page, &tests);
    if !control.limits.is_empty() {
        page.heading("Limits");
        control.limits.iter().for_each(|limit| page.item(2, "- ", limit));
    }
    page.text
}

fn describe_test(page: &mut Page, test: &Test) {
    page.line(2, &test.identifier);
    if !test.aliases.is_empty() {
        page.item(4, "also spelt:      ", &test.aliases.join(", "));
    }
    page.item(4, "rule names:      ", &shown_names(test).join(", "));
    page.item(4, "resource types:  ", &test.resource_types.join(", "));
    if let Some(trigger) = test.trigger {
        page.item(4, "evaluated:       ", trigger_words(trigger));
    }
    page.rows(4, "own check reads: ", read_by_checks(test).into_iter());
    page.rows(4, "parameters:      ", test.parameters.iter().map(|parameter| vec![parameter_words(parameter)]));
    if test.security_hub.is_empty() {
        page.item(4, "Security Hub:    ", "no control");
    }
    page.rows(4, "Security Hub:    ", test.security_hub.iter().map(|id| security_control_words(id)));
}

/// What tickmark's own checks of a test read; a line of its own for those that only look beyond the rule.
fn read_by_checks(test: &Test) -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let mut lines: Vec<Vec<String>> =
        checks::of_test(&test.identifier).map(|check| words(&check.reads.words())).collect();
    if lines.is_empty() {
        lines.push(words("nothing: tickmark has no check of its own for this test"));
    }
    lines
}

/// The names listed, else the kebab form of the identifier, by which the rule is known without a list.
fn shown_names(test: &Test) -> Vec<String> {
    if test.rule_names.is_empty() { vec![kebab_form(&test.identifier)] } else { test.rule_names.clone() }
}

fn trigger_words(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Change => "when the resource changes",
        Trigger::Periodic => "at intervals",
        Trigger::ChangeAndPeriodic => "when the resource changes, and at intervals",
    }
}

fn parameter_words(parameter: &Parameter) -> String {
    let Parameter { name, default, note } = parameter;
    match (default.is_empty(), note.is_empty()) {
        (true, true) => format!("{name} (no default)"),
        (true, false) => format!("{name} (no default; {note})"),
        (false, true) => format!("{name} = {default}"),
        (false, false) => format!("{name} = {default} ({note})"),
    }
}

/// A security control with its number in each standard that gives it one, in pieces that are not broken.
fn security_control_words(id: &str) -> Vec<String> {
    let all: &[Standard] = standards().as_deref().unwrap_or_default();
    let mut pieces = Vec::new();
    for standard in all {
        pieces.extend(standard.numbers_of(id).into_iter().map(|number| format!("{} {number},", standard.label)));
    }
    let Some(last) = pieces.last_mut() else { return vec![id.to_owned()] };
    last.pop();
    pieces.insert(0, format!("{id}:"));
    pieces
}

fn describe_related(page: &mut Page, tests: &[&Test]) {
    if tests.iter().all(|test| test.related.is_empty()) {
        return;
    }
    page.heading("Related, not counted");
    for test in tests {
        if tests.len() > 1 && !test.related.is_empty() {
            page.line(2, &format!("to {}", test.identifier));
        }
        let indent = if tests.len() > 1 { 4 } else { 2 };
        test.related.iter().for_each(|related| page.item(indent, &format!("{}: ", related.name), &related.why));
    }
}

/// Text as it grows.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, indent: usize, line: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.text.push('\n');
        self.line(0, heading);
    }

    fn section(&mut self, heading: &str, prose: &str) {
        self.heading(heading);
        self.item(2, "", prose);
    }

    /// A label and prose beside it.
    fn item(&mut self, indent: usize, label: &str, prose: &str) {
        self.pieces(indent, label, prose.split_whitespace());
    }

    /// A label and, beside it, a line for each row; nothing where there is no row.
    fn rows(&mut self, indent: usize, label: &str, rows: impl Iterator<Item = Vec<String>>) {
        let blank = " ".repeat(length(label));
        for (place, row) in rows.enumerate() {
            let label = if place == 0 { label } else { &blank };
            self.pieces(indent, label, row.iter().map(String::as_str));
        }
    }

    /// A label and pieces of text that are not broken; further lines stand under the first piece, or near
    /// the indent where the label is a long one.
    fn pieces<'a>(&mut self, indent: usize, label: &str, pieces: impl Iterator<Item = &'a str>) {
        let hanging = if length(label) <= LABEL_LENGTH_MAX { indent + length(label) } else { indent + 2 };
        let mut line = format!("{}{label}", " ".repeat(indent));
        let mut is_fresh = true;
        for piece in pieces {
            if !is_fresh && length(&line) + 1 + length(piece) > WIDTH {
                self.line(0, &line);
                line = " ".repeat(hanging);
                is_fresh = true;
            }
            if !is_fresh {
                line.push(' ');
            }
            line.push_str(piece);
            is_fresh = false;
        }
        self.line(0, &line);
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests;
