//! [`Limits`]: every cap on what evidence may make tickmark do, each with its reason.
//!
//! A cap that is met is reported with its name and value; nothing is cut silently.

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The caps under which evidence is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one leaf out of a compression or bundle may have. The largest Config snapshots have
    /// a few GiB; what is beyond 64 GiB is no export but an attack or a mistake.
    pub inflated_bytes_max: u64,
    /// Inflated bytes for each compressed byte. Config and Security Hub JSON inflates 4 to 60 times;
    /// deflate cannot do more than 1032, which only constant data reaches. 400 lies well between.
    pub inflation_ratio_max: u64,
    /// Inflated bytes up to which the ratio is not looked at: small files of blanks or repeated
    /// records reach any ratio and harm nobody.
    pub inflation_ratio_floor_bytes: u64,
    /// Members of one bundle. An organization's year of history files has some hundred thousands.
    pub members_max: u64,
    /// Bundles around a leaf: 2 allows a bundle and one inside it, as handed over per account.
    pub bundle_depth_max: u32,
    /// Bytes of a zip that is copied to a temporary file because it lies inside another bundle or
    /// compression: the disk for temporary files is often small.
    pub spool_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated_bytes_max: 64 * GIB,
            inflation_ratio_max: 400,
            inflation_ratio_floor_bytes: 64 * MIB,
            members_max: 5_000_000,
            bundle_depth_max: 2,
            spool_bytes_max: 16 * GIB,
        }
    }
}

impl Limits {
    /// Whether `inflated` bytes out of `compressed` are more than the ratio allows.
    pub(super) fn is_over_ratio(&self, inflated: u64, compressed: u64) -> bool {
        inflated > self.inflation_ratio_floor_bytes
            && inflated > self.inflation_ratio_max.saturating_mul(compressed.max(1))
    }
}

/// Compressions around a leaf, one inside another. Firehose writes gzip in gzip; three are an attack.
pub(super) const COMPRESSIONS_MAX: u32 = 2;

/// Memory that an xz stream may ask for, in KiB: `xz -9` asks for 65 MiB.
pub(super) const XZ_MEMORY_KIB_MAX: u32 = 160 * 1024;

/// The window that a zstd frame may ask for, as a power of two: 128 MiB, zstd's own default.
pub(super) const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// Bytes of a long name or an extended header in a tar: paths end at 4 KiB on most systems.
pub(super) const TAR_EXTENSION_BYTES_MAX: u64 = MIB;

/// Bytes of names of a zip's directory that are held for sorting at one time.
pub(super) const ZIP_NAMES_BYTES_MAX: usize = 16 << 20;

/// Members of a zip's directory that are held for sorting at one time.
pub(super) const ZIP_MEMBERS_HELD_MAX: usize = 1 << 16;
