//! The wire between Rollbook and the apiserver, which a test can cut or make
//! deaf. Behind it the apiserver notices nothing and goes on, as behind a load
//! balancer that keeps its own connections open.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::rig::Rig;

/// One connection through the wire.
struct Link {
    near: TcpStream,
    far: TcpStream,
    /// Nothing is passed on any more.
    deaf: Arc<AtomicBool>,
}

/// Passes bytes on, until it is told otherwise.
pub struct Wire {
    near: SocketAddr,
    links: Arc<Mutex<Vec<Link>>>,
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
            over: Arc::default(),
            thread: None,
        };
        let (links, over) = (Arc::clone(&wire.links), Arc::clone(&wire.over));
        wire.thread = Some(std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
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
        self.each(|link| link.deaf.store(true, Ordering::SeqCst));
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
    let link = Link {
        near: near.try_clone().unwrap(),
        far: far.try_clone().unwrap(),
        deaf: Arc::default(),
    };
    let deaf = Arc::clone(&link.deaf);
    let (from, to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    std::thread::spawn(move || {
        pass(from, &to, &deaf);
        if !deaf.load(Ordering::SeqCst) {
            let _ = to.shutdown(Shutdown::Both);
        }
    });
    let deaf = Arc::clone(&link.deaf);
    std::thread::spawn(move || {
        pass(far, &near, &deaf);
        if !deaf.load(Ordering::SeqCst) {
            let _ = near.shutdown(Shutdown::Both);
        }
    });
    link
}

/// Passes bytes on until one side hangs up; a deaf one swallows them.
fn pass(mut from: TcpStream, mut to: &TcpStream, deaf: &AtomicBool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        if !deaf.load(Ordering::SeqCst) && to.write_all(&bytes[..n]).is_err() {
            return;
        }
    }
}
