//! Samples from the populations of the sample data: frozen, drawn, filled in, read back, drawn again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fixtures::{GROUP, HOME, at};
use crate::harness::{Run, TableRow, TestDir, zip_of};
use crate::hostile_names::NAMES;
use crate::sample_data::{HALF_YEAR, sample_data};

/// Results of the sample data in `s`, and draws from them in folders of their own.
fn results() -> &'static TestDir {
    static RESULTS: OnceLock<TestDir> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let dir = TestDir::new();
        let evidence = sample_data();
        let run = dir.tickmark(&[&["run", &evidence, "--out", "s"], &HALF_YEAR[..]].concat());
        assert!(run.status == 3, "{}", run.shown());
        dir
    })
}

fn draw(out: &str, options: &[&str]) -> Value {
    let run = results().tickmark(&[&["sample", "draw", "s", "--out", out, "--format", "json"], options].concat());
    assert_eq!(run.status, 0, "{}", run.shown());
    serde_json::from_str(&run.stdout).unwrap()
}

fn rows(name: &str) -> Vec<TableRow> {
    let bytes = results().bytes(&format!("s/{name}"));
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
}

/// Cells of a sheet, row by row.
fn sheet(workbook: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let text = |cell: &Data| if let Data::Float(number) = cell { format!("{number}") } else { cell.to_string() };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// The population as the working paper lists it: key and verdict.
fn listed(out: &str, file: &str) -> Vec<(String, String)> {
    let rows = sheet(&results().bytes(&format!("{out}/{file}.xlsx")), "Population");
    let header = rows.iter().position(|row| row[0] == "Item").unwrap();
    rows[header + 1..].iter().map(|row| (row[11].clone(), row[9].clone())).collect()
}

/// The UTC days that an interval of a CSV file touches.
fn days(from: &str, until: &str) -> Vec<String> {
    let instant = |text: &str| -> jiff::Timestamp { text.parse().unwrap() };
    let (from, until) = (instant(from), instant(until));
    let (mut day, mut days) = (from.to_zoned(jiff::tz::TimeZone::UTC).date(), Vec::new());
    while day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp() < until {
        days.push(day.to_string());
        day = day.tomorrow().unwrap();
    }
    days
}

fn of_control(name: &str, control: &str) -> Vec<TableRow> {
    rows(name).into_iter().filter(|row| row["control"] == control).collect()
}

#[test]
fn failing_items_of_every_unit_are_those_of_the_exceptions() {
    let exceptions = of_control("exceptions.csv", "C10");
    assert!(exceptions.len() > 3, "the sample data has exceptions of C10");
    let key = |row: &TableRow| format!("{}|{}|{}", row["account"], row["resource_type"], row["resource_arn"]);
    let failing_days = |name: &dyn Fn(&TableRow) -> String| -> BTreeSet<String> {
        let of = |row: &TableRow| {
            days(&row["start"], &row["end"]).into_iter().map(|day| format!("{}|{day}", name(row))).collect::<Vec<_>>()
        };
        exceptions.iter().flat_map(of).collect()
    };
    let expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::from([
        ("resources", exceptions.iter().map(key).collect()),
        ("resource-days", failing_days(&key)),
        ("account-days", failing_days(&|row| row["account"].clone())),
        ("account-region-days", failing_days(&|row| format!("{}|{}", row["account"], row["region"]))),
        ("exceptions", exceptions.iter().map(|row| format!("{}|{}", key(row), row["start"])).collect()),
        (
            "new-exceptions",
            exceptions
                .iter()
                .filter(|row| row["began_before_window"] == "false")
                .map(|row| format!("{}|{}", key(row), row["start"]))
                .collect(),
        ),
    ]);
    for (unit, expected) in expected {
        let out = format!("units-{unit}");
        draw(&out, &["--control", "C10", "--unit", unit, "--size", "1", "--seed", "1"]);
        let listed = listed(&out, &format!("C10-{unit}"));
        let failing: BTreeSet<String> =
            listed.iter().filter(|(_, verdict)| verdict == "FAIL").map(|(key, _)| key.clone()).collect();
        assert_eq!(failing, expected, "{unit}");
        let distinct: BTreeSet<&String> = listed.iter().map(|(key, _)| key).collect();
        assert_eq!(distinct.len(), listed.len(), "{unit}: each item once");
    }
}

#[test]
fn populations_leave_nothing_out() {
    let subjects = of_control("subjects.csv", "C10");
    let counted = |unit: &str| -> u64 {
        let drawn = draw(&format!("count-{unit}"), &["--control", "C10", "--unit", unit, "--size", "1", "--seed", "1"]);
        drawn["record"]["population"]["count"].as_u64().unwrap()
    };
    assert_eq!(counted("resources"), subjects.len() as u64);
    assert_eq!(counted("account-days"), 4 * 181, "four accounts in scope");
    let ended = of_control("exceptions.csv", "C10")
        .iter()
        .filter(|row| row["ongoing"] == "false" && !row["closed_by"].is_empty())
        .count();
    assert_eq!(counted("remediations"), ended as u64);
    assert!(counted("changes") > 0);
}

#[test]
fn the_seal_is_over_the_keys_as_they_are_listed() {
    let drawn = draw("seal", &["--control", "C01", "--unit", "account-days", "--size", "3", "--seed", "1"]);
    let mut digest = Sha256::new();
    for (key, _) in listed("seal", "C01-account-days") {
        digest.update(key.as_bytes());
        digest.update(b"\n");
    }
    assert_eq!(drawn["record"]["population"]["sha256"], hex::encode(digest.finalize()));
}

#[test]
fn the_same_draw_gives_the_same_bytes_on_any_number_of_threads() {
    let options = ["--control", "C10", "--unit", "resource-days", "--seed", "s", "--strata", "account"];
    draw("one", &[&options[..], &["--threads", "1"]].concat());
    draw("two", &[&options[..], &["--threads", "3"]].concat());
    for name in ["C10-resource-days.parquet", "C10-resource-days.xlsx"] {
        assert_eq!(results().bytes(&format!("one/{name}")), results().bytes(&format!("two/{name}")), "{name}");
    }
}

fn keys(drawn: &Value, list: &str) -> Vec<String> {
    drawn[list].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_larger_sample_begins_with_the_smaller_and_its_spares() {
    let of = |size: &str| {
        let options = ["--control", "C10", "--unit", "resource-days", "--seed", "7", "--size", size, "--spares", "4"];
        draw(&format!("nested-{size}"), &options)
    };
    let (small, large) = (of("20"), of("24"));
    assert_eq!([keys(&small, "items"), keys(&small, "spares")].concat(), keys(&large, "items"));
}

#[test]
fn every_method_draws_the_size_asked_for_and_no_item_twice() {
    for (name, method) in [
        ("random", vec!["--method", "random"]),
        ("interval", vec!["--method", "interval", "--start", "3"]),
        ("cell", vec!["--method", "cell"]),
        ("strata", vec!["--strata", "region", "--at-least-one"]),
        ("stated", vec!["--strata", "account", "--allocation", "111122223333=10,444455556666=15"]),
    ] {
        let options = [&["--control", "C10", "--unit", "resource-days", "--seed", "7", "--size", "25"], &method[..]];
        let drawn = draw(&format!("method-{name}"), &options.concat());
        let all = [keys(&drawn, "items"), keys(&drawn, "spares")].concat();
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (30, 30), "{name}");
    }
}

/// The entries of a workbook.
fn entries(workbook: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    (0..archive.len())
        .map(|place| {
            let mut entry = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// A working paper whose sheets are edited as text. `Sample` is the fifth sheet, `Spares` the sixth, the seal the last.
fn edited(workbook: &[u8], sheet: &str, edit: impl Fn(String) -> String) -> Vec<u8> {
    let edited: Vec<(String, Vec<u8>)> = entries(workbook)
        .into_iter()
        .map(|(name, bytes)| {
            let is_meant = name == format!("xl/worksheets/{sheet}.xml");
            (name, if is_meant { edit(String::from_utf8(bytes).unwrap()).into_bytes() } else { bytes })
        })
        .collect();
    let files: Vec<(&str, &[u8])> = edited.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zip_of(&files)
}

/// What stands before, from a begin to an end, and after.
fn cut<'x>(xml: &'x str, begin: &str, ends: &[&str]) -> (&'x str, &'x str, &'x str) {
    let place = xml.find(begin).unwrap_or_else(|| panic!("there is no {begin}"));
    let (before, rest) = xml.split_at(place);
    let end = ends.iter().filter_map(|end| Some(rest.find(end)? + end.len())).min().unwrap();
    let (within, after) = rest.split_at(end);
    (before, within, after)
}

/// Writes a text into a cell, whatever it held.
fn typed(xml: &str, cell: &str, text: &str) -> String {
    // An empty cell is a tag alone, and its end comes before the end of any other.
    let (before, within, after) = cut(xml, &format!("<c r=\"{cell}\""), &["/>", "</c>"]);
    assert!(within.matches("<c ").count() == 1, "one cell: {within}");
    format!("{before}<c r=\"{cell}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>{after}")
}

const SIZE: u32 = 58;

/// A sample of 58 days of C10, every attribute ticked in one of many spellings.
fn completed() -> &'static Vec<u8> {
    static COMPLETED: OnceLock<Vec<u8>> = OnceLock::new();
    COMPLETED.get_or_init(|| {
        let drawn = draw("fill", &["--control", "C10", "--unit", "resource-days", "--seed", "20260101"]);
        assert_eq!(drawn["record"]["order"]["size"], SIZE);
        let spellings = ["✓", "pass", " PASSED ", "ok", "Yes", "R", "T", "F"];
        edited(&results().bytes("fill/C10-resource-days.xlsx"), "sheet5", |xml| {
            let cells = (7..7 + SIZE).flat_map(|row| [format!("K{row}"), format!("L{row}")]);
            cells.zip(spellings.into_iter().cycle()).fold(xml, |xml, (cell, text)| typed(&xml, &cell, text))
        })
    })
}

fn evaluated(name: &str, workbook: &[u8], options: &[&str]) -> (Run, Value) {
    let file = format!("{name}.xlsx");
    results().file(&file, workbook);
    let run = results().tickmark(&[&["sample", "evaluate", &file, "--format", "json"], options].concat());
    let told = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.shown()));
    (run, told)
}

