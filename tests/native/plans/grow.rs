//! Random plans, grown from a scan upwards: every node is drawn to fit the columns below it. A node that leaves no row is
//! mostly taken back, for nothing can go wrong above it.

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, Direction, Expr, JoinKey, JoinKind, JoinMethod, LogicalPlan, NamedExpr,
    OrderBy, RepartitionBy, RowShare, SortDirection, SortKey, WideHints, col,
};

use super::analysis::{is_ordered, meets_one, most_rows, number_columns, unique_columns};
use super::expressions::{Exprs, TYPES, columns_of};
use crate::interpreter::{Source, interpret};
use crate::samples::Draw;

/// A plan does not grow past so many rows.
const MOST_ROWS: u64 = 4_000;
/// Nodes on top of a scan.
const MOST_STEPS: usize = 6;

/// Draws plans over a scenario's tables.
pub(super) struct Grower<'a> {
    draw: &'a mut Draw,
    scenario: &'a Scenario,
    source: Source,
    /// Columns named so far: a new one gets the next number.
    named: usize,
}

impl<'a> Grower<'a> {
    pub(super) fn new(draw: &'a mut Draw, scenario: &'a Scenario) -> Self {
        Grower { draw, scenario, source: Source::new(scenario), named: 0 }
    }

    /// A whole plan; one in eight ends in a limit.
    pub(super) fn plan(&mut self) -> LogicalPlan {
        let steps = self.draw.below(MOST_STEPS + 1);
        let plan = if self.draw.chance(8) { self.share() } else { self.steps(steps, 2) };
        let is_share = matches!(plan, LogicalPlan::Share { .. });
        if !is_share && self.draw.chance(12) { self.limit(plan) } else { plan }
    }

    /// A scan with so many nodes on top, and so many levels of joins.
    fn steps(&mut self, count: usize, joins: u32) -> LogicalPlan {
        let mut plan = self.scan();
        let mut has_rows = self.has_rows(&plan);
        for _ in 0..count {
            let taller = self.step(plan.clone(), joins);
            let keeps_rows = self.has_rows(&taller);
            if keeps_rows || !has_rows || self.draw.chance(15) {
                (plan, has_rows) = (taller, keeps_rows);
            }
        }
        plan
    }

    fn has_rows(&self, plan: &LogicalPlan) -> bool {
        !interpret(plan, &self.source).rows.is_empty()
    }

    fn scan(&mut self) -> LogicalPlan {
        let table = if self.draw.chance(80) { Table::Prompts } else { Table::Rewards };
        let schema = table.schema();
        let columns = self.draw.chance(40).then(|| {
            let count = 1 + self.draw.below(4);
            self.up_to(&schema, count)
        });
        let predicate = self.draw.chance(20).then(|| self.exprs(&schema).condition(2));
        let scan = LogicalPlan::Scan { table: table.clone(), columns: columns.clone(), predicate };
        if self.has_rows(&scan) { scan } else { LogicalPlan::Scan { table, columns, predicate: None } }
    }

    /// One node more.
    fn step(&mut self, plan: LogicalPlan, joins: u32) -> LogicalPlan {
        match self.draw.below(24) {
            0..=3 => self.filter(plan),
            4..=7 => self.project(plan),
            8 => self.sample(plan),
            9 => self.tokenize(plan),
            10 if is_ordered(&plan) => self.limit(plan),
            10..=13 => self.aggregate(plan),
            14 => self.dedup(plan),
            15..=17 if joins > 0 => self.join(plan, joins - 1),
            18..=19 if joins > 0 => self.union(plan, joins - 1),
            20..=21 => self.sort(plan),
            _ => self.repartition(plan),
        }
    }

    fn filter(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let schema = plan.schema();
        let predicate = self.exprs(&schema).condition(3);
        LogicalPlan::Filter { input: Box::new(plan), predicate }
    }

