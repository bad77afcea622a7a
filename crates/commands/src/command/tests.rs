use chrono::TimeZone as _;
use proptest::prelude::*;

use super::*;

fn wish(what: &str, cadence: Option<&str>) -> Wish {
    Wish { what: what.to_owned(), cadence: cadence.map(str::to_owned), ..Wish::default() }
}

fn subscribe(wish: Wish) -> Command {
    Command::Subscribe(Some(wish))
}

#[test]
fn typed_commands_are_read() {
    let berlin = Zone::named("Europe/Berlin");
    for (text, wanted) in [
        ("/start", Command::Start(None)),
        ("/start awesome-go", Command::Start(Some("awesome-go".to_owned()))),
        ("/HELP@whimbrel_bot", Command::Help(None)),
        ("/help /subscribe", Command::Help(Some("subscribe".to_owned()))),
        ("  /subscribe  ", Command::Subscribe(None)),
        ("/subscribe awesome-go", subscribe(wish("awesome-go", None))),
        ("/subscribe awesome-go daily 09:00", subscribe(wish("awesome-go", Some("daily 09:00")))),
        ("/subscribe weekly", subscribe(wish("", Some("weekly")))),
        (
            "/subscribe awesome-go Weekly fri 8:00 Europe/Berlin quiet 22-7 kind:released -kind:edited",
            subscribe(wish(
                "awesome-go kind:released -kind:edited",
                Some("Weekly fri 8:00 Europe/Berlin quiet 22-7"),
            )),
        ),
        (
            "/subscribe section:\"the daily news\" \"daily\" cron \"0 9 * * 1\"",
            subscribe(wish("section:\"the daily news\" \"daily\"", Some("cron \"0 9 * * 1\""))),
        ),
        (
            "/subscribe (project:a/b or project:c/d) -nightly instant",
            subscribe(wish("(project:a/b or project:c/d) -nightly", Some("instant"))),
        ),
        (
            "/subscribe awesome-go europe/berlin",
            subscribe(Wish { zone: berlin, ..wish("awesome-go", Some("weekly mon 09:00")) }),
        ),
        (
            "/subscribe awesome-go -(/daily news/ or /a:b/) daily 09:00",
            subscribe(wish("awesome-go -(/daily news/ or /a:b/)", Some("daily 09:00"))),
        ),
        (
            "/subscribe raft since:2w",
            subscribe(Wish { since: Some(Since::Ago(TimeDelta::days(14))), ..wish("raft", None) }),
        ),
        ("/unsubscribe", Command::Unsubscribe(None)),
        ("/unsubscribe #3", Command::Unsubscribe(Some(Which::Number(3)))),
        ("/unsubscribe ALL", Command::Unsubscribe(Some(Which::All))),
        ("/digest now", Command::Digest),
        ("/settings", Command::Settings(Wishes::default())),
        ("/settings zone America/New York", {
            Command::Settings(Wishes { zone: Zone::named("America/New_York"), ..Wishes::default() })
        }),
        ("/settings Europe/Berlin", Command::Settings(Wishes { zone: berlin, ..Wishes::default() })),
        ("/settings quiet 22 - 7", {
            Command::Settings(Wishes { quiet: Some("22-7".to_owned()), ..Wishes::default() })
        }),
        ("/settings quiet OFF", {
            Command::Settings(Wishes { quiet: Some("off".to_owned()), ..Wishes::default() })
        }),
        ("/settings daily 8:00", {
            Command::Settings(Wishes { cadence: Some("daily 8:00".to_owned()), ..Wishes::default() })
        }),
        ("/settings rhythm 3 hourly", {
            let cadence = Some("hourly".to_owned());
            Command::Settings(Wishes { cadence, number: Some(3), ..Wishes::default() })
        }),
        ("/why", Command::Why(String::new())),
        ("/why etcd-io/etcd", Command::Why("etcd-io/etcd".to_owned())),
        ("/status", Command::Status),
        ("/forget", Command::Forget),
    ] {
        assert_eq!(Command::parse(text), Ok(wanted), "{text}");
    }
}

