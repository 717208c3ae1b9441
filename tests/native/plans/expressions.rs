//! Random expressions over the columns of a schema, of the kind that is wanted.

use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::plan::{BinaryOperator, Expr, Kind, UnaryOperator, Value, coalesce, col, null, when};

use crate::samples::Draw;

pub(super) const TYPES: [DataType; 3] = [DataType::Int64, DataType::Float64, DataType::Utf8];
const INTS: [i64; 10] = [0, 1, 2, 3, -1, 7, 50, i64::MAX, i64::MIN, 1 << 53];
const FLOATS: [f64; 12] = [
    0.0,
    -0.0,
    0.5,
    -1.5,
    100.0,
    1e308,
    -1e308,
    5e-324,
    9_007_199_254_740_993.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
const TEXTS: [&str; 9] = ["", "en", "de", "ka", "KA lo", " ka\tlo ", "é", "ka lo mi ru te sa no", "it's"];
const COMPARISONS: [BinaryOperator; 6] = [
    BinaryOperator::Eq,
    BinaryOperator::NotEq,
    BinaryOperator::Lt,
    BinaryOperator::LtEq,
    BinaryOperator::Gt,
    BinaryOperator::GtEq,
];
const OF_INTS: [BinaryOperator; 4] =
    [BinaryOperator::Add, BinaryOperator::Subtract, BinaryOperator::Multiply, BinaryOperator::Remainder];
const OF_FLOATS: [BinaryOperator; 4] =
    [BinaryOperator::Add, BinaryOperator::Subtract, BinaryOperator::Multiply, BinaryOperator::Divide];

/// Draws expressions over one schema.
pub(super) struct Exprs<'a> {
    pub(super) draw: &'a mut Draw,
    pub(super) schema: &'a Schema,
}

