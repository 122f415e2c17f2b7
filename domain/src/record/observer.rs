//! From what is seen to what is written down. Pure: it is told what was seen
//! and when, and hands out facts.
//!
//! What it sees happen it calls watched. What happened while nobody watched is
//! bounded by what was seen before and what the cluster holds after, never
//! guessed: a ControllerRevision names the template generation that it was
//! created at, so it tells of a period that was missed, and that this began
//! before the ControllerRevision was created.

mod deduce;
mod went;

use std::collections::{HashMap, HashSet};

use super::{Archived, Bounds, Fact, Kept, Known, Period, Watch};
use crate::fleet::Entry;
use crate::history::CurrentState;
use crate::template::{Digest, Template};
use crate::time::Time;
use crate::workload::{Key, Workload, Writer};

/// What is remembered of one workload.
#[derive(Clone, Debug)]
struct Memory {
    known: Known,
    /// The latest period.
    period: Period,
    /// The workload was last known to be in it.
    fresh: Time,
    /// It has been seen by the watch that runs now.
    watched: bool,
    /// The watch that runs now saw the latest period begin, and all since.
    whole_period: bool,
    /// It was seen in the midst of its rollout by the watch that runs now.
    rolling: bool,
    /// A node still ran another template when it was last seen.
    behind: bool,
    /// Its ControllerRevisions were last known to be as they are.
    whole: Time,
    /// How many nodes had come along at most, and when the last one did.
    moved: Option<((u32, u32), Time)>,
    /// The generation of the period that was known before, or 0.
    before: i64,
    /// Its change cause, as last seen.
    cause: Option<String>,
    /// The writers of its template, as last seen.
    writers: Vec<Writer>,
    /// Its ControllerRevisions, by uid.
    kept: HashMap<String, Kept>,
}

/// What an earlier process wrote down of a workload.
#[derive(Clone, Debug)]
pub struct Before {
    /// The workload.
    pub known: Known,
    /// Its latest period.
    pub period: Period,
    /// Its ControllerRevisions that were not gone.
    pub kept: Vec<Kept>,
    /// It was last watched until then.
    pub fresh: Time,
}

/// Sees, remembers, and says what is new.
#[derive(Debug, Default)]
pub struct Observer {
    memory: HashMap<String, Memory>,
    /// uid of the workload that has the name.
    uids: HashMap<Key, String>,
    watch: Option<Watch>,
    /// Templates that were handed out already.
    archived: HashSet<Digest>,
    facts: Vec<Fact>,
    /// The last one of each name that was missing when the watch began anew.
    missed: HashMap<Key, Known>,
}

impl Observer {
    /// Goes on from what was written down before.
    pub fn resume(before: Vec<Before>) -> Self {
        let mut observer = Self::default();
        for Before {
            known,
            period,
            kept,
            fresh,
        } in before
        {
            observer.uids.insert(known.key.clone(), known.uid.clone());
            let memory = Memory {
                cause: period.cause.as_ref().map(|cause| cause.text.clone()),
                writers: Vec::new(),
                before: period.generation,
                kept: kept.into_iter().map(|k| (k.uid.clone(), k)).collect(),
                fresh,
                watched: false,
                whole_period: false,
                rolling: false,
                behind: false,
                moved: None,
                whole: fresh,
                period,
                known,
            };
            observer.memory.insert(memory.known.uid.clone(), memory);
        }
        observer
    }

