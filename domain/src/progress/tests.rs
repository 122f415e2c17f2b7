//! What a clock, a pace and a cause remember from one look to the next.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::status::tests::workload;

fn at(second: i64) -> Time {
    Time::from_second(1_800_000_000 + second)
}

#[test]
fn the_last_pods_of_a_rollout_still_belong_to_it() {
    let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
    assert!(first.rolling);
    let all_updated = Progress::next(Some(&first), &workload(2, 2, 3, 3, 2), at(5));
    assert!(all_updated.rolling);
    let done = Progress::next(Some(&all_updated), &workload(2, 2, 3, 3, 3), at(9));
    assert!(!done.rolling);
    let broken_later = Progress::next(Some(&done), &workload(2, 2, 3, 3, 2), at(99));
    assert!(!broken_later.rolling);
}

#[test]
fn the_clock_starts_again_with_each_node_and_each_spec() {
    let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
    assert_eq!((first.moved_at, first.moved_by), (at(0), Moved::FirstLook));
    let still = Progress::next(Some(&first), &workload(2, 2, 3, 1, 2), at(60));
    assert_eq!(still.moved_at, at(0), "losing a node is no movement");
    assert_eq!(still.moved_by, Moved::FirstLook);
    let node = Progress::next(Some(&still), &workload(2, 2, 3, 2, 2), at(70));
    assert_eq!((node.moved_at, node.moved_by), (at(70), Moved::Node));
    let spec = Progress::next(Some(&node), &workload(3, 3, 3, 0, 2), at(80));
    assert_eq!((spec.moved_at, spec.moved_by), (at(80), Moved::Spec));
}

#[test]
fn a_pod_that_comes_and_goes_is_no_movement() {
    let mut progress = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
    for second in 1..20 {
        let available = if second % 2 == 0 { 3 } else { 2 };
        progress = Progress::next(
            Some(&progress),
            &workload(2, 2, 3, 1, available),
            at(second),
        );
    }
    assert_eq!(progress.moved_at, at(0));
    let node = Progress::next(Some(&progress), &workload(2, 2, 3, 2, 2), at(30));
    assert_eq!(node.moved_at, at(30));
    let available = Progress::next(Some(&node), &workload(2, 2, 3, 2, 3), at(40));
    assert_eq!(available.moved_at, at(40), "the new pod became available");
}

#[test]
fn a_recreated_namesake_starts_afresh() {
    let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
    let mut other = workload(2, 2, 3, 3, 2);
    other.uid = "another".into();
    let next = Progress::next(Some(&first), &other, at(60));
    assert!(!next.rolling);
    assert_eq!(next.moved_at, at(60));
}

fn brief(word: &str) -> Brief {
    Brief {
        word: word.into(),
        nodes: 1,
    }
}

fn told(word: Option<&str>, holds: bool) -> Told {
    Told {
        uid: "uid-foo".into(),
        generation: 2,
        why: word.map(brief),
        holds,
    }
}

#[test]
fn what_holds_lets_go_after_half_a_minute_or_with_a_node() {
    let rolling = workload(2, 2, 3, 1, 2);
    let held = Progress::next(None, &rolling, at(0)).hear(&told(Some("x"), true), at(1));
    assert_eq!(
        held.held(at(900)),
        Some(&brief("x")),
        "as long as it is told"
    );
    let gone = held.hear(&told(None, false), at(10));
    assert_eq!(gone.held(at(39)), Some(&brief("x")));
    assert_eq!(gone.held(at(40)), None);
    assert_eq!(gone.why(), None);
    let moved = Progress::next(Some(&gone), &workload(2, 2, 3, 2, 3), at(12));
    assert_eq!(moved.held(at(12)), None);
    let again = gone.hear(&told(Some("y"), true), at(20));
    assert_eq!(again.held(at(900)), Some(&brief("y")));
}

#[test]
fn a_pod_that_is_lost_is_not_the_rollout_that_was() {
    let mut progress = Progress::next(None, &workload(1, 1, 3, 3, 3), at(0));
    for (second, updated, available) in [(10, 0, 3), (20, 1, 3), (30, 2, 3), (40, 3, 3)] {
        let seen = workload(2, 2, 3, updated, available);
        progress = Progress::next(Some(&progress), &seen, at(second));
    }
    assert!(!progress.rolling && progress.started_at == Some(at(10)));
    let lost = Progress::next(Some(&progress), &workload(2, 2, 3, 2, 2), at(9000));
    assert!(lost.rolling);
    assert_eq!((lost.moved_at, lost.moved_by), (at(9000), Moved::FirstLook));
    assert_eq!((lost.started_at, lost.pace()), (None, None));
    let again = Progress::next(Some(&lost), &workload(2, 2, 3, 3, 2), at(9001));
    assert_eq!(again.moved_at, at(9001));
    let joined = Progress::next(Some(&progress), &workload(2, 2, 4, 3, 3), at(9000));
    assert_eq!((joined.rolling, joined.moved_at), (true, at(9000)));
}