    /// Columns as they are, under other names, computed, and conditions; a name may move from one column to another.
    fn project(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let schema = plan.schema();
        let old: Vec<String> = schema.names().map(str::to_owned).collect();
        let mut exprs: Vec<NamedExpr> = Vec::new();
        for _ in 0..1 + self.draw.below(5) {
            let expr = match self.draw.below(10) {
                0..=4 => col(&old[self.draw.below(old.len())]),
                5 => self.exprs(&schema).condition(2),
                _ => self.exprs(&schema).any_value(3),
            };
            let name = match (&expr, self.draw.below(10)) {
                (Expr::Column(name), 0..=6) => name.clone(),
                (_, 7..=8) => old[self.draw.below(old.len())].clone(),
                _ => self.new_name(),
            };
            if exprs.iter().all(|named| named.name != name) {
                exprs.push(NamedExpr { expr, name });
            }
        }
        LogicalPlan::Project { input: Box::new(plan), exprs }
    }

    fn sample(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let columns = columns_of(&plan.schema(), DataType::Int64);
        if columns.is_empty() {
            return self.filter(plan);
        }
        let column = columns[self.draw.below(columns.len())].clone();
        let share = RowShare::new(self.draw.one_of(&[0.0, 0.2, 0.5, 0.9, 1.0]));
        LogicalPlan::Sample { input: Box::new(plan), column, share }
    }

    fn tokenize(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let columns = columns_of(&plan.schema(), DataType::Utf8);
        if columns.is_empty() {
            return self.filter(plan);
        }
        let column = columns[self.draw.below(columns.len())].clone();
        let token = if self.draw.chance(30) { column.clone() } else { self.new_name() };
        let words = LogicalPlan::Tokenize { input: Box::new(plan.clone()), column, token };
        if most_rows(&words, self.scenario) <= MOST_ROWS { words } else { self.filter(plan) }
    }

    fn limit(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let most = most_rows(&plan, self.scenario);
        let row_count = self.draw.one_of(&[0, 1, 2, 5, most / 3, most, u64::from(u32::MAX) + 1]);
        LogicalPlan::Limit { input: Box::new(plan), row_count }
    }

    fn aggregate(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let schema = plan.schema();
        let key_count = self.draw.one_of(&[0, 1, 1, 1, 2, 2, 3]);
        let keys = self.up_to(&schema, key_count);
        let least = usize::from(keys.is_empty());
        let mut aggregates: Vec<Aggregate> = Vec::new();
        for _ in 0..least + self.draw.below(4) {
            let (function, column) = self.aggregate_function(&schema);
            let name = match &column {
                Some(column) if self.draw.chance(20) => column.clone(),
                _ => self.new_name(),
            };
            let is_new = !keys.contains(&name) && aggregates.iter().all(|aggregate| aggregate.name != name);
            let name = if is_new { name } else { self.new_name() };
            aggregates.push(Aggregate { function, column, name });
        }
        LogicalPlan::Aggregate { input: Box::new(plan), keys, aggregates, hints: WideHints::default() }
    }

    fn aggregate_function(&mut self, schema: &Schema) -> (AggregateFunction, Option<String>) {
        use AggregateFunction::{Avg, Count, CountDistinct, Max, Min, Sum};
        let numbers = number_columns(schema);
        let function = self.draw.one_of(&[Count, Count, CountDistinct, Min, Max, Sum, Sum, Avg]);
        let columns = match function {
            Sum | Avg => numbers,
            Count if self.draw.chance(50) => Vec::new(),
            Count | CountDistinct | Min | Max => schema.names().map(str::to_owned).collect(),
        };
        match columns.len() {
            0 => (Count, None),
            count => (function, Some(columns[self.draw.below(count)].clone())),
        }
    }

    /// With an ordering that leaves nothing to chance: it ends in a unique column, or reads all there are.
    fn dedup(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let (schema, unique) = (plan.schema(), unique_columns(&plan));
        let all: Vec<String> = schema.names().map(str::to_owned).collect();
        let key = all[self.draw.below(all.len())].clone();
        let numbers = number_columns(&schema);
        let last = numbers.iter().find(|name| unique.contains(*name)).cloned();
        let rest = all.iter().all(|name| *name == key || numbers.contains(name));
        let columns = match last {
            Some(last) => {
                let mut columns = self.up_to(&schema, 2);
                columns.retain(|name| numbers.contains(name) && *name != last);
                columns.push(last);
                columns
            }
            None if rest => numbers,
            None => return self.filter(plan),
        };
        let order = columns.into_iter().map(|column| {
            let direction = if self.draw.chance(50) { Direction::Highest } else { Direction::Lowest };
            OrderBy { column, direction }
        });
        let order = order.collect();
        LogicalPlan::Dedup { input: Box::new(plan), key, order, hints: WideHints::default() }
    }

