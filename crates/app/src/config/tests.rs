//! The commented file is the configuration in words: it must say exactly what the structs do.

use std::path::Path;

use super::*;

/// The commented file with every key switched on: `#key = …` and `#[section]` lose their `#`, prose keeps it.
fn switched_on() -> String {
    let key = |line: &str| {
        let line = line.strip_prefix('#')?;
        let name = line.split([' ', '=']).next()?;
        let is_key = line.contains(" = ") && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        (is_key && !name.is_empty() || line.starts_with('[')).then(|| line.to_owned())
    };
    COMMENTED.lines().map(|line| key(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// Every key of a table with its value, `section.key = value`.
fn flat(table: &toml::Table, lead: &str, into: &mut std::collections::BTreeMap<String, toml::Value>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => flat(inner, &format!("{lead}{key}."), into),
            value => drop(into.insert(format!("{lead}{key}"), value.clone())),
        }
    }
}

#[test]
fn the_commented_file_is_the_default_configuration() {
    let as_it_is: Config = toml::from_str(COMMENTED).unwrap();
    let default = toml::Table::try_from(Config::default()).unwrap();
    assert_eq!(toml::Table::try_from(as_it_is).unwrap(), default, "the file as it is changes nothing");

    let mut written = toml::from_str::<toml::Table>(&switched_on()).unwrap();
    toml::from_str::<Config>(&switched_on()).unwrap_or_else(|error| panic!("{error}"));
    let example = written.remove("catalog");
    assert!(example.is_some(), "an example of a catalog");
    assert!(written.remove("destination").is_some(), "an example of a destination");
    let (mut in_words, mut in_code) = Default::default();
    flat(&written, "", &mut in_words);
    flat(&default, "", &mut in_code);
    // Values nobody can have by default have an example instead, and no line in the serialised defaults.
    in_words.retain(|key, _| !OPTIONAL.contains(&key.as_str()));
    in_code.remove("catalog");
    assert_eq!(in_words, in_code);
}

/// Keys without a default.
const OPTIONAL: &[&str] = &[
    "admin.to",
    "discord.public_key",
    "discord.token",
    "discord.webhooks.news",
    "github.app_id",
    "github.app_installation",
    "github.app_key_file",
    "github.token",
    "github.tokens",
    "github.webhook_secret",
    "telegram.token",
    "telegram.webhook_secret",
    "telemetry.otlp",
    "web.hub",
    "web.public_url",
];

#[test]
fn every_key_of_the_commented_file_is_explained() {
    let lines: Vec<&str> = COMMENTED.lines().collect();
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.contains(" = ")) {
        let above = place.checked_sub(1).map_or("", |above| lines[above]);
        assert!(above.starts_with("# "), "no explanation above `{line}`");
    }
}

fn loaded(source: &str, environment: &Environment) -> Result<Config, String> {
    load::read(Path::new("w.toml"), source, environment).map_err(|error| error.to_string())
}

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_nearest() {
    let error = loaded("[store]\npath = \"x\"\nbackup_hour = 3\n", &Environment::default()).unwrap_err();
    assert_eq!(
        error,
        "w.toml, line 3: unknown key `backup_hour`: did you mean `backup_hours`?\n  |\n3 | backup_hour = …\n  | ^^^^^^^^^^^"
    );
    let error = loaded("[stroe]\n", &Environment::default()).unwrap_err();
    assert!(error.starts_with("w.toml, line 1: unknown key `stroe`: did you mean `store`?"), "{error}");
    let error = loaded("[store\n", &Environment::default()).unwrap_err();
    assert!(error.starts_with("w.toml, line 1: "), "{error}");
}

