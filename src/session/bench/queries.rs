//! The local figures as operators: the same specs that the planner makes of a query.

use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, RecordBatch, Schema};
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, AggregateStep, BuildInput, Direction, Expr, JoinKey, JoinKind, JoinSpec,
    OperatorSpec, OrderBy, lit,
};

use super::data::BenchTable;

/// A local figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LocalQuery {
    /// `SELECT key, count(*), sum(v) GROUP BY key`
    GroupBy,
    /// `SELECT DISTINCT key`
    Distinct,
    /// `SELECT count(*), sum(w) FROM numbers JOIN build USING (key)`
    JoinSum,
    /// `SELECT sum(v) WHERE v < limit`
    FilterSum,
    /// The whole row with the highest `v`, then the lowest `id`, of each key.
    DedupBest,
    /// `SELECT name, count(*) GROUP BY name`
    TextGroupBy,
    /// `SELECT word, count(*)` over the words of `text`
    WordCount,
}

impl LocalQuery {
    pub(super) fn by_name(name: &str) -> Option<Self> {
        match name {
            "group_by" => Some(LocalQuery::GroupBy),
            "distinct" => Some(LocalQuery::Distinct),
            "join_sum" => Some(LocalQuery::JoinSum),
            "filter_sum" => Some(LocalQuery::FilterSum),
            "dedup_best" => Some(LocalQuery::DedupBest),
            "text_group_by" => Some(LocalQuery::TextGroupBy),
            "word_count" => Some(LocalQuery::WordCount),
            _ => None,
        }
    }

    /// What it scans.
    pub(super) fn source(self) -> (BenchTable, &'static [usize]) {
        match self {
            LocalQuery::GroupBy => (BenchTable::Numbers, &[1, 2]),
            LocalQuery::Distinct | LocalQuery::JoinSum => (BenchTable::Numbers, &[1]),
            LocalQuery::FilterSum => (BenchTable::Numbers, &[2]),
            LocalQuery::DedupBest => (BenchTable::Numbers, &[0, 1, 2]),
            LocalQuery::TextGroupBy => (BenchTable::Texts, &[0]),
            LocalQuery::WordCount => (BenchTable::Texts, &[1]),
        }
    }

    /// Whether its head has the table `build` as its other input.
    pub(super) fn has_build(self) -> bool {
        self == LocalQuery::JoinSum
    }

    /// The columns of the result.
    fn result_schema(self) -> Schema {
        use DataType::{Int64, Utf8};
        match self {
            LocalQuery::GroupBy => Schema::new([("key", Int64), ("c", Int64), ("s", Int64)]),
            LocalQuery::Distinct => Schema::new([("key", Int64)]),
            LocalQuery::JoinSum => Schema::new([("key", Int64), ("w", Int64)]),
            LocalQuery::FilterSum => Schema::new([("v", Int64)]),
            LocalQuery::DedupBest => BenchTable::Numbers.schema(),
            LocalQuery::TextGroupBy => Schema::new([("name", Utf8), ("c", Int64)]),
            LocalQuery::WordCount => Schema::new([("word", Utf8), ("c", Int64)]),
        }
    }

    /// The operators, up to the rows of the result.
    pub(super) fn operators(self, limit: i64) -> Vec<OperatorSpec> {
        let (source, columns) = self.source();
        let scanned = source.schema().select(columns);
        let schema = Arc::new(self.result_schema());
        match self {
            LocalQuery::GroupBy => vec![group(scanned, schema, vec![count("c"), sum(1, "s")])],
            LocalQuery::Distinct => vec![group(scanned, schema, vec![])],
            LocalQuery::JoinSum => vec![OperatorSpec::HashJoin(JoinSpec {
                keys: vec![JoinKey { probe: 0, build: 0 }],
                build_schema: Arc::new(BenchTable::Build.schema()),
                build_columns: vec![1],
                build: BuildInput::Shuffle,
                kind: JoinKind::Inner,
                schema,
            })],
            LocalQuery::FilterSum => {
                vec![OperatorSpec::Filter { predicate: Expr::Column(0).lt(lit(limit)) }]
            }
            LocalQuery::DedupBest => vec![OperatorSpec::Dedup {
                key: 1,
                order: vec![
                    OrderBy { column: 2, direction: Direction::Highest },
                    OrderBy { column: 0, direction: Direction::Lowest },
                ],
                schema,
            }],
            LocalQuery::TextGroupBy => vec![group(scanned, schema, vec![count("c")])],
            LocalQuery::WordCount => {
                let words = Schema::new([("word", DataType::Utf8)]);
                vec![
                    OperatorSpec::Tokenize { column: 0, schema: Arc::new(words.clone()) },
                    group(words, schema, vec![count("c")]),
                ]
            }
        }
    }

