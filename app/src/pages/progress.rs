//! A rollback arriving, under a link that can be shared.

use leptos::prelude::*;

use crate::components::head::{Breadcrumb, Particulars, Title};
use crate::components::panel::ErrorPage;
use crate::islands::copy::CopyButton;
use crate::islands::progress::ProgressLive;
use crate::model;

/// The page.
#[component]
pub fn ProgressPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    match super::lookup(|cluster| model::workload(cluster, &key)) {
        Ok(model) => {
            // Without a generation the page follows the one that is there.
            let generation = super::query_part("generation")
                .and_then(|text| text.parse().ok())
                .unwrap_or(model.line.generation);
            let done = model.status.done && model.status.generation >= generation;
            view! {
                <Title text=lang.rollback_of(&key.name)/>
                {(!done).then(|| view! { <super::Refresh/> })}
                <Breadcrumb key=key.clone() lang below=true/>
                <div class="head">
                    <div>
                        <h1>{key.name.clone()}</h1>
                        <Particulars
                            key
                            owner=model.line.owner.clone()
                            strategy=model.strategy.clone()
                            at_a_time=model.at_a_time
                            lang
                        />
                    </div>
                    <div class="head-actions">
                        <CopyButton
                            text=String::new()
                            label=lang.copy_link().to_owned()
                            done=lang.copied().to_owned()
                        />
                    </div>
                </div>
                <ProgressLive initial=model generation now=frame.now lang/>
            }
            .into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! {
                <Title text=lang.rollback_of(&key.name)/>
                <Breadcrumb key lang below=true/>
                <ErrorPage error lang/>
            }
            .into_any()
        }
    }
}
