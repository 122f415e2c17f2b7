//! Parts of the control plane that stop: what is sent then, what is not, and
//! what is said about it.

use std::time::{Duration, Instant};

use domain::history::{CurrentState, history};
use domain::rollback::{Outcome, Reason};
use serde_json::json;
use xtask::cluster::Component;

use super::rig::{Rig, code, start, until};
use super::web::serve;

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_the_control_plane_stop() {
    let rig = start("outages").await;
    rig.two("first").await;
    rig.two("second").await;
    without_controllers(&rig).await;
    one_number_twice(&rig).await;
    frozen_apiserver(&rig).await;
    apiserver_gone(&rig).await;
}

/// Without the controllers the write still stands, and nothing is current.
async fn without_controllers(rig: &Rig) {
    rig.cluster.freeze(Component::ControllerManager).unwrap();
    let report = rig.send(rig.order("first", 1)).await;
    assert_eq!(report.reason, Reason::RolledBack { mutated: false });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
    until("it is pending", || {
        rig.entry("first")
            .is_ok_and(|e| e.current().0 == CurrentState::Pending)
    })
    .await;
    let entry = rig.entry("first").unwrap();
    let status = domain::status::status(&entry.workload);
    let said = rig.kubectl(&["rollout", "status", "ds/first", "--watch=false"]);
    assert_eq!(said.trim(), status.message);
    assert!(!status.done);
    rig.cluster.thaw(Component::ControllerManager).unwrap();
    rig.settled("first").await;
}

/// Two ControllerRevisions with one number: both are shown, where kubectl
/// shows one, and each can be gone back to.
async fn one_number_twice(rig: &Rig) {
    rig.cluster.freeze(Component::ControllerManager).unwrap();
    let mut template = rig.live("second")["spec"]["template"].clone();
    template["spec"]["containers"][0]["image"] = json!("i:twin");
    let data = json!({"spec": {"template": template}});
    rig.revision_by_hand("second", "second-twin", 1, &data)
        .await;
    let entry = rig.entry("second").unwrap();
    let history = history(&entry.workload, &entry.own());
    let numbers: Vec<i64> = history.revisions.iter().map(|r| r.revision).collect();
    assert_eq!(numbers, [2, 1, 1]);
    let images: Vec<&str> = history
        .revisions
        .iter()
        .map(|r| r.images[0].image.as_str())
        .collect();
    assert_eq!(images, ["i:2", "i:twin", "i:1"], "the younger of two first");
    let printed = rig.kubectl(&["rollout", "history", "ds/second"]);
    let ones = printed
        .lines()
        .filter(|line| line.starts_with("1 "))
        .count();
    assert_eq!(ones, 1, "kubectl shows one: {printed}");
    let web = serve(rig, &[]).await;
    let (_, page) = web.get("/ns/default/daemonsets/second").await;
    for row in &history.revisions {
        assert!(
            page.contains(&format!("/revisions/{}", row.name)),
            "{}",
            row.name
        );
    }
    let mut order = rig.order("second", 2);
    let twin = entry.revision("second-twin").unwrap();
    (order.to, order.to_uid, order.to_revision) =
        (twin.name.clone(), Some(twin.uid.clone()), Some(1));
    assert_eq!(code(&rig.send(order).await), "rolledBack");
    let live = rig.live("second");
    assert_eq!(live["spec"]["template"], template);
    rig.cluster.thaw(Component::ControllerManager).unwrap();
    rig.settled("second").await;
}

/// The apiserver freezes before it is asked: nothing was sent, and that is
/// known.
async fn frozen_apiserver(rig: &Rig) {
    let before = rig.kept("first");
    let order = rig.order("first", 2);
    rig.cluster.freeze(Component::Apiserver).unwrap();
    let report = rig.send(order).await;
    rig.cluster.thaw(Component::Apiserver).unwrap();
    assert_eq!(code(&report), "unreachable", "{report:?}");
    assert_eq!(
        (report.outcome, report.changed),
        (Outcome::Failed, Some(false))
    );
    until("live again", || rig.port.health().is_live()).await;
    assert_eq!(rig.kept("first"), before);
}

/// The apiserver is gone: nothing is sent, which is said within five seconds
/// also of the page, and afterwards all goes on.
async fn apiserver_gone(rig: &Rig) {
    let before = rig.kept("first");
    let order = rig.order("first", 2);
    rig.cluster.kill(Component::Apiserver).unwrap();
    let begin = Instant::now();
    let report = rig.send(order.clone()).await;
    assert_eq!(code(&report), "unreachable", "{report:?}");
    assert_eq!(report.changed, Some(false));
    until("it is stale", || !rig.port.health().is_live()).await;
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    let report = rig.send(order.clone()).await;
    assert_eq!(code(&report), "stale", "{report:?}");
    assert_eq!(report.changed, Some(false));
    rig.cluster.restart(Component::Apiserver).unwrap();
    until("live again", || rig.port.health().is_live()).await;
    assert_eq!(rig.kept("first"), before);
    assert_eq!(code(&rig.send(order).await), "rolledBack", "as it was seen");
}
