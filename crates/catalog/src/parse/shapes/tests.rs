//! One document for each shape, and what is read from it.

use super::super::Format;
use super::super::testing::{read, survive_damage};

const FLAT: &str = "\
- name: sled
  url: https://github.com/spacejam/sled
  description: an embedded
    tree
  language: Rust
  stars: 8.1k
  docs: https://docs.rs/sled
- title: Redis
  link: redis.io
  categories: [Caches, Stores]
  technologies: C, Lua
- url: https://github.com/etcd-io/etcd
- name: Nameless
- name: Nowhere
  url: '#part'
- note: just words
";

const BEST_OF: &str = "\
configuration:
  project_name: x
  badge: https://badge.example/x
categories:
  - category: stores
    title: Key-Value Stores
    subtitle: small ones
labels:
  - label: raft
    url: https://raft.github.io
projects:
  - name: badger
    github_id: dgraph-io/badger
    category: stores
    labels: [raft]
  - name: tikv
    github_id: tikv/tikv
    category: other
";

const LANDSCAPE: &str = "\
landscape:
  - category:
    name: Storage
    subcategories:
      - subcategory:
        name: Block
        items:
          - item:
            name: Longhorn
            homepage_url: https://longhorn.io/
            repo_url: https://github.com/longhorn/longhorn
            logo: longhorn.svg
            extra:
              blog_url: https://longhorn.io/blog/
              accepted: '2019-10-11'
          - item:
            name: Portal One
            homepage_url: https://portal.example/login
          - item:
            name: Portal Two
            homepage_url: https://portal.example/login
";

const MAPS: &str = r#"{
  "title": "Things",
  "Databases": {
    "sqlite": {"homepage": "https://sqlite.org", "repo": {"type": "git", "url": "https://github.com/sqlite/sqlite"}},
    "link": {"url": "https://a.example/link"}
  },
  "Queues": [
    {"name": "NATS", "url": "https://nats.io", "links": [{"title": "talk", "url": "https://t.example/1"}]},
    {"name": "Plugins below", "url": "https://p.example", "plugins": [{"name": "P1", "url": "https://p.example/1"}]}
  ],
  "More": {"ripgrep": "https://github.com/BurntSushi/ripgrep", "fd": "https://github.com/sharkdp/fd"},
  "author": {"name": "A", "url": "https://author.example"}
}"#;

const STARTERS: &str = r#"{
  "sponsors": [{"name": "S", "link": "https://s.example"}],
  "repositories": [
    {"name": "actix", "link": "https://github.com/actix/actix", "label": "easy", "technologies": ["Rust", "async"],
     "description": "actors"},
    {"name": "api", "html_url": "https://github.com/a/api", "url": "https://api.github.com/repos/a/api",
     "stargazers_count": 12, "forks_count": 3, "pushed_at": "2026-11-01T00:00:00Z", "topics": ["x", "y"]}
  ]
}"#;

#[test]
fn flat_list() {
    let expected = "\
sled = github.com/spacejam/sled @1[] - an embedded tree (Rust) +docs:https://docs.rs/sled Stars=8100
Redis = redis.io @8[Caches] @8[Stores] (C|Lua)
etcd-io/etcd = github.com/etcd-io/etcd @12[]
linkless Nameless @13[]
linkless Nowhere @14[]
skipped @14 - name: Nowhere: address leads nowhere outside
skipped @16 - note: just words: no name and no address";
    assert_eq!(read(Format::Yaml, FLAT), expected);
}

#[test]
fn best_of_list_with_titles_of_its_categories() {
    let expected = "\
badger = github.com/dgraph-io/badger @12[Key-Value Stores] (raft)
tikv = github.com/tikv/tikv @16[other]
skipped @9 - label: raft: a definition, not an entry";
    assert_eq!(read(Format::Yaml, BEST_OF), expected);
}

#[test]
fn landscape_of_three_levels_and_one_address_with_two_names() {
    let expected = "\
Longhorn = longhorn.io @8[Storage / Block] +repo url:https://github.com/longhorn/longhorn +blog url:https://longhorn.io/blog/
Portal One = portal.example/login~portalone @16[Storage / Block]
Portal Two = portal.example/login~portaltwo @19[Storage / Block]";
    assert_eq!(read(Format::Yaml, LANDSCAPE), expected);
}

