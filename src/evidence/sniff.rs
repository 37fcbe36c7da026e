//! [`Form`]: what the first bytes say that the rest is. Names have no say.

use super::decode::Compression;

/// Bytes to look at: one block of a tar.
pub(super) const SNIFF_BYTES: usize = 512;

/// What an object of bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Compressed(Compression),
    Zip,
    Tar,
    /// Packed by something that is not read; its name.
    Foreign(&'static str),
    /// Anything else: a leaf.
    Plain,
}

/// What these first bytes belong to.
pub(super) fn sniff(head: &[u8]) -> Form {
    if is_tar(head) {
        return Form::Tar;
    }
    match head {
        [0x1f, 0x8b, ..] => Form::Compressed(Compression::Gzip),
        // A frame, or a skippable frame in front of one.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Form::Compressed(Compression::Zstd),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Form::Compressed(Compression::Xz),
        // A local header, or the end record that alone makes up an empty zip.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Form::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Form::Foreign("7z"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Form::Foreign("rar"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Form::Foreign("lz4"),
        [0x1f, 0x9d, ..] => Form::Foreign("compress"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Form::Foreign("bzip2"),
        _ => Form::Plain,
    }
}

/// Whether this is the header block of a ustar or GNU tar: its magic and its checksum, because five
/// letters alone can stand in any text.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..SNIFF_BYTES) else { return false };
    block.get(257..262) == Some(b"ustar") && has_checksum(block)
}

/// Whether a tar header block bears its right checksum: the sum of its bytes, its own field blank.
pub(super) fn has_checksum(block: &[u8]) -> bool {
    let field = 148..156;
    let sum = block
        .iter()
        .enumerate()
        .fold(0_u32, |sum, (at, byte)| sum.saturating_add(u32::from(if field.contains(&at) { b' ' } else { *byte })));
    let Ok(block) = <&[u8; SNIFF_BYTES]>::try_from(block) else { return false };
    tar::Header::from_byte_slice(block).cksum().is_ok_and(|stated| stated == sum)
}
