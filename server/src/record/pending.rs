//! What is not written yet. Reading goes on while the database takes its time.

use std::time::Duration;

use app::record::Failure;
use domain::record::Fact;
use domain::record::book::Book;
use domain::time::Time;
use jiff::SignedDuration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::store::{Store, needs};

/// Wait before a database that failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// Time between two looks at what another one has written.
const GLANCE: Duration = Duration::from_secs(5);
/// Time between two offers of what the database did not take: somebody may have
/// mended it.
const MENDED: Duration = Duration::from_mins(1);
/// Another one that has written nothing for so long is not writing.
const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// What is not written yet, and what is under way.
pub struct Pending {
    store: Store,
    namespaces: Vec<String>,
    /// Seen since `turned`.
    book: Book,
    /// Seen before, and not known to be written, while another one writes.
    spare: Book,
    turned: Time,
    /// It was this one's to write.
    led: bool,
    aside: Option<Aside>,
    doing: Option<JoinHandle<Done>>,
    /// Nothing is begun before this.
    again: Option<Instant>,
}

/// What the database did not take, and what must not be written before it.
struct Aside {
    book: Book,
    why: Failure,
    /// When it was offered last.
    at: Instant,
}

/// What a piece of work came to.
enum Done {
    /// All but this was written, and why.
    Wrote(Vec<Fact>, Result<(), Failure>),
    /// Another one has written until then.
    Read(Result<Option<Time>, Failure>),
}

impl Pending {
    /// Nothing, at `now`.
    pub fn new(store: Store, namespaces: Vec<String>, now: Time) -> Self {
        Self {
            store,
            namespaces,
            book: Book::default(),
            spare: Book::default(),
            turned: now,
            led: false,
            aside: None,
            doing: None,
            again: None,
        }
    }

    /// What is watched now: some of it may not be seen.
    pub fn watches(&mut self, namespaces: &[String]) {
        if self.namespaces != namespaces {
            self.namespaces = namespaces.to_vec();
        }
    }

    /// Takes facts in.
    pub fn add(&mut self, facts: Vec<Fact>) {
        self.book.write(facts);
    }

    /// Starts what is to be done, unless something is under way or has just
    /// failed: to write, or to see what another one has written.
    pub fn start(&mut self, leads: bool, now: Time) {
        if self.led && !leads {
            // What this one could not write any more nobody else has written
            // for certain, whenever it was seen.
            self.book.write(std::mem::take(&mut self.spare).facts());
            self.turned = now;
        }
        self.led = leads;
        let early = self.again.is_some_and(|at| Instant::now() < at);
        if self.doing.is_some() || early {
            return;
        }
        let store = self.store.clone();
        if !leads {
            self.again = Some(Instant::now() + GLANCE);
            let namespaces = self.namespaces.clone();
            let read = async move { Done::Read(store.watched_until(&namespaces).await) };
            self.doing = Some(tokio::spawn(read));
            return;
        }
        let mut book = std::mem::take(&mut self.spare);
        book.write(std::mem::take(&mut self.book).facts());
        let again = self.aside.take_if(|aside| aside.at.elapsed() >= MENDED);
        book.write(again.into_iter().flat_map(|aside| aside.book.facts()));
        let mut facts = book.facts();
        if let Some(aside) = &mut self.aside {
            let missing = aside.book.facts();
            let waits = |fact: &mut Fact| missing.iter().any(|other| needs(fact, other));
            aside.book.write(facts.extract_if(.., waits));
        }
        if !facts.is_empty() {
            self.doing = Some(tokio::spawn(write(store, facts)));
        }
    }

    /// Waits for what is under way; for ever, where there is nothing.
    ///
    /// # Errors
    /// Why not all is written.
    pub async fn done(&mut self, now: impl Fn() -> Time) -> Result<(), Failure> {
        let Some(doing) = &mut self.doing else {
            return std::future::pending().await;
        };
        let done = doing.await;
        self.doing = None;
        match done {
            Ok(Done::Wrote(rest, result)) => self.wrote(rest, result),
            Ok(Done::Read(until)) => self.turn(until?, now()),
            // It is only awaited here, so it panicked.
            Err(error) => Err(Failure::Database {
                words: error.to_string(),
            }),
        }
    }

    fn wrote(&mut self, rest: Vec<Fact>, result: Result<(), Failure>) -> Result<(), Failure> {
        self.again = None;
        match result {
            // And yet it may not be all.
            Ok(()) => match &self.aside {
                Some(aside) => Err(aside.why.clone()),
                None => Ok(()),
            },
            // It will say the same for as long as nobody mends it.
            Err(why @ (Failure::Unfit { .. } | Failure::Damaged { .. })) => {
                let mut book = self
                    .aside
                    .take()
                    .map(|aside| aside.book)
                    .unwrap_or_default();
                book.write(rest);
                self.aside = Some(Aside {
                    book,
                    why: why.clone(),
                    at: Instant::now(),
                });
                Err(why)
            }
            Err(failure) => {
                self.again = Some(Instant::now() + AGAIN);
                self.spare.write(rest);
                Err(failure)
            }
        }
    }

    /// What was seen before the other one's last sign is written.
    fn turn(&mut self, until: Option<Time>, now: Time) -> Result<(), Failure> {
        let Some(until) = until.filter(|until| now.since(*until) <= SILENCE) else {
            return Err(Failure::Database {
                words: "another Rollbook has the lock to write, and does not".to_owned(),
            });
        };
        if until >= self.turned {
            self.spare = std::mem::take(&mut self.book);
            self.turned = now;
        }
        Ok(())
    }

    /// Writes what is left, and waits for it.
    ///
    /// # Errors
    /// Why not all is written.
    pub async fn finish(&mut self, now: impl Fn() -> Time, leads: bool) -> Result<(), Failure> {
        let mut result = Ok(());
        if self.doing.is_some() {
            result = self.done(&now).await;
        }
        self.again = None;
        if leads {
            self.start(true, now());
        }
        match self.doing {
            Some(_) => self.done(&now).await,
            None => result,
        }
    }

    /// How many facts are not known to be written.
    pub fn left(self) -> usize {
        let mut book = self.book;
        book.write(self.spare.facts());
        book.write(self.aside.into_iter().flat_map(|aside| aside.book.facts()));
        book.facts().len()
    }
}

/// Writes facts in their order: what vouches for others comes last. One that the
/// database never takes is set aside, for it must not hold up the others.
async fn write(store: Store, facts: Vec<Fact>) -> Done {
    let failure = match store.write(&facts).await {
        Ok(()) => return Done::Wrote(Vec::new(), Ok(())),
        Err(failure) => failure,
    };
    if !matches!(failure, Failure::Unfit { .. } | Failure::Damaged { .. }) {
        return Done::Wrote(facts, Err(failure));
    }
    match store.write_each(&facts).await {
        Ok(refused) => {
            let refused: Vec<Fact> = refused.into_iter().map(|(fact, _)| fact).collect();
            let all = refused.is_empty();
            Done::Wrote(refused, if all { Ok(()) } else { Err(failure) })
        }
        Err(failure) => Done::Wrote(facts, Err(failure)),
    }
}

#[cfg(test)]
mod tests;
