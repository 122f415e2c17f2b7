//! Parts of a view that change, each kind under one type.
//!
//! A closure in a view is a type of its own, and the code that wakes, makes and
//! remakes it is compiled once a type: a kilobyte or two each in the module that
//! every first visit loads. Boxed, all of a kind share one.

use leptos::prelude::*;

/// A text that changes.
pub fn text(f: impl FnMut() -> String + Send + 'static) -> Box<dyn FnMut() -> String + Send> {
    Box::new(f)
}

/// A text or an attribute that may be absent.
pub fn maybe(
    f: impl FnMut() -> Option<String> + Send + 'static,
) -> Box<dyn FnMut() -> Option<String> + Send> {
    Box::new(f)
}

/// A part of the page that is made anew.
pub fn part<V: IntoAny>(
    mut f: impl FnMut() -> V + Send + 'static,
) -> Box<dyn FnMut() -> AnyView + Send> {
    Box::new(move || f().into_any())
}

/// A class that is there or not.
pub fn flag(f: impl FnMut() -> bool + Send + 'static) -> Box<dyn FnMut() -> bool + Send> {
    Box::new(f)
}
