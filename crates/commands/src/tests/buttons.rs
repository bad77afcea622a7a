//! Dialogues.

use proptest::prelude::*;
use whimbrel_fanout::Destination;

use super::world::World;
use crate::How;

#[tokio::test]
async fn somebody_subscribes_by_buttons_alone() {
    let world = World::new();
    let start = world.types("/start").await;
    let catalogs = world.presses(&start, "Subscribe").await;
    assert_eq!(catalogs.how, How::Edit);
    let topics = world.presses(&catalogs, "Awesome Go").await;
    assert!(topics.button("✓ Releases").is_some() && topics.button("Edits and returns").is_some());
    let topics = world.presses(&topics, "✓ Rankings").await;
    let rhythm = world.presses(&topics, "Next ›").await;
    assert!(world.told().is_empty(), "nothing is subscribed to before the last press");
    let done = world.presses(&rhythm, "Weekly").await;
    let told = done.plain();
    assert!(told.contains("Subscribed\nAwesome Go · new entries, releases, milestones, removals"), "{told}");
    assert!(told.contains("Weekly on Monday at 09:00 (UTC), next: Mon 23 Nov."), "{told}");
    assert_eq!(world.subscriptions().len(), 1);

    let regions = world.presses(&done, "Time zone").await;
    let mut europe = world.presses(&regions, "Europe").await;
    while europe.button("Berlin").is_none() {
        europe = world.presses(&europe, "›").await;
    }
    let berlin = world.presses(&europe, "Berlin").await;
    assert!(berlin.plain().contains("09:00 (Europe/Berlin), next: Mon 23 Nov."), "{}", berlin.plain());
    let quiet = world.presses(&berlin, "Quiet hours").await;
    let quiet = world.presses(&quiet, "22:00–07:00").await;
    let card = world.presses(&quiet, "More").await;
    let days = world.presses(&card, "Day").await;
    let day = world.presses(&days, "Friday").await;
    let card = world.presses(&day, "More").await;
    let hours = world.presses(&card, "Time").await;
    let hour = world.presses(&hours, "18:00").await;
    let told = hour.plain();
    assert!(told.contains("Weekly on Friday at 18:00 (Europe/Berlin), quiet from 22:00 to 07:00"), "{told}");
    let back = world.presses(&hour, "Undo").await;
    assert!(back.plain().contains("Friday at 09:00 (Europe/Berlin)"), "{}", back.plain());
    let card = world.presses(&back, "More").await;
    let rhythms = world.presses(&card, "Rhythm").await;
    let daily = world.presses(&rhythms, "Daily").await;
    assert!(daily.plain().contains("Daily at 09:00 (Europe/Berlin)"), "{}", daily.plain());
}

#[tokio::test]
async fn the_usual_choice_is_no_condition_and_can_be_undone() {
    let world = World::new();
    let catalogs = world.types("/subscribe").await;
    let topics = world.presses(&catalogs, "Everything").await;
    let rhythm = world.presses(&topics, "Next ›").await;
    let done = world.presses(&rhythm, "At once").await;
    assert_eq!(world.told(), ["1  | instant"]);
    let again = world.presses(&rhythm, "At once").await;
    assert_eq!(again.plain(), "That is subscription 1 already.");
    let undone = world.presses(&done, "Undo").await;
    assert!(world.told().is_empty(), "{}", undone.plain());
    assert_eq!(
        world.presses(&done, "Undo").await.notice.as_deref(),
        Some("That subscription is not here any more.")
    );
    world.presses(&undone, "Undo").await;
    assert_eq!(world.told(), ["1  | instant"]);
    let late = world.presses(&undone, "Undo").await;
    assert_eq!(
        (late.how, late.notice.as_deref()),
        (How::Nothing, Some("That is too long ago to be undone."))
    );
}

#[tokio::test]
async fn a_button_of_another_subscription_does_nothing() {
    let world = World::new();
    let old = world.types("/subscribe awesome-go").await;
    world.types("/unsubscribe 1").await;
    world.types("/subscribe awesome-rust").await;
    assert_eq!(world.presses(&old, "Undo").await.how, How::Nothing);
    assert_eq!(world.told(), ["1 catalog:awesome-rust | weekly mon 09:00 UTC"]);
}

#[tokio::test]
async fn topics_can_be_emptied_but_not_taken_so() {
    let world = World::new();
    let mut topics = world.types("/start awesome-go").await;
    while let Some(ticked) =
        topics.buttons.iter().flatten().find(|button| button.label.starts_with('✓')).cloned()
    {
        topics = world.press(&ticked.action).await;
    }
    assert!(topics.button("Next ›").is_none() && topics.plain().contains("Tick at least one."));
    let none = world.press("m.*.0.w").await;
    assert_eq!(none.plain(), "Nothing would ever meet these conditions.");
}

