//! What a person is told about the difference of two templates.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::template::Template;

fn base() -> Value {
    json!({"metadata":{"labels":{"app":"a"}},"spec":{
        "containers":[
            {"name":"c","image":"r/i:1","env":[{"name":"A","value":"1"},{"name":"DB_PASSWORD","value":"x"}],
             "resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"100m"}},
             "ports":[{"containerPort":80},{"containerPort":80,"protocol":"UDP"}]},
            {"name":"side","image":"r/s:1"}],
        "tolerations":[{"operator":"Exists","effect":"NoSchedule"}],
        "volumes":[{"name":"v","emptyDir":{}}]}})
}

fn said(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut to = base();
    change(&mut to);
    summary(&base(), &to)
        .iter()
        .map(|c| {
            format!(
                "{:?} {:?} {}/{} {}>{}{}",
                c.sign,
                c.area,
                c.container.as_deref().unwrap_or("-"),
                c.name,
                c.from.as_deref().unwrap_or("-"),
                c.to.as_deref().unwrap_or("-"),
                if c.hidden { " hidden" } else { "" }
            )
        })
        .collect()
}

#[test]
fn each_kind_of_change_is_named() {
    assert_eq!(
        said(|t| t["spec"]["containers"][0]["image"] = json!("r/i:2")),
        ["Changed Image c/ r/i:1>r/i:2"]
    );
    assert_eq!(
        said(|t| t["spec"]["containers"][0]["env"][0]["value"] = json!("2")),
        ["Changed Env c/A 1>2"]
    );
    assert_eq!(
        said(|t| t["spec"]["containers"][0]["env"][1]["value"] = json!("y")),
        ["Changed Env c/DB_PASSWORD ->- hidden"]
    );
    assert_eq!(
        said(|t| {
            t["spec"]["containers"][0]["env"]
                .as_array_mut()
                .unwrap()
                .remove(0);
        }),
        ["Removed Env c/A 1>-"]
    );
    assert_eq!(
        said(|t| t["spec"]["containers"][0]["resources"]["limits"]["memory"] = json!("1Gi")),
        ["Changed Limit c/memory 512Mi>1Gi"]
    );
    assert_eq!(
        said(|t| t["spec"]["tolerations"] = json!([{"key":"k","operator":"Exists"}])),
        [
            "Removed Toleration -/:NoSchedule op=Exists {\"effect\":\"NoSchedule\",\"operator\":\"Exists\"}>-",
            "Added Toleration -/k op=Exists ->{\"key\":\"k\",\"operator\":\"Exists\"}",
        ]
    );
    assert_eq!(
        said(|t| t["spec"]["nodeSelector"] = json!({"gpu":"a"})),
        ["Added NodeSelector -/gpu ->a"]
    );
    assert_eq!(
        said(|t| t["metadata"]["labels"]["x"] = json!("y")),
        ["Added Label -/x ->y"]
    );
    assert_eq!(
        said(|t| t["metadata"]["annotations"] = json!({RESTARTED_AT:"now"})),
        [format!("Added Restart -/{RESTARTED_AT} ->now")]
    );
    assert_eq!(
        said(|t| t["spec"]["fromTheFuture"] = json!(1)),
        ["Added Field(\"fromTheFuture\") -/ ->1"]
    );
    assert_eq!(
        said(|t| {
            t["spec"]["containers"].as_array_mut().unwrap().remove(1);
        }),
        ["Removed Container side/side r/s:1>-"]
    );
    assert_eq!(
        said(|t| t["spec"]["securityContext"] = json!({})),
        ["Added Security -/ ->{}"]
    );
}

#[test]
fn order_alone_is_one_change() {
    assert_eq!(
        said(|t| t["spec"]["containers"].as_array_mut().unwrap().reverse()).len(),
        1
    );
    assert_eq!(
        said(|t| t["spec"]["containers"][0]["env"]
            .as_array_mut()
            .unwrap()
            .reverse())
        .len(),
        1
    );
}

