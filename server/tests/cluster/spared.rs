//! What looking costs the apiserver: its own counters tell.

use std::time::{Duration, Instant};

use futures::StreamExt as _;

use super::rig::{Rig, start};
use super::web::serve;

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
