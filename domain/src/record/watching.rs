//! Spans of watching, as few as tell the same.

use std::collections::BTreeMap;

use super::Watch;
use super::timeline::PAUSE;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

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
}