    /// What is added up over the rows of the result, and under what name; `None` counts the rows. Timed: the other side's
    /// outer aggregate reads its result too.
    pub(super) fn totals(self) -> &'static [(&'static str, Option<usize>)] {
        match self {
            LocalQuery::GroupBy => &[("groups", None), ("rows", Some(1)), ("sum", Some(2))],
            LocalQuery::Distinct => &[("groups", None)],
            LocalQuery::JoinSum => &[("rows", None), ("sum", Some(1))],
            LocalQuery::FilterSum => &[("sum", Some(0))],
            LocalQuery::DedupBest => &[("groups", None), ("ids", Some(0)), ("values", Some(2))],
            LocalQuery::TextGroupBy | LocalQuery::WordCount => &[("groups", None), ("rows", Some(1))],
        }
    }

    /// The operator that adds the result up, as the other side's outer aggregate does.
    pub(super) fn adding_up(self) -> OperatorSpec {
        let rows = Arc::new(self.result_schema());
        let totals = self.totals();
        let aggregates = totals
            .iter()
            .map(|(name, column)| column.map_or_else(|| count(name), |column| sum(column, name)))
            .collect();
        OperatorSpec::HashAggregate {
            keys: vec![],
            aggregates,
            step: AggregateStep::Complete,
            input_schema: rows,
            schema: Arc::new(Schema::new(totals.iter().map(|(name, _)| (*name, DataType::Int64)))),
        }
    }

    /// Whether the rows of the result go on into the sum batch by batch, as in a plan without a group; those of the others
    /// are kept and looked at.
    pub(super) fn streams(self) -> bool {
        matches!(self, LocalQuery::JoinSum | LocalQuery::FilterSum)
    }

    /// Adds a batch of the result to the checksums, which notice a row in the wrong group. Not timed.
    pub(super) fn check(self, batch: &RecordBatch, checksums: &mut [(&'static str, i128)]) {
        let ints = |column: usize| batch.column(column).as_int64().values();
        for row in 0..batch.row_count() {
            let key_times = |column: usize, other: i64| i128::from(ints(column)[row]) * i128::from(other);
            match self {
                LocalQuery::GroupBy => {
                    let count = ints(1)[row];
                    checksums[0].1 += key_times(0, count) * i128::from(count);
                    checksums[1].1 += key_times(0, ints(2)[row]);
                }
                LocalQuery::Distinct => checksums[0].1 += key_times(0, ints(0)[row]),
                LocalQuery::DedupBest => checksums[0].1 += key_times(1, ints(0)[row]),
                LocalQuery::TextGroupBy | LocalQuery::WordCount => {
                    let count = i128::from(ints(1)[row]);
                    checksums[0].1 += number_of(batch.column(0), row) * count * count;
                }
                LocalQuery::JoinSum | LocalQuery::FilterSum => {}
            }
        }
    }

    /// The names of its checksums.
    pub(super) fn checksums(self) -> Vec<(&'static str, i128)> {
        match self {
            LocalQuery::GroupBy => vec![("checksum", 0), ("sums_checksum", 0)],
            LocalQuery::JoinSum | LocalQuery::FilterSum => vec![],
            LocalQuery::Distinct
            | LocalQuery::DedupBest
            | LocalQuery::TextGroupBy
            | LocalQuery::WordCount => vec![("checksum", 0)],
        }
    }
}

/// A text's bytes as one big-endian number.
fn number_of(texts: &Column, row: usize) -> i128 {
    texts.as_utf8().bytes_at(row).iter().fold(0, |number, &byte| (number << 8) | i128::from(byte))
}

/// A group-by of the first column, from rows to results.
fn group(rows: Schema, results: Arc<Schema>, aggregates: Vec<Aggregate<usize>>) -> OperatorSpec {
    OperatorSpec::HashAggregate {
        keys: vec![0],
        aggregates,
        step: AggregateStep::Complete,
        input_schema: Arc::new(rows),
        schema: results,
    }
}

fn count(name: &str) -> Aggregate<usize> {
    Aggregate { function: AggregateFunction::Count, column: None, name: name.to_owned() }
}

fn sum(column: usize, name: &str) -> Aggregate<usize> {
    Aggregate { function: AggregateFunction::Sum, column: Some(column), name: name.to_owned() }
}
