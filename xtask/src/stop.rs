//! Being asked to end. The programs of a cluster outlive the program that
//! started them unless it ends them, so a signal only sets a mark here; every
//! wait looks at it, gives up, and what was started is ended on the way out.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::run::{Outcome, fail};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Asks this process to end: for a signal handler.
pub fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

/// Was it asked to end?
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Goes on only if it was not asked to end.
///
/// # Errors
/// When it was.
pub fn check() -> Outcome<()> {
    if asked() { fail("interrupted") } else { Ok(()) }
}
