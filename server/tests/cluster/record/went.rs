//! What went, and why: revisions, and workloads whose name lives on.

use domain::record::Why;
use domain::record::timeline::{Grade, Outcome, Timeline};
use k8s_openapi::api::apps::v1::DaemonSet;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::{Recorder, both, newest};
use crate::rig::{daemon_set, share};

fn why(told: &Timeline, generation: i64) -> Option<Why> {
    let row = told.periods.iter().find(|row| row.generation == generation);
    row.and_then(|row| row.went).and_then(|went| went.why)
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_revision_went_is_told() {
    let rig = share().await;
    for (name, place, _server) in both(&rig, "went") {
        let name = name.as_str();
        let recorder = Recorder::start(&rig, place).await;
        let mut object = daemon_set(name, "i:1");
        object["spec"]["revisionHistoryLimit"] = json!(2);
        rig.begin(&object).await;
        // With a pause, so that the controller has let the nodes go on from each.
        for image in ["i:2", "i:3", "i:4"] {
            rig.image(name, image);
            rig.settled(name).await;
        }
        let told = recorder
            .told(name, |t| {
                t.periods.len() == 4
                    && why(t, 1).is_some()
                    && t.periods[..3].iter().all(|row| row.in_cluster)
            })
            .await;
        assert_eq!(why(&told, 1), Some(Why::Pruned));
        let third = told.periods[1].name.clone().unwrap();
        rig.kubectl(&["delete", "controllerrevision", &third]);
        let told = recorder.told(name, |t| !t.periods[1].in_cluster).await;
        assert_eq!(why(&told, 3), Some(Why::Deleted));
        recorder.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_of_kubectl_that_its_owner_undid_was_put_back() {
    let rig = share().await;
    for (name, place, _server) in both(&rig, "undone") {
        let name = name.as_str();
        let recorder = Recorder::start(&rig, place).await;
        rig.two(name).await;
        recorder.told(name, |t| newest(t).revision == Some(2)).await;
        let api: Api<DaemonSet> = Api::default_namespaced(rig.client.clone());
        let manager = PatchParams {
            field_manager: Some("argocd-controller".to_owned()),
            ..PatchParams::default()
        };
        let containers = json!([{"name": "c", "image": "i:3"}]);
        let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
        let patch = Patch::Strategic(patch);
        api.patch(name, &manager, &patch).await.unwrap();
        recorder.told(name, |t| newest(t).revision == Some(3)).await;
        rig.kubectl(&["rollout", "undo", &format!("ds/{name}")]);
        recorder.told(name, |t| t.periods.len() == 4).await;
        api.patch(name, &manager, &patch).await.unwrap();
        let told = recorder.told(name, |t| t.periods.len() == 5).await;
        assert_eq!(told.periods[1].outcome, Outcome::PutBack, "{told:#?}");
        recorder.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_that_was_deleted_keeps_its_history_beside_its_namesakes() {
    let rig = share().await;
    for (name, place, _server) in both(&rig, "lives") {
        let name = name.as_str();
        let recorder = Recorder::start(&rig, place).await;
        rig.two(name).await;
        let first = recorder.told(name, |t| newest(t).revision == Some(2)).await;
        assert!(first.others.is_empty());
        rig.kubectl(&["delete", "ds", name, "--cascade=foreground"]);
        let gone = recorder.told(name, |t| t.gone.is_some()).await;
        assert_eq!(gone.gone.unwrap().grade, Grade::Observed);
        for row in &gone.periods {
            let why = row.went.and_then(|went| went.why);
            assert!(!row.in_cluster && why.is_none(), "{row:#?}");
        }
        rig.begin(&daemon_set(name, "i:3")).await;
        let second = recorder.told(name, |t| t.uid != first.uid).await;
        let life = &second.others[0];
        assert_eq!((&life.uid, life.gone), (&first.uid, gone.gone));
        assert_eq!(second.periods.len(), 1);
        let key = crate::rig::Rig::key(name);
        let asked = recorder
            .record
            .timeline(&key, Some(&first.uid), None, recorder.port.now());
        let asked = asked.await.unwrap().unwrap();
        assert_eq!((asked.periods.len(), asked.others.len()), (2, 1));
        recorder.end().await;
    }
}
