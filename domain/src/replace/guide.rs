//! The way through many nodes: which pod is deleted next, when it is waited, and
//! when it ends. It only decides; whoever drives it looks and deletes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::board::{Cell, NodeState};
use crate::findings::Finding;

/// Most nodes of one way: it is kept by the page, and sent with each step.
pub const MOST: usize = 200;

/// What is seen, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// uid of the workload.
    pub uid: &'a str,
    /// Its generation.
    pub generation: i64,
    /// It is what is there now.
    pub fresh: bool,
    /// The nodes, in the order of the board.
    pub cells: &'a [Cell],
    /// What keeps some of them.
    pub findings: &'a [Finding],
}

/// Does the node still run a pod of an older template, and no other?
pub fn is_old(cell: &Cell) -> bool {
    let old = matches!(
        cell.state,
        NodeState::OldAvailable | NodeState::OldUnavailable
    );
    old && !cell.left
}

/// Is the old pod of the node one that can be replaced? On a node that is not
/// ready nobody would end the old one or start the new one.
pub fn may_go(cell: &Cell) -> bool {
    is_old(cell) && cell.node_ready != Some(false) && cell.pod.is_some() && cell.pod_uid.is_some()
}

/// One pod to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// On this node.
    pub node: String,
    /// Its name.
    pub pod: String,
    /// Its uid.
    pub pod_uid: String,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Delete these pods, and look again.
    Delete(Vec<Target>),
    /// Look again.
    Wait,
    /// Nothing more.
    End(End),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// Every chosen node has a new pod that is available, but for those that
    /// could not go any more.
    Done,
    /// The person stopped it.
    Stopped,
    /// A node did not come back.
    Failed {
        /// The node.
        node: String,
        /// In which way.
        why: Failure,
        /// The cluster's words, where it has any.
        words: Option<String>,
    },
    /// A pod was not deleted.
    Refused {
        /// On this node.
        node: String,
        /// Why, for people.
        words: String,
    },
    /// The workload is not the one it began with any more.
    Changed,
    /// What is seen is old.
    Stale,
}

/// In which way a node did not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// Its new pod fails, or a finding says that it does not come.
    Trouble,
    /// It is not there any more, or should not run the workload any more.
    Gone,
    /// It has another pod of an old template.
    OldAgain,
}

/// How one chosen node stands.
enum Stand {
    Waits(Target),
    UnderWay,
    Done,
    /// It cannot go any more, and nothing was done to it.
    Spared,
    Failed(Failure, Option<String>),
}

/// Something that happened on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A pod was deleted.
    Deleted(Target),
    /// A pod was to be deleted, and somebody had done so already.
    DeletedBefore(Target),
    /// The new pod of this node is available.
    Back(String),
}

/// The way through the chosen nodes. It is kept by the page that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guide {
    uid: String,
    generation: i64,
    chosen: Vec<String>,
    at_a_time: usize,
    /// Pods that were handed out to be deleted, by node.
    sent: BTreeMap<String, String>,
    /// Those of the last step, as long as it is not known what came of them.
    open: Vec<Target>,
    log: Vec<Event>,
    ended: Option<End>,
}

impl Guide {
    /// For these nodes, as far as they can go, so many at a time, one at least.
    /// Those that lack an available pod anyway go first: replacing them costs
    /// nothing. A generation other than the one that the person saw ends it.
    pub fn new(
        sight: Sight<'_>,
        seen: (&str, i64),
        nodes: &BTreeSet<String>,
        at_a_time: usize,
    ) -> Self {
        let cells = sight.cells.iter();
        let mut cells: Vec<&Cell> = cells
            .filter(|cell| nodes.contains(&cell.node) && may_go(cell))
            .collect();
        cells.sort_by_key(|cell| cell.state == NodeState::OldAvailable);
        cells.truncate(MOST);
        Self {
            uid: seen.0.to_owned(),
            generation: seen.1,
            chosen: cells.into_iter().map(|cell| cell.node.clone()).collect(),
            at_a_time: at_a_time.max(1),
            sent: BTreeMap::new(),
            open: Vec::new(),
            log: Vec::new(),
            ended: None,
        }
    }

    /// What to do now. A pod is handed out once, whatever comes of it, and once
    /// it ended it stays so.
    pub fn step(&mut self, sight: Sight<'_>) -> Step {
        if !sight.fresh {
            self.end(End::Stale);
        }
        if sight.uid != self.uid || sight.generation != self.generation {
            self.end(End::Changed);
        }
        self.open.clear();
        self.note(sight.cells);
        let (mut under_way, mut waiting) = (0, Vec::new());
        let cells = by_node(sight.cells);
        for node in &self.chosen {
            match self.stand(node, cells.get(&**node).copied(), sight.findings) {
                Stand::Waits(target) => waiting.push(target),
                Stand::UnderWay => under_way += 1,
                Stand::Done | Stand::Spared => {}
                Stand::Failed(why, words) => {
                    let node = node.clone();
                    self.end(End::Failed { node, why, words });
                    break;
                }
            }
        }
        if under_way == 0 && waiting.is_empty() {
            self.end(End::Done);
        }
        if let Some(end) = &self.ended {
            return Step::End(end.clone());
        }
        waiting.truncate(self.at_a_time.saturating_sub(under_way));
        if waiting.is_empty() {
            return Step::Wait;
        }
        for target in &waiting {
            self.sent
                .insert(target.node.clone(), target.pod_uid.clone());
        }
        self.open.clone_from(&waiting);
        Step::Delete(waiting)
    }

