//! Rules of Kubernetes that only a real cluster can witness.

use std::collections::BTreeSet;

use domain::history::history;
use domain::reach::reach;
use domain::rollback::Reason;
use domain::status::status;
use serde_json::{Value, json};

use super::rig::{Rig, daemon_set, share, side_by_side, until};
use super::web::serve;

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_only_a_cluster_can_witness() {
    let rig = share().await;
    side_by_side!(&rig;
        ten_revisions_are_kept_where_nothing_is_said,
        the_table_is_that_of_kubectl,
        pods_of_the_target_are_left_alone,
        a_template_with_a_null_is_the_same_template,
        recorded_anew_is_not_live_anew,
    );
}

/// The apiserver fills in a limit of 10; without anything old there is nothing
/// to go back to, and with limit 0 it goes with its last pod (semantics.md 1.1,
/// 1.5).
async fn ten_revisions_are_kept_where_nothing_is_said(rig: &Rig) {
    let object = daemon_set("limit", "i:1");
    assert!(object["spec"].get("revisionHistoryLimit").is_none());
    rig.begin(&object).await;
    assert_eq!(rig.live("limit")["spec"]["revisionHistoryLimit"], 10);
    assert_eq!(rig.entry("limit").unwrap().workload.history_limit, 10);
    for n in 2..=13 {
        rig.image("limit", &format!("i:{n}"));
        rig.settled("limit").await;
    }
    let numbers = || -> Vec<i64> {
        let entry = rig.entry("limit").unwrap();
        entry.revisions.iter().map(|r| r.number).collect()
    };
    until("the oldest are pruned", || numbers().len() == 11).await;
    assert_eq!(numbers(), (3..=13).collect::<Vec<_>>());
    let entry = rig.entry("limit").unwrap();
    let history = history(&entry.workload, &entry.own());
    let gone: Vec<_> = history.gone.iter().map(|g| (g.first, g.last)).collect();
    assert_eq!((history.history_limit, gone), (10, vec![(1, 2)]));

    rig.patch("limit", &json!({"spec": {"revisionHistoryLimit": 0}}));
    until("only the current one is left", || numbers() == [13]).await;
    let said = rig.cluster.kubectl(&["rollout", "undo", "ds/limit"]);
    assert!(said.unwrap_err().to_string().contains("no last revision"));
    assert_eq!(rig.entry("limit").unwrap().workload.history_limit, 0);
    let web = serve(rig, &[]).await;
    let (_, answer) = web.json("/api/history?namespace=default&name=limit").await;
    assert_eq!(answer["previousDifferent"], Value::Null);
    assert_eq!(
        web.get("/ns/default/daemonsets/limit/rollback").await.0,
        200
    );
}

/// Cells of the rows of a table of the page.
fn cells(page: &str, labelled: &str) -> Vec<Vec<String>> {
    let (_, table) = page
        .split_once(&format!("aria-labelledby=\"{labelled}\""))
        .unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let text = |cell: &str| {
        let (_, cell) = cell.split_once('>').unwrap();
        let plain = cell
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, t)| t));
        plain.collect::<String>()
    };
    let row = |row: &str, tag: &str| row.split(tag).skip(1).map(text).collect::<Vec<_>>();
    let rows = table.split("<tr").skip(1);
    rows.map(|r| [row(r, "<th"), row(r, "<td")].concat())
        .collect()
}

/// Name, controller and revision of each; ages move.
async fn the_table_is_that_of_kubectl(rig: &Rig) {
    rig.two("table").await;
    rig.kubectl(&["rollout", "undo", "ds/table"]);
    rig.settled("table").await;
    let printed = rig.kubectl(&["get", "controllerrevisions", "-l", "app=table"]);
    let mut theirs: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let web = serve(rig, &[]).await;
    let (_, page) = web.get("/ns/default/daemonsets/table").await;
    let mut ours = cells(&page, "crs");
    assert_eq!(ours[0], theirs[0], "the head");
    assert_eq!(ours[0], ["NAME", "CONTROLLER", "REVISION", "AGE"]);
    theirs[1..].sort();
    ours[1..].sort();
    assert_eq!(ours.len(), 3);
    for (our, their) in ours[1..].iter().zip(&theirs[1..]) {
        assert_eq!(our[..3], their[..3]);
        assert_eq!(our.len(), 4);
    }
}

/// uids of a workload's pods that carry a hash, and do not end.
fn pods(rig: &Rig, app: &str, hash: &str) -> BTreeSet<String> {
    let all = rig.pods(&format!("app={app},controller-revision-hash={hash}"));
    let alive = all
        .iter()
        .map(|pod| &pod["metadata"])
        .filter(|metadata| metadata["deletionTimestamp"].is_null());
    alive.map(|metadata| metadata["uid"].to_string()).collect()
}

