//! Errors and ends of orders are those of the page, no more and no fewer.

use domain::rollback::Reason;
use serde_json::{Value, json};

use super::paper::Paper;
use crate::rig::{Rig, share, until};
use crate::web::{JSON, Web, serve, serve_recorded, start, text};

/// Errors that a request alone can meet: method, path, who asks, body, status,
/// code, fields beside `message`.
const CASES: [&str; 19] = [
    "GET  /api/then                               own     -       503 noRecord words",
    "GET  /api/then?at=yesterday                  own     -       400 invalid words",
    "GET  /api/timeline?OF                        own     -       503 noRecord words",
    "GET  /api/template?OF&template=erring-odd    own     -       503 noRecord words",
    "GET  /api/history?name=b                     own     -       400 invalid words",
    "GET  /api/history?namespace=a&name=b&kind=X  own     -       400 invalid words",
    "POST /api/rollback                           json    {}      400 invalid words",
    "POST /api/rollback                           json    {broken 400 invalid words",
    "GET  /api/history?namespace=a&name=b         foreign -       403 foreign -",
    "POST /api/rollback                           foreign {}      403 foreign -",
    "GET  /api/history?namespace=a&name=b         own     -       404 noWorkload kind,namespace,name",
    "GET  /api/revision?OF&revision=none          own     -       404 noRevision name,revision",
    "GET  /api/compare?OF&to=live&from=none       own     -       404 noRevision name,revision",
    "GET  /api/nope                               own     -       404 noSuchCall -",
    "GET  /api/rollback                           own     -       405 methodNotAllowed -",
    "POST /api/rollback                           large   -       413 tooLarge -",
    "POST /api/rollback                           own     {}      415 notJson -",
    "GET  /api/workloads                          lost    -       421 otherHost -",
    "GET  /api/compare?OF&to=live&from=erring-odd own     -       422 unreadable revision,problem",
];

/// Headers of whoever asks.
fn headers(who: &str) -> &'static [(&'static str, &'static str)] {
    match who {
        "json" => &JSON,
        "foreign" => &[("origin", "http://evil.example")],
        "lost" => &[("host", "evil.example")],
        "large" => &[JSON[0], ("content-length", "70000")],
        _ => &[],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_error_is_met() {
    let rig = share().await;
    rig.two("erring").await;
    let data = json!({"spec": {"template": 7}});
    rig.revision_by_hand("erring", "erring-odd", 1, &data).await;
    let mut met = of_requests(&serve(&rig, &[]).await).await;
    met.push(forbidden(&rig).await);
    met.push(not_ready(&rig).await);
    met.extend(not_recorded(&rig).await);
    met.sort();
    met.dedup();
    let mut documented = Paper::read().errors();
    documented.sort();
    assert_eq!(met, documented);
}

async fn of_requests(web: &Web) -> Vec<(u16, String)> {
    let mut met = Vec::new();
    for case in CASES {
        let parts: Vec<&str> = case.split_whitespace().collect();
        let [method, path, who, body, status, code, fields] = parts[..] else {
            panic!("{case}");
        };
        let path = path.replace("OF", "namespace=default&name=erring");
        let body = match who {
            "large" => "x".repeat(70_000),
            _ => body.trim_matches('-').to_owned(),
        };
        let answer = web.ask(method, &path, headers(who), &body).await;
        let expected = (status.parse().unwrap(), code);
        let fields: Vec<&str> = fields.split(',').filter(|field| *field != "-").collect();
        let status = answer.status().as_u16();
        if status == 405 {
            assert_eq!(answer.headers()["allow"], "POST", "as documented");
        }
        met.push(check(
            case,
            (status, &text(answer).await),
            expected,
            &fields,
        ));
    }
    met
}

/// The body is JSON with a code, a sentence and the documented fields.
fn check(
    case: &str,
    (status, answer): (u16, &str),
    expected: (u16, &str),
    fields: &[&str],
) -> (u16, String) {
    let body: Value = serde_json::from_str(answer).unwrap();
    let code = body["code"].as_str().unwrap();
    assert_eq!((status, code), expected, "{case}: {body}");
    for field in fields {
        assert!(!body[field].is_null(), "{case}: {field} in {body}");
    }
    let message = body["message"].as_str().unwrap();
    assert!(message.len() > 10, "{case}: {message}");
    println!("{status} {code}: {message}");
    (status, code.to_owned())
}

/// An account that may see nothing.
async fn forbidden(rig: &Rig) -> (u16, String) {
    rig.kubectl(&["create", "serviceaccount", "blind"]);
    let token = rig.kubectl(&["create", "token", "blind"]);
    let (web, port) = start(&rig.kubeconfig_of(&token, "blind"), &[]).await;
    let refused = || matches!(port.health(), domain::health::Health::Refused { .. });
    until("it is refused", refused).await;
    let (status, body) = web.json("/api/workloads").await;
    for field in ["verb", "resource", "user", "words"] {
        assert!(!body["missing"][field].is_null(), "{field} in {body}");
    }
    check(
        "nobody",
        (status, &body.to_string()),
        (403, "forbidden"),
        &["missing"],
    )
}

/// A cluster that does not answer, and never did.
async fn not_ready(rig: &Rig) -> (u16, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "x", "cluster": {"server": format!("http://{address}")}}],
        "users": [{"name": "x", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}]});
    let path = rig.cluster.folder().join("nowhere.json");
    std::fs::write(&path, config.to_string()).unwrap();
    let (web, _) = start(&path, &[]).await;
    let (status, body) = web.get("/api/workloads").await;
    check("nobody", (status, &body), (503, "notReady"), &["words"])
}

