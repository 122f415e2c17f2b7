//! What is searched by must say what the facts beside it do.

use super::*;

/// A record in which each of these can be damaged by itself.
fn facts() -> Vec<Fact> {
    let mut facts = history("a", 8);
    let mut gone = Bounds::dated(day(9));
    for number in 1..=7 {
        gone.not_after = day(10 + number);
        facts.push(Fact::Workload(Known {
            gone: Some(gone),
            ..known(&format!("k{number}"))
        }));
        facts.push(Fact::Revision(Kept {
            uid: format!("r{number}"),
            workload: "a".into(),
            name: format!("r{number}"),
            created_at: day(0),
            generation: Some(1),
            template: Some(template("a:1").digest()),
            cause: None,
            numbers: [(1, day(0))].into(),
            gone: Some(gone),
            why: None,
            seen: None,
        }));
        facts.push(Fact::Watch(Watch {
            id: format!("w{number}"),
            from: day(number),
            to: day(number + 1),
            namespaces: vec!["x".into(), "y".into()],
        }));
    }
    // One whose image is cut where it is searched by, and one that began by when
    // a later one did.
    facts.extend(period("k1", 1, 0, &"long".repeat(300)));
    facts.extend(period("k1", 2, 50, "k:2"));
    facts.extend(period("k1", 3, 20, "k:3"));
    facts
}

/// What is done to the record, and what the check says of it then. `<a:4>`
/// stands for the digest of the template with that image.
const DAMAGES: [(&str, &str); 25] = [
    (
        "UPDATE workload SET uid = 'z1' WHERE uid = 'k7'",
        "workload z1: uid is not as in its body",
    ),
    (
        "UPDATE workload SET namespace = 'z' WHERE uid = 'k2'",
        "workload k2: namespace is not as in its body",
    ),
    (
        "UPDATE workload SET kind = 'z' WHERE uid = 'k3'",
        "workload k3: kind is not as in its body",
    ),
    (
        "UPDATE workload SET name = 'z' WHERE uid = 'k4'",
        "workload k4: name is not as in its body",
    ),
    (
        "UPDATE workload SET created_at = 1 WHERE uid = 'k5'",
        "workload k5: created_at is not as in its body",
    ),
    (
        "UPDATE workload SET gone_at = NULL WHERE uid = 'k6'",
        "workload k6: gone_at is not as in its body",
    ),
    (
        "UPDATE workload SET forgotten_below = 1 WHERE uid = 'a'",
        "workload a: forgotten_below is not as in its body",
    ),
    (
        "UPDATE period SET starts = starts - 1 WHERE workload = 'a' AND generation = 1",
        "period 1 of a: starts is not as in its body",
    ),
    (
        "UPDATE period SET starts = starts + 1 WHERE workload = 'k1' AND generation = 2",
        "period 2 of k1: starts is not as in its body",
    ),
    (
        "UPDATE period SET template = NULL WHERE workload = 'a' AND generation = 2",
        "period 2 of a: template is not as in its body",
    ),
    (
        "UPDATE period SET template = '<a:5>' WHERE workload = 'a' AND generation = 3",
        "period 3 of a: template is not as in its body",
    ),
    (
        "UPDATE period SET workload = 'zz' WHERE workload = 'a' AND generation = 7",
        "period 7 of zz: workload is not as in its body",
    ),
    (
        "UPDATE period SET generation = 80 WHERE workload = 'a' AND generation = 8",
        "period 80 of a: generation is not as in its body",
    ),
    (
        "UPDATE revision SET uid = 'z1' WHERE uid = 'r1'",
        "revision z1: uid is not as in its body",
    ),
    (
        "UPDATE revision SET workload = 'k1' WHERE uid = 'r2'",
        "revision r2: workload is not as in its body",
    ),
    (
        "UPDATE revision SET gone_at = 1 WHERE uid = 'r3'",
        "revision r3: gone_at is not as in its body",
    ),
    (
        "UPDATE revision SET template = '<a:5>' WHERE uid = 'r4'",
        "revision r4: template is not as in its body",
    ),
    (
        "UPDATE watch SET id = 'z1' WHERE id = 'w1'",
        "watch z1: id is not as in its body",
    ),
    (
        "UPDATE watch SET starts = 1 WHERE id = 'w2'",
        "watch w2: starts is not as in its body",
    ),
    (
        "UPDATE watch SET ends = 1 WHERE id = 'w3'",
        "watch w3: ends is not as in its body",
    ),
    (
        "UPDATE watch SET scope = '' WHERE id = 'w4'",
        "watch w4: scope is not as in its body",
    ),
    (
        "UPDATE template SET size = size + 1 WHERE digest = '<a:6>'",
        "template <a:6>: size is not as in its body",
    ),
    (
        "DELETE FROM image WHERE template = '<a:4>'",
        "template <a:4>: it is found by other images than its own",
    ),
    (
        "INSERT INTO image VALUES ('<a:5>', 'z')",
        "template <a:5>: it is found by other images than its own",
    ),
    (
        "INSERT INTO image VALUES ('<none>', 'z')",
        "template <none>: it has images and is not there",
    ),
];

/// With the digests in their places.
fn filled(text: &str) -> String {
    let images = ["a:4", "a:5", "a:6", "none"];
    images.iter().fold(text.to_owned(), |text, image| {
        text.replace(&format!("<{image}>"), &template(image).digest().to_string())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_that_is_not_as_its_body_says_is_told() {
    for place in places("columns") {
        let store = place.open().await;
        store.write(&facts()).await.unwrap();
        sound(&store).await;
        let mut expected = Vec::new();
        for (sql, told) in DAMAGES {
            let damaged = sqlx::query(AssertSqlSafe(filled(sql)));
            let damaged = damaged.execute(&store.pool).await.unwrap();
            assert_eq!(damaged.rows_affected(), 1, "{sql}");
            expected.push(filled(told));
            expected.sort();
            let mut told = store.check().await.unwrap().wrong;
            told.sort();
            assert_eq!(told, expected, "{sql}");
        }
        let mut exported = 0;
        let left_out = store.export(|_| exported += 1).await.unwrap();
        let all = (0, facts().len());
        assert_eq!((left_out.all, exported), all, "all can be read");
    }
}
