//! The process that writes and ends.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::super::*;
use super::steps::all_steps;
use super::{RECORD, STATEMENTS};

/// Tells each statement, and ends the process after some.
struct Ender {
    settings: Mutex<HashSet<String>>,
    left: AtomicUsize,
}

/// The beginning of a statement.
struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Ender {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        let Words(words) = words;
        let sets = words.starts_with("PRAGMA") && words.contains('=') || words.starts_with("SET");
        // It is held for good once the process ends.
        let mut settings = self.settings.lock().unwrap();
        if sets && !settings.insert(words.clone()) {
            return;
        }
        println!("said {words}");
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
#[ignore = "started by the tests below, in a process of its own"]
async fn the_one_that_ends_in_the_midst() {
    let (Ok(address), Ok(statements)) = (std::env::var(RECORD), std::env::var(STATEMENTS)) else {
        return;
    };
    // The test's own line is not closed yet.
    println!();
    let ender = Ender {
        settings: Mutex::default(),
        left: AtomicUsize::new(statements.parse().unwrap()),
    };
    tracing::subscriber::set_global_default(ender).unwrap();
    all_steps(&address, async |_: &Store| println!("done")).await;
}
