//! A lazy data frame: every method adds a node to a plan, nothing runs.

use crate::columnar::Schema;
use crate::dataset::Table;
use crate::plan::{
    Aggregate, AggregateFunction, Direction, Expr, JoinKey, JoinKind, JoinMethod, LogicalPlan, NamedExpr,
    OrderBy, PlanError, RepartitionBy, RowShare, WideHints,
};

/// A plan under construction. The first mistake (a name that does not exist, a type that does not fit) is kept and comes out
/// where the plan is asked for: at an action, or at [`DataFrame::plan`]. See [`crate::frame`] for the whole story.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a data frame does nothing until an action runs it"]
pub struct DataFrame {
    plan: Result<LogicalPlan, PlanError>,
}

/// All rows and columns of a generated table: `prompts` or `rewards`. A table of one's own comes from
/// [`crate::frame::Context::table`].
pub fn scan(table: &str) -> DataFrame {
    let found = Table::ALL.into_iter().find(|candidate| candidate.name() == table);
    let plan = found.map(|table| LogicalPlan::Scan { table, columns: None, predicate: None });
    DataFrame {
        plan: plan.ok_or_else(|| PlanError::UnknownTable {
            table: table.to_owned(),
            tables: Table::ALL.map(|table| table.name().to_owned()).to_vec(),
        }),
    }
}

impl DataFrame {
    /// All rows and columns of a table.
    pub(super) fn of_table(table: Table) -> Self {
        DataFrame { plan: Ok(LogicalPlan::Scan { table, columns: None, predicate: None }) }
    }

