//! Without an address in S3 no socket is ever opened, seen at the border of the system: the program runs where
//! the call that opens one ends it.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::fixtures::{GROUP, HOME, at};
use crate::harness::{TestDir, WINDOW};
use crate::s3_server::{BUCKET, KEY, SECRET, Server};

/// How the program ends where opening a socket of any kind ends it.
fn ended_without_sockets(dir: &TestDir, arguments: &[&str]) -> ExitStatus {
    let filter = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_socket, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let filter: BpfProgram = filter.unwrap().try_into().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.args(arguments).current_dir(dir.path("")).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_REGION", "eu-west-1");
    // The filter holds for the thread that sets it and for what it starts.
    let started = std::thread::spawn(move || {
        seccompiler::apply_filter(&filter).unwrap();
        command.output().unwrap()
    });
    started.join().unwrap().status
}

#[test]
fn no_socket_is_opened_without_an_address() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let server = Server::with([("e/a.json".to_owned(), b"{\"DeliveryChannels\": []}".to_vec())]);
    let endpoint = server.endpoint();
    let address = format!("s3://{BUCKET}/e");
    // Options alone connect to nothing.
    let s3 = ["--endpoint-url", &endpoint, "--region", "eu-west-1"];
    let explain = ["explain", "C10", "sg-1", "--lake", "lake", "--raw", "--evidence"];
    for arguments in [
        [&["ingest", "evidence", "--lake", "lake"], &s3[..]].concat(),
        [&["run", "evidence", "--out", "out"], &WINDOW[..], &s3].concat(),
        [&["assess", "--lake", "lake", "--out", "out"], &WINDOW[..]].concat(),
        [&explain[..], &["evidence"], &WINDOW, &s3].concat(),
        vec!["controls"],
        vec!["query", "exceptions", "--results", "out"],
        vec!["ingest", "./s3:", "--lake", "lake"],
    ] {
        let status = ended_without_sockets(&dir, &arguments);
        let expected = if arguments.contains(&"./s3:") { 2 } else { 0 };
        assert_eq!(status.code(), Some(expected), "{arguments:?}: {status:?}");
    }
    assert_eq!(server.asked().len(), 0);
    // That the border is watched: the same with an address ends there.
    for arguments in [
        [&["ingest", &address, "--lake", "lake"], &s3[..]].concat(),
        [&["run", &address, "--out", "out"], &WINDOW[..], &s3].concat(),
        [&explain[..], &[&address], &WINDOW, &s3].concat(),
    ] {
        let status = ended_without_sockets(&dir, &arguments);
        assert_eq!(status.signal(), Some(libc::SIGSYS), "{arguments:?}: {status:?}");
    }
}
