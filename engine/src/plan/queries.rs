//! The pipelines that a scenario can ask for, a few lines each.
//!
//! With a shuffle fraction f below 1, the share f of the scanned rows of `prompts`, chosen by a hash of
//! `prompt_id`, takes the wide branch; the rest passes the narrow branch as rows of the same columns:
//!
//! | query | rows in the share | the other rows |
//! |---|---|---|
//! | `narrow` | (has no wide branch: f is not used) | filtered, mapped, tokenized |
//! | `count_by_key` | one row a key: `prompt_hash, count` | each a group of its own: `prompt_hash, 1` |
//! | `distinct` | one row a key: `prompt_hash` | each as it is: `prompt_hash` |
//! | `dedup_best` | one row a key, that with the best score: `prompt_id, prompt_hash, language, score` | each as it is |
//! | `word_count` | one row a word: `token, count` | each word a group of its own: `token, 1` |
//! | `join` | `prompt_id, prompt_hash, score, reward` | the same with a NULL `reward` |
//! | `repartition` | placed by `prompt_hash` | where they are |
//!
//! So the answer is defined for every f, and the bytes of `prompts` that cross the exchange are
//! proportional to f. (`join` ships `rewards` whole unless f is 0: a row in the share must find its reward.)

use super::expr::{Expr, col, lit, null};
use super::logical::{JoinMethod, LogicalPlan, NamedExpr, RepartitionBy};
use super::wide::{Aggregate, AggregateFunction, Direction, JoinKind, OrderBy, RowShare, WideHints};
use crate::columnar::DataType;
use crate::dataset::Table;
use crate::scenario::{Query, Scenario};

const KEY: &str = "prompt_hash";

/// The plan as it is written, before any rule.
pub fn logical_plan(scenario: &Scenario) -> LogicalPlan {
    let share = RowShare::new(scenario.shuffle_fraction);
    match scenario.query {
        Query::Narrow => scan(Table::Prompts)
            .filter(col("language").eq(lit("en")))
            .project([
                ("prompt_id", col("prompt_id")),
                ("text", col("text")),
                ("percent", col("score") * lit(100.0)),
            ])
            .tokenize("text", "token"),
        Query::CountByKey => scan(Table::Prompts).split(
            share,
            |rows| rows.aggregate(KEY, [count("count")]),
            |rows| rows.project([(KEY, col(KEY)), ("count", lit(1))]),
        ),
        Query::Distinct => scan(Table::Prompts).split(
            share,
            |rows| rows.aggregate(KEY, []),
            |rows| rows.project([(KEY, col(KEY))]),
        ),
        Query::Join => scan(Table::Prompts).split(
            share,
            |rows| {
                rows.project([("prompt_id", col("prompt_id")), (KEY, col(KEY)), ("score", col("score"))])
                    .join(scan(Table::Rewards), KEY)
            },
            |rows| {
                let reward = null(DataType::Float64);
                rows.project([
                    ("prompt_id", col("prompt_id")),
                    (KEY, col(KEY)),
                    ("score", col("score")),
                    ("reward", reward),
                ])
            },
        ),
        Query::Repartition => scan(Table::Prompts).split(
            share,
            |rows| rows.project(whole_row()).repartition(KEY),
            |rows| rows.project(whole_row()),
        ),
        Query::DedupBest => {
            scan(Table::Prompts).split(
                share,
                // Scores can be equal, ids cannot.
                |rows| rows.project(whole_row()).best_by(KEY, [highest("score"), lowest("prompt_id")]),
                |rows| rows.project(whole_row()),
            )
        }
        Query::WordCount => {
            let tokens = |rows: LogicalPlan| rows.project([("text", col("text"))]).tokenize("text", "token");
            scan(Table::Prompts).split(
                share,
                |rows| tokens(rows).aggregate("token", [count("count")]),
                |rows| tokens(rows).project([("token", col("token")), ("count", lit(1))]),
            )
        }
    }
}

fn scan(table: Table) -> LogicalPlan {
    LogicalPlan::Scan { table, columns: None, predicate: None }
}

/// Every column but the text.
fn whole_row() -> [(&'static str, Expr); 4] {
    ["prompt_id", KEY, "language", "score"].map(|name| (name, col(name)))
}

fn count(name: &str) -> Aggregate {
    Aggregate { function: AggregateFunction::Count, column: None, name: name.to_owned() }
}

fn highest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Highest }
}

fn lowest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Lowest }
}

impl LogicalPlan {
    fn filter(self, predicate: Expr) -> LogicalPlan {
        LogicalPlan::Filter { input: Box::new(self), predicate }
    }

    fn project<'a>(self, exprs: impl IntoIterator<Item = (&'a str, Expr)>) -> LogicalPlan {
        let exprs = exprs.into_iter().map(|(name, expr)| NamedExpr { expr, name: name.to_owned() }).collect();
        LogicalPlan::Project { input: Box::new(self), exprs }
    }

    fn tokenize(self, column: &str, token: &str) -> LogicalPlan {
        LogicalPlan::Tokenize { input: Box::new(self), column: column.to_owned(), token: token.to_owned() }
    }

    fn aggregate(self, key: &str, aggregates: impl IntoIterator<Item = Aggregate>) -> LogicalPlan {
        let aggregates = aggregates.into_iter().collect();
        LogicalPlan::Aggregate {
            input: Box::new(self),
            keys: vec![key.to_owned()],
            aggregates,
            hints: WideHints::default(),
        }
    }

    fn best_by(self, key: &str, order: impl IntoIterator<Item = OrderBy>) -> LogicalPlan {
        let order = order.into_iter().collect();
        LogicalPlan::BestBy {
            input: Box::new(self),
            key: key.to_owned(),
            order,
            hints: WideHints::default(),
        }
    }

    fn join(self, build: LogicalPlan, key: &str) -> LogicalPlan {
        LogicalPlan::Join {
            probe: Box::new(self),
            build: Box::new(build),
            key: key.to_owned(),
            kind: JoinKind::Inner,
            method: JoinMethod::Shuffled,
        }
    }

    fn repartition(self, key: &str) -> LogicalPlan {
        LogicalPlan::Repartition { input: Box::new(self), by: RepartitionBy::Hash(vec![key.to_owned()]) }
    }

    fn split(
        self,
        share: RowShare,
        wide: impl FnOnce(LogicalPlan) -> LogicalPlan,
        narrow: impl FnOnce(LogicalPlan) -> LogicalPlan,
    ) -> LogicalPlan {
        let schema = self.schema();
        let rows = || LogicalPlan::Rows { schema: schema.clone() };
        LogicalPlan::Share {
            wide: Box::new(wide(rows())),
            narrow: Box::new(narrow(rows())),
            input: Box::new(self),
            share,
        }
    }
}
