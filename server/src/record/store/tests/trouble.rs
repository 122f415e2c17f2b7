//! A database that hangs, and a disk that is full.

use std::time::Instant;

use super::*;

/// A page and the writer are told within the time that they wait, however many
/// ask, and all goes on once it answers again.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_told_and_forgiven() {
    let server = Postgres::start("hang").unwrap();
    let store = Store::open(&server.url()).await.unwrap();
    store.write(&history("a", 2)).await.unwrap();
    server.freeze().unwrap();
    let begin = Instant::now();
    // More than there are connections; one is abandoned in the midst.
    let abandoned = timeout(Duration::from_millis(300), store.then(day(1)));
    let (facts, moment) = (history("b", 2), day(1));
    let (write, one, two, three, four, five, abandoned) = tokio::join!(
        store.write(&facts),
        store.then(moment),
        store.then(moment),
        store.then(moment),
        store.then(moment),
        store.then(moment),
        abandoned,
    );
    assert!(abandoned.is_err());
    let silent = Failure::Database {
        words: "no answer within 5 s".into(),
    };
    assert_eq!(write, Err(silent.clone()));
    for asked in [one, two, three, four, five] {
        assert_eq!(asked.unwrap_err(), silent);
    }
    println!("told after {:?}", begin.elapsed());
    server.thaw().unwrap();
    store.write(&facts).await.unwrap();
    let all = futures::future::join_all((0..8).map(|_| store.then(moment))).await;
    for asked in all {
        assert_eq!(asked.unwrap().len(), 2);
    }
    sound(&store).await;
}

/// Whoever writes holds up no page: with a transaction open in the midst, what
/// was there before it is told, at once.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_writes_holds_up_no_reader() {
    use domain::record::changes::Window;
    for place in places("readers") {
        let store = place.open().await;
        store.write(&history("a", 2)).await.unwrap();
        store.write(&[watch("w", day(0), day(300))]).await.unwrap();
        let writer = place.open().await;
        let mut writing = writer.transaction().await.unwrap();
        for fact in history("a", 3).iter().chain(&history("b", 2)) {
            put(&mut writing, fact).await.unwrap();
        }
        let begin = Instant::now();
        let window = Window {
            from: day(0),
            to: day(300),
        };
        for _ in 0..20 {
            let (lives, sources, then, reach, images, changes, kept, before) = tokio::join!(
                async { store.lives(&known("a").key).await.unwrap().len() },
                async {
                    let sources = store.sources(known("a"), Vec::new(), None).await;
                    sources.unwrap().periods.len()
                },
                async { store.then(day(250)).await.unwrap().len() },
                async { store.reach(day(250), day(300)).await.unwrap().watched },
                async { store.images("a:", 1).await.unwrap().total },
                async { store.changes(window, day(300)).await.unwrap().changes.len() },
                async {
                    let digest = template("a:2").digest().to_string();
                    store
                        .kept(&known("a").key, &digest)
                        .await
                        .unwrap()
                        .is_some()
                },
                async { store.before().await.unwrap().len() },
            );
            assert_eq!((lives, sources, then, reach), (1, 2, 1, true));
            assert_eq!((images, changes, kept, before), (2, 2, true, 1));
        }
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
        writing.commit().await.unwrap();
        assert_eq!(store.then(day(250)).await.unwrap().len(), 2);
        assert_eq!(store.images("a:", 1).await.unwrap().total, 3);
    }
}

/// A small disk; away with the test, however that ends.
struct Disk(PathBuf);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = folder();
        std::fs::create_dir_all(&folder).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "rollbook-test"]);
        let mounted = mount.arg(&folder).status().is_ok_and(|own| own.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mut umount = std::process::Command::new("umount");
        let _ = umount.arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Writes until there is no place, then after there is again.
async fn until_full(store: &Store, more: impl AsyncFnOnce(&Store)) {
    let mut written = Vec::new();
    let failure = loop {
        let uid = format!("w{}", written.len());
        match store.write(&history(&uid, 20)).await {
            Ok(()) => written.push(uid),
            Err(failure) => break failure,
        }
    };
    let Failure::Database { words } = &failure else {
        panic!("{failure}");
    };
    println!("{} were written, then: {words}", written.len());
    assert!(!words.is_empty() && !written.is_empty());
    sound(store).await;
    for uid in &written {
        assert_eq!(generations(store, uid).await.len(), 20, "was acknowledged");
    }
    more(store).await;
    store.write(&history("after", 20)).await.unwrap();
    assert_eq!(generations(store, "after").await.len(), 20);
    sound(store).await;
}

/// SQLite's own limit in place of a disk, so that it is tried everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_place_goes_on_once_there_is_some() {
    let place = Place::File(folder());
    let Place::File(folder) = &place else {
        unreachable!();
    };
    let open = async |pages: u32| {
        let mut store = Store::file(&folder.join("x.db")).await.unwrap();
        let limit = format!("PRAGMA max_page_count = {pages}");
        let url = format!("sqlite://{}/x.db?mode=rw", folder.display());
        let pool = AnyPoolOptions::new().max_connections(1);
        store.pool = pool.connect(&url).await.unwrap();
        sqlx::query(AssertSqlSafe(limit))
            .execute(&store.pool)
            .await
            .unwrap();
        store
    };
    until_full(&open(100).await, async |store: &Store| {
        let more = "PRAGMA max_page_count = 10000";
        sqlx::query(more).execute(&store.pool).await.unwrap();
    })
    .await;
}

/// A real disk of 2 MiB, where this may mount one.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_survived() {
    let Some(disk) = Disk::mount() else {
        println!("not tried: this may not mount a disk");
        return;
    };
    let disk = &disk.0;
    let store = Store::file(&disk.join("x.db")).await.unwrap();
    // A neighbour took the rest.
    std::fs::write(disk.join("ballast"), vec![0; 1 << 20]).unwrap();
    until_full(&store, async |_: &Store| {
        std::fs::remove_file(disk.join("ballast")).unwrap();
    })
    .await;
}