#[test]
fn fewer_nodes_are_no_step_and_hide_none() {
    let first = Progress::next(None, &workload(2, 2, 100, 60, 99), at(0));
    let halved = Progress::next(Some(&first), &workload(2, 2, 50, 30, 49), at(10));
    assert_eq!(halved.moved_at, at(0));
    let one = Progress::next(Some(&halved), &workload(2, 2, 50, 31, 49), at(20));
    assert_eq!((one.moved_at, one.moved_by), (at(20), Moved::Node));
    let pace = one.pace().unwrap();
    assert_eq!((pace.nodes, pace.since), (1, at(10)));
}

#[test]
fn a_status_that_comes_first_lets_go_too() {
    let rolling = workload(2, 2, 3, 1, 2);
    let held = Progress::next(None, &rolling, at(0)).hear(&told(Some("x"), true), at(1));
    let moved = Progress::next(Some(&held), &workload(2, 2, 3, 2, 3), at(10));
    let gone = moved.hear(&told(None, false), at(11));
    assert_eq!(gone.held(at(11)), None);
}

#[test]
fn another_spec_or_object_forgets_what_was_told() {
    let rolling = workload(2, 2, 3, 1, 2);
    let held = Progress::next(None, &rolling, at(0)).hear(&told(Some("x"), true), at(1));
    let spec = Progress::next(Some(&held), &workload(3, 2, 3, 1, 2), at(2));
    assert_eq!((spec.held(at(2)), spec.why()), (None, None));
    let late = spec.hear(&told(Some("x"), true), at(3));
    assert_eq!(late, spec, "told of the generation before");
    let mut other = workload(2, 2, 3, 1, 2);
    other.uid = "another".into();
    let other = Progress::next(Some(&held), &other, at(2));
    assert_eq!(other.hear(&told(Some("x"), true), at(3)), other);
}

#[test]
fn the_pace_is_that_of_the_last_ten_nodes() {
    let mut progress = Progress::next(None, &workload(2, 2, 40, 0, 40), at(0));
    assert_eq!(progress.pace(), None, "nothing finished");
    assert_eq!(progress.started_at, None, "it began before the first look");
    for done in 1..=20 {
        let second = if done <= 5 {
            100 * done
        } else {
            500 + 2 * (done - 5)
        };
        let updated = u32::try_from(done).unwrap();
        progress = Progress::next(
            Some(&progress),
            &workload(2, 2, 40, updated, 40),
            at(second),
        );
    }
    let pace = progress.pace().unwrap();
    assert_eq!((pace.nodes, pace.since), (10, at(510)));
    assert_eq!(pace.time_left(20, at(530)).as_secs(), 40);
    assert_eq!(
        pace.time_left(20, at(630)).as_secs(),
        240,
        "it grows while none finishes"
    );
}

#[test]
fn batches_count_as_they_come() {
    let mut progress = Progress::next(None, &workload(2, 2, 90, 0, 90), at(0));
    for (done, second) in [(30, 60), (60, 120)] {
        progress = Progress::next(Some(&progress), &workload(2, 2, 90, done, 90), at(second));
    }
    let pace = progress.pace().unwrap();
    assert_eq!((pace.nodes, pace.since), (30, at(60)));
}

#[test]
fn a_pace_begins_when_the_controller_has_seen_the_spec() {
    let first = Progress::next(None, &workload(1, 1, 9, 9, 9), at(0));
    let spec = Progress::next(Some(&first), &workload(2, 1, 9, 9, 9), at(10));
    assert_eq!(spec.started_at, Some(at(10)));
    let seen = Progress::next(Some(&spec), &workload(2, 2, 9, 0, 9), at(11));
    let one = Progress::next(Some(&seen), &workload(2, 2, 9, 1, 9), at(15));
    let pace = one.pace().unwrap();
    assert_eq!((pace.nodes, pace.since), (1, at(11)));
    assert_eq!(one.started_at, Some(at(10)));
    let made_again = Progress::next(Some(&one), &workload(2, 2, 9, 0, 9), at(20));
    let back = Progress::next(Some(&made_again), &workload(2, 2, 9, 1, 9), at(30));
    assert_eq!(back.pace(), Some(pace), "the same node again");
    let two_more = Progress::next(Some(&back), &workload(2, 2, 9, 3, 7), at(40));
    assert_eq!(two_more.pace(), Some(pace), "they have begun, not finished");
}
