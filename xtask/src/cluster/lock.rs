//! One at a time, across processes: building the programs, and starting a
//! cluster, while which kwokctl looks for ports of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::run::{Doing, Outcome, fail};

/// Held until it is dropped.
pub struct Lock(PathBuf);

impl Lock {
    /// Waits for it.
    pub fn take(path: &Path) -> Outcome<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).doing("cannot make the cache folder")?;
        }
        loop {
            match fs::File::create_new(path) {
                Ok(_) => return Ok(Self(path.to_path_buf())),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    if is_old(path) {
                        // Its process is gone; whoever removes it first wins.
                        let _ = fs::remove_file(path);
                    }
                    std::thread::sleep(Duration::from_millis(500));
                }
                Err(error) => return fail(format!("cannot lock the cache: {error}")),
            }
        }
    }
}

/// No build takes half an hour.
fn is_old(path: &Path) -> bool {
    fs::metadata(path)
        .and_then(|meta| meta.modified())
        .ok()
        .and_then(|at| SystemTime::now().duration_since(at).ok())
        .is_some_and(|age| age > Duration::from_mins(30))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Gone already if somebody took it for an old one.
        let _ = fs::remove_file(&self.0);
    }
}
