//! Listing: nothing that is there is missed, and what cannot be listed is told.

use super::*;

fn text(key: &str) -> (&str, Vec<u8>) {
    (key, key.as_bytes().to_vec())
}

/// A delivered file of a day.
fn delivered(account: &str, day: &str, name: &str) -> String {
    format!("logs/AWSLogs/{account}/Config/eu-west-1/{day}/ConfigHistory/{name}.json.gz")
}

#[test]
fn every_key_is_found_whatever_its_layout() {
    let mut keys: Vec<String> = vec![
        "logs/beside.json".into(),
        "logs/AWSLogs/beside.json".into(),
        "logs/AWSLogs/111122223333/beside.json".into(),
        "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/a.json".into(),
        "logs/AWSLogs/111122223333/Config/ConfigWritabilityCheckFile".into(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/beside.json".into(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/beside.json".into(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/1/beside.json".into(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/1/9/beside.json".into(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/13/40/no-day.json".into(),
        "logs/AWSLogs/o-a1b2c3d4e5/444455556666/Config/us-east-1/2026/2/28/ConfigSnapshot/a.json.gz".into(),
        "logs/AWSLogs/not-an-account/Config/x.json".into(),
        "logs/one/two/three/four/five.json".into(),
    ];
    for day in 1..=28 {
        keys.push(delivered("111122223333", &format!("2026/2/{day}"), "a"));
        keys.push(delivered("444455556666", &format!("2025/12/{day}"), "b"));
    }
    keys.sort();
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| text(key)).collect();
    let server = serving(&objects);
    for prefix in ["logs", "logs/", ""] {
        let found = discovered(&settings(&server), prefix, None).unwrap();
        let below: Vec<String> =
            if prefix.is_empty() { keys.iter().map(|key| format!("{BUCKET}/{key}")).collect() } else { keys.clone() };
        assert_eq!(paths(&found), below, "{prefix}");
        assert_eq!((found.refusals.len(), found.days_left_out), (0, 0));
    }
    let asked = server.asked();
    assert!(asked.iter().any(|asked| asked.lists("logs/AWSLogs/111122223333/Config/eu-west-1/2026/2/7/")));
    assert!(!asked.iter().any(|asked| asked.lists("logs/AWSLogs/111122223333/CloudTrail/eu-west-1/")));
}

#[test]
fn a_list_of_many_pages_is_followed_to_its_end() {
    let flat: Vec<String> = (0..2500).map(|number| format!("e/{number:05}.json")).collect();
    let folders: Vec<String> = (0..1200).map(|number| format!("e/{number:05}/a.json")).collect();
    for keys in [flat, folders] {
        let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| text(key)).collect();
        let server = serving(&objects);
        let found = discovered(&settings(&server), "e/", None).unwrap();
        assert_eq!(paths(&found), keys);
        assert!(server.asked().len() <= 6, "{}", server.asked().len());
    }
}

#[test]
fn a_prefix_that_is_denied_is_told_and_the_rest_is_read() {
    let keys = [delivered("111122223333", "2026/1/1", "a"), delivered("444455556666", "2026/1/1", "b")];
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| text(key)).collect();
    let server = failing(&objects, |asked| {
        if asked.lists("logs/AWSLogs/444455556666/") { Act::Refuse(403, "AccessDenied") } else { Act::Answer }
    });
    let found = discovered(&settings(&server), "logs", None).unwrap();
    assert_eq!(paths(&found), [keys[0].clone()]);
    let refusal = &found.refusals[0];
    assert_eq!((found.refusals.len(), refusal.path.as_str()), (1, "logs/AWSLogs/444455556666/"));
    for words in ["`s3://evidence-bucket/logs/AWSLogs/444455556666/`", "access is denied", "`s3:ListBucket`"] {
        assert!(refusal.problem.what.contains(words), "{}", refusal.problem.what);
    }
    assert_eq!(refusal.problem.effect, "nothing of it is read");
}

#[test]
fn a_list_that_breaks_off_is_told_and_what_it_listed_is_read() {
    let keys: Vec<String> =
        (0..1500).map(|number| delivered("111122223333", "2026/1/1", &format!("{number:05}"))).collect();
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| text(key)).collect();
    let server = failing(&objects, |asked| {
        let is_second = asked.query.contains("continuation-token");
        if is_second { Act::Refuse(500, "InternalError") } else { Act::Answer }
    });
    let found = discovered(&settings(&server), "logs", None).unwrap();
    assert_eq!(paths(&found), keys[..1000]);
    let refusal = &found.refusals[0];
    assert_eq!(refusal.path, "logs/AWSLogs/111122223333/Config/eu-west-1/2026/1/1/");
    assert_eq!(refusal.problem.effect, "what was listed before is read, the rest is not");
}

