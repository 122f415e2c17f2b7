//! The routes as a browser or a program meets them: who is let in, what every
//! answer carries, and that text of the cluster stays text.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::rig::{Rig, daemon_set, share, until};
use super::web::{JSON, Web, serve, start as serve_whatever, text};

/// Every way in, with what a plain GET answers.
const ROUTES: [(&str, u16); 14] = [
    ("/", 200),
    ("/ns/default/daemonsets/hostile", 200),
    ("/ns/default/daemonsets/hostile/compare", 200),
    ("/ns/default/daemonsets/hostile/rollback", 200),
    ("/ns/default/daemonsets/hostile/progress", 200),
    ("/ns/default/daemonsets/hostile/revisions/none", 404),
    ("/ns/default/daemonsets/nobody", 404),
    ("/nowhere", 404),
    ("/api/workloads", 200),
    ("/api/history?namespace=default&name=hostile", 200),
    ("/api/history?namespace=default&name=nobody", 404),
    (
        "/api/status?namespace=default&kind=DaemonSet&name=hostile",
        200,
    ),
    ("/healthz", 200),
    ("/readyz", 200),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_guarded_and_text_stays_text() {
    let rig = share().await;
    let mut object = daemon_set("hostile", "i:1");
    let cause = "<script>alert(1)</script> \u{1b}[31mred \u{202e}txt <img src=x onerror=y>";
    object["metadata"]["annotations"] = json!({
        "kubernetes.io/change-cause": cause,
        "big": "x".repeat(200_000),
    });
    rig.begin(&object).await;
    let web = serve(&rig, &[]).await;

    guarded(&web).await;
    inert(&web).await;
    statuses(&rig, &web).await;
}

/// What a page may load and run: its own script, by the nonce of this answer.
const PAGE: &str = "default-src 'none'; script-src 'self' 'nonce-N' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Whatever else is answered loads and runs nothing.
const DATA: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The whole policy of an answer, with `N` for its nonce.
fn policy(answer: &Response<Body>) -> String {
    let mut all = answer.headers().get_all("content-security-policy").iter();
    let (Some(policy), None) = (all.next(), all.next()) else {
        panic!("not one policy: {:?}", answer.headers());
    };
    let policy = policy.to_str().unwrap();
    let Some((before, rest)) = policy.split_once("'nonce-") else {
        return policy.to_owned();
    };
    let (nonce, after) = rest.split_once('\'').unwrap();
    assert!(nonce.len() >= 22, "128 bits at least: {nonce}");
    format!("{before}'nonce-N'{after}")
}

/// Headers of every answer, whoever gives it.
fn sealed(answer: &Response<Body>, path: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.headers()[name], value, "{path}");
    }
}

/// Who is let in, and what every answer carries.
async fn guarded(web: &Web) {
    for (path, status) in ROUTES {
        let answer = web.ask("GET", path, &[], "").await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        sealed(&answer, path);
        let policy = policy(&answer);
        let page = !path.starts_with("/api/") && !path.ends_with('z');
        assert_eq!(policy, if page { PAGE } else { DATA }, "{path}");
        assert!(
            answer
                .headers()
                .get("access-control-allow-origin")
                .is_none()
        );
        // Rebinding: another name for this address gets nothing.
        for host in ["evil.example:7777", "127.0.0.1:1", ""] {
            let answer = web.ask("GET", path, &[("host", host)], "").await;
            assert_eq!(
                answer.status(),
                StatusCode::MISDIRECTED_REQUEST,
                "{path} {host}"
            );
            sealed(&answer, path);
        }
        // Another site's page may not post anywhere.
        for foreign in [
            [
                ("origin", "http://evil.example"),
                ("content-type", "application/json"),
            ],
            [
                ("sec-fetch-site", "cross-site"),
                ("content-type", "application/json"),
            ],
            [
                ("origin", "null"),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
        ] {
            let answer = web.ask("POST", path, &foreign, "{}").await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {foreign:?}");
            sealed(&answer, path);
        }
    }
    let nonce = async || {
        let answer = web.ask("GET", "/", &[], "").await;
        answer.headers()["content-security-policy"].clone()
    };
    assert_ne!(nonce().await, nonce().await, "a nonce is used once");
    let stream = web
        .ask(
            "GET",
            "/live?view=workloads",
            &[("origin", "http://evil.example")],
            "",
        )
        .await;
    assert_eq!(stream.status(), StatusCode::FORBIDDEN);
}

/// Text of the cluster is text.
async fn inert(web: &Web) {
    let page = text(
        web.ask("GET", "/ns/default/daemonsets/hostile", &[], "")
            .await,
    )
    .await;
    let shown = page.split_once("class=\"ledger\"").unwrap().1;
    assert!(shown.contains("&lt;script&gt;alert(1)"), "escaped");
    assert!(
        shown.contains("⟨U+001B⟩") && shown.contains("⟨U+202E⟩"),
        "made visible"
    );
    assert!(!shown.contains('\u{1b}') && !shown.contains("<img"));
    assert!(
        page.len() < 100_000,
        "big annotations stay in the cluster: {}",
        page.len()
    );
}

/// The API tells each refusal by its status.
async fn statuses(rig: &Rig, web: &Web) {
    let order = |to: &str| json!({"namespace": "default", "name": "hostile", "to": to}).to_string();
    let json_type = JSON;
    let answer = web
        .ask("POST", "/api/rollback", &json_type, &order("none"))
        .await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let report: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(
        (&report["outcome"], &report["code"], &report["changed"]),
        (&json!("refused"), &json!("pruned"), &json!(false))
    );
    assert!(!report["message"].as_str().unwrap().is_empty());
    let current = rig.entry("hostile").unwrap().revisions[0].name.clone();
    let answer = web
        .ask("POST", "/api/rollback", &json_type, &order(&current))
        .await;
    let report: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(report["code"], "alreadyThere");
    let sized = [
        ("content-type", "application/json"),
        ("content-length", "70000"),
    ];
    let large = web
        .ask("POST", "/api/rollback", &sized, &"x".repeat(70_000))
        .await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    sealed(&large, "a large body");
    for (method, path, body) in [
        ("POST", "/api/rollback", "{broken"),
        ("POST", "/api/rollback", "{}"),
        ("GET", "/api/history?name=x", ""),
        ("GET", "/api/history?namespace=a&name=b&kind=Pod", ""),
    ] {
        let answer = web.ask(method, path, &json_type, body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path} {body}");
    }
    methods(web).await;
    compressed(web).await;
}

/// Only a POST writes, and no other site is told that it might.
async fn methods(web: &Web) {
    let foreign = [("origin", "http://evil.example")];
    for (method, headers) in [
        ("GET", &[][..]),
        ("PUT", &[]),
        ("DELETE", &[]),
        ("OPTIONS", &foreign),
    ] {
        let answer = web.ask(method, "/api/rollback", headers, "").await;
        assert_eq!(answer.status().as_u16(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "POST", "{method}");
        let cors = answer.headers().get("access-control-allow-origin");
        assert!(cors.is_none(), "{method}");
    }
}

/// Pages and answers are sent small, and streams as they are.
async fn compressed(web: &Web) {
    for (path, encoding) in [
        ("/", Some("br")),
        ("/api/history?namespace=default&name=hostile", Some("br")),
        ("/live?view=workloads", None),
    ] {
        let answer = web
            .ask("GET", path, &[("accept-encoding", "br, gzip")], "")
            .await;
        let sent = answer.headers().get("content-encoding");
        assert_eq!(sent.map(|v| v.to_str().unwrap()), encoding, "{path}");
    }
}

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
