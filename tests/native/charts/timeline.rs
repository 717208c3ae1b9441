//! The timeline: what it says, what of it moves, and what it leaves out where there is too much.

use shuffle_engine::metrics::{MessageSpan, TaskSpan, Timeline};
use shuffle_view::charts::timeline::{Lanes, MAX_LINES, Straggler, TimelineData, draw, height_px, moment};

use super::*;

pub(super) fn extremes() -> Vec<TimelineData> {
    let mut all: Vec<TimelineData> = [1, 2, 5, 8, 16, 64, 1_024].map(samples::timeline).to_vec();
    let huge = TaskSpan { end_micros: u64::MAX, compute_micros: u64::MAX, ..TaskSpan::default() };
    all.push(TimelineData::default());
    all.push(TimelineData {
        timeline: Timeline { wall_micros: u64::MAX, spans: vec![huge], ..Timeline::default() },
        workers: 3,
        ..TimelineData::default()
    });
    let eight = samples::timeline(8);
    let name =
        "a name that is far too long for any chart, whatever somebody calls a stage of a job".to_owned();
    let straggler = eight.straggler.clone().map(|it| Straggler { words: name.clone(), ..it });
    all.push(TimelineData { stages: vec![name.clone(), name], straggler, ..eight.clone() });
    all.push(TimelineData { window: Some((41_000, 46_500)), ..eight.clone() });
    all.push(TimelineData { window: Some((7, 7)), ..eight });
    all
}

fn drawn(data: &TimelineData, width: u32) -> (Chart, Lanes) {
    let frame = Frame::new("t", width, height_px(data.workers, width));
    draw(data, &frame).expect("a timeline is drawn")
}

#[test]
fn the_timeline_reads_as_in_its_golden_text() {
    assert_golden("timeline", &dump(&drawn(&samples::timeline(3), 640).0));
}

#[test]
fn the_coloured_part_of_each_lane_is_as_long_as_its_worker_was_busy() {
    let data = samples::timeline(4);
    let (chart, lanes) = drawn(&data, 900);
    let mut widths = 0.0;
    for role in [Role::Compute, Role::Write, Role::Read, Role::Transfer] {
        let fill = format!("fill=\"var({})\"", role.variable());
        // The first of a colour is its square in the legend.
        let paths =
            chart.svg.lines().filter(|line| line.starts_with("<path") && line.contains(&fill)).skip(1);
        let steps = paths.flat_map(|path| path.split('h').skip(1));
        let steps = steps.filter_map(|step| step.split(['v', 'z']).next()?.parse::<f64>().ok());
        widths += steps.filter(|step| *step > 0.0).sum::<f64>();
    }
    let tasks: u64 = data.timeline.spans.iter().map(TaskSpan::busy_micros).sum();
    let exchanges: u64 = data.timeline.exchanges.iter().map(|side| side.end_micros - side.begin_micros).sum();
    let micros_per_px = data.timeline.wall_micros as f64 / lanes.width;
    // A hair between two tasks, and tenths of a pixel.
    let slack = data.timeline.spans.len() as f64;
    assert!((widths - (tasks + exchanges) as f64 / micros_per_px).abs() < slack, "{widths} px");
}

#[test]
fn a_moment_says_who_works_and_shows_the_messages_on_their_way_between_two_lanes() {
    let data = samples::timeline(8);
    let (_, lanes) = drawn(&data, 900);
    let wall = data.timeline.wall_micros;
    let message: &MessageSpan = &data.timeline.messages[0];
    let at = u64::midpoint(message.sent_micros, message.arrived_micros);
    let during = moment(&data, &lanes, at);
    assert!(
        during.words.contains("with the exchange") && during.words.contains("on the way"),
        "{}",
        during.words
    );
    let (from, to) = (lanes.y_of(message.from), lanes.y_of(message.to));
    let is_between = |(x, y): &(f64, f64)| {
        (*x - lanes.x_of(at)).abs() < 0.1
            && (*y - f64::midpoint(from, to)).abs() < (to - from).abs() / 4.0 + 0.1
    };
    assert!(during.dots.iter().any(is_between), "{:?}", during.dots);
    let late = moment(&data, &lanes, wall * 95 / 100);
    assert_eq!(late.words, format!("At {}: 1 of 8 workers busy, 7 waiting.", units::micros(wall * 95 / 100)));
    assert!(late.overlay(&lanes, 900, 400).contains("timeline-later"));
    let end = moment(&data, &lanes, wall);
    assert_eq!(end.words, format!("All {} of the run.", units::micros(wall)));
    assert_eq!(end.overlay(&lanes, 900, 400), "", "at the end all is seen");
}

#[test]
fn steps_lead_through_the_run_to_its_end() {
    let data = samples::timeline(8);
    let steps = data.steps();
    assert!(steps.len() >= 4 && steps.is_sorted(), "{steps:?}");
    assert_eq!(steps.last(), Some(&data.timeline.wall_micros));
    let exchange = data.timeline.exchanges.iter().map(|side| side.begin_micros).min();
    assert!(exchange.is_some_and(|at| steps.contains(&at)), "{steps:?}");
    assert_eq!(TimelineData::default().steps(), Vec::<u64>::new());
}

#[test]
fn of_very_many_messages_the_heaviest_are_drawn_and_the_legend_says_so() {
    let data = samples::timeline(64);
    assert_eq!(data.timeline.messages.len(), 64 * 63);
    let (chart, _) = drawn(&data, 1_200);
    let lines = chart.svg.lines().filter(|line| line.contains("stroke-opacity"));
    assert_eq!(lines.count(), MAX_LINES);
    assert!(chart.svg.contains(&format!("the {MAX_LINES} heaviest of 4,032")), "the legend says so");
    assert!(chart.svg.len() < 250_000, "{} bytes of SVG", chart.svg.len());
}
