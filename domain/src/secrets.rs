//! Plain values that look like secrets. Kubernetes lets people put passwords
//! into `env`; pages hide them until asked.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Words that mark a name. Compared with whole words of the name, so that
/// `TOKENIZER` or `KEYBOARD` are no hits.
const WORDS: [&str; 11] = [
    "pass",
    "sshpass",
    "pwd",
    "sasl",
    "dsn",
    "cookie",
    "jwt",
    "bearer",
    "salt",
    "authorization",
    "creds",
];

/// Words that mark a name at the end of a word too, for people write
/// `PGPASSWORD` and `APIToken`.
const ENDS: [&str; 7] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
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

/// A word without the number and the plural at its end.
fn stem(word: &str) -> &str {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.strip_suffix('s')
        .filter(|stem| stem.len() > 2 && !stem.ends_with('s'))
        .unwrap_or(word)
}

/// Does a variable of this name usually hold a secret?
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
    if words
        .last()
        .is_some_and(|word| PLACES.contains(&word.as_str()))
    {
        return false;
    }
    words.iter().any(|word| {
        let stem = stem(word);
        WORDS.contains(&word.as_str())
            || WORDS.contains(&stem)
            || ENDS.iter().any(|end| stem.ends_with(end))
    }) || words.windows(2).any(|pair| {
        let (first, second) = (pair[0].as_str(), stem(&pair[1]));
        (second == "key" && KEY_WORDS.contains(&first))
            || (first == "connection" && second == "string")
    })
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

/// JSON pointers of the plain texts in a template that look like secrets:
/// values that stand beside a name (environment variables, headers), arguments
/// such as `--password=x` or `--password x`, and whatever gives itself away.
pub fn hidden_pointers(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(template, "", false, &mut found);
    found
}

/// A value is judged by the name beside it, an item by the flag before it, and
/// every text by itself. `keys` judges members by their keys as well: in data
/// that is no template nothing else tells.
fn walk(value: &Value, pointer: &str, keys: bool, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("name").and_then(Value::as_str);
            for (key, member) in map {
                let below = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let named = key == "value" && name.is_some_and(looks_secret);
                match member.as_str() {
                    Some(text) if (named || (keys && looks_secret(key))) && is_plain(text) => {
                        found.push(below);
                    }
                    _ => walk(member, &below, keys, found),
                }
            }
        }
        Value::Array(items) => {
            let mut before = "";
            for (index, item) in items.iter().enumerate() {
                let below = format!("{pointer}/{index}");
                match item.as_str() {
                    Some(text) if is_secret_word(before, text) => found.push(below),
                    _ => walk(item, &below, keys, found),
                }
                before = item.as_str().unwrap_or_default();
            }
        }
        Value::String(text) if looks_secret_value(text) => found.push(pointer.to_owned()),
        _ => {}
    }
}

/// Neither empty nor a reference to another variable, which is no secret of
/// its own.
fn is_plain(value: &str) -> bool {
    let refers = value.starts_with("$(") && value.ends_with(')');
    !value.is_empty() && !refers
}

/// A word of a command line: `--password=x`, `PASSWORD=x`, a script with such a
/// word in it, or what follows `--password`.
fn is_secret_word(before: &str, word: &str) -> bool {
    let named = |name: &str, value: &str| is_plain(value) && looks_secret(name);
    let own = word.split_whitespace().any(|part| {
        part.split_once('=')
            .is_some_and(|(name, value)| named(name.trim_start_matches('-'), value))
    });
    let flag = before.starts_with('-') && !before.contains('=') && !word.starts_with('-');
    own || (flag && named(before.trim_start_matches('-'), word))
}

/// What stands in the place of a hidden value of so many characters.
pub fn placeholder(chars: usize) -> String {
    format!("<hidden, {chars} characters>")
}

/// A copy of the template without what looks like a secret.
pub fn masked(template: &Value) -> Value {
    replaced(template, &hidden_pointers(template), |text| {
        placeholder(text.chars().count())
    })
}

/// A copy of stored data that is no template, without what looks like a secret.
pub fn masked_data(data: &Value) -> Value {
    let mut found = Vec::new();
    walk(data, "", true, &mut found);
    replaced(data, &found, |text| placeholder(text.chars().count()))
}

/// Around what tells one veiled value from another, and is never shown.
const VEIL: char = '\u{f0000}';

/// As [`masked`], but two values that differ still differ: what is compared
/// must not hold the secret itself. [`unveil`] makes it fit to be shown.
pub(crate) fn veiled(template: &Value) -> Value {
    replaced(template, &hidden_pointers(template), |text| {
        let digest = Sha256::digest(text.as_bytes());
        let sign: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{VEIL}{sign}{VEIL}{}", placeholder(text.chars().count()))
    })
}

/// Is something in this text, or in this JSON, veiled?
pub(crate) fn is_veiled(text: &str) -> bool {
    text.contains(VEIL)
}

/// The text as [`masked`] has it.
pub(crate) fn unveil(text: &str) -> String {
    // Every other piece is a sign between two veils.
    text.split(VEIL).step_by(2).collect()
}

fn replaced(value: &Value, pointers: &[String], with: impl Fn(&str) -> String) -> Value {
    let mut copy = value.clone();
    for pointer in pointers {
        if let Some(place) = copy.pointer_mut(pointer) {
            let text = with(place.as_str().unwrap_or_default());
            *place = Value::String(text);
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
            "PGPASSWORD",
            "DBPassword",
            "SASLPassword",
            "APIToken",
            "PASSWORD1",
            "PASSWORDS",
            "API_KEYS",
            "SSHPASS",
            "CONNECTION_STRING",
            "Authorization",
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
            "BYPASS",
            "secretName",
            "PASSES",
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
            "livenessProbe":{"httpGet":{"httpHeaders":[{"name":"Authorization","value":"hunter2"}]}},
            "args":["--password=hunter2","--level=info","--token","hunter2","--","TOKEN=hunter2","run --password=hunter2 &"]}]}});
        assert_eq!(
            hidden_pointers(&template),
            [
                "/spec/containers/0/args/0",
                "/spec/containers/0/args/3",
                "/spec/containers/0/args/5",
                "/spec/containers/0/args/6",
                "/spec/containers/0/env/0/value",
                "/spec/containers/0/livenessProbe/httpGet/httpHeaders/0/value",
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
    fn what_is_veiled_can_be_told_apart_and_not_read() {
        let of = |value: &str| json!({"env":[{"name":"PASSWORD","value":value}]});
        let (a, b) = (veiled(&of("hunter2")), veiled(&of("hunter3")));
        assert_ne!(a, b);
        assert_eq!(a, veiled(&of("hunter2")));
        let text = a.to_string();
        assert!(is_veiled(&text) && !text.contains("hunter2"));
        assert_eq!(unveil(&text), masked(&of("hunter2")).to_string());
    }

    #[test]
    fn data_that_is_no_template_is_judged_by_its_keys_too() {
        let data = json!({"password":"hunter2","secretName":"s","list":[{"api_key":"hunter2"}]});
        let shown = masked_data(&data).to_string();
        assert!(
            !shown.contains("hunter2") && shown.contains("\"s\""),
            "{shown}"
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
