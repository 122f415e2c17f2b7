//! What the list says of a rollout that nobody looks at: why it is stuck is in its
//! pods, and it is said as long as it is so.

use domain::verdict::{Group, Verdict};
use serde_json::json;

use super::rig::{Rig, connect, daemon_set, share, side_by_side, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_why() {
    let rig = share().await;
    side_by_side!(&rig;
        stuck_at_once_and_over_when_it_is,
        what_may_come_right_is_rolling,
        without_pods_the_counters_decide,
    );
}

fn verdict(rig: &Rig, name: &str) -> Option<Verdict> {
    Some(rig.entry(name).ok()?.verdict(rig.port.now()))
}

/// Why, and on how many nodes, where it is stuck because of something.
fn why(verdict: Option<Verdict>) -> Option<(String, u32)> {
    match verdict {
        Some(Verdict::Stuck { why: Some(why), .. }) => Some((why.word, why.nodes)),
        _ => None,
    }
}

async fn begin(rig: &Rig, name: &str) {
    let mut object = daemon_set(name, "i:1");
    object["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = json!(1);
    rig.begin(&object).await;
    until("all run", || verdict(rig, name) == Some(Verdict::Healthy)).await;
}

/// Not after the ten minutes that no node may finish: an image that is not there
/// does not come by waiting.
async fn stuck_at_once_and_over_when_it_is(rig: &Rig) {
    begin(rig, "unseen").await;
    rig.image("unseen", "i:missing");
    until("it is stuck", || why(verdict(rig, "unseen")).is_some()).await;
    let told = why(verdict(rig, "unseen"));
    assert_eq!(told, Some(("ImagePullBackOff".into(), 1)));
    let line = rig.entry("unseen").unwrap().line(rig.port.now());
    assert!(line.started_at.is_some() && line.from_revision == Some(1));
    // Another template is another rollout: nothing of it is left.
    rig.image("unseen", "i:unready");
    until("another", || {
        verdict(rig, "unseen").is_some_and(|verdict| verdict.group() == Group::Rolling)
    })
    .await;
    rig.image("unseen", "i:2");
    until("all run", || {
        verdict(rig, "unseen") == Some(Verdict::Healthy)
    })
    .await;
    let done = rig.entry("unseen").unwrap().line(rig.port.now());
    assert_eq!((done.pace, done.started_at), (None, None));
    rig.delete("daemonsets/unseen");
}

/// A crash may pass: it is a reason once no node finished for long.
async fn what_may_come_right_is_rolling(rig: &Rig) {
    begin(rig, "crashing").await;
    let config = rig.cluster.kubeconfig();
    let (soon, stop) = connect(&config, &["--stuck-after", "15s"]).await;
    rig.image("crashing", "i:crash");
    let key = Rig::key("crashing");
    let by_soon = || {
        let fleet = soon.fleet();
        fleet.entries.get(&key).map(|e| e.verdict(soon.now()))
    };
    until("it is stuck", || why(by_soon()).is_some()).await;
    assert_eq!(why(by_soon()), Some(("CrashLoopBackOff".into(), 1)));
    let patient = verdict(rig, "crashing").map(|verdict| verdict.group());
    assert_eq!(patient, Some(Group::Rolling), "ten minutes have not passed");
    stop.cancel();
    rig.delete("daemonsets/crashing");
}

/// Who may not see pods is told what the status tells, as ever.
async fn without_pods_the_counters_decide(rig: &Rig) {
    begin(rig, "unwatched").await;
    let kubeconfig = super::rights::account(rig, "listless", &[]).await;
    let (port, stop) = connect(&kubeconfig, &["--stuck-after", "15s"]).await;
    rig.image("unwatched", "i:missing");
    until("the others know", || {
        why(verdict(rig, "unwatched")).is_some()
    })
    .await;
    let key = Rig::key("unwatched");
    let group = || {
        let verdict = port.fleet().entries.get(&key)?.verdict(port.now());
        Some((verdict.group(), verdict))
    };
    until("it knows no cause", || {
        matches!(
            group(),
            Some((Group::Stuck, Verdict::Stuck { why: None, .. }))
        )
    })
    .await;
    stop.cancel();
    rig.delete("daemonsets/unwatched");
}
