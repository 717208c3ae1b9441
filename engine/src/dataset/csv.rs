//! CSV as `lab` writes it, read back: RFC 4180 with a header, NULL as nothing, an empty text as `""`.
//!
//! ```text
//!  bytes ── Records: fields, quoted or not, each with its line ── columns, by the header's names ── batches
//! ```
//!
//! Nothing is guessed and nothing is left out: what cannot be read ends the reading with its line and column. The usual CSV
//! parsers do not say whether a field was quoted, so they cannot tell a NULL from an empty text; this one does.

use super::TableError;
use crate::columnar::{BATCH_ROWS, Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use crate::error::{self, EngineError};
use crate::room::reserve_for;
use std::sync::Arc;

/// A batch ends when its texts are longer than this.
const BATCH_BYTES: usize = 64 << 20;
/// A longer field is refused: a forgotten quote makes one of the rest of the file.
const FIELD_BYTES: usize = 256 << 20;
/// So much of a wrong value is repeated.
const SHOWN_CHARS: usize = 40;

/// What in a CSV text cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct CsvError {
    /// The line on which the field begins, from 1. A quoted field may hold line ends, which count.
    pub line: u64,
    /// The column's name; its number, from 1, where it has no name.
    pub column: String,
    /// What is wrong there.
    pub fault: CsvFault,
}

/// What is wrong with a field or a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvFault {
    /// There is no header.
    #[error("there is no header")]
    NoHeader,
    /// The header has a column without a name.
    #[error("the header does not say how the column is called")]
    UnnamedColumn,
    /// The header names a column that the schema does not have.
    #[error("the header names a column that is not wanted")]
    UnknownColumn,
    /// The header names a column twice.
    #[error("the header names the column twice")]
    RepeatedColumn,
    /// The header does not name a column of the schema.
    #[error("the header does not name the column")]
    MissingColumn,
    /// A line has fewer or more fields than the header.
    #[error("the line has {got} field{}, the header {expected}", if *.got == 1 { "" } else { "s" })]
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the line.
        got: usize,
    },
    /// A value is not of its column's type.
    #[error("{value:?} is no {data_type:?}")]
    NotOfType {
        /// The value, cut where it is long.
        value: String,
        /// The column holds values of this type.
        data_type: DataType,
    },
    /// A value is not UTF-8.
    #[error("the bytes are not UTF-8")]
    NotUtf8,
    /// There is a quote in a field that does not begin with one.
    #[error("a quote in a field that is not quoted")]
    QuoteInside,
    /// Something stands behind the quote that ends a field.
    #[error("something stands behind the closing quote")]
    AfterQuote,
    /// A quoted field does not end.
    #[error("the quote is never closed")]
    OpenQuote,
    /// A carriage return stands alone in a field that is not quoted.
    #[error("a carriage return without a line feed in a field that is not quoted")]
    LoneReturn,
    /// A batch of rows does not fit the memory.
    #[error("there is no room for the rows: {needed_bytes} bytes are needed")]
    NoRoom {
        /// The bytes that were asked for.
        needed_bytes: u64,
    },
    /// A field is too long.
    #[error("the field is longer than {FIELD_BYTES} bytes")]
    TooLong,
}

/// Reads a CSV text whose header names the columns of a schema, in any order. The columns come out in the schema's order.
///
/// An empty field is NULL; `""` is an empty text. Lines end in `\n` or `\r\n`; a byte order mark is passed over. There is one
/// batch at least, so a text of a header alone is a table without rows. Blank lines at the end are passed over, but in a table of
/// one column, where a blank line is a row with NULL.
///
/// # Errors
/// [`CsvError`], with the line and the column.
pub fn read_csv(text: &[u8], schema: &Schema) -> Result<Vec<RecordBatch>, CsvError> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut records = Records { text, at: 0, line: 1, names: Vec::new() };
    let Some(header) = records.next()? else {
        return Err(CsvError { line: 1, column: "1".to_owned(), fault: CsvFault::NoHeader });
    };
    let places = places(&header, schema)?;
    records.names = places.iter().map(|&at| schema.fields()[at].name.clone()).collect();
    let schema = Arc::new(schema.clone());
    let mut building = Building::new(&schema);
    let mut batches = Vec::new();
    while let Some(record) = records.next()? {
        if record.len() != places.len() {
            if is_blank(&record) && records.is_blank_to_the_end() {
                break;
            }
            let line = record[0].line;
            let column = records.name(record.len().min(places.len()));
            let fault = CsvFault::FieldCount { expected: places.len(), got: record.len() };
            return Err(CsvError { line, column, fault });
        }
        for (field, &at) in record.iter().zip(&places) {
            let column = || schema.fields()[at].name.clone();
            building.push(at, field).map_err(|fault| CsvError {
                line: field.line,
                column: column(),
                fault,
            })?;
        }
        building.row_count += 1;
        if building.row_count >= BATCH_ROWS || building.byte_count >= BATCH_BYTES {
            let full = std::mem::replace(&mut building, Building::new(&schema));
            batches.push(full.finish().map_err(|error| error_of_rows(records.line, &error))?);
        }
    }
    if building.row_count > 0 || batches.is_empty() {
        batches.push(building.finish().map_err(|error| error_of_rows(records.line, &error))?);
    }
    Ok(batches)
}

