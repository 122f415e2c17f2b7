//! Histories that were told wrongly once.

use jiff::SignedDuration;

use super::play::{Step, play};
use super::world::World;
use super::{before, told};
use crate::record::Rollout;
use crate::record::book::Book;
use crate::record::observer::Observer;
use crate::record::timeline::Outcome::{Done, NotKnown, Overtaken, Running};
use crate::record::timeline::{Row, Timeline};

fn after(steps: &[Step], uid: &str) -> Timeline {
    let (world, book, _) = play(steps, false);
    told(&book, uid, world.clock)
}

fn shown(row: &Row) -> (Option<i64>, bool, Option<i64>) {
    (row.revision, row.in_cluster, row.now)
}

#[test]
fn with_a_workload_its_revisions_are_gone() {
    let told = after(&[Step::Look, Step::Sync, Step::Remove(false)], "uid-foo");
    assert_eq!(shown(&told.periods[0]), (Some(1), false, None));
}

#[test]
fn a_revision_that_was_deleted_by_hand_and_made_again_is_there() {
    let mut steps = vec![Step::Look, Step::Sync];
    // Whichever of the two has the greater uid.
    for _ in 0..3 {
        steps.extend([Step::Delete(0), Step::Spec, Step::Sync]);
        let told = after(&steps, "uid-foo");
        assert_eq!(shown(&told.periods[0]), (Some(1), true, None));
    }
}

#[test]
fn a_revision_that_another_workload_took_over_is_its_own() {
    let steps = [
        Step::Look,
        Step::Sync,
        Step::Remove(true),
        Step::Create(false),
        Step::Sync,
    ];
    let earlier = after(&steps, "uid-foo");
    assert_eq!(shown(&earlier.periods[0]), (Some(1), false, None));
    let later = after(&steps, "uid-foo-2");
    assert_eq!(shown(&later.periods[0]), (Some(1), true, None));
}

#[test]
fn a_cause_that_came_before_a_late_controller_is_not_claimed_for_the_first_template() {
    let steps = [Step::Annotate(1), Step::Sync, Step::Edit(1), Step::Look];
    let told = after(&steps, "uid-foo");
    let cause = told.periods[1].cause.clone().unwrap();
    assert_eq!((cause.text.as_str(), cause.own), ("cause 1", None));
}

#[test]
fn what_was_done_while_nobody_watched_is_not_called_overtaken() {
    let (mut world, mut book) = (World::new(), Book::default());
    let look = |observer: &mut Observer, world: &mut World| {
        world.clock = world.clock.after(SignedDuration::from_secs(5));
        observer.entry(&world.entry(), world.clock);
        observer.beat(|| "w".into(), &[], world.clock, world.clock);
    };
    let mut observer = Observer::default();
    world.sync();
    look(&mut observer, &mut world);
    world.edit(1, "kubectl-edit");
    look(&mut observer, &mut world);
    book.write(observer.take());
    // It dies, the rollout is done, and one pod is lost.
    world.sync();
    world.part(2, 2);
    let mut observer = Observer::resume(before(&book));
    look(&mut observer, &mut world);
    world.edit(2, "kubectl-edit");
    look(&mut observer, &mut world);
    world.edit(3, "kubectl-edit");
    look(&mut observer, &mut world);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    let outcomes: Vec<_> = told.periods.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Running, Overtaken, NotKnown, Done]);
}

/// A rollout is seen to begin, and after an absence a first picture and an event
/// come; what is told of it then.
fn rollout_after(absence: impl Fn(&mut World), event: impl Fn(&mut World)) -> Rollout {
    let (mut world, mut book) = (World::new(), Book::default());
    let look = |observer: &mut Observer, world: &mut World| {
        world.clock = world.clock.after(SignedDuration::from_secs(3600));
        observer.entry(&world.entry(), world.clock);
        observer.beat(|| "w".into(), &[], world.clock, world.clock);
    };
    let mut observer = Observer::default();
    world.sync();
    look(&mut observer, &mut world);
    world.edit(1, "kubectl-edit");
    look(&mut observer, &mut world);
    book.write(observer.take());
    absence(&mut world);
    let mut observer = Observer::resume(before(&book));
    look(&mut observer, &mut world);
    event(&mut world);
    look(&mut observer, &mut world);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    told.periods[0].rollout.clone()
}

#[test]
fn a_rollout_that_ended_while_nobody_watched_is_not_told_to_have_ended_later() {
    let done = |rollout: &Rollout| (rollout.first_node, rollout.all_nodes, rollout.done);
    let nothing = (None, None, None);
    let pod_lost = rollout_after(World::sync, |world| world.part(3, 2));
    assert!(pod_lost.seen_done.is_some());
    assert_eq!(done(&pod_lost), nothing);
    // A node comes, or the spec is changed, before the first picture.
    let node_came = |world: &mut World| {
        world.sync();
        world.part(2, 2);
    };
    assert_eq!(done(&rollout_after(node_came, World::sync)), nothing);
    let spec_changed = |world: &mut World| {
        world.sync();
        world.spec();
    };
    assert_eq!(done(&rollout_after(spec_changed, World::sync)), nothing);
    // Pods of the template before are left: its end is still to come.
    let halfway = rollout_after(|world| world.part(1, 1), World::sync);
    assert!(halfway.first_node.is_none() && halfway.done.is_some());
}

#[test]
fn a_gap_right_after_a_creation_and_one_up_to_a_deletion_are_told() {
    let mut steps = vec![Step::Remove(false), Step::Look, Step::Create(false)];
    steps.extend([Step::Die, Step::Pass(31_000), Step::Look, Step::Die]);
    steps.extend([Step::Pass(40_000), Step::Remove(false), Step::Look]);
    let told = after(&steps, "uid-foo-2");
    let spans: Vec<_> = told.gaps.iter().map(|gap| gap.to.since(gap.from)).collect();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.as_secs() >= 31), "{spans:?}");
}

#[test]
fn templates_that_a_manifest_only_numbers_are_not_missing() {
    let mut steps: Vec<_> = (1..5).map(Step::Edit).collect();
    steps.extend([Step::Remove(false), Step::Create(true), Step::Edit(1)]);
    let told = after(&steps, "uid-foo-2");
    assert_eq!((told.periods[0].generation, told.missing_before), (6, 1));
    assert!(told.missing_before_at_most);
    // Of all of it nothing is known but the first that was seen.
    steps.extend(std::iter::repeat_n(Step::Spec, 9));
    let told = after(&steps, "uid-foo-2");
    assert_eq!(
        (told.missing_before, told.missing_before_at_most),
        (5, true)
    );
    let told = after(&[Step::Look, Step::Edit(1)], "uid-foo");
    assert!(!told.missing_before_at_most);
}
