//! Spans of watching, as few as tell the same, and those between them.

use std::collections::BTreeMap;

use super::Watch;
use super::timeline::{Gap, PAUSE};
use crate::time::Time;

/// Spans that became one, and what was in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The first of them, as long as all.
    pub whole: Watch,
    /// The ids of the others.
    pub others: Vec<String>,
}

/// Puts together the spans of the same namespaces that overlap, touch or have
/// no more than a pause between them: no gap is told there. Only where there
/// are at least two.
pub fn merged(mut watches: Vec<Watch>) -> Vec<Merged> {
    watches.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
    let mut by_scope: BTreeMap<Vec<String>, Vec<Merged>> = BTreeMap::new();
    for watch in watches {
        let spans = by_scope.entry(watch.namespaces.clone()).or_default();
        match spans.last_mut() {
            Some(last) if watch.from.since(last.whole.to) <= PAUSE => {
                last.whole.to = last.whole.to.max(watch.to);
                last.others.push(watch.id);
            }
            _ => spans.push(Merged {
                whole: watch,
                others: Vec::new(),
            }),
        }
    }
    let all = by_scope.into_values().flatten();
    all.filter(|merged| !merged.others.is_empty()).collect()
}

/// The spans between two moments that no watch covers, up to the end also where
/// that is now. The latest proof is always some seconds old, and what was `seen`
/// to happen right after a watch's was watched: no pause is a gap.
pub fn gaps<'a>(
    watches: impl IntoIterator<Item = &'a Watch>,
    seen: &[Time],
    from: Time,
    to: Time,
) -> Vec<Gap> {
    let watches = watches.into_iter();
    let mut spans: Vec<(Time, Time)> = watches.map(|watch| (watch.from, watch.to)).collect();
    spans.sort_unstable();
    spans.push((to, to));
    let (mut gaps, mut covered) = (Vec::new(), from);
    for (begin, until) in spans {
        let to = begin.min(to);
        let late = |at: &&Time| **at < to && at.since(covered) <= PAUSE;
        let last = seen.iter().filter(late).max().copied();
        let from = last.unwrap_or(covered).max(covered);
        if to.since(from) > PAUSE {
            gaps.push(Gap { from, to });
        }
        covered = covered.max(until);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(id: &str, from: i64, to: i64, namespaces: &[&str]) -> Watch {
        Watch {
            id: id.into(),
            from: Time::from_second(from),
            to: Time::from_second(to),
            namespaces: namespaces.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_touches_becomes_one_and_a_gap_stays() {
        let watches = vec![
            watch("c", 70, 90, &[]),
            watch("a", 0, 20, &[]),
            watch("other", 20, 40, &["x"]),
            watch("b", 50, 60, &[]),
            watch("late", 121, 130, &[]),
        ];
        assert_eq!(
            merged(watches),
            [Merged {
                whole: watch("a", 0, 90, &[]),
                others: vec!["b".into(), "c".into()],
            }]
        );
    }

    #[test]
    fn one_within_another_does_not_shorten_it() {
        let merged = merged(vec![watch("a", 0, 99, &[]), watch("b", 10, 20, &[])]);
        assert_eq!(merged[0].whole.to, Time::from_second(99));
    }

    fn spans(watches: &[(i64, i64)], seen: &[i64], to: i64) -> Vec<(i64, i64)> {
        let watches: Vec<Watch> = watches
            .iter()
            .map(|(a, b)| watch("a", *a, *b, &[]))
            .collect();
        let seen: Vec<Time> = seen.iter().copied().map(Time::from_second).collect();
        let (from, to) = (Time::from_second(1000), Time::from_second(to));
        let gaps = gaps(&watches, &seen, from, to).into_iter();
        gaps.map(|gap| (gap.from.millis() / 1000, gap.to.millis() / 1000))
            .collect()
    }

    #[test]
    fn what_no_watch_covers_is_a_gap_also_where_it_goes_on() {
        assert_eq!(spans(&[], &[], 2000), [(1000, 2000)]);
        assert_eq!(spans(&[], &[], 900), []);
        assert_eq!(spans(&[(1200, 9000)], &[], 2000), [(1000, 1200)]);
        let three = [(0, 1100), (1120, 1300), (1250, 1500)];
        assert_eq!(spans(&three, &[], 1800), [(1500, 1800)]);
        assert_eq!(spans(&[(3000, 4000)], &[], 2000), [(1000, 2000)]);
    }

    #[test]
    fn a_pause_is_no_gap_not_even_the_last_one() {
        assert_eq!(spans(&[(0, 1100), (1200, 1800)], &[], 1830), [(1100, 1200)]);
        assert_eq!(spans(&[(0, 1800)], &[], 1831), [(1800, 1831)]);
    }

    #[test]
    fn what_was_seen_right_after_the_last_proof_was_watched() {
        let two = [(0, 1100), (1300, 9000)];
        assert_eq!(spans(&two, &[1108, 1310], 2000), [(1108, 1300)]);
        assert_eq!(spans(&[(0, 1100)], &[1125], 1150), []);
    }
}
