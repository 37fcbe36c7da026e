//! How values lie in columns, and as bytes on their way there. Knows no table.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryBuilder, BooleanArray, BooleanBuilder, Int64Array, Int64Builder, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::error::ArrowError;

use super::LakeError;
use super::table::{ColumnKind, Row};
use crate::model::Instant;

/// How one kind of value lies in a column.
pub(crate) trait Column: Sized {
    const KIND: ColumnKind;
    fn data_type() -> DataType;
    fn is_nullable() -> bool {
        false
    }
    fn builder() -> Box<dyn ColumnBuilder>;
    type Reader<'b>;
    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>>;
    fn read(reader: &Self::Reader<'_>, at: usize) -> Self;
    /// What stands for a value of a column that was not read.
    fn unread() -> Self;
    fn encode(&self, bytes: &mut Vec<u8>);
    fn decode(bytes: &mut &[u8]) -> Option<Self>;
}

/// Takes so many bytes off the front.
fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Takes eight bytes off the front.
fn take_eight(bytes: &mut &[u8]) -> Option<[u8; 8]> {
    take(bytes, 8)?.try_into().ok()
}

/// Most texts are short: their length takes one byte, that of others one for each seven bits.
fn encode_text(text: &str, bytes: &mut Vec<u8>) {
    let mut length = text.len();
    while let Some(low) = Some(length & 0x7f).filter(|_| length > 0x7f) {
        bytes.push(u8::try_from(low).unwrap_or(0) | 0x80);
        length >>= 7;
    }
    bytes.push(u8::try_from(length).unwrap_or(0));
    bytes.extend_from_slice(text.as_bytes());
}

fn decode_text<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    std::str::from_utf8(decode_bytes(bytes)?).ok()
}

/// The bytes of a text, which are not looked at.
fn decode_bytes<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = *take(bytes, 1)?.first()?;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    take(bytes, length)
}

/// A column that is filled from rows as [`Row::encode`] makes them.
pub trait ColumnBuilder: Send {
    /// Takes the value at the front of `bytes` into the column; `None` where there is none.
    fn append(&mut self, bytes: &mut &[u8]) -> Option<()>;
    /// Takes a text instead of what `bytes` has; `None` where the column holds no texts.
    fn replace(&mut self, _bytes: &mut &[u8], _text: &str) -> Option<()> {
        None
    }
    /// The column, which is empty then.
    ///
    /// # Errors
    /// When a text is no UTF-8.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError>;
}

/// Texts, which are found to be UTF-8 all at once in the end: one by one that costs more than moving them.
#[derive(Default)]
struct TextColumn(BinaryBuilder);

impl ColumnBuilder for TextColumn {
    fn append(&mut self, bytes: &mut &[u8]) -> Option<()> {
        self.0.append_value(decode_bytes(bytes)?);
        Some(())
    }

    fn replace(&mut self, bytes: &mut &[u8], text: &str) -> Option<()> {
        decode_bytes(bytes)?;
        self.0.append_value(text);
        Some(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let (offsets, values, nulls) = self.0.finish().into_parts();
        Ok(Arc::new(StringArray::try_new(offsets, values, nulls)?))
    }
}

/// Values of a fixed width, which lie the same way in a column that may be null.
trait Plain: Column + 'static {
    type Values: Default + Send;
    fn push(values: &mut Self::Values, value: Option<Self>);
    fn finish(values: &mut Self::Values) -> ArrayRef;
    fn is_null(reader: &Self::Reader<'_>, at: usize) -> bool;
}

struct PlainColumn<C: Plain>(C::Values);

impl<C: Plain> ColumnBuilder for PlainColumn<C> {
    fn append(&mut self, bytes: &mut &[u8]) -> Option<()> {
        C::push(&mut self.0, Some(C::decode(bytes)?));
        Some(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(C::finish(&mut self.0))
    }
}

struct OptionalColumn<C: Plain>(C::Values);

impl<C: Plain> ColumnBuilder for OptionalColumn<C> {
    fn append(&mut self, bytes: &mut &[u8]) -> Option<()> {
        C::push(&mut self.0, Option::<C>::decode(bytes)?);
        Some(())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(C::finish(&mut self.0))
    }
}

/// Rows of one table turned into columns.
pub(super) struct Columns<R> {
    builders: Vec<Box<dyn ColumnBuilder>>,
    /// The place of the column of ledger ids.
    evidence: Option<usize>,
    rows: PhantomData<fn() -> R>,
}

impl<R: Row> Columns<R> {
    /// Columns without rows.
    pub(super) fn new() -> Self {
        let evidence = R::schema().index_of("evidence_id").ok();
        Self { builders: R::builders(), evidence, rows: PhantomData }
    }