#[test]
fn the_environment_overrides_the_file() {
    let environment = Environment::of([
        ("WHIMBREL_STORE__CACHE_MIB", "32"),
        ("WHIMBREL_STORE__PATH", "/var/lib/w"),
        ("WHIMBREL_LOG__LEVEL", "7"), // text, although it looks like a number
        ("WHIMBREL_CONFIG", "not an override"),
        ("HOME", "/root"),
    ]);
    let config = loaded("[store]\ncache_mib = 4\nbackup_hours = 1\n", &environment).unwrap();
    assert_eq!((config.store.cache_mib, config.store.backup_hours), (32, 1));
    assert_eq!(config.store.path, Path::new("/var/lib/w"));
    assert_eq!(config.log.level, "7");
    let error = loaded("", &Environment::of([("WHIMBREL_STORE__PATHS", "x")])).unwrap_err();
    assert_eq!(error, "WHIMBREL_STORE__PATHS: unknown key `paths`: did you mean `path`?");
    let error = loaded("", &Environment::of([("WHIMBREL_STORE__CACHE_MIB", "much")])).unwrap_err();
    assert!(error.starts_with("WHIMBREL_STORE__CACHE_MIB: invalid type"), "{error}");
}

#[test]
fn a_missing_file_is_told_by_name() {
    let error = load(Some(Path::new("/nowhere/w.toml")), &Environment::default()).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/w.toml: there is no such file: check the name");
}

#[test]
fn catalogs_are_checked_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    let complain = |text: &str| {
        std::fs::write(&file, text).unwrap();
        load(Some(&file), &Environment::default()).unwrap_err().to_string()
    };
    let error = complain("[[catalog]]\nid = 'a'\nsource = 'a.md'\n[[catalog]]\nid = 'a'\nsource = 'b.md'\n");
    assert!(error.contains("line 5: a second catalog is called `a`"), "{error}");
    let error = complain("[[catalog]]\nid = 'a'\nsource = 'gopher://b'\n");
    assert!(error.contains("line 3: ") && error.contains("gopher"), "{error}");
    let error = complain("[[catalog]]\nid = 'A b'\nsource = 'b'\n");
    assert!(error.contains("line 2: `A b` is no catalog id"), "{error}");
}

#[test]
fn secrets_come_from_variables_files_and_credentials() {
    use secrecy::ExposeSecret;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("github_token"), "from-credential\n").unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "from-file\n").unwrap();
    let (folder, file) = (folder.path().to_str().unwrap(), file.to_str().unwrap());
    let credential = ("CREDENTIALS_DIRECTORY", folder);
    let named = ("WHIMBREL_GITHUB__TOKEN_FILE", file);
    let direct = ("WHIMBREL_GITHUB__TOKEN", "12345");
    for (environment, token) in [
        (Environment::of([credential]), "from-credential"),
        (Environment::of([credential, named]), "from-file"),
        (Environment::of([credential, named, direct]), "12345"),
    ] {
        let config = loaded("[github]\ntoken = 'in the configuration'", &environment).unwrap();
        assert_eq!(config.github.token.as_ref().unwrap().expose_secret(), token);
        assert!(!format!("{config:?}").contains(token));
    }
}

#[test]
fn a_section_that_moved_is_told_with_its_new_place() {
    let error = loaded("[watch.github]\ntoken = 'sesame'\n", &Environment::default()).unwrap_err();
    assert!(error.contains("line 1: unknown key `github`: it is a section of its own, [github]"), "{error}");
    let old = Environment::of([("WHIMBREL_WATCH__GITHUB__TOKEN", "sesame")]);
    let error = loaded("", &old).unwrap_err();
    assert!(error.contains("WHIMBREL_GITHUB__") && !error.contains("sesame"), "{error}");
}

#[test]
fn what_is_no_text_file_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let latin = folder.path().join("latin.toml");
    std::fs::write(&latin, b"# Caf\xe9\n").unwrap();
    for (named, words) in [
        (folder.path(), "it is a folder: name the file in it, such as "),
        (&*latin, "it is not UTF-8 text: "),
    ] {
        let said = load::load(Some(named), &Environment::default()).unwrap_err().to_string();
        assert!(said.contains(words) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_pace_at_which_nothing_is_sent_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    let load = |pace: u32| {
        std::fs::write(&file, format!("[telegram]\nper_second = {pace}\n")).unwrap();
        load::load(Some(&file), &Environment::default())
    };
    let error = load(0).unwrap_err().to_string();
    let said = "w.toml, line 2: `per_second` in [telegram]: at this pace nothing is ever sent";
    assert!(error.contains(said), "{error}");
    assert_eq!(load(500).unwrap().config.telegram.per_second, 500);
}
