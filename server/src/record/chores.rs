//! Looking after a record by hand: check, export, import. No cluster is needed.

use std::io::{BufRead, Write as _};
use std::path::PathBuf;

use domain::record::Fact;
use domain::template::Template;

use super::store::{Passed, Several, Store};
use crate::config::{Record as Place, RecordCommand};

/// Facts that are written at a time.
const BATCH: usize = 200;
/// So often a database that does not take them in time is asked again: another
/// one may be writing.
const TRIES: u32 = 10;
/// Time between two of them.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(1);

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not said which record.
    #[error("{0}")]
    Which(String),
    /// It cannot be read or written.
    #[error("{0}")]
    Record(#[from] app::record::Failure),
    /// The import ended before its end.
    #[error("{failure}. The lines before line {line} are dealt with, the rest is not taken in")]
    Ended {
        /// The first line that may not have been taken in.
        line: usize,
        /// Why.
        failure: app::record::Failure,
    },
    /// Some lines were not taken in.
    #[error("{0} lines are not taken in")]
    Refused(usize),
    /// Some things cannot be read.
    #[error("{0} things cannot be read and are left out")]
    LeftOut(usize),
    /// Input or output failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The check found something.
    #[error("{0} things are not as they must be")]
    Wrong(usize),
}

/// Does it.
///
/// # Errors
/// When it cannot be done, or a check found something.
pub async fn run(command: RecordCommand, place: Option<&Place>) -> Result<(), Failure> {
    let store = open(place, command).await?;
    match command {
        RecordCommand::Check => check(&store).await,
        RecordCommand::Export => export(&store).await,
        RecordCommand::Import => tell(&store, std::io::stdin().lock()).await,
    }
}

/// The record that is named, or the only one there is.
async fn open(place: Option<&Place>, command: RecordCommand) -> Result<Store, Failure> {
    let which = |words: &str| Err(Failure::Which(words.to_owned()));
    let path = match place {
        Some(Place::Url(url)) => return Ok(Store::open(url).await?),
        Some(Place::None) => return which("there is no record with --record none"),
        Some(Place::File(path)) => path.clone(),
        None => match &there()[..] {
            [one] => one.clone(),
            [] => return which("there is no record yet; name one with --record"),
            several => {
                let names: String = several
                    .iter()
                    .map(|path| format!("\n  --record {}", path.display()))
                    .collect();
                return which(&format!("there are several records, name one:{names}"));
            }
        },
    };
    // A misspelt name must not make an empty record.
    if command != RecordCommand::Import && !path.is_file() {
        return which(&format!("there is no record at {}", path.display()));
    }
    Ok(Store::file(&path).await?)
}

/// The records in the person's state folder.
fn there() -> Vec<PathBuf> {
    let folder = super::default_file("x").and_then(|path| Some(path.parent()?.to_path_buf()));
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut found: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "db"))
        .collect();
    found.sort();
    found
}

async fn check(store: &Store) -> Result<(), Failure> {
    let checked = store.check().await?;
    println!(
        "{} workloads, {} periods, {} templates",
        checked.workloads, checked.periods, checked.templates
    );
    let wrong = Several {
        first: checked.wrong,
        all: checked.problems,
    };
    print!("{}", wrong.lines());
    match wrong.all {
        0 => Ok(()),
        several => Err(Failure::Wrong(several)),
    }
}

async fn export(store: &Store) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut outcome = Ok(());
    let left_out = store
        .export(|fact| {
            if outcome.is_ok() {
                outcome = serde_json::to_writer(&mut out, &fact)
                    .map_err(std::io::Error::from)
                    .and_then(|()| out.write_all(b"\n"));
            }
        })
        .await?;
    outcome?;
    out.flush()?;
    eprint!("{}", left_out.lines());
    match left_out.all {
        0 => Ok(()),
        several => Err(Failure::LeftOut(several)),
    }
}

/// What came of an import.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Facts that were taken in.
    pub facts: usize,
    /// Facts that are older than what the record keeps.
    pub forgotten: usize,
    /// Lines that were not taken in, each with the reason.
    pub refused: Several,
}

