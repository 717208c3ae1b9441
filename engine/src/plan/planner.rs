//! The planner: names become indices, and an `Exchange` goes wherever rows of one key must meet.
//!
//! ```text
//!  plain           complete <- Exchange(key) <- rows
//!  combine         final    <- Exchange(key) <- partial <- rows
//!  salt            final    <- Exchange(key) <- partial <- Exchange(key, salt) <- rows
//!  combine, salt   final    <- Exchange(key) <- merge   <- Exchange(key, salt) <- partial <- rows
//! ```
//!
//! The best row of a key is found likewise: the best of each part's best is the best. Whether rows are combined is
//! a rule's word (the node's hints); salting is a tactic.

use std::sync::Arc;

use super::aggregate_steps::AggregateSteps;
use super::error::{INTEGER, PlanError, TEXT, index, typed_index};
use super::expr::Expr;
use super::facts::{Reach, has_small_states};
use super::logical::{JoinMethod, LogicalPlan, RepartitionBy};
use super::options::{PlanOptions, Tactics};
use super::physical::{Partitioning, PhysicalPlan, ScanPredicate};
use super::spec::OperatorSpec;
use super::wide::{Aggregate, AggregateStep, JoinKey, JoinKind, OrderBy, WideHints};
use super::{join, union};
use crate::columnar::Schema;
use crate::dataset::Table;

type Result<T> = std::result::Result<T, PlanError>;

/// Turns a logical plan into a physical one.
#[derive(Debug, Clone, Copy)]
pub struct Planner {
    tactics: Tactics,
}

impl Planner {
    /// A planner with these options' tactics.
    pub fn new(options: &PlanOptions) -> Self {
        Planner { tactics: options.tactics }
    }

    /// The physical plan of a logical one.
    ///
    /// # Errors
    /// A column that does not exist or has another type than its operator works on; a share below another node.
    pub fn plan(&self, plan: &LogicalPlan) -> Result<PhysicalPlan> {
        plan.check_size()?;
        plan.try_schema()?;
        check_share(plan)?;
        self.node(plan)
    }

    /// As [`Planner::plan`], of a plan whose names and types were checked.
    fn node(&self, plan: &LogicalPlan) -> Result<PhysicalPlan> {
        let mut inputs = Vec::new();
        for child in plan.children() {
            inputs.push(self.node(child)?);
        }
        self.over(plan, inputs)
    }

    /// The node alone, over its inputs in the order of [`LogicalPlan::children`]. It is no part of the recursion: that would
    /// take its 24 KB of stack (3 KB with optimisation) at every step.
    #[inline(never)]
    fn over(&self, plan: &LogicalPlan, inputs: Vec<PhysicalPlan>) -> Result<PhysicalPlan> {
        let mut inputs = inputs.into_iter();
        let mut next = || inputs.next().expect("there are as many inputs as children");
        match plan {
            LogicalPlan::Scan { table, predicate, .. } => {
                scan(table, predicate.as_ref(), Arc::new(plan.try_schema()?))
            }
            LogicalPlan::Rows { schema } => Ok(PhysicalPlan::Rows { schema: Arc::new(schema.clone()) }),
            LogicalPlan::Filter { predicate, .. } => {
                let input = next();
                let predicate = predicate.try_map(&mut |name| index(input.schema(), name))?;
                Ok(input.then(OperatorSpec::Filter { predicate }))
            }
            LogicalPlan::Sample { column, share, .. } => {
                let input = next();
                let column = typed_index(input.schema(), column, INTEGER, "sample")?;
                Ok(input.then(OperatorSpec::Sample { column, share: *share }))
            }
            LogicalPlan::Project { exprs, .. } => {
                let input = next();
                let schema = Arc::new(plan.schema_over(&[input.schema()])?);
                let exprs = exprs
                    .iter()
                    .map(|named| named.expr.try_map(&mut |name| index(input.schema(), name)))
                    .collect::<Result<_>>()?;
                Ok(input.then(OperatorSpec::Project { exprs, schema }))
            }
            LogicalPlan::Tokenize { column, .. } => {
                let input = next();
                let column = typed_index(input.schema(), column, TEXT, "tokenize")?;
                let schema = Arc::new(plan.schema_over(&[input.schema()])?);
                Ok(input.then(OperatorSpec::Tokenize { column, schema }))
            }
            LogicalPlan::Limit { row_count, .. } => {
                // Each partition gives at most its first rows, then one partition takes the first of these.
                let limit = OperatorSpec::Limit { row_count: *row_count };
                Ok(next().then(limit.clone()).exchanged(Partitioning::Single).then(limit))
            }
            LogicalPlan::Aggregate { keys, aggregates, hints, .. } => {
                let input = next();
                let schema = Arc::new(plan.schema_over(&[input.schema()])?);
                self.aggregate(input, keys, aggregates, *hints, schema)
            }
            LogicalPlan::Dedup { key, order, hints, .. } => self.dedup(next(), key, order, *hints),
            LogicalPlan::Join { keys, kind, method, .. } => {
                let (probe, build) = (next(), next());
                let schema = Arc::new(plan.schema_over(&[probe.schema(), build.schema()])?);
                self.join((probe, build), keys, *kind, *method, schema)
            }
            LogicalPlan::Repartition { by, .. } => {
                let input = next();
                let partitioning = match by {
                    RepartitionBy::RoundRobin => Partitioning::RoundRobin,
                    RepartitionBy::Hash(columns) => self.salted(indices(input.schema(), columns)?),
                };
                Ok(input.exchanged(partitioning))
            }
            LogicalPlan::Sort { keys, .. } => {
                let input = next();
                let keys = keys.iter().map(|key| Ok(key.of(index(input.schema(), &key.column)?)));
                let keys = keys.collect::<Result<Vec<_>>>()?;
                let sampled = input.exchanged(Partitioning::InPlace { sampled: keys.clone() });
                let ranged = sampled.exchanged(Partitioning::Range { keys: keys.clone() });
                Ok(ranged.then(OperatorSpec::Sort { keys }))
            }
            LogicalPlan::Union { .. } => union::physical(next(), next()),
            LogicalPlan::Share { share, .. } => {
                let input = next();
                let row_id = typed_index(input.schema(), "prompt_id", INTEGER, "share")?;
                let (wide, narrow) = (Box::new(next()), Box::new(next()));
                Ok(PhysicalPlan::Share { input: Box::new(input), share: *share, row_id, wide, narrow })
            }
        }
    }

