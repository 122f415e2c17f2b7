//! Looking after a record by hand: check, export, import. No cluster is needed.

use std::io::Write as _;
use std::path::PathBuf;

use domain::record::Fact;
use domain::template::Template;

use super::store::Store;
use crate::config::{Record as Place, RecordCommand};

/// Facts that are written at a time.
const BATCH: usize = 500;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not said which record.
    #[error("{0}")]
    Which(String),
    /// It cannot be read or written.
    #[error("{0}")]
    Record(#[from] app::record::Failure),
    /// A line is no fact.
    #[error("line {0} is not a fact: {1}. The lines before it are taken in, the rest is not")]
    Line(usize, String),
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
        RecordCommand::Import => import(&store, std::io::stdin().lock()).await,
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
    for wrong in &checked.wrong {
        println!("{wrong}");
    }
    match checked.wrong.len() {
        0 => Ok(()),
        several => Err(Failure::Wrong(several)),
    }
}

async fn export(store: &Store) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut outcome = Ok(());
    store
        .export(|fact| {
            if outcome.is_ok() {
                outcome = serde_json::to_writer(&mut out, &fact)
                    .map_err(std::io::Error::from)
                    .and_then(|()| out.write_all(b"\n"));
            }
        })
        .await?;
    outcome?;
    Ok(out.flush()?)
}

/// Takes in what [`export`] printed.
///
/// # Errors
/// When a line is no fact, or the record does not take it.
pub async fn import(store: &Store, from: impl std::io::BufRead) -> Result<(), Failure> {
    let mut facts: Vec<Fact> = Vec::with_capacity(BATCH);
    for (number, line) in (1..).zip(from.lines()) {
        match read(&line?) {
            Ok(fact) => facts.push(fact),
            Err(why) => {
                store.write(&facts).await?;
                return Err(Failure::Line(number, why));
            }
        }
        if facts.len() == BATCH {
            store.write(&facts).await?;
            facts.clear();
        }
    }
    Ok(store.write(&facts).await?)
}

/// A fact; a template must be what its digest says.
fn read(line: &str) -> Result<Fact, String> {
    let fact = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if let Fact::Template(archived) = &fact {
        let value = serde_json::from_str(&archived.json).map_err(|error| error.to_string())?;
        let template = Template::new(value).map_err(|error| error.to_string())?;
        if template.digest() != archived.digest {
            return Err("the template is not what its digest says".to_owned());
        }
    }
    Ok(fact)
}
