//! What is told: plain types, as the API has them.

use serde::{Deserialize, Serialize};

use crate::record::{Bounds, By, Cause, Forgotten, Rollout, Why};
use crate::summary::Chips;
use crate::template::{ContainerImage, Digest};
use crate::time::Time;
use crate::workload::Key;

/// How a moment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grade {
    /// Rollbook saw it happen.
    Observed,
    /// It follows from what the cluster holds.
    Inferred,
    /// Only its bounds are known.
    NotKnown,
}

/// Why a moment is known without having been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// The first template is as old as its workload.
    Created,
    /// The controller records a new template within a moment, and nobody had
    /// seen it shortly before.
    Recorded,
    /// It was not there and shortly after it was.
    Between,
}

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The latest that it can have been; the moment itself, but for
    /// milliseconds, where it was observed or inferred.
    pub at: Time,
    /// The earliest.
    pub not_before: Time,
    /// How it is known.
    pub grade: Grade,
    /// By which rule, where it was inferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
}

/// What became of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was done by kubectl's rule.
    Done,
    /// Another template came before it was done.
    Overtaken,
    /// It went back to an earlier template, and the manager that had brought the one
    /// that it had gone away from brought that again.
    PutBack,
    /// It goes on.
    Running,
    /// It was not watched.
    NotKnown,
}

/// One period, as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Template generation.
    pub generation: i64,
    /// The number that the template had in this period, as far as it was seen.
    pub revision: Option<i64>,
    /// The number that its ControllerRevision carries now, where it is another
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// That one is still in the cluster.
    pub in_cluster: bool,
    /// When and why it went, where it was seen to be gone before its workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub went: Option<Went>,
    /// Digest of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
    /// Its images; empty where it is not known.
    pub images: Vec<ContainerImage>,
    /// What changed against the period before, where both are known and follow
    /// each other.
    #[serde(default)]
    pub changes: Chips,
    /// It differs from the one before in the time of a restart only.
    pub restart_only: bool,
    /// Generation of the earlier period that had this very template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<i64>,
    /// When it began.
    pub start: Moment,
    /// When it ended; `null` for what goes on.
    pub end: Option<Moment>,
    /// So many periods between this and the next are not known.
    #[serde(default)]
    pub missing_after: i64,
    /// It is what the workload has now.
    pub current: bool,
    /// Who began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The change cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How the nodes followed.
    pub rollout: Rollout,
    /// What became of that.
    pub outcome: Outcome,
    /// For so many seconds, in spans of a minute or more, no node came along.
    #[serde(default)]
    pub stood_still: i64,
}

/// A ControllerRevision that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Went {
    /// Between which moments.
    #[serde(flatten)]
    pub at: Bounds,
    /// Why, where that follows from what was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// Another workload that had the same name, before or after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    /// Its uid.
    pub uid: String,
    /// When it was created.
    pub created_at: Time,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Moment>,
}

/// A span in which nobody watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Last sign before.
    pub from: Time,
    /// First complete picture after, or now.
    pub to: Time,
}

/// All that is known of one workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// Which workload.
    #[serde(flatten)]
    pub key: Key,
    /// Its uid.
    pub uid: String,
    /// When it was created.
    pub created_at: Time,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Moment>,
    /// Others that had its name, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Life>,
    /// Since when the record keeps what was seen of it.
    pub recorded_since: Option<Time>,
    /// Newest first; of a long history a part.
    pub periods: Vec<Row>,
    /// So many earlier ones are kept and not told here: ask for those before
    /// the last generation of these.
    #[serde(default)]
    pub earlier: i64,
    /// Oldest first; only such as touch the workload's life.
    pub gaps: Vec<Gap>,
    /// Templates before the first known period that nobody saw.
    pub missing_before: i64,
    /// There may be fewer: a manifest may have brought a template generation, and
    /// which one it began with is not known.
    #[serde(default)]
    pub missing_before_at_most: bool,
    /// The earlier part that the record no longer keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten: Option<Forgotten>,
}