impl Taken {
    fn count(&mut self, line: usize, passed: Option<Passed>) {
        match passed {
            None => self.facts += 1,
            Some(Passed::Forgotten) => self.forgotten += 1,
            Some(Passed::NoWorkload) => self.refuse(line, "its workload is not in the record"),
        }
    }

    fn refuse(&mut self, line: usize, why: &str) {
        self.refused.push(format!("line {line}: {why}"));
    }
}

/// Imports, and says what came of it however it ended.
async fn tell(store: &Store, from: impl BufRead) -> Result<(), Failure> {
    let mut taken = Taken::default();
    let ended = import(store, from, TRIES, &mut taken).await;
    println!("{} facts taken in", taken.facts);
    if taken.forgotten > 0 {
        println!("{} are older than what is kept", taken.forgotten);
    }
    eprint!("{}", taken.refused.lines());
    ended?;
    match taken.refused.all {
        0 => Ok(()),
        several => Err(Failure::Refused(several)),
    }
}

/// Takes in what [`export`] printed, and goes on after a line that is not taken. A
/// database that does not answer in time is asked so many times.
///
/// # Errors
/// When the input ends early, or the database has a trouble of its own. What
/// `taken` counts is taken in.
pub async fn import(
    store: &Store,
    from: impl BufRead,
    tries: u32,
    taken: &mut Taken,
) -> Result<(), Failure> {
    let (mut lines, mut facts) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    for (number, line) in (1..).zip(from.split(b'\n')) {
        match line.map(|line| read(&line)) {
            Ok(Ok(fact)) => {
                lines.push(number);
                facts.push(fact);
                if facts.len() == BATCH {
                    take(store, tries, &mut lines, &mut facts, taken).await?;
                }
            }
            Ok(Err(why)) => {
                take(store, tries, &mut lines, &mut facts, taken).await?;
                taken.refuse(number, &why);
            }
            Err(error) => {
                take(store, tries, &mut lines, &mut facts, taken).await?;
                return Err(error.into());
            }
        }
    }
    take(store, tries, &mut lines, &mut facts, taken).await
}

/// Writes facts of these lines; one by one where one of them is not taken.
async fn take(
    store: &Store,
    tries: u32,
    lines: &mut Vec<usize>,
    facts: &mut Vec<Fact>,
    taken: &mut Taken,
) -> Result<(), Failure> {
    use app::record::Failure::{Damaged, Unfit};
    let (lines, facts) = (std::mem::take(lines), std::mem::take(facts));
    let ended = |line: usize, failure| Failure::Ended { line, failure };
    match patient(store, tries, &facts).await {
        Ok(passed) => {
            for (line, passed) in lines.into_iter().zip(passed) {
                taken.count(line, passed);
            }
        }
        Err(Damaged { .. } | Unfit { .. }) => {
            for (line, fact) in lines.into_iter().zip(facts) {
                match patient(store, tries, &[fact]).await {
                    Ok(passed) => taken.count(line, passed.into_iter().next().flatten()),
                    Err(why @ (Damaged { .. } | Unfit { .. })) => {
                        taken.refuse(line, &why.to_string());
                    }
                    Err(failure) => return Err(ended(line, failure)),
                }
            }
        }
        Err(failure) => return Err(ended(lines.first().copied().unwrap_or(1), failure)),
    }
    Ok(())
}

/// Writes facts, again where the database did not answer in time.
async fn patient(
    store: &Store,
    tries: u32,
    facts: &[Fact],
) -> Result<Vec<Option<Passed>>, app::record::Failure> {
    for _ in 1..tries {
        match store.take(facts).await {
            Err(app::record::Failure::Database { .. }) => tokio::time::sleep(AGAIN).await,
            done => return done,
        }
    }
    store.take(facts).await
}

/// A fact; a template must be what its digest says.
fn read(line: &[u8]) -> Result<Fact, String> {
    let fact = serde_json::from_slice(line).map_err(|error| format!("not a fact: {error}"))?;
    if let Fact::Template(archived) = &fact {
        let value = serde_json::from_str(&archived.json).map_err(|error| error.to_string())?;
        let template = Template::new(value).map_err(|error| error.to_string())?;
        if template.digest() != archived.digest {
            return Err("the template is not what its digest says".to_owned());
        }
    }
    Ok(fact)
}
