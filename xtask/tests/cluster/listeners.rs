//! Nothing of a cluster can be reached from another machine: etcd, for one,
//! asks nobody who they are.

use std::collections::BTreeSet;
use std::fs;

use xtask::cluster::{Cluster, Component};

/// Loopback as `/proc/net/tcp` and `tcp6` write it: 127.0.0.1, `::1` and
/// `::ffff:127.0.0.1`, in words of the machine's byte order.
const LOOPBACK: [&str; 3] = [
    "0100007F",
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
];

/// Every component listens, and on loopback only.
pub fn are_on_loopback_only(cluster: &Cluster, components: &[Component]) {
    for component in components {
        let pid = cluster.pid(*component).unwrap();
        let addresses = listening(pid);
        assert!(!addresses.is_empty(), "{component:?} listens nowhere");
        for address in addresses {
            let (host, _port) = address.split_once(':').unwrap();
            assert!(LOOPBACK.contains(&host), "{component:?}: {address}");
        }
    }
}

/// Addresses that a process listens on (`proc_pid_net(5)`).
fn listening(pid: u32) -> BTreeSet<String> {
    let sockets: BTreeSet<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let inode = link.to_str()?.strip_prefix("socket:[")?;
            inode.strip_suffix(']').map(ToOwned::to_owned)
        })
        .collect();
    let table = |name| fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default();
    let both = table("tcp") + &table("tcp6");
    both.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        // The fourth column is the state, 0A for listening; the tenth is the inode.
        .filter(|columns| columns.len() > 9 && columns[3] == "0A" && sockets.contains(columns[9]))
        .map(|columns| columns[1].to_owned())
        .collect()
}
