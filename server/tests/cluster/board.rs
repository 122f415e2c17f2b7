//! The board against the real controller: whatever happens to pods and nodes,
//! what it counts is what the DaemonSet's own status says, and each state and
//! cause is staged for real.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use app::model::Nodes;
use domain::board::{Counter, Differs, Disagreement, Lags, NodeState};
use domain::findings::{Cause, ImageTrouble, Next, Refusal};
use domain::health::Health;
use domain::workload::{AtATime, Counts};
use serde_json::json;
use xtask::cluster::Component;

use super::rig::{Rig, connect, daemon_set, start, until};
use super::web::{serve, serve_as};

/// Nodes of a rig.
const NODES: u32 = 3;

async fn nodes(rig: &Rig, name: &str) -> Arc<Nodes> {
    rig.port.nodes(&Rig::key(name)).await.expect("a board")
}

/// Waits for a board that is so, and whose counters are those of the status.
async fn agreed(rig: &Rig, name: &str, what: &str, is_so: impl Fn(&Nodes) -> bool) -> Arc<Nodes> {
    let begin = std::time::Instant::now();
    loop {
        let seen = nodes(rig, name).await;
        let workload = &rig.entry(name).unwrap().workload;
        let status = workload.counts;
        let settled = workload.observed_generation >= rig.generation(name);
        let agree = seen.board.counts == status && seen.disagreement.is_none();
        if settled && agree && is_so(&seen) {
            assert_eq!((&seen.pods, &seen.nodes), (&Health::Live, &Health::Live));
            return seen;
        }
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "{what}: {status:?} by the status; {seen:#?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until the board tells which of the two is behind.
async fn until_told(rig: &Rig, name: &str) -> Disagreement {
    let begin = std::time::Instant::now();
    loop {
        let seen = nodes(rig, name).await;
        match &seen.disagreement {
            Some(told) if told.lags != Lags::Either => return told.clone(),
            _ => assert!(begin.elapsed() < Duration::from_mins(1), "{seen:#?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn states(seen: &Nodes) -> BTreeMap<NodeState, u32> {
    seen.board.by_state()
}

fn all(state: NodeState) -> impl Fn(&Nodes) -> bool {
    move |seen| states(seen) == BTreeMap::from([(state, NODES)])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_board_counts_is_what_the_status_says() {
    let rig = &start("board").await;
    a_rollout_that_is_stuck(rig).await;
    nodes_that_come_and_go(rig).await;
    surge_and_on_delete(rig).await;
    pods_that_cannot_be_created(rig).await;
    who_may_not_see_pods(rig).await;
    pages_show_it(rig).await;
    what_comes_with_time_alone(rig).await;
    a_node_that_dies(rig).await;
}

async fn a_rollout_that_is_stuck(rig: &Rig) {
    let mut object = daemon_set("stuck", "i:1");
    object["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = json!(1);
    rig.begin(&object).await;
    let seen = agreed(rig, "stuck", "all run", all(NodeState::NewAvailable)).await;
    assert_eq!(seen.findings, []);
    assert!(seen.board.cells.iter().all(|cell| {
        cell.pod.is_some() && cell.revision_hash.is_some() && cell.node_ready == Some(true)
    }));

    rig.image("stuck", "i:missing");
    let seen = agreed(rig, "stuck", "one fails", |seen| {
        states(seen) == BTreeMap::from([(NodeState::NewFailing, 1), (NodeState::OldAvailable, 2)])
            && !seen.findings.is_empty()
    })
    .await;
    let finding = &seen.findings[0];
    let cause = Cause::Image {
        container: "c".into(),
        why: ImageTrouble::NotFound,
    };
    assert_eq!(
        (&finding.cause, finding.next),
        (&cause, Next::CheckImageName)
    );
    assert!(finding.stands() && finding.evidence.message.contains("i:missing"));
    let failing = seen
        .board
        .cells
        .iter()
        .find(|cell| cell.state == NodeState::NewFailing);
    let failing = failing.unwrap();
    assert_eq!(finding.nodes.names, std::slice::from_ref(&failing.node));
    assert!(failing.reason.is_some() && failing.message.is_some());
    let budget = &seen.board.budget;
    assert_eq!((budget.allowed, budget.used), (AtATime::Unavailable(1), 1));
    assert!(budget.is_spent() && budget.by[0].node == failing.node);

    // The way back: what is broken is replaced at once.
    rig.image("stuck", "i:1");
    agreed(rig, "stuck", "all run again", all(NodeState::NewAvailable)).await;
    rig.image("stuck", "i:crash");
    agreed(rig, "stuck", "it crashes", |seen| {
        seen.findings
            .iter()
            .any(|finding| matches!(finding.cause, Cause::Crash { .. }))
    })
    .await;
    rig.image("stuck", "i:1");
    agreed(
        rig,
        "stuck",
        "all run once more",
        all(NodeState::NewAvailable),
    )
    .await;
}

async fn nodes_that_come_and_go(rig: &Rig) {
    let first = nodes(rig, "stuck").await.board.cells[0].node.clone();
    // Cordoned nodes count as ever.
    rig.kubectl(&["cordon", &first]);
    agreed(rig, "stuck", "a cordoned node", |seen| {
        seen.board.cells[0].cordoned && all(NodeState::NewAvailable)(seen)
    })
    .await;
    rig.kubectl(&["uncordon", &first]);
    // A taint that keeps new pods away, and lets the old one be. The controller has
    // nothing to do and does not look (DC syncNodeUpdate), so its status is old until
    // it has another reason, and that is told.
    let taint =
        |end: &str| rig.kubectl(&["taint", "node", &first, &format!("a=b:NoSchedule{end}")]);
    taint("");
    let told = until_told(rig, "stuck").await;
    let misscheduled = Differs {
        counter: Counter::Misscheduled,
        status: 0,
        board: 1,
    };
    assert!(told.differs.contains(&misscheduled), "{told:#?}");
    assert_eq!(told.lags, Lags::Status);
    rig.kubectl(&["annotate", "ds/stuck", "look=again"]);
    agreed(rig, "stuck", "a tainted node", |seen| {
        states(seen) == BTreeMap::from([(NodeState::Misscheduled, 1), (NodeState::NewAvailable, 2)])
    })
    .await;
    taint("-");
    rig.kubectl(&["annotate", "ds/stuck", "look-"]);
    agreed(rig, "stuck", "no taint", all(NodeState::NewAvailable)).await;
    // A selector that leaves one out.
    rig.kubectl(&["label", "node", &first, "only=this"]);
    let only = json!({"spec": {"template": {"spec": {"nodeSelector": {"only": "this"}}}}});
    rig.merge("stuck", &only);
    agreed(rig, "stuck", "one node is wanted", |seen| {
        states(seen) == BTreeMap::from([(NodeState::Excluded, 2), (NodeState::NewAvailable, 1)])
    })
    .await;
    let none = json!({"spec": {"template": {"spec": {"nodeSelector": null}}}});
    rig.merge("stuck", &none);
    agreed(rig, "stuck", "all are wanted", all(NodeState::NewAvailable)).await;
    // A node more, and one less.
    rig.cluster.add_nodes(NODES as usize, 1).unwrap();
    let more =
        |seen: &Nodes| states(seen) == BTreeMap::from([(NodeState::NewAvailable, NODES + 1)]);
    let seen = agreed(rig, "stuck", "a node more", more).await;
    let new = seen
        .board
        .cells
        .iter()
        .map(|cell| cell.node.clone())
        .find(|node| {
            rig.kubectl(&[
                "get",
                "node",
                node,
                "-o",
                "jsonpath={.metadata.labels.only}",
            ])
            .is_empty()
        });
    let new = new.unwrap();
    rig.kubectl(&["delete", "node", &new]);
    // Nor does the controller look when a node is gone.
    let told = until_told(rig, "stuck").await;
    let desired = Differs {
        counter: Counter::Desired,
        status: NODES + 1,
        board: NODES,
    };
    assert!(told.differs.contains(&desired), "{told:#?}");
    assert_eq!(told.lags, Lags::Status);
    let left = nodes(rig, "stuck").await.board.cell(&new).cloned();
    assert!(left.is_none_or(|cell| cell.left && cell.pod.is_some()));
    rig.kubectl(&["annotate", "ds/stuck", "look=again"]);
    agreed(rig, "stuck", "a node less", |seen| {
        seen.board.counts.available == NODES
    })
    .await;
}

async fn surge_and_on_delete(rig: &Rig) {
    let surge = json!({"spec": {"minReadySeconds": 3600, "updateStrategy": {
        "type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}}});
    let mut object = daemon_set("surge", "i:1");
    rig.begin(&object).await;
    agreed(rig, "surge", "all run", all(NodeState::NewAvailable)).await;
    rig.merge("surge", &surge);
    let seen = agreed(rig, "surge", "all wait", all(NodeState::NewReadyWaiting)).await;
    assert_eq!(seen.board.counts.available, 0);
    rig.merge("surge", &json!({"spec": {"minReadySeconds": 0}}));
    agreed(
        rig,
        "surge",
        "all are available",
        all(NodeState::NewAvailable),
    )
    .await;
    rig.image("surge", "i:unready");
    let seen = agreed(rig, "surge", "one surges", |seen| {
        states(seen).get(&NodeState::Surging) == Some(&1)
    })
    .await;
    assert_eq!(
        (seen.board.budget.allowed, seen.board.budget.used),
        (AtATime::Surge(1), 1)
    );

    object = daemon_set("by-hand", "i:1");
    object["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
    rig.begin(&object).await;
    agreed(rig, "by-hand", "all run", all(NodeState::NewAvailable)).await;
    rig.image("by-hand", "i:2");
    let seen = agreed(rig, "by-hand", "all are old", all(NodeState::OldAvailable)).await;
    let waits = |seen: &Nodes| {
        seen.findings
            .iter()
            .any(|f| f.cause == Cause::WaitsForPerson)
    };
    assert!(waits(&seen), "{:#?}", seen.findings);
    let pod = seen.board.cells[0].pod.clone().unwrap();
    rig.kubectl(&["delete", "pod", &pod]);
    agreed(rig, "by-hand", "one is new", |seen| {
        states(seen) == BTreeMap::from([(NodeState::NewAvailable, 1), (NodeState::OldAvailable, 2)])
    })
    .await;
}

/// Only an event says so.
async fn pods_that_cannot_be_created(rig: &Rig) {
    let mut object = daemon_set("uncreated", "i:1");
    object["spec"]["template"]["spec"]["serviceAccountName"] = json!("nobody-knows");
    rig.begin(&object).await;
    let seen = agreed(rig, "uncreated", "no pod, and why", |seen| {
        !seen.findings.is_empty() && all(NodeState::Missing)(seen)
    })
    .await;
    let finding = &seen.findings[0];
    let cause = Cause::CannotCreate {
        why: Refusal::ServiceAccount,
    };
    assert_eq!((&finding.cause, finding.stands()), (&cause, true));
    assert_eq!(finding.evidence.field, "event FailedCreate");
    assert!(
        finding.evidence.message.contains("nobody-knows"),
        "{finding:#?}"
    );
    rig.delete("daemonsets/uncreated");
}

/// The page is there all the same, and says what is missing.
async fn who_may_not_see_pods(rig: &Rig) {
    let kubeconfig = super::rights::account(rig, "podless", &[]).await;
    let (port, stop) = connect(&kubeconfig, &[]).await;
    let key = Rig::key("stuck");
    until("the refusal", || {
        let seen = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(port.nodes(&key))
        });
        seen.is_some_and(|seen| matches!(seen.pods, Health::Refused { .. }))
    })
    .await;
    stop.cancel();
    let web = serve_as(&kubeconfig, &[]).await;
    let (status, answer) = web.json("/api/nodes?namespace=default&name=stuck").await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (403, Some("forbidden")),
        "{answer}"
    );
    assert!(answer.to_string().contains("pods"), "{answer}");
    let (status, page) = web.get("/ns/default/daemonsets/stuck").await;
    assert_eq!(status, 200);
    assert!(page.contains("Pods may not be seen with these credentials"));
}

async fn pages_show_it(rig: &Rig) {
    let web = serve(rig, &[]).await;
    let (status, answer) = web.json("/api/nodes?namespace=default&name=by-hand").await;
    assert_eq!((status, &answer["nodesKnown"]), (200, &json!(true)));
    assert_eq!(answer["cells"].as_array().unwrap().len(), NODES as usize);
    assert_eq!(
        web.json("/api/nodes?namespace=default&name=nobody").await.0,
        404
    );
    let page = "/ns/default/daemonsets/by-hand";
    let (_, board) = web.get(page).await;
    assert!(board.contains("Old, available") && board.contains("role=\"grid\""));
    let (_, table) = web
        .get(&format!("{page}?view=table&state=old-available"))
        .await;
    assert!(table.contains("Rows 1 to 2 of 2"), "the two that are old");
    let (_, card) = web
        .get(&format!(
            "{page}?node={}",
            answer["cells"][0]["node"].as_str().unwrap()
        ))
        .await;
    assert!(card.contains("aria-label=\"Node details\""));
}

/// Nothing happens, and the controller is told to be behind.
async fn what_comes_with_time_alone(rig: &Rig) {
    rig.begin(&daemon_set("patient", "i:1")).await;
    agreed(rig, "patient", "all run", all(NodeState::NewAvailable)).await;
    let still = [Component::ControllerManager, Component::Kwok];
    for component in still {
        rig.cluster.freeze(component).unwrap();
    }
    rig.image("patient", "i:3");
    let behind = |seen: &Nodes| {
        let mut causes = seen.findings.iter().map(|finding| &finding.cause);
        causes.any(|cause| matches!(cause, Cause::ControllerBehind { .. }))
    };
    let begin = std::time::Instant::now();
    while !behind(&*nodes(rig, "patient").await) {
        assert!(begin.elapsed() < Duration::from_mins(1), "it is told");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for component in still {
        rig.cluster.thaw(component).unwrap();
    }
    let all = |seen: &Nodes| all(NodeState::NewAvailable)(seen) && seen.findings.is_empty();
    agreed(rig, "patient", "it goes on", all).await;
}

/// It keeps its pod, is not wanted any more, and is named. Last: the kubelets
/// stand still from here on.
async fn a_node_that_dies(rig: &Rig) {
    rig.image("stuck", "i:2");
    agreed(rig, "stuck", "all run", all(NodeState::NewAvailable)).await;
    let first = nodes(rig, "stuck").await.board.cells[0].node.clone();
    rig.cluster.freeze(Component::Kwok).unwrap();
    let now = rig.port.now().to_string();
    let ready = json!({"status": {"conditions": [{"type": "Ready", "status": "False",
        "reason": "KubeletNotReady", "message": "it burns", "lastTransitionTime": now}]}});
    rig.kubectl(&[
        "patch",
        "node",
        &first,
        "--subresource=status",
        "-p",
        &ready.to_string(),
    ]);
    // The taint that follows keeps new pods away (node-lifecycle controller), so the
    // controller does not want it any more once it looks.
    assert_eq!(until_told(rig, "stuck").await.lags, Lags::Status);
    rig.kubectl(&["annotate", "--overwrite", "ds/stuck", "look=once-more"]);
    let seen = agreed(rig, "stuck", "a node that is not ready", |seen| {
        let counts: Counts = seen.board.counts;
        (counts.desired, counts.misscheduled) == (NODES - 1, 1)
    })
    .await;
    assert_eq!(seen.board.cell(&first).unwrap().node_ready, Some(false));
    rig.cluster.thaw(Component::Kwok).unwrap();
}
