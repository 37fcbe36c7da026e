//! Envelopes: objects and arrays that are gone through as they come, their records handed on one by one.
//!
//! What stands beside the records is noted wherever it stands, before or behind them. Text that breaks off keeps what
//! was whole before it; among JSON lines it costs its line.

use std::ops::Range;

use super::{Flow, Parser};
use crate::formats::kind::Kind;
use crate::formats::scan::{Break, Scanner};
use crate::model::{Problem, ProblemCode};

/// Which array of an envelope is being streamed.
#[derive(Clone, Copy)]
pub(super) enum Elements {
    Items,
    QueryResults,
    Findings,
    Rules,
    Results,
    Recorders,
    RecorderStatus,
    LogEvents,
    Any,
}

impl Elements {
    /// What the array of a member of this name holds.
    pub(super) fn of_member(name: &[u8]) -> Option<Self> {
        match name {
            b"configurationItems" | b"baseConfigurationItems" | b"BaseConfigurationItems" => Some(Self::Items),
            b"Results" => Some(Self::QueryResults),
            b"Findings" => Some(Self::Findings),
            b"ConfigRules" => Some(Self::Rules),
            b"EvaluationResults" | b"AggregateEvaluationResults" => Some(Self::Results),
            b"ConfigurationRecorders" => Some(Self::Recorders),
            b"ConfigurationRecordersStatus" => Some(Self::RecorderStatus),
            b"logEvents" => Some(Self::LogEvents),
            _ => None,
        }
    }
}

