//! Evidence in S3, read by the program from a server on this machine.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fixtures::{GROUP, HOME, OTHER, at};
use crate::harness::{Run, TestDir, WINDOW, evidence_below, files_below, zip_of};
use crate::s3_server::{Act, Asked, BUCKET, Behaviour, KEY, SECRET, Server};

/// The program with nothing in its environment but what it needs to reach the server.
fn command(dir: &TestDir, arguments: &[&str], server: Option<&Server>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.args(arguments).current_dir(dir.path("")).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
    if let Some(server) = server {
        command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_REGION", "eu-west-1");
        command.args(["--endpoint-url", &server.endpoint()]);
    }
    command
}

fn ended(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    let status = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", output.status));
    let run = Run { status, stdout: text(output.stdout), stderr: text(output.stderr) };
    for never in [SECRET, KEY, "panicked", "bug in tickmark"] {
        assert!(!run.stderr.contains(never) && !run.stdout.contains(never), "{never}: {}", run.stderr);
    }
    run
}

fn from(server: &Server, dir: &TestDir, arguments: &[&str]) -> Run {
    ended(command(dir, arguments, Some(server)))
}

/// An address in the bucket.
fn s3(key: &str) -> String {
    format!("s3://{BUCKET}/{key}")
}

/// The evidence of a test as objects below a prefix.
fn objects(dir: &TestDir, prefix: &str) -> Vec<(String, Vec<u8>)> {
    files_below(&dir.path("evidence")).into_iter().map(|(name, bytes)| (format!("{prefix}{name}"), bytes)).collect()
}

/// Two accounts with deliveries of some days, a bundle, and something that is none.
fn estate() -> TestDir {
    let dir = TestDir::new();
    for place in [HOME, OTHER] {
        for day in [11, 12, 13, 19] {
            place.snapshot(
                &dir,
                &at(day, 0),
                &[place.item(GROUP, "sg-1", &at(11, 0)), place.user("AIDAEXAMPLEALICE00001", "alice", &at(11, 0))],
            );
        }
        place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    }
    dir.evidence("notes.txt", "no export").evidence("empty.json", "");
    let inside: Vec<(String, Vec<u8>)> = files_below(&dir.path("evidence"));
    let inside: Vec<(&str, &[u8])> = inside.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let bundle = zip_of(&inside);
    dir.evidence("bundles/all.zip", bundle).evidence("bundles/broken.zip", b"PK\x03\x04 cut");
    dir
}

#[test]
fn the_lake_is_the_same_as_from_disk() {
    let dir = estate();
    let server = Server::with(objects(&dir, "audits/evidence/"));
    let disk = dir.tickmark(&["ingest", "evidence", "--lake", "from-disk"]);
    assert_eq!(disk.status, 3, "{}", disk.stderr);
    for (lake, address, threads) in
        [("from-s3", s3("audits/evidence"), "1"), ("from-s3-folder", s3("audits/evidence/"), "4")]
    {
        let run = from(&server, &dir, &["ingest", &address, "--lake", lake, "--threads", threads]);
        assert_eq!((run.status, &run.stderr), (3, &disk.stderr));
        assert!(evidence_below(&dir.path(lake)) == evidence_below(&dir.path("from-disk")), "{lake}");
    }
}

#[test]
fn a_whole_bucket_is_like_a_folder_of_its_name() {
    let dir = estate();
    let server = Server::with(objects(&dir, ""));
    std::fs::rename(dir.path("evidence"), dir.path(BUCKET)).unwrap();
    let disk = dir.tickmark(&["ingest", BUCKET, "--lake", "from-disk"]);
    for (lake, address) in [("plain", format!("s3://{BUCKET}")), ("slash", s3(""))] {
        let run = from(&server, &dir, &["ingest", &address, "--lake", lake]);
        assert_eq!((run.status, &run.stderr), (3, &disk.stderr));
        assert!(evidence_below(&dir.path(lake)) == evidence_below(&dir.path("from-disk")), "{lake}");
    }
}

