//! What befalls the cluster, and the wire to it.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::block_in_place;
use tokio::time::sleep;
use xtask::cluster::Component;

use super::sea::Sea;
use crate::rig::{code, until};
use crate::walk::Dice;

/// One kind of storm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storm {
    ApiserverKilled,
    ApiserverFrozen,
    EtcdKilled,
    EtcdFrozen,
    /// The apiserver comes back to a past that is no more: no watch goes on from
    /// where it was.
    Compacted,
    ControllersKilled,
    ControllersFrozen,
    NodesFrozen,
    /// Everything that is sent is lost, and nobody is told.
    Swallowed,
    /// Some connections are dead, the others are well.
    HalfDeaf,
    Slow,
    Cuts,
    /// No connection can be made.
    Shut,
}

const ALL: [Storm; 13] = [
    Storm::ApiserverKilled,
    Storm::ApiserverFrozen,
    Storm::EtcdKilled,
    Storm::EtcdFrozen,
    Storm::Compacted,
    Storm::ControllersKilled,
    Storm::ControllersFrozen,
    Storm::NodesFrozen,
    Storm::Swallowed,
    Storm::HalfDeaf,
    Storm::Slow,
    Storm::Cuts,
    Storm::Shut,
];

/// Each once, in an order of their own.
pub fn shuffled(dice: &mut Dice) -> Vec<Storm> {
    let mut all = ALL.to_vec();
    for last in (1..all.len()).rev() {
        let other = usize::try_from(dice.roll(last as u64 + 1)).unwrap();
        all.swap(last, other);
    }
    all
}

impl Storm {
    /// Nothing can be seen meanwhile, for longer than may go untold.
    pub fn blinds(self) -> bool {
        matches!(
            self,
            Self::ApiserverKilled | Self::ApiserverFrozen | Self::Swallowed | Self::Shut
        )
    }

    /// From its beginning to its end.
    pub async fn rage(self, sea: &Sea, dice: &mut Dice, what: &str) {
        let wire = &sea.wire;
        match self {
            Self::ApiserverKilled => {
                killed(sea, Component::Apiserver, what, Some(self)).await;
                answers(sea).await;
            }
            Self::EtcdKilled => killed(sea, Component::Etcd, what, None).await,
            Self::ControllersKilled => {
                killed(sea, Component::ControllerManager, what, None).await;
            }
            Self::ApiserverFrozen => frozen(sea, Component::Apiserver, what, Some(self)).await,
            Self::EtcdFrozen => frozen(sea, Component::Etcd, what, None).await,
            Self::ControllersFrozen => {
                frozen(sea, Component::ControllerManager, what, None).await;
            }
            Self::NodesFrozen => frozen(sea, Component::Kwok, what, None).await,
            Self::Compacted => {
                sea.compact().await;
                let cluster = &sea.rig.cluster;
                block_in_place(|| cluster.kill(Component::Apiserver)).unwrap();
                block_in_place(|| cluster.restart(Component::Apiserver)).unwrap();
                answers(sea).await;
            }
            Self::Swallowed => {
                wire.swallow();
                sleep(Duration::from_secs(8)).await;
                is_told(sea, what).await;
                sleep(Duration::from_secs(4)).await;
                wire.open();
            }
            Self::HalfDeaf => {
                wire.deafen_some(|| dice.roll(2) == 0);
                sleep(Duration::from_secs(13)).await;
            }
            Self::Slow => {
                wire.slow(Duration::from_millis(500));
                sleep(Duration::from_secs(8)).await;
                wire.slow(Duration::ZERO);
            }
            Self::Cuts => {
                for _ in 0..17 {
                    wire.cut();
                    sleep(Duration::from_millis(300)).await;
                }
            }
            Self::Shut => {
                wire.shut();
                wire.cut();
                sleep(Duration::from_secs(7)).await;
                is_told(sea, what).await;
                wire.open();
            }
        }
    }
}

async fn killed(sea: &Sea, component: Component, what: &str, blind: Option<Storm>) {
    block_in_place(|| sea.rig.cluster.kill(component)).unwrap();
    lasts(sea, what, blind).await;
    block_in_place(|| sea.rig.cluster.restart(component)).unwrap();
}

async fn frozen(sea: &Sea, component: Component, what: &str, blind: Option<Storm>) {
    block_in_place(|| sea.rig.cluster.freeze(component)).unwrap();
    lasts(sea, what, blind).await;
    block_in_place(|| sea.rig.cluster.thaw(component)).unwrap();
}

/// A while; a longer one where it must be told.
async fn lasts(sea: &Sea, what: &str, blind: Option<Storm>) {
    if blind.is_some() {
        sleep(Duration::from_secs(7)).await;
        is_told(sea, what).await;
    } else {
        sleep(Duration::from_secs(4)).await;
    }
}

/// The apiserver is ready again, asked past the wire.
async fn answers(sea: &Sea) {
    let cluster = &sea.rig.cluster;
    let ready = ["get", "--raw", "/readyz", "--request-timeout=2s"];
    let begin = Instant::now();
    while block_in_place(|| cluster.kubectl(&ready)).is_err() {
        assert!(
            begin.elapsed() < Duration::from_mins(1),
            "it does not answer again: {}",
            sea.parts()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

/// The page says since when it is old, and what would write is off before anybody
/// clicks on it.
async fn is_told(sea: &Sea, what: &str) {
    until("it is told", || !sea.port.health().is_live()).await;
    let (_, list) = sea.web.json("/api/workloads").await;
    assert!(
        list["health"]["stale"]["since"].is_string(),
        "{what}: {}",
        list["health"]
    );
    let (status, page) = sea.web.get(&Sea::page()).await;
    assert_eq!(status, 200, "{what}: what was seen is still shown");
    let off = "Off while the page is not live.";
    assert!(page.contains("Stale") && page.contains(off), "{what}");
    let report = sea.port.rollback(sea.order(), None).await;
    assert_eq!(code(&report), "stale", "{what}: {report:?}");
    assert_eq!(report.changed, Some(false), "{what}");
}

/// One request to etcd as its gateway takes it.
pub async fn etcd(client: &kube::Client, path: &str, body: Value) -> Value {
    let request = http::Request::post(path)
        .header("content-type", "application/json")
        .body(body.to_string().into_bytes())
        .unwrap();
    client.request::<Value>(request).await.unwrap()
}
