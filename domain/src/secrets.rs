//! Plain values that look like secrets. Kubernetes lets people put passwords
//! into `env`; pages hide them until asked.

use serde_json::Value;

/// Words that mark a name. Compared with whole words of the name, so that
/// `TOKENIZER` or `KEYBOARD` are no hits.
const WORDS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
    "sasl",
    "dsn",
    "cookie",
    "jwt",
    "bearer",
    "salt",
];

/// Words that mark a name together with `key`: `API_KEY`, but not `SORT_KEY`.
const KEY_WORDS: [&str; 9] = [
    "api",
    "access",
    "private",
    "encryption",
    "signing",
    "license",
    "account",
    "auth",
    "master",
];

/// Ends of names whose values are places, not secrets: `TOKEN_FILE`.
const PLACES: [&str; 8] = [
    "file", "path", "dir", "name", "mount", "url", "endpoint", "enabled",
];

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        let boundary = !c.is_alphanumeric() || (c.is_uppercase() && lower_before);
        if boundary && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Does a variable of this name usually hold a secret?
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
    let is = |list: &[&str], word: &String| list.contains(&word.as_str());
    if words.last().is_some_and(|word| is(&PLACES, word)) {
        return false;
    }
    words.iter().any(|word| is(&WORDS, word))
        || words
            .windows(2)
            .any(|pair| is(&KEY_WORDS, &pair[0]) && pair[1] == "key")
}

/// Does this value give itself away: a private key, a signed token, a URL with
/// a password in it?
pub fn looks_secret_value(value: &str) -> bool {
    value.contains("-----BEGIN") && value.contains("PRIVATE KEY")
        || is_jwt(value)
        || has_url_password(value)
}

fn is_jwt(value: &str) -> bool {
    let mut parts = value.trim().split('.');
    let part = |p: Option<&str>| {
        p.is_some_and(|p| {
            p.len() > 8
                && p.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
    };
    value.trim().starts_with("eyJ")
        && part(parts.next())
        && part(parts.next())
        && part(parts.next())
        && parts.next().is_none()
}

fn has_url_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or(rest);
        authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

/// JSON pointers of the plain values in a template that look like secrets:
/// values of environment variables, and arguments such as `--password=x`.
pub fn hidden_pointers(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let Some(containers) = template
            .pointer(&format!("/spec/{list}"))
            .and_then(Value::as_array)
        else {
            continue;
        };
        for (index, container) in containers.iter().enumerate() {
            let base = format!("/spec/{list}/{index}");
            env(container, &base, &mut found);
            arguments(container, &base, &mut found);
        }
    }
    found
}

fn env(container: &Value, base: &str, found: &mut Vec<String>) {
    let items = container.get("env").and_then(Value::as_array);
    for (index, item) in items.into_iter().flatten().enumerate() {
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
        let Some(value) = item.get("value").and_then(Value::as_str) else {
            continue;
        };
        // A reference to another variable is no secret of its own.
        let refers = value.starts_with("$(") && value.ends_with(')');
        if !value.is_empty() && !refers && (looks_secret(name) || looks_secret_value(value)) {
            found.push(format!("{base}/env/{index}/value"));
        }
    }
}

fn arguments(container: &Value, base: &str, found: &mut Vec<String>) {
    for field in ["command", "args"] {
        let items = container.get(field).and_then(Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            let text = item.as_str().unwrap_or_default();
            let named = text
                .strip_prefix('-')
                .and_then(|flag| flag.split_once('='))
                .is_some_and(|(flag, value)| {
                    !value.is_empty() && !value.starts_with("$(") && looks_secret(flag)
                });
            if named || looks_secret_value(text) {
                found.push(format!("{base}/{field}/{index}"));
            }
        }
    }
}

/// What stands in the place of a hidden value of so many characters.
pub fn placeholder(chars: usize) -> String {
    format!("<hidden, {chars} characters>")
}

/// A copy of the template without what looks like a secret.
pub fn masked(template: &Value) -> Value {
    let mut copy = template.clone();
    for pointer in hidden_pointers(template) {
        if let Some(value) = copy.pointer_mut(&pointer) {
            let chars = value.as_str().map_or(0, |text| text.chars().count());
            *value = Value::String(placeholder(chars));
        }
    }
    copy
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_judged_by_whole_words() {
        for name in [
            "PASSWORD",
            "KAFKA_SASL_PASSWORD",
            "dbPassword",
            "API_KEY",
            "aws-secret-access-key",
            "GITHUB_TOKEN",
            "DATABASE_DSN",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in [
            "TOKENIZER",
            "KEYBOARD",
            "AUTHOR",
            "SORT_KEY",
            "TOKEN_FILE",
            "SECRET_NAME",
            "COMPASS",
            "PASSWORD_PATH",
            "NODE_NAME",
            "",
        ] {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn some_values_give_themselves_away() {
        assert!(looks_secret_value("postgres://u:pw@db:5432/x"));
        assert!(looks_secret_value(
            "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2Q"
        ));
        assert!(looks_secret_value("-----BEGIN RSA PRIVATE KEY-----"));
        assert!(!looks_secret_value("https://example.com:8080/a@b:c"));
        assert!(!looks_secret_value("postgres://u@db/x"));
        assert!(!looks_secret_value("1.2.3"));
    }

    #[test]
    fn masking_takes_values_and_leaves_the_rest() {
        let template = json!({"spec":{"containers":[{"name":"c",
            "env":[
                {"name":"PASSWORD","value":"hunter2"},
                {"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},
                {"name":"TOKEN_REF","value":"$(TOKEN)"},
                {"name":"LEVEL","value":"info"}],
            "args":["--password=hunter2","--level=info"]}]}});
        assert_eq!(
            hidden_pointers(&template),
            [
                "/spec/containers/0/env/0/value",
                "/spec/containers/0/args/0"
            ]
        );
        let masked = masked(&template);
        assert!(!masked.to_string().contains("hunter2"));
        assert_eq!(masked["spec"]["containers"][0]["env"][3]["value"], "info");
        assert_eq!(
            masked["spec"]["containers"][0]["env"][0]["value"],
            "<hidden, 7 characters>"
        );
    }

    #[test]
    fn odd_shapes_do_no_harm() {
        for template in [
            json!(null),
            json!({"spec":{"containers":{"a":1}}}),
            json!({"spec":{"containers":[null,{"env":3},{"env":[1,{"name":2}]}]}}),
        ] {
            assert!(hidden_pointers(&template).is_empty());
        }
    }
}
