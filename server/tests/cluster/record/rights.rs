//! Who may not see the workloads may not see what the record has on them.

use domain::health::Health;
use domain::record::{Archived, Bounds, Fact, Known, Period};
use domain::template::Template;
use domain::time::Time;
use serde_json::json;
use server::config::Record as Place;

use super::{argument, both, open};
use crate::rig::{Rig, share, until};
use crate::web::{Web, start};
use crate::wire::Wire;

/// What tells of all workloads.
const ALL: [&str; 5] = [
    "/then",
    "/images",
    "/api/then",
    "/api/images",
    "/api/changes",
];

/// The image of the template that the record has.
const IMAGE: &str = "kept-back:1";

fn template() -> Template {
    let containers = json!([{"name": "c", "image": IMAGE}]);
    Template::new(json!({"spec": {"containers": containers}})).unwrap()
}

/// A record with a workload that nobody watches any more, and a template of it;
/// how a server is told of it.
async fn written(place: &Place) -> String {
    let store = open(place).await;
    let known = Known::new(
        "uid-veiled",
        Rig::key("veiled"),
        Time::from_second(1_700_000_000),
    );
    let start = Bounds::dated(known.created_at);
    let mut period = Period::new(&known.uid, 1, start);
    period.template = Some(template().digest());
    let facts = [
        Fact::Workload(known),
        Fact::Template(Archived::from(&template())),
        Fact::Period(period),
    ];
    store.write(&facts).await.unwrap();
    argument(place)
}

/// All answer with this, and none names the workload.
async fn refused(web: &Web, expected: u16) {
    for path in ALL {
        let (status, body) = web.get(path).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert!(!body.contains("veiled"), "{path}: {body}");
    }
    // What tells of one workload, and may repeat its name.
    let (of, digest) = ("namespace=default&name=veiled", template().digest());
    let page = "/ns/default/daemonsets/veiled";
    for path in [
        format!("/api/timeline?{of}"),
        format!("/api/timeline?{of}&uid=uid-veiled"),
        format!("/api/template?{of}&template={digest}&reveal=true"),
        format!("/api/compare?{of}&from={digest}&to={digest}"),
        format!("/api/compare?{of}&from={digest}&to=live"),
        page.to_owned(),
        format!("{page}?gone=uid-veiled"),
        format!("{page}/revisions/{digest}"),
        format!("{page}/compare?from={digest}&to=live"),
        format!("{page}/rollback?to={digest}"),
    ] {
        let (status, body) = web.get(&path).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert!(!body.contains(IMAGE), "{path}: {body}");
    }
    for dry in [true, false] {
        let order = json!({"namespace": "default", "name": "veiled", "kind": "DaemonSet",
            "to": digest.to_string(), "dryRun": dry});
        let (status, report) = web.order(&order).await;
        // Whether the record has it is not told.
        assert_eq!(
            (status, &report["code"]),
            (503, &json!("stale")),
            "{report}"
        );
        assert_eq!(report["changed"], false, "{report}");
        assert!(!report.to_string().contains(IMAGE), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_nothing_is_told_nothing() {
    let rig = share().await;
    rig.kubectl(&["create", "serviceaccount", "shut-out"]);
    let token = rig.kubectl(&["create", "token", "shut-out"]);
    let kubeconfig = rig.kubeconfig_of(&token, "shut-out");
    for (_, place, _server) in both(&rig, "veiled") {
        let path = written(&place).await;
        for limits in [&[][..], &["--namespace", "default"]] {
            let more = [&["--record", path.as_str()], limits].concat();
            let (web, port) = start(&kubeconfig, &more).await;
            until("it is refused", || {
                matches!(port.health(), Health::Refused { .. })
            })
            .await;
            refused(&web, 403).await;
        }
    }
}

/// Without a picture nothing is told; with one that is stale, as before.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_seen_nothing_yet_is_told_nothing() {
    let rig = share().await;
    for (name, place, _server) in both(&rig, "unseen") {
        let path = written(&place).await;
        let (wire, kubeconfig) = Wire::new(&rig, &name);
        let more = ["--record", path.as_str()];
        let (web, port) = start(&kubeconfig, &more).await;
        until("it sees", || port.health().is_live()).await;
        let mut open = false;
        for _ in 0..200 {
            open = web.get("/api/then").await.0 == 200;
            if open {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(open, "the record is open");
        wire.deafen_quiet(std::time::Duration::ZERO);
        until("it is stale", || !port.health().is_live()).await;
        for path in ALL {
            let (status, body) = web.get(path).await;
            assert_eq!(status, 200, "{path}: {body}");
        }
        let (blind, port) = start(&kubeconfig, &more).await;
        assert!(!port.complete());
        refused(&blind, 503).await;
    }
}
