//! JSON as YAML, the way kubectl prints it, line by line.
//!
//! A library would do for the text, but a diff needs to know which field each
//! line belongs to: to name what a fold hides, to hide a secret value, and to
//! tell noise.

use serde_json::Value;

/// One line of YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text, without a line end.
    pub text: String,
    /// JSON pointer of the value that it writes.
    pub pointer: String,
}

/// The value as lines. Mappings are sorted by key, as `serde_json` keeps them.
pub fn lines(value: &Value) -> Vec<Line> {
    let mut writer = Writer { lines: Vec::new() };
    match value {
        Value::Object(map) if !map.is_empty() => writer.mapping(value, 0, "", None),
        Value::Array(items) if !items.is_empty() => writer.sequence(value, 0, ""),
        other => writer.push(scalar_or_empty(other), ""),
    }
    writer.lines
}

/// The value as one text, each line ended.
pub fn to_string(value: &Value) -> String {
    lines(value)
        .into_iter()
        .flat_map(|line| [line.text, "\n".to_owned()])
        .collect()
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn push(&mut self, text: String, pointer: &str) {
        self.lines.push(Line {
            text,
            pointer: pointer.to_owned(),
        });
    }

    /// `first` is what stands before the first key: the dash of a list item.
    fn mapping(&mut self, value: &Value, indent: usize, pointer: &str, first: Option<&str>) {
        let mut lead = first.map(ToOwned::to_owned);
        for (key, value) in value.as_object().into_iter().flatten() {
            let own = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let start = lead.take().unwrap_or_else(|| " ".repeat(indent));
            let head = format!("{start}{}:", scalar(key));
            match value {
                Value::Object(map) if !map.is_empty() => {
                    self.push(head, &own);
                    self.mapping(value, indent + 2, &own, None);
                }
                Value::Array(items) if !items.is_empty() => {
                    self.push(head, &own);
                    self.sequence(value, indent, &own);
                }
                other => self.leaf(&head, other, indent + 2, &own),
            }
        }
    }

    fn sequence(&mut self, value: &Value, indent: usize, pointer: &str) {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let own = format!("{pointer}/{index}");
            let dash = format!("{}- ", " ".repeat(indent));
            match item {
                Value::Object(map) if !map.is_empty() => {
                    self.mapping(item, indent + 2, &own, Some(&dash));
                }
                Value::Array(items) if !items.is_empty() => {
                    self.push(dash.trim_end().to_owned(), &own);
                    self.sequence(item, indent + 2, &own);
                }
                other => self.leaf(dash.trim_end(), other, indent + 2, &own),
            }
        }
    }

    fn leaf(&mut self, head: &str, value: &Value, indent: usize, pointer: &str) {
        if let Value::String(text) = value
            && let Some(chomp) = block_style(text)
        {
            self.push(format!("{head} |{chomp}"), pointer);
            let body = text.strip_suffix('\n').unwrap_or(text);
            for line in body.split('\n') {
                let text = if line.is_empty() {
                    String::new()
                } else {
                    format!("{}{line}", " ".repeat(indent))
                };
                self.push(text, pointer);
            }
            return;
        }
        self.push(format!("{head} {}", scalar_or_empty(value)), pointer);
    }
}

fn scalar_or_empty(value: &Value) -> String {
    match value {
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// How to end a literal block, or `None` where the text cannot be one: a block
/// cannot hold controls, nor begin with a space or an empty line (it would need
/// an indentation mark), nor keep spaces at the end of its lines visible.
fn block_style(text: &str) -> Option<&'static str> {
    let fits = text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && !text.lines().any(|line| line.ends_with([' ', '\t']));
    if !fits || text.ends_with("\n\n") {
        return None;
    }
    Some(if text.ends_with('\n') { "" } else { "-" })
}

/// May stand in plain and block scalars, and shows as itself.
fn is_printable(c: char) -> bool {
    crate::text::visible(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8()
        && !matches!(c, '\t' | '\n')
}

/// A string, quoted where it would read as something else.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let starts_well = first.is_alphanumeric()
        || matches!(first, '/' | '_' | '.' | '$' | '(' | '+')
        || (first == '-' && text.len() > 1 && !text.starts_with("- ") && !text.starts_with("---"));
    starts_well
        && text.chars().all(is_printable)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.starts_with("...")
        && !reads_as_other(text)
}

/// Would YAML 1.1 or 1.2 read it as null, a boolean, a number or a date?
fn reads_as_other(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "~",
    ];
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    WORDS.contains(&unsigned) || is_number(unsigned) || is_date(&lower)
}

