//! Free ports on loopback, so that several clusters run side by side.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

use crate::run::{Doing, Outcome, fail};

/// Ports given out by this process. A program takes a moment to listen on its
/// port, in which the system would give it out again.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// So many ports that nothing listens on and that were not given out before.
pub fn free(count: usize) -> Outcome<Vec<u16>> {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    // Held until all are found, so that they differ.
    let mut held = Vec::new();
    let mut ports = Vec::new();
    for _ in 0..1000 {
        if ports.len() == count {
            return Ok(ports);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("no free port")?;
        let port = listener.local_addr().doing("no free port")?.port();
        if given.insert(port) {
            ports.push(port);
        }
        held.push(listener);
    }
    fail("no free ports")
}
