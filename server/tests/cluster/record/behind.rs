//! A database that takes no writes for a while, as pages and programs meet it.

use std::time::Duration;

use serde_json::Value;
use sqlx::any::Any;
use sqlx::pool::PoolConnection;
use xtask::postgres::Postgres;

use super::file;
use crate::rig::{Rig, share};
use crate::web::{Web, serve_as};

/// The name of Rollbook's lock among PostgreSQL's advisory locks.
const LOCK: i64 = 0x0072_6f6c_6c62;

/// What tells of the record, and the pages that say how it fares.
fn calls(name: &str) -> [String; 4] {
    [
        format!("/api/timeline?namespace=default&name={name}"),
        "/api/then".to_owned(),
        "/api/images?q=i:".to_owned(),
        "/api/changes".to_owned(),
    ]
}

fn pages(name: &str) -> [String; 3] {
    [
        format!("/ns/default/daemonsets/{name}"),
        "/then".to_owned(),
        "/images".to_owned(),
    ]
}

/// The answer, once it is so.
async fn answer(web: &Web, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = web.json(path).await.1;
        if is_so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path}: not in time: {last:#}");
}

fn periods(told: &Value) -> usize {
    told["periods"].as_array().map_or(0, Vec::len)
}

/// Somebody else writes, and does not come to an end.
async fn taken(url: &str) -> PoolConnection<Any> {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    let mut other = pool.acquire().await.unwrap();
    if url.starts_with("postgres") {
        sqlx::query("BEGIN").execute(&mut *other).await.unwrap();
        let lock = sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)");
        lock.bind(LOCK).execute(&mut *other).await.unwrap();
    } else {
        let begin = sqlx::query("BEGIN IMMEDIATE");
        begin.execute(&mut *other).await.unwrap();
    }
    other
}

/// The record can be read and not written.
async fn read_only(rig: &Rig, web: &Web, name: &str, url: &str) {
    let recorded = |told: &Value| told["recordedSince"].is_string();
    answer(web, "/api/then", recorded).await;
    rig.two(name).await;
    let [timeline, ..] = calls(name);
    let before = answer(web, &timeline, |told| periods(told) == 2).await;
    assert_eq!(before.get("behind"), None);
    let mut other = taken(url).await;
    let begin = rig.port.now();
    for image in ["i:3", "i:4", "i:5"] {
        rig.image(name, image);
        rig.settled(name).await;
    }
    let told = answer(web, &timeline, |told| told.get("behind").is_some()).await;
    assert_eq!(periods(&told), 2, "what it has is told: {told:#}");
    let since = told["behind"]["since"].as_str().unwrap();
    assert!(since >= begin.to_string().as_str(), "{since} {begin}");
    assert!(told["behind"]["message"].is_string());
    for path in calls(name) {
        let (status, told) = web.json(&path).await;
        assert_eq!(
            (status, &told["behind"]["since"]),
            (200, &Value::from(since)),
            "{path}"
        );
    }
    for path in pages(name) {
        let (status, page) = web.get(&path).await;
        assert_eq!(status, 200, "{path}");
        assert!(
            page.contains("The record is behind since"),
            "{path}: {page}"
        );
    }
    let (_, live) = web
        .json(&format!("/api/history?namespace=default&name={name}"))
        .await;
    assert_eq!(
        live["revisions"][0]["images"][0]["image"], "i:5",
        "what is live"
    );
    let end = sqlx::query("ROLLBACK");
    end.execute(&mut *other).await.unwrap();
    whole(web, name, 5).await;
}

/// It is up to date again, and nothing is missing.
async fn whole(web: &Web, name: &str, count: usize) {
    let [timeline, ..] = calls(name);
    let told = answer(web, &timeline, |told| {
        told.get("behind").is_none()
            && periods(told) == count
            && told["gaps"].as_array().is_some_and(Vec::is_empty)
    });
    let told = told.await;
    for row in &told["periods"].as_array().unwrap()[..count - 1] {
        assert_eq!(row["start"]["grade"], "observed", "{told}");
    }
    for path in pages(name) {
        let (status, page) = web.get(&path).await;
        assert!(
            status == 200 && !page.contains("The record is behind"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_no_writes_is_told_and_forgiven() {
    let rig = share().await;
    let path = file(&rig, "behind");
    let path = path.to_str().unwrap();
    let web = serve_as(&rig.cluster.kubeconfig(), &["--record", path]).await;
    read_only(&rig, &web, "behind", &format!("sqlite://{path}?mode=rw")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_writes_or_hangs_is_told_and_forgiven() {
    let rig = share().await;
    let server = Postgres::start("behind").unwrap();
    let more = ["--record", &server.url()];
    let web = serve_as(&rig.cluster.kubeconfig(), &more).await;
    read_only(&rig, &web, "behind-too", &server.url()).await;
    // It does not even answer: what is live is shown, and why there is no more.
    server.freeze().unwrap();
    rig.image("behind-too", "i:6");
    rig.settled("behind-too").await;
    let [timeline, ..] = calls("behind-too");
    let told = answer(&web, &timeline, |told| told["code"] == "noRecord").await;
    assert!(
        told["message"].as_str().unwrap().contains("no answer"),
        "{told}"
    );
    let [page, ..] = pages("behind-too");
    let (status, page) = web.get(&page).await;
    assert_eq!(status, 200);
    for words in ["run revision 6", "The record is behind since", "no answer"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(web.get("/").await.0, 200);
    server.thaw().unwrap();
    whole(&web, "behind-too", 6).await;
}
