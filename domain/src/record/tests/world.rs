//! A DaemonSet whose history is known, and one who looks at it now and then.

use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use super::{at, before, cut};
use crate::fleet::Entry;
use crate::progress::Progress;
use crate::record::Fact;
use crate::record::book::Book;
use crate::record::observer::Observer;
use crate::revision::{Revision, Stored};
use crate::status::tests::workload;
use crate::template::{Digest, Template};
use crate::time::Time;
use crate::workload::{Workload, Writer};

/// A DaemonSet, its controller and the truth of its history.
pub(super) struct World {
    pub(super) clock: Time,
    pub(super) workload: Workload,
    pub(super) revisions: Vec<Revision>,
    /// Start and digest of each template generation.
    pub(super) truth: Vec<(Time, Digest)>,
    pub(super) writers: Vec<String>,
    made: u32,
}

fn template(version: u8) -> Template {
    Template::new(json!({"spec":{"containers":[{"name":"c","image":format!("i:{version}")}]}}))
        .unwrap()
}

impl World {
    pub(super) fn new() -> Self {
        let mut workload = workload(1, 0, 3, 0, 0);
        workload.created_at = cut(at(0));
        workload.template = template(0);
        Self {
            clock: at(300),
            truth: vec![(at(300), workload.template.digest())],
            writers: vec!["kubectl-create".into()],
            revisions: Vec::new(),
            workload,
            made: 0,
        }
    }

    pub(super) fn edit(&mut self, version: u8, who: &str) {
        let template = template(version);
        if template.same_as(&self.workload.template) {
            return;
        }
        self.workload.generation += 1;
        *self.workload.template_generation.as_mut().unwrap() += 1;
        self.truth.push((self.clock, template.digest()));
        self.writers.push(who.into());
        self.workload.template = template;
        self.workload.counts.updated = 0;
        self.workload.writers = vec![Writer {
            manager: who.into(),
            at: Some(cut(self.clock)),
        }];
    }

    /// The controller, which may be late.
    pub(super) fn sync(&mut self) {
        let wanted = self
            .revisions
            .iter()
            .filter(|r| !r.template().unwrap().same_as(&self.workload.template))
            .map(|r| r.number)
            .max()
            .unwrap_or_default()
            + 1;
        let live = self.workload.template.clone();
        let found = self
            .revisions
            .iter_mut()
            .find(|r| r.template().unwrap().same_as(&live));
        if let Some(current) = found {
            current.number = current.number.max(wanted);
        } else {
            self.made += 1;
            self.revisions.push(Revision {
                name: format!("foo-{}", self.made),
                uid: format!("cr-{}", self.made),
                number: wanted,
                created_at: cut(self.clock),
                labels: crate::selector::Labels::default(),
                change_cause: self.workload.change_cause.clone(),
                template_generation: self.workload.template_generation,
                controller_uid: Some(self.workload.uid.clone()),
                stored: Stored::Template(live),
            });
        }
        self.workload.observed_generation = self.workload.generation;
        self.workload.counts.updated = 3;
        self.workload.counts.available = 3;
        self.revisions.sort_by(Revision::order);
        let limit = 4;
        if self.revisions.len() > limit {
            self.revisions.remove(0);
        }
    }

    pub(super) fn entry(&self) -> Entry {
        Entry {
            workload: self.workload.clone(),
            revisions: self.revisions.iter().cloned().map(Into::into).collect(),
            progress: Progress::next(None, &self.workload, self.clock),
            stuck_after: SignedDuration::from_mins(10),
        }
    }
}

/// What happens, between two looks.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Edit(u8),
    Sync,
    /// One ControllerRevision that is not current is deleted by hand.
    Delete,
    Pass(u16),
    Look,
    Die,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..6u8).prop_map(Step::Edit),
        3 => Just(Step::Sync),
        1 => Just(Step::Delete),
        3 => (1..5000u16).prop_map(Step::Pass),
        4 => Just(Step::Look),
        1 => Just(Step::Die),
    ];
    proptest::collection::vec(step, 1..120)
}

/// One who looks, and the watch that it is in.
pub(super) fn look(observer: &mut Observer, world: &World, watches: &mut u32, fresh: &mut bool) {
    if *fresh {
        observer.entry(&world.entry(), world.clock);
        observer.beat(String::new, &[], world.clock, world.clock);
    } else {
        observer.anew(None, std::slice::from_ref(&world.workload.uid), world.clock);
        observer.entry(&world.entry(), world.clock);
        *watches += 1;
        let id = watches.to_string();
        observer.beat(|| id, &[], world.clock, world.clock);
        *fresh = true;
    }
}

pub(super) fn play(steps: &[Step], blind: bool) -> (World, Book, Vec<Fact>) {
    let (mut world, mut book, mut all) = (World::new(), Book::default(), Vec::new());
    let mut observer = Observer::default();
    let (mut watches, mut fresh) = (0, false);
    for step in steps {
        world.clock = world.clock.after(SignedDuration::from_millis(7));
        match step {
            Step::Edit(version) => world.edit(*version, "kubectl-edit"),
            Step::Sync => world.sync(),
            Step::Delete => {
                let live = &world.workload.template;
                let other = |r: &Revision| !r.template().unwrap().same_as(live);
                if let Some(place) = world.revisions.iter().position(other) {
                    world.revisions.remove(place);
                }
            }
            Step::Pass(millis) => {
                world.clock = world
                    .clock
                    .after(SignedDuration::from_millis((*millis).into()));
            }
            Step::Look => look(&mut observer, &world, &mut watches, &mut fresh),
            Step::Die => {
                observer = Observer::resume(before(&book));
                fresh = false;
            }
        }
        // A watch misses nothing while it runs; one that may have missed
        // something is none.
        if blind {
            observer.interrupted();
            fresh = false;
        } else if fresh {
            look(&mut observer, &world, &mut watches, &mut fresh);
        }
        let facts = observer.take();
        all.extend(facts.clone());
        book.write(facts);
    }
    world.sync();
    look(&mut observer, &world, &mut watches, &mut fresh);
    let facts = observer.take();
    all.extend(facts.clone());
    book.write(facts);
    (world, book, all)
}
