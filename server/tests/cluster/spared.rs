//! What looking costs the apiserver: its own counters tell.

use std::time::{Duration, Instant};

use futures::StreamExt as _;

use super::rig::{Rig, share, start};
use super::web::{serve, text};

/// Reads of the watched kinds that the apiserver has answered so far.
fn counted(rig: &Rig) -> u64 {
    let metrics = rig.kubectl(&["get", "--raw", "/metrics"]);
    let of = |line: &&str| {
        let has = |label: &str| line.contains(label);
        line.starts_with("apiserver_request_total{")
            && (has(r#"resource="daemonsets""#) || has(r#"resource="controllerrevisions""#))
            && (has(r#"verb="LIST""#) || has(r#"verb="GET""#))
    };
    let values = metrics.lines().filter(of).map(|line| {
        let (_, value) = line.rsplit_once(' ').unwrap();
        value.parse::<u64>().unwrap()
    });
    values.sum()
}

/// Pages, calls and streams ask the watches of this server, which ask the
/// apiserver the same however many look.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_reads_ask_the_apiserver_for_nothing() {
    let rig = start("spared").await;
    rig.two("spared").await;
    let web = serve(&rig, &[]).await;
    let names = rig.entry("spared").unwrap();
    let [old, new] = [0, 1].map(|at| names.revisions[at].name.clone());
    let page = "/ns/default/daemonsets/spared";
    let call = "namespace=default&name=spared";
    let paths = [
        "/".to_owned(),
        page.to_owned(),
        format!("{page}/revisions/{old}"),
        format!("{page}/compare?from={old}&to={new}"),
        format!("{page}/progress"),
        "/api/workloads".to_owned(),
        format!("/api/history?{call}"),
        format!("/api/status?{call}"),
        format!("/api/revision?{call}&revision={new}"),
        format!("/api/compare?{call}&from={old}&to=live"),
    ];
    let streams = [
        "workloads",
        "health",
        "workload&namespace=default&name=spared",
    ];
    let mut open = Vec::new();
    // What asks once at the start has asked.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = counted(&rig);
    let begin = Instant::now();
    for view in streams.iter().cycle().take(6) {
        let answer = web.ask("GET", &format!("/live?view={view}"), &[], "").await;
        assert_eq!(answer.status().as_u16(), 200, "{view}");
        let mut body = answer.into_body().into_data_stream();
        body.next().await.unwrap().unwrap();
        // Each is read to its end, as a tab does.
        open.push(tokio::spawn(
            async move { while body.next().await.is_some() {} },
        ));
    }
    for path in paths.iter().cycle().take(100) {
        let (status, body) = web.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    let took = begin.elapsed();
    let read = counted(&rig) - before;
    for stream in open {
        assert!(!stream.is_finished(), "it was open all the time");
        stream.abort();
    }
    let before = counted(&rig);
    tokio::time::sleep(took).await;
    let idle = counted(&rig) - before;
    println!("{read} in {took:?} with a hundred reads, {idle} without");
    assert!(before > 0, "the counters are found");
    assert!(read <= idle, "{read} with a hundred reads, {idle} without");
}

/// Those who look at one page and are told of the same change are given one answer,
/// and nobody the answer to another question.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_the_same_is_given_the_same() {
    let rig = share().await;
    rig.two("alike").await;
    let web = serve(&rig, &[]).await;
    let page = "/ns/default/daemonsets/alike";
    let told = ("x-rollbook-drawn", "n1-7");
    let ask = async |headers: Vec<(&str, &str)>| {
        let answer = web.ask("GET", page, &headers, "").await;
        assert_eq!(answer.status().as_u16(), 200);
        let policy = answer.headers()["content-security-policy"].clone();
        (policy, text(answer).await)
    };
    // Each that is made has a nonce of its own.
    let chinese = ("accept-language", "zh");
    let [one, same, other, newer, of_nobody] = futures::join!(
        ask(vec![told]),
        ask(vec![told]),
        ask(vec![told, chinese]),
        ask(vec![("x-rollbook-drawn", "n1-8")]),
        ask(vec![]),
    )
    .into();
    assert!(one.1.contains("Revision history"));
    assert_eq!(one, same);
    let all = [&one, &other, &newer, &of_nobody];
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            assert_ne!(a.0, b.0, "made by themselves");
        }
    }
    assert!(other.1.contains("lang=\"zh"));
    tokio::time::sleep(Duration::from_millis(600)).await;
    let later = ask(vec![told]).await;
    assert_ne!(one.0, later.0, "what was made is not kept");
    // Who asks by another name is refused, whatever is kept.
    let foreign = web
        .ask("GET", page, &[told, ("host", "evil.example")], "")
        .await;
    assert_ne!(foreign.status().as_u16(), 200);
}