    fn aggregate(
        &self,
        input: PhysicalPlan,
        keys: &[String],
        aggregates: &[Aggregate],
        hints: WideHints,
        schema: Arc<Schema>,
    ) -> Result<PhysicalPlan> {
        let keys = indices(input.schema(), keys)?;
        let aggregates = aggregates
            .iter()
            .map(|aggregate| {
                let column = aggregate.column.as_ref().map(|name| index(input.schema(), name)).transpose()?;
                Ok(Aggregate { function: aggregate.function, column, name: aggregate.name.clone() })
            })
            .collect::<Result<Vec<_>>>()?;
        let is_split = has_small_states(&aggregates);
        let steps = AggregateSteps::new(input.schema(), keys, aggregates, schema);
        if hints.placed {
            return Ok(steps.apply(input, AggregateStep::Complete));
        }
        if steps.keys().is_empty() {
            let single = |input: PhysicalPlan| input.exchanged(Partitioning::Single);
            return Ok(if is_split {
                steps.apply(single(steps.apply(input, AggregateStep::Partial)), AggregateStep::Final)
            } else {
                let (input, steps) = steps.only_read(input);
                steps.apply(single(input), AggregateStep::Complete)
            });
        }
        let is_salted = is_split && self.tactics.salt_buckets() > 1;
        let grouped = (0..steps.keys().len()).collect::<Vec<_>>();
        let unsalted = Partitioning::Hash { columns: grouped.clone(), salt_buckets: 1 };
        let states = if hints.combine && is_split {
            let combined = steps.apply(input, AggregateStep::Partial);
            if !is_salted {
                return Ok(steps.apply(combined.exchanged(unsalted), AggregateStep::Final));
            }
            steps.apply(combined.exchanged(self.salted(grouped)), AggregateStep::Merge)
        } else {
            let (shipped, steps) = steps.only_read(input);
            if !is_salted {
                let keys = Partitioning::Hash { columns: steps.keys().to_vec(), salt_buckets: 1 };
                return Ok(steps.apply(shipped.exchanged(keys), AggregateStep::Complete));
            }
            let salted = self.salted(steps.keys().to_vec());
            steps.apply(shipped.exchanged(salted), AggregateStep::Partial)
        };
        // A key's rows met in several partitions: its states meet once more.
        Ok(steps.apply(states.exchanged(unsalted), AggregateStep::Final))
    }

    /// As an aggregate, but the best row of a part has the columns of its rows.
    fn dedup(
        &self,
        input: PhysicalPlan,
        key: &str,
        order: &[OrderBy],
        hints: WideHints,
    ) -> Result<PhysicalPlan> {
        let key = index(input.schema(), key)?;
        let order = order
            .iter()
            .map(|order| {
                let column = index(input.schema(), &order.column)?;
                Ok(OrderBy { column, direction: order.direction })
            })
            .collect::<Result<Vec<_>>>()?;
        let schema = input.schema().clone();
        let dedup = |input: PhysicalPlan| {
            input.then(OperatorSpec::Dedup { key, order: order.clone(), schema: schema.clone() })
        };
        if hints.placed {
            return Ok(dedup(input));
        }
        let rows = if hints.combine { dedup(input) } else { input };
        let mut plan = dedup(rows.exchanged(self.salted(vec![key])));
        if self.tactics.salt_buckets() > 1 {
            plan = dedup(plan.exchanged(Partitioning::by_column(key)));
        }
        Ok(plan)
    }

