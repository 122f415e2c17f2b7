//! What the command line and the cluster let a server see, as pages tell it.

use serde_json::{Value, json};

use super::rig::{daemon_set, share, until};
use super::web::{serve, start as serve_whatever};

#[tokio::test(flavor = "multi_thread")]
async fn watches_can_be_limited_and_a_forbidden_one_is_explained() {
    let rig = share().await;
    rig.kubectl(&["create", "namespace", "other"]);
    for namespace in ["default", "other"] {
        let mut object = daemon_set("here", "i:1");
        object["metadata"]["namespace"] = json!(namespace);
        rig.create(&object);
    }
    let web = serve(&rig, &["--namespace", "other"]).await;
    let (_, list) = web.json("/api/workloads").await;
    let namespaces: Vec<&Value> = list["workloads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| &w["namespace"])
        .collect();
    assert_eq!(namespaces, [&json!("other")]);

    // A token that may see nothing: no crash, but the missing rule.
    rig.kubectl(&["create", "serviceaccount", "nobody"]);
    let token = rig.kubectl(&["create", "token", "nobody"]);
    let path = rig.kubeconfig_of(&token, "nobody");
    let (web, port) = serve_whatever(&path, &[]).await;
    let refused = || matches!(port.health(), domain::health::Health::Refused { .. });
    until("it is refused", refused).await;
    let (status, page) = web.get("/").await;
    assert_eq!(status, 403);
    assert!(page.contains("daemonsets.apps") || page.contains("controllerrevisions.apps"));
    assert!(
        page.contains("verbs: [get, list, watch]"),
        "the rule to ask for"
    );
    assert!(
        page.contains("system:serviceaccount:default:nobody"),
        "as whom"
    );
    assert_eq!(web.get("/readyz").await.0, 503);
}

/// Of two namespaces that were asked for, one may not be seen: the other is
/// shown, and what is left out is named.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_namespaces_may_not_be_seen() {
    let rig = share().await;
    for namespace in ["half-open", "half-shut"] {
        rig.kubectl(&["create", "namespace", namespace]);
        let mut object = daemon_set("half", "i:1");
        object["metadata"]["namespace"] = json!(namespace);
        rig.create(&object);
    }
    let within = ["-n", "half-open"];
    let kubectl = |words: &[&str]| rig.kubectl(&[&within, words].concat());
    kubectl(&["create", "serviceaccount", "half"]);
    kubectl(&[
        "create",
        "role",
        "half",
        "--verb=get,list,watch",
        "--resource=daemonsets.apps,controllerrevisions.apps",
    ]);
    kubectl(&[
        "create",
        "rolebinding",
        "half",
        "--role=half",
        "--serviceaccount=half-open:half",
    ]);
    let who = "--as=system:serviceaccount:half-open:half";
    until("the role is known", || {
        let may = ["auth", "can-i", "watch", "controllerrevisions.apps", who];
        let said = rig.cluster.kubectl(&[&within[..], &may].concat());
        said.is_ok_and(|said| said.trim() == "yes")
    })
    .await;
    let token = kubectl(&["create", "token", "half"]);
    let kubeconfig = rig.kubeconfig_of(&token, "half");
    let both = ["--namespace", "half-open", "--namespace", "half-shut"];
    let (web, port) = serve_whatever(&kubeconfig, &both).await;
    until("all is seen or refused", || {
        port.health().is_live() && !port.missing().is_empty()
    })
    .await;

    let (status, list) = web.json("/api/workloads").await;
    assert_eq!(status, 200);
    let shown = list["workloads"].as_array().unwrap();
    let shown: Vec<&Value> = shown.iter().map(|w| &w["namespace"]).collect();
    assert_eq!(shown, [&json!("half-open")], "{list}");
    let missing = list["missing"].as_array().unwrap();
    assert!(!missing.is_empty(), "{list}");
    for rule in missing {
        assert_eq!(rule["namespace"], "half-shut", "{rule}");
        let verb = rule["verb"].as_str().unwrap();
        assert!(["list", "watch"].contains(&verb), "{rule}");
        let resource = rule["resource"].as_str().unwrap();
        let watched = ["daemonsets.apps", "controllerrevisions.apps"];
        assert!(watched.contains(&resource), "{rule}");
    }
    let (status, page) = web.get("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("/ns/half-open/daemonsets/half"));
    assert!(!page.contains("/ns/half-shut/daemonsets/half"));
    assert!(page.contains("half-shut"), "the page says what is left out");
    assert_eq!(web.get("/ns/half-open/daemonsets/half").await.0, 200);
    assert_eq!(web.get("/readyz").await.0, 200);

    let (status, page) = web.get("/ns/half-shut/daemonsets/half").await;
    assert_eq!(status, 403, "{page}");
    assert!(page.contains("verbs: [get, list, watch]"), "the rule");
    assert!(page.contains("system:serviceaccount:half-open:half"));
    let call = "/api/history?namespace=half-shut&name=half";
    let (status, told) = web.json(call).await;
    assert_eq!((status, &told["code"]), (403, &json!("forbidden")));
    assert_eq!(told["missing"]["namespace"], "half-shut", "{told}");
}
