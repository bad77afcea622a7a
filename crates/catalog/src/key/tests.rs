//! Spellings in a table, and what must hold for any text at all.

use proptest::prelude::*;

use super::address::Address;
use super::{EntryKey, name_from_url, plain};

/// Spellings on the left, their common key on the right.
const SAME: &[(&[&str], &str)] = &[
    (
        &[
            "https://github.com/BurntSushi/ripgrep",
            "http://github.com/burntsushi/ripgrep",
            "HTTPS://GitHub.com/BurntSushi/RipGrep/",
            "//github.com/BurntSushi/ripgrep",
            "https://www.github.com/BurntSushi/ripgrep",
            "https://github.com:443/BurntSushi/ripgrep",
            "http://github.com:80/BurntSushi/ripgrep",
            "https://github.com./BurntSushi/ripgrep",
            "https://github.com//BurntSushi//ripgrep//",
            "https://someone:secret@github.com/BurntSushi/ripgrep",
            "https://github.com/BurntSushi/ripgrep.git",
            "git://github.com/BurntSushi/ripgrep.git",
            "ssh://git@github.com/BurntSushi/ripgrep.git",
            "git+https://github.com/BurntSushi/ripgrep",
            "https://github.com/BurntSushi/ripgrep#readme",
            "https://github.com/BurntSushi/ripgrep#installation",
            "https://github.com/BurntSushi/ripgrep?tab=readme-ov-file",
            "https://github.com/BurntSushi/ripgrep?tab=readme-ov-file#installation",
            "https://github.com/BurntSushi/ripgrep?utm_source=list&utm_medium=link",
            "https://github.com/BurntSushi/ripgrep/tree/master",
            "https://github.com/BurntSushi/ripgrep/tree/main/",
            "https://github.com/BurntSushi/ripgrep/tree/HEAD",
            "https://github.com/BurntSushi/ripgrep/tree",
            "https://github.com/BurntSushi/ripgrep/blob/master/README.md",
            "https://github.com/BurntSushi/ripgrep/blob/develop/readme.rst#usage",
            "https://github.com/BurntSushi/%72ipgrep",
            "https://github.com/./BurntSushi/x/../ripgrep",
            "  https://github.com/BurntSushi/ripgrep \n",
            "https:///github.com/BurntSushi/ripgrep",
        ],
        "github.com/burntsushi/ripgrep",
    ),
    (
        &[
            "https://github.com/coreos/etcd/tree/master/raft",
            "https://github.com/CoreOS/etcd/tree/main/raft/",
            "https://github.com/coreos/etcd/blob/main/raft",
            "https://github.com/coreos/etcd/tree/main/raft/README.md",
        ],
        "github.com/coreos/etcd/raft",
    ),
    (
        &["https://github.com/a/b/tree/v2/docs", "https://github.com/a/b/blob/v2/docs/README.md"],
        "github.com/a/b/tree/v2/docs",
    ),
    (&["https://github.com/a/b/tree/main/issues"], "github.com/a/b/tree/HEAD/issues"),
    (&["https://github.com/A/B/issues"], "github.com/a/b/issues"),
    (&["https://github.com/A/B/blob/main/Guide.md"], "github.com/a/b/Guide.md"),
    (&["https://github.com/Owner", "https://github.com/owner?tab=repositories"], "github.com/owner"),
    (&["https://github.com/topics/Raft"], "github.com/topics/raft"),
    (
        &["https://github.com/search?type=code&q=raft", "https://github.com/search?q=raft&type=code"],
        "github.com/search?q=raft&type=code",
    ),
    (
        &[
            "https://gitlab.com/Group/Sub/Tool",
            "https://gitlab.com/group/sub/tool.git",
            "https://gitlab.com/Group/Sub/Tool/-/tree/main",
            "https://gitlab.com/Group/Sub/Tool/-/blob/master/README.md?ref_type=heads#use",
        ],
        "gitlab.com/group/sub/tool",
    ),
    (
        &["https://gitlab.com/a/b/-/tree/main/cmd", "https://gitlab.com/a/b/tree/master/cmd"],
        "gitlab.com/a/b/-/tree/HEAD/cmd",
    ),
    (&["https://gitlab.gnome.org/World/Secrets/"], "gitlab.gnome.org/world/secrets"),
    (
        &[
            "https://codeberg.org/Forgejo/forgejo",
            "https://codeberg.org/forgejo/forgejo/src/branch/main/README.md",
            "https://codeberg.org/forgejo/forgejo/src/branch/main",
            "https://codeberg.org/forgejo/forgejo/src",
        ],
        "codeberg.org/forgejo/forgejo",
    ),
    (&["https://codeberg.org/a/b/src/branch/main/contrib"], "codeberg.org/a/b/contrib"),
    (&["https://codeberg.org/a/b/src/tag/v1/contrib"], "codeberg.org/a/b/src/tag/v1/contrib"),
    (
        &[
            "https://bitbucket.org/Team/Repo",
            "https://bitbucket.org/team/repo/src/master/",
            "https://bitbucket.org/team/repo/src",
            "https://bitbucket.org/team/repo/overview",
            "https://bitbucket.org/team/repo/src/master/README.md",
        ],
        "bitbucket.org/team/repo",
    ),
    (
        &[
            "https://git.sr.ht/~User/Tool",
            "https://git.sr.ht/~user/tool/tree",
            "https://git.sr.ht/~user/tool/tree/master/item/README.md",
        ],
        "git.sr.ht/~user/tool",
    ),
    (&["https://sr.ht/~User/Hub/"], "sr.ht/~user/hub"),
    (
        &[
            "http://example.org/guide/index.html",
            "https://example.org/guide/",
            "https://example.org/guide",
            "https://www.example.org/guide/INDEX.HTM",
            "https://EXAMPLE.org//guide//index.html",
            "https://example.org/guide?ref=list",
            "https://example.org/guide?source=x&platform=mac&tab=y",
            "https://example.org/guide?",
            "https://example.org/guide#",
            "https://example.org/guide#top",
            "https://example.org/guide#README",
            "https://example.org/guide/#:~:text=words",
            "https://example.org/guide?fbclid=1&UTM_Campaign=2",
            "https://example.org/%67uide",
            "https://example.org/a/%2e%2e/guide",
            "ftp://example.org/guide",
        ],
        "example.org/guide",
    ),
    (
        &[
            "https://example.org",
            "https://example.org/",
            "https://example.org/index.html",
            "https://example.org/?utm_source=a",
            "http://www.www.example.org",
        ],
        "example.org",
    ),
    (&["https://example.org/guide#raft"], "example.org/guide#raft"),
    (&["https://example.org/Guide"], "example.org/Guide"),
    (&["https://example.org:8443/x"], "example.org:8443/x"),
    (
        &["https://example.org/labels/good%20first%20issue", "https://example.org/labels/good first issue"],
        "example.org/labels/good first issue",
    ),
    (&["https://example.org/a%2fb", "https://example.org/a%2Fb"], "example.org/a%2Fb"),
    (&["https://example.org/a%3fb"], "example.org/a%3Fb"),
    (&["https://example.org/a%23b"], "example.org/a%23b"),
    (&["https://example.org/100%25", "https://example.org/100%"], "example.org/100%25"),
    (&["https://example.org/%FF%e4"], "example.org/%FF%E4"),
    (
        &["https://example.org/license-(revised)", "https://example.org/license-%28revised%29"],
        "example.org/license-(revised)",
    ),
    (&["https://example.org/wiki/G%C3%B6del", "https://example.org/wiki/Gödel"], "example.org/wiki/Gödel"),
    (
        &[
            "https://example.org/s?q=is:open+label:\"Up+For+Grabs\"",
            "https://example.org/s?q=is%3Aopen%20label%3A%22Up%20For%20Grabs%22",
        ],
        "example.org/s?q=is:open label:\"Up For Grabs\"",
    ),
    (&["https://example.org/s?b=2&a=1", "https://example.org/s?a=1&&b=2"], "example.org/s?a=1&b=2"),
    (&["https://example.org/s?a=1%262"], "example.org/s?a=1%262"),
    (&["https://example.org/?p=12&ref=x"], "example.org?p=12"),
    (&["https://news.ycombinator.com/item?id=16704850"], "news.ycombinator.com/item?id=16704850"),
    (
        &[
            "https://www.youtube.com/watch?v=Y6Ev8GIlbxc",
            "https://youtu.be/Y6Ev8GIlbxc",
            "https://youtu.be/Y6Ev8GIlbxc?si=abc&t=10",
            "https://m.youtube.com/watch?v=Y6Ev8GIlbxc&feature=youtu.be",
            "https://www.youtube.com/embed/Y6Ev8GIlbxc",
            "https://www.youtube-nocookie.com/embed/Y6Ev8GIlbxc?start=3",
            "https://youtube.com/shorts/Y6Ev8GIlbxc",
        ],
        "youtube.com/watch?v=Y6Ev8GIlbxc",
    ),
    (&["https://www.youtube.com/playlist?list=PLabc"], "youtube.com/playlist?list=PLabc"),
    (
        &[
            "https://apps.apple.com/us/app/some-tool/id904280696?mt=12&uo=4",
            "https://itunes.apple.com/de/app/id904280696",
            "https://apps.apple.com/app/apple-store/id904280696?pt=1",
        ],
        "apps.apple.com/id904280696",
    ),
    (
        &["https://twitter.com/finagle", "https://mobile.twitter.com/finagle", "https://x.com/finagle?s=20"],
        "x.com/finagle",
    ),
    (&["https://dx.doi.org/10.1145/1"], "doi.org/10.1145/1"),
    (
        &["https://en.m.wikipedia.org/wiki/Raft", "https://en.wikipedia.org/wiki/Raft"],
        "en.wikipedia.org/wiki/Raft",
    ),
    (
        &["https://bücher.example/a", "https://xn--bcher-kva.example/a", "https://B%C3%BCcher.example/a"],
        "xn--bcher-kva.example/a",
    ),
    (&["http://[2001:db8::1]:8080/x", "http://[2001:DB8:0::1]:8080/x/"], "[2001:db8::1]:8080/x"),
    (&["http://127.0.0.1:3000/"], "127.0.0.1:3000"),
    (&["http://www.com/a"], "www.com/a"),
    (&["http://localhost/a"], "localhost/a"),
    (
        &["https://web.archive.org/web/2020/http://example.org/x"],
        "web.archive.org/web/2020/http:/example.org/x",
    ),
    (&["https://medium.com/@dan/title-abc?source=friends_link"], "medium.com/@dan/title-abc"),
    (
        &["https://play.google.com/store/apps/details?id=org.tool&hl=en"],
        "play.google.com/store/apps/details?id=org.tool",
    ),
    (
        &[
            "https://matklad.github.io//2020/11/01/notes.html",
            "https://matklad.github.io/2020/11/01/notes.html",
        ],
        "matklad.github.io/2020/11/01/notes.html",
    ),
];

