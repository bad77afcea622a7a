//! What an event must have to meet a filter.

use super::*;
use crate::event::tests::events;

/// Whether an index that goes by the needs alone would hand the event to the filter.
fn has(needs: &Needs, event: &Prepared<'_>) -> bool {
    let any = |wanted: &Option<Vec<String>>, there: &[String]| {
        wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|name| there.contains(name)))
    };
    needs.kinds.has(event.event().kind())
        && needs.catalogs.as_ref().is_none_or(|ids| ids.iter().any(|id| event.event().is_of(id)))
        && any(&needs.projects, &event.project_names())
        && any(&needs.headings, &event.headings())
        && needs
            .phrases
            .as_ref()
            .is_none_or(|phrases| phrases.iter().any(|phrase| event.text().contains(phrase)))
}

/// Conditions that many of our events meet, and their neighbours.
fn likely() -> impl Strategy<Value = Filter> {
    let leaf = prop::sample::select(vec![
        "kind:added",
        "kind:released",
        "kind:release_promoted",
        "kind:moved",
        "catalog:tools",
        "catalog:list",
        "catalog:go",
        "project:etcd",
        "project:etcd-io/etcd",
        "project:github.com~etcd-io~etcd",
        "project:https://github.com/etcd-io/etcd/",
        "section:databases",
        "section:\"Databases / Key-Value\"",
        "section:databases~key-value",
        "section:_",
        "section:storage",
        "etcd",
        "words",
        "c++",
        "e",
        "stars:>=0",
        "prerelease:no",
        "level:>=patch",
        "language:go",
        "project:raft",
        "section:key-value",
    ])
    .prop_map(|text| Filter::parse(text).unwrap());
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::all),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::any),
            inner.prop_map(Filter::not),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn an_event_that_matches_has_what_the_filter_needs(filter in likely()) {
        let needs = filter.needs();
        for event in events() {
            let prepared = Prepared::new(&event);
            prop_assert_eq!(filter.matches_prepared(&prepared), filter.matches(&event));
            if filter.matches(&event) {
                prop_assert!(has(&needs, &prepared), "{filter}: {needs:?} of {event:?}");
            }
        }
    }

    #[test]
    fn packed_it_matches_the_same(filter in likely()) {
        let bytes = filter.pack();
        let packed = Packed::of(&bytes);
        prop_assert_eq!(packed.names_kinds(), filter.names_kinds());
        for event in events() {
            let prepared = Prepared::new(&event);
            prop_assert_eq!(packed.matches(&prepared), filter.matches(&event), "{} of {:?}", filter, event);
        }
    }

    #[test]
    fn the_first_miss_is_a_part_that_does_not_hold(filter in likely()) {
        for event in events() {
            match filter.first_miss(&event) {
                None => prop_assert!(filter.matches(&event)),
                Some(miss) => prop_assert!(!filter.matches(&event) && !miss.matches(&event) || miss == filter),
            }
        }
    }
}

#[test]
fn needs_are_as_narrow_as_they_may_be() {
    let needs = |text: &str| Filter::parse(text).unwrap().needs();
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(needs(""), Needs::default());
    assert_eq!(needs("-()").kinds, Kinds::NONE);
    assert_eq!(
        needs("kind:added,moved").kinds,
        Kinds::which(|kind| matches!(kind, Kind::Added | Kind::Moved))
    );
    assert_eq!(
        needs("kind:released").kinds,
        Kinds::which(|kind| matches!(kind, Kind::Released | Kind::ReleasePromoted))
    );
    assert!(!needs("-kind:edited").kinds.has(Kind::Edited));
    assert_eq!(needs("project:a/x (project:b/x or project:c/y)").projects, texts(&["x"]));
    assert_eq!(needs("project:b/x or project:c/y").projects, texts(&["x", "y"]));
    assert_eq!(needs("project:b/x or Raft").projects, None);
    assert_eq!(needs("Raft kind:added").phrases, texts(&["raft"]));
    assert_eq!(needs("-Raft").phrases, None);
    assert_eq!(
        needs("section:\"Key-Value Stores / X\"").headings,
        texts(&["key value stores", "Key-Value Stores / X"])
    );
}

#[test]
fn the_first_miss_names_the_condition_to_blame() {
    let added = event(Kind::Added);
    for (text, miss) in [
        ("kind:added etcd", None),
        ("kind:moved", Some("kind:moved")),
        ("catalog:awesome-go kind:moved raft", Some("kind:moved")),
        ("etcd (raft or zab)", Some("(raft or zab)")),
        ("etcd -consensus", Some("-consensus")),
    ] {
        let filter = Filter::parse(text).unwrap();
        let found = filter.first_miss(&added).map(|miss| format!("{miss}"));
        let wanted = miss.map(|miss| Filter::parse(miss).unwrap().to_string());
        assert_eq!(found, wanted, "{text}");
    }
}
