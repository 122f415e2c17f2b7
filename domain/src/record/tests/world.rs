//! A DaemonSet whose history is known, through all lives of its name.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;

use super::{at, cut};
use crate::fleet::Entry;
use crate::history::CurrentState;
use crate::note::Note;
use crate::progress::Progress;
use crate::record::CUT;
use crate::revision::{Revision, Stored};
use crate::status::{status, tests::workload};
use crate::template::{Digest, Template};
use crate::time::Time;
use crate::workload::{Workload, Writer};

pub(super) use super::play::{Step, play};

/// What is true of one period.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) began: Time,
    pub(super) digest: Digest,
    pub(super) who: String,
    /// The change cause that came in the same write.
    pub(super) came: Option<String>,
    /// All that the workload had during it.
    pub(super) causes: BTreeSet<String>,
    /// Names of the current ControllerRevisions, and their numbers.
    pub(super) held: BTreeSet<String>,
    pub(super) numbers: BTreeSet<i64>,
    /// When the controller had handled it.
    pub(super) observed: Option<Time>,
    /// When all nodes ran it first.
    pub(super) all: Option<Time>,
    /// When it was done first.
    pub(super) done: Option<Time>,
    /// When a node came along that had not before.
    pub(super) steps: Vec<Time>,
    most: u32,
}

/// What is true of one workload that had the name.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) uid: String,
    /// Its first template generation.
    pub(super) first: i64,
    pub(super) spans: Vec<Span>,
    pub(super) gone: Option<Time>,
    /// Something else of its spec was changed too.
    pub(super) more: bool,
}

impl Life {
    /// The period of that template generation.
    pub(super) fn place(&self, generation: i64) -> usize {
        usize::try_from(generation - self.first).unwrap()
    }

    /// When that one ended.
    pub(super) fn ended(&self, place: usize) -> Option<Time> {
        self.spans
            .get(place + 1)
            .map_or(self.gone, |next| Some(next.began))
    }
}

/// A DaemonSet, its controller and the truth of its history.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Time,
    pub(super) workload: Workload,
    pub(super) revisions: Vec<Revision>,
    /// Left by an earlier life, until the controller takes them over.
    orphans: Vec<Revision>,
    pub(super) lives: Vec<Life>,
    /// uids of revisions that lost their controller.
    pub(super) released: BTreeSet<String>,
    /// When somebody watched.
    pub(super) watched: Vec<(Time, Time)>,
    made: u32,
}

fn template(version: u8) -> Template {
    Template::new(json!({"spec":{"containers":[{"name":"c","image":format!("i:{version}")}]}}))
        .unwrap()
}

fn same(revision: &Revision, template: &Template) -> bool {
    revision.template().unwrap().same_as(template)
}

impl World {
    pub(super) fn new() -> Self {
        let mut workload = workload(1, 0, 3, 0, 0);
        workload.created_at = cut(at(0));
        workload.template = template(0);
        let mut world = Self {
            clock: at(300),
            revisions: Vec::new(),
            orphans: Vec::new(),
            lives: Vec::new(),
            released: BTreeSet::new(),
            watched: Vec::new(),
            workload,
            made: 0,
        };
        world.lives(1, "kubectl-create");
        world.workload.writers.clear();
        world
    }

    fn lives(&mut self, first: i64, who: &str) {
        self.lives.push(Life {
            uid: self.workload.uid.clone(),
            first,
            spans: Vec::new(),
            gone: None,
            more: false,
        });
        let cause = self.workload.change_cause.clone();
        self.begins(who, cause);
    }

    pub(super) fn there(&self) -> bool {
        self.lives.last().unwrap().gone.is_none()
    }

    fn begins(&mut self, who: &str, came: Option<String>) {
        let life = self.lives.last_mut().unwrap();
        life.spans.push(Span {
            began: self.clock,
            digest: self.workload.template.digest(),
            who: who.into(),
            came,
            causes: BTreeSet::new(),
            held: BTreeSet::new(),
            numbers: BTreeSet::new(),
            observed: None,
            all: None,
            done: None,
            steps: Vec::new(),
            most: 0,
        });
        self.wrote(who);
        self.is();
    }

    fn wrote(&mut self, who: &str) {
        let writers = &mut self.workload.writers;
        writers.retain(|writer| writer.manager != who);
        writers.push(Writer {
            manager: who.into(),
            at: Some(cut(self.clock)),
        });
    }

    /// Takes down what is so now.
    pub(super) fn is(&mut self) {
        let (entry, clock) = (self.entry(), self.clock);
        let span = self.lives.last_mut().unwrap().spans.last_mut().unwrap();
        span.causes.extend(self.workload.change_cause.clone());
        if let (CurrentState::Recorded, Some(current)) = entry.current() {
            span.held.insert(current.name.clone());
            span.numbers.insert(current.number);
        }
        if status(&self.workload).done {
            span.done.get_or_insert(clock);
        }
        if !self.workload.observed() {
            return;
        }
        span.observed.get_or_insert(clock);
        let counts = self.workload.counts;
        if counts.updated >= counts.desired {
            span.all.get_or_insert(clock);
        }
        if counts.updated > span.most {
            span.most = counts.updated;
            span.steps.push(clock);
        }
    }

