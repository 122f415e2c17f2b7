//! Content that a database might not take.

use super::*;

const ODD: &str =
    "a\u{0}b \u{1} \u{7f} \u{202e}right\u{2028} \u{fffe} \u{10ffff} \u{d7ff}'\"\\ \u{0301}";

/// What a cluster may hold is kept as it is.
#[tokio::test(flavor = "multi_thread")]
async fn odd_characters_are_kept() {
    for place in places("odd") {
        let store = place.open().await;
        store.write(&[Fact::Workload(known("u"))]).await.unwrap();
        let image = format!("registry/{}:{ODD}", "x".repeat(5000));
        let odd = Template::new(json!({"spec": {"containers": [
            {"name": ODD, "image": image, "args": [ODD, "\u{0}"]},
            {"name": "other", "image": ODD},
        ]}}))
        .unwrap();
        let mut period = Period::new("u", 1, Bounds::dated(day(0)));
        period.template = Some(odd.digest());
        period.cause = Some(domain::record::Cause {
            at: day(0),
            text: ODD.into(),
            own: None,
        });
        period.by = Some(domain::record::By::Rollbook {
            order: "o".into(),
            to: "r".into(),
            to_revision: 1,
            reason: ODD.into(),
        });
        let kept = Kept {
            uid: "r".into(),
            workload: "u".into(),
            name: "r".into(),
            created_at: day(0),
            generation: Some(1),
            template: period.template,
            cause: Some(ODD.into()),
            numbers: [(1, day(0))].into(),
            gone: None,
            why: None,
            seen: None,
        };
        let facts = [
            Fact::Template(Archived::from(&odd)),
            Fact::Period(period.clone()),
            Fact::Revision(kept.clone()),
        ];
        // Twice: what is there is read and joined.
        for _ in 0..2 {
            store.write(&facts).await.unwrap();
        }
        let sources = store.sources(known("u"), Vec::new(), None).await.unwrap();
        assert_eq!(sources.periods, [period]);
        assert_eq!(sources.kept, [kept]);
        assert_eq!(sources.templates[&odd.digest()].json(), odd.json());
        let then = store.then(day(1)).await.unwrap();
        let [short, long] = &then[0].images[..] else {
            panic!("{} images", then[0].images.len());
        };
        assert_eq!(*short, domain::text::visible(ODD));
        assert!(*long == domain::text::visible(&image), "the whole of it");
        let mut lines = Vec::new();
        store.export(|fact| lines.push(fact)).await.unwrap();
        assert!(lines.contains(&facts[1]));
        sound(&store).await;
    }
}

/// One fact that is never taken does not hold up the others, and is told apart
/// from a database in trouble.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_handed_back() {
    let [file, server] = places("unfit");
    let store = server.open().await;
    let mut odd = known("odd");
    odd.key.name = "a\u{0}b".into();
    let mut facts = history("u", 2);
    facts.insert(0, Fact::Workload(odd.clone()));
    let failure = store.write(&facts).await.unwrap_err();
    assert!(matches!(failure, Failure::Unfit { .. }), "{failure}");
    let refused = store.write_each(&facts).await.unwrap();
    let [(fact, Failure::Unfit { .. })] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(*fact, Fact::Workload(odd));
    assert_eq!(generations(&store, "u").await, [1, 2]);
    sound(&store).await;
    drop(server);
    let failure = store.write_each(&facts).await.unwrap_err();
    assert!(matches!(failure, Failure::Database { .. }), "{failure}");

    // What is stored and cannot be read holds up only what is joined with it.
    let store = file.open().await;
    store.write(&history("u", 1)).await.unwrap();
    let spoil = "UPDATE period SET body = '{' WHERE generation = 1";
    sqlx::query(spoil).execute(&store.pool).await.unwrap();
    let refused = store.write_each(&history("u", 2)).await.unwrap();
    let [(Fact::Period(period), Failure::Damaged { .. })] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(period.generation, 1);
}
