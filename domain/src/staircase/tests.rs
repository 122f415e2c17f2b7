//! The picture says what the timeline says, whatever that is.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::record::timeline::{Sources, timeline};
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
    assert_eq!(back, [None, None, Some(0)]);
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
            if let Some(earlier) = bar.back_to {
                prop_assert_eq!(stairs.bars[earlier].lane, bar.lane);
            }
        }
    }
}