impl Parser<'_> {
    /// An object at the top: an envelope whose records are streamed, or a value by itself.
    pub(super) fn object(&mut self, scanner: &mut Scanner<'_>) -> Flow {
        scanner.hold();
        scanner.accept(b'{');
        let mut members: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        loop {
            if scanner.accept(b'}') {
                let end = scanner.mark();
                self.single(scanner.held(0..end), 0);
                scanner.release();
                return Ok(());
            }
            let Some(name) = member_name(scanner) else { return self.resume(scanner) };
            let elements = Elements::of_member(scanner.held(name.clone()));
            if let (Some(elements), Some(b'[')) = (elements, scanner.peek()) {
                for (name, value) in members {
                    let text = |range| String::from_utf8_lossy(scanner.held(range)).into_owned();
                    let (name, value) = (text(name), text(value));
                    self.envelope_member(&name, &value);
                }
                scanner.release();
                return self.envelope(scanner, elements);
            }
            let start = scanner.mark();
            if scanner.value().is_err() {
                return self.resume(scanner);
            }
            members.push((name, start..scanner.mark()));
            if !scanner.accept(b',') && scanner.peek() != Some(b'}') {
                return self.resume(scanner);
            }
        }
    }

    /// A value at the top that does not end, or is no JSON: in JSON lines only its line is lost.
    fn resume(&mut self, scanner: &mut Scanner<'_>) -> Flow {
        if self.by_line || !scanner.resume_at_next_line() {
            self.broken("the text breaks off, or is not JSON, inside a value", self.at);
            return Err(());
        }
        self.reject_line();
        // From here on each line is looked at by itself, so that many broken ones cost no more than
        // their length.
        self.by_line = true;
        while let Some(line) = scanner.line() {
            self.at = scanner.offset_of(line.start);
            let mut text = scanner.text(line).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let mut buffer = Vec::new();
            let mut inner = Scanner::new(&mut text, &mut buffer);
            let before = self.tally.problem_count;
            let whole = self.value(&mut inner).is_ok() && inner.peek().is_none();
            if !whole && self.tally.problem_count == before {
                self.reject_line();
            }
        }
        Ok(())
    }

    fn reject_line(&mut self) {
        self.report.read += 1;
        self.tally.rejected += 1;
        let what = "the line is not a whole JSON value";
        let (record, at) = (self.report.read, self.at);
        self.problem(Problem::of_record(ProblemCode::BrokenJson, what, record, at));
    }

    /// The rest of an envelope, from the array of records on.
    fn envelope(&mut self, scanner: &mut Scanner<'_>, first: Elements) -> Flow {
        let mut elements = Some(first);
        loop {
            match (elements, scanner.peek()) {
                (Some(elements), Some(b'[')) => {
                    scanner.accept(b'[');
                    self.elements(scanner, elements)?;
                }
                _ => return self.break_off(scanner),
            }
            loop {
                if scanner.accept(b'}') {
                    return Ok(());
                }
                if !scanner.accept(b',') {
                    return self.break_off(scanner);
                }
                scanner.hold();
                let Some(name) = member_name(scanner) else { return self.break_off(scanner) };
                let name = String::from_utf8_lossy(scanner.held(name)).into_owned();
                elements = Elements::of_member(name.as_bytes());
                scanner.release();
                if elements.is_some() && scanner.peek() == Some(b'[') {
                    break;
                }
                let Ok(value) = scanner.value() else { return self.break_off(scanner) };
                let value = String::from_utf8_lossy(scanner.text(value)).into_owned();
                self.envelope_member(&name, &value);
            }
        }
    }

    fn break_off(&mut self, scanner: &Scanner<'_>) -> Flow {
        self.broken("the text breaks off, or is not JSON, behind the last whole record", scanner.offset());
        Err(())
    }

    /// A member of an envelope beside its records.
    pub(super) fn envelope_member(&mut self, name: &str, value: &str) {
        match name {
            "configSnapshotId" => self.snapshot_id = is_snapshot_id(value),
            "fileVersion" => self.file_version = true,
            "NextToken" | "nextToken" if !matches!(value, "null" | "\"\"") => {
                let what = "the export was cut: its page token is left over";
                let effect = "the records of the pages that follow are not in the evidence";
                self.problem(Problem::of_file(ProblemCode::CutExport, what, effect));
            }
            _ => {}
        }
    }

    /// The elements of an array whose opening bracket is consumed.
    pub(super) fn elements(&mut self, scanner: &mut Scanner<'_>, elements: Elements) -> Flow {
        self.recognise_array(elements);
        if scanner.accept(b']') {
            return Ok(());
        }
        loop {
            scanner.peek();
            self.at = scanner.offset();
            if matches!(elements, Elements::Items) && self.expected_item(scanner) {
                if scanner.accept(b',') {
                    continue;
                }
                if scanner.accept(b']') {
                    return Ok(());
                }
                return self.break_off(scanner);
            }
            match scanner.value() {
                Ok(range) => self.element(scanner.text(range), elements),
                Err(Break::TooLarge) => {
                    self.broken("a record is larger than 64 MiB", self.at);
                    return Err(());
                }
                Err(Break::Ends | Break::NoValue) => return self.resume(scanner),
            }
            if scanner.accept(b',') {
                continue;
            }
            if scanner.accept(b']') {
                return Ok(());
            }
            return self.break_off(scanner);
        }
    }

    /// Notes what an array says that the file is.
    pub(super) fn recognise_array(&mut self, elements: Elements) {
        match elements {
            Elements::Items | Elements::QueryResults => self.recognise(Kind::ConfigItems),
            Elements::Findings => self.recognise(Kind::SecurityHubFindings),
            Elements::Rules => self.recognise(Kind::ConfigRules),
            Elements::Results => self.recognise(Kind::ConfigEvaluations),
            Elements::Recorders | Elements::RecorderStatus => self.recognise(Kind::ConfigRecorders),
            Elements::LogEvents | Elements::Any => {}
        }
    }
}

/// Whether a value is a snapshot's id, and not null or blank: only with one is an unnamed file a
/// snapshot, from whose silence absence is inferred.
fn is_snapshot_id(value: &str) -> bool {
    value.starts_with('"') && !value.trim_matches('"').trim().is_empty()
}

/// A member's name and the colon behind it; the name without its quotes, as marks of the hold.
fn member_name(scanner: &mut Scanner<'_>) -> Option<Range<usize>> {
    if scanner.peek() != Some(b'"') {
        return None;
    }
    let start = scanner.mark();
    scanner.value().ok()?;
    let end = scanner.mark();
    scanner.accept(b':').then_some(start + 1..end - 1)
}
