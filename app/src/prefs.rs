//! What a person chose: language and theme, kept in two cookies, so that they
//! hold without scripts and from the first byte on.

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::i18n::Lang;

/// Cookie that keeps the language.
pub const LANG_COOKIE: &str = "rollbook-lang";
/// Cookie that keeps the theme.
pub const THEME_COOKIE: &str = "rollbook-theme";

/// A person's choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefs {
    /// The chosen language, else the browser's.
    pub lang: Lang,
    /// `light` or `dark`; the system's where nothing was chosen.
    pub theme: Option<&'static str>,
}

impl Prefs {
    /// Reads them from a request.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, LANG_COOKIE).and_then(Lang::from_slug);
        let accepted = || {
            headers
                .get(ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .map(Lang::accept)
                .unwrap_or_default()
        };
        Self {
            lang: chosen.unwrap_or_else(accepted),
            theme: cookie(headers, THEME_COOKIE).and_then(theme),
        }
    }
}

/// One of the two themes, by name.
pub fn theme(name: &str) -> Option<&'static str> {
    ["light", "dark"].into_iter().find(|theme| *theme == name)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn prefs(cookies: &str, language: &str) -> Prefs {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, cookies.parse().unwrap());
        headers.insert(ACCEPT_LANGUAGE, language.parse().unwrap());
        Prefs::of(&headers)
    }

    #[test]
    fn a_choice_wins_over_the_browser() {
        assert_eq!(prefs("", "zh-CN").lang, Lang::Zh);
        assert_eq!(prefs("a=b; rollbook-lang=en", "zh-CN").lang, Lang::En);
        assert_eq!(prefs("rollbook-lang=xx", "zh-CN").lang, Lang::Zh);
    }

    #[test]
    fn only_the_two_themes_are_taken() {
        assert_eq!(prefs("rollbook-theme=dark", "").theme, Some("dark"));
        assert_eq!(prefs("rollbook-theme=\"><script>", "").theme, None);
    }
}
