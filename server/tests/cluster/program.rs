//! The program as a person starts it: what it logs, and that it ends in time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::postgres::Postgres;

use super::api::secrets::{MARK, revisions};
use super::rig::{Rig, share, until};

/// A signal is answered within this time, whatever hangs.
const PROMISED: Duration = Duration::from_secs(5);

/// A running program. What it says on standard error is in a file.
struct Program {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended by itself, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
struct Answer {
    status: u16,
    /// Its `x-request-id`.
    id: String,
    body: String,
}

impl Program {
    /// Starts it on the rig's cluster; `level` is what it logs.
    fn start(rig: &Rig, name: &str, record: &str, level: &str) -> Self {
        let log = rig.cluster.folder().join(format!("{name}.log"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command.arg("--kubeconfig").arg(rig.cluster.kubeconfig());
        command.args(["--port", "0", "--record", record]);
        command
            .env("RUST_LOG", level)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        rig.cluster
            .record(child.id(), Path::new(env!("CARGO_BIN_EXE_rollbook")))
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let (_, link) = line.split_once("http://").unwrap();
        let address = link.trim().trim_end_matches('/').to_owned();
        Self {
            child,
            address,
            log,
        }
    }

    /// One request.
    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let id = head
            .lines()
            .find_map(|line| line.strip_prefix("x-request-id: "));
        Answer {
            status,
            id: id.unwrap_or_else(|| panic!("no id: {head}")).to_owned(),
            body: body.to_owned(),
        }
    }

    /// Ends it by a signal; how long that took, and whether it called it a success.
    fn terminate(&mut self) -> (Duration, bool) {
        let begin = Instant::now();
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.unwrap().success());
        let ended = self.child.wait().unwrap();
        (begin.elapsed(), ended.success())
    }

    /// What it has said, each line of it JSON.
    fn said(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        let lines = text.lines().map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        lines.collect()
    }
}

/// Each request is logged with the id that its answer carries, and nothing of
/// what is in an object, a query or a body is, however much is logged.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_json_with_request_ids_and_no_contents() {
    let rig = share().await;
    let names = revisions(&rig, "logged").await;
    let record = rig.cluster.folder().join("logged.db");
    let mut program = Program::start(&rig, "logged", record.to_str().unwrap(), "debug");
    let page = "/ns/default/daemonsets/logged";
    let call = "namespace=default&name=logged";
    until("it sees the workload", || {
        program.ask("GET", page, "").status == 200
    })
    .await;
    let timeline = format!("/api/timeline?{call}");
    until("it has recorded it", || {
        program.ask("GET", &timeline, "").status == 200
    })
    .await;
    let first = &names[0];
    let order = rig.order("logged", rig.entry("logged").unwrap().revisions[0].number);
    let mut order = serde_json::to_value(order).unwrap();
    order["reason"] = format!("{MARK} is no more").into();
    let mut dry = order.clone();
    dry["dryRun"] = true.into();
    // Names that nobody has, so that it is refused.
    let refused = format!(r#"{{"namespace":"{MARK}","name":"{MARK}","to":"{MARK}"}}"#);
    let asked = [
        ("GET", format!("/?q={MARK}"), String::new(), 200),
        (
            "GET",
            format!("{page}/revisions/{first}?values=show"),
            String::new(),
            200,
        ),
        (
            "GET",
            format!("{page}/compare?from={first}&to=live"),
            String::new(),
            200,
        ),
        (
            "GET",
            format!("{page}/rollback?to={first}"),
            String::new(),
            200,
        ),
        (
            "GET",
            format!("/api/revision?{call}&revision={first}&reveal=true"),
            String::new(),
            200,
        ),
        ("GET", timeline, String::new(), 200),
        ("GET", format!("/images?q={MARK}"), String::new(), 200),
        (
            "GET",
            format!("/api/history?namespace={MARK}&name={MARK}"),
            String::new(),
            404,
        ),
        (
            "POST",
            "/api/rollback".to_owned(),
            format!("{{\"{MARK}\": broken"),
            400,
        ),
        ("POST", "/api/rollback".to_owned(), refused, 404),
        ("POST", "/api/rollback".to_owned(), dry.to_string(), 200),
        ("POST", "/api/rollback".to_owned(), order.to_string(), 200),
    ];
    let mut answers = Vec::new();
    for (method, path, body, status) in &asked {
        let answer = program.ask(method, path, body);
        assert_eq!(answer.status, *status, "{method} {path}: {}", answer.body);
        answers.push((*method, path.split('?').next().unwrap(), answer));
    }
    assert!(
        answers[1].2.body.contains(MARK),
        "there was something to tell"
    );
    let report = &answers.last().unwrap().2.body;
    assert!(report.contains("rolledBack"), "{report}");
    assert!(program.terminate().1);

    let said = program.said();
    let debug = said.iter().filter(|line| line["level"] == "DEBUG").count();
    assert!(debug > 0, "it says as much as it can");
    for (method, path, answer) in answers {
        let mut of = said
            .iter()
            .filter(|line| line["fields"]["request"] == *answer.id);
        let (Some(line), None) = (of.next(), of.next()) else {
            panic!("{path}: not once in the log: {}", answer.id);
        };
        let fields = &line["fields"];
        assert_eq!(
            (fields["method"].as_str(), fields["path"].as_str()),
            (Some(method), Some(path))
        );
        assert_eq!(fields["status"], answer.status, "{path}");
    }
    let leaks = said.iter().map(Value::to_string);
    let leaks: Vec<String> = leaks.filter(|line| line.contains(MARK)).collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// A database that hangs keeps nobody waiting who ends the program, with a
/// stream open besides.
#[tokio::test(flavor = "multi_thread")]
async fn it_ends_in_time_whatever_hangs() {
    let rig = share().await;
    rig.begin(&super::rig::daemon_set("ending", "i:1")).await;
    let server = Postgres::start("ending").unwrap();
    let mut program = Program::start(&rig, "ending", &server.url(), "info");
    let timeline = "/api/timeline?namespace=default&name=ending";
    until("it records", || {
        program.ask("GET", timeline, "").status == 200
    })
    .await;
    let mut stream = TcpStream::connect(&program.address).unwrap();
    write!(
        stream,
        "GET /live?view=workloads HTTP/1.1\r\nhost: {}\r\n\r\n",
        program.address
    )
    .unwrap();
    stream.read_exact(&mut [0; 64]).unwrap();
    server.freeze().unwrap();
    // Something is left to write, and a page hangs that asks for it.
    rig.image("ending", "i:2");
    rig.settled("ending").await;
    let mut asking = TcpStream::connect(&program.address).unwrap();
    write!(
        asking,
        "GET {timeline} HTTP/1.1\r\nhost: {}\r\n\r\n",
        program.address
    )
    .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (took, _) = program.terminate();
    println!("it ended after {took:?}");
    assert!(took < PROMISED, "{took:?}");
    let told = program.said();
    let told = told.iter().any(|line| {
        let words = line["fields"]["message"].as_str();
        words.is_some_and(|words| words.contains("not known to be written"))
    });
    assert!(told, "what may be lost is told");
}
