//! What several servers that share a record ask of it.

use super::*;

fn seen(id: &str, days: i64, namespaces: &[&str]) -> Fact {
    Fact::Watch(Watch {
        id: id.to_owned(),
        from: day(0),
        to: day(days),
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
    })
}

/// However many watch something else, and were heard of since.
#[tokio::test(flavor = "multi_thread")]
async fn until_when_the_same_namespaces_were_watched_is_told() {
    for place in places("until") {
        let store = place.open().await;
        let mut facts = vec![
            seen("both", 3, &["a", "b"]),
            seen("earlier", 2, &["a", "b"]),
            seen("one", 4, &["a"]),
            seen("all", 5, &[]),
        ];
        facts.extend((0..20).map(|n| seen(&format!("other{n}"), 10 + n, &[&format!("n{n}")])));
        store.write(&facts).await.unwrap();
        let until = async |namespaces: &[&str]| {
            let namespaces: Vec<String> = namespaces.iter().map(|n| (*n).to_owned()).collect();
            store.watched_until(&namespaces).await.unwrap()
        };
        assert_eq!(until(&["a", "b"]).await, Some(day(3)));
        assert_eq!(until(&["a"]).await, Some(day(4)));
        assert_eq!(until(&[]).await, Some(day(5)));
        assert_eq!(until(&["b"]).await, None);
    }
}

/// Of two revisions that held a template, the latest is named, in whichever order
/// they were written.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_revisions_of_a_template_the_latest_is_named() {
    let own = template("a:1").digest();
    let held = |uid: &str, number, gone: Option<i64>| {
        Fact::Revision(Kept {
            uid: uid.to_owned(),
            workload: "a".into(),
            name: format!("a-{uid}"),
            created_at: day(0),
            generation: None,
            template: Some(own),
            cause: None,
            numbers: [(number, day(number))].into(),
            gone: gone.map(|days| Bounds::dated(day(days))),
            why: None,
            seen: None,
        })
    };
    for place in places("named") {
        let store = place.open().await;
        store.write(&history("a", 1)).await.unwrap();
        let all = [held("m", 2, None), held("z", 1, None), held("b", 3, None)];
        store.write(&all).await.unwrap();
        // PostgreSQL hands a row that was written again out last.
        store.write(&all[1..2]).await.unwrap();
        let named = async || {
            let kept = store.kept(&known("a").key, &own.to_string()).await.unwrap();
            kept.unwrap().name
        };
        assert_eq!(named().await.as_deref(), Some("a-b"));
        store.write(&[held("b", 3, Some(4))]).await.unwrap();
        assert_eq!(named().await.as_deref(), Some("a-m"), "one that is there");
    }
}

/// A name that only tells where a cluster was found says neither that it is
/// another one nor that it is the same: a workload of the record that is there
/// does.
#[tokio::test(flavor = "multi_thread")]
async fn whose_record_it_is_can_be_told_by_a_workload() {
    let [uid, other, address, elsewhere] = ["uid", "uid-2", "address-1", "address-2"];
    let unclear = Err(Failure::UnclearCluster);
    let another = |uid: &str| {
        Err(Failure::OtherCluster {
            uid: uid.to_owned(),
        })
    };
    for place in places("whose") {
        let store = place.open().await;
        let bind = async |name: &str, there: &[&str]| {
            let there = there.iter().map(|uid| (*uid).to_owned()).collect();
            store.bind(name, &there).await
        };
        // Nothing in it can be mixed up yet.
        bind(elsewhere, &[]).await.unwrap();
        bind(address, &[]).await.unwrap();
        assert_eq!(bind(elsewhere, &["x"]).await, Ok(()));
        bind(address, &[]).await.unwrap();
        store.write(&history("a", 1)).await.unwrap();
        assert_eq!(bind(address, &[]).await, Ok(()), "it has that name");
        assert_eq!(bind(elsewhere, &["x"]).await, unclear);
        assert_eq!(bind(uid, &["x"]).await, unclear);
        assert_eq!(bind(elsewhere, &["x", "a"]).await, Ok(()));
        assert_eq!(bind(address, &[]).await, Ok(()), "and keeps it");
        // The better name stays.
        assert_eq!(bind(uid, &["a"]).await, Ok(()));
        assert_eq!(bind(uid, &[]).await, Ok(()));
        assert_eq!(bind(address, &[]).await, unclear);
        assert_eq!(bind(address, &["a"]).await, Ok(()));
        assert_eq!(bind(other, &["a"]).await, another(uid));
        assert_eq!(bind(uid, &[]).await, Ok(()));
    }
}
