//! What single marks show: bars, the hot worker, the model, cells.

use super::*;

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
    let data = HeatMapData { workers: 3, bytes: vec![1; 8], guess: None };
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
fn the_caption_of_the_wall_clock_speaks_only_of_marks_that_are_drawn() {
    let bar = |workers, range| MeasuredPoint {
        workers,
        measured_wall_micros: 100,
        measured_range_micros: range,
        phases: zero_phases(),
    };
    let median = |workers| bar(workers, Some((90, 110)));
    let line = vec![ModelledPoint { workers: 1, modelled_wall_micros: 100 }];
    let said = |measured: Vec<MeasuredPoint>, time_sliced: Vec<MeasuredPoint>, modelled: &[ModelledPoint]| {
        let modelled = modelled.to_vec();
        let data = WallClockData { measured, time_sliced, modelled, cores: 2, ..WallClockData::default() };
        wall_clock::caption(&data, 3, None)
    };
    let names = |text: &str| ["bar", "dot", "dashed line"].map(|mark| text.contains(mark));
    let cases = [
        (said(vec![], vec![], &[]), [false, false, false]),
        (said(vec![], vec![bar(8, None)], &[]), [false, true, false]),
        (said(vec![bar(1, None)], vec![], &[]), [true, false, false]),
        (said(vec![median(1), median(2)], vec![bar(8, None)], &line), [true, true, true]),
        (said(vec![median(1), bar(2, None)], vec![], &line), [true, false, true]),
        (said(vec![], vec![], &line), [false, false, true]),
    ];
    for (text, marks) in &cases {
        assert_eq!(names(text), *marks, "{text}");
    }
    assert_eq!(
        cases[0].0,
        "Nothing is measured yet. The modelled line follows once this browser is calibrated."
    );
    let reason = wall_clock::caption(&WallClockData::default(), 0, Some("It is not modelled.".to_owned()));
    assert_eq!(reason, "Nothing is measured yet. It is not modelled.");
}

#[test]
fn a_bet_is_drawn_and_said_in_the_chart_that_it_is_about() {
    let frame = Frame::new("bet", 640, 360);
    let bet = |of, workers, value| Some(Guess { of, workers, value });
    let load = LoadData { guess: bet(GuessOf::Load, 0, 250_000), ..samples::load(8, LoadMeasure::Rows) };
    let time = LoadData { measure: LoadMeasure::Time, ..load.clone() };
    let wall = WallClockData { guess: bet(GuessOf::WallClock, 2, 300_000), ..samples::wall_clock(8, 64) };
    let cost = ShuffleCostData { guess: bet(GuessOf::Exchange, 64, 448), ..samples::shuffle_cost(64, 64) };
    let heat = HeatMapData { guess: bet(GuessOf::Traffic, 0, 1_000_000), ..samples::heat_map(8) };
    for (chart, words) in [
        (load::draw(&load, &frame), "your bet: 250,000"),
        (wall_clock::draw(&wall, &frame), "your bet: 300 ms"),
        (shuffle_cost::draw(&cost, &frame), "your bet: 448"),
        (heat_map::draw(&heat, &frame), "your bet: 1 MB"),
    ] {
        let svg = chart.expect("it can be drawn").svg;
        assert!(svg.contains(words), "{words}");
        assert!(svg.contains(&words.replacen('y', "Y", 1)), "{words} is said in the description");
    }
    let svg = load::draw(&time, &frame).expect("it can be drawn").svg;
    assert!(!svg.contains("our bet"), "bars of time are no rows");
}
