//! `tickmark verify`: what agrees is said to, every way of not agreeing is found and named, and nothing is written.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fixtures::{GROUP, HOME, OTHER, at, get_findings};
use crate::harness::{Run, TestDir, WINDOW, files_below, zip_of};

/// Evidence of two accounts and a bundle, and the result of a run over it in `out/`.
fn answered() -> TestDir {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        HOME.attest_window(&dir);
        place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
        let finding = place.finding("EC2.13", ("AwsEc2SecurityGroup", &place.group_arn("sg-1")), &at(12, 0), "FAILED");
        dir.json(&format!("findings-{}.json", place.account), &get_findings(&[finding]));
    }
    dir.evidence("more.zip", zip_of(&[("in/a.json", finding_of("sg-7").as_bytes()), ("in/b.json", b"no export")]));
    run(&dir, &[]);
    dir
}

fn finding_of(group: &str) -> String {
    let finding = HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn(group)), &at(13, 0), "PASSED");
    get_findings(&[finding]).to_string()
}

fn run(dir: &TestDir, options: &[&str]) {
    let run = dir.tickmark(&[&["run", "evidence", "--out", "out"], &WINDOW[..], options].concat());
    assert_eq!(run.status, 3, "{}", run.stderr);
}

/// What `verify --format json` says, once the sums in it are added up and it is found to agree with the status.
fn verified(dir: &TestDir, arguments: &[&str]) -> Value {
    let run = dir.tickmark(&[&["verify", "--format", "json"], arguments].concat());
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    assert_eq!(run.status, if answer["agrees"] == true { 0 } else { 5 }, "{}", run.stdout);
    let adds_up = |account: &Value, whole: &str, parts: &[&str]| {
        let number = |name: &str| account[name].as_u64().unwrap_or_else(|| panic!("{name}: {account:#}"));
        assert_eq!(number(whole), parts.iter().map(|part| number(part)).sum::<u64>(), "{account:#}");
    };
    let files = ["same", "changed", "missing", "unreadable"];
    adds_up(&answer["lake"], "files", &files);
    if answer["evidence"].is_object() {
        let more = ["renamed", "moved", "unread_as_before", "readable_now"];
        adds_up(&answer["evidence"], "ledger", &[&files[..], &more].concat());
    }
    if answer["results"].is_object() {
        adds_up(&answer["results"], "files", &files);
    }
    answer
}

const ALL: [&str; 3] = ["--results", "out", "evidence"];

