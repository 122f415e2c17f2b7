//! What the watches see, in its order and with its time, for whoever writes it
//! down.

use std::sync::Arc;
use std::time::Duration;

use domain::fleet::{Entry, Fleet};
use domain::time::Time;
use domain::workload::{Key, Workload};
use jiff::SignedDuration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::health::Monitor;
use super::watches::Seen;

/// Time between two signs that all is still fresh: the ends of a gap are told
/// as exactly as this.
const BEAT: Duration = Duration::from_secs(5);
/// A watch that broke or hangs is noticed within so long (the silence of a watch
/// and a second): only what is older is certain.
const PROOF: SignedDuration = SignedDuration::from_secs(8);

/// Something that was seen.
#[derive(Clone, Debug)]
pub struct Look {
    /// When it came, by the apiserver's clock.
    pub at: Time,
    /// What.
    pub saw: Saw,
}

/// What was seen.
#[derive(Clone, Debug)]
pub enum Saw {
    /// A watch begins anew: the uids of all workloads in its namespace, or of
    /// all. What they are like follows.
    Anew(Option<String>, Vec<String>),
    /// A workload, as each event has it.
    Workload(Box<Workload>),
    /// A workload with its revisions, once both have settled.
    Entry(Arc<Entry>),
    /// A workload is gone.
    Gone(Key),
    /// Nothing was missed in these namespaces, or in all, up to then.
    Fresh(Vec<String>, Time),
    /// Something may be missed from now on.
    Stale,
}

/// The way to be told what the watches see.
#[derive(Clone)]
pub struct Watching(UnboundedSender<UnboundedSender<Look>>);

impl Watching {
    /// From now on: first all that is there, then what changes. It ends when the
    /// watches do. Whoever follows must read on: what is not read is kept.
    pub fn follow(&self) -> UnboundedReceiver<Look> {
        let (send, receive) = mpsc::unbounded_channel();
        // Without watches there is nothing to tell, and the channel ends.
        let _ = self.0.send(send);
        receive
    }
}

/// Tells it.
pub struct Teller {
    asked: UnboundedReceiver<UnboundedSender<Look>>,
    to: Option<UnboundedSender<Look>>,
    monitor: Monitor,
    /// The namespaces of the watches, each with one of DaemonSets and one of
    /// revisions.
    scopes: Vec<Option<String>>,
    /// All that is there has been told.
    told: bool,
    /// When it was last told to be fresh, while it is.
    beaten: Option<Instant>,
}

impl Teller {
    /// One that nobody asked yet.
    pub fn new(monitor: Monitor, scopes: Vec<Option<String>>) -> (Watching, Self) {
        let (send, asked) = mpsc::unbounded_channel();
        let teller = Self {
            asked,
            to: None,
            monitor,
            scopes,
            told: false,
            beaten: None,
        };
        (Watching(send), teller)
    }

    fn tell(&self, saw: Saw) {
        if let Some(to) = &self.to {
            let at = self.monitor.now();
            // Nobody writes it down any more: the server stops.
            let _ = to.send(Look { at, saw });
        }
    }

    /// Tells what happened, event by event: of two changes in one snapshot
    /// neither is lost. A picture that is only empty because it may not be seen
    /// says nothing.
    pub fn event(&self, seen: &Seen, whole: bool) {
        if !self.told {
            return;
        }
        match seen {
            Seen::Workload(workload) => self.tell(Saw::Workload(workload.clone())),
            Seen::WorkloadGone(key) => self.tell(Saw::Gone(key.clone())),
            Seen::Workloads(scope, all) if whole => {
                let uids = all.iter().map(|workload| workload.uid.clone()).collect();
                self.tell(Saw::Anew(scope.clone(), uids));
                for workload in all {
                    self.tell(Saw::Workload(Box::new(workload.clone())));
                }
            }
            _ => {}
        }
    }

    /// Tells what changed with its revisions, once all of these are known; all
    /// of it where a watch began `anew`.
    pub fn snapshot(&mut self, last: &Fleet, next: &Fleet, anew: bool) {
        if self.told {
            self.entries(next, |key, entry| {
                let same = |before: &Arc<Entry>| Arc::ptr_eq(before, entry);
                anew || !last.entries.get(key).is_some_and(same)
            });
        }
        self.catch_up(next);
    }

    /// Somebody who asks; waits until there is one.
    pub async fn asked(&mut self) -> Option<UnboundedSender<Look>> {
        self.asked.recv().await
    }

    /// Tells all that is there, and from now on what changes, to this one.
    pub fn begin(&mut self, to: UnboundedSender<Look>, fleet: &Fleet) {
        (self.to, self.told, self.beaten) = (Some(to), false, None);
        self.catch_up(fleet);
    }

    /// Tells whether all is fresh; to be called every second or so.
    pub fn sign(&mut self) {
        if !self.told {
            return;
        }
        let whole = self.whole().filter(|_| self.monitor.health().is_live());
        let Some(whole) = whole else {
            if self.beaten.take().is_some() {
                self.tell(Saw::Stale);
            }
            return;
        };
        if self.beaten.is_none_or(|at| at.elapsed() >= BEAT) {
            let proved = self.monitor.now().after(-PROOF);
            self.tell(Saw::Fresh(whole, proved));
            self.beaten = Some(Instant::now());
        }
    }

    /// Whoever asked gets the whole picture, once there is one.
    fn catch_up(&mut self, fleet: &Fleet) {
        if self.told || self.to.is_none() || !self.monitor.complete() {
            return;
        }
        for (index, scope) in self.scopes.iter().enumerate() {
            if self.monitor.is_refused(index * 2) {
                continue;
            }
            let inside = |key: &Key| scope.as_ref().is_none_or(|own| *own == key.namespace);
            let entries = fleet.entries.iter().filter(|(key, _)| inside(key));
            let uids = entries.map(|(_, entry)| entry.workload.uid.clone());
            self.tell(Saw::Anew(scope.clone(), uids.collect()));
        }
        for entry in fleet.entries.values() {
            self.tell(Saw::Workload(Box::new(entry.workload.clone())));
        }
        self.entries(fleet, |_, _| true);
        self.told = true;
        self.sign();
    }

    /// Without its revisions a workload would seem to have lost them.
    fn entries(&self, fleet: &Fleet, which: impl Fn(&Key, &Arc<Entry>) -> bool) {
        if !self.monitor.complete() {
            return;
        }
        let Some(whole) = self.whole() else {
            return;
        };
        let sees = |key: &Key| whole.is_empty() || whole.contains(&key.namespace);
        for (key, entry) in &fleet.entries {
            if sees(key) && which(key, entry) {
                self.tell(Saw::Entry(Arc::clone(entry)));
            }
        }
    }

    /// The namespaces that are seen with all that is in them: all, where none is
    /// named; `None` where nothing is seen whole.
    fn whole(&self) -> Option<Vec<String>> {
        let refused = |watch| self.monitor.is_refused(watch);
        let scopes = self.scopes.iter().enumerate();
        let mut seen = scopes
            .filter(|(index, _)| !refused(index * 2) && !refused(index * 2 + 1))
            .map(|(_, scope)| scope)
            .peekable();
        seen.peek()?;
        Some(seen.filter_map(Clone::clone).collect())
    }
}
