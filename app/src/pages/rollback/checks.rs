//! What the cluster says to it, and what may undo it: trouble first.

use std::sync::Arc;

use domain::history::CurrentState;
use domain::reach::Reach;
use domain::rollback::{Order, Reason, Report};
use domain::workload::AtATime;
use leptos::prelude::*;

use crate::cluster::Cluster;
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::model::Workload;
use crate::record::{self, Record};

/// How much a check should worry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Failed,
    Warning,
    Passed,
}

struct Check {
    level: Level,
    title: String,
    words: String,
}

impl Check {
    fn new(level: Level, title: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            level,
            title: title.into(),
            words: words.into(),
        }
    }
}

/// An order, and what the cluster said to it.
pub type Asked = Option<(Order, Report)>;

/// Asks the cluster while the page is made.
pub fn dry_run(order: &Order) -> Resource<Asked> {
    let (cluster, record) = (
        use_context::<Arc<dyn Cluster>>(),
        use_context::<Arc<dyn Record>>(),
    );
    let order = Order {
        dry_run: true,
        ..order.clone()
    };
    Resource::new_blocking(
        || (),
        move |()| {
            let (cluster, record, order) = (cluster.clone(), record.clone(), order.clone());
            async move {
                let (cluster, record) = (cluster?, record?);
                let asked = record::rollback(cluster.as_ref(), record.as_ref(), order.clone());
                let report = asked.await;
                Some((order, report))
            }
        },
    )
}

/// The panel.
#[component]
pub fn Checks(
    model: Workload,
    dry_run: Resource<Asked>,
    reach: Reach,
    lang: Lang,
) -> impl IntoView {
    let known = StoredValue::new((model, reach));
    view! {
        <section class="panel" aria-labelledby="checks">
            <Suspense fallback=|| ()>
                {move || Suspend::new(async move {
                    let answer = dry_run.await;
                    let mut all = known.with_value(|(model, reach)| of_workload(lang, model, *reach));
                    all.extend(answer.map(|(order, report)| of_dry_run(lang, &order, &report)));
                    all.sort_by_key(|check| check.level);
                    panel(lang, &all)
                })}
            </Suspense>
        </section>
    }
}

fn panel(lang: Lang, all: &[Check]) -> impl IntoView + use<> {
    let count = |level| all.iter().filter(|check| check.level == level).count();
    let counts = lang.checks_counted(
        count(Level::Failed),
        count(Level::Warning),
        count(Level::Passed),
    );
    let items = all.iter().map(line).collect_view();
    view! {
        <div class="panel-head">
            <h2 id="checks">{lang.checks()}</h2>
            <span class="muted">{counts}</span>
        </div>
        <ul class="checks" aria-label=lang.preflight_checks()>
            {items}
        </ul>
    }
}

fn line(check: &Check) -> impl IntoView + use<> {
    let (class, glyph) = match check.level {
        Level::Failed => ("check check-failed", Glyph::Failed),
        Level::Warning => ("check check-warn", Glyph::NotReady),
        Level::Passed => ("check check-ok", Glyph::Healthy),
    };
    view! {
        <li class=class>
            <Icon glyph size=18/>
            <div>
                <b>{check.title.clone()}</b>
                <p class="muted">{check.words.clone()}</p>
            </div>
        </li>
    }
}

fn of_dry_run(lang: Lang, order: &Order, report: &Report) -> Check {
    let words = lang.report(order, report);
    match &report.reason {
        Reason::DryRun { mutated: false } => {
            Check::new(Level::Passed, lang.dry_run_accepted(), lang.dry_run_equal())
        }
        Reason::DryRun { mutated: true } => Check::new(
            Level::Warning,
            lang.dry_run_mutated(),
            lang.dry_run_mutated_words(),
        ),
        Reason::AlreadyThere => Check::new(Level::Warning, lang.already_there(), words),
        _ => Check::new(Level::Failed, lang.dry_run_refused(), words),
    }
}

/// What a careful colleague would say before the click.
fn of_workload(lang: Lang, model: &Workload, reach: Reach) -> Vec<Check> {
    let warn = |title: String, words: String| Check::new(Level::Warning, title, words);
    let mut all = Vec::new();
    if let Some(owner) = &model.line.owner {
        all.extend(
            lang.owner_warning(owner)
                .map(|(title, words)| warn(title, words)),
        );
    }
    if model.applied {
        all.push(warn(
            lang.applied_title().to_owned(),
            lang.applied_words().to_owned(),
        ));
    }
    if model.at_a_time == AtATime::None {
        all.push(warn(
            lang.on_delete_title().to_owned(),
            lang.on_delete_words(reach.most),
        ));
    }
    all.push(match model.history.current_state {
        CurrentState::Pending => warn(lang.verdict_not_observed(), lang.pending_words().to_owned()),
        _ => Check::new(
            Level::Passed,
            lang.observed_title(),
            lang.generation(model.line.generation),
        ),
    });
    all
}
