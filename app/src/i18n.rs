//! The one catalogue of texts, English and Simplified Chinese.
//!
//! Each text is a function with one arm a language, so that a missing
//! translation, a missing argument or one too many does not compile (ADR 0003).
//! kubectl's and the cluster's own words are not translated and not here.

mod board;
pub(crate) mod findings;
mod found;
mod messages;
mod record;
mod replace;
mod reports;
mod sentences;

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// BCP 47 tag for `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// Its name in a cookie or URL.
    pub fn slug(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        match slug {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// The best language for an `Accept-Language` header (RFC 9110 12.5.4):
    /// the highest weight among those spoken here, English when there is none.
    pub fn accept(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|part| {
                let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
                let weight = parameters
                    .trim()
                    .strip_prefix("q=")
                    .map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
                let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
                let lang = Self::from_slug(&primary)?;
                (weight > 0.0).then_some((weight, lang))
            })
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map_or(Self::En, |(_, lang)| lang)
    }

    /// A count with thousands separated, as `5,000`.
    pub fn number(self, n: impl Into<i64>) -> String {
        let digits = n.into().to_string();
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", digits.as_str()),
        };
        let mut out = String::from(sign);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }
}

/// Defines texts: a word has one arm a language; a sentence has arguments too.
macro_rules! catalogue {
    ($( $name:ident $(( $($arg:ident : $ty:ty),* ))? = $en:expr, $zh:expr; )*) => {
        // The browser's part uses fewer texts than the server's.
        #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
        impl $crate::i18n::Lang {
            $( catalogue!(@two $name $(( $($arg : $ty),* ))?, $en, $zh); )*
        }
    };
    (@two $name:ident, $en:expr, $zh:expr) => {
        #[doc = concat!("`", $en, "`")]
        pub(crate) fn $name(self) -> &'static str {
            match self {
                Self::En => $en,
                Self::Zh => $zh,
            }
        }
    };
    (@two $name:ident ( $($arg:ident : $ty:ty),* ), $en:expr, $zh:expr) => {
        #[doc = stringify!($en)]
        pub(crate) fn $name(self, $($arg: $ty),*) -> String {
            match self {
                Self::En => $en,
                Self::Zh => $zh,
            }
        }
    };
}
pub(crate) use catalogue;

/// `node` or `nodes`.
pub(crate) fn nodes(n: u32) -> &'static str {
    if n == 1 { "node" } else { "nodes" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins() {
        assert_eq!(Lang::accept(""), Lang::En);
        assert_eq!(Lang::accept("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(Lang::accept("de, en;q=0.5, zh;q=0.7"), Lang::Zh);
        assert_eq!(Lang::accept("zh;q=0, en"), Lang::En);
        assert_eq!(Lang::accept("zh;q=0"), Lang::En);
        assert_eq!(Lang::accept("fr;q=x,,;"), Lang::En);
        assert_eq!(Lang::accept("EN-gb, zh"), Lang::En);
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(Lang::En.number(0), "0");
        assert_eq!(Lang::En.number(999), "999");
        assert_eq!(Lang::En.number(5000), "5,000");
        assert_eq!(Lang::En.number(-1_234_567), "-1,234,567");
    }

    #[test]
    fn one_node_is_one_node() {
        assert_eq!(Lang::En.verdict_not_ready(1), "1 node not ready");
        assert_eq!(Lang::En.verdict_not_ready(3), "3 nodes not ready");
        assert_eq!(Lang::Zh.verdict_not_ready(3), "3 个节点未就绪");
    }
}
