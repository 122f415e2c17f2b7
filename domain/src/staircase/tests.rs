//! The picture says what the timeline says, whatever that is.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::record::timeline::{Outcome, Sources, timeline};
use crate::record::{Bounds, Known, Period, Watch};
use crate::template::Template;
use crate::workload::Key;

fn at(minute: i64) -> Time {
    Time::from_second(1_800_000_000 + minute * 60)
}

fn template(version: u8) -> Template {
    let image = format!("i:{version}");
    Template::new(json!({"spec":{"containers":[{"name":"c","image":image}]}}))
        .unwrap_or_else(|_| unreachable!("it is a template"))
}

/// The timeline of a workload that had these versions, one after another.
fn told(versions: &[u8], minutes: i64) -> Timeline {
    let mut periods = Vec::new();
    let mut templates = HashMap::new();
    for ((version, generation), minute) in versions.iter().zip(1..).zip((0..).step_by(60)) {
        let template = template(*version);
        let start = Bounds::dated(at(minute * minutes / 60));
        let mut period = Period::new("uid", generation, start);
        period.watched = true;
        period.template = Some(template.digest());
        templates.insert(template.digest(), template);
        periods.push(period);
    }
    let sources = Sources {
        part: None,
        others: Vec::new(),
        known: Known::new("uid", Key::daemon_set("ns", "foo"), at(0)),
        periods,
        kept: Vec::new(),
        watches: vec![
            Watch {
                id: "a".into(),
                from: at(0),
                to: at(minutes / 2),
                namespaces: Vec::new(),
            },
            Watch {
                id: "b".into(),
                from: at(minutes),
                to: at(1_000_000),
                namespaces: Vec::new(),
            },
        ],
        templates,
    };
    timeline(&sources, at(1_000_000))
}

#[test]
fn a_rollback_falls_into_the_lane_it_came_from() {
    let stairs = staircase(&told(&[1, 2, 1], 60), at(200)).unwrap_or_else(|| unreachable!());
    let lanes: Vec<usize> = stairs.bars.iter().map(|bar| bar.lane).collect();
    assert_eq!(lanes, [0, 1, 0]);
    let back: Vec<_> = stairs.bars.iter().map(|bar| bar.back_to).collect();
    assert_eq!(back, [None, None, Some(1)]);
    assert_eq!(stairs.bars[2].same, Some(0));
    assert_eq!(stairs.lanes[0].images[0].image, "i:1");
    assert_eq!(stairs.blind.len(), 1, "nobody watched for half an hour");
    assert!(stairs.blind[0].right <= stairs.bars[0].right + 1e-9);
}

#[test]
fn nodes_still_old_are_as_thick_as_their_share() {
    use crate::record::Last;
    let mut told = told(&[1, 2, 3], 60);
    let tails = |told: &Timeline| {
        let stairs = staircase(told, at(200)).unwrap_or_else(|| unreachable!());
        (stairs.tails.clone(), stairs)
    };
    assert_eq!(tails(&told).0, [], "nothing was seen of the rollouts");
    // Newest first: 3 began at minute 120, and 2 at 60.
    told.periods[2].rollout.seen_done = Some(at(10));
    told.periods[1].rollout.seen_done = Some(at(91));
    told.periods[1].rollout.first_node = Some(at(70));
    told.periods[1].rollout.all_nodes = Some(at(90));
    told.periods[0].rollout.last = Some(Last {
        at: at(150),
        updated: 6,
        desired: 8,
    });
    let (tails, stairs) = tails(&told);
    assert_eq!([tails[0].lane, tails[1].lane], [0, 1]);
    let shares = |at: usize| tails[at].points.iter().map(|p| p.1).collect::<Vec<_>>();
    assert_eq!(shares(0), [1.0, 1.0, 0.0]);
    assert_eq!(shares(1), [1.0, 0.25, 0.25], "it goes on");
    assert!((tails[1].points[2].0 - 1.0).abs() < 1e-9);
    let half = f64::midpoint(stairs.bars[1].left, stairs.bars[1].right);
    assert!(
        (tails[0].points[2].0 - half).abs() < 1e-3,
        "half way through 2"
    );
}

