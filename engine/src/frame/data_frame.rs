//! A lazy data frame: every method adds a node to a plan, nothing runs.

use super::grouping::{AggregateExpr, GroupedFrame};
use crate::columnar::Schema;
use crate::dataset::Table;
use crate::plan::optimizer::fused;
use crate::plan::{
    Expr, JoinKey, JoinKind, JoinMethod, LogicalPlan, NamedExpr, OrderBy, PlanError, RepartitionBy, RowShare,
    WideHints, within_plan_limits,
};

/// A plan under construction. The first mistake (a name that does not exist, a type that does not fit) is kept and comes out
/// where the plan is asked for: at an action, or at [`DataFrame::plan`]. See [`crate::frame`] for the whole story.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a data frame does nothing until an action runs it"]
pub struct DataFrame {
    pub(super) written: Result<Written, PlanError>,
}

/// A plan that was checked as it was written, and what the check of one more node needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    plan: LogicalPlan,
    schema: Schema,
    /// Nodes from the root to the deepest scan.
    depth: usize,
    /// All nodes.
    node_count: usize,
    /// Whether the root is a projection that [`DataFrame::with_column`] made: one more column joins it.
    is_widened: bool,
}

/// All rows and columns of a generated table: `prompts` or `rewards`. A table of one's own comes from
/// [`crate::frame::Context::table`].
pub fn scan(table: &str) -> DataFrame {
    let found = Table::ALL.into_iter().find(|candidate| candidate.name() == table);
    let plan = found.map(|table| LogicalPlan::Scan { table, columns: None, predicate: None });
    let plan = plan.ok_or_else(|| PlanError::UnknownTable {
        table: table.to_owned(),
        tables: Table::ALL.map(|table| table.name().to_owned()).to_vec(),
        knows_registered: false,
    });
    DataFrame { written: plan.and_then(|plan| Written::new(plan, &[])) }
}

impl DataFrame {
    /// All rows and columns of a table.
    pub(super) fn of_table(table: Table) -> Self {
        DataFrame { written: Written::new(LogicalPlan::Scan { table, columns: None, predicate: None }, &[]) }
    }