impl From<CsvError> for TableError {
    fn from(error: CsvError) -> Self {
        TableError::Csv(error)
    }
}

/// Where in the schema each field of a line belongs.
fn places(header: &[Field<'_>], schema: &Schema) -> Result<Vec<usize>, CsvError> {
    let mut places = Vec::new();
    for field in header {
        let name = String::from_utf8_lossy(&field.bytes).into_owned();
        if name.is_empty() {
            let column = (places.len() + 1).to_string();
            return Err(CsvError { line: field.line, column, fault: CsvFault::UnnamedColumn });
        }
        let wrong = |fault| CsvError { line: field.line, column: format!("{name:?}"), fault };
        let at = schema.index_of(&name).ok_or_else(|| wrong(CsvFault::UnknownColumn))?;
        if places.contains(&at) {
            return Err(wrong(CsvFault::RepeatedColumn));
        }
        places.push(at);
    }
    match (0..schema.fields().len()).find(|at| !places.contains(at)) {
        None => Ok(places),
        Some(at) => {
            let column = schema.fields()[at].name.clone();
            Err(CsvError { line: 1, column, fault: CsvFault::MissingColumn })
        }
    }
}

/// One value as it stands in the text, without its quotes.
struct Field<'t> {
    bytes: std::borrow::Cow<'t, [u8]>,
    is_quoted: bool,
    /// The line on which it begins.
    line: u64,
}

/// Whether a line has nothing on it.
fn is_blank(record: &[Field<'_>]) -> bool {
    matches!(record, [field] if field.bytes.is_empty() && !field.is_quoted)
}

/// The lines of a text, taken apart.
struct Records<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
    /// The columns' names, once the header was read.
    names: Vec<String>,
}

impl<'t> Records<'t> {
    /// The fields of the next line; `None` at the end. A line has one field at least.
    fn next(&mut self) -> Result<Option<Vec<Field<'t>>>, CsvError> {
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            let line = self.line;
            let wrong = |records: &Self, fault| CsvError { line, column: records.name(fields.len()), fault };
            let field = match self.text.get(self.at) {
                Some(b'"') => self.quoted(),
                _ => self.plain(),
            };
            let field = field.map_err(|fault| wrong(self, fault))?;
            if field.bytes.len() > FIELD_BYTES {
                return Err(wrong(self, CsvFault::TooLong));
            }
            let is_quoted = field.is_quoted;
            let behind = &self.text[self.at..];
            let (is_last, step) = match behind {
                [b',', ..] => (false, 1),
                [] => (true, 0),
                [b'\n', ..] => (true, 1),
                [b'\r', b'\n', ..] => (true, 2),
                _ if is_quoted => return Err(wrong(self, CsvFault::AfterQuote)),
                _ => return Err(wrong(self, CsvFault::LoneReturn)),
            };
            fields.push(field);
            self.at += step;
            if is_last {
                self.line += u64::from(step > 0);
                return Ok(Some(fields));
            }
        }
    }

    /// A field up to the comma or the end of the line.
    fn plain(&mut self) -> Result<Field<'t>, CsvFault> {
        let rest = &self.text[self.at..];
        let ends = |byte: &u8| matches!(byte, b',' | b'\n' | b'\r' | b'"');
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        if rest.get(end) == Some(&b'"') {
            return Err(CsvFault::QuoteInside);
        }
        self.at += end;
        Ok(Field { bytes: rest[..end].into(), is_quoted: false, line: self.line })
    }

    /// A field in quotes, in which two quotes stand for one.
    fn quoted(&mut self) -> Result<Field<'t>, CsvFault> {
        let (text, line, mut bytes) = (self.text, self.line, Vec::new());
        self.at += 1;
        loop {
            let rest = &text[self.at..];
            let Some(quote) = rest.iter().position(|&byte| byte == b'"') else {
                return Err(CsvFault::OpenQuote);
            };
            let part = &rest[..quote];
            self.line += part.iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.at += quote + 1;
            reserve_for(&mut bytes, part.len() + 1).map_err(|error| fault_of(&error))?;
            bytes.extend_from_slice(part);
            if rest.get(quote + 1) != Some(&b'"') {
                return Ok(Field { bytes: bytes.into(), is_quoted: true, line });
            }
            bytes.push(b'"');
            self.at += 1;
        }
    }

    /// Whether nothing but line ends is left.
    fn is_blank_to_the_end(&self) -> bool {
        self.text[self.at..].iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    }

    /// A column's name, or its number where it has none.
    fn name(&self, at: usize) -> String {
        self.names.get(at).cloned().unwrap_or_else(|| (at + 1).to_string())
    }
}

