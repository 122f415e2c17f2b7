//! The wire between Rollbook and the apiserver, which a test can cut, slow down or
//! make deaf. Behind it the apiserver notices nothing and goes on, as behind a load
//! balancer that keeps its own connections open.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
    /// How long each piece is on its way, in milliseconds, of all connections.
    delay: Arc<AtomicU64>,
}

impl State {
    fn heard(&self) -> MutexGuard<'_, Instant> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of whoever comes new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    /// Its connection is closed at once.
    Shut,
    /// Its connection stands, and nothing is passed on.
    Deaf,
}

/// What a wire and those it lets in share.
struct Gate {
    door: Mutex<Door>,
    links: Mutex<Vec<Link>>,
    delay: Arc<AtomicU64>,
    /// How many came.
    came: AtomicU64,
    over: AtomicBool,
}

impl Gate {
    fn door(&self) -> MutexGuard<'_, Door> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn links(&self) -> MutexGuard<'_, Vec<Link>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes bytes on, until it is told otherwise.
pub struct Wire {
    near: SocketAddr,
    gate: Arc<Gate>,
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
        let near = listener.local_addr().unwrap();
        let gate = Arc::new(Gate {
            door: Mutex::new(Door::Open),
            links: Mutex::default(),
            delay: Arc::default(),
            came: AtomicU64::new(0),
            over: AtomicBool::new(false),
        });
        let keeper = Arc::clone(&gate);
        let thread = std::thread::spawn(move || keep(&listener, far, &keeper));
        Self {
            near,
            gate,
            thread: Some(thread),
        }
    }

    fn each(&self, f: impl FnMut(&Link)) {
        self.gate.links().iter().for_each(f);
    }

    /// How many connections came so far.
    pub fn came(&self) -> u64 {
        self.gate.came.load(Ordering::SeqCst)
    }

    /// Everything is so much longer on its way, each way.
    pub fn slow(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap();
        self.gate.delay.store(millis, Ordering::SeqCst);
    }

    /// Connections that are open now pass nothing on any more, and nobody is
    /// told. Later ones do.
    pub fn deafen(&self) {
        self.each(|link| link.state.deaf.store(true, Ordering::SeqCst));
    }

    /// The same for those on which nothing came for so long, and nobody new is
    /// let in.
    pub fn deafen_quiet(&self, quiet: Duration) {
        self.shut();
        self.each(|link| {
            if link.state.heard().elapsed() >= quiet {
                link.state.deaf.store(true, Ordering::SeqCst);
            }
        });
    }

    /// Some of those that are open now pass nothing on any more: `chosen` is asked of
    /// each.
    pub fn deafen_some(&self, mut chosen: impl FnMut() -> bool) {
        self.each(|link| {
            if chosen() {
                link.state.deaf.store(true, Ordering::SeqCst);
            }
        });
    }

    /// Nothing passes any more, on any connection, and nobody is told.
    pub fn swallow(&self) {
        *self.gate.door() = Door::Deaf;
        self.deafen();
    }

    /// Nobody new is let in.
    pub fn shut(&self) {
        *self.gate.door() = Door::Shut;
    }

    /// New connections are let in again.
    pub fn open(&self) {
        *self.gate.door() = Door::Open;
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
        self.gate.over.store(true, Ordering::SeqCst);
        self.each(|link| {
            let _ = link.near.shutdown(Shutdown::Both);
            let _ = link.far.shutdown(Shutdown::Both);
        });
        let _ = TcpStream::connect(self.near);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Lets in who comes, as the door says.
fn keep(listener: &TcpListener, far: SocketAddr, gate: &Gate) {
    for near in listener.incoming().flatten() {
        if gate.over.load(Ordering::SeqCst) {
            return;
        }
        gate.came.fetch_add(1, Ordering::SeqCst);
        let door = *gate.door();
        if door == Door::Shut {
            continue;
        }
        if let Ok(far) = TcpStream::connect(far) {
            let link = link(near, far, door == Door::Deaf, Arc::clone(&gate.delay));
            gate.links().push(link);
        }
    }
}

fn link(near: TcpStream, far: TcpStream, deaf: bool, delay: Arc<AtomicU64>) -> Link {
    let state = Arc::new(State {
        deaf: AtomicBool::new(deaf),
        heard: Mutex::new(Instant::now()),
        delay,
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
        let delay = state.delay.load(Ordering::SeqCst);
        if delay > 0 {
            std::thread::sleep(Duration::from_millis(delay));
        }
        if !state.deaf.load(Ordering::SeqCst) && to.write_all(&bytes[..n]).is_err() {
            return;
        }
    }
}
