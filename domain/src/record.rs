//! What Rollbook writes down of what it saw, so that a history can be told that
//! Kubernetes itself forgets.
//!
//! Everything here is a statement that stays true however often it is said, in
//! whatever order and by however many: two statements about one thing are
//! *joined*, and the join is commutative, associative and idempotent. So a
//! write that is repeated, two writers by accident and an import of what is
//! there already do no harm.
//!
//! A period is known by the workload's uid and its template generation, which
//! the apiserver counts up with each change of the template; whoever creates the
//! workload may say where it begins, and nobody can set it later (RS
//! `PrepareForUpdate`). Its end is the start of the next.

pub mod book;
pub mod changes;
pub mod check;
mod compared;
pub mod images;
pub mod kept;
mod lives;
pub mod observer;
pub mod part;
pub mod then;
pub mod timeline;
pub mod watching;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::template::{ContainerImage, Digest, Template};
use crate::time::Time;

pub use lives::{Forgotten, Kept, Known, Why};

/// Times of Kubernetes are cut to the second: what has one happened within the
/// second after.
pub const CUT: SignedDuration = SignedDuration::from_secs(1);

/// Rollbook's own times are the apiserver's clock as it estimates it from the
/// answers' `Date`, which is cut to the second, and differences below two seconds
/// are not told from none: it may be wrong by so much.
pub const CLOCK: SignedDuration = SignedDuration::from_secs(3);

/// A rollout in which no node came along for so long has stood still.
pub const STANDSTILL: SignedDuration = SignedDuration::from_secs(60);

/// Between which two moments something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    /// Not before this.
    pub not_before: Time,
    /// Not after this.
    pub not_after: Time,
}

impl Bounds {
    /// What Kubernetes dates `at`.
    pub fn dated(at: Time) -> Self {
        Self {
            not_before: at,
            not_after: at.after(CUT + CLOCK),
        }
    }

    fn join(&mut self, other: Self) {
        self.not_before = self.not_before.max(other.not_before);
        self.not_after = self.not_after.min(other.not_after);
    }
}

/// Who changed a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum By {
    /// The field manager of the change.
    Manager {
        /// As `metadata.managedFields` names it.
        name: String,
    },
    /// Rollbook.
    Rollbook {
        /// The order's id, as in its note.
        order: String,
        /// ControllerRevision whose template was taken.
        to: String,
        /// Its number before.
        to_revision: i64,
        /// Why, as typed; may be empty.
        reason: String,
    },
}

/// A change cause, and whether it is about this template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// When it was first seen with this template; the latest one stands.
    pub at: Time,
    /// As the workload had it.
    pub text: String,
    /// It came with this template (`true`), or was there before it and may be
    /// about another (`false`); `null` where that was not seen (semantics.md 5).
    pub own: Option<bool>,
}

/// The ControllerRevision that held a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Object name.
    pub name: String,
    /// Object uid.
    pub uid: String,
}

/// How a period's template reached the nodes, each time as first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollout {
    /// The controller had handled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Time>,
    /// The first node ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_node: Option<Time>,
    /// All desired nodes ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_nodes: Option<Time>,
    /// Done by kubectl's rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<Time>,
    /// Seen to be done, however long after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_done: Option<Time>,
    /// The counters as last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// When a node came along last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Time>,
    /// Spans of [`STANDSTILL`] or longer in which none did: from, to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stalls: BTreeMap<Time, Time>,
    /// Before it was done the strategy was seen to be `OnDelete`: nothing moves by
    /// itself then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub on_delete: bool,
}

/// Counters at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Last {
    /// When.
    pub at: Time,
    /// Nodes that run the template.
    pub updated: u32,
    /// Nodes that should.
    pub desired: u32,
}

