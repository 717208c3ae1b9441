//! The charts, read as text: what they say, where their words stand, and that no word covers another.

mod colours;
mod marks;
mod numbers;
mod timeline;

use shuffle_view::charts::glyphs::{Type, text_width_px, wrap};
use shuffle_view::charts::guess::{Guess, GuessOf};
use shuffle_view::charts::heat_map::HeatMapData;
use shuffle_view::charts::load::{Clock, HotKey, LoadData, LoadMeasure, WorkerLoad};
use shuffle_view::charts::shuffle_cost::{ModelledExchange, ShuffleCostData};
use shuffle_view::charts::theme::{Role, TOKENS};
use shuffle_view::charts::units::{self, Quantity};
use shuffle_view::charts::wall_clock::{MeasuredPoint, ModelledPoint, WallClockData};
use shuffle_view::charts::{
    Chart, ChartError, Frame, PhaseMicros, heat_map, load, shuffle_cost, svg, theme, wall_clock,
};

use shuffle_view::forecast::Basis;

#[path = "../../examples/chart_gallery/samples.rs"]
mod chart_samples;

use chart_samples as samples;

/// One `<text>` of a chart and the box that it takes by the table of widths.
struct Word {
    text: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    let length = element[start..].find('"')?;
    Some(&element[start..start + length])
}

