//! Who sent how much to whom: a W × W matrix of bytes.
//!
//! ```text
//!          to 0 1 2 3
//!   from 0    / # # #     /  stays on its worker, crosses no link
//!        1    # / # #     #  the darker (in dark mode: the brighter), the more
//!        2    # # / #
//! ```
//!
//! The scale begins at zero, not at the smallest cell: an even shuffle must look even.

use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::{Type, wrap};
use super::guess::{self, Guess};
use super::legend::draw_title;
use super::theme::{HEAT_STEPS, Role};
use super::units;
use super::{Chart, ChartError, Frame, Table};
use crate::words;

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeatMapData {
    /// Number of workers W.
    pub workers: usize,
    /// W × W bytes, row by row: the entry `from * workers + to` is what `from` sent to `to`.
    pub bytes: Vec<u64>,
    /// The reader's bet on the bytes that cross from one worker to another.
    pub guess: Option<Guess>,
}

impl HeatMapData {
    fn at(&self, from: usize, to: usize) -> u64 {
        self.bytes.get(from * self.workers + to).copied().unwrap_or(0)
    }

    /// Every cell off the diagonal.
    fn links(&self) -> impl Iterator<Item = u64> {
        let across = |index: &usize| index / self.workers != index % self.workers;
        (0..self.bytes.len()).filter(across).map(|index| self.bytes[index])
    }

    fn received(&self, to: usize) -> u64 {
        let from = (0..self.workers).filter(|from| *from != to);
        from.map(|from| self.at(from, to)).fold(0, u64::saturating_add)
    }

    fn link_bytes(&self) -> u64 {
        self.links().fold(0, u64::saturating_add)
    }

    /// Who receives most, and how much.
    fn busiest(&self) -> Option<(usize, u64)> {
        let all = (0..self.workers).map(|to| (to, self.received(to)));
        all.min_by_key(|(_, bytes)| std::cmp::Reverse(*bytes)).filter(|(_, bytes)| *bytes > 0)
    }

    /// The step of the scale, or nothing for a cell without bytes.
    fn step(bytes: u64, most: u64) -> Option<u8> {
        if bytes == 0 || most == 0 {
            return None;
        }
        let part = bytes as f64 / most as f64;
        let step = (part * f64::from(HEAT_STEPS)).ceil() as u8;
        Some(step.clamp(1, HEAT_STEPS))
    }
}

/// Where the matrix stands.
struct Grid {
    left: f64,
    top: f64,
    cell: f64,
    gap: f64,
}

impl Grid {
    fn cell_rect(&self, from: usize, to: usize) -> Rect {
        let (x, y) = (self.left + to as f64 * self.cell, self.top + from as f64 * self.cell);
        Rect::new(x, y, self.cell - self.gap, self.cell - self.gap)
    }

    fn middle(&self, index: usize) -> f64 {
        (index as f64 + 0.5) * self.cell - self.gap / 2.0
    }
}

/// Draws the chart.
pub fn draw(data: &HeatMapData, frame: &Frame) -> Result<Chart, ChartError> {
    let wanted = data.workers.saturating_mul(data.workers);
    if data.bytes.len() != wanted {
        return Err(ChartError::MatrixSize { workers: data.workers, wanted, given: data.bytes.len() });
    }
    let mut canvas = Canvas::new(frame)?;
    let region = Rect::new(0.0, 0.0, canvas.width(), LINE_PX);
    let head = draw_title(&mut canvas, region, words::traffic::NAME, words::traffic::NOTE)?;
    let head = match data.guess {
        Some(guess) => {
            let all = data.bytes.iter().copied().fold(0, u64::saturating_add);
            guess::draw_scale(&mut canvas, guess, head + 10.0, (data.link_bytes(), all))?
        }
        None => head,
    };
    let (grid, key) = lay_out(&canvas, data, head + 8.0);
    if data.workers > 0 {
        draw_indexes(&mut canvas, data, &grid)?;
        draw_cells(&mut canvas, data, &grid)?;
        draw_amounts(&mut canvas, data, &grid)?;
    }
    draw_key(&mut canvas, data, key)?;
    add_hits(&mut canvas, data, &grid);
    Ok(canvas.finish(words::traffic::TITLE, &describe(data), table(data)))
}

