//! The frame of every page: document head, top bar, routes.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::islands::connection::{ConnectionState, StaleStrip};
use crate::islands::keys::Keys;
use crate::model::Given;
use crate::pages::compare::ComparePage;
use crate::pages::images::ImagesPage;
use crate::pages::list::ListPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::progress::ProgressPage;
use crate::pages::replace::ReplacePage;
use crate::pages::revision::RevisionPage;
use crate::pages::rollback::RollbackPage;
use crate::pages::then::ThenPage;
use crate::pages::workload::WorkloadPage;

/// Where the built site lies, from the server's manifest.
#[derive(Clone, Debug)]
pub struct Site {
    /// Options for the hydration script; `output_name` carries the content
    /// hash.
    pub options: LeptosOptions,
    /// Path of the style sheet.
    pub css: String,
}

/// The whole document.
pub fn shell(site: Site) -> impl IntoView {
    let frame = crate::pages::frame();
    crate::pages::allow_scripts();
    view! {
        <!DOCTYPE html>
        <html lang=frame.lang.tag() data-theme=frame.theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=site.css/>
                <HydrationScripts options=site.options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The routes. Each page's status depends on what it finds, so none streams.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let frame = crate::pages::frame();
    let lang = frame.lang;
    view! {
        <Router>
            <a class="skip" href="#content">
                {lang.skip()}
            </a>
            <TopBar frame=frame.clone()/>
            <StaleStrip
                health=Given(frame.health.clone())
                now=frame.now
                cluster=frame.cluster.clone()
                lang
            />
            <main id="content" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=ListPage ssr=SsrMode::Async/>
                    <Route path=path!("/then") view=ThenPage ssr=SsrMode::Async/>
                    <Route path=path!("/images") view=ImagesPage ssr=SsrMode::Async/>
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name")
                        view=WorkloadPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name/revisions/:revision")
                        view=RevisionPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name/compare")
                        view=ComparePage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name/rollback")
                        view=RollbackPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name/replace")
                        view=ReplacePage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/ns/:namespace/daemonsets/:name/progress")
                        view=ProgressPage
                        ssr=SsrMode::Async
                    />
                </Routes>
            </main>
            <Keys lang/>
        </Router>
    }
}

/// Where the page stands below the list of workloads.
fn here(path: &str) -> Option<&'static str> {
    match path {
        "/" => Some("page"),
        "/then" | "/images" => None,
        _ => Some("true"),
    }
}

/// Mark, cluster, places, connection, jump box, theme, language.
#[component]
fn TopBar(frame: crate::pages::Frame) -> impl IntoView {
    let lang: Lang = frame.lang;
    let back = crate::urls::encode(&frame.path_and_query);
    let theme = |to: &'static str, name: &'static str| {
        view! {
            <a
                class=format!("tool to-{to}")
                href=format!("/preferences?theme={to}&back={back}")
                aria-label=name
                title=name
            >
                <Icon glyph=Glyph::Theme/>
            </a>
        }
    };
    let lang_url = format!("/preferences?lang={}&back={back}", lang.other().slug());
    view! {
        <header class="top">
            <a class="brand" href="/" aria-label="Rollbook">
                <svg class="logo" aria-hidden="true" width="24" height="24" viewBox="0 0 24 24">
                    <rect class="logo-box" width="24" height="24" rx="6"></rect>
                    <path
                        class="logo-line"
                        fill="none"
                        stroke-width="2.4"
                        stroke-linecap="round"
                        stroke-linejoin="round"
                        d="M5 17h4v-5h5V7h5"
                    ></path>
                </svg>
                <span class="brand-name">"Rollbook"</span>
            </a>
            <span class="cluster-name">
                <span class="cluster-word">{lang.cluster()} " "</span>
                <b>{frame.cluster.clone()}</b>
            </span>
            <nav aria-label=lang.nav_main()>
                <a href="/" class="place" aria-current=here(&frame.path)>
                    {lang.workloads()}
                </a>
                <a href="/then" class="place" aria-current=(frame.path == "/then").then_some("page")>
                    {lang.what_ran_then()}
                </a>
                <a href="/images" class="place" aria-current=(frame.path == "/images").then_some("page")>
                    {lang.images_place()}
                </a>
            </nav>
            <span class="spacer"></span>
            {frame.read_only.then(|| view! { <span class="chip">{lang.read_only()}</span> })}
            <ConnectionState health=Given(frame.health.clone()) now=frame.now lang/>
            <form class="jump" action="/" method="get" role="search">
                <Icon glyph=Glyph::Search size=14/>
                <input
                    type="search"
                    name="q"
                    data-key="/"
                    aria-label=lang.jump_label()
                    placeholder=lang.jump_to()
                />
                <kbd aria-hidden="true">"/"</kbd>
            </form>
            // The style sheet shows the one that changes something: only the
            // browser knows the system's theme.
            {theme("dark", lang.theme_dark())}
            {theme("light", lang.theme_light())}
            <a
                class="tool"
                href=lang_url
                lang=lang.other().tag()
                aria-label=format!("{} {}", lang.language_name(), lang.language_switch())
            >
                {lang.language_name()}
            </a>
        </header>
    }
}
