//! Watches that hang while all else goes well: a proxy lost their connections
//! and told nobody.

use std::time::Duration;

use app::model;
use domain::health::Health;
use domain::workload::Key;
use serde_json::json;

use super::rig::{connect, daemon_set, share, until};
use super::wire::Wire;

/// Longer than the pause between two probes, shorter than a watch lasts.
const QUIET: Duration = Duration::from_millis(3500);

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_hangs_alone_is_noticed() {
    let rig = share().await;
    rig.kubectl(&["create", "namespace", "quiet"]);
    let mut object = daemon_set("hung", "i:1");
    object["metadata"]["namespace"] = json!("quiet");
    rig.create(&object);
    let (wire, kubeconfig) = Wire::new(&rig, "hung");
    let (port, stop) = connect(&kubeconfig, &["--namespace", "quiet"]).await;
    let key = Key::daemon_set("quiet", "hung");
    let seen = || {
        model::entry(port.as_ref(), &key)
            .unwrap()
            .workload
            .generation
    };
    assert_eq!(seen(), 1);

    until("it is stale", || {
        wire.deafen_quiet(QUIET);
        !port.health().is_live()
    })
    .await;
    // The probe is answered: it is the watches that are not.
    let health = port.health();
    assert!(
        matches!(&health, Health::Stale { silent: false, words, .. } if words.contains("no answer")),
        "{health:?}"
    );
    let edit = r#"{"spec":{"minReadySeconds":1}}"#;
    rig.kubectl(&["-n", "quiet", "patch", "ds/hung", "-p", edit]);
    assert_eq!(
        (seen(), port.health().is_live()),
        (1, false),
        "old, and said so"
    );

    wire.open();
    until("it is live again", || port.health().is_live()).await;
    assert_eq!(seen(), 2, "with what was missed");
    stop.cancel();
}
