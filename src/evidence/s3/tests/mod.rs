//! Listing and reading against a server that fails in every way that passes, and in those that do not.

mod names;
mod reading;
mod listing;
#[path = "../../../../tests/it/s3_server.rs"]
#[expect(dead_code, reason = "tests of the whole program use the rest")]
mod server;

use std::io::Read;
use std::time::Duration;

use super::super::discover::Opened;
use super::super::{Discovery, EvidenceArgument, EvidenceFile, S3Settings, discover_evidence};
use super::{Patience, S3Address, Transfer};
use crate::model::{Instant, Problem};
use server::{Act, Asked, BUCKET, Behaviour, Rule, Server};

/// All bytes of a file, or those before what broke it off.
type Fetched = Result<Vec<u8>, (Vec<u8>, Problem)>;

/// Settings with pauses that no test waits for, and small parts.
fn settings(server: &Server) -> S3Settings {
    S3Settings {
        region: Some("eu-west-1".to_owned()),
        endpoint: Some(server.endpoint()),
        is_unsigned: true,
        transfer: Transfer { part_bytes: 1 << 16, ..Transfer::default() },
        patience: Patience {
            pause: Duration::from_millis(2),
            longest_pause: Duration::from_millis(8),
            stall: Duration::from_millis(300),
            ..Patience::default()
        },
        ..S3Settings::default()
    }
}

/// A server that asks for no signature.
fn failing(objects: &[(&str, Vec<u8>)], rule: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Server {
    let objects = objects.iter().map(|(key, bytes)| ((*key).to_owned(), bytes.clone()));
    Server::behaving(objects, Behaviour { is_public: true, rule: Some(Box::new(rule)), ..Behaviour::default() })
}

fn serving(objects: &[(&str, Vec<u8>)]) -> Server {
    failing(objects, |_| Act::Answer)
}

/// What lies below a prefix of the bucket.
fn discovered(settings: &S3Settings, prefix: &str, through: Option<Instant>) -> Result<Discovery, String> {
    let address = S3Address::parse(&format!("s3://{BUCKET}/{prefix}")).unwrap();
    discover_evidence(&[EvidenceArgument::S3(address)], settings, through).map_err(|error| error.to_string())
}

/// Reads a file to its end.
fn bytes_of(file: &EvidenceFile) -> Fetched {
    let mut object = match file.open().map_err(|problem| (Vec::new(), problem))? {
        Opened::Object(object) => object,
        Opened::Disk(_) => panic!("an object is not on disk"),
    };
    let mut bytes = Vec::new();
    match object.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let problem = super::super::fault::problem_of(&error);
            // An object that broke off stays broken off, and is never taken for one that ended.
            assert!(object.read(&mut [0; 8]).is_err());
            Err((bytes, problem))
        }
    }
}

/// Bytes in which no two parts are alike.
fn long(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 31 + at / 251 + at / 65_537) % 256).unwrap()).collect()
}

fn paths(found: &Discovery) -> Vec<String> {
    found.files.iter().map(EvidenceFile::path).collect()
}
