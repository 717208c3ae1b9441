//! Load per worker: one bar each from zero, the median, and the worker that holds the hot key, by name.
//!
//! ```text
//!        v key 51,234: 31 % of the rows
//!        /
//!        /                 hatched: rows of the hot key
//!    # # # # # # # #  ---  median
//!    0 1 2 3 4 5 6 7
//! ```

mod words;

use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::{Type, shorten};
use super::guess::{self, Guess};
use super::legend::{Swatch, draw_legend, draw_note, draw_title};
use super::phases::{Phase, PhaseMicros, draw_stack};
use super::plot::{Plot, gutter_px};
use super::theme::Role;
use super::units::{self, Quantity, ticks};
use super::{Chart, ChartError, Frame};
use crate::forecast::Basis;
use plotters::coord::types::RangedCoordf64;
use words::{describe, facts, hot_words, rows_note, sentence, table};

/// What one worker had to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerLoad {
    /// Rows that it received.
    pub rows: u64,
    /// Those of them that have the hot key.
    pub hot_rows: u64,
    /// Where its time went; the sum is the wall-clock of the run.
    pub phases: PhaseMicros,
}

/// The key that too many rows share.
#[derive(Clone, Debug, PartialEq)]
pub struct HotKey {
    /// As it shall be read: "key 51,234".
    pub name: String,
    /// Its share of all rows, 0 to 1.
    pub row_share: f64,
}

/// Which clock the times come from. Rows are exact on both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Ran here.
    #[default]
    Measured,
    /// The cost model.
    Modelled,
}

/// Rows or time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadMeasure {
    /// Rows received.
    #[default]
    Rows,
    /// Time busy and waiting.
    Time,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadData {
    /// One entry per worker, in the order of their indexes from 0.
    pub workers: Vec<WorkerLoad>,
    /// The hot key, if there is one worth naming.
    pub hot_key: Option<HotKey>,
    /// Which clock the phases come from.
    pub clock: Clock,
    /// Whether the rows were counted, or are expected of a run that was not made.
    pub rows: Basis,
    /// What the bars show.
    pub measure: LoadMeasure,
    /// The reader's bet on the rows of the busiest worker.
    pub guess: Option<Guess>,
}

impl LoadData {
    /// The bet, where the bars show what it is about.
    fn shown_guess(&self) -> Option<Guess> {
        self.guess.filter(|_| self.measure == LoadMeasure::Rows)
    }

    /// The compared quantity of one worker: rows, or busy time in microseconds.
    fn amount(&self, worker: &WorkerLoad) -> u64 {
        match self.measure {
            LoadMeasure::Rows => worker.rows,
            LoadMeasure::Time => worker.phases.busy(),
        }
    }

    fn bar_top(&self, worker: &WorkerLoad) -> u64 {
        match self.measure {
            LoadMeasure::Rows => worker.rows,
            LoadMeasure::Time => worker.phases.total(),
        }
    }

    /// Bars of a run that was not made are hatched.
    fn rows_role(&self) -> Role {
        match self.clock {
            Clock::Measured => Role::Count,
            Clock::Modelled => Role::HatchModelled,
        }
    }

    fn in_words(&self, amount: u64) -> String {
        match self.measure {
            LoadMeasure::Rows => units::count(amount),
            LoadMeasure::Time => units::micros(amount),
        }
    }

    /// The middle one, or the mean of the two in the middle, rounded down.
    fn median(&self) -> u64 {
        let mut amounts: Vec<u64> = self.workers.iter().map(|w| self.amount(w)).collect();
        amounts.sort_unstable();
        let (count, half) = (amounts.len(), amounts.len() / 2);
        match count {
            0 => 0,
            _ if count % 2 == 1 => amounts[half],
            _ => amounts[half - 1].midpoint(amounts[half]),
        }
    }

    fn max(&self) -> u64 {
        self.workers.iter().map(|w| self.amount(w)).max().unwrap_or(0)
    }

