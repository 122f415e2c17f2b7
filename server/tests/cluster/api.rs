//! The API as docs/api.md says it is: each call, each field, each error and
//! each code of a rollback is taken from that page and held against the answer.

mod errors;
mod paper;
pub mod secrets;

use domain::rollback::Order;
use serde_json::{Value, json};

use super::rig::{Rig, daemon_set, share, until};
use super::web::{Web, serve_recorded};
use paper::{Paper, missing};

const CAUSE: &str = "kubernetes.io/change-cause";

/// Fields of a revision that are promised whatever their value.
const ROW: [&str; 10] = [
    "revision",
    "name",
    "uid",
    "changeCause",
    "createdAt",
    "current",
    "identicalToCurrent",
    "restartOnly",
    "images",
    "problem",
];

/// The same of a status.
const STATUS: [&str; 7] = [
    "done",
    "message",
    "desired",
    "updated",
    "available",
    "generation",
    "observedGeneration",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_call_answers_as_documented() {
    let rig = share().await;
    let paper = Paper::read();
    let path = rig.cluster.folder().join("api.db");
    let web = serve_recorded(&rig, &path).await;
    story(&rig).await;
    reads(&web, &paper).await;
    required_fields(&web).await;
    write(&rig, &web, &paper).await;
    each_thing_seen_is_tested(&rig, &web, &paper).await;
}

/// A workload that went back from 2 to 1, and one in the middle of a rollout:
/// between them they have all that the examples show.
async fn story(rig: &Rig) {
    let mut object = daemon_set("told", "i:1");
    object["metadata"]["annotations"] = json!({CAUSE: "the first"});
    rig.begin(&object).await;
    rig.image("told", "i:2");
    rig.settled("told").await;
    rig.kubectl(&["rollout", "undo", "ds/told"]);
    rig.settled("told").await;
    let mut object = daemon_set("rolling", "i:1");
    object["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = json!(1);
    rig.begin(&object).await;
    for name in ["told", "rolling"] {
        until("it is rolled out", || {
            let entry = rig.entry(name).unwrap();
            domain::status::status(&entry.workload).done
        })
        .await;
    }
    rig.image("rolling", "i:unready");
    let is_rolling = || rig.entry("rolling").unwrap().workload.counts.updated == 1;
    until("one node is updated, and no more", is_rolling).await;
}

/// The record has been written.
async fn recorded(web: &Web) {
    let path = "/api/timeline?namespace=default&name=told";
    for _ in 0..200 {
        let (_, told) = web.json(path).await;
        if told["periods"][0]["revision"] == 3 && told["periods"][0]["outcome"] == "done" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not recorded: {:?}", web.json(path).await);
}

/// Each documented GET with all its documented parameters has all documented
/// fields.
async fn reads(web: &Web, paper: &Paper) {
    let (_, history) = web.json("/api/history?namespace=default&name=told").await;
    let rows = history["revisions"].as_array().unwrap();
    let [new, old] = [&rows[0]["name"], &rows[1]["name"]].map(|n| n.as_str().unwrap());
    let uid = history["uid"].as_str().unwrap().to_owned();
    let (_, workloads) = web.json("/api/workloads").await;
    let now = workloads["now"].as_str().unwrap().to_owned();
    let value = |parameter: &str| match parameter {
        "namespace" => "default",
        "kind" => "DaemonSet",
        "name" => "told",
        "revision" | "to" | "template" => new,
        "from" => old,
        "reveal" => "false",
        "uid" => &uid,
        "at" => &now,
        "before" => "100",
        "q" => "i:",
        "page" => "1",
        other => panic!("a parameter without a test: {other}"),
    };
    recorded(web).await;
    let mut asked = Vec::new();
    for (path, parameters) in paper.reads() {
        // There, they are moments.
        let value = |parameter: &str| match (&*path, parameter) {
            ("/api/changes", "from") => "2020-01-01T00:00:00Z",
            ("/api/changes", "to") => "2099-01-01T00:00:00Z",
            _ => value(parameter),
        };
        let query: Vec<String> = parameters
            .iter()
            .map(|p| format!("{p}={}", value(p)))
            .collect();
        let (status, answer) = web.json(&format!("{path}?{}", query.join("&"))).await;
        assert_eq!(status, 200, "{path}: {answer}");
        for example in paper.examples(&path) {
            let gaps = missing(example, &answer);
            assert!(gaps.is_empty(), "{path}: {gaps:?} are documented, {answer}");
        }
        let more = paper.undocumented(&path, &answer);
        assert!(more.is_empty(), "{path}: {more:?} are not documented");
        asked.push(path);
    }
    let known = [
        "workloads",
        "history",
        "timeline",
        "then",
        "images",
        "changes",
        "status",
        "nodes",
        "revision",
        "template",
        "compare",
    ];
    assert_eq!(asked, known.map(|name| format!("/api/{name}")));
    // `live` names the live template, as documented.
    let path = format!("/api/compare?namespace=default&name=told&from={old}&to=live");
    let (status, answer) = web.json(&path).await;
    assert_eq!((status, &answer["to"]["name"]), (200, &json!("live")));
    assert_eq!(answer["to"]["revision"], 3);
}

/// Promised fields are there also where they have nothing to say.
async fn required_fields(web: &Web) {
    let has = |value: &Value, fields: &[&str]| {
        for field in fields {
            assert!(value.get(field).is_some(), "{field} in {value}");
        }
    };
    let (_, history) = web.json("/api/history?namespace=default&name=told").await;
    has(
        &history,
        &["currentState", "previousDifferent", "revisions"],
    );
    for revision in history["revisions"].as_array().unwrap() {
        has(revision, &ROW);
        let name = revision["name"].as_str().unwrap();
        let path = format!("/api/revision?namespace=default&name=told&revision={name}");
        let (_, one) = web.json(&path).await;
        has(&one, &ROW);
        has(&one, &["template", "hidden"]);
        assert_eq!(one["uid"], revision["uid"]);
    }
    assert_eq!(history["currentState"], "recorded");
    let numbers: Vec<&Value> = history["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["revision"])
        .collect();
    assert_eq!(numbers, [3, 2], "newest first");
    for name in ["told", "rolling"] {
        let (_, status) = web
            .json(&format!("/api/status?namespace=default&name={name}"))
            .await;
        has(&status, &STATUS);
        assert_eq!(status["done"], name == "told", "{status}");
    }
}

/// The documented order, sent as it stands there, with real values; its answer
/// has all documented fields.
async fn write(rig: &Rig, web: &Web, paper: &Paper) {
    let order = serde_json::to_value(rig.order("told", 2)).unwrap();
    let documented = paper.order();
    let body = with_fields_of(&documented, &order);
    let (status, answer) = web.order(&body).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["code"], "rolledBack");
    for example in paper.examples("/api/rollback") {
        let gaps = missing(example, &answer);
        assert!(gaps.is_empty(), "{gaps:?} are documented, {answer}");
    }
    let more = paper.undocumented("/api/rollback", &answer);
    assert!(more.is_empty(), "{more:?} are not documented");
    let follow = &answer["generation"];
    assert_eq!(*follow, rig.generation("told"));
    rig.settled("told").await;
    let (_, status) = web.json("/api/status?namespace=default&name=told").await;
    assert_eq!(status["generation"], *follow);
}

/// The fields of the documented order with the values of a real one.
fn with_fields_of(documented: &Value, order: &Value) -> Value {
    let fields = documented.as_object().unwrap().keys();
    fields
        .map(|field| {
            let value = order.get(field);
            let value =
                value.unwrap_or_else(|| panic!("{field} is documented, and no order has it"));
            (field.clone(), value.clone())
        })
        .collect()
}

/// Each documented field of an order that says what was seen is tested.
async fn each_thing_seen_is_tested(rig: &Rig, web: &Web, paper: &Paper) {
    let number = rig.entry("told").unwrap().revisions[0].number;
    let good = serde_json::to_value(rig.order("told", number)).unwrap();
    let before = rig.kept("told");
    let wrong = [
        ("namespace", json!("kube-system"), 404, "workloadGone"),
        ("kind", json!("Deployment"), 400, "invalid"),
        ("name", json!("nobody"), 404, "workloadGone"),
        ("to", json!("nothing"), 404, "pruned"),
        ("toUid", json!("another"), 409, "targetReplaced"),
        ("toRevision", json!(99), 409, "renumbered"),
        ("uid", json!("another"), 409, "replaced"),
        ("generation", json!(99), 409, "moved"),
        ("reason", json!("x".repeat(1001)), 400, "invalid"),
        ("dryRun", json!(true), 200, "dryRun"),
    ];
    let mut fields: Vec<&str> = wrong.iter().map(|(field, ..)| *field).collect();
    fields.sort_unstable();
    let documented = paper.order();
    let names: Vec<&String> = documented.as_object().unwrap().keys().collect();
    assert_eq!(fields, names, "each documented field has a test");
    for (field, value, status, code) in wrong {
        let mut order = good.clone();
        order[field] = value;
        let (told, answer) = web.order(&order).await;
        assert_eq!(
            (told, &answer["code"]),
            (status, &json!(code)),
            "{field}: {answer}"
        );
        assert_ne!(answer["changed"], json!(true), "{field}: {answer}");
        let more = paper.undocumented("/api/rollback", &answer);
        assert!(more.is_empty(), "{field}: {more:?} are not documented");
        assert_eq!(rig.kept("told"), before, "{field}");
    }
    // Whoever says nothing of what was seen asks for the same.
    let blind = Order {
        to_uid: None,
        to_revision: None,
        uid: None,
        generation: None,
        dry_run: true,
        ..serde_json::from_value(good).unwrap()
    };
    let (status, answer) = web.order(&serde_json::to_value(blind).unwrap()).await;
    assert_eq!((status, &answer["code"]), (200, &json!("dryRun")));
}
