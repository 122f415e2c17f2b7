//! Tolerations against tolerations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::same;
use super::{Area, Out};

/// Tolerations have no key; they are a set.
pub(super) fn tolerations(out: &mut Out, from: Option<&Value>, to: Option<&Value>) {
    let set = |side: Option<&Value>| -> Option<BTreeSet<String>> {
        match side {
            None => Some(BTreeSet::new()),
            Some(list) => list
                .as_array()
                .map(|items| items.iter().map(ToString::to_string).collect()),
        }
    };
    let (Some(a), Some(b)) = (set(from), set(to)) else {
        out.push(Area::Toleration, None, "", from, to);
        return;
    };
    let read = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
    let start = out.changes.len();
    for gone in a.difference(&b) {
        out.push(
            Area::Toleration,
            None,
            &toleration(&read(gone)),
            Some(&read(gone)),
            None,
        );
    }
    for new in b.difference(&a) {
        out.push(
            Area::Toleration,
            None,
            &toleration(&read(new)),
            None,
            Some(&read(new)),
        );
    }
    if out.changes.len() == start && !same(from, to) {
        out.push(Area::Order("Toleration".into()), None, "", from, to);
    }
}

/// `key=value:Effect` as kubectl describes it.
fn toleration(value: &Value) -> String {
    let part = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut text = part("key").to_owned();
    if !part("value").is_empty() {
        text = format!("{text}={}", part("value"));
    }
    if !part("effect").is_empty() {
        text = format!("{text}:{}", part("effect"));
    }
    if part("operator") == "Exists" {
        text.push_str(" op=Exists");
    }
    text.trim().to_owned()
}