    /// Takes in a row as [`Row::encode`] makes it, with another ledger id where one is given.
    ///
    /// # Errors
    /// When the bytes are no such row.
    pub(super) fn push(&mut self, mut row: &[u8], evidence: Option<&str>) -> Result<(), LakeError> {
        for (place, builder) in self.builders.iter_mut().enumerate() {
            let done = match evidence.filter(|_| self.evidence == Some(place)) {
                Some(evidence) => builder.replace(&mut row, evidence),
                None => builder.append(&mut row),
            };
            done.ok_or(LakeError::Staged { table: R::TABLE })?;
        }
        Ok(())
    }

    /// What was taken in so far.
    ///
    /// # Errors
    /// When a text is no UTF-8, or rows and schema disagree: a bug in tickmark, or damage to what was staged.
    pub(super) fn take(&mut self) -> Result<RecordBatch, LakeError> {
        let columns = self.builders.iter_mut().map(|builder| builder.finish()).collect::<Result<_, _>>();
        columns.and_then(|columns| RecordBatch::try_new(R::schema(), columns)).map_err(LakeError::Arrow)
    }
}

impl Column for String {
    const KIND: ColumnKind = ColumnKind::Text;
    type Reader<'b> = &'b StringArray;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::<TextColumn>::default()
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        array.as_any().downcast_ref()
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        reader.value(at).to_owned()
    }

    fn unread() -> Self {
        Self::new()
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        encode_text(self, bytes);
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        decode_text(bytes).map(str::to_owned)
    }
}

/// Text that repeats from row to row: neighbours with the same text share it in memory.
impl Column for Arc<str> {
    const KIND: ColumnKind = ColumnKind::Text;
    type Reader<'b> = SharedText<'b>;

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::<TextColumn>::default()
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        let array = array.as_any().downcast_ref()?;
        Some(SharedText { array, last: RefCell::new(Arc::from("")) })
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        let text = reader.array.value(at);
        let mut last = reader.last.borrow_mut();
        if **last != *text {
            *last = Arc::from(text);
        }
        Arc::clone(&last)
    }

    fn unread() -> Self {
        Self::from("")
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        encode_text(self, bytes);
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        decode_text(bytes).map(Self::from)
    }
}

/// A text column with the value read last.
pub(crate) struct SharedText<'b> {
    array: &'b StringArray,
    last: RefCell<Arc<str>>,
}

impl Column for Instant {
    const KIND: ColumnKind = ColumnKind::Time;
    type Reader<'b> = &'b TimestampMicrosecondArray;

    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::new(PlainColumn::<Self>(<Self as Plain>::Values::default()))
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        array.as_any().downcast_ref()
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        Self::from_microseconds(reader.value(at))
    }

    fn unread() -> Self {
        Self::from_microseconds(0)
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.microseconds().to_le_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        take_eight(bytes).map(|eight| Self::from_microseconds(i64::from_le_bytes(eight)))
    }
}

impl Plain for Instant {
    type Values = TimestampMicrosecondBuilder;

    fn push(values: &mut Self::Values, value: Option<Self>) {
        values.append_option(value.map(Self::microseconds));
    }

    fn finish(values: &mut Self::Values) -> ArrayRef {
        Arc::new(values.finish().with_timezone("UTC"))
    }

    fn is_null(reader: &Self::Reader<'_>, at: usize) -> bool {
        reader.is_null(at)
    }
}

