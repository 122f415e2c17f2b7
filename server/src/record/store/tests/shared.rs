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
