//! Each rule of semantics.md 7.3.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::node::Taint;

fn node(labels: &[(&str, &str)], taints: &[(&str, &str, &str)]) -> Node {
    Node {
        name: "n1".into(),
        labels: labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        taints: taints
            .iter()
            .map(|(key, value, effect)| Taint {
                key: (*key).into(),
                value: (*value).into(),
                effect: (*effect).into(),
            })
            .collect(),
        ..Node::default()
    }
}

fn on(spec: Value, node: &Node) -> (bool, bool) {
    let placement = Rules::read(&json!({ "spec": spec })).on(node);
    (placement.run, placement.stay)
}

const WANTED: (bool, bool) = (true, true);
const STAYS: (bool, bool) = (false, true);
const NOT: (bool, bool) = (false, false);

#[test]
fn without_rules_every_node_is_wanted() {
    assert_eq!(on(json!({}), &node(&[], &[])), WANTED);
    assert_eq!(on(json!({"nodeName": ""}), &node(&[], &[])), WANTED);
    assert_eq!(on(json!({"nodeName": "n1"}), &node(&[], &[])), WANTED);
    assert_eq!(on(json!({"nodeName": "n2"}), &node(&[], &[])), NOT);
}

#[test]
fn each_label_of_the_selector_must_match() {
    let spec = json!({"nodeSelector": {"os": "linux", "gpu": ""}});
    assert_eq!(
        on(spec.clone(), &node(&[("os", "linux"), ("gpu", "")], &[])),
        WANTED
    );
    assert_eq!(on(spec.clone(), &node(&[("os", "linux")], &[])), NOT);
    assert_eq!(on(spec, &node(&[("os", "win"), ("gpu", "")], &[])), NOT);
}

