//! Writing files below the output folder, and counting what was written.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// The output folder and the totals so far.
#[derive(Debug)]
pub(crate) struct Output {
    root: PathBuf,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Output {
    /// # Errors
    /// When the folder exists and is not empty: an estate is never mixed with other files.
    pub(crate) fn create(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        if fs::read_dir(&root)?.next().is_some() {
            return Err(io::Error::other(format!("`{}` is not empty", root.display())));
        }
        Ok(Self { root, files: 0, bytes: 0 })
    }

    pub(crate) fn plain(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let target = self.root.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(target, content)?;
        self.files += 1;
        self.bytes += u64::try_from(content.len()).unwrap_or(0);
        Ok(())
    }

    pub(crate) fn gzip(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.plain(path, &gzipped(content)?)
    }
}

/// `content` as one gzip member without a time stamp.
pub(crate) fn gzipped(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 6), Compression::new(6));
    encoder.write_all(content)?;
    encoder.finish()
}
