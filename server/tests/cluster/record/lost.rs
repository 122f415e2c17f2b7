//! What is lost from sight is not lost: rights that go and come back, revisions
//! that change their owner.

use domain::record::timeline::Rule;
use serde_json::json;

use super::{Recorder, both, file, newest, place};
use crate::rig::{config, daemon_set, share, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_goes_and_comes_back_deletes_nothing() {
    let rig = share().await;
    rig.kubectl(&["create", "serviceaccount", "half"]);
    let whom = "--serviceaccount=default:half";
    for (role, resource) in [
        ("half-ds", "daemonsets.apps"),
        ("half-cr", "controllerrevisions.apps"),
    ] {
        let resource = format!("--resource={resource}");
        rig.kubectl(&[
            "create",
            "clusterrole",
            role,
            "--verb=get,list,watch",
            &resource,
        ]);
    }
    let bind = |role: &str| {
        let role_of = format!("--clusterrole={role}");
        rig.kubectl(&["create", "clusterrolebinding", role, &role_of, whom]);
    };
    bind("half-ds");
    bind("half-cr");
    let token = rig.kubectl(&["create", "token", "half"]);
    let kubeconfig = rig.kubeconfig_of(&token, "half");
    let recorder = Recorder::start_with(config(&kubeconfig, &[]), place(&file(&rig, "half"))).await;
    rig.two("half").await;
    recorder
        .told("half", |t| newest(t).revision == Some(2))
        .await;
    rig.kubectl(&["delete", "clusterrolebinding", "half-cr"]);
    until("it is refused", || !recorder.port.missing().is_empty()).await;
    rig.image("half", "i:3");
    rig.settled("half").await;
    bind("half-cr");
    until("it sees again", || {
        recorder.port.missing().is_empty() && recorder.port.health().is_live()
    })
    .await;
    let told = recorder
        .told("half", |t| {
            t.periods.len() == 3 && newest(t).revision == Some(3)
        })
        .await;
    for row in &told.periods {
        assert!(row.in_cluster, "{row:#?}");
    }
    recorder.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_that_are_adopted_are_their_new_owners() {
    let rig = share().await;
    for (name, place, _server) in both(&rig, "orphans") {
        let name = name.as_str();
        let recorder = Recorder::start(&rig, place).await;
        rig.two(name).await;
        let told = recorder.told(name, |t| newest(t).revision == Some(2)).await;
        rig.kubectl(&["delete", "ds", name, "--cascade=orphan"]);
        recorder.told(name, |t| t.gone.is_some()).await;
        let mut object = daemon_set(name, "i:2");
        // From a backup, which brings the template generation of another life.
        object["metadata"]["annotations"] =
            json!({"deprecated.daemonset.template.generation": "7"});
        rig.begin(&object).await;
        let other = recorder
            .told(name, |t| t.gone.is_none() && newest(t).name.is_some())
            .await;
        assert_ne!(other.uid, told.uid);
        assert_eq!(newest(&other).name, newest(&told).name, "it was adopted");
        assert!(newest(&other).in_cluster, "{other:#?}");
        assert_eq!((newest(&other).generation, other.missing_before), (7, 0));
        assert_eq!(newest(&other).start.rule, Some(Rule::Created));
        recorder.end().await;
    }
}
