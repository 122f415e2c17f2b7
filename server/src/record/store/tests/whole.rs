//! All of the record at once: of one moment, whatever is written meanwhile, and
//! all of it that can be read.

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::*;
use crate::record::chores::{Taken, import};

async fn exported(store: &Store) -> Vec<Fact> {
    let mut facts = Vec::new();
    let left_out = store.export(|fact| facts.push(fact)).await.unwrap();
    assert_eq!(left_out, Several::default());
    facts
}

async fn spoil(store: &Store, sql: &'static str) {
    sqlx::query(sql).execute(&store.pool).await.unwrap();
}

/// A writer that comes between two pages is not held up, and nothing of it is in
/// the export.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_of_one_moment() {
    for place in places("moment") {
        let store = place.open().await;
        let mut facts = history("a", 3);
        // More than a page.
        facts.extend((0..700).map(|n| Fact::Workload(known(&format!("w{n}")))));
        store.write(&facts).await.unwrap();
        let before = exported(&store).await;
        let (mut during, mut wrote) = (Vec::new(), 0);
        let left_out = store
            .export(|fact| {
                // In the midst of the first kind and of the last but one page.
                if [10, 600, 702].contains(&during.len()) {
                    wrote += 1;
                    let more = history(&format!("z{wrote}"), 2);
                    let writes = store.write(&more);
                    block_in_place(|| Handle::current().block_on(writes)).unwrap();
                }
                during.push(fact);
            })
            .await
            .unwrap();
        assert_eq!((left_out.all, wrote), (0, 3));
        assert!(during == before, "all of it is of one moment");
        let after = exported(&store).await;
        assert_eq!(after.len(), before.len() + 3 * 5);
        sound(&store).await;
        let again = Place::File(folder());
        let other = again.open().await;
        other.write(&during).await.unwrap();
        sound(&other).await;
        assert!(exported(&other).await == before);
    }
}

/// A check is clean in the midst of any number of writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_beside_a_writer_is_clean() {
    for place in places("beside") {
        let store = place.open().await;
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            for n in 0..60 {
                let uid = format!("w{n}");
                writer.write(&history(&uid, 8)).await.unwrap();
            }
        });
        while !writing.is_finished() {
            sound(&store).await;
        }
        writing.await.unwrap();
        assert_eq!(store.check().await.unwrap().periods, 60 * 8);
    }
}

/// One damaged thing hides no other: all are told, and the rest is exported.
#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_damaged_is_told_and_the_rest_is_handed_out() {
    for place in places("damaged") {
        let store = place.open().await;
        for uid in ["a", "b"] {
            store.write(&history(uid, 3)).await.unwrap();
        }
        store.write(&[watch("w", day(0), day(9))]).await.unwrap();
        let whole = exported(&store).await;
        let digest = template("b:2").digest();
        spoil(&store, "UPDATE workload SET body = '{' WHERE uid = 'a'").await;
        spoil(
            &store,
            "UPDATE period SET body = 'x' WHERE workload = 'b' AND generation = 3",
        )
        .await;
        spoil(&store, "UPDATE watch SET body = '[]'").await;
        let forged = "UPDATE template SET body = (SELECT body FROM template WHERE digest <> $1 \
                      LIMIT 1) WHERE digest = $1";
        let forged = sqlx::query(forged).bind(digest.to_string());
        forged.execute(&store.pool).await.unwrap();
        let checked = store.check().await.unwrap();
        let begins = |told: &[String]| {
            let words = told
                .iter()
                .map(|one| one.split(": ").next().unwrap().to_owned());
            words.collect::<Vec<_>>()
        };
        let damaged = [
            "workload a".to_owned(),
            format!("template {digest}"),
            "period 3 of b".to_owned(),
            "watch w".to_owned(),
        ];
        assert_eq!(begins(&checked.wrong), damaged, "{:#?}", checked.wrong);
        assert_eq!(
            (checked.problems, checked.periods, checked.workloads),
            (4, 6, 2)
        );
        let mut rest = Vec::new();
        let left_out = store.export(|fact| rest.push(fact)).await.unwrap();
        assert_eq!(
            (begins(&left_out.first), left_out.all),
            (damaged.to_vec(), 4)
        );
        assert_eq!(rest.len(), whole.len() - 4);
        assert!(rest.iter().all(|fact| whole.contains(fact)));
    }
}

