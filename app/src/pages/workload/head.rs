//! What the workload is, and where to go from it. Drawn by the server only; the tab
//! fetches it again with the history (`live::browser`).

use leptos::prelude::*;

use crate::components::back::{BackLink, Off};
use crate::components::head::Particulars;
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::model::Workload;
use crate::urls;

/// Name, particulars and buttons.
#[component]
pub fn Head(
    model: Workload,
    /// Whether nothing can be rolled back at the moment.
    off: Off,
    lang: Lang,
) -> impl IntoView {
    let drawn = model.drawn();
    let key = model.line.key();
    let history = &model.history;
    let previous = history
        .previous_different
        .as_ref()
        .and_then(|name| history.row(name));
    let compare = previous.map(|row| urls::compare(&key, "live", &row.name));
    let why = previous
        .is_none()
        .then(|| lang.up_to_date_nothing().to_owned());
    let about = previous.map(|row| lang.roll_back_to_number(row.revision));
    let url = urls::rollback(&key, previous.map(|row| row.name.as_str()));
    view! {
        <div class="head">
            <div id="about" data-drawn=drawn.clone()>
                <h1>{key.name.clone()}</h1>
                <Particulars
                    key
                    owner=model.line.owner
                    strategy=model.strategy
                    at_a_time=model.at_a_time
                    lang
                />
            </div>
            <div class="head-actions bottom-bar">
                <CopyButton
                    text=String::new()
                    label=lang.copy_link().to_owned()
                    done=lang.copied().to_owned()
                />
                <span id="ways" class="contents" data-drawn=drawn>
                    {compare
                        .map(|url| {
                            view! {
                                <a class="button" role="button" href=url data-key="c">
                                    <Icon glyph=Glyph::Compare size=14/>
                                    {lang.compare_revisions()}
                                </a>
                            }
                        })}
                    <span class="primary-back">
                        <BackLink name=lang.roll_back_menu() url off=off.or(why) about/>
                    </span>
                </span>
            </div>
        </div>
    }
}