#[test]
fn where_each_object_lay_and_what_s3_said_of_it_is_kept() {
    let dir = estate();
    let server = Server::with(objects(&dir, "evidence/"));
    from(&server, &dir, &["ingest", &s3("evidence"), "--lake", "lake"]);
    let rows = crate::lake::rows(&dir, "lake/origins/00000001.parquet");
    assert_eq!(rows.len(), objects(&dir, "").len());
    for row in rows {
        let key = row["place"].as_str().unwrap().strip_prefix(&s3("")).unwrap().to_owned();
        let bytes = dir.bytes(&key);
        assert_eq!(
            (&row["path"], &row["sha256"]),
            (&Value::from(key), &Value::from(hex::encode(Sha256::digest(&bytes))))
        );
        let etag = row["etag"].as_str().unwrap().trim_matches('"');
        assert_eq!(row["version"], format!("version-of-{etag}"));
        assert!(row["modified_at"].is_i64(), "{row}");
    }
    let asked = server.asked().len();
    let again = from(&server, &dir, &["ingest", &s3("evidence"), "--lake", "lake"]);
    assert!(again.stderr.contains("lake: 0 new files"), "{}", again.stderr);
    assert!(server.asked().iter().skip(asked).all(crate::s3_server::Asked::is_list), "no object is asked for again");
}

/// `run` over the usual window into `out`, what follows being evidence and options.
fn run_over_window(server: &Server, dir: &TestDir, out: &str, more: &[&str]) -> Run {
    from(server, dir, &[&["run", "--out", out], &WINDOW[..], more].concat())
}

