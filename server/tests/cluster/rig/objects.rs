//! Objects read and edited by somebody else, beside Rollbook and kubectl.

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Rig;

/// The namespace of the tests.
const DEFAULT: &str = "/apis/apps/v1/namespaces/default";

/// Where objects of this kind are created.
fn collection(object: &Value) -> String {
    let [version, kind] = ["apiVersion", "kind"].map(|field| object[field].as_str().unwrap());
    let group = match version {
        "v1" => "/api/v1".to_owned(),
        version => format!("/apis/{version}"),
    };
    let plural = match kind.to_lowercase() {
        kind if kind.ends_with('y') => format!("{}ies", kind.trim_end_matches('y')),
        kind => format!("{kind}s"),
    };
    let namespace = &object["metadata"]["namespace"];
    match (kind, namespace.as_str().unwrap_or("default")) {
        ("DaemonSet" | "ControllerRevision" | "ServiceAccount", namespace) => {
            format!("{group}/namespaces/{namespace}/{plural}")
        }
        _ => format!("{group}/{plural}"),
    }
}

/// The object without what moves by itself: status and resourceVersion, and
/// who wrote the status.
fn at_rest(mut object: Value) -> Value {
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("resourceVersion");
    if let Some(Value::Array(managers)) = metadata.get_mut("managedFields") {
        managers.retain(|entry| entry["subresource"] != "status");
    }
    object
}

impl Rig {
    /// One call to the apiserver; `None` where it answers 404.
    fn call(&self, method: &str, path: &str, kind: &str, body: &Value) -> Option<Value> {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("content-type", kind).body(body).unwrap();
        let call = self.client.request::<Value>(request);
        let answer = tokio::task::block_in_place(|| Handle::current().block_on(call));
        match answer {
            Ok(answer) => Some(answer),
            Err(kube::Error::Api(status)) if status.code == 404 => None,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    /// What the apiserver holds under a path, such as `daemonsets/x`.
    pub fn get(&self, path: &str) -> Option<Value> {
        let path = format!("{DEFAULT}/{path}");
        self.call("GET", &path, "application/json", &Value::Null)
    }

    /// Pods with these labels.
    pub fn pods(&self, selector: &str) -> Vec<Value> {
        let selector = app::urls::encode(selector);
        let path = format!("/api/v1/namespaces/default/pods?labelSelector={selector}");
        let list = self.call("GET", &path, "application/json", &Value::Null);
        list.unwrap()["items"].as_array().unwrap().clone()
    }

    /// The workload as the apiserver holds it.
    pub fn live(&self, name: &str) -> Value {
        self.get(&format!("daemonsets/{name}")).unwrap()
    }

    /// The workload with all that is kept of it and does not move by itself;
    /// `None` where there is none.
    pub fn kept(&self, name: &str) -> Option<Value> {
        self.get(&format!("daemonsets/{name}")).map(at_rest)
    }

    /// `metadata.generation` as the apiserver holds it.
    pub fn generation(&self, name: &str) -> i64 {
        self.live(name)["metadata"]["generation"].as_i64().unwrap()
    }

    /// Creates an object.
    pub fn create(&self, object: &Value) {
        let path = collection(object);
        let created = self.call("POST", &path, "application/json", object);
        assert!(created.is_some(), "{path}");
    }

    /// Somebody edits a workload with a strategic merge patch.
    pub fn patch(&self, name: &str, patch: &Value) {
        let path = format!("{DEFAULT}/daemonsets/{name}");
        let kind = "application/strategic-merge-patch+json";
        assert!(self.call("PATCH", &path, kind, patch).is_some(), "{name}");
    }

    /// Somebody edits a workload with a merge patch, which takes lists whole.
    pub fn merge(&self, name: &str, patch: &Value) {
        let path = format!("{DEFAULT}/daemonsets/{name}");
        let kind = "application/merge-patch+json";
        assert!(self.call("PATCH", &path, kind, patch).is_some(), "{name}");
    }

    /// Deletes what a path such as `controllerrevisions/x` names.
    pub fn delete(&self, path: &str) {
        let path = format!("{DEFAULT}/{path}");
        let kind = "application/json";
        let gone = self.call("DELETE", &path, kind, &Value::Null);
        assert!(gone.is_some(), "{path}");
    }

    /// Somebody sets another image.
    pub fn image(&self, name: &str, image: &str) {
        let containers = json!([{"name": "c", "image": image}]);
        let spec = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        self.patch(name, &spec);
    }
}
