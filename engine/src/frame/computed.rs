//! Columns that a node reads and that are no columns yet: they are computed below it, under names that nothing else has.

use std::collections::BTreeSet;

use super::data_frame::Written;
use crate::columnar::Schema;
use crate::plan::{Expr, LogicalPlan, NamedExpr, PlanError};

/// The columns that a node reads, some of which have to be computed below it.
pub(super) struct Computed<'a> {
    below: &'a Schema,
    /// Names that a computed column cannot have.
    taken: BTreeSet<String>,
    /// What is computed below the node.
    computed: Vec<NamedExpr>,
}

impl<'a> Computed<'a> {
    /// Over these columns nothing is computed yet.
    pub(super) fn over(below: &'a Schema) -> Self {
        Computed { below, taken: below.names().map(str::to_owned).collect(), computed: Vec::new() }
    }

    /// What has to be computed below the node.
    pub(super) fn into_columns(self) -> Vec<NamedExpr> {
        self.computed
    }

    /// The name of the column that an expression is: its own, or one that nothing else has, this one if it is free.
    pub(super) fn column_of(&mut self, expr: Expr, name: &str) -> Result<String, PlanError> {
        let expr = expr.lowered(self.below)?;
        expr.kind(self.below)?;
        Ok(match expr {
            Expr::Column(name) => name,
            expr => {
                let name = fresh(name, &mut self.taken);
                self.computed.push(NamedExpr { expr, name: name.clone() });
                name
            }
        })
    }
}

/// A name that is not taken, which then is: this one, or this one with the first number that makes it new.
pub(super) fn fresh(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{name} ({number})"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).expect("there are more numbers than names");
    taken.insert(free.clone());
    free
}

impl Written {
    /// All columns, and these computed ones.
    pub(super) fn with_computed(self, computed: &[NamedExpr]) -> Result<Written, PlanError> {
        if computed.is_empty() {
            return Ok(self);
        }
        let below = self.schema().names().map(NamedExpr::column);
        let exprs = below.chain(computed.iter().cloned()).collect();
        self.then(|input| LogicalPlan::Project { input, exprs })
    }
}