impl Column for u64 {
    const KIND: ColumnKind = ColumnKind::Count;
    type Reader<'b> = &'b Int64Array;

    fn data_type() -> DataType {
        DataType::Int64
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::new(PlainColumn::<Self>(<Self as Plain>::Values::default()))
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        array.as_any().downcast_ref()
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        Self::try_from(reader.value(at)).unwrap_or(0)
    }

    fn unread() -> Self {
        0
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        take_eight(bytes).map(Self::from_le_bytes)
    }
}

impl Plain for u64 {
    type Values = Int64Builder;

    fn push(values: &mut Self::Values, value: Option<Self>) {
        values.append_option(value.map(|count| i64::try_from(count).unwrap_or(i64::MAX)));
    }

    fn finish(values: &mut Self::Values) -> ArrayRef {
        Arc::new(values.finish())
    }

    fn is_null(reader: &Self::Reader<'_>, at: usize) -> bool {
        reader.is_null(at)
    }
}

impl Column for i64 {
    const KIND: ColumnKind = ColumnKind::Integer;
    type Reader<'b> = &'b Int64Array;

    fn data_type() -> DataType {
        DataType::Int64
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::new(PlainColumn::<Self>(<Self as Plain>::Values::default()))
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        array.as_any().downcast_ref()
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        reader.value(at)
    }

    fn unread() -> Self {
        0
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        take_eight(bytes).map(Self::from_le_bytes)
    }
}

impl Plain for i64 {
    type Values = Int64Builder;

    fn push(values: &mut Self::Values, value: Option<Self>) {
        values.append_option(value);
    }

    fn finish(values: &mut Self::Values) -> ArrayRef {
        Arc::new(values.finish())
    }

    fn is_null(reader: &Self::Reader<'_>, at: usize) -> bool {
        reader.is_null(at)
    }
}

impl Column for bool {
    const KIND: ColumnKind = ColumnKind::Flag;
    type Reader<'b> = &'b BooleanArray;

    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::new(PlainColumn::<Self>(<Self as Plain>::Values::default()))
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        array.as_any().downcast_ref()
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        reader.value(at)
    }

    fn unread() -> Self {
        false
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes, 1).map(|byte| byte == [1])
    }
}

impl Plain for bool {
    type Values = BooleanBuilder;

    fn push(values: &mut Self::Values, value: Option<Self>) {
        values.append_option(value);
    }

    fn finish(values: &mut Self::Values) -> ArrayRef {
        Arc::new(values.finish())
    }

    fn is_null(reader: &Self::Reader<'_>, at: usize) -> bool {
        reader.is_null(at)
    }
}

impl<C: Plain> Column for Option<C> {
    const KIND: ColumnKind = C::KIND;
    type Reader<'b> = C::Reader<'b>;

    fn data_type() -> DataType {
        C::data_type()
    }

    fn is_nullable() -> bool {
        true
    }

    fn builder() -> Box<dyn ColumnBuilder> {
        Box::new(OptionalColumn::<C>(C::Values::default()))
    }

    fn reader(array: &dyn Array) -> Option<Self::Reader<'_>> {
        C::reader(array)
    }

    fn read(reader: &Self::Reader<'_>, at: usize) -> Self {
        (!C::is_null(reader, at)).then(|| C::read(reader, at))
    }

    fn unread() -> Self {
        None
    }

    /// Whether there is a value, and the value.
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.is_some().encode(bytes);
        if let Some(value) = self {
            value.encode(bytes);
        }
    }

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        if bool::decode(bytes)? { C::decode(bytes).map(Some) } else { Some(None) }
    }
}

/// A column of a batch.
///
/// # Errors
/// When it is missing or of another type.
pub(crate) fn column<'b, C: Column>(
    batch: &'b RecordBatch,
    table: &'static str,
    name: &'static str,
) -> Result<C::Reader<'b>, LakeError> {
    let array = batch.column_by_name(name).ok_or(LakeError::Column { table, column: name })?;
    C::reader(array.as_ref()).ok_or(LakeError::Column { table, column: name })
}
