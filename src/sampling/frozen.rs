//! A frozen population: the file that holds it, what the file says of itself, and items out of it.
//!
//! The file is Parquet and holds [`PopulationItem`] rows; its footer says under [`ABOUT`] which population it is, with
//! its count and hash. Nothing is drawn from a file whose items do not give that hash. Opens no file: whoever calls
//! reads and writes the bytes.

use std::io::Write;

use arrow::array::{Array, RecordBatch, StringArray};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::results::{Assessment, ControlResult};
use crate::lake::{LakeError, Row, write_parquet};

use super::population::{Change, Ground, PopulationItem, Seal, Sealing, Unit, join_key};

/// The name in the footer under which the file says what it is.
pub const ABOUT: &str = "tickmark_population";
/// The version of the layout.
const SCHEMA: u32 = 1;
/// Row groups whose keys are held at once while another lot is sealed.
const GROUPS_AT_ONCE: usize = 4;

/// Which population a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    schema: u32,
    /// The control.
    pub control: String,
    /// What an item is: the name of a [`Unit`].
    pub unit: String,
    /// The window's begin and end, RFC 3339, half-open.
    pub window: [String; 2],
    /// SHA-256 over the evidence, as in `results.json`.
    pub evidence_digest: String,
    /// SHA-256 of the commit of the lake that it was made from.
    pub lake_commit_sha256: String,
    /// Items.
    pub count: u64,
    /// SHA-256 over their keys, each followed by a line feed.
    pub sha256: String,
}

/// Why a population cannot be drawn from.
#[derive(Debug, Error)]
pub enum FrozenError {
    /// Not such a file.
    #[error("it is no population that `tickmark sample draw` froze: {0}")]
    NotOne(String),
    /// Its items are not those that its footer says.
    #[error(
        "its items do not give the hash that it states: {stated} items with SHA-256 {sha256} are stated, and {found} with {found_sha256} are there"
    )]
    Changed {
        /// Count stated.
        stated: u64,
        /// Hash stated.
        sha256: String,
        /// Count found.
        found: u64,
        /// Hash found.
        found_sha256: String,
    },
}

impl FrozenError {
    fn parquet(error: impl std::fmt::Display) -> Self {
        Self::NotOne(error.to_string())
    }
}

/// Writes the population of a control as a file; what it says of itself.
///
/// # Errors
/// When the output cannot be written.
pub fn freeze<W: Write + Send>(
    assessment: &Assessment,
    control: &ControlResult,
    unit: Unit,
    changes: &[Change],
    lake_commit_sha256: &str,
    output: W,
) -> Result<(W, About), LakeError> {
    let ground = Ground::of(assessment, control)?;
    let about = About {
        schema: SCHEMA,
        control: control.control.clone(),
        unit: unit.name().to_owned(),
        window: [assessment.window.from.to_string(), assessment.window.until.to_string()],
        evidence_digest: assessment.evidence.digest.clone(),
        lake_commit_sha256: lake_commit_sha256.to_owned(),
        count: 0,
        sha256: String::new(),
    };
    about.freeze(unit, output, |take| ground.each_item(unit, changes, |item| take(&item)))
}

impl About {
    /// Of a population that comes from no assessment; for measuring and trying out.
    #[must_use]
    pub fn of_nothing(control: &str, unit: Unit) -> Self {
        Self {
            schema: SCHEMA,
            control: control.to_owned(),
            unit: unit.name().to_owned(),
            window: [String::new(), String::new()],
            evidence_digest: String::new(),
            lake_commit_sha256: String::new(),
            count: 0,
            sha256: String::new(),
        }
    }