/// Lanes and shares of the tails of a history; 3 of 8 nodes had got the second
/// template when the next one came, and 5 of 8 that one.
fn overtaken(versions: &[u8], first_done: bool) -> Vec<(usize, Vec<f64>)> {
    let mut told = told(versions, 60);
    let newest = told.periods.len() - 1;
    told.periods[newest].rollout.seen_done = first_done.then(|| at(10));
    for (row, updated) in told.periods[..newest].iter_mut().rev().zip([3, 5]) {
        let at = row.start.at.after(jiff::SignedDuration::from_mins(10));
        row.rollout.first_node = Some(at);
        row.rollout.last = Some(crate::record::Last {
            at,
            updated,
            desired: 8,
        });
        row.outcome = Outcome::Overtaken;
    }
    let stairs = staircase(&told, at(200)).unwrap_or_else(|| unreachable!());
    let shares = |tail: &Tail| tail.points.iter().map(|point| point.1).collect();
    let tails = stairs.tails.iter();
    tails.map(|tail| (tail.lane, shares(tail))).collect()
}

#[test]
fn what_an_overtaken_rollout_did_not_reach_stays_on_the_lane_before() {
    // How the nodes on 1 and 2 became fewer, none but their sum tells.
    assert_eq!(
        overtaken(&[1, 2, 3], true),
        [
            (0, vec![1.0, 1.0, 0.625, 0.625]),
            (1, vec![0.375, 0.375]),
            (0, vec![0.625, 0.625]),
        ]
    );
    // Back to 1: those on it need not follow.
    assert_eq!(
        overtaken(&[1, 2, 1], true),
        [
            (0, vec![1.0, 1.0, 0.625, 0.625]),
            (1, vec![0.375, 0.375, 0.375, 0.375]),
        ]
    );
    // What ran before 2 is not known: of 1 nothing is drawn.
    assert_eq!(overtaken(&[1, 2, 3], false), [(1, vec![0.375, 0.375])]);
}

#[test]
fn nodes_of_a_rollout_that_nobody_watched_to_its_end_are_not_drawn_on() {
    let mut told = told(&[1, 2, 3], 60);
    told.periods[1].rollout.seen_done = Some(at(91));
    told.periods[0].rollout.last = Some(crate::record::Last {
        at: at(150),
        updated: 6,
        desired: 8,
    });
    told.gaps.push(crate::record::timeline::Gap {
        from: at(160),
        to: at(200),
    });
    let stairs = staircase(&told, at(200)).unwrap_or_else(|| unreachable!());
    let half = f64::midpoint(stairs.bars[2].left, stairs.bars[2].right);
    let last = stairs.tails[0].points[2];
    assert!(last.0 < half + 1e-9, "{last:?}");
    assert_eq!(stairs.tails.len(), 1);
    // Nor is what ran before a template of which nothing was seen.
    told.periods[1].rollout.seen_done = None;
    let stairs = staircase(&told, at(200)).unwrap_or_else(|| unreachable!());
    assert_eq!(stairs.tails, []);
}

#[test]
fn a_rollback_to_a_template_that_is_not_drawn_is_one() {
    let versions = [1, 2, 3, 4, 5, 6, 7, 1];
    let stairs = staircase(&told(&versions, 60), at(600)).unwrap_or_else(|| unreachable!());
    let last = stairs.bars.last().map(|bar| (bar.back_to, bar.same));
    assert_eq!(last, Some((Some(1), Some(0))));
    let versions = [9, 1, 2, 3, 4, 5, 6, 9];
    let stairs = staircase(&told(&versions, 60), at(600)).unwrap_or_else(|| unreachable!());
    assert_eq!(stairs.earlier, 0);
    let versions = [9, 1, 2, 3, 4, 5, 6, 7, 9];
    let stairs = staircase(&told(&versions, 60), at(600)).unwrap_or_else(|| unreachable!());
    let last = stairs.bars.last().map(|bar| (bar.back_to, bar.same));
    assert_eq!((stairs.earlier, last), (2, Some((Some(1), None))));
}

