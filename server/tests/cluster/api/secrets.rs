//! Values that look like secrets leave the server only when they are asked
//! for: whatever changed, and by whichever way one looks.

use serde_json::{Value, json};

use crate::rig::{Rig, daemon_set, share, until};
use crate::web::{Web, serve};

/// In each secret.
pub const MARK: &str = "hunter2";

#[tokio::test(flavor = "multi_thread")]
async fn secrets_stay_unless_they_are_asked_for() {
    let rig = share().await;
    let names = revisions(&rig, "vault").await;
    let web = serve(&rig, &[]).await;
    hidden(&web, &names).await;
    streams(&web).await;
    asked_for(&web, &names).await;
    // What a rollback leaves behind names templates and never holds them.
    let number = rig.entry("vault").unwrap().revisions[0].number;
    let report = rig.send(rig.order("vault", number)).await;
    assert!(!serde_json::to_string(&report).unwrap().contains(MARK));
    let annotations = rig.live("vault")["metadata"]["annotations"].to_string();
    assert!(annotations.contains("rollbook.dev/rollback") && !annotations.contains(MARK));
    let events = || {
        rig.kubectl(&[
            "get",
            "events",
            "--field-selector=involvedObject.name=vault",
            "-o",
            "json",
        ])
    };
    until("the event", || events().contains("RolledBack")).await;
    assert!(!events().contains(MARK));
}

/// The containers of the first revision.
fn containers() -> Value {
    json!([
        {"name": "c", "image": "i:1",
         "env": [{"name": "PASSWORD", "value": "hunter2-a"}, {"name": "LEVEL", "value": "info"}],
         "args": ["--password=hunter2-b", "--level=info"]},
        {"name": "d", "image": "i:1", "command": ["run", "--token=hunter2-c"],
         "env": [{"name": "DB", "value": "postgres://u:hunter2-d@db/x"}]},
    ])
}

/// What changes, and how.
type Edit = (&'static str, fn(&mut Value));

/// One change a revision, each near a secret.
fn edits() -> Vec<Edit> {
    vec![
        ("the value of a variable", |c| {
            c[0]["env"][0]["value"] = json!("hunter2-e");
        }),
        ("the value in an argument", |c| {
            c[0]["args"][0] = json!("--password=hunter2-f");
        }),
        ("the order of arguments", |c| {
            c[0]["args"].as_array_mut().unwrap().reverse();
        }),
        ("the order of variables", |c| {
            c[0]["env"].as_array_mut().unwrap().reverse();
        }),
        ("the order of containers", |c| {
            c.as_array_mut().unwrap().reverse();
        }),
        ("the value in a command", |c| {
            c[0]["command"][1] = json!("--token=hunter2-g");
        }),
        ("a variable is twice there", |c| {
            let twin = json!({"name": "PASSWORD", "value": "hunter2-h"});
            c[1]["env"].as_array_mut().unwrap().push(twin);
        }),
        ("a variable is gone", |c| {
            c[0].as_object_mut().unwrap().remove("env");
        }),
        ("a container is gone", |c| {
            c.as_array_mut().unwrap().remove(0);
        }),
    ]
}

/// A workload with all of them; returns the names of its revisions.
pub async fn revisions(rig: &Rig, name: &str) -> Vec<String> {
    let mut object = daemon_set(name, "i:1");
    let mut all = containers();
    object["spec"]["template"]["spec"]["containers"] = all.clone();
    rig.begin(&object).await;
    for (what, edit) in edits() {
        edit(&mut all);
        let before = rig.generation(name);
        let spec = json!({"template": {"spec": {"containers": all}}});
        rig.merge(name, &json!({"spec": spec}));
        assert_eq!(rig.generation(name), before + 1, "{what}");
        rig.settled(name).await;
    }
    let entry = rig.entry(name).unwrap();
    assert_eq!(entry.revisions.len(), edits().len() + 1);
    entry.revisions.iter().map(|r| r.name.clone()).collect()
}

/// Each way to look at it.
fn ways(names: &[String]) -> Vec<String> {
    let api = |call: &str| format!("/api/{call}namespace=default&name=vault");
    let page = "/ns/default/daemonsets/vault";
    let mut ways = vec![
        "/".to_owned(),
        "/api/workloads".to_owned(),
        api("history?"),
        api("status?"),
        page.to_owned(),
        format!("{page}/progress"),
    ];
    let mut all = names.to_vec();
    all.push("live".into());
    for name in names {
        ways.push(format!("{}&revision={name}", api("revision?")));
        ways.push(format!("{page}/revisions/{name}"));
    }
    for name in &names[..names.len() - 1] {
        ways.push(format!("{page}/rollback?to={name}"));
    }
    for from in &all {
        for to in &all {
            ways.push(format!("{}&from={from}&to={to}", api("compare?")));
            ways.push(format!("{page}/compare?from={from}&to={to}"));
        }
    }
    ways
}

async fn hidden(web: &Web, names: &[String]) {
    let mut leaks = Vec::new();
    for way in ways(names) {
        let (status, body) = web.get(&way).await;
        assert_eq!(status, 200, "{way}: {body}");
        if let Some(at) = body.find(MARK) {
            let begin = body[..at]
                .char_indices()
                .rev()
                .nth(80)
                .map_or(0, |(i, _)| i);
            leaks.push(format!("{way}: …{}…", &body[begin..at + MARK.len()]));
        }
    }
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// What a tab is sent at connect.
async fn streams(web: &Web) {
    use futures::StreamExt as _;
    for view in ["workloads", "workload&namespace=default&name=vault"] {
        let answer = web.ask("GET", &format!("/live?view={view}"), &[], "").await;
        let mut body = answer.into_body().into_data_stream();
        let mut sent = String::new();
        while !sent.contains("\"vault\"") {
            let part = body.next().await.unwrap().unwrap();
            sent.push_str(&String::from_utf8_lossy(&part));
        }
        assert!(!sent.contains(MARK), "{view}");
    }
}

/// With `reveal=true` all is there.
async fn asked_for(web: &Web, names: &[String]) {
    let query = "namespace=default&name=vault";
    let first = &names[0];
    let revision = format!("/api/revision?{query}&revision={first}");
    let (_, plain) = web.json(&revision).await;
    assert_eq!(plain["hidden"], 4, "{plain}");
    assert_eq!(
        plain["template"]["spec"]["containers"][0]["env"][1]["value"],
        "info"
    );
    let (_, shown) = web.json(&format!("{revision}&reveal=true")).await;
    assert_eq!(shown["hidden"], 0);
    let mut expected = containers();
    for (index, container) in expected.as_array_mut().unwrap().iter_mut().enumerate() {
        let real = &shown["template"]["spec"]["containers"][index];
        for field in ["env", "args", "command"] {
            assert_eq!(real.get(field), container.get(field), "{field}");
        }
    }
    let compare = format!("/api/compare?{query}&from={first}&to={}", names[1]);
    let (_, plain) = web.json(&compare).await;
    assert_eq!(plain["changes"][0]["hidden"], true, "{plain}");
    let (_, shown) = web.json(&format!("{compare}&reveal=true")).await;
    let rows = shown["diff"]["rows"].to_string();
    for value in ["hunter2-", "password"] {
        assert!(rows.to_lowercase().contains(value), "{rows}");
    }
    let page = format!("/ns/default/daemonsets/vault/revisions/{first}?values=show");
    let (_, page) = web.get(&page).await;
    assert!(page.contains("hunter2-a") && page.contains("hunter2-b"));
}