    /// The same; an unknown table is told to be none of these registered ones either.
    pub(super) fn or_of<'a>(mut self, more: impl Iterator<Item = &'a String>) -> Self {
        if let Err(PlanError::UnknownTable { tables, knows_registered, .. }) = &mut self.written {
            tables.extend(more.cloned());
            *knows_registered = true;
        }
        self
    }

    /// The plan so far.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn plan(&self) -> Result<&LogicalPlan, PlanError> {
        self.written.as_ref().map(|written| &written.plan).map_err(Clone::clone)
    }

    /// The columns of its rows.
    ///
    /// # Errors
    /// As [`DataFrame::plan`].
    pub fn schema(&self) -> Result<Schema, PlanError> {
        self.written.as_ref().map(|written| written.schema.clone()).map_err(Clone::clone)
    }

    /// Only rows for which the condition is true; NULL is not true. A column that stores a condition is one: it is true where
    /// it is not 0.
    pub fn filter(self, predicate: impl Into<Expr>) -> Self {
        self.keep(predicate.into())
    }

    // Not inlined, as what follows for the other steps: a plan is written once, and the page carries every copy.
    #[inline(never)]
    fn keep(self, predicate: Expr) -> Self {
        self.try_then(|written| {
            let predicate = predicate.into_condition(&written.schema)?;
            written.filter(predicate)
        })
    }

    /// A share of the rows, 0 to 1, by a hash of an Int64 column: the same rows in every run.
    pub fn sample(self, share: f64, column: &str) -> Self {
        let column = column.to_owned();
        self.try_then(|written| {
            if !(0.0..=1.0).contains(&share) {
                let reason = "a share is a number from 0 to 1";
                return Err(PlanError::Malformed { operator: "sample", reason });
            }
            written.then(|input| LogicalPlan::Sample { input, column, share: RowShare::new(share) })
        })
    }

    /// These columns, computed or as they are: `select(["a", "b"])`, `select([col("a"), col("b") + 1])`,
    /// `select([col("a").alias("a"), (col("b") * 2).alias("twice")])`.
    pub fn select(self, exprs: impl IntoIterator<Item = impl Into<NamedExpr>>) -> Self {
        self.project(exprs.into_iter().map(Into::into).collect())
    }

    #[inline(never)]
    fn project(self, exprs: Vec<NamedExpr>) -> Self {
        self.try_then(|written| {
            let lowered = |named: NamedExpr| {
                let expr = named.expr.lowered(&written.schema)?;
                Ok(NamedExpr { expr, name: named.name })
            };
            let exprs = exprs.into_iter().map(lowered).collect::<Result<Vec<_>, PlanError>>()?;
            written.project(exprs)
        })
    }

    /// All columns, and one more; one of this name is replaced. A column that reads only what the calls just before have left as
    /// it was joins their projection, so that a long row of calls is one node. A column that reads one which such a call has
    /// computed is a step of its own, of which a plan has at most [`MAX_PLAN_DEPTH`](crate::plan::MAX_PLAN_DEPTH).
    pub fn with_column(self, name: &str, expr: impl Into<Expr>) -> Self {
        let named = NamedExpr { expr: expr.into(), name: name.to_owned() };
        self.try_then(|written| written.with_column(named))
    }

    /// All columns, one of them under another name.
    pub fn rename(self, old: &str, new: &str) -> Self {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.try_then(|written| {
            written.index(&old)?;
            if new.is_empty() {
                return Err(PlanError::unnamed("rename"));
            }
            if new != old && written.index(&new).is_ok() {
                return Err(PlanError::DuplicateColumn { column: new, operator: "rename" });
            }
            let renamed = |name: &str| {
                let new = if name == old { new.clone() } else { name.to_owned() };
                NamedExpr { expr: crate::plan::col(name), name: new }
            };
            let exprs = written.schema.names().map(renamed).collect();
            written.project(exprs)
        })
    }

    /// All columns but these.
    pub fn drop<'a>(self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let dropped: Vec<String> = columns.into_iter().map(str::to_owned).collect();
        self.try_then(|written| {
            dropped.iter().try_for_each(|column| written.index(column).map(|_| ()))?;
            let kept = written.schema.names().filter(|name| !dropped.iter().any(|other| other == name));
            let exprs: Vec<NamedExpr> = kept.map(NamedExpr::column).collect();
            if exprs.is_empty() {
                return Err(PlanError::Malformed { operator: "drop", reason: "no column is left" });
            }
            written.project(exprs)
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
        GroupedFrame::new(self, keys.into_iter().map(Into::into).collect())
    }

    /// One row in all.
    pub fn agg(self, aggregates: impl IntoIterator<Item = AggregateExpr>) -> Self {
        self.group_by([] as [Expr; 0]).agg(aggregates)
    }

    /// Each distinct row once.
    pub fn distinct(self) -> Self {
        self.try_then(|written| {
            let (keys, hints) = (written.schema.names().map(str::to_owned).collect(), WideHints::default());
            written.then(|input| LogicalPlan::Aggregate { input, keys, aggregates: Vec::new(), hints })
        })
    }

    /// Of the rows of each key the best one, whole: `dedup("prompt_hash", [highest("score"), lowest("prompt_id")])`.
    pub fn dedup(self, key: &str, order: impl IntoIterator<Item = OrderBy>) -> Self {
        let (key, order) = (key.to_owned(), order.into_iter().collect());
        self.then(|input| LogicalPlan::Dedup { input, key, order, hints: WideHints::default() })
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

    #[inline(never)]
    fn join_keys(self, build: DataFrame, keys: Vec<JoinKey>, kind: JoinKind) -> Self {
        self.try_then(|probe| {
            let method = JoinMethod::Shuffled;
            let node = |probe, build| LogicalPlan::Join { probe, build, keys, kind, method };
            probe.with(build.written?, node)
        })
    }

    /// The rows of this frame, then those of another that has the same columns. Columns are matched by name, not by place.
    ///
    /// A column that only one of the frames has, or that is of two types, is a mistake of the plan.
    pub fn union(self, other: DataFrame) -> Self {
        self.try_then(|first| {
            first.with(other.written?, |first, second| LogicalPlan::Union { first, second })
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
        self.try_then(|written| {
            let rows = Written::new(LogicalPlan::Rows { schema: written.schema.clone() }, &[]);
            let rows = DataFrame { written: rows };
            let (wide, narrow) = (wide(rows.clone()).written?, narrow(rows).written?);
            let schemas = [&written, &wide, &narrow].map(Written::size);
            let plan = LogicalPlan::Share {
                input: Box::new(written.plan),
                share,
                wide: Box::new(wide.plan),
                narrow: Box::new(narrow.plan),
            };
            Written::new(plan, &schemas.each_ref().map(|(schema, depth, count)| (schema, *depth, *count)))
        })
    }

    fn then(self, node: impl FnOnce(Box<LogicalPlan>) -> LogicalPlan) -> Self {
        self.try_then(|written| written.then(node))
    }

    /// Adds to the plan, unless a mistake was made before.
    pub(super) fn try_then(self, add: impl FnOnce(Written) -> Result<Written, PlanError>) -> Self {
        DataFrame { written: self.written.and_then(add) }
    }
}

/// From so many steps on top of each other on, steps of one kind become one where they can.
const TALL: usize = 128;
/// Columns, constants and operators of a condition that another one still joins.
const MOST_JOINED_NODES: usize = 1_000;

/// Columns, depth and number of nodes of an input.
type Below<'a> = (&'a Schema, usize, usize);

impl Written {
    /// Checks a node over inputs that were checked.
    #[inline(never)]
    fn new(plan: LogicalPlan, below: &[Below<'_>]) -> Result<Self, PlanError> {
        let schemas: Vec<&Schema> = below.iter().map(|(schema, ..)| *schema).collect();
        let schema = plan.schema_over(&schemas)?;
        let depth = 1 + below.iter().map(|(_, depth, _)| *depth).max().unwrap_or(0);
        let node_count = 1 + below.iter().map(|(.., count)| *count).sum::<usize>();
        within_plan_limits(depth, node_count)?;
        Ok(Written { plan, schema, depth, node_count, is_widened: false })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    fn index(&self, column: &str) -> Result<usize, PlanError> {
        self.schema.index_of(column).ok_or_else(|| PlanError::unknown_column(column, &self.schema))
    }

    fn size(&self) -> (Schema, usize, usize) {
        (self.schema.clone(), self.depth, self.node_count)
    }

    /// One node on top.
    pub(super) fn then(self, node: impl FnOnce(Box<LogicalPlan>) -> LogicalPlan) -> Result<Self, PlanError> {
        let Written { plan, schema, depth, node_count, is_widened: _ } = self;
        Written::new(node(Box::new(plan)), &[(&schema, depth, node_count)])
    }

    /// One node on top of two plans.
    pub(super) fn with(
        self,
        other: Written,
        node: impl FnOnce(Box<LogicalPlan>, Box<LogicalPlan>) -> LogicalPlan,
    ) -> Result<Self, PlanError> {
        let plan = node(Box::new(self.plan), Box::new(other.plan));
        let below =
            [(&self.schema, self.depth, self.node_count), (&other.schema, other.depth, other.node_count)];
        Written::new(plan, &below)
    }

    /// A filter on top. In a tall plan a filter over another one joins it.
    fn filter(mut self, predicate: Expr) -> Result<Self, PlanError> {
        if self.depth >= TALL
            && let LogicalPlan::Filter { predicate: below, .. } = &mut self.plan
        {
            let both = below.clone().and(predicate.clone());
            if both.is_within_nodes(MOST_JOINED_NODES) {
                both.kind(&self.schema)?;
                *below = both;
                return Ok(self);
            }
        }
        self.then(|input| LogicalPlan::Filter { input, predicate })
    }

    /// A projection on top. In a tall plan a projection over another one joins it, if nothing is then computed twice.
    fn project(mut self, exprs: Vec<NamedExpr>) -> Result<Self, PlanError> {
        let joined = match &self.plan {
            LogicalPlan::Project { exprs: below, .. } if self.depth >= TALL => fused(below, &exprs),
            _ => None,
        };
        let Some(joined) = joined else { return self.then(|input| LogicalPlan::Project { input, exprs }) };
        // Checked as it is written: over the columns that the projection below gives.
        let above =
            LogicalPlan::Project { input: Box::new(LogicalPlan::Rows { schema: Schema::default() }), exprs };
        self.schema = above.schema_over(&[&self.schema])?;
        if let LogicalPlan::Project { exprs: below, .. } = &mut self.plan {
            *below = joined;
        }
        self.is_widened = false;
        Ok(self)
    }

    fn with_column(mut self, named: NamedExpr) -> Result<Self, PlanError> {
        if named.name.is_empty() {
            return Err(PlanError::unnamed("with_column"));
        }
        let named = NamedExpr { expr: named.expr.lowered(&self.schema)?, name: named.name };
        let data_type = named.expr.kind(&self.schema)?.data_type();
        if self.is_widened
            && let LogicalPlan::Project { exprs, .. } = &mut self.plan
            && let Some(expr) = over_the_input_of(exprs, &named)
        {
            self.schema = self.schema.with(&named.name, data_type);
            put(exprs, NamedExpr { expr, name: named.name });
            return Ok(self);
        }
        let mut exprs: Vec<NamedExpr> = self.schema.names().map(NamedExpr::column).collect();
        put(&mut exprs, named);
        let widened = self.project(exprs)?;
        Ok(Written { is_widened: true, ..widened })
    }
}

/// Adds a column, or puts it where the one of its name was.
fn put(exprs: &mut Vec<NamedExpr>, named: NamedExpr) {
    match exprs.iter_mut().find(|other| other.name == named.name) {
        Some(other) => *other = named,
        None => exprs.push(named),
    }
}

/// A column above a projection, computed from the projection's input. It may read columns that the projection leaves as they
/// are, and once the column that it replaces. For any other the answer is `None`, because what the projection computes would
/// be computed twice.
fn over_the_input_of(exprs: &[NamedExpr], named: &NamedExpr) -> Option<Expr> {
    let mut is_read = false;
    let replaced = named.expr.try_replace(&mut |name: &String| {
        let below = exprs.iter().find(|below| below.name == *name).ok_or(())?;
        let is_replaced = below.name == named.name && !is_read && !below.expr.is_condition();
        if !below.is_unchanged() && !is_replaced {
            return Err(());
        }
        is_read |= !below.is_unchanged();
        Ok(below.expr.clone())
    });
    replaced.ok().filter(Expr::is_within_limits)
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

/// A column as it is.
impl From<&str> for NamedExpr {
    fn from(name: &str) -> Self {
        NamedExpr::column(name)
    }
}

/// A column as it is.
impl From<String> for NamedExpr {
    fn from(name: String) -> Self {
        NamedExpr::column(&name)
    }
}