#[test]
fn a_list_is_asked_for_again_where_that_may_help() {
    for act in
        [Act::Refuse(503, "SlowDown"), Act::Refuse(500, "InternalError"), Act::Reset, Act::Cut(40), Act::Stall(40)]
    {
        let server =
            failing(
                &[text("e/a.json")],
                move |asked| {
                    if asked.is_list() && asked.before < 4 { act.clone() } else { Act::Answer }
                },
            );
        assert_eq!(paths(&discovered(&settings(&server), "e/", None).unwrap()), ["e/a.json"]);
    }
}

#[test]
fn an_address_is_an_object_a_folder_or_both() {
    let server = serving(&[text("a/x.json"), text("a/x.json/inside.json"), text("a/x.json-other"), text("a/y.json")]);
    let listed = |prefix: &str| discovered(&settings(&server), prefix, None).map(|found| paths(&found));
    assert_eq!(listed("a/x.json").unwrap(), ["x.json", "x.json/inside.json"]);
    assert_eq!(listed("a/x.json/").unwrap(), ["x.json/inside.json"]);
    assert_eq!(listed("a/y.json").unwrap(), ["y.json"]);
    for nothing in ["a/x", "a/y.json/", "b"] {
        let told = listed(nothing).unwrap_err();
        assert!(
            told.contains(&format!("`s3://evidence-bucket/{nothing}`")) && told.contains("no object of that name"),
            "{told}"
        );
    }
    assert!(server.asked().iter().all(Asked::is_list), "nothing is opened to find it");
}

#[test]
fn an_object_that_stands_for_a_folder_is_no_file() {
    let server = serving(&[("e/", Vec::new()), ("e/sub/", Vec::new()), text("e/odd/"), text("e/a.json")]);
    let listed = |prefix: &str| discovered(&settings(&server), prefix, None).map(|found| paths(&found));
    assert_eq!(listed("e").unwrap(), ["e/a.json", "e/odd/"]);
    assert_eq!(listed("e/sub").unwrap(), [""; 0], "it is an empty folder");
    assert!(listed("e/none").is_err());
}

#[test]
fn days_after_the_one_asked_for_are_counted_and_no_other_folder_is_left_out() {
    let mut keys = vec![
        "logs/2026/3/20/x.json".to_owned(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/3/beside.json".to_owned(),
        "logs/AWSLogs/111122223333/Config/eu-west-1/2026/03/20/padded.json".to_owned(),
        "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2027/3/20/x.json".to_owned(),
    ];
    for day in ["2024/1/1", "2026/3/9", "2026/3/10", "2026/3/11", "2026/10/1", "2027/1/1"] {
        keys.push(delivered("111122223333", day, "a"));
    }
    keys.sort();
    let objects: Vec<(&str, Vec<u8>)> = keys.iter().map(|key| text(key)).collect();
    let server = serving(&objects);
    let through = Instant::from_date(2026, 3, 10);
    let found = discovered(&settings(&server), "logs", through).unwrap();
    let late = ["/2026/03/20/padded", "/2026/3/11/", "/2026/10/1/", "/Config/eu-west-1/2027/1/1/"];
    let kept: Vec<String> = keys.iter().filter(|key| !late.iter().any(|late| key.contains(late))).cloned().collect();
    assert_eq!(paths(&found), kept);
    assert_eq!(found.days_left_out, 4);
    let whole = discovered(&settings(&server), "logs", None).unwrap();
    assert_eq!((paths(&whole), whole.days_left_out), (keys.clone(), 0));
    let named = discovered(&settings(&server), "logs/AWSLogs/111122223333/Config/eu-west-1/2027/1/1", through).unwrap();
    assert_eq!((named.files.len(), named.days_left_out), (1, 0), "a day that is named is read");
}

#[test]
fn credentials_that_expire_while_prefixes_are_listed_leave_nothing_rejected() {
    let keys = ["logs/AWSLogs/111122223333/Config/a.json", "logs/AWSLogs/444455556666/Config/b.json"];
    let objects = keys.map(|key| (key, b"{}".to_vec()));
    let server = failing(&objects, |asked| {
        // The first list alone is answered.
        if asked.lists("logs/") { Act::Answer } else { Act::Refuse(400, "ExpiredToken") }
    });
    let told = discovered(&settings(&server), "logs", None).unwrap_err();
    assert!(told.contains("the credentials have expired"), "{told}");
}
