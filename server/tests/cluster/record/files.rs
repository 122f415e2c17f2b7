//! The record without a cluster: what cannot be used, what is killed while it
//! writes, what moves.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use app::record::Failure;
use domain::record::{Archived, Bounds, Fact, Known, Period, Watch};
use domain::template::Template;
use domain::time::Time;
use serde_json::json;
use server::record::chores;
use server::record::store::Store;
use xtask::postgres::Postgres;

use crate::rig::Rig;

/// A form of a newer Rollbook is refused with a sentence, and so is a folder
/// that cannot be written to; the file is its owner's only.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_used_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("rollbook-unusable-{}", std::process::id()));
    let path = folder.join("deep/x.db");
    let store = Store::file(&path).await.unwrap();
    drop(store);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'later', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&pool).await.unwrap();
    pool.close().await;
    let refused = Store::file(&path).await.err().unwrap();
    assert_eq!(refused, Failure::Newer { version: 99 });
    std::fs::write(&path, "not a database, whatever it is called").unwrap();
    let refused = Store::file(&path).await.err().unwrap();
    assert!(matches!(refused, Failure::Database { .. }), "{refused}");
    let nowhere = Store::file(Path::new("/proc/none/x.db"))
        .await
        .err()
        .unwrap();
    assert!(nowhere.to_string().contains("/proc/none"), "{nowhere}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// One that was restored with a mode that lets others read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_others_may_read_becomes_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("rollbook-open-{}", std::process::id()));
    let path = folder.join("x.db");
    drop(Store::file(&path).await.unwrap());
    let all = ["x.db", "x.db-wal", "x.db-shm", "x.db-lock"].map(|name| folder.join(name));
    for file in &all {
        // Whether or not SQLite has left it.
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o644))
            .unwrap();
    }
    let store = Store::file(&path).await.unwrap();
    store.write(&facts()).await.unwrap();
    for file in all.iter().filter(|file| file.exists()) {
        let mode = std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A workload with two periods, as facts.
fn facts() -> Vec<Fact> {
    let at = |second| Time::from_second(1_800_000_000 + second);
    let template = |image: &str| {
        let spec = json!({"spec": {"containers": [{"name": "c", "image": image}]}});
        Template::new(spec).unwrap()
    };
    let known = Known::new("u", Rig::key("crash"), at(0));
    let mut facts = vec![Fact::Workload(known)];
    for (generation, image) in [(1, "i:1"), (2, "i:2")] {
        let template = template(image);
        let mut period = Period::new("u", generation, Bounds::dated(at(generation)));
        period.template = Some(template.digest());
        facts.push(Fact::Template(Archived::from(&template)));
        facts.push(Fact::Period(period));
    }
    facts.push(Fact::Watch(Watch {
        id: "w".into(),
        from: at(0),
        to: at(9),
        namespaces: Vec::new(),
    }));
    facts
}

/// Many periods, as lines of an export.
fn many(periods: i64) -> String {
    let mut all = facts();
    for generation in 3..periods {
        let dated = Bounds::dated(Time::from_second(1_800_000_000 + generation));
        all.push(Fact::Period(Period::new("u", generation, dated)));
    }
    let line = |fact: &Fact| serde_json::to_string(fact).unwrap() + "\n";
    all.iter().map(line).collect()
}

/// A process that writes is killed at many moments: the record is sound each
/// time, and at last complete, with nothing twice.
fn killed_at_any_moment(record: &str) {
    let rollbook = |chore: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command
            .args(["record", chore])
            .env("ROLLBOOK_RECORD", record);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let check = || {
        let checked = rollbook("check").wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout).trim().to_owned();
        assert!(checked.status.success(), "{said}");
        said
    };
    let lines = many(3000);
    let feed = |child: &mut Child| {
        let (mut stdin, lines) = (child.stdin.take().unwrap(), lines.clone());
        // A killed one does not read to the end.
        std::thread::spawn(move || stdin.write_all(lines.as_bytes()))
    };
    // Two that find nothing make it together.
    let both = [rollbook("import"), rollbook("import")];
    for making in both {
        assert!(making.wait_with_output().unwrap().status.success());
    }
    let mut sizes = BTreeSet::new();
    // On a busy machine the first write comes late.
    for moment in 1..=60 {
        if moment > 12 && sizes.len() > 2 {
            break;
        }
        let mut writing = rollbook("import");
        let fed = feed(&mut writing);
        std::thread::sleep(Duration::from_millis(moment * 60));
        writing.kill().unwrap();
        writing.wait().unwrap();
        let _ = fed.join().unwrap();
        sizes.insert(check());
    }
    println!("found after a kill: {sizes:#?}");
    // Else all of them came before the first write, or after the last.
    assert!(sizes.len() > 2, "killed in the midst of it");
    // All of it by two at once.
    let mut both = [rollbook("import"), rollbook("import")];
    let fed = both.each_mut().map(feed);
    for mut writing in both {
        assert!(writing.wait().unwrap().success());
    }
    for fed in fed {
        fed.join().unwrap().unwrap();
    }
    assert_eq!(check(), "1 workloads, 2999 periods, 2 templates");
}

