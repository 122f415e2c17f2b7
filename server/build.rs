//! Puts the built site into the binary: one program to ship, nothing beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=ROLLBOOK_SITE");
    println!("cargo::rerun-if-env-changed=CARGO_CFG_ERASE_COMPONENTS");
    if env::var_os("CARGO_CFG_ERASE_COMPONENTS").is_none() {
        println!(
            "cargo::error=RUSTFLAGS replaces the flags of .cargo/config.toml, and pages would not wake: add `--cfg erase_components` to it"
        );
        return;
    }
    let Ok(manifest_dir) = env::var("CARGO_MANIFEST_DIR") else {
        return;
    };
    let site = env::var("ROLLBOOK_SITE").map_or_else(
        |_| Path::new(&manifest_dir).join("../target/site"),
        PathBuf::from,
    );
    let manifest = site.join("manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let table = match fs::read_to_string(&manifest) {
        Ok(text) => table(&site, &text),
        Err(_) if env::var("PROFILE").as_deref() == Ok("release") => {
            println!("cargo::error=the site is not built: run `cargo xtask web` first");
            return;
        }
        Err(_) => {
            println!(
                "cargo::warning=the site is not built, pages will have no style and no scripts: run `cargo xtask web`"
            );
            "pub const SITE: Manifest = Manifest { output: \"rollbook\", css: \"/pkg/rollbook.css\", files: &[] };\n".to_owned()
        }
    };
    let Ok(out) = env::var("OUT_DIR") else { return };
    if let Err(error) = fs::write(Path::new(&out).join("site.rs"), table) {
        println!("cargo::error=cannot write the table of the site: {error}");
    }
}

/// The table of files as Rust source.
fn table(site: &Path, text: &str) -> String {
    let manifest: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let string =
        |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let bytes = |file: &serde_json::Value, key: &str| match file[key].as_str() {
        Some(name) => format!(
            "Some(include_bytes!({:?}))",
            site.join(name).display().to_string()
        ),
        None => "None".to_owned(),
    };
    let mut out = format!(
        "pub const SITE: Manifest = Manifest {{ output: {:?}, css: {:?}, files: &[\n",
        string(&manifest, "output"),
        string(&manifest, "css"),
    );
    for file in manifest["files"].as_array().into_iter().flatten() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "File {{ path: {:?}, content_type: {:?}, etag: {:?}, immutable: {}, plain: {}, br: {}, gzip: {} }},",
            string(file, "path"),
            string(file, "contentType"),
            string(file, "etag"),
            file["immutable"].as_bool().unwrap_or_default(),
            bytes(file, "plain"),
            bytes(file, "br"),
            bytes(file, "gzip"),
        );
    }
    out.push_str("] };\n");
    out
}