    /// With another plan, or with itself; the build side is renamed where names would meet. Where nothing of the build side
    /// comes out, names may meet.
    fn join(&mut self, probe: LogicalPlan, joins: u32) -> LogicalPlan {
        let mut build = match self.draw.below(4) {
            0 => probe.clone(),
            _ => {
                let steps = self.draw.below(3);
                self.steps(steps, joins)
            }
        };
        let (probe_schema, build_schema) = (probe.schema(), build.schema());
        let mut keys: Vec<JoinKey> = Vec::new();
        for _ in 0..self.draw.one_of(&[1, 1, 1, 2, 2, 3]) {
            keys.extend(self.join_key(&probe_schema, &build_schema));
        }
        if keys.is_empty() {
            return self.filter(probe);
        }
        let kind = self.draw.one_of(&[
            JoinKind::Inner,
            JoinKind::Inner,
            JoinKind::LeftOuter,
            JoinKind::Semi,
            JoinKind::Anti,
        ]);
        let method = if self.draw.chance(15) { JoinMethod::Broadcast } else { JoinMethod::Shuffled };
        if !kind.only_selects() || self.draw.chance(50) {
            build = self.renamed(build, &mut keys, &probe_schema);
        }
        let pairs = most_rows(&probe, self.scenario) * most_rows(&build, self.scenario);
        if pairs > MOST_ROWS && !kind.only_selects() && !meets_one(&build, &keys) {
            // One row a key.
            let (name, column) = (self.new_name(), build.schema().fields()[0].name.clone());
            let largest = Aggregate { function: AggregateFunction::Max, column: Some(column), name };
            keys.truncate(1);
            let (of, hints) = (vec![keys[0].build.clone()], WideHints::default());
            build =
                LogicalPlan::Aggregate { input: Box::new(build), keys: of, aggregates: vec![largest], hints };
        }
        LogicalPlan::Join { probe: Box::new(probe), build: Box::new(build), keys, kind, method }
    }

    /// Two columns of one type, more often than not of one name where there are two.
    fn join_key(&mut self, probe: &Schema, build: &Schema) -> Option<JoinKey> {
        let has = |data_type: &DataType| {
            [probe, build].iter().all(|schema| !columns_of(schema, *data_type).is_empty())
        };
        let shared: Vec<DataType> = TYPES.into_iter().filter(has).collect();
        let data_type = (!shared.is_empty()).then(|| self.draw.one_of(&shared))?;
        let (left, right) = (columns_of(probe, data_type), columns_of(build, data_type));
        let key = left[self.draw.below(left.len())].clone();
        let same = right.iter().find(|name| **name == key && self.draw.chance(60)).cloned();
        let other = same.unwrap_or_else(|| right[self.draw.below(right.len())].clone());
        Some(JoinKey { probe: key, build: other })
    }

    /// With another plan, or with itself, whose columns are made to fit, in any order.
    fn union(&mut self, first: LogicalPlan, joins: u32) -> LogicalPlan {
        let mut second = match self.draw.below(3) {
            0 => first.clone(),
            _ => {
                let steps = self.draw.below(4);
                self.steps(steps, joins)
            }
        };
        if most_rows(&first, self.scenario) + most_rows(&second, self.scenario) > MOST_ROWS {
            return self.filter(first);
        }
        let (schema, below) = (first.schema(), second.schema());
        if schema != below || self.draw.chance(50) {
            let mut exprs = Vec::new();
            for field in schema.fields() {
                let same = columns_of(&below, field.data_type);
                let expr = match same.len() {
                    0 => self.exprs(&below).value(field.data_type, 2),
                    _ if self.draw.chance(20) => self.exprs(&below).value(field.data_type, 2),
                    count => col(&same[self.draw.below(count)]),
                };
                let at = self.draw.below(exprs.len() + 1);
                exprs.insert(at, NamedExpr { expr, name: field.name.clone() });
            }
            second = LogicalPlan::Project { input: Box::new(second), exprs };
        }
        LogicalPlan::Union { first: Box::new(first), second: Box::new(second) }
    }

