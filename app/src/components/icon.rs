//! Glyphs. All are hidden from assistive technology: the text beside them says
//! the same.

use leptos::prelude::*;

/// Which glyph. Verdicts each have a silhouette of their own (DESIGN.md 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Disc with a check.
    Healthy,
    /// Ring that fills.
    Rolling,
    /// Ring running backwards.
    RollingBack,
    /// Filled octagon.
    Stuck,
    /// Triangle.
    NotReady,
    /// Square with pause bars.
    OnDelete,
    /// Dashed circle with dots.
    NotObserved,
    /// Circle with a slash.
    Void,
    /// Arrow going back.
    Back,
    /// Two pages.
    Compare,
    /// Chain.
    Link,
    /// Lens.
    Search,
    /// Plug.
    Plug,
    /// Lock.
    Lock,
    /// Circular arrow.
    Restart,
    /// Half disc.
    Theme,
    /// Arrows both ways.
    Swap,
    /// Empty page.
    Empty,
    /// Octagon with a cross.
    Failed,
}

/// The drawing inside a 20 by 20 box.
fn path(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Healthy => {
            "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm4.3 6-1.1-1.1-4.6 4.7-1.9-1.9L5.6 9.8l3 3Z"
        }
        Glyph::Rolling => {
            "M10 1a9 9 0 0 1 9 9h-3a6 6 0 0 0-6-6ZM10 4a6 6 0 1 0 6 6h1.2A7.2 7.2 0 1 1 10 2.8Z"
        }
        Glyph::RollingBack => "M10 1a9 9 0 1 0 9 9h-3a6 6 0 1 1-6-6Zm.5 5L7 10l3.5 4v-3H14V9h-3.5Z",
        Glyph::Stuck => "M6 1h8l5 5v8l-5 5H6l-5-5V6Zm3 4v6h2V5Zm0 8v2h2v-2Z",
        Glyph::NotReady => "M10 1.5 19 18H1Zm-1 6v5h2v-5Zm0 6.500v2h2v-2Z",
        Glyph::OnDelete => {
            "M3 1h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2Zm0 2v14h14V3Zm4 3h2v8H7Zm4 0h2v8h-2Z"
        }
        Glyph::NotObserved => {
            "M9 1h2v2H9Zm5 1.300 1.800 1-1 1.700-1.800-1Zm3.700 4.500.3 2-2 .3-.3-2ZM4.200 3.300l1.800-1 1 1.700-1.800 1Zm-2.200 3.500 2 .5-.3 1.800-2-.3ZM2 11.200l2-.2.5 2-2 .4Zm15.500 2.200-2-.4.500-2 2 .2ZM4.600 16.500l1.300-1.500 1.500 1.200-1 1.700Zm9-.3 1.500-1.200 1.300 1.500-1.800 1.400ZM9 17h2v2H9ZM5.500 9h2v2h-2Zm3.500 0h2v2H9Zm3.500 0h2v2h-2Z"
        }
        Glyph::Void => {
            "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 2a7 7 0 0 0-5.500 11.300L14.300 4.500A7 7 0 0 0 10 3Zm5.700 2.900-9.800 9.800A7 7 0 0 0 15.700 5.900Z"
        }
        Glyph::Back => "M8 3 3 8l5 5v-3.500h3a3 3 0 0 1 0 6H7v2h4a5 5 0 0 0 0-10H8Z",
        Glyph::Compare => "M2 3h16v14H2Zm2 2v10h5V5Zm7 0v4h5V5Zm0 6v4h5v-4Z",
        Glyph::Link => {
            "M8.500 13.500 7 15a2.800 2.800 0 0 1-4-4l3-3a2.800 2.800 0 0 1 4 0l1.300-1.300a4.700 4.700 0 0 0-6.600 0l-3 3a4.700 4.700 0 0 0 6.600 6.600l1.500-1.500Zm3-7L13 5a2.800 2.800 0 0 1 4 4l-3 3a2.800 2.800 0 0 1-4 0l-1.300 1.300a4.700 4.700 0 0 0 6.600 0l3-3a4.700 4.700 0 0 0-6.600-6.600l-1.500 1.500Z"
        }
        Glyph::Search => {
            "M8.500 2a6.500 6.500 0 0 1 5.200 10.300l4 4-1.400 1.400-4-4A6.500 6.500 0 1 1 8.500 2Zm0 2a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9Z"
        }
        Glyph::Plug => {
            "M6 1h2v5h4V1h2v5h2v4a6 6 0 0 1-5 5.900V19H9v-3.100A6 6 0 0 1 4 10V6h2Zm0 7v2a4 4 0 0 0 8 0V8Z"
        }
        Glyph::Lock => {
            "M5 8V6a5 5 0 0 1 10 0v2h2v10H3V8Zm2 0h6V6a3 3 0 0 0-6 0Zm-2 2v6h10v-6Zm4 2h2v3H9Z"
        }
        Glyph::Restart => "M10 3a7 7 0 1 1-6.300 4h2.300A5 5 0 1 0 10 5v3L5.500 4 10 0Z",
        Glyph::Theme => "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 2v14a7 7 0 0 0 0-14Z",
        Glyph::Swap => "M6 3 2 7l4 4V8h8V6H6Zm8 6v3H6v2h8v3l4-4Z",
        Glyph::Empty => "M3 3h14v14H3Zm2 2v10h10V5Zm2 3h6v1.500H7Zm0 3h4v1.500H7Z",
        Glyph::Failed => {
            "M6 1h8l5 5v8l-5 5H6l-5-5V6Zm.8 2L3 6.800v6.400L6.800 17h6.400l3.800-3.800V6.800L13.200 3Zm.6 3L10 8.600 12.600 6 14 7.400 11.400 10l2.600 2.600-1.400 1.400L10 11.400 7.400 14 6 12.600 8.600 10 6 7.400Z"
        }
    }
}

/// A glyph, in the colour of its text.
#[component]
pub fn Icon(
    /// Which one.
    glyph: Glyph,
    /// Edge length in CSS pixels.
    #[prop(default = 16)]
    size: u32,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            aria-hidden="true"
            focusable="false"
            width=size
            height=size
            viewBox="0 0 20 20"
        >
            <path fill="currentColor" fill-rule="evenodd" d=path(glyph)></path>
        </svg>
    }
}
