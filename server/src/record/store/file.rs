//! The file of a record, which holds what workloads hold: its owner's only.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, metadata, set_permissions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What its owner may.
const OWN: u32 = 0o600;

/// Makes the file, readable by its owner only, before the database opens it; and
/// waits until nobody else brings it to a newer form. SQLite has no lock for
/// that, and one on the file itself would undo its own.
pub(super) fn prepare(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(OWN);
    options.open(path)?;
    let lock = options.open(beside(path, "-lock"))?;
    for end in ["", "-wal", "-shm", "-lock"] {
        keep(&beside(path, end));
    }
    lock.lock()?;
    Ok(lock)
}

/// The file that SQLite or Rollbook keeps with it.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// One that was copied from elsewhere may be open to others: no longer, where it
/// is ours.
fn keep(path: &Path) {
    let open = metadata(path).is_ok_and(|own| own.permissions().mode() & 0o077 != 0);
    if !open {
        return;
    }
    if let Err(error) = set_permissions(path, Permissions::from_mode(OWN)) {
        let path = path.display();
        tracing::warn!(%path, %error, "others may read the record, and that cannot be changed");
    }
}
