//! The verdict: glyph, sentence, colour, and the line below it.

use domain::findings::Brief;
use domain::fleet::Line;
use domain::progress::Moved;
use domain::time::Time;
use domain::verdict::{Group, Verdict};
use jiff::SignedDuration;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::time;

/// Its silhouette.
pub fn glyph(verdict: &Verdict) -> Glyph {
    match verdict {
        Verdict::Stuck { .. } => Glyph::Stuck,
        Verdict::NotReady { .. } => Glyph::NotReady,
        Verdict::OnDelete { .. } => Glyph::OnDelete,
        Verdict::NotObserved { .. } => Glyph::NotObserved,
        Verdict::Deleting { .. } | Verdict::NoNodes => Glyph::Void,
        Verdict::RollingBack { .. } | Verdict::Slow { back: true, .. } => Glyph::RollingBack,
        Verdict::Rolling { .. } | Verdict::Slow { .. } => Glyph::Rolling,
        Verdict::Healthy => Glyph::Healthy,
    }
}

/// The silhouette of a group.
pub fn group_glyph(group: Group) -> Glyph {
    match group {
        Group::Stuck => Glyph::Stuck,
        Group::NotReady => Glyph::NotReady,
        Group::OnDelete => Glyph::OnDelete,
        Group::NotObserved => Glyph::NotObserved,
        Group::Rolling => Glyph::Rolling,
        Group::Healthy => Glyph::Healthy,
        Group::Other => Glyph::Void,
    }
}

/// Class that carries its colour.
pub fn tone(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Stuck { .. } => "tone-red",
        Verdict::NotReady { .. } | Verdict::OnDelete { .. } | Verdict::Slow { back: false, .. } => {
            "tone-amber"
        }
        Verdict::NotObserved { .. } | Verdict::Deleting { .. } | Verdict::NoNodes => "tone-slate",
        Verdict::RollingBack { .. } | Verdict::Slow { back: true, .. } => "tone-violet",
        Verdict::Rolling { .. } => "tone-blue",
        Verdict::Healthy => "tone-green",
    }
}

/// Class that carries the colour of a group.
pub fn group_tone(group: Group) -> &'static str {
    match group {
        Group::Stuck => "tone-red",
        Group::NotReady | Group::OnDelete => "tone-amber",
        Group::NotObserved | Group::Other => "tone-slate",
        Group::Rolling => "tone-blue",
        Group::Healthy => "tone-green",
    }
}

/// The name of a group.
pub fn group_name(lang: Lang, group: Group) -> &'static str {
    match group {
        Group::Stuck => lang.group_stuck(),
        Group::NotReady => lang.group_not_ready(),
        Group::OnDelete => lang.group_on_delete(),
        Group::NotObserved => lang.group_not_observed(),
        Group::Rolling => lang.group_rolling(),
        Group::Healthy => lang.group_healthy(),
        Group::Other => lang.group_other(),
    }
}

/// The sentence.
pub fn sentence(lang: Lang, verdict: &Verdict) -> String {
    let of = |n: u32| lang.number(n);
    match verdict {
        Verdict::Stuck { why: None, .. } => lang.verdict_stuck(),
        Verdict::Stuck { why: Some(why), .. } => lang.verdict_stuck_on(&brief(lang, why)),
        Verdict::NotReady { nodes, .. } => lang.verdict_not_ready(*nodes),
        Verdict::OnDelete { old } => lang.verdict_on_delete(*old),
        Verdict::NotObserved { .. } => lang.verdict_not_observed(),
        Verdict::Deleting { .. } => lang.verdict_deleting(),
        Verdict::RollingBack { updated, desired } => {
            lang.verdict_rolling_back(&of(*updated), &of(*desired))
        }
        Verdict::Slow {
            updated,
            desired,
            back,
            ..
        } => lang.verdict_slow(*back, &of(*updated), &of(*desired)),
        Verdict::Rolling { updated, desired } => lang.verdict_rolling(&of(*updated), &of(*desired)),
        Verdict::NoNodes => lang.verdict_no_nodes(),
        Verdict::Healthy => lang.verdict_healthy(),
    }
}

/// The title of a page in a tab, which says when it is old.
pub fn title(lang: Lang, words: &str, is_old: bool) -> String {
    if is_old {
        format!("{} · {words} · Rollbook", lang.stale())
    } else {
        format!("{words} · Rollbook")
    }
}

/// Why, in the cluster's own word, and on how many nodes.
fn brief(lang: Lang, why: &Brief) -> String {
    match why.nodes {
        0 => why.word.clone(),
        n => lang.word_on(&why.word, n),
    }
}

/// The second line; calm when there is nothing to add.
pub fn note(lang: Lang, line: &Line, now: Time) -> Option<String> {
    let since = |at| time::duration(lang, time::span(at, now));
    match &line.verdict {
        Verdict::Stuck { since: at, .. } => Some(match line.moved_by {
            Moved::FirstLook => lang.note_stuck_watched(&since(*at)),
            Moved::Spec | Moved::Node => lang.note_stuck(&since(*at)),
        }),
        Verdict::NotReady { why, .. } => Some(match why {
            Some(why) => brief(lang, why),
            None => lang.note_not_ready().to_owned(),
        }),
        Verdict::Slow {
            since: at, longest, ..
        } => {
            let longest = time::duration(lang, SignedDuration::from_secs(*longest));
            Some(lang.note_slow(&since(*at), &longest))
        }
        Verdict::OnDelete { .. } => Some(lang.note_on_delete().to_owned()),
        Verdict::NotObserved {
            generation,
            observed,
        } => Some(lang.note_not_observed(*generation, *observed)),
        Verdict::Deleting { since: at } => Some(lang.note_deleting(&since(*at))),
        Verdict::RollingBack { updated, desired } | Verdict::Rolling { updated, desired } => {
            let missing = desired.saturating_sub(line.counts.available);
            if updated == desired && missing > 0 {
                Some(lang.note_last_nodes(missing))
            } else {
                let span = since(line.moved_at);
                Some(match line.moved_by {
                    Moved::FirstLook => lang.note_watching(&span),
                    Moved::Spec => lang.note_started(&span),
                    Moved::Node => lang.note_moved(&span),
                })
            }
        }
        Verdict::NoNodes => Some(lang.note_no_nodes().to_owned()),
        Verdict::Healthy => None,
    }
}

/// Glyph and sentence.
#[component]
pub fn VerdictLine(
    /// The verdict.
    verdict: Verdict,
    /// Language.
    lang: Lang,
    /// Edge length of the glyph.
    #[prop(default = 20)]
    size: u32,
) -> impl IntoView {
    let class = format!("verdict {}", tone(&verdict));
    view! {
        <span class=class>
            <Icon glyph=glyph(&verdict) size/>
            <span class="verdict-text">{sentence(lang, &verdict)}</span>
        </span>
    }
}
