//! The decisions about real documents, as far as they concern comparing.

use super::told;

#[test]
fn silent() {
    let none: [&str; 0] = [];
    let before =
        "## Key-Value Stores\netcd | http://github.com/etcd-io/etcd | Reliable store, for *critical* data";
    for after in [
        "## Key-Value Stores\netcd | https://github.com/etcd-io/etcd | Reliable store, for *critical* data",
        "## Key-Value Stores\nEtcd | https://www.github.com/Etcd-IO/etcd/ | reliable store - for critical data.",
        "## 🔑 Key-value stores\n etcd | https://github.com/etcd-io/etcd.git | Reliable store, for *critical* data",
        "## Key-Value Stores\n🌟 etcd | https://github.com/etcd-io/etcd#readme | Reliable store for critical data",
        "## Key-Value Stores\netcd | github.com/etcd-io/etcd?utm_source=x | Reliable store for critical data | Go stars=40k",
        "## Key-Value Stores\netcd | github.com/etcd-io/etcd | Reliable store for critical data | link=etcd.io",
    ] {
        assert_eq!(told(before, after), none, "{after}");
    }
}

#[test]
fn order_is_silent() {
    let none: [&str; 0] = [];
    let before = "## A\na | a.example.org\nb | b.example.org\nc | c.example.org\n## B\nd | d.example.org";
    let after = "## B\nd | d.example.org\n## A\nc | c.example.org\nb | b.example.org\na | a.example.org";
    assert_eq!(told(before, after), none);
}

/// Decisions 39 and weakness h: one address at several places.
#[test]
fn a_further_place_is_no_event() {
    let none: [&str; 0] = [];
    let one = "## A\nx | x.example.org\ny | y.example.org\n## B\nz | z.example.org";
    let two = "## A\nx | x.example.org\ny | y.example.org\n## B\nz | z.example.org\nx | x.example.org";
    assert_eq!(told(one, two), none);
    assert_eq!(told(two, one), none);
    let moved = "## A\ny | y.example.org\n## B\nz | z.example.org\nx | x.example.org";
    assert_eq!(told(one, moved), ["moved x: A -> B"]);
    assert_eq!(told(two, moved), none);
    let three =
        "## A\nx | x.example.org\ny | y.example.org\n## B\nz | z.example.org\n## C\nx | x.example.org";
    assert_eq!(told(two, three), ["moved x: B -> C"]);
}

/// Decision 33: an address is no name.
#[test]
fn gaining_a_name_is_no_rename() {
    let none: [&str; 0] = [];
    for bare in ["github.com/lihaoyi/fastparse", "https://github.com/lihaoyi/fastparse", "lihaoyi/fastparse"]
    {
        let before = format!("## A\n{bare} | https://github.com/lihaoyi/fastparse");
        let after = "## A\nFastParse | https://github.com/lihaoyi/fastparse";
        assert_eq!(told(&before, after), none, "{bare}");
        assert_eq!(told(after, &before), none, "{bare}");
    }
    let before = "## A\nFastParse | https://github.com/lihaoyi/fastparse";
    let after = "## A\nQuickRead | https://github.com/lihaoyi/fastparse";
    assert_eq!(told(before, after), ["renamed FastParse -> QuickRead"]);
}

/// Decision 27: the child of an entry that loses its link has not moved.
#[test]
fn a_parent_may_lose_its_link() {
    let none: [&str; 0] = [];
    let before = "## Consensus\nomnipaxos | github.com/haraldng/omnipaxos | replicated log\nPlayground | omni.example.org\nraft | raft.example.org";
    let after =
        "## Consensus\nraft | raft.example.org\n## Consensus / omnipaxos\nPlayground | omni.example.org";
    assert_eq!(told(before, after), none);
    assert_eq!(told(after, before), none);
}

/// Decision 20: a column that comes or goes changes every row and no entry.
#[test]
fn a_column_may_come_and_go() {
    let none: [&str; 0] = [];
    let row = |n: u32, extra: &str| {
        format!(
            "api{n} | api{n}.example.org | serves number {n} {extra}
"
        )
    };
    let rows = |extra: &str, range: std::ops::Range<u32>| -> String {
        let rows: Vec<String> = range.map(|n| row(n, extra)).collect();
        format!(
            "## Index
{}",
            rows.concat()
        )
    };
    let (narrow, wide) = (rows("", 0..8), rows("CORS unknown", 0..8));
    assert_eq!(told(&narrow, &wide), none);
    assert_eq!(told(&wide, &narrow), none);
    // one real edit among them is still seen
    let edited = wide.replace("serves number 3", "offers 33");
    assert_eq!(told(&narrow, &edited), ["edited api3"]);
    // a few rows that grow are edits
    let few = rows("", 0..6) + &row(6, "CORS unknown") + &row(7, "CORS unknown");
    assert_eq!(told(&narrow, &few), ["edited api6", "edited api7"]);
}

#[test]
fn sections_are_renamed_once() {
    for (before, after, expected) in [
        (
            "## DB\na | a.example.org\nb | b.example.org",
            "## Databases\na | a.example.org\nb | b.example.org",
            vec!["section DB -> Databases (2)"],
        ),
        // one entry and titles that have nothing in common: the entry moved
        ("## DB\na | a.example.org", "## Queues\na | a.example.org", vec!["moved a: DB -> Queues"]),
        (
            "## Database\na | a.example.org",
            "## Databases\na | a.example.org",
            vec!["section Database -> Databases (1)"],
        ),
        // most went to one place, one elsewhere
        (
            "## DB\na | a.example.org\nb | b.example.org\nc | c.example.org\n## Old\nd | d.example.org",
            "## Data\na | a.example.org\nb | b.example.org\n## Old\nd | d.example.org\nc | c.example.org",
            vec!["section DB -> Data (2)", "moved c: DB -> Old"],
        ),
        // half is not most
        (
            "## DB\na | a.example.org\nb | b.example.org\nc | c.example.org\nd | d.example.org",
            "## SQL\na | a.example.org\nb | b.example.org\n## Rest\nc | c.example.org\nd | d.example.org",
            vec!["moved a: DB -> SQL", "moved b: DB -> SQL", "moved c: DB -> Rest", "moved d: DB -> Rest"],
        ),
        // into a section that was there: they moved
        (
            "## DB\na | a.example.org\nb | b.example.org\n## Old\nd | d.example.org",
            "## Old\na | a.example.org\nb | b.example.org\nd | d.example.org",
            vec!["moved a: DB -> Old", "moved b: DB -> Old"],
        ),
        // a parent with all its children is one event
        (
            "## Go / DB\na | a.example.org\nb | b.example.org\n## Go / Web\nc | c.example.org\nd | d.example.org",
            "## Golang / DB\na | a.example.org\nb | b.example.org\n## Golang / Web\nc | c.example.org\nd | d.example.org",
            vec!["section Go -> Golang (4)"],
        ),
        // a child hung elsewhere
        (
            "## Go / DB\na | a.example.org\nb | b.example.org\n## Go / Web\nc | c.example.org",
            "## DB\na | a.example.org\nb | b.example.org\n## Go / Web\nc | c.example.org",
            vec!["section Go / DB -> DB (2)"],
        ),
        // three languages, one letter
        (
            "## C\na | a.example.org\n## C++\nb | b.example.org",
            "## C\n## C++\nb | b.example.org\na | a.example.org",
            vec!["moved a: C -> C++"],
        ),
    ] {
        assert_eq!(told(before, after), expected, "{before} / {after}");
    }
}
