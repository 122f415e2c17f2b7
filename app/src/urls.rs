//! The URLs of pages, which are an interface: people share them.

use std::fmt::Write;

use domain::workload::Key;

/// Percent-encodes all but unreserved characters (RFC 3986 2.3).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// What ran at a moment, now where none is given, and what changed in the span
/// before.
pub fn then(at: Option<domain::time::Time>, span: &str) -> String {
    match at {
        Some(at) => format!("/then?at={}&span={}", encode(&at.to_string()), encode(span)),
        None => format!("/then?span={}", encode(span)),
    }
}

/// Where an image runs and ran; without text, what runs now.
pub fn images(text: &str, page: usize) -> String {
    match (text, page) {
        ("", 0 | 1) => "/images".to_owned(),
        ("", page) => format!("/images?page={page}"),
        (text, 0 | 1) => format!("/images?q={}", encode(text)),
        (text, page) => format!("/images?q={}&page={page}", encode(text)),
    }
}

/// What the record keeps of one workload that had this name: of a deleted one
/// its `gone` uid tells it from others.
pub fn life(key: &Key, gone: Option<&str>) -> String {
    match gone {
        Some(uid) => format!("{}?uid={}", workload(key), encode(uid)),
        None => workload(key),
    }
}

/// One period on its workload's page, in the part of the timeline that has it.
pub fn period(key: &Key, gone: Option<&str>, generation: i64) -> String {
    let and = and(gone);
    format!("{}{and}period={generation}#p-{generation}", life(key, gone))
}

/// What joins one more part of the query to the address of a life.
fn and(gone: Option<&str>) -> char {
    if gone.is_some() { '&' } else { '?' }
}

/// The part of a workload's timeline before a template generation.
pub fn timeline_before(key: &Key, gone: Option<&str>, generation: i64) -> String {
    let and = and(gone);
    format!("{}{and}before={generation}#timeline", life(key, gone))
}

/// A workload's page.
pub fn workload(key: &Key) -> String {
    format!(
        "/ns/{}/daemonsets/{}",
        encode(&key.namespace),
        encode(&key.name)
    )
}

/// One revision.
pub fn revision(key: &Key, name: &str) -> String {
    format!("{}/revisions/{}", workload(key), encode(name))
}

/// Two revisions side by side; `live` names the live template.
pub fn compare(key: &Key, from: &str, to: &str) -> String {
    format!(
        "{}/compare?from={}&to={}",
        workload(key),
        encode(from),
        encode(to)
    )
}

/// The page that asks before it goes back; `None` lets it propose.
pub fn rollback(key: &Key, to: Option<&str>) -> String {
    match to {
        Some(to) => format!("{}/rollback?to={}", workload(key), encode(to)),
        None => format!("{}/rollback", workload(key)),
    }
}

/// The page that follows a write.
pub fn progress(key: &Key, generation: i64) -> String {
    format!("{}/progress?generation={generation}", workload(key))
}

/// The page that follows Rollbook's own write, with what else there is to say
/// about it.
pub fn written(key: &Key, generation: i64, mutated: bool, no_event: bool) -> String {
    let mut url = progress(key, generation);
    if mutated {
        url.push_str("&mutated=true");
    }
    if no_event {
        url.push_str("&event=missing");
    }
    url
}

/// The page that replaces old pods under `OnDelete`.
pub fn replace(key: &Key) -> String {
    format!("{}/replace", workload(key))
}

/// The same, after a pod was deleted on a node.
pub fn replaced(key: &Key, node: &str) -> String {
    format!("{}?node={}", replace(key), encode(node))
}

/// What programs ask for the nodes of a workload.
pub fn api_nodes(key: &Key) -> String {
    format!(
        "/api/nodes?namespace={}&name={}",
        encode(&key.namespace),
        encode(&key.name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_in_their_place() {
        let key = Key::daemon_set("a/b", "x?y#z&w");
        assert_eq!(workload(&key), "/ns/a%2Fb/daemonsets/x%3Fy%23z%26w");
        assert_eq!(
            compare(&key, "live", "a&to=b"),
            "/ns/a%2Fb/daemonsets/x%3Fy%23z%26w/compare?from=live&to=a%26to%3Db"
        );
        assert_eq!(encode("é"), "%C3%A9");
        assert_eq!(
            timeline_before(&key, Some("a&b"), 7),
            "/ns/a%2Fb/daemonsets/x%3Fy%23z%26w?uid=a%26b&before=7#timeline"
        );
    }

    #[test]
    fn what_went_wrong_beside_the_write_is_carried_on() {
        let key = Key::daemon_set("ns", "foo");
        assert_eq!(written(&key, 3, false, false), progress(&key, 3));
        assert_eq!(
            written(&key, 3, true, true),
            "/ns/ns/daemonsets/foo/progress?generation=3&mutated=true&event=missing"
        );
    }
}
