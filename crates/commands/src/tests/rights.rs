//! Every command and every button, by everybody, everywhere: who may not change a place changes nothing there.

use std::collections::BTreeSet;

use whimbrel_fanout::Destination;

use super::world::World;
use crate::{Asked, Command, Place, Press, Reply, What, Who};

const REFUSED: &str = "Only admins may change what comes here.";

/// Every command in its forms, and whether that form changes something.
const COMMANDS: [(&str, bool); 25] = [
    ("/start", false),
    ("/start awesome-go", false),
    ("/subscribe", true),
    ("/subscribe awesome-rust", true),
    ("/subscribe awesome-rust daily 08:00 Europe/Berlin", true),
    ("/unsubscribe", true),
    ("/unsubscribe 1", true),
    ("/unsubscribe all", true),
    ("/subscriptions", false),
    ("/pause", true),
    ("/resume", true),
    ("/digest", false),
    ("/digest now", false),
    ("/settings", false),
    ("/settings zone Asia/Tokyo", true),
    ("/settings quiet 22-7", true),
    ("/settings quiet off", true),
    ("/settings daily 8:00", true),
    ("/settings rhythm 1 hourly", true),
    ("/why", false),
    ("/why etcd-io/etcd", false),
    ("/status", false),
    ("/forget", true),
    ("/help", false),
    ("/help subscribe", false),
];

/// Every action a button can have; `REF` is the subscription that is there, `CAT` a catalog.
const ACTIONS: [(&str, bool); 34] = [
    ("h", false),
    ("c.0", true),
    ("k.CAT.7", true),
    ("w.CAT.7", true),
    ("m.CAT.7.w", true),
    ("l.0", false),
    ("s.REF", false),
    ("r.REF", true),
    ("R.REF.d", true),
    ("d.REF", true),
    ("D.REF.5", true),
    ("o.REF", true),
    ("O.REF.9", true),
    ("x.REF", true),
    ("z", true),
    ("y.0.0", true),
    ("Z.Asia/Tokyo", true),
    ("q", true),
    ("Q.-", true),
    ("Q.22:00-07:00", true),
    ("p", true),
    ("P", true),
    ("e", false),
    ("g", false),
    ("t", false),
    ("f", true),
    ("F", true),
    ("v", true),
    ("u.1", true),
    ("a.top awesome-go", false),
    ("j.2.top awesome-go", false),
    ("b.top awesome-go", true),
    ("B.w.top awesome-go", true),
    ("n", false),
];

/// A place somebody asks about, and somebody who asks.
struct Case {
    name: &'static str,
    place: Place,
    may_change: bool,
}

fn cases() -> Vec<Case> {
    let telegram = |chat| Destination::Telegram { chat, topic: None };
    let topic = Destination::Telegram { chat: -100_777, topic: Some(3) };
    let discord = Destination::Discord { channel: 81_384_788_765_712_384 };
    let case = |name, destination, private, remote, may_change| Case {
        name,
        place: Place { destination, title: None, private, remote },
        may_change,
    };
    vec![
        case("a private chat of Telegram", telegram(4242), true, false, false),
        case("an admin of a group", telegram(-100_777), false, false, true),
        case("a member of a group", telegram(-100_777), false, false, false),
        case("a member in a topic", topic, false, false, false),
        case("the owner of a channel, from afar", telegram(-100_888), false, true, true),
        case("a stranger to a channel, from afar", telegram(-100_888), false, true, false),
        case("a private chat of Discord", discord.clone(), true, false, false),
        case("who manages a channel of Discord", discord.clone(), false, false, true),
        case("a reader of a channel of Discord", discord, false, false, false),
    ]
}

/// What is known of the lanes, without what names the export.
fn state(world: &World) -> String {
    let lines = world.exported();
    let lines: Vec<&str> = lines.lines().filter(|line| line.starts_with("{\"lane\"")).collect();
    format!("{lines:?} {:?}", world.fanout.status().lanes)
}

/// A world in which somebody who may has subscribed, and what somebody else does there then.
async fn told(case: &Case, what: &What) -> (Reply, bool) {
    let mut world = World::new();
    world.place = case.place.clone();
    world.types("/subscribe awesome-go").await;
    let what = match what {
        What::Pressed(text) => {
            let made = world.subscriptions().remove(0);
            let list = world.types("/subscriptions").await;
            let shows = list.buttons.iter().flatten().find_map(|button| {
                let press = Press::parse(&button.action).unwrap();
                let text = press.action.to_string();
                text.strip_prefix("s.").map(str::to_owned)
            });
            let reference = shows.unwrap_or_else(|| made.number.to_string());
            What::Pressed(text.replace("REF", &reference).replace("CAT", "*"))
        }
        other => other.clone(),
    };
    let before = state(&world);
    let who = Who { id: "somebody:1".to_owned(), may_change: case.may_change, language: None };
    let asked = Asked { place: case.place.clone(), who, what };
    let reply = world.commands.answer(asked, world.now).await;
    (reply, state(&world) != before)
}

async fn is_right(case: &Case, what: What, changes: bool, shown: &str) {
    if !shown.contains("REF") && !shown.contains("CAT") {
        assert_eq!(what.changes(), changes, "{shown}");
    }
    let (reply, changed) = told(case, &what).await;
    let refused = reply.plain().contains(REFUSED) || reply.notice.as_deref() == Some(REFUSED);
    let may = case.may_change || case.place.private;
    assert_eq!(refused, changes && !may, "{shown} by {}: {reply:?}", case.name);
    assert!(!changed || changes && may, "{shown} by {} changed something", case.name);
    assert!(!refused || reply.hidden || matches!(what, What::Pressed(_)), "{shown}: only who asked sees it");
}

#[tokio::test]
async fn every_command_by_everybody_everywhere() {
    let tried: BTreeSet<&str> =
        COMMANDS.iter().map(|(text, _)| Command::parse(text).unwrap().name()).collect();
    for help in Command::catalogue() {
        assert!(tried.contains(help.name), "/{} is not tried", help.name);
    }
    for case in cases() {
        for (text, changes) in COMMANDS {
            is_right(&case, What::Typed(text.to_owned()), changes, text).await;
            is_right(&case, What::Called(Command::parse(text).unwrap()), changes, text).await;
        }
    }
}

#[tokio::test]
async fn every_button_by_everybody_everywhere() {
    for case in cases() {
        for (text, changes) in ACTIONS {
            let sample = text.replace("REF", "1.0").replace("CAT", "*");
            assert!(Press::parse(&sample).is_some(), "{sample} is a button's");
            if text.contains("REF") {
                // Of a subscription that is not there.
                is_right(&case, What::Pressed(sample), changes, text).await;
            }
            is_right(&case, What::Pressed(text.to_owned()), changes, text).await;
        }
    }
}
