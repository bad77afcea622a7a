//! Typed questions, and what they find.

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::world::World;
use crate::{Field, Reply};

#[tokio::test]
async fn typed_subscriptions_say_what_is_now_true() {
    let world = World::new();
    for (text, told) in [
        (
            "/subscribe awesome-go",
            "Awesome Go · the usual news\nWeekly on Monday at 09:00 (UTC), next: Mon 23 Nov.",
        ),
        ("/subscribe awesome-rust instant", "Awesome Rust · the usual news\nAt once."),
        (
            "/subscribe raft daily 18:30 Europe/Berlin quiet 22-7",
            "raft\nDaily at 18:30 (Europe/Berlin), quiet from 22:00 to 07:00, next: Sat 21 Nov.",
        ),
        (
            "/subscribe etcd-io/etcd kind:released monthly last 23:00 UTC quiet 22-7",
            "project:etcd-io/etcd kind:released\nMonthly on the last day at 23:00 (UTC), quiet from 22:00 to 07:00, next: Tue 1 Dec, 07:00.",
        ),
        (
            "/subscribe everything cron \"0 9 1 1 *\"",
            "Everything · the usual news\nBy the cron line 0 9 1 1 * (UTC), next: Fri 1 Jan 2027, 09:00.",
        ),
        (
            "/subscribe kind:milestone since:7d hourly",
            "Everything · milestones\nHourly. Something is about to come.\nA first digest comes right away, with all since Fri 13 Nov.",
        ),
    ] {
        let reply = world.types(text).await;
        assert_eq!(reply.plain(), format!("Subscribed\n{told}"), "{text}");
        assert!(!reply.hidden, "others may see what was changed");
    }
}

#[tokio::test]
async fn a_new_subscription_takes_the_clock_of_the_place() {
    let world = World::new();
    world.types("/subscribe awesome-go daily 08:00 Asia/Tokyo quiet 23-6").await;
    world.types("/subscribe awesome-rust weekly").await;
    assert_eq!(world.told()[1], "2 catalog:awesome-rust | weekly mon 09:00 Asia/Tokyo quiet 23:00-06:00");
    world.types("/settings quiet off").await;
    world.types("/settings rhythm 2 hourly").await;
    assert_eq!(
        world.told(),
        ["1 catalog:awesome-go | daily 08:00 Asia/Tokyo", "2 catalog:awesome-rust | hourly Asia/Tokyo"]
    );
    world.types("/subscribe raft instant quiet 22-7").await;
    assert_eq!(
        world.types("/settings").await.plain(),
        "Settings\n1: Time zone Asia/Tokyo, no quiet hours.\n2: Time zone Asia/Tokyo, no quiet hours.\n\
         3: Time zone Asia/Tokyo, quiet from 22:00 to 07:00.\n/settings rhythm daily 08:00"
    );
    let wrong = world.types("/settings rhythm 7 hourly").await;
    assert_eq!(wrong.plain(), "There is no subscription 7 here. /subscriptions lists them.");
}

#[tokio::test]
async fn mistakes_change_nothing() {
    let world = World::new();
    for (text, told) in [
        ("/subscribe awesom-go", "did you mean `awesome-go`?"),
        ("/subscribe catalog:awesom-go", "did you mean `awesome-go`?"),
        ("/subscribe kind:relased", "did you mean `released`? (at character 6)"),
        ("/subscribe awesome-go weekly thusday", "did you mean `thu`?"),
        ("/subscribe awesome-go daily Berlin", "did you mean `Europe/Berlin`?"),
        ("/subscribe -()", "Nothing would ever meet these conditions."),
        ("/subscribe awesome-go since:2020-01-01", "It reaches back a year at most."),
        ("/unsubscribe 3", "Nothing is subscribed to here yet."),
        ("/pause", "Nothing is subscribed to here yet."),
        ("/settings zone Europe/Berlin", "Nothing is subscribed to here yet."),
        ("/digest", "Nothing is subscribed to here yet."),
        ("/why awesome-go", "I know no news about `awesome-go`."),
        ("/why", "Nothing has happened yet."),
        ("/sing", "There is no /sing"),
    ] {
        let reply = world.types(text).await;
        assert!(reply.plain().contains(told), "{text}: {}", reply.plain());
        assert!(reply.hidden, "{text}");
    }
    assert!(world.told().is_empty());
    assert!(world.press("no such button").await.notice.is_some());
}

