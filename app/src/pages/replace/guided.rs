//! One step of the way through many nodes. The tab drives it: it sends how far it
//! is, deletes what the answer says, pod by pod, and asks again. Whoever does not
//! ask gets no further, so a closed tab stops it.

use std::collections::BTreeSet;

use domain::board::Cell;
use domain::health::Health;
use domain::replace::{End, Guide, Order, Outcome, Sight, Step, Target};
use domain::workload::Key;
use serde::Deserialize;

use crate::cluster::Cluster;
use crate::i18n::Lang;

/// What the tab asks.
#[derive(Debug, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Ask {
    /// To begin.
    Begin {
        /// uid of the workload that the person saw.
        uid: String,
        /// Its generation.
        generation: i64,
        /// The chosen nodes.
        nodes: BTreeSet<String>,
        /// How many may be without an available pod at a time.
        at_a_time: usize,
    },
    /// To go on.
    Go {
        /// How far it is.
        run: Guide,
        /// What the last step's deletions were answered with, each as
        /// `POST /api/replace` answers; `null` where no answer came.
        answers: Vec<Option<Told>>,
        /// The person stopped it.
        stop: bool,
    },
}

/// What of an answer to a deletion counts: a report, or an error.
#[derive(Debug, Deserialize)]
pub struct Told {
    outcome: Option<Outcome>,
    message: String,
}

/// How far it is, and what is to be deleted now.
#[derive(Clone, Debug)]
pub struct Guided {
    /// How far it is.
    pub guide: Guide,
    /// One order a pod.
    pub orders: Vec<Order>,
    /// How many nodes have their new pod.
    pub done: usize,
}

/// Takes one step.
pub async fn guided(cluster: &dyn Cluster, key: &Key, ask: Ask, lang: Lang) -> Guided {
    let nodes = cluster.nodes(key).await;
    let entry = cluster.fleet().entries.get(key).cloned();
    let cells: &[Cell] = nodes.as_ref().map_or(&[], |nodes| &nodes.board.cells);
    let known = nodes.as_ref().is_some_and(|nodes| {
        let seen = matches!(nodes.nodes, Health::Live | Health::Refused { .. });
        nodes.pods.is_live() && seen
    });
    let workload = entry.as_ref().map(|entry| &entry.workload);
    let sight = Sight {
        uid: workload.map_or("", |workload| &workload.uid),
        generation: workload.map_or(0, |workload| workload.generation),
        fresh: known && cluster.health().is_live(),
        cells,
        findings: nodes.as_ref().map_or(&[], |nodes| &nodes.findings),
    };
    let mut guide = match ask {
        Ask::Begin {
            uid,
            generation,
            nodes,
            at_a_time,
        } => Guide::new(sight, (&uid, generation), &nodes, at_a_time),
        Ask::Go {
            mut run,
            answers,
            stop,
        } => {
            run.answered(answers.into_iter().map(|told| match told {
                Some(told) => (told.outcome, told.message),
                None => (None, lang.no_answer().to_owned()),
            }));
            if stop {
                run.end(End::Stopped);
            }
            run
        }
    };
    let orders = match guide.step(sight) {
        Step::Delete(targets) => targets
            .into_iter()
            .map(|target| order(key, &sight, target))
            .collect(),
        Step::Wait | Step::End(_) => Vec::new(),
    };
    Guided {
        done: guide.done(cells),
        guide,
        orders,
    }
}

fn order(key: &Key, sight: &Sight<'_>, target: Target) -> Order {
    Order {
        namespace: key.namespace.clone(),
        kind: key.kind,
        name: key.name.clone(),
        uid: sight.uid.to_owned(),
        generation: sight.generation,
        node: target.node,
        pod: target.pod,
        pod_uid: target.pod_uid,
        ..Order::default()
    }
}
