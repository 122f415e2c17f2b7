//! Objects of one kind as a watch of its own shows them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::health::Health;
use domain::node::Node;
use domain::pod::Pod;
use kube::Api;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::kube::health::Monitor;
use crate::kube::map;
use crate::kube::partial::{NodePart, PodPart};
use crate::kube::watches::{Sink, Told, Watched, follow};

/// What changed among objects of one kind.
pub enum Change<T> {
    /// This one came or changed.
    Is(T),
    /// The one of this name went.
    Gone(String),
    /// These are all.
    All(Vec<T>),
}

impl Watched for PodPart {
    type Kept = Pod;
    type Seen = Change<Pod>;

    fn keep(self) -> Option<Pod> {
        map::pod(self)
    }

    fn seen(kept: Pod) -> Change<Pod> {
        Change::Is(kept)
    }

    fn gone(self) -> Option<Change<Pod>> {
        self.metadata.name.map(Change::Gone)
    }

    fn all(_: Option<String>, kept: Vec<Pod>) -> Change<Pod> {
        Change::All(kept)
    }
}

impl Watched for NodePart {
    type Kept = Node;
    type Seen = Change<Node>;

    fn keep(self) -> Option<Node> {
        map::node(self)
    }

    fn seen(kept: Node) -> Change<Node> {
        Change::Is(kept)
    }

    fn gone(self) -> Option<Change<Node>> {
        self.metadata.name.map(Change::Gone)
    }

    fn all(_: Option<String>, kept: Vec<Node>) -> Change<Node> {
        Change::All(kept)
    }
}

/// Objects of one kind, by name, as a watch shows them.
pub struct Kept<T> {
    pub all: HashMap<String, Arc<T>>,
    /// Their watch, the only one of its monitor.
    pub monitor: Monitor,
    receive: mpsc::Receiver<Told<Change<T>>>,
    name: fn(&T) -> &str,
    _stop: tokio_util::sync::DropGuard,
}

impl<T: PartialEq + Send + 'static> Kept<T> {
    /// Begins a watch, which ends with what is returned.
    pub fn follow<K: Watched<Seen = Change<T>>>(
        api: Api<K>,
        labels: Option<String>,
        name: fn(&T) -> &str,
        stop: &CancellationToken,
    ) -> Self {
        let stop = stop.child_token();
        let monitor = Monitor::new(1);
        let (send, receive) = mpsc::channel(256);
        let sink = Sink {
            scope: None,
            watch: 0,
            monitor: monitor.clone(),
            send,
        };
        tokio::spawn(follow(api, labels, sink, stop.clone()));
        Self {
            all: HashMap::new(),
            monitor,
            receive,
            name,
            _stop: stop.drop_guard(),
        }
    }

    /// Takes what the watch tells until something is another than before, and all
    /// that is there already; `false` when the watch has ended.
    pub async fn next(&mut self) -> bool {
        loop {
            let Some(told) = self.receive.recv().await else {
                return false;
            };
            // Both: what is there already is taken in any case.
            if self.take(told) | self.rest() {
                return true;
            }
        }
    }

    /// Takes what is there already: whether it is another than before.
    pub fn rest(&mut self) -> bool {
        let mut changed = false;
        while let Ok(told) = self.receive.try_recv() {
            changed |= self.take(told);
        }
        changed
    }

    /// Most of what a node tells is that it lives: that is no change.
    fn take(&mut self, told: Told<Change<T>>) -> bool {
        let changed = match told.seen {
            Change::Is(one) => {
                let name = (self.name)(&one);
                let changed = self.all.get(name).is_none_or(|before| **before != one);
                if changed {
                    self.all.insert(name.to_owned(), Arc::new(one));
                }
                changed
            }
            Change::Gone(name) => self.all.remove(&name).is_some(),
            Change::All(all) => {
                let name = self.name;
                let named = |one: T| (name(&one).to_owned(), Arc::new(one));
                self.all = all.into_iter().map(named).collect();
                true
            }
        };
        if told.complete.is_some() {
            self.monitor.fine(0);
        }
        changed
    }

    /// How fresh they are.
    pub fn health(&self) -> Health {
        self.monitor.of(0)
    }
}