    /// What came of the last step's pods, in its order; `None` where no answer
    /// came. Pods that nobody asked to delete are not told of.
    pub fn answered(&mut self, answers: impl IntoIterator<Item = (Option<Outcome>, String)>) {
        for (target, (outcome, words)) in std::mem::take(&mut self.open).into_iter().zip(answers) {
            match outcome {
                Some(Outcome::Replaced) => self.log.push(Event::Deleted(target)),
                Some(Outcome::AlreadyThere) => self.log.push(Event::DeletedBefore(target)),
                _ => self.end(End::Refused {
                    node: target.node,
                    words,
                }),
            }
        }
    }

    /// Notes which nodes came back.
    fn note(&mut self, cells: &[Cell]) {
        for cell in cells
            .iter()
            .filter(|cell| cell.state == NodeState::NewAvailable)
        {
            let back = Event::Back(cell.node.clone());
            if self.sent.contains_key(&cell.node) && !self.log.contains(&back) {
                self.log.push(back);
            }
        }
    }

    fn stand(&self, node: &str, cell: Option<&Cell>, findings: &[Finding]) -> Stand {
        let sent = self.sent.get(node);
        let gone = || match sent {
            Some(_) => Stand::Failed(Failure::Gone, None),
            None => Stand::Spared,
        };
        let Some(cell) = cell else {
            return gone();
        };
        match (cell.state, sent) {
            (NodeState::NewAvailable, _) => Stand::Done,
            (NodeState::Excluded | NodeState::Misscheduled, _) => gone(),
            (NodeState::NewFailing, _) => Stand::Failed(Failure::Trouble, said(cell)),
            (NodeState::OldAvailable | NodeState::OldUnavailable, None) => {
                target(cell).map_or(Stand::Spared, Stand::Waits)
            }
            // The deletion is not seen yet.
            (NodeState::OldAvailable | NodeState::OldUnavailable, Some(uid))
                if cell.pod_uid.as_ref() == Some(uid) =>
            {
                Stand::UnderWay
            }
            (NodeState::OldAvailable | NodeState::OldUnavailable, Some(_)) => {
                Stand::Failed(Failure::OldAgain, None)
            }
            // Findings are patient: what a healthy start passes through is none.
            _ => match findings.iter().find(|found| is_about(found, node)) {
                Some(found) => Stand::Failed(Failure::Trouble, said(cell).or(words(found))),
                None => Stand::UnderWay,
            },
        }
    }

    /// How many of the chosen nodes have a new pod that is available.
    pub fn done(&self, cells: &[Cell]) -> usize {
        let cells = by_node(cells);
        let done = |node: &&String| {
            let cell = cells.get(node.as_str());
            cell.is_some_and(|cell| cell.state == NodeState::NewAvailable)
        };
        self.chosen.iter().filter(done).count()
    }

    /// The chosen nodes, in the order in which they go.
    pub fn chosen(&self) -> &[String] {
        &self.chosen
    }

    /// What happened, oldest first.
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// How it ended; `None` while it goes on.
    pub fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// Ends it, unless it has ended.
    pub fn end(&mut self, end: End) {
        self.ended.get_or_insert(end);
    }
}

fn is_about(finding: &Finding, node: &str) -> bool {
    finding.nodes.names.iter().any(|name| name == node)
}

fn words(finding: &Finding) -> Option<String> {
    Some(finding.evidence.message.clone()).filter(|words| !words.is_empty())
}

/// The nodes that are there.
fn by_node(cells: &[Cell]) -> BTreeMap<&str, &Cell> {
    let there = cells.iter().filter(|cell| !cell.left);
    there.map(|cell| (cell.node.as_str(), cell)).collect()
}

fn target(cell: &Cell) -> Option<Target> {
    Some(Target {
        node: cell.node.clone(),
        pod: cell.pod.clone()?,
        pod_uid: cell.pod_uid.clone()?,
    })
    .filter(|_| may_go(cell))
}

/// What the cluster says of the node's pod.
fn said(cell: &Cell) -> Option<String> {
    match (&cell.reason, &cell.message) {
        (Some(reason), Some(message)) => Some(format!("{reason}: {message}")),
        (one, other) => one.clone().or(other.clone()),
    }
}
