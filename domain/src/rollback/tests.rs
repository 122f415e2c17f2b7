//! Which order is carried out, which is refused and why, and what the PATCH says.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;
use crate::history::tests::Model;
use crate::template::Template;

fn template(content: u32) -> Template {
    Template::new(json!({
        "metadata": {"labels": {"app": "foo"}},
        "spec": {"containers": [{"name": "c", "image": format!("i:{content}")}]},
    }))
    .unwrap()
}

fn two() -> Model {
    let mut model = Model::new();
    model.set(template(1), None);
    model
}

fn order(model: &Model) -> Order {
    let target = &model.revisions[0];
    Order {
        namespace: "ns".into(),
        name: "foo".into(),
        to: target.name.clone(),
        to_uid: Some(target.uid.clone()),
        to_revision: Some(target.number),
        uid: Some(model.workload.uid.clone()),
        generation: Some(model.workload.generation),
        reason: Some("  it broke ".into()),
        ..Order::default()
    }
}

fn refusal(order: &Order, model: &Model) -> Reason {
    plan(
        order,
        Some(&model.workload),
        model.revisions.first().map(Target::Revision),
        model.revisions.last(),
        "id",
    )
    .unwrap_err()
}

#[test]
fn the_patch_carries_its_preconditions_and_touches_nothing_else() {
    let model = two();
    let plan = plan(
        &order(&model),
        Some(&model.workload),
        model.revisions.first().map(Target::Revision),
        model.revisions.last(),
        "id",
    )
    .unwrap();
    let paths: Vec<_> = plan
        .patch
        .as_array()
        .unwrap()
        .iter()
        .map(|op| (op["op"].as_str().unwrap(), op["path"].as_str().unwrap()))
        .collect();
    assert_eq!(
        paths,
        [
            ("test", "/metadata/uid"),
            ("test", "/metadata/generation"),
            ("replace", "/spec/template"),
            ("add", "/metadata/annotations/rollbook.dev~1rollback"),
        ]
    );
    assert_eq!(plan.patch[0]["value"], "uid-foo");
    assert_eq!(plan.patch[1]["value"], 2);
    assert_eq!(plan.patch[2]["value"], template(0).value());
    let note = Note::parse(plan.patch[3]["value"].as_str().unwrap()).unwrap();
    assert_eq!(note.reason, "it broke");
    assert_eq!((note.from_revision, note.to_revision), (Some(2), 1));
    // The note will hold on the workload after the write, and not now.
    assert!(note.holds("uid-foo", Some(3)));
    assert!(!note.holds("uid-foo", model.workload.template_generation));
    assert_eq!(note.generation, 3);
}

#[test]
fn each_thing_that_moved_is_told_apart() {
    let model = two();
    let good = order(&model);
    let with = |change: &dyn Fn(&mut Order)| {
        let mut order = good.clone();
        change(&mut order);
        refusal(&order, &model)
    };
    assert_eq!(with(&|o| o.uid = Some("x".into())), Reason::Replaced);
    assert_eq!(
        with(&|o| o.to_uid = Some("x".into())),
        Reason::TargetReplaced
    );
    assert_eq!(
        with(&|o| o.to_revision = Some(7)),
        Reason::Renumbered { seen: 7, now: 1 }
    );
    assert_eq!(
        with(&|o| o.generation = Some(1)),
        Reason::Moved { seen: 1, now: 2 }
    );
    let invalid = |field: &str| Reason::Invalid {
        field: field.into(),
    };
    assert_eq!(with(&|o| o.to = " ".into()), invalid("to"));
    assert_eq!(with(&|o| o.name = "x".repeat(254)), invalid("name"));
    for odd in ["a/status", "..", "A", "a_b", "a%2f", "-a", "a."] {
        assert_eq!(with(&|o| o.name = odd.into()), invalid("name"), "{odd}");
    }
    let misspelt = |o: &mut Order| {
        o.unknown.insert("toUID".into(), json!("x"));
    };
    assert_eq!(with(&misspelt), invalid("toUID"));
    assert_eq!(
        with(&|o| o.reason = Some("ä".repeat(1001))),
        invalid("reason")
    );
}

#[test]
fn what_is_gone_or_going_is_told_apart() {
    let mut model = two();
    let order = order(&model);
    let target = model.revisions[0].clone();
    assert_eq!(
        plan(&order, None, Some(Target::Revision(&target)), None, "id").unwrap_err(),
        Reason::WorkloadGone
    );
    assert_eq!(
        plan(&order, Some(&model.workload), None, None, "id").unwrap_err(),
        Reason::Pruned
    );
    model.revisions[0].controller_uid = None;
    assert_eq!(refusal(&order, &model), Reason::NotOwned);
    model.revisions[0] = target;
    model.revisions[0].stored = Stored::Unreadable {
        reason: "no".into(),
        raw: "1".into(),
    };
    assert_eq!(
        refusal(&order, &model),
        Reason::Unreadable {
            problem: "no".into()
        }
    );
    model.workload.deleting_since = Some(model.workload.created_at);
    assert_eq!(refusal(&order, &model), Reason::Deleting);
}

