//! How rows spread over the partitions of an exchange: each heavy key lands where its hash puts it, the crowd lands evenly.

use crate::dataset::population::{DEVIATIONS, ItemValue, Population, upper};
use crate::shuffle::spark_hash::{SEED, hash_bytes, hash_int, hash_long, pmod};

/// Where an exchange puts rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// Reduce partitions.
    pub(super) partitions: u32,
    /// Salts of each key; up to 1 means none.
    pub(super) salts: u32,
    /// Whether a row goes to all salts of its key.
    pub(super) is_replicated: bool,
}

impl Spread {
    /// Rows by partition. With `distinct_tasks`, each of so many tasks has at most one row of a key.
    pub(super) fn rows(&self, population: &Population, rows: f64, distinct_tasks: Option<f64>) -> Vec<f64> {
        let limit = |rows: f64, items: f64| distinct_tasks.map_or(rows, |tasks| rows.min(tasks * items));
        let copies = f64::from(self.salts.min(self.partitions));
        let rest = limit(rows * population.rest_weight, population.rest_count);
        let rest = if self.is_replicated { rest * copies } else { rest };
        let even = rest / f64::from(self.partitions);
        // The crowd comes in lumps: a light key's rows stay together.
        let lump = (rest / population.rest_count.max(1.0)).max(1.0);
        let mut partitions = vec![even + DEVIATIONS * (even * lump).sqrt(); self.partitions as usize];
        for item in &population.heavy {
            let rows = limit(rows * item.weight, 1.0);
            let hash = hash_of(&item.value);
            let salted = |salt| match self.salts {
                0 | 1 => pmod(hash, self.partitions),
                _ => pmod(hash_int(salt, hash), self.partitions),
            };
            let mut targets: Vec<u32> = (0..self.salts.max(1)).map(salted).collect();
            let part = if self.is_replicated { rows } else { rows / targets.len() as f64 };
            if self.is_replicated {
                targets.sort_unstable();
                targets.dedup();
            }
            targets.into_iter().for_each(|target| partitions[target as usize] += part);
        }
        partitions.into_iter().map(upper).collect()
    }
}

/// Spark's hash of a key or word.
fn hash_of(value: &ItemValue) -> u32 {
    match value {
        ItemValue::Key(key) => hash_long(*key, SEED),
        ItemValue::Word(word) => hash_bytes(word.as_bytes(), SEED),
    }
}
