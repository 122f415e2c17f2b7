//! What ran at one moment.

use serde::{Deserialize, Serialize};

use super::timeline::{Grade, PAUSE, begun};
use super::{Known, Period, Watch};
use crate::template::Digest;
use crate::time::Time;
use crate::workload::Key;

/// What one workload ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ran {
    /// Which workload.
    #[serde(flatten)]
    pub key: Key,
    /// Its uid.
    pub uid: String,
    /// Template generation; `null` where it is not known which one it had.
    pub generation: Option<i64>,
    /// The number that the template had then, as far as it was seen.
    pub revision: Option<i64>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Digest of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
    /// Its images, sorted; empty where it is not known.
    pub images: Vec<String>,
    /// Since when, at the latest; `null` with the generation.
    pub since: Option<Time>,
    /// How that is known; `null` with the generation.
    #[serde(default)]
    pub grade: Option<Grade>,
    /// The workload was deleted since.
    #[serde(default)]
    pub deleted: bool,
    /// The record no longer keeps what it had then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
    /// The workload may have been deleted by then: not before, not after are
    /// known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_be_gone: bool,
    /// It is known to have run then; otherwise the next template may have come
    /// already, or some in between that nobody saw.
    pub certain: bool,
}

/// How far the record reaches at a moment: what it can have missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// Since when it keeps what was seen of all that is told.
    pub recorded_since: Option<Time>,
    /// What ended before that may have been removed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_since: Option<Time>,
    /// Somebody watched all that is told.
    pub watched: bool,
}

/// Did one of these watch at `at`? A pause is none, nor is the time since the
/// latest proof, which is always some seconds old.
pub fn watched<'a>(watches: impl IntoIterator<Item = &'a Watch>, at: Time, now: Time) -> bool {
    let (mut last, mut next) = (None, now);
    for watch in watches {
        if watch.from <= at {
            last = last.max(Some(watch.to));
        } else {
            next = next.min(watch.from);
        }
    }
    last.is_some_and(|last| last >= at || next.since(last) <= PAUSE)
}

/// What a workload ran at `at`: `period` is the latest that had begun by then
/// for certain, where there is one, `next` the one after it; its namespace was
/// last seen at `watched`, which is no later than now: what is still to come is
/// never certain.
pub fn ran(
    known: &Known,
    period: Option<&Period>,
    next: Option<&Period>,
    images: Vec<String>,
    at: Time,
    watched: Time,
) -> Ran {
    let mut ran = Ran {
        key: known.key.clone(),
        uid: known.uid.clone(),
        generation: None,
        revision: None,
        name: None,
        template: None,
        images,
        since: None,
        grade: None,
        deleted: known.gone.is_some(),
        may_be_gone: known.gone.is_some_and(|gone| at > gone.not_before),
        forgotten: false,
        certain: false,
    };
    let Some(period) = period else {
        ran.forgotten = known.forgotten.is_some_and(|past| at <= past.until);
        return ran;
    };
    let until = match next {
        Some(next) if next.generation == period.generation + 1 => next.start.not_before,
        // Some came between that nobody saw.
        Some(_) => period.start.not_after,
        None => known.gone.map_or(watched, |gone| gone.not_before),
    };
    ran.generation = Some(period.generation);
    ran.revision = period.numbers.keys().next_back().copied();
    ran.name = period.held.as_ref().map(|held| held.name.clone());
    ran.template = period.template;
    let start = begun(period, known);
    ran.since = Some(start.at);
    ran.grade = Some(start.grade);
    ran.certain = at <= until;
    ran
}

