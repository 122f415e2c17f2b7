//! A rollback arriving, under a link that can be shared.

use leptos::prelude::*;

use crate::components::head::{Breadcrumb, Particulars, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::islands::progress::ProgressLive;
use crate::model::{self, Given, Workload};
use crate::urls;

/// The page.
#[component]
pub fn ProgressPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    let found = super::lookup(|cluster| model::workload(cluster, &key))
        .and_then(|model| generation(lang, &model).map(|generation| (model, generation)));
    match found {
        Ok((model, generation)) => {
            let done = model.status.done && model.status.generation >= generation;
            let is = |name: &str, value: &str| super::query_part(name).as_deref() == Some(value);
            let change = model.history.current().and_then(|row| {
                let base = row.base.as_ref()?;
                Some(urls::compare(&key, &base.name, &row.name))
            });
            let owner = model.line.owner.as_ref();
            let revert = owner.and_then(|owner| lang.owner_warning(owner));
            let told = [
                is("mutated", "true").then(|| lang.mutated_words()),
                is("event", "missing").then(|| lang.event_missing()),
            ];
            view! {
                <Title text=lang.rollout_of(&key.name)/>
                <super::Refresh moving=!done lang/>
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
                        {change
                            .map(|url| {
                                view! {
                                    <a class="button" href=url data-key="c">
                                        <Icon glyph=Glyph::Compare size=14/>
                                        {lang.see_the_change()}
                                    </a>
                                }
                            })}
                    </div>
                </div>
                {told
                    .into_iter()
                    .flatten()
                    .map(|words| {
                        view! {
                            <p class="panel notice tone-amber">
                                <Icon glyph=Glyph::NotReady/>
                                <span>{words}</span>
                            </p>
                        }
                    })
                    .collect_view()}
                <ProgressLive initial=Given(model.followed()) generation now=frame.now lang/>
                {revert
                    .map(|(title, words)| {
                        view! {
                            <p class="panel notice tone-amber">
                                <Icon glyph=Glyph::NotReady/>
                                <span>
                                    <b>{title}</b>
                                    " "
                                    {words}
                                </span>
                            </p>
                        }
                    })}
            }
            .into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! {
                <Title text=lang.rollout_of(&key.name)/>
                <Breadcrumb key lang below=true/>
                <ErrorPage error lang/>
            }
            .into_any()
        }
    }
}

/// The generation that is asked for; without one the page follows the one that
/// is there.
fn generation(lang: Lang, model: &Workload) -> Result<i64, ApiError> {
    match super::query_part("generation") {
        None => Ok(model.line.generation),
        Some(text) => match text.parse() {
            Ok(generation) if generation > 0 => Ok(generation),
            _ => Err(ApiError::Invalid {
                words: lang.generation_invalid().to_owned(),
            }),
        },
    }
}
