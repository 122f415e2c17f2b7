//! Real DaemonSets of public projects, version by version: whatever people
//! write must survive diff, summary, history and YAML. The files are not part
//! of this repository; without them the test says so and passes.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use domain::diff::{Line, Options, Row, diff, split};
use domain::secrets;
use domain::summary::{chips, summary};
use domain::template::Template;
use domain::yaml;
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    folder.is_dir().then_some(folder)
}

/// The versions of each workload, in order.
fn workloads(folder: &Path) -> Vec<(String, Vec<Value>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        let mut files: Vec<PathBuf> = fs::read_dir(&path)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        let versions = files
            .iter()
            .map(|file| {
                let text = fs::read_to_string(file).unwrap();
                let object: Value = serde_norway::from_str(&text).expect("a manifest");
                object["spec"]["template"].clone()
            })
            .collect();
        all.push((path.display().to_string(), versions));
    }
    all
}

fn text(line: &Line) -> String {
    line.spans.iter().map(|span| span.text.as_str()).collect()
}

/// One side, read back from the rows.
fn side(rows: &[Row], later: bool) -> Vec<String> {
    let mut out = Vec::new();
    for row in rows {
        match row {
            Row::Same { line } => out.push(text(line)),
            Row::Removed { line } if !later => out.push(text(line)),
            Row::Added { line } if later => out.push(text(line)),
            Row::Fold { lines, .. } => out.extend(lines.iter().map(text)),
            _ => {}
        }
    }
    out
}

fn one(name: &str, template: &Value) {
    let read: Value = serde_norway::from_str(&yaml::to_string(template)).expect(name);
    assert_eq!(&read, template, "{name}");
    let stored = Template::new(template.clone()).expect(name);
    assert_eq!(&stored.value(), template, "{name}");
    assert!(!stored.images().is_empty(), "{name}");
    let masked = secrets::masked(template);
    for pointer in secrets::hidden_pointers(template) {
        let shown = masked.pointer(&pointer).and_then(Value::as_str);
        assert!(shown.unwrap().starts_with("<hidden"), "{name}");
    }
}

fn pair(name: &str, a: &Value, b: &Value) {
    let options = Options {
        reveal: true,
        ..Options::default()
    };
    let found = diff(a, b, options);
    let lines =
        |v: &Value| -> Vec<String> { yaml::lines(v).into_iter().map(|line| line.text).collect() };
    assert_eq!(side(&found.rows, false), lines(a), "{name}");
    assert_eq!(side(&found.rows, true), lines(b), "{name}");
    assert!(split(&found.rows).len() <= found.rows.len());
    let changes = summary(a, b);
    let template = |v: &Value| Template::new(v.clone()).unwrap();
    assert_eq!(
        changes.is_empty(),
        template(a).same_as(&template(b)),
        "{name}: {changes:?}"
    );
    assert!(chips(&changes).chips.len() <= 3);
    assert_eq!(summary(b, a).len(), changes.len(), "{name}: the way back");
}

#[test]
fn neighbouring_versions_of_real_workloads() {
    let Some(folder) = corpus() else {
        println!("skipped: the corpus of real DaemonSets is not here");
        return;
    };
    let mut seen = 0;
    for (name, versions) in workloads(&folder) {
        for template in &versions {
            seen += 1;
            one(&name, template);
        }
        for neighbours in versions.windows(2) {
            pair(&name, &neighbours[0], &neighbours[1]);
        }
    }
    assert!(seen > 150, "{seen} versions");
}
