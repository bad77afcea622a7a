use proptest::prelude::*;

use super::*;

/// `package version pre|-` of a tag in a repository called `tool`.
fn told(tag: &str) -> String {
    let read = Tag::read(tag, "tool");
    let package = read.package.as_deref().unwrap_or("-");
    match read.version {
        None => format!("{package} none"),
        Some(version) => {
            let pre = if version.is_prerelease() { " pre" } else { "" };
            format!("{package} {}{pre}", version.text().unwrap_or("unspelled"))
        }
    }
}

#[test]
fn tags_are_read_as_people_write_them() {
    for (tag, expected) in [
        ("v1.2.3", "- 1.2.3"),
        ("1.2.3", "- 1.2.3"),
        ("V2", "- 2.0.0"),
        ("v.1.2", "- 1.2.0"),
        ("release-1.2", "- 1.2.0"),
        ("release/v1.2.3", "- 1.2.3"),
        ("releases_2.0", "- 2.0.0"),
        ("REL_15_2", "- 15.2.0"),
        ("tool-1.7", "- 1.7.0"),
        ("Tool_v1.7", "- 1.7.0"),
        ("go1.21.0", "- 1.21.0"),
        ("refs/tags/v0.1.0", "- 0.1.0"),
        ("1!2.0", "- 2.0.0"),
        // four numbers cannot be spelled, but compared
        ("1.2.3.4", "- unspelled"),
        ("7.1.1-21", "- unspelled"),
        ("1.0.post1", "- unspelled"),
        // packages
        ("pkg@1.2.3", "pkg 1.2.3"),
        ("pkg/v1.2.3", "pkg 1.2.3"),
        ("sdk/storage/v1.2.3", "sdk/storage 1.2.3"),
        ("pkg-v1.2.3", "pkg 1.2.3"),
        ("rust_v1.0", "rust 1.0.0"),
        ("curl-8_5_0", "curl 8.5.0"),
        ("@scope/pkg@1.0.0-beta.1", "@scope/pkg 1.0.0-beta.1 pre"),
        ("@web3/core@1.0.0", "@web3/core 1.0.0"),
        ("log4j-2.17.1", "log4j 2.17.1"),
        ("2fa-v1.0", "2fa 1.0.0"),
        // unfinished ones
        ("v1.0.0-rc1", "- 1.0.0-rc1 pre"),
        ("1.0rc1", "- 1.0.0-rc1 pre"),
        ("1.0a2", "- 1.0.0-a2 pre"),
        ("5.3.0.M1", "- 5.3.0-M1 pre"),
        ("v2.0.0_beta_01", "- 2.0.0-beta.1 pre"),
        ("1.0.0-SNAPSHOT", "- 1.0.0-SNAPSHOT pre"),
        ("v5-beta", "- 5.0.0-beta pre"),
        ("1.2.0-alpine-rc.1", "- 1.2.0-alpine-rc.1 pre"),
        // finished ones with a word
        ("1.2.3.Final", "- 1.2.3"),
        ("1.2.3.RELEASE", "- 1.2.3"),
        ("33.0.0-jre", "- 33.0.0-jre"),
        ("1.2.3+build.7", "- 1.2.3"),
        // dates and what is none
        ("2024.05.01", "- 2024.5.1"),
        ("2024", "- 2024.0.0"),
        ("2024-05-01", "- none"),
        ("20240501", "- none"),
        ("1715000000", "- none"),
        ("nightly", "- none"),
        ("7b3f9c2", "- none"),
        ("deadbeef01", "- none"),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "- none"),
        ("v0.0.0-20240501123456-abcdef012345", "- none"),
        ("3d-viewer", "- none"),
        ("pkg-2", "- none"),
        ("v1.", "- none"),
        ("v1.2.99999999999999999999", "- none"),
        ("1.2.3 (final)", "- none"),
        ("", "- none"),
        ("v", "- none"),
        ("!1.0", "- none"),
    ] {
        assert_eq!(told(tag), expected, "{tag}");
    }
}