    /// The same; an unknown table is told to be none of these either.
    pub(super) fn or_of<'a>(mut self, more: impl Iterator<Item = &'a String>) -> Self {
        if let Err(PlanError::UnknownTable { tables, .. }) = &mut self.plan {
            tables.extend(more.cloned());
        }
        self
    }

    /// The plan so far.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn plan(&self) -> Result<&LogicalPlan, PlanError> {
        self.plan.as_ref().map_err(Clone::clone)
    }

    /// The columns of its rows.
    ///
    /// # Errors
    /// As [`DataFrame::plan`].
    pub fn schema(&self) -> Result<Schema, PlanError> {
        self.plan()?.try_schema()
    }

    /// Only rows for which the condition is true; NULL is not true.
    pub fn filter(self, predicate: Expr) -> Self {
        self.then(|input| LogicalPlan::Filter { input, predicate })
    }

    /// A share of the rows, 0 to 1, by a hash of an Int64 column: the same rows in every run.
    pub fn sample(self, share: f64, column: &str) -> Self {
        let column = column.to_owned();
        self.try_then(|plan| {
            if !(0.0..=1.0).contains(&share) {
                let reason = "a share is a number from 0 to 1";
                return Err(PlanError::Malformed { operator: "sample", reason });
            }
            Ok(LogicalPlan::Sample { input: Box::new(plan), column, share: RowShare::new(share) })
        })
    }

    /// These columns, computed or as they are: `select([col("a"), col("b")])`,
    /// `select([col("a").alias("a"), (col("b") * lit(2)).alias("twice")])`.
    pub fn select(self, exprs: impl IntoIterator<Item = impl Into<NamedExpr>>) -> Self {
        let exprs = exprs.into_iter().map(Into::into).collect();
        self.then(|input| LogicalPlan::Project { input, exprs })
    }

    /// All columns, and one more; one of this name is replaced.
    pub fn with_column(self, name: &str, expr: Expr) -> Self {
        self.try_then(|plan| {
            let schema = plan.try_schema()?;
            let computed = NamedExpr { expr, name: name.to_owned() };
            let mut exprs: Vec<NamedExpr> = schema.names().map(NamedExpr::column).collect();
            match exprs.iter_mut().find(|other| other.name == name) {
                Some(other) => *other = computed,
                None => exprs.push(computed),
            }
            Ok(LogicalPlan::Project { input: Box::new(plan), exprs })
        })
    }

    /// A row for each word of a text column, which the word replaces under a new name.
    pub fn tokenize(self, column: &str, token: &str) -> Self {
        let (column, token) = (column.to_owned(), token.to_owned());
        self.then(|input| LogicalPlan::Tokenize { input, column, token })
    }

    /// At most the first rows: of the lowest partitions, in their order.
    pub fn limit(self, row_count: u64) -> Self {
        self.then(|input| LogicalPlan::Limit { input, row_count })
    }

    /// Rows that agree in these columns become a group; `agg` says what is made of it.
    pub fn group_by(self, keys: impl IntoIterator<Item = impl Into<NamedExpr>>) -> GroupedFrame {
        GroupedFrame { input: self, keys: keys.into_iter().map(Into::into).collect() }
    }

    /// One row in all.
    pub fn agg(self, aggregates: impl IntoIterator<Item = AggregateExpr>) -> Self {
        self.group_by([] as [Expr; 0]).agg(aggregates)
    }

    /// Each distinct row once.
    pub fn distinct(self) -> Self {
        self.try_then(|plan| {
            let keys = plan.try_schema()?.names().map(str::to_owned).collect();
            let (input, hints) = (Box::new(plan), WideHints::default());
            Ok(LogicalPlan::Aggregate { input, keys, aggregates: Vec::new(), hints })
        })
    }

    /// Of the rows of each key the best one, whole: `dedup("prompt_hash", [highest("score"), lowest("prompt_id")])`.
    pub fn dedup(self, key: &str, order: impl IntoIterator<Item = OrderBy>) -> Self {
        let (key, order) = (key.to_owned(), order.into_iter().collect());
        self.then(|input| LogicalPlan::BestBy { input, key, order, hints: WideHints::default() })
    }

    /// Pairs of rows with the same key, which both sides name alike. The other side becomes a hash table.
    pub fn join(self, build: DataFrame, key: &str) -> Self {
        self.join_as(build, key, JoinKind::Inner)
    }

    /// As [`DataFrame::join`], and rows that meet nothing stay, with NULLs in the other side's columns.
    pub fn left_join(self, build: DataFrame, key: &str) -> Self {
        self.join_as(build, key, JoinKind::LeftOuter)
    }

    /// Pairs of rows that agree in several columns, or in columns of different names:
    /// `join_on(build, [("language", "language"), ("prompt_id", "id")], JoinKind::Inner)`. The first name of each pair is a
    /// column of this frame, the second one of the other. Rows meet where all pairs are equal; NULL equals nothing.
    ///
    /// This frame's columns come out, then the other's. Of a pair with one name the column comes out once, as with SQL's
    /// `using`; of a pair with two names both columns come out, as with SQL's `on`. A pair of two types, no pair at all, or
    /// two columns of one name in the result is a mistake of the plan.
    pub fn join_on<'a>(
        self,
        build: DataFrame,
        keys: impl IntoIterator<Item = (&'a str, &'a str)>,
        kind: JoinKind,
    ) -> Self {
        let pair =
            |(probe, build): (&str, &str)| JoinKey { probe: probe.to_owned(), build: build.to_owned() };
        self.join_keys(build, keys.into_iter().map(pair).collect(), kind)
    }

    /// The rows of this frame that meet a row of the other one by these pairs of columns, each once, with its own columns:
    /// `semi_join(best, [("prompt_hash", "prompt_hash")])`. See [`JoinKind::Semi`].
    pub fn semi_join<'a>(self, build: DataFrame, keys: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.join_on(build, keys, JoinKind::Semi)
    }

    /// The rows of this frame that meet no row of the other one by these pairs of columns, with their own columns. A row with a
    /// NULL in a key meets nothing, so it stays. See [`JoinKind::Anti`].
    pub fn anti_join<'a>(self, build: DataFrame, keys: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.join_on(build, keys, JoinKind::Anti)
    }

    fn join_as(self, build: DataFrame, key: &str, kind: JoinKind) -> Self {
        self.join_keys(build, vec![JoinKey::named(key)], kind)
    }

    fn join_keys(self, build: DataFrame, keys: Vec<JoinKey>, kind: JoinKind) -> Self {
        self.try_then(|probe| {
            let (probe, build) = (Box::new(probe), Box::new(build.plan?));
            Ok(LogicalPlan::Join { probe, build, keys, kind, method: JoinMethod::Shuffled })
        })
    }

    /// The rows of this frame, then those of another that has the same columns. Columns are matched by name, not by place.
    ///
    /// A column that only one of the frames has, or that is of two types, is a mistake of the plan.
    pub fn union(self, other: DataFrame) -> Self {
        self.try_then(|first| {
            Ok(LogicalPlan::Union { first: Box::new(first), second: Box::new(other.plan?) })
        })
    }

    /// The same rows, placed by the hash of these columns.
    pub fn repartition<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let by = RepartitionBy::Hash(columns.into_iter().map(str::to_owned).collect());
        self.then(|input| LogicalPlan::Repartition { input, by })
    }

    /// The same rows, dealt to the partitions in turn.
    pub fn repartition_round_robin(self) -> Self {
        self.then(|input| LogicalPlan::Repartition { input, by: RepartitionBy::RoundRobin })
    }

    /// A share of `prompts`' rows goes one way, the rest another; the result is both. See [`LogicalPlan::Share`].
    pub(super) fn split(
        self,
        share: RowShare,
        wide: impl FnOnce(DataFrame) -> DataFrame,
        narrow: impl FnOnce(DataFrame) -> DataFrame,
    ) -> Self {
        self.try_then(|plan| {
            let rows = DataFrame { plan: Ok(LogicalPlan::Rows { schema: plan.try_schema()? }) };
            let (wide, narrow) = (Box::new(wide(rows.clone()).plan?), Box::new(narrow(rows).plan?));
            Ok(LogicalPlan::Share { input: Box::new(plan), share, wide, narrow })
        })
    }

    fn then(self, node: impl FnOnce(Box<LogicalPlan>) -> LogicalPlan) -> Self {
        self.try_then(|plan| Ok(node(Box::new(plan))))
    }

    /// Adds a node and checks its names and types.
    fn try_then(self, node: impl FnOnce(LogicalPlan) -> Result<LogicalPlan, PlanError>) -> Self {
        let checked = |plan: LogicalPlan| plan.try_schema().map(|_| plan);
        DataFrame { plan: self.plan.and_then(node).and_then(checked) }
    }
}

