//! Parts of a pod template on one line each, in the words of `kubectl
//! describe`. A member that has no words of its own is added as it stands, so
//! that nothing is left out.

use serde_json::Value;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A scalar as it reads, the rest as JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn part(value: &Value, key: &str) -> Option<String> {
    value.get(key).filter(|v| !v.is_null()).map(plain)
}

/// Says nothing: null, an empty text, list or object.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// `known` parts have been said; the others follow as `key=value`.
fn rest(value: &Value, known: &[&str]) -> Vec<String> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| !known.contains(&key.as_str()) && !is_empty(value))
        .map(|(key, value)| format!("{key}={}", plain(value)))
        .collect()
}

fn joined(head: String, more: Vec<String>) -> String {
    if more.is_empty() {
        head
    } else {
        format!("{head} ({})", more.join(", "))
    }
}

/// `http 9880/TCP (host port 9880)`
pub fn port(port: &Value) -> String {
    let number = part(port, "containerPort").unwrap_or_default();
    let protocol = part(port, "protocol").unwrap_or_else(|| "TCP".to_owned());
    let name = text(port, "name");
    let space = if name.is_empty() { "" } else { " " };
    let mut more: Vec<String> = part(port, "hostPort")
        .map(|host| format!("host port {host}"))
        .into_iter()
        .collect();
    more.extend(rest(
        port,
        &["name", "containerPort", "protocol", "hostPort"],
    ));
    joined(format!("{name}{space}{number}/{protocol}"), more)
}

/// `/var/log from varlog (ro, path=app)`
pub fn mount(mount: &Value) -> String {
    let read_only = mount.get("readOnly").and_then(Value::as_bool) == Some(true);
    let mut more = vec![if read_only { "ro" } else { "rw" }.to_owned()];
    more.extend(part(mount, "subPath").map(|path| format!("path={path}")));
    more.extend(rest(mount, &["name", "mountPath", "readOnly", "subPath"]));
    let head = format!("{} from {}", text(mount, "mountPath"), text(mount, "name"));
    joined(head, more)
}

/// Where a variable takes its value: `secret mail, key password`.
pub fn value_from(from: &Value) -> String {
    let of = |kind: &str, reference: &Value| {
        let head = format!(
            "{kind} {}, key {}",
            text(reference, "name"),
            text(reference, "key")
        );
        joined(head, rest(reference, &["name", "key"]))
    };
    let single = from.as_object().filter(|map| map.len() == 1);
    match single.and_then(|map| map.iter().next()) {
        Some((kind, reference)) => match kind.as_str() {
            "secretKeyRef" => of("secret", reference),
            "configMapKeyRef" => of("config map", reference),
            "fieldRef" => {
                let head = format!("field {}", text(reference, "fieldPath"));
                let version = text(reference, "apiVersion");
                let known: &[&str] = if version == "v1" {
                    &["fieldPath", "apiVersion"]
                } else {
                    &["fieldPath"]
                };
                joined(head, rest(reference, known))
            }
            "resourceFieldRef" => joined(
                format!("resource {}", text(reference, "resource")),
                rest(reference, &["resource"]),
            ),
            _ => plain(from),
        },
        None => plain(from),
    }
}

/// `config map common, prefix C_`
pub fn env_from(source: &Value) -> String {
    let of = |key: &str| source.get(key).filter(|v| !v.is_null());
    let (kind, reference, key) = match (of("secretRef"), of("configMapRef")) {
        (Some(reference), None) => ("secret", reference, "secretRef"),
        (None, Some(reference)) => ("config map", reference, "configMapRef"),
        _ => return plain(source),
    };
    let prefix = text(source, "prefix");
    let mut head = format!("{kind} {}", text(reference, "name"));
    if !prefix.is_empty() {
        head = format!("{head}, prefix {prefix}");
    }
    let mut more = rest(reference, &["name"]);
    more.extend(rest(source, &[key, "prefix"]));
    joined(head, more)
}