    /// The worker with most rows of the hot key.
    fn hottest(&self) -> Option<usize> {
        let hot = self.workers.iter().enumerate();
        let hot = hot.filter(|(_, worker)| worker.hot_rows > 0);
        // The first of several equals, so that the mark does not jump about.
        hot.min_by_key(|(_, worker)| std::cmp::Reverse(worker.hot_rows)).map(|(index, _)| index)
    }
}

/// The bars, several workers to a bar where a bar of its own would be thinner than two pixels.
struct Bars {
    plot: Plot<RangedCoordf64>,
    workers_per_bar: usize,
}

impl Bars {
    /// The busiest worker of a bar stands for it, since it is the one that the others wait for.
    fn representative<'a>(&self, data: &'a LoadData, bar: usize) -> Option<(usize, &'a WorkerLoad)> {
        let first = bar * self.workers_per_bar;
        let group = data.workers.iter().enumerate().skip(first).take(self.workers_per_bar);
        group.max_by_key(|(index, worker)| (data.amount(worker), std::cmp::Reverse(*index)))
    }

    fn count(&self, data: &LoadData) -> usize {
        data.workers.len().div_ceil(self.workers_per_bar)
    }

    /// Left edge and width of a bar: most of its slot, but never a slab.
    fn span(&self, bar: usize) -> (f64, f64) {
        let (left, right) = (self.plot.x_of(bar as f64), self.plot.x_of(bar as f64 + 1.0));
        let slot = right - left;
        let gap = if slot < 5.0 { 0.8 } else { slot * 0.26 };
        let width = (slot - gap).clamp(1.2, 56.0);
        (left + (slot - width) / 2.0, width)
    }

    fn middle(&self, bar: usize) -> f64 {
        let (left, width) = self.span(bar);
        left + width / 2.0
    }
}

/// Draws the chart.
pub fn draw(data: &LoadData, frame: &Frame) -> Result<Chart, ChartError> {
    let mut canvas = Canvas::new(frame)?;
    let bet = data.shown_guess().map(|guess| guess.value);
    let highest = data.workers.iter().map(|w| data.bar_top(w)).chain(bet).max().unwrap_or(0);
    let quantity = match data.measure {
        LoadMeasure::Rows => Quantity::Count,
        LoadMeasure::Time => Quantity::Micros,
    };
    let ticks = ticks(quantity, highest, 5);
    let bottom = draw_head(&mut canvas, data, ticks.unit)?;
    let left = gutter_px(&ticks);
    let right = Type::Tick.width_px(crate::words::load::MEDIAN) + 8.0;
    let top = bottom + if data.hottest().is_some() { LINE_PX + 12.0 } else { 10.0 };
    let height = (canvas.height() - 2.0 * LINE_PX - 4.0 - top).max(24.0);
    let region = Rect::new(left, top, (canvas.width() - left - right).max(60.0), height);
    let workers_per_bar = data.workers.len().div_ceil((region.w / 2.4) as usize).max(1);
    let bar_count = data.workers.len().div_ceil(workers_per_bar);
    let plot = Plot::over_indexes(&canvas.area, region, bar_count, ticks.top);
    plot.draw_value_axis(&mut canvas, &ticks)?;
    let bars = Bars { plot, workers_per_bar };
    draw_bars(&mut canvas, data, &bars)?;
    bars.plot.draw_baseline(&mut canvas)?;
    draw_median(&mut canvas, data, &bars)?;
    draw_hot_label(&mut canvas, data, &bars)?;
    if let Some(guess) = data.shown_guess() {
        guess::draw_level(&mut canvas, guess, &bars.plot.frame, bars.plot.y_of(guess.value as f64))?;
    }
    draw_indexes(&mut canvas, data, &bars)?;
    let title = match data.measure {
        LoadMeasure::Rows => crate::words::load::ROWS_TITLE,
        LoadMeasure::Time => crate::words::load::TIME_TITLE,
    };
    Ok(canvas.finish(title, &describe(data), table(data)))
}

