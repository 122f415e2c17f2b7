//! A template that only the record keeps.

use domain::record::kept::KeptTemplate;
use domain::record::timeline::{Row, Timeline};
use domain::text::visible;
use domain::workload::Key;
use leptos::prelude::*;

use super::{Described, Yaml};
use crate::components::back::BackLink;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::components::{staircase, told};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::model::{self, LIVE};
use crate::pages::{self, Frame, Here, Part};
use crate::urls;

/// What was found: the template and when it ran.
type Found = Result<(KeptTemplate, Option<Timeline>), ApiError>;

/// The page.
#[component]
pub fn KeptPage(
    /// Its digest, or the ControllerRevision that held it.
    name: String,
    /// Values that look like secrets are shown.
    reveal: bool,
) -> impl IntoView {
    let lang = pages::frame().lang;
    let key = pages::key_of_route();
    let asked = {
        let key = key.clone();
        Resource::new_blocking(
            || (),
            move |()| {
                let (key, name) = (key.clone(), name.clone());
                async move { Here(find(&key, &name).await) }
            },
        )
    };
    let title = key.name.clone();
    let below = key.clone();
    view! {
        <Title text=title/>
        <Breadcrumb key=below lang below=true/>
        <Suspense fallback=|| ()>
            {move || {
                let key = key.clone();
                Suspend::new(async move { page(&key, asked.await.0, reveal, lang) })
            }}
        </Suspense>
    }
}

async fn find(key: &Key, name: &str) -> Found {
    let found = pages::kept(key, &[name]).await?;
    let Some(kept) = found.into_iter().next() else {
        // Where there is no workload either, that is told.
        pages::lookup(|cluster| model::entry(cluster, key))?;
        return Err(ApiError::NoRevision {
            name: key.name.clone(),
            revision: name.to_owned(),
        });
    };
    // Without it the template is shown all the same.
    let part = Part {
        before: None,
        period: kept.generation,
    };
    let timeline = pages::timeline(key, Some(&kept.workload), part).await.ok();
    Ok((kept, timeline))
}

fn page(key: &Key, found: Found, reveal: bool, lang: Lang) -> AnyView {
    let (kept, timeline) = match found {
        Ok(found) => found,
        Err(error) => {
            pages::status(error.http_status());
            return view! { <ErrorPage error lang/> }.into_any();
        }
    };
    let shown = model::kept(&kept, reveal);
    let digest = kept.digest.to_string();
    let title = match kept.number {
        Some(number) => lang.kept_title(&key.name, number),
        None => lang.kept_title_unnumbered(&key.name),
    };
    let there = pages::lookup(|cluster| model::entry(cluster, key)).is_ok();
    let own = pages::own(key, &kept);
    let words = match (own, there) {
        (true, _) => lang.kept_words(),
        (false, true) => lang.kept_of_other(),
        (false, false) => lang.kept_of_deleted(),
    };
    let actions = there.then(|| {
        view! {
            <a class="button" href=urls::compare(key, LIVE, &digest) data-key="c">
                <Icon glyph=Glyph::Compare size=14/>
                {lang.compare()}
            </a>
            {own.then(|| restore_link(&pages::frame(), key, &digest))}
        }
    });
    view! {
        <div class="head">
            <div>
                <h1>{title}</h1>
                <p class="particulars">
                    {kept.name.clone().map(|name| view! { <s class="mono">{name}</s> })}
                    <span class="muted mono small">{digest.clone()}</span>
                </p>
            </div>
            <div class="head-actions">{actions}</div>
        </div>
        <p class="panel notice">
            <Icon glyph=Glyph::NotObserved/>
            <span>{words}</span>
        </p>
        {timeline.map(|timeline| ran(&kept, &timeline, lang))}
        <Described template=shown.template.clone() lang/>
        <Yaml
            key=key.clone()
            row_name=digest
            template=shown.template
            hidden=shown.hidden
            reveal
            lang
        />
    }
    .into_any()
}

/// When it ran, newest first.
fn ran(kept: &KeptTemplate, timeline: &Timeline, lang: Lang) -> impl IntoView + use<> {
    let now = pages::frame().now;
    let gone = timeline.gone.map(|_| timeline.uid.as_str());
    let rows: Vec<&Row> = timeline
        .periods
        .iter()
        .filter(|row| row.template == Some(kept.digest))
        .collect();
    let never = rows
        .is_empty()
        .then(|| view! { <p class="row muted">{lang.kept_never()}</p> });
    let lines = rows
        .into_iter()
        .map(|row| {
            let cause = row.cause.as_ref().filter(|cause| cause.own == Some(true));
            let cause = cause.map(|cause| visible(&cause.text).into_owned());
            view! {
                <li>
                    <b>{told::from_to(lang, row.start, row.end, now)}</b>
                    " "
                    {lang.kept_ran_as(&staircase::number(row))}
                    {cause.map(|cause| view! { <span class="cause-text">" " {cause}</span> })}
                </li>
            }
        })
        .collect_view();
    let url = match kept.generation {
        Some(generation) => urls::period(&timeline.key, gone, generation),
        None => format!("{}#timeline", urls::life(&timeline.key, gone)),
    };
    let more =
        (timeline.earlier > 0).then(|| view! { <p class="row muted">{lang.kept_more()}</p> });
    view! {
        <section class="panel" aria-labelledby="ran">
            <div class="panel-head">
                <h2 id="ran">{lang.kept_ran()}</h2>
                <span class="spacer"></span>
                <a href=url>{lang.timeline()}</a>
            </div>
            {never}
            <ul class="row" aria-label=lang.kept_ran()>
                {lines}
            </ul>
            {more}
        </section>
    }
}

/// The way to the page that asks before it is restored.
pub fn restore_link(frame: &Frame, key: &Key, digest: &str) -> impl IntoView + use<> {
    view! {
        <BackLink
            name=frame.lang.restore()
            url=urls::rollback(key, Some(digest))
            off=frame.off()
            role="link"
            small=false
        />
    }
}