const NO_KEY: &[&str] = &[
    "",
    " ",
    "#anchor",
    "docs/guide.md",
    "/docs",
    "./a",
    "../a",
    "?q=1",
    "mailto:a@example.org",
    "javascript:void(0)",
    "data:text/plain,hi",
    "tel:+123",
    "https://",
    "https:///",
    "http://#a",
    "//",
    "https:example.org",
    "example.org/a",
    "editor.md#part",
    "https://exa mple.org/",
    "http://host:port/",
    "http://a:99999/",
    "https://[::1",
    "owner/repo:tag",
];

#[test]
fn spellings_of_one_thing_give_one_key() {
    assert!(SAME.iter().map(|(spellings, _)| spellings.len()).sum::<usize>() >= 80);
    for (spellings, key) in SAME {
        for spelling in *spellings {
            let found = EntryKey::from_url(spelling);
            assert_eq!(found.as_ref().map(EntryKey::as_str), Some(*key), "{spelling}");
        }
    }
}

#[test]
fn keys_of_different_things_differ() {
    let mut keys: Vec<_> = SAME.iter().map(|(_, key)| *key).collect();
    keys.sort_unstable();
    for pair in keys.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}

#[test]
fn what_leads_nowhere_outside_has_no_key() {
    for url in NO_KEY {
        assert_eq!(EntryKey::from_url(url), None, "{url}");
        assert_eq!(name_from_url(url), None, "{url}");
    }
}

