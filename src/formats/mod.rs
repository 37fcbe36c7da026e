//! Bytes to records and problems; never opens a file.
//!
//! [`parse`] is the one door for every export, whoever calls: it finds out from the content what a
//! file is, streams its records out of whatever envelope they are in, and decodes each by itself, so
//! that one bad record costs that record and memory does not grow with the file.

mod delivered_name;
mod kind;
pub mod records;
mod config_items;
mod config_rules;
mod conditions;
mod credential_lines;
mod credential_answer;
mod json_values;
pub mod timestamps;
mod text;
mod resource_types;
mod finding_parts;
pub mod security_hub;
pub mod ocsf;
mod structure;
mod split;
mod scan;
mod shape;
mod file;
mod stream;

pub use config_items::{COMPLIANCE_TYPE, is_deletion};
pub use delivered_name::{DeliveredKind, DeliveredName};
pub use file::{FileName, FileReport, RecordSink, Supplied};
pub use kind::Kind;
pub use stream::{ItemBatch, Parsed, RecordTally, parse};
