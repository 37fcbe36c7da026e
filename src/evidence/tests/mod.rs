//! Tests of the evidence module: every form and every refusal, on archives built here.

mod bundles;
mod compressions;
mod discovery;
mod hostile;
mod names;

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::{Custody, EvidenceFile, LeafName, Limits, ReadFault, Refusal, Visitor, discover, visit};
use crate::model::{Problem, ProblemCode};

/// What a visitor was told, in order.
#[derive(Debug, PartialEq)]
enum Told {
    Leaf { name: LeafName, bytes: Vec<u8>, custody: Custody, fault: Option<Problem> },
    Bundle { path: String, outer: String, custody: Custody, members: u64, fault: Option<Problem> },
    Refused(Refusal),
}

impl Told {
    /// One line: what it is and what became of it.
    fn line(&self) -> String {
        let code = |fault: &Option<Problem>| fault.as_ref().map_or("", |fault| fault.code.code()).to_owned();
        match self {
            Self::Leaf { name, bytes, fault, .. } => {
                format!("leaf {} [{}] {} {}", name.path, name.bundle, bytes.len(), code(fault))
            }
            Self::Bundle { path, outer, members, fault, .. } => {
                format!("bundle {path} [{outer}] {members} {}", code(fault))
            }
            Self::Refused(refusal) => {
                format!("refused {} [{}] {}", refusal.path, refusal.bundle, refusal.problem.code)
            }
        }
        .trim_end()
        .to_owned()
    }

    fn custody(&self) -> &Custody {
        match self {
            Self::Leaf { custody, .. } | Self::Bundle { custody, .. } => custody,
            Self::Refused(refusal) => panic!("{refusal:?} has no custody"),
        }
    }

    fn problem(&self) -> &Problem {
        match self {
            Self::Leaf { fault, .. } | Self::Bundle { fault, .. } => fault.as_ref().unwrap(),
            Self::Refused(refusal) => &refusal.problem,
        }
    }

    fn problem_code(&self) -> Option<ProblemCode> {
        match self {
            Self::Leaf { fault, .. } | Self::Bundle { fault, .. } => fault.as_ref().map(|fault| fault.code),
            Self::Refused(refusal) => Some(refusal.problem.code),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Leaf { bytes, .. } => bytes,
            other => panic!("{other:?} is no leaf"),
        }
    }
}

/// Reads each leaf through, or up to `stop` bytes of it.
#[derive(Default)]
struct Reader {
    told: Vec<Told>,
    bytes: Vec<u8>,
    error: Option<Problem>,
    stop: Option<u64>,
    counts_only: bool,
}

impl Visitor for Reader {
    fn leaf(&mut self, _: &LeafName, content: &mut dyn Read) {
        self.bytes.clear();
        let mut content = content.take(self.stop.unwrap_or(u64::MAX));
        let result = if self.counts_only {
            std::io::copy(&mut content, &mut std::io::sink()).map(|_| ())
        } else {
            content.read_to_end(&mut self.bytes).map(|_| ())
        };
        self.error = result.err().map(|error| ReadFault::of(&error).expect("a typed fault").clone());
    }

    fn finished(&mut self, name: &LeafName, custody: &Custody, fault: Option<&Problem>) {
        assert!(self.error.is_none() || self.error.as_ref() == fault, "{:?} became {fault:?}", self.error);
        self.told.push(Told::Leaf {
            name: name.clone(),
            bytes: std::mem::take(&mut self.bytes),
            custody: custody.clone(),
            fault: fault.cloned(),
        });
    }

    fn bundle(&mut self, path: &str, outer: &str, custody: &Custody, members: u64, fault: Option<&Problem>) {
        self.told.push(Told::Bundle {
            path: path.to_owned(),
            outer: outer.to_owned(),
            custody: custody.clone(),
            members,
            fault: fault.cloned(),
        });
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.told.push(Told::Refused(refusal.clone()));
    }
}

/// Visits these bytes as a file of this name.
fn told(name: &str, bytes: &[u8]) -> Vec<Told> {
    told_under(name, bytes, &Limits::default())
}

fn told_under(name: &str, bytes: &[u8], limits: &Limits) -> Vec<Told> {
    visited(name, bytes, limits, Reader::default())
}

fn visited(name: &str, bytes: &[u8], limits: &Limits, mut reader: Reader) -> Vec<Told> {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), name, bytes);
    let read = AtomicU64::new(0);
    visit(&file, limits, &read, &mut reader);
    assert_eq!(read.load(Ordering::Relaxed), file.size(), "progress ends at the size of the file");
    if let Some(Told::Leaf { custody, .. } | Told::Bundle { custody, .. }) = reader.told.last() {
        assert_eq!((custody.size, &custody.sha256), (bytes.len() as u64, &hash(bytes)), "custody of the file");
    }
    reader.told
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> EvidenceFile {
    let location = folder.join(name);
    std::fs::write(&location, bytes).unwrap();
    let found = discover(&[location]).unwrap();
    assert_eq!(found.refusals, []);
    found.files.into_iter().next().unwrap()
}

fn lines(told: &[Told]) -> Vec<String> {
    told.iter().map(Told::line).collect()
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

/// An xz stream of stored LZMA2 chunks, written out by hand: the encoder is not compiled in.
fn xz(bytes: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let varint = |mut value: u64, into: &mut Vec<u8>| {
        while value >= 0x80 {
            into.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        into.push(value.to_le_bytes()[0]);
    };
    let mut out = b"\xfd7zXZ\0\0\x01".to_vec();
    out.extend(crc(&[0, 1]));
    let header = [2, 0, 0x21, 1, 0x16, 0, 0, 0];
    out.extend(header);
    out.extend(crc(&header));
    let mut data = Vec::new();
    for (number, chunk) in bytes.chunks(1 << 15).enumerate() {
        data.push(if number == 0 { 1 } else { 2 });
        data.extend(u16::try_from(chunk.len() - 1).unwrap().to_be_bytes());
        data.extend(chunk);
    }
    data.push(0);
    let unpadded = (12 + data.len() + 4) as u64;
    out.extend(&data);
    out.extend(vec![0; (4 - data.len() % 4) % 4]);
    out.extend(crc(bytes));
    let mut index = vec![0, 1];
    varint(unpadded, &mut index);
    varint(bytes.len() as u64, &mut index);
    index.extend(vec![0; (4 - index.len() % 4) % 4]);
    let words = (index.len() + 4) / 4 - 1;
    out.extend(&index);
    out.extend(crc(&index));
    let mut footer = u32::try_from(words).unwrap().to_le_bytes().to_vec();
    footer.extend([0, 1]);
    out.extend(crc(&footer));
    out.extend(footer);
    out.extend(b"YZ");
    out
}

/// A tar of these members, whose names are taken as they are.
fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        append(&mut builder, name, tar::EntryType::Regular, bytes);
    }
    builder.into_inner().unwrap()
}

fn append(builder: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, bytes: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
}

/// A zip of these members, deflated.
fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped_by(members, zip::CompressionMethod::Deflated)
}

fn zipped_by(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Bytes that do not compress, the same on every run.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

fn paths(files: &[EvidenceFile]) -> Vec<String> {
    files.iter().map(EvidenceFile::path).collect()
}

fn with(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| folder.join(name)).collect()
}

fn code_of(told: &Told) -> ProblemCode {
    told.problem().code
}
