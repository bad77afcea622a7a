use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn assert_safe(slug: &str) {
    assert!((1..=MAX_BYTES).contains(&slug.len()), "{slug:?} has {} bytes", slug.len());
    assert!(
        slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._~-".contains(&b)),
        "{slug:?} has a letter that is not safe"
    );
    assert!(!slug.starts_with('.') && !slug.ends_with('.'), "{slug:?} is no file name, or a hidden one");
    assert!(!is_device(slug), "{slug:?} is a device");
}

#[test]
fn usual_names_stay_readable() {
    assert_eq!(project("github.com/etcd-io/etcd"), "github.com~etcd-io~etcd");
    assert_eq!(section(&["Databases", "Key-Value"]), "databases~key-value");
    assert_eq!(section(&["Distributed Systems"]), "distributed_systems");
    assert_eq!(section(&["Node.js"]), "node.js");
    assert_eq!(section::<&str>(&[]), "_");
    assert_eq!(catalog(&CatalogId::new("awesome-go").unwrap()), "awesome-go");
}

#[test]
fn unusual_names_keep_what_they_can_and_get_a_hash() {
    for (heading, readable) in [
        ("Caching & Queues", "caching-queues--"),
        ("Données", "donnees--"),
        ("数据库", "--"),
        ("📚 Books", "books--"),
        ("C/C++", "c-c--"),
        ("..", "--"),
        ("con", "con--"),
        ("nul.txt", "nul-txt--"),
        ("a.", "a--"),
        ("_", "--"),
        ("", "--"),
        ("snake_case words", "snake-case-words--"),
    ] {
        let slug = section(&[heading]);
        assert_safe(&slug);
        assert_eq!(slug.len(), readable.len() + 10, "{heading:?} became {slug:?}");
        assert!(slug.starts_with(readable), "{heading:?} became {slug:?}");
    }
}

/// Published addresses: whoever changes one of these breaks somebody's feed.
#[test]
fn slugs_stay_as_they_are() {
    for (path, slug) in [
        (vec!["Caching & Queues"], "caching-queues--e439e71977"),
        (vec!["数据库"], "--263200d7d5"),
        (vec!["📚 Books", "C/C++"], "books--1bcbb8466b~c-c--1f33680df7"),
        (vec!["con"], "con--1143da2bc5"),
        (vec![".NET"], "net--fb74851c8b"),
    ] {
        assert_eq!(section(&path), slug);
    }
    assert_eq!(project("example.org/A?b=c"), "example.org~a-b-c--9cada30848");
    assert_eq!(
        project(&format!("example.org/{}", "long/".repeat(30))),
        "example.org~long~long~long~long~long~long~long~long~long~long~long~long~long~long~long~l--32309c1ce4"
    );
    let heading = "a very long heading about something that goes on";
    assert_eq!(section(&[heading; 4]), "a_very_long_heading_about_something_that_goes_on~--3e46bffca2");
}

#[test]
fn near_names_stay_apart() {
    let headings =
        ["Key-Value", "Key Value", "Key/Value", "Key & Value", "Key_Value", "KeyValue", "Clé-Value"];
    let projects = [
        "example.org/a",
        "example.org/A",
        "example.org~a",
        "example.org/a~",
        "example.org/a/",
        "example.org/a?b",
    ];
    let mut slugs: Vec<_> = headings.iter().map(|heading| section(&[heading])).collect();
    slugs.extend(projects.iter().map(|key| project(key)));
    // A name that looks like the slug of another one is not taken for it.
    slugs.push(section(&[&section(&["Key & Value"])]));
    slugs.push(project(&project("example.org/A")));
    for slug in &slugs {
        assert_safe(slug);
    }
    let count = slugs.len();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), count, "{slugs:?}");
}

#[test]
fn capitals_and_blanks_make_no_other_section() {
    assert_eq!(section(&["key-value  Stores "]), section(&["Key-Value Stores"]));
    assert_eq!(section(&["DONNÉES"]), section(&["Données"]));
}

#[test]
fn a_section_is_below_those_above_it() {
    let path = ["Databases", "Key-Value", "Embedded"];
    assert_eq!(lineage(&path), ["_", "databases", "databases~key-value", "databases~key-value~embedded"]);
    for above in 0..=path.len() {
        assert!(is_below(&path, &section(&path[..above])));
    }
    assert!(!is_below(&path[..1], &section(&path)), "not the other way round");
    assert!(!is_below(&["Databases of old"], "databases"), "a common beginning is not enough");
    assert!(!is_below(&["Databases"], "data"));
}

#[test]
fn a_slug_without_hash_gives_the_key_back() {
    assert_eq!(project_key("github.com~etcd-io~etcd").as_deref(), Some("github.com/etcd-io/etcd"));
    assert_eq!(project_key(&project("example.org/A")), None);
    assert_eq!(project_key("GitHub.com~x"), None);
    assert_eq!(project_key(""), None);
}

proptest! {
    #[test]
    fn every_slug_is_safe(path in prop::collection::vec("\\PC{0,60}", 0..9), key in "\\PC{0,150}") {
        for slug in lineage(&path) {
            assert_safe(&slug);
        }
        assert_safe(&project(&key));
    }

    #[test]
    fn distinct_keys_have_distinct_slugs(keys in prop::collection::vec("[a-bA/~.é_ -]{0,5}", 0..40)) {
        let mut seen = HashMap::new();
        for key in keys {
            if let Some(other) = seen.insert(project(&key), key.clone()) {
                prop_assert_eq!(other, key);
            }
        }
    }

    #[test]
    fn distinct_sections_have_distinct_slugs(
        paths in prop::collection::vec(prop::collection::vec("[a-b/~.é_ -]{0,4}|[a-z]{40,60}", 0..4), 0..40)
    ) {
        let mut seen = HashMap::new();
        for path in paths {
            let folded: Vec<String> =
                path.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            if let Some(other) = seen.insert(section(&path), folded.clone()) {
                prop_assert_eq!(other, folded);
            }
        }
    }

    #[test]
    fn long_paths_keep_their_order(path in prop::collection::vec("[a-z]{1,60}", 1..9), depth in 0usize..9) {
        let above = section(&path[..depth.min(path.len())]);
        prop_assert!(is_below(&path, &above));
        prop_assert!(!is_below(&["elsewhere"], &section(&path)));
    }
}
