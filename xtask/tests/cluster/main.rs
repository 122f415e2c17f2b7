//! The clusters themselves: real, side by side, every way a pod can fare, and
//! nothing left of them.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod leftovers;
#[cfg(target_os = "linux")]
mod listeners;
mod processes;
mod stages;

/// A DaemonSet with one container, whose tag (with its colon) tells how its
/// pods fare.
fn daemon_set(name: &str, tag: &str) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"{name}","namespace":"default"}},
        "spec":{{"selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{{"metadata":{{"labels":{{"app":"{name}"}}}},
        "spec":{{"containers":[{{"name":"c","image":"registry.example.com:5000/{name}{tag}"}}]}}}}}}}}"#
    )
}
