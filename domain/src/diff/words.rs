//! What differs inside a changed line.

use super::{Line, Span};

/// Marks what differs inside lines that stand against each other: what is left
/// after the longest common start and end.
pub(super) fn mark_words(left: &mut [Line], right: &mut [Line]) {
    for (a, b) in left.iter_mut().zip(right.iter_mut()) {
        let (Some(x), Some(y)) = (a.spans.first(), b.spans.first()) else {
            continue;
        };
        let (x, y) = (x.text.clone(), y.text.clone());
        let start: usize = x
            .chars()
            .zip(y.chars())
            .take_while(|(a, b)| a == b)
            .map(|(c, _)| c.len_utf8())
            .sum();
        let end: usize = x[start..]
            .chars()
            .rev()
            .zip(y[start..].chars().rev())
            .take_while(|(a, b)| a == b)
            .map(|(c, _)| c.len_utf8())
            .sum();
        // Lines that share only their indentation are not one line changed.
        if x[..start].trim().len() < 3 || x == y {
            continue;
        }
        // Whole words: `1.16.2` became `1.17.0`, not `6.2` became `7.0`.
        let start = x[..start].trim_end_matches(is_word).len();
        let end = {
            let tail = &x[x.len() - end..];
            tail.trim_start_matches(is_word).len()
        };
        a.spans = three(&x, start, end);
        b.spans = three(&y, start, end);
    }
}

/// Characters that belong together to the eye.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn three(text: &str, start: usize, end: usize) -> Vec<Span> {
    let stop = text.len() - end;
    [
        (&text[..start], false),
        (&text[start..stop], true),
        (&text[stop..], false),
    ]
    .into_iter()
    .filter(|(text, _)| !text.is_empty())
    .map(|(text, changed)| Span {
        text: text.to_owned(),
        changed,
    })
    .collect()
}