/// A record that knows nothing of it.
async fn not_recorded(rig: &Rig) -> [(u16, String); 2] {
    let path = rig.cluster.folder().join("errors.db");
    let web = serve_recorded(rig, &path).await;
    let path = "/api/timeline?namespace=default&name=nobody";
    // Until it is open it says so.
    while web.json(path).await.1["code"] == "noRecord" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (status, body) = web.get(path).await;
    let nobody = check("nobody", (status, &body), (404, "notRecorded"), &["name"]);
    let none = format!("sha256:{:064}", 7);
    let path = format!("/api/template?namespace=default&name=erring&template={none}");
    let (status, body) = web.get(&path).await;
    let of = ["name", "digest"];
    [
        nobody,
        check("no such template", (status, &body), (404, "notKept"), &of),
    ]
}

/// Every way an order can end, in a value.
fn ends() -> Vec<Reason> {
    let words = String::new;
    vec![
        Reason::RolledBack { mutated: false },
        Reason::DryRun { mutated: false },
        Reason::AlreadyThere,
        Reason::Invalid { field: words() },
        Reason::ReadOnly,
        Reason::Stale,
        Reason::Moved { seen: 1, now: 2 },
        Reason::Replaced,
        Reason::WorkloadGone,
        Reason::Deleting,
        Reason::NotKept,
        Reason::NoRecord { words: words() },
        Reason::Pruned,
        Reason::TargetReplaced,
        Reason::Renumbered { seen: 1, now: 2 },
        Reason::NotOwned,
        Reason::Unreadable { problem: words() },
        Reason::Denied { words: words() },
        Reason::InvalidTemplate { words: words() },
        Reason::Forbidden {
            words: words(),
            verb: words(),
            resource: words(),
        },
        Reason::Unauthorized,
        Reason::Unreachable { words: words() },
        Reason::ServerError { words: words() },
        Reason::NoAnswer { words: words() },
    ]
}

#[test]
fn every_documented_end_of_an_order_has_its_status() {
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let mut known: Vec<(String, u16, String)> = ends()
        .iter()
        .map(|reason| {
            let outcome = serde_json::to_value(reason.outcome()).unwrap();
            let code = serde_json::to_value(reason).unwrap()["code"].take();
            (text(outcome), reason.http_status(), text(code))
        })
        .collect();
    known.sort();
    let mut documented = Paper::read().ends();
    documented.sort();
    assert_eq!(known, documented);
}

/// Whatever an end says beside its code is documented, and what is documented is
/// said.
#[test]
fn every_particular_of_an_end_is_documented() {
    let documented = Paper::read().particulars();
    let mut told = Vec::new();
    for reason in ends() {
        let value = serde_json::to_value(&reason).unwrap();
        let code = value["code"].as_str().unwrap().to_owned();
        let fields = value.as_object().unwrap().keys();
        let fields = fields.filter(|field| *field != "code" && *field != "mutated");
        let mut fields: Vec<String> = fields.cloned().collect();
        fields.sort();
        if !fields.is_empty() {
            told.push((code, fields));
        }
    }
    told.sort();
    let mut documented: Vec<_> = documented
        .into_iter()
        .map(|(code, mut fields)| {
            fields.sort();
            (code, fields)
        })
        .collect();
    documented.sort();
    assert_eq!(told, documented);
}