impl Exprs<'_> {
    /// A value of any type.
    pub(super) fn any_value(&mut self, depth: u32) -> Expr {
        let data_type = self.draw.one_of(&TYPES);
        self.value(data_type, depth)
    }

    /// A value of this type, of at most so many operators on top of each other.
    pub(super) fn value(&mut self, data_type: DataType, depth: u32) -> Expr {
        if depth == 0 || self.draw.chance(35) {
            return self.leaf(data_type);
        }
        match self.draw.below(12) {
            0 => return unary(UnaryOperator::Cast(data_type), self.castable(data_type, depth - 1)),
            1 => return self.choice(data_type, depth - 1),
            2 => {
                let (left, right) = self.alternatives(data_type, depth - 1);
                return coalesce([left, right]);
            }
            _ => {}
        }
        match data_type {
            DataType::Int64 => match self.draw.below(7) {
                0 => unary(UnaryOperator::Length, self.value(DataType::Utf8, depth - 1)),
                1 => unary(UnaryOperator::TokenCount, self.value(DataType::Utf8, depth - 1)),
                2 => unary(UnaryOperator::Hash, self.any_value(depth - 1)),
                // Small numbers make groups and matches.
                3 => {
                    self.leaf(DataType::Int64) % Expr::Literal(Value::Int64(self.draw.one_of(&[0, 2, 3, -3])))
                }
                _ => {
                    let operator = self.draw.one_of(&OF_INTS);
                    self.pair(operator, DataType::Int64, DataType::Int64, depth)
                }
            },
            DataType::Float64 => {
                let operator = self.draw.one_of(&OF_FLOATS);
                // A quotient of integers is a double too; of the others one side has to be one.
                let (left, right) = match (self.draw.below(4), operator) {
                    (0, BinaryOperator::Divide) => (DataType::Int64, DataType::Int64),
                    (1, _) => (DataType::Int64, DataType::Float64),
                    (2, _) => (DataType::Float64, DataType::Int64),
                    _ => (DataType::Float64, DataType::Float64),
                };
                self.pair(operator, left, right, depth)
            }
            DataType::Utf8 => unary(UnaryOperator::Lower, self.value(DataType::Utf8, depth - 1)),
        }
    }

    /// Something true, false or NULL.
    pub(super) fn condition(&mut self, depth: u32) -> Expr {
        if depth == 0 || self.draw.chance(10) {
            return match self.draw.below(8) {
                0 => Expr::Literal(Value::Truth(false)),
                1 => Expr::Literal(Value::Truth(true)),
                2 => Expr::Literal(Value::Null(Kind::Truth)),
                _ => self.comparison(1),
            };
        }
        match self.draw.below(9) {
            8 => self.is_in(depth),
            0 => !self.condition(depth - 1),
            1 => unary(UnaryOperator::IsNull, self.any_value(depth - 1)),
            2 => unary(UnaryOperator::IsNull, self.condition(depth - 1)),
            3 => {
                let part = self.draw.one_of(&["", "ka", "e", "o m", "É"]).to_owned();
                unary(UnaryOperator::Contains(part), self.value(DataType::Utf8, depth - 1))
            }
            4 => self.condition(depth - 1).and(self.condition(depth - 1)),
            5 => self.condition(depth - 1).or(self.condition(depth - 1)),
            _ => self.comparison(depth),
        }
    }

    /// What can be read as a value of the type: a condition sometimes.
    fn castable(&mut self, data_type: DataType, depth: u32) -> Expr {
        match self.draw.below(8) {
            0 => self.condition(depth),
            // A number that was written as text reads as the same number.
            1 => unary(UnaryOperator::Cast(DataType::Utf8), self.value(data_type, depth)),
            _ => self.any_value(depth),
        }
    }

    fn choice(&mut self, data_type: DataType, depth: u32) -> Expr {
        let condition = self.condition(depth);
        let (then, otherwise) = self.alternatives(data_type, depth);
        when(condition).then(then).otherwise(otherwise)
    }

    /// Two values that together are of the type: of doubles one may be an integer, of integers a condition.
    fn alternatives(&mut self, data_type: DataType, depth: u32) -> (Expr, Expr) {
        let value = self.value(data_type, depth);
        let other = match (self.draw.below(4), data_type) {
            (0, DataType::Float64) => self.value(DataType::Int64, depth),
            (0, DataType::Int64) => self.condition(depth),
            _ => self.value(data_type, depth),
        };
        if self.draw.chance(50) { (value, other) } else { (other, value) }
    }

    fn is_in(&mut self, depth: u32) -> Expr {
        let of_texts = self.draw.chance(30);
        let data_type =
            if of_texts { DataType::Utf8 } else { self.draw.one_of(&[DataType::Int64, DataType::Float64]) };
        let value = self.value(data_type, depth - 1);
        let listed = (0..self.draw.below(6)).map(|_| match (self.draw.below(8), of_texts) {
            (0, _) => Value::Null(Kind::Value(data_type)),
            (_, true) => Value::Utf8(self.draw.one_of(&TEXTS).to_owned()),
            (1..=4, false) => Value::Int64(self.draw.one_of(&INTS)),
            (_, false) => Value::Float64(self.draw.one_of(&FLOATS)),
        });
        let listed: Vec<Value> = listed.collect();
        value.is_in(listed)
    }

    fn comparison(&mut self, depth: u32) -> Expr {
        let operator = self.draw.one_of(&COMPARISONS);
        let types = [DataType::Int64, DataType::Float64];
        let (left, right) = match self.draw.chance(30) {
            true => (DataType::Utf8, DataType::Utf8),
            false => (self.draw.one_of(&types), self.draw.one_of(&types)),
        };
        self.pair(operator, left, right, depth)
    }

    fn pair(&mut self, operator: BinaryOperator, left: DataType, right: DataType, depth: u32) -> Expr {
        let (left, right) = (self.value(left, depth - 1), self.value(right, depth - 1));
        Expr::Binary { operator, left: Box::new(left), right: Box::new(right) }
    }

    /// A column, where there is one, or a constant.
    fn leaf(&mut self, data_type: DataType) -> Expr {
        let columns = columns_of(self.schema, data_type);
        if !columns.is_empty() && self.draw.chance(70) {
            return col(&columns[self.draw.below(columns.len())]);
        }
        match (self.draw.chance(15), data_type) {
            (true, data_type) => null(data_type),
            (_, DataType::Int64) => Expr::Literal(Value::Int64(self.draw.one_of(&INTS))),
            (_, DataType::Float64) => Expr::Literal(Value::Float64(self.draw.one_of(&FLOATS))),
            (_, DataType::Utf8) => Expr::Literal(Value::Utf8(self.draw.one_of(&TEXTS).to_owned())),
        }
    }
}

pub(super) fn columns_of(schema: &Schema, data_type: DataType) -> Vec<String> {
    let fields = schema.fields().iter().filter(|field| field.data_type == data_type);
    fields.map(|field| field.name.clone()).collect()
}

fn unary(operator: UnaryOperator, input: Expr) -> Expr {
    Expr::Unary { operator, input: Box::new(input) }
}
