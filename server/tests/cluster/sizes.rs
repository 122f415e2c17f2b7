//! Objects as large as the apiserver takes them.

use serde_json::json;

use super::rig::{daemon_set, share};
use super::web::serve;

/// Most bytes that the apiserver takes in the annotations of one object, keys
/// and values (apimachinery `TotalAnnotationSizeLimitB`).
const ANNOTATIONS: usize = 256 * 1024;

/// What the controller adds to those it copies into a ControllerRevision:
/// without room for it there is no history at all.
const ADDED: usize = "deprecated.daemonset.template.generation".len() + "1".len();

/// As many annotations as a DaemonSet may have, one of them a change cause of
/// 200 kB: the page stays small, and what is cut says so.
#[tokio::test(flavor = "multi_thread")]
async fn annotations_as_large_as_they_may_be_do_not_grow_a_page() {
    let rig = share().await;
    let key = "kubernetes.io/change-cause";
    let cause = "x".repeat(200_000);
    let rest = ANNOTATIONS - ADDED - key.len() - cause.len() - "big".len();
    let mut object = daemon_set("swollen", "i:1");
    object["metadata"]["annotations"] = json!({key: cause, "big": "y".repeat(rest)});
    let mut more = object.clone();
    more["metadata"]["annotations"]["big"] = json!("y".repeat(rest + ADDED + 1));
    let words = ["create", "--dry-run=server", "-f", "-"];
    let refused = rig.cluster.feed(&words, &more.to_string()).unwrap_err();
    assert!(refused.to_string().contains("Too long"), "{refused}");
    rig.begin(&object).await;
    let web = serve(&rig, &[]).await;

    let cut = format!("{}…", "x".repeat(1999));
    let (_, history) = web
        .json("/api/history?namespace=default&name=swollen")
        .await;
    let row = &history["revisions"][0];
    assert_eq!(row["changeCause"], *cut);
    let (_, list) = web.json("/api/workloads").await;
    let line = list["workloads"].as_array().unwrap().iter();
    let line = line.clone().find(|line| line["name"] == "swollen").unwrap();
    assert_eq!(line["changeCause"], *cut);
    let name = row["name"].as_str().unwrap();
    let page = "/ns/default/daemonsets/swollen";
    for path in [
        page.to_owned(),
        format!("{page}/revisions/{name}"),
        format!("{page}/compare"),
        format!("{page}/progress"),
    ] {
        let (status, page) = web.get(&path).await;
        assert_eq!(status, 200, "{path}");
        assert!(page.len() < 100_000, "{path}: {} bytes", page.len());
        assert!(!page.contains(&"x".repeat(2000)), "{path}");
        assert!(!page.contains("yyyy"), "{path}");
    }
    let (_, page) = web.get(page).await;
    assert!(page.contains(&cut), "it ends with an ellipsis");

    // No room is left for the note of a rollback, and the apiserver's words say so.
    rig.image("swollen", "i:2");
    rig.settled("swollen").await;
    let order = rig.order("swollen", 1);
    let report = rig.refused(order, "invalidTemplate").await;
    let words = serde_json::to_value(&report).unwrap()["words"].to_string();
    assert!(words.contains("metadata.annotations: Too long"), "{words}");
}
