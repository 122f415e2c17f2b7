//! A pod template as Kubernetes stored it, with what is needed to compare it.
//!
//! The JSON is kept whole and raw, so that fields this program does not know
//! survive a rollback; equality is semantic and costs one digest comparison.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::text::visible;

/// Template annotation that `kubectl rollout restart` writes.
pub const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// SHA-256 over the canonical form of a template: object keys sorted, null
/// members and an empty `metadata` left out. Two templates with one digest
/// mean the same to Kubernetes (semantics.md 1.2, step 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    fn of(canonical: &Value) -> Self {
        Self(Sha256::digest(canonical.to_string().as_bytes()).into())
    }
}

impl fmt::Display for Digest {
    /// `sha256:` and 64 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let hex = text.strip_prefix("sha256:").ok_or(NotADigest)?;
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(NotADigest);
        }
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| NotADigest)?;
        }
        Ok(Self(bytes))
    }
}

/// The text is no digest of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not sha256: and 64 hex digits")]
pub struct NotADigest;

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One container's image, as written in the template but inert: the API hardly
/// looks at what stands in an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerImage {
    /// Container name.
    pub container: String,
    /// Image reference as written.
    pub image: String,
}

/// A pod template, raw, with digests of what it means.
#[derive(Clone, Debug)]
pub struct Template {
    json: Arc<str>,
    digest: Digest,
    content: Digest,
    images: Arc<[ContainerImage]>,
}

impl Template {
    /// Takes the object under `.spec.template`, minus a `$patch` directive.
    ///
    /// # Errors
    /// Says in Kubernetes' field names what is not a pod template.
    pub fn new(mut value: Value) -> Result<Self, NotATemplate> {
        let object = value
            .as_object_mut()
            .ok_or(NotATemplate("spec.template is not an object"))?;
        object.remove("$patch");
        check(object)?;
        let images = images(&value);
        let canonical = canonical(&value);
        let digest = Digest::of(&canonical);
        let content = Digest::of(&without_restart(canonical));
        Ok(Self {
            json: value.to_string().into(),
            digest,
            content,
            images,
        })
    }

    /// Takes the `data` of a ControllerRevision: `{"spec":{"template":{…}}}`
    /// (DU getPatch).
    ///
    /// # Errors
    /// As [`Template::new`]; also when there is no `spec.template`.
    pub fn from_revision_data(mut data: Value) -> Result<Self, NotATemplate> {
        let template = data
            .pointer_mut("/spec/template")
            .ok_or(NotATemplate("there is no spec.template"))?
            .take();
        Self::new(template)
    }

    /// The template as JSON, whole, without `$patch`.
    pub fn value(&self) -> Value {
        // Written by `to_string` of a `Value`, so it always parses.
        serde_json::from_str(&self.json).unwrap_or(Value::Null)
    }

    /// The template as compact JSON text.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// What it means, see [`Digest`].
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Semantically equal?
    pub fn same_as(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Equal but for the time of a restart?
    pub fn same_content_as(&self, other: &Self) -> bool {
        self.content == other.content
    }

    /// Images of the containers, then of the init containers, in order.
    pub fn images(&self) -> &[ContainerImage] {
        &self.images
    }
}

/// Why stored data is not a pod template. The text names fields, in English,
/// as Kubernetes' own decoding errors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotATemplate(pub &'static str);

/// The shape without which nothing can run; all else is left to the apiserver.
fn check(object: &serde_json::Map<String, Value>) -> Result<(), NotATemplate> {
    if object
        .get("metadata")
        .is_some_and(|m| !m.is_object() && !m.is_null())
    {
        return Err(NotATemplate("spec.template.metadata is not an object"));
    }
    let containers = object
        .get("spec")
        .and_then(|spec| spec.get("containers"))
        .and_then(Value::as_array)
        .ok_or(NotATemplate("spec.template.spec.containers is not a list"))?;
    if containers.is_empty() {
        return Err(NotATemplate("spec.template.spec.containers is empty"));
    }
    if containers
        .iter()
        .any(|c| c.get("name").and_then(Value::as_str).is_none())
    {
        return Err(NotATemplate("a container has no name"));
    }
    Ok(())
}

fn images(template: &Value) -> Arc<[ContainerImage]> {
    ["/spec/containers", "/spec/initContainers"]
        .iter()
        .filter_map(|list| template.pointer(list).and_then(Value::as_array))
        .flatten()
        .filter_map(|container| {
            Some(ContainerImage {
                container: visible(container.get("name")?.as_str()?).into_owned(),
                image: visible(container.get("image")?.as_str()?).into_owned(),
            })
        })
        .collect()
}

/// Null members dropped at every depth (absent and null are the same to the
/// API), and with them `creationTimestamp: null`; an empty `metadata` dropped.
/// `serde_json`'s map keeps keys sorted.
fn canonical(value: &Value) -> Value {
    let mut canonical = without_nulls(value);
    if let Some(object) = canonical.as_object_mut()
        && object
            .get("metadata")
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty)
    {
        object.remove("metadata");
    }
    canonical
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| (k.clone(), without_nulls(v)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

fn without_restart(mut value: Value) -> Value {
    if let Some(annotations) = value
        .pointer_mut("/metadata/annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove(RESTARTED_AT);
        let empty = annotations.is_empty();
        if empty && let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("annotations");
        }
    }
    canonical(&value)
}

#[cfg(test)]
mod tests;
