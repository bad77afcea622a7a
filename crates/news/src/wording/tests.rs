use proptest::prelude::*;

use super::*;
use crate::digest::{Digest, Period};
use crate::event::tests::events;

#[test]
fn every_kind_in_words() {
    let told: Vec<String> = events()
        .iter()
        .map(|event| {
            let Told { title, lines, link } = tell(event, "Systems");
            format!("{title}\n  {}\n  {}", lines.join("\n  "), link.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told.join("\n").lines().map(str::trim_end).collect::<Vec<_>>(),
        TOLD.lines().collect::<Vec<_>>()
    );
}

const TOLD: &str = "\
Added: etcd — Databases / Key-Value
  etcd in a few words.
  https://github.com/etcd-io/etcd
Added again: etcd — Databases / Key-Value
  etcd in a few words.
  It took the place of old etcd.
  It was listed before, and is back after a while.
  https://github.com/etcd-io/etcd
Removed: etcd — Databases / Key-Value
  etcd in a few words.
  https://github.com/etcd-io/etcd
Restored: etcd — Databases / Key-Value
  etcd in a few words.
  It had been removed a short while ago.
  https://github.com/etcd-io/etcd
Moved: etcd — Storage → Databases / Key-Value
  etcd in a few words.
  https://github.com/etcd-io/etcd
New address: etcd — Databases / Key-Value
  github.com/coreos/etcd → github.com/etcd-io/etcd
  etcd in a few words.
  https://github.com/etcd-io/etcd
Edited: etcd — Databases / Key-Value
  etcd in a few words.
  Before: A store.
  https://github.com/etcd-io/etcd
Section renamed: Storage → Databases / Key-Value
  12 entries went with it.

etcd overtook badger and bbolt: 5 → 3 (by stars — Databases)

  https://github.com/etcd-io/etcd
etcd is now in the top 10 by stars — Databases
  It is number 9.
  https://github.com/etcd-io/etcd
etcd left the top 10 by stars — Databases
  It is number 11 now.
  https://github.com/etcd-io/etcd
etcd passed 50,000 downloads

  https://github.com/etcd-io/etcd
Systems was reshaped: 1 added, 40 removed, 2 moved and 3 edited
  Many entries are gone at once.
  40 of 100 entries are gone

Now following Systems: 131 entries
  They stand in 20 sections.
  Some stand in several places: 133 listings.

Systems is out of reach since 20 November 2026
  the server answered 500
  What we know of it is from then; we keep trying.

Systems is in reach again
  It had last been read on 20 November 2026.

etcd 3.6.0 released (minor)
  Security: CVE-2026-1234.
  The calm one
  Faster watches.
  Less memory.
  https://github.com/etcd-io/etcd/releases/tag/v3.6.0
etcd client 3.6.0 is no longer a prerelease (minor)
  The calm one
  Faster watches.
  Less memory.
  https://github.com/etcd-io/etcd/releases/tag/v3.6.0
etcd added 1,200 earlier releases
  From v0.1 (20 November 2026) to v3.0 (20 November 2026).
  https://github.com/etcd-io/etcd
etcd is archived
  Its repository can be read, but is no longer worked on, since 20 November 2026.
  Go · Apache-2.0 · 51,234 stars
  https://github.com/etcd-io/etcd
etcd is no longer archived
  Its repository is open for work again.
  Go · Apache-2.0 · 51,234 stars
  https://github.com/etcd-io/etcd
Renamed: coreos/etcd → etcd-io/etcd
  github.com/coreos/etcd → github.com/etcd-io/etcd
  It has another owner now.
  https://github.com/etcd-io/etcd
etcd is gone
  Its repository has not been found since 20 November 2026: it was deleted or is no longer public.
  https://github.com/etcd-io/etcd
etcd is back
  Its repository had not been found since 20 November 2026.
  https://github.com/etcd-io/etcd
etcd changed its licence: none named → Apache-2.0

  https://github.com/etcd-io/etcd
Dead link: A book — Books
  example.org/book has answered 404 since 20 November 2026.
  https://example.org/book
Link works again: A book — Books
  example.org/book had been dead since 20 November 2026.
  https://example.org/book
";

fn rename(name: &str, old_name: &str) -> Event {
    let mut event = events().swap_remove(5);
    let News::Renamed { subject, old_name: old, .. } = &mut event.news else {
        unreachable!("the sixth is a rename")
    };
    subject.name = name.to_owned();
    *old = old_name.to_owned();
    event
}

#[test]
fn a_new_name_is_told_before_a_new_address() {
    assert_eq!(tell(&rename("etcd", "raftdb"), "x").title, "Renamed: raftdb → etcd — Databases / Key-Value");
}

#[test]
fn many_movers_are_listed_and_counted() {
    let mut event = events().swap_remove(8);
    let News::RanksMoved { movers, scope, .. } = &mut event.news else {
        unreachable!("the ninth moves ranks")
    };
    scope.clear();
    let mover = |index: u32| Mover {
        name: format!("p{index}"),
        url: format!("https://example.org/{index}"),
        from: index + 1,
        to: if index.is_multiple_of(2) { index + 2 } else { index },
        overtook: vec![],
    };
    *movers = (0..25).map(mover).collect();
    let told = tell(&event, "x");
    assert_eq!(told.title, "New ranks by stars: p0, p1, p2 and 22 more");
    assert_eq!(told.lines[0], "p0 fell: 1 → 2");
    assert_eq!(told.lines[1], "p1 rose: 2 → 1");
    assert_eq!((told.lines.len(), told.lines[20].as_str()), (21, "… and 5 more."));
}

#[test]
fn strangers_words_stay_on_their_line() {
    let hostile = "a\u{0}\u{b}b\r\nc \u{202e}drawkcab\u{2066} & <b> ]]> 🦀\u{2028}";
    assert_eq!(line(hostile, 99), "a b c drawkcab & <b> ]]> 🦀");
    let told = tell(&rename(hostile, &"long ".repeat(1_000)), hostile);
    assert!(told.title.chars().count() <= MAX_TITLE, "{}", told.title);
    assert!(!told.title.contains(['\n', '\u{0}', '\u{202e}']));
}

#[test]
fn long_text_is_cut_where_it_shows_least() {
    for (text, max, cut) in [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("abcdefghij", 5, "abcd…"),
        ("👩\u{200d}👩\u{200d}👧", 3, "👩…"),
        ("", 0, ""),
        ("ab", 1, "…"),
        ("ab", 0, "…"),
    ] {
        assert_eq!(clip(text, max), cut);
    }
}

#[test]
fn numbers_are_readable() {
    for (value, text) in
        [(0, "0"), (999, "999"), (1_000, "1,000"), (50_000, "50,000"), (1_234_567, "1,234,567")]
    {
        assert_eq!(number(value), text);
    }
}

#[test]
fn a_digest_in_words() {
    let mut events = events();
    events.retain(|event| event.catalog.is_some());
    // Steps of one entry would cancel each other.
    for event in &mut events {
        if let News::Added { subject, .. }
        | News::Removed { subject, .. }
        | News::Restored { subject, .. }
        | News::Edited { subject, .. } = &mut event.news
        {
            subject.key = format!("example.org/{}", event.seq);
        }
    }
    let digest = Digest::fold(Period::Weekly.around(events[0].recorded), &events);
    let told = tell_digest(&digest, &|id| format!("The {id}"));
    assert_eq!(
        told.title,
        "Week 47 of 2026 (16–22 November): 2 new entries, 1 removed and 7 more kinds of news"
    );
    assert_eq!(
        told.summary,
        "2 new entries, 1 removed, 1 moved, 1 renamed, 1 section renamed, 1 ranking changed, 1 milestone, \
         1 catalog newly followed, 1 catalog reshaped"
    );
    let lines: Vec<String> = told
        .groups
        .iter()
        .flat_map(|group| group.lines.iter().map(|line| format!("{}: {}", group.title, line.text())))
        .collect();
    assert_eq!(lines, DIGEST);
    assert!(told.groups.iter().all(|group| group.catalog_title == "The systems" && group.more == 0));
    let empty = Digest::fold(digest.span.next(), &events);
    assert_eq!(
        tell_digest(&empty, &|id| id.to_string()).title,
        "Week 48 of 2026 (23–29 November): nothing new"
    );
}

#[test]
fn a_digest_is_short_and_counts_the_rest() {
    let sample = events().swap_remove(0);
    let many: Vec<_> = (0..700u64)
        .map(|index| {
            let mut event = Event { seq: index, ..sample.clone() };
            let News::Added { subject, .. } = &mut event.news else {
                unreachable!("the first is an addition")
            };
            subject.key = format!("example.org/{index}");
            subject.section_path = vec![format!("{:03}", index / 70)];
            event
        })
        .collect();
    let told = tell_digest(&Digest::fold(Period::Daily.around(sample.recorded), &many), &|id| id.to_string());
    let lines: Vec<_> = told.groups.iter().map(|group| (group.lines.len(), group.more)).collect();
    assert_eq!(lines, [(40, 30), (40, 30), (40, 30), (40, 30), (40, 30), (0, 350)]);
    assert_eq!(told.groups[5].title, "Further news");
}

const DIGEST: [&str; 10] = [
    "New entries — Databases / Key-Value: etcd — etcd in a few words.",
    "New entries — Databases / Key-Value: etcd — etcd in a few words. (in place of old etcd)",
    "Removed entries: etcd — Databases / Key-Value",
    "Moved entries: etcd: Storage → Databases / Key-Value",
    "Renamed entries: etcd: github.com/coreos/etcd → github.com/etcd-io/etcd",
    "Renamed sections: Storage → Databases / Key-Value",
    "Rank changes — Databases, by stars: etcd overtook badger and bbolt: 5 → 3",
    "Milestones: etcd: 50,000 downloads",
    "Newly followed catalogs: 131 entries",
    "Reshaped catalogs: It was reshaped: 1 added, 40 removed, 2 moved and 3 edited",
];

proptest! {
    #[test]
    fn lines_are_bounded_and_harmless(text in any::<String>(), max in 1usize..50) {
        let line = line(&text, max);
        prop_assert!(line.chars().count() <= max);
        prop_assert!(!line.contains(char::is_control));
    }
}
