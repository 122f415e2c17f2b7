//! The binary that ships, alone in an empty folder: it serves the whole site,
//! compressed ahead and cached for ever, without a cluster and without
//! anything beside it, and ends when it is asked.
//!
//! `ROLLBOOK_BIN` names it; without, it is built first.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::run::{root, signal};

fn built() -> PathBuf {
    if let Some(path) = std::env::var_os("ROLLBOOK_BIN") {
        return path.into();
    }
    let mut cargo = Command::new(env!("CARGO"));
    let status = cargo
        .current_dir(root())
        .args(["build", "--quiet", "--package", "server"])
        .status();
    assert!(status.unwrap().success());
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into());
    root().join(target).join("debug/rollbook")
}

/// A kubeconfig of a cluster that does not answer.
fn kubeconfig(path: &Path) {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = closed.local_addr().unwrap().port();
    let text = format!(
        "{{apiVersion: v1, kind: Config, current-context: c,
        clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:{port}'}}}}],
        contexts: [{{name: c, context: {{cluster: c, user: u}}}}], users: [{{name: u, user: {{}}}}]}}"
    );
    fs::write(path, text).unwrap();
}

/// The program in a folder with nothing but itself. Dropping ends it.
struct Alone {
    folder: PathBuf,
    child: Child,
    port: u16,
}

impl Alone {
    fn start() -> Self {
        let place = std::env::temp_dir().join(format!("rb-alone-{}", std::process::id()));
        let folder = place.join("empty");
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join("rollbook");
        fs::copy(built(), &program).unwrap();
        let config = place.join("kubeconfig");
        kubeconfig(&config);
        let mut child = Command::new(program)
            .current_dir(&folder)
            .env_clear()
            .arg("--kubeconfig")
            .arg(config)
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next();
        let port = port.and_then(|port| port.parse().ok()).expect(&line);
        Self {
            folder,
            child,
            port,
        }
    }

    /// Sends a request; the answer is still to come. HTTP/1.0, so that it comes
    /// in one piece and ends with the connection.
    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> TcpStream {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        let more: String = headers
            .iter()
            .map(|(k, v)| format!("{k}: {v}\r\n"))
            .collect();
        let host = format!("127.0.0.1:{}", self.port);
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n{more}\r\n").unwrap();
        stream
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut bytes = Vec::new();
        self.ask(path, headers).read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(self.folder.parent().unwrap());
    }
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        Self {
            status: status.parse().unwrap(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Files that a page asks for.
fn files(page: &Answer) -> BTreeSet<String> {
    String::from_utf8_lossy(&page.body)
        .split('"')
        .filter(|part| part.starts_with("/pkg/"))
        .map(ToOwned::to_owned)
        .collect()
}

fn is_served_whole(alone: &Alone, path: &str) {
    let plain = alone.get(path, &[]);
    assert_eq!(plain.status, 200, "{path}");
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "text/css; charset=utf-8",
    };
    assert_eq!(plain.header("content-type"), kind, "{path}");
    assert_eq!(plain.header("content-encoding"), "", "{path}");
    assert!(plain.body.len() > 1000, "{path}");
    for encoding in ["", "br", "gzip"] {
        let asked = ("Accept-Encoding", encoding);
        let answer = alone.get(path, &[asked]);
        assert_eq!(answer.header("content-encoding"), encoding, "{path}");
        assert!(
            answer.header("cache-control").contains("immutable"),
            "{path}"
        );
        assert_eq!(answer.header("vary"), "Accept-Encoding", "{path}");
        assert_eq!(
            unpacked(encoding, &answer.body),
            plain.body,
            "{path} {encoding}"
        );
        let tag = answer.header("etag");
        assert!(tag.len() > 2, "{path} {encoding}: {tag}");
        let again = alone.get(path, &[asked, ("If-None-Match", tag)]);
        assert_eq!(
            (again.status, again.body.len()),
            (304, 0),
            "{path} {encoding}"
        );
    }
}

fn unpacked(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match encoding {
        "br" => brotli::BrotliDecompress(&mut &bytes[..], &mut out).unwrap(),
        "gzip" => drop(
            flate2::read::GzDecoder::new(bytes)
                .read_to_end(&mut out)
                .unwrap(),
        ),
        _ => out.extend(bytes),
    }
    out
}

#[test]
fn it_needs_nothing_beside_it_and_ends_when_it_is_asked() {
    let mut alone = Alone::start();
    // The page that says that the cluster does not answer.
    let page = alone.get("/", &[]);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let files = files(&page);
    let ends: Vec<_> = files
        .iter()
        .map(|f| f.rsplit('.').next().unwrap())
        .collect();
    for end in ["css", "js", "wasm"] {
        assert_eq!(ends.iter().filter(|e| **e == end).count(), 1, "{files:?}");
    }
    for path in &files {
        is_served_whole(&alone, path);
    }
    let left: Vec<_> = fs::read_dir(&alone.folder).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "it writes nothing: {left:?}");

    // A tab that looks must not hold it up.
    let mut tab = alone.ask("/live?view=health", &[]);
    let mut first = [0; 15];
    tab.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.0 200 OK");
    let asked = Instant::now();
    assert!(signal("TERM", alone.child.id()));
    let status = loop {
        if let Some(status) = alone.child.try_wait().unwrap() {
            break status;
        }
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "its grace is over"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
}
