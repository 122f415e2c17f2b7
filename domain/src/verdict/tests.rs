//! Each state, when it is said, and that kubectl agrees.

use proptest::prelude::*;

use super::*;
use crate::findings::Told;
use crate::status::{status, tests::workload};

fn at(minute: i64) -> Time {
    Time::from_second(1_800_000_000 + minute * 60)
}

fn look(workload: &Workload, back: bool) -> Verdict {
    let progress = Progress::next(None, workload, at(0));
    verdict(workload, &progress, back, STUCK_AFTER, at(0))
}

#[test]
fn each_state_has_its_verdict() {
    assert_eq!(look(&workload(2, 2, 3, 3, 3), false), Verdict::Healthy);
    assert_eq!(
        look(&workload(2, 2, 3, 1, 3), false),
        Verdict::Rolling {
            updated: 1,
            desired: 3
        }
    );
    assert_eq!(
        look(&workload(2, 2, 3, 1, 3), true),
        Verdict::RollingBack {
            updated: 1,
            desired: 3
        }
    );
    assert_eq!(
        look(&workload(2, 2, 3, 3, 1), false),
        Verdict::NotReady {
            nodes: 2,
            why: None
        }
    );
    assert_eq!(
        look(&workload(3, 2, 3, 3, 3), false),
        Verdict::NotObserved {
            generation: 3,
            observed: 2
        }
    );
    assert_eq!(look(&workload(2, 2, 0, 0, 0), false), Verdict::NoNodes);
    let mut on_delete = workload(2, 2, 3, 1, 3);
    on_delete.strategy = UpdateStrategy::OnDelete;
    assert_eq!(look(&on_delete, false), Verdict::OnDelete { old: 2 });
    let mut deleting = workload(3, 2, 3, 1, 3);
    deleting.deleting_since = Some(at(-1));
    assert_eq!(look(&deleting, false), Verdict::Deleting { since: at(-1) });
}

#[test]
fn stuck_is_said_after_ten_minutes_and_no_sooner() {
    let rolling = workload(2, 2, 3, 1, 3);
    let progress = Progress::next(None, &rolling, at(0));
    assert_eq!(
        verdict(&rolling, &progress, false, STUCK_AFTER, at(9)).group(),
        Group::Rolling
    );
    assert_eq!(
        verdict(&rolling, &progress, false, STUCK_AFTER, at(10)),
        Verdict::Stuck {
            since: at(0),
            updated: 1,
            desired: 3,
            why: None
        }
    );
}

#[test]
fn every_group_has_its_own_slug() {
    for group in Group::ALL {
        assert_eq!(Group::from_slug(group.slug()), Some(group));
    }
    assert_eq!(Group::from_slug("nonsense"), None);
}

fn told(word: &str, holds: bool) -> Told {
    Told {
        uid: "uid-foo".into(),
        generation: 2,
        why: Some(Brief {
            word: word.into(),
            nodes: 2,
        }),
        holds,
    }
}

/// Why, where the verdict tells.
fn why(verdict: Verdict) -> Option<(String, u32)> {
    match verdict {
        Verdict::Stuck { why, .. } | Verdict::NotReady { why, .. } => {
            why.map(|why| (why.word, why.nodes))
        }
        _ => None,
    }
}

/// After `seconds`.
fn second(seconds: i64) -> Time {
    at(0).after(SignedDuration::from_secs(seconds))
}

#[test]
fn what_time_will_not_cure_is_stuck_at_once() {
    let rolling = workload(2, 2, 3, 1, 2);
    let progress = Progress::next(None, &rolling, at(0));
    let heard = progress.hear(&told("InvalidImageName", true), second(1));
    let said = verdict(&rolling, &heard, false, STUCK_AFTER, second(1));
    assert_eq!(why(said), Some(("InvalidImageName".into(), 2)));
}

#[test]
fn what_may_come_right_by_itself_is_not_and_is_told_later() {
    let rolling = workload(2, 2, 3, 1, 2);
    let progress = Progress::next(None, &rolling, at(0));
    let heard = progress.hear(&told("CrashLoopBackOff", false), second(1));
    let look = |minute| verdict(&rolling, &heard, false, STUCK_AFTER, at(minute));
    assert_eq!(look(9).group(), Group::Rolling);
    assert_eq!(why(look(10)), Some(("CrashLoopBackOff".into(), 2)));
}

#[test]
fn pods_that_are_not_ready_say_why() {
    let done = workload(2, 2, 3, 3, 3);
    let progress = Progress::next(None, &done, at(0));
    let broken = workload(2, 2, 3, 3, 1);
    let progress = Progress::next(Some(&progress), &broken, at(1));
    let progress = progress.hear(&told("CrashLoopBackOff", false), at(1));
    let said = verdict(&broken, &progress, false, STUCK_AFTER, at(1));
    assert_eq!(said.group(), Group::NotReady);
    assert_eq!(why(said), Some(("CrashLoopBackOff".into(), 2)));
}

