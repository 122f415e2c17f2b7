//! Templates that Kubernetes pruned, from the record.

use serde_json::{Value, json};

use super::{argument, both};
use crate::rig::{Rig, daemon_set, share};
use crate::web::{Web, serve, serve_as};

/// A server with a record, and the workload whose template was pruned.
struct Case {
    web: Web,
    name: String,
}

impl Case {
    /// What names the workload.
    fn of(&self) -> String {
        format!("namespace=default&name={}", self.name)
    }

    fn page(&self) -> String {
        format!("/ns/default/daemonsets/{}", self.name)
    }

    fn order(&self, to: &str) -> Value {
        json!({"namespace": "default", "name": self.name, "to": to, "reason": "a test"})
    }
}

/// The periods, newest first, once there are so many.
async fn periods(case: &Case, count: usize) -> Vec<Value> {
    let mut told = Value::Null;
    for _ in 0..600 {
        let path = format!("/api/timeline?{}", case.of());
        told = case.web.json(&path).await.1;
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
    for (name, place, _server) in both(&rig, "pruned") {
        let more = ["--record", &argument(&place)];
        let web = serve_as(&rig.cluster.kubeconfig(), &more).await;
        pruned(&rig, &Case { web, name }).await;
    }
}

async fn pruned(rig: &Rig, case: &Case) {
    let name = case.name.as_str();
    let mut object = daemon_set(name, "i:1");
    object["spec"]["revisionHistoryLimit"] = json!(1);
    object["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "API_TOKEN", "value": "hunter2"}]);
    rig.begin(&object).await;
    let first = rig.entry(name).unwrap().current().1.unwrap().name.clone();
    for number in 2..5 {
        rig.image(name, &format!("i:{number}"));
        rig.settled(name).await;
        periods(case, number).await;
    }
    let gone = || {
        !rig.kubectl(&["get", "controllerrevisions"])
            .contains(&first)
    };
    crate::rig::until("Kubernetes pruned it", gone).await;
    let rows = periods(case, 4).await;
    let oldest = rows[3]["template"].as_str().unwrap();
    opened(case, &first, oldest).await;
    refused(rig, case, oldest).await;
    restored(rig, case, oldest).await;
}

/// By its digest, and by the name it had.
async fn opened(case: &Case, first: &str, digest: &str) {
    let (web, of) = (&case.web, case.of());
    for name in [first, digest] {
        let page = format!("{}/revisions/{name}", case.page());
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200, "{name}");
        for words in [
            &format!("Template of 1 of {}", case.name),
            "i:1",
            "No ControllerRevision of this workload holds this template any more",
        ] {
            assert!(body.contains(words), "{words} at {name}");
        }
        assert!(!body.contains("hunter2"), "a value is hidden");
        let (status, body) = web.get(&format!("{page}?values=show")).await;
        assert_eq!((status, body.contains("hunter2")), (200, true));
        let path = format!("/api/template?{of}&template={name}");
        let (status, told) = web.json(&path).await;
        assert_eq!(
            (status, &told["digest"], &told["revision"]),
            (200, &json!(digest), &json!(1))
        );
        assert!(!told.to_string().contains("hunter2"));
        let path = format!("/api/compare?{of}&from={name}&to=live");
        let (status, told) = web.json(&path).await;
        assert_eq!(
            (status, &told["from"]["revision"]),
            (200, &json!(1)),
            "{told}"
        );
        assert_eq!(told["changes"][0]["from"], "i:1");
        let page = format!("{}/compare?from={name}&to=live", case.page());
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200);
        assert!(body.contains("1, from the record"), "{body}");
        let page = format!("{}/rollback?to={name}", case.page());
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

/// Nothing is taken from another workload, and what was seen is tested.
async fn refused(rig: &Rig, case: &Case, digest: &str) {
    let web = &case.web;
    let order = |to: &str| case.order(to);
    let not = format!("{}-not", case.name);
    rig.begin(&daemon_set(&not, "i:9")).await;
    let mut other = order(digest);
    other["name"] = json!(not);
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
    let page = format!("{}/revisions/{digest}", case.page());
    assert_eq!(bare.get(&page).await.0, 503);
}

/// Under a new number, and told so by the record.
async fn restored(rig: &Rig, case: &Case, digest: &str) {
    let (web, name) = (&case.web, case.name.as_str());
    let order = |to: &str| case.order(to);
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
    rig.settled(name).await;
    let entry = rig.entry(name).unwrap();
    assert_eq!(entry.current().1.unwrap().number, 5, "numbered as new");
    assert_eq!(entry.workload.template.digest().to_string(), digest);
    let rows = periods(case, 5).await;
    assert_eq!(
        (&rows[0]["backTo"], &rows[0]["revision"]),
        (&json!(1), &json!(5))
    );
    assert_eq!(rows[0]["by"]["rollbook"]["to"], digest);
    let (_, report) = web.order(&order(digest)).await;
    assert_eq!(report["code"], "alreadyThere");
    // Now that Kubernetes keeps it again, its page is that of the revision.
    let (status, body) = web
        .get(&format!("{}/revisions/{digest}", case.page()))
        .await;
    assert_eq!(status, 200);
    assert!(!body.contains("Kubernetes keeps this template no more"));
}