/// A batch that grows row by row.
struct Building {
    schema: Arc<Schema>,
    columns: Vec<Values>,
    row_count: usize,
    byte_count: usize,
}

enum Values {
    Int64(Vec<Option<i64>>),
    Float64(Vec<Option<f64>>),
    Utf8(Utf8Column),
}

impl Building {
    fn new(schema: &Arc<Schema>) -> Self {
        let values = |data_type| match data_type {
            DataType::Int64 => Values::Int64(Vec::new()),
            DataType::Float64 => Values::Float64(Vec::new()),
            DataType::Utf8 => Values::Utf8(Utf8Column::default()),
        };
        let columns = schema.fields().iter().map(|field| values(field.data_type)).collect();
        Building { schema: schema.clone(), columns, row_count: 0, byte_count: 0 }
    }

    fn push(&mut self, at: usize, field: &Field<'_>) -> Result<(), CsvFault> {
        let text = std::str::from_utf8(&field.bytes).map_err(|_| CsvFault::NotUtf8)?;
        let value = (!text.is_empty() || field.is_quoted).then_some(text);
        match &mut self.columns[at] {
            Values::Int64(values) => {
                let parse = |text: &str| text.parse().map_err(|_| not_of_type(text, DataType::Int64));
                reserve_for(values, 1).map_err(|error| fault_of(&error))?;
                values.push(value.map(parse).transpose()?);
            }
            Values::Float64(values) => {
                reserve_for(values, 1).map_err(|error| fault_of(&error))?;
                values.push(value.map(double).transpose()?);
            }
            Values::Utf8(texts) => {
                self.byte_count += text.len();
                let pushed = match value {
                    None => texts.push_null(),
                    Some(text) => texts.push(text),
                };
                pushed.map_err(|error| fault_of(&error))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> error::Result<RecordBatch> {
        let column = |values| {
            Ok(match values {
                Values::Int64(values) => Column::Int64(Primitive::of(values)?),
                Values::Float64(values) => Column::Float64(Primitive::of(values)?),
                Values::Utf8(texts) => Column::Utf8(texts),
            })
        };
        let columns = self.columns.into_iter().map(column).collect::<error::Result<Vec<_>>>()?;
        Ok(RecordBatch::new(self.schema, columns))
    }
}

/// What keeps rows from being put into a batch. Texts of one batch are together too short to be anything but too many for
/// the memory.
fn fault_of(error: &EngineError) -> CsvFault {
    match error {
        EngineError::OutOfMemory { needed_bytes, .. } => CsvFault::NoRoom { needed_bytes: *needed_bytes },
        _ => CsvFault::TooLong,
    }
}

/// The same, of a whole batch: no column is to blame.
fn error_of_rows(line: u64, error: &EngineError) -> CsvError {
    CsvError { line, column: "1".to_owned(), fault: fault_of(error) }
}

/// A double; one that is too large for its type is none, unless it says so itself.
fn double(text: &str) -> Result<f64, CsvFault> {
    let is_written_infinite = || text.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("inf");
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() || value.is_nan() || is_written_infinite() => Ok(value),
        Ok(_) | Err(_) => Err(not_of_type(text, DataType::Float64)),
    }
}

fn not_of_type(text: &str, data_type: DataType) -> CsvFault {
    CsvFault::NotOfType { value: text.chars().take(SHOWN_CHARS).collect(), data_type }
}
