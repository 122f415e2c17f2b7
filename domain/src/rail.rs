//! The order of the ledger's lines and the arcs beside them: from each
//! revision that came back, down to the place of its old number.

use crate::history::{History, Row};
use crate::ledger::Gone;

/// One line of the ledger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry<'a> {
    /// A revision.
    Revision(&'a Row),
    /// A number, or a run of numbers, that no revision carries.
    Gone(&'a Gone),
}

/// What an arc does in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It leaves the revision that came back.
    Start,
    /// It passes by.
    Through,
    /// It arrives at the old number.
    End,
}

/// A piece of an arc in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Lane, 0 nearest to the rail.
    pub lane: usize,
    /// What the arc does here.
    pub part: Part,
}

/// One line with the arcs beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// What stands in it.
    pub entry: Entry<'a>,
    /// The arcs that begin, pass or end here.
    pub pieces: Vec<Piece>,
}

/// The lines of the ledger, newest first, with arcs in free lanes.
pub fn lines(history: &History) -> Vec<Line<'_>> {
    let mut entries: Vec<Entry<'_>> = history
        .revisions
        .iter()
        .map(Entry::Revision)
        .chain(history.gone.iter().map(Entry::Gone))
        .collect();
    // Stable: revisions that share a number keep the order of the history.
    entries.sort_by_key(|entry| std::cmp::Reverse(number(entry)));
    let mut lines: Vec<Line<'_>> = entries
        .into_iter()
        .map(|entry| Line {
            entry,
            pieces: Vec::new(),
        })
        .collect();
    for (start, end) in arcs(&lines) {
        let lane = free_lane(&lines[start..=end]);
        for (index, line) in lines[start..=end].iter_mut().enumerate() {
            let part = match index {
                0 => Part::Start,
                i if i == end - start => Part::End,
                _ => Part::Through,
            };
            line.pieces.push(Piece { lane, part });
        }
    }
    lines
}

fn number(entry: &Entry<'_>) -> i64 {
    match entry {
        Entry::Revision(row) => row.revision,
        Entry::Gone(gone) => gone.last,
    }
}

/// From the line of each revision that came back to the line of its old
/// number, the shortest first, so that they take the inner lanes.
fn arcs(lines: &[Line<'_>]) -> Vec<(usize, usize)> {
    let place_of = |number: i64| {
        lines.iter().position(
            |line| matches!(line.entry, Entry::Gone(g) if g.first == number && g.now.is_some()),
        )
    };
    let mut arcs: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .filter_map(|(start, line)| match line.entry {
            Entry::Revision(row) => Some((start, place_of(row.was?.revision)?)),
            Entry::Gone(_) => None,
        })
        .filter(|(start, end)| start < end)
        .collect();
    arcs.sort_by_key(|(start, end)| (end - start, *start));
    arcs
}

fn free_lane(lines: &[Line<'_>]) -> usize {
    let taken = |lane: usize| {
        lines
            .iter()
            .any(|line| line.pieces.iter().any(|piece| piece.lane == lane))
    };
    // There are never more arcs than lines.
    (0..lines.len())
        .find(|lane| !taken(*lane))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::history::tests::{Model, template};

    fn numbers(lines: &[Line<'_>]) -> Vec<i64> {
        lines.iter().map(|line| number(&line.entry)).collect()
    }

    #[test]
    fn the_walk_has_one_arc_from_three_to_one() {
        let mut model = Model::new();
        model.set(template(1, 0), None);
        model.set(template(0, 0), None);
        let history = model.history();
        let lines = lines(&history);
        assert_eq!(numbers(&lines), [3, 2, 1]);
        let parts: Vec<_> = lines
            .iter()
            .map(|l| l.pieces.first().unwrap().part)
            .collect();
        assert_eq!(parts, [Part::Start, Part::Through, Part::End]);
    }

    #[test]
    fn arcs_that_overlap_take_their_own_lanes() {
        let mut model = Model::new();
        for content in [1, 2, 1, 0] {
            model.set(template(content, 0), None);
        }
        let history = model.history();
        let lines = lines(&history);
        assert_eq!(numbers(&lines), [5, 4, 3, 2, 1]);
        let lanes: Vec<Vec<usize>> = lines
            .iter()
            .map(|line| line.pieces.iter().map(|piece| piece.lane).collect())
            .collect();
        assert_eq!(
            lanes,
            [vec![1], vec![0, 1], vec![0, 1], vec![0, 1], vec![1]]
        );
    }
}