fn draw_head(canvas: &mut Canvas, data: &LoadData, unit: &str) -> Result<f64, ChartError> {
    let (title, note) = match (data.measure, data.clock) {
        (LoadMeasure::Rows, clock) => (crate::words::load::ROWS_NAME.to_owned(), rows_note(data.rows, clock)),
        (LoadMeasure::Time, Clock::Measured) => {
            (crate::words::load::time_name(&unit), crate::words::chart::MEASURED_HERE)
        }
        (LoadMeasure::Time, Clock::Modelled) => {
            (crate::words::load::time_name(&unit), crate::words::chart::MODELLED)
        }
    };
    let width = canvas.width();
    let bottom = draw_title(canvas, Rect::new(0.0, 0.0, width, LINE_PX), &title, note)?;
    let bottom = draw_note(canvas, Rect::new(0.0, bottom, width, LINE_PX), &facts(data))?;
    let mut entries = Vec::new();
    match data.measure {
        LoadMeasure::Time if !data.workers.is_empty() => {
            entries.push((Swatch::None, crate::words::chart::FROM_BOTTOM));
            entries.extend(Phase::ALL.map(|phase| (Swatch::Fill(phase.role()), phase.name())));
        }
        LoadMeasure::Rows if data.hottest().is_some() => {
            entries.push((Swatch::Fill(data.rows_role()), crate::words::load::OTHER_ROWS));
            entries.push((Swatch::Fill(Role::HatchHot), crate::words::load::HOT_ROWS));
        }
        LoadMeasure::Rows | LoadMeasure::Time => return Ok(bottom),
    }
    draw_legend(canvas, bottom + 2.0, &entries)
}

fn draw_bars(canvas: &mut Canvas, data: &LoadData, bars: &Bars) -> Result<(), ChartError> {
    let y_of = |value: u64| bars.plot.y_of(value as f64);
    for bar in 0..bars.count(data) {
        let Some((index, worker)) = bars.representative(data, bar) else {
            continue;
        };
        let (left, width) = bars.span(bar);
        match data.measure {
            LoadMeasure::Rows => {
                let others = worker.rows.saturating_sub(worker.hot_rows);
                let (zero, middle, top) = (y_of(0), y_of(others), y_of(worker.rows));
                if zero - middle > 0.0 {
                    let others = Rect::new(left, middle, width, zero - middle);
                    canvas.rect(others, data.rows_role())?;
                    if data.clock == Clock::Modelled {
                        canvas.outline(others, Role::Modelled, 1.0)?;
                    }
                }
                if middle - top > 0.0 {
                    let hot = Rect::new(left, top, width, middle - top);
                    // Stripes on a hair-thin bar would only look like dots.
                    let role = if width > 5.0 { Role::HatchHot } else { Role::Hot };
                    canvas.rect(hot, role)?;
                    if width > 4.0 && hot.h > 2.0 {
                        let inset = Rect::new(hot.x + 0.5, hot.y + 0.5, hot.w - 1.0, hot.h - 1.0);
                        canvas.outline(inset, Role::Hot, 1.0)?;
                    }
                }
            }
            LoadMeasure::Time => {
                draw_stack(canvas, left, width, &worker.phases, y_of)?;
                let (zero, top) = (y_of(0), y_of(worker.phases.total()));
                if data.clock == Clock::Modelled && zero - top > 0.0 {
                    canvas.rect(Rect::new(left, top, width, zero - top), Role::HatchModelled)?;
                }
            }
        }
        let slot_left = bars.plot.x_of(bar as f64);
        let slot_width = bars.plot.x_of(bar as f64 + 1.0) - slot_left;
        let column = Rect::new(slot_left, bars.plot.frame.y, slot_width, bars.plot.frame.h);
        canvas.hit(column, sentence(data, index, worker, bars.workers_per_bar));
    }
    Ok(())
}

