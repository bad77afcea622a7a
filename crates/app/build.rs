//! Compiles the sample catalogs in, so that an installed program shows them too, and finds out which commit is built, for
//! `whimbrel --version`. What is not known of that is left out. Asks the linker for the small form of relocations where
//! the system knows it, to put next to each other what the shipped program uses, and to leave the names of its functions
//! out.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    samples();
    println!("cargo::rustc-env=WHIMBREL_BUILD={}", build());
    if packs_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    order();
    strip();
}

/// The functions a running program uses lie together in the shipped one: the system brings what is used into memory by
/// 64 KiB, and where it is scattered, most of the rest comes with it. A name that does not fit any more, because the
/// compiler or a dependency is another one, changes nothing but the memory. `deploy/order.sh` writes the names anew.
fn order() {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let names = Path::new(&var("CARGO_MANIFEST_DIR")).join("../../deploy/order.txt");
    if !is_shipped() || !names.is_file() {
        return;
    }
    println!("cargo::rerun-if-changed={}", names.display());
    let asks = [
        format!("-Wl,--symbol-ordering-file={}", names.display()),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    if knows(&asks) {
        for ask in asks {
            println!("cargo::rustc-link-arg-bins={ask}");
        }
    } else {
        println!(
            "cargo::warning=this linker cannot put functions in order: the program will need more memory"
        );
    }
}

/// The shipped program without names of functions, unless `WHIMBREL_NAMES` asks for them.
fn strip() {
    println!("cargo::rerun-if-env-changed=WHIMBREL_NAMES");
    let ask = "-Wl,--strip-all";
    if !is_shipped() || std::env::var_os("WHIMBREL_NAMES").is_some() {
        return;
    }
    if knows(&[ask.to_owned()]) {
        println!("cargo::rustc-link-arg-bins={ask}");
    } else {
        println!("cargo::warning=this linker cannot strip: do it with `strip` afterwards");
    }
}

/// Whether this is the profile `dist`, on a system whose linkers we know.
fn is_shipped() -> bool {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    var("PROFILE") == "release" && var("OPT_LEVEL") == "s" && var("CARGO_CFG_TARGET_OS") == "linux"
}

/// Whether the linker that is used here understands these arguments: LLVM's does, others do not.
fn knows(arguments: &[String]) -> bool {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let out = PathBuf::from(var("OUT_DIR"));
    let source = out.join("nothing.rs");
    if fs::write(&source, "fn main() {}\n").is_err() {
        return false;
    }
    let mut rustc = Command::new(var("RUSTC"));
    rustc
        .args(["--edition=2024", "--target", &var("TARGET")])
        .arg(&source)
        .arg("-o")
        .arg(out.join("nothing"));
    if let Ok(linker) = std::env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    let flags = var("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    rustc.args(arguments.iter().map(|argument| format!("-Clink-arg={argument}")));
    rustc.output().is_ok_and(|output| output.status.success())
}

/// Whether addresses that the loader has to adjust may be listed as bits instead of as 24 bytes each, which is a tenth
/// of the shipped program. glibc reads that since 2.36; what is linked with an older one has to start there too.
fn packs_relocations() -> bool {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let here = var("HOST") == var("TARGET");
    let gnu = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    here && gnu && glibc().is_some_and(|version| version >= (2, 36))
}

/// The version of the C library of this machine.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

/// Writes a list of the samples with their bytes.
fn samples() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    let samples = Path::new(&manifest).join("../../config/samples");
    println!("cargo::rerun-if-changed={}", samples.display());
    let mut files = Vec::new();
    collect(&samples, &mut files);
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name =
            file.strip_prefix(&samples).expect("it was found there").to_string_lossy().replace('\\', "/");
        let file = fs::canonicalize(&file).expect("it was found there");
        writeln!(list, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("a text grows");
    }
    list.push_str("]\n");
    fs::write(Path::new(&out).join("samples.rs"), list).expect("cargo's folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// The commit in brackets, with a space before them.
fn build() -> String {
    println!("cargo::rerun-if-env-changed=WHIMBREL_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let given = std::env::var("WHIMBREL_COMMIT").ok().filter(|commit| !commit.trim().is_empty());
    // A build for daily work would be made anew for each commit, only to say its name.
    let shipped = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given.or_else(|| shipped.then(asked).flatten());
    let word = commit.as_deref().map(str::trim).map(|commit| commit.get(..12).unwrap_or(commit));
    word.map_or_else(|| " (development)".to_owned(), |commit| format!(" ({commit})"))
}

/// What git says, where there is a repository and a git; then a new commit is a reason to ask again.
fn asked() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"])?;
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    Some(commit)
}
