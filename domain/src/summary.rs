//! What changes from one template to another, as one would say it aloud.
//!
//! Lists are compared by Kubernetes' own merge keys, so that a new container in
//! the middle is one change and not twenty. Nothing that differs is left out:
//! what has no name of its own is reported as its field.

mod chips;
mod compare;
mod tolerations;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use chips::{Chip, Chips, ImageChange, chips};
use compare::{Parts, by_key, fields, order, say};
use tolerations::tolerations;

use crate::secrets::{self, is_veiled};
use crate::template::RESTARTED_AT;
use crate::text::visible;

/// Came, went, or is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sign {
    /// Only in the later template.
    Added,
    /// Only in the earlier template.
    Removed,
    /// In both, and different.
    Changed,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Area {
    /// Image of a container.
    Image,
    /// A whole container.
    Container,
    /// A whole init container.
    InitContainer,
    /// Environment of a container.
    Env,
    /// `command`.
    Command,
    /// `args`.
    Args,
    /// Ports of a container.
    Port,
    /// A request.
    Request,
    /// A limit.
    Limit,
    /// A mount of a container.
    Mount,
    /// A probe of a container.
    Probe,
    /// A volume of the pod.
    Volume,
    /// `nodeSelector`.
    NodeSelector,
    /// `affinity`.
    Affinity,
    /// `tolerations`.
    Toleration,
    /// `serviceAccountName`.
    ServiceAccount,
    /// `securityContext` of the pod or a container.
    Security,
    /// A label of the pods.
    Label,
    /// An annotation of the pods.
    Annotation,
    /// The same things in another order.
    Order(String),
    /// Any other field.
    Field(String),
    /// The time of a restart.
    Restart,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Came, went, or is another.
    pub sign: Sign,
    /// What it is about.
    pub area: Area,
    /// The container; the pod where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Name of the variable, volume, label, resource, … .
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The value before, shortened; absent when the whole of it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The value after, shortened; absent when the whole of it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Something in the values looks like a secret and is not given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// Labels that controllers put on templates and pods by themselves.
pub const NOISE_LABELS: [&str; 3] = [
    "controller-revision-hash",
    "pod-template-hash",
    "pod-template-generation",
];

/// A template to compare: values in it that look like secrets still differ, and
/// cannot be read.
#[derive(Clone, Debug)]
pub struct Veiled(Value);

impl Veiled {
    /// A template with its secrets veiled.
    pub fn of(template: &Value) -> Self {
        Self(secrets::veiled(template))
    }
}

/// The changes from one template to another, the weightiest first. Values that
/// look like secrets are compared, and never given.
pub fn summary(from: &Value, to: &Value) -> Vec<Change> {
    between(&Veiled::of(from), &Veiled::of(to))
}

/// The same of templates that are compared with several others.
pub fn between(Veiled(from): &Veiled, Veiled(to): &Veiled) -> Vec<Change> {
    let mut out = Out::default();
    metadata(&mut out, from.get("metadata"), to.get("metadata"));
    spec(&mut out, from.get("spec"), to.get("spec"));
    for (key, a, b) in fields(Some(from), Some(to), &["metadata", "spec"]) {
        out.field(None, &key, a, b);
    }
    let mut changes = out.changes;
    changes.sort_by(|a, b| (&a.area, &a.container, &a.name).cmp(&(&b.area, &b.container, &b.name)));
    changes
}

/// Collects changes.
#[derive(Default)]
struct Out {
    changes: Vec<Change>,
}

impl Out {
    fn push(
        &mut self,
        area: Area,
        container: Option<&str>,
        name: &str,
        a: Option<&Value>,
        b: Option<&Value>,
    ) {
        let sign = match (a, b) {
            (None, _) => Sign::Added,
            (_, None) => Sign::Removed,
            _ => Sign::Changed,
        };
        let veiled = |value: Option<&Value>| value.is_some_and(|v| is_veiled(&v.to_string()));
        let hidden = veiled(a) || veiled(b);
        // A whole text is kept back; of lists and objects the rest is told.
        let whole = |value: Option<&Value>| value.is_none_or(Value::is_string);
        let given = !(hidden && whole(a) && whole(b));
        let text = |value: Option<&Value>| value.filter(|_| given).map(say);
        let (from, to) = (text(a), text(b));
        self.changes.push(Change {
            sign,
            area,
            container: container.map(|name| visible(name).into_owned()),
            name: visible(name).into_owned(),
            from,
            to,
            hidden,
        });
    }

    /// The same items in another order, told by their keys.
    fn order(
        &mut self,
        area: &Area,
        container: Option<&str>,
        keys: &[&str],
        a: Option<&Value>,
        b: Option<&Value>,
    ) {
        let (a, b) = (order(a, keys), order(b, keys));
        let area = Area::Order(format!("{area:?}"));
        self.push(area, container, "", a.as_ref(), b.as_ref());
    }

    fn field(&mut self, container: Option<&str>, key: &str, a: Option<&Value>, b: Option<&Value>) {
        let area = Area::Field(visible(key).into_owned());
        self.push(area, container, "", a, b);
    }

    /// Members of an object, one change each.
    fn members(
        &mut self,
        area: &Area,
        container: Option<&str>,
        a: Option<&Value>,
        b: Option<&Value>,
    ) {
        let start = self.changes.len();
        for (key, a, b) in fields(a, b, &[]) {
            self.push(area.clone(), container, &key, a, b);
        }
        if self.changes.len() == start {
            // An empty object came or went, or one side is no object.
            self.push(area.clone(), container, "", a, b);
        }
    }

    /// Items of a list that a key tells apart, one change each.
    fn items(
        &mut self,
        area: &Area,
        container: Option<&str>,
        keys: &[&str],
        a: Option<&Value>,
        b: Option<&Value>,
    ) {
        match by_key(a, b, keys) {
            Some(Parts { items, reordered }) => {
                let none = items.is_empty();
                for (name, a, b) in items {
                    self.push(area.clone(), container, &name, a, b);
                }
                if reordered && none {
                    self.order(area, container, keys, a, b);
                }
            }
            None => self.push(area.clone(), container, "", a, b),
        }
    }
}

fn metadata(out: &mut Out, from: Option<&Value>, to: Option<&Value>) {
    for (key, a, b) in fields(from, to, &["creationTimestamp"]) {
        match key.as_str() {
            "labels" => {
                for (name, a, b) in fields(a, b, &NOISE_LABELS) {
                    out.push(Area::Label, None, &name, a, b);
                }
            }
            "annotations" => {
                for (name, a, b) in fields(a, b, &[]) {
                    let area = if name == RESTARTED_AT {
                        Area::Restart
                    } else {
                        Area::Annotation
                    };
                    out.push(area, None, &name, a, b);
                }
            }
            _ => out.field(None, &key, a, b),
        }
    }
    // A creation time that is not null is no noise.
    let time = |v: Option<&Value>| {
        v.and_then(|m| m.get("creationTimestamp"))
            .filter(|t| !t.is_null())
            .cloned()
    };
    let (a, b) = (time(from), time(to));
    if a != b {
        out.field(None, "creationTimestamp", a.as_ref(), b.as_ref());
    }
}

fn spec(out: &mut Out, from: Option<&Value>, to: Option<&Value>) {
    for (key, a, b) in fields(from, to, &[]) {
        match key.as_str() {
            "containers" => containers(out, &Area::Container, a, b),
            "initContainers" => containers(out, &Area::InitContainer, a, b),
            "volumes" => out.items(&Area::Volume, None, &["name"], a, b),
            "tolerations" => tolerations(out, a, b),
            "nodeSelector" => out.members(&Area::NodeSelector, None, a, b),
            "affinity" => out.members(&Area::Affinity, None, a, b),
            "serviceAccountName" => out.push(Area::ServiceAccount, None, "", a, b),
            // The deprecated twin of serviceAccountName is said once.
            "serviceAccount" if twin(from, to) => {}
            "securityContext" => out.members(&Area::Security, None, a, b),
            _ => out.field(None, &key, a, b),
        }
    }
}

/// Both sides keep `serviceAccount` equal to `serviceAccountName`.
fn twin(from: Option<&Value>, to: Option<&Value>) -> bool {
    [from, to].iter().all(|side| {
        side.is_some_and(|spec| spec.get("serviceAccount") == spec.get("serviceAccountName"))
    })
}

fn containers(out: &mut Out, area: &Area, from: Option<&Value>, to: Option<&Value>) {
    let Some(Parts { items, reordered }) = by_key(from, to, &["name"]) else {
        out.push(area.clone(), None, "", from, to);
        return;
    };
    if reordered {
        out.order(area, None, &["name"], from, to);
    }
    for (name, a, b) in items {
        match (a, b) {
            (Some(a), Some(b)) => container(out, &name, a, b),
            (a, b) => {
                let image =
                    |c: Option<&Value>| c.map(|c| c.get("image").cloned().unwrap_or_default());
                let (a, b) = (image(a), image(b));
                out.push(area.clone(), Some(&name), &name, a.as_ref(), b.as_ref());
            }
        }
    }
}

fn container(out: &mut Out, name: &str, from: &Value, to: &Value) {
    let own = Some(name);
    for (key, a, b) in fields(Some(from), Some(to), &["name"]) {
        match key.as_str() {
            "image" => out.push(Area::Image, own, "", a, b),
            "env" => env(out, name, a, b),
            "command" => out.push(Area::Command, own, "", a, b),
            "args" => out.push(Area::Args, own, "", a, b),
            "ports" => out.items(&Area::Port, own, &["containerPort", "protocol"], a, b),
            "volumeMounts" => out.items(&Area::Mount, own, &["mountPath"], a, b),
            "resources" => resources(out, name, a, b),
            "livenessProbe" | "readinessProbe" | "startupProbe" => {
                out.push(Area::Probe, own, &key, a, b);
            }
            "securityContext" => out.members(&Area::Security, own, a, b),
            _ => out.field(own, &key, a, b),
        }
    }
}

/// A plain value is told as such; a reference as its JSON.
fn env(out: &mut Out, container: &str, from: Option<&Value>, to: Option<&Value>) {
    let Some(Parts { items, reordered }) = by_key(from, to, &["name"]) else {
        out.push(Area::Env, Some(container), "", from, to);
        return;
    };
    if reordered && items.is_empty() {
        out.order(&Area::Env, Some(container), &["name"], from, to);
    }
    for (name, a, b) in items {
        let value = |item: Option<&Value>| {
            item.map(|item| match item.as_object() {
                Some(map) if map.len() == 2 && map.contains_key("value") => map["value"].clone(),
                Some(map) if map.len() == 1 => Value::String(String::new()),
                Some(map) => Value::Object(
                    map.iter()
                        .filter(|(key, _)| *key != "name")
                        .map(|(k, v)| (k.clone(), v.clone()))
                        .collect::<Map<_, _>>(),
                ),
                None => item.clone(),
            })
        };
        let (a, b) = (value(a), value(b));
        out.push(Area::Env, Some(container), &name, a.as_ref(), b.as_ref());
    }
}

fn resources(out: &mut Out, container: &str, from: Option<&Value>, to: Option<&Value>) {
    let start = out.changes.len();
    for (key, a, b) in fields(from, to, &[]) {
        match key.as_str() {
            "requests" => out.members(&Area::Request, Some(container), a, b),
            "limits" => out.members(&Area::Limit, Some(container), a, b),
            _ => out.field(Some(container), &key, a, b),
        }
    }
    if out.changes.len() == start {
        out.field(Some(container), "resources", from, to);
    }
}

#[cfg(test)]
mod tests;