/// One of each name, by name: of two that had it and were created as given, the
/// later one. When the earlier one went is known less exactly.
pub fn one_a_name(mut all: Vec<(Time, Ran)>) -> Vec<Ran> {
    all.sort_by(|(a, one), (b, other)| {
        let created = (&other.key, b, !other.deleted);
        (&one.key, a, !one.deleted).cmp(&created)
    });
    let mut told: Vec<Ran> = Vec::with_capacity(all.len());
    for (_, ran) in all {
        if told.last().is_some_and(|last| last.key == ran.key) {
            told.pop();
        }
        told.push(ran);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Bounds;

    fn at(second: i64) -> Time {
        Time::from_second(1_800_000_000 + second)
    }

    fn known(gone: Option<Bounds>) -> Known {
        Known {
            gone,
            ..Known::new("u", Key::daemon_set("a", "b"), at(0))
        }
    }

    fn period(generation: i64, not_before: i64, not_after: i64) -> Period {
        let bounds = Bounds {
            not_before: at(not_before),
            not_after: at(not_after),
        };
        Period::new("u", generation, bounds)
    }

    #[test]
    fn of_two_that_had_one_name_the_later_one_is_told() {
        let life = |uid: &str, created: i64, deleted: bool| {
            let mut known = known(None);
            known.uid = uid.into();
            let mut ran = ran(&known, None, None, Vec::new(), at(100), at(100));
            ran.deleted = deleted;
            (at(created), ran)
        };
        let uids = |all| -> Vec<String> {
            let told = one_a_name(all).into_iter();
            told.map(|ran| ran.uid).collect()
        };
        let (old, new) = (life("old", 0, true), life("new", 50, false));
        assert_eq!(uids(vec![new.clone(), old.clone()]), ["new"]);
        // Within one second.
        assert_eq!(uids(vec![life("same", 0, false), old.clone()]), ["same"]);
        let mut other = life("other", 0, true);
        other.1.key.name = "a".into();
        assert_eq!(uids(vec![old, other, new]), ["other", "new"]);
    }

    #[test]
    fn without_a_period_it_is_said_to_be_unknown() {
        let ran = ran(&known(None), None, None, Vec::new(), at(5), at(100));
        assert_eq!(
            (ran.generation, ran.since, ran.template),
            (None, None, None)
        );
        assert!(!ran.certain);
    }

    #[test]
    fn what_was_removed_is_not_said_to_be_unknown() {
        let mut known = known(None);
        known.forgotten = Some(crate::record::Forgotten {
            below: 4,
            until: at(50),
        });
        let forgotten = |second| ran(&known, None, None, Vec::new(), at(second), at(100)).forgotten;
        assert!(forgotten(50) && !forgotten(51));
    }

    #[test]
    fn what_nobody_watched_is_not_certain() {
        let first = period(1, 0, 2);
        let certain = |next: Option<&Period>, second: i64| {
            let watched = at(100);
            ran(
                &known(None),
                Some(&first),
                next,
                Vec::new(),
                at(second),
                watched,
            )
            .certain
        };
        let next = period(2, 40, 60);
        assert!(certain(Some(&next), 40));
        assert!(!certain(Some(&next), 41), "the next may have come");
        assert!(!certain(Some(&period(3, 40, 60)), 30), "one came between");
        assert!(certain(None, 100));
        assert!(!certain(None, 101), "that is still to come");
    }

    #[test]
    fn one_that_is_gone_ran_until_it_was_last_seen() {
        let bounds = Bounds {
            not_before: at(50),
            not_after: at(60),
        };
        let (known, first) = (known(Some(bounds)), period(1, 0, 2));
        let certain =
            |second| ran(&known, Some(&first), None, Vec::new(), at(second), at(100)).certain;
        assert!(certain(50) && !certain(51));
        let may_be_gone =
            |second| ran(&known, Some(&first), None, Vec::new(), at(second), at(100)).may_be_gone;
        assert!(!may_be_gone(50) && may_be_gone(51));
    }

    #[test]
    fn a_moment_is_watched_within_a_span_and_in_a_pause() {
        let watch = |from, to| Watch {
            id: "w".into(),
            from: at(from),
            to: at(to),
            namespaces: Vec::new(),
        };
        let spans = [watch(10, 20), watch(50, 60), watch(95, 200), watch(40, 55)];
        let at_second = |second| watched(&spans, at(second), at(220));
        assert!(!at_second(9));
        for second in [10, 20, 30, 40, 58, 95, 200, 219] {
            assert!(at_second(second), "{second}");
        }
        assert!(!at_second(61) && !at_second(94), "35 s are a gap");
        assert!(!watched(&spans, at(201), at(260)), "it still goes on");
        assert!(!watched(&[], at(1), at(1)));
    }
}
