//! The folder that a cluster lives in, and who owns it. The owner holds a lock
//! in it, which the system gives back however the owner ends; so a folder
//! whose lock is free was left behind, and so were the processes in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::process;
use crate::run::{Doing, Outcome, fail};

/// Start of the names of folders that nobody chose a place for.
const PREFIX: &str = "rollbook-";
/// Held by the owner.
const OWNER: &str = "owner.lock";
/// Present where processes were left running on purpose.
const KEPT: &str = "kept";

/// Owned until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _owner: Lock,
}

impl Folder {
    /// The place of a cluster that nobody chose a place for.
    pub fn temporary(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("{PREFIX}{name}-{}", std::process::id()))
    }

    /// Makes it, empty. What a dead owner left there is ended and removed.
    ///
    /// # Errors
    /// When its owner is alive, or the folder cannot be made.
    pub fn claim(path: &Path) -> Outcome<Self> {
        if path.exists() {
            let Some(_left) = Lock::attempt(&path.join(OWNER))? else {
                return fail(format!(
                    "a cluster is running in {} already: end it first, with Ctrl-C where it was started",
                    path.display()
                ));
            };
            clear(path)?;
        }
        // Locked before it has its name, so that nobody finds it unlocked.
        let fresh = path.with_added_extension("new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).doing("cannot clear an unfinished folder")?;
        }
        let Some(owner) = Lock::attempt(&fresh.join(OWNER))? else {
            return fail(format!("{} is being made already", path.display()));
        };
        fs::rename(&fresh, path).doing("cannot make a folder for the cluster")?;
        Ok(Self {
            path: path.to_path_buf(),
            _owner: owner,
        })
    }

    /// Takes over one whose processes were kept running.
    pub fn resume(path: &Path) -> Option<Self> {
        let kept = path.join(KEPT);
        if !kept.exists() {
            return None;
        }
        let owner = Lock::attempt(&path.join(OWNER)).ok().flatten()?;
        fs::remove_file(kept).ok()?;
        Some(Self {
            path: path.to_path_buf(),
            _owner: owner,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Marks it as left running on purpose.
    pub fn keep(&self) {
        // Without the mark it is cleared by the next cluster: no harm.
        let _ = fs::write(self.path.join(KEPT), "");
    }
}

/// kwokctl's folder of a cluster: pids, logs, keys.
pub fn work(folder: &Path, name: &str) -> PathBuf {
    folder.join("work").join("clusters").join(name)
}

/// Ends the processes in a folder and removes it.
pub fn clear(path: &Path) -> Outcome<()> {
    for entry in fs::read_dir(path.join("work/clusters"))
        .into_iter()
        .flatten()
        .flatten()
    {
        process::end_all(&entry.path());
    }
    process::end_recorded(path);
    // Etcd may still write for a moment.
    for _ in 0..20 {
        if fs::remove_dir_all(path).is_ok() || !path.exists() {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    fs::remove_dir_all(path).doing(&format!("cannot remove {}", path.display()))
}

/// Clears what processes that were killed left in the temporary folder.
pub fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && path.join(OWNER).is_file()
            && !path.join(KEPT).exists()
            && path.extension().is_none_or(|end| end != "new");
        if ours && matches!(Lock::attempt(&path.join(OWNER)), Ok(Some(_))) {
            // Somebody else's, or in use in some other way: not worth a word.
            let _ = clear(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn place(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("rb-folder-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_folder_has_one_owner_and_a_dead_one_is_replaced() {
        let path = place("claim").join("cluster");
        let owned = Folder::claim(&path).unwrap();
        fs::write(path.join("file"), "").unwrap();
        assert!(Folder::claim(&path).is_err());
        assert!(path.join("file").exists(), "a refusal changes nothing");
        drop(owned);
        let again = Folder::claim(&path).unwrap();
        assert!(!path.join("file").exists());
        drop(again);
    }

    #[test]
    fn only_what_was_kept_is_resumed() {
        let path = place("resume").join("cluster");
        let owned = Folder::claim(&path).unwrap();
        drop(owned);
        assert!(Folder::resume(&path).is_none());
        let owned = Folder::claim(&path).unwrap();
        owned.keep();
        assert!(Folder::resume(&path).is_none(), "its owner is alive");
        drop(owned);
        assert!(Folder::resume(&path).is_some());
    }

    #[test]
    fn only_what_was_left_behind_is_swept() {
        let temporary = place("sweep");
        let make = |name: &str| Folder::claim(&temporary.join(name)).unwrap();
        drop(make("rollbook-left-1"));
        let kept = make("rollbook-kept-2");
        kept.keep();
        drop(kept);
        let alive = make("rollbook-alive-3");
        fs::create_dir(temporary.join("rollbook-of-somebody")).unwrap();
        sweep(&temporary);
        let mut left: Vec<_> = fs::read_dir(&temporary)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                "rollbook-alive-3",
                "rollbook-kept-2",
                "rollbook-of-somebody"
            ]
        );
        drop(alive);
    }
}
