//! A diff as a table: unified or in two columns, unchanged parts folded into
//! `<details>`, which open without scripts.

use domain::diff::{Diff, Line, Row, SplitRow, split};
use domain::text::visible;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::Lang;

fn number(n: Option<usize>) -> impl IntoView {
    view! { <td class="ln">{n.map(|n| n.to_string())}</td> }
}

fn code(lang: Lang, line: &Line) -> impl IntoView + use<> {
    let spans = line
        .spans
        .iter()
        .map(|span| {
            let text = visible(&span.text).into_owned();
            if span.changed {
                view! { <mark>{text}</mark> }.into_any()
            } else {
                text.into_any()
            }
        })
        .collect_view();
    let hidden = line.hidden.map(|chars| {
        let words = if line.differs {
            lang.hidden_value_differs(chars)
        } else {
            lang.hidden_value(chars)
        };
        view! {
            " "
            <span class="chip chip-line">
                <Icon glyph=Glyph::Lock size=11/>
                {words}
            </span>
        }
    });
    view! {
        <code>{spans}{hidden}</code>
    }
}

fn noise(line: &Line) -> &'static str {
    if line.noise { " is-noise" } else { "" }
}

fn fold_head(lang: Lang, names: &[String], lines: &[Line]) -> String {
    lang.fold(lines.len(), &names.join(", "))
}

fn plain(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        for span in &line.spans {
            text.push_str(&visible(&span.text));
        }
        if line.hidden.is_some() {
            text.push_str(" …");
        }
        text.push('\n');
    }
    text
}

fn fold_row(lang: Lang, columns: u32, names: &[String], lines: &[Line]) -> impl IntoView + use<> {
    view! {
        <tr class="fold">
            <td colspan=columns>
                <details>
                    <summary>{fold_head(lang, names, lines)}</summary>
                    <pre>{plain(lines)}</pre>
                </details>
            </td>
        </tr>
    }
}

fn one(lang: Lang, row: &Row) -> impl IntoView + use<> {
    let (class, sign, line) = match row {
        Row::Same { line } => ("same", "", line),
        Row::Removed { line } => ("removed", "-", line),
        Row::Added { line } => ("added", "+", line),
        Row::Fold { names, lines } => return fold_row(lang, 4, names, lines).into_any(),
    };
    let class = format!("{class}{}", noise(line));
    view! {
        <tr class=class>
            {number(line.old)} {number(line.new)} <td class="sg">{sign}</td>
            <td class="cd">{code(lang, line)}</td>
        </tr>
    }
    .into_any()
}

fn half(
    lang: Lang,
    line: Option<&Line>,
    class: &'static str,
    sign: &'static str,
) -> impl IntoView + use<> {
    match line {
        Some(line) => {
            let n = line.old.or(line.new);
            let class = format!("{class}{}", noise(line));
            view! {
                <td class=format!("ln {class}")>{n.map(|n| n.to_string())}</td>
                <td class=format!("sg {class}")>{sign}</td>
                <td class=format!("cd {class}")>{code(lang, line)}</td>
            }
            .into_any()
        }
        None => view! { <td class="nothing" colspan="3"></td> }.into_any(),
    }
}

fn two(lang: Lang, row: &SplitRow) -> impl IntoView + use<> {
    match row {
        SplitRow::Same(line) => view! {
            <tr class="same">
                <td class="ln">{line.old.map(|n| n.to_string())}</td>
                <td class="sg"></td>
                <td class="cd">{code(lang, line)}</td>
                <td class="ln">{line.new.map(|n| n.to_string())}</td>
                <td class="sg"></td>
                <td class="cd">{code(lang, line)}</td>
            </tr>
        }
        .into_any(),
        SplitRow::Changed(left, right) => view! {
            <tr>
                {half(lang, left.as_ref(), "removed", "-")}
                {half(lang, right.as_ref(), "added", "+")}
            </tr>
        }
        .into_any(),
        SplitRow::Fold(names, lines) => fold_row(lang, 6, names, lines).into_any(),
    }
}

/// Fixed widths: the first row may be a fold over all of them.
fn columns_of(columns: bool) -> impl IntoView {
    let of: &[&str] = if columns {
        &["ln", "sg", "cd", "ln", "sg", "cd"]
    } else {
        &["ln", "ln", "sg", "cd"]
    };
    let cols = of
        .iter()
        .map(|class| view! { <col class=format!("col-{class}")/> })
        .collect_view();
    view! { <colgroup>{cols}</colgroup> }
}

/// The table.
#[component]
pub fn DiffTable(
    /// What to show.
    diff: Diff,
    /// In two columns.
    columns: bool,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let rows = if columns {
        split(&diff.rows)
            .iter()
            .map(|row| two(lang, row).into_any())
            .collect_view()
    } else {
        diff.rows
            .iter()
            .map(|row| one(lang, row).into_any())
            .collect_view()
    };
    let class = if columns { "diff diff-split" } else { "diff" };
    view! {
        <div class="diff-scroll" tabindex="0" role="group" aria-label=lang.yaml_diff()>
            <table class=class aria-label=lang.yaml_diff()>
                {columns_of(columns)}
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
