//! One check of every limit, so that nothing behind it has to ask again.

use super::words::wrong;
use super::{Action, InvalidScenario, Query, SCENARIO_VERSION, Scenario, Skew, limits};

impl Scenario {
    /// Checks every field against [`limits`]. How many executors really run depends on who runs them: see
    /// [`Scenario::check_workers`].
    ///
    /// # Errors
    /// The first field, in the order of the struct, that is out of its limits or not offered yet.
    pub fn validate(&self) -> Result<(), InvalidScenario> {
        if self.version != SCENARIO_VERSION {
            let reason = format!("is {}, but this build reads version {SCENARIO_VERSION}", self.version);
            return Err(InvalidScenario::new("version", reason));
        }
        whole("seed", self.seed, 0, limits::MAX_SEED)?;
        whole("rows", self.rows, 1, limits::MAX_ROWS)?;
        whole("keys", self.keys, 1, limits::MAX_KEYS)?;
        match self.skew {
            Skew::Uniform {} => {}
            Skew::Zipf { exponent } => real("skew.exponent", exponent, limits::MAX_ZIPF_EXPONENT)?,
            Skew::HotKey { share } => real("skew.share", share, limits::MAX_HOT_SHARE)?,
        }
        real("shuffle_fraction", self.shuffle_fraction, 1.0)?;
        whole("workers", self.workers.into(), 1, limits::MAX_MODEL_WORKERS.into())?;
        let partitions_max = u64::from(limits::MAX_PARTITIONS);
        whole("map_partitions", self.map_partitions.into(), 1, partitions_max)?;
        whole("reduce_partitions", self.reduce_partitions.into(), 1, partitions_max)?;
        whole("tactics.salt", self.tactics.salt.into(), 0, limits::MAX_SALT.into())?;
        if self.tactics.isolate_hot_keys {
            return Err(not_offered("tactics.isolate_hot_keys", "isolating hot keys"));
        }
        if self.tactics.adaptive {
            return Err(not_offered("tactics.adaptive", "adaptive execution"));
        }
        whole("tactics.broadcast_bytes", self.tactics.broadcast_bytes, 0, limits::MAX_BROADCAST_BYTES)?;
        match self.action {
            Action::Write {} => Ok(()),
            Action::Collect { memory_bytes, .. } => {
                whole("action.memory_bytes", memory_bytes, limits::MIN_DRIVER_BYTES, limits::MAX_DRIVER_BYTES)
            }
            Action::Show { rows, .. } => whole("action.rows", rows, 1, limits::MAX_SHOW_ROWS),
        }
    }

    /// Checks that whoever is to run this can start as many executors: a tab, a machine. `place` says
    /// where they would run, as in "in a tab".
    ///
    /// # Errors
    /// Names the field `workers`.
    pub fn check_workers(&self, most: u32, place: &str) -> Result<(), InvalidScenario> {
        if self.workers <= most {
            return Ok(());
        }
        let reason =
            format!("is {}, but {place} at most {most} workers run; past that, ask the model", self.workers);
        Err(InvalidScenario::new("workers", reason))
    }
}

impl Query {
    /// The query with this name.
    ///
    /// # Errors
    /// Names the field `query` and lists what exists.
    pub fn parse(name: &str) -> Result<Query, InvalidScenario> {
        Query::ALL.into_iter().find(|query| query.name() == name).ok_or_else(|| {
            let names: Vec<_> = Query::ALL.iter().map(|query| query.name()).collect();
            wrong("query", name, &format!("one of {}", names.join(", ")))
        })
    }
}

fn whole(field: &str, value: u64, min: u64, max: u64) -> Result<(), InvalidScenario> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(InvalidScenario::new(field, format!("is {value}, must be a whole number from {min} to {max}")))
}

fn real(field: &str, value: f64, max: f64) -> Result<(), InvalidScenario> {
    if (0.0..=max).contains(&value) {
        return Ok(());
    }
    Err(InvalidScenario::new(field, format!("is {value}, must be a number from 0 to {max}")))
}

fn not_offered(field: &str, what: &str) -> InvalidScenario {
    InvalidScenario::new(field, format!("{what} is not offered yet"))
}
