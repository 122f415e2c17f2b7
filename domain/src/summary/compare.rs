//! Comparing parts of templates by key.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{secrets, text};

/// Longest value in a summary, in characters.
const VALUE_MAX: usize = 160;

/// A value as one would say it: text as it is, the rest as JSON.
pub(super) fn say(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = secrets::unveil(&whole);
    text::shorten(&text::visible(&shown), VALUE_MAX).into_owned()
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|v| !v.is_null())
}

/// Equal, with null the same as absent, at every depth.
pub(super) fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (present(a), present(b)) {
        (None, None) => true,
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            a.iter().all(|(key, value)| same(Some(value), b.get(key)))
                && b.iter()
                    .all(|(key, value)| a.contains_key(key) || value.is_null())
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| (a.is_null() && b.is_null()) || same(Some(a), Some(b)))
        }
        (a, b) => a == b,
    }
}

/// One member or item: its name, and the value on either side.
pub(super) type Pair<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// The members of two objects that differ.
pub(super) fn fields<'a>(
    a: Option<&'a Value>,
    b: Option<&'a Value>,
    but: &[&str],
) -> Vec<Pair<'a>> {
    let mut all: BTreeMap<&String, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    for (key, value) in a.and_then(Value::as_object).into_iter().flatten() {
        all.entry(key).or_default().0 = present(Some(value));
    }
    for (key, value) in b.and_then(Value::as_object).into_iter().flatten() {
        all.entry(key).or_default().1 = present(Some(value));
    }
    all.into_iter()
        .filter(|(key, (a, b))| !but.contains(&key.as_str()) && !same(*a, *b))
        .map(|(key, (a, b))| (key.clone(), a, b))
        .collect()
}

/// Items of two lists that differ.
pub(super) struct Parts<'a> {
    /// By key, those that differ.
    pub items: Vec<Pair<'a>>,
    /// The items that both have come in another order.
    pub reordered: bool,
}

/// Pairs the items of two lists by their merge keys. `None` where a side is no
/// list of objects or a key is missing or not unique.
pub(super) fn by_key<'a>(
    a: Option<&'a Value>,
    b: Option<&'a Value>,
    keys: &[&str],
) -> Option<Parts<'a>> {
    let (a, b) = (index(a, keys)?, index(b, keys)?);
    let find = |side: &[(String, &'a Value)], name: &String| {
        side.iter().find(|(key, _)| key == name).map(|(_, v)| *v)
    };
    let mut items: Vec<Pair<'a>> = Vec::new();
    for (name, value) in &a {
        let other = find(&b, name);
        if !same(Some(value), other) {
            items.push((name.clone(), Some(value), other));
        }
    }
    for (name, value) in &b {
        if find(&a, name).is_none() {
            items.push((name.clone(), None, Some(value)));
        }
    }
    let common = |side: &[(String, &'a Value)], other: &[(String, &'a Value)]| -> Vec<String> {
        side.iter()
            .map(|(name, _)| name.clone())
            .filter(|name| find(other, name).is_some())
            .collect()
    };
    let reordered = common(&a, &b) != common(&b, &a);
    Some(Parts { items, reordered })
}

/// The keys of a list's items in their order, as one text.
pub(super) fn order(side: Option<&Value>, keys: &[&str]) -> Option<Value> {
    let names: Vec<String> = index(side, keys)?
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    Some(Value::String(names.join(", ")))
}

fn index<'a>(side: Option<&'a Value>, keys: &[&str]) -> Option<Vec<(String, &'a Value)>> {
    let Some(side) = present(side) else {
        return Some(Vec::new());
    };
    let mut out: Vec<(String, &Value)> = Vec::new();
    for item in side.as_array()? {
        let object = item.as_object()?;
        // The first key must be there; later ones (a port's protocol) may not.
        object.get(*keys.first()?)?;
        let name = keys
            .iter()
            .filter_map(|key| object.get(*key))
            .map(say)
            .collect::<Vec<_>>()
            .join("/");
        if out.iter().any(|(other, _)| *other == name) {
            return None;
        }
        out.push((name, item));
    }
    Some(out)
}