/// Rows on their way into groups.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "groups become rows with agg"]
pub struct GroupedFrame {
    input: DataFrame,
    keys: Vec<NamedExpr>,
}

impl GroupedFrame {
    /// One row a group: its keys, then these.
    pub fn agg(self, aggregates: impl IntoIterator<Item = AggregateExpr>) -> DataFrame {
        let (keys, aggregates): (Vec<NamedExpr>, Vec<AggregateExpr>) =
            (self.keys, aggregates.into_iter().collect());
        self.input.try_then(|plan| {
            let below = plan.try_schema()?;
            // What is no plain column is computed below, under a name of its own.
            let mut computed: Vec<NamedExpr> = Vec::new();
            let mut column_of = |expr: Expr, name: &str| match expr {
                Expr::Column(name) => name,
                expr => {
                    computed.push(NamedExpr { expr, name: name.to_owned() });
                    name.to_owned()
                }
            };
            let renames: Vec<(String, String)> =
                keys.iter().map(|key| (column_of(key.expr.clone(), &key.name), key.name.clone())).collect();
            let aggregates: Vec<Aggregate> = aggregates
                .into_iter()
                .enumerate()
                .map(|(at, aggregate)| Aggregate {
                    function: aggregate.function,
                    column: aggregate.input.map(|expr| column_of(expr, &format!("input {at}"))),
                    name: aggregate.name,
                })
                .collect();
            let mut input = plan;
            if !computed.is_empty() {
                let is_replaced = |name: &str| computed.iter().any(|named| named.name == name);
                let mut exprs: Vec<NamedExpr> =
                    below.names().filter(|name| !is_replaced(name)).map(NamedExpr::column).collect();
                exprs.extend(computed);
                input = LogicalPlan::Project { input: Box::new(input), exprs };
            }
            let schema = input.try_schema()?;
            for (column, _) in &renames {
                schema.index_of(column).ok_or_else(|| PlanError::unknown_column(column, &schema))?;
            }
            let names: Vec<String> = aggregates.iter().map(|aggregate| aggregate.name.clone()).collect();
            let grouped = LogicalPlan::Aggregate {
                input: Box::new(input),
                keys: renames.iter().map(|(column, _)| column.clone()).collect(),
                aggregates,
                hints: WideHints::default(),
            };
            if renames.iter().all(|(column, name)| column == name) {
                return Ok(grouped);
            }
            let renamed =
                renames.into_iter().map(|(column, name)| NamedExpr { expr: Expr::Column(column), name });
            let results = names.iter().map(|name| NamedExpr::column(name));
            Ok(LogicalPlan::Project { input: Box::new(grouped), exprs: renamed.chain(results).collect() })
        })
    }
}

/// What is computed for each group; made by [`count`], [`sum`] and their like.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateExpr {
    function: AggregateFunction,
    input: Option<Expr>,
    name: String,
}

impl AggregateExpr {
    fn of(function: AggregateFunction, word: &str, input: Expr) -> Self {
        let name = format!("{word}({input})");
        AggregateExpr { function, input: Some(input), name }
    }

    /// The same under another name.
    pub fn alias(self, name: &str) -> Self {
        AggregateExpr { name: name.to_owned(), ..self }
    }
}

/// Number of rows, as `count`.
pub fn count() -> AggregateExpr {
    AggregateExpr { function: AggregateFunction::Count, input: None, name: "count".to_owned() }
}

/// Number of values that are not NULL.
pub fn count_of(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Count, "count", input)
}

/// Number of distinct values that are not NULL.
pub fn count_distinct(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::CountDistinct, "count_distinct", input)
}

/// Sum.
pub fn sum(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Sum, "sum", input)
}

/// The smallest value.
pub fn min(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Min, "min", input)
}

/// The largest value.
pub fn max(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Max, "max", input)
}

/// The mean.
pub fn avg(input: Expr) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Avg, "avg", input)
}

/// The largest value of a column is the best.
pub fn highest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Highest }
}

/// The smallest value of a column is the best.
pub fn lowest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Lowest }
}

impl Expr {
    /// The expression as a column of this name.
    pub fn alias(self, name: &str) -> NamedExpr {
        NamedExpr { expr: self, name: name.to_owned() }
    }
}

/// A column keeps its name; what is computed is named by its text.
impl From<Expr> for NamedExpr {
    fn from(expr: Expr) -> Self {
        let name = expr.to_string();
        NamedExpr { expr, name }
    }
}
