//! Names that want to be more than names: pages written as files stay within their folder, whatever documents call things
//! and whatever somebody has planted there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use whimbrel_world::World;

/// What attackers, other systems and plain bad luck call a section.
const NAMES: [&str; 50] = [
    "..",
    ".",
    "../..",
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows",
    "C:\\",
    "~root",
    "$(id)",
    "`id`",
    "a/../../b",
    "%2e%2e%2f",
    "%00",
    "..%c0%af",
    "feed.rss",
    "feed.atom",
    "index.html",
    "index.html/",
    "s",
    "c",
    "CON",
    "nul.txt",
    "COM1",
    "aux",
    ".git",
    ".htaccess",
    "-rf",
    "--help",
    "name ",
    " name",
    "na\tme",
    "name.",
    "na:me",
    "na|me",
    "na*me?",
    "<b>x</b>",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; drop table",
    "&amp;&lt;",
    "]]>",
    "@everyone",
    "\u{202e}gnp.exe",
    "\u{200b}",
    "\u{feff}x",
    "ﷺ",
    "👩‍👩‍👧",
    "İstanbul",
    "ſtraße",
    "Ａ／Ｂ",
];

/// Every file and link below a folder, with what it holds or where it leads.
fn below(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder is ours").map(|entry| entry.expect("readable")) {
        let (path, kind) = (entry.path(), entry.file_type().expect("readable"));
        if kind.is_symlink() {
            found.insert(path.clone(), format!("-> {}", fs::read_link(&path).expect("a link").display()));
        } else if kind.is_dir() {
            found.extend(below(&path));
        } else {
            let text = fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            found.insert(path, text.expect("readable"));
        }
    }
    found
}

/// A catalog whose sections and entries have such names, each alone, doubled, long, and in another case.
fn hostile() -> (String, usize) {
    let (mut text, mut many) = ("# Birds\n\n".to_owned(), 0);
    let variants = |name: &str| {
        [
            name.to_owned(),
            format!("{name}/{name}"),
            name.to_uppercase(),
            format!("{name}{}", "x".repeat(300)),
            format!("x {name}"),
            name.repeat(40),
        ]
    };
    for name in NAMES {
        for variant in variants(name) {
            many += 1;
            let _ = writeln!(
                text,
                "## {variant}\n\n- [{variant}](https://github.com/example/b{many}) - {variant}\n"
            );
        }
    }
    (text, many)
}

#[test]
fn hostile_names_and_planted_links_lead_nowhere() {
    let mut world = World::new();
    world.hurry();
    let (text, many) = hostile();
    assert_eq!(many, 300);
    world.write("lists/birds.md", text);
    world.follow("birds", "lists/birds.md");
    world.write("outside/kept.txt", "mine");
    world.write("outside/folder/kept.txt", "mine");
    let once = ["once", "--config", "whimbrel.toml", "--out", "site"];
    let output = world.run(&once);
    assert_eq!(output.code, Some(0), "{output:?}");
    let site = below(&world.path("site"));
    assert!(site.len() > 300, "{} files", site.len());

    // Nothing a browser would run, in whichever page it stands; and names every file system takes.
    for (path, text) in &site {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are text");
        assert!(
            name.len() < 200 && !name.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)),
            "{name}"
        );
        if path.extension().is_some_and(|ending| ending == "html") {
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{}", path.display());
        }
    }

    // Links where pages would be written: at a file, at a folder, at a place that is not there.
    let victim = |name: &str| world.path("outside").join(name);
    for (at, to) in
        [("feed.json", victim("kept.txt")), ("c", victim("folder")), ("index.html", victim("new.html"))]
    {
        let at = world.path("site").join(at);
        if at.is_dir() {
            fs::remove_dir_all(&at).expect("it is ours");
        } else {
            fs::remove_file(&at).expect("it is ours");
        }
        symlink(to, at).expect("the folder is ours");
    }
    let (outside, lists) = (below(&world.path("outside")), below(&world.path("lists")));
    let output = world.run(&once);
    assert!(!output.stderr.contains("panicked"), "{output:?}");
    assert_eq!(below(&world.path("outside")), outside, "something was written outside: {output:?}");
    assert_eq!(below(&world.path("lists")), lists);
    let around: Vec<_> = fs::read_dir(world.folder())
        .expect("it is ours")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .filter(|name| {
            !["site", "lists", "outside", "whimbrel.toml", "whimbrel-data"].contains(&name.as_str())
        })
        .collect();
    assert_eq!(around, [] as [&str; 0], "beside the folder");
}