#[test]
fn mistakes_say_what_would_be_right() {
    for (text, wanted) in [
        ("", "Commands begin with a slash: /help says what there is."),
        ("hello", "Commands begin with a slash: /help says what there is."),
        ("/", "There is no /: /help says what there is."),
        ("/subscibe x", "There is no /subscibe: did you mean /subscribe?"),
        ("/xyzzy", "There is no /xyzzy: /help says what there is."),
        ("/pause 3", "/pause does not take `3`. Write it like `/pause`."),
        ("/digest later", "/digest does not take `later`. Write it like `/digest now`."),
        ("/subscribe a weekly thusday", "`thusday` is no day of the week: did you mean `thu`?"),
        ("/subscribe a daily 25:00", "`25:00` is no time of day: write it like 09:00 or 18:30."),
        (
            "/subscribe a dayly",
            "`dayly` is no rhythm: write instant, hourly, daily, weekly, monthly or cron; did you mean `daily`?",
        ),
        (
            "/subscribe a 09:00",
            "`09:00` belongs to a rhythm: write `daily 09:00` or `weekly mon 09:00`. To look for it as text, put it in quotes.",
        ),
        ("/subscribe a daily Europe/Berln", "`Europe/Berln` is no time zone: did you mean `Europe/Berlin`?"),
        (
            "/subscribe a since:yesterday",
            "`since:yesterday` is no time: write since:7d, since:12h, since:2w or a date such as since:2026-11-01. It reaches back a year at most.",
        ),
        (
            "/unsubscribe awesome-go",
            "`awesome-go` is no number of a subscription: /subscriptions lists them with their numbers.",
        ),
        (
            "/unsubscribe 0",
            "`0` is no number of a subscription: /subscriptions lists them with their numbers.",
        ),
        ("/settings zon Berlin", "There is no setting `zon`: did you mean `zone`?"),
        (
            "/settings volume 11",
            "There is no setting `volume`: there are rhythm, zone and quiet, as in `/settings zone Europe/Berlin`.",
        ),
        ("/settings zone Berlin", "`Berlin` is no time zone: did you mean `Europe/Berlin`?"),
        ("/settings quiet 22", "`22` are no quiet hours: write them like `quiet 22:00-07:00`."),
        (
            "/settings rhythm sometimes",
            "`sometimes` is no rhythm: write instant, hourly, daily, weekly, monthly or cron.",
        ),
    ] {
        assert_eq!(
            Command::parse(text).map_err(|mistake| mistake.to_string()),
            Err(wanted.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn too_long_a_line_is_refused_unread() {
    let text = format!("/subscribe {}", "ä ".repeat(LONGEST));
    assert_eq!(Command::parse(&text), Err(Mistake::TooLong(LONGEST)));
    assert_eq!(Command::called("why", &[("about", &text)]), Err(Mistake::TooLong(LONGEST)));
}

#[test]
fn options_come_to_the_same_as_typing() {
    let options = [
        ("catalog", "awesome-go"),
        ("section", "Key-Value Stores"),
        ("project", "etcd-io/etcd"),
        ("kind", "released, added"),
        ("filter", "raft or paxos"),
        ("rhythm", "daily 08:00"),
        ("since", "7d"),
    ];
    let text = "/subscribe awesome-go section:\"Key-Value Stores\" project:etcd-io/etcd kind:released,added \
                (raft or paxos) daily 08:00 since:7d";
    assert_eq!(Command::called("subscribe", &options), Command::parse(text));
    assert_eq!(Command::called("subscribe", &[("catalog", " ")]), Ok(Command::Subscribe(None)));
    assert_eq!(Command::called("unsubscribe", &[("number", "2")]), Command::parse("/unsubscribe 2"));
    assert_eq!(Command::called("settings", &[("quiet", "22-7")]), Command::parse("/settings quiet 22-7"));
    assert_eq!(Command::called("status", &[]), Ok(Command::Status));
    let wrong = Command::called("status", &[("loud", "yes")]).unwrap_err();
    assert_eq!(wrong.to_string(), "/status has no option `loud`. Write it like `/status`.");
    assert!(Command::called("sing", &[]).is_err());
    assert!(Command::called("subscribe", &[("zone", "Mars")]).is_err());
}

#[test]
fn a_first_digest_reaches_back_a_year_at_most() {
    let now = Utc.with_ymd_and_hms(2026, 11, 20, 18, 0, 0).unwrap();
    let day = |text: &str| Since::Day(text.parse().unwrap());
    assert_eq!(Since::Ago(TimeDelta::days(7)).moment(now), Some(now - TimeDelta::days(7)));
    assert!(day("2026-11-01").moment(now).is_some());
    assert_eq!(day("2026-11-21").moment(now), None);
    assert_eq!(day("2020-01-01").moment(now), None);
}

#[test]
fn another_chat_is_found_before_the_rest() {
    let found = |text: &str| elsewhere(text);
    let is = |chat: &str, rest: &str| Some((chat.to_owned(), rest.to_owned()));
    assert_eq!(
        found("/subscribe @golang_news awesome-go daily"),
        is("@golang_news", "/subscribe awesome-go daily")
    );
    assert_eq!(found("/subscribe -1001234567890"), is("-1001234567890", "/subscribe"));
    for text in ["/subscribe", "/subscribe awesome-go @x", "@x hello", "/subscribe @", "/subscribe -nightly"]
    {
        assert_eq!(found(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn no_line_is_a_trap(text in "/?(subscribe|settings|unsubscribe|why|help)? ?\\PC{0,80}") {
        if let Ok(command) = Command::parse(&text) {
            prop_assert!(Command::catalogue().iter().any(|help| help.name == command.name()));
        }
        let _ = elsewhere(&text);
    }

    #[test]
    fn what_was_taken_for_a_rhythm_is_one(
        words in prop::collection::vec("daily|weekly|09:00|mon|Europe/Berlin|quiet|22-7|raft|kind:added|\"a b\"|since:7d|cron", 0..8),
    ) {
        if let Ok(Command::Subscribe(Some(wish))) = Command::parse(&format!("/subscribe {}", words.join(" "))) {
            prop_assert!(wish.cadence.is_none_or(|cadence| Cadence::read(&cadence, Zone::UTC).is_ok()));
        }
    }
}
