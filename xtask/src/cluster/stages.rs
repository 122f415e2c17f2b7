//! How KWOK plays pods: the stage files of `end2end/cluster/stages`, with the
//! times of a pace filled in.

use std::fs;

use super::binaries;
use crate::run::{Doing, Outcome, root};

/// How quickly pods start and stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    Fast,
    /// Believable: a second or two to start, a moment to stop.
    Demo,
}

/// Placeholders of the stage files, in milliseconds.
fn times(pace: Pace) -> [(&'static str, u32); 5] {
    match pace {
        Pace::Fast => [
            ("${START_MS}", 0),
            ("${START_JITTER_MS}", 0),
            ("${STOP_MS}", 0),
            ("${BACKOFF_MS}", 500),
            ("${RESTART_MS}", 1000),
        ],
        Pace::Demo => [
            ("${START_MS}", 900),
            ("${START_JITTER_MS}", 2200),
            ("${STOP_MS}", 400),
            ("${BACKOFF_MS}", 12_000),
            ("${RESTART_MS}", 20_000),
        ],
    }
}

/// All tags of a pod's images, in jq: a tag follows the last colon of what
/// follows the last slash, and a digest is none.
const TAGS: &str = r#"[.spec.containers[].image | split("@") | first | split("/") | last | split(":") | if length > 1 then last else "" end] | join(" ")"#;

/// A Go template that counts one up: its language has no sums, so each number
/// names the next.
fn count_up() -> String {
    let mut text = String::new();
    for n in 0..60 {
        let word = if n == 0 { "if" } else { "else if" };
        text.push_str(&format!("{{{{ {word} eq $n \"{n}\" }}}}{}", n + 1));
    }
    text.push_str("{{ else }}61{{ end }}");
    text
}

/// kwokctl's configuration: every listener on loopback, the port for the peers that
/// etcd does not have, and the stages.
pub fn config(pace: Pace, peers: u16) -> Outcome<String> {
    let folder = root().join("end2end/cluster/stages");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .doing("cannot read end2end/cluster/stages")?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    let mut text = format!(
        "apiVersion: config.kwok.x-k8s.io/v1alpha1\nkind: KwokctlConfiguration\noptions:\n  \
         bindAddress: 127.0.0.1\n  etcdPeerPort: {peers}\n"
    );
    for file in files {
        text.push_str("---\n");
        text.push_str(&fs::read_to_string(&file).doing("cannot read a stage file")?);
    }
    for (name, value) in times(pace) {
        text = text.replace(name, &value.to_string());
    }
    Ok(text
        .replace("${TAGS}", TAGS)
        .replace("${VERSION}", binaries::version())
        .replace("${COUNT_UP}", &count_up()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_placeholder_is_left() {
        for pace in [Pace::Fast, Pace::Demo] {
            let text = config(pace, 15_000).unwrap_or_default();
            assert!(text.contains("kind: Stage"));
            assert!(!text.contains("${"), "{text}");
        }
    }
}
