//! Streams records out of arrays, envelopes, JSON lines and concatenated values, numbering them.
//!
//! Records are counted from 1 in the order of the file, whatever envelope they stand in. A record
//! that cannot be decoded is a problem of its own; text that breaks off ends the file and keeps what
//! was whole.

use std::borrow::Cow;
use std::io::Read;

use serde_json::value::RawValue;

use super::config_items::{ItemContext, decode_item};
use super::config_rules::{decode_compliance_change, decode_result, decode_rule};
use super::delivered_name::{DeliveredName, is_writability_check};
use super::file::{FileName, FileReport, RecordSink, Supplied};
use super::kind::Kind;
use super::ocsf::decode_ocsf;
use super::records::{ConditionKind, Decoded, RecordError};
use super::scan::Scanner;
use super::security_hub::decode_finding;
use super::shape::{Members, Shape, known_by_member, seems_to_be};
use super::text::{not_as_expected, quoted, unwrapped, unwrapped_bytes};
use crate::model::{Instant, Problem, ProblemCode, find_account, find_instant, find_region};
use context::Form;
use deferred::decode_with;
pub use deferred::{ItemBatch, RecordTally};
use envelope::Elements;
pub use parsed::Parsed;
use spoken::Spoken;

mod answers;
mod context;
mod deferred;
mod envelope;
mod parsed;
mod reports;
mod spoken;

/// How deep messages may be wrapped in messages.
const WRAPPING_MAX: u32 = 4;
/// How the one event of a log subscription's control message begins: prose, to try the destination.
const LOGS_CONTROL: &str = "CWL CONTROL MESSAGE";
/// How much of a file that is not JSON is looked at.
const PREVIEW_BYTES: usize = 512;

/// Reads one file to its end, or to where it breaks.
///
/// `supplied` fills what neither content nor path states. `buffer` is working space that the caller
/// may use again for the next file. A read error counts as the end of the text; whoever owns
/// `content` knows and reports it. What the sink leaves to be decoded later is missing in what comes out.
pub fn parse(
    name: FileName<'_>,
    supplied: &Supplied,
    content: &mut dyn Read,
    buffer: &mut Vec<u8>,
    sink: &mut dyn RecordSink,
) -> Parsed {
    let delivered = DeliveredName::parse(name.path);
    let stated = ItemContext {
        recorder: delivered.as_ref().map(|delivered| delivered.recorder.clone()),
        account: find_account(name.hint_path),
        region: find_region(name.hint_path),
        time: None,
    };
    let mut parser = Parser {
        path: name.path,
        path_time: find_instant(name.hint_path),
        supplied,
        spoken: Spoken::default(),
        report: FileReport {
            account: stated.recorder.as_ref().map(|recorder| recorder.account.clone()).or(stated.account.clone()),
            region: stated.recorder.as_ref().map(|recorder| recorder.region.clone()).or(stated.region.clone()),
            recorder: stated.recorder.clone(),
            ..FileReport::default()
        },
        context: stated,
        delivered,
        delivered_at: None,
        tally: RecordTally::default(),
        deferred: None,
        snapshot_id: false,
        file_version: false,
        by_line: false,
        at: 0,
        sink,
    };
    let mut scanner = Scanner::new(content, buffer);
    parser.file(&mut scanner, name.path);
    parser.hand_on_items();
    parser.parsed()
}

/// Whether reading can go on behind a value.
type Flow = Result<(), ()>;

struct Parser<'a> {
    /// Its path in the ledger.
    path: &'a str,
    context: ItemContext,
    delivered: Option<DeliveredName>,
    path_time: Option<Instant>,
    supplied: &'a Supplied,
    /// Whom the reports and answers about an account speak of.
    spoken: Spoken,
    /// `time` of the event around the record at hand.
    delivered_at: Option<Instant>,
    /// What became of the records.
    tally: RecordTally,
    /// Items that wait to be decoded.
    deferred: Option<ItemBatch>,
    snapshot_id: bool,
    file_version: bool,
    /// Whether the text was found broken and is read line by line since.
    by_line: bool,
    /// Offset of the top-level value or element at hand.
    at: u64,
    report: FileReport,
    sink: &'a mut dyn RecordSink,
}

