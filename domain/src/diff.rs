//! Two templates as YAML, side by side or one under the other, line by line,
//! with unchanged parts folded, noise told and secret values hidden.

mod fold;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{Algorithm, DiffOp, TextDiff};

use crate::{secrets, summary, template, yaml};
use fold::fold;
use words::mark_words;

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Show lines that only controllers care for as unchanged.
    pub hide_noise: bool,
    /// Show values that look like secrets.
    pub reveal: bool,
    /// Unchanged lines kept around a change.
    pub context: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hide_noise: true,
            reveal: false,
            context: 3,
        }
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// The text.
    pub text: String,
    /// It differs from its counterpart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Number on the earlier side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<usize>,
    /// Number on the later side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<usize>,
    /// The text in pieces.
    pub spans: Vec<Span>,
    /// A value of so many characters is hidden at the end of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<usize>,
    /// The hidden value is not that of the other side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub differs: bool,
    /// Only controllers care for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noise: bool,
}

/// A row of the diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Row {
    /// On both sides.
    Same {
        /// The line.
        line: Line,
    },
    /// Only on the earlier side.
    Removed {
        /// The line.
        line: Line,
    },
    /// Only on the later side.
    Added {
        /// The line.
        line: Line,
    },
    /// Unchanged lines, folded.
    Fold {
        /// Names of fields inside, for people to decide whether to open it.
        names: Vec<String>,
        /// The lines.
        lines: Vec<Line>,
    },
}

/// A difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// Lines only on the later side.
    pub added: usize,
    /// Lines only on the earlier side.
    pub removed: usize,
    /// Lines that differ but are noise.
    pub noise: usize,
    /// All rows in order.
    pub rows: Vec<Row>,
}

/// A row of two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitRow {
    /// The same on both sides.
    Same(Line),
    /// Left and right; either may be missing.
    Changed(Option<Line>, Option<Line>),
    /// Unchanged lines, folded.
    Fold(Vec<String>, Vec<Line>),
}

/// A side of the diff: what is compared, and what may be shown of it.
struct Side {
    /// Compared; hidden values included, so that a change of them is seen.
    compared: Vec<String>,
    /// Shown.
    shown: Vec<Line>,
    /// Last part of each line's pointer that is a name.
    fields: Vec<String>,
}

/// Compares two templates.
pub fn diff(from: &Value, to: &Value, options: Options) -> Diff {
    let (a, b) = (side(from, options), side(to, options));
    let (left, right): (Vec<&str>, Vec<&str>) = (
        a.compared.iter().map(String::as_str).collect(),
        b.compared.iter().map(String::as_str).collect(),
    );
    let text = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .diff_slices(&left, &right);
    let mut out = Diff::default();
    let mut rows = Vec::new();
    for op in text.ops() {
        push_op(&mut rows, &mut out, op, &a, &b, options);
    }
    out.rows = fold(rows, options.context);
    out
}

fn side(template: &Value, options: Options) -> Side {
    let hidden: BTreeMap<String, usize> = if options.reveal {
        BTreeMap::new()
    } else {
        secrets::hidden_pointers(template)
            .into_iter()
            .map(|pointer| {
                let chars = template
                    .pointer(&pointer)
                    .and_then(Value::as_str)
                    .map_or(0, |text| text.chars().count());
                (pointer, chars)
            })
            .collect()
    };
    let mut side = Side {
        compared: Vec::new(),
        shown: Vec::new(),
        fields: Vec::new(),
    };
    let mut before: Option<String> = None;
    for line in yaml::lines(template) {
        let chars = hidden.get(&line.pointer).copied();
        // A hidden value of several lines is shown as one.
        let again = before.as_ref() == Some(&line.pointer);
        before = Some(line.pointer.clone());
        if let (Some(_), true) = (chars, again) {
            if let Some(last) = side.compared.last_mut() {
                last.push('\n');
                last.push_str(&line.text);
            }
            continue;
        }
        let text = match chars {
            Some(_) => head_of(&line).to_owned(),
            None => line.text.clone(),
        };
        side.shown.push(Line {
            spans: vec![Span {
                text,
                changed: false,
            }],
            hidden: chars,
            noise: options.hide_noise && is_noise(&line.pointer),
            ..Line::default()
        });
        side.fields.push(field_of(&line.pointer));
        side.compared.push(line.text);
    }
    side
}

