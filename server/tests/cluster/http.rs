//! The routes as a browser or a program meets them: who is let in, what every
//! answer carries, and that text of the cluster stays text.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::rig::{Rig, daemon_set, share};
use super::web::{JSON, Web, serve, text};

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
