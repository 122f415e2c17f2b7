//! Names by content: of what is built once, and of files that are cached for
//! ever.

use sha2::{Digest as _, Sha256};

/// The first 8 bytes of SHA-256 over all parts, in hexadecimal.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_beginning_of_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(digest(&[b"a", b"bc"]), "ba7816bf8f01cfea");
    }
}