fn is_number(text: &str) -> bool {
    let digits = text.replace('_', "");
    if digits.parse::<f64>().is_ok() {
        return true;
    }
    let radix = |prefix: &str, radix: u32| {
        digits
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let sexagesimal = digits.contains(':')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || c == ':' || c == '.')
        && digits.starts_with(|c: char| c.is_ascii_digit());
    radix("0x", 16) || radix("0o", 8) || radix("0b", 2) || sexagesimal
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_as_kubectl_prints_it() {
        let value = json!({"metadata":{"labels":{"app":"a","empty":""}},"spec":{
            "containers":[{"name":"c","image":"r.example.com:5000/i:1.17.1","args":["--a=b","-x","12","on"],
                "env":[{"name":"SCRIPT","value":"#!/bin/sh\nexit 0\n"}],"resources":{}}],
            "hostNetwork":true,"priority":12,"volumes":[]}});
        let expected = "\
metadata:
  labels:
    app: a
    empty: \"\"
spec:
  containers:
  - args:
    - --a=b
    - -x
    - \"12\"
    - \"on\"
    env:
    - name: SCRIPT
      value: |
        #!/bin/sh
        exit 0
    image: r.example.com:5000/i:1.17.1
    name: c
    resources: {}
  hostNetwork: true
  priority: 12
  volumes: []
";
        assert_eq!(to_string(&value), expected);
    }

    #[test]
    fn each_line_knows_its_field() {
        let lines = lines(&json!({"a/b":[{"x":1,"y":{"z":"1\n2"}}]}));
        let pointers: Vec<_> = lines.iter().map(|l| l.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/a~1b",
                "/a~1b/0/x",
                "/a~1b/0/y",
                "/a~1b/0/y/z",
                "/a~1b/0/y/z",
                "/a~1b/0/y/z"
            ]
        );
    }

    fn parsed(text: &str) -> Value {
        serde_norway::from_str(text).unwrap()
    }

    #[test]
    fn strings_that_look_like_other_things_come_back() {
        for text in [
            "",
            " ",
            "on",
            "Off",
            "0o7",
            "0x1F",
            "1e3",
            "~",
            "null",
            "- x",
            "-",
            "---",
            "a: b",
            "a:",
            "a #b",
            "#b",
            " lead",
            "trail ",
            "\u{85}",
            "\t",
            "a\tb",
            "😀",
            "2026-01-01",
            "=",
            "<<",
            "a\r\nb",
            "\u{feff}x",
            "1_000",
            "12:30",
            "+1",
            ".5",
            "-.inf",
            "@x",
            "`x`",
            "%x",
            "&a",
            "*a",
            "!t",
            "|",
            ">",
            "'q'",
            "\"q\"",
            "[a",
            "{a",
            "a\n",
            "a\n\n",
            "\na",
            " a\nb",
            "a \nb",
            "a\n b\n",
            "y",
            "0b1",
            "...",
            "?",
            "? x",
            "a,b",
            "$(X)",
            "...\nx",
        ] {
            let value = json!({ text: [text], "k": text });
            assert_eq!(parsed(&to_string(&value)), value, "{text:?}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[-:#0-9a-z .\n]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[-:#0-9a-z ./]{0,6}", inner, 0..4)
                    .prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn comes_back_whole(value in any_json()) {
            let text = to_string(&value);
            prop_assert_eq!(parsed(&text), value, "{}", text);
        }
    }
}
