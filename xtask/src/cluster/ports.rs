//! Free ports on loopback, so that several clusters run side by side.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

use crate::run::{Outcome, fail};

/// The first port that is given out, and how many there are: below those that Linux
/// (from 32768) and macOS (from 49152) give to whoever connects. Of a program that is
/// killed and started again the port would else be taken meanwhile, as a rule by one
/// that tries to connect to it.
const PORTS: (u16, u16) = (15_000, 17_000);

/// Ports given out by this process. A program takes a moment to listen on its
/// port.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// So many ports that nothing listens on and that were not given out before.
pub fn free(count: usize) -> Outcome<Vec<u16>> {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let (first, all) = PORTS;
    // Each process begins elsewhere.
    let begin = std::process::id().wrapping_mul(101);
    let ports: Vec<u16> = (0..u32::from(all))
        .filter_map(|step| u16::try_from(begin.wrapping_add(step) % u32::from(all)).ok())
        .map(|place| first + place)
        .filter(|port| !given.contains(port))
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .take(count)
        .collect();
    if ports.len() < count {
        return fail("no free ports");
    }
    given.extend(&ports);
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_a_port_twice() {
        let all: Vec<u16> = (0..8).flat_map(|_| free(5).unwrap_or_default()).collect();
        let distinct: BTreeSet<&u16> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (40, 40));
        assert!(all.iter().all(|port| (15_000..32_000).contains(port)));
    }
}