impl Rollout {
    fn join(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.observed, other.observed),
            (&mut self.first_node, other.first_node),
            (&mut self.all_nodes, other.all_nodes),
            (&mut self.done, other.done),
            (&mut self.seen_done, other.seen_done),
        ] {
            *mine = first(*mine, theirs);
        }
        self.last = self.last.max(other.last);
        self.moved = self.moved.max(other.moved);
        self.on_delete |= other.on_delete;
        for (from, to) in other.stalls {
            let end = self.stalls.entry(from).or_insert(to);
            *end = to.max(*end);
        }
    }
}

/// One period: this workload had this template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// uid of the workload.
    pub workload: String,
    /// Template generation.
    pub generation: i64,
    /// When it began.
    pub start: Bounds,
    /// Rollbook was watching when it began.
    #[serde(default)]
    pub watched: bool,
    /// It began before a ControllerRevision that was made for it, and its start is
    /// bounded by that.
    #[serde(default)]
    pub recorded: bool,
    /// It was watched from its beginning, and another template came before its
    /// rollout was done.
    #[serde(default)]
    pub overtaken: bool,
    /// Digest of the template, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The numbers that one carried during the period, each with the time it
    /// was first seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<i64, Time>,
    /// Who began it, where that was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The change cause that the workload had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How the nodes followed.
    #[serde(default)]
    pub rollout: Rollout,
}

impl Period {
    /// Of which nothing is known but when it began.
    pub fn new(workload: &str, generation: i64, start: Bounds) -> Self {
        Self {
            workload: workload.to_owned(),
            generation,
            start,
            watched: false,
            recorded: false,
            overtaken: false,
            template: None,
            held: None,
            numbers: BTreeMap::new(),
            by: None,
            cause: None,
            rollout: Rollout::default(),
        }
    }

    /// Takes in what another says of the same period.
    pub fn join(&mut self, other: Self) {
        self.start.join(other.start);
        self.watched |= other.watched;
        self.recorded |= other.recorded;
        self.overtaken |= other.overtaken;
        most(&mut self.template, other.template);
        most(&mut self.held, other.held);
        numbers(&mut self.numbers, other.numbers);
        most(&mut self.by, other.by);
        most(&mut self.cause, other.cause);
        self.rollout.join(other.rollout);
    }
}

/// A span in which one process watched without a break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// Random.
    pub id: String,
    /// From the first complete picture.
    pub from: Time,
    /// To the last sign that it was fresh.
    pub to: Time,
    /// The namespaces that it saw; all, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
}

impl Watch {
    /// Did it see this namespace?
    pub fn sees(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|own| own == namespace)
    }

    /// Takes in what another says of the same span.
    pub fn join(&mut self, other: Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
    }
}

/// A template, once however often it returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Archived {
    /// Its digest.
    pub digest: Digest,
    /// As Kubernetes stored it, as JSON.
    pub json: String,
    /// Its images.
    pub images: Vec<ContainerImage>,
}

impl From<&Template> for Archived {
    fn from(template: &Template) -> Self {
        Self {
            digest: template.digest(),
            json: template.json().to_owned(),
            images: template.images().to_vec(),
        }
    }
}

/// Something to write down. As JSON it is an object of one key, which says of
/// what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::large_enum_variant,
    reason = "most facts are periods, and few are held at a time"
)]
pub enum Fact {
    /// Of a workload.
    Workload(Known),
    /// Of a template.
    Template(Archived),
    /// Of a period.
    Period(Period),
    /// Of a ControllerRevision.
    Revision(Kept),
    /// Of the watching itself.
    Watch(Watch),
}

/// The earlier of two, where there are two.
fn first(a: Option<Time>, b: Option<Time>) -> Option<Time> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The greater of two: they differ only where one says more.
fn most<T: Ord>(mine: &mut Option<T>, theirs: Option<T>) {
    if theirs > *mine {
        *mine = theirs;
    }
}

fn numbers(mine: &mut BTreeMap<i64, Time>, theirs: BTreeMap<i64, Time>) {
    for (number, at) in theirs {
        mine.entry(number)
            .and_modify(|first| *first = at.min(*first))
            .or_insert(at);
    }
}

#[cfg(test)]
mod tests;
