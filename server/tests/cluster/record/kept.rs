//! Templates that Kubernetes pruned, from the record.

use serde_json::{Value, json};

use crate::rig::{Rig, daemon_set, share};
use crate::web::{Web, serve, serve_recorded};

const OF: &str = "namespace=default&name=pruned";

/// The periods, newest first, once there are so many.
async fn periods(web: &Web, count: usize) -> Vec<Value> {
    let mut told = Value::Null;
    for _ in 0..600 {
        told = web.json(&format!("/api/timeline?{OF}")).await.1;
        match told["periods"].as_array() {
            Some(all) if all.len() == count && all[0]["revision"].is_i64() => return all.clone(),
            _ => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    panic!("not {count} periods: {told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kubernetes_pruned_is_opened_compared_and_restored() {
    let rig = share().await;
    let web = serve_recorded(&rig, &rig.cluster.folder().join("kept.db")).await;
    let mut object = daemon_set("pruned", "i:1");
    object["spec"]["revisionHistoryLimit"] = json!(1);
    object["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "API_TOKEN", "value": "hunter2"}]);
    rig.begin(&object).await;
    let first = rig
        .entry("pruned")
        .unwrap()
        .current()
        .1
        .unwrap()
        .name
        .clone();
    for number in 2..5 {
        rig.image("pruned", &format!("i:{number}"));
        rig.settled("pruned").await;
        periods(&web, number).await;
    }
    let gone = || {
        !rig.kubectl(&["get", "controllerrevisions"])
            .contains(&first)
    };
    crate::rig::until("Kubernetes pruned it", gone).await;
    let rows = periods(&web, 4).await;
    let oldest = rows[3]["template"].as_str().unwrap();
    opened(&web, &first, oldest).await;
    refused(&rig, &web, oldest).await;
    restored(&rig, &web, oldest).await;
}

/// By its digest, and by the name it had.
async fn opened(web: &Web, first: &str, digest: &str) {
    for name in [first, digest] {
        let page = format!("/ns/default/daemonsets/pruned/revisions/{name}");
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200, "{name}");
        for words in [
            "Template of 1 of pruned",
            "i:1",
            "Kubernetes keeps this template no more",
        ] {
            assert!(body.contains(words), "{words} at {name}");
        }
        assert!(!body.contains("hunter2"), "a value is hidden");
        let (status, body) = web.get(&format!("{page}?values=show")).await;
        assert_eq!((status, body.contains("hunter2")), (200, true));
        let path = format!("/api/template?{OF}&template={name}");
        let (status, told) = web.json(&path).await;
        assert_eq!(
            (status, &told["digest"], &told["revision"]),
            (200, &json!(digest), &json!(1))
        );
        assert!(!told.to_string().contains("hunter2"));
        let path = format!("/api/compare?{OF}&from={name}&to=live");
        let (status, told) = web.json(&path).await;
        assert_eq!(
            (status, &told["from"]["revision"]),
            (200, &json!(1)),
            "{told}"
        );
        assert_eq!(told["changes"][0]["from"], "i:1");
        let page = format!("/ns/default/daemonsets/pruned/compare?from={name}&to=live");
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200);
        assert!(body.contains("1, from the record"), "{body}");
        let page = format!("/ns/default/daemonsets/pruned/rollback?to={name}");
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200);
        for words in [
            "It will be revision 5",
            "Server dry run accepted",
            "kubectl cannot do this",
        ] {
            assert!(body.contains(words), "{words} at {page}: {body}");
        }
    }
}

fn order(to: &str) -> Value {
    json!({"namespace": "default", "name": "pruned", "to": to, "reason": "a test"})
}

/// Nothing is taken from another workload, and what was seen is tested.
async fn refused(rig: &Rig, web: &Web, digest: &str) {
    rig.begin(&daemon_set("pruned-not", "i:9")).await;
    let mut other = order(digest);
    other["name"] = json!("pruned-not");
    for (order, code) in [
        (other, "notKept"),
        (order(&format!("sha256:{:064}", 7)), "notKept"),
        (order("sha256:nothing"), "invalid"),
    ] {
        let (_, report) = web.order(&order).await;
        assert_eq!(
            (&report["code"], &report["changed"]),
            (&json!(code), &json!(false))
        );
    }
    for (field, value, code) in [
        ("toRevision", json!(7), "renumbered"),
        ("generation", json!(1), "moved"),
        ("uid", json!("another"), "replaced"),
    ] {
        let mut order = order(digest);
        order[field] = value;
        let (_, report) = web.order(&order).await;
        assert_eq!(report["code"], code);
    }
    // Without a record there is nowhere to take it from.
    let bare = serve(rig, &[]).await;
    let (status, report) = bare.order(&order(digest)).await;
    assert_eq!((status, &report["code"]), (503, &json!("noRecord")));
    let page = format!("/ns/default/daemonsets/pruned/revisions/{digest}");
    assert_eq!(bare.get(&page).await.0, 503);
}

/// Under a new number, and told so by the record.
async fn restored(rig: &Rig, web: &Web, digest: &str) {
    let mut dry = order(digest);
    dry["dryRun"] = json!(true);
    let (_, report) = web.order(&dry).await;
    assert_eq!(report["code"], "dryRun", "{report}");
    let (status, report) = web.order(&order(digest)).await;
    assert_eq!(
        (status, &report["code"]),
        (200, &json!("rolledBack")),
        "{report}"
    );
    rig.settled("pruned").await;
    let entry = rig.entry("pruned").unwrap();
    assert_eq!(entry.current().1.unwrap().number, 5, "numbered as new");
    assert_eq!(entry.workload.template.digest().to_string(), digest);
    let rows = periods(web, 5).await;
    assert_eq!(
        (&rows[0]["backTo"], &rows[0]["revision"]),
        (&json!(1), &json!(5))
    );
    assert_eq!(rows[0]["by"]["rollbook"]["to"], digest);
    let (_, report) = web.order(&order(digest)).await;
    assert_eq!(report["code"], "alreadyThere");
    // Now that Kubernetes keeps it again, its page is that of the revision.
    let (status, body) = web
        .get(&format!("/ns/default/daemonsets/pruned/revisions/{digest}"))
        .await;
    assert_eq!(status, 200);
    assert!(!body.contains("Kubernetes keeps this template no more"));
}
