//! Charts: pure functions from plain data to one SVG, the places on it that answer to a pointer or to
//! the keyboard, and the table of the numbers behind it.
//!
//! ```text
//! data + Frame -> draw -> Canvas -> plotters -> SvgBackend -> Chart { svg, hits, table }
//!                            |                      |
//!                            |                      '-- colours leave as var(--phase-compute) …
//!                            '-- remembers every text box, so that no label lands on another
//! ```
//!
//! Nothing here knows a browser. Widths of texts come from a table ([`glyphs`]), colours are roles
//! ([`theme`]) which the style sheet resolves, so a switch to dark needs no redraw, and the same data
//! gives the same bytes natively and as wasm.
//!
//! | file | what it holds |
//! |---|---|
//! | [`wall_clock`], [`load`], [`timeline`], [`shuffle_cost`], [`heat_map`], [`pair`] | one chart each: its data and its `draw` |
//! | [`guess`] | a reader's bet beside what was measured |
//! | [`phases`] | where the time of a worker goes, and how that is stacked |
//! | [`theme`], [`units`], [`glyphs`] | colours, numbers for people, widths of letters |
//! | `canvas`, `plot`, `legend` | drawing in CSS pixels, axes, legends |
//! | [`patch`] | what differs between two pictures of one chart |
//! | `steps` | where arrow keys lead from one mark to the next |
//! | [`svg`] | the plotters backend |

mod canvas;
pub mod glyphs;
pub mod guess;
pub mod heat_map;
mod legend;
pub mod load;
pub mod pair;
pub mod patch;
pub mod phases;
mod plot;
pub mod shuffle_cost;
mod steps;
pub mod svg;
pub mod theme;
pub mod timeline;
pub mod units;
pub mod wall_clock;

pub use phases::{Phase, PhaseMicros};

/// The smallest width and height, in CSS pixels, at which the charts stay legible.
pub const MIN_SIZE_PX: (u32, u32) = (200, 160);
/// The largest width and height, in CSS pixels: sub-pixel coordinates stay far from overflow.
pub const MAX_SIZE_PX: (u32, u32) = (4_000, 4_000);
/// The most workers an axis reaches.
pub const MAX_WORKERS: u32 = 4_096;

/// Where a chart is drawn: its size, and the prefix of every id in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Width in CSS pixels.
    pub width_px: u32,
    /// Height in CSS pixels.
    pub height_px: u32,
    /// Unique in the document. The title gets the id `{id}-title`, the description `{id}-desc`, the
    /// patterns `{id}-hatch-…`. ASCII letters, digits, `-` and `_`, beginning with a letter.
    pub id: String,
}

impl Frame {
    /// A frame of this size whose ids begin with `id`.
    pub fn new(id: &str, width_px: u32, height_px: u32) -> Self {
        Self { width_px, height_px, id: id.to_owned() }
    }

    fn check(&self) -> Result<(), ChartError> {
        let sides = [
            ("width_px", self.width_px, MIN_SIZE_PX.0, MAX_SIZE_PX.0),
            ("height_px", self.height_px, MIN_SIZE_PX.1, MAX_SIZE_PX.1),
        ];
        for (field, given_px, min_px, max_px) in sides {
            if given_px < min_px || given_px > max_px {
                return Err(ChartError::Size { field, given_px, min_px, max_px });
            }
        }
        let letters = self.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let first = self.id.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if letters && first { Ok(()) } else { Err(ChartError::Id { id: self.id.clone() }) }
    }
}

/// A finished chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The `<svg>` element, complete, with `role="img"`, a title and a description.
    pub svg: String,
    /// What a pointer or the keyboard can ask about, in reading order.
    pub hits: HitMap,
    /// The numbers behind the picture.
    pub table: Table,
}

/// A place on a chart and the sentence that it answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Left edge, in CSS pixels of the viewBox.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// What to say about it.
    pub label: String,
}

/// The places of a chart that answer, in reading order: the order in which arrow keys visit them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HitMap {
    /// All of them.
    pub hits: Vec<Hit>,
}

impl HitMap {
    /// The index of the place under a point given in CSS pixels of the viewBox. The last drawn wins.
    pub fn at(&self, x: f64, y: f64) -> Option<usize> {
        self.hits.iter().rposition(|hit| x >= hit.x && x < hit.x + hit.w && y >= hit.y && y < hit.y + hit.h)
    }

    /// The index to which a key leads from another one: `None` for a key that means nothing here, `Some(None)` away from all
    /// places. `key` is named as browsers do, such as `ArrowRight`.
    pub fn next(&self, at: Option<usize>, key: &str) -> Option<Option<usize>> {
        steps::next_index(&self.hits, at, key)
    }
}

/// The data table behind a chart: what a screen reader or a sceptic reads instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns, with units where the cells have none.
    pub header: Vec<String>,
    /// One row per mark, as many cells as the header.
    pub rows: Vec<Vec<String>>,
}

/// Why a chart could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The frame is too small to read or absurdly large.
    #[error("{field} is {given_px}, but a chart needs {min_px} to {max_px} pixels")]
    Size {
        /// Which side of the frame.
        field: &'static str,
        /// What was asked for.
        given_px: u32,
        /// The least.
        min_px: u32,
        /// The most.
        max_px: u32,
    },
    /// The id could not stand in an attribute or after `#`.
    #[error("{id:?} cannot be an id: ASCII letters, digits, '-' and '_', beginning with a letter")]
    Id {
        /// The id as given.
        id: String,
    },
    /// A matrix of this many workers needs its square of cells.
    #[error("a matrix of {workers} workers has {wanted} cells, not {given}")]
    MatrixSize {
        /// Number of workers.
        workers: usize,
        /// Its square.
        wanted: usize,
        /// Number of cells given.
        given: usize,
    },
    /// plotters refused; not expected, since our backend never fails.
    #[error("the drawing library refused: {reason}")]
    Drawing {
        /// Its own words.
        reason: String,
    },
}
