//! What a shuffle costs as the cluster grows: links, which are arithmetic, and the time of the exchange.
//!
//! ```text
//!   links W(W-1)        .        time of the exchange
//!                     .'         o
//!               . - '              o     - - - -
//!   1   8        64  …           1   8        64  …
//! ```

use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::Type;
use super::guess::{self, Guess};
use super::legend::{draw_note, draw_title};
use super::plot::{Plot, ascending_once, gutter_px, right_margin_px};
use super::theme::Role;
use super::units::{self, Quantity, Ticks, ticks};
use super::{Chart, ChartError, Frame, MAX_WORKERS, Table};
use crate::words;
use plotters::coord::combinators::LogCoord;

/// Time of the exchange in a real run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredExchange {
    /// Number of workers.
    pub workers: u32,
    /// Shuffle write, transfer and read, mean over the workers.
    pub measured_exchange_micros: u64,
}

/// Time of the exchange on the model's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelledExchange {
    /// Number of workers.
    pub workers: u32,
    /// Shuffle write, transfer and read, mean over the workers.
    pub modelled_exchange_micros: u64,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShuffleCostData {
    /// Real runs.
    pub measured: Vec<MeasuredExchange>,
    /// The model, by ascending number of workers.
    pub modelled: Vec<ModelledExchange>,
    /// The reader's choice.
    pub selected_workers: u32,
    /// Right end of both axes.
    pub max_workers: u32,
    /// Map tasks M of the selected run.
    pub map_tasks: u32,
    /// Reduce partitions R of the selected run.
    pub reduce_partitions: u32,
    /// Bytes in all blocks of the selected run, those that stayed on their worker included.
    pub block_bytes: u64,
    /// Those that crossed a link.
    pub link_bytes: u64,
    /// The reader's bet on a number of links.
    pub guess: Option<Guess>,
    /// Whether blocks and bytes are those of a run that was not made.
    pub is_foreseen: bool,
}

/// Directed links between W workers: each sends to every other.
pub fn links(workers: u32) -> u64 {
    u64::from(workers) * u64::from(workers.saturating_sub(1))
}

impl ShuffleCostData {
    fn max_workers(&self) -> u32 {
        self.max_workers.clamp(1, MAX_WORKERS)
    }

    fn blocks(&self) -> u64 {
        u64::from(self.map_tasks) * u64::from(self.reduce_partitions)
    }

    fn selected(&self) -> Option<u32> {
        let axis = 1..=self.max_workers();
        axis.contains(&self.selected_workers).then_some(self.selected_workers)
    }

    fn worker_counts(&self) -> Vec<u32> {
        let measured = self.measured.iter().map(|point| point.workers);
        let modelled = self.modelled.iter().map(|point| point.workers);
        let powers = (0..=12).map(|power| 1u32 << power);
        let counts = measured
            .chain(modelled)
            .chain(powers)
            .chain(self.selected())
            .filter(|workers| (1..=self.max_workers()).contains(workers))
            .collect();
        ascending_once(counts)
    }
}

type WorkersPlot = Plot<LogCoord<f64>>;

/// Draws the chart.
pub fn draw(data: &ShuffleCostData, frame: &Frame) -> Result<Chart, ChartError> {
    let mut canvas = Canvas::new(frame)?;
    let width = canvas.width();
    let facts_bottom = draw_note(&mut canvas, Rect::new(0.0, 0.0, width, LINE_PX), &facts(data))?;
    let [left, right] = regions(&canvas, facts_bottom + 8.0);
    draw_links(&mut canvas, data, left)?;
    draw_exchange(&mut canvas, data, right)?;
    Ok(canvas.finish(words::cost::TITLE, &describe(data), table(data)))
}

/// Side by side where both stay readable, else one above the other.
fn regions(canvas: &Canvas, top: f64) -> [Rect; 2] {
    let (width, height) = (canvas.width(), canvas.height() - top);
    if width >= 480.0 {
        let gap = 28.0;
        let half = (width - gap) / 2.0;
        [Rect::new(0.0, top, half, height), Rect::new(half + gap, top, half, height)]
    } else {
        let gap = 8.0;
        let half = (height - gap) / 2.0;
        [Rect::new(0.0, top, width, half), Rect::new(0.0, top + half + gap, width, half)]
    }
}

fn facts(data: &ShuffleCostData) -> String {
    let blocks = data.blocks();
    let mean = data.block_bytes.checked_div(blocks);
    let mean =
        mean.map_or(words::cost::NO_BLOCKS.to_owned(), |bytes| words::cost::mean_block(&units::bytes(bytes)));
    let (map, reduce) = (units::count(data.map_tasks.into()), units::count(data.reduce_partitions.into()));
    let (blocks, all, links) =
        (units::count(blocks), units::bytes(data.block_bytes), units::bytes(data.link_bytes));
    if data.is_foreseen {
        words::cost::facts_expected(&map, &reduce, &blocks, &mean, &all, &links)
    } else {
        words::cost::facts(&map, &reduce, &blocks, &mean, &all, &links)
    }
}