/// The matrix is a square; its key stands beside it on wide charts and below it on narrow ones.
fn lay_out(canvas: &Canvas, data: &HeatMapData, top: f64) -> (Grid, Rect) {
    let count = data.workers.max(1) as f64;
    let gutter = Type::Tick.width_px(&(data.workers.saturating_sub(1)).to_string()).max(14.0) + 22.0;
    let head = LINE_PX * 2.0;
    let (width, height) = (canvas.width(), canvas.height());
    let key_width = 172.0;
    let beside = width - gutter - key_width - 20.0;
    let fact_lines = wrap(&facts(data), Type::Note, width).len();
    let below_height = (4.6 + fact_lines as f64) * LINE_PX;
    let tall = height - top - head - 4.0;
    let side_beside = beside.min(tall);
    let side_below = (width - gutter).min(tall - below_height);
    let is_beside = side_beside >= side_below;
    let side = side_beside.max(side_below).max(20.0);
    let cell = (side / count).min(72.0);
    // Whole pixels keep the gaps between cells crisp.
    let cell = if cell >= 6.0 { cell.floor() } else { (cell * 10.0).floor() / 10.0 };
    let gap = if cell >= 7.0 { 1.0 } else { 0.0 };
    let grid = Grid { left: gutter, top: top + head, cell, gap };
    let (right, bottom) = (gutter + cell * count, top + head + cell * count);
    let key = if is_beside {
        Rect::new(right + 20.0, top + head, width - right - 20.0, bottom - top - head)
    } else {
        Rect::new(0.0, bottom + 12.0, width, below_height)
    };
    (grid, key)
}

/// Indexes along both sides, thinned to what fits; "to" above, "from" at the left.
fn draw_indexes(canvas: &mut Canvas, data: &HeatMapData, grid: &Grid) -> Result<(), ChartError> {
    let widest = Type::Tick.width_px(&(data.workers - 1).to_string()) + 6.0;
    let step = [1, 2, 4, 8, 16, 32]
        .into_iter()
        .find(|step| grid.cell * f64::from(*step) >= widest.max(15.0))
        .unwrap_or(64);
    let top = grid.top - 9.0;
    for index in (0..data.workers).step_by(step as usize) {
        let text = index.to_string();
        let column = (grid.left + grid.middle(index), top);
        canvas.text(&text, Type::Tick, Role::Muted, Anchor::Middle, column)?;
        let row = (grid.left - 6.0, grid.top + grid.middle(index));
        canvas.text(&text, Type::Tick, Role::Muted, Anchor::End, row)?;
    }
    canvas.text(
        words::traffic::TO,
        Type::Note,
        Role::Muted,
        Anchor::Start,
        (grid.left, top - LINE_PX * 0.95),
    )?;
    let from = [(Anchor::Start, (0.0, top)), (Anchor::Start, (0.0, top - LINE_PX * 0.95))];
    let bounds = canvas.bounds();
    canvas.place(words::traffic::FROM, Type::Note, Role::Muted, &from, &bounds)?;
    Ok(())
}

/// Step by step, so that all cells of a step become one path.
fn draw_cells(canvas: &mut Canvas, data: &HeatMapData, grid: &Grid) -> Result<(), ChartError> {
    let most = data.links().max().unwrap_or(0);
    let side = grid.cell * data.workers as f64 - grid.gap;
    for wanted in std::iter::once(None).chain((1..=HEAT_STEPS).map(Some)) {
        for from in 0..data.workers {
            for to in (0..data.workers).filter(|to| *to != from) {
                if HeatMapData::step(data.at(from, to), most) != wanted {
                    continue;
                }
                let rect = grid.cell_rect(from, to);
                match wanted {
                    Some(step) => canvas.rect(rect, Role::Heat(step))?,
                    None => canvas.rect(rect, Role::Grid)?,
                }
                // A cell without bytes is an empty frame, unlike the palest step.
                if wanted.is_none() && grid.gap > 0.0 {
                    let hole = Rect::new(rect.x + 1.0, rect.y + 1.0, rect.w - 2.0, rect.h - 2.0);
                    canvas.rect(hole, Role::Surface)?;
                }
            }
        }
    }
    for index in 0..data.workers {
        canvas.rect(grid.cell_rect(index, index), Role::HatchLocal)?;
    }
    let edge = Rect::new(grid.left - 0.5, grid.top - 0.5, side + 1.0, side + 1.0);
    canvas.outline(edge, Role::Grid, 1.0)
}

