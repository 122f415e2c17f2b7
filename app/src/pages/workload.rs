//! One workload: what state its rollout is in, and its history; of one that is
//! gone, what the record keeps.

use domain::history::History;
use leptos::prelude::*;

use crate::components::board::query::View;
use crate::components::head::{Breadcrumb, Title};
use crate::components::panel::ErrorPage;
use crate::components::verdict;
use crate::error::ApiError;
use crate::islands::workload::WorkloadLive;
use crate::model::{self, Given};
use crate::urls;

mod findings;
mod former;
mod head;
mod history;
mod nodes;
mod seen;
mod steps;
mod timeline;

use findings::{Back, FindingsPanel};
use former::FormerPage;
use head::Head;
use history::{HistoryPanel, RevisionsPanel};
use nodes::NodesPanel;
use steps::Steps;
use timeline::TimelinePanel;

/// The page.
#[component]
pub fn WorkloadPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    let uid = super::query_part("uid");
    match super::lookup(|cluster| model::workload(cluster, &key)) {
        Ok(model) if uid.as_ref().is_some_and(|uid| *uid != model.line.uid) => {
            view! { <FormerPage key uid missing=None/> }.into_any()
        }
        Err(missing @ ApiError::NoWorkload { .. }) => {
            view! { <FormerPage key uid missing=Some(missing)/> }.into_any()
        }
        Ok(model) => {
            let sentence = verdict::sentence(lang, &model.line.verdict);
            let moving = model.line.verdict.is_moving();
            let uid = model.line.uid.clone();
            let entry = super::lookup(|cluster| model::entry(cluster, &key)).ok();
            let digest = entry.as_ref().map(|entry| entry.workload.template.digest());
            let previous = previous(&model.history);
            let rolling = model.line.counts.updated < model.line.counts.desired
                || model.line.from_revision.is_some();
            let view = View::of(key.clone(), super::query_part);
            let seen = seen::ask(&view);
            let context = seen::context(lang, view, entry.as_deref(), rolling);
            let (off, now) = (frame.off(), frame.now);
            let back = previous.map(|(revision, name)| Back {
                revision,
                url: urls::rollback(&key, Some(&name)),
                off: off.clone(),
            });
            let steps = model.clone();
            view! {
                <Title text=format!("{}: {sentence}", key.name)/>
                <super::Refresh moving lang/>
                <Breadcrumb key=key.clone() lang/>
                <Head model=model.clone() off=off.clone() lang/>
                <WorkloadLive initial=Given(model.followed()) now lang>
                    <Steps model=steps lang/>
                </WorkloadLive>
                <FindingsPanel seen context=context.clone() back now/>
                {digest
                    .map(|live| {
                        let off = off.clone();
                        view! { <TimelinePanel key uid live off now lang/> }
                    })}
                <HistoryPanel model=model.clone() off now lang/>
                <RevisionsPanel model now lang/>
                <NodesPanel seen context now/>
            }
            .into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! {
                <Title text=key.name.clone()/>
                <Breadcrumb key lang/>
                <ErrorPage error lang/>
            }
            .into_any()
        }
    }
}

/// Number and name of the revision that the way back leads to first.
fn previous(history: &History) -> Option<(i64, String)> {
    let name = history.previous_different.as_deref()?;
    let row = history.row(name)?;
    Some((row.revision, row.name.clone()))
}
