//! What has changed from one picture of a chart to the next: while a hand moves a slider most of a picture stays as it was, and
//! what stays need not be parsed, laid out and painted again.
//!
//! ```text
//!  before: title | axes | bars | curve  | best at 8 | dots        keep 3, take 1 away, put 1
//!  now:    title | axes | bars | curve' | dots                    keep 0, take 1 away, keep 1
//! ```

/// How far ahead a child is looked for that stands elsewhere now.
const LOOK_AHEAD: usize = 12;

/// A step from one picture to the next, from the first of its children to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// So many children stay.
    pub kept: usize,
    /// So many behind them go.
    pub removed: usize,
    /// What comes there, as SVG.
    pub added: Vec<&'a str>,
}

/// What turns one picture of a chart into the next; `None` where they differ in size, or in anything else of their own
/// element: then the whole is to be taken.
pub fn patch<'a>(before: &str, now: &'a str) -> Option<Vec<Step<'a>>> {
    let ((head, before), (head_now, now)) = (children(before)?, children(now)?);
    if head != head_now {
        return None;
    }
    let mut steps = Vec::new();
    let (mut before, mut now) = (before.as_slice(), now.as_slice());
    while !(before.is_empty() && now.is_empty()) {
        let kept = before.iter().zip(now).take_while(|(a, b)| a == b).count();
        (before, now) = (&before[kept..], &now[kept..]);
        let (removed, added) = to_next_same(before, now);
        steps.push(Step { kept, removed, added: now[..added].to_vec() });
        (before, now) = (&before[removed..], &now[added..]);
    }
    Some(steps)
}

/// How many of each have to be passed to come to a child that both have; all of them where there is none near.
fn to_next_same(before: &[&str], now: &[&str]) -> (usize, usize) {
    for distance in 0..2 * LOOK_AHEAD {
        for removed in 0..=distance {
            let pair = before.get(removed).zip(now.get(distance - removed));
            if pair.is_some_and(|(a, b)| a == b) {
                return (removed, distance - removed);
            }
        }
    }
    (before.len(), now.len())
}

/// The beginning of a picture and its children: the backend writes a line for each, and several for what is defined.
fn children(svg: &str) -> Option<(&str, Vec<&str>)> {
    let (head, mut rest) = svg.split_once('\n')?;
    let mut children = Vec::new();
    while rest.trim_end() != "</svg>" {
        let end = if rest.starts_with("<defs>") { "</defs>\n" } else { "\n" };
        let (child, beyond) = rest.split_at(rest.find(end)? + end.len());
        children.push(child);
        rest = beyond;
    }
    Some((head, children))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(body: &str) -> String {
        format!("<svg width=\"3\">\n<title>t</title>\n{body}</svg>\n")
    }

    /// The children of a picture after its patch, as a document would have them.
    fn patched(before: &str, now: &str) -> Option<(usize, String)> {
        let (_, old) = children(before)?;
        let (mut at, mut new, mut touched) = (0, String::new(), 0);
        for Step { kept, removed, added } in patch(before, now)? {
            new += &old[at..at + kept].concat();
            new += &added.concat();
            at += kept + removed;
            touched += removed + added.len();
        }
        assert_eq!(at, old.len(), "every child is kept or taken away");
        Some((touched, new))
    }

    #[test]
    fn a_patched_picture_is_the_next_one_and_what_stays_is_not_touched() {
        let before = "<a/>\n<b/>\n<c/>\n<d/>\n<e/>\n";
        let cases = [
            ("<a/>\n<b/>\n<c/>\n<d/>\n<e/>\n", 0),
            ("<x/>\n<b/>\n<y/>\n<d/>\n<e/>\n", 4),
            ("<a/>\n<e/>\n", 3),
            ("<a/>\n<x/>\n<y/>\n<b/>\n<c/>\n<d/>\n<e/>\n<z/>\n", 3),
            ("", 5),
        ];
        for (now, expected) in cases {
            let title = "<title>t</title>\n";
            let done = patched(&picture(before), &picture(now));
            assert_eq!(done, Some((expected, format!("{title}{now}"))), "{now}");
        }
    }

    #[test]
    fn pictures_that_have_nothing_in_common_are_exchanged_child_by_child() {
        let lines = |name: &str| (0..50).map(|at| format!("<{name} n=\"{at}\"/>\n")).collect::<String>();
        let (touched, _) = patched(&picture(&lines("a")), &picture(&lines("b"))).expect("a patch");
        assert_eq!(touched, 100);
    }

    #[test]
    fn definitions_are_one_child_however_many_lines_they_have() {
        let before = picture("<defs>\n<p/>\n<q/>\n</defs>\n<a/>\n");
        let now = picture("<defs>\n<p/>\n</defs>\n<a/>\n");
        let steps = patch(&before, &now).expect("a patch");
        let first = Step { kept: 1, removed: 1, added: vec!["<defs>\n<p/>\n</defs>\n"] };
        assert_eq!(steps.first(), Some(&first));
    }

    #[test]
    fn a_picture_of_another_size_is_taken_whole() {
        assert_eq!(patch("<svg width=\"3\">\n</svg>\n", "<svg width=\"4\">\n</svg>\n"), None);
        assert_eq!(patch("", &picture("")), None);
        assert_eq!(patch("<svg>\n<a/>", "<svg>\n<a/>"), None, "what does not end is no picture");
    }
}
