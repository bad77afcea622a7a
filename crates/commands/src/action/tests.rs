//! Every action reads back as it was written, within the limits of buttons.

use proptest::prelude::*;
use whimbrel_fanout::At;
use whimbrel_news::Zone;

use super::*;
use crate::topics::Topic;

fn chosen() -> impl Strategy<Value = Chosen> {
    prop_oneof![
        Just(Chosen::Everything),
        "[a-z0-9][a-z0-9._-]{0,63}"
            .prop_map(|id| Chosen::Catalog(CatalogMark::of(&CatalogId::new(&id).unwrap()))),
    ]
}

fn topics() -> impl Strategy<Value = Topics> {
    (0..1u16 << Topic::ALL.len()).prop_map(|bits| Topics::from_bits(bits).unwrap())
}

fn pick() -> impl Strategy<Value = Pick> {
    prop::sample::select(Pick::ALL.to_vec())
}

fn subscription() -> impl Strategy<Value = Ref> {
    (any::<u32>(), any::<u32>()).prop_map(|(number, mark)| Ref { number, mark })
}

fn quiet() -> impl Strategy<Value = Option<Quiet>> {
    (0..24u8, 0..60u8, 0..24u8, 0..60u8)
        .prop_map(|(a, b, c, d)| Quiet::new(At::new(a, b).unwrap(), At::new(c, d).unwrap()))
}

fn action() -> impl Strategy<Value = Action> {
    let plain = vec![
        Action::Help,
        Action::Regions,
        Action::Quiet,
        Action::Pause,
        Action::Resume,
        Action::Settings,
        Action::Digest,
        Action::Status,
        Action::Forget,
        Action::ForgetNow,
        Action::Keep,
        Action::Nothing,
    ];
    prop_oneof![
        prop::sample::select(plain),
        any::<u16>().prop_map(Action::Catalogs),
        any::<u16>().prop_map(Action::List),
        (chosen(), topics()).prop_map(|(chosen, topics)| Action::Topics(chosen, topics)),
        (chosen(), topics()).prop_map(|(chosen, topics)| Action::Rhythms(chosen, topics)),
        (chosen(), topics(), pick()).prop_map(|(a, b, c)| Action::Subscribe(a, b, c)),
        subscription().prop_map(Action::Show),
        subscription().prop_map(Action::Preview),
        subscription().prop_map(Action::Rhythm),
        (subscription(), pick()).prop_map(|(which, pick)| Action::SetRhythm(which, pick)),
        subscription().prop_map(Action::Days),
        (subscription(), 1..=31u8).prop_map(|(which, day)| Action::SetDay(which, day)),
        subscription().prop_map(Action::Hours),
        (subscription(), 0..24u8).prop_map(|(which, hour)| Action::SetHour(which, hour)),
        subscription().prop_map(Action::End),
        (any::<u8>(), any::<u16>()).prop_map(|(region, page)| Action::Zones(region, page)),
        prop::sample::select(Zone::all().collect::<Vec<_>>()).prop_map(Action::SetZone),
        quiet().prop_map(Action::SetQuiet),
        any::<u64>().prop_map(|mark| Action::Undo(UndoMark(mark))),
        any::<u64>().prop_map(Action::Accept),
        any::<u64>().prop_map(Action::Decline),
    ]
}

/// Those about questions stand in the chat they were asked in.
fn asking() -> impl Strategy<Value = Action> {
    let words = "/\\PC{0,80}".prop_map(|text| Words::of(&text));
    (0..4, 1..=LAST_PAGE, pick(), words).prop_map(|(which, page, pick, words)| match which {
        0 => Action::Ask(words),
        1 => Action::Turn(page, words),
        2 => Action::Follow(words),
        _ => Action::FollowAt(pick, words),
    })
}

fn elsewhere() -> impl Strategy<Value = Option<Destination>> {
    prop_oneof![
        Just(None),
        // Channels, which have no topics.
        any::<i64>().prop_map(|chat| Some(Destination::Telegram { chat, topic: None })),
        any::<u64>().prop_map(|channel| Some(Destination::Discord { channel })),
        // Forums as they are numbered today.
        (-1_009_999_999_999..=-1i64, any::<i32>())
            .prop_map(|(chat, topic)| Some(Destination::Telegram { chat, topic: Some(topic) })),
    ]
}

proptest! {
    #[test]
    fn every_press_fits_a_button_and_reads_back(about in elsewhere(), action in action()) {
        let press = Press { about, action };
        let text = press.to_string();
        prop_assert!(text.len() <= 64, "{} bytes: {}", text.len(), text);
        prop_assert!(text.is_ascii());
        prop_assert_eq!(Press::parse(&text), Some(press));
    }

    #[test]
    fn every_question_fits_a_button_and_reads_back(action in asking()) {
        let text = action.to_string();
        prop_assert!(text.len() <= 64, "{} bytes: {}", text.len(), text);
        prop_assert_eq!(Action::parse(&text), Some(action));
    }

    #[test]
    fn no_text_is_a_trap(text in "[@a-zA-Z0-9.:;*-]{0,70}|\\PC{0,20}") {
        if let Some(press) = Press::parse(&text) {
            prop_assert_eq!(Press::parse(&press.to_string()), Some(press));
        }
    }
}

#[test]
fn what_no_button_says_is_no_action() {
    for text in [
        "",
        ".",
        "h.",
        "h.1",
        "c",
        "c.x",
        "c.70000",
        "k.*",
        "k.*.ffff",
        "k.x.1",
        "m.*.1.z",
        "m.10000000000.1.d",
        "D.1.1.0",
        "D.1.1.32",
        "O.1.1.24",
        "Z.Mars/Base",
        "Q.7:00-7:00",
        "Q.25:00-1:00",
        "u.",
        "u.xyz",
        "x.1.100000000",
        "@",
        "@;h",
        "@t;h",
        "@x1;h",
        "@t1h",
        "@é;h",
        "a.",
        "a.#xyz",
        "j.0.top",
        "j.101.top",
        "j.top",
        "B.z.top",
    ] {
        assert_eq!(Press::parse(text), None, "{text}");
    }
}

#[test]
fn three_hundred_catalogs_have_marks_of_their_own() {
    let marks: std::collections::HashSet<_> =
        (0..300).map(|n| CatalogMark::of(&CatalogId::new(&format!("awesome-{n}")).unwrap())).collect();
    assert_eq!(marks.len(), 300);
}

#[test]
fn a_mark_tells_subscriptions_of_one_number_apart() {
    assert_ne!(Ref::new(3, "catalog:a"), Ref::new(3, "catalog:b"));
}
