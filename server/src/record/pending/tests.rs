//! What is pending, and what became of it at the end.

#![expect(clippy::unwrap_used, reason = "tests")]

use domain::record::{Known, Watch};
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
