//! What an exchange has to do, decided from the sizes of blocks alone.
//!
//! ```text
//!  bytes of every block ─┐              ┌─ tasks:  who runs each, and what it reads
//!  live executors ───────┼──> plan() ───┤
//!  how tasks read ───────┘              └─ routes: which block goes to whom
//! ```
//!
//! The functions are pure: they know no executor and no message. A rule that joins small partitions, cuts large ones or
//! moves blocks by another strategy is a function here, and neither driver nor executor learns of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Strategy;
use crate::shuffle::ReadSpec;

/// The blocks of one shuffle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShuffleSizes<'a> {
    /// The number of the shuffle that the blocks belong to.
    pub shuffle: u32,
    /// The executor that holds what each map task wrote.
    pub writers: Vec<u32>,
    /// Bytes of each block: by map task, then by reduce partition.
    pub maps: Vec<&'a [u64]>,
}

impl ShuffleSizes<'_> {
    fn all_maps(&self) -> Range<u32> {
        0..self.maps.len() as u32
    }

    fn read(&self, partitions: Range<u32>, maps: Range<u32>) -> ReadSpec {
        ReadSpec { shuffle: self.shuffle, partitions, maps }
    }
}

/// Which blocks make one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// A task reads one partition.
    #[default]
    EachPartition,
    /// A task reads so many neighbouring partitions. Rows that meet by key still meet. This is wrong for a salted join: its
    /// build side has a copy of a row in several partitions, and a task that reads two of them would join each row twice.
    Coalesced(u32),
    /// A partition's map tasks are cut into so many parts, and each part makes a task. A join's build side is read whole by
    /// each of them. Rows of one key do not all meet, so this is right for joins and repartitions only.
    Split(u32),
    /// A task reads what one map task wrote, where it was written: no block moves.
    EachMap,
}

/// What is known when a stage starts.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Partitions of the stage's source.
    pub partitions: u32,
    /// The shuffles that it reads partition by partition into the table of a join.
    pub build: &'a [ShuffleSizes<'a>],
    /// The shuffles that it reads partition by partition and whose rows stream. There are none when the stage scans.
    pub probe: &'a [ShuffleSizes<'a>],
    /// The shuffles whose rows go to everybody.
    pub broadcasts: &'a [ShuffleSizes<'a>],
    /// The executors that can take part.
    pub live: &'a [u32],
    /// Which blocks make one task.
    pub reads: Reads,
    /// How blocks travel.
    pub strategy: Strategy,
}

/// One task of a stage, before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTask {
    /// The executor to which its blocks go; `None` when any executor can run the task.
    pub executor: Option<u32>,
    /// What it reads of each shuffle.
    pub reads: Vec<ReadSpec>,
}

/// Blocks of one shuffle and who gets them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The number of the shuffle that the blocks belong to.
    pub shuffle: u32,
    /// Of the blocks that these map tasks wrote.
    pub maps: Range<u32>,
    /// The partition that the first entry of `to` is about; the others follow it.
    pub first_partition: u32,
    /// The executors that get each partition's blocks.
    pub to: Vec<Vec<u32>>,
}

/// What the exchange before a stage does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangePlan {
    /// The stage's tasks, in order.
    pub tasks: Vec<PlannedTask>,
    /// Which block goes to whom. No block goes to one executor twice.
    pub routes: Vec<Route>,
}

/// Plans a stage's tasks and the exchange before them.
pub fn plan(question: &Question<'_>) -> ExchangePlan {
    let mut tasks = tasks(question);
    let mut routes = match question.strategy {
        Strategy::Direct => routes(&tasks),
    };
    for shuffle in question.broadcasts {
        let everybody = question.live.to_vec();
        routes.push(Route {
            shuffle: shuffle.shuffle,
            maps: shuffle.all_maps(),
            first_partition: 0,
            to: vec![everybody],
        });
        let read = shuffle.read(0..1, shuffle.all_maps());
        tasks.iter_mut().for_each(|task| task.reads.push(read.clone()));
    }
    ExchangePlan { tasks, routes }
}

fn tasks(question: &Question<'_>) -> Vec<PlannedTask> {
    if question.probe.is_empty() {
        let anywhere = PlannedTask { executor: None, reads: Vec::new() };
        return vec![anywhere; question.partitions as usize];
    }
    let each = |partitions: Range<u32>| -> Vec<ReadSpec> {
        let inputs = question.build.iter().chain(question.probe);
        inputs.map(|input| input.read(partitions.clone(), input.all_maps())).collect()
    };
    let reads: Vec<Vec<ReadSpec>> = match question.reads {
        Reads::EachMap => return in_place(question.probe),

        Reads::EachPartition => {
            (0..question.partitions).map(|partition| each(partition..partition + 1)).collect()
        }
        Reads::Coalesced(count) => {
            let ends = |first: u32| question.partitions.min(first.saturating_add(count.max(1)));
            let begins = (0..question.partitions).step_by(count.max(1) as usize);
            begins.map(|first| each(first..ends(first))).collect()
        }
        Reads::Split(parts) => {
            (0..question.partitions).flat_map(|partition| split(question, partition, parts.max(1))).collect()
        }
    };
    let inputs: Vec<&ShuffleSizes<'_>> = question.build.iter().chain(question.probe).collect();
    let bytes: Vec<u64> = reads.iter().map(|reads| bytes_of(&inputs, reads)).collect();
    let executors = assign(&bytes, question.live.len() as u32);
    let placed = executors.into_iter().map(|at| Some(question.live[at as usize]));
    reads.into_iter().zip(placed).map(|(reads, executor)| PlannedTask { executor, reads }).collect()
}