#[tokio::test]
async fn why_says_what_became_of_an_event() {
    let mut world = World::new();
    world.added("awesome-go", "Awesome Go", "early/bird").await;
    world.types("/subscribe awesome-go weekly").await;
    world.types("/subscribe awesome-go kind:released instant").await;
    world.types("/subscribe awesome-rust").await;
    let early = world.types("/why early/bird").await.plain();
    assert!(early.contains("Subscription 1: not told: it happened before you subscribed"), "{early}");
    world.now += TimeDelta::hours(1);
    world.added("awesome-go", "Awesome Go", "etcd-io/etcd").await;
    for about in ["etcd-io/etcd", "https://github.com/etcd-io/etcd", "awesome go", "", "etcd"] {
        let told = world.types(&format!("/why {about}")).await.plain();
        assert!(told.starts_with("Added: etcd-io/etcd"), "{about}: {told}");
        assert!(told.contains("Fri 20 Nov, 19:00 · Awesome Go · added"), "{told}");
        assert!(told.contains("Subscription 1: waits until Mon 23 Nov, 09:00"), "{told}");
        assert!(told.contains("Subscription 2: not told: it does not meet kind:released"), "{told}");
        assert!(told.contains("Subscription 3: not told: it does not meet catalog:awesome-rust"), "{told}");
    }
    world.types("/pause").await;
    let paused = world.types("/why etcd").await.plain();
    assert!(paused.contains("Subscription 1: waits: paused since Fri 20 Nov, 19:00"), "{paused}");
    let listed = world.types("/subscriptions").await;
    assert!(listed.plain().contains("Paused since Fri 20 Nov."), "{}", listed.plain());
    world.presses(&listed, "Resume").await;
    assert!(!world.types("/subscriptions").await.plain().contains("Paused"));
}

#[tokio::test]
async fn a_preview_shows_what_the_digest_would_say() {
    let mut world = World::new();
    world.types("/subscribe awesome-go").await;
    let empty = world.types("/digest now").await;
    assert!(empty.bundle.is_none() && empty.plain().contains("nothing to say"), "{}", empty.plain());
    world.now += TimeDelta::hours(1);
    world.added("awesome-go", "Awesome Go", "etcd-io/etcd").await;
    let full = world.types("/digest now").await;
    let shown = format!("{:?}", full.bundle.expect("there is something to show").content);
    assert!(shown.contains("etcd-io/etcd"), "{shown}");
    assert_eq!(world.told().len(), 1);
    let told = world.types("/status").await.plain();
    assert!(told.contains("2 catalogs with 0 entries; 1 events so far."), "{told}");
    assert!(told.contains("1 subscription here; for 1 of them news waits."), "{told}");
}