/// `cpu: request 100m, limit 200m`, one line a resource.
pub fn resources(resources: &Value) -> Vec<String> {
    let names = |key: &str| -> Vec<String> {
        resources
            .get(key)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let mut all = names("requests");
    all.extend(names("limits"));
    all.sort();
    all.dedup();
    let amount = |key: &str, name: &String| {
        resources
            .get(key)
            .and_then(|map| map.get(name))
            .map(|value| format!("{} {}", key.trim_end_matches('s'), plain(value)))
    };
    all.into_iter()
        .map(|name| {
            let parts: Vec<String> = ["requests", "limits"]
                .into_iter()
                .filter_map(|key| amount(key, &name))
                .collect();
            format!("{name}: {}", parts.join(", "))
        })
        .chain(rest(resources, &["requests", "limits"]))
        .collect()
}

/// `http-get http://:9880/health delay=5s timeout=1s period=10s #success=1 #failure=3`
pub fn probe(probe: &Value) -> String {
    let mut words = vec![action(probe)];
    for (key, name, unit) in [
        ("initialDelaySeconds", "delay", "s"),
        ("timeoutSeconds", "timeout", "s"),
        ("periodSeconds", "period", "s"),
        ("successThreshold", "#success", ""),
        ("failureThreshold", "#failure", ""),
    ] {
        if let Some(value) = part(probe, key) {
            words.push(format!("{name}={value}{unit}"));
        }
    }
    let known = [
        "httpGet",
        "tcpSocket",
        "exec",
        "grpc",
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ];
    words.extend(rest(probe, &known));
    words.join(" ")
}

/// What a probe or a lifecycle hook does.
pub fn action(of: &Value) -> String {
    let get = |key: &str| of.get(key).filter(|v| !v.is_null());
    if let Some(http) = get("httpGet") {
        let scheme = part(http, "scheme").unwrap_or_else(|| "HTTP".to_owned());
        let head = format!(
            "http-get {}://{}:{}{}",
            scheme.to_ascii_lowercase(),
            text(http, "host"),
            part(http, "port").unwrap_or_default(),
            text(http, "path"),
        );
        joined(head, rest(http, &["scheme", "host", "port", "path"]))
    } else if let Some(tcp) = get("tcpSocket") {
        let head = format!(
            "tcp-socket {}:{}",
            text(tcp, "host"),
            part(tcp, "port").unwrap_or_default()
        );
        joined(head, rest(tcp, &["host", "port"]))
    } else if let Some(exec) = get("exec") {
        let command = exec.get("command").map(words).unwrap_or_default();
        joined(format!("exec [{command}]"), rest(exec, &["command"]))
    } else if let Some(grpc) = get("grpc") {
        let port = part(grpc, "port").unwrap_or_default();
        let head = format!("grpc :{port} {}", text(grpc, "service"));
        joined(head.trim_end().to_owned(), rest(grpc, &["port", "service"]))
    } else {
        plain(of)
    }
}

/// A command line, each word that needs it in quotes.
pub fn words(list: &Value) -> String {
    let Some(items) = list.as_array() else {
        return plain(list);
    };
    items
        .iter()
        .map(|item| {
            let word = plain(item);
            let bare = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c == '"');
            if bare { word } else { format!("{word:?}") }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// `varlog: host path /var/log (type=Directory)`
pub fn volume(volume: &Value) -> String {
    let name = text(volume, "name");
    let sources: Vec<(&String, &Value)> = volume
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| *key != "name" && !value.is_null())
        .collect();
    let [(kind, source @ Value::Object(_))] = sources[..] else {
        return joined(name.to_owned(), rest(volume, &["name"]));
    };
    let (words, key) = match kind.as_str() {
        "hostPath" => ("host path", "path"),
        "configMap" => ("config map", "name"),
        "secret" => ("secret", "secretName"),
        "persistentVolumeClaim" => ("claim", "claimName"),
        "csi" => ("CSI", "driver"),
        "emptyDir" => ("empty dir", ""),
        other => (other, ""),
    };
    let named = text(source, key);
    let space = if named.is_empty() { "" } else { " " };
    joined(
        format!("{name}: {words}{space}{named}"),
        rest(source, &[key]),
    )
}

/// `key=value:NoSchedule op=Exists for 300s`, as kubectl describes it.
pub fn toleration(toleration: &Value) -> String {
    let (key, value, effect) = (
        text(toleration, "key"),
        text(toleration, "value"),
        text(toleration, "effect"),
    );
    let mut line = key.to_owned();
    if !value.is_empty() {
        line = format!("{line}={value}");
    }
    if !effect.is_empty() {
        line = format!("{line}:{effect}");
    }
    if text(toleration, "operator") == "Exists" && value.is_empty() {
        line = format!("{line} op=Exists");
    }
    if let Some(seconds) = part(toleration, "tolerationSeconds") {
        line = format!("{line} for {seconds}s");
    }
    let mut known = vec!["key", "value", "effect", "tolerationSeconds"];
    if ["", "Equal", "Exists"].contains(&text(toleration, "operator")) {
        known.push("operator");
    }
    joined(line.trim().to_owned(), rest(toleration, &known))
}

/// Members as `name=value`, one a line.
pub fn pairs(object: &Value) -> Vec<String> {
    rest(object, &[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn ports_mounts_and_resources_read_as_in_kubectl() {
        let full = json!({"name": "http", "containerPort": 9880, "hostPort": 80, "protocol": "UDP", "x": 1});
        assert_eq!(port(&full), "http 9880/UDP (host port 80, x=1)");
        assert_eq!(port(&json!({"containerPort": 1})), "1/TCP");
        let log = json!({"name": "varlog", "mountPath": "/var/log", "readOnly": true});
        assert_eq!(mount(&log), "/var/log from varlog (ro)");
        let conf =
            json!({"name": "c", "mountPath": "/c", "subPath": "a", "mountPropagation": "None"});
        assert_eq!(
            mount(&conf),
            "/c from c (rw, path=a, mountPropagation=None)"
        );
        let amounts = json!({"limits": {"memory": "1Gi", "cpu": 2}, "requests": {"cpu": "100m"}, "claims": [{"name": "gpu"}]});
        assert_eq!(
            resources(&amounts),
            [
                "cpu: request 100m, limit 2",
                "memory: limit 1Gi",
                r#"claims=[{"name":"gpu"}]"#
            ]
        );
    }

    #[test]
    fn sources_of_values_are_named() {
        let secret = json!({"secretKeyRef": {"name": "mail", "key": "pw", "optional": true}});
        assert_eq!(value_from(&secret), "secret mail, key pw (optional=true)");
        let field = json!({"fieldRef": {"fieldPath": "spec.nodeName", "apiVersion": "v1"}});
        assert_eq!(value_from(&field), "field spec.nodeName");
        let unheard = json!({"newRef": {"a": 1}});
        assert_eq!(value_from(&unheard), r#"{"newRef":{"a":1}}"#);
        let common = json!({"configMapRef": {"name": "common"}, "prefix": "C_"});
        assert_eq!(env_from(&common), "config map common, prefix C_");
    }

    #[test]
    fn probes_and_hooks_say_what_is_done() {
        let http = json!({"httpGet": {"path": "/health", "port": "http", "scheme": "HTTPS"},
            "periodSeconds": 10, "failureThreshold": 3, "terminationGracePeriodSeconds": 5});
        assert_eq!(
            probe(&http),
            "http-get https://:http/health period=10s #failure=3 terminationGracePeriodSeconds=5"
        );
        let exec = json!({"exec": {"command": ["sh", "-c", "a b"]}});
        assert_eq!(probe(&exec), r#"exec [sh -c "a b"]"#);
        assert_eq!(
            probe(&json!({"grpc": {"port": 50051}, "periodSeconds": 2})),
            "grpc :50051 period=2s"
        );
    }

    #[test]
    fn volumes_and_tolerations() {
        let host = json!({"name": "varlog", "hostPath": {"path": "/var/log", "type": "Directory"}});
        assert_eq!(volume(&host), "varlog: host path /var/log (type=Directory)");
        assert_eq!(
            volume(&json!({"name": "t", "emptyDir": {"medium": "Memory"}})),
            "t: empty dir (medium=Memory)"
        );
        assert_eq!(
            volume(&json!({"name": "p", "projected": {"sources": [1]}})),
            "p: projected (sources=[1])"
        );
        assert_eq!(toleration(&json!({"operator": "Exists"})), "op=Exists");
        let timed =
            json!({"key": "a", "value": "b", "effect": "NoExecute", "tolerationSeconds": 9});
        assert_eq!(toleration(&timed), "a=b:NoExecute for 9s");
    }

    proptest! {
        /// Whatever stands in an object is said somewhere.
        #[test]
        fn nothing_is_left_out(keys in proptest::collection::btree_map("[a-z]{3,9}", "[A-Z]{5,9}", 1..6)) {
            let value = json!(keys);
            for line in [port(&value), mount(&value), probe(&value), volume(&value),
                toleration(&value), env_from(&value), value_from(&value)] {
                for said in keys.values() {
                    prop_assert!(line.contains(said), "{line} lacks {said}");
                }
            }
        }
    }
}
