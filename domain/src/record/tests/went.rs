//! What went, why, and what was put back.

use jiff::SignedDuration;

use super::world::World;
use super::{before, told};
use crate::record::book::Book;
use crate::record::observer::Observer;
use crate::record::timeline::{Outcome, Timeline};
use crate::record::{CLOCK, CUT, Why};
use crate::revision::Revision;
use crate::workload::UpdateStrategy;

/// A world and one who follows it.
struct Followed {
    world: World,
    observer: Observer,
    book: Book,
}

impl Followed {
    fn new() -> Self {
        let mut own = Self {
            world: World::new(),
            observer: Observer::default(),
            book: Book::default(),
        };
        own.world.workload.history_limit = 3;
        own.look();
        own.world.sync();
        own.look();
        own
    }

    fn look(&mut self) {
        let clock = self.world.clock;
        self.observer.entry(&self.world.entry(), clock);
        self.observer.beat(|| clock.to_string(), &[], clock, clock);
        self.book.write(self.observer.take());
    }

    fn pass(&mut self, seconds: i64) {
        let clock = self.world.clock;
        self.world.clock = clock.after(SignedDuration::from_secs(seconds));
    }

    fn edit(&mut self, version: u8, who: &str) {
        self.pass(5);
        self.world.edit(version, who);
        self.look();
        self.world.sync();
        self.look();
    }

    fn told(&self) -> Timeline {
        told(&self.book, "uid-foo", self.world.clock)
    }

    /// Why the revision of this template generation went.
    fn why(&self, generation: i64) -> Option<Why> {
        let told = self.told();
        let row = |row: &&crate::record::timeline::Row| row.generation == generation;
        let row = told.periods.iter().find(row).unwrap();
        assert!(!row.in_cluster && row.went.is_some(), "{row:#?}");
        row.went.unwrap().why
    }
}

/// The world keeps four revisions: the current one and three others.
#[test]
fn what_the_history_limit_removed_is_called_pruned() {
    let mut own = Followed::new();
    for version in 1..=4 {
        own.edit(version, "kubectl-edit");
    }
    assert_eq!(own.why(1), Some(Why::Pruned));
    let told = own.told();
    assert!(told.periods.iter().take(4).all(|row| row.in_cluster));
}

/// While nodes still run the oldest, the one after it goes.
#[test]
fn what_was_pruned_in_the_place_of_one_that_nodes_still_run_is_called_pruned() {
    for (updated, why) in [(1, Some(Why::Pruned)), (3, None)] {
        let mut own = Followed::new();
        for version in 1..=3 {
            own.edit(version, "kubectl-edit");
        }
        own.pass(5);
        own.world.edit(4, "kubectl-edit");
        own.look();
        let oldest = own.world.revisions[0].clone();
        own.world.sync();
        own.world.revisions.remove(0);
        own.world.revisions.insert(0, oldest);
        own.world.workload.counts.updated = updated;
        own.look();
        assert_eq!(own.why(2), why, "{updated} of 3 nodes");
    }
}

#[test]
fn what_was_removed_while_fewer_than_the_limit_were_left_was_removed_by_hand() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    own.pass(5);
    own.world.revisions.remove(0);
    own.look();
    assert_eq!(own.why(1), Some(Why::Deleted));
}

#[test]
fn of_what_went_while_nobody_watched_only_the_certain_is_told() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    own.observer = Observer::resume(before(&own.book));
    own.pass(500);
    own.world.revisions.remove(0);
    own.look();
    // The limit may have been another one meanwhile.
    assert_eq!(own.why(1), None);
}

/// It may have been removed by hand.
#[test]
fn what_the_limit_would_have_removed_while_nobody_watched_has_no_reason() {
    let mut own = Followed::new();
    for version in 1..=3 {
        own.edit(version, "kubectl-edit");
    }
    own.observer = Observer::resume(before(&own.book));
    own.edit(4, "kubectl-edit");
    own.look();
    assert_eq!(
        own.why(1),
        Some(Why::Pruned),
        "it went after the first look"
    );
    own.observer = Observer::resume(before(&own.book));
    own.pass(500);
    own.world.edit(5, "kubectl-edit");
    own.world.sync();
    own.look();
    assert_eq!(own.why(2), None);
}

#[test]
fn what_lost_its_controller_was_not_removed_by_hand() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    own.pass(5);
    let released = own.world.revisions.remove(0);
    own.world.released.insert(released.uid);
    own.look();
    assert_eq!(own.why(1), None);
}