#[test]
fn maps_of_names_and_of_categories() {
    let expected = "\
title Things
sqlite = sqlite.org @4[Databases] +repo:https://github.com/sqlite/sqlite
link = a.example/link @5[Databases]
NATS = nats.io @8[Queues] +talk:https://t.example/1
Plugins below = p.example @9[Queues]
P1 = p.example/1 @9[Queues]
ripgrep = github.com/burntsushi/ripgrep @11[More]
fd = github.com/sharkdp/fd @11[More]
skipped @12 \"author\": {\"name\": \"A\", \"url\": \"https://author.example\"}: about the document, not an entry";
    assert_eq!(read(Format::Json, MAPS), expected);
}

#[test]
fn list_of_repositories() {
    let expected = "\
actix = github.com/actix/actix @4[] - actors (Rust|async)
api = github.com/a/api @6[] Stars=12 Forks=3 Updated=1793491200
skipped @2 \"sponsors\": [{\"name\": \"S\", \"link\": \"https://s.example\"}],: about the document, not an entry";
    assert_eq!(read(Format::Json, STARTERS), expected);
}

#[test]
fn smaller_shapes() {
    let table = [
        (
            Format::Json,
            r#"["https://github.com/a/b", "words", "https://c.example/x"]"#,
            "a/b = github.com/a/b @1[]\nc.example/x = c.example/x @1[]",
        ),
        (
            Format::Json,
            r#"{"a": "https://a.example", "b": "https://b.example"}"#,
            "a = a.example @1[]\nb = b.example @1[]",
        ),
        (
            Format::Json,
            r#"{"message": "Not Found", "documentation_url": "https://docs.example/rest"}"#,
            "skipped @1 {\"message\": \"Not Found\", \"documentation_url\": \"https://docs.example/rest\"}: a single object where a list was expected",
        ),
        (
            Format::Yaml,
            "- Stores:\n  - fd: https://fd.example\n  - rg:\n      url: https://rg.example\n",
            "fd = fd.example @2[Stores]\nrg = rg.example @4[Stores]",
        ),
        (
            Format::Yaml,
            "sections:\n- title: One\n  url: https://one.example\n  items:\n  - {name: A, url: https://a.example}\n",
            "A = a.example @5[One]\nskipped @2 - title: One: address of a section",
        ),
        (
            Format::Yaml,
            "tools:\n- name: A\n  url: https://a.example\n  category: Net\n  subcategory: DNS\n",
            "A = a.example @2[Net / DNS]",
        ),
        (
            Format::Yaml,
            "- name: A\n  url: https://a.example\n  people:\n  - {name: P, url: https://p.example}\n",
            "A = a.example @1[]\nskipped @4 - {name: P, url: https://p.example}: a list below an entry",
        ),
        (
            Format::Yaml,
            "- {name: A, url: https://a.example}\n- {name: a, url: http://a.example/}\n",
            "A = a.example @1[] @2[]",
        ),
        (Format::Yaml, "just words", ""),
        (Format::Json, "[]", ""),
        (Format::Json, "[1,]", "the JSON does not parse at line 1: trailing comma"),
        (
            Format::Yaml,
            "a: [",
            "the YAML does not parse at line 1: while parsing a node, did not find expected node content",
        ),
    ];
    for (format, text, expected) in table {
        assert_eq!(read(format, text), expected, "{text}");
    }
}

#[test]
fn damaged_yaml_is_survived() {
    survive_damage(Format::Yaml, &[FLAT, BEST_OF, LANDSCAPE, MAPS], 6_000);
}

#[test]
fn damaged_json_is_survived() {
    survive_damage(Format::Json, &[MAPS, STARTERS], 6_000);
}

#[test]
fn many_definitions_are_looked_at_once() {
    let definitions = r#""groups":[{"id":"a","name":"A"}],"#.repeat(40_000);
    let began = std::time::Instant::now();
    // without a catalog beside them they define nothing
    let lone = read(Format::Json, &format!("{{{definitions}\"version\":1}}"));
    assert_eq!((lone.lines().count(), lone.lines().next()), (40_000, Some("linkless A @1[]")));
    let catalog = r#""items":[{"name":"x","url":"https://x.example","group":"a"}]"#;
    let told = read(Format::Json, &format!("{{{definitions}{catalog}}}"));
    assert_eq!(told, "x = x.example @1[A]");
    // looking through all of them for each of them takes a minute
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
}
