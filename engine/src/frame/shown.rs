//! What a show brings back, and its text.

use std::fmt::{Display, Formatter, Result};

use crate::columnar::{DataType, RecordBatch, Schema};

/// Characters of a value that a table shows, at most: a longer text ends in three dots.
const MOST_CHARACTERS: usize = 40;

/// What a show brought back. Its text is a table:
///
/// ```
/// # use shuffle_engine::Scenario;
/// # use shuffle_engine::frame::{Context, col, count, scan};
/// # let scenario = Scenario { rows: 5_000, keys: 200, workers: 3, ..Scenario::default() };
/// let mut context = Context::local(scenario)?;
/// let shown = scan("prompts").select(["prompt_id", "language"]).limit(3).show(&mut context)?;
/// assert_eq!(shown.to_string(), "\
/// +-----------+----------+
/// | prompt_id | language |
/// +-----------+----------+
/// |         0 | en       |
/// |         1 | hi       |
/// |         2 | de       |
/// +-----------+----------+
/// 3 rows, 1 of 32 partitions run
/// ");
/// # Ok::<(), shuffle_engine::EngineError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Shown {
    /// The names and types of the columns, which are known even when there is no row.
    pub schema: Schema,
    /// The rows, in order.
    pub rows: Vec<RecordBatch>,
    /// Partitions that were run, of the last stage or, in a plan with a share, of the stages that give rows.
    pub tasks_run: u32,
    /// Partitions that there are.
    pub task_count: u32,
}

impl Shown {
    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.rows.iter().map(RecordBatch::row_count).sum()
    }

    /// Every row as the texts that the table shows.
    fn texts(&self) -> Vec<Vec<String>> {
        let rows = self.rows.iter().flat_map(|batch| (0..batch.row_count()).map(|row| batch.row_text(row)));
        rows.map(|row| row.into_iter().map(|value| shortened(value.as_deref().unwrap_or("NULL"))).collect())
            .collect()
    }
}

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let names: Vec<String> = self.schema.names().map(shortened).collect();
        let rows = self.texts();
        let widths: Vec<usize> = (0..names.len())
            .map(|column| {
                let all = rows.iter().chain([&names]).map(|row| row[column].chars().count());
                all.max().unwrap_or(0)
            })
            .collect();
        write_rule(&widths, f)?;
        for (name, width) in names.iter().zip(&widths) {
            write!(f, "| {name:width$} ")?;
        }
        writeln!(f, "|")?;
        write_rule(&widths, f)?;
        for row in &rows {
            for ((text, width), field) in row.iter().zip(&widths).zip(self.schema.fields()) {
                match field.data_type {
                    DataType::Int64 | DataType::Float64 => write!(f, "| {text:>width$} ")?,
                    DataType::Utf8 => write!(f, "| {text:width$} ")?,
                }
            }
            writeln!(f, "|")?;
        }
        write_rule(&widths, f)?;
        let plural = if rows.len() == 1 { "" } else { "s" };
        writeln!(f, "{} row{plural}, {} of {} partitions run", rows.len(), self.tasks_run, self.task_count)
    }
}

fn write_rule(widths: &[usize], f: &mut Formatter<'_>) -> Result {
    widths.iter().try_for_each(|width| write!(f, "+{:-<1$}", "", width + 2))?;
    writeln!(f, "+")
}

/// A text on one line, of at most [`MOST_CHARACTERS`].
fn shortened(text: &str) -> String {
    let mut short = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == MOST_CHARACTERS {
            let kept = short.chars().take(MOST_CHARACTERS - 3).collect::<String>();
            return kept + "...";
        }
        match character.is_control() {
            true => short.extend(character.escape_default()),
            false => short.push(character),
        }
    }
    short
}
