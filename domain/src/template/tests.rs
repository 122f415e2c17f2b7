//! When two templates are the same, whatever the order of keys or what the apiserver adds.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn template(value: Value) -> Template {
    Template::new(value).unwrap()
}

fn plain() -> Value {
    json!({"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}})
}

#[test]
fn both_forms_of_creation_timestamp_are_equal() {
    let mut old = plain();
    old["metadata"]["creationTimestamp"] = Value::Null;
    assert!(template(old).same_as(&template(plain())));
}

#[test]
fn key_order_and_the_patch_directive_do_not_matter() {
    let other: Value = serde_json::from_str(
        r#"{"spec":{"containers":[{"image":"i:1","name":"c"}]},"$patch":"replace","metadata":{"labels":{"app":"a"}}}"#,
    )
    .unwrap();
    let stored = template(other);
    assert!(stored.same_as(&template(plain())));
    assert!(stored.value().get("$patch").is_none());
}

#[test]
fn an_empty_object_is_not_the_same_as_absent() {
    let mut other = plain();
    other["spec"]["securityContext"] = json!({});
    assert!(!template(other).same_as(&template(plain())));
}

#[test]
fn null_inside_a_list_item_is_absent() {
    let mut other = plain();
    other["spec"]["containers"][0]["command"] = Value::Null;
    assert!(template(other).same_as(&template(plain())));
}

#[test]
fn a_restart_is_another_template_with_the_same_content() {
    let mut restarted = plain();
    restarted["metadata"]["annotations"] = json!({RESTARTED_AT: "2026-01-01T00:00:00Z"});
    let (a, b) = (template(plain()), template(restarted));
    assert!(!a.same_as(&b));
    assert!(a.same_content_as(&b));
}

#[test]
fn unknown_fields_survive() {
    let mut other = plain();
    other["spec"]["fromTheFuture"] = json!({"deep":[1,{"x":null}]});
    assert_eq!(template(other.clone()).value(), other);
}

#[test]
fn data_that_is_no_template_is_told_apart() {
    for (data, reason) in [
        (json!(null), "there is no spec.template"),
        (json!({"spec":{}}), "there is no spec.template"),
        (
            json!({"spec":{"template":"x"}}),
            "spec.template is not an object",
        ),
        (
            json!({"spec":{"template":{"spec":{"containers":{}}}}}),
            "spec.template.spec.containers is not a list",
        ),
        (
            json!({"spec":{"template":{"spec":{"containers":[]}}}}),
            "spec.template.spec.containers is empty",
        ),
        (
            json!({"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}),
            "a container has no name",
        ),
        (
            json!({"spec":{"template":{"metadata":3,"spec":{"containers":[{"name":"c"}]}}}}),
            "spec.template.metadata is not an object",
        ),
    ] {
        let error = Template::from_revision_data(data).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn images_are_listed_main_containers_first() {
    let mut value = plain();
    value["spec"]["initContainers"] = json!([{"name":"init","image":"j:2"},{"name":"none"}]);
    let template = template(value);
    let images: Vec<_> = template.images().iter().map(|i| i.image.as_str()).collect();
    assert_eq!(images, ["i:1", "j:2"]);
}

proptest! {
    /// Nulls sprinkled anywhere change nothing; any other scalar does.
    #[test]
    fn only_nulls_are_ignored(name in "[a-z]{1,8}", value in "[a-z]{0,8}") {
        let mut with_null = plain();
        with_null["spec"][&name] = Value::Null;
        let mut with_value = plain();
        with_value["spec"][&name] = json!(value);
        let base = template(plain());
        if name != "containers" {
            prop_assert!(template(with_null).same_as(&base));
            prop_assert!(!template(with_value).same_as(&base));
        }
    }
}
