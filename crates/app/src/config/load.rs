//! Where a configuration comes from: a file (or the built-in one), overridden from the environment, with secrets from
//! the environment, from files, or from systemd's credentials.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use whimbrel_telemetry::Collector;

use super::{COMMENTED, Config, ConfigError};
use crate::check::documents::in_words;

/// The file that is read when none is named.
pub(crate) const USUAL: &str = "whimbrel.toml";

/// Keys that hold secrets: they can also come from a file (`WHIMBREL_GITHUB__TOKEN_FILE`) and from a systemd
/// credential (`github_token`).
const SECRETS: [&[&str]; 6] = [
    &["github", "token"],
    &["github", "webhook_secret"],
    &["telegram", "token"],
    &["telegram", "webhook_secret"],
    &["discord", "token"],
    &["telemetry", "otlp"],
];

/// Variables that every program with spans knows. Where one is set, it counts instead of the file; our own count more.
const OPENTELEMETRY: [(&str, [&str; 2]); 2] =
    [("OTEL_EXPORTER_OTLP_ENDPOINT", ["telemetry", "otlp"]), ("OTEL_SERVICE_NAME", ["telemetry", "service"])];

/// What surrounds the program, as a value, so that tests can make their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

/// A configuration and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The configuration.
    pub(crate) config: Config,
    /// Its file; `None` for the built-in one.
    pub(crate) file: Option<PathBuf>,
    /// What relative paths in it start from.
    pub(crate) folder: PathBuf,
}

impl Loaded {
    /// Where the state lies.
    pub(crate) fn store_folder(&self) -> PathBuf {
        self.folder.join(&self.config.store.path)
    }
}

/// Reads the named file, else `whimbrel.toml` here if there is one, else the built-in configuration.
pub(crate) fn load(named: Option<&Path>, environment: &Environment) -> Result<Loaded, ConfigError> {
    let usual = Path::new(USUAL);
    let file = named.or_else(|| usual.exists().then_some(usual));
    let source = match file {
        Some(file) => fs::read_to_string(file).map_err(|error| ConfigError::Unreadable {
            file: file.to_owned(),
            reason: unreadable(file, &error),
        })?,
        None => COMMENTED.to_owned(),
    };
    let shown = file.unwrap_or_else(|| Path::new("the built-in configuration"));
    let config = read(shown, &source, environment)?;
    // Of a bare name the parent is nothing, and nothing is no folder one can ask the system about.
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).to_owned();
    sound(shown, &source, &config, &folder)?;
    Ok(Loaded { config, file: file.map(Path::to_owned), folder })
}

/// Why the file cannot be read, and what to do.
fn unreadable(file: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::IsADirectory => {
            format!("it is a folder: name the file in it, such as {}", file.join(USUAL).display())
        }
        io::ErrorKind::InvalidData => {
            "it is not UTF-8 text: check the name, or save it as UTF-8 in your editor".to_owned()
        }
        _ => in_words(error),
    }
}

/// Reads the text of a file and applies what overrides it.
pub(super) fn read(file: &Path, source: &str, environment: &Environment) -> Result<Config, ConfigError> {
    // Once for itself, so that every error shows its place in the file …
    let mut config: Config = toml::from_str(source)
        .map_err(|error| ConfigError::at(file, source, error.span(), error.message()))?;
    let overrides = environment.overrides()?;
    if overrides.is_empty() {
        return Ok(config);
    }
    // … then with each value from outside, so that a wrong one is named by where it came from.
    let mut table: toml::Table = toml::from_str(source)
        .map_err(|error| ConfigError::at(file, source, error.span(), error.message()))?;
    for Override { origin, path, value } in overrides {
        let as_typed = with(&table, &path, typed(&value));
        let as_text = || with(&table, &path, toml::Value::String(value.clone()));
        let tried: Result<_, String> = as_typed.and_then(|table| Ok((config_of(&table)?, table)));
        let tried: Result<_, String> = tried.or_else(|first| {
            let table = as_text().map_err(|_| first.clone())?;
            Ok((config_of(&table).map_err(|_| first)?, table))
        });
        (config, table) = tried.map_err(|message| ConfigError::outside(origin, &message))?;
    }
    Ok(config)
}