/// Of very many the first are told, and how many there are.
#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_damaged_things_the_first_are_told() {
    for place in places("very") {
        let store = place.open().await;
        store.write(&history("a", 150)).await.unwrap();
        spoil(&store, "UPDATE period SET body = 'x'").await;
        let checked = store.check().await.unwrap();
        assert_eq!((checked.wrong.len(), checked.problems), (100, 150));
        let left_out = store.export(|_| {}).await.unwrap();
        assert_eq!((left_out.first.len(), left_out.all), (100, 150));
        let lines = left_out.lines();
        assert_eq!(lines.lines().last(), Some("and 50 more"));
    }
}

fn line(fact: &Fact) -> String {
    serde_json::to_string(fact).unwrap() + "\n"
}

/// A line that is not taken is told with its reason, and holds up no other; what
/// is older than what is kept is no trouble.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_takes_what_it_can_and_tells_the_rest() {
    for place in places("import") {
        let store = place.open().await;
        let mut lines = String::new();
        let mut whole = Taken::default();
        for fact in history("a", 3) {
            lines.push_str(&line(&fact));
        }
        import(&store, lines.as_bytes(), 1, &mut whole)
            .await
            .unwrap();
        assert_eq!((whole.facts, whole.refused.all), (7, 0));

        // The sixth line meets what is damaged.
        spoil(&store, "UPDATE period SET body = '{' WHERE generation = 2").await;
        let forgotten = Forgotten {
            below: 2,
            until: day(100),
        };
        let past = Fact::Workload(Known {
            forgotten: Some(forgotten),
            ..known("b")
        });
        let mut bytes = line(&past).into_bytes();
        bytes.extend(lines.as_bytes());
        bytes.extend(b"not json\n\xff\xfe\n{}\n");
        for fact in history("b", 2)
            .iter()
            .skip(1)
            .chain(&history("none", 1)[1..])
        {
            bytes.extend(line(fact).as_bytes());
        }
        let forged = line(&period("a", 9, 0, "a:9")[0]).replace("a:9", "a:8");
        bytes.extend(forged.as_bytes());
        bytes.extend(line(&watch("w", day(0), day(1))).as_bytes());
        let mut taken = Taken::default();
        import(&store, bytes.as_slice(), 1, &mut taken)
            .await
            .unwrap();
        let told: Vec<&str> = taken.refused.first.iter().map(String::as_str).collect();
        for (told, (begin, part)) in told.iter().zip([
            ("line 6: ", "the record is damaged"),
            ("line 9: ", "not a fact"),
            ("line 10: ", "not a fact"),
            ("line 11: ", "not a fact"),
            ("line 17: ", "its workload is not in the record"),
            ("line 18: ", "not what its digest says"),
        ]) {
            assert!(told.starts_with(begin) && told.contains(part), "{told}");
        }
        assert_eq!(told.len(), 6, "{told:#?}");
        // All but those, and but the first period of `b`.
        assert_eq!((taken.facts, taken.forgotten), (19 - 6 - 1, 1));
        assert_eq!(
            store.check().await.unwrap().problems,
            1,
            "what was damaged before"
        );
    }
}

/// Where the database fails in the midst, it is said from which line on.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_ends_early_says_where() {
    let [_, server] = places("early");
    let store = server.open().await;
    let facts: Vec<Fact> = (0..600)
        .map(|n| Fact::Workload(known(&format!("w{n}"))))
        .collect();
    let lines: String = facts.iter().map(line).collect();
    // Somebody has the lock, and keeps it.
    let holder = store.transaction().await.unwrap();
    let mut taken = Taken::default();
    let ended = import(&store, lines.as_bytes(), 1, &mut taken)
        .await
        .unwrap_err();
    assert!(ended.to_string().contains("before line 1 "), "{ended}");
    assert_eq!(taken.facts, 0);
    holder.undo().await;
    import(&store, lines.as_bytes(), 1, &mut taken)
        .await
        .unwrap();
    assert_eq!(taken.facts, 600);
}
