//! Images, short enough to compare at a glance: the last part of the name and
//! the tag. The whole reference is the title; tags are never cut.

use domain::template::ContainerImage;
use leptos::prelude::*;

use crate::i18n::Lang;

/// `fluentd` and `1.17.1` of `registry.example.com/platform/fluentd:1.17.1`;
/// a digest is shortened to 12 digits.
pub fn parts(image: &str) -> (String, String) {
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let (name, tag) = match last.split_once(':') {
        Some((name, tag)) => (name, tag.to_owned()),
        None => (last, String::new()),
    };
    let version = match digest {
        Some(digest) if tag.is_empty() => {
            let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
            format!("@{}", hex.chars().take(12).collect::<String>())
        }
        _ => tag,
    };
    (name.to_owned(), version)
}

/// The first image on two lines, and how many more there are.
#[component]
pub fn Images(
    /// Images of a template.
    images: Vec<ContainerImage>,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let more = images.len().saturating_sub(1);
    images.first().map(|first| {
        let (name, tag) = parts(&first.image);
        view! {
            <span class="image" title=first.image.clone()>
                <span class="image-name mono">{name}</span>
                <span class="image-tag mono">{tag}</span>
                {(more > 0)
                    .then(|| view! { <span class="chip">{lang.more_containers(more)}</span> })}
            </span>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_and_the_tag_are_kept() {
        let of = |image| {
            let (name, tag) = parts(image);
            format!("{name} {tag}")
        };
        assert_eq!(
            of("registry.example.com:5000/a/fluentd:1.17.1"),
            "fluentd 1.17.1"
        );
        assert_eq!(of("registry.example.com:5000/fluentd"), "fluentd ");
        assert_eq!(of("nginx"), "nginx ");
        assert_eq!(of("nginx:1@sha256:0123456789abcdef"), "nginx 1");
        assert_eq!(of("nginx@sha256:0123456789abcdef"), "nginx @0123456789ab");
        assert_eq!(of(""), " ");
    }
}