/// The amounts themselves where every cell has room for them.
fn draw_amounts(canvas: &mut Canvas, data: &HeatMapData, grid: &Grid) -> Result<(), ChartError> {
    let widest = data.bytes.iter().map(|bytes| Type::Tick.width_px(&units::bytes(*bytes)));
    if grid.cell < widest.fold(0.0, f64::max) + 8.0 || grid.cell < 22.0 {
        return Ok(());
    }
    let most = data.links().max().unwrap_or(0);
    for from in 0..data.workers {
        for to in (0..data.workers).filter(|to| *to != from) {
            let bytes = data.at(from, to);
            // On the upper steps the surface is the legible colour, in light and in dark.
            let role = match HeatMapData::step(bytes, most) {
                Some(5..) => Role::Surface,
                Some(_) | None => Role::Ink,
            };
            let at = (grid.left + grid.middle(to), grid.top + grid.middle(from));
            canvas.text(&units::bytes(bytes), Type::Tick, role, Anchor::Middle, at)?;
        }
    }
    Ok(())
}

/// The scale with its ends, what the hatching means, and who receives most.
fn draw_key(canvas: &mut Canvas, data: &HeatMapData, region: Rect) -> Result<(), ChartError> {
    let most = data.links().max().unwrap_or(0);
    let mut y = region.y + LINE_PX / 2.0;
    if most > 0 {
        let step_width = 14.0;
        for step in 1..=HEAT_STEPS {
            let x = region.x + f64::from(step - 1) * step_width;
            canvas.rect(Rect::new(x, region.y, step_width, 10.0), Role::Heat(step))?;
        }
        let end = region.x + f64::from(HEAT_STEPS) * step_width;
        y += LINE_PX;
        canvas.text("0", Type::Tick, Role::Muted, Anchor::Start, (region.x, y))?;
        let text = units::bytes(most);
        canvas.text(&text, Type::Tick, Role::Muted, Anchor::End, (end, y))?;
        y += LINE_PX * 1.2;
    }
    if data.workers > 0 {
        let sample = Rect::new(region.x, y - 5.5, 11.0, 11.0);
        canvas.rect(sample, Role::HatchLocal)?;
        let words = (region.x + 16.0, y);
        canvas.text(words::traffic::STAYS, Type::Tick, Role::Muted, Anchor::Start, words)?;
        y += LINE_PX * 1.1;
    }
    for line in wrap(&facts(data), Type::Note, region.w) {
        if y + LINE_PX / 2.0 > canvas.height() {
            break;
        }
        canvas.text(&line, Type::Note, Role::Muted, Anchor::Start, (region.x, y))?;
        y += LINE_PX;
    }
    Ok(())
}

fn facts(data: &HeatMapData) -> String {
    let (Some(least), Some(most)) = (data.links().min(), data.links().max()) else {
        return match data.workers {
            0 => words::chart::NOTHING_YET.to_owned(),
            _ => words::traffic::ONE_WORKER.to_owned(),
        };
    };
    let carries = words::traffic::carries(&units::bytes(least), &units::bytes(most));
    let Some((to, bytes)) = data.busiest() else { return carries };
    let share = units::share(bytes as f64 / data.link_bytes() as f64);
    format!("{carries} · {}", words::traffic::receives(&to, &share))
}

fn add_hits(canvas: &mut Canvas, data: &HeatMapData, grid: &Grid) {
    for from in 0..data.workers {
        for to in 0..data.workers {
            let bytes = units::bytes(data.at(from, to));
            let label = if from == to {
                words::traffic::keeps(&from, &bytes)
            } else {
                words::traffic::sends(&from, &to, &bytes)
            };
            canvas.hit(grid.cell_rect(from, to), label);
        }
    }
}

fn describe(data: &HeatMapData) -> String {
    let workers = units::plural(data.workers as u64, words::noun::WORKER, words::noun::WORKERS);
    let said = words::traffic::describe(&workers, &facts(data), &units::bytes(data.link_bytes()));
    [said].into_iter().chain(guess::sentence(data.guess)).collect::<Vec<_>>().join(" ")
}

fn table(data: &HeatMapData) -> Table {
    let mut header = vec![words::traffic::CORNER.to_owned()];
    header.extend((0..data.workers).map(|to| words::chart::worker_number(&to)));
    let row = |from: usize| {
        let mut row = vec![words::chart::worker_number(&from)];
        row.extend((0..data.workers).map(|to| units::bytes(data.at(from, to))));
        row
    };
    Table { header, rows: (0..data.workers).map(row).collect() }
}
