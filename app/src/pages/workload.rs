//! One workload: what state its rollout is in, and its history.

use leptos::prelude::*;

use crate::components::head::{Breadcrumb, Title};
use crate::components::panel::ErrorPage;
use crate::components::verdict;
use crate::islands::workload::WorkloadLive;
use crate::model::{self, Given};

mod timeline;

/// The page.
#[component]
pub fn WorkloadPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    match super::lookup(|cluster| model::workload(cluster, &key)) {
        Ok(model) => {
            let sentence = verdict::sentence(lang, &model.line.verdict);
            let moving = model.line.verdict.is_moving();
            let uid = model.line.uid.clone();
            view! {
                <Title text=format!("{}: {sentence}", key.name)/>
                <super::Refresh moving lang/>
                <Breadcrumb key=key.clone() lang/>
                <WorkloadLive
                    initial=Given(model)
                    now=frame.now
                    lang
                    health=Given(frame.health)
                    read_only=frame.read_only
                >
                    <timeline::TimelinePanel key uid now=frame.now lang/>
                </WorkloadLive>
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