fn draw_median(canvas: &mut Canvas, data: &LoadData, bars: &Bars) -> Result<(), ChartError> {
    if data.workers.len() < 2 {
        return Ok(());
    }
    let region = bars.plot.frame;
    let y = bars.plot.y_of(data.median() as f64);
    // A line of surface under the dashes keeps them visible across dark bars.
    canvas.line(&[(region.x, y), (region.right(), y)], Role::Surface, 2.4)?;
    canvas.line(&[(region.x, y), (region.right() + 3.0, y)], Role::Rule, 1.4)?;
    let place =
        [(Anchor::Start, (region.right() + 5.0, y)), (Anchor::Start, (region.right() + 5.0, y - 8.0))];
    let bounds = canvas.bounds();
    canvas.place(crate::words::load::MEDIAN, Type::Tick, Role::Ink, &place, &bounds)?;
    Ok(())
}

/// A pointer above the bar and the name of the key beside it, above all bars so that it hides none.
fn draw_hot_label(canvas: &mut Canvas, data: &LoadData, bars: &Bars) -> Result<(), ChartError> {
    let Some(hottest) = data.hottest() else {
        return Ok(());
    };
    let bar = hottest / bars.workers_per_bar;
    let x = bars.middle(bar);
    let worker = &data.workers[hottest];
    let top = bars.plot.y_of(data.bar_top(worker) as f64).max(bars.plot.frame.y);
    canvas.pointer_down((x, top - 3.0), Role::Hot)?;
    let label_y = bars.plot.frame.y - LINE_PX;
    // A leader joins the label to a bar that does not reach the top.
    if top - 12.0 > label_y + 10.0 {
        canvas.line(&[(x, label_y + 9.0), (x, top - 10.0)], Role::Hot, 1.0)?;
    }
    let words = hot_words(data).unwrap_or_else(|| crate::words::load::HOLDS_HOT.to_owned());
    let words = shorten(&words, Type::Strong, canvas.width() - 4.0);
    let width = Type::Strong.width_px(&words);
    let left = (x - width / 2.0).clamp(0.0, (canvas.width() - width).max(0.0));
    canvas.text(&words, Type::Strong, Role::Hot, Anchor::Start, (left, label_y))
}

/// Numbers of workers below the bars: the hot one, the ends, then as many as fit.
fn draw_indexes(canvas: &mut Canvas, data: &LoadData, bars: &Bars) -> Result<(), ChartError> {
    let count = bars.count(data);
    if count == 0 {
        return Ok(());
    }
    let hot = data.hottest().map(|index| index / bars.workers_per_bar);
    let room = (bars.plot.frame.w / 22.0).max(1.0) as usize;
    let step = [1, 2, 4, 8, 16, 32, 64, 128, 256]
        .into_iter()
        .find(|step| count.div_ceil(*step) <= room)
        .unwrap_or(512);
    let order = hot.into_iter().chain((0..count).step_by(step)).chain([count - 1]);
    let bounds = canvas.bounds();
    let y = bars.plot.frame.bottom() + LINE_PX * 0.8;
    let mut seen = Vec::new();
    for bar in order {
        if seen.contains(&bar) {
            continue;
        }
        seen.push(bar);
        let (kind, role) =
            if Some(bar) == hot { (Type::Title, Role::Hot) } else { (Type::Tick, Role::Muted) };
        let index = bars.representative(data, bar).map_or(0, |(index, _)| index);
        let named =
            if bars.workers_per_bar == 1 || Some(bar) == hot { index } else { bar * bars.workers_per_bar };
        let text = units::count(named as u64);
        let place = [(Anchor::Middle, (bars.middle(bar), y))];
        canvas.place(&text, kind, role, &place, &bounds)?;
    }
    let name = match bars.workers_per_bar {
        1 => crate::words::chart::WORKER.to_owned(),
        several => crate::words::load::busiest_of(&several),
    };
    let place = [(Anchor::End, (bars.plot.frame.right(), y + LINE_PX * 0.95))];
    canvas.place(&name, Type::Note, Role::Muted, &place, &bounds)?;
    Ok(())
}
