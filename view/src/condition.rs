//! A condition on a run, as a task of a lesson states it: `skew.max_over_median < 2 and scenario.workers >= 8`.
//!
//! ```text
//!  condition  = all { "or" all }
//!  all        = comparison { "and" comparison }
//!  comparison = name of a quantity, one of < <= > >= = !=, number
//! ```
//!
//! A comparison with a number that the run does not have is false: nothing can be said of it.

use crate::quantities::{Evidence, Quantity};
use crate::words;

/// A condition that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// One of these must hold, all of it.
    alternatives: Vec<Vec<Comparison>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Comparison {
    quantity: Quantity,
    relation: Relation,
    number: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Unequal,
}

/// Every relation as it is written; the longer of two that begin alike first.
const RELATIONS: [(&str, Relation); 6] = [
    ("<=", Relation::AtMost),
    ("<", Relation::Below),
    (">=", Relation::AtLeast),
    (">", Relation::Above),
    ("!=", Relation::Unequal),
    ("=", Relation::Equal),
];

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ConditionError {
    /// Where in the text, in bytes from its beginning.
    pub at: usize,
    /// What is wrong there.
    pub reason: String,
}

impl Condition {
    /// Reads a condition from the text of an attribute.
    ///
    /// # Errors
    /// The text is no condition, or it names a quantity that is in no report; the error says where and what is known.
    pub fn new(text: &str) -> Result<Self, ConditionError> {
        let mut reader = Reader { text, at: 0 };
        let mut alternatives = vec![vec![reader.comparison()?]];
        loop {
            let at = reader.skip_blanks();
            let word = reader.word();
            match word {
                "" if reader.is_over() => return Ok(Condition { alternatives }),
                "and" => {
                    let comparison = reader.comparison()?;
                    if let Some(all) = alternatives.last_mut() {
                        all.push(comparison);
                    }
                }
                "or" => alternatives.push(vec![reader.comparison()?]),
                _ => {
                    return Err(wrong(at, words::condition::HAS_ENDED));
                }
            }
        }
    }

    /// Whether it holds for a run.
    pub fn holds(&self, of: Evidence<'_>) -> bool {
        self.alternatives.iter().any(|all| all.iter().all(|comparison| comparison.holds(of)))
    }

    /// The quantities that it names.
    pub fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.alternatives.iter().flatten().map(|comparison| &comparison.quantity)
    }
}

impl Comparison {
    fn holds(&self, of: Evidence<'_>) -> bool {
        let Some(value) = self.quantity.read(of) else { return false };
        match self.relation {
            Relation::Below => value < self.number,
            Relation::AtMost => value <= self.number,
            Relation::Above => value > self.number,
            Relation::AtLeast => value >= self.number,
            Relation::Equal => value == self.number,
            Relation::Unequal => value != self.number,
        }
    }
}

fn wrong(at: usize, reason: &str) -> ConditionError {
    ConditionError { at, reason: reason.to_owned() }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn is_over(&self) -> bool {
        self.rest().is_empty()
    }

    fn skip_blanks(&mut self) -> usize {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at
    }

    /// The letters, digits, dots, signs and low lines from here on.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let is_outside = |c: char| !(c.is_alphanumeric() || "._-".contains(c));
        let word = &rest[..rest.find(is_outside).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    fn comparison(&mut self) -> Result<Comparison, ConditionError> {
        let at = self.skip_blanks();
        let name = self.word();
        if name.is_empty() {
            return Err(wrong(at, words::condition::NO_NAME));
        }
        let quantity =
            Quantity::new(name).map_err(|unknown| ConditionError { at, reason: unknown.to_string() })?;
        let at = self.skip_blanks();
        let found = RELATIONS.iter().find(|(known, _)| self.rest().starts_with(known));
        let Some((known, relation)) = found else {
            return Err(wrong(at, words::condition::NO_RELATION));
        };
        self.at += known.len();
        let at = self.skip_blanks();
        match self.word().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Comparison { quantity, relation: *relation, number }),
            Ok(_) | Err(_) => Err(wrong(at, words::condition::NO_NUMBER)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shuffle_engine::Scenario;
    use shuffle_engine::cluster::local::LocalCluster;
    use shuffle_engine::cluster::{Clock, WallMicros};
    use shuffle_engine::metrics::JobReport;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> WallMicros {
            WallMicros(0)
        }
    }

    fn holds(text: &str) -> bool {
        let scenario = Scenario { rows: 2_000, keys: 50, workers: 4, ..Scenario::default() };
        let job = scenario.job().expect("it can run");
        let report = JobReport::new(&LocalCluster::new(7).run(&job, &Stopped).expect("it runs"));
        let condition = Condition::new(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        condition.holds(Evidence { scenario: &scenario, report: &report })
    }

    #[test]
    fn a_condition_compares_numbers_of_a_run() {
        for text in [
            "messages = 12",
            "stages.1.exchange.links=12",
            "stages.length != 1 and scenario.workers >= 4",
            "messages > 100 or shuffle_blocks <= 1024",
            "stages.0.partitions.rows.sum = 2000",
            "stages.0.partitions.rows.0 < 100 and stages.0.partitions.rows.length = 32",
            "skew.hot_key.share > 0.25",
        ] {
            assert!(holds(text), "{text}");
        }
        assert!(!holds("messages > 100 or shuffle_blocks < 1024"));
        assert!(!holds("messages = 12 and scenario.workers = 8"), "and binds all of its comparisons");
    }

    #[test]
    fn nothing_can_be_said_of_a_number_that_the_run_does_not_have() {
        assert!(!holds("fetched.rows < 10"));
        assert!(!holds("fetched.rows >= 0"));
        assert!(!holds("stages.7.tasks >= 0"));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        for (text, at, reason) in [
            ("", 0, "the name of a number is missing"),
            ("messages", 8, "one of <, <=, >"),
            ("messages ~ 3", 9, "one of <, <=, >"),
            ("messages < many", 11, "a number is missing"),
            ("messages < inf", 11, "a number is missing"),
            ("messages < 3 messages > 1", 13, "only and, or, or the end"),
            ("messages < 3 and", 16, "the name of a number is missing"),
            (
                "messages < 3 and skew.max > 1",
                17,
                "\"skew.max\" names nothing in the report of a run; there are skew.max_over_median",
            ),
            ("rows.max > 1", 0, "names begin with wall_micros, result, stages,"),
            ("stages.1.partitions.rows > 1", 0, "stages.N.partitions.rows.max, .min"),
            ("stages.x.tasks > 1", 0, "there are stages.N.tasks"),
        ] {
            let error = Condition::new(text).expect_err(text);
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(error.reason.contains(reason), "{text}: {error}");
        }
    }
}
