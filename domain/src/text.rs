//! Text of cluster objects made inert: what would move the cursor, turn the
//! writing direction or hide is shown by its code point instead.

use std::borrow::Cow;
use std::fmt::Write;

/// Must this character be shown by its code point? Controls but line feed and
/// tab, bidi controls (Trojan Source), and characters without a width.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The text with hidden characters as `⟨U+202E⟩`. Borrowed when there is
/// nothing to show.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// At most `max` characters, the last one an ellipsis where it was cut.
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    if text.char_indices().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    Cow::Owned(format!("{kept}…"))
}

/// Longest text in quotes or braces that is passed on in [`said`], in
/// characters.
const QUOTE_MAX: usize = 120;
/// Longest that [`said`] returns, in characters.
const SAID_MAX: usize = 1000;

/// What another program said, fit to be shown: inert, of a bounded length, and
/// without what it quotes at length. The apiserver quotes a whole object, values
/// of variables included, when it cannot decode it.
pub fn said(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '{']) {
        out.push_str(&rest[..at]);
        let end = at + quote_end(&rest[at..]);
        let quote = &rest[at..end];
        if quote.chars().count() <= QUOTE_MAX {
            out.push_str(quote);
        } else {
            out.push_str(if quote.starts_with('"') {
                "\"…\""
            } else {
                "{…}"
            });
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    shorten(&visible(&out), SAID_MAX).into_owned()
}

/// Where the quote or the braces that begin `text` end, in bytes; the end of
/// the text where they do not.
fn quote_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !quoted && depth == 0 && !escaped && matches!(c, '"' | '}') {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb"), "a⟨U+001B⟩[31mb");
        assert_eq!(visible("\u{202e}gpj.exe"), "⟨U+202E⟩gpj.exe");
        assert_eq!(visible("a\u{200b}b\u{feff}"), "a⟨U+200B⟩b⟨U+FEFF⟩");
        assert_eq!(visible("\u{85}\r"), "⟨U+0085⟩⟨U+000D⟩");
        assert!(matches!(visible("中文 <b> é\n\t🙂"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_quoted_at_length_is_left_out() {
        assert_eq!(
            said("pods \"x\" is {a} forbidden"),
            "pods \"x\" is {a} forbidden"
        );
        let long = "x".repeat(200);
        assert_eq!(
            said(&format!("bad \"a {long} \\\"hunter2\\\" b\": no \"c\"")),
            "bad \"…\": no \"c\""
        );
        assert_eq!(
            said(&format!("bad {{\"a\":{{\"b\":\"}} {long}\"}}}}: no")),
            "bad {…}: no"
        );
        assert_eq!(said(&format!("open \"{long}")), "open \"…\"");
        assert!(said(&"y ".repeat(5000)).chars().count() <= SAID_MAX);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shorten("héllo", 5), "héllo");
        assert_eq!(shorten("héllo!", 5), "héll…");
        assert_eq!(shorten("", 0), "");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "\\PC{0,20}[\\x00-\\x1f\u{202e}\u{200b}]?\\PC{0,20}") {
            prop_assert!(!visible(&text).contains(is_hidden));
            prop_assert!(shorten(&text, 7).chars().count() <= 7);
            prop_assert!(!said(&text).contains(is_hidden));
        }
    }
}
