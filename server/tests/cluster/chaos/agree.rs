//! What the server shows, held against a fresh list.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use domain::board::NodeState;
use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt as _};
use tokio::time::{sleep, timeout};

use super::RECOVERY;
use super::sea::Sea;
use super::witness::{mark, read};

/// A pod: its name, its hash, and whether it is ready.
type OnNode = Option<(String, String, bool)>;

/// The workload as somebody sees it.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    mark: u64,
    generations: (i64, i64),
    /// Desired, current, ready, updated, available, misscheduled.
    counts: [u32; 6],
    revisions: BTreeSet<(String, i64)>,
    nodes: BTreeMap<String, (Option<String>, OnNode)>,
}

impl Picture {
    /// Names of pods that are not ready.
    fn unready(&self) -> Vec<&str> {
        let pods = self.nodes.values().filter_map(|(_, pod)| pod.as_ref());
        let unready = pods.filter(|(_, _, ready)| !ready);
        unready.map(|(name, _, _)| name.as_str()).collect()
    }

    /// The rollout has come to its end.
    fn settled(&self) -> bool {
        let [desired, current, ready, updated, available, misscheduled] = self.counts;
        let all = [current, ready, updated, available].map(|count| count == desired);
        let pods = self.nodes.values().filter(|(_, pod)| pod.is_some());
        self.generations.0 == self.generations.1
            && all == [true; 4]
            && misscheduled == 0
            && pods.count() == desired as usize
    }
}

/// A rollout that stands still for so long does not go on by itself.
const PATIENCE: Duration = Duration::from_secs(12);

/// Waits until what is shown is what a list says, and the rollout is over.
pub async fn with_a_fresh_list(sea: &Sea, last: u64, what: &str) {
    let begin = Instant::now();
    // What was written last may have been lost.
    while mark(&sea.rig.client, last, false).await != [true; 2] {
        assert!(
            begin.elapsed() < RECOVERY,
            "{what}: it cannot be marked: {}",
            sea.parts()
        );
        sleep(Duration::from_millis(200)).await;
    }
    let pods: Api<Pod> = Api::default_namespaced(sea.rig.client.clone());
    let mut helped = Instant::now();
    loop {
        let (listed, shown) = (fresh(sea).await, shown(sea).await);
        let listed = listed.map_err(|error| error.to_string());
        if let (Ok(listed), Some(shown)) = (&listed, &shown)
            && listed == shown
        {
            if listed.settled() {
                return;
            }
            // KWOK gives up a pod whose status it could not write. Somebody sees that
            // on the board, and deletes it.
            if helped.elapsed() > PATIENCE {
                helped = Instant::now();
                println!("{what}: {} is deleted", listed.unready().join(", "));
                for pod in listed.unready() {
                    let _ = pods.delete(pod, &DeleteParams::default()).await;
                }
            }
        }
        assert!(
            begin.elapsed() < RECOVERY * 2,
            "{what}: {:?}\nlisted {listed:?}\nshown  {shown:?}\n{}",
            sea.port.health(),
            sea.parts()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

fn small(count: i32) -> u32 {
    u32::try_from(count).unwrap_or_default()
}

/// What lists say.
async fn fresh(sea: &Sea) -> kube::Result<Picture> {
    let client = &sea.rig.client;
    let workloads: Api<DaemonSet> = Api::default_namespaced(client.clone());
    let revisions: Api<ControllerRevision> = Api::default_namespaced(client.clone());
    let (pods, all): (Api<Pod>, Api<Node>) = (
        Api::default_namespaced(client.clone()),
        Api::all(client.clone()),
    );
    let own = ListParams::default().labels(&format!("app={}", Sea::NAME));
    let workload = workloads.get(Sea::NAME).await?;
    let status = workload.status.clone().unwrap_or_default();
    let mut nodes = BTreeMap::new();
    for node in all.list(&ListParams::default()).await? {
        let zone = node.labels().get("topology.kubernetes.io/zone").cloned();
        nodes.insert(node.name_any(), (zone, None));
    }
    for pod in pods.list(&own).await? {
        let on = pod.spec.as_ref().and_then(|spec| spec.node_name.clone());
        let hash = pod.labels().get("controller-revision-hash").cloned();
        let conditions = pod
            .status
            .as_ref()
            .and_then(|status| status.conditions.as_ref());
        let ready = conditions
            .into_iter()
            .flatten()
            .any(|condition| (&*condition.type_, &*condition.status) == ("Ready", "True"));
        let place = nodes.entry(on.unwrap_or_default()).or_default();
        place.1 = Some((pod.name_any(), hash.unwrap_or_default(), ready));
    }
    let revisions = revisions.list(&own).await?;
    let revisions = revisions
        .iter()
        .map(|one| (one.name_any(), one.revision.unwrap_or_default()));
    let cause = workload.annotations().get("kubernetes.io/change-cause");
    Ok(Picture {
        mark: read(cause.map(String::as_str)),
        generations: (
            workload.metadata.generation.unwrap_or_default(),
            status.observed_generation.unwrap_or_default(),
        ),
        counts: [
            small(status.desired_number_scheduled),
            small(status.current_number_scheduled),
            small(status.number_ready),
            small(status.updated_number_scheduled.unwrap_or_default()),
            small(status.number_available.unwrap_or_default()),
            small(status.number_misscheduled),
        ],
        revisions: revisions.collect(),
        nodes,
    })
}

/// What the server shows; `None` while it says itself that it is old.
async fn shown(sea: &Sea) -> Option<Picture> {
    let key = Sea::key();
    let board = timeout(Duration::from_secs(3), sea.port.nodes(&key)).await;
    let seen = board.ok().flatten()?;
    let fresh = [&sea.port.health(), &seen.pods, &seen.nodes];
    if fresh.iter().any(|health| !health.is_live()) || seen.disagreement.is_some() {
        return None;
    }
    let entry = sea.port.fleet().entries.get(&key).cloned()?;
    let workload = &entry.workload;
    let counts = seen.board.counts;
    if counts != workload.counts {
        return None;
    }
    let cells = seen.board.cells.iter().map(|cell| {
        let ready = matches!(
            cell.state,
            NodeState::NewAvailable | NodeState::OldAvailable
        );
        let hash = cell.revision_hash.clone().unwrap_or_default();
        let pod = cell.pod.clone().map(|pod| (pod, hash, ready));
        (cell.node.clone(), (cell.zone.clone(), pod))
    });
    let revisions = entry.revisions.iter();
    Some(Picture {
        mark: read(workload.change_cause.as_deref()),
        generations: (workload.generation, workload.observed_generation),
        counts: [
            counts.desired,
            counts.scheduled,
            counts.ready,
            counts.updated,
            counts.available,
            counts.misscheduled,
        ],
        revisions: revisions
            .map(|one| (one.name.clone(), one.number))
            .collect(),
        nodes: cells.collect(),
    })
}