/// A task for each map task of each shuffle. It reads nothing of the other shuffles.
fn in_place(shuffles: &[ShuffleSizes<'_>]) -> Vec<PlannedTask> {
    let mut tasks = Vec::new();
    for from in shuffles {
        for (map, &executor) in (0..).zip(&from.writers) {
            let read = |shuffle: &ShuffleSizes<'_>| {
                let maps = if shuffle.shuffle == from.shuffle { map..map + 1 } else { 0..0 };
                shuffle.read(0..1, maps)
            };
            let reads = shuffles.iter().map(read).collect();
            tasks.push(PlannedTask { executor: Some(executor), reads });
        }
    }
    tasks
}

/// One partition's tasks when each shuffle that streams is cut into so many parts: every task reads the build side whole, a
/// part of one shuffle, and nothing of the others.
fn split(question: &Question<'_>, partition: u32, parts: u32) -> Vec<Vec<ReadSpec>> {
    let mut tasks = Vec::new();
    for (at, streamed) in question.probe.iter().enumerate() {
        let map_count = streamed.maps.len() as u32;
        let part = map_count.div_ceil(parts).max(1);
        for first in (0..map_count).step_by(part as usize) {
            let whole =
                question.build.iter().map(|build| build.read(partition..partition + 1, build.all_maps()));
            let probe = question.probe.iter().enumerate().map(|(other, probe)| {
                let maps = if other == at { first..map_count.min(first + part) } else { 0..0 };
                probe.read(partition..partition + 1, maps)
            });
            tasks.push(whole.chain(probe).collect());
        }
    }
    tasks
}

/// Bytes that a task reads.
fn bytes_of(inputs: &[&ShuffleSizes<'_>], reads: &[ReadSpec]) -> u64 {
    let mut sum = 0u64;
    for (input, read) in inputs.iter().zip(reads) {
        for blocks in &input.maps[read.maps.start as usize..read.maps.end as usize] {
            let blocks = blocks.iter().skip(read.partitions.start as usize).take(read.partitions.len());
            // What executors report is not to be trusted to add up.
            sum = blocks.fold(sum, |sum, &bytes| sum.saturating_add(bytes));
        }
    }
    sum
}

/// Every block straight to each executor with a task that reads it.
fn routes(tasks: &[PlannedTask]) -> Vec<Route> {
    type Owners = BTreeMap<u32, BTreeSet<u32>>;
    let mut by_maps: BTreeMap<(u32, u32, u32), Owners> = BTreeMap::new();
    for task in tasks {
        let Some(executor) = task.executor else { continue };
        for read in task.reads.iter().filter(|read| !read.maps.is_empty()) {
            let owners = by_maps.entry((read.shuffle, read.maps.start, read.maps.end)).or_default();
            for partition in read.partitions.clone() {
                owners.entry(partition).or_default().insert(executor);
            }
        }
    }
    let route = |((shuffle, first_map, end), mut owners): ((u32, u32, u32), Owners)| {
        let first_partition = owners.first_key_value().map_or(0, |(&partition, _)| partition);
        let last = owners.last_key_value().map_or(0, |(&partition, _)| partition);
        let to = (first_partition..=last)
            .map(|partition| owners.remove(&partition).unwrap_or_default().into_iter().collect())
            .collect();
        Route { shuffle, maps: first_map..end, first_partition, to }
    };
    by_maps.into_iter().map(route).collect()
}

/// Deals tasks out by their bytes, as a cluster's scheduler does it, decided ahead: in order, each to the executor that
/// would be free first if time went with bytes. So a hot partition keeps its executor busy while the others go round.
pub fn assign(task_bytes: &[u64], executor_count: u32) -> Vec<u32> {
    // The least load first; of equal ones the lowest executor.
    let mut loads: BinaryHeap<Reverse<(u64, u32)>> = (0..executor_count).map(|id| Reverse((0, id))).collect();
    task_bytes
        .iter()
        .map(|&bytes| {
            let mut least = loads.peek_mut().expect("at least one executor");
            let Reverse((load, owner)) = *least;
            // An empty task still takes a turn.
            *least = Reverse((load.saturating_add(bytes.max(1)), owner));
            owner
        })
        .collect()
}
