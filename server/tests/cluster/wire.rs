//! The wire between Rollbook and the apiserver, which a test can cut or make
//! deaf. Behind it the apiserver notices nothing and goes on, as behind a load
//! balancer that keeps its own connections open.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::rig::Rig;

/// One connection through the wire.
struct Link {
    near: TcpStream,
    far: TcpStream,
    state: Arc<State>,
}

/// What both directions of a connection share.
struct State {
    /// Nothing is passed on any more.
    deaf: AtomicBool,
    /// When something last came.
    heard: Mutex<Instant>,
}

impl State {
    fn heard(&self) -> MutexGuard<'_, Instant> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes bytes on, until it is told otherwise.
pub struct Wire {
    near: SocketAddr,
    links: Arc<Mutex<Vec<Link>>>,
    /// Nobody new is let in.
    closed: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// A wire to the rig's apiserver, and a kubeconfig that goes through it.
    pub fn new(rig: &Rig, name: &str) -> (Self, PathBuf) {
        let words = ["config", "view", "--raw", "--flatten", "-o", "json"];
        let kubeconfig = rig.kubectl(&words);
        let (_, rest) = kubeconfig.split_once("https://").unwrap();
        let (far, _) = rest.split_once('"').unwrap();
        let wire = Self::to(far.replace("localhost", "127.0.0.1").parse().unwrap());
        let path = rig.cluster.folder().join(format!("wire-{name}.json"));
        let near = wire.near.to_string();
        std::fs::write(&path, kubeconfig.replace(far, &near)).unwrap();
        (wire, path)
    }

    fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut wire = Self {
            near: listener.local_addr().unwrap(),
            links: Arc::default(),
            closed: Arc::default(),
            over: Arc::default(),
            thread: None,
        };
        let links = Arc::clone(&wire.links);
        let (closed, over) = (Arc::clone(&wire.closed), Arc::clone(&wire.over));
        wire.thread = Some(std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                if closed.load(Ordering::SeqCst) {
                    continue;
                }
                if let Ok(far) = TcpStream::connect(far) {
                    let link = link(near, far);
                    links
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(link);
                }
            }
        }));
        wire
    }

    fn each(&self, f: impl FnMut(&Link)) {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().for_each(f);
    }

    /// Connections that are open now pass nothing on any more, and nobody is
    /// told. Later ones do.
    pub fn deafen(&self) {
        self.each(|link| link.state.deaf.store(true, Ordering::SeqCst));
    }

    /// The same for those on which nothing came for so long, and nobody new is
    /// let in.
    pub fn deafen_quiet(&self, quiet: Duration) {
        self.closed.store(true, Ordering::SeqCst);
        self.each(|link| {
            if link.state.heard().elapsed() >= quiet {
                link.state.deaf.store(true, Ordering::SeqCst);
            }
        });
    }

    /// New connections are let in again.
    pub fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    /// The same, and the near side sees its connections break.
    pub fn cut(&self) {
        self.deafen();
        self.each(|link| {
            let _ = link.near.shutdown(Shutdown::Both);
        });
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        self.each(|link| {
            let _ = link.near.shutdown(Shutdown::Both);
            let _ = link.far.shutdown(Shutdown::Both);
        });
        let _ = TcpStream::connect(self.near);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn link(near: TcpStream, far: TcpStream) -> Link {
    let state = Arc::new(State {
        deaf: AtomicBool::new(false),
        heard: Mutex::new(Instant::now()),
    });
    let link = Link {
        near: near.try_clone().unwrap(),
        far: far.try_clone().unwrap(),
        state: Arc::clone(&state),
    };
    let (from, to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    for (from, to) in [(from, to), (far, near)] {
        let state = Arc::clone(&state);
        std::thread::spawn(move || {
            pass(from, &to, &state);
            if !state.deaf.load(Ordering::SeqCst) {
                let _ = to.shutdown(Shutdown::Both);
            }
        });
    }
    link
}

/// Passes bytes on until one side hangs up; a deaf one swallows them.
fn pass(mut from: TcpStream, mut to: &TcpStream, state: &State) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        *state.heard() = Instant::now();
        if !state.deaf.load(Ordering::SeqCst) && to.write_all(&bytes[..n]).is_err() {
            return;
        }
    }
}
