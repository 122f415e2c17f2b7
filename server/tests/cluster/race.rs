//! Two orders at once. Whatever was read before, the write itself carries its
//! preconditions: of two that stand in admission together, one is written.

use domain::rollback::{Order, Outcome, Report};

use super::hook::Hook;
use super::rig::{Rig, code, share, side_by_side, until};
use super::web::{serve, text};

/// How often the race is run freely.
const ROUNDS: u32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_orders_at_once_one_is_written() {
    let rig = share().await;
    side_by_side!(&rig;
        to_two_revisions,
        with_nothing_said_of_what_was_seen,
        a_double_click,
        a_double_click_without_scripts,
        freely,
    );
}

/// A workload with revisions 1, 2 and 3.
async fn three(rig: &Rig, name: &str) {
    rig.two(name).await;
    rig.image(name, "i:3");
    rig.settled(name).await;
}

/// Sends both and lets neither be written before both have been read, judged,
/// sent and tested.
async fn together(rig: &Rig, first: Order, second: Order) -> [Report; 2] {
    let hook = Hook::new(rig);
    hook.register(rig, &first.name, &["i:1", "i:2"], "Ignore")
        .await;
    hook.hold();
    let both = async {
        until("both writes stand in admission", || hook.held() == 2).await;
        hook.release();
    };
    let (first, second, ()) = tokio::join!(rig.send(first), rig.send(second), both);
    [first, second]
}

/// One is written and its report is right; the other says what it met.
fn one_of(rig: &Rig, name: &str, before: i64, reports: &[Report; 2], loser: &str) {
    let mut codes = reports.each_ref().map(code);
    codes.sort();
    let mut expected = ["rolledBack", loser];
    expected.sort_unstable();
    assert_eq!(codes, expected, "{name}: {reports:?}");
    for report in reports {
        let written = report.outcome == Outcome::RolledBack;
        assert_eq!(report.changed, Some(written), "{name}: {report:?}");
        assert_eq!(report.generation, Some(before + 1), "{name}: {report:?}");
    }
    assert_eq!(rig.generation(name), before + 1, "{name}: written once");
}

/// Both were asked of the apiserver, which took one and found the other's
/// preconditions broken.
async fn tested_by_the_apiserver(rig: &Rig, name: &str) {
    until("both are answered", || rig.answers(name).len() == 2).await;
    let mut answers = rig.answers(name);
    answers.sort_unstable();
    assert_eq!(answers, [200, 422], "{name}");
}

/// The image of the order that was written is the live one.
fn image_of_winner(rig: &Rig, name: &str, reports: &[Report; 2], images: [&str; 2]) {
    let winner = usize::from(reports[1].outcome == Outcome::RolledBack);
    let live = rig.live(name);
    let image = &live["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, images[winner], "{name}");
}

async fn to_two_revisions(rig: &Rig) {
    three(rig, "race").await;
    let reports = together(rig, rig.order("race", 1), rig.order("race", 2)).await;
    one_of(rig, "race", 3, &reports, "moved");
    tested_by_the_apiserver(rig, "race").await;
    image_of_winner(rig, "race", &reports, ["i:1", "i:2"]);
}

/// An order may say nothing of what was seen; the write still tests what it
/// found.
async fn with_nothing_said_of_what_was_seen(rig: &Rig) {
    three(rig, "blind").await;
    let blind = |number| Order {
        to_uid: None,
        to_revision: None,
        uid: None,
        generation: None,
        ..rig.order("blind", number)
    };
    let reports = together(rig, blind(1), blind(2)).await;
    one_of(rig, "blind", 3, &reports, "moved");
    tested_by_the_apiserver(rig, "blind").await;
    image_of_winner(rig, "blind", &reports, ["i:1", "i:2"]);
}

async fn a_double_click(rig: &Rig) {
    three(rig, "click").await;
    let order = rig.order("click", 1);
    let reports = together(rig, order.clone(), order).await;
    one_of(rig, "click", 3, &reports, "alreadyThere");
    tested_by_the_apiserver(rig, "click").await;
}

/// Of a form that is sent twice, at once or in turn, both lead to the page that
/// follows the one write; one sent after an edit is answered on the spot.
async fn a_double_click_without_scripts(rig: &Rig) {
    three(rig, "form").await;
    let web = serve(rig, &[]).await;
    let order = rig.order("form", 1);
    let (first, second) = tokio::join!(web.form(&order), web.form(&order));
    let third = web.form(&order).await;
    for answer in [first, second, third] {
        assert_eq!(answer.status().as_u16(), 303);
        let page = answer.headers()["location"].to_str().unwrap();
        assert!(page.ends_with("/progress?generation=4"), "{page}");
    }
    assert_eq!(rig.generation("form"), 4, "written once");
    rig.kubectl(&[
        "patch",
        "ds/form",
        "-p",
        r#"{"spec":{"minReadySeconds":1}}"#,
    ]);
    until("the edit is seen", || {
        rig.entry("form").is_ok_and(|e| e.workload.generation == 5)
    })
    .await;
    let late = web.form(&order).await;
    assert_eq!(late.status().as_u16(), 200);
    let page = text(late).await;
    assert!(page.contains("form has the template of"), "{page}");
    assert_eq!(rig.generation("form"), 5);
}

/// The same with nothing held up, as it happens.
async fn freely(rig: &Rig) {
    three(rig, "free").await;
    for round in 0..ROUNDS {
        let entry = rig.entry("free").unwrap();
        let before = entry.workload.generation;
        let to = |image: &str| {
            let has = |r: &&std::sync::Arc<domain::revision::Revision>| {
                r.template().is_some_and(|t| t.images()[0].image == image)
            };
            let number = entry.revisions.iter().find(has).unwrap().number;
            rig.order("free", number)
        };
        let (first, second) = (to("i:1"), to("i:2"));
        let (first, second) = tokio::join!(rig.send(first), rig.send(second));
        let reports = [first, second];
        println!("round {round}: {:?}", reports.each_ref().map(code));
        one_of(rig, "free", before, &reports, "moved");
        image_of_winner(rig, "free", &reports, ["i:1", "i:2"]);
        rig.image("free", "i:3");
        rig.settled("free").await;
    }
    println!("answers of the apiserver: {:?}", rig.answers("free"));
}
