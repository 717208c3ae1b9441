//! Nobody is kept out: axe-core finds nothing, everything fits and nothing covers anything at any width, the keyboard alone is
//! enough, and what is heard is what is seen.

pub(crate) mod axe;
mod figure;
pub(crate) mod geometry;
mod host;
mod keyboard;
mod spoken;

use libtest_mimic::Trial;

/// The tests of this file.
pub(crate) fn tests() -> Vec<Trial> {
    [axe::tests(), figure::tests(), geometry::tests(), keyboard::tests(), spoken::tests()]
        .into_iter()
        .flatten()
        .collect()
}
