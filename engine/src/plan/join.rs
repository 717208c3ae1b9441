//! The keys of a join: which columns meet, and which columns come out.
//!
//! ```text
//!  prompts: prompt_id, language      join on language, prompt_id = id       prompt_id, language, id, note
//!  notes:   id, language, note              ->
//! ```
//!
//! A key whose column has one name on both sides comes out once, as with SQL's `using`. A key of two names comes out as both
//! columns, as with SQL's `on`: in a left join the build's is NULL where nothing was met. All other columns come out too, so
//! a name that both sides have, and that is no key, has to be renamed before. Of a semi or anti join the probe's columns come
//! out and no others, so names do not matter there.

use super::error::{PlanError, index, index_of_type_of};
use super::schema::unique;
use super::wide::{JoinKey, JoinKind};
use crate::columnar::Schema;

type Result<T> = std::result::Result<T, PlanError>;

/// The columns that come out of a join: the probe's, then those of the build side.
///
/// # Errors
/// No key, a key that a side does not have, a key of two types, or two columns of one name.
pub(super) fn schema(probe: &Schema, build: &Schema, keys: &[JoinKey], kind: JoinKind) -> Result<Schema> {
    if keys.is_empty() {
        return Err(PlanError::Malformed { operator: "join", reason: "no column to join on" });
    }
    indices(probe, build, keys)?;
    let others = build_columns(build, keys, kind).into_iter().map(|column| &build.fields()[column]);
    let fields = probe.fields().iter().chain(others).map(|field| (field.name.as_str(), field.data_type));
    unique(Schema::new(fields), "join")
}

/// Where the keys stand on either side.
pub(super) fn indices(probe: &Schema, build: &Schema, keys: &[JoinKey]) -> Result<Vec<JoinKey<usize>>> {
    let place = |key: &JoinKey| {
        let at = index(probe, &key.probe)?;
        let sides = ["this frame", "the other"];
        let build = index_of_type_of((probe, at), (build, &key.build), sides, "a join")?;
        Ok(JoinKey { probe: at, build })
    };
    keys.iter().map(place).collect()
}

/// The build side's columns that come out: all but the keys that are called as on the probe side, and none of a semi or
/// anti join.
pub(super) fn build_columns(build: &Schema, keys: &[JoinKey], kind: JoinKind) -> Vec<usize> {
    let comes_out = |name: &str| !keys.iter().any(|key| key.build == name && key.probe == name);
    if kind.only_selects() {
        return Vec::new();
    }
    build.names().enumerate().filter(|(_, name)| comes_out(name)).map(|(at, _)| at).collect()
}