#[tokio::test]
async fn of_several_digests_one_is_chosen() {
    let mut world = World::new();
    world.types("/subscribe awesome-go daily 08:00").await;
    let rust = world.types("/subscribe awesome-rust weekly").await;
    world.types("/subscribe kind:removed daily 08:00").await;
    world.now += TimeDelta::hours(1);
    world.added("awesome-go", "Awesome Go", "etcd-io/etcd").await;
    world.added("awesome-rust", "Awesome Rust", "tokio-rs/tokio").await;
    let choice = world.types("/digest").await;
    let told = choice.plain();
    assert!(told.contains("1, 3: Daily at 08:00") && told.contains("2: Weekly on Monday"), "{told}");
    assert!(choice.bundle.is_none() && choice.hidden);
    let shows = |reply: &Reply| {
        let shown = format!("{:?}", reply.bundle.as_ref().expect("something to show").content);
        [shown.contains("etcd-io/etcd"), shown.contains("tokio-rs/tokio")]
    };
    let daily = world.presses(&choice, "1, 3: Daily at 08:00").await;
    assert_eq!(shows(&daily), [true, false]);
    assert!(daily.plain().contains("Daily at 08:00"), "{}", daily.plain());
    let weekly = world.presses(&choice, "2: Weekly on Monday at 09:00").await;
    assert_eq!(shows(&weekly), [false, true]);
    assert_eq!(shows(&world.presses(&rust, "Preview").await), [false, true], "its own, not another's");
    world.types("/unsubscribe 2").await;
    assert_eq!(world.presses(&choice, "2: Weekly on Monday at 09:00").await.bundle, None);
    assert_eq!(shows(&world.types("/digest").await), [true, false], "of one there is nothing to choose");
}

#[tokio::test]
async fn what_is_typed_is_completed() {
    let world = World::new();
    world.list("awesome-go", "Awesome Go", ["etcd-io/etcd", "redis/go-redis"].into_iter().map(str::to_owned));
    world.index();
    for (field, typed, wanted) in [
        (Field::Catalog, "", vec!["everything", "awesome-go", "awesome-rust"]),
        (Field::Catalog, "RUST", vec!["awesome-rust"]),
        (Field::Section, "key", vec!["Databases / Key-Value"]),
        (Field::Project, "ETCD", vec!["etcd-io/etcd"]),
        (Field::Project, "redis", vec!["redis/go-redis"]),
        (Field::Project, "xyzzy", vec![]),
        (Field::Projects, "etcd-io/etcd, redis", vec!["etcd-io/etcd, redis/go-redis"]),
        (Field::Projects, "etcd-io/etcd,etcd", vec![]),
        (Field::Any, "go", vec!["awesome-go", "redis/go-redis"]),
        (Field::Period, "last", vec!["last", "last week", "last month"]),
        (
            Field::Kind,
            "added,rele",
            vec!["added,released", "added,release_promoted", "added,releases_backfilled"],
        ),
        (Field::Zone, "berl", vec!["Europe/Berlin"]),
        (Field::Zone, "new york", vec!["America/New_York"]),
        (Field::Cadence, "daily 7", vec!["daily 7"]),
        (Field::Cadence, "mon", vec!["monthly 1 09:00", "monthly last 09:00"]),
    ] {
        let found = world.commands.complete(field, typed, 25).await;
        assert_eq!(
            found.into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
            wanted,
            "{field:?} {typed}"
        );
    }
    world.list("awesome-go", "Awesome Go", ["raft/new"].into_iter().map(str::to_owned));
    world.index();
    assert_eq!(world.commands.complete(Field::Project, "new", 25).await.len(), 1);
}

/// What a letter costs among 100,000 entries: five milliseconds where the program is optimised, as it is shipped.
#[tokio::test]
async fn completing_among_a_hundred_thousand_takes_milliseconds() {
    // Where nothing is optimised, fewer in more time are worth a look as well.
    let (count, most) = if cfg!(debug_assertions) { (5_000, 50) } else { (100_000, 5) };
    let world = World::new();
    let name = |number: u32| format!("owner-{}/project-{number}", number % 977);
    world.list("awesome-go", "Awesome Go", (0..count).map(name));
    world.index();
    for typed in ["p", "project-99", "project-99999", "owner-976/", "nothing like it"] {
        // The best of a few: others use the machine as well.
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            world.commands.complete(Field::Project, typed, 25).await;
            best = best.min(start.elapsed());
        }
        assert!(best <= Duration::from_millis(most), "`{typed}` took {best:?}");
    }
}