#[tokio::test]
async fn three_hundred_catalogs_are_pages_that_all_can_be_reached() {
    let world = World::new();
    for number in 0..298 {
        world.follow(&format!("list-{number:03}"), &format!("List {number:03}"));
    }
    let mut page = world.types("/subscribe").await;
    let mut seen = 0;
    for number in 1.. {
        seen += page.buttons.iter().flatten().filter(|button| button.action.starts_with("k.")).count() - 1;
        assert!(page.button(&format!("{number}/38")).is_some(), "{page:#?}");
        if page.button("›").is_none() {
            break;
        }
        page = world.presses(&page, "›").await;
    }
    assert_eq!(seen, 300);
    assert_eq!(world.presses(&page, "38/38").await.how, How::Nothing);
    assert_eq!(world.press("c.65535").await.buttons, page.buttons);
}

#[tokio::test]
async fn a_hundred_subscriptions_are_pages() {
    let world = World::new();
    for number in 0..100 {
        world.types(&format!("/subscribe \"word {number}\" {}", "x".repeat(60))).await;
    }
    let mut page = world.types("/subscriptions").await;
    for _ in 1..17 {
        page = world.presses(&page, "›").await;
    }
    assert!(page.plain().contains("100: \"word 99\""), "{}", page.plain());
    let refused = world.types("/subscribe daily").await;
    assert!(refused.plain().contains("100 subscriptions here already"), "{}", refused.plain());
    let silent = world.types("/settings zone Asia/Tokyo").await;
    assert!(silent.plain().contains("and 95 more"), "{}", silent.plain());
    let ended = world.types("/unsubscribe all").await;
    assert!(world.told().is_empty());
    world.presses(&ended, "Undo").await;
    assert_eq!(world.told().len(), 100);
}

#[tokio::test]
async fn only_who_may_changes() {
    let mut world = World::new();
    world.place.destination = Destination::Telegram { chat: -100_777, topic: None };
    world.place.private = false;
    let made = world.types("/subscribe awesome-go").await;
    world.who.may_change = false;
    let before = world.told();
    for text in [
        "/subscribe",
        "/subscribe daily",
        "/unsubscribe all",
        "/pause",
        "/resume",
        "/forget",
        "/settings zone UTC",
        "/settings quiet 22-7",
    ] {
        let refused = world.types(text).await;
        assert_eq!(refused.plain(), "Only admins may change what comes here.", "{text}");
        assert!(refused.hidden);
    }
    for button in made.buttons.iter().flatten().filter(|button| button.label != "Preview") {
        let refused = world.press(&button.action).await;
        assert_eq!(refused.notice.as_deref(), Some("Only admins may change what comes here."), "{button:?}");
        assert_eq!(refused.how, How::Nothing);
    }
    for action in ["F", "P", "p", "Q.-", "Z.UTC"] {
        assert!(world.press(action).await.notice.is_some());
    }
    assert_eq!(world.told(), before);
    for text in ["/subscriptions", "/status", "/help", "/why", "/settings", "/digest"] {
        assert_ne!(world.types(text).await.plain(), "Only admins may change what comes here.", "{text}");
    }
}

#[tokio::test]
async fn buttons_about_a_channel_name_it() {
    let mut world = World::new();
    let channel = Destination::Telegram { chat: -1_001_234_567_890, topic: None };
    world.place = crate::Place { destination: channel.clone(), title: None, private: false, remote: true };
    let made = world.types("/subscribe awesome-go daily 08:00").await;
    let press = crate::Press::parse(&made.button("Undo").unwrap().action).unwrap();
    assert_eq!(press.about, Some(channel));
    let zones = world.presses(&made, "Time zone").await;
    let america = world.presses(&zones, "America").await;
    assert!(america.buttons.iter().flatten().all(|button| button.action.starts_with("@t-1001234567890;")));
}

#[tokio::test]
async fn hostile_titles_are_only_text() {
    let world = World::new();
    for (number, title) in [
        "@everyone </b> ](https://evil.example) `code`".to_owned(),
        "\u{202e}desrever\u{0}\n\nsecond line".to_owned(),
        "\u{200b}\u{200b}".to_owned(),
        "👩‍👩‍👧‍👦".repeat(2_000),
        " ".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        world.follow(&format!("evil-{number}"), title);
        world.types(&format!("/subscribe evil-{number}")).await;
    }
    let catalogs = world.types("/subscribe").await;
    assert!(catalogs.button("evil-2").is_some() && catalogs.button("evil-4").is_some(), "{catalogs:#?}");
    for button in catalogs.buttons.iter().flatten() {
        world.press(&button.action).await;
    }
    world.types("/subscriptions").await;
    world.types("/unsubscribe").await;
    world.types("/status").await;
    for field in [crate::Field::Catalog, crate::Field::Section] {
        for (label, value) in world.commands.complete(field, "e", 25).await {
            assert!(label.chars().count() <= 100 && value.chars().count() <= 100, "{label}");
        }
    }
}