/// In the middle of a rollout that does not get on: those that still run the
/// target stay as they are (semantics.md 2.2).
async fn pods_of_the_target_are_left_alone(rig: &Rig) {
    let mut object = daemon_set("halfway", "i:1");
    object["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = json!(1);
    rig.begin(&object).await;
    let done = || status(&rig.entry("halfway").unwrap().workload).done;
    until("it is rolled out", done).await;
    rig.image("halfway", "i:unready");
    rig.settled("halfway").await;
    let hash = |number: i64| {
        let entry = rig.entry("halfway").unwrap();
        let revision = entry.revisions.iter().find(|r| r.number == number);
        revision.unwrap().labels["controller-revision-hash"].clone()
    };
    let (first, second) = (hash(1), hash(2));
    until("one node has moved, and no more", || {
        let counts = rig.entry("halfway").unwrap().workload.counts;
        (counts.updated, counts.available) == (1, 2) && pods(rig, "halfway", &second).len() == 1
    })
    .await;
    let old = pods(rig, "halfway", &first);
    assert_eq!(old.len(), 2, "two still run the target");
    let entry = rig.entry("halfway").unwrap();
    let told = reach(&entry.workload, &entry.own(), Some(&entry.revisions[0]));
    assert_eq!((told.least, told.most), (1, 1), "the page says so before");

    let report = rig.send(rig.order("halfway", 1)).await;
    assert_eq!(report.reason, Reason::RolledBack { mutated: false });
    rig.settled("halfway").await;
    until("it is back", done).await;
    let now = pods(rig, "halfway", &first);
    assert_eq!(now.len(), 3);
    assert!(old.is_subset(&now), "{old:?} are not all in {now:?}");
}

/// Up to 1.33 a stored template has a null creation time. It is the same
/// template, where kubectl of another version says `rolled back` and sends a
/// patch that changes nothing (semantics.md 2.3).
async fn a_template_with_a_null_is_the_same_template(rig: &Rig) {
    rig.two("null").await;
    let mut template = rig.live("null")["spec"]["template"].clone();
    template["metadata"]["creationTimestamp"] = Value::Null;
    template["$patch"] = json!("replace");
    let data = json!({"spec": {"template": template}});
    rig.revision_by_hand("null", "null-of-old", 1, &data).await;
    rig.delete(&format!("controllerrevisions/{}", rig.order("null", 1).to));
    until("only the one by hand has number 1", || {
        let entry = rig.entry("null").unwrap();
        entry.revisions.len() == 2 && entry.revisions[0].name == "null-of-old"
    })
    .await;
    let stored = rig.get("controllerrevisions/null-of-old").unwrap();
    assert_eq!(
        stored.pointer("/data/spec/template/metadata/creationTimestamp"),
        Some(&Value::Null),
        "the apiserver kept it as it was"
    );
    let entry = rig.entry("null").unwrap();
    let history = history(&entry.workload, &entry.own());
    assert!(history.row("null-of-old").unwrap().identical_to_current);
    assert_eq!(history.current().unwrap().revision, 2);
    assert_eq!(history.previous_different, None);
    let before = rig.kept("null");
    rig.refused(rig.order("null", 1), "alreadyThere").await;
    let said = rig.kubectl(&["rollout", "undo", "ds/null", "--to-revision=1"]);
    assert_eq!(said.trim(), "daemonset.apps/null rolled back");
    assert_eq!(rig.kept("null"), before, "which it was not");
}

/// Somebody deletes the current ControllerRevision and the controller records
/// the template anew: it has been live all the time, so since when is either
/// not told or as it was.
async fn recorded_anew_is_not_live_anew(rig: &Rig) {
    rig.begin(&daemon_set("anew", "i:1")).await;
    let current = || {
        let entry = rig.entry("anew").unwrap();
        let history = history(&entry.workload, &entry.own());
        history.current().cloned()
    };
    let first = current().unwrap();
    assert_eq!(first.current_since, Some(first.created_at));
    // Kubernetes keeps whole seconds.
    until("a second has passed", || {
        rig.port.now().since(first.created_at).as_secs() >= 2
    })
    .await;
    rig.delete(&format!("controllerrevisions/{}", first.name));
    rig.patch("anew", &json!({"metadata": {"annotations": {"wake": "1"}}}));
    until("it is recorded anew", || {
        current().is_some_and(|row| row.uid != first.uid)
    })
    .await;
    let again = current().unwrap();
    assert!(again.created_at > first.created_at);
    let told = again.current_since;
    assert!(told.is_none_or(|at| at == first.created_at), "{again:?}");
}
