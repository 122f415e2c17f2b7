//! An admission webhook: a small HTTPS server that denies what it is asked
//! about, hangs up, or keeps the apiserver waiting for as long as a test likes.
//! What is written then stands in admission, neither done nor undone.

use std::io::Write as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::rig::{Rig, until};

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// What callers meet.
#[derive(Clone, Copy)]
enum Manner {
    HangUp,
    Hold,
    /// Denies with this HTTP code (0 leaves it out) and these words.
    Deny(u16, &'static str),
}

/// What the webhook and its test share.
struct Shared {
    manner: Mutex<Manner>,
    calls: AtomicUsize,
    waiting: Mutex<Vec<Stream>>,
    over: AtomicBool,
}

/// A webhook. It hangs up on everybody at first.
pub struct Hook {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The certificate of the rig's apiserver, which is for this address too.
fn tls(rig: &Rig) -> Arc<ServerConfig> {
    let keys = rig.cluster.logs().with_file_name("pki");
    let certificate = CertificateDer::from_pem_file(keys.join("admin.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_file(keys.join("admin.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.unwrap())
}

impl Hook {
    pub fn new(rig: &Rig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            manner: Mutex::new(Manner::HangUp),
            calls: AtomicUsize::new(0),
            waiting: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let (its, config) = (Arc::clone(&shared), tls(rig));
        let thread = std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                if its.over.load(Ordering::SeqCst) {
                    return;
                }
                let (its, config) = (Arc::clone(&its), Arc::clone(&config));
                // A caller that hangs up gets no answer.
                std::thread::spawn(move || {
                    let tls = ServerConnection::new(config).unwrap();
                    let _ = meet(StreamOwned::new(tls, caller), &its);
                });
            }
        });
        Self {
            port,
            shared,
            thread: Some(thread),
        }
    }

    /// Callers wait from now on.
    pub fn hold(&self) {
        *lock(&self.shared.manner) = Manner::Hold;
    }

    /// Hangs up on all who wait, and on whoever comes.
    pub fn release(&self) {
        *lock(&self.shared.manner) = Manner::HangUp;
        for caller in lock(&self.shared.waiting).drain(..) {
            let _ = caller.sock.shutdown(Shutdown::Both);
        }
    }

    /// Denies from now on, with an HTTP code (0 leaves it out) and words.
    pub fn deny(&self, code: u16, words: &'static str) {
        *lock(&self.shared.manner) = Manner::Deny(code, words);
    }

    /// How many wait.
    pub fn held(&self) -> usize {
        lock(&self.shared.waiting).len()
    }

    /// Registers it for updates of a workload to one of the images, with a
    /// failure policy, and waits until the apiserver calls it.
    pub async fn register(&self, rig: &Rig, name: &str, images: &[&str], policy: &str) {
        rig.create(&self.configuration(rig, name, images, policy));
        let image = format!("c={}", images[0]);
        until("the webhook is called", || {
            let words = ["set", "image", &*format!("ds/{name}"), &image];
            // Where the policy is Fail the apiserver refuses it.
            let _ = rig
                .cluster
                .kubectl(&[&words[..], &["--dry-run=server"]].concat());
            self.shared.calls.load(Ordering::SeqCst) > 0
        })
        .await;
    }

    fn configuration(&self, rig: &Rig, name: &str, images: &[&str], policy: &str) -> Value {
        let path = "jsonpath={.clusters[0].cluster.certificate-authority-data}";
        let ca = rig.kubectl(&["config", "view", "--raw", "--flatten", "-o", path]);
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": format!("hook-{name}")},
            "webhooks": [{
                "name": "hook.test.rollbook.dev",
                "clientConfig": {"url": format!("https://127.0.0.1:{}/", self.port), "caBundle": ca.trim()},
                "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["daemonsets"]}],
                "matchConditions": [{"name": "one", "expression": format!(
                    "object.metadata.name == '{name}' && object.spec.template.spec.containers[0].image in {images:?}")}],
                "failurePolicy": policy, "sideEffects": "None", "timeoutSeconds": 30,
                "admissionReviewVersions": ["v1"]
            }]
        })
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.release();
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Meets one caller, once it has said all.
fn meet(mut stream: Stream, shared: &Shared) -> std::io::Result<()> {
    let review = request(&mut stream)?;
    let manner = lock(&shared.manner);
    match *manner {
        Manner::HangUp => {}
        Manner::Hold => lock(&shared.waiting).push(stream),
        Manner::Deny(code, words) => deny(&mut stream, &review, code, words)?,
    }
    shared.calls.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

fn deny(stream: &mut Stream, review: &Value, code: u16, words: &str) -> std::io::Result<()> {
    let mut status = json!({"message": words});
    if code > 0 {
        status["code"] = json!(code);
    }
    let answer = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "response": {"uid": review["request"]["uid"], "allowed": false, "status": status},
    })
    .to_string();
    let length = answer.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// The body of one request.
fn request(stream: &mut impl std::io::Read) -> std::io::Result<Value> {
    let mut bytes = Vec::new();
    let mut part = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|n| n.trim().parse::<usize>().ok())
                .unwrap_or_default();
            if bytes.len() >= end + 4 + length {
                return Ok(serde_json::from_slice(&bytes[end + 4..])?);
            }
        }
        match stream.read(&mut part)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&part[..n]),
        }
    }
}
