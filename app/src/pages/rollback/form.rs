//! The form that sends the order, and what it sends.

use domain::health::Health;
use domain::note::{self, REASON_MAX};
use domain::rollback::{Order, Reason, Report};
use leptos::prelude::*;

use super::checks::Asked;
use crate::i18n::Lang;
use crate::islands::submit::SubmitOnce;
use crate::model::{Given, Workload};
use crate::urls;

/// The form. It posts to its own address and works without scripts.
#[component]
pub fn OrderForm(
    order: Order,
    reason: String,
    off: Option<&'static str>,
    dry_run: Resource<Asked>,
    health: Health,
    lang: Lang,
) -> impl IntoView {
    let seen = (
        order.generation.unwrap_or_default(),
        urls::rollback(&order.key(), Some(&order.to)),
    );
    let button = StoredValue::new((seen, health));
    let key = order.key();
    let action = urls::rollback(&key, Some(&order.to));
    let text = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    view! {
        <section class="panel your-rollback" aria-labelledby="yours">
            <h2 id="yours">{lang.your_rollback()}</h2>
            <form action=action method="post" aria-label=lang.form_roll_back() id="rollback-form">
                <input type="hidden" name="to" value=order.to.clone()/>
                <input type="hidden" name="toUid" value=order.to_uid.clone()/>
                <input type="hidden" name="toRevision" value=text(order.to_revision)/>
                <input type="hidden" name="uid" value=order.uid.clone()/>
                <input type="hidden" name="generation" value=text(order.generation)/>
                <label class="block" for="reason">
                    {lang.reason()}
                </label>
                <textarea
                    id="reason"
                    name="reason"
                    rows="3"
                    maxlength=REASON_MAX.to_string()
                    aria-describedby="reason-hint"
                >
                    {reason}
                </textarea>
                <p class="muted small" id="reason-hint">
                    {lang.reason_hint()}
                </p>
                <Suspense fallback=|| ()>
                    {move || Suspend::new(async move {
                        let off = off.map(ToOwned::to_owned);
                        let off = off.or(dry_run.await.and_then(|asked| forbidden(lang, &asked)));
                        let (seen, health) = button.get_value();
                        view! { <SubmitOnce label=lang.roll_back_now().to_owned() off health=Given(health) seen lang/> }
                    })}
                </Suspense>
                <a class="button wide" href=urls::workload(&key)>
                    {lang.cancel()}
                </a>
                <p class="muted small">{lang.refused_if_changed()}</p>
            </form>
        </section>
    }
}

/// The cluster would not let these credentials do it: the click would come to
/// nothing. Other refusals may be of the dry run only.
fn forbidden(lang: Lang, (order, report): &(Order, Report)) -> Option<String> {
    let refused = matches!(
        report.reason,
        Reason::Forbidden { .. } | Reason::Unauthorized
    );
    refused.then(|| lang.report(order, report))
}

/// The request, in short, and its kubectl equal.
#[component]
pub fn Sent(order: Order, model: Workload, kept: bool, lang: Lang) -> impl IntoView {
    let short = |uid: &str| {
        let end: String = uid
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .collect();
        format!("{}…{end}", uid.chars().take(4).collect::<String>())
    };
    let lines = format!(
        "PATCH daemonsets/{}\ntest uid {}\ntest generation {}\nreplace spec.template from\n  {}\nadd annotation\n  {}\n\nCREATE events\n  RolledBack",
        order.name,
        short(&model.line.uid),
        model.line.generation,
        order.to,
        note::KEY,
    );
    let kubectl = format!(
        "kubectl rollout undo -n {} ds/{} --to-revision={}",
        order.namespace,
        order.name,
        order.to_revision.unwrap_or_default()
    );
    view! {
        <section class="panel sent" aria-labelledby="sent">
            <h2 id="sent">{lang.what_is_sent()}</h2>
            <pre class="evidence">{lines}</pre>
            {if kept {
                view! { <p class="muted small">{lang.no_kubectl()}</p> }.into_any()
            } else {
                view! {
                    <p class="muted small">
                        {lang.same_as_kubectl()} " " <code>{kubectl}</code> " " {lang.plus_the_lock()}
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}
