//! What each command does, one file each.

pub(super) mod assess;
pub(super) mod controls;
pub(super) mod explain;
pub(super) mod ingest;
pub(super) mod query;
pub(super) mod run;
pub(super) mod sample;
pub(super) mod verify;