#[test]
fn versions_have_their_order() {
    let ladder = [
        "0.9",
        "1.0.dev3",
        "1.0a2",
        "1.0b1",
        "v1.0.0-rc2",
        "1.0-rc.10",
        "1.0",
        "1.0.post1",
        "1.0.0.1",
        "1.0.1",
        "1.2.9",
        "1.10",
        "7.1.1-9",
        "7.1.1-21",
        "2024.5.1",
    ];
    let read = |tag: &str| Tag::read(tag, "").version.expect("a version");
    for (low, high) in ladder.iter().zip(&ladder[1..]) {
        // a `dev` release comes before its alpha to some and after it to others; the alphabet decides
        if *low != "1.0.dev3" {
            assert!(read(low) < read(high), "{low} < {high}");
        }
    }
}

#[test]
fn levels_are_judged_within_the_line() {
    for (known, tag, expected) in [
        ("1.2.3", "1.2.4", Level::Patch),
        ("1.2.3", "1.3.0", Level::Minor),
        ("1.2.3", "2.0.0", Level::Major),
        ("1.2.3", "2.0.1", Level::Major),
        ("1.2.3", "1.3.0-rc.1", Level::Pre),
        ("1.2", "1.3", Level::Minor),
        ("5", "6", Level::Major),
        ("1.2.3.4", "1.2.3.5", Level::Patch),
        ("7.1.1-21", "7.1.1-22", Level::Patch),
        ("2.0.0", "2.0.0.post1", Level::Patch),
        // below 1.0
        ("0.2.9", "0.3.0", Level::Minor),
        ("0.3.0", "0.3.1", Level::Patch),
        ("0.9.0", "1.0.0", Level::Major),
        // an old line
        ("3.0.0 1.2.3", "1.2.4", Level::Patch),
        ("3.0.0 1.2.3", "1.3.0", Level::Minor),
        ("3.0.0 2.1.0", "1.2.4", Level::Patch),
        // nothing known below
        ("", "3.0.0", Level::Major),
        ("", "3.1.0", Level::Minor),
        ("", "3.0.1", Level::Patch),
        ("", "0.1.0", Level::Minor),
        ("", "1", Level::Major),
    ] {
        let known: Vec<Version> = known.split_whitespace().filter_map(Version::remembered).collect();
        let version = Tag::read(tag, "").version.expect("a version");
        assert_eq!(version.level(&known), expected, "{tag} after {known:?}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_stumble(tag in "\\PC{0,40}", repository in "\\PC{0,10}") {
        if let Some(version) = Tag::read(&tag, &repository).version {
            let _ = version.level(std::slice::from_ref(&version));
            prop_assert_eq!(Version::remembered(&version.numbers()).map(|v| v.line()), Some(version.line()));
        }
    }

    #[test]
    fn lenient_spellings_mean_the_same(
        major in 0_u64..10_000, minor in 0_u64..100, patch in 0_u64..100,
        lead in "|v|release-|pkg@|pkg/v|pkg-v", pre in "|-rc\\.[1-9]|-beta|\\+build",
    ) {
        let version = Tag::read(&format!("{lead}{major}.{minor}.{patch}{pre}"), "tool").version.unwrap();
        let pre = if pre.starts_with('+') { "" } else { &pre };
        prop_assert_eq!(version.text().unwrap(), format!("{major}.{minor}.{patch}{pre}"));
    }

    #[test]
    fn the_order_is_one(one in "[0-9]\\.[0-9](\\.[0-9])?(-(rc|b|jre)\\.?[0-9])?", two in "[0-9]\\.[0-9](-[0-9])?") {
        let (one, two) = (Tag::read(&one, "").version.unwrap(), Tag::read(&two, "").version.unwrap());
        prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
        prop_assert_eq!(one == two, one.cmp(&two) == Ordering::Equal);
    }
}