/// Whatever changes around it, a secret is not told.
#[test]
fn no_secret_is_told() {
    let from = json!({"spec":{"containers":[
        {"name":"c","image":"i:1","args":["--password=hunter2","--token","hunter2","-v"],
         "env":[{"name":"A","value":"1"},{"name":"PASSWORD","value":"hunter2"}]},
        {"name":"d","env":[{"name":"TOKEN","value":"hunter2"},{"name":"TOKEN","value":"hunter2"}]}]}});
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut to = from.clone();
        change(&mut to);
        summary(&from, &to)
    };
    let list = |t: &mut Value, path: &str| -> Vec<Value> {
        t.pointer(path).and_then(Value::as_array).cloned().unwrap()
    };
    let reversed = |t: &mut Value, path: &str| {
        let items: Vec<Value> = list(t, path).into_iter().rev().collect();
        *t.pointer_mut(path).unwrap() = items.into();
    };
    let cut = |t: &mut Value, path: &str, to: usize| {
        let items: Vec<Value> = list(t, path).into_iter().take(to).collect();
        *t.pointer_mut(path).unwrap() = items.into();
    };
    let set = |t: &mut Value, path: &str, text: &str| {
        *t.pointer_mut(path).unwrap() = text.into();
    };
    let all = [
        changed(&|t| reversed(t, "/spec/containers")),
        changed(&|t| reversed(t, "/spec/containers/0/env")),
        changed(&|t| cut(t, "/spec/containers/0/args", 3)),
        changed(&|t| cut(t, "/spec/containers/1/env", 1)),
        changed(&|t| cut(t, "/spec/containers", 0)),
        changed(&|t| set(t, "/spec/containers/0/args/0", "--password=hunter2x")),
        changed(&|t| set(t, "/spec/containers/1/env/1/value", "hunter2x")),
        changed(&|t| set(t, "/spec/containers/0/env/1/value", "hunter2x")),
    ];
    for changes in all {
        assert!(!changes.is_empty());
        let told = serde_json::to_string(&changes).unwrap();
        assert!(!told.contains("hunter2"), "{told}");
        assert!(!told.contains('\u{f0000}'), "{told}");
    }
}

#[test]
fn noise_is_not_said() {
    assert!(
        said(|t| {
            t["metadata"]["labels"]["pod-template-hash"] = json!("1");
            t["metadata"]["creationTimestamp"] = Value::Null;
        })
        .is_empty()
    );
}

#[test]
fn chips_put_images_first_and_count_the_rest() {
    let mut to = base();
    to["spec"]["containers"][0]["image"] = json!("r/i:2");
    to["spec"]["containers"][0]["resources"]["limits"]["memory"] = json!("1Gi");
    to["spec"]["containers"][0]["env"] = json!([{"name":"B","value":"1"}]);
    to["spec"]["tolerations"] = json!([]);
    to["spec"]["hostNetwork"] = json!(true);
    let chips = chips(&summary(&base(), &to));
    assert_eq!(chips.images.len(), 1);
    assert_eq!(chips.chips.len(), 3);
    assert_eq!(chips.more, 1);
    assert_eq!(
        (
            chips.chips[0].area.clone(),
            chips.chips[0].added,
            chips.chips[0].removed
        ),
        (Area::Env, 1, 2)
    );
    assert_eq!(
        chips.chips[1].only,
        Some(("memory limit".into(), "1Gi".into()))
    );
}

/// A random small edit anywhere in a JSON value.
fn edit(value: &mut Value, path: &[usize], with: &Value) {
    match (path.split_first(), value) {
        (Some((step, rest)), Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(step % map.len()).cloned().unwrap();
            edit(map.get_mut(&key).unwrap(), rest, with);
        }
        (Some((step, rest)), Value::Array(items)) if !items.is_empty() => {
            let index = step % items.len();
            edit(&mut items[index], rest, with);
        }
        (_, place) => *place = with.clone(),
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(
                "name|image|env|value|containers|spec|[a-z]{1,3}",
                inner,
                0..4
            )
            .prop_map(|m| m.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Nothing that Kubernetes would tell apart is left out, and nothing is
    /// said when nothing differs.
    #[test]
    fn complete(path in proptest::collection::vec(0..9usize, 0..7), with in any_json()) {
        let mut to = base();
        edit(&mut to, &path, &with);
        let changes = summary(&base(), &to);
        if let (Ok(a), Ok(b)) = (Template::new(base()), Template::new(to)) {
            prop_assert_eq!(changes.is_empty(), a.same_as(&b));
        }
    }

    /// Odd shapes do no harm.
    #[test]
    fn total(a in any_json(), b in any_json()) {
        let changes = summary(&a, &b);
        let _ = chips(&changes);
        prop_assert!(summary(&a, &a).is_empty());
    }
}
