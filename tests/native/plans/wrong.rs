//! Plans with one mistake, under nodes that have none.

use shuffle_engine::columnar::DataType;
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, Direction, Expr, JoinKey, JoinKind, JoinMethod, LogicalPlan, NamedExpr,
    OrderBy, RepartitionBy, RowShare, SortDirection, SortKey, UnaryOperator, Value, WideHints, col, lit,
};

use super::expressions::columns_of;
use crate::samples::Draw;

/// What is wrong, and the plan.
pub(super) type Mistake = (&'static str, LogicalPlan);

/// Every mistake that can be made on top of a plan without one.
pub(super) fn mistakes(plan: &LogicalPlan) -> Vec<Mistake> {
    let input = || Box::new(plan.clone());
    let schema = plan.schema();
    let first = schema.fields()[0].name.as_str();
    let (text, number) = (columns_of(&schema, DataType::Utf8), number(plan));
    let mut all: Vec<Mistake> = Vec::new();
    let filter = |predicate| LogicalPlan::Filter { input: input(), predicate };
    let select = |exprs: Vec<(Expr, &str)>| {
        let named = |(expr, name): (Expr, &str)| NamedExpr { expr, name: name.to_owned() };
        LogicalPlan::Project { input: input(), exprs: exprs.into_iter().map(named).collect() }
    };
    let group = |keys: &[&str], function, column: Option<&str>, name: &str| LogicalPlan::Aggregate {
        input: input(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        aggregates: vec![Aggregate { function, column: column.map(str::to_owned), name: name.to_owned() }],
        hints: WideHints::default(),
    };
    let join_on = |keys: &[(&str, &str)], kind| LogicalPlan::Join {
        probe: input(),
        build: input(),
        keys: keys
            .iter()
            .map(|(probe, build)| JoinKey { probe: (*probe).to_owned(), build: (*build).to_owned() })
            .collect(),
        kind,
        method: JoinMethod::Shuffled,
    };
    let join = |key: &str| join_on(&[(key, key)], JoinKind::Inner);
    let dedup = |key: &str, column: &str| LogicalPlan::Dedup {
        input: input(),
        key: key.to_owned(),
        order: vec![OrderBy { column: column.to_owned(), direction: Direction::Highest }],
        hints: WideHints::default(),
    };
    let sample = |column: &str| LogicalPlan::Sample {
        input: input(),
        column: column.to_owned(),
        share: RowShare::new(0.5),
    };
    let tokenize = |column: &str| LogicalPlan::Tokenize {
        input: input(),
        column: column.to_owned(),
        token: "token".to_owned(),
    };
    let sort = |columns: &[&str]| LogicalPlan::Sort {
        input: input(),
        keys: columns
            .iter()
            .map(|column| SortKey {
                column: (*column).to_owned(),
                direction: SortDirection::Ascending,
                nulls_first: true,
            })
            .collect(),
    };
    let length = Expr::Unary { operator: UnaryOperator::Length, input: Box::new(lit(1)) };
    let truth = || Expr::Literal(Value::Truth(true));
    let count = AggregateFunction::Count;
    let scan = |columns: &[&str], predicate| LogicalPlan::Scan {
        table: Table::Prompts,
        columns: Some(columns.iter().map(|column| (*column).to_owned()).collect()),
        predicate,
    };
    all.extend([
        ("a scan of no column", scan(&[], None)),
        ("a scan of one column twice", scan(&["score", "score"], None)),
        ("a scan of an unknown column", scan(&["score", "nobody"], None)),
        ("a scan of another table's column", scan(&["reward"], None)),
        ("a scan where a value", scan(&["score"], Some(col("score")))),
        ("a scan where an unknown column", scan(&["score"], Some(col("nobody").is_null()))),
        ("a filter by no column of the input", filter(col("nobody").eq(lit(1)))),
        ("a filter by a value", filter(col(first))),
        ("a filter by a number", filter(lit(1))),
        ("the opposite of a value", filter(!col(first))),
        ("a value and a condition", filter(col(first).and(truth()))),
        ("a number compared with a text", filter(lit(1).eq(lit("one")))),
        ("a condition compared", filter(truth().eq(truth()))),
        ("a sum of conditions", select(vec![(truth() + truth(), "x")])),
        ("a sum of texts", select(vec![(lit("a") + lit("b"), "x")])),
        ("a remainder of doubles", select(vec![(lit(1.5) % lit(1), "x")])),
        ("the length of a number", select(vec![(length, "x")])),
        ("the hash of a condition", select(vec![(truth().hash(), "x")])),
        ("no column selected", select(vec![])),
        ("one name selected twice", select(vec![(lit(1), "x"), (lit(2), "x")])),
        ("an unknown column selected", select(vec![(col("nobody"), "x")])),
        ("groups by an unknown column", group(&["nobody"], count, None, "n")),
        ("groups that count an unknown column", group(&[first], count, Some("nobody"), "n")),
        ("a group's result named as its key", group(&[first], count, None, first)),
        ("one key twice", group(&[first, first], count, None, "n")),
        ("a sum of whole rows", group(&[], AggregateFunction::Sum, None, "n")),
        ("a join by an unknown column", join("nobody")),
        ("a join by nothing", join_on(&[], JoinKind::Inner)),
        ("a semi join by nothing", join_on(&[], JoinKind::Semi)),
        ("a join by a column that only one side has", join_on(&[(first, "nobody")], JoinKind::Semi)),
        (
            "an anti join by an unknown second column",
            join_on(&[(first, first), ("nobody", first)], JoinKind::Anti),
        ),
        ("the best by an unknown key", dedup("nobody", first)),
        ("the best by an unknown column", dedup(first, "nobody")),
        ("a sample by an unknown column", sample("nobody")),
        ("words of an unknown column", tokenize("nobody")),
        ("a sort by nothing", sort(&[])),
        ("a sort by an unknown column", sort(&[first, "nobody"])),
        ("a hash of nothing", repartition(plan, &[])),
        ("a hash of an unknown column", repartition(plan, &[first, "nobody"])),
    ]);
    if let Some(text) = text.first() {
        all.extend([
            ("a sum of a text column", group(&[], AggregateFunction::Sum, Some(text), "n")),
            ("the mean of a text column", group(&[first], AggregateFunction::Avg, Some(text), "n")),
            ("the best by a text", dedup(first, text)),
            ("a sample by a text", sample(text)),
        ]);
    }
    if let Some(number) = &number {
        all.push(("words of a number", tokenize(number)));
        if let Some(text) = text.first() {
            all.push(("a join of a number and a text", join_on(&[(number, text)], JoinKind::Semi)));
        }
    }
    if schema.fields().len() > 1 {
        all.push(("two columns of one name joined", join(first)));
    }
    all
}

fn repartition(plan: &LogicalPlan, columns: &[&str]) -> LogicalPlan {
    let by = RepartitionBy::Hash(columns.iter().map(|column| (*column).to_owned()).collect());
    LogicalPlan::Repartition { input: Box::new(plan.clone()), by }
}

fn number(plan: &LogicalPlan) -> Option<String> {
    super::analysis::number_columns(&plan.schema()).first().cloned()
}

/// The plan under a few nodes that would be right over any input.
pub(super) fn buried(plan: LogicalPlan, draw: &mut Draw) -> LogicalPlan {
    (0..draw.below(3)).fold(plan, |plan, _| {
        let input = Box::new(plan);
        match draw.below(4) {
            0 => LogicalPlan::Filter { input, predicate: Expr::Literal(Value::Truth(true)) },
            1 => LogicalPlan::Limit { input, row_count: 3 },
            2 => LogicalPlan::Repartition { input, by: RepartitionBy::RoundRobin },
            _ => {
                let one = NamedExpr { expr: lit(1), name: "one".to_owned() };
                LogicalPlan::Project { input, exprs: vec![one] }
            }
        }
    })
}
