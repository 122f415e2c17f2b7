//! Answers that are lost while the write stands in admission: what the report
//! says is true then and stays true, whatever becomes of the write.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::cluster::Cluster as Port;
use domain::rollback::{Order, Outcome, Reason, Report};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::admission::label;
use super::hook::Hook;
use super::rig::{Rig, code, connect, daemon_set, share, side_by_side, until};
use super::web::{serve, serve_as, text};
use super::wire::Wire;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_never_guessed() {
    let rig = share().await;
    side_by_side!(&rig;
        written_after_the_report,
        given_up_before_it_is_written,
        found_by_its_note,
        changed_on_the_way_in,
        overtaken_by_an_edit,
        overtaken_by_two_edits,
        replaced_meanwhile,
        a_dry_run,
        nobody_waits_for_it,
    );
}

/// A workload whose way back to revision 1 stands in admission until it is
/// released, and a server behind a wire of its own.
struct Stage<'a> {
    rig: &'a Rig,
    name: &'static str,
    hook: Hook,
    wire: Wire,
    kubeconfig: PathBuf,
    port: Arc<dyn Port>,
    _stop: DropGuard,
}

impl<'a> Stage<'a> {
    async fn new(rig: &'a Rig, name: &'static str) -> Self {
        rig.two(name).await;
        Self::of(rig, name).await
    }

    /// Of a workload that is there.
    async fn of(rig: &'a Rig, name: &'static str) -> Self {
        let hook = Hook::new(rig);
        hook.register(rig, name, &["i:1"], "Ignore").await;
        hook.hold();
        let (wire, kubeconfig) = Wire::new(rig, name);
        let (port, stop): (_, CancellationToken) = connect(&kubeconfig, &[]).await;
        Self {
            rig,
            name,
            hook,
            wire,
            kubeconfig,
            port,
            _stop: stop.drop_guard(),
        }
    }

    /// The write stands in admission: all of it has arrived.
    async fn held(&self) {
        until("the write stands in admission", || self.hook.held() == 1).await;
    }

    /// Sends the order and waits until its write stands in admission.
    async fn sent(&self, order: Order) -> JoinHandle<Report> {
        let port = Arc::clone(&self.port);
        let sent = tokio::spawn(async move { port.rollback(order, None).await });
        self.held().await;
        sent
    }

    fn order(&self) -> Order {
        self.rig.order(self.name, 1)
    }

    /// The write goes on and arrives.
    async fn released(&self) {
        self.hook.release();
        until("it is written", || self.rig.generation(self.name) == 3).await;
    }
}

/// No answer within the limit, and the write is carried out later: unknown,
/// with `changed: null`. Ordering it again is safe.
async fn written_after_the_report(rig: &Rig) {
    let stage = Stage::new(rig, "late").await;
    let web = serve_as(&stage.kubeconfig, &[]).await;
    let order = stage.order();
    let body = serde_json::to_value(&order).unwrap();
    let asked = async {
        stage.held().await;
        stage.wire.deafen();
    };
    let ((status, report), ()) = tokio::join!(web.order(&body), asked);
    assert_eq!(status, 504, "{report}");
    assert_eq!(report["outcome"], "unknown");
    assert_eq!(report["code"], "noAnswer");
    assert_eq!(report.get("changed"), Some(&Value::Null), "{report}");
    assert_eq!((rig.generation("late"), rig.answers("late")), (2, vec![]));
    stage.released().await;
    let again = rig.refused(order, "alreadyThere").await;
    assert_eq!(again.generation, Some(3), "ordering it again wrote nothing");
    until("it is answered", || rig.answers("late") == [200]).await;
}