#[test]
fn what_is_not_known_has_its_place() {
    let blocks = |told: &Timeline| -> Vec<_> {
        let stairs = staircase(told, at(200)).unwrap_or_else(|| unreachable!());
        let mut end = 0.0;
        for (at, bar) in stairs.bars.iter().enumerate() {
            if let Some(block) = stairs.unknown.iter().find(|block| block.before == at) {
                assert!((block.left - end).abs() < 1e-9 && block.right > block.left);
                end = block.right;
            }
            assert!((bar.left - end).abs() < 1e-9, "nothing overlaps");
            end = bar.right;
        }
        assert!((end - 1.0).abs() < 1e-9);
        let blocks = stairs.unknown.iter();
        blocks.map(|block| (block.before, block.lost)).collect()
    };
    let mut told = told(&[1, 2, 1, 3], 60);
    assert_eq!(blocks(&told), []);
    told.missing_before = 4;
    assert_eq!(blocks(&told), [(0, Lost::Unseen(4))]);
    told.missing_before_at_most = true;
    assert_eq!(blocks(&told), [(0, Lost::AtMost(4))]);
    told.missing_before_at_most = false;
    // Of the third the template is not known, and of one after it nothing.
    told.periods[0].generation += 1;
    told.periods[1].template = None;
    assert_eq!(blocks(&told), [(0, Lost::Unseen(4)), (2, Lost::Unseen(2))]);
    told.forgotten = Some(crate::record::Forgotten {
        below: 1,
        until: at(0),
    });
    assert_eq!(blocks(&told), [(0, Lost::Removed), (2, Lost::Unseen(2))]);
    // What is kept before it is told otherwise.
    told.earlier = 7;
    assert_eq!(blocks(&told), [(2, Lost::Unseen(2))]);
    let stairs = staircase(&told, at(200)).unwrap_or_else(|| unreachable!());
    assert_eq!(stairs.earlier, 7);
}

#[test]
fn two_periods_are_no_staircase() {
    assert_eq!(staircase(&told(&[1, 2], 60), at(200)), None);
}

proptest! {
    #[test]
    fn bars_follow_each_other_and_fill_the_width(
        versions in proptest::collection::vec(0..12u8, 3..40),
        minutes in 1..10_000i64,
    ) {
        let mut versions = versions;
        versions.dedup();
        prop_assume!(versions.len() >= 3);
        let told = told(&versions, minutes);
        let stairs = staircase(&told, at(1_000_000));
        let stairs = stairs.unwrap_or_else(|| unreachable!());
        prop_assert!(stairs.bars.len() <= BARS && stairs.lanes.len() <= LANES);
        prop_assert_eq!(stairs.earlier + stairs.bars.len(), versions.len());
        prop_assert!(stairs.bars[0].left.abs() < 1e-9);
        let last = stairs.bars.last().map_or(0.0, |bar| bar.right);
        prop_assert!((last - 1.0).abs() < 1e-9);
        for pair in stairs.bars.windows(2) {
            prop_assert!((pair[0].right - pair[1].left).abs() < 1e-9);
            prop_assert!(pair[0].lane != pair[1].lane, "a period is another template");
        }
        for bar in &stairs.bars {
            // Every bar can be seen, whatever it stands beside.
            prop_assert!(bar.right - bar.left > 0.015, "{:?}", bar);
            let generation = |bar: &Bar| bar.generation;
            if let Some(earlier) = bar.same {
                prop_assert_eq!(stairs.bars[earlier].lane, bar.lane);
                prop_assert_eq!(bar.back_to, Some(generation(&stairs.bars[earlier])));
            } else if let Some(earlier) = bar.back_to {
                prop_assert!(earlier < generation(&stairs.bars[0]));
            }
        }
    }
}