    /// Writes items, which come in the population's order, and seals them.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn freeze<W: Write + Send>(
        mut self,
        unit: Unit,
        output: W,
        each_item: impl FnOnce(&mut dyn FnMut(&PopulationItem) -> Result<(), LakeError>) -> Result<(), LakeError>,
    ) -> Result<(W, Self), LakeError> {
        let output = write_parquet(output, |take| {
            let (mut sealing, mut key) = (Sealing::default(), String::new());
            each_item(&mut |item| {
                item.key(unit, &mut key);
                sealing.add(&key);
                take(item)
            })?;
            let seal = sealing.seal();
            (self.count, self.sha256) = (seal.count, seal.sha256);
            Ok(vec![(ABOUT, self.text())])
        })?;
        Ok((output, self))
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn agrees_with(&self, found: Seal) -> Result<(), FrozenError> {
        if (found.count, &found.sha256) == (self.count, &self.sha256) {
            return Ok(());
        }
        let (stated, sha256) = (self.count, self.sha256.clone());
        Err(FrozenError::Changed { stated, sha256, found: found.count, found_sha256: found.sha256 })
    }

    /// The unit.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        Unit::of(&self.unit)
    }
}

/// A population in its file's bytes.
#[derive(Debug)]
pub struct FrozenPopulation {
    bytes: Bytes,
    metadata: ArrowReaderMetadata,
    /// Which it is.
    pub about: About,
    /// What an item is.
    pub unit: Unit,
}

