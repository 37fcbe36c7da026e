//! tickmark: per-control answers for an audit window, from exported AWS evidence.
//!
//! The modules stand in the order of the data's journey, and each may import only from those above
//! it: [`model`] (the nouns), [`evidence`] (bytes and their custody), [`formats`] (bytes to records),
//! [`lake`] (records at rest), [`engine`] (records to answers), [`report`] (answers to files and
//! screens), [`query`] (questions in SQL), [`sampling`] (testing some of many), [`cli`] (arguments to work).

pub mod model;
pub mod evidence;
pub mod formats;
pub mod lake;
pub mod engine;
pub mod report;
pub mod query;
pub mod sampling;
pub mod cli;
