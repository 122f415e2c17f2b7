//! What the credentials and the command line allow: less than everything is
//! told apart, and what is allowed still works.

use std::path::PathBuf;
use std::time::Duration;

use domain::rollback::{Order, Outcome, Reason};
use serde_json::{Value, json};

use super::rig::{Rig, code, connect, share, side_by_side, until};
use super::web::{serve, serve_as, text};

#[tokio::test(flavor = "multi_thread")]
async fn less_than_all_rights() {
    let rig = share().await;
    side_by_side!(&rig;
        may_look_only,
        may_not_write_events,
        credentials_that_end,
        read_only_over_http,
    );
}

/// A kubeconfig of an account that may look, and patch if so.
pub(super) async fn account(rig: &Rig, name: &str, more: &[&str]) -> PathBuf {
    let subject = json!([{"kind": "ServiceAccount", "name": name, "namespace": "default"}]);
    let verbs = [&["get", "list", "watch"], more].concat();
    let role =
        json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name});
    for object in [
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [
            {"apiGroups": ["apps"], "resources": ["daemonsets"], "verbs": verbs},
            {"apiGroups": ["apps"], "resources": ["controllerrevisions"], "verbs": ["get", "list", "watch"]}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "subjects": subject, "roleRef": role}),
    ] {
        rig.create(&object);
    }
    let who = format!("--as=system:serviceaccount:default:{name}");
    until("the role is known", || {
        let may = ["auth", "can-i", "watch", "controllerrevisions.apps", &who];
        rig.cluster
            .kubectl(&may)
            .is_ok_and(|said| said.trim() == "yes")
    })
    .await;
    let token = rig.kubectl(&["create", "token", name]);
    rig.kubeconfig_of(&token, name)
}

/// May look, may not write: the missing verb and resource are named.
async fn may_look_only(rig: &Rig) {
    rig.two("looked-at").await;
    let kubeconfig = account(rig, "looker", &[]).await;
    let (port, stop) = connect(&kubeconfig, &[]).await;
    for dry_run in [true, false] {
        let order = Order {
            dry_run,
            ..rig.order("looked-at", 1)
        };
        let report = rig.refused_by(&*port, order, "forbidden").await;
        let text = serde_json::to_value(&report).unwrap();
        assert_eq!(
            (&text["verb"], &text["resource"]),
            (&json!("patch"), &json!("daemonsets.apps"))
        );
    }
    stop.cancel();
}

/// May patch and nothing more: the rollback stands, and the report and the
/// page say that there is no Event about it.
async fn may_not_write_events(rig: &Rig) {
    for name in ["no-event", "no-event-form"] {
        rig.two(name).await;
    }
    let kubeconfig = account(rig, "patcher", &["patch"]).await;
    let (port, stop) = connect(&kubeconfig, &[]).await;
    let report = port.rollback(rig.order("no-event", 1), None).await;
    assert_eq!(report.reason, Reason::RolledBack { mutated: false });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
    let problem = report.event_problem.unwrap();
    assert!(
        problem.contains("cannot create resource \"events\""),
        "{problem}"
    );
    assert_eq!(rig.generation("no-event"), 3);
    stop.cancel();

    let web = serve_as(&kubeconfig, &[]).await;
    let answer = web.form(&rig.order("no-event-form", 1)).await;
    assert_eq!(answer.status().as_u16(), 303);
    let follow = answer.headers()["location"].to_str().unwrap();
    assert_eq!(
        follow,
        "/ns/default/daemonsets/no-event-form/progress?generation=3&event=missing"
    );
    let (status, page) = web.get(follow).await;
    assert_eq!(status, 200);
    assert!(page.contains("right to create events"), "the page says so");
    assert_eq!(rig.generation("no-event-form"), 3);
}

/// The account goes while the server runs: told apart from a missing right.
/// The apiserver accepts a token for ten more seconds.
async fn credentials_that_end(rig: &Rig) {
    rig.two("ended").await;
    let kubeconfig = account(rig, "leaver", &["patch"]).await;
    let (port, stop) = connect(&kubeconfig, &[]).await;
    let dry = Order {
        dry_run: true,
        ..rig.order("ended", 1)
    };
    assert_eq!(code(&port.rollback(dry.clone(), None).await), "dryRun");
    rig.kubectl(&["delete", "serviceaccount", "leaver"]);
    for _ in 0..300 {
        if code(&port.rollback(dry.clone(), None).await) == "unauthorized" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let order = rig.order("ended", 1);
    let report = rig.refused_by(&*port, order, "unauthorized").await;
    assert_eq!(report.outcome, Outcome::Refused);
    stop.cancel();
}

/// `--read-only` is kept by the server, whoever asks and however.
async fn read_only_over_http(rig: &Rig) {
    rig.two("kept").await;
    let web = serve(rig, &["--read-only"]).await;
    let before = rig.kept("kept");
    for dry_run in [false, true] {
        let order = Order {
            dry_run,
            ..rig.order("kept", 1)
        };
        let body = serde_json::to_value(&order).unwrap();
        let (status, report) = web.order(&body).await;
        assert_eq!(status, 403, "{report}");
        let told = ["outcome", "code", "changed"].map(|key| report[key].clone());
        assert_eq!(
            told,
            [json!("refused"), json!("readOnly"), Value::Bool(false)]
        );
    }
    let answer = web.form(&rig.order("kept", 1)).await;
    assert_eq!(answer.status().as_u16(), 403);
    let page = text(answer).await;
    assert!(page.contains("started read only"));
    assert_eq!(rig.kept("kept"), before);
}
