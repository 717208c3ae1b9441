//! The charts, read as text: what they say, where their words stand, and that no word covers another.

use shuffle_lab::charts::glyphs::{Type, text_width_px, wrap};
use shuffle_lab::charts::heat_map::HeatMapData;
use shuffle_lab::charts::load::{Clock, HotKey, LoadData, LoadMeasure, WorkerLoad};
use shuffle_lab::charts::shuffle_cost::{ModelledExchange, ShuffleCostData};
use shuffle_lab::charts::theme::{Role, TOKENS};
use shuffle_lab::charts::units::{self, Quantity};
use shuffle_lab::charts::wall_clock::{MeasuredPoint, ModelledPoint, WallClockData};
use shuffle_lab::charts::{
    Chart, ChartError, Frame, PhaseMicros, heat_map, load, shuffle_cost, svg, theme, wall_clock,
};

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

fn assert_legible(chart: &Chart, frame: &Frame) {
    let (width, height) = (f64::from(frame.width_px), f64::from(frame.height_px));
    let words = words(chart);
    for word in &words {
        let inside = word.left >= -0.6 && word.right <= width + 0.6 && word.top >= -0.6;
        assert!(inside && word.bottom <= height + 0.6, "{:?} leaves {frame:?}", word.text);
    }
    for (index, a) in words.iter().enumerate() {
        for b in &words[index + 1..] {
            let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            assert!(apart, "{:?} covers {:?} in {frame:?}", a.text, b.text);
        }
    }
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

fn extreme_walls() -> Vec<WallClockData> {
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
        loads.push(LoadData { measure, workers: one_huge, hot_key, clock: Clock::Modelled });
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
        ShuffleCostData {
            modelled: vec![huge],
            block_bytes: u64::MAX,
            link_bytes: u64::MAX,
            map_tasks: u32::MAX,
            reduce_partitions: u32::MAX,
            ..samples::shuffle_cost(4, 64)
        },
    ]
}

fn extreme_heats() -> Vec<HeatMapData> {
    let mut heats: Vec<HeatMapData> = [0, 1, 2, 3, 5, 8, 16, 17, 64].map(samples::heat_map).to_vec();
    heats.push(HeatMapData { workers: 8, bytes: vec![0; 64] });
    heats.push(HeatMapData { workers: 4, bytes: vec![u64::MAX; 16] });
    let mut one_huge = vec![0; 64 * 64];
    one_huge[63] = u64::MAX;
    heats.push(HeatMapData { workers: 64, bytes: one_huge });
    heats
}

const SIZES: [(u32, u32); 6] = [(300, 300), (328, 300), (412, 320), (480, 360), (640, 320), (900, 420)];

