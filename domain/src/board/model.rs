//! A small DaemonSet controller that rolls out over a few nodes, so that the
//! states of the board can be held against rollouts that are in order.

use proptest::prelude::*;

use super::tests::{Cluster, new, old};
use super::{Board, NodeState};
use crate::pod::tests::{at, dying, unready};
use crate::pod::{Phase, Pod, Ready, Truth};
use crate::workload::{AtATime, Share, UpdateStrategy};

const NODES: usize = 4;

/// A cluster in the middle of a rollout.
struct Model {
    cluster: Cluster,
    budget: usize,
    surge: bool,
    made: u32,
}

impl Model {
    fn new(budget: u32, surge: bool, min_ready: u32) -> Self {
        let nodes: Vec<String> = (1..=NODES).map(|n| format!("n{n}")).collect();
        let mut cluster = Cluster::new(NODES).with(nodes.iter().map(|n| old(n)));
        cluster.workload.min_ready_seconds = min_ready;
        cluster.workload.strategy = UpdateStrategy::RollingUpdate {
            max_unavailable: Share::Nodes(if surge { 0 } else { budget }),
            max_surge: Share::Nodes(if surge { budget } else { 0 }),
        };
        Self {
            cluster,
            budget: budget as usize,
            surge,
            made: 0,
        }
    }

    fn is_available(&self, pod: &Pod) -> bool {
        let min = self.cluster.workload.min_ready_seconds;
        pod.is_available(min, at(self.cluster.second))
    }

    /// Pods of a node that are not being deleted: new ones, old ones.
    fn sides(&self, node: &str) -> (Vec<&Pod>, Vec<&Pod>) {
        let here = self.cluster.pods.iter();
        here.filter(|p| p.node.as_deref() == Some(node) && p.deletion.is_none())
            .partition(|p| p.hash.as_deref() == Some("h2"))
    }

    fn is_empty(&self, node: &str) -> bool {
        let mut pods = self.cluster.pods.iter();
        !pods.any(|p| p.node.as_deref() == Some(node))
    }

    fn create(&mut self, node: &str) {
        self.made += 1;
        let mut pod = unready(new(node), self.cluster.second);
        pod.name = format!("{}-{}", pod.name, self.made);
        pod.phase = Phase::Pending;
        pod.created_at = at(self.cluster.second);
        self.cluster.pods.push(pod);
    }

    fn delete(&mut self, node: &str) {
        let second = self.cluster.second;
        for pod in &mut self.cluster.pods {
            let old = pod.hash.as_deref() != Some("h2");
            if pod.node.as_deref() == Some(node) && old && pod.deletion.is_none() {
                *pod = dying(pod.clone(), second);
            }
        }
    }

    /// One pass of the controller: `manage` fills empty nodes, `rollingUpdate`
    /// moves others.
    fn sync(&mut self) {
        let nodes: Vec<String> = (1..=NODES).map(|n| format!("n{n}")).collect();
        for node in &nodes {
            if self.is_empty(node) {
                self.create(node);
            }
        }
        if self.surge {
            self.roll_with_surge(&nodes);
        } else {
            self.roll(&nodes);
        }
    }

    fn roll(&mut self, nodes: &[String]) {
        let mut unavailable = 0;
        let (mut doomed, mut candidates) = (vec![], vec![]);
        for node in nodes {
            match self.sides(node) {
                (new, old) if new.len() == old.len() => unavailable += 1,
                (new, _) if !new.is_empty() => {
                    unavailable += usize::from(!self.is_available(new[0]));
                }
                (_, old) if self.is_available(old[0]) => candidates.push(node),
                _ => {
                    unavailable += 1;
                    doomed.push(node);
                }
            }
        }
        candidates.truncate(self.budget.saturating_sub(unavailable));
        for node in doomed.into_iter().chain(candidates) {
            self.delete(node);
        }
    }

    fn roll_with_surge(&mut self, nodes: &[String]) {
        let mut surged = 0;
        let (mut done, mut now, mut candidates) = (vec![], vec![], vec![]);
        for node in nodes {
            match self.sides(node) {
                (_, old) if old.is_empty() => {}
                (new, old) if new.is_empty() => {
                    let list = if self.is_available(old[0]) {
                        &mut candidates
                    } else {
                        &mut now
                    };
                    list.push(node);
                }
                (new, _) if self.is_available(new[0]) => done.push(node),
                _ => surged += 1,
            }
        }
        candidates.truncate(self.budget.saturating_sub(surged));
        for node in done {
            self.delete(node);
        }
        for node in now.into_iter().chain(candidates) {
            self.create(node);
        }
    }

    /// A kubelet moves one pod on: it starts, gets ready, or is gone.
    fn advance(&mut self, which: usize) {
        let second = self.cluster.second;
        let pods = &mut self.cluster.pods;
        let Some(pod) = pods.get_mut(which) else {
            return;
        };
        if pod.deletion.is_some() {
            pods.remove(which);
        } else if pod.phase == Phase::Pending {
            pod.phase = Phase::Running;
        } else if !pod.is_ready() {
            pod.ready = Some(Ready {
                status: Truth::True,
                since: Some(at(second)),
                reason: None,
            });
        }
    }

    fn check(&self, board: &Board) -> Result<(), TestCaseError> {
        prop_assert_eq!(board.cells.len(), NODES);
        for cell in &board.cells {
            prop_assert!(
                !matches!(cell.state, NodeState::Excess | NodeState::Misscheduled),
                "{:?}",
                cell
            );
            prop_assert!(self.surge || cell.state != NodeState::Surging);
            prop_assert!(!cell.left);
        }
        let allowed = match board.budget.allowed {
            AtATime::Unavailable(n) | AtATime::Surge(n) => n,
            AtATime::None => 0,
        };
        prop_assert_eq!(allowed as usize, self.budget);
        prop_assert!(board.budget.used <= allowed, "{:?}", board.budget);
        Ok(())
    }
}

proptest! {
    #[test]
    fn a_rollout_in_order_has_no_state_of_disorder(
        budget in 1..4u32,
        surge in any::<bool>(),
        min_ready in 0..3u32,
        steps in prop::collection::vec((0..4u8, 0..8usize), 1..120),
    ) {
        let mut model = Model::new(budget, surge, min_ready);
        for (kind, which) in steps {
            model.cluster.second += 1;
            match kind {
                0 => model.sync(),
                _ => model.advance(which),
            }
            model.check(&model.cluster.board())?;
        }
        // Left alone it ends with the new template everywhere.
        for _ in 0..200 {
            model.cluster.second += 3;
            model.sync();
            for which in 0..model.cluster.pods.len() {
                model.advance(which);
            }
            model.check(&model.cluster.board())?;
        }
        let board = model.cluster.board();
        prop_assert!(board.cells.iter().all(|c| c.state == NodeState::NewAvailable));
        prop_assert_eq!(board.counts.updated, 4);
        prop_assert_eq!(board.budget.used, 0);
    }
}
