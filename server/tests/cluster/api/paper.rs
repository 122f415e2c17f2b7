//! What docs/api.md promises, in parts.

use serde_json::Value;

/// The page, read.
pub struct Paper {
    text: String,
    /// Path of the call, and an answer of it.
    examples: Vec<(String, Value)>,
}

/// A state with particulars is an object of one key; which state it is today
/// is not promised.
const STATES: [&str; 3] = ["verdict", "health", "area"];

impl Paper {
    pub fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md");
        let text = std::fs::read_to_string(path).unwrap();
        let examples = text
            .split("\n## ")
            .flat_map(|section| {
                let heading = section.lines().next().unwrap().to_lowercase();
                blocks(section, "json").map(move |block| (format!("/api/{heading}"), block))
            })
            .collect();
        Self { text, examples }
    }

    /// Example answers of a call.
    pub fn examples(&self, path: &str) -> impl Iterator<Item = &Value> {
        let of = self.examples.iter().filter(move |(call, _)| call == path);
        of.map(|(_, example)| example)
    }

    /// Each documented GET with its documented parameters.
    pub fn reads(&self) -> Vec<(String, Vec<String>)> {
        let rows = self.text.lines().filter_map(|line| {
            let rest = line.strip_prefix("| `GET ")?;
            let (path, rest) = rest.split_once('`')?;
            let query = rest.split('|').nth(1)?;
            Some((path.to_owned(), ticked(query)))
        });
        rows.collect()
    }

    /// The order of the example.
    pub fn order(&self) -> Value {
        let (_, rest) = self.text.split_once("/api/rollback -H").unwrap();
        let (_, rest) = rest.split_once("-d '").unwrap();
        serde_json::from_str(rest.split_once('\'').unwrap().0).unwrap()
    }

    /// Status and code of each documented error.
    pub fn errors(&self) -> Vec<(u16, String)> {
        let (_, section) = self.text.split_once("\n## Errors").unwrap();
        let section = section.split("\n## ").next().unwrap();
        rows(section)
            .filter_map(|cells| Some((cells[1].parse().ok()?, ticked(&cells[2]).first()?.clone())))
            .collect()
    }

    /// The section of a call.
    fn section(&self, heading: &str) -> &str {
        let sections = self.text.split("\n## ").skip(1);
        let of = |section: &&str| section.lines().next() == Some(heading);
        sections.into_iter().find(of).unwrap()
    }

    /// Fields of an answer, and of the rows of its lists, that the section of the
    /// call neither shows in an example nor names.
    pub fn undocumented(&self, path: &str, answer: &Value) -> Vec<String> {
        let call = path.trim_start_matches("/api/");
        let heading = call[..1].to_uppercase() + &call[1..];
        let mut named = ticked(self.section(&heading));
        let mut examples: Vec<&Value> = self.examples(path).collect();
        if call == "revision" {
            // It is a row of the history, and says so.
            named.extend(ticked(self.section("History")));
            let rows = self
                .examples("/api/history")
                .map(|history| &history["revisions"]);
            examples.extend(rows.filter_map(Value::as_array).flatten());
        }
        let mut gaps = unknown(answer, &examples, &named, "");
        for (key, value) in answer.as_object().into_iter().flatten() {
            let shown = examples.iter().filter_map(|e| e[key].as_array()).flatten();
            let shown: Vec<&Value> = shown.collect();
            for row in value.as_array().into_iter().flatten() {
                gaps.extend(unknown(row, &shown, &named, key));
            }
        }
        gaps
    }

    /// The documented particulars of each end that has some beside its code.
    pub fn particulars(&self) -> Vec<(String, Vec<String>)> {
        let (_, table) = self.section("Rollback").split_once(PARTICULARS).unwrap();
        let mut all = Vec::new();
        // Up to the end of that table.
        for cells in rows(table.trim_start().split("\n\n").next().unwrap()) {
            for code in ticked(&cells[1]) {
                all.push((code, ticked(&cells[2])));
            }
        }
        all
    }

    /// Outcome, status and code of each documented end of an order.
    pub fn ends(&self) -> Vec<(String, u16, String)> {
        let section = self.section("Rollback");
        // What stands before is the table of particulars.
        let (_, table) = section.split_once("| outcome |").unwrap();
        let mut all = Vec::new();
        for cells in rows(table) {
            let Some(outcome) = ticked(&cells[1]).first().cloned() else {
                continue;
            };
            for part in cells[2].split(';') {
                // Remarks stand after a colon or in brackets.
                let part = part.split([':', '(']).next().unwrap();
                let status = part.trim().split(' ').next().and_then(|n| n.parse().ok());
                for code in ticked(part) {
                    all.push((outcome.clone(), status.expect("a status"), code));
                }
            }
        }
        all
    }
}

/// The head of the table of particulars.
const PARTICULARS: &str = "| `code` | fields |";

/// Fields that no example has and no word in backticks names.
fn unknown(value: &Value, examples: &[&Value], named: &[String], at: &str) -> Vec<String> {
    let fields = value.as_object().into_iter().flatten().map(|(key, _)| key);
    let gaps = fields.filter(|key| {
        !named.contains(key) && examples.iter().all(|example| example.get(&**key).is_none())
    });
    gaps.map(|key| format!("{at}/{key}")).collect()
}

/// Cells of the rows of the tables in a text.
fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// Words between backticks.
fn ticked(text: &str) -> Vec<String> {
    let parts = text.split('`').skip(1).step_by(2);
    parts.map(ToOwned::to_owned).collect()
}

/// Fenced blocks of a language that are JSON.
fn blocks<'a>(section: &'a str, language: &str) -> impl Iterator<Item = Value> + use<'a> {
    let fence = format!("```{language}\n");
    let parts: Vec<&str> = section.split(&*fence).skip(1).collect();
    parts.into_iter().map(|part| {
        let (block, _) = part.split_once("```").unwrap();
        serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"))
    })
}

/// Fields that an example has and an answer has not. An answer's list has
/// what any of its items has.
pub fn missing(example: &Value, answer: &Value) -> Vec<String> {
    let mut gaps = Vec::new();
    compare(example, &[answer], "", &mut gaps);
    gaps
}

fn compare(example: &Value, answers: &[&Value], at: &str, gaps: &mut Vec<String>) {
    match example {
        Value::Object(members) => {
            for (key, value) in members {
                let at = format!("{at}/{key}");
                let found: Vec<&Value> = answers.iter().filter_map(|a| a.get(key)).collect();
                if found.is_empty() {
                    gaps.push(at);
                } else if !STATES.contains(&&**key) {
                    compare(value, &found, &at, gaps);
                }
            }
        }
        Value::Array(items) => {
            let found: Vec<&Value> = answers
                .iter()
                .filter_map(|a| a.as_array())
                .flatten()
                .collect();
            for item in items {
                compare(item, &found, at, gaps);
            }
        }
        _ => {}
    }
}