fn every_chart_in_every_size(mut check: impl FnMut(&Chart, &Frame)) {
    for (width, height) in SIZES {
        let frame = Frame::new("c", width, height);
        let tall = Frame::new("c", width, height.max(420));
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
    let path = format!("{}/tests/golden/charts-{name}.txt", env!("CARGO_MANIFEST_DIR"));
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

/// y of the lower edge of each filled rectangle of this colour.
fn lower_edges(chart: &Chart, paint: &str) -> Vec<f64> {
    let fill = format!("fill=\"{paint}\"");
    let filled = chart.svg.lines().filter(|line| line.starts_with("<path") && line.contains(&fill));
    let parts = filled.filter_map(|line| attribute(line, "d")).flat_map(|path| path.split('M').skip(1));
    let edge = |part: &str| {
        let (_, rest) = part.split_once(' ')?;
        let (top, rest) = rest.split_once('h')?;
        let height = rest.split_once('v')?.1.split_once('h')?.0;
        Some(top.parse::<f64>().ok()? + height.parse::<f64>().ok()?)
    };
    parts.filter_map(edge).collect()
}

#[test]
fn bars_stand_on_the_zero_line() {
    let frame = Frame::new("load", 560, 300);
    let chart = load::draw(&samples::load(8, LoadMeasure::Rows), &frame).expect("drawn");
    let bottom = chart.hits.hits[0].y + chart.hits.hits[0].h;
    // The swatch of the legend has the same colour and comes first.
    let edges = lower_edges(&chart, "var(--count)");
    assert_eq!(edges.len(), 9);
    assert!(edges[1..].iter().all(|edge| (edge - bottom).abs() < 0.11), "{edges:?} on {bottom}");
    let ticks = units::ticks(Quantity::Count, 396_568, 5);
    assert_eq!(ticks.values[0], 0.0);
}

#[test]
fn the_hot_worker_has_a_pattern_a_pointer_and_the_name_of_its_key() {
    let frame = Frame::new("load", 560, 300);
    let chart = load::draw(&samples::load(8, LoadMeasure::Rows), &frame).expect("drawn");
    assert!(chart.svg.contains("url(#load-hatch-hot)") && chart.svg.contains("id=\"load-hatch-hot\""));
    assert!(words(&chart).iter().any(|word| word.text == "key 51,234: 31 % of the rows"));
    assert!(chart.hits.hits[5].label.starts_with("worker 5: 396,568 rows, 310,000 of them key 51,234"));
}

#[test]
fn measured_and_modelled_are_told_apart_without_colour() {
    let chart = wall_clock::draw(&samples::wall_clock(8, 64), &Frame::new("w", 560, 320)).expect("drawn");
    let all: Vec<String> = words(&chart).into_iter().map(|word| word.text).collect();
    for text in
        ["dots measured here, dashes modelled", "measured", "measured, cores shared", "modelled", "best: 13"]
    {
        assert!(all.iter().any(|word| word == text), "{text:?} is missing among {all:?}");
    }
    assert!(chart.svg.contains("stroke=\"var(--clock-modelled)\" stroke-width=\"2\" stroke-dasharray="));
    assert!(
        chart.svg.contains("url(#w-hatch-past-cores)") && chart.svg.contains("url(#w-hatch-time-sliced)")
    );
    assert!(all.iter().any(|word| word.contains("2 cores")), "the rule at the cores is labelled: {all:?}");
}

#[test]
fn a_model_that_explodes_leaves_through_the_top_with_its_value() {
    let chart = wall_clock::draw(&samples::wall_clock(8, 1_024), &Frame::new("w", 560, 320)).expect("drawn");
    assert!(words(&chart).iter().any(|word| word.text == "↑ 6 s at 1,024"));
}

#[test]
fn names_from_outside_are_escaped() {
    assert_eq!(svg::escape("<a href=\"x\">&'\u{0}"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{FFFD}");
    let mut data = samples::load(4, LoadMeasure::Rows);
    data.hot_key = Some(HotKey { name: "</text><script>".to_owned(), row_share: 0.3 });
    let chart = load::draw(&data, &Frame::new("l", 900, 300)).expect("drawn");
    assert!(!chart.svg.contains("<script") && chart.svg.contains("&lt;/text&gt;&lt;script&gt;"));
}

#[test]
fn a_chart_has_a_role_a_title_and_a_description_under_its_own_ids() {
    let chart = heat_map::draw(&samples::heat_map(8), &Frame::new("heat-1", 560, 420)).expect("drawn");
    assert!(chart.svg.starts_with("<svg ") && chart.svg.ends_with("</svg>\n"));
    assert!(chart.svg.contains("role=\"img\" aria-labelledby=\"heat-1-title heat-1-desc\""));
    assert!(
        chart.svg.contains("<title id=\"heat-1-title\">") && chart.svg.contains("<desc id=\"heat-1-desc\">")
    );
    assert!(!chart.svg.contains("style="), "a strict content security policy forbids style attributes");
}

#[test]
fn every_cell_of_the_heat_map_answers_and_the_diagonal_stays_home() {
    let chart = heat_map::draw(&samples::heat_map(64), &Frame::new("h", 560, 420)).expect("drawn");
    assert_eq!(chart.hits.hits.len(), 64 * 64);
    assert!(chart.hits.hits[65].label.starts_with("worker 1 keeps "));
    let hit = &chart.hits.hits[64 + 2];
    assert!(hit.label.starts_with("worker 1 to worker 2: "));
    assert_eq!(chart.hits.at(hit.x + hit.w / 2.0, hit.y + hit.h / 2.0), Some(66));
    assert!(chart.svg.len() < 160_000, "4,096 cells take {} bytes", chart.svg.len());
}

#[test]
fn a_matrix_of_the_wrong_size_a_bad_frame_and_a_bad_id_are_named() {
    let data = HeatMapData { workers: 3, bytes: vec![1; 8] };
    let error = heat_map::draw(&data, &Frame::new("h", 400, 400)).expect_err("8 cells are not 3 × 3");
    assert_eq!(error, ChartError::MatrixSize { workers: 3, wanted: 9, given: 8 });
    let empty = HeatMapData::default();
    for (id, width, height) in [("a\"b", 400, 400), ("", 400, 400), ("1a", 400, 400)] {
        let error = heat_map::draw(&empty, &Frame::new(id, width, height)).expect_err("no such id");
        assert!(matches!(error, ChartError::Id { .. }), "{error}");
    }
    for (width, height) in [(0, 400), (400, 0), (u32::MAX, 400)] {
        let error = heat_map::draw(&empty, &Frame::new("h", width, height)).expect_err("no such size");
        assert!(matches!(error, ChartError::Size { .. }), "{error}");
    }
}

#[test]
fn every_role_survives_its_way_through_plotters_and_has_a_token() {
    for role in Role::ALL {
        let rgb = role.rgb();
        assert_eq!(Role::from_rgb((rgb.0, rgb.1, rgb.2)), Some(role));
        assert!(TOKENS.iter().any(|token| token.variable == role.variable()), "{role:?}");
    }
    assert_eq!(Role::from_rgb((0, 0, 0)), None);
    for token in TOKENS {
        assert!(Role::ALL.iter().any(|role| role.variable() == token.variable), "{token:?} is unused");
    }
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour is hexadecimal");
        let part = f64::from(value) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn marks_and_texts_have_enough_contrast_in_light_and_in_dark() {
    let value = |role: Role, dark: bool| {
        let token = TOKENS.iter().find(|token| token.variable == role.variable());
        let token = token.expect("every role has a token");
        if dark { token.dark } else { token.light }
    };
    for dark in [false, true] {
        let surface = value(Role::Surface, dark);
        for role in [Role::Compute, Role::Write, Role::Transfer, Role::Read, Role::Waiting, Role::Count] {
            assert!(contrast(value(role, dark), surface) >= 3.0, "{role:?} dark={dark}");
        }
        // These also colour words.
        for role in [Role::Ink, Role::Muted, Role::Accent, Role::Hot, Role::Modelled, Role::Measured] {
            assert!(contrast(value(role, dark), surface) >= 4.5, "{role:?} dark={dark}");
        }
        // Amounts inside the cells of the heat map.
        for step in 1..=7 {
            let ink = if step >= 5 { Role::Surface } else { Role::Ink };
            let cell = value(Role::Heat(step), dark);
            assert!(contrast(value(ink, dark), cell) >= 4.5, "step {step} dark={dark}");
        }
    }
}

#[test]
fn the_style_sheet_defines_every_variable_with_both_values() {
    let path = format!("{}/style/tokens.css", env!("CARGO_MANIFEST_DIR"));
    let sheet = std::fs::read_to_string(path).unwrap_or_default();
    if !sheet.contains("--") {
        // Not written yet: the table itself is what will be copied.
        assert!(TOKENS.iter().all(|token| theme::css().contains(token.variable)));
        return;
    }
    let squeezed: String = sheet.chars().filter(|c| !c.is_whitespace()).collect();
    for token in TOKENS {
        for value in [token.light, token.dark] {
            let declaration = format!("{}:{value};", token.variable);
            assert!(squeezed.contains(&declaration), "style/tokens.css lacks {declaration}");
        }
    }
}

#[test]
fn a_standalone_chart_brings_its_colours() {
    let chart = heat_map::draw(&samples::heat_map(2), &Frame::new("h", 400, 400)).expect("drawn");
    let alone = theme::standalone(&chart.svg, theme::Scheme::Dark);
    assert!(alone.contains("<style>") && alone.contains("--heat-7: #d6e9fb;"));
    assert!(alone.starts_with("<svg ") && alone.ends_with("</svg>\n"));
}

#[test]
fn numbers_are_written_for_people() {
    let durations = [0, 840, 999, 999_499, 1_000, 212_000, 1_400_000, 14_200_000, 999_600];
    let durations = durations.map(units::micros);
    assert_eq!(durations, ["0 µs", "840 µs", "999 µs", "999 ms", "1 ms", "212 ms", "1.4 s", "14 s", "1 s"]);
    let counts = [0, 999, 1_000, 1_000_000, u64::MAX].map(units::count);
    assert_eq!(counts, ["0", "999", "1,000", "1,000,000", "18,446,744,073,709,551,615"]);
    assert_eq!([1_200_000, 12_000, 950].map(units::count_short), ["1.2 M", "12 k", "950"]);
    assert_eq!([8_100_000, 127_000, 12].map(units::bytes), ["8.1 MB", "127 KB", "12 B"]);
    assert_eq!(
        [3.2, 1.0, 19.8, f64::NAN, f64::INFINITY].map(units::ratio),
        ["3.2×", "1×", "20×", "no ratio", "no ratio"]
    );
    assert_eq!(
        [0.31, 0.0, 0.004, 0.0001, 7.0].map(units::share),
        ["31 %", "0 %", "0.4 %", "under 0.1 %", "100 %"]
    );
    assert_eq!([0, 1, 2].map(|n| units::plural(n, "link", "links")), ["0 links", "1 link", "2 links"]);
}

#[test]
fn axes_have_few_round_steps_from_zero() {
    let wall = units::ticks(Quantity::Micros, 666_000, 5);
    assert_eq!((wall.labels.join(" "), wall.unit), ("0 200 400 600".to_owned(), "ms"));
    let small = units::ticks(Quantity::Micros, 1_300_000, 5);
    assert_eq!((small.labels.join(" "), small.unit), ("0 0.5 1.0".to_owned(), "s"));
    let rows = units::ticks(Quantity::Count, 396_568, 5);
    assert_eq!(rows.labels, ["0", "100 k", "200 k", "300 k", "400 k"]);
    assert_eq!(units::ticks(Quantity::Count, 3, 5).labels, ["0", "1", "2", "3"]);
    assert_eq!(units::ticks(Quantity::Bytes, 0, 5).labels, ["0"]);
    for max in (0..64).map(|power| 1u64 << power).chain([u64::MAX]) {
        for quantity in [Quantity::Micros, Quantity::Count, Quantity::Bytes] {
            let ticks = units::ticks(quantity, max, 5);
            assert!(ticks.values.len() <= 8 && ticks.values.len() == ticks.labels.len(), "{ticks:?}");
            assert!(ticks.top >= max as f64 && ticks.values.iter().all(|value| *value <= ticks.top));
        }
    }
}

#[test]
fn a_long_text_breaks_between_facts_and_a_long_word_is_cut() {
    let lines = wrap("one fact here · another fact · a third", Type::Note, 150.0);
    assert_eq!(lines, ["one fact here", "another fact · a third"]);
    let cut = wrap(&"x".repeat(400), Type::Note, 100.0);
    assert!(cut.len() == 1 && cut[0].ends_with("...") && Type::Note.width_px(&cut[0]) <= 100.0);
}
