//! Real DaemonSets of public projects, version by version: whatever people
//! write must survive diff, summary, history and YAML. The files are not part
//! of this repository; without them the tests say so and pass.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::diff::{Line, Options, Row, diff, split};
use domain::history::{CurrentState, History};
use domain::ledger::{Gone, Grade, Was};
use domain::secrets;
use domain::summary::{chips, summary};
use domain::template::{RESTARTED_AT, Template};
use domain::yaml;
use serde_json::Value;

use super::model::Controlled;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    folder.is_dir().then_some(folder)
}

/// A workload of the corpus.
struct Real {
    name: String,
    selector: Value,
    /// Its templates, in order.
    versions: Vec<Value>,
}

/// All of them; none where the corpus is not here.
fn workloads() -> Vec<Real> {
    let Some(folder) = corpus() else {
        println!("skipped: the corpus of real DaemonSets is not here");
        return Vec::new();
    };
    let mut all: Vec<Real> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| real(&path))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let seen: usize = all.iter().map(|real| real.versions.len()).sum();
    assert!(seen > 150, "{seen} versions");
    all
}

fn real(path: &Path) -> Real {
    let mut files: Vec<PathBuf> = fs::read_dir(path)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let read = |file: &PathBuf| -> Value {
        serde_norway::from_str(&fs::read_to_string(file).unwrap()).expect("a manifest")
    };
    let objects: Vec<Value> = files.iter().map(read).collect();
    Real {
        name: path.display().to_string(),
        selector: objects[0]["spec"]["selector"].clone(),
        versions: objects
            .iter()
            .map(|o| o["spec"]["template"].clone())
            .collect(),
    }
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
    for Real { name, versions, .. } in workloads() {
        for template in &versions {
            one(&name, template);
        }
        for neighbours in versions.windows(2) {
            pair(&name, &neighbours[0], &neighbours[1]);
        }
    }
}

/// A template as it is compared here, by another way than in the product:
/// without members that are null, and without the time of a restart.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, value)| !value.is_null() && *key != RESTARTED_AT)
            .map(|(key, value)| (key.clone(), plain(value)))
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// The image of each container, by name.
fn images(template: &Value) -> BTreeMap<&str, &str> {
    ["containers", "initContainers"]
        .iter()
        .filter_map(|list| template["spec"][list].as_array())
        .flatten()
        .map(|c| (c["name"].as_str().unwrap(), c["image"].as_str().unwrap()))
        .collect()
}

/// After each version of a workload its history is what was played.
fn after(name: &str, played: &[Value], history: &History) {
    let live = played.last().unwrap();
    assert_eq!(history.current_state, CurrentState::Recorded, "{name}");
    assert_eq!(
        history.revisions.len(),
        played.len(),
        "{name}: each is its own"
    );
    let current = history.current().unwrap();
    assert_eq!(
        usize::try_from(current.revision).unwrap(),
        played.len(),
        "{name}"
    );
    let shown: BTreeMap<&str, &str> = current
        .images
        .iter()
        .map(|i| (i.container.as_str(), i.image.as_str()))
        .collect();
    assert_eq!(shown, images(live), "{name}");
    let different = played.iter().rposition(|t| plain(t) != plain(live));
    let different = different.map(|index| format!("w-{}", index + 1));
    assert_eq!(history.previous_different, different, "{name}");
    assert!(history.gone.is_empty(), "{name}: {:?}", history.gone);
    // Newest first; what changed is against the one before.
    let rows = history.revisions.iter().rev().zip(played);
    for (index, (row, template)) in rows.enumerate() {
        assert!(
            !row.identical_to_current && !row.returned,
            "{name}: {row:?}"
        );
        let Some(base) = index.checked_sub(1).map(|before| &played[before]) else {
            assert_eq!((&row.base, row.restart_only), (&None, false), "{name}");
            continue;
        };
        assert_eq!(row.changes, chips(&summary(base, template)), "{name}");
        let replaced = images(template)
            .iter()
            .filter(|(container, image)| images(base).get(*container).is_some_and(|i| i != *image))
            .count();
        assert!(row.changes.images.len() >= replaced, "{name}: {row:?}");
    }
}

/// Back to the first version by its stored template: it has the next number,
/// its old number is gone, and that is told.
fn back(name: &str, mut controlled: Controlled, versions: &[Value]) {
    let last = i64::try_from(versions.len()).unwrap();
    controlled.set(&versions[0]);
    let history = controlled.history();
    let current = history.current().unwrap();
    assert_eq!(
        (&*current.name, current.revision),
        ("w-1", last + 1),
        "{name}"
    );
    let was = Was {
        revision: 1,
        grade: Grade::Inferred,
    };
    assert_eq!((current.was, current.returned), (Some(was), true), "{name}");
    let gone = Gone {
        first: 1,
        last: 1,
        now: Some(last + 1),
    };
    assert_eq!(history.gone, [gone], "{name}");
    let base = current.base.as_ref().unwrap();
    assert_eq!(base.name, format!("w-{last}"), "{name}");
}

#[test]
fn histories_of_real_workloads() {
    for Real {
        name,
        selector,
        mut versions,
    } in workloads()
    {
        // A version may ship the template of the one before.
        versions.dedup();
        let mut controlled = Controlled::new(&versions[0], &selector);
        after(&name, &versions[..1], &controlled.history());
        for count in 2..=versions.len() {
            controlled.set(&versions[count - 1]);
            after(&name, &versions[..count], &controlled.history());
        }
        if versions.len() > 1 {
            back(&name, controlled, &versions);
        }
    }
}
