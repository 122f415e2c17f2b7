//! Somebody who writes marks past the wire, and looks whether the server shows them
//! or says that it is old.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::cluster::Cluster as Port;
use domain::workload::Key;
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::Node;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::sea::Sea;

/// The node that is marked: by its zone, which the board shows.
pub const MARKED: &str = "wk-eu1a-001";
/// Time between two marks.
const MARK_EVERY: Duration = Duration::from_millis(700);
/// What is older must say so: a watch that is dead alone is noticed within ten
/// seconds, all else within five; the rest is the machine's.
const UNTOLD: Duration = Duration::from_millis(12_500);

/// Marks that the apiserver took, and when it said so.
#[derive(Clone, Default)]
struct Marks(Arc<Mutex<Vec<(u64, Instant)>>>);

impl Marks {
    fn push(&self, mark: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((mark, Instant::now()));
    }

    /// The newest that should be seen by now, or be told to be missing.
    fn due(&self, now: Instant) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = all.iter().filter(|(_, at)| now - *at > UNTOLD);
        due.map(|(mark, _)| *mark).max().unwrap_or_default()
    }
}

/// Numbers of marks go on from one storm to the next.
static NEXT: Mutex<u64> = Mutex::new(1);

fn next() -> u64 {
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    *next += 1;
    *next
}

/// What was seen from the outside.
#[derive(Debug, Default)]
pub struct Seen {
    looks: u64,
    /// Looks at which it said that it is old.
    pub stale: u64,
    /// What was old and did not say so.
    pub untold: Vec<String>,
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {} looks not live", self.stale, self.looks)
    }
}

pub struct Witness {
    writing: CancellationToken,
    looking: CancellationToken,
    writer: Mutex<Option<JoinHandle<u64>>>,
    looker: JoinHandle<Seen>,
}

impl Witness {
    /// Begins a rollout and more of them, and looks.
    pub fn begin(sea: &Sea) -> Self {
        let (writing, looking) = (CancellationToken::new(), CancellationToken::new());
        let marks: [Marks; 2] = Default::default();
        let writer = write(sea.rig.client.clone(), marks.clone(), writing.clone());
        let looker = look(sea.port.clone(), Sea::key(), marks, looking.clone());
        Self {
            writing,
            looking,
            writer: Mutex::new(Some(tokio::spawn(writer))),
            looker: tokio::spawn(looker),
        }
    }

    /// No more rollouts; the last mark, which may have been lost.
    pub async fn stop_writing(&self) -> u64 {
        self.writing.cancel();
        let writer = self.writer.lock().unwrap().take();
        writer.unwrap().await.unwrap()
    }

    pub async fn end(self) -> Seen {
        self.looking.cancel();
        self.looker.await.unwrap()
    }
}

/// Marks the workload and a node; whether each was taken.
pub async fn mark(client: &Client, mark: u64, rolls: bool) -> [bool; 2] {
    let workloads: Api<DaemonSet> = Api::default_namespaced(client.clone());
    let nodes: Api<Node> = Api::all(client.clone());
    let mut workload = json!({"metadata": {"annotations": {
        "kubernetes.io/change-cause": format!("m{mark}")}}});
    if rolls {
        let image = format!("i:{mark}");
        workload["spec"]["template"]["spec"]["containers"] = json!([{"name": "c", "image": image}]);
    }
    let node = json!({"metadata": {"labels": {
        "topology.kubernetes.io/zone": format!("m{mark}")}}});
    let params = PatchParams::default();
    let (workload, node) = (Patch::Merge(workload), Patch::Merge(node));
    let limit = Duration::from_secs(3);
    let workload = timeout(limit, workloads.patch(Sea::NAME, &params, &workload)).await;
    let node = timeout(limit, nodes.patch(MARKED, &params, &node)).await;
    [
        workload.is_ok_and(|answer| answer.is_ok()),
        node.is_ok_and(|answer| answer.is_ok()),
    ]
}

async fn write(client: Client, marks: [Marks; 2], stop: CancellationToken) -> u64 {
    for round in 0.. {
        let number = next();
        let written = mark(&client, number, round % 4 == 0).await;
        for (marks, written) in marks.iter().zip(written) {
            if written {
                marks.push(number);
            }
        }
        tokio::select! {
            () = stop.cancelled() => return number,
            () = sleep(MARK_EVERY) => {}
        }
    }
    unreachable!("it goes on until it is stopped")
}

/// The number of a mark, 0 of what is none.
pub fn read(text: Option<&str>) -> u64 {
    let number = text.and_then(|text| text.strip_prefix('m')?.parse().ok());
    number.unwrap_or_default()
}

async fn look(port: Arc<dyn Port>, key: Key, marks: [Marks; 2], stop: CancellationToken) -> Seen {
    let mut seen = Seen::default();
    while !stop.is_cancelled() {
        // First what it says of itself: what is old a moment later was old then.
        let (now, health) = (Instant::now(), port.health());
        let due = [marks[0].due(now), marks[1].due(now)];
        let entry = port.fleet().entries.get(&key).cloned();
        let board = timeout(Duration::from_secs(1), port.nodes(&key)).await;
        let board = board.ok().flatten();
        seen.looks += 1;
        if !health.is_live() {
            seen.stale += 1;
        }
        let shown = entry
            .as_ref()
            .map(|entry| entry.workload.change_cause.as_deref());
        match shown {
            None => seen
                .untold
                .push(format!("the workload was gone, {health:?}")),
            Some(cause) if health.is_live() && read(cause) < due[0] => {
                seen.untold
                    .push(format!("the workload: {cause:?}, {} was due", due[0]));
            }
            Some(_) => {}
        }
        if let Some(board) = board.filter(|board| health.is_live() && board.nodes.is_live()) {
            let zone = board
                .board
                .cell(MARKED)
                .and_then(|cell| cell.zone.as_deref());
            if read(zone) < due[1] {
                let told = format!("the board: {zone:?}, {} was due, {health:?}", due[1]);
                seen.untold.push(told);
            }
        }
        sleep(Duration::from_millis(100)).await;
    }
    seen
}
