//! What a failure of the database means: has it a trouble of its own, or does
//! it not take what it was given?

use app::record::Failure;

use super::lease::silent;

/// An error of the database in words for people. Addresses and passwords are
/// not in them.
pub(super) fn failed(error: sqlx::Error) -> Failure {
    let words = domain::text::said(&error.to_string());
    match &error {
        sqlx::Error::PoolTimedOut => silent(),
        sqlx::Error::Encode(_) => Failure::Unfit { what: words },
        sqlx::Error::Database(said) if said.code().is_some_and(|code| of_content(&code)) => {
            Failure::Unfit { what: words }
        }
        _ => Failure::Database { words },
    }
}

/// Is a code of PostgreSQL (five characters) or of SQLite (a number) about what
/// was to be written? Then it will say the same the next time.
fn of_content(code: &str) -> bool {
    // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH; the low byte of an
    // extended code (sqlite.org/rescode.html).
    const SQLITE: [u32; 3] = [18, 19, 20];
    // Data exception, integrity constraint violation, program limit exceeded
    // (PostgreSQL, appendix A).
    const POSTGRES: [&str; 3] = ["22", "23", "54"];
    if code.len() == 5 {
        POSTGRES.iter().any(|class| code.starts_with(class))
    } else {
        code.parse::<u32>()
            .is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
    }
}

/// Something that is not what Rollbook wrote.
pub(super) fn damaged(what: &str) -> Failure {
    Failure::Damaged {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::of_content;

    #[test]
    fn a_full_disk_and_a_lock_are_not_about_the_content() {
        // Value too long, not null violated, index row too large; SQLite's
        // too big, constraint, constraint of a primary key.
        for code in ["22001", "22021", "23502", "54000", "18", "19", "1555"] {
            assert!(of_content(code), "{code}");
        }
        // Disk full, connection lost, lock not available, shut down; SQLite's
        // busy, full, I/O error, busy with a snapshot, not a database.
        for code in [
            "53100", "08006", "55P03", "57P01", "5", "13", "10", "517", "26", "",
        ] {
            assert!(!of_content(code), "{code}");
        }
    }
}