    fn join(
        &self,
        (probe, build): (PhysicalPlan, PhysicalPlan),
        keys: &[JoinKey],
        kind: JoinKind,
        method: JoinMethod,
        schema: Arc<Schema>,
    ) -> Result<PhysicalPlan> {
        let build_columns = join::build_columns(build.schema(), keys, kind);
        let keys = join::indices(probe.schema(), build.schema(), keys)?;
        // Both sides are hashed alike: by the same keys in the same order.
        let probe_keys = keys.iter().map(|key| key.probe).collect();
        let build_keys = keys.iter().map(|key| key.build).collect();
        let salt_buckets = self.tactics.salt_buckets();
        let (probe, build) = match method {
            JoinMethod::Broadcast if union::is_in_one_stage(&probe) => {
                (probe, union::in_one_stage(build).exchanged(Partitioning::Broadcast))
            }
            JoinMethod::Broadcast | JoinMethod::Shuffled if salt_buckets > 1 => {
                let replicated = Partitioning::ReplicatedHash { columns: build_keys, salt_buckets };
                (probe.exchanged(self.salted(probe_keys)), build.exchanged(replicated))
            }
            JoinMethod::Broadcast | JoinMethod::Shuffled => (
                probe.exchanged(Partitioning::Hash { columns: probe_keys, salt_buckets: 1 }),
                build.exchanged(Partitioning::Hash { columns: build_keys, salt_buckets: 1 }),
            ),
        };
        let (probe, build) = (Box::new(probe), Box::new(build));
        Ok(PhysicalPlan::HashJoin { probe, build, keys, build_columns, kind, schema })
    }

    fn salted(&self, columns: Vec<usize>) -> Partitioning {
        Partitioning::Hash { columns, salt_buckets: self.tactics.salt_buckets() }
    }
}

/// Both branches of a share reach the result, so it stands at the root. They part inside one stage: what is before them and
/// what the narrow one does has no exchange.
fn check_share(plan: &LogicalPlan) -> Result<()> {
    let is_wide = |plan: &LogicalPlan| match plan.reach() {
        Reach::Wide | Reach::PlacedAnew => true,
        Reach::Source | Reach::Narrow => false,
    };
    let is_rows = |plan: &LogicalPlan| matches!(plan, LogicalPlan::Rows { .. });
    let is_share = |plan: &LogicalPlan| matches!(plan, LogicalPlan::Share { .. });
    let is_right = match plan {
        LogicalPlan::Share { input, wide, narrow, .. } => {
            let reads_rows_once = |branch| count(branch, &is_rows) == 1 && count(branch, &is_share) == 0;
            count(input, &is_wide) + count(narrow, &is_wide) + count(input, &is_rows) == 0
                && reads_rows_once(wide)
                && reads_rows_once(narrow)
        }
        other => count(other, &is_share) + count(other, &is_rows) == 0,
    };
    let reason = "it stands at the root, after narrow nodes, and each branch reads its rows once";
    if is_right { Ok(()) } else { Err(PlanError::Malformed { operator: "share", reason }) }
}

/// Nodes of a kind.
fn count(plan: &LogicalPlan, is_it: &impl Fn(&LogicalPlan) -> bool) -> usize {
    let below = plan.children().into_iter().map(|child| count(child, is_it)).sum::<usize>();
    usize::from(is_it(plan)) + below
}

fn scan(table: &Table, predicate: Option<&Expr>, schema: Arc<Schema>) -> Result<PhysicalPlan> {
    let all = table.schema();
    let column_indices = schema.names().map(|name| index(&all, name)).collect::<Result<_>>()?;
    let predicate = predicate.map(|predicate| {
        let mut read = Vec::new();
        let predicate = predicate.try_map(&mut |name| {
            let column = index(&all, name)?;
            Ok(read.iter().position(|&other| other == column).unwrap_or_else(|| {
                read.push(column);
                read.len() - 1
            }))
        })?;
        // Rows without a column could not be counted: a condition on nothing reads the first.
        if read.is_empty() {
            read.push(0);
        }
        Ok(ScanPredicate { column_indices: read, predicate })
    });
    Ok(PhysicalPlan::Scan { table: table.clone(), column_indices, predicate: predicate.transpose()?, schema })
}

fn indices(schema: &Schema, names: &[String]) -> Result<Vec<usize>> {
    names.iter().map(|name| index(schema, name)).collect()
}