    /// The build side with nothing under a name of the probe's but keys, which more often than not take their probe's name.
    fn renamed(&mut self, build: LogicalPlan, keys: &mut [JoinKey], probe: &Schema) -> LogicalPlan {
        let schema = build.schema();
        let mut exprs: Vec<NamedExpr> = Vec::new();
        for name in schema.names() {
            let as_key = keys.iter().find(|key| key.build == name).map(|key| key.probe.clone());
            let as_key =
                as_key.filter(|new| self.draw.chance(60) && exprs.iter().all(|named| named.name != *new));
            let new = match as_key {
                Some(new) => new,
                None if probe.index_of(name).is_some() => self.new_name(),
                None => name.to_owned(),
            };
            exprs.push(NamedExpr { expr: col(name), name: new });
        }
        for key in keys {
            let at = schema.index_of(&key.build).expect("a key of the build side");
            key.build = exprs[at].name.clone();
        }
        if exprs.iter().all(NamedExpr::is_unchanged) && self.draw.chance(80) {
            return build;
        }
        LogicalPlan::Project { input: Box::new(build), exprs }
    }

    /// By up to three columns, or by all of them, so that a limit can stand above it.
    fn sort(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let schema = plan.schema();
        let count = if self.draw.chance(30) { schema.fields().len() } else { 1 + self.draw.below(3) };
        let columns = self.up_to(&schema, count);
        let key = |column| SortKey {
            column,
            direction: self.draw.one_of(&[SortDirection::Ascending, SortDirection::Descending]),
            nulls_first: self.draw.chance(50),
        };
        let keys = columns.into_iter().map(key).collect();
        LogicalPlan::Sort { input: Box::new(plan), keys }
    }

    fn repartition(&mut self, plan: LogicalPlan) -> LogicalPlan {
        let schema = plan.schema();
        let count = 1 + self.draw.below(3);
        let by = match self.draw.below(3) {
            0 => RepartitionBy::RoundRobin,
            _ => RepartitionBy::Hash(self.up_to(&schema, count)),
        };
        LogicalPlan::Repartition { input: Box::new(plan), by }
    }

    /// Some rows go one way, the rest another; both end in the same columns.
    fn share(&mut self) -> LogicalPlan {
        let scan = LogicalPlan::Scan { table: Table::Prompts, columns: None, predicate: None };
        let input = if self.draw.chance(50) { scan } else { self.filter(scan) };
        let rows = || LogicalPlan::Rows { schema: input.schema() };
        let mut wide = rows();
        for _ in 0..1 + self.draw.below(3) {
            wide = match self.draw.below(7) {
                0 => self.filter(wide),
                5 => self.union(wide, 0),
                1 => self.aggregate(wide),
                2 => self.dedup(wide),
                3 => self.join(wide, 0),
                6 => self.sort(wide),
                _ => self.repartition(wide),
            };
            if rows_leaves(&wide) > 1 {
                wide = rows();
            }
        }
        let (below, mut exprs) = (rows().schema(), Vec::new());
        for field in wide.schema().fields() {
            let expr = self.exprs(&below).value(field.data_type, 2);
            exprs.push(NamedExpr { expr, name: field.name.clone() });
        }
        let narrow = LogicalPlan::Project { input: Box::new(rows()), exprs };
        let share = RowShare::new(self.draw.one_of(&[0.0, 0.01, 0.4, 0.9, 1.0]));
        LogicalPlan::Share { input: Box::new(input), share, wide: Box::new(wide), narrow: Box::new(narrow) }
    }

    fn exprs<'e>(&'e mut self, schema: &'e Schema) -> Exprs<'e> {
        Exprs { draw: self.draw, schema }
    }

    fn new_name(&mut self) -> String {
        self.named += 1;
        format!("c{}", self.named)
    }

    /// At most so many of the columns, in any order, at least one of them if any is asked for.
    fn up_to(&mut self, schema: &Schema, most: usize) -> Vec<String> {
        let names: Vec<&str> = schema.names().collect();
        let mut kept: Vec<String> = Vec::new();
        for _ in 0..most {
            let name = names[self.draw.below(names.len())].to_owned();
            if !kept.contains(&name) {
                kept.push(name);
            }
        }
        kept
    }
}

/// How often a branch reads the rows of its share: the engine reads them once.
fn rows_leaves(plan: &LogicalPlan) -> usize {
    match plan {
        LogicalPlan::Rows { .. } => 1,
        other => other.children().into_iter().map(rows_leaves).sum(),
    }
}