#[tokio::test]
async fn forgetting_leaves_nothing_of_the_place() {
    let world = World::new();
    let untouched = world.exported();
    assert!(!untouched.contains("4242"));
    world.types("/subscribe awesome-go instant").await;
    world.types("/subscribe awesome-rust weekly").await;
    world.added("awesome-go", "Awesome Go", "etcd-io/etcd").await;
    world.types("/pause").await;
    assert!(world.exported().contains("4242"));
    let ended = world.types("/unsubscribe 2").await;
    let asks = world.types("/forget").await;
    assert_eq!(world.told().len(), 1, "it asks first");
    assert_eq!(world.presses(&asks, "Keep").await.plain(), "Everything stays as it is.");
    world.presses(&asks, "Forget everything").await;
    assert!(world.told().is_empty());
    let left = world.exported();
    assert!(!left.contains("4242"), "{left}");
    assert_eq!(world.presses(&ended, "Undo").await.how, How::Nothing, "nor is anything kept in memory");
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn changes_can_be_undone_after_a_restart_once_and_not_by_who_was_forgotten() {
    let (mut world, folder) = (World::new(), tempfile::tempdir().unwrap());
    world.restart(folder.path());
    world.types("/subscribe awesome-go instant").await;
    world.types("/subscribe awesome-rust weekly").await;
    let before = world.told();
    let changed = world.types("/settings rhythm daily 08:00").await;
    let ended = world.types("/unsubscribe all").await;
    world.restart(folder.path());
    world.presses(&ended, "Undo").await;
    world.restart(folder.path());
    assert_eq!(world.told().len(), 2);
    assert_eq!(world.presses(&ended, "Undo").await.how, How::Nothing, "once, also after a restart");
    world.presses(&changed, "Undo").await;
    assert_eq!(world.told(), before);

    let ended = world.types("/unsubscribe all").await;
    let asks = world.types("/forget").await;
    world.presses(&asks, "Forget everything").await;
    world.restart(folder.path());
    assert_eq!(world.presses(&ended, "Undo").await.how, How::Nothing);
    assert_eq!(std::fs::read_to_string(folder.path().join("undo.jsonl")).unwrap(), "");
}

#[tokio::test]
async fn what_is_subscribed_to_again_is_not_brought_back_beside_it() {
    let world = World::new();
    world.types("/subscribe awesome-go daily").await;
    let ended = world.types("/unsubscribe 1").await;
    world.types("/subscribe awesome-go daily").await;
    let before = world.told();
    world.presses(&ended, "Undo").await;
    assert_eq!(world.told(), before);
}

#[tokio::test]
async fn nobody_is_written_down_in_a_group() {
    let mut world = World::new();
    world.place.destination = Destination::Telegram { chat: -100_777, topic: Some(3) };
    world.place.private = false;
    world.types("/subscribe awesome-go").await;
    let kept = world.exported();
    assert!(kept.contains("telegram:-100777:3") && !kept.contains("4242"), "{kept}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whoever presses whatever they see, also on old messages, is always answered within all limits.
    #[test]
    fn no_walk_over_the_buttons_leads_astray(steps in prop::collection::vec(any::<(u8, u8)>(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            world.place.remote = steps.len() % 2 == 0;
            for number in 0..20 {
                world.follow(&format!("list-{number}"), &format!("List {number}"));
            }
            let mut replies = vec![world.types("/start").await, world.types("/subscribe raft monthly").await];
            for (message, button) in steps {
                // Mostly the newest message, sometimes an old one.
                let back = if message < 200 { 0 } else { usize::from(message) % replies.len() };
                let seen = &replies[replies.len() - 1 - back];
                let buttons: Vec<_> = seen.buttons.iter().flatten().collect();
                let reply = match buttons.get(usize::from(button) % buttons.len().max(1)) {
                    Some(button) => world.press(&button.action).await,
                    None => world.types("/subscriptions").await,
                };
                if reply.how != How::Nothing {
                    replies.push(reply);
                }
            }
            let numbers: Vec<_> = world.subscriptions().iter().map(|one| one.number).collect();
            let mut distinct = numbers.clone();
            distinct.dedup();
            assert_eq!(numbers, distinct);
        });
    }
}