/// A name is had by one at a time, and the later one says when it was created.
#[test]
fn what_went_while_nobody_watched_was_gone_when_its_namesake_was_created() {
    let mut own = Followed::new();
    own.observer = Observer::resume(before(&own.book));
    own.pass(500);
    own.world.remove(false);
    own.world.create(false);
    let created = own.world.workload.created_at;
    own.pass(3600);
    for anew in [true, false] {
        let (mut book, mut observer) = (own.book.clone(), Observer::resume(before(&own.book)));
        if anew {
            observer.anew(None, &["uid-foo-2".into()], own.world.clock);
        }
        observer.entry(&own.world.entry(), own.world.clock);
        book.write(observer.take());
        let gone = told(&book, "uid-foo", own.world.clock).gone.unwrap();
        assert_eq!(gone.at, created.after(CUT + CLOCK), "{anew}");
        assert!(gone.not_before <= gone.at);
    }
}

/// Nothing moves by itself.
#[test]
fn what_waits_for_a_person_does_not_stand_still() {
    let mut own = Followed::new();
    own.pass(5);
    own.world.workload.strategy = UpdateStrategy::OnDelete;
    own.world.edit(1, "kubectl-edit");
    own.look();
    own.world.part(1, 3);
    own.look();
    own.pass(500);
    own.look();
    own.world.part(2, 3);
    own.look();
    own.pass(500);
    own.look();
    let row = own.told().periods[0].clone();
    assert!(row.rollout.on_delete && row.rollout.stalls.is_empty());
    assert_eq!((row.outcome, row.stood_still), (Outcome::Running, 0));
    let last = row.rollout.last.unwrap();
    assert_eq!((last.updated, last.desired), (2, 3));
    // Another process finds it as it is.
    own.observer = Observer::resume(before(&own.book));
    own.pass(500);
    own.world.workload.counts.desired = 4;
    own.look();
    let last = own.told().periods[0].rollout.last.unwrap();
    assert_eq!(
        (last.at, last.updated, last.desired),
        (own.world.clock, 2, 4)
    );
    let first = own.told().periods[1].clone();
    assert!(!first.rollout.on_delete, "it was done before");
}

#[test]
fn of_two_that_hold_one_template_the_lower_was_a_duplicate() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    own.pass(5);
    let first = own.world.revisions[0].clone();
    let twin = Revision {
        name: "foo-twin".into(),
        uid: "cr-twin".into(),
        number: 9,
        template_generation: None,
        ..first
    };
    own.world.revisions.push(twin);
    own.look();
    own.world.revisions.remove(0);
    own.look();
    assert_eq!(own.why(1), Some(Why::Duplicate));
}

#[test]
fn revisions_that_go_with_their_workload_were_not_removed_by_hand() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    own.pass(5);
    own.world.workload.deleting_since = Some(own.world.clock);
    own.world.revisions.remove(0);
    own.look();
    assert_eq!(own.why(1), None);
    let (key, clock) = (own.world.workload.key.clone(), own.world.clock);
    own.observer.gone(&key, clock);
    own.book.write(own.observer.take());
    let told = own.told();
    assert!(told.gone.is_some());
    assert!(told.periods.iter().all(|row| !row.in_cluster));
}

#[test]
fn a_rollback_that_its_owner_undid_was_put_back_whoever_made_it() {
    const ARGO: &str = "argocd-controller";
    const APPLY: &str = "kubectl-client-side-apply";
    for (wrote, by, then, outcome) in [
        (ARGO, "kubectl", ARGO, Outcome::PutBack),
        (APPLY, "kubectl", APPLY, Outcome::PutBack),
        // Nothing tells that it is theirs.
        (ARGO, "kubectl", APPLY, Outcome::Done),
        (ARGO, "kubectl", "terraform", Outcome::Done),
        (ARGO, ARGO, ARGO, Outcome::Done),
        ("kubectl-edit", "kubectl", "kubectl-edit", Outcome::Done),
        (ARGO, "kubectl", "kubectl", Outcome::Done),
        ("helm", "helm", "helm", Outcome::Done),
    ] {
        let mut own = Followed::new();
        own.edit(1, wrote);
        own.edit(0, by);
        own.edit(1, then);
        let told = own.told();
        assert_eq!(told.periods[1].outcome, outcome, "{wrote} {by} {then}");
        assert_ne!(told.periods[0].outcome, Outcome::PutBack);
    }
}

#[test]
fn others_of_the_name_are_told_and_the_gap_in_which_it_went() {
    let mut own = Followed::new();
    own.edit(1, "kubectl-edit");
    let last = own.world.clock;
    own.observer = Observer::resume(before(&own.book));
    own.pass(500);
    let gone = own.world.clock;
    own.observer.anew(None, &["other".into()], gone);
    own.book.write(own.observer.take());
    own.world.workload.uid = "other".into();
    own.world.workload.created_at = gone;
    own.look();
    let first = own.told();
    assert_eq!(first.others.len(), 1);
    assert_eq!((first.gaps[0].from, first.gaps[0].to), (last, gone));
    let second = told(&own.book, "other", gone);
    let life = &second.others[0];
    assert_eq!((life.uid.as_str(), life.gone), ("uid-foo", first.gone));
}