impl FrozenPopulation {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// [`FrozenError::NotOne`].
    pub fn of(bytes: Bytes) -> Result<Self, FrozenError> {
        let metadata = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).map_err(FrozenError::parquet)?;
        let said = metadata.metadata().file_metadata().key_value_metadata().into_iter().flatten();
        let text = said.filter(|pair| pair.key == ABOUT).find_map(|pair| pair.value.clone());
        let text = text.ok_or_else(|| FrozenError::NotOne(format!("its footer has no `{ABOUT}`")))?;
        let about: About = serde_json::from_str(&text).map_err(FrozenError::parquet)?;
        if about.schema != SCHEMA {
            let told = format!("its schema is {}, and this tickmark reads {SCHEMA}", about.schema);
            return Err(FrozenError::NotOne(told));
        }
        let unit = about.unit().ok_or_else(|| FrozenError::NotOne(format!("there is no unit `{}`", about.unit)))?;
        Ok(Self { bytes, metadata, about, unit })
    }

    /// Looks at all items, row group by row group on all threads: `see` is given the number, the key and the values of
    /// `columns`, and puts what it keeps into what `begin` gives; `join` takes these in order. The items are sealed on
    /// the way.
    ///
    /// # Errors
    /// [`FrozenError::Changed`] where they do not give the file's hash, and when they cannot be read.
    pub fn look<T: Send>(
        &self,
        columns: &[&str],
        begin: impl Fn() -> T + Sync,
        see: impl Fn(&mut T, u64, &str, &[&str]) + Sync,
        mut join: impl FnMut(T),
    ) -> Result<(), FrozenError> {
        let (mut sealing, mut waiting) = (Sealing::default(), Vec::new());
        let groups: Vec<(usize, u64)> = self.groups().collect();
        let mut lots = groups.chunks(GROUPS_AT_ONCE.max(rayon::current_num_threads()));
        loop {
            // One lot is sealed, in order, while the next is read.
            let next = lots.next();
            let read = |(group, first): &(usize, u64)| {
                let (mut seen, mut lines) = (begin(), Lines::default());
                self.each(*group, *first, columns, |number, key, values| {
                    see(&mut seen, number, key, values);
                    lines.add(key);
                })?;
                Ok::<_, FrozenError>((seen, lines))
            };
            let sealed = std::mem::take(&mut waiting);
            let (read, ()) = rayon::join(
                || next.unwrap_or_default().par_iter().map(read).collect::<Result<Vec<_>, _>>(),
                || sealed.iter().for_each(|lines: &Lines| sealing.add_lines(lines.count, &lines.text)),
            );
            for (seen, lines) in read? {
                join(seen);
                waiting.push(lines);
            }
            if next.is_none() {
                break;
            }
        }
        self.about.agrees_with(sealing.seal())
    }

    /// Row groups, each with the number of its first item.
    fn groups(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let groups = self.metadata.metadata().row_groups().iter().enumerate();
        groups.scan(1, |next, (group, about)| {
            let first = *next;
            *next += about.num_rows().unsigned_abs();
            Some((group, first))
        })
    }

    /// Hands over the number, the key and the values of some text columns of each item of a row group.
    fn each(
        &self,
        group: usize,
        first: u64,
        columns: &[&str],
        mut take: impl FnMut(u64, &str, &[&str]),
    ) -> Result<(), FrozenError> {
        let wanted = self.unit.key_parts().iter().chain(columns).copied();
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), wanted);
        let (mut number, mut key) = (first, String::new());
        for batch in self.batches(group, Some(mask))? {
            let texts = |names: &[&str]| names.iter().map(|name| text(&batch, name)).collect::<Result<Vec<_>, _>>();
            let (parts, values) = (texts(self.unit.key_parts())?, texts(columns)?);
            let mut row = Vec::with_capacity(values.len());
            for at in 0..batch.num_rows() {
                join_key(parts.iter().map(|part| part.value(at)), &mut key);
                row.clear();
                row.extend(values.iter().map(|column| column.value(at)));
                take(number, &key, &row);
                number += 1;
            }
        }
        Ok(())
    }

    fn batches(&self, group: usize, mask: Option<ProjectionMask>) -> Result<Vec<RecordBatch>, FrozenError> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.metadata.clone());
        let builder = builder.with_row_groups(vec![group]).with_batch_size(8_192);
        let builder = match mask {
            Some(mask) => builder.with_projection(mask),
            None => builder,
        };
        let reader = builder.build().map_err(FrozenError::parquet)?;
        reader.collect::<Result<_, _>>().map_err(FrozenError::parquet)
    }

    /// The items of the numbers, in their order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn items(&self, numbers: &[u64]) -> Result<Vec<PopulationItem>, FrozenError> {
        let mut found = std::collections::BTreeMap::new();
        for (group, first) in self.groups() {
            let rows = self.metadata.metadata().row_group(group).num_rows().unsigned_abs();
            let within: Vec<u64> =
                numbers.iter().copied().filter(|number| (first..first + rows).contains(number)).collect();
            if within.is_empty() {
                continue;
            }
            let mut begin = first;
            for batch in self.batches(group, None)? {
                for number in &within {
                    let Some(at) = number.checked_sub(begin).and_then(|at| usize::try_from(at).ok()) else { continue };
                    if at < batch.num_rows() {
                        let mut rows = Vec::new();
                        PopulationItem::from_batch(&batch.slice(at, 1), &mut rows).map_err(FrozenError::parquet)?;
                        found.extend(rows.pop().map(|row| (*number, row)));
                    }
                }
                begin += batch.num_rows() as u64;
            }
        }
        let take = |number: &u64| {
            let item = found.get(number).cloned();
            item.ok_or_else(|| FrozenError::NotOne(format!("it has no item {number}")))
        };
        numbers.iter().map(take).collect()
    }

    /// All items, in order, one after the other.
    ///
    /// # Errors
    /// When they cannot be read, and what `take` gives.
    pub fn each_item(&self, mut take: impl FnMut(PopulationItem)) -> Result<(), FrozenError> {
        for (group, _) in self.groups() {
            for batch in self.batches(group, None)? {
                let mut rows = Vec::new();
                PopulationItem::from_batch(&batch, &mut rows).map_err(FrozenError::parquet)?;
                rows.into_iter().for_each(&mut take);
            }
        }
        Ok(())
    }
}

/// Keys as they are sealed.
#[derive(Debug, Default)]
struct Lines {
    count: u64,
    text: String,
}

impl Lines {
    fn add(&mut self, key: &str) {
        self.count += 1;
        self.text.push_str(key);
        self.text.push('\n');
    }
}

fn text<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray, FrozenError> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<StringArray>());
    let missing = || FrozenError::NotOne(format!("it has no column of texts named `{name}`"));
    column.filter(|column| column.null_count() == 0).ok_or_else(missing)
}
