//! The works of others that the program contains, and what their licences say: the text behind `whimbrel licenses`.
//!
//! It lies packed beside the program's sources and is written anew, by `cargo run -p whimbrel-world -- licenses`, when
//! the tree of dependencies has changed; a test notices.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

/// The systems we ship for.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// Where the packed text lies, from the root of the project.
const FILE: &str = "crates/app/licenses.txt.gz";

/// The folder in which a package carries a work that is not in Rust.
const CARRIED: &str = "jemalloc";

/// A package the program is built from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where its sources are kept.
    pub repository: String,
}

/// The root of the project.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the project")
}

/// What cargo says, without asking any network.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output =
        Command::new(cargo).args(arguments).args(["--offline", "--locked"]).current_dir(root()).output();
    let output = output.expect("cargo can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`cargo fetch --locked` may be missing: {said}");
    String::from_utf8(output.stdout).expect("names are text")
}

/// Every package of the shipped program that is not ours, by name.
pub fn shipped() -> Vec<Package> {
    let mut arguments = vec![
        "tree",
        "--package",
        "whimbrel-app",
        "--features",
        "jemalloc",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}|{r}",
    ];
    arguments.extend(TARGETS.iter().flat_map(|target| ["--target", target]));
    let mut packages: Vec<Package> = cargo(&arguments)
        .lines()
        .filter(|line| !line.starts_with("whimbrel-"))
        .filter_map(|line| {
            let mut parts = line.trim_end_matches(" (*)").split('|');
            let (mut named, license) = (parts.next()?.split(' '), parts.next()?);
            Some(Package {
                name: named.next()?.to_owned(),
                version: named.next()?.trim_start_matches('v').to_owned(),
                license: license.to_owned(),
                repository: parts.next().unwrap_or_default().to_owned(),
            })
        })
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

/// The folders packages lie in, by name and version.
fn folders() -> BTreeMap<(String, String), PathBuf> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--all-features", "--format-version", "1"]))
            .expect("cargo writes JSON");
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let folder = |package: &Value| {
        let manifest = PathBuf::from(text(package, "manifest_path"));
        Some(((text(package, "name"), text(package, "version")), manifest.parent()?.to_owned()))
    };
    packages.iter().filter_map(folder).collect()
}

/// The licences that lie in a folder. Where several may be chosen from, the short ones are.
fn texts(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().to_uppercase();
            let lead = ["LICEN", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|lead| name.starts_with(lead));
            let text = (lead && entry.path().is_file()).then(|| fs::read_to_string(entry.path()).ok())??;
            Some((name, text.replace("\r\n", "\n").trim().to_owned()))
        })
        .collect();
    found.sort();
    let is_apache = |name: &str| name.contains("APACHE");
    if found.iter().any(|(name, _)| name.contains("MIT")) {
        found.retain(|(name, _)| !is_apache(name));
    }
    found.into_iter().map(|(_, text)| text).filter(|text| !text.is_empty()).collect()
}

/// Everything `whimbrel licenses` says.
pub fn text() -> String {
    let (packages, folders) = (shipped(), folders());
    let mut text =
        "Whimbrel is licensed under MIT or Apache-2.0, as you like. It contains these works of others:\n\n"
            .to_owned();
    let mut same: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Package { name, version, license, repository } in &packages {
        let _ = writeln!(text, "{name} {version}  {license}  {repository}");
        let Some(folder) = folders.get(&(name.clone(), version.clone())) else { continue };
        for found in texts(folder).into_iter().chain(texts(&folder.join(CARRIED))) {
            same.entry(found).or_default().push(format!("{name} {version}"));
        }
    }
    for found in texts(&root().join("crates/charts/fonts")) {
        same.entry(found).or_default().push("the font Whimbrel Sans".to_owned());
    }
    let mut texts: Vec<_> = same.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (found, of) in texts {
        let _ = write!(text, "\n{}\n{}\n\n{found}\n", "=".repeat(80), of.join(", "));
    }
    text
}

/// The text as it lies in the project.
pub fn kept() -> String {
    let mut text = String::new();
    let packed = fs::File::open(root().join(FILE)).expect("the file is part of the project");
    GzDecoder::new(packed).read_to_string(&mut text).expect("it is whole");
    text
}

/// Writes it anew.
pub fn keep() -> io::Result<()> {
    // Without a time or a name in it, the same text gives the same bytes.
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text().as_bytes())?;
    fs::write(root().join(FILE), packed.finish()?)
}