fn affinity(terms: Value) -> Value {
    json!({"affinity": {"nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}})
}

fn label(operator: &str, values: Value) -> Value {
    affinity(json!([{"matchExpressions":
        [{"key": "k", "operator": operator, "values": values}]}]))
}

#[test]
fn operators_on_labels() {
    let five = node(&[("k", "5")], &[]);
    let none = node(&[], &[]);
    let word = node(&[("k", "x")], &[]);
    for (operator, values, here, absent, text) in [
        ("In", json!(["5", "6"]), true, false, false),
        ("NotIn", json!(["5"]), false, true, true),
        ("NotIn", json!([]), false, false, false),
        ("Exists", json!([]), true, false, true),
        ("Exists", json!(["5"]), false, false, false),
        ("DoesNotExist", json!(null), false, true, false),
        ("Gt", json!(["4"]), true, false, false),
        ("Gt", json!(["5"]), false, false, false),
        ("Lt", json!(["6"]), true, false, false),
        ("Lt", json!(["5"]), false, false, false),
        ("Gt", json!(["4", "3"]), false, false, false),
        ("Gt", json!(["x"]), false, false, false),
        ("Near", json!(["5"]), false, false, false),
    ] {
        let spec = label(operator, values);
        for (node, wanted) in [(&five, here), (&none, absent), (&word, text)] {
            assert_eq!(on(spec.clone(), node).0, wanted, "{spec} {:?}", node.labels);
        }
    }
}

#[test]
fn one_term_is_enough_and_of_a_term_everything() {
    let is = |key: &str, value: &str| json!({"key": key, "operator": "In", "values": [value]});
    let here = node(&[("a", "1"), ("b", "2")], &[]);
    let both = json!({"matchExpressions": [is("a", "1"), is("b", "2")]});
    let half = json!({"matchExpressions": [is("a", "1"), is("b", "9")]});
    let named = json!({"matchExpressions": [is("a", "1")],
        "matchFields": [is("metadata.name", "n1")]});
    let other = json!({"matchExpressions": [is("a", "1")],
        "matchFields": [is("metadata.name", "n2")]});
    assert_eq!(on(affinity(json!([both])), &here), WANTED);
    assert_eq!(on(affinity(json!([half])), &here), NOT);
    assert_eq!(on(affinity(json!([half, both])), &here), WANTED);
    assert_eq!(on(affinity(json!([named])), &here), WANTED);
    assert_eq!(on(affinity(json!([other])), &here), NOT);
    assert_eq!(on(affinity(json!([{}])), &here), NOT, "an empty term");
    assert_eq!(on(affinity(json!([{}, both])), &here), WANTED);
    assert_eq!(on(affinity(json!([])), &here), NOT, "no term at all");
    let null = json!({"affinity": {"nodeAffinity":
        {"requiredDuringSchedulingIgnoredDuringExecution": null}}});
    assert_eq!(on(null, &here), WANTED);
}

#[test]
fn fields_know_names_only() {
    let field = |key: &str, operator: &str, values: Value| {
        let spec = affinity(json!([{"matchFields":
            [{"key": key, "operator": operator, "values": values}]}]));
        on(spec, &node(&[], &[])).0
    };
    assert!(field("metadata.name", "In", json!(["n1"])));
    assert!(!field("metadata.name", "NotIn", json!(["n1"])));
    assert!(field("metadata.name", "NotIn", json!(["n2"])));
    assert!(!field("metadata.name", "In", json!(["n1", "n2"])));
    assert!(!field("metadata.name", "Exists", json!([])));
    assert!(!field("metadata.uid", "In", json!(["n1"])));
}

#[test]
fn taints_need_tolerations() {
    let hard = |effect| node(&[], &[("k", "v", effect)]);
    assert_eq!(on(json!({}), &hard("NoSchedule")), STAYS);
    assert_eq!(on(json!({}), &hard("NoExecute")), NOT);
    assert_eq!(on(json!({}), &hard("PreferNoSchedule")), WANTED);
    for (toleration, wanted) in [
        (json!({"key": "k", "value": "v"}), true),
        (json!({"key": "k", "operator": "Equal", "value": "v"}), true),
        (json!({"key": "k", "value": "w"}), false),
        (json!({"key": "k", "operator": "Exists"}), true),
        (json!({"operator": "Exists"}), true),
        (
            json!({"key": "k", "operator": "Exists", "effect": "NoExecute"}),
            true,
        ),
        (
            json!({"key": "k", "operator": "Exists", "effect": "NoSchedule"}),
            false,
        ),
        (json!({"key": "j", "operator": "Exists"}), false),
        (json!({"key": "k", "operator": "Near", "value": "v"}), false),
        (json!("Exists"), false),
    ] {
        let spec = json!({"tolerations": [toleration]});
        let all = if wanted { WANTED } else { NOT };
        assert_eq!(on(spec.clone(), &hard("NoExecute")), all, "{spec}");
    }
}

#[test]
fn what_the_controller_tolerates_by_itself() {
    let sick =
        |key: &str, effect: &str| node(&[], &[(&format!("node.kubernetes.io/{key}"), "", effect)]);
    for (key, effect) in [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ] {
        assert_eq!(on(json!({}), &sick(key, effect)), WANTED, "{key}");
    }
    let no_network = sick("network-unavailable", "NoSchedule");
    assert_eq!(on(json!({}), &no_network), STAYS);
    assert_eq!(on(json!({"hostNetwork": true}), &no_network), WANTED);
    assert_eq!(on(json!({}), &sick("out-of-service", "NoExecute")), NOT);
    assert_eq!(on(json!({}), &sick("not-ready", "NoSchedule")), STAYS);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["In", "Exists", "k", "v", "NoExecute", ""]).prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "spec",
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
        "matchExpressions",
        "matchFields",
        "key",
        "operator",
        "values",
        "tolerations",
        "effect",
        "nodeSelector",
        "nodeName",
        "hostNetwork",
    ]);
    leaf.prop_recursive(8, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(keys.clone(), inner, 0..4)
                .prop_map(|map| { map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect() }),
        ]
    })
}

proptest! {
    #[test]
    fn any_input_has_an_answer(template in any_json(), tainted in any::<bool>()) {
        let taints: &[_] = if tainted { &[("k", "v", "NoExecute")] } else { &[] };
        let placement = Rules::read(&template).on(&node(&[("k", "v")], taints));
        // Who should run may stay.
        prop_assert!(placement.stay || !placement.run);
    }
}