fn cells(told: &Value, list: &str) -> Vec<String> {
    told[list].as_array().unwrap().iter().map(|found| found["cell"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_completed_sample_is_evaluated() {
    let (run, told) = evaluated("completed", completed(), &[]);
    assert_eq!(run.status, 0, "{}", run.shown());
    assert_eq!(told["finding"]["conclusion"], "supported");
    let figures = ["tested", "deviations", "upper_limit_items"].map(|name| told[name].as_u64().unwrap());
    // Of 2,163 items 107 may deviate: one more, and 58 without a deviation would have a chance below 5 %.
    assert_eq!(figures, [58, 0, 107]);
    assert_eq!(told["differences"].as_array().unwrap().len(), 1, "tickmark saw one of them fail");
}

#[test]
fn a_deviation_an_item_that_cannot_be_tested_and_a_blank_count_as_what_they_are() {
    let with = |text: &str| edited(completed(), "sheet5", |xml| typed(&xml, "L9", text));
    for (name, text) in [("x", "✗"), ("fail", "Fail"), ("u", "U"), ("no", "FALSE")] {
        let is_boolean = text == "FALSE";
        let workbook = edited(completed(), "sheet5", |xml| {
            let xml = typed(&xml, "L9", text);
            if is_boolean {
                xml.replace(
                    "<c r=\"L9\" t=\"inlineStr\"><is><t xml:space=\"preserve\">FALSE</t></is></c>",
                    "<c r=\"L9\" t=\"b\"><v>0</v></c>",
                )
            } else {
                xml
            }
        });
        let (run, told) = evaluated(&format!("deviation-{name}"), &workbook, &[]);
        assert_eq!((run.status, &told["deviations"]), (0, &Value::from(1)), "{text}");
        assert_eq!(told["finding"]["conclusion"], "not_supported");
        assert!(told["finding"]["remarks"][0].as_str().unwrap().contains("true risk of 7.4"), "{told}");
    }
    for (name, text) in [("blank", ""), ("odd", "perhaps"), ("spaces", "   ")] {
        let (run, told) = evaluated(&format!("open-{name}"), &with(text), &[]);
        assert_eq!(run.status, 3);
        assert_eq!(told["finding"]["conclusion"], "incomplete", "{text}");
        assert_eq!(cells(&told, "open"), ["Sample!L9"]);
    }
}

/// What stands before a row, the row, and what stands after it.
fn row(xml: &str, number: u32) -> (&str, &str, &str) {
    cut(xml, &format!("<row r=\"{number}\""), &["</row>"])
}

#[test]
fn a_paper_that_is_not_as_it_went_out_is_refused_with_the_cell() {
    let sample = |edit: &dyn Fn(String) -> String| edited(completed(), "sheet5", edit);
    let gone = |xml: String| {
        let (before, _, after) = row(&xml, 12);
        format!("{before}{after}")
    };
    let twice = |xml: String| {
        let copy = row(&xml, 7).1.replace("r=\"7\"", "r=\"65\"").replace("7\"", "65\"");
        let (before, last, after) = row(&xml, 6 + SIZE);
        format!("{before}{last}{copy}{after}")
    };
    let cases = [
        ("changed", sample(&|xml| typed(&xml, "C8", "999999999999")), "Sample!C8"),
        ("verdict", sample(&|xml| typed(&xml, "H8", "FAIL")), "Sample!H8"),
        ("key", sample(&|xml| typed(&xml, "J8", "another")), "Sample!J8"),
        (
            "added",
            sample(&|xml| xml.replace("</sheetData>", "<row r=\"65\"><c r=\"A65\"><v>59</v></c></row></sheetData>")),
            "Sample!A65",
        ),
        ("gone", sample(&gone), "Sample"),
        ("twice", sample(&twice), "Sample!A65"),
        ("header", sample(&|xml| typed(&xml, "K6", "Z")), "Sample!A6"),
        ("seal", edited(completed(), "sheet12", |xml| typed(&xml, "B5", "8")), "tickmark"),
    ];
    for (name, workbook, cell) in cases {
        let (run, told) = evaluated(&format!("refused-{name}"), &workbook, &[]);
        assert_eq!((run.status, &told["finding"]["conclusion"]), (5, &Value::from("refused")), "{name}: {told}");
        assert_eq!(cells(&told, "faults"), [cell], "{name}");
        assert!(told["upper_limit"].is_null(), "{name}: nothing that could be quoted");
    }
}

#[test]
fn a_later_stage_begins_with_the_earlier_and_one_limit_does_not_hold_for_both() {
    let options =
        ["--control", "C10", "--unit", "resource-days", "--seed", "1", "--stages", "0,1", "--confidence", "90"];
    let first = draw("stage-1", &options);
    let second = draw("stage-2", &[&options[..], &["--stage", "2"]].concat());
    assert_eq!((keys(&first, "items").len(), keys(&second, "items").len()), (48, 96));
    assert_eq!(keys(&first, "items"), keys(&second, "items").into_iter().take(48).collect::<Vec<_>>());
    let filled = edited(&results().bytes("stage-1/C10-resource-days.xlsx"), "sheet5", |xml| {
        let cells = (7..7 + 48).flat_map(|row| [format!("K{row}"), format!("L{row}")]);
        typed(&cells.fold(xml, |xml, cell| typed(&xml, &cell, "R")), "L20", "x")
    });
    let (run, told) = evaluated("stage", &filled, &[]);
    assert_eq!((run.status, &told["finding"]["conclusion"]), (0, &Value::from("extend")), "{told}");
    assert_eq!(told["finding"]["next_stage"]["adds"], 48);
    assert!(told["upper_limit"].is_null(), "that of a single look is not that of two");
}

#[test]
fn sorted_rows_are_read_by_their_keys() {
    // The rows of two items change places.
    let workbook = edited(completed(), "sheet5", |xml| {
        let moved = |part: &str, from: &str, to: &str| {
            part.replace(&format!("r=\"{from}\""), &format!("r=\"{to}\""))
                .replace(&format!("{from}\" "), &format!("{to}\" "))
        };
        let (before, seventh, rest) = row(&xml, 7);
        let (between, eighth, after) = row(rest, 8);
        format!("{before}{}{between}{}{after}", moved(eighth, "8", "7"), moved(seventh, "7", "8"))
    });
    let (run, told) = evaluated("sorted", &workbook, &[]);
    assert_eq!(run.status, 0, "{}", run.shown());
    assert_eq!(told["finding"]["conclusion"], "supported");
    assert!(told["remarks"][0].as_str().unwrap().contains("sorted"), "{told}");
}

#[test]
fn an_item_that_does_not_belong_is_replaced_by_the_next_spare() {
    let sample = edited(completed(), "sheet5", |xml| typed(&typed(&xml, "K9", "N/A"), "L9", "n.a."));
    let (run, told) = evaluated("unreplaced", &sample, &[]);
    assert_eq!((run.status, cells(&told, "open")), (3, vec!["Sample!A9".to_owned()]));
    // `Used for #` and `Reason` stand behind Result, Comment, Tested by, Date.
    let with_spare = |row: u32, used_for: &str| {
        edited(&sample, "sheet6", |xml| {
            let cells = [("K", "✓"), ("L", "✓"), ("Q", used_for), ("R", "made for a test")];
            cells.iter().fold(xml, |xml, (column, text)| typed(&xml, &format!("{column}{row}"), text))
        })
    };
    let (run, told) = evaluated("replaced", &with_spare(7, "3"), &[]);
    assert_eq!((run.status, &told["finding"]["conclusion"]), (0, &Value::from("supported")), "{told}");
    assert_eq!((&told["not_applicable"], &told["replaced"]), (&Value::from(1), &Value::from(1)));
    assert!(cells(&told, "differences").contains(&"Sample!A9".to_owned()), "tickmark had tested it");
    for (name, row, used_for, cell) in [("order", 8, "3", "Spares!A8"), ("other", 7, "4", "Spares!A7")] {
        let (run, told) = evaluated(&format!("spare-{name}"), &with_spare(row, used_for), &[]);
        assert_eq!((run.status, cells(&told, "faults")), (5, vec![cell.to_owned()]), "{name}");
    }
}

#[test]
fn a_paper_is_drawn_again_from_the_lake_and_the_seed() {
    let verified = |name: &str, workbook: &[u8]| {
        results().file(name, workbook);
        results().tickmark(&["sample", "verify", name, "--results", "s"])
    };
    let run = verified("again.xlsx", completed());
    assert_eq!(run.status, 0, "{}", run.shown());
    let run = verified("again-changed.xlsx", &edited(completed(), "sheet5", |xml| typed(&xml, "I8", "x")));
    assert_eq!(run.status, 5);
    assert!(run.shown().contains("Sample!I8"), "{}", run.shown());
}

#[test]
fn a_completed_sample_joins_the_results_and_is_part_of_what_verify_checks() {
    let dir = TestDir::new();
    let evidence = sample_data();
    dir.tickmark(&[&["run", &evidence, "--out", "s"], &HALF_YEAR[..]].concat());
    dir.file("paper.xlsx", completed());
    let run = dir.tickmark(&["sample", "evaluate", "paper.xlsx", "--results", "s"]);
    assert_eq!(run.status, 0, "{}", run.shown());
    let results: Value = serde_json::from_slice(&dir.bytes("s/results.json")).unwrap();
    let control = results["controls"].as_array().unwrap().iter().find(|control| control["control"] == "C10").unwrap();
    assert_eq!(control["samples"][0]["conclusion"], "supported");
    assert_eq!(control["samples"][0]["tested"], 58);
    let run = dir.tickmark(&["verify", "--lake", "s/lake", "--results", "s", &evidence]);
    assert!(run.shown().contains("28 of 28") || run.status == 0, "{}", run.shown());
    // A new answer begins without it, and says so.
    let run = dir.tickmark(&[&["run", &evidence, "--out", "s"], &HALF_YEAR[..]].concat());
    assert!(run.shown().contains("1 completed sample had joined the earlier results"), "{}", run.shown());
    let run = dir.tickmark(&["sample", "evaluate", "paper.xlsx", "--results", "s", "--lake", "nowhere"]);
    assert_eq!(run.status, 2, "{}", run.shown());
}

#[test]
fn what_cannot_be_drawn_is_refused_in_words() {
    for (options, words) in [
        (vec!["--control", "C99", "--out", "no"], "no control"),
        (vec!["--control", "C10"], "--out"),
        (vec!["--control", "C10", "--out", "no", "--size", "15"], "15 items cannot be drawn"),
        (vec!["--control", "C10", "--out", "no", "--start", "3"], "--method interval"),
        (vec!["--control", "C10", "--out", "no", "--strata", "account", "--method", "cell"], "hash order"),
        (
            vec!["--control", "C10", "--out", "no", "--size", "5", "--strata", "account", "--allocation", "1=5"],
            "stratum `1`",
        ),
    ] {
        let run = results().tickmark(&[&["sample", "draw", "s"], &options[..]].concat());
        assert_eq!(run.status, 2, "{}", run.shown());
        assert!(run.shown().contains(words), "{words}: {}", run.shown());
    }
    assert!(!results().path("no").exists() || std::fs::read_dir(results().path("no")).unwrap().next().is_none());
    draw("taken", &["--control", "C10", "--size", "1", "--seed", "1"]);
    let run = results().tickmark(&["sample", "draw", "s", "--control", "C10", "--size", "1", "--out", "taken"]);
    assert_eq!(run.status, 2, "a paper that somebody may have filled in is not replaced: {}", run.shown());
}

#[test]
fn a_frozen_population_is_drawn_from_as_it_is_and_refused_where_it_was_changed() {
    let first = draw("frozen", &["--control", "C10", "--unit", "account-days", "--size", "9", "--seed", "5"]);
    let file = "frozen/C10-account-days.parquet";
    let run = results().tickmark(&["sample", "draw", file, "--size", "9", "--seed", "5", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.shown());
    let again: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((keys(&again, "items"), &again["id"]), (keys(&first, "items"), &first["id"]));
    let run = results().tickmark(&["sample", "draw", "s/statuses.parquet", "--size", "9"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.shown().contains("no population"), "{}", run.shown());
}

#[test]
fn names_out_of_the_evidence_are_text_in_the_paper_and_come_back_as_they_were() {
    let dir = TestDir::new();
    for (number, name) in NAMES.iter().enumerate() {
        let compliance = HOME.compliance(GROUP, name, &at(12, 0), &[("restricted-ssh", "NON_COMPLIANT")]);
        dir.json(&format!("items-{number}.json"), &serde_json::json!({ "configurationItems": [compliance] }));
    }
    let answer = dir.answer(&["--control", "C10"]);
    assert_eq!(answer.subjects("C10").len(), NAMES.len());
    let size = NAMES.len().to_string();
    let options = ["--control", "C10", "--size", &size, "--spares", "0", "--seed", "=1+1", "--out", "w"];
    let run = dir.tickmark(&[&["sample", "draw", "out"], &options[..]].concat());
    assert_eq!(run.status, 0, "{}", run.shown());
    let workbook = dir.bytes("w/C10-resources.xlsx");
    for (name, bytes) in entries(&workbook).iter().filter(|(name, _)| name.starts_with("xl/worksheets/")) {
        let xml = String::from_utf8(bytes.clone()).unwrap();
        for formula in xml.split("<f>").skip(1) {
            let formula = formula.split("</f>").next().unwrap();
            assert!(!formula.contains("cmd") && !formula.contains("SUM(A1)"), "{name}: {formula}");
        }
        assert!(!xml.contains("<hyperlink"), "{name}");
    }
    let run = dir.tickmark(&["sample", "evaluate", "w/C10-resources.xlsx", "--format", "json"]);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.status, cells(&told, "faults")), (3, Vec::new()), "{}", run.shown());
    let run = dir.tickmark(&["sample", "verify", "w/C10-resources.xlsx", "--results", "out"]);
    assert_eq!(run.status, 0, "{}", run.shown());
}

#[test]
fn a_cell_far_away_takes_no_memory_and_a_file_that_is_none_is_named() {
    let workbook = edited(completed(), "sheet5", |xml| {
        xml.replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>")
    });
    let (run, told) = evaluated("far", &workbook, &[]);
    assert_eq!((run.status, &told["finding"]["conclusion"]), (0, &Value::from("supported")), "{}", run.shown());
    for (name, bytes) in [("none.xlsx", b"not a workbook".to_vec()), ("other.xlsx", zip_of(&[("a.txt", b"a")]))] {
        results().file(name, bytes);
        let run = results().tickmark(&["sample", "evaluate", name]);
        assert_eq!(run.status, 2, "{}", run.shown());
        assert!(run.shown().contains(name), "{}", run.shown());
    }
}

#[test]
fn an_item_that_is_tested_on_some_attributes_only_is_open() {
    let workbook = edited(completed(), "sheet5", |xml| typed(&xml, "L9", "N/A"));
    let (run, told) = evaluated("partly", &workbook, &[]);
    assert_eq!((run.status, cells(&told, "open")), (3, vec!["Sample!A9".to_owned()]), "{told}");
}