#[test]
fn a_writing_process_may_be_killed_at_any_moment() {
    let folder = std::env::temp_dir().join(format!("rollbook-kill-{}", std::process::id()));
    killed_at_any_moment(folder.join("x.db").to_str().unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn one_that_writes_to_postgres_too() {
    let server = Postgres::start("kill").unwrap();
    killed_at_any_moment(&server.url());
}

/// What is exported is taken in elsewhere, again without harm; what is no fact,
/// or not what it says, is refused with its line.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_moves_by_export_and_import() {
    let folder = std::env::temp_dir().join(format!("rollbook-move-{}", std::process::id()));
    let from = Store::file(&folder.join("from.db")).await.unwrap();
    from.write(&facts()).await.unwrap();
    let mut lines = String::new();
    let mut export = |fact: Fact| {
        lines.push_str(&serde_json::to_string(&fact).unwrap());
        lines.push('\n');
    };
    from.export(&mut export).await.unwrap();
    let to = Store::file(&folder.join("to.db")).await.unwrap();
    let import = async |lines: &str| {
        let mut taken = chores::Taken::default();
        let ended = chores::import(&to, lines.as_bytes(), 1, &mut taken).await;
        ended.unwrap();
        taken
    };
    for _ in 0..2 {
        let taken = import(&lines).await;
        assert_eq!((taken.facts, taken.refused.all), (facts().len(), 0));
        assert_eq!(to.check().await.unwrap(), from.check().await.unwrap());
    }
    let forged = import(&lines.replace("i:1", "i:9")).await;
    assert_eq!((forged.facts, forged.refused.all), (facts().len() - 1, 1));
    let why = &forged.refused.first[0];
    assert!(why.contains("not what its digest says"), "{why}");
    let none = import("{}\n").await;
    let why = &none.refused.first[0];
    assert!(why.starts_with("line 1: not a fact"), "{why}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What cannot be read or taken is told on standard error, the rest is done, and
/// the process says that it was not all.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_is_exported_as_far_as_it_can_be_read() {
    let folder = std::env::temp_dir().join(format!("rollbook-torn-{}", std::process::id()));
    let own = |name: &str| folder.join(name);
    let store = Store::file(&own("torn.db")).await.unwrap();
    store.write(&facts()).await.unwrap();
    let torn = format!("sqlite://{}", own("torn.db").display());
    let pool = sqlx::AnyPool::connect(&torn).await.unwrap();
    let tear = sqlx::query("UPDATE period SET body = 'x' WHERE generation = 1");
    tear.execute(&pool).await.unwrap();
    let run = |chore: &str, name: &str, lines: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command
            .args(["record", chore])
            .env("ROLLBOOK_RECORD", own(name));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.success(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (clean, _, errors) = run("check", "torn.db", b"");
    assert!(!clean && errors.contains("1 things are not"), "{errors}");
    let (whole, lines, errors) = run("export", "torn.db", b"");
    assert_eq!((whole, lines.lines().count()), (false, facts().len() - 1));
    assert!(errors.starts_with("period 1 of u: "), "{errors}");
    assert!(
        errors.contains("1 things cannot be read and are left out"),
        "{errors}"
    );
    let (whole, said, errors) = run("import", "new.db", (lines.clone() + "no\n").as_bytes());
    assert!(!whole && said.starts_with("5 facts taken in"), "{said}");
    assert!(errors.contains("line 6: not a fact"), "{errors}");
    assert!(errors.contains("1 lines are not taken in"), "{errors}");
    let (clean, _, errors) = run("check", "new.db", b"");
    assert!(clean, "{errors}");
    assert!(run("import", "new.db", lines.as_bytes()).0);
    std::fs::remove_dir_all(&folder).unwrap();
}