    pub(super) fn edit(&mut self, version: u8, who: &str) {
        let cause = self.workload.change_cause.clone();
        self.caused(version, who, cause);
    }

    /// An edit with a change cause in the same write.
    pub(super) fn caused(&mut self, version: u8, who: &str, cause: Option<String>) {
        let template = template(version);
        let came = cause
            .clone()
            .filter(|_| cause != self.workload.change_cause);
        self.workload.change_cause = cause;
        if template.same_as(&self.workload.template) {
            self.is();
            return;
        }
        self.workload.generation += 1;
        *self.workload.template_generation.as_mut().unwrap() += 1;
        self.workload.template = template;
        self.begins(who, came);
    }

    /// A rollback by Rollbook, with its note.
    pub(super) fn back(&mut self, version: u8) {
        let template = template(version);
        if template.same_as(&self.workload.template) {
            return;
        }
        self.workload.last_note = Some(Note {
            id: "order".into(),
            uid: self.workload.uid.clone(),
            generation: self.workload.generation + 1,
            template_generation: self.workload.template_generation.unwrap() + 1,
            from: None,
            from_revision: None,
            to: "foo".into(),
            to_revision: 1,
            reason: String::new(),
            template: template.digest().to_string(),
        });
        self.edit(version, "rollbook");
    }

    /// Something else of the spec is changed.
    pub(super) fn spec(&mut self) {
        self.workload.generation += 1;
        self.lives.last_mut().unwrap().more = true;
        self.wrote("kubectl-edit");
        self.is();
    }

    /// The controller, which may be late, and all nodes follow.
    pub(super) fn sync(&mut self) {
        self.part(3, 3);
    }

    /// The controller, and so many nodes that follow and are available.
    pub(super) fn part(&mut self, updated: u32, available: u32) {
        let uid = self.workload.uid.clone();
        for mut adopted in self.orphans.drain(..) {
            adopted.controller_uid = Some(uid.clone());
            self.revisions.push(adopted);
        }
        let live = self.workload.template.clone();
        let other = self.revisions.iter().filter(|r| !same(r, &live));
        let wanted = other.map(|r| r.number).max().unwrap_or_default() + 1;
        if let Some(current) = self.revisions.iter_mut().find(|r| same(r, &live)) {
            current.number = current.number.max(wanted);
        } else {
            self.made += 1;
            self.revisions.push(Revision {
                name: format!("foo-{}", live.digest()),
                uid: format!("cr-{:08x}", self.made.wrapping_mul(2_654_435_761)),
                number: wanted,
                created_at: cut(self.clock),
                labels: crate::selector::Labels::default(),
                change_cause: self.workload.change_cause.clone(),
                template_generation: self.workload.template_generation,
                controller_uid: Some(uid),
                stored: Stored::Template(live),
            });
        }
        self.workload.observed_generation = self.workload.generation;
        let spans = &self.lives.last().unwrap().spans;
        // Where a pod of this template was, none of an older one comes again.
        let most = spans.last().unwrap().most.max(updated);
        let old = match spans.len() {
            1 => 0,
            _ => self.workload.counts.desired - most,
        };
        self.workload.counts.scheduled = updated + old;
        self.workload.counts.updated = updated;
        self.workload.counts.available = available;
        self.revisions.sort_by(Revision::order);
        let limit = 4;
        if self.revisions.len() > limit {
            self.revisions.remove(0);
        }
        self.is();
    }

    /// The workload is deleted, with or without its ControllerRevisions.
    pub(super) fn remove(&mut self, orphan: bool) {
        let left = std::mem::take(&mut self.revisions);
        if orphan {
            self.orphans.extend(left);
        } else {
            self.orphans.clear();
        }
        self.lives.last_mut().unwrap().gone = Some(self.clock);
    }

    /// It is created anew from its own manifest, which may bring the template
    /// generation that it had.
    pub(super) fn create(&mut self, brings: bool) {
        // What an earlier one left is told by its age, in whole seconds.
        if !self.orphans.is_empty() {
            self.clock = self.clock.after(CUT);
        }
        let had = self.workload.template_generation.filter(|_| brings);
        let first = had.unwrap_or(1);
        self.workload.uid = format!("uid-foo-{}", self.lives.len() + 1);
        self.workload.created_at = cut(self.clock);
        self.workload.template_generation = Some(first);
        self.workload.generation = 1;
        self.workload.observed_generation = 0;
        self.workload.counts.updated = 0;
        self.workload.counts.available = 0;
        self.workload.writers.clear();
        self.lives(first, "kubectl-create");
    }

    pub(super) fn entry(&self) -> Entry {
        Entry {
            workload: self.workload.clone(),
            revisions: self.revisions.iter().cloned().map(Into::into).collect(),
            released: self.released.clone(),
            progress: Progress::next(None, &self.workload, self.clock),
            stuck_after: SignedDuration::from_mins(10),
        }
    }
}