fn number(element: &str, name: &str) -> f64 {
    let value = attribute(element, name).expect("a text has its attributes");
    value.parse().expect("a coordinate is a number")
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

fn words(chart: &Chart) -> Vec<Word> {
    let lines = chart.svg.lines().filter(|line| line.starts_with("<text "));
    lines
        .map(|line| {
            let class = attribute(line, "class").expect("a text has a class");
            let kind = Type::from_class(class).expect("the class names a type");
            let open_end = line.find('>').expect("the tag is closed");
            let text = unescape(line[open_end + 1..].trim_end_matches("</text>"));
            let (x, y, size) = (number(line, "x"), number(line, "y"), number(line, "font-size"));
            let width = text_width_px(&text, size, kind.bold());
            let left = match attribute(line, "text-anchor") {
                Some("middle") => x - width / 2.0,
                Some("end") => x - width,
                _ => x,
            };
            Word { text, left, top: y - 0.76 * size, right: left + width, bottom: y + 0.22 * size }
        })
        .collect()
}

/// What somebody could not read: words outside of the chart, and words on top of others.
fn illegible(chart: &Chart, frame: &Frame) -> Vec<String> {
    let (width, height) = (f64::from(frame.width_px), f64::from(frame.height_px));
    let words = words(chart);
    let is_inside = |word: &&Word| {
        let across = word.left >= -0.6 && word.right <= width + 0.6;
        across && word.top >= -0.6 && word.bottom <= height + 0.6
    };
    let outside = words.iter().filter(|word| !is_inside(word));
    let mut found: Vec<String> = outside.map(|word| format!("{:?} leaves the chart", word.text)).collect();
    for (index, a) in words.iter().enumerate() {
        for b in &words[index + 1..] {
            let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            if !apart {
                found.push(format!("{:?} covers {:?}", a.text, b.text));
            }
        }
    }
    found
}

fn assert_legible(chart: &Chart, frame: &Frame) {
    let found = illegible(chart, frame);
    assert!(found.is_empty(), "{frame:?} of {:?}: {found:#?}", chart.table.header);
}

/// Every attribute that holds numbers holds only numbers.
fn assert_finite(chart: &Chart) {
    for bad in ["NaN", "inf", "-2147483648", "2147483647"] {
        assert!(!chart.svg.contains(bad), "{bad} in {}", chart.svg);
    }
    for hit in &chart.hits.hits {
        let sides = [hit.x, hit.y, hit.w, hit.h];
        assert!(sides.iter().all(|side| side.is_finite()) && hit.w >= 0.0 && hit.h >= 0.0, "{hit:?}");
        assert!(!hit.label.is_empty());
    }
    for row in &chart.table.rows {
        assert_eq!(row.len(), chart.table.header.len());
    }
}

fn zero_phases() -> PhaseMicros {
    PhaseMicros::default()
}

fn bet(of: GuessOf, workers: u32, value: u64) -> Option<Guess> {
    Some(Guess { of, workers, value })
}

fn extreme_walls() -> Vec<WallClockData> {
    let mut walls = walls_without_a_bet();
    for (workers, value) in [(1, 0), (2, 300_000), (64, 2_000_000), (8, u64::MAX), (4_096, 5)] {
        walls.push(WallClockData {
            guess: bet(GuessOf::WallClock, workers, value),
            ..samples::wall_clock(13, 64)
        });
    }
    walls
}

fn walls_without_a_bet() -> Vec<WallClockData> {
    let point = |workers, wall| MeasuredPoint {
        workers,
        measured_wall_micros: wall,
        measured_range_micros: None,
        phases: PhaseMicros { compute: wall, ..zero_phases() },
    };
    let modelled = |workers, modelled_wall_micros| ModelledPoint { workers, modelled_wall_micros };
    let base = WallClockData { cores: 2, max_workers: 64, selected_workers: 8, ..WallClockData::default() };
    vec![
        WallClockData::default(),
        base.clone(),
        samples::wall_clock(1, 1),
        samples::wall_clock(1, 1_024),
        samples::wall_clock(1_024, 1_024),
        samples::wall_clock(13, 64),
        samples::wall_clock_eight_cores(),
        WallClockData {
            measured: vec![point(1, 0), point(2, 0)],
            modelled: vec![modelled(1, 0)],
            ..base.clone()
        },
        WallClockData {
            measured: vec![point(1, 3), point(2, u64::MAX)],
            best_workers: Some(1),
            ..base.clone()
        },
        WallClockData { modelled: (0..=4_096).map(|w| modelled(w, 1_000_000)).collect(), ..base.clone() },
        WallClockData {
            measured: (1..=64).map(|w| point(w, 900_000 / u64::from(w))).collect(),
            cores: 64,
            best_workers: Some(64),
            ..base
        },
    ]
}

fn extreme_loads() -> Vec<LoadData> {
    let mut loads = vec![LoadData::default()];
    for (workers, value) in [(8, 0), (8, 250_000), (64, u64::MAX), (1, 7)] {
        let guess = bet(GuessOf::Load, 0, value);
        loads.push(LoadData { guess, ..samples::load(workers, LoadMeasure::Rows) });
    }
    for measure in [LoadMeasure::Rows, LoadMeasure::Time] {
        for workers in [1, 2, 7, 16, 33, 64, 1_024] {
            loads.push(samples::load(workers, measure));
        }
        loads.push(LoadData { measure, workers: vec![WorkerLoad::default(); 8], ..LoadData::default() });
        let mut one_huge = vec![WorkerLoad::default(); 64];
        one_huge[63] = WorkerLoad {
            rows: u64::MAX,
            hot_rows: u64::MAX,
            phases: PhaseMicros { compute: u64::MAX, waiting: u64::MAX, ..zero_phases() },
        };
        let name =
            "key <script>alert(\"a name of a key that is far too long for any chart\")</script>".to_owned();
        let hot_key = Some(HotKey { name, row_share: f64::NAN });
        loads.push(LoadData {
            measure,
            workers: one_huge,
            hot_key,
            clock: Clock::Modelled,
            rows: Basis::Expected,
            guess: None,
        });
    }
    loads
}

fn extreme_costs() -> Vec<ShuffleCostData> {
    let huge = ModelledExchange { workers: 4, modelled_exchange_micros: u64::MAX };
    vec![
        ShuffleCostData::default(),
        samples::shuffle_cost(1, 1),
        samples::shuffle_cost(8, 64),
        samples::shuffle_cost(64, 64),
        samples::shuffle_cost(1_024, 1_024),
        samples::shuffle_cost(3, 4_096),
        ShuffleCostData { guess: bet(GuessOf::Exchange, 64, 448), ..samples::shuffle_cost(64, 64) },
        ShuffleCostData { guess: bet(GuessOf::Exchange, 1, 0), ..samples::shuffle_cost(8, 64) },
        ShuffleCostData { guess: bet(GuessOf::Exchange, 8, u64::MAX), ..samples::shuffle_cost(8, 64) },
        ShuffleCostData {
            modelled: vec![huge],
            block_bytes: u64::MAX,
            link_bytes: u64::MAX,
            guess: None,
            map_tasks: u32::MAX,
            reduce_partitions: u32::MAX,
            ..samples::shuffle_cost(4, 64)
        },
    ]
}

fn extreme_heats() -> Vec<HeatMapData> {
    let mut heats: Vec<HeatMapData> = [0, 1, 2, 3, 5, 8, 16, 17, 64].map(samples::heat_map).to_vec();
    heats.push(HeatMapData { workers: 8, bytes: vec![0; 64], guess: None });
    heats.push(HeatMapData { workers: 4, bytes: vec![u64::MAX; 16], guess: None });
    for (workers, value) in [(8, 0), (4, 1_000_000), (16, u64::MAX), (0, 5)] {
        heats.push(HeatMapData { guess: bet(GuessOf::Traffic, 0, value), ..samples::heat_map(workers) });
    }
    let mut one_huge = vec![0; 64 * 64];
    one_huge[63] = u64::MAX;
    heats.push(HeatMapData { workers: 64, bytes: one_huge, guess: None });
    heats
}

/// From a quarter of a small window to the whole of a large one; those that a figure has, too.
const SIZES: &[(u32, u32)] = &[
    (200, 316),
    (216, 316),
    (240, 316),
    (276, 316),
    (300, 300),
    (328, 300),
    (412, 320),
    (480, 360),
    (200, 220),
    (276, 220),
    (616, 220),
    (640, 320),
    (900, 420),
    (1_900, 480),
    (4_000, 480),
];

fn every_chart_in_every_size(mut check: impl FnMut(&Chart, &Frame)) {
    for &(width, height) in SIZES {
        let frame = Frame::new("c", width, height);
        // Two panels one above the other, or a square and its key.
        let tall = Frame::new("c", width, height.max(if width < 480 { 400 } else { 230 }));
        for data in extreme_walls() {
            let chart = wall_clock::draw(&data, &frame).expect("a wall-clock chart is drawn");
            check(&chart, &frame);
        }
        for data in extreme_loads() {
            check(&load::draw(&data, &frame).expect("a load chart is drawn"), &frame);
        }
        for data in extreme_costs() {
            check(&shuffle_cost::draw(&data, &tall).expect("a cost chart is drawn"), &tall);
        }
        for data in timeline::extremes() {
            let frame =
                Frame::new("c", width, shuffle_view::charts::timeline::height_px(data.workers, width));
            let drawn = shuffle_view::charts::timeline::draw(&data, &frame);
            check(&drawn.expect("a timeline is drawn").0, &frame);
        }
        for data in extreme_heats() {
            check(&heat_map::draw(&data, &tall).expect("a heat map is drawn"), &tall);
        }
    }
}

#[test]
fn no_word_covers_another_or_leaves_the_chart_in_any_size() {
    every_chart_in_every_size(assert_legible);
}

#[test]
fn every_coordinate_is_a_finite_number_and_every_row_has_all_cells() {
    every_chart_in_every_size(|chart, _| assert_finite(chart));
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let draw = || wall_clock::draw(&samples::wall_clock(8, 64), &Frame::new("w", 560, 320)).expect("drawn");
    assert_eq!(draw(), draw());
}

/// The canonical text of a chart: its words with their places, what answers, and the table.
fn dump(chart: &Chart) -> String {
    let mut out = String::new();
    for line in chart.svg.lines().filter(|line| line.starts_with("<title") || line.starts_with("<desc")) {
        out += &format!("{line}\n");
    }
    out += "\nwords\n";
    for word in words(chart) {
        out += &format!("  {:>4.0} {:>4.0}  {}\n", word.left, word.bottom, word.text);
    }
    out += "\nmarks\n";
    for line in chart.svg.lines() {
        if line.starts_with("<path") || line.starts_with("<circle") {
            out += &format!("  {line}\n");
        }
    }
    out += "\nanswers\n";
    for hit in &chart.hits.hits {
        out += &format!("  {:.0} {:.0} {:.0} {:.0}  {}\n", hit.x, hit.y, hit.w, hit.h, hit.label);
    }
    out += &format!("\ntable\n  {}\n", chart.table.header.join(" | "));
    for row in &chart.table.rows {
        out += &format!("  {}\n", row.join(" | "));
    }
    out
}

/// Compares with `tests/golden/charts-NAME.txt`; `UPDATE_GOLDEN=1` writes it.
fn assert_golden(name: &str, text: &str) {
    let path = format!("{}/golden/charts-{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(text, golden, "{path} differs; UPDATE_GOLDEN=1 accepts the new text");
}

#[test]
fn the_wall_clock_chart_reads_as_in_its_golden_text() {
    let chart = wall_clock::draw(&samples::wall_clock(8, 64), &Frame::new("wall", 560, 320));
    assert_golden("wall-clock", &dump(&chart.expect("drawn")));
}

#[test]
fn the_load_chart_reads_as_in_its_golden_text() {
    for (name, measure) in [("load-rows", LoadMeasure::Rows), ("load-time", LoadMeasure::Time)] {
        let chart = load::draw(&samples::load(8, measure), &Frame::new("load", 328, 300));
        assert_golden(name, &dump(&chart.expect("drawn")));
    }
}

#[test]
fn the_shuffle_cost_chart_reads_as_in_its_golden_text() {
    let chart = shuffle_cost::draw(&samples::shuffle_cost(8, 64), &Frame::new("cost", 560, 260));
    assert_golden("shuffle-cost", &dump(&chart.expect("drawn")));
}

#[test]
fn the_heat_map_reads_as_in_its_golden_text() {
    let chart = heat_map::draw(&samples::heat_map(4), &Frame::new("heat", 420, 320));
    assert_golden("heat-map", &dump(&chart.expect("drawn")));
}
