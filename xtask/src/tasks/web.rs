//! The site: wasm module, script and style, named by their content and
//! compressed ahead, with a manifest that the server's build reads.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wasm_bindgen_cli_support::Bindgen;
use xtask::digest::digest;
use xtask::run::{Doing, Outcome, root, run as run_command, step};

use super::dist::cargo_command;
use super::setup::{self, Level, TARGET, Wasm};

/// Where the site lies.
fn site() -> PathBuf {
    root().join("target/site")
}

/// Builds it with what this machine has.
///
/// # Errors
/// When something is missing or the build fails.
pub fn run() -> Outcome<()> {
    build(&setup::prepare(Level::Build)?.wasm)
}

/// Builds what changed.
///
/// # Errors
/// When the build fails.
pub fn build(wasm: &Wasm) -> Outcome<()> {
    wasm.ready()?;
    let module = step(
        "building the browser's part (about 2 min from cold)",
        || compile(wasm),
    )?;
    let style = style()?;
    let manifest = site().join("manifest.json");
    let inputs = digest(&[
        include_bytes!("web.rs"),
        &fs::read(&module).doing("cannot read the module")?,
        style.as_bytes(),
        &public_bytes()?,
    ]);
    let stamp = site().join("inputs");
    if manifest.exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
        return Ok(());
    }
    step(
        "binding, hashing and compressing the site (about 10 s)",
        || {
            assemble(&module, &style, &manifest)?;
            fs::write(&stamp, &inputs).doing("cannot write the site")
        },
    )
}

fn compile(wasm: &Wasm) -> Outcome<PathBuf> {
    let folder = root().join("target/wasm");
    let mut command = cargo_command();
    command
        .args([
            "build",
            "--quiet",
            "--package",
            "frontend",
            "--profile",
            "wasm",
        ])
        .args(["--target", TARGET, "--target-dir"])
        .arg(&folder);
    if let Some(rustc) = &wasm.rustc {
        // The toolchain was chosen for the other compiler.
        command.env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN");
    }
    // As .cargo/config.toml says for the server, which this would override.
    let mut flags = "--cfg erase_components".to_owned();
    if let Some(sysroot) = &wasm.sysroot {
        flags.push_str(&format!(" --sysroot={}", sysroot.display()));
    }
    // Messages of panics name their source: without this machine's folders.
    if let Some(home) = cargo_home() {
        let registry = home.join("registry/src");
        flags.push_str(&format!(" --remap-path-prefix={}=", registry.display()));
    }
    command.env("RUSTFLAGS", flags);
    run_command(&mut command)?;
    Ok(folder.join(TARGET).join("wasm/frontend.wasm"))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// The script without comments and indentation, which wasm-bindgen writes one a
/// line.
fn dense(script: &str) -> String {
    script
        .lines()
        .map(str::trim)
        .filter(|line| {
            let comment = ["/**", "*", "//"]
                .iter()
                .any(|start| line.starts_with(start));
            !line.is_empty() && !comment
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// All partials of `style/`: tokens and base first, the rest by name.
fn style() -> Outcome<String> {
    let folder = root().join("style");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .doing("cannot read style/")?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "css"))
        .collect();
    let rank = |path: &PathBuf| match path.file_stem().and_then(|s| s.to_str()) {
        Some("tokens") => 0,
        Some("base") => 1,
        _ => 2,
    };
    files.sort_by_key(|path| (rank(path), path.clone()));
    let mut text = String::new();
    for file in files {
        text.push_str(&fs::read_to_string(&file).doing("cannot read a style")?);
        text.push('\n');
    }
    Ok(text)
}

fn public() -> Outcome<Vec<PathBuf>> {
    let folder = root().join("public");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .doing("cannot read public/")?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn public_bytes() -> Outcome<Vec<u8>> {
    let mut all = Vec::new();
    for file in public()? {
        all.extend(fs::read(&file).doing("cannot read public/")?);
    }
    Ok(all)
}

fn assemble(module: &Path, style: &str, manifest: &Path) -> Outcome<()> {
    let bound = root().join("target/wasm/bound");
    Bindgen::new()
        .input_path(module)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                // Names are for debuggers and are a third of the module.
                .remove_name_section(true)
                .remove_producers_section(true)
                .out_name("rollbook")
                .generate(&bound)
        })
        .doing("wasm-bindgen")?;
    let script = fs::read_to_string(bound.join("rollbook.js")).doing("cannot read the script")?;
    let script = dense(&script).into_bytes();
    let wasm = fs::read(bound.join("rollbook_bg.wasm")).doing("cannot read the module")?;
    let output = format!("rollbook-{}", digest(&[&script, &wasm]));
    let css = format!("/pkg/rollbook-{}.css", digest(&[style.as_bytes()]));
    let folder = site();
    if folder.join("pkg").exists() {
        fs::remove_dir_all(folder.join("pkg")).doing("cannot clear the old site")?;
    }
    fs::create_dir_all(folder.join("pkg")).doing("cannot make the site")?;
    let mut files = vec![
        file(
            &format!("/pkg/{output}.js"),
            "text/javascript; charset=utf-8",
            &script,
            true,
        )?,
        file(
            &format!("/pkg/{output}.wasm"),
            "application/wasm",
            &wasm,
            true,
        )?,
        file(&css, "text/css; charset=utf-8", style.as_bytes(), true)?,
    ];
    for path in public()? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let kind = match path.extension().and_then(|end| end.to_str()) {
            Some("svg") => "image/svg+xml",
            Some("txt") => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
        let bytes = fs::read(&path).doing("cannot read public/")?;
        files.push(file(&format!("/{name}"), kind, &bytes, false)?);
    }
    let text = json!({"output": output, "css": css, "files": files});
    fs::write(manifest, format!("{text:#}\n")).doing("cannot write the manifest")
}

/// Writes a file in all its encodings; returns its line of the manifest.
fn file(path: &str, content_type: &str, bytes: &[u8], immutable: bool) -> Outcome<Value> {
    let name = path.trim_start_matches('/');
    let write = |end: &str, bytes: &[u8]| {
        fs::write(site().join(format!("{name}{end}")), bytes).doing("cannot write the site")
    };
    let mut br = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut br, &parameters).doing("cannot compress")?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).doing("cannot compress")?;
    let gzip = gzip.finish().doing("cannot compress")?;
    write("", bytes)?;
    write(".br", &br)?;
    write(".gz", &gzip)?;
    eprintln!("  {path}: {} bytes, {} brotli", bytes.len(), br.len());
    Ok(json!({
        "path": path,
        "contentType": content_type,
        "etag": digest(&[bytes]),
        "immutable": immutable,
        "plain": name,
        "br": format!("{name}.br"),
        "gzip": format!("{name}.gz"),
    }))
}