/// The server hangs up on the apiserver, which then gives the write up. The
/// page says that it is not known; ordering it again carries it out.
async fn given_up_before_it_is_written(rig: &Rig) {
    let stage = Stage::new(rig, "given-up").await;
    let web = serve(rig, &[]).await;
    // The dry run of the page that comes back is not kept waiting.
    let second = async {
        while stage.hook.held() < 2 {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        stage.hook.release();
        std::future::pending::<()>().await;
    };
    let order = stage.order();
    let answer = tokio::select! {
        answer = web.form(&order) => answer,
        () = second => unreachable!(),
    };
    assert_eq!(answer.status().as_u16(), 504);
    let page = text(answer).await;
    assert!(page.contains("the answer was lost"), "{page}");
    assert!(!page.contains("Nothing was changed"), "that is not known");
    until("it is given up", || rig.answers("given-up").len() == 1).await;
    println!("given up with {:?}", rig.answers("given-up"));
    assert_eq!(rig.generation("given-up"), 2);
    let again = rig.send(order).await;
    assert_eq!(code(&again), "rolledBack", "{again:?}");
    assert_eq!(rig.generation("given-up"), 3, "written once");
}

/// The connection breaks, and the write is carried out while the server looks:
/// its own note tells.
async fn found_by_its_note(rig: &Rig) {
    let stage = Stage::new(rig, "found").await;
    let sent = stage.sent(stage.order()).await;
    stage.wire.cut();
    stage.released().await;
    let report = sent.await.unwrap();
    assert_eq!(report.reason, Reason::RolledBack { mutated: false });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
}

/// Admission changes the template of a write whose answer is lost: it is
/// written all the same, and its note tells, whatever the template is.
async fn changed_on_the_way_in(rig: &Rig) {
    rig.two("lost-mutated").await;
    label(rig, "lost-mutated").await;
    let stage = Stage::of(rig, "lost-mutated").await;
    let sent = stage.sent(stage.order()).await;
    stage.wire.cut();
    stage.released().await;
    let report = sent.await.unwrap();
    assert_eq!(report.reason, Reason::RolledBack { mutated: true });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
}

/// Somebody edits the workload while the write stands in admission: it can not
/// be carried out any more, so nothing was changed.
async fn overtaken_by_an_edit(rig: &Rig) {
    let stage = Stage::new(rig, "overtaken").await;
    let order = stage.order();
    let sent = stage.sent(order.clone()).await;
    rig.image("overtaken", "i:3");
    let edited = rig.kept("overtaken");
    stage.wire.cut();
    let report = sent.await.unwrap();
    assert_eq!(report.reason, Reason::Moved { seen: 2, now: 3 });
    assert_eq!((report.changed, report.generation), (Some(false), Some(3)));
    stage.hook.release();
    until("it is answered", || rig.answers("overtaken") == [422]).await;
    assert_eq!(rig.kept("overtaken"), edited, "and not carried out");
    rig.refused(order, "moved").await;
}

/// Two edits since: the first may have been the write, so it is not known.
async fn overtaken_by_two_edits(rig: &Rig) {
    let stage = Stage::new(rig, "twice").await;
    let sent = stage.sent(stage.order()).await;
    rig.image("twice", "i:3");
    rig.image("twice", "i:4");
    stage.wire.cut();
    let report = sent.await.unwrap();
    assert_eq!(code(&report), "noAnswer", "{report:?}");
    assert_eq!((report.outcome, report.changed), (Outcome::Unknown, None));
}

/// Another workload has the name by now: what became of the first one can no
/// longer be read.
async fn replaced_meanwhile(rig: &Rig) {
    let stage = Stage::new(rig, "replaced-meanwhile").await;
    let sent = stage.sent(stage.order()).await;
    rig.delete(&format!("daemonsets/{}", stage.name));
    rig.create(&daemon_set(stage.name, "i:2"));
    stage.wire.cut();
    let report = sent.await.unwrap();
    assert_eq!(code(&report), "noAnswer", "{report:?}");
    assert_eq!((report.outcome, report.changed), (Outcome::Unknown, None));
}

/// A dry run whose answer is lost changed nothing, and says so.
async fn a_dry_run(rig: &Rig) {
    let stage = Stage::new(rig, "dry").await;
    let before = rig.kept("dry");
    let order = Order {
        dry_run: true,
        ..stage.order()
    };
    let sent = stage.sent(order).await;
    stage.wire.cut();
    let report = sent.await.unwrap();
    assert_eq!(code(&report), "unreachable", "{report:?}");
    assert_eq!(
        (report.outcome, report.changed),
        (Outcome::Failed, Some(false))
    );
    stage.hook.release();
    assert_eq!(rig.kept("dry"), before);
}

/// Whoever ordered it goes away while the write stands in admission: it runs to
/// its end all the same, and its Event is written.
async fn nobody_waits_for_it(rig: &Rig) {
    let stage = Stage::new(rig, "left").await;
    let web = serve_as(&stage.kubeconfig, &[]).await;
    let body = serde_json::to_value(stage.order()).unwrap();
    tokio::select! {
        answer = web.order(&body) => panic!("not before it is written: {answer:?}"),
        () = stage.held() => {}
    }
    stage.released().await;
    let event = [
        "get",
        "events",
        "-o",
        "name",
        "--field-selector",
        "involvedObject.name=left,reason=RolledBack",
    ];
    until("its Event is written", || {
        rig.kubectl(&event).lines().count() == 1
    })
    .await;
    assert_eq!(rig.answers("left"), [200], "sent once");
}