impl Parser<'_> {
    fn file(&mut self, scanner: &mut Scanner<'_>, path: &str) {
        scanner.skip_byte_order_mark();
        let start = scanner.preview(PREVIEW_BYTES);
        let Some(first) = start.iter().find(|byte| !byte.is_ascii_whitespace()).copied() else {
            return self.empty(path);
        };
        if !matches!(first, b'{' | b'[') {
            return self.not_json(scanner);
        }
        self.report.whole = true;
        while let Some(first) = scanner.peek() {
            scanner.skip_byte_order_mark();
            self.at = scanner.offset();
            let flow = match first {
                b'{' | b'[' => self.value(scanner),
                // Records separated by commas without an array around them are met in hand-made files.
                b',' => {
                    scanner.accept(b',');
                    Ok(())
                }
                _ => {
                    self.broken("what follows is not JSON", scanner.offset());
                    Err(())
                }
            };
            if flow.is_err() {
                self.report.whole = false;
                scanner.skip_rest();
                return;
            }
        }
    }

    /// An object or an array at the top.
    fn value(&mut self, scanner: &mut Scanner<'_>) -> Flow {
        if scanner.peek() == Some(b'{') {
            return self.object(scanner);
        }
        if scanner.accept(b'[') { self.elements(scanner, Elements::Any) } else { Err(()) }
    }

    fn empty(&mut self, path: &str) {
        if is_writability_check(path) {
            self.report.kind = Some(Kind::ConfigWritabilityCheck);
            self.report.whole = true;
        } else {
            let what = "the file is empty";
            self.problem(Problem::of_file(ProblemCode::Empty, what, "nothing of it is in the lake"));
        }
    }

    fn not_json(&mut self, scanner: &mut Scanner<'_>) {
        if self.report_file(scanner) || self.no_policy_file(scanner) {
            return;
        }
        let start = scanner.preview(PREVIEW_BYTES);
        let effect = "nothing of it is in the lake";
        let problem = if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            Problem::of_file(ProblemCode::Encoding, "the file is UTF-16 text", effect)
        } else {
            Problem::of_file(ProblemCode::NotRecognised, format!("the file is {}", seems_to_be(start)), effect)
        };
        self.problem(problem);
    }

    fn broken(&mut self, what: &str, byte: u64) {
        self.problem(Problem {
            code: ProblemCode::BrokenJson,
            what: what.to_owned(),
            record: Some(self.report.read + 1),
            byte: Some(byte),
            effect: "what follows in this file is not in the lake".to_owned(),
        });
    }

    /// Notes what the file is. Where it holds several exports, the first that holds records counts.
    fn recognise(&mut self, kind: Kind) {
        if self.report.kind.is_none_or(|known| known.set_aside().is_some() && kind.set_aside().is_none()) {
            self.report.kind = Some(kind);
        }
    }

    fn element(&mut self, raw: &[u8], elements: Elements) {
        match elements {
            Elements::Items if self.by_line => self.item(raw),
            Elements::Items => self.streamed_item(raw),
            Elements::QueryResults => self.query_result(raw),
            Elements::Findings => self.finding(raw),
            Elements::Rules => self.record_in(Form::Undated, raw, decode_rule),
            Elements::Results => self.record_in(Form::Dated, raw, decode_result),
            Elements::Recorders => self.recorder(ConditionKind::Recorder, raw),
            Elements::RecorderStatus => self.recorder(ConditionKind::RecorderStatus, raw),
            Elements::LogEvents => self.log_event(raw, 1),
            Elements::Any => self.single(raw, 0),
        }
    }

    /// Counts a record and decodes it.
    fn record(&mut self, raw: &[u8], decode: impl FnOnce(&[u8]) -> Result<Decoded, RecordError>) {
        self.report.read += 1;
        let number = self.report.read;
        if let Some(record) = self.tally.take(decode(raw), number, self.at) {
            self.spoken.hear(&record);
            self.sink.keep(number, raw, record);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.tally.problem(self.report.read, problem);
    }

    /// An item: snapshots repeat each of them daily, so its text may well be known.
    fn item(&mut self, raw: &[u8]) {
        let is_known = self.context.recorder.as_ref().is_some_and(|recorder| self.sink.is_known(recorder, raw));
        if is_known {
            self.report.read += 1;
            self.report.known += 1;
            return;
        }
        self.record_in(Form::Dated, raw, decode_item);
    }

    /// An entry of an advanced query: an item inside a string, with the time of the file's path
    /// where it carries none.
    fn query_result(&mut self, raw: &[u8]) {
        self.record_in(Form::Undated, raw, |raw, context| {
            let text = serde_json::from_slice::<&RawValue>(raw)
                .map_err(|error| not_as_expected("the query result", &error))?;
            decode_item(unwrapped(Some(text)).as_bytes(), context)
        });
    }

    fn finding(&mut self, raw: &[u8]) {
        let delivered_at = self.delivered_at;
        if memchr::memmem::find(raw, b"\"class_uid\"").is_some() && is_shape(raw, Shape::Ocsf) {
            self.report.kind = Some(Kind::OcsfFindings);
            self.record(raw, |raw| decode_ocsf(raw, delivered_at));
        } else {
            self.recognise(Kind::SecurityHubFindings);
            self.record(raw, |raw| decode_finding(raw, delivered_at));
        }
    }

    fn log_event(&mut self, raw: &[u8], wrapping: u32) {
        #[derive(serde::Deserialize)]
        struct LogEvent {
            message: String,
        }
        match serde_json::from_slice::<LogEvent>(raw) {
            Ok(event) if event.message.starts_with(LOGS_CONTROL) => self.recognise(Kind::LogsControl),
            Ok(event) => self.single(event.message.as_bytes(), wrapping),
            Err(error) => self.record(raw, |_| Err(not_as_expected("the log event", &error))),
        }
    }

    /// A value by itself: a record, a message around records, or an export without records.
    fn single(&mut self, raw: &[u8], wrapping: u32) {
        let raw = raw.trim_ascii();
        if wrapping > WRAPPING_MAX {
            let what = format!("messages are wrapped in messages more than {WRAPPING_MAX} times");
            return self.record(raw, |_| Err(super::text::bad(what)));
        }
        if let Some(values) = super::split::elements(raw) {
            return values.into_iter().for_each(|value| self.single(value, wrapping + 1));
        }
        let Some(members) = Members::of(raw) else {
            return self.record(raw, |raw| Err(no_object(raw)));
        };
        let inner = |raw: Option<&'_ [u8]>| unwrapped_bytes(raw.unwrap_or_default()).into_owned();
        match members.shape() {
            Some(Shape::Notification) => self.single(&inner(members.message), wrapping + 1),
            Some(Shape::RuleEvent) => self.single(&inner(members.invoking_event), wrapping + 1),
            Some(Shape::Event) => {
                self.delivered_at = members.time.and_then(instant_of);
                self.single(&unwrapped_bytes(members.detail.unwrap_or_default()), wrapping + 1);
                self.delivered_at = None;
            }
            Some(Shape::EventFindings) => match members.findings.and_then(super::split::elements) {
                Some(findings) => findings.into_iter().for_each(|finding| self.finding(finding)),
                None => self.record(raw, |_| Err(super::text::bad("`findings` is not a list".to_owned()))),
            },
            Some(Shape::ItemChange) => self.notified_item(&inner(members.item)),
            Some(Shape::ItemSummary) => self.notified_item(&inner(members.item_summary)),
            Some(Shape::ComplianceChange) => {
                self.recognise(Kind::ConfigNotification);
                self.record(raw, decode_compliance_change);
            }
            Some(Shape::Item) => {
                self.recognise(Kind::ConfigItems);
                self.item(raw);
            }
            Some(Shape::Finding | Shape::Ocsf) => self.finding(raw),
            Some(Shape::Other(kind)) => self.recognise(kind),
            None => self.unknown(raw, wrapping),
        }
    }

    fn notified_item(&mut self, raw: &[u8]) {
        self.recognise(Kind::ConfigNotification);
        self.item(raw);
    }

    /// A value that is no record: an envelope inside an array or a message, else nothing known.
    fn unknown(&mut self, raw: &[u8], wrapping: u32) {
        let members = super::split::members(raw).unwrap_or_default();
        let streamed =
            members.iter().find_map(|(name, value)| Elements::of_member(name).zip(super::split::elements(value)));
        if let Some((elements, values)) = streamed {
            for (name, value) in &members {
                self.envelope_member(&String::from_utf8_lossy(name), &String::from_utf8_lossy(value));
            }
            self.recognise_array(elements);
            for value in values {
                match elements {
                    Elements::LogEvents => self.log_event(value, wrapping + 1),
                    _ => self.element(value, elements),
                }
            }
            return;
        }
        if self.answer(raw, &members) {
            return;
        }
        let names: Vec<Cow<'_, str>> = members.iter().map(|(name, _)| String::from_utf8_lossy(name)).collect();
        if let Some(kind) = names.iter().find_map(|name| known_by_member(name)) {
            return self.recognise(kind);
        }
        if names.iter().any(|name| name == "Records") && memchr::memmem::find(raw, b"\"FindingIdentifier\"").is_some() {
            return self.recognise(Kind::SecurityHubOther);
        }
        let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{}`", quoted(name))).collect();
        let what = if shown.is_empty() {
            "a JSON value without members is no export".to_owned()
        } else {
            format!("a JSON object with the members {} is no export that is known", shown.join(", "))
        };
        self.report.read += 1;
        self.tally.rejected += 1;
        let problem = Problem::of_record(ProblemCode::NotRecognised, what, self.report.read, self.at);
        self.problem(problem);
    }

    fn parsed(self) -> Parsed {
        Parsed {
            report: self.report,
            tally: self.tally,
            spoken: self.spoken,
            delivered: self.delivered,
            file_version: self.file_version,
            snapshot_id: self.snapshot_id,
        }
    }
}

fn is_shape(raw: &[u8], shape: Shape) -> bool {
    Members::of(raw).is_some_and(|members| members.shape() == Some(shape))
}

fn instant_of(raw: &[u8]) -> Option<Instant> {
    std::str::from_utf8(raw).ok().and_then(|text| super::timestamps::instant_of_json(text).ok())
}

/// Why a text is not one object, as the JSON parser puts it.
fn no_object(raw: &[u8]) -> RecordError {
    match serde_json::from_slice::<serde::de::IgnoredAny>(raw) {
        Err(error) => not_as_expected("the value", &error),
        Ok(_) => super::text::bad("the value is not an object".to_owned()),
    }
}
