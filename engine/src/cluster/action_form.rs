//! The written form of an [`Action`], read field by field so that an error names its field.

use serde::Deserialize;

use super::job::{Action, CollectPoint, defaults};

/// An [`Action`] as it is written. Serde reads an enum tagged inside itself without knowing where an error is; this form
/// it reads field by field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionForm {
    kind: ActionKind,
    of: Option<CollectPoint>,
    memory_bytes: Option<u64>,
    rows: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionKind {
    Write,
    Collect,
    Show,
}

impl TryFrom<ActionForm> for Action {
    type Error = &'static str;

    /// The sentences are worded as serde's, so that the reader of JSON finds the field in them.
    fn try_from(form: ActionForm) -> Result<Self, Self::Error> {
        match form {
            ActionForm { kind: ActionKind::Write, of: None, memory_bytes: None, rows: None } => {
                Ok(Action::Write {})
            }
            ActionForm { kind: ActionKind::Collect, of, memory_bytes, rows: None } => Ok(Action::Collect {
                of: of.unwrap_or_default(),
                memory_bytes: memory_bytes.unwrap_or_else(defaults::driver_memory_bytes),
            }),
            ActionForm { kind: ActionKind::Show, of: None, memory_bytes: None, rows } => {
                Ok(Action::show(rows.unwrap_or_else(defaults::show_rows)))
            }
            ActionForm { kind: ActionKind::Write | ActionKind::Collect, rows: Some(_), .. } => {
                Err("unknown field `rows`: it belongs to show")
            }
            ActionForm { kind: ActionKind::Write | ActionKind::Show, of: Some(_), .. } => {
                Err("unknown field `of`: it belongs to collect")
            }
            ActionForm { kind: ActionKind::Write | ActionKind::Show, memory_bytes: Some(_), .. } => {
                Err("unknown field `memory_bytes`: it belongs to collect")
            }
        }
    }
}