#[test]
fn plain_addresses_take_the_short_way() {
    let plain_ones = [
        "https://github.com/Owner/Repo",
        "http://www.github.com/Owner/Repo/",
        "https://gitlab.com/owner/repo",
        "https://example.org",
        "https://docs.example.org/a/b_c/d-e.html",
    ];
    for url in plain_ones {
        assert!(plain::key(url).is_some(), "{url}");
    }
}

#[test]
fn repository_of_a_key() {
    let table = [
        ("https://github.com/CoreOS/etcd/tree/master/raft", Some(("github.com", "coreos", "etcd"))),
        ("https://github.com/a/b?x=1", Some(("github.com", "a", "b"))),
        ("https://github.com/a/b/issues", Some(("github.com", "a", "b"))),
        ("https://gitlab.com/G/Sub/Tool/-/issues", Some(("gitlab.com", "g/sub", "tool"))),
        ("https://git.sr.ht/~u/tool", Some(("git.sr.ht", "~u", "tool"))),
        ("https://codeberg.org/o/r", Some(("codeberg.org", "o", "r"))),
        ("https://github.com/a", None),
        ("https://github.com", None),
        ("https://github.com/topics/raft", None),
        ("https://example.org/a/b", None),
    ];
    for (url, expected) in table {
        let key = EntryKey::from_url(url).expect(url);
        assert_eq!(key.repository(), expected, "{url}");
        assert_eq!(key.with_name("Some Name").repository(), expected, "{url}");
    }
}

#[test]
fn a_name_is_part_of_a_shared_address() {
    let key = EntryKey::from_url("https://example.org/login").expect("a key");
    assert_ne!(key.with_name("Cocktail"), key.with_name("Acorn"));
    assert_eq!(key.with_name("The Cocktail!"), key.with_name("the cocktail").with_name("The cocktail"));
    assert_eq!(key.with_name("x").address(), key.as_str());
}