fn open_panel(
    canvas: &mut Canvas,
    data: &ShuffleCostData,
    region: Rect,
    (title, note): (&str, &str),
    ticks: Ticks,
) -> Result<WorkersPlot, ChartError> {
    let head = draw_title(canvas, region, title, note)?;
    let left = region.x + gutter_px(&ticks);
    let top = head + 10.0;
    let below = 2.0 * LINE_PX + 2.0;
    let frame = Rect::new(
        left,
        top,
        region.right() - left - right_margin_px(data.max_workers()),
        (region.bottom() - below - top).max(20.0),
    );
    let plot = Plot::over_workers(&canvas.area, frame, data.max_workers(), ticks.top);
    plot.draw_value_axis(canvas, &ticks)?;
    if let Some(selected) = data.selected() {
        let x = plot.x_of(f64::from(selected));
        let ends = [(x, frame.y), (x, frame.bottom())];
        canvas.line(&ends, Role::Accent, 1.2)?;
        canvas.obstacle_line(&ends);
    }
    plot.draw_baseline(canvas)?;
    plot.draw_worker_numbers(canvas, data.selected(), data.max_workers())?;
    let place = [(Anchor::End, (frame.right(), frame.bottom() + LINE_PX * 1.7))];
    let bounds = canvas.bounds();
    canvas.place(words::cost::WORKERS, Type::Note, Role::Muted, &place, &bounds)?;
    Ok(plot)
}

fn draw_links(canvas: &mut Canvas, data: &ShuffleCostData, region: Rect) -> Result<(), ChartError> {
    let last = data.max_workers();
    let bet = data.guess.filter(|guess| guess.workers <= last);
    let highest = links(last).max(bet.map_or(0, |guess| guess.value));
    let ticks = ticks(Quantity::Count, highest, 4);
    let heading = (words::cost::LINKS, words::cost::EACH_TO_EVERY);
    let plot = open_panel(canvas, data, region, heading, ticks)?;
    let corner_count = (f64::from(last).log2() * 8.0).ceil().max(1.0);
    let corner = |index: u32| f64::from(last).powf(f64::from(index) / corner_count);
    let curve: Vec<(f64, f64)> =
        (0..=corner_count as u32).map(corner).map(|workers| (workers, workers * (workers - 1.0))).collect();
    plot.line(&curve, Role::Ink, 1.8)?;
    plot.avoid(canvas, &curve);
    if let Some(selected) = data.selected() {
        let count = links(selected);
        let at = plot.at(f64::from(selected), count as f64);
        canvas.dot(at, 3.8, Role::Accent)?;
        canvas.obstacle(Rect::new(at.0 - 5.0, at.1 - 5.0, 10.0, 10.0));
        let text = units::plural(count, words::noun::LINK, words::noun::LINKS);
        label(canvas, &plot, &[&text], at)?;
    }
    if let Some(guess) = bet {
        let at = plot.at(f64::from(guess.workers), guess.value as f64);
        guess::draw_point(canvas, guess, &plot.frame, at)?;
    }
    for (workers, column) in columns(&plot, &data.worker_counts()) {
        let workers_text = units::plural(u64::from(workers), words::noun::WORKER, words::noun::WORKERS);
        let text = words::cost::worker_links(
            &workers_text,
            &units::plural(links(workers), words::noun::LINK, words::noun::LINKS),
        );
        canvas.hit(column, text);
    }
    Ok(())
}

fn draw_exchange(canvas: &mut Canvas, data: &ShuffleCostData, region: Rect) -> Result<(), ChartError> {
    let axis = 1..=data.max_workers();
    let measured: Vec<(f64, u64)> = data
        .measured
        .iter()
        .filter(|point| axis.contains(&point.workers))
        .map(|point| (f64::from(point.workers), point.measured_exchange_micros))
        .collect();
    let modelled: Vec<(f64, u64)> = data
        .modelled
        .iter()
        .filter(|point| axis.contains(&point.workers))
        .map(|point| (f64::from(point.workers), point.modelled_exchange_micros))
        .collect();
    let all = measured.iter().chain(&modelled);
    let highest = all.map(|(_, micros)| *micros).max().unwrap_or(0);
    let ticks = ticks(Quantity::Micros, highest, 4);
    let title = words::cost::exchange(&ticks.unit);
    let note = match (measured.is_empty(), modelled.is_empty()) {
        (false, false) => words::chart::DOTS_AND_DASHES,
        (false, true) => words::chart::MEASURED_HERE,
        (true, false) => words::chart::MODELLED,
        (true, true) => words::chart::NOTHING_YET,
    };
    let plot = open_panel(canvas, data, region, (&title, note), ticks)?;
    let line: Vec<(f64, f64)> = modelled.iter().map(|(w, micros)| (*w, *micros as f64)).collect();
    if line.len() > 1 {
        plot.line(&line, Role::Modelled, 2.0)?;
        plot.avoid(canvas, &line);
    }
    for (workers, micros) in &measured {
        let at = plot.at(*workers, *micros as f64);
        canvas.dot(at, 3.6, Role::Measured)?;
        canvas.obstacle(Rect::new(at.0 - 5.0, at.1 - 5.0, 10.0, 10.0));
    }
    if let Some(selected) = data.selected() {
        let chosen = |points: &[(f64, u64)]| {
            let found = points.iter().find(|(workers, _)| *workers == f64::from(selected));
            found.map(|(_, micros)| *micros)
        };
        let measured = chosen(&measured).map(|micros| (micros, measured_time(micros)));
        let value = measured.or_else(|| chosen(&modelled).map(|micros| (micros, modelled_time(micros))));
        if let Some((micros, long)) = value {
            let at = plot.at(f64::from(selected), micros as f64);
            let short = units::micros(micros);
            label(canvas, &plot, &[&long, &short], at)?;
        }
    }
    for (workers, column) in columns(&plot, &data.worker_counts()) {
        if let Some(text) = exchange_sentence(data, workers) {
            canvas.hit(column, text);
        }
    }
    Ok(())
}