    /// Hands out what is new since the last time.
    pub fn take(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.facts)
    }

    /// Templates that were handed out before may be kept no more.
    pub fn hand_out_again(&mut self) {
        self.archived.clear();
    }

    /// All that is there, in these namespaces or in all, has been seen and is
    /// fresh at `now`: a watch that runs
    /// goes on, else the one with this id begins.
    ///
    /// A watch that broke or hangs is noticed late: only what was fresh at
    /// `proved`, some time before, is certain.
    pub fn beat(
        &mut self,
        id: impl FnOnce() -> String,
        namespaces: &[String],
        now: Time,
        proved: Time,
    ) {
        // One that sees something else is another.
        self.watch = self.watch.take().filter(|w| w.namespaces == namespaces);
        let begins = self.watch.is_none();
        self.missed.clear();
        let watch = self.watch.get_or_insert_with(|| Watch {
            id: id(),
            from: now,
            to: now,
            namespaces: namespaces.to_vec(),
        });
        watch.to = watch.to.max(proved);
        self.facts.push(Fact::Watch(watch.clone()));
        for memory in self.memory.values_mut() {
            if !watch.sees(&memory.known.key.namespace) {
                memory.watched = false;
                memory.whole_period = false;
                memory.rolling = false;
                memory.moved = None;
                continue;
            }
            memory.fresh = memory.fresh.max(proved);
            memory.whole = memory.whole.max(proved);
            memory.watched = true;
            memory.rolling |= begins && memory.behind;
        }
    }

    /// Nothing is known to be fresh any more.
    pub fn interrupted(&mut self) {
        self.watch = None;
        for memory in self.memory.values_mut() {
            memory.watched = false;
            memory.whole_period = false;
            memory.rolling = false;
            memory.moved = None;
        }
    }

    /// A watch begins anew: these are all workloads of a namespace, or of all.
    /// What was known and is not among them is gone.
    pub fn anew(&mut self, scope: Option<&str>, there: &[String], now: Time) {
        self.interrupted();
        let there: HashSet<&str> = there.iter().map(String::as_str).collect();
        let gone: Vec<String> = self
            .uids
            .iter()
            .filter(|(key, _)| scope.is_none_or(|scope| scope == key.namespace))
            .map(|(_, uid)| uid)
            .filter(|uid| !there.contains(uid.as_str()))
            .cloned()
            .collect();
        for uid in gone {
            if let Some(known) = self.ended(&uid, now) {
                self.missed.insert(known.key.clone(), known);
            }
        }
    }

    /// The workload of this name is gone.
    pub fn gone(&mut self, key: &Key, now: Time) {
        if let Some(uid) = self.uids.get(key).cloned() {
            self.ended(&uid, now);
        }
    }

    fn ended(&mut self, uid: &str, now: Time) -> Option<Known> {
        let mut memory = self.memory.remove(uid)?;
        self.uids.remove(&memory.known.key);
        memory.known.gone = Some(Bounds {
            not_before: memory.fresh.min(now),
            not_after: now,
        });
        memory.known.seen_gone = memory.watched;
        self.facts.push(Fact::Workload(memory.known.clone()));
        Some(memory.known)
    }

    /// Whoever had the name was gone when this one was created.
    fn replaced(&mut self, workload: &Workload, now: Time) {
        let created = Bounds::dated(workload.created_at).not_after.min(now);
        let namesake = self.uids.get(&workload.key);
        if let Some(other) = namesake.filter(|uid| **uid != workload.uid).cloned() {
            self.ended(&other, created);
        }
        let missed = self.missed.remove(&workload.key);
        let Some(mut known) = missed.filter(|known| known.uid != workload.uid) else {
            return;
        };
        if let Some(gone) = known.gone.as_mut() {
            gone.not_after = gone.not_after.min(created);
            gone.not_before = gone.not_before.min(gone.not_after);
        }
        self.facts.push(Fact::Workload(known));
    }

    /// A workload as it was seen.
    pub fn workload(&mut self, workload: &Workload, now: Time) {
        // The apiserver gives every DaemonSet one; without it nothing can be
        // told apart.
        let Some(generation) = workload.template_generation else {
            return;
        };
        self.replaced(workload, now);
        self.uids.insert(workload.key.clone(), workload.uid.clone());
        self.archive(&workload.template);
        let sees = |watch: &Watch| watch.sees(&workload.key.namespace);
        let watching = self.watch.clone().filter(sees);
        let mut begun = true;
        match self.memory.get_mut(&workload.uid) {
            // An older event that came late.
            Some(memory) if generation < memory.period.generation => return,
            Some(memory) if generation == memory.period.generation => begun = false,
            Some(memory) => {
                let next = deduce::following(memory, workload, generation, now);
                if next.watched && deduce::overtaken(memory) {
                    self.facts.push(Fact::Period(memory.period.clone()));
                }
                memory.whole_period = next.watched;
                self.facts.push(Fact::Period(next.clone()));
                memory.before = memory.period.generation;
                memory.period = next;
                memory.rolling = false;
                memory.moved = None;
            }
            None => {
                let memory = deduce::first_seen(workload, generation, watching.as_ref(), now);
                self.facts.push(Fact::Workload(memory.known.clone()));
                self.facts.push(Fact::Period(memory.period.clone()));
                self.memory.insert(workload.uid.clone(), memory);
            }
        }
        if let Some(memory) = self.memory.get_mut(&workload.uid) {
            memory.fresh = memory.fresh.max(now);
            let mut period = memory.period.clone();
            // Where the spelling of one template differs, the first stays.
            period.template = period.template.or(Some(workload.template.digest()));
            // A note that comes later than the template it speaks of is not
            // Rollbook's: it writes both at once.
            if begun || !period.watched {
                period.by = deduce::noted(workload).or(period.by);
            }
            let own = period.cause.as_ref().is_some_and(|c| c.own == Some(true));
            if memory.cause != workload.change_cause && !own {
                // Given while this template was live: after its change, as
                // `kubectl annotate` is used, or ahead of the next one.
                period.cause = deduce::cause(workload, None, now).or(period.cause);
            }
            memory.watched = watching.is_some();
            memory.cause.clone_from(&workload.change_cause);
            memory.writers.clone_from(&workload.writers);
            deduce::rolled(&mut period.rollout, memory, workload, now);
            if period != memory.period {
                self.facts.push(Fact::Period(period.clone()));
                memory.period = period;
            }
        }
    }

    /// A workload with its revisions, as they were seen together.
    pub fn entry(&mut self, entry: &Entry, now: Time) {
        let workload = &entry.workload;
        self.workload(workload, now);
        for template in entry.revisions.iter().filter_map(|r| r.template()) {
            self.archive(template);
        }
        let Some(memory) = self.memory.get_mut(&workload.uid) else {
            return;
        };
        // An older picture that came late.
        if workload.template_generation != Some(memory.period.generation) {
            return;
        }
        deduce::revisions(memory, entry, now, &mut self.facts);
        if let (CurrentState::Recorded, Some(current)) = entry.current() {
            let mut period = memory.period.clone();
            deduce::held(&mut period, workload, current, now);
            if period != memory.period {
                self.facts.push(Fact::Period(period.clone()));
                memory.period = period;
            }
        }
    }

    fn archive(&mut self, template: &Template) {
        if self.archived.insert(template.digest()) {
            self.facts.push(Fact::Template(Archived::from(template)));
        }
    }
}