#[test]
fn what_is_not_sent_is_not_tested() {
    let model = two();
    let bare = Order {
        namespace: "ns".into(),
        name: "foo".into(),
        to: "foo-1".into(),
        ..Order::default()
    };
    assert!(
        plan(
            &bare,
            Some(&model.workload),
            model.revisions.first().map(Target::Revision),
            None,
            "id"
        )
        .is_ok()
    );
}

#[test]
fn lines_end_as_they_do_here() {
    let order = Order {
        reason: Some(" a\r\nb\n".into()),
        ..Order::default()
    };
    assert_eq!(order.reason(), "a\nb");
    let full = "ä\r\n".repeat(500);
    let order = Order {
        namespace: "ns".into(),
        name: "n".into(),
        to: "n-1".into(),
        reason: Some(full),
        ..Order::default()
    };
    assert_eq!(check_order(&order), Ok(()), "a line end is one character");
}

#[test]
fn a_repeated_order_finds_its_work_done() {
    let mut model = two();
    let order = order(&model);
    model.set(template(0), None);
    // Generation and number both moved by the first click.
    assert_eq!(refusal(&order, &model), Reason::AlreadyThere);
}

#[test]
fn a_lost_answer_is_read_from_what_is_there() {
    let model = two();
    let plan = plan(
        &order(&model),
        Some(&model.workload),
        model.revisions.first().map(Target::Revision),
        None,
        "id",
    )
    .unwrap();
    assert_eq!(arrived(&model.workload, &plan), None, "it may still arrive");
    let mut after = model.workload.clone();
    after.generation += 1;
    assert_eq!(
        arrived(&after, &plan),
        Some(false),
        "another change was first"
    );
    after.generation += 1;
    assert_eq!(arrived(&after, &plan), None, "the first of two may be ours");
    after.last_note = Some(plan.note.clone());
    after.template = template(7);
    assert_eq!(
        arrived(&after, &plan),
        Some(true),
        "our note is there, whatever else"
    );
    after.uid = "another".into();
    assert_eq!(arrived(&after, &plan), None, "a namesake tells nothing");

    let mut there = model.workload.clone();
    there.generation += 1;
    there.template = plan.target.clone();
    assert_eq!(arrived(&there, &plan), None, "somebody else went back too");
    let unnoted = Plan {
        noted: false,
        ..plan
    };
    assert_eq!(arrived(&there, &unnoted), Some(true));
    there.template = model.workload.template.clone();
    assert_eq!(
        arrived(&there, &unnoted),
        None,
        "admission may have changed it"
    );
}

#[test]
fn reports_read_as_documented() {
    let report = Report::unchanged(Reason::Moved { seen: 1, now: 2 }, Some(2));
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        json!({"outcome":"refused","code":"moved","seen":1,"now":2,"message":"",
            "changed":false,"generation":2})
    );
    let lost = Report::unchanged(Reason::NoAnswer { words: "x".into() }, None);
    assert_eq!(lost.changed, None);
    assert_eq!(lost.outcome, Outcome::Unknown);
}

#[test]
fn a_template_that_only_the_record_keeps_is_restored_under_the_same_locks() {
    let model = two();
    let kept = KeptTemplate {
        workload: "uid-foo".into(),
        generation: None,
        digest: template(7).digest(),
        template: template(7),
        number: Some(9),
        name: Some("foo-7".into()),
    };
    let order = Order {
        to: kept.digest.to_string(),
        to_uid: None,
        to_revision: Some(9),
        ..order(&model)
    };
    assert_eq!(order.kept(), Some(kept.digest));
    let ask = |order: &Order, live: &Workload| {
        plan(order, Some(live), Some(Target::Kept(&kept)), None, "id")
    };
    let plan = ask(&order, &model.workload).unwrap();
    assert_eq!(plan.patch[0]["path"], "/metadata/uid");
    assert_eq!(plan.patch[1]["path"], "/metadata/generation");
    assert_eq!(plan.patch[2]["value"], template(7).value());
    assert_eq!((plan.note.to, plan.note.to_revision), (order.to.clone(), 9));
    let moved = Order {
        generation: Some(0),
        ..order.clone()
    };
    let refused = ask(&moved, &model.workload).unwrap_err();
    assert!(matches!(refused, Reason::Moved { .. }), "{refused:?}");
    let other = Order {
        to_revision: Some(8),
        ..order.clone()
    };
    let refused = ask(&other, &model.workload).unwrap_err();
    assert_eq!(refused, Reason::Renumbered { seen: 8, now: 9 });
    let odd = Order {
        to: "sha256:abc".into(),
        ..order
    };
    let refused = ask(&odd, &model.workload).unwrap_err();
    assert_eq!(refused, Reason::Invalid { field: "to".into() });
}