#[test]
fn names_from_addresses() {
    let table = [
        ("https://github.com/coreos/etcd/tree/master/raft", "coreos/etcd"),
        ("https://github.com/dotchain/dot", "dotchain/dot"),
        ("https://github.com/BurntSushi/ripgrep.git#readme", "BurntSushi/ripgrep"),
        ("https://gitlab.com/Group/Sub/Tool/-/tree/main/x", "Group/Sub/Tool"),
        ("https://github.com/owner", "github.com/owner"),
        ("https://www.example.org/docs/Good%20Guide/", "example.org/Good Guide"),
        ("https://example.org", "example.org"),
    ];
    for (url, name) in table {
        assert_eq!(name_from_url(url).as_deref(), Some(name), "{url}");
    }
}

/// Addresses made of the pieces that matter, more often valid than not.
fn pieces() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["https://", "http://", "//", "HTTPS://", "ftp://", "https:/", ""]);
    let host = prop::sample::select(vec![
        "github.com",
        "GitHub.com",
        "www.gitlab.com",
        "gitlab.com",
        "codeberg.org",
        "bitbucket.org",
        "git.sr.ht",
        "youtu.be",
        "youtube.com",
        "apps.apple.com",
        "itunes.apple.com",
        "x.com",
        "example.org",
        "www.www.a.de",
        "user:pw@example.org",
        "bücher.example",
        "xn--a.example",
        "[::1]",
        "1.2.3",
        "a..b",
        "..",
        "www.",
        "%41.org",
        "en.m.wikipedia.org",
        "a_b.org:080",
        "h:443",
        "gitlab.x.org",
    ]);
    let part = prop::sample::select(vec![
        "Owner",
        "repo.git",
        "Repo",
        "tree",
        "blob",
        "src",
        "branch",
        "main",
        "master",
        "HEAD",
        "-",
        "item",
        "raw",
        "README.md",
        "readme",
        "index.html",
        "issues",
        "..",
        ".",
        "",
        "%2F",
        "%2e%2e",
        "%",
        "%25",
        "%C3%A9",
        "%E9",
        "%20",
        " ",
        "a b",
        "é",
        "id12",
        "app",
        "embed",
        "watch",
        "topics",
        "+",
        "\t",
        "\\",
        "%0A",
        "x%41",
        ".git",
        "~u",
        "a.GIT.git",
        "overview",
        "tag",
        "%C3",
        "%A9",
        "\u{85}",
        "%C2%85",
    ]);
    let parameter = prop::sample::select(vec![
        "v=x",
        "utm_source=a",
        "ref",
        "q=a+b",
        "q=%26",
        "%3D=1",
        "=",
        "",
        "a",
        "a=",
        "b=2",
        "a=1",
        "id=%23",
        "t=3",
        "=x",
        "%20=%20",
        "list=%2B",
        "é=%FF",
    ]);
    let fragment =
        prop::sample::select(vec!["", "#", "#top", "#a", "#README ", "#%74op", "#a#b", "#:~:text=a", "#%20"]);
    (
        scheme,
        host,
        prop::collection::vec(part, 0..7),
        prop::collection::vec(parameter, 0..4),
        fragment,
        prop::bool::ANY,
    )
        .prop_map(|(scheme, host, parts, parameters, fragment, slash)| {
            let mut url = format!("{scheme}{host}");
            for part in parts {
                url.push('/');
                url.push_str(part);
            }
            if slash {
                url.push('/');
            }
            if !parameters.is_empty() {
                url.push('?');
                url.push_str(&parameters.join("&"));
            }
            url + fragment
        })
}

fn check(url: &str) {
    let key = EntryKey::from_url(url);
    let long_way = Address::read(url).map(Address::into_key);
    assert_eq!(key.as_ref().map(EntryKey::as_str), long_way.as_deref(), "two ways, one key: {url:?}");
    assert_eq!(name_from_url(url).is_some(), key.is_some(), "{url:?}");
    let Some(key) = key else { return };
    let again = EntryKey::from_url(&format!("https://{key}"));
    assert_eq!(again.as_ref(), Some(&key), "a key gives itself again: {url:?}");
    let _ = key.repository();
    assert_eq!(key.address(), key.as_str());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_text_is_survived(url in any::<String>()) {
        check(&url);
        check(&format!("https://{url}"));
        check(&format!("https://github.com/{url}"));
        check(&format!("https://example.org/{url}"));
        check(&format!("https://example.org/?{url}"));
    }

    #[test]
    fn keys_are_settled(url in pieces()) {
        check(&url);
    }

    #[test]
    fn ascii_noise_is_survived(url in "[ -~]{0,40}") {
        check(&format!("//{url}"));
        check(&format!("https://gitlab.com/{url}"));
    }
}
