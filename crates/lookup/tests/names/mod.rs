//! Names to look up: real ones from the samples, as many made-up ones as are wanted, and the slips of somebody who types
//! them.

use std::path::{Path, PathBuf};

use whimbrel_catalog::{Entry, EntryKey, Hint, Place, SectionPath, parse};

/// What projects are called after.
const WORDS: [&str; 120] = [
    "actor",
    "agent",
    "api",
    "async",
    "audio",
    "auth",
    "awesome",
    "base",
    "batch",
    "bench",
    "bind",
    "block",
    "bloom",
    "board",
    "boot",
    "bot",
    "bridge",
    "build",
    "cache",
    "calendar",
    "chain",
    "chart",
    "chat",
    "check",
    "cli",
    "client",
    "cloud",
    "cluster",
    "code",
    "color",
    "command",
    "compress",
    "config",
    "container",
    "core",
    "crawler",
    "cron",
    "crypt",
    "dash",
    "data",
    "deploy",
    "diff",
    "docs",
    "editor",
    "email",
    "engine",
    "event",
    "express",
    "fast",
    "feed",
    "file",
    "filter",
    "flow",
    "form",
    "fuzzy",
    "game",
    "gate",
    "geo",
    "graph",
    "grid",
    "hash",
    "http",
    "image",
    "index",
    "json",
    "kube",
    "lang",
    "layout",
    "light",
    "link",
    "lint",
    "log",
    "machine",
    "mail",
    "map",
    "markdown",
    "mesh",
    "metric",
    "micro",
    "mock",
    "monitor",
    "net",
    "notify",
    "parse",
    "pdf",
    "plugin",
    "proxy",
    "queue",
    "quick",
    "raft",
    "react",
    "redis",
    "router",
    "rpc",
    "rule",
    "scan",
    "schema",
    "script",
    "search",
    "secret",
    "server",
    "shell",
    "simple",
    "sql",
    "state",
    "storage",
    "stream",
    "style",
    "swift",
    "sync",
    "table",
    "task",
    "template",
    "term",
    "test",
    "text",
    "time",
    "token",
    "tools",
    "trace",
];

/// A number that looks like chance and is always the same.
pub(crate) fn dice(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A made-up name.
pub(crate) fn name(number: u64) -> String {
    let chance = dice(number);
    let word = |shift: u32| WORDS[(chance >> shift) as usize % WORDS.len()];
    let own = syllables(dice(chance), 2 + (chance >> 50) as usize % 2);
    match chance % 10 {
        0..3 => format!("{}-{}-{}", word(8), word(20), own),
        3..5 => format!("{}-{}", word(8), word(20)),
        5..7 => format!("{own}{}", word(8)),
        7..9 => format!("{own}-{}", word(8)),
        _ => syllables(dice(chance), 4),
    }
}

fn syllables(mut chance: u64, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push(char::from(b"bcdfghklmnprstvwxz"[(chance % 18) as usize]));
        text.push(char::from(b"aeiouy"[(chance / 18 % 6) as usize]));
        if (chance / 108).is_multiple_of(4) {
            text.push(char::from(b"nrstlxmd"[(chance / 432 % 8) as usize]));
        }
        chance = dice(chance);
    }
    text
}

/// Something made up that is listed under a made-up name.
pub(crate) fn entry(number: u64) -> Entry {
    let (name, chance) = (name(number), dice(number ^ 0xfeed));
    let word = |shift: u32| WORDS[(chance >> shift) as usize % WORDS.len()];
    let key = format!("github.com/{}{}/{name}", syllables(chance % 60_000, 2), chance % 7);
    Entry {
        key: EntryKey::from_stored(&key),
        name,
        url: format!("https://{key}"),
        description: format!(
            "A {} {} for {} and {}, with {} of {}.",
            word(3),
            word(11),
            word(19),
            syllables(chance % 9_973, 3),
            word(27),
            word(35)
        ),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new([format!("Section {}", number % 20)]), line: 0 }],
    }
}

/// What the samples list, and what the folder that `WHIMBREL_SEEDS` names has.
pub(crate) fn real() -> Vec<Entry> {
    let samples =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("config/samples"));
    let samples = samples.into_iter().find(|folder| folder.is_dir());
    let folders = samples.into_iter().chain(std::env::var_os("WHIMBREL_SEEDS").map(PathBuf::from));
    let mut entries: Vec<Entry> = Vec::new();
    for folder in folders {
        let files = std::fs::read_dir(folder).expect("the folder can be listed");
        for file in files.map(|file| file.expect("and its files")).filter(|file| file.path().is_file()) {
            let bytes = std::fs::read(file.path()).expect("a file can be read");
            let name = file.file_name().to_string_lossy().into_owned();
            let hint = Hint { name: Some(&name), ..Hint::default() };
            entries.extend(parse(&bytes, hint).into_iter().flat_map(|reading| reading.snapshot.entries));
        }
    }
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.dedup_by(|a, b| a.key == b.key);
    entries
}

/// The text with one slip: a letter left out, doubled by another, mistaken, or two of them in the wrong order.
pub(crate) fn with_a_slip(text: &str, chance: u64) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = (chance >> 8) as usize % letters.len();
    let other = char::from(b'a' + (chance >> 40) as u8 % 26);
    match chance % 4 {
        0 if letters.len() > 1 => {
            letters.remove(at);
        }
        1 => letters.insert(at, other),
        2 if at > 0 => letters.swap(at - 1, at),
        _ => letters[at] = other,
    }
    letters.into_iter().collect()
}