/// The value at the reader's choice, in the longest wording that has room.
fn label(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    wordings: &[&str],
    (x, y): (f64, f64),
) -> Result<(), ChartError> {
    let frame = plot.frame;
    let bounds = Rect::new(frame.x, frame.y - 6.0, frame.w + 2.0, frame.h + 4.0);
    let mut places = Vec::new();
    for away in [13.0, 22.0, 32.0] {
        places.push((Anchor::End, (x - 6.0, y - away)));
        places.push((Anchor::Start, (x + 7.0, y - away)));
        places.push((Anchor::Start, (x + 7.0, y + away)));
        places.push((Anchor::End, (x - 6.0, y + away)));
    }
    canvas.place_one_of(wordings, Type::Strong, Role::Accent, &places, &bounds)?;
    Ok(())
}

/// One column per number of workers, up to half way to its neighbours.
fn columns(plot: &WorkersPlot, counts: &[u32]) -> Vec<(u32, Rect)> {
    let places: Vec<f64> = counts.iter().map(|w| plot.x_of(f64::from(*w))).collect();
    let mut columns = Vec::new();
    for (index, workers) in counts.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| places.get(i));
        let after = places.get(index + 1);
        let left = before.map_or(plot.frame.x, |x| (x + places[index]) / 2.0);
        let right = after.map_or(plot.frame.right(), |x| (x + places[index]) / 2.0);
        columns.push((*workers, Rect::new(left, plot.frame.y, right - left, plot.frame.h)));
    }
    columns
}

fn measured_at(data: &ShuffleCostData, workers: u32) -> Option<u64> {
    let point = data.measured.iter().find(|point| point.workers == workers);
    point.map(|point| point.measured_exchange_micros)
}

fn modelled_at(data: &ShuffleCostData, workers: u32) -> Option<u64> {
    let point = data.modelled.iter().find(|point| point.workers == workers);
    point.map(|point| point.modelled_exchange_micros)
}

fn exchange_sentence(data: &ShuffleCostData, workers: u32) -> Option<String> {
    let measured = measured_at(data, workers).map(measured_time);
    let modelled = modelled_at(data, workers).map(modelled_time);
    let parts: Vec<String> = measured.into_iter().chain(modelled).collect();
    if parts.is_empty() {
        return None;
    }
    let workers = units::plural(u64::from(workers), words::noun::WORKER, words::noun::WORKERS);
    Some(words::cost::worker_exchange(&workers, &parts.join("; ")))
}

fn measured_time(micros: u64) -> String {
    words::chart::time_measured(&units::micros(micros))
}

fn modelled_time(micros: u64) -> String {
    words::chart::time_modelled(&units::micros(micros))
}

fn describe(data: &ShuffleCostData) -> String {
    let mut sentences = vec![format!("{}.", facts(data))];
    if let Some(workers) = data.selected() {
        sentences.push(format!(
            "{}: {}.",
            units::plural(u64::from(workers), words::noun::WORKER, words::noun::WORKERS),
            units::plural(links(workers), words::noun::LINK, words::noun::LINKS)
        ));
        sentences.extend(exchange_sentence(data, workers).map(|text| format!("{text}.")));
    }
    sentences.extend(guess::sentence(data.guess));
    sentences.join(" ")
}

fn table(data: &ShuffleCostData) -> Table {
    let header = [words::chart::WORKERS, words::cost::LINKS, words::cost::MEASURED, words::cost::MODELLED];
    let row = |workers: u32| {
        vec![
            units::count(u64::from(workers)),
            units::count(links(workers)),
            measured_at(data, workers).map_or(String::new(), units::micros),
            modelled_at(data, workers).map_or(String::new(), units::micros),
        ]
    };
    Table {
        header: header.map(str::to_owned).to_vec(),
        rows: data.worker_counts().into_iter().map(row).collect(),
    }
}
