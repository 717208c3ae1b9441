//! The text of stages: one stage a paragraph, its operators indented below.

use std::fmt::{Display, Formatter, Result};

use super::columns;
use crate::plan::stage::listed;
use crate::plan::{OperatorSpec, Output, StageGraph, StageSource};

impl Display for StageGraph {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for stage in self.stages() {
            write!(f, "stage {}: {} tasks, ", stage.id, stage.task_count)?;
            match &stage.source {
                StageSource::Scan { table, predicate, schema, .. } => {
                    let only = super::scan_condition(predicate.as_ref(), table);
                    writeln!(f, "scan {} [{}]{only}", table.name(), columns(schema))?;
                }
                StageSource::InPlace { shuffles } => {
                    writeln!(f, "read shuffle {} where it was written", listed(shuffles))?;
                }
                StageSource::Shuffle { build, probe } if build.is_empty() => {
                    writeln!(f, "read shuffle {}", listed(probe))?;
                }
                StageSource::Shuffle { build, probe } => {
                    let (build, probe) = (listed(build), listed(probe));
                    writeln!(f, "read shuffle {build} into a table, then shuffle {probe}")?;
                }
            }
            write_operators(&stage.prefix, f, 2)?;
            for (index, branch) in stage.branches.iter().enumerate() {
                let indent = match (stage.share, index) {
                    (None, _) => 2,
                    (Some((share, row_id)), 0) => {
                        writeln!(f, "  {share} of rows by #{row_id}:")?;
                        4
                    }
                    (Some(_), _) => {
                        writeln!(f, "  the rest:")?;
                        4
                    }
                };
                write_operators(&branch.operators, f, indent)?;
                match &branch.output {
                    Output::Shuffle { shuffle, partitioning, schema, .. } => {
                        writeln!(
                            f,
                            "{:indent$}write shuffle {shuffle} {partitioning} [{}]",
                            "",
                            columns(schema)
                        )?;
                    }
                    Output::Result { schema } => writeln!(f, "{:indent$}result [{}]", "", columns(schema))?,
                }
            }
        }
        Ok(())
    }
}

fn write_operators(operators: &[OperatorSpec], f: &mut Formatter<'_>, indent: usize) -> Result {
    operators.iter().try_for_each(|operator| writeln!(f, "{:indent$}{operator}", ""))
}

impl Display for OperatorSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}{}", self.words().stage, self.parameters())
    }
}
