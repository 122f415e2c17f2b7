//! One at a time, across processes: building the programs, starting a cluster
//! (kwokctl looks for ports of its own meanwhile), and owning a folder. The
//! system gives a lock back when its process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::run::{Doing, Outcome, fail};
use crate::stop;

/// How long it waits without a word: clusters that start together wait for
/// each other a moment.
const QUIET: Duration = Duration::from_secs(5);

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    /// Closing the file gives the lock back.
    _file: File,
}

impl Lock {
    /// Waits for it, and says for what if it takes a while; gives up when this
    /// process is asked to end.
    pub fn take(path: &Path, until: &str) -> Outcome<Self> {
        let begin = Instant::now();
        let mut told = false;
        loop {
            if let Some(lock) = Self::attempt(path)? {
                return Ok(lock);
            }
            stop::check()?;
            if !told && begin.elapsed() > QUIET {
                eprintln!("• waiting until another checkout or test {until}");
                told = true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Takes it, or returns none when somebody holds it.
    pub fn attempt(path: &Path) -> Outcome<Option<Self>> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).doing("cannot make the folder of a lock")?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .doing(&format!("cannot open the lock {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                fail(format!("cannot lock {}: {error}", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_one_holds_it_and_what_is_left_of_a_dead_one_does_not_matter() {
        let path = std::env::temp_dir().join(format!("rb-lock-{}", std::process::id()));
        fs::write(&path, "left over").unwrap();
        let held = Lock::attempt(&path).unwrap();
        assert!(held.is_some());
        assert!(Lock::attempt(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::attempt(&path).unwrap().is_some());
        fs::remove_file(&path).unwrap();
    }
}