#[test]
fn slow_is_who_takes_much_longer_than_those_before() {
    let mut progress = Progress::next(None, &workload(2, 2, 9, 0, 9), at(0));
    for done in 1..=4 {
        let seen = workload(2, 2, 9, done, 9);
        progress = Progress::next(Some(&progress), &seen, second(40 * i64::from(done)));
    }
    let rolling = workload(2, 2, 9, 4, 9);
    let look = |seconds: i64| {
        verdict(
            &rolling,
            &progress,
            false,
            STUCK_AFTER,
            second(160 + seconds),
        )
    };
    assert!(
        matches!(look(80), Verdict::Rolling { .. }),
        "{:?}",
        look(80)
    );
    assert_eq!(
        look(81),
        Verdict::Slow {
            since: second(160),
            longest: 40,
            back: false,
            updated: 4,
            desired: 9
        }
    );
    assert_eq!(look(81).group(), Group::Rolling);
    assert_eq!(look(600).group(), Group::Stuck, "and then it is stuck");
}

#[test]
fn one_node_a_second_is_not_slow_after_two() {
    let mut progress = Progress::next(None, &workload(2, 2, 9, 0, 9), at(0));
    for done in 1..=4 {
        let seen = workload(2, 2, 9, done, 9);
        progress = Progress::next(Some(&progress), &seen, second(i64::from(done)));
    }
    let rolling = workload(2, 2, 9, 4, 9);
    let look = |seconds: i64| verdict(&rolling, &progress, false, STUCK_AFTER, second(4 + seconds));
    assert!(matches!(look(60), Verdict::Rolling { .. }));
    assert!(matches!(look(61), Verdict::Slow { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Healthy is never said when kubectl would still wait, and while
    /// anything is rolling kubectl waits too, whatever the nodes tell.
    #[test]
    fn agrees_with_kubectl(trace in proptest::collection::vec(
        ((1..4i64, 0..4i64), (0..4u32, 0..4u32, 0..4u32), proptest::option::of(any::<bool>()), 1..900i64),
        1..12,
    )) {
        let mut progress: Option<Progress> = None;
        let mut now = at(0);
        for ((generation, observed), (desired, updated, available), heard, wait) in trace {
            now = now.after(SignedDuration::from_secs(wait));
            let seen = workload(generation, observed, desired, updated, available);
            let mut next = Progress::next(progress.as_ref(), &seen, now);
            if let Some(holds) = heard {
                next = next.hear(&Told { generation, ..told("x", holds) }, now);
            }
            let done = status(&seen).done;
            match verdict(&seen, &next, false, STUCK_AFTER, now) {
                Verdict::Healthy | Verdict::NoNodes => prop_assert!(done || desired == 0),
                _ => prop_assert!(!done),
            }
            progress = Some(next);
        }
    }

    /// Pods that are tried again show their trouble and do not, in turns: the
    /// verdict does not flip with them. It is over when it is not told for half
    /// a minute, and no sooner unless a node finishes.
    #[test]
    fn stuck_does_not_flip(turns in proptest::collection::vec((any::<bool>(), 1..20i64), 1..20)) {
        let rolling = workload(2, 2, 3, 1, 2);
        let mut progress = Progress::next(None, &rolling, at(0)).hear(&told("x", true), at(0));
        let (mut now, mut last) = (at(0), at(0));
        for (holds, wait) in turns {
            let silent = now.since(last);
            now = now.after(SignedDuration::from_secs(wait));
            if holds {
                last = now;
            }
            progress = progress.hear(&told("x", holds), now);
            progress = Progress::next(Some(&progress), &rolling, now);
            let group = verdict(&rolling, &progress, false, STUCK_AFTER, now).group();
            if now.since(last) < SignedDuration::from_secs(30) {
                prop_assert_eq!(group, Group::Stuck);
            }
            // Not told for half a minute, counted from when it was first missed.
            if silent >= SignedDuration::from_secs(50) && !holds {
                prop_assert_eq!(group, Group::Rolling);
            }
        }
        let moved = Progress::next(Some(&progress), &workload(2, 2, 3, 2, 3), now.after(SignedDuration::from_secs(1)));
        if now > last {
            let later = now.after(SignedDuration::from_secs(1));
            prop_assert_eq!(
                verdict(&workload(2, 2, 3, 2, 3), &moved, false, STUCK_AFTER, later).group(),
                Group::Rolling
            );
        }
    }
}
