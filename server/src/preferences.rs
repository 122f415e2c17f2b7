//! Language and theme, chosen by a link: works without scripts.

use app::i18n::Lang;
use app::prefs::{LANG_COOKIE, THEME_COOKIE, theme};
use axum::extract::Query;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use http::header::SET_COOKIE;
use serde::Deserialize;

/// What is chosen, and where to go then.
#[derive(Debug, Deserialize)]
pub struct Choice {
    lang: Option<String>,
    theme: Option<String>,
    back: Option<String>,
}

/// Keeps the choice for a year and goes back.
pub async fn set(Query(choice): Query<Choice>) -> impl IntoResponse {
    let keep = |name: &str, value: &str| {
        (
            SET_COOKIE,
            format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"),
        )
    };
    let lang = choice.lang.as_deref().and_then(Lang::from_slug);
    let theme = choice.theme.as_deref().and_then(theme);
    let cookies: Vec<_> = lang
        .map(|lang| keep(LANG_COOKIE, lang.slug()))
        .into_iter()
        .chain(theme.map(|theme| keep(THEME_COOKIE, theme)))
        .collect();
    (
        AppendHeaders(cookies),
        Redirect::to(own_path(choice.back.as_deref())),
    )
}

/// Only paths of this server: a redirect must not lead elsewhere.
fn own_path(back: Option<&str>) -> &str {
    // Browsers drop tabs and line ends and read `\` as `/` (WHATWG URL 4.4), so
    // nothing but visible ASCII may come before the second character is known.
    back.filter(|path| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    })
    .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_here() {
        assert_eq!(own_path(Some("/ns/a?x=1")), "/ns/a?x=1");
        for path in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "",
            "/a\r\nb",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "/ /evil.example",
            "/é",
        ] {
            assert_eq!(own_path(Some(path)), "/");
        }
        assert_eq!(own_path(None), "/");
    }
}
