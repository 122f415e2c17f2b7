//! What `/then` says of what it cannot know. The record was written before; the
//! cluster is a later one.

use std::sync::LazyLock;

use domain::record::{Archived, Bounds, Fact, Forgotten, Known, Period, Watch};
use domain::template::Template;
use domain::time::Time;
use serde_json::json;
use server::record::store::Store;

use super::file;
use crate::rig::{Rig, share};
use crate::web::{Web, serve_recorded};

/// Not so long ago that it is removed.
static BEGIN: LazyLock<i64> = LazyLock::new(|| jiff::Timestamp::now().as_second() - 24 * 3600);

fn at(second: i64) -> Time {
    Time::from_second(*BEGIN + second)
}

fn bounds(from: i64, to: i64) -> Bounds {
    Bounds {
        not_before: at(from),
        not_after: at(to),
    }
}

/// A workload with a period since each of these, and when it went.
fn workload(name: &str, gone: Option<Bounds>, periods: &[Bounds]) -> Vec<Fact> {
    let known = Known {
        gone,
        ..Known::new(&format!("uid-{name}"), Rig::key(name), at(0))
    };
    let mut facts = vec![Fact::Workload(known)];
    for (generation, start) in (1..).zip(periods) {
        let spec = json!({"spec": {"containers": [{"name": "c", "image": format!("{name}:{generation}")}]}});
        let template = Template::new(spec).unwrap();
        let mut period = Period::new(&format!("uid-{name}"), generation, *start);
        period.template = Some(template.digest());
        facts.push(Fact::Template(Archived::from(&template)));
        facts.push(Fact::Period(period));
    }
    facts
}

fn watch(id: &str, from: i64, to: i64) -> Fact {
    Fact::Watch(Watch {
        id: id.into(),
        from: at(from),
        to: at(to),
        namespaces: Vec::new(),
    })
}

/// The page and the answer of a moment.
async fn asked(web: &Web, second: i64) -> (String, serde_json::Value) {
    let at = app::urls::encode(&at(second).to_string());
    for _ in 0..200 {
        let (status, told) = web.json(&format!("/api/then?at={at}")).await;
        // Its own watch is written a moment later.
        if status == 200 && told["recordedSince"].is_string() {
            let (status, page) = web.get(&format!("/then?at={at}")).await;
            assert_eq!(status, 200);
            return (page, told);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not open");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_certain_is_not_told_as_fact() {
    let rig = share().await;
    let path = file(&rig, "then");
    let store = Store::file(&path).await.unwrap();
    let mut facts = workload("left", Some(bounds(500, 900)), &[bounds(0, 2)]);
    facts.extend(workload(
        "went",
        Some(bounds(2000, 2001)),
        &[bounds(0, 2), bounds(1000, 1001)],
    ));
    facts.extend(workload(
        "next",
        Some(bounds(2000, 2001)),
        &[bounds(0, 2), bounds(500, 900)],
    ));
    facts.extend([watch("a", 0, 500), watch("b", 900, 3000)]);
    store.write(&facts).await.unwrap();
    let web = serve_recorded(&rig, &path).await;

    // One is certain, one may have changed, one may be gone.
    let (page, told) = asked(&web, 700).await;
    assert_eq!(told["watched"], false);
    let of = |name: &str| {
        let all = told["workloads"].as_array().unwrap();
        all.iter().find(|own| own["name"] == name).unwrap()
    };
    assert_eq!(of("left")["mayBeGone"], true);
    assert_eq!(of("went").get("mayBeGone"), None);
    for words in [
        "1 of 3 workloads ran something else than now, 2 not certain",
        "not certain: it may have been deleted by then",
        "not certain: the next one may have come by then",
        "Nobody watched at that moment",
        "recorded since",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(page.matches("may have come by then").count(), 1);

    // All of it was watched.
    let (page, told) = asked(&web, 300).await;
    assert_eq!(told["watched"], true);
    assert!(page.contains("3 of 3 workloads ran something else than now<"));
    for words in ["not certain", "Nobody watched at", "may have been removed"] {
        assert!(!page.contains(words), "{words}: {page}");
    }

    // Nothing was there, and that is known; before the record, it is not.
    let (page, told) = asked(&web, 2500).await;
    assert_eq!(
        (&told["watched"], &told["workloads"]),
        (&json!(true), &json!([]))
    );
    assert!(
        page.contains("No workload was there at that moment."),
        "{page}"
    );
    let (page, told) = asked(&web, -60).await;
    assert_eq!(told["watched"], false);
    assert!(
        page.contains("Nothing is recorded of that moment. The record of all"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_not_said_not_to_have_been_there() {
    let rig = share().await;
    let path = file(&rig, "then-removed");
    let store = Store::file(&path).await.unwrap();
    let mut facts = workload("kept", Some(bounds(2000, 2001)), &[bounds(900, 901)]);
    if let Fact::Workload(known) = &mut facts[0] {
        known.forgotten = Some(Forgotten {
            below: 1,
            until: at(901),
        });
        known.created_at = at(800);
    }
    facts.push(watch("a", 0, 3000));
    store.write(&facts).await.unwrap();
    let web = serve_recorded(&rig, &path).await;
    let (page, told) = asked(&web, 300).await;
    assert_eq!(told["keptSince"], json!(at(901)));
    assert_eq!(told["workloads"], json!([]));
    for words in [
        "Nothing is recorded of that moment.",
        "may have been removed",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("No workload was there"));
    let (page, _) = asked(&web, 1000).await;
    assert!(!page.contains("may have been removed"), "{page}");
}