#[test]
fn a_run_answers_from_s3_as_from_disk() {
    let dir = estate();
    let server = Server::with(objects(&dir, "evidence/"));
    let disk = dir.tickmark(&[&["run", "evidence", "--out", "disk"], &WINDOW[..]].concat());
    let run = run_over_window(&server, &dir, "s3", &[&s3("evidence")]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(run.stderr, disk.stderr);
    assert!(evidence_below(&dir.path("s3")) == evidence_below(&dir.path("disk")));
}

#[test]
fn several_addresses_and_folders_are_read_together_and_each_object_once() {
    let dir = estate();
    let all = objects(&dir, "evidence/");
    let server = Server::with(all.clone());
    let addresses = [s3("evidence"), s3("evidence/bundles/"), s3("evidence/notes.txt"), s3("evidence/")];
    let addresses = addresses.each_ref().map(String::as_str);
    let more = TestDir::new();
    HOME.snapshot(&more, &at(14, 0), &[HOME.item(GROUP, "sg-2", &at(14, 0))]);
    let folder = more.path("evidence");
    let run = from(&server, &dir, &[&["ingest", "--lake", "lake", folder.to_str().unwrap()], &addresses[..]].concat());
    assert_eq!(run.status, 3, "{}", run.stderr);
    let mut read: Vec<String> =
        server.asked().iter().filter(|asked| !asked.is_list()).map(|asked| asked.path.clone()).collect();
    read.sort();
    let expected: Vec<String> = all.iter().map(|(key, _)| format!("/{BUCKET}/{key}")).collect();
    assert_eq!(read, expected);
    let ledger = crate::lake::rows(&dir, "lake/tables/ledger/00000001.parquet");
    let of_folder =
        ledger.iter().filter(|row| row["bundle"] == "" && row["path"].as_str().unwrap().contains("20260114"));
    assert_eq!(of_folder.count(), 1, "the folder on disk was read too");
}

#[test]
fn more_objects_than_a_page_holds_are_read() {
    let dir = TestDir::new();
    let keys: Vec<String> = (0..2500).map(|number| format!("many/{number:05}.json")).collect();
    let server = Server::with(keys.iter().map(|key| (key.clone(), b"{\"DeliveryChannels\": []}".to_vec())));
    let run = from(&server, &dir, &["ingest", &s3("many"), "--lake", "lake"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 2500 new files with 0 new records\n"));
}

#[test]
fn odd_keys_are_signed_read_and_shown_without_harm() {
    let dir = TestDir::new();
    let odd = [
        "a b",
        "a+b",
        "a%20b",
        "100%",
        "a//b",
        "../up",
        "./dot",
        "AWS::S3::Bucket",
        "ä€",
        "q?x=1#y",
        "\u{1b}[31m",
        "l\nb",
    ];
    let server = Server::with(odd.iter().map(|key| (format!("e/{key}"), b"{\"DeliveryChannels\": []}".to_vec())));
    let run = from(&server, &dir, &["ingest", &s3("e"), "--lake", "lake"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 12 new files with 0 new records\n"));
    let ledger = crate::lake::rows(&dir, "lake/tables/ledger/00000001.parquet");
    let mut paths: Vec<&str> = ledger.iter().map(|row| row["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    let mut expected = odd.map(|key| format!("e/{}", key.replace('\u{1b}', "\\u{1b}").replace('\n', "\\u{a}")));
    expected.sort();
    assert_eq!(paths, expected);
}

#[test]
fn what_cannot_be_read_or_listed_is_in_the_ledger() {
    let dir = estate();
    let is_denied = |asked: &Asked| asked.lists("evidence/AWSLogs/999988887777/") || asked.is_get("evidence/notes.txt");
    let mut all = objects(&dir, "evidence/");
    all.push(("evidence/AWSLogs/999988887777/Config/eu-west-1/2026/1/12/x.json".to_owned(), b"{}".to_vec()));
    let server = Server::failing(
        all,
        move |asked| {
            if is_denied(asked) { Act::Refuse(403, "AccessDenied") } else { Act::Answer }
        },
    );
    let run = from(&server, &dir, &["ingest", &s3("evidence"), "--lake", "lake"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    let ledger = crate::lake::rows(&dir, "lake/tables/ledger/00000001.parquet");
    for path in ["evidence/AWSLogs/999988887777/", "evidence/notes.txt"] {
        let row =
            ledger.iter().find(|row| row["path"] == path && row["bundle"] == "").unwrap_or_else(|| panic!("{path}"));
        assert_eq!((row["outcome"].as_str(), row["sha256"].as_str()), (Some("rejected"), Some("")));
        let reason = row["reason"].as_str().unwrap();
        assert!(reason.contains("E101") && reason.contains("access is denied (AccessDenied"), "{reason}");
    }
}

#[test]
fn credentials_that_expire_on_the_way_end_an_ingest_that_the_same_command_completes() {
    let dir = estate();
    let disk = dir.tickmark(&["ingest", "evidence", "--lake", "from-disk"]);
    assert_eq!(disk.status, 3, "{}", disk.stderr);
    let (may_expire, has_expired) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let (may, is_over) = (Arc::clone(&may_expire), Arc::clone(&has_expired));
    let server = Server::failing(objects(&dir, "evidence/"), move |asked| {
        let is_late = asked.path.contains("/2026/1/13/") || asked.path.ends_with("/notes.txt");
        if !asked.is_list() && is_late && may.load(Ordering::Relaxed) {
            is_over.store(true, Ordering::Relaxed);
        }
        if is_over.load(Ordering::Relaxed) { Act::Refuse(400, "ExpiredToken") } else { Act::Answer }
    });
    let arguments = ["ingest", &s3("evidence"), "--lake", "lake"];
    let run = from(&server, &dir, &arguments);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    for words in [
        "nothing was added to the lake `lake`; run the same command again to go on",
        "the credentials have expired (ExpiredToken",
        "aws sso login",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert!(!run.stderr.contains("rejected"), "nothing is wrong with the evidence: {}", run.stderr);
    assert!(!dir.path("lake/commits").exists() || files_below(&dir.path("lake/commits")).is_empty());
    has_expired.store(false, Ordering::Relaxed);
    let of_results = ["run", &s3("evidence"), "--out", "out", WINDOW[0], WINDOW[1], WINDOW[2], WINDOW[3]];
    let run = from(&server, &dir, &of_results);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("no result file was changed"), "{}", run.stderr);
    may_expire.store(false, Ordering::Relaxed);
    has_expired.store(false, Ordering::Relaxed);
    let run = from(&server, &dir, &arguments);
    assert_eq!((run.status, &run.stderr), (3, &disk.stderr));
    assert!(evidence_below(&dir.path("lake")) == evidence_below(&dir.path("from-disk")));
}

#[test]
fn options_reach_every_request() {
    let dir = TestDir::new();
    let object = || [("e/a.json".to_owned(), b"{\"DeliveryChannels\": []}".to_vec())];
    let server = Server::with(object());
    let run = from(&server, &dir, &["ingest", &s3("e"), "--lake", "one", "--requester-pays", "--region", "us-west-2"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(server.asked().iter().any(|asked| asked.is_get("e/a.json")));
    for asked in server.asked() {
        assert_eq!(asked.header("x-amz-request-payer"), "requester");
        assert!(asked.header("authorization").contains("/us-west-2/s3/aws4_request"), "{asked:?}");
        assert!(asked.path.starts_with(&format!("/{BUCKET}")), "the bucket stands in the path: {asked:?}");
    }
    let server = Server::behaving(object(), Behaviour { is_public: true, ..Behaviour::default() });
    let run = from(&server, &dir, &["ingest", &s3("e"), "--lake", "two", "--no-sign-request"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(server.asked().iter().any(|asked| asked.is_get("e/a.json")));
    for asked in server.asked() {
        let signing =
            ["authorization", "x-amz-security-token", "x-amz-request-payer"].map(|name| asked.header(name).to_owned());
        assert_eq!(signing, ["", "", ""], "{asked:?}");
    }
}

#[test]
fn a_profile_brings_credentials_and_region() {
    let dir = TestDir::new();
    let server = Server::with([("e/a.json".to_owned(), b"{\"DeliveryChannels\": []}".to_vec())]);
    dir.file("credentials", format!("[audit]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"));
    dir.file("config", "[profile audit]\nregion = ap-south-1\n");
    let with = |profile: &str| {
        let arguments =
            ["ingest", &s3("e"), "--lake", "lake", "--endpoint-url", &server.endpoint(), "--profile", profile];
        let mut command = command(&dir, &arguments, None);
        command.env("AWS_SHARED_CREDENTIALS_FILE", dir.path("credentials")).env("AWS_CONFIG_FILE", dir.path("config"));
        ended(command)
    };
    let run = with("audit");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(server.asked().iter().all(|asked| asked.header("authorization").contains("/ap-south-1/s3/")));
    std::fs::remove_dir_all(dir.path("lake")).unwrap();
    let run = with("adit");
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("adit") && run.stderr.contains("--profile"), "{}", run.stderr);
    assert!(!dir.path("lake").exists());
}

#[test]
fn what_cannot_be_looked_at_is_told_and_nothing_is_made() {
    let dir = TestDir::new();
    let server = Server::failing([("e/a.json".to_owned(), b"{}".to_vec())], |asked| match asked.path.as_str() {
        path if path.starts_with("/elsewhere") => Act::Redirect("eu-central-1"),
        path if path.starts_with("/expired") => Act::Refuse(400, "ExpiredToken"),
        path if path.starts_with("/denied") => Act::Refuse(403, "AccessDenied"),
        _ => Act::Answer,
    });
    for (address, told) in [
        ("s3://evidence-bucket/nowhere", ["no object of that name", "nowhere", "aws s3 ls"]),
        ("s3://no-such-bucket/e", ["there is no such bucket", "NoSuchBucket", "check the bucket's name"]),
        ("s3://elsewhere/e", ["another region", "PermanentRedirect", "--region eu-central-1"]),
        ("s3://expired/e", ["have expired", "ExpiredToken", "aws sso login"]),
        ("s3://denied/e", ["access is denied", "AccessDenied", "`s3:ListBucket`"]),
        ("s3://", ["names no bucket", "", ""]),
        ("s3:bucket/x", ["./s3:", "", ""]),
        ("s3://no_/x", ["cannot be the name of a bucket", "", ""]),
    ] {
        let run = from(&server, &dir, &["ingest", address, "--lake", "lake"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{address}: {}", run.stderr);
        for words in told {
            assert!(run.stderr.contains(words), "{address}: {}", run.stderr);
        }
        assert!(!dir.path("lake").exists(), "{address}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (option, value, told) in [
        ("--endpoint-url", format!("http://{nobody}"), "S3 cannot be reached"),
        ("--endpoint-url", format!("https://{nobody}"), "S3 cannot be reached"),
        ("--endpoint-url", "http://[bad".to_owned(), "not a valid URI"),
        ("--endpoint-url", "ftp://host".to_owned(), "--endpoint-url has to be"),
        ("--region", "eu west".to_owned(), "--region is no region"),
    ] {
        let arguments = ["ingest", &s3("e"), "--lake", "lake", "--no-sign-request", option, &value];
        let mut reaching = command(&dir, &arguments, None);
        reaching.env("AWS_DEFAULT_REGION", "eu-west-1").env("SSL_CERT_FILE", "nowhere").env("SSL_CERT_DIR", "nowhere");
        let run = ended(reaching);
        assert_eq!(run.status, 2, "{value}: {}", run.stderr);
        assert!(run.stderr.contains(told) && !run.stderr.contains("several times"), "{value}: {}", run.stderr);
    }
    let arguments = ["ingest", &s3("e"), "--lake", "lake", "--endpoint-url", &server.endpoint()];
    let run = ended(command(&dir, &arguments, None));
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("there are no credentials") && run.stderr.contains("--no-sign-request"),
        "{}",
        run.stderr
    );
    let mut wrong = command(&dir, &["ingest", &s3("e"), "--lake", "lake"], Some(&server));
    wrong.env("AWS_ACCESS_KEY_ID", "AKIAWRONGWRONGWRONG0");
    let run = ended(wrong);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("the credentials are not accepted") && !run.stderr.contains("AKIA"), "{}", run.stderr);
    let run =
        ended(command(&dir, &["ingest", &s3("e"), "--lake", "lake", "--endpoint-url", "http://me:secret@host"], None));
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--endpoint-url") && !run.stderr.contains("secret"), "{}", run.stderr);
    assert!(!dir.path("lake").exists());
}

#[test]
fn a_path_on_disk_may_begin_as_an_address_does() {
    let dir = TestDir::new();
    dir.file("s3:evidence/a.json", "{\"DeliveryChannels\": []}");
    let run = dir.tickmark(&["ingest", "./s3:evidence", "--lake", "lake"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, "lake: 1 new files with 0 new records\n"));
}

#[test]
fn evidence_that_is_not_there_costs_no_earlier_lake() {
    let dir = estate();
    let server = Server::with(objects(&dir, "evidence/"));
    let first = dir.tickmark(&[&["run", "evidence", "--out", "out"], &WINDOW[..]].concat());
    assert_eq!(first.status, 3, "{}", first.stderr);
    let before = files_below(&dir.path("out"));
    assert!(before.iter().any(|(name, _)| name == "lake/lake.json"));
    let misspelled = s3("evidance");
    for address in ["evidance", misspelled.as_str()] {
        let run = run_over_window(&server, &dir, "out", &[address]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(files_below(&dir.path("out")) == before, "{address}");
        let run = run_over_window(&server, &dir, "new", &[address]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(!dir.path("new").exists(), "{address}");
        let run = from(&server, &dir, &["ingest", address, "--lake", "out/lake"]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(files_below(&dir.path("out")) == before, "{address}: it still is a lake of a run");
    }
}

#[test]
fn days_long_after_the_window_are_left_out_of_a_run_and_told() {
    let dir = estate();
    let mut all = objects(&dir, "evidence/");
    let near = all.iter().find(|(key, _)| key.contains("/2026/1/19/")).unwrap().0.clone();
    let far = near.replace("/2026/1/19/", "/2026/9/1/");
    assert_ne!(near, far);
    all.push((far.clone(), b"no export".to_vec()));
    all.push((near.replace("/2026/1/19/", "/2026/2/19/"), b"no export either".to_vec()));
    let server = Server::with(all);
    let run = run_over_window(&server, &dir, "out", &[&s3("evidence")]);
    assert!(run.stderr.starts_with("not all of S3 was read: 1 folders of days after 2026-02-2"), "{}", run.stderr);
    let asked = server.asked();
    assert!(!asked.iter().any(|asked| asked.is_get(&far)));
    assert!(asked.iter().any(|asked| asked.path.contains("/2026/2/19/")), "a month behind the window is read");
    let run = run_over_window(&server, &dir, "out", &[&s3("evidence"), "--lake", "kept"]);
    assert!(!run.stderr.contains("not all of S3"), "{}", run.stderr);
    assert!(
        server.asked().iter().any(|asked| asked.is_get(&far)),
        "a lake that is kept may be asked about other windows"
    );
    let run = from(&server, &dir, &["ingest", &s3("evidence"), "--lake", "ingested"]);
    assert!(!run.stderr.contains("not all of S3"), "{}", run.stderr);
}

#[test]
fn original_records_are_found_again_in_s3() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let server = Server::with(objects(&dir, "evidence/"));
    let run = run_over_window(&server, &dir, "out", &[&s3("evidence")]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    std::fs::remove_dir_all(dir.path("evidence")).unwrap();
    let explain = |more: &[&str]| {
        let arguments = [&["explain", "C10", "sg-1", "--lake", "out/lake", "--raw"], &WINDOW[..], more].concat();
        from(&server, &dir, &arguments)
    };
    let found = explain(&["--evidence", &s3("evidence")]);
    assert_eq!((found.status, found.stderr.as_str()), (0, ""));
    assert!(found.stdout.contains("NON_COMPLIANT"), "{}", found.stdout);
    let lost = explain(&[]);
    assert_eq!(lost.status, 3, "without an address they are looked for on disk: {}", lost.stderr);
    assert_eq!(explain(&["--evidence", &s3("elsewhere")]).status, 2);
}
