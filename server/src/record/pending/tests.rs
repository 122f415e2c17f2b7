//! What is pending, and what became of it at the end.

#![expect(clippy::unwrap_used, reason = "tests")]

use domain::record::{Bounds, Known, Period, Watch};
use domain::workload::Key;

use super::*;

fn at(second: i64) -> Time {
    Time::from_second(1_800_000_000 + second)
}

fn known(uid: &str) -> Fact {
    Fact::Workload(Known::new(uid, Key::daemon_set("ns", uid), at(0)))
}

fn watch(to: i64) -> Fact {
    Fact::Watch(Watch {
        id: "other".to_owned(),
        from: at(0),
        to: at(to),
        namespaces: Vec::new(),
    })
}

/// One that waits keeps what the other one has not written for certain.
#[tokio::test]
async fn who_takes_over_has_what_the_other_may_have_lost() {
    let folder = std::env::temp_dir().join(format!("rb-pending-{}", std::process::id()));
    let store = Store::file(&folder.join("r.db")).await.unwrap();
    let mut pending = Pending::new(store.clone(), Vec::new(), at(0));
    let glance = async |pending: &mut Pending, now| {
        pending.again = None;
        pending.start(false, at(now));
        pending.done(|| at(now)).await
    };
    pending.add(vec![known("a")]);
    assert!(glance(&mut pending, 1).await.is_err(), "nobody writes");
    store.write(&[watch(5)]).await.unwrap();
    glance(&mut pending, 10).await.unwrap();
    pending.add(vec![known("b")]);
    store.write(&[watch(9)]).await.unwrap();
    glance(&mut pending, 14).await.unwrap();
    assert_eq!(pending.spare.known.len(), 1, "seen at most at 10");
    store.write(&[watch(12)]).await.unwrap();
    glance(&mut pending, 20).await.unwrap();
    assert!(pending.spare.known.contains_key("b") && pending.book.known.is_empty());
    assert!(!pending.spare.known.contains_key("a"), "it is written");
    assert!(
        glance(&mut pending, 60).await.is_err(),
        "the other one is silent"
    );
    pending.add(vec![known("c")]);
    pending.finish(|| at(61), true).await.unwrap();
    // It leads, cannot write for a while, and must wait again.
    pending.spare.write([known("d")]);
    pending.led = true;
    store.write(&[watch(70)]).await.unwrap();
    glance(&mut pending, 80).await.unwrap();
    assert!(pending.book.known.contains_key("d"), "70 is before 80");
    pending.finish(|| at(81), true).await.unwrap();
    for (name, there) in [("a", 0), ("b", 1), ("c", 1), ("d", 1)] {
        let lives = store.lives(&Key::daemon_set("ns", name)).await.unwrap();
        assert_eq!(lives.len(), there, "{name}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Of the namespaces that are to be watched some may not be seen; then it is
/// about those that are.
#[tokio::test]
async fn one_that_waits_asks_after_what_is_seen() {
    let folder = std::env::temp_dir().join(format!("rb-waits-{}", std::process::id()));
    let store = Store::file(&folder.join("r.db")).await.unwrap();
    let names = ["a".to_owned(), "b".to_owned()];
    let mut pending = Pending::new(store.clone(), names.to_vec(), at(0));
    let one = Fact::Watch(Watch {
        id: "other".to_owned(),
        from: at(0),
        to: at(5),
        namespaces: vec!["a".to_owned()],
    });
    store.write(&[one]).await.unwrap();
    pending.start(false, at(6));
    assert!(
        pending.done(|| at(6)).await.is_err(),
        "of both nobody writes"
    );
    pending.watches(&names[..1]);
    pending.again = None;
    pending.start(false, at(6));
    pending.done(|| at(6)).await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn what_is_not_written_at_the_end_is_counted() {
    let folder = std::env::temp_dir().join(format!("rb-left-{}", std::process::id()));
    let store = Store::file(&folder.join("r.db")).await.unwrap();
    for (leads, left) in [(true, 0), (false, 3)] {
        let mut pending = Pending::new(store.clone(), Vec::new(), at(0));
        pending.add(vec![known("a"), known("b"), known("a")]);
        pending.spare.write([known("c")]);
        pending.finish(|| at(1), leads).await.unwrap();
        assert_eq!(pending.left(), left);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What another program does to the file.
async fn beside(file: &std::path::Path, sql: &'static str) {
    let url = format!("sqlite://{}?mode=rw", file.display());
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
}

/// Nobody vouches for a time of which something is missing: not with it, not
/// after it, and not for whoever comes next.
#[tokio::test]
async fn what_is_set_aside_is_not_vouched_for() {
    let folder = std::env::temp_dir().join(format!("rb-vouch-{}", std::process::id()));
    let path = folder.join("r.db");
    let store = Store::file(&path).await.unwrap();
    let mut pending = Pending::new(store.clone(), Vec::new(), at(0));
    let wrote = async |pending: &mut Pending, facts: Vec<Fact>| {
        pending.add(facts);
        pending.start(true, at(0));
        pending.done(|| at(0)).await
    };
    let period = |workload: &str, generation, second| {
        let bounds = Bounds::dated(at(second));
        Fact::Period(Period::new(workload, generation, bounds))
    };
    let until = async || store.watched_until(&[]).await.unwrap();
    let ran = async |second| {
        let then = store.then(at(second)).await.unwrap();
        let each = then.iter().map(|ran| (ran.generation, ran.certain));
        each.collect::<Vec<_>>()
    };
    let facts = vec![known("a"), period("a", 1, 0), watch(20)];
    wrote(&mut pending, facts).await.unwrap();
    beside(
        &path,
        "CREATE TRIGGER no BEFORE INSERT ON period WHEN NEW.generation = 2 \
         OR NEW.workload = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await;
    let facts = vec![period("a", 2, 30), watch(40)];
    assert!(wrote(&mut pending, facts).await.is_err());
    assert_eq!(until().await, Some(at(20)), "written with it");
    let facts = vec![known("c"), watch(60)];
    assert!(wrote(&mut pending, facts).await.is_err());
    assert_eq!(until().await, Some(at(20)), "written after it");
    assert_eq!(store.before().await.unwrap()[0].fresh, at(20));
    assert_eq!(ran(50).await[0], (Some(1), false));
    // Once it is taken, all of it was watched.
    beside(&path, "DROP TRIGGER no").await;
    if let Some(aside) = &mut pending.aside {
        aside.at -= MENDED;
    }
    wrote(&mut pending, vec![watch(80)]).await.unwrap();
    assert_eq!(until().await, Some(at(80)));
    assert_eq!(ran(50).await[0], (Some(2), true));
    assert_eq!(pending.left(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What belongs to a workload that is not taken waits for it: without it, it
/// would be passed over.
#[tokio::test]
async fn what_belongs_to_what_is_set_aside_waits_with_it() {
    let folder = std::env::temp_dir().join(format!("rb-aside-{}", std::process::id()));
    let path = folder.join("r.db");
    let store = Store::file(&path).await.unwrap();
    beside(
        &path,
        "CREATE TRIGGER no BEFORE INSERT ON workload WHEN NEW.uid = 'a' \
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await;
    let mut pending = Pending::new(store.clone(), Vec::new(), at(0));
    let period = |generation| Fact::Period(Period::new("a", generation, Bounds::dated(at(1))));
    for facts in [vec![known("a"), known("b"), period(1)], vec![period(2)]] {
        pending.add(facts);
        pending.start(true, at(0));
        if pending.doing.is_some() {
            assert!(pending.done(|| at(0)).await.is_err());
        }
    }
    let lives = async |name| {
        let lives = store.lives(&Key::daemon_set("ns", name)).await.unwrap();
        lives.len()
    };
    assert_eq!((lives("a").await, lives("b").await), (0, 1));
    beside(&path, "DROP TRIGGER no").await;
    if let Some(aside) = &mut pending.aside {
        aside.at -= MENDED;
    }
    pending.start(true, at(0));
    pending.done(|| at(0)).await.unwrap();
    let lives = store.lives(&Key::daemon_set("ns", "a")).await.unwrap();
    let sources = store.sources(lives[0].clone(), Vec::new(), None).await;
    assert_eq!(sources.unwrap().periods.len(), 2);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// As much as an hour brings is kept while the database takes nothing, each thing
/// once however often it was said, and all of it is written then.
#[tokio::test]
async fn an_hour_is_kept_and_written() {
    const WORKLOADS: i64 = 50;
    const CHANGES: i64 = 60;
    let folder = std::env::temp_dir().join(format!("rb-hour-{}", std::process::id()));
    let path = folder.join("r.db");
    let store = Store::file(&path).await.unwrap();
    let url = format!("sqlite://{}?mode=rw", path.display());
    let other = sqlx::AnyPool::connect(&url).await.unwrap();
    let mut held = other.acquire().await.unwrap();
    let lock = sqlx::query("BEGIN IMMEDIATE");
    lock.execute(&mut *held).await.unwrap();
    let mut pending = Pending::new(store.clone(), Vec::new(), at(0));
    pending.add((0..WORKLOADS).map(|n| known(&format!("w{n}"))).collect());
    let mut failed = None;
    for second in (0..3600).step_by(2) {
        let mut facts = vec![watch(second)];
        if second % 60 == 0 {
            let bounds = Bounds::dated(at(second));
            let generation = second / 60 + 1;
            let changed = (0..WORKLOADS).map(|n| Period::new(&format!("w{n}"), generation, bounds));
            facts.extend(changed.map(Fact::Period));
        }
        pending.add(facts);
        if second == 600 {
            pending.start(true, at(second));
            failed = pending.done(|| at(second)).await.err();
        }
    }
    assert!(
        matches!(failed, Some(Failure::Database { .. })),
        "{failed:?}"
    );
    assert_eq!(
        store.before().await.unwrap().len(),
        0,
        "it is read meanwhile"
    );
    let unlock = sqlx::query("ROLLBACK");
    unlock.execute(&mut *held).await.unwrap();
    pending.again = None;
    pending.start(true, at(3600));
    pending.done(|| at(3600)).await.unwrap();
    assert_eq!(pending.left(), 0);
    let (mut periods, mut others) = (0, 0);
    let export = store.export(|fact| match fact {
        Fact::Period(_) => periods += 1,
        _ => others += 1,
    });
    export.await.unwrap();
    assert_eq!((periods, others), (WORKLOADS * CHANGES, WORKLOADS + 1));
    assert_eq!(store.watched_until(&[]).await.unwrap(), Some(at(3598)));
    let checked = store.check().await.unwrap();
    assert_eq!(checked.wrong, Vec::<String>::new());
    std::fs::remove_dir_all(&folder).unwrap();
}
