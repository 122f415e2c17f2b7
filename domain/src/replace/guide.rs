//! The way through many nodes: which pod is deleted next, when it is waited, and
//! when it ends. It only decides; whoever drives it looks and deletes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::board::{Cell, NodeState};
use crate::findings::Finding;
use crate::health::Health;

/// What is seen of the nodes: as much of `GET /api/nodes` as deciding takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sight {
    /// uid of the workload.
    pub uid: String,
    /// The nodes, in the order of the board.
    pub cells: Vec<Cell>,
    /// What keeps some of them.
    pub findings: Vec<Trouble>,
    /// How fresh the picture of the pods is.
    pub pods: Health,
    /// How fresh the picture of the nodes is.
    pub nodes: Health,
}

/// What of a [`Finding`] counts here: which nodes it is about, and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    nodes: Named,
    evidence: Said,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    message: String,
}

impl From<&Finding> for Trouble {
    fn from(finding: &Finding) -> Self {
        Self {
            nodes: Named {
                names: finding.nodes.names.clone(),
            },
            evidence: Said {
                message: finding.evidence.message.clone(),
            },
        }
    }
}

impl Sight {
    /// Is it what is there now? Who may not watch nodes sees pods all the same.
    pub fn is_fresh(&self) -> bool {
        let known = matches!(self.nodes, Health::Live | Health::Refused { .. });
        self.pods.is_live() && known
    }

    /// Nodes that still run an old pod, in order.
    pub fn old(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| is_old(cell))
    }
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

/// Which nodes a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// All that can go.
    All,
    /// Those of a zone; `None` for nodes without one.
    Zone(Option<String>),
    /// These.
    Nodes(BTreeSet<String>),
}

impl Choice {
    /// Is this node among them?
    pub fn has(&self, cell: &Cell) -> bool {
        let named = match self {
            Self::All => true,
            Self::Zone(zone) => cell.zone == *zone,
            Self::Nodes(nodes) => nodes.contains(&cell.node),
        };
        named && may_go(cell)
    }
}

/// One pod to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The way through the chosen nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    uid: String,
    chosen: Vec<String>,
    at_a_time: usize,
    /// Pods that were handed out to be deleted, by node.
    sent: BTreeMap<String, String>,
    ended: Option<End>,
}

impl Guide {
    /// For the nodes of a choice, so many at a time, one at least. Those that
    /// lack an available pod anyway go first: replacing them costs nothing.
    pub fn new(sight: &Sight, choice: &Choice, at_a_time: usize) -> Self {
        let mut cells: Vec<&Cell> = sight.cells.iter().filter(|cell| choice.has(cell)).collect();
        cells.sort_by_key(|cell| cell.state == NodeState::OldAvailable);
        Self {
            uid: sight.uid.clone(),
            chosen: cells.into_iter().map(|cell| cell.node.clone()).collect(),
            at_a_time: at_a_time.max(1),
            sent: BTreeMap::new(),
            ended: None,
        }
    }

    /// What to do now. A pod is handed out once, whatever comes of it, and once
    /// it ended it stays so.
    pub fn step(&mut self, sight: &Sight) -> Step {
        if sight.uid != self.uid {
            self.end(End::Changed);
        }
        if !sight.is_fresh() {
            self.end(End::Stale);
        }
        let (mut under_way, mut waiting) = (0, Vec::new());
        let cells = by_node(sight);
        for node in &self.chosen {
            match self.stand(node, cells.get(&**node).copied(), &sight.findings) {
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
        Step::Delete(waiting)
    }

    fn stand(&self, node: &str, cell: Option<&Cell>, findings: &[Trouble]) -> Stand {
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
            _ => match findings.iter().find(|found| found.is_about(node)) {
                Some(found) => Stand::Failed(Failure::Trouble, said(cell).or(found.words())),
                None => Stand::UnderWay,
            },
        }
    }

    /// How many of the chosen nodes have a new pod that is available.
    pub fn done(&self, sight: &Sight) -> usize {
        let cells = by_node(sight);
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

    /// How it ended; `None` while it goes on.
    pub fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// Ends it, unless it has ended.
    pub fn end(&mut self, end: End) {
        self.ended.get_or_insert(end);
    }
}

impl Trouble {
    fn is_about(&self, node: &str) -> bool {
        self.nodes.names.iter().any(|name| name == node)
    }

    fn words(&self) -> Option<String> {
        Some(self.evidence.message.clone()).filter(|words| !words.is_empty())
    }
}

/// The nodes that are there.
fn by_node(sight: &Sight) -> BTreeMap<&str, &Cell> {
    let there = sight.cells.iter().filter(|cell| !cell.left);
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
