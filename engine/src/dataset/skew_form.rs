//! The written form of a [`Skew`], read field by field so that an error names its field.

use serde::Deserialize;

use super::Skew;

/// A [`Skew`] as it is written. Serde reads an enum tagged inside itself without knowing where an error is; this form
/// it reads field by field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SkewForm {
    kind: SkewKind,
    exponent: Option<f64>,
    share: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SkewKind {
    Uniform,
    Zipf,
    HotKey,
}

impl TryFrom<SkewForm> for Skew {
    type Error = &'static str;

    /// The sentences are worded as serde's, so that the reader of JSON finds the field in them.
    fn try_from(form: SkewForm) -> Result<Self, Self::Error> {
        match form {
            SkewForm { kind: SkewKind::Uniform, exponent: None, share: None } => Ok(Skew::Uniform {}),
            SkewForm { kind: SkewKind::Zipf, exponent: Some(exponent), share: None } => {
                Ok(Skew::Zipf { exponent })
            }
            SkewForm { kind: SkewKind::HotKey, exponent: None, share: Some(share) } => {
                Ok(Skew::HotKey { share })
            }
            SkewForm { kind: SkewKind::Uniform | SkewKind::HotKey, exponent: Some(_), .. } => {
                Err("unknown field `exponent`: it belongs to zipf")
            }
            SkewForm { kind: SkewKind::Uniform | SkewKind::Zipf, share: Some(_), .. } => {
                Err("unknown field `share`: it belongs to hot_key")
            }
            SkewForm { kind: SkewKind::Zipf, exponent: None, .. } => {
                Err("missing field `exponent`: zipf needs it")
            }
            SkewForm { kind: SkewKind::HotKey, share: None, .. } => {
                Err("missing field `share`: hot_key needs it")
            }
        }
    }
}