/// Every difference: of what, kind and file.
fn differences(answer: &Value) -> Vec<String> {
    let rows = answer["differences"].as_array().unwrap();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    for row in rows {
        for member in ["expected", "found", "to_do"] {
            assert!(!text(row, member).is_empty(), "{row:#}");
        }
    }
    let bundled = |row: &Value| match text(row, "bundle").as_str() {
        "" => text(row, "file"),
        bundle => format!("{bundle} > {}", text(row, "file")),
    };
    rows.iter().map(|row| format!("{} {} {}", text(row, "of"), text(row, "kind"), bundled(row))).collect()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn what_nobody_touched_agrees_and_stays_untouched() {
    let dir = answered();
    let before = files_below(&dir.path(""));
    let answer = verified(&dir, &ALL);
    assert_eq!((&answer["agrees"], differences(&answer)), (&json!(true), Vec::<String>::new()));
    assert_eq!(answer["lake"]["leftovers"], json!([]));
    let ledger = dir.text("out/ledger.csv").lines().count() - 1;
    assert_eq!((&answer["evidence"]["ledger"], &answer["evidence"]["same"]), (&json!(ledger), &json!(ledger)));
    assert_eq!(answer["results"]["answered_again"]["same"], 28);
    let screens = ["1", "4"].map(|threads| dir.tickmark(&[&["verify", "--threads", threads], &ALL[..]].concat()));
    assert_eq!(screens[0].stdout, screens[1].stdout);
    assert!(screens[0].stdout.ends_with("\nAll that was checked is as it was recorded.\n"), "{}", screens[0].stdout);
    assert!(files_below(&dir.path("")) == before, "verify changes nothing");
}

#[test]
fn every_way_of_evidence_not_to_be_what_was_read_is_named() {
    let dir = answered();
    let finding = |place: &str| format!("evidence/findings-{place}.json");
    flip(&dir.path(&finding(HOME.account)));
    fs::rename(dir.path(&finding(OTHER.account)), dir.path("evidence/elsewhere.json")).unwrap();
    dir.evidence("new.json", "{}");
    let mut names = files_below(&dir.path("evidence")).into_iter().map(|(name, _)| name);
    let gone = names.rfind(|name| name.contains("ConfigHistory_AWS::KMS")).unwrap();
    fs::remove_file(dir.path("evidence").join(&gone)).unwrap();
    let answer = verified(&dir, &ALL);
    let mut expected = vec![
        format!("evidence missing evidence/{gone}"),
        format!("evidence changed evidence/findings-{}.json", HOME.account),
        format!("evidence moved evidence/findings-{}.json", OTHER.account),
        "evidence additional evidence/new.json".to_owned(),
    ];
    let mut found = differences(&answer);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let counts = ["changed", "missing", "moved", "additional"].map(|name| answer["evidence"][name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 1]);
    let changed = answer["differences"].as_array().unwrap().iter().find(|row| row["kind"] == "changed").unwrap();
    let now = hex::encode(Sha256::digest(dir.bytes(&finding(HOME.account))));
    assert!(changed["found"].as_str().unwrap().contains(&now), "{changed:#}");
    assert_eq!(answer["results"]["answered_again"]["same"], 28, "the lake still gives the results");
}

#[test]
fn members_of_bundles_are_held_against_the_ledger_too() {
    let dir = answered();
    let members = |second: &[u8]| zip_of(&[("in/a.json", finding_of("sg-7").as_bytes()), ("in/b.json", second)]);
    dir.evidence("more.zip", members(b"something else"));
    let found = differences(&verified(&dir, &ALL));
    assert_eq!(
        found,
        ["evidence changed evidence/more.zip", "evidence changed evidence/more.zip > evidence/more/in/b.json"]
    );
    fs::remove_file(dir.path("evidence/more.zip")).unwrap();
    let found = differences(&verified(&dir, &ALL));
    assert_eq!(found.len(), 3, "the bundle and both members: {found:#?}");
    dir.evidence("more/in/a.json", finding_of("sg-7")).evidence("more/in/b.json", "no export");
    let answer = verified(&dir, &ALL);
    assert_eq!(differences(&answer), ["evidence missing evidence/more.zip"], "the members are there, unpacked");
    assert_eq!(answer["evidence"]["renamed"], 2);
}

#[test]
fn evidence_that_lies_elsewhere_under_another_name_agrees() {
    let dir = answered();
    fs::create_dir(dir.path("archive")).unwrap();
    fs::rename(dir.path("evidence"), dir.path("archive/2026-q1")).unwrap();
    let answer = verified(&dir, &["--results", "out", "archive/2026-q1"]);
    assert_eq!(differences(&answer), Vec::<String>::new());
    assert_eq!(answer["evidence"]["renamed"], answer["evidence"]["ledger"]);
    let renamings = answer["evidence"]["renamings"].as_array().unwrap();
    assert!(renamings.iter().any(|row| row["file_now"] == format!("2026-q1/findings-{}.json", HOME.account)));
    let screen = dir.tickmark(&["verify", "--results", "out", "archive/2026-q1"]);
    assert!(screen.stdout.contains(" more renamed files\n"), "{}", screen.stdout);
    flip(&dir.path(&format!("archive/2026-q1/findings-{}.json", HOME.account)));
    let answer = verified(&dir, &["--results", "out", "archive/2026-q1"]);
    assert_eq!(differences(&answer), [format!("evidence changed evidence/findings-{}.json", HOME.account)]);
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_then_or_now_are_told_apart() {
    use std::os::unix::fs::symlink;
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    symlink("nowhere", dir.path("evidence/always-a-link.json")).unwrap();
    symlink("nowhere", dir.path("evidence/once-a-link.json")).unwrap();
    dir.evidence("now-a-link.json", finding_of("sg-1"));
    run(&dir, &[]);
    let answer = verified(&dir, &ALL);
    assert_eq!((&answer["agrees"], &answer["evidence"]["unread_as_before"]), (&json!(true), &json!(2)));
    for name in ["once-a-link.json", "now-a-link.json"] {
        fs::remove_file(dir.path("evidence").join(name)).unwrap();
    }
    symlink("nowhere", dir.path("evidence/now-a-link.json")).unwrap();
    dir.evidence("once-a-link.json", finding_of("sg-2"));
    let answer = verified(&dir, &ALL);
    assert_eq!(
        differences(&answer),
        ["evidence unreadable evidence/now-a-link.json", "evidence readable evidence/once-a-link.json"]
    );
    assert_eq!(answer["evidence"]["unread_as_before"], 1);
}

#[test]
fn an_earlier_file_of_the_same_path_is_missed() {
    let dir = answered();
    let ingest = |dir: &TestDir| dir.tickmark(&["ingest", "evidence", "--lake", "kept"]);
    ingest(&dir);
    let path = format!("findings-{}.json", HOME.account);
    dir.evidence(&path, finding_of("sg-9"));
    ingest(&dir);
    let answer = verified(&dir, &["--lake", "kept", "evidence"]);
    assert_eq!(differences(&answer), [format!("evidence missing evidence/{path}")]);
    let found = answer["differences"][0]["found"].as_str().unwrap();
    assert!(found.starts_with("another file there"), "{found}");
}

/// The path of a table in the lake of [`answered`].
fn table(name: &str) -> String {
    format!("tables/{name}/a{}/00000001.parquet", HOME.account)
}

#[test]
fn every_file_of_the_lake_is_held_against_its_commit() {
    let dir = answered();
    flip(&dir.path("out/lake").join(table("findings")));

    fs::remove_file(dir.path("out/lake").join(table("evaluations"))).unwrap();
    let answer = verified(&dir, &ALL);
    let found = differences(&answer);
    assert!(found.contains(&format!("lake changed {}", table("findings"))), "{found:#?}");
    assert!(found.contains(&format!("lake missing {}", table("evaluations"))), "{found:#?}");
    assert!(answer["results"]["not_answered_again"].as_str().unwrap().contains("is damaged"), "{answer:#}");
    assert_eq!(answer["evidence"]["same"], answer["evidence"]["ledger"], "the ledger is whole");
    flip(&dir.path("out/lake/tables/ledger/00000001.parquet"));
    let answer = verified(&dir, &ALL);
    assert!(answer["evidence_not_checked"].as_str().unwrap().contains("ledger"), "{answer:#}");
    let screen = dir.tickmark(&[&["verify"], &ALL[..]].concat());
    assert!(screen.stdout.contains("Evidence     NOT CHECKED: "), "{}", screen.stdout);
}

/// Changes the only commit record of the lake of [`answered`].
fn commit_with(change: impl FnOnce(&mut Value)) -> (TestDir, Value) {
    let dir = answered();
    let path = dir.path("out/lake/commits/00000001.json");
    let mut commit: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut commit);
    fs::write(&path, commit.to_string()).unwrap();
    let answer = verified(&dir, &["--lake", "out/lake", "evidence"]);
    (dir, answer)
}

#[test]
fn commits_that_name_what_they_may_not_are_found_out() {
    let (_, answer) = commit_with(|commit| commit["files"][0]["rows"] = json!(77));
    assert_eq!(
        (answer["lake"]["changed"].as_u64(), answer["differences"][0]["expected"].as_str()),
        (Some(1), Some("77 rows"))
    );
    let (_, answer) = commit_with(|commit| {
        let file = commit["files"][0].clone();
        commit["files"].as_array_mut().unwrap().push(file);
    });
    assert_eq!(answer["differences"][0]["found"], "it is named by two");
    for elsewhere in ["../../evidence/more.zip", "/etc/hostname", "lake.json", "tables/../lake.json"] {
        let (_, answer) = commit_with(|commit| commit["files"][0]["path"] = json!(elsewhere));
        let found = answer["differences"][0]["found"].as_str().unwrap();
        assert!(found.contains("which was not read"), "{elsewhere}: {found}");
    }
    let (_, answer) = commit_with(|commit| commit["commit"] = json!(2));
    assert_eq!(differences(&answer), ["lake changed commits/00000001.json"]);
    assert!(answer["evidence_not_checked"].is_string(), "{answer:#}");
}

/// A lake of three commits, `kept`.
fn three_commits() -> TestDir {
    let dir = answered();
    for number in 1..=3 {
        dir.evidence(&format!("part-{number}.json"), finding_of(&format!("sg-{number}")));
        assert_eq!(dir.tickmark(&["ingest", "evidence", "--lake", "kept"]).status, 3);
    }
    dir
}

#[test]
fn a_broken_chain_of_commits_is_named_where_it_breaks() {
    let dir = three_commits();
    assert_eq!(verified(&dir, &["--lake", "kept", "evidence"])["lake"]["commits"], 3);
    let commit = |number: u32| dir.path(&format!("kept/commits/0000000{number}.json"));
    let second = fs::read(commit(2)).unwrap();
    fs::remove_file(commit(2)).unwrap();
    let answer = verified(&dir, &["--lake", "kept", "evidence"]);
    assert_eq!(differences(&answer), ["lake missing commits/00000002.json"]);
    assert!(
        answer["lake"]["leftovers"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["file"] == "tables/ledger/00000002.parquet")
    );
    fs::write(commit(2), [&second[..], b" "].concat()).unwrap();
    let answer = verified(&dir, &["--lake", "kept", "evidence"]);
    assert_eq!(differences(&answer), ["lake changed commits/00000003.json"], "it does not follow from the second");
    fs::write(commit(2), "{").unwrap();
    fs::write(dir.path("kept/commits/notes.txt"), "mine").unwrap();
    let answer = verified(&dir, &["--lake", "kept", "evidence"]);
    assert_eq!(differences(&answer), ["lake additional commits/notes.txt", "lake changed commits/00000002.json"]);
}

#[test]
fn what_a_stopped_ingest_left_is_told_and_is_no_difference() {
    let dir = answered();
    dir.file("out/lake/tables/items/a999999999999/00000002.parquet", "half");
    dir.file("out/lake/staging/1/items.parquet", "half");
    dir.file("out/lake/commits/00000002.json.new", "{");
    dir.file("out/lake/notes.txt", "mine");
    dir.file("out/subjects.csv.new", "half");
    let answer = verified(&dir, &ALL);
    assert_eq!(answer["agrees"], true);
    let left: Vec<&str> =
        answer["lake"]["leftovers"].as_array().unwrap().iter().map(|row| row["file"].as_str().unwrap()).collect();
    assert_eq!(
        left,
        [
            "commits/00000002.json.new",
            "notes.txt",
            "staging/1/items.parquet",
            "tables/items/a999999999999/00000002.parquet"
        ]
    );
    assert_eq!(answer["results"]["leftovers"], json!(["subjects.csv.new"]));
    let lock = fs::File::open(dir.path("out/lake/lake.lock")).unwrap();
    lock.lock().unwrap();
    let answer = verified(&dir, &ALL);
    assert_eq!(answer["lake"]["leftovers"][0]["file"], "", "an ingest is at work");
}

#[test]
fn every_way_of_results_not_to_be_what_was_written_is_named() {
    let dir = answered();
    rewrite(&dir.path("out/controls.csv"), "\nC10,", "\nC99,");
    fs::remove_file(dir.path("out/remarks.csv")).unwrap();
    let answer = verified(&dir, &ALL);
    assert_eq!(differences(&answer), ["results changed controls.csv", "results missing remarks.csv"]);
    let found = answer["differences"][0]["found"].as_str().unwrap();
    assert!(found.ends_with("; line 11 is the first that differs"), "{found}");
    fs::remove_file(dir.path("out/manifest.json")).unwrap();
    let answer = verified(&dir, &ALL);
    assert_eq!(differences(&answer), ["results missing manifest.json"]);
    for text in ["{", "{}", "[]"] {
        dir.file("out/manifest.json", text);
        assert_eq!(differences(&verified(&dir, &ALL)), ["results changed manifest.json"], "{text}");
    }
}

/// Puts into the manifest what the file is now.
fn falsify(dir: &TestDir, name: &str) {
    let bytes = dir.bytes(&format!("out/{name}"));
    let path = dir.path("out/manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let files = manifest["files"].as_array_mut().unwrap();
    let file = files.iter_mut().find(|file| file["name"] == name).unwrap();
    (file["bytes"], file["sha256"]) = (json!(bytes.len()), json!(hex::encode(Sha256::digest(&bytes))));
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn a_file_changed_along_with_the_manifest_does_not_follow_from_the_lake() {
    let dir = answered();
    rewrite(&dir.path("out/controls.csv"), "exceptions_noted", "no_exceptions_noted");
    falsify(&dir, "controls.csv");
    let answer = verified(&dir, &ALL);
    assert_eq!((answer["results"]["same"].as_u64(), answer["results"]["changed"].as_u64()), (Some(28), Some(0)));
    assert_eq!(differences(&answer), ["results changed controls.csv"]);
    assert!(answer["differences"][0]["expected"].as_str().unwrap().starts_with("as the lake answers"), "{answer:#}");
    assert_eq!(answer["results"]["answered_again"]["other"], 1);
}

#[test]
fn other_settings_in_the_manifest_do_not_give_these_results() {
    for (from, to) in [
        ("2026-01-11T00:00:00Z", "2026-01-12T00:00:00Z"),
        ("\"max_gap_hours\": 36", "\"max_gap_hours\": 1"),
        ("\"controls\": null", "\"controls\": [\"C10\"]"),
        ("\"config\",", ""),
    ] {
        let dir = answered();
        rewrite(&dir.path("out/manifest.json"), from, to);
        let answer = verified(&dir, &ALL);
        assert_eq!(answer["results"]["same"], 28);
        assert!(answer["results"]["answered_again"]["other"].as_u64().unwrap() > 0, "{to}: {answer:#}");
    }
    let dir = answered();
    rewrite(&dir.path("out/manifest.json"), "\"controls\": null", "\"controls\": [\"C99\"]");
    assert_eq!(differences(&verified(&dir, &ALL)), ["results changed manifest.json"]);
}

#[test]
fn a_file_that_the_manifest_leaves_out_is_missed() {
    let dir = answered();
    let path = dir.path("out/manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["files"].as_array_mut().unwrap().retain(|file| file["name"] != "exceptions.csv");
    fs::write(&path, manifest.to_string()).unwrap();
    fs::remove_file(dir.path("out/exceptions.csv")).unwrap();
    let answer = verified(&dir, &ALL);
    assert_eq!(differences(&answer), ["results changed exceptions.csv"]);
    assert_eq!(answer["differences"][0]["found"], "the manifest names no such file");
}

#[test]
fn a_manifest_does_not_lead_out_of_its_folder() {
    let dir = answered();
    dir.file("secret.txt", "mine");
    rewrite(&dir.path("out/manifest.json"), "\"name\": \"remarks.csv\"", "\"name\": \"../secret.txt\"");
    let answer = verified(&dir, &ALL);
    let rows = answer["differences"].as_array().unwrap();
    let row = rows.iter().find(|row| row["file"] == "../secret.txt").unwrap();
    assert!(row["found"].as_str().unwrap().contains("was not read"), "{row:#}");
    assert!(!answer.to_string().contains(&hex::encode(Sha256::digest("mine"))));
}

#[test]
fn results_of_another_version_are_not_called_falsified() {
    let dir = answered();
    for name in ["results.json", "manifest.json"] {
        rewrite(&dir.path("out").join(name), env!("CARGO_PKG_VERSION"), "0.0.9");
    }
    falsify(&dir, "results.json");
    let answer = verified(&dir, &ALL);
    assert_eq!((answer["agrees"].as_bool(), differences(&answer).len()), (Some(false), 0), "{answer:#}");
    let how = answer["results"]["answered_again"]["by_another_tool"].as_str().unwrap();
    assert!(how.starts_with("tickmark 0.0.9 wrote the results, this is"), "{how}");
    let screen = dir.tickmark(&[&["verify"], &ALL[..]].concat());
    assert!(screen.stdout.contains("NOT CHECKED: tickmark 0.0.9"), "{}", screen.stdout);
    assert!(screen.stdout.ends_with("NO DIFFERENCES, BUT NOT ALL COULD BE CHECKED\n"), "{}", screen.stdout);
}

#[test]
fn results_agree_with_a_lake_that_has_grown_since_and_with_no_other() {
    let dir = answered();
    let ask = |lake: &str, out: &str| dir.tickmark(&[&["assess", "--lake", lake, "--out", out], &WINDOW[..]].concat());
    dir.tickmark(&["ingest", "evidence", "--lake", "kept"]);
    assert_eq!(ask("kept", "first").status, 3);
    dir.evidence("late.json", finding_of("sg-8"));
    dir.tickmark(&["ingest", "evidence", "--lake", "kept"]);
    assert_eq!(ask("kept", "second").status, 3);
    assert_ne!(dir.bytes("first/subjects.csv"), dir.bytes("second/subjects.csv"));
    for out in ["first", "second"] {
        let answer = verified(&dir, &["--lake", "kept", "--results", out]);
        assert_eq!(
            (&answer["agrees"], &answer["results"]["answered_again"]["same"]),
            (&json!(true), &json!(28)),
            "{out}"
        );
    }
    dir.tickmark(&["ingest", "evidence", "--lake", "other"]);
    let answer = verified(&dir, &["--lake", "other", "--results", "first"]);
    assert_eq!(differences(&answer), ["results changed manifest.json"]);
    fs::remove_file(dir.path("kept/commits/00000002.json")).unwrap();
    let answer = verified(&dir, &["--lake", "kept", "--results", "second"]);
    assert_eq!(differences(&answer), ["results changed manifest.json"], "the last commit was taken away");
}

#[test]
fn what_was_asked_with_settings_of_all_kinds_can_be_asked_again() {
    let dir = answered();
    let account = HOME.account;
    dir.file(
        "engagement.toml",
        format!(
            "[engagement]\nname = \"Example\"\n[[scope.account]]\nid = \"{account}\"\nenvironment = \"production\"\n\
             [rules.aliases]\n\"own\" = \"INCOMING_SSH_DISABLED\"\n[parameters]\nmax_gap_hours = 40\n\
             [controls.C14]\ntag = {{ key = \"class\" }}\n[tests.ACCESS_KEYS_ROTATED.parameters]\nmaxAccessKeyAge = 60\n\
             [[organization]]\nmanagement = \"111122223333\"\nmembers = [\"{account}\"]\n"
        ),
    );
    dir.file(
        "own.toml",
        "[[control]]\nid = \"K01\"\ntitle = \"Own\"\ncriteria = [\"CC6.1\"]\nstatement = \"Own.\"\ntests = [\"OWN_TEST\"]\n\
         [[test]]\nidentifier = \"OWN_TEST\"\nrule_names = [\"own-rule\"]\nresource_types = [\"AWS::S3::Bucket\"]\n",
    );
    let options = ["--engagement", "engagement.toml", "--catalog", "own.toml", "--control", "K01", "--control", "c10"];
    run(&dir, &[&options[..], &["--source", "securityhub"]].concat());
    for name in ["engagement.toml", "own.toml"] {
        fs::remove_file(dir.path(name)).unwrap();
    }
    let answer = verified(&dir, &ALL);
    assert_eq!((&answer["agrees"], &answer["results"]["answered_again"]["same"]), (&json!(true), &json!(28)));
}

#[test]
fn names_from_evidence_do_not_reach_the_terminal_as_they_are() {
    let dir = answered();
    dir.evidence("\u{202e}nosj.\u{200b}exe", "{}");
    let run = dir.tickmark(&[&["verify"], &ALL[..]].concat());
    assert!(run.stdout.contains("evidence, additional: evidence/\\u{202e}nosj.\\u{200b}exe\n"), "{}", run.stdout);
    let json = dir.tickmark(&[&["verify", "--format", "json"], &ALL[..]].concat());
    assert!(!json.stdout.contains(['\u{202e}', '\u{200b}']) && json.stdout.contains("\\u200b"), "{}", json.stdout);
}

#[test]
fn what_is_named_and_not_there_is_wrong_usage() {
    let dir = answered();
    let status = |arguments: &[&str]| -> Run { dir.tickmark(&[&["verify"], arguments].concat()) };
    for arguments in [
        &["--lake", "nowhere"][..],
        &["--lake", "evidence"],
        &["--lake", "out/lake", "nowhere"],
        &["--lake", "out/lake", "--results", "nowhere"],
        &["evidence"],
        &[],
    ] {
        let run = status(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
    }
}
