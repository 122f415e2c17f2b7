//! The few fields that are read of each object. serde skips the rest while it
//! parses, so that it never stands in memory.

mod pods;

use std::borrow::Cow;

use domain::selector::Selector;
use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::Resource;
use serde::Deserialize;
use serde_json::Value;

pub use pods::{Condition, Container, NodePart, PodPart, PodStatus, Taint};

/// A DaemonSet.
#[derive(Clone, Debug, Deserialize)]
pub struct DaemonSetPart {
    pub metadata: ObjectMeta,
    #[serde(default)]
    pub spec: Spec,
    #[serde(default)]
    pub status: Status,
}

/// `spec`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    pub selector: Selector,
    pub template: Value,
    pub update_strategy: Strategy,
    pub min_ready_seconds: Option<i64>,
    pub revision_history_limit: Option<i64>,
}

/// `spec.updateStrategy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Strategy {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub rolling_update: Option<RollingUpdate>,
}

/// `spec.updateStrategy.rollingUpdate`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdate {
    pub max_unavailable: Option<IntOrString>,
    pub max_surge: Option<IntOrString>,
}

/// `status`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    pub observed_generation: i64,
    pub desired_number_scheduled: i64,
    pub current_number_scheduled: i64,
    pub updated_number_scheduled: i64,
    pub number_ready: i64,
    pub number_available: i64,
    pub number_misscheduled: i64,
}

/// A ControllerRevision.
#[derive(Clone, Debug, Deserialize)]
pub struct RevisionPart {
    pub metadata: ObjectMeta,
    #[serde(default)]
    pub revision: i64,
    #[serde(default)]
    pub data: Value,
}

/// Delegates what the client asks of a type to the full one.
macro_rules! part_of {
    ($part:ty, $whole:ty) => {
        impl Resource for $part {
            type DynamicType = ();
            type Scope = <$whole as Resource>::Scope;

            fn kind((): &()) -> Cow<'_, str> {
                <$whole as Resource>::kind(&())
            }

            fn group((): &()) -> Cow<'_, str> {
                <$whole as Resource>::group(&())
            }

            fn version((): &()) -> Cow<'_, str> {
                <$whole as Resource>::version(&())
            }

            fn plural((): &()) -> Cow<'_, str> {
                <$whole as Resource>::plural(&())
            }

            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }

            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        }
    };
}

use part_of;

part_of!(DaemonSetPart, DaemonSet);
part_of!(RevisionPart, ControllerRevision);
