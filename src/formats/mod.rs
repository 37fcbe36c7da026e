//! Bytes to records and problems; never opens a file.

pub mod records;
