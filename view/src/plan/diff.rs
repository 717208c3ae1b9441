//! Which lines of two plans are not in the other. Plans are a dozen lines, so the plain table of common subsequences does.

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is in both, perhaps at another depth.
    Kept,
    /// It is only in the plan before.
    Removed,
    /// It is only in the plan after.
    Added,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub mark: Mark,
    /// The line itself, with its depth.
    pub text: String,
}

/// The lines of a text of which nothing has changed.
pub fn kept(text: &str) -> Vec<Line> {
    text.lines().map(|line| Line { mark: Mark::Kept, text: line.to_owned() }).collect()
}

/// Both texts, their lines marked. A line that only moved in or out is the same line.
pub fn diff(before: &str, after: &str) -> (Vec<Line>, Vec<Line>) {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let is_same = |i: usize, j: usize| before[i].trim() == after[j].trim();
    // lengths[i][j]: the longest common subsequence of what follows from i and j.
    let mut lengths = vec![vec![0usize; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            lengths[i][j] = if is_same(i, j) {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let line = |mark, text: &str| Line { mark, text: text.to_owned() };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && is_same(i, j) {
            left.push(line(Mark::Kept, before[i]));
            right.push(line(Mark::Kept, after[j]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && lengths[i + 1][j] >= lengths[i][j + 1]) {
            left.push(line(Mark::Removed, before[i]));
            i += 1;
        } else {
            right.push(line(Mark::Added, after[j]));
            j += 1;
        }
    }
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(lines: &[Line], mark: Mark) -> Vec<&str> {
        lines.iter().filter(|line| line.mark == mark).map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn changed_lines_are_marked_and_moved_ones_are_not() {
        let before = "Tokenize text\n  Filter language = 'en'\n    Scan prompts [*]\n";
        let after = "Tokenize text\n  Scan prompts [*] where language = 'en'\n";
        let (left, right) = diff(before, after);
        assert_eq!(marked(&left, Mark::Removed), ["  Filter language = 'en'", "    Scan prompts [*]"]);
        assert_eq!(marked(&right, Mark::Added), ["  Scan prompts [*] where language = 'en'"]);
        let (left, right) = diff("Share\n  Join\n    Scan\n", "Join\n  Scan\n");
        assert_eq!(marked(&left, Mark::Removed), ["Share"]);
        assert_eq!(marked(&right, Mark::Kept), ["Join", "  Scan"]);
    }

    #[test]
    fn nothing_against_something_and_equal_texts_are_no_special_case() {
        assert_eq!(diff("", "a\nb").1.len(), 2);
        assert_eq!(diff("a\nb", "").0.len(), 2);
        let (left, right) = diff("a\nb", "a\nb");
        assert_eq!(left, right);
        assert_eq!(left, kept("a\nb"));
    }
}
