//! Nodes that KWOK plays, in three zones; those of the last are smaller.

use serde_json::{Value, json};

/// A list of nodes numbered from `first`, as JSON text.
pub fn list(first: usize, count: usize) -> String {
    let items: Vec<Value> = (first..first + count).map(node).collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn node(index: usize) -> Value {
    let zone = ["a", "b", "c"][index % 3];
    let name = format!("wk-eu1{zone}-{:03}", index / 3 + 1);
    let (kind, cpu, memory) = match zone {
        "c" => ("m6i.2xlarge", "8", "32Gi"),
        _ => ("m6i.4xlarge", "16", "64Gi"),
    };
    let size = json!({"cpu": cpu, "memory": memory, "pods": "110", "ephemeral-storage": "200Gi"});
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node-role.kubernetes.io/worker": "",
                "node.kubernetes.io/instance-type": kind,
                "topology.kubernetes.io/region": "eu-1",
                "topology.kubernetes.io/zone": format!("eu-1{zone}"),
            },
            "annotations": {"kwok.x-k8s.io/node": "fake"},
        },
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": address(index)},
                {"type": "Hostname", "address": name},
            ],
            "allocatable": size,
            "capacity": size,
        },
    })
}

/// An address of its own, from a range for documents and tests (RFC 2544).
fn address(index: usize) -> String {
    format!("198.18.{}.{}", index / 250 % 256, index % 250 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_fill_evenly_and_names_differ() {
        let names: Vec<String> = (0..24)
            .map(|i| {
                node(i)["metadata"]["name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        assert_eq!(names[0], "wk-eu1a-001");
        assert_eq!(names[5], "wk-eu1c-002");
        let mut unique = names.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 24);
        assert_eq!(address(0), "198.18.0.1");
        assert_eq!(address(5000), "198.18.20.1");
        assert_eq!(names.iter().filter(|n| n.starts_with("wk-eu1b")).count(), 8);
    }
}