/// `  value:` or `  -` of a line whose value is hidden.
fn head_of(line: &yaml::Line) -> &str {
    let item = line
        .pointer
        .rsplit('/')
        .next()
        .is_some_and(|part| part.parse::<usize>().is_ok());
    let (end, text) = (if item { "- " } else { ": " }, line.text.as_str());
    text.find(end).map_or("", |at| &text[..=at])
}

fn field_of(pointer: &str) -> String {
    pointer
        .rsplit('/')
        .find(|part| !part.is_empty() && part.parse::<usize>().is_err())
        .unwrap_or_default()
        .replace("~1", "/")
        .replace("~0", "~")
}

fn is_noise(pointer: &str) -> bool {
    let label = summary::NOISE_LABELS
        .iter()
        .any(|name| pointer == format!("/metadata/labels/{name}"));
    let restart = format!(
        "/metadata/annotations/{}",
        template::RESTARTED_AT.replace('/', "~1")
    );
    label || pointer == restart || pointer == "/metadata/creationTimestamp"
}

/// Is the hidden value of this line none of the other side's?
fn differs(side: &Side, line: usize, other: &[String]) -> bool {
    side.shown[line].hidden.is_some() && !other.contains(&side.compared[line])
}

fn push_op(
    rows: &mut Vec<(Row, String)>,
    out: &mut Diff,
    op: &DiffOp,
    a: &Side,
    b: &Side,
    options: Options,
) {
    let (old, new) = (op.old_range(), op.new_range());
    if let DiffOp::Equal { .. } = op {
        for (i, j) in old.zip(new) {
            let mut line = b.shown[j].clone();
            (line.old, line.new) = (Some(i + 1), Some(j + 1));
            rows.push((Row::Same { line }, b.fields[j].clone()));
        }
        return;
    }
    let mut left: Vec<Line> = old
        .clone()
        .map(|i| Line {
            old: Some(i + 1),
            differs: differs(a, i, &b.compared[new.clone()]),
            ..a.shown[i].clone()
        })
        .collect();
    let mut right: Vec<Line> = new
        .clone()
        .map(|j| Line {
            new: Some(j + 1),
            differs: differs(b, j, &a.compared[old.clone()]),
            ..b.shown[j].clone()
        })
        .collect();
    mark_words(&mut left, &mut right);
    for (line, i) in left.into_iter().zip(old) {
        let quiet = options.hide_noise && line.noise;
        *(if quiet {
            &mut out.noise
        } else {
            &mut out.removed
        }) += 1;
        rows.push((Row::Removed { line }, a.fields[i].clone()));
    }
    for (line, j) in right.into_iter().zip(new) {
        let quiet = options.hide_noise && line.noise;
        *(if quiet {
            &mut out.noise
        } else {
            &mut out.added
        }) += 1;
        rows.push((Row::Added { line }, b.fields[j].clone()));
    }
}

/// The same rows in two columns.
pub fn split(rows: &[Row]) -> Vec<SplitRow> {
    let mut out = Vec::new();
    let (mut left, mut right): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    let flush = |out: &mut Vec<SplitRow>, left: &mut Vec<Line>, right: &mut Vec<Line>| {
        let (mut a, mut b) = (left.drain(..), right.drain(..));
        loop {
            match (a.next(), b.next()) {
                (None, None) => break,
                (x, y) => out.push(SplitRow::Changed(x, y)),
            }
        }
    };
    for row in rows {
        match row {
            Row::Removed { line } => {
                if !right.is_empty() {
                    flush(&mut out, &mut left, &mut right);
                }
                left.push(line.clone());
            }
            Row::Added { line } => right.push(line.clone()),
            Row::Same { line } => {
                flush(&mut out, &mut left, &mut right);
                out.push(SplitRow::Same(line.clone()));
            }
            Row::Fold { names, lines } => {
                flush(&mut out, &mut left, &mut right);
                out.push(SplitRow::Fold(names.clone(), lines.clone()));
            }
        }
    }
    flush(&mut out, &mut left, &mut right);
    out
}

#[cfg(test)]
mod tests;