/// What no single value tells: every id once, every source one we can read.
fn sound(file: &Path, source: &str, config: &Config, folder: &Path) -> Result<(), ConfigError> {
    #[derive(Default, Deserialize)]
    struct Places {
        #[serde(default)]
        catalog: Vec<Place>,
        #[serde(default)]
        telegram: BTreeMap<String, toml::Spanned<toml::Value>>,
        #[serde(default)]
        telemetry: BTreeMap<String, toml::Spanned<toml::Value>>,
    }
    #[derive(Deserialize)]
    struct Place {
        id: toml::Spanned<String>,
        source: toml::Spanned<String>,
    }
    let Places { catalog: places, telegram, telemetry } = toml::from_str(source).unwrap_or_default();
    for (section, places, wrong) in [
        ("telegram", telegram, config.telegram.wrong(config.web.public_url.as_deref())),
        ("telemetry", telemetry, config.telemetry.wrong()),
    ] {
        let Some((key, why)) = wrong else { continue };
        let span = places.get(key).map(toml::Spanned::span);
        return Err(ConfigError::at(file, source, span, &format!("`{key}` in [{section}]: {why}")));
    }
    let mut seen = BTreeSet::new();
    for (place, catalog) in config.catalogs.iter().enumerate() {
        let wrong = |span: fn(&Place) -> Range<usize>, message: String| {
            ConfigError::at(file, source, places.get(place).map(span), &message)
        };
        if !seen.insert(&catalog.id) {
            let message = format!("a second catalog is called `{}`: give one of them another id", catalog.id);
            return Err(wrong(|place| place.id.span(), message));
        }
        catalog
            .spec(folder, &config.watch)
            .map_err(|error| wrong(|place| place.source.span(), error.to_string()))?;
    }
    Ok(())
}

fn config_of(table: &toml::Table) -> Result<Config, String> {
    table.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())
}

/// The value as TOML would read it; what TOML cannot read is text, so that addresses need no quotes.
fn typed(value: &str) -> toml::Value {
    toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()))
}

/// A copy of the table with this value at this path.
fn with(table: &toml::Table, path: &[String], value: toml::Value) -> Result<toml::Table, String> {
    let mut copy = table.clone();
    let Some((key, sections)) = path.split_last() else { return Ok(copy) };
    let mut place = &mut copy;
    for section in sections {
        let inner = place.entry(section.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        place = inner.as_table_mut().ok_or_else(|| format!("`{section}` is no section"))?;
    }
    place.insert(key.clone(), value);
    Ok(copy)
}

/// A value from outside the file.
struct Override {
    origin: String,
    path: Vec<String>,
    value: String,
}

impl Environment {
    /// That of this process. Variables that are no text are none of ours.
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(text).collect() }
    }

    /// Made by hand.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self { variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
    }

    /// Files that hold secrets: what they say may change while we run.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let credentials = self.variables.get("CREDENTIALS_DIRECTORY");
        let keys = SECRETS.iter().flat_map(|key| {
            let named = self.variables.get(&file_variable(key)).map(PathBuf::from);
            let credential = credentials.map(|folder| Path::new(folder).join(key.join("_")));
            [named, credential]
        });
        keys.flatten().collect()
    }

    /// Everything in it that configures us. A variable of its own wins over a file with a secret, and that over a
    /// credential.
    fn overrides(&self) -> Result<Vec<Override>, ConfigError> {
        let mut found = Vec::new();
        for (name, path) in OPENTELEMETRY {
            // An empty one counts as not set, says their specification. One that only other protocols have a use for is
            // meant for other programs.
            let is_ours = |value: &&String| {
                !value.trim().is_empty() && (path != OPENTELEMETRY[0].1 || Collector::at(value).is_ok())
            };
            if let Some(value) = self.variables.get(name).filter(is_ours) {
                let path = path.map(ToOwned::to_owned).to_vec();
                found.push(Override { origin: name.to_owned(), path, value: value.clone() });
            }
        }
        for key in SECRETS {
            let path: Vec<String> = key.iter().map(ToString::to_string).collect();
            if let Some(folder) = self.variables.get("CREDENTIALS_DIRECTORY") {
                let file = Path::new(folder).join(key.join("_"));
                if file.exists() {
                    let value = secret(&file, "CREDENTIALS_DIRECTORY")?;
                    found.push(Override { origin: file.display().to_string(), path: path.clone(), value });
                }
            }
            let name = file_variable(key);
            if let Some(file) = self.variables.get(&name) {
                let value = secret(Path::new(file), &name)?;
                found.push(Override { origin: name, path, value });
            }
        }
        for (name, value) in &self.variables {
            let Some(rest) = name.strip_prefix("WHIMBREL_").filter(|rest| rest.contains("__")) else {
                continue;
            };
            if SECRETS.iter().any(|key| file_variable(key) == *name) {
                continue;
            }
            let path = rest.split("__").map(str::to_lowercase).collect();
            found.push(Override { origin: name.clone(), path, value: value.clone() });
        }
        Ok(found)
    }
}

/// The variable that names the file a secret lies in.
fn file_variable(key: &[&str]) -> String {
    format!("WHIMBREL_{}_FILE", key.join("__").to_uppercase())
}

/// A secret that lies in a file, without the line end editors add.
fn secret(file: &Path, origin: &str) -> Result<String, ConfigError> {
    let text = fs::read_to_string(file).map_err(|error| {
        ConfigError::outside(origin, &format!("reading {}: {}", file.display(), in_words(&error)))
    })?;
    Ok(text.trim().to_owned())
}
