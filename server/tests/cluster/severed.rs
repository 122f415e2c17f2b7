//! The apiserver stops while it holds a write: the answer is lost, the report
//! says so, and ordering it again is safe.

use std::time::Duration;

use domain::rollback::{Order, Report};
use serde_json::{Value, json};
use xtask::cluster::Component;

use super::hook::Hook;
use super::rig::{Rig, code, start, until};
use super::web::{Web, serve};

/// Longer than the server waits for the answer to a write.
const UNANSWERED: Duration = Duration::from_secs(14);

#[tokio::test(flavor = "multi_thread")]
async fn the_apiserver_stops_in_mid_request() {
    let rig = start("severed").await;
    let web = serve(&rig, &[]).await;
    for name in ["killed", "frozen"] {
        rig.two(name).await;
    }
    killed(&rig, &web).await;
    while web.json("/api/workloads").await.1["health"] != "live" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    frozen(&rig, &web).await;
}

/// It dies, and comes back before anybody asks again: the write went with it.
async fn killed(rig: &Rig, web: &Web) {
    let hook = held(rig, "killed").await;
    let order = rig.order("killed", 1);
    let report = lost(web, &hook, &order, async {
        rig.cluster.kill(Component::Apiserver).unwrap();
    })
    .await;
    println!("killed: {report}");
    hook.release();
    rig.cluster.restart(Component::Apiserver).unwrap();
    let ready = ["get", "--raw", "/readyz"];
    until("it answers again", || rig.cluster.kubectl(&ready).is_ok()).await;
    assert_eq!(rig.generation("killed"), 2, "it was never written");
    let again = safely_again(rig, order).await;
    assert_eq!(code(&again), "rolledBack", "{again:?}");
}

/// It hangs for longer than the server waits, and goes on with what it held.
async fn frozen(rig: &Rig, web: &Web) {
    let hook = held(rig, "frozen").await;
    let order = rig.order("frozen", 1);
    let report = lost(web, &hook, &order, async {
        rig.cluster.freeze(Component::Apiserver).unwrap();
        tokio::time::sleep(UNANSWERED).await;
        rig.cluster.thaw(Component::Apiserver).unwrap();
    })
    .await;
    println!("frozen: {report}");
    hook.release();
    safely_again(rig, order).await;
}

/// A webhook that holds the way back of a workload.
async fn held(rig: &Rig, name: &str) -> Hook {
    let hook = Hook::new(rig);
    hook.register(rig, name, &["i:1"], "Ignore").await;
    hook.hold();
    hook
}

/// Sends the order, and stops the apiserver once the write stands in admission:
/// the report says that nothing is known.
async fn lost(web: &Web, hook: &Hook, order: &Order, stop: impl Future<Output = ()>) -> Value {
    let body = serde_json::to_value(order).unwrap();
    let stopped = async {
        until("the write stands in admission", || hook.held() == 1).await;
        stop.await;
    };
    let ((status, report), ()) = tokio::join!(web.order(&body), stopped);
    assert_eq!(status, 504, "{report}");
    let told = ["outcome", "code", "changed"].map(|field| report[field].clone());
    assert_eq!(
        told,
        [json!("unknown"), json!("noAnswer"), Value::Null],
        "{report}"
    );
    assert!(report.as_object().unwrap().contains_key("changed"));
    let message = report["message"].as_str().unwrap();
    assert!(message.contains("the answer was lost"), "{message}");
    report
}

/// The same order once more, and once more: it is carried out once in all, and
/// the object is what the report says.
async fn safely_again(rig: &Rig, order: Order) -> Report {
    let name = order.name.clone();
    let report = loop {
        until("live again", || rig.port.health().is_live()).await;
        let report = rig.send(order.clone()).await;
        // The watches may have noticed only now.
        if !["stale", "unreachable"].contains(&&*code(&report)) {
            break report;
        }
        assert_eq!(report.changed, Some(false));
    };
    assert!(
        ["rolledBack", "alreadyThere"].contains(&&*code(&report)),
        "{report:?}"
    );
    assert_eq!(report.generation, Some(3), "{report:?}");
    let live = rig.live(&name);
    assert_eq!(live["metadata"]["generation"], 3, "written once");
    let image = &live["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(*image, "i:1");
    rig.settled(&name).await;
    let third = rig.refused(order, "alreadyThere").await;
    assert_eq!(third.generation, Some(3));
    report
}
