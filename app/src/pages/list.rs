//! All workloads, what needs attention first.

use domain::list::{Query, Sort};
use domain::verdict::Group;
use leptos::prelude::*;

use crate::components::head::Title;
use crate::components::panel::ErrorPage;
use crate::islands::list::{WorkloadList, owner_filter, owner_slug, titled};
use crate::model::{self, Given};

/// The query in the address of this page.
fn query_of_route() -> Query {
    let map = leptos_router::hooks::use_query_map().get_untracked();
    let get = |name: &str| {
        let value = map.get(name).filter(|value| !value.is_empty())?;
        Some(domain::text::visible(&value).into_owned())
    };
    Query {
        search: get("q").unwrap_or_default(),
        namespace: get("namespace"),
        group: get("verdict").as_deref().and_then(Group::from_slug),
        owner: get("owner").as_deref().and_then(owner_filter),
        sort: get("sort")
            .as_deref()
            .and_then(Sort::from_slug)
            .unwrap_or_default(),
    }
}

/// The page.
#[component]
pub fn ListPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    match super::lookup(model::workloads) {
        Ok(model) => {
            let query = query_of_route();
            let moving = model.workloads.iter().any(|line| line.verdict.is_moving());
            view! {
                <Title text=titled(lang, &model.workloads).0/>
                <super::Refresh moving lang/>
                <WorkloadList
                    initial=Given(model)
                    lang
                    search=query.search.clone()
                    namespace=query.namespace.clone()
                    verdict=query.group.map(|g| g.slug().to_owned())
                    owner=owner_slug(query.owner).to_owned()
                    sort=query.sort
                />
            }
            .into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! {
                <Title text=lang.workloads()/>
                <ErrorPage error lang/>
            }
            .into_any()
        }
    }
}
