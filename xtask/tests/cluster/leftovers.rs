//! However a program ends that started a cluster, nothing is left of it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::cluster::{Cluster, Options};

/// The program with a cluster of this name.
fn spawn(name: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["cluster", "--nodes", "0", "--name", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for its line of JSON; returns the folder.
fn folder(child: &mut Child) -> PathBuf {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    PathBuf::from(told["folder"].as_str().unwrap())
}

/// How many programs of a folder run.
fn running(folder: &Path) -> usize {
    let text = Command::new("ps")
        .args(["-axwwo", "command="])
        .output()
        .unwrap();
    let start = format!("{}/", folder.display());
    String::from_utf8_lossy(&text.stdout)
        .lines()
        .filter(|line| line.starts_with(&start))
        .count()
}

fn signal(name: &str, child: &Child) {
    let status = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// It ends by itself, within the ten seconds that Ctrl-C may take.
fn ends(child: &mut Child) {
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(10), "it does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_signal_and_the_end_of_input_end_the_cluster() {
    for how in ["TERM", "INT", "input"] {
        let mut child = spawn(&format!("ends-{}", how.to_lowercase()));
        let folder = folder(&mut child);
        assert_eq!(running(&folder), 5);
        if how == "input" {
            drop(child.stdin.take());
        } else {
            signal(how, &child);
        }
        ends(&mut child);
        assert_eq!(running(&folder), 0, "{how}");
        assert!(!folder.exists(), "{how}");
    }
}

#[test]
fn a_signal_while_it_starts_ends_what_has_started() {
    let mut child = spawn("early");
    let folder = std::env::temp_dir().join(format!("rollbook-early-{}", child.id()));
    let begin = Instant::now();
    while running(&folder) == 0 {
        assert!(begin.elapsed() < Duration::from_mins(2), "nothing starts");
        std::thread::sleep(Duration::from_millis(10));
    }
    signal("INT", &child);
    ends(&mut child);
    assert_eq!(running(&folder), 0);
    assert!(!folder.exists());
}

#[test]
fn the_next_cluster_ends_what_a_killed_program_left() {
    let mut child = spawn("killed");
    let folder = folder(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(running(&folder), 5, "nobody could end them");
    let next = Cluster::start(Options {
        nodes: 0,
        ..Options::test("next")
    })
    .expect("a cluster");
    assert_eq!(running(&folder), 0);
    assert!(!folder.exists());
    drop(next);
}
