//! What a diff must always be: applied to one side it gives the other, and it folds only what is equal.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn text(line: &Line) -> String {
    line.spans.iter().map(|s| s.text.as_str()).collect()
}

/// Both sides, read back from the rows.
fn sides(diff: &Diff) -> (Vec<String>, Vec<String>) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for row in &diff.rows {
        match row {
            Row::Same { line } => {
                a.push(text(line));
                b.push(text(line));
            }
            Row::Removed { line } => a.push(text(line)),
            Row::Added { line } => b.push(text(line)),
            Row::Fold { lines, .. } => {
                a.extend(lines.iter().map(text));
                b.extend(lines.iter().map(text));
            }
        }
    }
    (a, b)
}

fn template(image: &str, password: &str) -> Value {
    json!({"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":image,
        "env":[{"name":"PASSWORD","value":password}],
        "ports":[{"containerPort":1},{"containerPort":2},{"containerPort":3},{"containerPort":4}]}],
        "dnsPolicy":"ClusterFirst","hostNetwork":true,"restartPolicy":"Always"}})
}

#[test]
fn words_are_marked_and_the_rest_is_folded() {
    let diff = diff(
        &template("r/i:1.16", "x"),
        &template("r/i:1.17", "x"),
        Options::default(),
    );
    assert_eq!((diff.added, diff.removed, diff.noise), (1, 1, 0));
    let added = diff.rows.iter().find_map(|row| match row {
        Row::Added { line } => Some(line.spans.clone()),
        _ => None,
    });
    let span = |text: &str, changed| Span {
        text: text.into(),
        changed,
    };
    assert_eq!(
        added.unwrap(),
        [span("    image: r/i:", false), span("1.17", true)]
    );
    let folds: Vec<_> = diff
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Fold { names, lines } => Some((names.clone(), lines.len())),
            _ => None,
        })
        .collect();
    assert_eq!(folds.len(), 2);
    assert!(
        folds[1].0.contains(&"dnsPolicy".to_owned())
            || folds[1].0.contains(&"containerPort".to_owned())
    );
}

#[test]
fn a_hidden_value_never_leaves_but_its_change_is_seen() {
    let (a, b) = (template("i", "hunter2"), template("i", "hunter22"));
    let diff = diff(&a, &b, Options::default());
    assert_eq!((diff.added, diff.removed), (1, 1));
    assert!(!serde_json::to_string(&diff).unwrap().contains("hunter"));
    let hidden: Vec<_> = diff
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Added { line } | Row::Removed { line } => line.hidden,
            _ => None,
        })
        .collect();
    assert_eq!(hidden, [7, 8]);
    let shown = super::diff(
        &a,
        &b,
        Options {
            reveal: true,
            ..Options::default()
        },
    );
    assert!(serde_json::to_string(&shown).unwrap().contains("hunter2"));
}

#[test]
fn nothing_of_a_hidden_argument_is_shown() {
    let of = |word: &str| json!({"spec":{"containers":[{"name":"c","args":[word]}]}});
    let (a, b) = (
        of("sh -c psql postgres://u:hunter2@h; echo done: x"),
        of("sh -c psql postgres://u:hunter3@h; echo done: x"),
    );
    let text = serde_json::to_string(&diff(&a, &b, Options::default())).unwrap();
    assert!(!text.contains("hunter"), "{text}");
    assert!(text.contains("\"differs\":true"), "{text}");
}

#[test]
fn a_hidden_value_of_many_lines_is_one_line() {
    let key = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";
    let diff = diff(&template("i", key), &template("i", "x"), Options::default());
    assert_eq!((diff.added, diff.removed), (1, 1));
    assert!(!serde_json::to_string(&diff).unwrap().contains("abc"));
}

#[test]
fn noise_is_told_apart() {
    let mut restarted = template("i", "x");
    restarted["metadata"]["annotations"] = json!({template::RESTARTED_AT: "now"});
    let quiet = diff(&template("i", "x"), &restarted, Options::default());
    assert_eq!((quiet.noise, quiet.removed), (1, 0));
    let loud = diff(
        &template("i", "x"),
        &restarted,
        Options {
            hide_noise: false,
            ..Options::default()
        },
    );
    assert_eq!((loud.noise, loud.added), (0, 2));
}

#[test]
fn columns_pair_what_was_replaced() {
    let diff = diff(&template("a", "x"), &template("b", "x"), Options::default());
    let pairs = split(&diff.rows)
        .into_iter()
        .filter(|r| matches!(r, SplitRow::Changed(Some(_), Some(_))))
        .count();
    assert_eq!(pairs, 1);
}

fn any_template() -> impl Strategy<Value = Value> {
    proptest::collection::vec(("[a-c]{1,2}", "[a-c\n ]{0,5}"), 0..12).prop_map(|pairs| {
        let env: Vec<Value> = pairs
            .iter()
            .map(|(n, v)| json!({"name": n, "value": v}))
            .collect();
        json!({"spec":{"containers":[{"name":"c","env":env}]}})
    })
}

proptest! {
    /// The rows hold both sides whole, in order, and the counts are theirs.
    #[test]
    fn nothing_is_lost(a in any_template(), b in any_template(), context in 0..4usize) {
        let options = Options { context, ..Options::default() };
        let diff = diff(&a, &b, options);
        let lines = |v: &Value| yaml::lines(v).into_iter().map(|l| l.text).collect::<Vec<_>>();
        prop_assert_eq!(sides(&diff), (lines(&a), lines(&b)));
        prop_assert_eq!(diff.added + diff.removed == 0, a == b);
        let rows = split(&diff.rows);
        let changed: usize = rows.iter().map(|r| match r {
            SplitRow::Changed(x, y) => usize::from(x.is_some()) + usize::from(y.is_some()),
            _ => 0,
        }).sum();
        prop_assert_eq!(changed, diff.added + diff.removed);
    }
}
